//! Slashes, at once and proposed.

use palisade_model::{
    Account, Action, Allocation, Budget, LEAST_MAGNITUDE, Magnitude, Model, OperatorSetId, Wad,
};

use super::{
    Chooser, OTHERS, STEPS,
    allocations::{Promise, worn_part},
    is_live,
    picks::Picks,
};
use crate::world::RESOLVER;

impl Chooser {
    /// A promise of which something can be taken, by a set that slashes at once or one that proposes.
    fn exposed(&self, model: &Model, picks: &mut Picks, instant: bool) -> Promise {
        let from = self.promise(picks);
        if picks.once_in(24) {
            return from;
        }
        let suits = |(set, operator, strategy): Promise| {
            let terms = model.operator_set(set).ok().map(|set| &set.terms);
            terms.is_some_and(|terms| (terms.window == 0) == instant)
                && is_live(model, set)
                && (instant || model.proposal(set, operator, strategy).is_none())
                && model.slashable(set, operator, strategy).total() > 0
        };
        let eventful = instant || picks.once_in(2);
        let leads_on = |promise: Promise, written: Allocation| {
            if instant {
                return wears_out(model, promise);
            }
            // Something comes between, or it is proposed again.
            let last = model.written_proposals_from(promise).next();
            written.effective.is_some() || last.is_some_and(|(of, _)| of == promise)
        };
        let mut found = None;
        for (promise, written) in model.written_allocations_from(from).take(2 * STEPS) {
            if written.side() > Magnitude::ZERO && suits(promise) {
                found.get_or_insert(promise);
                if !eventful || leads_on(promise, written) {
                    return promise;
                }
            }
        }
        found.unwrap_or(from)
    }

    pub(super) fn slash(&self, model: &Model, picks: &mut Picks) -> Action {
        let (set, operator, strategy) = self.exposed(model, picks, true);
        let (by, cap) = slasher_and_cap(model, picks, set);
        let it = model.allocation(set, operator, strategy);
        let taken = it.taken_during(model.epoch());
        // What may be taken of what is there, once that much of it was taken.
        let whole = it.current.saturating_add(taken);
        let most = cap.floor_of(whole).saturating_sub(taken);
        let free = wad_of(most, it.current);
        let fraction = if wears_out(model, (set, operator, strategy)) && picks.below(4) > 0 {
            cap
        } else {
            fraction(picks, if taken.0 == 0 { cap } else { free })
        };
        let mut fractions = vec![(strategy, fraction)];
        for _ in 0..picks.below(4).saturating_sub(1) {
            let beside = self.token(picks);
            if beside != strategy || picks.once_in(8) {
                let part = match picks.below(8) {
                    0 => cap,
                    1 => Wad(cap.0.saturating_add(1)),
                    _ => Wad(cap.0.min(picks.up_to_long(1 << 59))),
                };
                fractions.push((beside, part));
            }
        }
        Action::Slash { by, set, operator, fractions }
    }

    pub(super) fn propose_slash(&self, model: &Model, picks: &mut Picks) -> Action {
        let (set, operator, strategy) = self.exposed(model, picks, false);
        let (by, cap) = slasher_and_cap(model, picks, set);
        let wears = wears_out(model, (set, operator, strategy)) && picks.below(2) == 0;
        let wad = if wears { cap } else { fraction(picks, cap) };
        Action::ProposeSlash { by, set, operator, strategy, wad }
    }

    /// A proposal that lives and suits.
    fn proposed(&self, model: &Model, picks: &mut Picks, suits: impl Fn(u64) -> bool) -> Promise {
        let from = self.promise(picks);
        let near = || {
            let keys = model.written_proposals_from(from).take(STEPS).map(|(key, _)| key);
            keys.filter_map(|key| Some((key, model.proposal(key.0, key.1, key.2)?)))
        };
        let found = near().find(|(_, proposal)| suits(proposal.executable_from));
        found.or_else(|| near().next()).map_or(from, |(key, _)| key)
    }

    /// A proposal that was made and lives no more: of a set that was retired since, or of a generation that ended, or
    /// one that has lapsed.
    fn dead(&self, model: &Model, picks: &mut Picks) -> Promise {
        let from = self.promise(picks);
        let mut near = model.written_proposals_from(from).take(STEPS).map(|(key, _)| key);
        near.find(|key| model.proposal(key.0, key.1, key.2).is_none()).unwrap_or(from)
    }

    pub(super) fn cancel_slash(&self, model: &Model, picks: &mut Picks) -> Action {
        let now = model.clock().now();
        let in_window = picks.below(2) == 0;
        // Some are left to be executed.
        let found = self.proposed(model, picks, |end| !in_window || now < end);
        let (set, operator, strategy) =
            if picks.below(6) == 0 { self.dead(model, picks) } else { found };
        let terms = model.operator_set(set).ok().map(|set| &set.terms);
        let slasher = terms.map_or(RESOLVER, |terms| terms.slasher);
        let resolver = terms.and_then(|terms| terms.resolver).unwrap_or(slasher);
        let by = match picks.below(16) {
            0 => picks.one(&OTHERS),
            _ if in_window => resolver,
            _ => slasher,
        };
        Action::CancelSlash { by, set, operator, strategy }
    }

    pub(super) fn execute_slash(&self, model: &Model, picks: &mut Picks) -> Action {
        let now = model.clock().now();
        let early = picks.once_in(12);
        let found = self.proposed(model, picks, |end| early == (now < end));
        let suits = model.proposal(found.0, found.1, found.2).is_some();
        let dead = !suits && picks.below(2) == 0;
        let (set, operator, strategy) = if dead { self.dead(model, picks) } else { found };
        Action::ExecuteSlash { by: picks.one(&OTHERS), set, operator, strategy }
    }
}

/// Whether a slash of the whole promise wears the pool out, and leaves nothing promised.
fn wears_out(model: &Model, (set, operator, strategy): Promise) -> bool {
    let it = model.allocation(set, operator, strategy);
    let Budget { left, committed } = model.budget(operator, strategy);
    let nearly_all = left.0 - worn_part(left)..left.0;
    it.side() == committed
        && nearly_all.contains(&it.current.0)
        && model.pool(operator, strategy).assets > 0
        && model.operator_set(set).is_ok_and(|set| set.terms.cap == Wad::ONE)
}

/// Who slashes, now and then somebody else; and the most of a slash.
fn slasher_and_cap(model: &Model, picks: &mut Picks, set: OperatorSetId) -> (Account, Wad) {
    let terms = model.operator_set(set).ok().map(|set| &set.terms);
    let slasher = terms.map(|terms| terms.slasher).filter(|_| !picks.once_in(24));
    (slasher.unwrap_or_else(|| picks.one(&OTHERS)), terms.map_or(Wad::ONE, |terms| terms.cap))
}

/// The largest fraction that takes no more than `part` of a magnitude.
fn wad_of(part: Magnitude, of: Magnitude) -> Wad {
    let scaled = (u128::from(part.0) + 1) * u128::from(Wad::ONE.0) - 1;
    let wad = scaled.checked_div(of.0.into()).unwrap_or_default();
    Wad(u64::try_from(wad).unwrap_or(u64::MAX).min(Wad::ONE.0))
}

/// A fraction to take, of which `most` may be: all that, nearly all, a part, next to nothing; now and
/// then nothing, or too much.
fn fraction(picks: &mut Picks, most: Wad) -> Wad {
    let Wad(most) = most;
    Wad(match picks.below(32) {
        0 => 0,
        1 => 1,
        2 => most.saturating_add(1),
        3 => Wad::ONE.0 + 1,
        4 => u64::MAX,
        5..10 => most,
        // Of the whole, the first leaves just what a raise needs.
        10 => most.saturating_sub(LEAST_MAGNITUDE.0),
        11 => most.saturating_sub(picks.up_to_long(1 << 30)),
        12 | 13 => most - most / (1 + (1 << 13)),
        14..20 => most / 3,
        _ => picks.up_to_long(most),
    })
}
