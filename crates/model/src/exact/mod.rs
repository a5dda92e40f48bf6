//! What stake is worth if nothing were ever rounded, and how far rounding may stray from that.
//!
//! Magnitudes and shares are integers by the protocol's rules; [`Exact`] takes them as the model
//! reports them. What the protocol rounds is the conversion of stake, and that is exact here: a
//! deposit adds its assets; taking `s` of `s_i` shares moves the fraction `s / s_i` of the worth; a
//! slash of `m` out of `L` left multiplies every worth in the pool and in its two unmatured buckets by
//! `(L - m) / L`; a transfer splits; a completed exit moves or pays all of its worth; a generation
//! that is slashed to nothing makes its worths zero, but for matured exits; a renewal keeps them.
//!
//! # How far the integers stray
//!
//! Take one pool generation or one exit bucket, with assets `A` and shares `S`, `A <= S`. A holder
//! `i` has `s_i` shares: the integers say that they are worth `u_i = s_i A / S` (not yet rounded down),
//! the exact rule says `v_i`. Let `e_i` be what the conversions of `i` itself may have cost, and `B`
//! the roundings of the ledger so far, both below. Then
//!
//! ```text
//! v_i - e_i <= u_i <= v_i + B
//! ```
//!
//! **Below.** `d_i = v_i - u_i <= e_i`. What others do never lowers `A / S`, for they are rounded down
//! both when they come and when they go; so it never raises `d_i`. What `i` does:
//!
//! - It comes with `a` assets: `m = floor(a S / A)` shares are minted, and the price becomes
//!   `(A + a) / (S + m)`. Of `a`, the new shares miss `(a S - m A) / (S + m) < A / (S + m) <= 1`.
//!   So `e_i` grows by 1.
//! - It takes the fraction `f = s / s_i`: `u_i` keeps at least its part `1 - f`, so `d_i` is at most
//!   its own part, and `e_i` is multiplied by `1 - f`. What moves on has the deviation `f d_i`, and
//!   loses less than 1 when it is rounded down: it takes `f e_i + 1` along.
//! - A slash takes `floor(A m / L)`, so `u_i` keeps at least `(L - m) / L` of itself, and `v_i` just
//!   that: `d_i` and `e_i` are multiplied by it.
//!
//! **Above.** Let `R = A - sum(v_i)`, which is `sum(u_i) - sum(v_i)`, and `E = sum(e_i)`. Nobody's
//! `d_j` exceeds its `e_j`, so `u_i - v_i = R + sum over the others (d_j) <= R + E - e_i`. It remains to
//! show that `R + E <= B`:
//!
//! - A deposit adds `a` to `A` and to a `v_i`: only `E` grows, by 1. `B` grows by 1.
//! - Who takes the fraction `f` takes `floor(s A / S) > f u_i - 1` out of `A`, `f v_i` out of the sum,
//!   and `f e_i` out of `E`. `R + E` grows by less than `1 + f (d_i - e_i) <= 1`. `B` grows by 1.
//! - What comes from another ledger brings its part `f` of a deviation: `a > f u_j - 1`, `a <= f u_j`,
//!   a worth of `f v_j`, and `f e_j + 2` for the two conversions. `R + E` grows by at most
//!   `f (u_j - v_j + e_j) + 2`, and by the inequality above, which held there, that is at most
//!   `f B_j + 2`. `B` grows by that.
//! - A slash leaves of `A` its fraction and less than 1 more. `R + E` is multiplied by `(L - m) / L`
//!   and grows by less than 1; `B` is multiplied and grows by 1.
//! - A transfer changes neither sum.
//!
//! So `B` is at most the number of roundings in the ledger so far, plus what came along with stake from
//! other ledgers, and slashes shrink it with the stake. Both bounds are checked after each action.
//!
//! # Rewards
//!
//! Of a payment of `a` units, less commission, to `S` shares, a position of `s` shares is owed
//! `y = a s / S`. The integers divide `2^64 a + r`, with `r` carried from the payment before, and give a
//! share `floor((2^64 a + r) / S)`; what is left is below `S`. In units, the position has
//! `y - s / 2^64 < its rewards <= y + (s / S) (r / 2^64)`, where `r` is below the shares `S'` of the
//! payment before. Summed over all payments:
//!
//! ```text
//! sum(y) - sum(s) / 2^64 <= earned <= sum(y) + sum(s S' / S) / 2^64
//! ```
//!
//! A claim takes whole units of that, so less than one more is missing in what was paid out. Nobody
//! has more than an exact part of what was paid and carried: where nobody comes or goes, nobody has more
//! than an exact part of what was paid. Both bounds are checked after each distribution and claim.

mod ledger;
mod rewards;

use std::collections::BTreeMap;

pub use num_rational::BigRational;

use crate::{
    Account, Action, Broken, Epoch, Magnitude, Model, Operator, Outcome, PoolId, Result, Slashed,
    Strategy, U256, renewal::REST,
};
use ledger::{Ledger, Part, integer, zero};
use rewards::Record;

/// How far the integer worth of a holder's shares (before it is rounded down) may lie from the exact
/// one, in wei.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// How far below: what the holder's own conversions may have cost.
    pub down: BigRational,
    /// How far above: the roundings of the pool generation or the bucket so far.
    pub up: BigRational,
}

/// A worth that strayed too far.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("worth {worth}, exactly {exact}, which it may miss by {} and exceed by {}", drift.down, drift.up)]
pub struct Strayed {
    /// What the shares are worth in wei, not rounded down.
    pub worth: BigRational,
    /// What they were worth if nothing were ever rounded.
    pub exact: BigRational,
    /// How far the one may lie from the other.
    pub drift: Drift,
}

/// The exact worth of every position and every exit, and a judge of how far the integers stray from
/// it.
///
/// It follows a model by its actions and their outcomes. Its numbers grow with the history: use it for
/// bounded ones.
#[derive(Debug, Clone)]
pub struct Exact {
    /// Positions under epoch 0, exits under the epoch of their bucket.
    ledgers: BTreeMap<Key, Ledger>,
    /// What each pool generation was paid in each token.
    rewards: BTreeMap<(PoolId, Strategy), Record>,
    /// What was left of each pool before the action.
    left: BTreeMap<(Operator, Strategy), Magnitude>,
}

/// A pool generation with epoch 0, or a bucket of it.
type Key = (PoolId, Epoch);

impl Exact {
    /// Begins at any state: what the shares are worth in it, not rounded down, is their exact worth.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let (ledgers, left) = Default::default();
        let mut exact = Self { ledgers, rewards: rewards::begun(model), left };
        let positions = model.positions().map(|(id, owner)| (id, REST, owner));
        let stakes: Vec<_> = positions.chain(model.exits()).collect();
        for (id, epoch, owner) in stakes {
            let shares = shares_of(model, (id, epoch), owner);
            let worth = worth_in(model, (id, epoch), shares);
            let ledger = exact.ledgers.entry((id, epoch)).or_default();
            ledger.put(owner, shares, Part::of(worth), 0);
        }
        exact.remember(model);
        exact
    }

    /// Follows an action and checks both bounds for everyone in the pools and buckets that it
    /// touched. `model` is the state after the action. Call it after every action; refused ones
    /// change nothing.
    ///
    /// # Errors
    /// [`Broken::Drift`], or [`Broken::Shares`] where the model's shares are not those of the
    /// outcomes.
    pub fn observe(
        &mut self,
        model: &Model,
        action: &Action,
        outcome: &Result<Outcome>,
    ) -> std::result::Result<(), Broken> {
        let Ok(outcome) = outcome else { return Ok(()) };
        let touched = self.follow(model, action, outcome)?;
        self.remember(model);
        touched.into_iter().try_for_each(|key| self.judge(model, key))?;
        self.follow_rewards(model, action)
    }

    /// What a position is worth exactly, in wei; zero where there is none.
    #[must_use]
    pub fn worth(&self, pool: PoolId, owner: Account) -> BigRational {
        self.exit_worth(pool, REST, owner)
    }

    /// What an exit is worth exactly, in wei; zero where there is none.
    #[must_use]
    pub fn exit_worth(&self, pool: PoolId, epoch: Epoch, owner: Account) -> BigRational {
        self.ledgers.get(&(pool, epoch)).map_or_else(zero, |ledger| ledger.worth(owner))
    }

    /// How far what a position's shares are worth may stray from [`worth`](Self::worth), in wei.
    #[must_use]
    pub fn drift_bound(&self, pool: PoolId, owner: Account) -> Drift {
        self.exit_drift_bound(pool, REST, owner)
    }

    /// How far what an exit's shares are worth may stray from [`exit_worth`](Self::exit_worth), in
    /// wei.
    #[must_use]
    pub fn exit_drift_bound(&self, pool: PoolId, epoch: Epoch, owner: Account) -> Drift {
        let ledger = self.ledgers.get(&(pool, epoch));
        ledger.map_or_else(|| Drift { down: zero(), up: zero() }, |ledger| ledger.drift(owner))
    }

    fn remember(&mut self, model: &Model) {
        let budgets = model.allocations.budgets.iter();
        self.left = budgets.map(|(pair, budget)| (*pair, budget.left)).collect();
    }

    /// Does exactly what the action did with integers. Returns the ledgers that it touched.
    fn follow(
        &mut self,
        model: &Model,
        action: &Action,
        outcome: &Outcome,
    ) -> std::result::Result<Vec<Key>, Broken> {
        Ok(match (action, outcome) {
            (
                &Action::Deposit { strategy, operator, assets, receiver, .. },
                &Outcome::Shares(shares),
            ) => {
                let key = (model.pool_id(operator, strategy), REST);
                let part = Part::of(integer(U256::from(assets)));
                self.put(key, receiver, U256::from(shares), part, 1);
                vec![key]
            }
            (&Action::Withdraw { owner, pool, shares, .. }, _) => {
                self.take((pool, REST), owner, U256::from(shares))?;
                vec![(pool, REST)]
            }
            (&Action::Delegate { owner, pool, shares, to, .. }, &Outcome::Shares(minted)) => {
                let part = self.take((pool, REST), owner, U256::from(shares))?;
                let key = (model.pool_id(to, pool.strategy), REST);
                self.put(key, owner, U256::from(minted), part, 2);
                vec![(pool, REST), key]
            }
            (&Action::QueueWithdrawal { owner, pool, shares, .. }, &Outcome::Queued(exit)) => {
                let part = self.take((pool, REST), owner, U256::from(shares))?;
                let key = (pool, exit.epoch);
                self.put(key, owner, exit.bucket_shares, part, 2);
                vec![(pool, REST), key]
            }
            (&Action::CompleteWithdrawal { owner, pool, epoch, .. }, _) => {
                self.take_all((pool, epoch), owner)?;
                vec![(pool, epoch)]
            }
            (&Action::Redelegate { owner, pool, epoch, to, .. }, &Outcome::Shares(minted)) => {
                let part = self.take_all((pool, epoch), owner)?;
                let key = (model.pool_id(to, pool.strategy), REST);
                self.put(key, owner, U256::from(minted), part, 2);
                vec![(pool, epoch), key]
            }
            (&Action::Transfer { from, to, pool, amount, .. }, _) => {
                let key = (pool, REST);
                let ledger = self.ledgers.get_mut(&key);
                let moved = ledger.is_some_and(|ledger| ledger.give(from, to, U256::from(amount)));
                if !moved {
                    return Err(Broken::Shares { pool, epoch: REST, owner: from });
                }
                vec![key]
            }
            (_, Outcome::Slashed(reports)) => {
                reports.iter().flat_map(|report| self.slash(model.epoch(), report)).collect()
            }
            (&Action::Renew { operator, strategy, .. }, _) => {
                let ended = model.pool_id(operator, strategy).generation.saturating_sub(1);
                vec![(PoolId { operator, strategy, generation: ended }, REST)]
            }
            _ => Vec::new(),
        })
    }

    fn put(&mut self, key: Key, owner: Account, shares: U256, part: Part, conversions: u32) {
        self.ledgers.entry(key).or_default().put(owner, shares, part, conversions);
    }

    fn take(
        &mut self,
        key: Key,
        owner: Account,
        shares: U256,
    ) -> std::result::Result<Part, Broken> {
        let ledger = self.ledgers.get_mut(&key);
        let part = ledger.and_then(|ledger| ledger.take(owner, shares));
        part.ok_or(Broken::Shares { pool: key.0, epoch: key.1, owner })
    }

    fn take_all(&mut self, key: Key, owner: Account) -> std::result::Result<Part, Broken> {
        let shares = self.ledgers.get(&key).map(|ledger| ledger.shares(owner));
        self.take(key, owner, shares.unwrap_or_default())
    }

    fn slash(&mut self, now: Epoch, report: &Slashed) -> Vec<Key> {
        if report.magnitude == Magnitude::ZERO {
            return Vec::new();
        }
        let id = report.pool;
        let left = self.left.get(&(id.operator, id.strategy)).copied().unwrap_or(Magnitude::WHOLE);
        let keys = [(id, REST), (id, now.plus(1)), (id, now.plus(2))];
        for key in keys {
            if let Some(ledger) = self.ledgers.get_mut(&key) {
                ledger.slash(report.magnitude, left);
            }
        }
        keys.to_vec()
    }

    /// Both bounds, for everyone in a ledger.
    fn judge(&mut self, model: &Model, key: Key) -> std::result::Result<(), Broken> {
        let (pool, epoch) = key;
        let Some(ledger) = self.ledgers.get(&key) else { return Ok(()) };
        for owner in ledger.holders() {
            let shares = ledger.shares(owner);
            if shares_of(model, key, owner) != shares {
                return Err(Broken::Shares { pool, epoch, owner });
            }
            let worth = worth_in(model, key, shares);
            let (exact, Drift { down, up }) = (ledger.worth(owner), ledger.drift(owner));
            if &exact - &down > worth || worth > &exact + &up {
                let strayed = Box::new(Strayed { worth, exact, drift: Drift { down, up } });
                return Err(Broken::Drift { pool, epoch, owner, strayed });
            }
        }
        if ledger.holders().next().is_none() {
            self.ledgers.remove(&key);
        }
        Ok(())
    }
}

fn shares_of(model: &Model, (id, epoch): Key, owner: Account) -> U256 {
    if epoch == REST {
        U256::from(model.position_shares(id, owner))
    } else {
        model.vault.exit(id, epoch, owner)
    }
}

/// What the integers make of shares, not rounded down.
fn worth_in(model: &Model, (id, epoch): Key, shares: U256) -> BigRational {
    let (assets, all) = match model.vault.current(id) {
        Ok(pool) if epoch == REST => (pool.assets, U256::from(pool.shares)),
        _ => {
            let bucket = model.bucket(id, epoch);
            (bucket.assets, bucket.shares)
        }
    };
    if all.is_zero() {
        return zero();
    }
    integer(U256::from(assets)) * integer(shares) / integer(all)
}
