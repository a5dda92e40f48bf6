//! What operators promise, and worn-out pools.

use palisade_model::{
    Action, Budget, Function, LEAST_MAGNITUDE, Magnitude, Model, Operator, OperatorSetId, Strategy,
    WORN_OUT,
};

use super::{
    AGENTS, Chooser, LIVE_OPERATORS, OTHERS, STEPS, is_live, operator, picks::Picks, sender,
};

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
        let again = if picks.once_in(8) { self.ended(model, picks) } else { None };
        let (any, staked) = (picks.once_in(8), picks.below(4) > 0);
        let (set, operator) = self.member(model, picks, |set, operator| {
            let it = model.allocation(set, operator, strategy);
            let accepted =
                model.operator_set(set).is_ok_and(|set| set.strategies.contains(&strategy));
            let Budget { left, committed } = model.budget(operator, strategy);
            // More than the little that is left out so that a slash can wear the pool out.
            let most = model.ceiling(strategy).floor_of(left);
            let room = most.saturating_sub(committed).0 > worn_part(left);
            let staked = !staked || model.pool(operator, strategy).assets > 0;
            is_live(model, set) && (any || accepted && room && staked) && it.next >= it.current
        });
        let (set, operator, strategy) = again.unwrap_or((set, operator, strategy));
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
        let found = self.worn(model, picks).filter(|_| !picks.once_in(16));
        let (operator, strategy) =
            found.unwrap_or_else(|| (self.operator(picks), self.token(picks)));
        let by = sender(model, picks, operator.account(), Function::Renew);
        Action::Renew { by, operator, strategy }
    }

    /// A worn-out pool of one of the newer operators; one of which nothing is promised, if there is one.
    fn worn(&self, model: &Model, picks: &mut Picks) -> Option<(Operator, Strategy)> {
        let newest = self.registered.saturating_sub(2 * LIVE_OPERATORS);
        let start = newest + picks.below(self.registered - newest);
        let operators = (start..self.registered).chain(newest..start).map(operator);
        let mut found = None;
        for pool in operators.flat_map(|of| self.tokens.map(|token| (of, token))) {
            if is_worn(model, pool.0, pool.1) {
                found.get_or_insert(pool);
                if model.budget(pool.0, pool.1).committed == Magnitude::ZERO {
                    return Some(pool);
                }
            }
        }
        found
    }

    /// A promise to a set that has proposed a slash of it, which the end of a generation has ended.
    fn ended(&self, model: &Model, picks: &mut Picks) -> Option<Promise> {
        let near = model.written_proposals_from(self.promise(picks)).take(STEPS);
        let mut ended = near.filter(|&((_, operator, strategy), proposal)| {
            model.pool_id(operator, strategy).generation != proposal.generation
        });
        let (promise, _) =
            ended.find(|((set, operator, _), _)| model.is_member(*operator, *set))?;
        Some(promise)
    }

    /// A promise of a worn-out pool, which cannot be renewed while there is any.
    fn held_up(&self, model: &Model, picks: &mut Picks) -> Option<Promise> {
        let (operator, strategy) = self.worn(model, picks)?;
        let sets = self.sets.iter().map(|set| (*set, operator, strategy));
        let mut promises = sets.filter(|(set, ..)| is_live(model, *set));
        promises.find(|&(set, ..)| {
            let it = model.allocation(set, operator, strategy);
            it.next >= it.current && it.next > Magnitude::ZERO
        })
    }
}

/// A pool of which less than this is left, and nothing new was staked, is worn out.
pub(super) fn worn_part(left: Magnitude) -> u64 {
    u64::try_from(u128::from(left.0) / WORN_OUT).unwrap_or_default()
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
    // A slash of all of it wears the pool out, and frees it.
    let nearly_all = most - worn_part(Magnitude(most)) / 2;
    let alone = others == Magnitude::ZERO && picks.below(4) > 0;
    let (least, side) = (LEAST_MAGNITUDE.0, it.side().0);
    let target = match picks.below(32) {
        _ if picks.once_in(8) => {
            picks.one(&[Magnitude::WHOLE.0 + 1, u64::MAX, least - 1, most + 1, it.current.0])
        }
        0..4 => most,
        4 => Magnitude::WHOLE.0,
        5 => least,
        6 => it.current.0,
        7 => 0,
        8.. if alone => nearly_all,
        8 | 9 => it.current.0 / 2,
        10 | 11 => it.current.0.midpoint(it.next.0),
        12..22 => side.midpoint(most),
        _ => most / 2,
    };
    // Slashes have worn it to less than can be asked for, but it can be kept.
    if (1..LEAST_MAGNITUDE.0).contains(&it.current.0) && picks.below(2) == 0 {
        return if it.next > it.current { it.current } else { Magnitude(most) };
    }
    // What it is already is no change.
    let rest = if side < most { most } else { side / 2 };
    Magnitude(if target == it.next.0 && !picks.once_in(8) { rest } else { target })
}
