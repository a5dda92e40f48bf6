//! P8: nobody owns the stake. Governance sets limits and pauses, and that is all it does; the limits hold
//! for what comes in; terms never change.

use super::{Broken, Judgement, Scene, books::standing};
use crate::{Action, Budget, OperatorSetId, Pausable, Strategy, U256, Wad};

/// What governance sets, by which actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Cap(Strategy),
    Ceiling(Strategy),
    Pause(Pausable),
}

impl Scene<'_> {
    pub(super) fn judge_limits(self) -> Judgement {
        self.judge_governance()?;
        self.judge_terms()?;
        self.judge_room()?;
        self.judge_degree()
    }

    /// A limit changes by governance's action about it, to what that says; and such an action changes
    /// nothing else.
    fn judge_governance(self) -> Judgement {
        let (by, set) = match *self.action {
            Action::SetDepositCap { by, strategy, .. } => (by, Limit::Cap(strategy)),
            Action::SetCeiling { by, strategy, .. } => (by, Limit::Ceiling(strategy)),
            Action::Pause { by, action, .. } => (by, Limit::Pause(action)),
            _ => return self.limits_stand(None),
        };
        if by != self.after.authority() {
            return Err(Broken::Power { by });
        }
        self.limits_stand(Some(set))?;
        let also =
            self.before.trace(self.after, |book| !matches!(book, "caps" | "ceilings" | "pauses"));
        if let Some(book) = also {
            return Err(Broken::Reach { book });
        }
        let done = match *self.action {
            Action::SetDepositCap { strategy, cap, .. } => self.after.deposit_cap(strategy) == cap,
            Action::SetCeiling { strategy, ceiling, .. } => {
                let (lowest, highest) = (Wad::ONE, Wad(10 * Wad::ONE.0));
                self.after.ceiling(strategy) == ceiling && (lowest..=highest).contains(&ceiling)
            }
            // P6 judges pauses.
            _ => true,
        };
        if done { Ok(()) } else { Err(Broken::Limit { limit: format!("{set:?}") }) }
    }

    /// No limit changed but the one that was to be set.
    fn limits_stand(self, set: Option<Limit>) -> Judgement {
        let caps = self.before.caps.changes.iter().map(|change| Limit::Cap(change.key));
        let ceilings = self.before.ceilings.changes.iter().map(|change| Limit::Ceiling(change.key));
        let pauses = self.before.pauses.changes.iter().map(|change| Limit::Pause(change.key));
        match caps.chain(ceilings).chain(pauses).find(|changed| Some(*changed) != set) {
            Some(limit) => Err(Broken::Limit { limit: format!("{limit:?}") }),
            None => Ok(()),
        }
    }

    /// A set's terms stand from its creation on, and its retirement for ever.
    fn judge_terms(self) -> Judgement {
        for change in &self.before.sets.changes {
            let created = |set: OperatorSetId| matches!(self.action, Action::CreateOperatorSet { set: of, .. } if *of == set);
            let retires = |set: OperatorSetId| matches!(self.action, Action::Retire { set: of, .. } if *of == set);
            let fine = match (change.before, change.after) {
                (None, Some(after)) => created(change.key) && !after.retired,
                (Some(before), Some(after)) => {
                    let terms_stand = before.terms == after.terms;
                    terms_stand && !before.retired && after.retired && retires(change.key)
                }
                (_, None) => false,
            };
            if !fine {
                return Err(Broken::Terms { set: change.key });
            }
        }
        Ok(())
    }

    /// A deposit leaves no more in the vault than the cap.
    fn judge_room(self) -> Judgement {
        let Action::Deposit { strategy, .. } = *self.action else { return Ok(()) };
        let (held, cap) = (self.after.vault_balance(strategy), self.after.deposit_cap(strategy));
        if held > cap { Err(Broken::Room { strategy, held, cap }) } else { Ok(()) }
    }

    /// A raise commits no more than the ceiling times what is left, rounded down.
    fn judge_degree(self) -> Judgement {
        let Action::Allocate { set, operator, strategy, .. } = *self.action else { return Ok(()) };
        let promise = (set, operator, strategy);
        if standing(self.after, promise).side() <= self.before.standing(promise).side() {
            return Ok(());
        }
        let Budget { left, committed, .. } = self.after.budget(operator, strategy);
        let most = U256::from(left.0) * U256::from(self.after.ceiling(strategy).0);
        if U256::from(committed.0) * U256::from(Wad::ONE.0) > most {
            return Err(Broken::Degree { operator, strategy, committed, left });
        }
        Ok(())
    }
}
