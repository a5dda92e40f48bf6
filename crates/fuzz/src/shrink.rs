//! Makes a history that fails smaller: fewer actions, then simpler ones, until nothing can be taken away.

mod simpler;

use std::collections::BTreeSet;

use palisade_model::Action;

/// How far the shrinking has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// How many histories were tried.
    pub(crate) trials: usize,
    /// How many actions are left.
    pub(crate) actions: usize,
    /// Whether it ends here because it has tried enough, and not because nothing smaller fails.
    pub(crate) gave_up: bool,
}

/// The most histories that are tried.
const MOST_TRIALS: usize = 20_000;

/// The smallest history that was found to fail, and no smaller one does that lacks one of its actions or has a simpler
/// one in its place (unless it ended early, as the last `Progress` told says). The one given must fail: where it does
/// not, it is the answer.
pub(crate) fn shrink(
    actions: &[Action],
    fails: impl FnMut(&[Action]) -> bool,
    tell: impl FnMut(Progress),
) -> Vec<Action> {
    let mut search = Search { best: actions.to_vec(), trials: 0, most: MOST_TRIALS, fails, tell };
    search.run();
    search.best
}

struct Search<F, T> {
    /// Fails, if what was given does.
    best: Vec<Action>,
    trials: usize,
    most: usize,
    fails: F,
    tell: T,
}

impl<F: FnMut(&[Action]) -> bool, T: FnMut(Progress)> Search<F, T> {
    fn run(&mut self) {
        if !(self.fails)(&self.best) {
            return;
        }
        self.cut();
        loop {
            let before = self.best.clone();
            self.remove();
            self.rename();
            self.hasten();
            self.simplify();
            if self.best == before || self.gave_up() {
                break;
            }
        }
        let gave_up = self.gave_up();
        (self.tell)(Progress { trials: self.trials, actions: self.best.len(), gave_up });
    }

    const fn gave_up(&self) -> bool {
        self.trials >= self.most
    }

    /// Takes another history for the best one, if it fails.
    fn take(&mut self, other: Vec<Action>) -> bool {
        if self.gave_up() || other == self.best {
            return false;
        }
        self.trials += 1;
        if !(self.fails)(&other) {
            return false;
        }
        self.best = other;
        (self.tell)(Progress { trials: self.trials, actions: self.best.len(), gave_up: false });
        true
    }

    /// Cuts what comes after the failing step: of two histories that begin alike, the longer one fails where the
    /// shorter one does.
    fn cut(&mut self) {
        let mut passes = 0;
        while passes < self.best.len() {
            let middle = usize::midpoint(passes, self.best.len());
            let shorter = self.best[..middle].to_vec();
            if !self.take(shorter) {
                passes = middle + 1;
            }
        }
    }

    /// Removes chunks of halving size, the last ones first, until no single action can go.
    fn remove(&mut self) {
        let mut size = self.best.len().div_ceil(2).max(1);
        loop {
            let mut removed = false;
            let mut end = self.best.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let rest = [&self.best[..start], &self.best[end..]].concat();
                removed |= self.take(rest);
                end = start;
            }
            if size > 1 {
                size = size.div_ceil(2);
            } else if !removed {
                return;
            }
        }
    }

    /// Replaces accounts everywhere by others of their kind that come before them.
    fn rename(&mut self) {
        for (from, to) in simpler::names() {
            let renamed = self.best.iter().map(|action| simpler::renamed(action, from, to));
            let renamed = renamed.collect();
            self.take(renamed);
        }
    }

    /// Lets less time pass, or whole epochs.
    fn hasten(&mut self) {
        for place in 0..self.best.len() {
            // What was taken changes what can be taken next.
            while simpler::hastened(&self.best, place).into_iter().any(|sooner| self.take(sooner)) {
            }
        }
    }

    /// Makes each action simpler.
    fn simplify(&mut self) {
        for place in 0..self.best.len() {
            let mut tried = BTreeSet::new();
            loop {
                let candidates = simpler::simpler(&self.best[place]);
                let taken = candidates.into_iter().any(|candidate| {
                    let mut other = self.best.clone();
                    other[place] = candidate;
                    tried.insert(format!("{:?}", other[place])) && self.take(other)
                });
                if !taken {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use palisade_model::{Account, Epoch, OperatorSetId, PoolId, Strategy};

    use super::*;
    use crate::world::{CREATOR, EPOCH_LENGTH, OPERATORS, ORIGIN, STAKERS};

    fn token(place: u64) -> Strategy {
        Strategy(CREATOR.create(1 + place).into_array())
    }

    fn deposit(staker: usize, assets: u128) -> Action {
        Action::Deposit {
            from: STAKERS[staker],
            strategy: token(2),
            operator: OPERATORS[3],
            assets,
            min_shares: assets / 2,
            receiver: STAKERS[staker],
        }
    }

    fn open(operator: usize) -> Action {
        Action::Open { operator: OPERATORS[operator] }
    }

    fn at(epochs: u64, seconds: u64) -> Action {
        Action::AdvanceTo { timestamp: ORIGIN + epochs * EPOCH_LENGTH + seconds }
    }

    /// Shrinks, and checks what is true of all results: they fail, and nothing was told of any that does not.
    fn shrunk(actions: &[Action], mut fails: impl FnMut(&[Action]) -> bool) -> Vec<Action> {
        let mut told = Vec::new();
        let result = shrink(actions, &mut fails, |progress| told.push(progress));
        assert!(fails(&result));
        let last = told.last().unwrap();
        assert_eq!(last.actions, result.len());
        assert!(!last.gave_up && last.trials < MOST_TRIALS, "{last:?}");
        assert!(told.is_sorted_by_key(|progress| progress.trials));
        result
    }

    fn has(actions: &[Action], wanted: &[Action]) -> bool {
        let mut wanted = wanted.iter().peekable();
        for action in actions {
            wanted.next_if(|next| *next == action);
        }
        wanted.peek().is_none()
    }

    #[test]
    fn only_what_is_needed_stays_and_in_its_order() {
        let needed = [open(0), at(7, 5), deposit(1, 77)];
        let mut actions: Vec<_> = (0..500).map(|n| deposit(0, 1_000 + n)).collect();
        for (place, action) in [3, 250, 480].into_iter().zip(needed.clone()) {
            actions[place] = action;
        }
        assert_eq!(shrunk(&actions, |actions| has(actions, &needed)), needed);
    }

    #[test]
    fn what_fails_without_any_action_is_empty() {
        assert_eq!(shrunk(&[open(0), open(1)], |_| true), []);
        assert_eq!(shrunk(&[], |_| true), []);
    }

    #[test]
    fn what_comes_after_the_failing_step_is_cut_in_few_trials() {
        let mut actions = vec![open(1); 1_000];
        actions[2] = open(4);
        let mut trials = 0;
        let mut search = Search {
            best: actions,
            trials: 0,
            most: MOST_TRIALS,
            fails: |actions: &[Action]| {
                trials += 1;
                actions.contains(&open(4))
            },
            tell: |_| {},
        };
        search.cut();
        assert_eq!(search.best, [open(1), open(1), open(4)]);
        assert_eq!(trials, 10);
    }

    #[test]
    fn numbers_and_accounts_become_simple() {
        let enough = |actions: &[Action]| {
            actions.iter().any(|it| matches!(it, Action::Deposit { assets: 1_000.., .. }))
        };
        let actions = [open(2), deposit(5, 123_456_789), open(3)];
        let first = STAKERS[0];
        let expected = Action::Deposit {
            from: first,
            strategy: token(0),
            operator: OPERATORS[0],
            assets: 1_000,
            min_shares: 0,
            receiver: first,
        };
        assert_eq!(shrunk(&actions, enough), [expected]);
    }

    #[test]
    fn numbers_become_round_where_they_cannot_be_small() {
        let within = |actions: &[Action]| {
            actions.iter().any(|it| matches!(it, Action::Deposit { assets: 310..400, .. }))
        };
        let result = shrunk(&[deposit(0, 347)], within);
        assert!(matches!(result[..], [Action::Deposit { assets: 340, .. }]), "{result:?}");
    }

    #[test]
    fn accounts_are_replaced_together_and_stay_two_where_two_are_needed() {
        let two = |actions: &[Action]| {
            let who = |action: &Action| match action {
                Action::Deposit { from, receiver, .. } if from == receiver => Some(*from),
                _ => None,
            };
            matches!(actions, [a, b] if who(a).is_some() && who(b).is_some() && who(a) != who(b))
        };
        let who: Vec<_> = shrunk(&[deposit(4, 5), deposit(5, 6)], two)
            .into_iter()
            .map(|action| action.by().unwrap())
            .collect();
        assert_eq!(who, [STAKERS[0], STAKERS[1]]);
    }

    #[test]
    fn optional_values_and_items_go() {
        let register = |approver| Action::RegisterOperator { operator: OPERATORS[0], approver };
        let actions = [register(Some(Account::from_u64(7)))];
        assert_eq!(shrunk(&actions, |actions| actions.len() == 1), [register(None)]);

        let set = OperatorSetId { avs: STAKERS[0], id: 0 };
        let leave =
            |strategies| Action::Leave { by: STAKERS[0], operator: OPERATORS[0], set, strategies };
        let named = |actions: &[Action]| matches!(actions, [Action::Leave { strategies, .. }] if strategies.iter().any(|it| *it != token(0)));
        let actions = [leave(vec![token(0), token(1), token(2)])];
        assert_eq!(shrunk(&actions, named), [leave(vec![token(1)])]);
    }

    /// The exit's epoch must have come, three epochs after the deposit at least.
    #[test]
    fn time_steps_merge_and_epochs_come_earlier() {
        let pool = PoolId { operator: OPERATORS[0], strategy: token(0), generation: 0 };
        let owner = STAKERS[0];
        let complete =
            |epoch| Action::CompleteWithdrawal { by: owner, owner, pool, epoch, receiver: owner };
        let fails = |actions: &[Action]| {
            let mut now = ORIGIN;
            let mut deposited = None;
            for action in actions {
                match action {
                    Action::AdvanceTo { timestamp } => now = *timestamp,
                    Action::Deposit { .. } => deposited = Some(now),
                    Action::CompleteWithdrawal { epoch, .. } => {
                        let current = u32::try_from((now - ORIGIN) / EPOCH_LENGTH + 1).unwrap();
                        let waited = deposited.is_some_and(|then| now >= then + 3 * EPOCH_LENGTH);
                        return waited && *epoch == Epoch(current);
                    }
                    _ => {}
                }
            }
            false
        };
        let actions = [
            at(10, 17),
            deposit(0, 1),
            at(11, 0),
            at(15, 3),
            open(0),
            at(20, 50_000),
            complete(Epoch(21)),
        ];
        let result = shrunk(&actions, fails);
        assert_eq!(result.len(), 3);
        assert_eq!(result[1..], [at(3, 0), complete(Epoch(4))]);
    }

    #[test]
    fn what_does_not_fail_is_given_back() {
        let actions = [open(0), deposit(0, 7)];
        let mut told = 0;
        assert_eq!(shrink(&actions, |_| false, |_| told += 1), actions);
        assert_eq!(told, 0);
    }

    /// Whether a history fails follows from nothing: a step down in one place may be one up in another.
    #[test]
    fn it_ends_and_its_result_fails_whatever_the_predicate() {
        let start: Vec<_> = (0_u8..40)
            .map(|n| (u64::from(n), usize::from(n), u128::from(n)))
            .flat_map(|(n, place, amount)| [at(n, n * 31), deposit(place % 6, amount << 60)])
            .collect();
        for salt in 0_u64..10 {
            let fails = |actions: &[Action]| {
                let text = format!("{salt}{actions:?}");
                let hash = text.bytes().fold(salt, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
                });
                actions == start || (hash >> 32) % 3 != 0
            };
            shrunk(&start, fails);
        }
    }

    #[test]
    fn it_gives_up_after_enough_trials() {
        let mut told = Vec::new();
        let mut search = Search {
            best: vec![open(0); 100],
            trials: 0,
            most: 20,
            fails: |actions: &[Action]| actions.len() >= 50 || actions.len() == 1,
            tell: |progress| told.push(progress),
        };
        search.run();
        let (trials, actions) = (search.trials, search.best.len());
        assert_eq!(trials, 20);
        assert_eq!(told.last(), Some(&Progress { trials, actions, gave_up: true }));
        assert_eq!(actions, 50);
    }
}
