//! P3: bounded slash; and P9, that a generation of which nothing is left ends at once.

use super::{
    Broken, Judgement, Memory, Scene,
    books::{Promise, Reach, standing},
};
use crate::{Action, Delivery, Magnitude, Parts, Recipient, Slashed, U256, Wad};

/// What a set asks to take of one pool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) promise: Promise,
    /// Of the allocation, the set sees no more than this.
    pub(super) most: Magnitude,
    pub(super) wad: Wad,
}

impl Memory {
    pub(super) fn judge_slashes(&mut self, scene: Scene<'_>) -> Judgement {
        let Action::Slash { set, operator, fractions, .. } = scene.action else { return Ok(()) };
        let reports = scene.reports();
        if reports.len() != fractions.len() {
            return Err(Broken::Outcome { outcome: format!("{reports:?}") });
        }
        for (&(strategy, wad), report) in fractions.iter().zip(reports) {
            let promise = (*set, *operator, strategy);
            let asked = Asked { promise, most: Magnitude::WHOLE, wad };
            self.judge_slash(scene, asked, report)?;
        }
        Ok(())
    }

    pub(super) fn judge_slash(
        &mut self,
        scene: Scene<'_>,
        asked: Asked,
        report: &Slashed,
    ) -> Judgement {
        let (set, operator, strategy) = asked.promise;
        let reach = scene.before.reach((operator, strategy));
        let current = scene.before.standing(asked.promise).current;
        let base = current.min(reach.budget.left);
        judge_rule(asked, base.min(asked.most), &reach, report)?;
        self.judge_cap(scene, asked, base, report)?;
        scene.judge_moved(asked, &reach, report)?;
        scene.judge_others(asked.promise, &reach)?;
        if report.assets.total() > 0 {
            // A set that slashes has used what was guaranteed to it.
            self.waive(|promise| promise == (set, operator, strategy));
        }
        Ok(())
    }

    /// Within one epoch a set takes at most its cap of what it had in reach, together with what it
    /// has taken of it before. Of one that takes nothing, nothing is asked: above degree 1 another
    /// set's slash may have left less in reach than this one has taken already.
    fn judge_cap(
        &mut self,
        scene: Scene<'_>,
        asked: Asked,
        base: Magnitude,
        report: &Slashed,
    ) -> Judgement {
        let (set, epoch, pool) = (asked.promise.0, scene.before.epoch, report.pool);
        let taken = self.taken.entry((set, pool)).or_default();
        if taken.0 != epoch {
            *taken = (epoch, Magnitude::ZERO);
        }
        let cap = scene.after.operator_set(set).map_or(Wad::default(), |set| set.terms.cap);
        let most = fraction(base.saturating_add(taken.1), cap);
        taken.1 = taken.1.saturating_add(report.magnitude);
        let taken = taken.1;
        if report.magnitude > Magnitude::ZERO && taken > most {
            return Err(Broken::Cap { set, pool, epoch, taken, most });
        }
        Ok(())
    }
}

/// The rule, and the bound that does not know how the rule rounds in between.
fn judge_rule(asked: Asked, base: Magnitude, reach: &Reach, report: &Slashed) -> Judgement {
    let magnitude = fraction(base, asked.wad);
    let assets = reach.taken_by(magnitude);
    let nothing = (Magnitude::ZERO, Parts::default());
    let due = if assets.total() == 0 { nothing } else { (magnitude, assets) };
    let bounded = each(&report.assets).into_iter().zip(each(&reach.parts)).all(|(taken, held)| {
        let scale = U256::from(reach.budget.left.0) * U256::from(Wad::ONE.0);
        let most = U256::from(held) * U256::from(base.0) * U256::from(asked.wad.0);
        U256::from(taken) * scale <= most
    });
    let silent = due != nothing || report.delivery == Delivery::Nothing;
    let same = report.pool == reach.pool && (report.magnitude, report.assets) == due;
    if same && bounded && silent {
        return Ok(());
    }
    let (magnitude, assets) = (due.0, due.1.total());
    let reported = Box::new(*report);
    Err(Broken::Slash { set: asked.promise.0, reported, magnitude, assets })
}

impl Scene<'_> {
    /// What is reported is what left the pool, and what went to the recipient of the terms: out of the
    /// vault, or into a credit.
    fn judge_moved(self, asked: Asked, reach: &Reach, report: &Slashed) -> Judgement {
        let ((set, operator, strategy), pool) = (asked.promise, reach.pool);
        let wrong = |reported, moved| Err(Broken::Moved { set, pool, reported, moved });
        let generation = self.after.pool_id(operator, strategy).generation;
        let (held, taken) = (each(&reach.parts), each(&report.assets));
        if report.ended_generation {
            if taken != held || report.magnitude != reach.budget.left {
                return Err(Broken::Generation { pool, fault: "ended with something left" });
            }
        } else if generation != pool.generation {
            return Err(Broken::Generation { pool, fault: "ended unreported" });
        } else {
            let kept = each(&Reach::of(self.after, (operator, strategy)).parts);
            for ((held, kept), taken) in held.into_iter().zip(kept).zip(taken) {
                if held.checked_sub(kept) != Some(taken) {
                    return wrong(taken, held.saturating_sub(kept));
                }
                if held > 0 && kept == 0 {
                    return Err(Broken::Generation { pool, fault: "lives with nothing left" });
                }
            }
        }
        let reported = report.assets.total();
        let recipient = self.after.operator_set(set).map(|set| set.terms.recipient);
        let meant = match report.delivery {
            Delivery::Nothing => reported == 0,
            Delivery::Burned => recipient == Ok(Recipient::Burn),
            Delivery::Sent(to) | Delivery::Credited(to) => recipient == Ok(Recipient::Account(to)),
        };
        if !meant {
            return wrong(reported, 0);
        }
        let before = self.before;
        let moved = match report.delivery {
            Delivery::Nothing => 0,
            Delivery::Burned => {
                let burned = before.tokens.get(strategy).unwrap_or_default().burned;
                self.after.burned(strategy).saturating_sub(burned)
            }
            Delivery::Sent(to) => {
                let balance = before.balances.get((strategy, to)).unwrap_or_default();
                self.after.balance(strategy, to).saturating_sub(balance)
            }
            Delivery::Credited(to) => {
                let credit = before.credits.get((strategy, to)).unwrap_or_default();
                self.after.credit(strategy, to).saturating_sub(credit)
            }
        };
        if moved == reported { Ok(()) } else { wrong(reported, moved) }
    }

    /// What a slash leaves to the other sets: unchanged to 1 wei more of each part; or, above degree
    /// 1, at least the lesser of that and all there is.
    fn judge_others(self, (set, operator, strategy): Promise, reach: &Reach) -> Judgement {
        let overcommitted = reach.budget.committed > reach.budget.left;
        let left = Reach::of(self.after, (operator, strategy));
        // Where the generation ended, all that is there is nothing.
        let kept = if left.pool == reach.pool { left.parts } else { Parts::default() };
        for &((other, by, of), _) in self.before.allocations.rows() {
            if other == set || (by, of) != (operator, strategy) {
                continue;
            }
            let promise = (other, operator, strategy);
            let had = reach.slashable(self.before.standing(promise).current);
            let has = left.slashable(standing(self.after, promise).current);
            for ((before, after), kept) in each(&had).into_iter().zip(each(&has)).zip(each(&kept)) {
                let least = if overcommitted { before.min(kept) } else { before };
                if after < least || after > before + 1 {
                    let pool = reach.pool;
                    return Err(Broken::OtherSet { set: other, pool, before, after });
                }
            }
        }
        Ok(())
    }
}

/// The fraction of a magnitude, rounded down.
pub(super) fn fraction(of: Magnitude, wad: Wad) -> Magnitude {
    let product = u128::from(of.0) * u128::from(wad.0) / u128::from(Wad::ONE.0);
    Magnitude(u64::try_from(product).unwrap_or(u64::MAX))
}

fn each(parts: &Parts) -> [u128; 3] {
    [parts.pool, parts.exits[0], parts.exits[1]]
}
