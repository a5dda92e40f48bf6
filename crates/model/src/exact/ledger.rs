//! One pool generation's or one bucket's worths, as exact fractions.

use std::collections::BTreeMap;

use num_bigint::{BigInt, Sign};
use num_rational::BigRational;

use super::Drift;
use crate::{Account, Magnitude, U256};

/// Stake on its way from one ledger to another, in wei.
#[derive(Debug)]
pub(super) struct Part {
    worth: BigRational,
    /// What the conversions of its holder may have cost it.
    own: BigRational,
    /// Its part of the roundings of the ledger that it left.
    roundings: BigRational,
}

impl Part {
    /// Stake that comes from outside, or that is there at the beginning.
    pub(super) fn of(worth: BigRational) -> Self {
        Self { worth, own: zero(), roundings: zero() }
    }
}

#[derive(Debug, Clone)]
struct Held {
    shares: U256,
    /// Over the ledger's factor.
    worth: BigRational,
    /// Over the ledger's factor.
    own: BigRational,
}

/// The worths of all holders. Each is kept over a common factor, so that a slash is one
/// multiplication.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    factor: BigRational,
    held: BTreeMap<Account, Held>,
    /// The bound `B` of the ledger's roundings, in wei.
    roundings: BigRational,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { factor: small(1), held: BTreeMap::new(), roundings: zero() }
    }
}

impl Ledger {
    /// Adds stake that became `shares`, after so many conversions.
    pub(super) fn put(&mut self, owner: Account, shares: U256, part: Part, conversions: u32) {
        let conversions = small(conversions);
        self.roundings += part.roundings + &conversions;
        self.add(owner, shares, part.worth / &self.factor, (part.own + conversions) / &self.factor);
    }

    /// Takes a part of a holder's stake out, one rounding; `None` where it has not as many shares.
    pub(super) fn take(&mut self, owner: Account, shares: U256) -> Option<Part> {
        let (part, worth, own) = self.split(owner, shares)?;
        let taken = Part {
            worth: worth * &self.factor,
            own: own * &self.factor,
            roundings: part * &self.roundings,
        };
        self.roundings += small(1);
        Some(taken)
    }

    /// Gives a part of one holder's stake to another. Returns whether it had as many shares.
    pub(super) fn give(&mut self, from: Account, to: Account, shares: U256) -> bool {
        let Some((_, worth, own)) = self.split(from, shares) else { return false };
        self.add(to, shares, worth, own);
        true
    }

    /// Takes `magnitude` out of `left` of everything.
    pub(super) fn slash(&mut self, magnitude: Magnitude, left: Magnitude) {
        let kept = left.saturating_sub(magnitude);
        if kept == Magnitude::ZERO {
            // The generation ends. A factor of zero could not be divided by.
            (self.factor, self.roundings) = (small(1), zero());
            for held in self.held.values_mut() {
                (held.worth, held.own) = (zero(), zero());
            }
            return;
        }
        let kept = BigRational::new(kept.0.into(), left.0.into());
        self.factor *= &kept;
        self.roundings = kept * &self.roundings + small(1);
    }

    pub(super) fn holders(&self) -> impl Iterator<Item = Account> {
        self.held.keys().copied()
    }

    pub(super) fn shares(&self, owner: Account) -> U256 {
        self.held.get(&owner).map_or(U256::ZERO, |held| held.shares)
    }

    pub(super) fn worth(&self, owner: Account) -> BigRational {
        self.held.get(&owner).map_or_else(zero, |held| &held.worth * &self.factor)
    }

    pub(super) fn drift(&self, owner: Account) -> Drift {
        let down = self.held.get(&owner).map_or_else(zero, |held| &held.own * &self.factor);
        Drift { down, up: self.roundings.clone() }
    }

    fn add(&mut self, owner: Account, shares: U256, worth: BigRational, own: BigRational) {
        let nothing = || Held { shares: U256::ZERO, worth: zero(), own: zero() };
        let held = self.held.entry(owner).or_insert_with(nothing);
        held.shares += shares;
        held.worth += worth;
        held.own += own;
    }

    /// Takes `shares` from a holder: which part of its stake that is, and that part of its worth and
    /// of its own conversions, over the factor.
    fn split(
        &mut self,
        owner: Account,
        shares: U256,
    ) -> Option<(BigRational, BigRational, BigRational)> {
        let held = self.held.get_mut(&owner)?;
        if shares.is_zero() || held.shares < shares {
            return None;
        }
        let part = integer(shares) / integer(held.shares);
        let (worth, own) = (&part * &held.worth, &part * &held.own);
        held.shares -= shares;
        held.worth -= &worth;
        held.own -= &own;
        if held.shares.is_zero() {
            self.held.remove(&owner);
        }
        Some((part, worth, own))
    }
}

pub(super) fn integer(n: U256) -> BigRational {
    BigRational::from_integer(BigInt::from_bytes_be(Sign::Plus, &n.to_be_bytes::<32>()))
}

pub(super) fn zero() -> BigRational {
    small(0)
}

fn small(n: u32) -> BigRational {
    BigRational::from_integer(n.into())
}
