//! What stakers do: deposit, delegate, queue an exit, complete it or move it on.
//!
//! Nobody else's action here lowers what a position or an exit is worth (P2): shares are minted and
//! burned at the price of the moment, rounding for those who stay. Where somebody acts for an owner,
//! it is an operator of it in the sense of ERC-6909.

use crate::{
    Account, Branch, Bucket, Epoch, Model, ModelError, Operator, Pausable, Pool, PoolId, Result,
    Strategy, U256, clock::LOWERING_NOTICE,
};

/// An exit as it was queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuedExit {
    /// The pool generation it leaves; with the epoch and the owner, the id of the exit.
    pub pool: PoolId,
    /// The epoch in which it matures.
    pub epoch: Epoch,
    /// What it took out of the pool.
    pub assets: u128,
    /// The shares of the bucket it received for that.
    pub bucket_shares: U256,
}

impl Model {
    /// Stakes `assets` of `from` with an operator (or idly) for `receiver`, at once. Returns the
    /// shares, at least `min_shares`.
    ///
    /// The deposit cap binds what the vault then holds of the token, unasked tokens included (P1).
    ///
    /// # Errors
    /// A pause, an operator that does not admit deposits (or whose approver does not admit the
    /// receiver, or not by this payer), the cap, too few or no shares, a pool that would not fit, or
    /// a payer without the tokens.
    pub fn deposit(
        &mut self,
        from: Account,
        strategy: Strategy,
        operator: Operator,
        assets: u128,
        min_shares: u128,
        receiver: Account,
    ) -> Result<u128> {
        self.require_running(Pausable::Deposit)?;
        require_account(receiver)?;
        self.require_admitting(operator)?;
        self.require_admitted(from, operator, receiver)?;
        self.require_below_cap(strategy, assets)?;
        let before = self.vault.pool(operator, strategy);
        let mut pool = before;
        let shares = pool.mint(assets)?;
        require_shares(shares, min_shares)?;
        self.tokens.pull(strategy, from, assets)?;
        let id = self.pool_id(operator, strategy);
        let position = self.vault.position(id, receiver) + shares;
        self.use_admission(operator, receiver);
        self.write_stake((operator, strategy), pool, receiver, position);
        self.mark_entry(before);
        let idle = operator == Operator::IDLE;
        self.reached(if idle { Branch::DepositsIdle } else { Branch::DepositsWithOperator });
        self.reached_if(receiver != from, Branch::DepositsForAnother);
        Ok(shares)
    }

    /// Takes stake out at once, to `receiver`: of the idle pool, which is never slashable, or of
    /// what is left of a renewed generation. Returns the assets.
    ///
    /// # Errors
    /// A pause, stake that is at risk or of which a slash left nothing, a position that is too small,
    /// nothing to withdraw, or a receiver that cannot receive.
    pub fn withdraw(
        &mut self,
        by: Account,
        owner: Account,
        id: PoolId,
        shares: u128,
        receiver: Account,
    ) -> Result<u128> {
        self.require_may_act(by, owner)?;
        self.require_running(Pausable::Complete)?;
        require_account(receiver)?;
        let leaving = self.plan_leaving(owner, id, shares)?;
        self.tokens.push(id.strategy, receiver, leaving.assets)?;
        self.write_leaving(&leaving);
        let idle = id.operator == Operator::IDLE;
        self.reached(if idle { Branch::WithdrawsIdle } else { Branch::WithdrawsRest });
        self.reached_if(by != owner, Branch::WithdrawsByAgent);
        Ok(leaving.assets)
    }

    /// Moves idle stake, or what is left of a renewed generation, into the pool of `to`, at once and
    /// without a token transfer. Returns the shares of that pool, at least `min_shares`.
    ///
    /// # Errors
    /// A pause, an operator that does not admit the stake, stake that is at risk or of which a slash
    /// left nothing, a position that is too small, nothing to move, too few shares, or a pool that
    /// would not fit.
    pub fn delegate(
        &mut self,
        by: Account,
        owner: Account,
        id: PoolId,
        shares: u128,
        to: Operator,
        min_shares: u128,
    ) -> Result<u128> {
        self.require_may_act(by, owner)?;
        self.require_running(Pausable::Deposit)?;
        self.require_admitting(to)?;
        self.require_admitted(by, to, owner)?;
        let leaving = self.plan_leaving(owner, id, shares)?;
        let target = self.pool_id(to, id.strategy);
        let before = leaving.pool_after(self.vault.pool(to, id.strategy), target);
        let mut pool = before;
        let minted = pool.mint(leaving.assets)?;
        require_shares(minted, min_shares)?;

        self.write_leaving(&leaving);
        self.use_admission(to, owner);
        let position = self.vault.position(target, owner) + minted;
        self.write_stake((to, id.strategy), pool, owner, position);
        self.mark_entry(before);
        self.reached(match (id.operator, to) {
            (Operator::IDLE, Operator::IDLE) => Branch::DelegatesIdleToIdle,
            (Operator::IDLE, _) => Branch::DelegatesIdle,
            (_, Operator::IDLE) => Branch::DelegatesRestToIdle,
            (from, to) if from == to => Branch::DelegatesRestToSame,
            _ => Branch::DelegatesRestToOther,
        });
        self.reached_if(by != owner, Branch::DelegatesByAgent);
        Ok(minted)
    }

    /// Queues an exit from an operator's pool. Announced in epoch `e`, it matures at the start of
    /// `e+2` and is slashable until then with the pool (P4). Nothing but the owner's shares is
    /// asked, and no pause stops it: exits stay open (P6).
    ///
    /// # Errors
    /// Somebody else, the idle pool, an ended generation, a position that is too small, no or too few
    /// assets.
    pub fn queue_withdrawal(
        &mut self,
        by: Account,
        owner: Account,
        id: PoolId,
        shares: u128,
        min_assets: u128,
    ) -> Result<QueuedExit> {
        self.require_may_act(by, owner)?;
        if id.operator == Operator::IDLE {
            return Err(ModelError::IdleHasNoQueue);
        }
        let mut pool = self.vault.current(id)?;
        let held = self.vault.position_with(id, owner, shares)?;
        let assets = pool.burn(shares)?;
        if assets < min_assets {
            return Err(ModelError::TooFewAssets { assets, least: min_assets });
        }
        let now = self.epoch();
        let epoch = now.plus(LOWERING_NOTICE);
        let before = self.vault.bucket(id, epoch);
        let mut bucket = before;
        let bucket_shares = bucket.mint(assets)?;

        let others = self.vault.exit(id, epoch, owner);
        self.write_stake((id.operator, id.strategy), pool, owner, held - shares);
        self.vault.write_exit((id, epoch, owner), bucket, others + bucket_shares);
        self.reached(match U256::from(before.assets) {
            _ if before.shares.is_zero() => Branch::QueuesIntoEmptyBucket,
            assets if assets == before.shares => Branch::QueuesAtPar,
            _ => Branch::QueuesBelowPar,
        });
        self.reached(if held == shares { Branch::QueuesWhole } else { Branch::QueuesPart });
        self.reached_if(pool.shares == 0, Branch::QueuesLastOfPool);
        self.reached_if(!others.is_zero(), Branch::QueuesAgain);
        self.reached_if(by != owner, Branch::QueuesByAgent);
        Ok(QueuedExit { pool: id, epoch, assets, bucket_shares })
    }

    /// Completes a matured exit as tokens, to `receiver`. Returns the assets, which may be none: an
    /// exit worth nothing completes without a token call. An exit from an ended generation that
    /// matured before the end keeps its worth (P9).
    ///
    /// # Errors
    /// A pause, no such exit, one that has not matured, or a receiver that cannot receive.
    pub fn complete_withdrawal(
        &mut self,
        by: Account,
        owner: Account,
        id: PoolId,
        epoch: Epoch,
        receiver: Account,
    ) -> Result<u128> {
        self.require_may_act(by, owner)?;
        self.require_running(Pausable::Complete)?;
        let exit = self.matured_exit(id, epoch, owner)?;
        let before = self.vault.bucket(id, epoch);
        let mut bucket = before;
        let assets = bucket.burn(exit);
        if assets > 0 {
            require_account(receiver)?;
            self.tokens.push(id.strategy, receiver, assets)?;
        }
        self.vault.write_exit((id, epoch, owner), bucket, U256::ZERO);
        self.mark_completion(id, before, bucket);
        self.reached_if(assets == 0, Branch::CompletesWorthless);
        self.reached_if(by != owner, Branch::CompletesByAgent);
        Ok(assets)
    }

    /// Completes a matured exit into the pool of another operator, or into the idle pool, for the
    /// owner: no token moves and no deposit cap binds. Returns the shares, at least `min_shares`.
    ///
    /// # Errors
    /// A pause, no such exit, one that has not matured or is worth nothing, an operator that does not
    /// admit the stake, too few shares, or a pool that would not fit.
    pub fn redelegate(
        &mut self,
        by: Account,
        owner: Account,
        id: PoolId,
        epoch: Epoch,
        to: Operator,
        min_shares: u128,
    ) -> Result<u128> {
        self.require_may_act(by, owner)?;
        self.require_running(Pausable::Deposit)?;
        self.require_admitting(to)?;
        self.require_admitted(by, to, owner)?;
        let exit = self.matured_exit(id, epoch, owner)?;
        let (matured, before) = (self.vault.bucket(id, epoch), self.vault.pool(to, id.strategy));
        let (mut bucket, mut pool) = (matured, before);
        let shares = pool.mint(bucket.burn(exit))?;
        require_shares(shares, min_shares)?;

        let held = self.vault.position(self.pool_id(to, id.strategy), owner);
        self.use_admission(to, owner);
        self.vault.write_exit((id, epoch, owner), bucket, U256::ZERO);
        self.write_stake((to, id.strategy), pool, owner, held + shares);
        self.mark_completion(id, matured, bucket);
        self.mark_entry(before);
        self.reached(match to {
            Operator::IDLE => Branch::RedelegatesToIdle,
            to if to == id.operator => Branch::RedelegatesToSame,
            _ => Branch::RedelegatesToOther,
        });
        self.reached_if(by != owner, Branch::RedelegatesByAgent);
        Ok(shares)
    }

    /// Collects what a slash could not deliver to `owner`: to itself, whoever asks; elsewhere only
    /// as the owner or its operator wants it.
    ///
    /// # Errors
    /// No credit, no right to it, or a receiver that cannot receive.
    pub fn collect_credit(
        &mut self,
        by: Account,
        owner: Account,
        strategy: Strategy,
        receiver: Account,
    ) -> Result<u128> {
        if receiver != owner {
            self.require_may_act(by, owner)?;
        }
        require_account(receiver)?;
        let credit = self.vault.credit(strategy, owner);
        if credit == 0 {
            return Err(ModelError::NoCredit { strategy, account: owner });
        }
        self.tokens.push(strategy, receiver, credit)?;
        self.vault.credits.remove(&(strategy, owner));
        self.reached(match (receiver == owner, by == owner) {
            (true, true) => Branch::CollectsOwn,
            (true, false) => Branch::CollectsForOwner,
            (false, true) => Branch::CollectsElsewhere,
            (false, false) => Branch::CollectsByAgent,
        });
        Ok(credit)
    }

    /// At which price stake enters a pool, by how the pool stood before.
    fn mark_entry(&self, before: Pool) {
        self.reached(match before.assets {
            _ if before.shares == 0 => Branch::EntersEmptyPool,
            assets if assets == before.shares => Branch::EntersAtPar,
            _ => Branch::EntersBelowPar,
        });
        self.reached_if(before.generation > 0, Branch::EntersLaterGeneration);
    }

    /// From which generation an exit completes, and what it leaves of its bucket.
    fn mark_completion(&self, id: PoolId, before: Bucket, after: Bucket) {
        self.reached(match self.vault.current(id) {
            Ok(_) => Branch::CompletesLiving,
            Err(_) if self.was_renewed(id) => Branch::CompletesRenewed,
            Err(_) => Branch::CompletesSlashedOut,
        });
        self.reached_if(U256::from(before.assets) < before.shares, Branch::CompletesBelowPar);
        self.reached_if(after.shares.is_zero(), Branch::CompletesLastOfBucket);
    }

    fn matured_exit(&self, id: PoolId, epoch: Epoch, owner: Account) -> Result<U256> {
        let exit = self.vault.exit(id, epoch, owner);
        if exit.is_zero() {
            return Err(ModelError::NoExit { pool: id, epoch, owner });
        }
        let now = self.epoch();
        if now < epoch {
            return Err(ModelError::ExitNotMatured { epoch, now });
        }
        Ok(exit)
    }

    fn require_below_cap(&self, strategy: Strategy, assets: u128) -> Result<()> {
        let balance = self.tokens.vault_balance(strategy).saturating_add(assets);
        let cap = self.vault.deposit_cap(strategy);
        if balance > cap {
            return Err(ModelError::DepositCapExceeded { strategy, balance, cap });
        }
        Ok(())
    }
}

fn require_account(account: Account) -> Result<()> {
    if account.is_zero() { Err(ModelError::ZeroAccount) } else { Ok(()) }
}

fn require_shares(shares: u128, least: u128) -> Result<()> {
    if shares < least { Err(ModelError::TooFewShares { shares, least }) } else { Ok(()) }
}
