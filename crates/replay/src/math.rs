//! Checked steps, and the contracts' roundings.

use alloy::primitives::{U256, U512};
use palisade_bindings::Epoch;

use crate::Misfit;

/// 1, as a fraction or a share of a pool is written.
pub(crate) const WAD: u128 = 1_000_000_000_000_000_000;

pub(crate) type Fit<T = ()> = Result<T, Misfit>;

/// What the log tells is what follows from the logs before it.
pub(crate) fn same(what: &'static str, logged: U256, replayed: U256) -> Fit {
    if logged == replayed { Ok(()) } else { Err(Misfit::Differs { what, logged, replayed }) }
}

pub(crate) fn require(holds: bool, else_what: &'static str) -> Fit {
    if holds { Ok(()) } else { Err(Misfit::Forbidden(else_what)) }
}

pub(crate) fn minus(what: &'static str, held: U256, asked: U256) -> Fit<U256> {
    held.checked_sub(asked).ok_or(Misfit::TooMuch { what, asked, held })
}

/// A sum that the contracts keep in `bits`.
pub(crate) fn plus(what: &'static str, a: U256, b: U256, bits: usize) -> Fit<U256> {
    let sum = a.checked_add(b).ok_or(Misfit::TooLarge { what, value: U256::MAX })?;
    fits(what, sum, bits)
}

pub(crate) fn fits(what: &'static str, value: U256, bits: usize) -> Fit<U256> {
    if value.bit_len() <= bits { Ok(value) } else { Err(Misfit::TooLarge { what, value }) }
}

/// An epoch, which the contracts keep in 24 bits.
pub(crate) fn epoch(what: &'static str, value: U256) -> Fit<Epoch> {
    Ok(Epoch::from(fits(what, value, 24)?))
}

/// A timestamp, which the contracts keep in 40 bits.
pub(crate) fn time(what: &'static str, value: U256) -> Fit<u64> {
    Ok(fits(what, value, 40)?.to())
}

/// A magnitude or a fraction, of at most 1.
pub(crate) fn wad(what: &'static str, value: U256) -> Fit<u128> {
    if value <= U256::from(WAD) { Ok(value.to()) } else { Err(Misfit::TooLarge { what, value }) }
}

/// `a × b / c`, rounded down; 0 where `c` is, since nothing is a part of nothing.
pub(crate) fn part(a: U256, b: U256, c: U256) -> U256 {
    if c.is_zero() {
        return U256::ZERO;
    }
    let whole: U512 = a.widening_mul(b);
    (whole / U512::from(c)).saturating_to()
}

/// `a × b / c`, rounded up; 0 where `c` is.
pub(crate) fn part_up(a: U256, b: U256, c: U256) -> U256 {
    if c.is_zero() {
        return U256::ZERO;
    }
    let whole: U512 = a.widening_mul(b);
    whole.div_ceil(U512::from(c)).saturating_to()
}

/// `a × b / c` of magnitudes, rounded down.
pub(crate) fn scaled(a: u128, b: u128, c: u128) -> u128 {
    part(U256::from(a), U256::from(b), U256::from(c)).saturating_to()
}
