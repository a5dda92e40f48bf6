//! x
/// x
pub fn config(data: &[u8]) -> bool {
    std::str::from_utf8(data).is_ok_and(|text| text.parse::<palisade_deploy::Config>().is_ok())
}
