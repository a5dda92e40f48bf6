//! P2: nothing but a slash takes stake.

use super::{
    Broken, Judgement, Scene,
    books::{Change, Stake},
};
use crate::{Account, Action, Epoch, Outcome, PoolId, Slashed, Strategy};

/// Whose worth an action may lower, and who gains instead.
#[derive(Debug, Clone, Copy)]
struct Own {
    account: Account,
    receiver: Account,
    strategy: Strategy,
    /// The position or (with its epoch) the exit that the action takes from.
    from: Option<(PoolId, Option<Epoch>)>,
}

impl Scene<'_> {
    /// Nobody else's action lowers what a position or an exit is worth, not by one wei; an own action
    /// lowers only what it takes from, and costs 1 wei for each conversion.
    pub(super) fn judge_worth(self) -> Judgement {
        let slashed = |pool: PoolId| {
            self.reports().iter().any(|report| report.pool == pool && report.assets.total() > 0)
        };
        let own = self.own();
        let takes_from = |owner: Account, from: (PoolId, Option<Epoch>)| {
            own.is_some_and(|own| own.account == owner && own.from == Some(from))
        };
        for change in &self.before.positions.changes {
            let ((pool, owner), (before, after)) = (change.key, worth(change));
            let may_fall = slashed(pool) || takes_from(owner, (pool, None));
            if after < before && !may_fall {
                return Err(Broken::PositionFell { pool, owner, before, after });
            }
        }
        for change in &self.before.exits.changes {
            let ((pool, epoch, owner), (before, after)) = (change.key, worth(change));
            let exposed = slashed(pool) && epoch > self.before.epoch;
            let may_fall = exposed || takes_from(owner, (pool, Some(epoch)));
            if after < before && !may_fall {
                return Err(Broken::ExitFell { pool, epoch, owner, before, after });
            }
        }
        own.map_or(Ok(()), |own| self.judge_cost(own))
    }

    /// All that the two accounts have of the strategy, in their wallets and in the vault, stays but
    /// for the roundings.
    fn judge_cost(self, own: Own) -> Judgement {
        let Own { account, strategy, .. } = own;
        let theirs =
            |of: Strategy, who: Account| of == strategy && (who == account || who == own.receiver);
        let (mut lost, mut gained) = (0u128, 0u128);
        let mut count = |before: u128, after: u128| {
            lost += before.saturating_sub(after);
            gained += after.saturating_sub(before);
        };
        let wallets = self.before.balances.changes.iter().chain(&self.before.credits.changes);
        for change in wallets.filter(|change| theirs(change.key.0, change.key.1)) {
            count(change.before.unwrap_or_default(), change.after.unwrap_or_default());
        }
        let positions = self.before.positions.changes.iter();
        for change in positions.filter(|change| theirs(change.key.0.strategy, change.key.1)) {
            let (before, after) = worth(change);
            count(before, after);
        }
        let exits = self.before.exits.changes.iter();
        for change in exits.filter(|change| theirs(change.key.0.strategy, change.key.2)) {
            let (before, after) = worth(change);
            count(before, after);
        }
        let most = self.conversions();
        if gained + most < lost {
            return Err(Broken::Cost { account, strategy, lost, gained, most });
        }
        Ok(())
    }

    /// One wei for each conversion, and one for what stays behind.
    fn conversions(self) -> u128 {
        let rest =
            |pool: PoolId, owner: Account| u128::from(self.after.position_shares(pool, owner) > 0);
        match *self.action {
            Action::QueueWithdrawal { pool, owner, .. } | Action::Delegate { pool, owner, .. } => {
                1 + rest(pool, owner)
            }
            Action::Withdraw { pool, owner, .. } => rest(pool, owner),
            Action::Deposit { .. } | Action::Redelegate { .. } | Action::Transfer { .. } => 1,
            _ => 0,
        }
    }

    fn own(self) -> Option<Own> {
        let own =
            |account, receiver, strategy, from| Some(Own { account, receiver, strategy, from });
        match *self.action {
            Action::Deposit { from, receiver, strategy, .. } => own(from, receiver, strategy, None),
            Action::CollectCredit { owner, receiver, strategy, .. } => {
                own(owner, receiver, strategy, None)
            }
            Action::Withdraw { owner, receiver, pool, .. } => {
                own(owner, receiver, pool.strategy, Some((pool, None)))
            }
            Action::CompleteWithdrawal { owner, receiver, pool, epoch, .. } => {
                own(owner, receiver, pool.strategy, Some((pool, Some(epoch))))
            }
            Action::QueueWithdrawal { owner, pool, .. } | Action::Delegate { owner, pool, .. } => {
                own(owner, owner, pool.strategy, Some((pool, None)))
            }
            Action::Redelegate { owner, pool, epoch, .. } => {
                own(owner, owner, pool.strategy, Some((pool, Some(epoch))))
            }
            Action::Transfer { from, to, pool, .. } => {
                own(from, to, pool.strategy, Some((pool, None)))
            }
            _ => None,
        }
    }

    /// What slashes report that they took.
    pub(super) fn reports(&self) -> &[Slashed] {
        match self.outcome {
            Outcome::Slashed(reports) => reports,
            _ => &[],
        }
    }
}

/// What a stake was and is worth.
fn worth<K>(change: &Change<K, Stake>) -> (u128, u128) {
    let of = |stake: Option<&Stake>| stake.map_or(0, Stake::worth);
    (of(change.before.as_ref()), of(change.after.as_ref()))
}
