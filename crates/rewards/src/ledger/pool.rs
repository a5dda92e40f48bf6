use std::collections::BTreeMap;

use alloy_primitives::{Address, U256, U512};
use palisade_bindings::{Epoch, PoolId};

use super::{Claim, Rewards};

/// A pool: whose it is and of what, and what stood in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Whose it is; zero for an idle one.
    pub operator: Address,
    /// The token that is staked in it.
    pub strategy: Address,
    /// A checkpoint for each epoch in which something changed.
    pub history: Vec<Total>,
}

/// What a pool came to after an epoch's changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// The epoch of the changes.
    pub since: Epoch,
    /// Its generation.
    pub generation: u32,
    /// The sum of its positions.
    pub shares: U256,
    /// What they are worth together, in units of the strategy.
    pub assets: U256,
}

/// One generation of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generation {
    /// Whether it was renewed, so that its positions leave for what was left.
    pub renewed: bool,
    /// Each owner's shares: a checkpoint for each epoch in which they changed.
    pub positions: BTreeMap<Address, Vec<(Epoch, U256)>>,
    /// What it was paid, by token.
    pub rewards: BTreeMap<Address, Rewards>,
    /// How far owners have claimed, by token and owner.
    pub claims: BTreeMap<(Address, Address), Claim>,
}

impl Pool {
    /// What stood at the first instant of `epoch`.
    #[must_use]
    pub fn at(&self, epoch: Epoch) -> Total {
        let before = self.history.partition_point(|total| total.since < epoch);
        self.history[..before].last().copied().unwrap_or_default()
    }

    /// What stands now.
    #[must_use]
    pub fn now(&self) -> Total {
        self.history.last().copied().unwrap_or_default()
    }

    pub(super) fn set(&mut self, total: Total) {
        match self.history.last_mut() {
            Some(last) if last.since == total.since => *last = total,
            _ => self.history.push(total),
        }
    }

    /// The id of the generation of `total`.
    #[must_use]
    pub fn id(&self, total: Total) -> PoolId {
        PoolId::key(self.operator, self.strategy).at_generation(total.generation)
    }
}

impl Generation {
    /// What `owner` held at the first instant of `epoch`.
    #[must_use]
    pub fn shares_at(&self, owner: Address, epoch: Epoch) -> U256 {
        let held = self.positions.get(&owner).map_or(&[][..], Vec::as_slice);
        let before = held.partition_point(|(since, _)| *since < epoch);
        held[..before].last().map_or(U256::ZERO, |(_, shares)| *shares)
    }

    /// What `owner` holds now.
    #[must_use]
    pub fn shares(&self, owner: Address) -> U256 {
        let newest = self.positions.get(&owner).and_then(|held| held.last());
        newest.map_or(U256::ZERO, |(_, shares)| *shares)
    }

    pub(super) fn set_shares(&mut self, owner: Address, shares: U256, now: Epoch) {
        let held = self.positions.entry(owner).or_default();
        match held.last_mut() {
            Some((since, stand)) if *since == now => *stand = shares,
            _ => held.push((now, shares)),
        }
    }

    /// What `owner` earned in `token` since it claimed last, up to and including `through`; and how far it has claimed
    /// with that. The same steps as in the contract, by whose rule nothing changes where nothing was paid and no
    /// balance changed.
    pub(super) fn earned(&self, token: Address, owner: Address, through: Epoch) -> (Claim, U256) {
        let standing = self.claims.get(&(token, owner)).copied().unwrap_or_default();
        let from = standing.through;
        if through < from || !through.is_set() {
            return (standing, U256::ZERO);
        }
        let rewards = self.rewards.get(&token);
        let up_to = |epoch| rewards.map_or(U256::ZERO, |rewards| rewards.up_to(epoch));
        let held = self.positions.get(&owner).map_or(&[][..], Vec::as_slice);
        let held = &held[..held.partition_point(|(since, _)| *since < through)];
        let (base, reached) = (standing.cumulative, up_to(through));
        let changed = held.last().is_some_and(|(since, _)| *since >= from);
        if reached == base && !changed {
            return (standing, U256::ZERO);
        }
        let (mut scaled, mut upper) = (standing.fraction, reached);
        // Newest first: each balance earned what a share did from the epoch after its first to its last.
        for (since, shares) in held.iter().rev() {
            if upper <= base {
                break;
            }
            let lower = if *since < from { base } else { up_to(*since).max(base) };
            scaled = scaled.saturating_add(shares.saturating_mul(upper.saturating_sub(lower)));
            upper = lower;
        }
        let amount = scaled >> super::FRACTION_BITS;
        let next = Claim {
            through,
            cumulative: reached,
            fraction: scaled & U256::from(u64::MAX),
            claimed: standing.claimed.saturating_add(amount),
        };
        (next, amount)
    }
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
pub(super) fn part_up(a: U256, b: U256, c: U256) -> U256 {
    if c.is_zero() {
        return U256::ZERO;
    }
    let whole: U512 = a.widening_mul(b);
    whole.div_ceil(U512::from(c)).saturating_to()
}
