//! P2: nothing but a slash takes stake.

use super::{
    Broken, Judgement, Scene,
    books::{Change, Stake},
};
use crate::{
    Account, Action, Bucket, Epoch, Outcome, PoolId, Slashed, Strategy, U256, renewal::REST,
};

/// Epochs from that in which an exit is queued to that in which it is ripe.
const EXIT_NOTICE: u32 = 2;

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
        let slashed = |pool| self.slashed(pool);
        let own = self.own();
        let takes_from = |owner: Account, from: (PoolId, Option<Epoch>)| {
            own.is_some_and(|own| own.account == owner && own.from == Some(from))
        };
        for change in &self.before.positions.changes {
            let ((pool, owner), (before, after)) = (change.key, worth(change));
            // A slash lowers assets and nothing else.
            let exposed = slashed(pool) && keeps_shares(change);
            let may_fall = exposed || takes_from(owner, (pool, None));
            if after < before && !may_fall {
                return Err(Broken::PositionFell { pool, owner, before, after });
            }
        }
        for change in &self.before.exits.changes {
            let ((pool, epoch, owner), (before, after)) = (change.key, worth(change));
            let exposed = slashed(pool) && epoch > self.before.epoch && keeps_shares(change);
            let may_fall = exposed || takes_from(owner, (pool, Some(epoch)));
            if after < before && !may_fall {
                return Err(Broken::ExitFell { pool, epoch, owner, before, after });
            }
        }
        own.map_or(Ok(()), |own| self.judge_cost(own))?;
        self.judge_prices()?;
        self.judge_queued()
    }

    /// Whether a slash reports that it took something of the pool generation.
    fn slashed(self, pool: PoolId) -> bool {
        self.reports().iter().any(|report| report.pool == pool && report.assets.total() > 0)
    }

    /// What comes and goes is rounded for those who stay, and by less than a wei: exactly, and not only
    /// where it shows in what somebody's shares are worth in whole wei. A slash changes no shares.
    fn judge_prices(self) -> Judgement {
        for change in &self.before.pools.changes {
            let (before, after) =
                (change.before.unwrap_or_default(), change.after.unwrap_or_default());
            // Whether a generation may end is judged elsewhere.
            if before.generation == after.generation {
                let (operator, strategy) = change.key;
                let pool = PoolId { operator, strategy, generation: before.generation };
                let all = [before, after]
                    .map(|pool| Bucket { assets: pool.assets, shares: U256::from(pool.shares) });
                judge_price((pool, REST), all, self.slashed(pool))?;
            }
        }
        for change in &self.before.buckets.changes {
            let (pool, epoch) = change.key;
            // What is left of a renewed generation: its shares are the positions.
            if epoch == REST && change.before.is_none() {
                continue;
            }
            let all = [change.before, change.after].map(Option::unwrap_or_default);
            judge_price(change.key, all, self.slashed(pool) && epoch > self.before.epoch)?;
        }
        Ok(())
    }

    /// An exit is ripe in the epoch after the next: neither before (P4) nor after (P6).
    fn judge_queued(self) -> Judgement {
        let (&Action::QueueWithdrawal { pool, owner, .. }, Outcome::Queued(exit)) =
            (self.action, self.outcome)
        else {
            return Ok(());
        };
        let due = self.before.epoch.plus(EXIT_NOTICE);
        let mut written = self.before.exits.changes.iter().filter(|change| !keeps_shares(change));
        let written = written.all(|change| change.key == (pool, due, owner));
        if exit.epoch == due && exit.pool == pool && written {
            return Ok(());
        }
        Err(Broken::Day { pool, owner, epoch: exit.epoch, due })
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

/// Whether the shares of a pool or a bucket came or went at their price.
fn judge_price(key: (PoolId, Epoch), all: [Bucket; 2], slashed: bool) -> Judgement {
    let [before, after] = all;
    let scaled = |assets: u128, shares: U256| U256::from(assets) * shares;
    let fair = if slashed {
        before.shares == after.shares && after.assets < before.assets
    } else if after.shares > before.shares {
        let (came, minted) =
            (after.assets.saturating_sub(before.assets), after.shares - before.shares);
        // One for one where nobody is.
        let (owed, given) = (scaled(came, before.shares), scaled(before.assets, minted));
        if before.shares.is_zero() {
            U256::from(came) == minted
        } else {
            owed.checked_sub(given).is_some_and(|lost| lost < after.shares)
        }
    } else {
        let (went, burned) =
            (before.assets.saturating_sub(after.assets), before.shares - after.shares);
        let (owed, given) = (scaled(before.assets, burned), scaled(went, before.shares));
        let lost = owed.checked_sub(given).is_some_and(|lost| lost < before.shares);
        lost && after.assets <= before.assets
    };
    if fair {
        return Ok(());
    }
    let ((pool, epoch), before, after) = (key, Box::new(before), Box::new(after));
    Err(Broken::Price { pool, epoch, before, after })
}

/// Whether a stake's shares are what they were.
fn keeps_shares<K>(change: &Change<K, Stake>) -> bool {
    let shares = |stake: Option<&Stake>| stake.map(|stake| stake.shares);
    shares(change.before.as_ref()) == shares(change.after.as_ref())
}

/// What a stake was and is worth.
fn worth<K>(change: &Change<K, Stake>) -> (u128, u128) {
    let of = |stake: Option<&Stake>| stake.map_or(0, Stake::worth);
    (of(change.before.as_ref()), of(change.after.as_ref()))
}
