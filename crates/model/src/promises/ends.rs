//! P4 and P9: how memberships, sets and generations end.

use super::{
    Broken, Judgement, Scene,
    books::{Change, Stake, standing},
};
use crate::{
    Action, Budget, Epoch, Magnitude, Operator, OperatorSetId, Outcome, Pool, PoolId, Strategy,
    WORN_OUT,
};

impl Scene<'_> {
    pub(super) fn judge_ends(self) -> Judgement {
        self.judge_generations()?;
        match *self.action {
            Action::Leave { operator, set, ref strategies, .. }
            | Action::Eject { operator, set, ref strategies, .. } => {
                self.judge_leaving(operator, set, strategies)
            }
            Action::Join { operator, set, .. } => {
                let counted = self.before.counted(operator, set).next().is_some();
                if counted || !self.after.is_member(operator, set) {
                    return Err(Broken::Membership { set, operator });
                }
                Ok(())
            }
            Action::Retire { set, .. } => self.judge_retired(set),
            Action::Renew { operator, strategy, .. } => self.judge_renewal(operator, strategy),
            _ => Ok(()),
        }
    }

    /// A generation ends by a slash that says so or by a renewal, and by nothing else. The next is
    /// empty, all of it is left, and nothing of it is committed (P9).
    fn judge_generations(self) -> Judgement {
        for report in self.reports().iter().filter(|report| report.ended_generation) {
            let PoolId { operator, strategy, generation } = report.pool;
            if self.after.pool_id(operator, strategy).generation != generation + 1 {
                return Err(Broken::Generation { pool: report.pool, fault: "did not end" });
            }
        }
        for &Change { key: (operator, strategy), before, after } in &self.before.pools.changes {
            let generation = |pool: Option<Pool>| pool.unwrap_or_default().generation;
            let (was, is) = (generation(before), generation(after));
            if was == is {
                continue;
            }
            let pool = PoolId { operator, strategy, generation: was };
            let renewed = matches!(*self.action, Action::Renew { operator: by, strategy: of, .. }
                if (by, of) == (operator, strategy));
            let slashed =
                self.reports().iter().any(|report| report.ended_generation && report.pool == pool);
            if !renewed && !slashed {
                return Err(Broken::Generation { pool, fault: "ended by no slash or renewal" });
            }
            let next = Pool { generation: was + 1, ..Pool::default() };
            let anew = self.after.budget(operator, strategy) == Budget::default();
            if after != Some(next) || !anew {
                return Err(Broken::Generation { pool, fault: "the next begins with something" });
            }
        }
        Ok(())
    }

    /// What is in force is lowered to nothing with full notice, or on the day of a lowering that was
    /// pending; what is not in force is nothing at once.
    fn judge_leaving(
        self,
        operator: Operator,
        set: OperatorSetId,
        named: &[Strategy],
    ) -> Judgement {
        let told = match self.outcome {
            Outcome::Left(told) => told.as_slice(),
            _ => &[],
        };
        let mut expected = self.before.counted(operator, set);
        for &(strategy, told) in told {
            let promise = (set, operator, strategy);
            let (had, has) = (self.before.standing(promise), standing(self.after, promise));
            let due = (expected.next() == Some(strategy)).then(|| match had.effective {
                _ if had.current == Magnitude::ZERO => self.before.epoch,
                Some(day) if had.next < had.current => day,
                _ => self.before.epoch.plus(2),
            });
            let kept = has.current == had.current && has.next == Magnitude::ZERO;
            if due != Some(told) || !kept || !named.contains(&strategy) {
                let told = Some(told);
                return Err(Broken::Leaving { set, operator, strategy, told, due });
            }
        }
        if let Some(strategy) = expected.next() {
            return Err(Broken::Leaving { set, operator, strategy, told: None, due: None });
        }
        if self.after.is_member(operator, set) {
            return Err(Broken::Membership { set, operator });
        }
        Ok(())
    }

    /// A retired set can slash nothing and rely on nothing, from this moment on.
    fn judge_retired(self, set: OperatorSetId) -> Judgement {
        for &((of, operator, strategy), _) in self.before.allocations.rows() {
            if of == set {
                let slashable = self.after.slashable(set, operator, strategy).total();
                let slashable = slashable.max(self.after.guaranteed(set, operator, strategy));
                if slashable > 0 {
                    return Err(Broken::Retired { set, operator, strategy, slashable });
                }
            }
        }
        Ok(())
    }

    /// Only a worn-out pool without promises is renewed, and its holders keep what is left of it.
    fn judge_renewal(self, operator: Operator, strategy: Strategy) -> Judgement {
        let reach = self.before.reach((operator, strategy));
        let pool = reach.pool;
        let Pool { assets, shares, .. } = self.before.pool((operator, strategy));
        let wrong = |fault| Err(Broken::Generation { pool, fault });
        if shares <= assets.saturating_mul(WORN_OUT) {
            return wrong("renewed without being worn out");
        }
        if reach.budget.committed > Magnitude::ZERO {
            return wrong("renewed while something of it was promised");
        }
        if self.after.pool_id(operator, strategy) == pool {
            return wrong("renewed without an end");
        }
        if self.after.bucket(pool, Epoch(0)).assets != assets {
            return wrong("not all that was left is its holders'");
        }
        let worth = |stake: &Option<Stake>| stake.as_ref().map(Stake::worth);
        let mut positions = self.before.positions.changes.iter();
        if positions.any(|change| worth(&change.before) != worth(&change.after)) {
            return wrong("a renewal changed what a position is worth");
        }
        Ok(())
    }
}
