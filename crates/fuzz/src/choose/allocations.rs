//! What operators promise, and worn-out pools.

use palisade_model::{
    Action, Budget, Function, LEAST_MAGNITUDE, Magnitude, Model, Operator, OperatorSetId, Strategy,
    WORN_OUT,
};

use super::{AGENTS, Chooser, OTHERS, STEPS, is_live, operator, picks::Picks, sender};

/// Whose promise of what.
pub(super) type Promise = (OperatorSetId, Operator, Strategy);

impl Chooser {
    pub(super) fn allocate(&self, model: &Model, picks: &mut Picks) -> Action {
        if picks.below(4) == 0
            && let Some((set, operator, strategy)) = self.held_up(model, picks)
        {
            let by = sender(model, picks, operator.account(), Function::Allocate);
            return Action::Allocate { by, operator, set, strategy, target: Magnitude::ZERO };
        }
        let strategy = self.token(picks);
        let any = picks.once_in(8);
        let (set, operator) = self.member(model, picks, |set, operator| {
            let it = model.allocation(set, operator, strategy);
            let accepted =
                model.operator_set(set).is_ok_and(|set| set.strategies.contains(&strategy));
            let Budget { left, committed } = model.budget(operator, strategy);
            let room = model.ceiling(strategy).floor_of(left) > committed;
            is_live(model, set) && (any || accepted && room) && it.next >= it.current
        });
        let by = sender(model, picks, operator.account(), Function::Allocate);
        let target = target(model, picks, (set, operator, strategy));
        Action::Allocate { by, operator, set, strategy, target }
    }

    pub(super) fn settle(&self, model: &Model, picks: &mut Picks) -> Action {
        let due = |(set, operator, strategy): Promise, written| {
            model.allocation(set, operator, strategy) != written
        };
        let from = self.promise(picks);
        let waiting = || {
            let near = model.written_allocations_from(from).take(2 * STEPS);
            near.filter(|(promise, written)| {
                written.side() > Magnitude::ZERO && due(*promise, *written)
            })
        };
        // It may be what a renewal waits for.
        let found = waiting().find(|((_, of, token), _)| is_worn(model, *of, *token));
        let found = found.or_else(|| waiting().next());
        let (set, operator, strategy) = found.map_or(from, |(promise, _)| promise);
        let by = if picks.once_in(2) { picks.one(&OTHERS) } else { picks.one(&AGENTS) };
        Action::Settle { by, operator, set, strategy }
    }

    /// Any promise, or where one could be.
    pub(super) fn promise(&self, picks: &mut Picks) -> Promise {
        (self.set(picks), self.operator(picks), self.token(picks))
    }

    pub(super) fn renew(&self, model: &Model, picks: &mut Picks) -> Action {
        let free = |of, token| model.budget(of, token).committed == Magnitude::ZERO;
        let found = self.worn(model, picks, free);
        let found = found.or_else(|| self.worn(model, picks, |_, _| true));
        let found = found.filter(|_| !picks.once_in(16));
        let (operator, strategy) =
            found.unwrap_or_else(|| (self.operator(picks), self.token(picks)));
        let by = sender(model, picks, operator.account(), Function::Renew);
        Action::Renew { by, operator, strategy }
    }

    /// A worn-out pool that suits.
    fn worn(
        &self,
        model: &Model,
        picks: &mut Picks,
        suits: impl Fn(Operator, Strategy) -> bool,
    ) -> Option<(Operator, Strategy)> {
        let start = picks.below(self.registered);
        let operators = (start..self.registered).chain(0..start).map(operator);
        let mut pools = operators.flat_map(|of| self.tokens.map(|token| (of, token)));
        pools.find(|&(of, token)| is_worn(model, of, token) && suits(of, token))
    }

    /// A promise of a worn-out pool, which cannot be renewed while there is any.
    fn held_up(&self, model: &Model, picks: &mut Picks) -> Option<Promise> {
        let (operator, strategy) = self.worn(model, picks, |_, _| true)?;
        let sets = self.sets.iter().map(|set| (*set, operator, strategy));
        let mut promises = sets.filter(|(set, ..)| is_live(model, *set));
        promises.find(|&(set, ..)| {
            let it = model.allocation(set, operator, strategy);
            it.next >= it.current && it.next > Magnitude::ZERO
        })
    }
}

fn is_worn(model: &Model, operator: Operator, strategy: Strategy) -> bool {
    let pool = model.pool(operator, strategy);
    pool.shares > pool.assets.saturating_mul(WORN_OUT)
}

/// What an operator promises: mostly what it may.
fn target(model: &Model, picks: &mut Picks, (set, operator, strategy): Promise) -> Magnitude {
    let it = model.allocation(set, operator, strategy);
    let budget = model.budget(operator, strategy);
    let others = budget.committed.saturating_sub(it.side());
    let most = model.ceiling(strategy).floor_of(budget.left).saturating_sub(others);
    let most = most.0.min(Magnitude::WHOLE.0);
    let rest = if it.side().0 < most { most } else { it.side().0 / 2 };
    let between = |low: u64, high: u64| low.midpoint(high);
    let alone = others == Magnitude::ZERO && picks.below(2) == 0;
    let target = match picks.below(40) {
        // A slash of all of it wears the pool out, and frees it.
        9.. if alone => most.saturating_sub(most / (2 * WORN_OUT as u64)),
        0 => Magnitude::WHOLE.0 + 1,
        1 => u64::MAX,
        2 => LEAST_MAGNITUDE.0 - 1,
        3 => LEAST_MAGNITUDE.0,
        4 => most + 1,
        5 => Magnitude::WHOLE.0,
        6 => it.current.0,
        7 => it.next.0,
        8..10 => 0,
        10 | 11 => it.current.0 / 2,
        12..14 => between(it.current.0, it.next.0),
        14 => it.next.0 + 1,
        15..18 => most,
        18..28 => between(it.side().0, most),
        _ => most / 2,
    };
    // Slashes have worn it to less than can be asked for, but it can be kept.
    if (1..LEAST_MAGNITUDE.0).contains(&it.current.0) && picks.below(2) == 0 {
        return if it.next > it.current { it.current } else { Magnitude(most) };
    }
    // What it is already is no change.
    Magnitude(if target == it.next.0 && !picks.once_in(8) { rest } else { target })
}
