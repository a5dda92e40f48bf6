use alloy_primitives::U256;
use palisade_bindings::Epoch;

use super::{
    FRACTION_BITS,
    error::{Fit, fits},
};

/// What was paid to one generation of a pool in one token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewards {
    /// For each epoch that was paid for, in their order: the rewards of a share since the beginning, in 2^-64 units.
    pub cumulative: Vec<(Epoch, U256)>,
    /// What the last payment could not divide among the shares, in 2^-64 units.
    pub carry: U256,
}

impl Rewards {
    /// Rewards of a share for all epochs up to `epoch`, in 2^-64 units.
    #[must_use]
    pub fn up_to(&self, epoch: Epoch) -> U256 {
        let paid = self.cumulative.partition_point(|(paid, _)| *paid <= epoch);
        self.cumulative[..paid].last().map_or(U256::ZERO, |(_, cumulative)| *cumulative)
    }

    /// What a share comes to after `amount` units, of at most 128 bits, are added for the `shares`, not zero; and what is
    /// carried then.
    pub(super) fn with(&self, amount: U256, shares: U256) -> Fit<(U256, U256)> {
        let scaled = (amount << FRACTION_BITS).saturating_add(self.carry);
        let last = self.cumulative.last().map_or(U256::ZERO, |(_, cumulative)| *cumulative);
        let cumulative = last.saturating_add(scaled / shares);
        Ok((fits("rewards of a share", cumulative, 168)?, scaled % shares))
    }

    /// Files that under the epoch that was paid for, which is no earlier than any before.
    pub(super) fn file(&mut self, epoch: Epoch, cumulative: U256, carry: U256) {
        self.carry = carry;
        match self.cumulative.last_mut() {
            Some((paid, reached)) if *paid == epoch => *reached = cumulative,
            _ => self.cumulative.push((epoch, cumulative)),
        }
    }
}
