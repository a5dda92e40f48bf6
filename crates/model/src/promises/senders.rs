//! Who acts. What an account has, promises or is, it alone moves, gives up and changes, or whom it lets:
//! else somebody else could lower what a staker has (P2), waive what is guaranteed to a set (P4), or own
//! the stake (P8). And rights change by an action that is about them, to what that says.

use super::{
    Broken, Judgement, Scene,
    books::{Books, Change, Table},
};
use crate::{
    Account, Action, Admission, Approval, Delivery, Function, OperatorState, Outcome, U256,
};

/// Epochs from that in which an operator opens to the first in which stake comes in.
const OPENING: u32 = 1;

/// Epochs from that of a proposal to the first in which it cannot be executed.
const LAPSE: u32 = 2;

/// For whom the action is sent, and whether its sender may send it; `None` where anybody may, and where
/// it is governance's.
pub(super) fn sent_for(books: &Books, action: &Action) -> Option<(Account, bool)> {
    use Action as A;
    use Function as F;
    let by = action.by()?;
    let acts_for = |owner: Account| by == owner || books.agents.get((owner, by)).is_some();
    let named = |owner: Account| books.rewards.recipients.get(&owner).copied();
    let (account, function) = match *action {
        A::Withdraw { owner, .. }
        | A::Delegate { owner, .. }
        | A::QueueWithdrawal { owner, .. }
        | A::CompleteWithdrawal { owner, .. }
        | A::Redelegate { owner, .. } => return Some((owner, acts_for(owner))),
        A::Transfer { from, pool, amount, .. } => {
            let allowed = books.allowances.get((from, by, pool)).unwrap_or_default();
            return Some((from, acts_for(from) || allowed >= U256::from(amount)));
        }
        // To whom they belong, anybody may send credits; rewards, to whom their owner has named.
        A::CollectCredit { owner, receiver, .. } => {
            return Some((owner, receiver == owner || acts_for(owner)));
        }
        A::ClaimRewards { owner, receiver, .. } => {
            return Some((owner, named(owner) == Some(receiver) || acts_for(owner)));
        }
        A::CollectCommission { operator, receiver, .. } => {
            let owner = operator.account();
            return Some((owner, named(owner) == Some(receiver) || acts_for(owner)));
        }
        A::Admit { operator, staker, deadline, signed, .. } => {
            let signer = books.approver(operator).unwrap_or_default();
            let nonce = books.admissions.get((operator, staker)).unwrap_or_default().nonce;
            let approval = Approval { signer, operator, staker, nonce, deadline };
            let handed_in = signed == Some(approval) && books.time <= deadline;
            return Some((signer, !signer.is_zero() && (by == signer || handed_in)));
        }
        A::Slash { set, .. } | A::ProposeSlash { set, .. } => {
            let slasher = books.live(set).map(|terms| terms.slasher);
            return Some((slasher.unwrap_or_default(), slasher == Some(by)));
        }
        A::CancelSlash { set, .. } => {
            let terms = books.live(set);
            let may = terms.is_some_and(|it| it.slasher == by || it.resolver == Some(by));
            return Some((terms.map(|it| it.slasher).unwrap_or_default(), may));
        }
        A::SetMetadata { avs, .. } => (avs, F::SetMetadata),
        A::CreateOperatorSet { set, .. } => (set.avs, F::CreateOperatorSet),
        A::AddStrategy { set, .. } => (set.avs, F::AddStrategies),
        A::RemoveStrategy { set, .. } => (set.avs, F::RemoveStrategies),
        A::Retire { set, .. } => (set.avs, F::Retire),
        A::Eject { set, .. } => (set.avs, F::Eject),
        A::Join { operator, .. } => (operator.account(), F::Join),
        A::Allocate { operator, .. } => (operator.account(), F::Allocate),
        A::Leave { operator, .. } => (operator.account(), F::Leave),
        A::Renew { operator, .. } => (operator.account(), F::Renew),
        _ => return None,
    };
    let appointed = books.appointments.get((account, by, function)).is_some();
    Some((account, by == account || appointed))
}

/// Whether every row that changed is one that the action is about, and says what that does.
fn explained<K, V>(
    book: &'static str,
    table: &Table<K, V>,
    explains: impl Fn(&Change<K, V>) -> bool,
) -> Judgement {
    if table.changes.iter().all(explains) { Ok(()) } else { Err(Broken::Right { book }) }
}

impl Scene<'_> {
    pub(super) fn judge_senders(self) -> Judgement {
        if let (Some(by), Some((account, false))) =
            (self.action.by(), sent_for(self.before, self.action))
        {
            return Err(Broken::Sender { by, account });
        }
        self.judge_spending()?;
        self.judge_rights()?;
        self.judge_operators()?;
        self.judge_promised()
    }

    /// A spender uses its allowance up, but for the largest number there is.
    fn judge_spending(self) -> Judgement {
        let spent = match *self.action {
            Action::Transfer { by, from, pool, amount, .. } => {
                let lets = by == from || self.before.agents.get((from, by)).is_some();
                let had = self.before.allowances.get((from, by, pool)).unwrap_or_default();
                (!lets && had != U256::MAX)
                    .then(|| ((from, by, pool), had.saturating_sub(U256::from(amount))))
            }
            Action::Approve { owner, spender, pool, amount } => {
                Some(((owner, spender, pool), amount))
            }
            _ => None,
        };
        let book = "allowances";
        if let Some(((owner, spender, pool), due)) = spent
            && self.after.allowance(owner, spender, pool) != due
        {
            return Err(Broken::Right { book });
        }
        explained(book, &self.before.allowances, |it| {
            spent.is_some_and(|(key, due)| (it.key, it.after) == (key, Some(due)))
        })
    }

    /// Who may act for whom.
    fn judge_rights(self) -> Judgement {
        let (mut agent, mut appointment) = (None, None);
        match *self.action {
            Action::SetOperator { owner, spender, approved } => {
                agent = Some(((owner, spender), approved));
                if self.after.is_operator(owner, spender) != approved {
                    return Err(Broken::Right { book: "operators of owners" });
                }
            }
            Action::Appoint { account, appointee, function, allowed } => {
                appointment = Some(((account, appointee, function), allowed));
                if self.after.is_appointed(account, appointee, function) != allowed {
                    return Err(Broken::Right { book: "appointments" });
                }
            }
            _ => {}
        }
        explained("operators of owners", &self.before.agents, |it| {
            agent == Some((it.key, it.after.is_some()))
        })?;
        explained("appointments", &self.before.appointments, |it| {
            appointment == Some((it.key, it.after.is_some()))
        })
    }

    /// An operator registers closed, and opens for good; an approver is never added; an approval counts
    /// once.
    fn judge_operators(self) -> Judgement {
        let day = Some(self.before.epoch.plus(OPENING));
        explained("operators", &self.before.operators, |it| {
            let had = it.before.unwrap_or_default();
            let (of, due) = match *self.action {
                Action::RegisterOperator { operator, approver } if it.before.is_none() => {
                    (operator, OperatorState { approver, ..OperatorState::default() })
                }
                Action::RemoveApprover { operator } => {
                    (operator, OperatorState { approver: None, ..had })
                }
                Action::Open { operator } => {
                    (operator, OperatorState { has_opened: true, admits_from: day, ..had })
                }
                Action::Close { operator } => {
                    (operator, OperatorState { admits_from: None, ..had })
                }
                _ => return false,
            };
            (it.key, it.after) == (of, Some(due))
        })?;
        explained("admissions", &self.before.admissions, |it| {
            let Admission { nonce, .. } = it.before.unwrap_or_default();
            let (of, due) = match *self.action {
                Action::Admit { operator, staker, deadline, .. } => {
                    ((operator, staker), (nonce + 1, Some(deadline)))
                }
                Action::Deposit { operator, receiver, .. } => ((operator, receiver), (nonce, None)),
                Action::Delegate { to, owner, .. } | Action::Redelegate { to, owner, .. } => {
                    ((to, owner), (nonce, None))
                }
                _ => return false,
            };
            it.key == of && it.after.is_some_and(|it| (it.nonce, it.deadline) == due)
        })
    }

    /// Memberships, accepted strategies and proposals.
    fn judge_promised(self) -> Judgement {
        explained("members", &self.before.members, |it| match *self.action {
            Action::Join { operator, set, .. } => it.key == (set, operator) && it.after.is_some(),
            Action::Leave { operator, set, .. } | Action::Eject { operator, set, .. } => {
                it.key == (set, operator) && it.after.is_none()
            }
            _ => false,
        })?;
        explained("accepted strategies", &self.before.accepted, |it| match *self.action {
            Action::AddStrategy { set, strategy, .. } => {
                it.key == (set, strategy) && it.after.is_some()
            }
            Action::RemoveStrategy { set, strategy, .. } => {
                it.key == (set, strategy) && it.after.is_none()
            }
            Action::CreateOperatorSet { set, ref strategies, .. } => {
                it.key.0 == set && strategies.contains(&it.key.1) && it.after.is_some()
            }
            _ => false,
        })?;
        explained("proposals", &self.before.proposals, |it| match (self.action, self.outcome) {
            (&Action::ProposeSlash { set, operator, strategy, .. }, Outcome::Proposed(made)) => {
                (it.key, it.after) == ((set, operator, strategy), Some(*made))
            }
            (
                &(Action::CancelSlash { set, operator, strategy, .. }
                | Action::ExecuteSlash { set, operator, strategy, .. }),
                _,
            ) => (it.key, it.after) == ((set, operator, strategy), None),
            _ => false,
        })?;
        explained("contests", &self.before.contested, |it| {
            let Action::ProposeSlash { operator, strategy, .. } = *self.action else {
                return false;
            };
            let pool = self.before.reach((operator, strategy)).pool;
            (it.key, it.after) == (pool, Some(self.before.epoch.plus(LAPSE)))
        })
    }

    /// Tokens are made by a mint, given to nobody by a donation, and burned by a slash: no other action
    /// leaves any of them where they are nobody's (P1).
    pub(super) fn judge_tokens(self) -> Judgement {
        for change in &self.before.tokens.changes {
            let strategy = change.key;
            let (before, after) =
                (change.before.unwrap_or_default(), change.after.unwrap_or_default());
            let (minted, given) = match *self.action {
                Action::Mint { strategy: of, amount, .. } if of == strategy => (amount, 0),
                Action::Donate { strategy: of, amount, .. } if of == strategy => (0, amount),
                _ => (0, 0),
            };
            let burned: u128 = self
                .reports()
                .iter()
                .filter(|it| it.pool.strategy == strategy && it.delivery == Delivery::Burned)
                .map(|it| it.assets.total())
                .sum();
            let due = (before.supply + minted, before.unasked + given, before.burned + burned);
            if (after.supply, after.unasked, after.burned) != due {
                return Err(Broken::Tokens { strategy });
            }
        }
        Ok(())
    }
}
