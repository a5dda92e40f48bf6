//! P5: a slash for a proposal waits for its window, lapses, and takes no more magnitude than the
//! allocation at the time of the proposal allowed.

use std::collections::BTreeMap;

use super::{
    Broken, Judgement, Memory, Scene,
    books::{Books, Promise, standing},
    slashes::{Asked, fraction},
};
use crate::{Action, Epoch, Magnitude, Model, Outcome, PoolId, Proposal, Wad};

/// Epochs from that of a proposal to the one at whose start it has lapsed.
const LAPSE: u32 = 2;

/// What the judge keeps of a proposal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proposed {
    pool: PoolId,
    wad: Wad,
    /// The allocation then.
    allocated: Magnitude,
    /// The timestamp of the end of its window.
    end: u64,
    lapses: Epoch,
}

/// The proposals that a watch finds when it begins.
pub(super) fn living(model: &Model) -> BTreeMap<Promise, Proposed> {
    let found = model.allocations.proposals.keys().filter_map(|&promise| {
        let (set, operator, strategy) = promise;
        let proposal = model.proposal(set, operator, strategy)?;
        let now = model.epoch();
        let lapses = [1, LAPSE].map(|n| now.plus(n));
        let lapses =
            lapses.into_iter().find(|epoch| model.clock.start_of(*epoch) >= proposal.lapses_at)?;
        let proposed = Proposed {
            pool: model.pool_id(operator, strategy),
            wad: proposal.wad,
            allocated: proposal.magnitude,
            end: proposal.executable_from,
            lapses,
        };
        Some((promise, proposed))
    });
    found.collect()
}

impl Memory {
    pub(super) fn judge_proposals(&mut self, scene: Scene<'_>) -> Judgement {
        match (scene.action, scene.outcome) {
            (
                &Action::ProposeSlash { set, operator, strategy, wad, .. },
                Outcome::Proposed(made),
            ) => self.judge_made(scene, (set, operator, strategy), wad, made),
            (&Action::CancelSlash { by, set, operator, strategy, .. }, _) => {
                let promise = (set, operator, strategy);
                let seen = self.found(scene, promise, "that was never made was cancelled")?;
                let slasher = scene.after.operator_set(set).map(|set| set.terms.slasher);
                let in_time = slasher == Ok(by) || scene.before.time < seen.end;
                require(in_time, promise, "was cancelled after its window by the resolver")?;
                let gone = scene.after.proposal(set, operator, strategy).is_none();
                require(gone, promise, "outlived its cancellation")
            }
            (&Action::ExecuteSlash { set, operator, strategy, .. }, Outcome::Slashed(_)) => {
                self.judge_executed(scene, (set, operator, strategy))
            }
            _ => Ok(()),
        }
    }

    fn judge_made(
        &mut self,
        scene: Scene<'_>,
        promise: Promise,
        wad: Wad,
        made: &Proposal,
    ) -> Judgement {
        let (set, operator, strategy) = promise;
        let (before, after) = (scene.before, scene.after);
        let window = after.operator_set(set).map_or(0, |set| set.terms.window);
        let allocated = before.standing(promise).current;
        let pool = before.reach((operator, strategy)).pool;
        let (end, lapses) = (before.time.saturating_add(window), before.epoch.plus(LAPSE));
        if let Some(old) = self.proposed.get(&promise) {
            let dead = old.pool != pool || before.epoch >= old.lapses;
            require(dead, promise, "was made while another lived")?;
        }
        let due = Proposal {
            generation: pool.generation,
            magnitude: allocated,
            wad,
            executable_from: end,
            lapses_at: after.clock.start_of(lapses),
        };
        require(*made == due, promise, "does not fix what it was made of")?;
        let kept = after.proposal(set, operator, strategy) == Some(*made);
        require(kept, promise, "is not the one that was reported")?;
        // It holds nothing and freezes nothing.
        let same = standing(after, promise).current == allocated;
        require(same, promise, "changed the allocation")?;
        self.proposed.insert(promise, Proposed { pool, wad, allocated, end, lapses });
        Ok(())
    }

    fn judge_executed(&mut self, scene: Scene<'_>, promise: Promise) -> Judgement {
        let seen = self.found(scene, promise, "that was never made was executed")?;
        require(scene.before.time >= seen.end, promise, "was executed within its window")?;
        // A view marks pools of which something proposed may still be slashed.
        let until = scene.after.allocations.contested.get(&seen.pool);
        let shown = until.is_some_and(|until| scene.before.epoch < *until);
        require(shown, promise, "was executed that the pool did not show")?;
        let [report] = scene.reports() else {
            return Err(Broken::Outcome { outcome: format!("{:?}", scene.outcome) });
        };
        let within = report.magnitude <= fraction(seen.allocated, seen.wad);
        require(within, promise, "took more than the allocation at its time allowed")?;
        self.judge_slash(scene, Asked { promise, most: seen.allocated, wad: seen.wad }, report)
    }

    /// The allocation, the fraction and the end of the window of a proposal that lives.
    pub(super) fn alive(&self, books: &Books, promise: Promise) -> Option<(Magnitude, Wad, u64)> {
        let (set, operator, strategy) = promise;
        let seen = self.proposed.get(&promise)?;
        let alive = seen.pool == books.reach((operator, strategy)).pool
            && books.epoch < seen.lapses
            && !books.is_retired(set);
        alive.then_some((seen.allocated, seen.wad, seen.end))
    }

    /// The proposal that the action ends, if it was alive: of this generation (P9), not lapsed.
    fn found(
        &mut self,
        scene: Scene<'_>,
        promise: Promise,
        missing: &'static str,
    ) -> Result<Proposed, Broken> {
        let (set, operator, strategy) = promise;
        let fault = |fault| Broken::Proposal { set, operator, strategy, fault };
        let seen = self.proposed.remove(&promise).ok_or_else(|| fault(missing))?;
        let pool = scene.before.reach((operator, strategy)).pool;
        if seen.pool != pool {
            let fault = "a proposal of it was carried over to the next generation";
            return Err(Broken::Generation { pool: seen.pool, fault });
        }
        require(scene.before.epoch < seen.lapses, promise, "had lapsed")?;
        require(!scene.before.is_retired(set), promise, "of a retired set was alive")?;
        Ok(seen)
    }
}

fn require(holds: bool, promise: Promise, fault: &'static str) -> Judgement {
    let (set, operator, strategy) = promise;
    if holds { Ok(()) } else { Err(Broken::Proposal { set, operator, strategy, fault }) }
}
