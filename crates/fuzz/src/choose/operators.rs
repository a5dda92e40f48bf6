//! Operators, whom they take, and whom accounts appoint.

use palisade_model::{Action, Admission, Approval, Function, LAST_DEADLINE, Model, Operator};

use super::{AGENTS, Chooser, OTHERS, operator, picks::Picks, sender};
use crate::world::{EPOCH_LENGTH, SERVICES, STAKERS};

const URIS: [&str; 4] = [
    "",
    "ipfs://metadata",
    "https://example.org/a-name-that-fills-more-than-one-word-of-storage-and-of-calldata.json",
    "\u{e9}\u{20ac}\u{1f600}",
];

impl Chooser {
    pub(super) fn register_operator(&self, picks: &mut Picks) -> Action {
        // Few enough are new that the others are not forgotten at once.
        let new = self.operators.len() < 4 || picks.below(16) < 3;
        let operator = if new { operator(self.registered) } else { self.operator(picks) };
        let gated = picks.below(8) < 7;
        Action::RegisterOperator { operator, approver: gated.then(|| picks.one(&self.approvers)) }
    }

    pub(super) fn remove_approver(&self, model: &Model, picks: &mut Picks) -> Action {
        let gated = |of: &Operator| model.approver(*of).is_some();
        // Two stay as they are.
        let newer = self.operators.iter().filter(|of| gated(of)).count();
        let oldest = (0..self.registered).map(operator).find(gated);
        let oldest = oldest.filter(|of| newer > 1 || !self.operators.contains(of));
        let operator = oldest.unwrap_or_else(|| self.operator(picks));
        Action::RemoveApprover { operator }
    }

    pub(super) fn admit(&self, model: &Model, picks: &mut Picks) -> Action {
        let (now, gated) = (model.clock().now(), |of| model.approver(of).is_some());
        let operator = picks.first(&self.operators, gated).filter(|_| !picks.once_in(24));
        let operator = operator.unwrap_or_else(|| self.operator(picks));
        let staker = picks.one(&STAKERS[..4]);
        let Admission { nonce, deadline: last } = model.admission(operator, staker);
        let deadline = match picks.below(24) {
            0 => now - 1,
            1 => now,
            2 => now + 1,
            3 => LAST_DEADLINE,
            4 => LAST_DEADLINE + 1,
            5 => u64::MAX,
            6 => 0,
            7 => last.unwrap_or(now),
            8..12 => model.clock().start_of(model.epoch().plus(1)) - 1,
            _ => now + 3 * EPOCH_LENGTH,
        };
        let signer = model.approver(operator).unwrap_or(self.approvers[0]);
        let mut approval = Approval { signer, operator, staker, nonce, deadline };
        let (by, signed) = match picks.below(16) {
            0..6 => (signer, None),
            6 => (signer, Some(approval)),
            7 => (staker, None),
            8 => {
                self.forge(&mut approval, picks);
                (staker, Some(approval))
            }
            9..11 => (picks.one(&OTHERS), Some(approval)),
            _ => (staker, Some(approval)),
        };
        Action::Admit { by, operator, staker, deadline, signed }
    }

    /// Makes the approval one of something else: used before, by somebody else, for somebody else.
    fn forge(&self, approval: &mut Approval, picks: &mut Picks) {
        match picks.below(6) {
            0 => approval.nonce += 1,
            1 => approval.nonce = approval.nonce.saturating_sub(1),
            2 => approval.signer = picks.one(&self.approvers),
            3 => approval.signer = picks.one(&STAKERS),
            4 => approval.staker = picks.one(&STAKERS),
            _ => approval.deadline = approval.deadline.wrapping_add(1),
        }
    }

    pub(super) fn open(&self, model: &Model, picks: &mut Picks) -> Action {
        let closed = |of| model.operator(of).is_ok_and(|state| state.admits_from.is_none());
        let operator = picks.first(&self.operators, closed).filter(|_| !picks.once_in(8));
        Action::Open { operator: operator.unwrap_or_else(|| self.operator(picks)) }
    }

    pub(super) fn close(&self, model: &Model, picks: &mut Picks) -> Action {
        let is_open = |of: &Operator| model.operator(*of).is_ok_and(|it| it.admits_from.is_some());
        // Enough stay open.
        let closes = self.operators.iter().copied().filter(is_open).count() > 4;
        let open = picks.first(&self.operators, |of| is_open(&of) == closes);
        let operator = open.filter(|_| !picks.once_in(8));
        Action::Close { operator: operator.unwrap_or_else(|| self.operator(picks)) }
    }

    pub(super) fn appoint(&self, picks: &mut Picks) -> Action {
        let function = picks.one(Function::ALL);
        let account = match function {
            Function::Join | Function::Allocate | Function::Leave | Function::Renew => {
                self.operator(picks).account()
            }
            _ => picks.one(&SERVICES),
        };
        let allowed = picks.below(4) > 0;
        Action::Appoint { account, appointee: picks.one(&AGENTS), function, allowed }
    }

    pub(super) fn set_metadata(&self, model: &Model, picks: &mut Picks) -> Action {
        let avs = picks.one(&SERVICES);
        let by = sender(model, picks, avs, Function::SetMetadata);
        Action::SetMetadata { by, avs, uri: picks.one(&URIS).to_owned() }
    }
}
