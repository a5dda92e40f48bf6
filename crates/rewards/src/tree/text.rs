//! Accounts and amounts as text.

use alloy_primitives::{Address, U256, utils::keccak256_uncached};

use super::Flaw;

/// What of a text others wrote is shown.
const SHOWN: usize = 80;

/// An account: an address, and not zero.
pub(crate) fn account(text: &[u8]) -> Result<Address, Flaw> {
    let account = address(text)?;
    if account.is_zero() { Err(Flaw::Zero) } else { Ok(account) }
}

/// An address as people write it: `0x`, and in mixed case with its checksum.
///
/// # Errors
/// [`Flaw::NoAddress`], [`Flaw::Checksum`].
pub fn address(text: &[u8]) -> Result<Address, Flaw> {
    let no_address = || Flaw::NoAddress(shown(text));
    let digits = text.strip_prefix(b"0x").filter(|it| it.len() == 40).ok_or_else(no_address)?;
    let mut bytes = [0; 20];
    const_hex::decode_to_slice(digits, &mut bytes).map_err(|_| no_address())?;
    let address = Address::from(bytes);
    let is_mixed =
        digits.iter().any(u8::is_ascii_uppercase) && digits.iter().any(u8::is_ascii_lowercase);
    if is_mixed && checksummed(address) != text {
        return Err(Flaw::Checksum { given: shown(text), right: address });
    }
    Ok(address)
}

/// As `Address::to_checksum` writes it, which would look for each hash in a cache first.
fn checksummed(account: Address) -> [u8; 42] {
    let mut text = [b'0'; 42];
    text[1] = b'x';
    // It has just the room it needs.
    let _ = const_hex::encode_to_slice(account, &mut text[2..]);
    let hash = keccak256_uncached(&text[2..]);
    for (place, digit) in text[2..].iter_mut().enumerate() {
        let half = hash[place / 2] >> (4 * (1 - place % 2));
        if half & 8 != 0 {
            digit.make_ascii_uppercase();
        }
    }
    text
}

/// An amount in decimal digits.
pub(crate) fn amount(text: &[u8]) -> Result<U256, Flaw> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return Err(Flaw::NoAmount(shown(text)));
    }
    // 19 digits fit 64 bits.
    let mut sum = U256::ZERO;
    for digits in text.chunks(19) {
        let value = digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
        let scale = U256::from(10_u64.pow(u32::try_from(digits.len()).unwrap_or_default()));
        let next = sum.checked_mul(scale).and_then(|it| it.checked_add(U256::from(value)));
        sum = next.ok_or_else(|| Flaw::TooMuch(shown(text)))?;
    }
    Ok(sum)
}

/// Writes an account with its checksum.
pub(crate) fn push_account(account: Address, text: &mut Vec<u8>) {
    text.extend_from_slice(&checksummed(account));
}

/// Writes an amount in decimal digits.
pub(crate) fn push_amount(amount: U256, text: &mut Vec<u8>) {
    // Most amounts are small, and written faster so.
    let digits = u128::try_from(amount).map_or_else(|_| amount.to_string(), |it| it.to_string());
    text.extend_from_slice(digits.as_bytes());
}

/// Writes a node in hexadecimal digits.
pub(crate) fn push_node(node: &[u8; 32], text: &mut Vec<u8>) {
    let mut digits = const_hex::Buffer::<32, true>::new();
    text.extend_from_slice(digits.format(node).as_bytes());
}

/// What others wrote, on one short line.
pub(crate) fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().take(SHOWN).collect::<String>().escape_debug().collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

/// A message of others: short, and with nothing that a terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars().take(500) {
        if letter.is_control() {
            plain.extend(letter.escape_debug());
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const VITALIK: &str = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

    #[test]
    fn accounts_are_taken_in_one_case_or_with_their_checksum() {
        let right: Address = VITALIK.parse().unwrap();
        let upper = format!("0x{}", VITALIK[2..].to_uppercase());
        for text in [VITALIK, &VITALIK.to_lowercase(), &upper] {
            assert_eq!(account(text.as_bytes()), Ok(right), "{text}");
        }
        let wrong = VITALIK.replace("d8dA", "D8dA");
        assert_eq!(
            account(wrong.as_bytes()),
            Err(Flaw::Checksum { given: format!("\"{wrong}\""), right })
        );
    }

    #[test]
    fn checksums_are_those_of_everybody() {
        for byte in 0..=255 {
            let account = Address::left_padding_from(&[byte, byte.wrapping_mul(91), 0xab]);
            let account = Address::from_word(alloy_primitives::keccak256(account));
            assert_eq!(checksummed(account), account.to_checksum(None).as_bytes());
        }
    }

    #[test]
    fn what_is_no_account_is_refused() {
        let long = format!("{VITALIK}0");
        let odd = VITALIK.replace("60", "6g");
        for text in ["", "0x", &VITALIK[2..], &VITALIK[..41], &long, &odd, "vitalik.eth", "0X00"] {
            assert_eq!(
                account(text.as_bytes()),
                Err(Flaw::NoAddress(shown(text.as_bytes()))),
                "{text}"
            );
        }
        assert_eq!(account(Address::ZERO.to_string().as_bytes()), Err(Flaw::Zero));
    }

    #[test]
    fn amounts_have_up_to_256_bits() {
        let most = U256::MAX.to_string();
        let long = "9".repeat(19);
        for text in ["0", "1", "007", "10000000000000000000", &long, &most] {
            assert_eq!(amount(text.as_bytes()), Ok(text.parse().unwrap()), "{text}");
        }
        let more = format!("{}6", &most[..most.len() - 1]);
        assert_eq!(amount(more.as_bytes()), Err(Flaw::TooMuch(shown(more.as_bytes()))));
        for text in ["", "-1", "+1", "1.5", "1e18", "0x10", "1_000", " 1", "١"] {
            assert_eq!(
                amount(text.as_bytes()),
                Err(Flaw::NoAmount(shown(text.as_bytes()))),
                "{text}"
            );
        }
    }

    #[test]
    fn what_others_wrote_is_shown_short_and_plain() {
        assert_eq!(shown(b"a\x1b[2J\n"), "\"a\\u{1b}[2J\\n\"");
        assert_eq!(shown("é".repeat(81).as_bytes()), format!("\"{}…\"", "é".repeat(80)));
    }
}
