//! Positions as ERC-6909 balances: transferred, and acted on by others whom their owner allows.

use crate::{Account, Branch, Model, ModelError, Operator, PoolId, Result, U256};

impl Model {
    /// Gives `amount` shares of `id` from one account to another. By the owner, by an operator of
    /// it, or by a spender, whose allowance it uses up unless that is the largest number there is.
    ///
    /// The pool itself does not change: what is slashable stays slashable (P4), and what the others
    /// hold stays what it was (P2).
    ///
    /// # Errors
    /// The zero account, nothing to transfer, an allowance or a position that is too small, or a pool
    /// with an approver: else who was not admitted would get in.
    pub fn transfer(
        &mut self,
        by: Account,
        from: Account,
        to: Account,
        id: PoolId,
        amount: u128,
    ) -> Result<()> {
        if to.is_zero() {
            return Err(ModelError::ZeroAccount);
        }
        if amount == 0 {
            return Err(ModelError::TransfersNothing);
        }
        let spends = by != from && !self.is_operator(from, by);
        let allowed = self.allowance(from, by, id);
        if spends && allowed < U256::from(amount) {
            return Err(ModelError::InsufficientAllowance { pool: id, allowed, needed: amount });
        }
        if id.operator != Operator::IDLE && self.approver(id.operator).is_some() {
            return Err(ModelError::PoolGated { pool: id });
        }
        let held = self.vault.position_with(id, from, amount)?;

        if spends && allowed != U256::MAX {
            self.vault.allowances.insert((from, by, id), allowed - U256::from(amount));
        }
        self.mark_transfer((by, from, to), id, spends, allowed);
        self.write_position(id, from, held - amount);
        // Read after that write: the two may be the same.
        let received = self.vault.position(id, to) + amount;
        self.write_position(id, to, received);
        Ok(())
    }

    fn mark_transfer(
        &self,
        (by, from, to): (Account, Account, Account),
        id: PoolId,
        spends: bool,
        allowed: U256,
    ) {
        self.reached(match (spends, by == from) {
            (true, _) if allowed == U256::MAX => Branch::TransfersByUnlimited,
            (true, _) => Branch::TransfersByAllowance,
            (false, true) => Branch::TransfersByOwner,
            (false, false) => Branch::TransfersByAgent,
        });
        self.reached_if(from == to, Branch::TransfersToSelf);
        self.reached(match id.operator {
            Operator::IDLE => Branch::TransfersIdle,
            _ if self.vault.current(id).is_ok() => Branch::TransfersStake,
            _ if self.was_renewed(id) => Branch::TransfersRest,
            _ => Branch::TransfersWorthless,
        });
    }

    /// Lets `spender` transfer `amount` shares of `id` for the owner, instead of what it may now.
    pub fn approve(&mut self, owner: Account, spender: Account, id: PoolId, amount: U256) {
        self.vault.allowances.insert((owner, spender, id), amount);
    }

    /// Allows or forbids `spender` to act on all positions and exits of the owner.
    pub fn set_operator(&mut self, owner: Account, spender: Account, approved: bool) {
        if approved {
            self.vault.agents.insert((owner, spender));
            self.reached(Branch::AllowsAgent);
        } else {
            self.vault.agents.remove(&(owner, spender));
            self.reached(Branch::ForbidsAgent);
        }
    }

    /// How many shares of `id` the spender may transfer for the owner.
    #[must_use]
    pub fn allowance(&self, owner: Account, spender: Account, id: PoolId) -> U256 {
        self.vault.allowances.get(&(owner, spender, id)).copied().unwrap_or_default()
    }

    /// Whether `spender` may act on all positions and exits of the owner.
    #[must_use]
    pub fn is_operator(&self, owner: Account, spender: Account) -> bool {
        self.vault.agents.contains(&(owner, spender))
    }

    /// Refuses whoever is neither the owner nor an operator of it.
    pub(crate) fn require_may_act(&self, by: Account, owner: Account) -> Result<()> {
        if by != owner && !self.is_operator(owner, by) {
            return Err(ModelError::NotOwnerNorOperator { owner, by });
        }
        Ok(())
    }
}
