//! P4: no escape; and P5: no ambush.

use super::{
    Broken, Judgement, Memory, Scene,
    books::{Pair, Promise, Reach, Standing, distinct},
};
use crate::{Action, Allocation, Epoch, LEAST_MAGNITUDE, Magnitude, Model};

/// Each exit bucket that guaranteed stake moves into rounds a slash down by itself: 1 wei for the one
/// of `e+2`, and 1 for that of `e+3` (P4).
const GUARANTEE_DUST: u128 = 2;

/// Whoever could see, in an epoch, what an allocation might become is out this many epochs later.
const NOTICE: u32 = 3;

/// What the judge remembers of an allocation.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Record {
    /// The most that was guaranteed to the set in this epoch, and in the one before; zero once the
    /// set slashes, ejects the operator, or is retired.
    guaranteed: [u128; 2],
    /// The larger side now.
    side: Magnitude,
    /// The larger side at the end of each of the last three epochs, the newest first.
    announced: [Magnitude; 3],
}

impl Record {
    /// Epochs passed. Nothing is announced in between; what lands only makes the side smaller.
    fn pass(&mut self, epochs: u32) {
        for _ in 0..epochs.min(NOTICE) {
            let [last, before_last, _] = self.announced;
            self.announced = [self.side, last, before_last];
            self.guaranteed = [0, self.guaranteed[0]];
        }
    }
}

impl Memory {
    /// Remembers what later judgements compare with.
    pub(super) fn note(&mut self, scene: Scene<'_>) {
        match *scene.action {
            Action::Open { operator, .. } => {
                self.opened.entry(operator).or_insert(scene.before.epoch);
            }
            // Only the set's own AVS waives what is guaranteed to it (P4).
            Action::Retire { set, .. } => self.waive(|(of, _, _)| of == set),
            Action::Eject { set, operator, .. } => {
                self.waive(|(of, by, _)| (of, by) == (set, operator));
            }
            _ => {}
        }
    }

    /// Forgets what was guaranteed under some promises.
    pub(super) fn waive(&mut self, waived: impl Fn(Promise) -> bool) {
        let records = self.records.iter_mut().filter(|(promise, _)| waived(**promise));
        records.for_each(|(_, record)| record.guaranteed = [0; 2]);
    }

    /// Judges the promises of a pool that an action touched.
    pub(super) fn judge_pool(&mut self, scene: Scene<'_>, pair: Pair) -> Judgement {
        let (before, after) = (scene.before, scene.after);
        let reach = Reach::of(after, pair);
        let entries = after.allocations.entries.iter();
        for (&promise, &written) in entries.filter(|(key, _)| (key.1, key.2) == pair) {
            let standing = standing_in(after, &reach, promise, written);
            let due = guaranteed(&reach, written, standing);
            if before.allocations.changes.iter().any(|change| change.key == promise) {
                let (set, operator, strategy) = promise;
                let read = after.guaranteed(set, operator, strategy);
                if read != due {
                    return Err(Broken::GuaranteeRead { set, operator, strategy, read, due });
                }
            }
            self.judge_promise(after.epoch(), promise, &reach, standing, due)?;
        }
        for promise in self.gone(after, |promise| (promise.1, promise.2) == pair) {
            self.judge_promise(after.epoch(), promise, &reach, Standing::default(), 0)?;
        }
        Ok(())
    }

    /// Promises that were written and are no more: they are nothing, and may have been relied on.
    fn gone(&self, model: &Model, of: impl Fn(Promise) -> bool) -> Vec<Promise> {
        let entries = &model.allocations.entries;
        let all = self.records.keys().copied().filter(|promise| of(*promise));
        all.filter(|promise| !entries.contains_key(promise)).collect()
    }

    /// Judges all promises, once the epoch has moved.
    pub(super) fn judge_all(&mut self, scene: Scene<'_>) -> Judgement {
        let passed = scene.after.epoch().0.saturating_sub(scene.before.epoch.0);
        self.records.values_mut().for_each(|record| record.pass(passed));
        // All promises of a pool share its reach.
        let after = scene.after;
        let entries = &after.allocations.entries;
        let pairs = distinct(entries.keys().map(|key| (key.1, key.2)).collect());
        let pools: Vec<(Pair, Reach)> =
            pairs.into_iter().map(|pair| (pair, Reach::of(after, pair))).collect();
        for (&promise, &written) in entries {
            let pair = (promise.1, promise.2);
            if let Ok(at) = pools.binary_search_by_key(&pair, |pool| pool.0) {
                let reach = &pools[at].1;
                let standing = standing_in(after, reach, promise, written);
                let due = guaranteed(reach, written, standing);
                self.judge_promise(after.epoch(), promise, reach, standing, due)?;
            }
        }
        for promise in self.gone(after, |_| true) {
            let reach = Reach::of(after, (promise.1, promise.2));
            self.judge_promise(after.epoch(), promise, &reach, Standing::default(), 0)?;
        }
        Ok(())
    }

    /// Takes down all promises that a watch finds when it begins.
    pub(super) fn record_all(&mut self, model: &Model) {
        for (&promise, &written) in &model.allocations.entries {
            let reach = Reach::of(model, (promise.1, promise.2));
            let standing = standing_in(model, &reach, promise, written);
            let due = guaranteed(&reach, written, standing);
            let record = self.records.entry(promise).or_default();
            (record.guaranteed, record.side) = ([due, 0], standing.side());
        }
    }

    fn judge_promise(
        &mut self,
        now: Epoch,
        promise: Promise,
        reach: &Reach,
        standing: Standing,
        due: u128,
    ) -> Judgement {
        let (set, operator, strategy) = promise;
        let record = self.records.entry(promise).or_default();
        let [this, last] = record.guaranteed;
        let guaranteed = this.max(last).saturating_sub(GUARANTEE_DUST);
        // What is guaranteed now is a part of what is slashable now.
        if guaranteed > due {
            let slashable = reach.slashable(standing.current).total();
            if guaranteed > slashable {
                return Err(Broken::Guarantee { set, operator, strategy, guaranteed, slashable });
            }
        }
        record.guaranteed[0] = this.max(due);
        record.side = standing.side();

        let seen = Epoch(now.0.saturating_sub(NOTICE));
        let opened = self.opened.get(&operator).is_some_and(|opened| *opened <= seen);
        let (current, announced) = (standing.current, record.announced[2]);
        if opened && seen >= self.since && current > announced {
            return Err(Broken::Ambush { set, operator, strategy, current, announced });
        }
        Ok(())
    }
}

fn standing_in(model: &Model, reach: &Reach, promise: Promise, written: Allocation) -> Standing {
    let retired = model.operator_set(promise.0).is_ok_and(|set| set.retired);
    Standing::of(written, reach.pool.generation, retired, model.epoch())
}

/// Of the pool without its queued exits, the smaller of the allocation now and after its change, and
/// of that only what all others together leave of it. What is written counts as committed until it is
/// settled. Less than the least magnitude guarantees nothing.
fn guaranteed(reach: &Reach, written: Allocation, standing: Standing) -> u128 {
    let lives = written.generation == reach.pool.generation;
    let own = if lives { written.side() } else { Magnitude::ZERO };
    let others = reach.budget.committed.saturating_sub(own);
    let unique = standing.current.min(standing.next).min(reach.budget.left.saturating_sub(others));
    if unique < LEAST_MAGNITUDE { 0 } else { reach.taken_by(unique).pool }
}
