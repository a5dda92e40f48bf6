//! P4 and P6: what may not be refused. A slash that the terms allow, what leads to one, and what ends a
//! proposal: else what is guaranteed could not be taken. And to lower, to leave, to eject and to retire.

use super::{
    Broken, Judgement, Memory,
    books::{Books, Promise},
    gates,
    senders::sent_for,
    slashes::fraction,
};
use crate::{
    Action, LEAST_MAGNITUDE, Magnitude, Model, ModelError, Operator, OperatorSetId, Strategy, Wad,
};

impl Memory {
    /// Judges a refusal. Nothing changed, so the model is as it was.
    pub(super) fn judge_refusal(
        &self,
        books: &Books,
        model: &Model,
        action: &Action,
        reason: &ModelError,
    ) -> Judgement {
        gates::judge_refusal(books, model, action, reason)?;
        let may_send = sent_for(books, action).is_none_or(|(_, may)| may);
        if may_send && self.is_due(books, action) {
            let (action, reason) = (action.kind(), Box::new(reason.clone()));
            return Err(Broken::Refused { action, reason });
        }
        Ok(())
    }

    /// Whether the action has all that it needs, if its sender may send it, and is one that nothing else
    /// can stand in the way of.
    fn is_due(&self, books: &Books, action: &Action) -> bool {
        match *action {
            Action::Slash { set, operator, ref fractions, .. } => {
                let named = fractions.iter().map(|(strategy, _)| *strategy);
                let instant = books.live(set).is_some_and(|terms| terms.window == 0);
                instant && ascend(named) && self.slashes(books, set, operator, fractions)
            }
            Action::ProposeSlash { set, operator, strategy, wad, .. } => {
                let promise = (set, operator, strategy);
                let current = books.standing(promise).current;
                let base = current.min(books.reach((operator, strategy)).budget.left);
                books.live(set).is_some_and(|terms| terms.window > 0 && wad <= terms.cap)
                    && self.alive(books, promise).is_none()
                    && fraction(base, wad) > Magnitude::ZERO
            }
            Action::CancelSlash { by, set, operator, strategy } => {
                let slasher = books.live(set).map(|terms| terms.slasher);
                let found = self.alive(books, (set, operator, strategy));
                found.is_some_and(|(_, _, end)| slasher == Some(by) || books.time < end)
            }
            Action::ExecuteSlash { set, operator, strategy, .. } => {
                let promise = (set, operator, strategy);
                self.alive(books, promise).is_some_and(|(allocated, wad, end)| {
                    let moves = self.takes(books, promise, allocated, wad);
                    end <= books.time && moves == Some(true)
                })
            }
            Action::Allocate { set, operator, strategy, target, .. } => {
                let had = books.standing((set, operator, strategy));
                let fits = target == Magnitude::ZERO || target >= LEAST_MAGNITUDE;
                fits && target < had.current && had.next >= had.current
            }
            Action::Leave { operator, set, ref strategies, .. } => {
                let settled = |strategy| {
                    let had = books.standing((set, operator, strategy));
                    had.next >= had.current || had.next == Magnitude::ZERO
                };
                ends(books, operator, set, strategies) && books.counted(operator, set).all(settled)
            }
            Action::Eject { operator, set, ref strategies, .. } => {
                ends(books, operator, set, strategies)
            }
            Action::Retire { set, .. } => books.live(set).is_some(),
            _ => false,
        }
    }

    /// Whether a slash of these fractions moves something, and none of them is too much.
    fn slashes(
        &self,
        books: &Books,
        set: OperatorSetId,
        operator: Operator,
        fractions: &[(Strategy, Wad)],
    ) -> bool {
        let takes = |&(strategy, wad): &(Strategy, Wad)| {
            self.takes(books, (set, operator, strategy), Magnitude::WHOLE, wad)
        };
        let all: Option<Vec<bool>> = fractions.iter().map(takes).collect();
        all.is_some_and(|all| all.contains(&true))
    }

    /// Whether a slash moves something; `None` where it is more than the whole or the cap.
    fn takes(&self, books: &Books, promise: Promise, most: Magnitude, wad: Wad) -> Option<bool> {
        let (set, operator, strategy) = promise;
        let reach = books.reach((operator, strategy));
        let base = books.standing(promise).current.min(reach.budget.left);
        let magnitude = fraction(base.min(most), wad);
        if wad > Wad::ONE {
            return None;
        }
        if reach.taken_by(magnitude).total() == 0 {
            return Some(false);
        }
        let taken = self.taken.get(&(set, reach.pool)).filter(|(epoch, _)| *epoch == books.epoch);
        let taken = taken.map_or(Magnitude::ZERO, |(_, taken)| *taken);
        let cap = fraction(base.saturating_add(taken), books.live(set)?.cap);
        (taken.saturating_add(magnitude) <= cap).then_some(true)
    }
}

/// Whether a membership can be ended so: all that counts is named, in order.
fn ends(books: &Books, operator: Operator, set: OperatorSetId, named: &[Strategy]) -> bool {
    books.members.get((set, operator)).is_some()
        && ascend(named.iter().copied())
        && books.counted(operator, set).all(|strategy| named.contains(&strategy))
}

/// Whether each is above the one before it, and none is the zero address.
fn ascend(strategies: impl Iterator<Item = Strategy>) -> bool {
    let mut previous = Strategy::default();
    strategies.into_iter().all(|strategy| std::mem::replace(&mut previous, strategy) < strategy)
}
