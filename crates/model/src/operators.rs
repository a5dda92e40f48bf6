//! Operators: registered closed, opened to deposits, closed again (protocol.md, the clock).

use crate::{Account, Branch, Epoch, Model, ModelError, Operator, Pausable, Result};

/// What the vault knows of an operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OperatorState {
    /// Whether it has ever opened. Until then its raises take effect at once, so that it can set
    /// up without waiting: nobody can have staked with it, so nobody is ambushed (P5).
    pub has_opened: bool,
    /// The first epoch in which it admits deposits; `None` while it is closed.
    pub admits_from: Option<Epoch>,
    /// Who decides which stakers it takes; `None` where everybody may stake. Chosen at
    /// registration: it can be removed, never added.
    pub approver: Option<Account>,
}

impl Model {
    /// Registers an operator, closed, with or without an approver.
    ///
    /// # Errors
    /// [`ModelError::ZeroAccount`], [`ModelError::AlreadyRegistered`].
    pub fn register_operator(
        &mut self,
        operator: Operator,
        approver: Option<Account>,
    ) -> Result<()> {
        if operator == Operator::IDLE || approver.is_some_and(Account::is_zero) {
            return Err(ModelError::ZeroAccount);
        }
        if self.vault.operators.contains_key(&operator) {
            return Err(ModelError::AlreadyRegistered { operator });
        }
        let state = OperatorState { approver, ..OperatorState::default() };
        self.vault.operators.insert(operator, state);
        let gated = approver.is_some();
        self.reached(if gated { Branch::RegistersGated } else { Branch::RegistersUngated });
        Ok(())
    }

    /// Lets everybody stake with the operator, for good.
    ///
    /// # Errors
    /// [`ModelError::NotRegistered`], [`ModelError::NoApprover`].
    pub fn remove_approver(&mut self, operator: Operator) -> Result<()> {
        let state = self.operator_mut(operator)?;
        if state.approver.take().is_none() {
            return Err(ModelError::NoApprover { operator });
        }
        Ok(())
    }

    /// Opens the operator: deposits are admitted from the start of the next epoch, and from this
    /// moment its raises wait for their notice, for good, on empty pools too. The epoch between
    /// keeps a deposit from arriving in the same breath as the last immediate raise (P5).
    ///
    /// # Errors
    /// A pause, [`ModelError::NotRegistered`], [`ModelError::AlreadyOpen`].
    pub fn open(&mut self, operator: Operator) -> Result<Epoch> {
        self.require_running(Pausable::Open)?;
        let from = self.epoch().plus(1);
        let state = self.operator_mut(operator)?;
        if state.admits_from.is_some() {
            return Err(ModelError::AlreadyOpen { operator });
        }
        let again = std::mem::replace(&mut state.has_opened, true);
        state.admits_from = Some(from);
        self.reached(if again { Branch::OpensAgain } else { Branch::OpensFirst });
        Ok(from)
    }

    /// Closes the operator: only stops deposits. Nothing about exits changes (P6).
    ///
    /// # Errors
    /// [`ModelError::NotRegistered`], [`ModelError::OperatorClosed`].
    pub fn close(&mut self, operator: Operator) -> Result<()> {
        let state = self.operator_mut(operator)?;
        if state.admits_from.is_none() {
            return Err(ModelError::OperatorClosed { operator });
        }
        state.admits_from = None;
        Ok(())
    }

    /// What is known of a registered operator.
    ///
    /// # Errors
    /// [`ModelError::NotRegistered`].
    pub fn operator(&self, operator: Operator) -> Result<OperatorState> {
        self.vault.operators.get(&operator).copied().ok_or(ModelError::NotRegistered { operator })
    }

    /// Refuses stake for an operator that does not admit it now. The idle pool always does.
    pub(crate) fn require_admitting(&self, operator: Operator) -> Result<()> {
        if operator == Operator::IDLE {
            return Ok(());
        }
        let state = self.operator(operator)?;
        let from = state.admits_from.ok_or(ModelError::OperatorClosed { operator })?;
        let now = self.epoch();
        if now < from {
            return Err(ModelError::NotYetAdmitting { operator, from, now });
        }
        Ok(())
    }

    fn operator_mut(&mut self, operator: Operator) -> Result<&mut OperatorState> {
        self.vault.operators.get_mut(&operator).ok_or(ModelError::NotRegistered { operator })
    }
}
