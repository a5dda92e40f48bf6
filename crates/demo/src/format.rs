//! Amounts as people write them.

use alloy::primitives::{U256, utils::format_units};

use crate::cast::{Asset, Share};

/// How many decimals of an amount a person is shown.
const SHOWN_DECIMALS: usize = 6;

/// An amount of a token, such as "1,250.5 rETH". What is cut off leaves a "…".
pub(crate) fn amount(amount: u128, asset: Asset) -> String {
    units(amount, asset.decimals(), asset.symbol())
}

/// An amount of any token.
pub(crate) fn units(amount: u128, decimals: u8, symbol: &str) -> String {
    format!("{} {symbol}", decimal(amount, decimals))
}

/// An amount without the token's name.
pub(crate) fn decimal(amount: u128, decimals: u8) -> String {
    // Never fails: no token has more decimals than a U256 has digits.
    let text = format_units(U256::from(amount), decimals).unwrap_or_else(|_| amount.to_string());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let (shown, rest) = fraction.split_at(fraction.len().min(SHOWN_DECIMALS));
    let cut = if rest.is_empty() { "" } else { "…" };
    let point = if shown.is_empty() && cut.is_empty() { "" } else { "." };
    format!("{}{point}{shown}{cut}", grouped_digits(whole))
}

/// What came of an amount, such as "−12.5".
pub(crate) fn change(before: u128, after: u128, decimals: u8) -> String {
    match before.cmp(&after) {
        std::cmp::Ordering::Equal => "·".to_owned(),
        std::cmp::Ordering::Less => format!("+{}", decimal(after - before, decimals)),
        std::cmp::Ordering::Greater => format!("−{}", decimal(before - after, decimals)),
    }
}

/// A whole number, such as "82,105".
pub(crate) fn number(n: impl Into<u128>) -> String {
    grouped_digits(&n.into().to_string())
}

/// A fraction, such as "40 %".
pub(crate) fn share(share: Share) -> String {
    format!("{} %", decimal(share.0.into(), 16))
}

/// A list, such as "a, b and c".
pub(crate) fn listed(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<_> = items.into_iter().collect();
    let Some(last) = items.pop() else { return String::new() };
    if items.is_empty() { last } else { format!("{} and {last}", items.join(", ")) }
}

/// A time span, such as "7 days".
pub(crate) fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn grouped_digits(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_cut() {
        let eth = Asset::REth.one();
        assert_eq!(amount(0, Asset::REth), "0 rETH");
        assert_eq!(amount(1_250 * eth + eth / 2, Asset::REth), "1,250.5 rETH");
        assert_eq!(amount(1_000_000 * eth, Asset::WstEth), "1,000,000 wstETH");
        assert_eq!(amount(90_123_456_789_012_345_678, Asset::REth), "90.123456… rETH");
        assert_eq!(amount(1, Asset::REth), "0.000000… rETH");
        assert_eq!(amount(333_333_333, Asset::StUsd), "333.333333 stUSD");
        assert_eq!(amount(5 * eth + 10, Asset::REth), "5.000000… rETH");
    }

    #[test]
    fn fractions_changes_and_lists() {
        assert_eq!(share(Share::percent(40)), "40 %");
        assert_eq!(share(Share(333_333_333_333_333_333)), "33.333333… %");
        assert_eq!(change(5_000_000, 3_500_000, 6), "−1.5");
        assert_eq!(change(3_500_000, 5_000_000, 6), "+1.5");
        assert_eq!(change(7, 7, 6), "·");
        assert_eq!(number(1_234_567_u64), "1,234,567");
        let words = |words: &[&str]| listed(words.iter().map(ToString::to_string));
        assert_eq!((words(&[]), words(&["a"])), (String::new(), "a".to_owned()));
        assert_eq!(words(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn time_spans_have_the_largest_unit_that_fits() {
        let spans = [1, 60, 90, 7_200, 86_400, 604_800].map(duration);
        let expected = ["1 second", "1 minute", "90 seconds", "2 hours", "1 day", "7 days"];
        assert_eq!(spans, expected);
    }
}
