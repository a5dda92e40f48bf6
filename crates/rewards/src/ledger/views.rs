use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use palisade_bindings::{Epoch, PoolId};

use super::{Claim, Clock, Generation, Ledger, Payment, Pool};

/// What the distributor's views answer at a timestamp. Each method answers as the contract's function of that name.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    ledger: &'a Ledger,
    clock: Clock,
    timestamp: u64,
}

/// What one owner has of one pool's generation in one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is.
    pub owner: Address,
    /// The pool's generation.
    pub pool: PoolId,
    /// The reward token.
    pub token: Address,
    /// How far it has claimed.
    pub claim: Claim,
    /// What it can claim now.
    pub claimable: U256,
}

impl Ledger {
    /// The distributor's views at a timestamp, which is not before the newest log's. `None` before the vault's first
    /// log.
    #[must_use]
    pub fn at(&self, timestamp: u64) -> Option<At<'_>> {
        self.clock.map(|clock| At { ledger: self, clock, timestamp })
    }

    /// The clock, once it was logged.
    #[must_use]
    pub const fn clock(&self) -> Option<Clock> {
        self.clock
    }

    /// The pools, by key.
    #[must_use]
    pub const fn pools(&self) -> &BTreeMap<PoolId, Pool> {
        &self.pools
    }

    /// The pools' generations in which stake ever stood.
    #[must_use]
    pub const fn generations(&self) -> &BTreeMap<PoolId, Generation> {
        &self.generations
    }

    /// All payments, in the order of the chain.
    #[must_use]
    pub fn payments(&self) -> &[Payment] {
        &self.payments
    }

    /// What the distributor must hold of a token: what was paid in, less what was paid out.
    #[must_use]
    pub fn holdings(&self, token: Address) -> U256 {
        self.held.get(&token).copied().unwrap_or_default()
    }

    /// The commissions that were not collected, by operator and token.
    #[must_use]
    pub const fn collectable(&self) -> &BTreeMap<(Address, Address), U256> {
        &self.collectable
    }
}

impl<'a> At<'a> {
    /// The running epoch.
    #[must_use]
    pub fn current_epoch(&self) -> Epoch {
        self.clock.epoch_at(self.timestamp)
    }

    /// The epoch that closed last: the one that can be paid for.
    #[must_use]
    pub fn closed_epoch(&self) -> Epoch {
        Epoch(self.current_epoch().0.saturating_sub(1))
    }

    /// What a claim would pay now.
    #[must_use]
    pub fn claimable(&self, owner: Address, through: Epoch, pool: PoolId, token: Address) -> U256 {
        let through = through.min(self.closed_epoch());
        let generation = self.ledger.generations.get(&pool);
        generation.map_or(U256::ZERO, |it| it.earned(token, owner, through).1)
    }

    /// The commission of an operator, scaled by 1e18, in the closed epoch, the running one or any to come; `None` for
    /// earlier ones.
    #[must_use]
    pub fn commission_at(&self, operator: Address, epoch: Epoch) -> Option<u64> {
        let commission = self.ledger.commissions.get(&operator).copied().unwrap_or_default();
        (epoch >= self.closed_epoch()).then(|| commission.at(epoch))
    }

    /// Commission that an operator has not collected.
    #[must_use]
    pub fn commission_of(&self, operator: Address, token: Address) -> U256 {
        self.ledger.collectable.get(&(operator, token)).copied().unwrap_or_default()
    }

    /// Rewards of one share of the pool's generation up to and including `epoch`, in 2^-64 units.
    #[must_use]
    pub fn rewards_per_share(&self, pool: PoolId, token: Address, epoch: Epoch) -> U256 {
        let rewards = self.ledger.generations.get(&pool).and_then(|it| it.rewards.get(&token));
        rewards.map_or(U256::ZERO, |rewards| rewards.up_to(epoch))
    }

    /// What the last payment could not divide among the shares, in 2^-64 units.
    #[must_use]
    pub fn carried(&self, pool: PoolId, token: Address) -> U256 {
        let rewards = self.ledger.generations.get(&pool).and_then(|it| it.rewards.get(&token));
        rewards.map_or(U256::ZERO, |rewards| rewards.carry)
    }

    /// How far an owner has claimed.
    #[must_use]
    pub fn claimed_of(&self, pool: PoolId, token: Address, owner: Address) -> Claim {
        let claims = self.ledger.generations.get(&pool).map(|it| &it.claims);
        claims.and_then(|claims| claims.get(&(token, owner))).copied().unwrap_or_default()
    }

    /// Where anybody may have rewards and commission of an owner sent; zero for nowhere.
    #[must_use]
    pub fn recipient_of(&self, owner: Address) -> Address {
        self.ledger.recipients.get(&owner).copied().unwrap_or_default()
    }

    /// What everybody has of everything that was paid, by pool and token: a row for each token that a generation was
    /// paid in and each owner that ever held shares of it.
    pub fn standings(self) -> impl Iterator<Item = Standing> + 'a {
        let through = self.closed_epoch();
        self.ledger.generations.iter().flat_map(move |(&pool, generation)| {
            generation.rewards.keys().flat_map(move |&token| {
                generation.positions.keys().map(move |&owner| {
                    let claim = generation.claims.get(&(token, owner)).copied().unwrap_or_default();
                    let claimable = generation.earned(token, owner, through).1;
                    Standing { owner, pool, token, claim, claimable }
                })
            })
        })
    }
}
