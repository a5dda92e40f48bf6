//! Who may act for whom: an account, or whom it appointed for that very function; and governance.
//!
//! The methods of [`Model`] are the protocol as acted by who may. [`Model::apply`] asks first.

use crate::{Account, Action, Branch, Model, ModelError, Result};

/// What an account can let another do for it, function by function. To appoint is none of these: an
/// appointee appoints nobody.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Function {
    /// [`Action::SetMetadata`], of an AVS.
    SetMetadata,
    /// [`Action::CreateOperatorSet`], of an AVS.
    CreateOperatorSet,
    /// [`Action::AddStrategy`], of an AVS.
    AddStrategies,
    /// [`Action::RemoveStrategy`], of an AVS.
    RemoveStrategies,
    /// [`Action::Retire`], of an AVS.
    Retire,
    /// [`Action::Eject`], of an AVS.
    Eject,
    /// [`Action::Join`], of an operator.
    Join,
    /// [`Action::Allocate`], of an operator.
    Allocate,
    /// [`Action::Leave`], of an operator.
    Leave,
    /// [`Action::Renew`], of an operator.
    Renew,
}

impl Function {
    /// All that can be lent.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name, as the variant is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Model {
    /// The same protocol under the governance of `authority`, instead of the zero account's.
    #[must_use]
    pub fn governed_by(self, authority: Account) -> Self {
        Self { authority, ..self }
    }

    /// The account that sets limits and pauses.
    #[must_use]
    pub const fn authority(&self) -> Account {
        self.authority
    }

    /// Lets `appointee` use a function for the account, or no longer.
    pub fn appoint(
        &mut self,
        account: Account,
        appointee: Account,
        function: Function,
        allowed: bool,
    ) {
        if allowed {
            self.allocations.appointments.insert((account, appointee, function));
            self.reached(Branch::Appoints);
        } else {
            self.allocations.appointments.remove(&(account, appointee, function));
            self.reached(Branch::Dismisses);
        }
    }

    /// Whether `appointee` may use a function for the account. The account itself needs no
    /// appointment.
    #[must_use]
    pub fn is_appointed(&self, account: Account, appointee: Account, function: Function) -> bool {
        self.allocations.appointments.contains(&(account, appointee, function))
    }

    /// Refuses an action whose sender may not send it. What the methods ask of a sender by
    /// themselves (slashers, owners, approvers) is not asked here. Returns whether it is sent by an
    /// appointee.
    pub(crate) fn require_may_send(&self, action: &Action) -> Result<bool> {
        match action.needs() {
            Needs::Nobody => Ok(false),
            Needs::Authority { by } if by == self.authority => Ok(false),
            Needs::Authority { by } => Err(ModelError::NotAuthority { by }),
            Needs::Account { account, by, function } => {
                if by != account && !self.is_appointed(account, by, function) {
                    return Err(ModelError::NotAuthorized { account, by, function });
                }
                Ok(by != account)
            }
        }
    }
}

/// Whom an action needs as its sender.
enum Needs {
    /// Nobody in particular, or whom its method asks for.
    Nobody,
    Authority {
        by: Account,
    },
    /// The account, or whom it appointed for the function.
    Account {
        account: Account,
        by: Account,
        function: Function,
    },
}

impl Action {
    /// Who sends it; `None` for what happens in the world around the protocol.
    #[must_use]
    pub fn by(&self) -> Option<Account> {
        match *self {
            Self::AdvanceTo { .. } | Self::Mint { .. } | Self::SetCanReceive { .. } => None,
            Self::Donate { from: by, .. }
            | Self::Deposit { from: by, .. }
            | Self::Approve { owner: by, .. }
            | Self::SetOperator { owner: by, .. }
            | Self::Appoint { account: by, .. }
            | Self::SetRecipient { owner: by, .. }
            | Self::Distribute { by, .. }
            | Self::CollectCommission { by, .. }
            | Self::ClaimRewards { by, .. }
            | Self::SetDepositCap { by, .. }
            | Self::SetCeiling { by, .. }
            | Self::Pause { by, .. }
            | Self::Admit { by, .. }
            | Self::Withdraw { by, .. }
            | Self::Delegate { by, .. }
            | Self::QueueWithdrawal { by, .. }
            | Self::CompleteWithdrawal { by, .. }
            | Self::Redelegate { by, .. }
            | Self::Transfer { by, .. }
            | Self::CollectCredit { by, .. }
            | Self::SetMetadata { by, .. }
            | Self::CreateOperatorSet { by, .. }
            | Self::AddStrategy { by, .. }
            | Self::RemoveStrategy { by, .. }
            | Self::Retire { by, .. }
            | Self::Join { by, .. }
            | Self::Leave { by, .. }
            | Self::Eject { by, .. }
            | Self::Renew { by, .. }
            | Self::Allocate { by, .. }
            | Self::Settle { by, .. }
            | Self::Slash { by, .. }
            | Self::ProposeSlash { by, .. }
            | Self::CancelSlash { by, .. }
            | Self::ExecuteSlash { by, .. } => Some(by),
            Self::RegisterOperator { operator, .. }
            | Self::RemoveApprover { operator }
            | Self::Open { operator }
            | Self::Close { operator }
            | Self::SetCommission { operator, .. } => Some(operator.account()),
        }
    }

    /// The account that has it sent, by itself or by an appointee, and the function that such an
    /// appointee is appointed for; `None` for what nobody can be appointed to do.
    #[must_use]
    pub fn sent_for(&self) -> Option<(Account, Function)> {
        match self.needs() {
            Needs::Account { account, function, .. } => Some((account, function)),
            Needs::Nobody | Needs::Authority { .. } => None,
        }
    }

    fn needs(&self) -> Needs {
        use Function as F;
        let (account, by, function) = match *self {
            Self::SetDepositCap { by, .. }
            | Self::SetCeiling { by, .. }
            | Self::Pause { by, .. } => return Needs::Authority { by },
            Self::SetMetadata { by, avs, .. } => (avs, by, F::SetMetadata),
            Self::CreateOperatorSet { by, set, .. } => (set.avs, by, F::CreateOperatorSet),
            Self::AddStrategy { by, set, .. } => (set.avs, by, F::AddStrategies),
            Self::RemoveStrategy { by, set, .. } => (set.avs, by, F::RemoveStrategies),
            Self::Retire { by, set } => (set.avs, by, F::Retire),
            Self::Eject { by, set, .. } => (set.avs, by, F::Eject),
            Self::Join { by, operator, .. } => (operator.account(), by, F::Join),
            Self::Allocate { by, operator, .. } => (operator.account(), by, F::Allocate),
            Self::Leave { by, operator, .. } => (operator.account(), by, F::Leave),
            Self::Renew { by, operator, .. } => (operator.account(), by, F::Renew),
            _ => return Needs::Nobody,
        };
        Needs::Account { account, by, function }
    }
}
