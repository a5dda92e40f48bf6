//! The rewards distributor: what it keeps, and how its logs change that.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, U256};
use palisade_bindings::{
    Epoch, PoolId,
    RewardsDistributor::{self, RewardsDistributorEvents},
};

use crate::{
    Clock, Commission, Misfit, Place, Vault,
    math::{Fit, WAD, epoch, fits, part, plus, require, same},
    replay::Now,
};

/// Units are divided this finely: rewards of a share, fractions and remainders are in 2^-64 units.
pub const FRACTION_BITS: usize = 64;

/// How many epochs stand in one word of those that were paid for.
const WINDOW: u32 = 128;

/// How many windows stand in one word of those that are not empty.
const BITMAP: u32 = 256;

/// What the rewards distributor keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distributor {
    /// The clock, once it was logged: that of the vault.
    pub clock: Option<Clock>,
    /// What operators keep of rewards.
    pub commissions: BTreeMap<Address, Commission>,
    /// Commissions that were not collected, by operator and token.
    pub collectable: BTreeMap<(Address, Address), U256>,
    /// What was paid, by pool generation and token.
    pub rewards: BTreeMap<(PoolId, Address), Rewards>,
    /// How far rewards were claimed, by pool generation, token and owner.
    pub claims: BTreeMap<(PoolId, Address, Address), Claim>,
    /// Where anybody may have an owner's rewards and commissions sent; zero for nowhere.
    pub recipients: BTreeMap<Address, Address>,
    /// Where words were written; see [`crate::Replay::take_touched`].
    pub(crate) touched: BTreeSet<Place>,
}

/// What was paid to one generation of a pool in one token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewards {
    /// What it came to, by the epoch that was paid for.
    pub paid: BTreeMap<Epoch, Reached>,
}

/// What all payments up to those for an epoch came to, in 2^-64 units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The rewards of a share since the beginning.
    pub cumulative: U256,
    /// What the last payment for the epoch could not divide among the shares.
    pub carry: U256,
}

/// How far an owner has claimed the rewards of one position in one token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Epochs before it are done with, and it itself as far as `cumulative`.
    pub through: Epoch,
    /// How far the rewards of a share had come, in 2^-64 units.
    pub cumulative: U256,
    /// What is earned and less than a unit, in 2^-64 units.
    pub fraction: U256,
}

/// The epochs that share a word, as the contract has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// A bit for each of its epochs that was paid for.
    pub(crate) paid: U256,
    /// The last epoch before it that was paid for.
    pub(crate) before: Epoch,
    /// What its last payment could not divide.
    pub(crate) carry: U256,
}

/// The number of the window that the epoch is in.
pub(crate) const fn window_of(epoch: Epoch) -> u32 {
    epoch.0 / WINDOW
}

/// The number of the word in which it stands that the window is not empty.
pub(crate) const fn bitmap_of(window: u32) -> u32 {
    window / BITMAP
}

impl Rewards {
    /// Rewards of a share for all epochs up to `epoch`, in 2^-64 units.
    #[must_use]
    pub fn up_to(&self, epoch: Epoch) -> U256 {
        let reached = self.paid.range(..=epoch).next_back();
        reached.map_or(U256::ZERO, |(_, reached)| reached.cumulative)
    }

    /// What the last payment could not divide among the shares, in 2^-64 units.
    #[must_use]
    pub fn carried(&self) -> U256 {
        self.paid.values().next_back().map_or(U256::ZERO, |reached| reached.carry)
    }

    /// What they come to after `amount` units, of at most 128 bits, are added for the `shares`, not zero.
    fn with(&self, amount: U256, shares: U256) -> Fit<Reached> {
        let last = self.paid.values().next_back().copied().unwrap_or_default();
        let scaled = (amount << FRACTION_BITS).saturating_add(last.carry);
        let cumulative = last.cumulative.saturating_add(scaled / shares);
        let cumulative = fits("rewards of a share", cumulative, 168)?;
        Ok(Reached { cumulative, carry: scaled % shares })
    }

    /// `None` for a window of which no epoch was paid for.
    pub(crate) fn window(&self, window: u32) -> Option<Window> {
        let first = Epoch(window.saturating_mul(WINDOW));
        let mut paid = U256::ZERO;
        let mut carry = None;
        for (epoch, reached) in self.paid.range(first..first.plus(WINDOW)) {
            paid.set_bit((epoch.0 - first.0) as usize, true);
            carry = Some(reached.carry);
        }
        let before = self.paid.range(..first).next_back().map(|(epoch, _)| *epoch);
        Some(Window { paid, before: before.unwrap_or_default(), carry: carry? })
    }

    /// Which windows are not empty, of those that stand in this word: a bit for each.
    pub(crate) fn bitmap(&self, word: u32) -> U256 {
        let mut bits = U256::ZERO;
        for window in self.windows().filter(|window| bitmap_of(*window) == word) {
            bits.set_bit((window % BITMAP) as usize, true);
        }
        bits
    }

    /// The windows that are not empty, in their order.
    pub(crate) fn windows(&self) -> impl Iterator<Item = u32> {
        let mut from = Epoch::default();
        std::iter::from_fn(move || {
            let (epoch, _) = self.paid.range(from..).next()?;
            let window = window_of(*epoch);
            from = Epoch(window.saturating_add(1).saturating_mul(WINDOW));
            Some(window)
        })
    }
}

impl Distributor {
    /// What an operator keeps of rewards.
    #[must_use]
    pub fn commission(&self, operator: Address) -> Commission {
        self.commissions.get(&operator).copied().unwrap_or_default()
    }

    /// How far an owner has claimed.
    #[must_use]
    pub fn claim_of(&self, pool: PoolId, token: Address, owner: Address) -> Claim {
        self.claims.get(&(pool, token, owner)).copied().unwrap_or_default()
    }

    /// What `owner` earned since it claimed last, up to and including `through`, which has closed; and how far it has
    /// claimed with that. Nothing changes where nothing was paid and no balance changed.
    #[must_use]
    pub fn earned(
        &self,
        vault: &Vault,
        pool: PoolId,
        token: Address,
        owner: Address,
        through: Epoch,
    ) -> (Claim, U256) {
        let standing = self.claim_of(pool, token, owner);
        let from = standing.through;
        if through < from || !through.is_set() {
            return (standing, U256::ZERO);
        }
        let rewards = self.rewards.get(&(pool, token));
        let up_to = |epoch| rewards.map_or(U256::ZERO, |rewards| rewards.up_to(epoch));
        let held = vault.history_of(pool, owner, from, through);
        let (base, reached) = (standing.cumulative, up_to(through));
        if reached == base && held.len() == 1 {
            return (standing, U256::ZERO);
        }
        let (mut scaled, mut upper) = (standing.fraction, reached);
        // Newest first: each balance earned what a share did from the epoch after its first to its last.
        for balance in held {
            let lower = if balance.since < from { base } else { up_to(balance.since).max(base) };
            let gained = balance.shares.saturating_mul(upper.saturating_sub(lower));
            scaled = scaled.saturating_add(gained);
            upper = lower;
        }
        let fraction = scaled & U256::from(u64::MAX);
        (Claim { through, cumulative: reached, fraction }, scaled >> FRACTION_BITS)
    }

    pub(crate) fn apply(
        &mut self,
        event: &RewardsDistributorEvents,
        now: Now,
        vault: &Vault,
    ) -> Fit {
        use RewardsDistributorEvents as E;
        match event {
            E::ClockStarted(event) => self.start(event, vault),
            E::Distributed(event) => self.pay(event, now, vault),
            E::Claimed(event) => self.claim(event, now, vault),
            E::CommissionSet(event) => {
                let operator = vault.operators.get(&event.operator);
                let opened = operator.is_some_and(|operator| operator.opened);
                let commission = self.commission(event.operator);
                let commission = commission.set(event.rate, event.effective, now.epoch, opened)?;
                self.commissions.insert(event.operator, commission);
                self.touched.insert(Place::Commission(event.operator));
                Ok(())
            }
            E::CommissionCollected(event) => {
                let key = (event.operator, event.token);
                let due = self.collectable.get(&key).copied().unwrap_or_default();
                require(!due.is_zero(), "there is no commission to collect")?;
                same("amount", event.amount, due)?;
                self.collectable.remove(&key);
                self.touched.insert(Place::Collectable(event.operator, event.token));
                Ok(())
            }
            E::RecipientSet(event) => {
                self.recipients.insert(event.owner, event.recipient);
                self.touched.insert(Place::Recipient(event.owner));
                Ok(())
            }
        }
    }

    fn start(&mut self, event: &RewardsDistributor::ClockStarted, vault: &Vault) -> Fit {
        if self.clock.is_some() {
            return Err(Misfit::Twice { what: "clock of", key: "this contract".to_owned() });
        }
        let clock = vault.common.clock.ok_or(Misfit::NotBefore("the vault's ClockStarted"))?;
        same("epoch length", event.epochLength, U256::from(clock.epoch_length))?;
        same("origin", event.origin, U256::from(clock.origin))?;
        self.clock = Some(clock);
        Ok(())
    }

    fn pay(&mut self, event: &RewardsDistributor::Distributed, now: Now, vault: &Vault) -> Fit {
        let (id, token) = (PoolId::from(event.pool), event.token);
        let closed = now.closed();
        same("epoch", event.epoch, closed.into())?;
        let missing = || Misfit::Missing { what: "pool", key: id.to_string() };
        let pool = vault.pools.get(&id.to_key()).ok_or_else(missing)?;
        require(!id.is_idle(), "idle stake earns nothing")?;
        let total = pool.at(closed);
        same("pool", event.pool, id.at_generation(total.generation).into())?;
        require(!total.shares.is_zero(), "the pool had no shares at the start of the epoch")?;
        let amount = fits("amount", event.amount, 128)?;
        require(!amount.is_zero(), "nothing was paid")?;
        let operator = pool.operator;
        let rate = self.commission(operator).at(closed);
        let commission = part(amount, U256::from(rate), U256::from(WAD));
        same("commission", event.commission, commission)?;
        let collectable = self.collectable.get(&(operator, token)).copied().unwrap_or_default();
        let collectable = plus("commission of the operator", collectable, commission, 256)?;
        let none = Rewards::default();
        let rewards = self.rewards.get(&(id, token)).unwrap_or(&none);
        let reached = rewards.with(amount.saturating_sub(commission), total.shares)?;

        self.rewards.entry((id, token)).or_default().paid.insert(closed, reached);
        self.touched.extend(Place::paid(id, token, closed));
        if !commission.is_zero() {
            self.collectable.insert((operator, token), collectable);
            self.touched.insert(Place::Collectable(operator, token));
        }
        Ok(())
    }

    fn claim(&mut self, event: &RewardsDistributor::Claimed, now: Now, vault: &Vault) -> Fit {
        let (pool, token, owner) = (PoolId::from(event.pool), event.token, event.owner);
        let through = epoch("epoch", event.through)?;
        require(through <= now.closed(), "the epoch has not closed")?;
        let (next, earned) = self.earned(vault, pool, token, owner, through);
        same("amount", event.amount, earned)?;
        let standing = self.claim_of(pool, token, owner);
        require(next != standing, "a claim that changes nothing is not logged")?;
        self.claims.insert((pool, token, owner), next);
        self.touched.insert(Place::Claim(pool, token, owner));
        Ok(())
    }
}
