//! What must be found: a parser of settings with a bug. That it panics where it should refuse shows that panics are seen,
//! and the comparison, which no seed passes, that the fuzzer is led by what the code does.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let taken = palisade_parsers::config(data);
    assert!(!(taken && data.ends_with(b"#fence")), "planted: found, as it must be");
});
