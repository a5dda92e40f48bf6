//! What can be read: balances, worth, history, and what a service can rely on.

use crate::{
    Account, Allocation, Bucket, Budget, Epoch, Function, LEAST_MAGNITUDE, Model, ModelError,
    Operator, OperatorSetId, Pool, PoolId, Result, Strategy, U256, Wad, history::History, math,
    renewal::REST,
};

impl Model {
    // -- tokens -----------------------------------------------------------------------------

    /// What an account holds of a token.
    #[must_use]
    pub fn balance(&self, strategy: Strategy, account: Account) -> u128 {
        self.tokens.balance(strategy, account)
    }

    /// What the vault holds of a token.
    #[must_use]
    pub fn vault_balance(&self, strategy: Strategy) -> u128 {
        self.tokens.vault_balance(strategy)
    }

    /// Who ever held which token.
    pub fn holders(&self) -> impl Iterator<Item = (Strategy, Account)> {
        self.tokens.balances.keys().copied()
    }

    /// All that was ever minted of a token, what was burned since included.
    #[must_use]
    pub fn supply(&self, strategy: Strategy) -> u128 {
        self.tokens.supply.get(&strategy).copied().unwrap_or_default()
    }

    /// Whether a token accepts an account as a receiver.
    #[must_use]
    pub fn can_receive(&self, strategy: Strategy, account: Account) -> bool {
        self.tokens.can_receive(strategy, account)
    }

    /// What slashes have burned of a token.
    #[must_use]
    pub fn burned(&self, strategy: Strategy) -> u128 {
        self.tokens.burned.get(&strategy).copied().unwrap_or_default()
    }

    /// What was sent to the vault unasked.
    #[must_use]
    pub fn unasked(&self, strategy: Strategy) -> u128 {
        self.tokens.unasked.get(&strategy).copied().unwrap_or_default()
    }

    /// What an account can collect of slashes that could not be delivered to it.
    #[must_use]
    pub fn credit(&self, strategy: Strategy, account: Account) -> u128 {
        self.vault.credit(strategy, account)
    }

    /// Who has something to collect, of which token.
    pub fn credits(&self) -> impl Iterator<Item = (Strategy, Account)> {
        self.vault.credits.keys().copied()
    }

    // -- stake ------------------------------------------------------------------------------

    /// All registered operators.
    pub fn operators(&self) -> impl Iterator<Item = Operator> {
        self.vault.operators.keys().copied()
    }

    /// Which stakers were ever admitted by the approver of which operator.
    pub fn admissions(&self) -> impl Iterator<Item = (Operator, Account)> {
        self.vault.admissions.keys().copied()
    }

    /// All pools that ever held stake.
    pub fn pools(&self) -> impl Iterator<Item = (Operator, Strategy)> {
        self.vault.pools.keys().copied()
    }

    /// A pool in its current generation.
    #[must_use]
    pub fn pool(&self, operator: Operator, strategy: Strategy) -> Pool {
        self.vault.pool(operator, strategy)
    }

    /// Whether anything was ever staked in a pool, in any generation of it.
    #[must_use]
    pub fn has_pool(&self, operator: Operator, strategy: Strategy) -> bool {
        self.vault.pools.contains_key(&(operator, strategy))
    }

    /// The shares of a position, of an ended generation too.
    #[must_use]
    pub fn position_shares(&self, id: PoolId, owner: Account) -> u128 {
        self.vault.position(id, owner)
    }

    /// What a position is worth: what it would put into the queue or, in the idle pool and in a
    /// renewed generation, take out. Nothing in a generation that a slash ended (P9).
    #[must_use]
    pub fn position_value(&self, id: PoolId, owner: Account) -> u128 {
        let shares = self.vault.position(id, owner);
        match self.vault.current(id) {
            Ok(pool) => pool.value_of(shares),
            Err(_) => self.vault.bucket(id, REST).value_of(U256::from(shares)),
        }
    }

    /// The shares of an exit in its bucket; zero where there is no such exit.
    #[must_use]
    pub fn exit_shares(&self, id: PoolId, epoch: Epoch, owner: Account) -> U256 {
        self.vault.exit(id, epoch, owner)
    }

    /// What an exit is worth: what it would pay if it completed now.
    #[must_use]
    pub fn exit_value(&self, id: PoolId, epoch: Epoch, owner: Account) -> u128 {
        self.vault.bucket(id, epoch).value_of(self.vault.exit(id, epoch, owner))
    }

    /// The exits from a pool generation that mature in one epoch, all together; under epoch 0, what
    /// is left of a renewed generation.
    #[must_use]
    pub fn bucket(&self, id: PoolId, epoch: Epoch) -> Bucket {
        self.vault.bucket(id, epoch)
    }

    /// All positions that hold shares, of ended generations too.
    pub fn positions(&self) -> impl Iterator<Item = (PoolId, Account)> {
        let held = self.vault.positions.iter().filter(|(_, history)| history.latest() > 0);
        held.map(|(key, _)| *key)
    }

    /// All positions that ever held shares.
    pub fn former_positions(&self) -> impl Iterator<Item = (PoolId, Account)> {
        self.vault.positions.keys().copied()
    }

    /// All buckets that ever had exits in them; and, under epoch 0, those of renewed generations.
    pub fn buckets(&self) -> impl Iterator<Item = (PoolId, Epoch)> {
        self.vault.buckets.keys().copied()
    }

    /// All exits that were not completed.
    pub fn exits(&self) -> impl Iterator<Item = (PoolId, Epoch, Account)> {
        self.vault.exits.keys().copied()
    }

    /// The most the vault may hold of a token after a deposit.
    #[must_use]
    pub fn deposit_cap(&self, strategy: Strategy) -> u128 {
        self.vault.deposit_cap(strategy)
    }

    /// For which owner which spender was ever allowed to transfer shares of which pool.
    pub fn allowances(&self) -> impl Iterator<Item = (Account, Account, PoolId)> {
        self.vault.allowances.keys().copied()
    }

    /// For which owner which spender may act.
    pub fn agents(&self) -> impl Iterator<Item = (Account, Account)> {
        self.vault.agents.iter().copied()
    }

    // -- history ----------------------------------------------------------------------------

    /// The epoch in which the shares of a pool last changed, be it that its generation ended; `None`
    /// where it never held stake.
    #[must_use]
    pub fn pool_since(&self, operator: Operator, strategy: Strategy) -> Option<Epoch> {
        let total = self.vault.totals.get(&self.pool_id(operator, strategy));
        let born = self.vault.generations.get(&(operator, strategy));
        total.and_then(History::last_change).max(born.and_then(History::last_change))
    }

    /// The shares of a position at the first instant of `epoch`.
    ///
    /// # Errors
    /// [`ModelError::EpochNotBegun`].
    pub fn shares_at(&self, id: PoolId, owner: Account, epoch: Epoch) -> Result<u128> {
        self.require_begun(epoch)?;
        Ok(self.vault.positions.get(&(id, owner)).map_or(0, |history| history.at(epoch)))
    }

    /// What a position held at the first instants of the epochs `from` to `to`, newest first: since
    /// which epoch, and how many shares. The first was in force at `to`, each of the others until the
    /// epoch of the one before it, and the last at `from`; one since epoch 0 is of no shares, before
    /// the position was.
    ///
    /// # Errors
    /// [`ModelError::EpochNotBegun`], of `to`.
    pub fn history_of(
        &self,
        id: PoolId,
        owner: Account,
        from: Epoch,
        to: Epoch,
    ) -> Result<Vec<(Epoch, u128)>> {
        self.require_begun(to)?;
        let history = self.vault.positions.get(&(id, owner));
        Ok(history.map_or_else(|| vec![Default::default()], |history| history.between(from, to)))
    }

    /// The shares of all positions of a pool generation at the first instant of `epoch`: always the
    /// sum of [`shares_at`](Self::shares_at), after the end of the generation too.
    ///
    /// # Errors
    /// [`ModelError::EpochNotBegun`].
    pub fn total_shares_at(&self, id: PoolId, epoch: Epoch) -> Result<u128> {
        self.require_begun(epoch)?;
        Ok(self.vault.totals.get(&id).map_or(0, |history| history.at(epoch)))
    }

    /// Which generation of a pool lived at the first instant of `epoch`. One that began and ended
    /// within an epoch never shows.
    ///
    /// # Errors
    /// [`ModelError::EpochNotBegun`].
    pub fn pool_id_at(
        &self,
        operator: Operator,
        strategy: Strategy,
        epoch: Epoch,
    ) -> Result<PoolId> {
        self.require_begun(epoch)?;
        let history = self.vault.generations.get(&(operator, strategy));
        let generation = history.map_or(0, |history| history.at(epoch));
        // Generations are counted in 32 bits.
        let generation = u32::try_from(generation).unwrap_or(u32::MAX);
        Ok(PoolId { operator, strategy, generation })
    }

    fn require_begun(&self, epoch: Epoch) -> Result<()> {
        let now = self.epoch();
        if epoch > now { Err(ModelError::EpochNotBegun { epoch, now }) } else { Ok(()) }
    }

    // -- promises ---------------------------------------------------------------------------

    /// All sets, retired ones too.
    pub fn operator_sets(&self) -> impl Iterator<Item = OperatorSetId> {
        self.allocations.sets.keys().copied()
    }

    /// All allocations that were ever made.
    pub fn allocations(&self) -> impl Iterator<Item = (OperatorSetId, Operator, Strategy)> {
        self.allocations.entries.keys().copied()
    }

    /// Who is appointed, by which account, for what.
    pub fn appointments(&self) -> impl Iterator<Item = (Account, Account, Function)> {
        self.allocations.appointments.iter().copied()
    }

    /// A strategy's ceiling for committed over left: 1 until governance sets another.
    #[must_use]
    pub fn ceiling(&self, strategy: Strategy) -> Wad {
        self.ceilings.get(&strategy).copied().unwrap_or_default().now
    }

    /// What is left and committed of a pool. A landed lowering counts in committed until something
    /// touches its allocation.
    #[must_use]
    pub fn budget(&self, operator: Operator, strategy: Strategy) -> Budget {
        self.allocations.budgets.get(&(operator, strategy)).copied().unwrap_or_default()
    }

    /// An allocation as it stands now: a due change landed, one of an ended generation at zero.
    #[must_use]
    pub fn allocation(
        &self,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
    ) -> Allocation {
        self.book(set, operator, strategy).allocation
    }

    /// What is left and committed of a pool as an action on this allocation finds it: without what
    /// the allocation no longer promises.
    #[must_use]
    pub fn budget_found(
        &self,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
    ) -> Budget {
        self.book(set, operator, strategy).budget
    }

    /// What the set can rely on until the end of the next epoch (P4): of the pool without its
    /// queued exits, the smaller of the allocation now and after its pending change, and of that
    /// only the part that no other set can take first. Less than [`LEAST_MAGNITUDE`] counts as
    /// nothing: of that, fractions cannot be taken.
    ///
    /// It stays slashable to at most 1 wei for each exit bucket that the stake moves into: a slash
    /// rounds down in each part.
    #[must_use]
    pub fn guaranteed(&self, set: OperatorSetId, operator: Operator, strategy: Strategy) -> u128 {
        let book = self.book(set, operator, strategy);
        let Budget { left, committed } = book.budget;
        let others = committed.saturating_sub(book.allocation.side());
        let own = book.allocation.current.min(book.allocation.next);
        let unique = own.min(left.saturating_sub(others));
        if unique < LEAST_MAGNITUDE {
            return 0;
        }
        self.pool(operator, strategy).slashed_by(unique, left)
    }

    /// The most that slashes could take of a pool, were all sets to take all they may: committed
    /// over left, at most 1. Rounded up, for a bound must not be understated.
    #[must_use]
    pub fn worst_case_loss(&self, operator: Operator, strategy: Strategy) -> Wad {
        let Budget { left, committed } = self.budget(operator, strategy);
        if committed >= left {
            return Wad::ONE;
        }
        let kept = left.saturating_sub(committed);
        let kept_wad = math::part_of(Wad::ONE.0.into(), U256::from(kept.0), U256::from(left.0));
        Wad(Wad::ONE.0.saturating_sub(u64::try_from(kept_wad).unwrap_or(Wad::ONE.0)))
    }
}
