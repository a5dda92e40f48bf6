//! What the vault remembers: pools, positions, exits, credits.
//!
//! Here is only the book-keeping, all of it infallible: an action in [`staking`](crate::staking)
//! or [`slashing`](crate::slashing) computes on copies, moves the token, and writes last, so that
//! a refused one leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Account, Admission, Bucket, Epoch, Model, ModelError, Operator, OperatorState, Pool, PoolId,
    Result, Strategy, U256, history::History,
};

/// The deposit cap of a strategy until governance sets a lower one, and the highest there is: below
/// it no pool or bucket overflows in ordinary life.
pub const MAX_DEPOSIT_CAP: u128 = 1 << 92;

/// The vault's books.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Vault {
    pub(crate) operators: BTreeMap<Operator, OperatorState>,
    pub(crate) admissions: BTreeMap<(Operator, Account), Admission>,
    pub(crate) pools: BTreeMap<(Operator, Strategy), Pool>,
    /// The number of each pool's generation through time.
    pub(crate) generations: BTreeMap<(Operator, Strategy), History>,
    /// The shares of each pool generation through time: the sum of the positions in it. That of
    /// one which a slash ended stays as it was, like the positions: what was earned before the
    /// end is still divided by it. One that was renewed falls as its holders leave.
    pub(crate) totals: BTreeMap<PoolId, History>,
    pub(crate) positions: BTreeMap<(PoolId, Account), History>,
    /// The exits of each day; and, under epoch 0, what is left of a renewed generation.
    pub(crate) buckets: BTreeMap<(PoolId, Epoch), Bucket>,
    pub(crate) exits: BTreeMap<(PoolId, Epoch, Account), U256>,
    /// Slashed tokens whose recipient could not receive them.
    pub(crate) credits: BTreeMap<(Strategy, Account), u128>,
    pub(crate) deposit_caps: BTreeMap<Strategy, u128>,
    /// Who may transfer how much of a position for its owner: owner, spender.
    pub(crate) allowances: BTreeMap<(Account, Account, PoolId), U256>,
    /// Who may act on all positions and exits of an owner: owner, spender.
    pub(crate) agents: BTreeSet<(Account, Account)>,
}

impl Vault {
    /// The pool, empty where nothing was ever deposited.
    pub(crate) fn pool(&self, operator: Operator, strategy: Strategy) -> Pool {
        self.pools.get(&(operator, strategy)).copied().unwrap_or_default()
    }

    /// The id of the pool's current generation.
    pub(crate) fn pool_id(&self, operator: Operator, strategy: Strategy) -> PoolId {
        PoolId { operator, strategy, generation: self.pool(operator, strategy).generation }
    }

    /// The pool of which `id` is the current generation.
    pub(crate) fn current(&self, id: PoolId) -> Result<Pool> {
        let pool = self.pool(id.operator, id.strategy);
        if pool.generation != id.generation {
            return Err(ModelError::NotCurrentGeneration { pool: id, current: pool.generation });
        }
        Ok(pool)
    }

    pub(crate) fn bucket(&self, id: PoolId, epoch: Epoch) -> Bucket {
        self.buckets.get(&(id, epoch)).copied().unwrap_or_default()
    }

    pub(crate) fn position(&self, id: PoolId, owner: Account) -> u128 {
        self.positions.get(&(id, owner)).map_or(0, History::latest)
    }

    pub(crate) fn exit(&self, id: PoolId, epoch: Epoch, owner: Account) -> U256 {
        self.exits.get(&(id, epoch, owner)).copied().unwrap_or_default()
    }

    pub(crate) fn credit(&self, strategy: Strategy, account: Account) -> u128 {
        self.credits.get(&(strategy, account)).copied().unwrap_or_default()
    }

    pub(crate) fn deposit_cap(&self, strategy: Strategy) -> u128 {
        self.deposit_caps.get(&strategy).copied().unwrap_or(MAX_DEPOSIT_CAP)
    }

    /// The position of `owner`, if it has the `shares` that are to be burned.
    pub(crate) fn position_with(&self, id: PoolId, owner: Account, shares: u128) -> Result<u128> {
        let held = self.position(id, owner);
        if held < shares {
            return Err(ModelError::InsufficientShares { pool: id, owner, held, needed: shares });
        }
        Ok(held)
    }

    /// Writes a bucket, with one owner's exit in it.
    pub(crate) fn write_exit(
        &mut self,
        (id, epoch, owner): (PoolId, Epoch, Account),
        bucket: Bucket,
        exit: U256,
    ) {
        self.buckets.insert((id, epoch), bucket);
        if exit.is_zero() {
            self.exits.remove(&(id, epoch, owner));
        } else {
            self.exits.insert((id, epoch, owner), exit);
        }
    }
}

impl Model {
    /// Writes a pool whose shares changed now, with one owner's position in it.
    pub(crate) fn write_stake(
        &mut self,
        (operator, strategy): (Operator, Strategy),
        pool: Pool,
        owner: Account,
        position: u128,
    ) {
        let id = PoolId { operator, strategy, generation: pool.generation };
        let now = self.epoch();
        self.vault.pools.insert((operator, strategy), pool);
        self.vault.totals.entry(id).or_default().record(now, pool.shares);
        self.write_position(id, owner, position);
    }

    /// Writes a position that changed now.
    pub(crate) fn write_position(&mut self, id: PoolId, owner: Account, shares: u128) {
        let now = self.epoch();
        let history = self.vault.positions.entry((id, owner)).or_default();
        let branch = history.branch(now);
        history.record(now, shares);
        self.reached(branch);
    }
}
