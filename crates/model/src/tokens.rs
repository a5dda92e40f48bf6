//! The ERC-20 side: who holds how many tokens, so that balances before and after an action come
//! from the model and solvency (P1) can be checked against them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Account, ModelError, Result, Strategy};

/// Every token balance, and what has left circulation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// What accounts hold.
    pub(crate) balances: BTreeMap<(Strategy, Account), u128>,
    /// What the vault holds: the token's own figure, which nothing in the vault's books feeds.
    pub(crate) vault: BTreeMap<Strategy, u128>,
    /// What the rewards distributor holds.
    pub(crate) rewards: BTreeMap<Strategy, u128>,
    /// What was sent to the vault unasked: part of its balance, part of nobody's stake (P1).
    pub(crate) unasked: BTreeMap<Strategy, u128>,
    /// What slashes have burned.
    pub(crate) burned: BTreeMap<Strategy, u128>,
    /// All that was ever minted.
    pub(crate) supply: BTreeMap<Strategy, u128>,
    /// Who cannot receive which token (a blocklist, a receiver that reverts).
    pub(crate) refused: BTreeSet<(Strategy, Account)>,
}

impl Tokens {
    pub(crate) fn balance(&self, strategy: Strategy, account: Account) -> u128 {
        self.balances.get(&(strategy, account)).copied().unwrap_or_default()
    }

    pub(crate) fn vault_balance(&self, strategy: Strategy) -> u128 {
        self.vault.get(&strategy).copied().unwrap_or_default()
    }

    pub(crate) fn can_receive(&self, strategy: Strategy, account: Account) -> bool {
        !self.refused.contains(&(strategy, account))
    }

    /// Creates tokens. The supply bounds every sum of balances, so no other addition overflows.
    pub(crate) fn mint(&mut self, strategy: Strategy, to: Account, amount: u128) -> Result<()> {
        let supply = self.supply.entry(strategy).or_default();
        let raised = supply.checked_add(amount).ok_or(ModelError::SupplyOverflow {
            strategy,
            supply: *supply,
            amount,
        })?;
        *supply = raised;
        *self.balances.entry((strategy, to)).or_default() += amount;
        Ok(())
    }

    /// Moves tokens from an account into the vault.
    pub(crate) fn pull(&mut self, strategy: Strategy, from: Account, amount: u128) -> Result<()> {
        self.take(strategy, from, amount)?;
        *self.vault.entry(strategy).or_default() += amount;
        Ok(())
    }

    /// Moves tokens from an account to the rewards distributor.
    pub(crate) fn pull_rewards(
        &mut self,
        token: Strategy,
        from: Account,
        amount: u128,
    ) -> Result<()> {
        self.take(token, from, amount)?;
        *self.rewards.entry(token).or_default() += amount;
        Ok(())
    }

    fn take(&mut self, strategy: Strategy, from: Account, amount: u128) -> Result<()> {
        let balance = self.balance(strategy, from);
        let rest = balance.checked_sub(amount).ok_or(ModelError::InsufficientBalance {
            strategy,
            account: from,
            balance,
            needed: amount,
        })?;
        self.balances.insert((strategy, from), rest);
        Ok(())
    }

    /// Moves tokens from the rewards distributor to an account; nothing is moved without a call.
    pub(crate) fn push_rewards(
        &mut self,
        token: Strategy,
        to: Account,
        amount: u128,
    ) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        if !self.can_receive(token, to) {
            return Err(ModelError::CannotReceive { strategy: token, account: to });
        }
        // As with the vault: were the books wrong, a check would say so.
        let held = self.rewards.entry(token).or_default();
        *held = held.saturating_sub(amount);
        *self.balances.entry((token, to)).or_default() += amount;
        Ok(())
    }

    /// Moves tokens from the vault to an account.
    pub(crate) fn push(&mut self, strategy: Strategy, to: Account, amount: u128) -> Result<()> {
        if !self.can_receive(strategy, to) {
            return Err(ModelError::CannotReceive { strategy, account: to });
        }
        self.leave_vault(strategy, amount);
        *self.balances.entry((strategy, to)).or_default() += amount;
        Ok(())
    }

    /// Moves tokens from the vault out of circulation.
    pub(crate) fn burn(&mut self, strategy: Strategy, amount: u128) {
        self.leave_vault(strategy, amount);
        *self.burned.entry(strategy).or_default() += amount;
    }

    /// The vault's books never exceed its balance (P1), so the subtraction cannot fail; were they
    /// wrong, [`Model::check`](crate::Model::check) would say so.
    fn leave_vault(&mut self, strategy: Strategy, amount: u128) {
        let held = self.vault.entry(strategy).or_default();
        *held = held.saturating_sub(amount);
    }
}
