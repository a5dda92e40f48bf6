//! The vault: what it keeps, and how its logs change that.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, U256};
use palisade_bindings::{
    Epoch, PoolId,
    StakeVault::{self, StakeVaultEvents},
};

use crate::{
    Contract, Misfit, Place,
    common::Common,
    math::{Fit, epoch, fits, minus, part, part_up, plus, require, same, time},
    replay::{Burned, Call, Minted, Now, Slashed},
};

/// The most of any strategy that the vault takes: the highest deposit cap.
pub const MAX_ASSETS: U256 = U256::from_limbs([0, 1 << 28, 0, 0]);

/// A pool with more than this many times more shares than assets is worn out.
const WORN_OUT: u64 = 4096;

/// What the vault keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vault {
    /// Clock, authority and pauses.
    pub common: Common,
    /// All operators.
    pub operators: BTreeMap<Address, Operator>,
    /// The approvals of stakers by operators' approvers, by operator and staker.
    pub admissions: BTreeMap<(Address, Address), Admission>,
    /// All pools that ever held stake, by key.
    pub pools: BTreeMap<PoolId, Pool>,
    /// All positions there ever were, by pool generation and owner.
    pub positions: BTreeMap<(PoolId, Address), Position>,
    /// All buckets there ever were, by pool generation and epoch. That of epoch zero is what was left of a pool when it
    /// was renewed; its shares are the generation's positions.
    pub buckets: BTreeMap<(PoolId, Epoch), Bucket>,
    /// Bucket shares of the exits that are not over, by pool generation, epoch and owner.
    pub exits: BTreeMap<(PoolId, Epoch, Address), U256>,
    /// Slashed stake that may be collected, by strategy and account.
    pub credits: BTreeMap<(Address, Address), U256>,
    /// The deposit caps that governance has set, by strategy.
    pub caps: BTreeMap<Address, U256>,
    /// ERC-6909 operators: owner, and who may act for it.
    pub spenders: BTreeSet<(Address, Address)>,
    /// ERC-6909 allowances, by owner, spender and pool generation.
    pub allowances: BTreeMap<(Address, Address, PoolId), U256>,
    /// Where words were written; see [`crate::Replay::take_touched`].
    pub(crate) touched: BTreeSet<Place>,
}

/// An operator's standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operator {
    /// Whether its pools have ever been opened.
    pub opened: bool,
    /// The first epoch in which its pools take stake; 0 while they are closed.
    pub admits_from: Epoch,
    /// Who decides which stakers they take; zero where everybody may stake.
    pub approver: Address,
}

/// An approver's approval of a staker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// The number of the next approval.
    pub nonce: U256,
    /// Until when the last one holds; 0 where it was used.
    pub deadline: u64,
}

/// Shares as they stood since an epoch, of a pool's generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The shares.
    pub shares: U256,
    /// The epoch in which they had changed last.
    pub since: Epoch,
    /// The pool's generation; 0 in the history of a position, which is of one.
    pub generation: u32,
}

/// A pool: its living generation, and what stood before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Whose it is.
    pub operator: Address,
    /// Of what.
    pub strategy: Address,
    /// What the positions of the living generation are worth together.
    pub assets: U256,
    /// Their shares, since when they stand, and the generation.
    pub now: Checkpoint,
    /// What stood before, by the epoch whose change ended it.
    pub history: BTreeMap<Epoch, Checkpoint>,
}

/// A staker's shares of a pool's generation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Its shares, and since when they stand.
    pub now: Checkpoint,
    /// What it held before the epoch of its last change.
    pub previous: Checkpoint,
    /// What it held before that, by the epoch whose change ended it.
    pub history: BTreeMap<Epoch, Checkpoint>,
}

/// What the stakers who queued for one epoch own together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// What the exits are worth together.
    pub assets: U256,
    /// Their shares.
    pub shares: U256,
}

impl Pool {
    /// The id of the living generation, for the pool with this key.
    pub(crate) fn living(&self, key: PoolId) -> PoolId {
        key.at_generation(self.now.generation)
    }

    /// What stood at the first instant of `epoch`: shares, and of which generation.
    #[must_use]
    pub fn at(&self, epoch: Epoch) -> Checkpoint {
        lookup(&self.history, self.now, epoch)
    }

    fn set(&mut self, generation: u32, assets: U256, shares: U256, now: Epoch) {
        if self.now.since != now && self.now.since.is_set() {
            self.history.insert(now, self.now);
        }
        self.assets = assets;
        self.now = Checkpoint { shares, since: now, generation };
    }

    fn end_generation(&mut self, now: Epoch) {
        self.set(self.now.generation + 1, U256::ZERO, U256::ZERO, now);
    }
}

impl Position {
    fn set(&mut self, shares: U256, now: Epoch) {
        if self.now.since != now {
            if self.previous.since.is_set() {
                self.history.insert(self.now.since, self.previous);
            }
            self.previous = self.now;
        }
        self.now = Checkpoint { shares, since: now, generation: 0 };
    }
}

/// What was in force at the first instant of `epoch`, looked for from `newest` backwards.
pub(crate) fn lookup(
    history: &BTreeMap<Epoch, Checkpoint>,
    mut newest: Checkpoint,
    epoch: Epoch,
) -> Checkpoint {
    while newest.since.is_set() && newest.since >= epoch {
        newest = history.get(&newest.since).copied().unwrap_or_default();
    }
    newest
}

impl Vault {
    /// The bucket, empty where there is none.
    #[must_use]
    pub fn bucket(&self, pool: PoolId, epoch: Epoch) -> Bucket {
        self.buckets.get(&(pool, epoch)).copied().unwrap_or_default()
    }

    /// Shares that `owner` holds of a pool's generation.
    #[must_use]
    pub fn shares(&self, pool: PoolId, owner: Address) -> U256 {
        self.positions.get(&(pool, owner)).map(|position| position.now.shares).unwrap_or_default()
    }

    /// What `owner` held of a pool's generation from epoch `from` to `to`, newest first: that of the first instant of
    /// `to`, and each before it down to that of the first instant of `from`.
    pub(crate) fn history_of(
        &self,
        pool: PoolId,
        owner: Address,
        from: Epoch,
        to: Epoch,
    ) -> Vec<Checkpoint> {
        let none = Position::default();
        let position = self.positions.get(&(pool, owner)).unwrap_or(&none);
        let before = |it: Checkpoint| {
            if it.since == position.now.since {
                return position.previous;
            }
            position.history.get(&it.since).copied().unwrap_or_default()
        };
        let mut newest = position.now;
        while newest.since.is_set() && newest.since >= to {
            newest = before(newest);
        }
        let mut held = vec![newest];
        while newest.since.is_set() && newest.since >= from {
            newest = before(newest);
            held.push(newest);
        }
        held
    }

    /// What the vault holds of `strategy` for somebody: all its pools, exits and credits.
    #[must_use]
    pub fn holdings(&self, strategy: Address) -> U256 {
        let of_it =
            |key: PoolId| self.pools.get(&key).is_some_and(|pool| pool.strategy == strategy);
        let pools =
            self.pools.values().filter(|pool| pool.strategy == strategy).map(|pool| pool.assets);
        let buckets = self.buckets.iter().filter(|((pool, _), _)| of_it(pool.to_key()));
        let credits = self.credits.iter().filter(|((of, _), _)| *of == strategy);
        pools
            .chain(buckets.map(|(_, bucket)| bucket.assets))
            .chain(credits.map(|(_, assets)| *assets))
            .fold(U256::ZERO, U256::saturating_add)
    }

    pub(crate) fn apply(&mut self, event: &StakeVaultEvents, now: Now, call: &mut Call) -> Fit {
        use StakeVaultEvents as E;
        match event {
            E::ClockStarted(event) => self.common.start(event.epochLength, event.origin),
            E::AuthoritySet(event) => self.common.set_authority(event.authority),
            E::PauseSet(event) => {
                self.common.pause(event.action, event.until, event.restUntil, now)?;
                self.touched.extend(Place::pauses(Contract::Vault));
                Ok(())
            }
            E::OperatorRegistered(event) => self.register(event),
            E::ApproverRemoved(event) => {
                let operator = self.operator(event.operator)?;
                require(!operator.approver.is_zero(), "the operator has no approver")?;
                operator.approver = Address::ZERO;
                self.touched.insert(Place::Operator(event.operator));
                Ok(())
            }
            E::OperatorOpened(event) => {
                let operator = self.operator(event.operator)?;
                require(!operator.admits_from.is_set(), "the operator is open already")?;
                let admits_from = now.epoch.plus(1);
                same("epoch", event.admitsFrom, admits_from.into())?;
                (operator.opened, operator.admits_from) = (true, admits_from);
                self.touched.insert(Place::Operator(event.operator));
                Ok(())
            }
            E::OperatorClosed(event) => {
                let operator = self.operator(event.operator)?;
                require(operator.admits_from.is_set(), "the operator is closed already")?;
                operator.admits_from = Epoch::default();
                self.touched.insert(Place::Operator(event.operator));
                Ok(())
            }
            E::Admitted(event) => self.admit(event),
            E::AdmissionUsed(event) => self.use_admission(event, now, call),
            E::PoolCreated(event) => self.create_pool(event, call),
            E::Transfer(event) => self.transfer(event, now, call),
            E::Approval(event) => {
                let key = (event.owner, event.spender, event.id.into());
                self.allowances.insert(key, event.amount);
                self.touched.insert(Place::Allowance(key.0, key.1, key.2));
                Ok(())
            }
            E::Withdrawn(event) => {
                let burned = call.placed("Withdrawn", event.pool.into(), event.owner)?;
                require(burned.at_once, "stake at risk leaves through the queue")?;
                same("shares", event.shares, burned.shares)?;
                same("assets", event.assets, burned.assets)?;
                call.clear();
                Ok(())
            }
            E::Delegated(event) => {
                let minted = call.minted.ok_or(Misfit::NotBefore("a Transfer that mints"))?;
                let burned = call.moved("Delegated", event.from.into(), event.owner)?;
                require(burned.at_once, "stake at risk leaves through the queue")?;
                same("shares burned", event.burned, burned.shares)?;
                same("assets", event.assets, burned.assets)?;
                minted.is("Delegated", event.to.into(), event.owner, event.minted, event.assets)?;
                call.clear();
                Ok(())
            }
            E::WithdrawalQueued(event) => self.queue(event, now, call),
            E::WithdrawalCompleted(event) => {
                let id = (event.pool.into(), epoch("epoch", event.epoch)?, event.owner);
                self.finish_exit(id, event.assets, now)
            }
            E::Redelegated(event) => {
                call.may_begin()?;
                let minted = call.minted.ok_or(Misfit::NotBefore("a Transfer that mints"))?;
                minted.is(
                    "Redelegated",
                    event.to.into(),
                    event.owner,
                    event.shares,
                    event.assets,
                )?;
                let id = (event.pool.into(), epoch("epoch", event.epoch)?, event.owner);
                self.finish_exit(id, event.assets, now)?;
                call.clear();
                Ok(())
            }
            E::Slashed(event) => self.slash(event, now, call),
            E::GenerationEnded(event) => self.end_generation(event.pool.into(), now, call),
            // With the budget of the pool: see `Replay`.
            E::PoolRenewed(event) => self.renew(event.pool.into(), event.assets, now),
            E::Credited(event) => self.credit(event, call),
            E::Collected(event) => {
                let key = (event.strategy, event.account);
                let credit = self.credits.get(&key).copied().unwrap_or_default();
                require(!credit.is_zero(), "the account has no credit")?;
                same("assets", event.assets, credit)?;
                self.credits.remove(&key);
                self.touched.insert(Place::Credit(event.strategy, event.account));
                Ok(())
            }
            E::OperatorSet(event) => {
                let pair = (event.owner, event.spender);
                if event.approved {
                    self.spenders.insert(pair);
                } else {
                    self.spenders.remove(&pair);
                }
                self.touched.insert(Place::IsOperator(event.owner, event.spender));
                Ok(())
            }
            E::DepositCapSet(event) => {
                if event.cap > MAX_ASSETS {
                    return Err(Misfit::TooLarge { what: "cap", value: event.cap });
                }
                self.caps.insert(event.strategy, event.cap);
                self.touched.insert(Place::DepositCap(event.strategy));
                Ok(())
            }
        }
    }

    fn operator(&mut self, operator: Address) -> Fit<&mut Operator> {
        let missing = || Misfit::Missing { what: "operator", key: operator.to_string() };
        self.operators.get_mut(&operator).ok_or_else(missing)
    }

    fn register(&mut self, event: &StakeVault::OperatorRegistered) -> Fit {
        if self.operators.contains_key(&event.operator) {
            return Err(Misfit::Twice { what: "operator", key: event.operator.to_string() });
        }
        let operator = Operator { approver: event.approver, ..Operator::default() };
        self.operators.insert(event.operator, operator);
        self.touched.insert(Place::Operator(event.operator));
        Ok(())
    }

    fn admit(&mut self, event: &StakeVault::Admitted) -> Fit {
        let operator = self.operator(event.operator)?;
        require(!operator.approver.is_zero(), "the operator has no approver")?;
        let deadline = time("deadline", event.deadline)?;
        let key = (event.operator, event.staker);
        let nonce = self.admissions.get(&key).map(|admission| admission.nonce).unwrap_or_default();
        same("nonce", event.nonce, nonce)?;
        self.admissions.insert(key, Admission { nonce: nonce.saturating_add(U256::ONE), deadline });
        self.touched.insert(Place::Admission(event.operator, event.staker));
        Ok(())
    }

    fn use_admission(
        &mut self,
        event: &StakeVault::AdmissionUsed,
        now: Now,
        call: &mut Call,
    ) -> Fit {
        call.may_admit()?;
        let missing = || Misfit::Missing { what: "admission of", key: event.staker.to_string() };
        let admission =
            self.admissions.get_mut(&(event.operator, event.staker)).ok_or_else(missing)?;
        require(now.timestamp <= admission.deadline, "the admission is over or used")?;
        admission.deadline = 0;
        self.touched.insert(Place::Admission(event.operator, event.staker));
        call.admitted = Some((event.operator, event.staker));
        Ok(())
    }

    fn create_pool(&mut self, event: &StakeVault::PoolCreated, call: &mut Call) -> Fit {
        call.may_create()?;
        let key = PoolId::from(event.pool);
        same("pool", event.pool, PoolId::key(event.operator, event.strategy).into())?;
        if self.pools.contains_key(&key) {
            return Err(Misfit::Twice { what: "pool", key: key.to_string() });
        }
        let pool = Pool { operator: event.operator, strategy: event.strategy, ..Pool::default() };
        self.pools.insert(key, pool);
        self.touched.extend([Place::PoolOperator(key), Place::PoolStrategy(key)]);
        call.created = Some(key);
        Ok(())
    }

    fn transfer(&mut self, event: &StakeVault::Transfer, now: Now, call: &mut Call) -> Fit {
        let id = PoolId::from(event.id);
        let amount = fits("amount", event.amount, 104)?;
        require(!amount.is_zero(), "nothing was moved")?;
        if event.sender.is_zero() {
            return self.mint(id, event.receiver, amount, now, call);
        }
        call.may_begin()?;
        if event.receiver.is_zero() {
            return self.burn(id, event.sender, amount, now, call);
        }

        let gated = |pool: &Pool| {
            self.operators.get(&pool.operator).is_some_and(|operator| !operator.approver.is_zero())
        };
        let may_move = id.is_idle() || !self.pools.get(&id.to_key()).is_some_and(gated);
        require(may_move, "positions in pools with an approver cannot be transferred")?;
        let rest = minus("the position", self.shares(id, event.sender), amount)?;
        let acts_for =
            event.caller == event.sender || self.spenders.contains(&(event.sender, event.caller));
        if !acts_for {
            let key = (event.sender, event.caller, id);
            let allowed = self.allowances.get(&key).copied().unwrap_or_default();
            let unused = minus("the allowance", allowed, amount)?;
            if allowed != U256::MAX {
                self.allowances.insert(key, unused);
                self.touched.insert(Place::Allowance(key.0, key.1, key.2));
            }
        }
        self.set_position(id, event.sender, rest, now);
        // Read after the write: the receiver may be the sender.
        let held = self.shares(id, event.receiver);
        self.set_position(id, event.receiver, held.saturating_add(amount), now);
        call.clear();
        Ok(())
    }

    /// Stake enters a pool. Its assets follow from its shares: there are never fewer shares than assets, so no two
    /// amounts of assets buy the same shares.
    fn mint(&mut self, id: PoolId, owner: Address, amount: U256, now: Now, call: &mut Call) -> Fit {
        call.may_mint()?;
        let key = id.to_key();
        let missing = || Misfit::Missing { what: "pool", key: key.to_string() };
        let pool = self.pools.get_mut(&key).ok_or_else(missing)?;
        same("pool", id.0, pool.living(key).0)?;
        let operator = self.operators.get(&pool.operator).copied().unwrap_or_default();
        let mut admission = None;
        if !id.is_idle() {
            let from = operator.admits_from;
            require(from.is_set() && from <= now.epoch, "the operator's pools are closed")?;
            admission = (!operator.approver.is_zero()).then_some((pool.operator, owner));
        }
        if call.admitted != admission {
            return Err(Misfit::NotBefore(match admission {
                Some(_) => "an AdmissionUsed of the receiver",
                None => "the Transfer of the stake that was admitted",
            }));
        }
        if call.created.is_some_and(|created| created != key) {
            return Err(Misfit::Unfinished("the Transfer of the new pool's first stake"));
        }

        let (assets, shares) = (pool.assets, pool.now.shares);
        let entered = if shares.is_zero() { amount } else { part_up(amount, assets, shares) };
        let minted = if shares.is_zero() { entered } else { part(entered, shares, assets) };
        same("amount", amount, minted)?;
        if let Some(burned) = call.burned {
            same("worth", entered, burned.assets)?;
        }
        let assets = plus("assets", assets, entered, 104)?;
        let shares = plus("shares", shares, amount, 104)?;
        pool.set(pool.now.generation, assets, shares, now.epoch);
        self.touched.extend(Place::pool(key, now.epoch));
        let held = self.shares(id, owner);
        self.set_position(id, owner, held.saturating_add(amount), now);
        (call.admitted, call.created) = (None, None);
        call.minted = Some(Minted { pool: id, owner, shares: amount, assets: entered });
        Ok(())
    }

    /// Stake leaves the living generation of a pool, or what is left of a renewed one.
    fn burn(&mut self, id: PoolId, owner: Address, amount: U256, now: Now, call: &mut Call) -> Fit {
        let key = id.to_key();
        let missing = || Misfit::Missing { what: "pool", key: key.to_string() };
        let left = minus("the position", self.shares(id, owner), amount)?;
        let pool = self.pools.get_mut(&key).ok_or_else(missing)?;
        let living = pool.living(key) == id;
        let assets = if living {
            let shares = minus("the pool", pool.now.shares, amount)?;
            let assets = part(amount, pool.assets, pool.now.shares);
            pool.set(pool.now.generation, pool.assets.saturating_sub(assets), shares, now.epoch);
            self.touched.extend(Place::pool(key, now.epoch));
            assets
        } else {
            let missing = || Misfit::Missing { what: "renewed pool", key: id.to_string() };
            let rest = self.buckets.get_mut(&(id, Epoch::default())).ok_or_else(missing)?;
            let shares = minus("what is left of the pool", rest.shares, amount)?;
            let assets = part(amount, rest.assets, rest.shares);
            *rest = Bucket { assets: rest.assets.saturating_sub(assets), shares };
            self.touched.insert(Place::Bucket(id, Epoch::default()));
            assets
        };
        self.set_position(id, owner, left, now);
        call.clear();
        let at_once = id.is_idle() || !living;
        call.burned = Some(Burned { pool: id, owner, shares: amount, assets, at_once });
        Ok(())
    }

    fn queue(&mut self, event: &StakeVault::WithdrawalQueued, now: Now, call: &mut Call) -> Fit {
        let pool = PoolId::from(event.pool);
        let burned = call.placed("WithdrawalQueued", pool, event.owner)?;
        require(!burned.at_once, "this pool has no queue")?;
        let epoch = now.epoch.plus(2);
        same("epoch", event.epoch, epoch.into())?;
        same("shares", event.shares, burned.shares)?;
        same("assets", event.assets, burned.assets)?;
        let bucket = self.bucket(pool, epoch);
        let shares = if bucket.shares.is_zero() {
            burned.assets
        } else {
            part(burned.assets, bucket.shares, bucket.assets)
        };
        same("shares of the bucket", event.exitShares, shares)?;
        let bucket = Bucket {
            assets: plus("assets of the bucket", bucket.assets, burned.assets, 104)?,
            shares: plus("shares of the bucket", bucket.shares, shares, 152)?,
        };
        self.set_bucket(pool, epoch, bucket);
        let exit = self.exits.entry((pool, epoch, event.owner)).or_default();
        *exit = exit.saturating_add(shares);
        self.touched.insert(Place::Exit(pool, epoch, event.owner));
        call.clear();
        Ok(())
    }

    fn finish_exit(&mut self, id: (PoolId, Epoch, Address), logged: U256, now: Now) -> Fit {
        let (pool, epoch, owner) = id;
        require(epoch <= now.epoch, "the exit is not ripe")?;
        let missing = || Misfit::Missing { what: "exit of", key: owner.to_string() };
        let shares = self.exits.get(&id).copied().ok_or_else(missing)?;
        let bucket = self.bucket(pool, epoch);
        let assets = part(shares, bucket.assets, bucket.shares);
        same("assets", logged, assets)?;
        let bucket = Bucket {
            assets: minus("the bucket", bucket.assets, assets)?,
            shares: minus("the bucket", bucket.shares, shares)?,
        };
        self.set_bucket(pool, epoch, bucket);
        self.exits.remove(&id);
        self.touched.insert(Place::Exit(pool, epoch, owner));
        Ok(())
    }

    fn slash(&mut self, event: &StakeVault::Slashed, now: Now, call: &mut Call) -> Fit {
        call.may_begin()?;
        let id = PoolId::from(event.pool);
        let next = self.bucket(id, now.epoch.plus(1));
        let last = self.bucket(id, now.epoch.plus(2));
        let pool = self.living(id)?;
        let before = [pool.assets, next.assets, last.assets];
        let taken = [event.fromPool, event.fromNext, event.fromLast];
        let whats = ["the pool", "the next epoch's bucket", "the bucket of the epoch after it"];
        let mut after = before;
        for ((after, taken), what) in after.iter_mut().zip(taken).zip(whats) {
            *after = minus(what, *after, taken)?;
        }
        pool.assets = after[0];
        self.touched.insert(Place::Pool(id.to_key()));
        for (bucket, epochs, assets) in [(next, 1, after[1]), (last, 2, after[2])] {
            if bucket.assets != assets {
                let bucket = Bucket { assets, shares: bucket.shares };
                self.set_bucket(id, now.epoch.plus(epochs), bucket);
            }
        }
        call.clear();
        call.slashed = Some(Slashed { pool: id, before, taken, ended: false, credited: false });
        Ok(())
    }

    fn end_generation(&mut self, id: PoolId, now: Now, call: &mut Call) -> Fit {
        let slashed = call.slashed.as_mut().ok_or(Misfit::NotBefore("Slashed"))?;
        same("pool", id.0, slashed.pool.0)?;
        require(!slashed.ended && !slashed.credited, "the generation has ended already")?;
        require(slashed.before == slashed.taken, "the slash left something")?;
        self.living(id)?.end_generation(now.epoch);
        self.touched.extend(Place::pool(id.to_key(), now.epoch));
        slashed.ended = true;
        Ok(())
    }

    pub(crate) fn renew(&mut self, id: PoolId, assets: U256, now: Now) -> Fit {
        let pool = self.living(id)?;
        same("assets", assets, pool.assets)?;
        let worn_out = pool.now.shares > pool.assets.saturating_mul(U256::from(WORN_OUT));
        require(worn_out, "the pool is not worn out")?;
        let rest = Bucket { assets, shares: pool.now.shares };
        pool.end_generation(now.epoch);
        self.touched.extend(Place::pool(id.to_key(), now.epoch));
        self.set_bucket(id, Epoch::default(), rest);
        Ok(())
    }

    fn credit(&mut self, event: &StakeVault::Credited, call: &mut Call) -> Fit {
        let slashed = call.slashed.as_mut().ok_or(Misfit::NotBefore("Slashed"))?;
        require(!slashed.credited, "the slash was credited already")?;
        let pool = self.pools.get(&slashed.pool.to_key());
        let is_of_it = pool.is_some_and(|pool| pool.strategy == event.strategy);
        require(is_of_it, "the slash was of another strategy")?;
        same("assets", event.assets, slashed.assets())?;
        let credit = self.credits.entry((event.strategy, event.account)).or_default();
        *credit = credit.saturating_add(event.assets);
        self.touched.insert(Place::Credit(event.strategy, event.account));
        slashed.credited = true;
        Ok(())
    }

    fn set_position(&mut self, id: PoolId, owner: Address, shares: U256, now: Now) {
        let position = self.positions.entry((id, owner)).or_default();
        let since = position.now.since;
        position.set(shares, now.epoch);
        self.touched.extend([Place::Position(id, owner), Place::PositionHistory(id, owner, since)]);
    }

    fn set_bucket(&mut self, pool: PoolId, epoch: Epoch, bucket: Bucket) {
        self.buckets.insert((pool, epoch), bucket);
        self.touched.insert(Place::Bucket(pool, epoch));
    }

    /// The pool whose living generation this is.
    fn living(&mut self, id: PoolId) -> Fit<&mut Pool> {
        let key = id.to_key();
        let missing = || Misfit::Missing { what: "living pool", key: id.to_string() };
        self.pools.get_mut(&key).filter(|pool| pool.living(key) == id).ok_or_else(missing)
    }
}
