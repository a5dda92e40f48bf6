//! Approvers: who may stake with an operator that lets somebody decide it.
//!
//! Each approval admits a staker once. It is the staker's alone: nobody else can use it up.

use crate::{Account, Branch, Model, ModelError, Operator, Result};

/// The last timestamp that an approval may name: 40 bits on chain.
pub const LAST_DEADLINE: u64 = (1 << 40) - 1;

/// What an approver signs, so that somebody else can hand it in.
#[cfg_attr(
    feature = "serde",
    serde_with::apply(u64 => #[serde(with = "crate::text::decimal")])
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Approval {
    /// Who signed.
    pub signer: Account,
    /// With whom the staker may stake.
    pub operator: Operator,
    /// Who may.
    pub staker: Account,
    /// Which approval of this staker it is: it counts once.
    pub nonce: u64,
    /// The last timestamp at which it admits.
    pub deadline: u64,
}

/// A staker's standing with an operator's approver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Admission {
    /// The number of the next approval.
    pub nonce: u64,
    /// The last timestamp at which the staker may enter, once; `None` where it may not.
    pub deadline: Option<u64>,
}

impl Model {
    /// Lets a staker enter a pool of the operator once, until `deadline`. An approval that was not
    /// used is replaced. By the approver (which takes an approval back by a deadline that has
    /// passed), or by anybody with what it signed.
    ///
    /// # Errors
    /// No approver, a deadline that lies too far or, with a signature, has passed, or a signature
    /// that is not the approver's of just this.
    pub fn admit(
        &mut self,
        by: Account,
        operator: Operator,
        staker: Account,
        deadline: u64,
        signed: Option<Approval>,
    ) -> Result<()> {
        let approver = self.approver(operator).ok_or(ModelError::NoApprover { operator })?;
        let Admission { nonce, deadline: last } = self.admission(operator, staker);
        if by != approver {
            if self.clock.now() > deadline {
                let deadline = Some(deadline);
                return Err(ModelError::NotAdmitted { operator, staker, deadline });
            }
            let needed = Approval { signer: approver, operator, staker, nonce, deadline };
            if signed != Some(needed) {
                return Err(ModelError::BadApproval { needed });
            }
        }
        if deadline > LAST_DEADLINE {
            return Err(ModelError::DeadlineTooFar { deadline, last: LAST_DEADLINE });
        }
        let admission = Admission { nonce: nonce + 1, deadline: Some(deadline) };
        self.vault.admissions.insert((operator, staker), admission);
        let signed = by != approver;
        self.reached(if signed { Branch::AdmitsBySignature } else { Branch::AdmitsByApprover });
        if last.is_some_and(|last| self.clock.now() <= last) {
            let back = self.clock.now() > deadline;
            self.reached(if back { Branch::AdmissionTakenBack } else { Branch::AdmissionReplaced });
        }
        Ok(())
    }

    /// A staker's standing with an operator's approver.
    #[must_use]
    pub fn admission(&self, operator: Operator, staker: Account) -> Admission {
        self.vault.admissions.get(&(operator, staker)).copied().unwrap_or_default()
    }

    /// Who decides which stakers the operator takes; `None` where everybody may stake.
    #[must_use]
    pub fn approver(&self, operator: Operator) -> Option<Account> {
        self.vault.operators.get(&operator).and_then(|state| state.approver)
    }

    /// Refuses stake of a staker whom the operator's approver has not admitted, or that somebody
    /// else sends.
    pub(crate) fn require_admitted(
        &self,
        by: Account,
        operator: Operator,
        staker: Account,
    ) -> Result<()> {
        if self.approver(operator).is_none() {
            return Ok(());
        }
        self.require_may_act(by, staker)?;
        let deadline = self.admission(operator, staker).deadline;
        if deadline.is_none_or(|deadline| self.clock.now() > deadline) {
            return Err(ModelError::NotAdmitted { operator, staker, deadline });
        }
        Ok(())
    }

    /// The approval that admitted stake is gone. Without an approver there is none to use up.
    pub(crate) fn use_admission(&mut self, operator: Operator, staker: Account) {
        if self.approver(operator).is_some()
            && let Some(admission) = self.vault.admissions.get_mut(&(operator, staker))
        {
            admission.deadline = None;
            self.reached(Branch::AdmissionUsed);
        }
    }
}
