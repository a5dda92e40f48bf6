//! P6: exits stay open, and pauses end; and who may enter a pool with an approver.

use super::{Broken, Judgement, Scene, books::Books, books::standing};
use crate::{
    Account, Action, Admission, Model, ModelError, Operator, Pausable, Pause, PoolId, U256,
    renewal::REST,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What stops an action when it is paused. Slashing, proposing, executing, cancelling, queueing,
/// lowering, leaving and retiring can never be.
fn pausable(action: &Action, is_raise: bool) -> Option<Pausable> {
    match action {
        Action::Deposit { .. } | Action::Delegate { .. } | Action::Redelegate { .. } => {
            Some(Pausable::Deposit)
        }
        Action::Withdraw { .. } | Action::CompleteWithdrawal { .. } => Some(Pausable::Complete),
        Action::Open { .. } => Some(Pausable::Open),
        Action::Join { .. } => Some(Pausable::Join),
        Action::CreateOperatorSet { .. } => Some(Pausable::CreateSet),
        Action::Allocate { .. } if is_raise => Some(Pausable::Raise),
        _ => None,
    }
}

impl Scene<'_> {
    pub(super) fn judge_gates(self) -> Judgement {
        self.judge_pauses()?;
        self.judge_entry()
    }

    fn judge_pauses(self) -> Judgement {
        let now = self.before.time;
        let is_raise = match *self.action {
            Action::Allocate { operator, set, strategy, .. } => {
                let promise = (set, operator, strategy);
                standing(self.after, promise).side() > self.before.standing(promise).side()
            }
            _ => false,
        };
        if let Some(action) = pausable(self.action, is_raise) {
            let until = self.before.pauses.get(action).unwrap_or_default().until;
            if now < until {
                return Err(Broken::Paused { action, until, now });
            }
        }
        let Action::Pause { action, duration, .. } = *self.action else { return Ok(()) };
        let longest = if action == Pausable::Complete { 3 * DAY } else { 7 * DAY };
        let rested = self.before.pauses.get(action).unwrap_or_default().rest_until <= now;
        let Pause { until, rest_until } = self.after.pause_of(action);
        let due = (now.saturating_add(duration), now.saturating_add(duration + duration.max(HOUR)));
        if duration > longest || !rested || (until, rest_until) != due {
            return Err(Broken::Pause { action, now, until, rest_until });
        }
        Ok(())
    }

    /// Stake enters the pools of who admits it, from the epoch after the opening on; and a gated pool by an
    /// approval only, which it uses up. In a gated pool it never changes hands.
    fn judge_entry(self) -> Judgement {
        let (by, operator, staker) = match *self.action {
            Action::Deposit { from, operator, receiver, .. } => (from, operator, receiver),
            Action::Delegate { by, to, owner, .. } | Action::Redelegate { by, to, owner, .. } => {
                (by, to, owner)
            }
            Action::Transfer { pool, to, .. } => {
                if self.before.approver(pool.operator).is_some() {
                    return Err(Broken::Gate { operator: pool.operator, staker: to });
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let admits = self.before.operators.get(operator).and_then(|state| state.admits_from);
        let admitting = admits.is_some_and(|from| from <= self.before.epoch);
        if operator != Operator::IDLE && !admitting {
            return Err(Broken::Closed { operator });
        }
        if self.before.approver(operator).is_none() {
            return Ok(());
        }
        let had = self.before.admissions.get((operator, staker)).unwrap_or_default();
        let in_time = had.deadline.is_some_and(|until| self.before.time <= until);
        let by_right = by == staker || self.after.is_operator(staker, by);
        let used = Admission { deadline: None, ..had };
        if !in_time || !by_right || self.after.admission(operator, staker) != used {
            return Err(Broken::Gate { operator, staker });
        }
        Ok(())
    }
}

/// A refusal may name only a pause that runs and can stop the action; and an exit is refused for
/// nothing but its owner's own mistake, the pause of completion, or a token that will not be sent to
/// the receiver. Nothing changed, so the model is as it was.
pub(super) fn judge_refusal(
    books: &Books,
    model: &Model,
    action: &Action,
    reason: &ModelError,
) -> Judgement {
    if let ModelError::Paused { action: paused, until } = *reason {
        let is_raise = match *action {
            Action::Allocate { operator, set, strategy, target, .. } => {
                target > books.standing((set, operator, strategy)).side()
            }
            _ => false,
        };
        let runs = books.pauses.get(paused).is_some_and(|pause| books.time < pause.until);
        if pausable(action, is_raise) != Some(paused) || !runs || books.time >= until {
            return Err(Broken::Stopped { action: paused });
        }
        return Ok(());
    }
    let may_act = |by: Account, owner: Account| by == owner || model.is_operator(owner, by);
    let pays = |id: PoolId, to: Account, assets: u128| {
        !to.is_zero() && (assets == 0 || model.tokens.can_receive(id.strategy, to))
    };
    let refused = match *action {
        Action::QueueWithdrawal { by, owner, pool, shares, min_assets, .. } => {
            let at_risk = pool.operator != Operator::IDLE && is_living(books, pool);
            let worth = worth_of(books, pool, owner, shares);
            let fine = at_risk && worth.is_some_and(|worth| worth >= min_assets.max(1));
            (may_act(by, owner) && fine).then_some((pool, owner))
        }
        Action::Withdraw { by, owner, pool, shares, receiver, .. } => {
            let at_once = pool.operator == Operator::IDLE
                || (!is_living(books, pool) && books.buckets.get((pool, REST)).is_some());
            let worth = worth_of(books, pool, owner, shares).filter(|worth| *worth > 0);
            let fine = at_once && worth.is_some_and(|worth| pays(pool, receiver, worth));
            (may_act(by, owner) && fine).then_some((pool, owner))
        }
        Action::CompleteWithdrawal { by, owner, pool, epoch, receiver, .. } => {
            let exit = books.exits.get((pool, epoch, owner)).map(|exit| exit.worth());
            let fine =
                epoch <= books.epoch && exit.is_some_and(|worth| pays(pool, receiver, worth));
            (may_act(by, owner) && fine).then_some((pool, owner))
        }
        _ => None,
    };
    refused.map_or(Ok(()), |(pool, owner)| {
        Err(Broken::ExitRefused { pool, owner, reason: Box::new(reason.clone()) })
    })
}

fn is_living(books: &Books, pool: PoolId) -> bool {
    books.pool((pool.operator, pool.strategy)).generation == pool.generation
}

/// What some shares of a position are worth, if it has them.
fn worth_of(books: &Books, pool: PoolId, owner: Account, shares: u128) -> Option<u128> {
    let held = books.positions.get((pool, owner))?;
    let shares = U256::from(shares);
    (shares <= held.shares).then(|| held.worth_of(shares))
}
