//! What the contracts' views answer.

use alloy::primitives::{Address, FixedBytes, U256};
use palisade_bindings::{Epoch, OperatorSetId, PoolId};

use crate::{
    Allocation, Budget, Checkpoint, Claim, Distributor, Manager, Membership, Operator, OperatorSet,
    Pause, Replay, Rewards, Terms, Vault, Waiting,
    common::{Clock, Common},
    manager::{LEAST_MAGNITUDE, Loaded},
    math::{WAD, part, part_up},
    vault::{Admission, Bucket, MAX_ASSETS, Pool, lookup},
};

/// The vault's views, at a timestamp. Each method answers as the contract's function of that name.
#[derive(Clone, Copy, Debug)]
pub struct VaultAt<'a> {
    vault: &'a Vault,
    clock: Clock,
    timestamp: u64,
}

/// The allocation manager's views, at a timestamp. Each method answers as the contract's function of that name.
#[derive(Clone, Copy, Debug)]
pub struct ManagerAt<'a> {
    manager: &'a Manager,
    vault: VaultAt<'a>,
    clock: Clock,
}

/// The rewards distributor's views, at a timestamp. Each method answers as the contract's function of that name.
#[derive(Clone, Copy, Debug)]
pub struct DistributorAt<'a> {
    distributor: &'a Distributor,
    vault: VaultAt<'a>,
}

/// The state of a pool's living generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolState {
    /// What its positions are worth together.
    pub assets: U256,
    /// The sum of its positions.
    pub shares: U256,
    /// How many generations of the pool have ended.
    pub generation: u32,
    /// The epoch in which `shares` last changed.
    pub since: Epoch,
}

/// An allocation as it stands now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllocationState {
    /// The magnitude in force.
    pub current: u128,
    /// The magnitude from `effective` on.
    pub next: u128,
    /// The epoch in which a pending change takes effect; 0 where there is none.
    pub effective: Epoch,
    /// What slashes took of it in this epoch.
    pub taken: u128,
}

impl Replay {
    /// The vault's views at a timestamp, which is not before the newest log's. `None` before the vault's first log.
    #[must_use]
    pub fn vault_at(&self, timestamp: u64) -> Option<VaultAt<'_>> {
        let vault = self.vault();
        Some(VaultAt { vault, clock: vault.common.clock?, timestamp })
    }

    /// The allocation manager's views at a timestamp, which is not before the newest log's. `None` before the first log
    /// of either contract.
    #[must_use]
    pub fn manager_at(&self, timestamp: u64) -> Option<ManagerAt<'_>> {
        let manager = self.manager();
        let (vault, clock) = (self.vault_at(timestamp)?, manager.common.clock?);
        Some(ManagerAt { manager, vault, clock })
    }

    /// The rewards distributor's views at a timestamp, which is not before the newest log's. `None` before the first log
    /// of it or of the vault.
    #[must_use]
    pub fn distributor_at(&self, timestamp: u64) -> Option<DistributorAt<'_>> {
        let (vault, distributor) = (self.vault_at(timestamp)?, self.distributor());
        distributor.clock.map(|_| DistributorAt { distributor, vault })
    }
}

fn pause_of(common: &Common, action: u8) -> Pause {
    common.pauses.get(usize::from(action)).copied().unwrap_or_default()
}

impl VaultAt<'_> {
    /// The clock: `EPOCH_LENGTH` and `ORIGIN`.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// `AUTHORITY`.
    #[must_use]
    pub fn authority(&self) -> Address {
        self.vault.common.authority.unwrap_or_default()
    }

    /// `currentEpoch`.
    #[must_use]
    pub fn current_epoch(&self) -> Epoch {
        self.clock.epoch_at(self.timestamp)
    }

    /// `pauseOf`.
    #[must_use]
    pub fn pause_of(&self, action: u8) -> Pause {
        pause_of(&self.vault.common, action)
    }

    /// `depositCapOf`.
    #[must_use]
    pub fn deposit_cap_of(&self, strategy: Address) -> U256 {
        self.vault.caps.get(&strategy).copied().unwrap_or(MAX_ASSETS)
    }

    /// `poolId`.
    #[must_use]
    pub fn pool_id(&self, operator: Address, strategy: Address) -> PoolId {
        let key = PoolId::key(operator, strategy);
        self.pool(key).map_or(key, |pool| pool.living(key))
    }

    /// `poolOf`.
    #[must_use]
    pub fn pool_of(&self, pool: PoolId) -> (Address, Address) {
        self.pool(pool).map(|pool| (pool.operator, pool.strategy)).unwrap_or_default()
    }

    /// `poolState`.
    #[must_use]
    pub fn pool_state(&self, pool: PoolId) -> PoolState {
        self.pool(pool).map_or_else(PoolState::default, |pool| PoolState {
            assets: pool.assets,
            shares: pool.now.shares,
            generation: pool.now.generation,
            since: pool.now.since,
        })
    }

    /// `assetsOf`, of one pool.
    #[must_use]
    pub fn assets_of(&self, pool: PoolId) -> U256 {
        self.pool_state(pool).assets
    }

    /// `slashable`: the pool's assets, and those of its two unmatured buckets.
    #[must_use]
    pub fn slashable(&self, pool: PoolId) -> [U256; 3] {
        let (state, now) = (self.pool_state(pool), self.current_epoch());
        let living = pool.at_generation(state.generation);
        let bucket = |epochs| self.bucket_of(living, now.plus(epochs)).assets;
        [state.assets, bucket(1), bucket(2)]
    }

    /// `bucketOf`.
    #[must_use]
    pub fn bucket_of(&self, pool: PoolId, epoch: Epoch) -> Bucket {
        self.vault.bucket(pool, epoch)
    }

    /// `balanceOf`.
    #[must_use]
    pub fn balance_of(&self, owner: Address, pool: PoolId) -> U256 {
        self.vault.shares(pool, owner)
    }

    /// `positionValue`.
    #[must_use]
    pub fn position_value(&self, pool: PoolId, owner: Address) -> U256 {
        let state = self.pool_state(pool);
        let (assets, shares) = if state.generation == pool.generation() {
            (state.assets, state.shares)
        } else {
            let rest = self.bucket_of(pool, Epoch::default());
            (rest.assets, rest.shares)
        };
        part(self.balance_of(owner, pool), assets, shares)
    }

    /// `exitOf`.
    #[must_use]
    pub fn exit_of(&self, pool: PoolId, epoch: Epoch, owner: Address) -> U256 {
        self.vault.exits.get(&(pool, epoch, owner)).copied().unwrap_or_default()
    }

    /// `exitValue`.
    #[must_use]
    pub fn exit_value(&self, pool: PoolId, epoch: Epoch, owner: Address) -> U256 {
        let bucket = self.bucket_of(pool, epoch);
        part(self.exit_of(pool, epoch, owner), bucket.assets, bucket.shares)
    }

    /// `sharesAt`; `None` for an epoch that has not begun, where the contract reverts.
    #[must_use]
    pub fn shares_at(&self, pool: PoolId, owner: Address, epoch: Epoch) -> Option<U256> {
        if epoch > self.current_epoch() {
            return None;
        }
        let Some(position) = self.vault.positions.get(&(pool, owner)) else {
            return Some(U256::ZERO);
        };
        let now = position.now;
        if now.since < epoch {
            return Some(now.shares);
        }
        Some(lookup(&position.history, position.previous, epoch).shares)
    }

    /// `historyOf`: newest first, each balance and since when it stands; `None` where `to` has not begun.
    #[must_use]
    pub fn history_of(
        &self,
        pool: PoolId,
        owner: Address,
        from: Epoch,
        to: Epoch,
    ) -> Option<Vec<Checkpoint>> {
        if to > self.current_epoch() {
            return None;
        }
        Some(self.vault.history_of(pool, owner, from, to))
    }

    /// `totalSharesAt`; `None` for an epoch that has not begun, where the contract reverts.
    #[must_use]
    pub fn total_shares_at(&self, pool: PoolId, epoch: Epoch) -> Option<(PoolId, U256)> {
        if epoch > self.current_epoch() {
            return None;
        }
        let found = self.pool(pool).map(|pool| pool.at(epoch));
        let found = found.unwrap_or_default();
        Some((pool.at_generation(found.generation), found.shares))
    }

    /// `operatorState`; `None` for an account that is none, where the contract answers zeros.
    #[must_use]
    pub fn operator_state(&self, operator: Address) -> Option<Operator> {
        self.vault.operators.get(&operator).copied()
    }

    /// `admissionOf`.
    #[must_use]
    pub fn admission_of(&self, operator: Address, staker: Address) -> Admission {
        self.vault.admissions.get(&(operator, staker)).copied().unwrap_or_default()
    }

    /// `creditOf`.
    #[must_use]
    pub fn credit_of(&self, strategy: Address, account: Address) -> U256 {
        self.vault.credits.get(&(strategy, account)).copied().unwrap_or_default()
    }

    /// `allowance`.
    #[must_use]
    pub fn allowance(&self, owner: Address, spender: Address, pool: PoolId) -> U256 {
        self.vault.allowances.get(&(owner, spender, pool)).copied().unwrap_or_default()
    }

    /// `isOperator`.
    #[must_use]
    pub fn is_operator(&self, owner: Address, spender: Address) -> bool {
        self.vault.spenders.contains(&(owner, spender))
    }

    fn pool(&self, pool: PoolId) -> Option<&Pool> {
        self.vault.pools.get(&pool.to_key())
    }
}

impl ManagerAt<'_> {
    /// The clock: `EPOCH_LENGTH` and `ORIGIN`.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// `AUTHORITY`.
    #[must_use]
    pub fn authority(&self) -> Address {
        self.manager.common.authority.unwrap_or_default()
    }

    /// `currentEpoch`.
    #[must_use]
    pub fn current_epoch(&self) -> Epoch {
        self.clock.epoch_at(self.vault.timestamp)
    }

    /// `pauseOf`.
    #[must_use]
    pub fn pause_of(&self, action: u8) -> Pause {
        pause_of(&self.manager.common, action)
    }

    /// `degreeCeilingOf`.
    #[must_use]
    pub fn degree_ceiling_of(&self, strategy: Address) -> u128 {
        self.manager.ceiling(strategy)
    }

    /// `termsOf`; `None` where there is no such set, where the contract answers zeros.
    #[must_use]
    pub fn terms_of(&self, set: OperatorSetId) -> Option<Terms> {
        self.manager.sets.get(&set).map(|set| set.terms)
    }

    /// `isAccepted`.
    #[must_use]
    pub fn is_accepted(&self, set: OperatorSetId, strategy: Address) -> bool {
        self.manager.sets.get(&set).is_some_and(|set| set.accepted.contains(&strategy))
    }

    /// `membershipOf`.
    #[must_use]
    pub fn membership_of(&self, set: OperatorSetId, operator: Address) -> Membership {
        let set = self.manager.sets.get(&set);
        set.and_then(|set| set.memberships.get(&operator)).copied().unwrap_or_default()
    }

    /// `allocationOf`.
    #[must_use]
    pub fn allocation_of(
        &self,
        set: OperatorSetId,
        operator: Address,
        strategy: Address,
    ) -> AllocationState {
        let Some((_, allocation)) = self.loaded(set, operator, strategy) else {
            return AllocationState::default();
        };
        let Allocation { current, next, effective, .. } = allocation;
        AllocationState {
            current,
            next,
            effective: if current == next { Epoch::default() } else { effective },
            taken: allocation.taken_during(self.current_epoch()),
        }
    }

    /// `budgetOf`; what is left is [`Budget::left`].
    #[must_use]
    pub fn budget_of(&self, operator: Address, strategy: Address) -> Budget {
        self.manager.budget((operator, strategy))
    }

    /// `slashableStake`, of one operator.
    #[must_use]
    pub fn slashable_stake(
        &self,
        set: OperatorSetId,
        strategy: Address,
        operator: Address,
    ) -> U256 {
        let Some((budget, allocation)) = self.loaded(set, operator, strategy) else {
            return U256::ZERO;
        };
        let left = budget.left();
        let reach = U256::from(allocation.current.min(left));
        let reached = |assets| part(assets, reach, U256::from(left));
        let parts = self.vault.slashable(PoolId::key(operator, strategy)).map(reached);
        parts.into_iter().fold(U256::ZERO, U256::saturating_add)
    }

    /// `guaranteedStake`, of one operator.
    #[must_use]
    pub fn guaranteed_stake(
        &self,
        set: OperatorSetId,
        strategy: Address,
        operator: Address,
    ) -> U256 {
        let Some((budget, allocation)) = self.loaded(set, operator, strategy) else {
            return U256::ZERO;
        };
        let left = budget.left();
        let others = budget.committed.saturating_sub(allocation.side());
        let own = allocation.current.min(allocation.next);
        let guaranteed = own.min(left.saturating_sub(others));
        if guaranteed < LEAST_MAGNITUDE {
            return U256::ZERO;
        }
        let assets = self.vault.assets_of(PoolId::key(operator, strategy));
        part(assets, U256::from(guaranteed), U256::from(left))
    }

    /// `worstCaseLoss`, of one operator.
    #[must_use]
    pub fn worst_case_loss(&self, strategy: Address, operator: Address) -> u128 {
        let budget = self.budget_of(operator, strategy);
        let (committed, left, wad) = (budget.committed, budget.left(), U256::from(WAD));
        if committed >= left {
            return WAD;
        }
        part_up(U256::from(committed), wad, U256::from(left)).saturating_to()
    }

    /// `proposalOf`; `None` where there is none, where the contract answers zeros.
    #[must_use]
    pub fn proposal_of(
        &self,
        set: OperatorSetId,
        operator: Address,
        strategy: Address,
    ) -> Option<Waiting> {
        let names = (operator, strategy);
        let budget = self.manager.budget(names);
        self.manager.sets.get(&set)?.waiting(budget, names, self.clock, self.vault.timestamp)
    }

    /// `contestedUntil`.
    #[must_use]
    pub fn contested_until(&self, operator: Address, strategy: Address) -> Epoch {
        self.budget_of(operator, strategy).contested_until
    }

    /// `isAppointed`.
    #[must_use]
    pub fn is_appointed(
        &self,
        account: Address,
        appointee: Address,
        selector: FixedBytes<4>,
    ) -> bool {
        self.manager.appointees.contains(&(account, appointee, selector))
    }

    /// The allocation with what has come due applied, and its budget; `None` where there is no such set.
    fn loaded(
        &self,
        set: OperatorSetId,
        operator: Address,
        strategy: Address,
    ) -> Option<(Budget, Allocation)> {
        let set: &OperatorSet = self.manager.sets.get(&set)?;
        let names = (operator, strategy);
        let budget = self.manager.budget(names);
        // What was stored by `apply` adds up, so this is never refused.
        let loaded = set.load_unless_retired(budget, names, self.current_epoch()).ok()?;
        let Loaded { budget, allocation, .. } = loaded;
        Some((budget, allocation))
    }
}

impl DistributorAt<'_> {
    /// The clock: `EPOCH_LENGTH` and `ORIGIN`.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.vault.clock()
    }

    /// `currentEpoch`.
    #[must_use]
    pub fn current_epoch(&self) -> Epoch {
        self.vault.current_epoch()
    }

    /// The epoch that closed last: the one that can be paid for.
    #[must_use]
    pub fn closed_epoch(&self) -> Epoch {
        Epoch(self.current_epoch().0.saturating_sub(1))
    }

    /// `commissionAt`; `None` for epochs before the closed one, where the contract reverts.
    #[must_use]
    pub fn commission_at(&self, operator: Address, epoch: Epoch) -> Option<u64> {
        let known = epoch >= self.closed_epoch();
        known.then(|| self.distributor.commission(operator).at(epoch))
    }

    /// `commissionOf`.
    #[must_use]
    pub fn commission_of(&self, operator: Address, token: Address) -> U256 {
        self.distributor.collectable.get(&(operator, token)).copied().unwrap_or_default()
    }

    /// `rewardsPerShare`.
    #[must_use]
    pub fn rewards_per_share(&self, pool: PoolId, token: Address, epoch: Epoch) -> U256 {
        let rewards = self.distributor.rewards.get(&(pool, token));
        rewards.map_or(U256::ZERO, |rewards| rewards.up_to(epoch))
    }

    /// `carried`.
    #[must_use]
    pub fn carried(&self, pool: PoolId, token: Address) -> U256 {
        let rewards = self.distributor.rewards.get(&(pool, token));
        rewards.map_or(U256::ZERO, Rewards::carried)
    }

    /// `claimedOf`.
    #[must_use]
    pub fn claimed_of(&self, pool: PoolId, token: Address, owner: Address) -> Claim {
        self.distributor.claim_of(pool, token, owner)
    }

    /// `claimable`, of one pool and token.
    #[must_use]
    pub fn claimable(&self, owner: Address, through: Epoch, pool: PoolId, token: Address) -> U256 {
        let through = through.min(self.closed_epoch());
        self.distributor.earned(self.vault.vault, pool, token, owner, through).1
    }

    /// `recipientOf`.
    #[must_use]
    pub fn recipient_of(&self, owner: Address) -> Address {
        self.distributor.recipients.get(&owner).copied().unwrap_or_default()
    }
}
