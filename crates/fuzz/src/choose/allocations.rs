//! What operators promise, and worn-out pools.

use palisade_model::{
    Account, Action, Function, LEAST_MAGNITUDE, Magnitude, Model, Operator, OperatorSetId,
    Strategy, WORN_OUT,
};

use super::{AGENTS, Chooser, OTHERS, STEPS, is_live, operator, picks::Picks, sender};

/// Whose promise of what.
pub(super) type Promise = (OperatorSetId, Operator, Strategy);

impl Chooser {
    pub(super) fn allocate(&self, model: &Model, picks: &mut Picks) -> Action {
        let strategy = self.token(picks);
        let any = picks.once_in(8);
        let (set, operator) = self.member(model, picks, |set, operator| {
            let it = model.allocation(set, operator, strategy);
            let accepted =
                model.operator_set(set).is_ok_and(|set| set.strategies.contains(&strategy));
            is_live(model, set) && (any || accepted) && it.next >= it.current
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
        let near = model.written_allocations_from(from).take(2 * STEPS);
        let mut waiting = near.filter(|(_, written)| written.side() > Magnitude::ZERO);
        let found = waiting.find(|(promise, written)| due(*promise, *written));
        let (set, operator, strategy) = found.map_or(from, |(promise, _)| promise);
        let by = if picks.once_in(2) { picks.one(&OTHERS) } else { picks.one(&AGENTS) };
        Action::Settle { by, operator, set, strategy }
    }

    /// Any promise, or where one could be.
    pub(super) fn promise(&self, picks: &mut Picks) -> Promise {
        (self.set(picks), self.operator(picks), self.token(picks))
    }

    pub(super) fn renew(&self, model: &Model, picks: &mut Picks) -> Action {
        let start = picks.below(self.registered);
        let places = (start..self.registered).chain(0..start).map(operator);
        let pools = || places.clone().flat_map(|of| self.tokens.map(|token| (of, token)));
        let worn = |(of, token): &(Operator, Strategy)| {
            let pool = model.pool(*of, *token);
            pool.shares > pool.assets.saturating_mul(WORN_OUT)
        };
        let free = |(of, token): &(Operator, Strategy)| {
            model.budget(*of, *token).committed == Magnitude::ZERO
        };
        let any = (self.operator(picks), self.token(picks));
        let found = pools().find(|pool| worn(pool) && free(pool));
        let found = found.or_else(|| pools().find(worn)).filter(|_| !picks.once_in(16));
        let (operator, strategy) = found.unwrap_or(any);
        let by: Account = sender(model, picks, operator.account(), Function::Renew);
        Action::Renew { by, operator, strategy }
    }
}

/// What an operator promises: mostly what it may.
fn target(model: &Model, picks: &mut Picks, (set, operator, strategy): Promise) -> Magnitude {
    let it = model.allocation(set, operator, strategy);
    let budget = model.budget(operator, strategy);
    let others = budget.committed.saturating_sub(it.side());
    let most = model.ceiling(strategy).floor_of(budget.left).saturating_sub(others);
    let most = most.0.min(Magnitude::WHOLE.0);
    let between = |low: u64, high: u64| low.midpoint(high);
    Magnitude(match picks.below(40) {
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
        15..22 => most,
        // A slash of all of it wears the pool out, and frees it.
        22..31 => most.saturating_sub(most / (2 * WORN_OUT as u64)),
        31..36 => between(it.side().0, most),
        _ => most / 2,
    })
}
