//! The two divisions of the protocol. Both round down, for those who stay.

use crate::U256;

/// `floor(whole × part / of)`. More than all is all, so the result is at most `whole` and fits.
///
/// Of nothing, every part is nothing: zero shares or zero left read as zero, never as an error
/// (P9).
///
/// `whole` has at most 104 bits and `of` at most 152, so the product fits 256.
pub(crate) fn part_of(whole: u128, part: U256, of: U256) -> u128 {
    (U256::from(whole) * part.min(of)).checked_div(of).unwrap_or_default().saturating_to()
}

/// `floor(amount × units / per)`: what `amount` buys at `units` for every `per`; one for one
/// where there is nothing yet (`units` is zero).
///
/// `amount` and `units` together have at most 256 bits.
pub(crate) fn convert(amount: u128, units: U256, per: u128) -> U256 {
    if units.is_zero() {
        return U256::from(amount);
    }
    (U256::from(amount) * units).checked_div(U256::from(per)).unwrap_or_default()
}
