//! What must hold after every action, whatever it was.
//!
//! A violation is a mistake in this model (or, where the model follows the protocol, in the
//! protocol); no caller can cause one. The promises that compare two states (P2 to P5) are
//! properties of the tests.

use std::collections::BTreeMap;

use crate::{
    Epoch, Magnitude, Model, Operator, PoolId, Strategy, U256, Wad,
    allocations::Allocation,
    clock::{LOWERING_NOTICE, RAISE_NOTICE},
    history::History,
    pool::{MAX_104, MAX_152},
};

/// An equation that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// P1: the vault's balance is all pools, exits and uncollected credits, and what came unasked.
    #[error("P1 {strategy}: the vault holds {held}, owes {owed} and was sent {unasked} unasked")]
    Solvency {
        /// The token.
        strategy: Strategy,
        /// What the vault holds.
        held: u128,
        /// Pools, exits and credits.
        owed: u128,
        /// What was sent unasked.
        unasked: u128,
    },
    /// Tokens are neither made nor lost: supply = balances + vault + burned.
    #[error("{strategy}: of a supply of {supply}, {accounted} is accounted for")]
    Supply {
        /// The token.
        strategy: Strategy,
        /// All that was minted.
        supply: u128,
        /// Balances, vault and burned.
        accounted: u128,
    },
    /// A pool's assets exceed its shares, or only one of them is zero, or they do not fit 104 bits;
    /// or the idle pool is not one for one.
    #[error("{pool}: {assets} assets against {shares} shares")]
    Pool {
        /// The pool.
        pool: PoolId,
        /// Its assets.
        assets: u128,
        /// Its shares.
        shares: u128,
    },
    /// A bucket's assets exceed its shares, or only one of them is zero (both may be only in an
    /// ended generation), or they do not fit, or it matures too late.
    #[error("{pool}, exits of epoch {epoch}: {assets} assets against {shares} shares")]
    Bucket {
        /// The pool generation.
        pool: PoolId,
        /// When the exits mature.
        epoch: Epoch,
        /// Their assets.
        assets: u128,
        /// Their shares.
        shares: U256,
    },
    /// The positions of a generation sum to its total, and that of the current one to the pool.
    #[error("{pool}: positions sum to {positions}, the total says {total}, the pool {shares:?}")]
    Positions {
        /// The pool generation.
        pool: PoolId,
        /// The sum of the positions.
        positions: u128,
        /// The newest total in history.
        total: u128,
        /// The pool's shares; `None` for an ended generation.
        shares: Option<u128>,
    },
    /// The same sum at the first instant of the current epoch.
    #[error("{pool}: at the start of epoch {epoch} positions sum to {positions}, not {total}")]
    HistoricPositions {
        /// The pool generation.
        pool: PoolId,
        /// The current epoch.
        epoch: Epoch,
        /// The sum of the positions then.
        positions: u128,
        /// The total then.
        total: u128,
    },
    /// The exits of a bucket sum to its shares.
    #[error("{pool}, epoch {epoch}: exits sum to {exits}, the bucket says {shares}")]
    Exits {
        /// The pool generation.
        pool: PoolId,
        /// When the exits mature.
        epoch: Epoch,
        /// The sum of the exits.
        exits: U256,
        /// The bucket's shares.
        shares: U256,
    },
    /// P5: an operator that has never opened has stake, though its raises take effect at once.
    #[error("P5: {operator} never opened and has {shares} shares of {strategy}")]
    StakeBeforeOpening {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The pool's shares.
        shares: u128,
    },
    /// Committed is the sum of the sides of the current generation's allocations.
    #[error("{operator}, {strategy}: committed {committed}, the sides sum to {sides}")]
    Committed {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The budget's figure.
        committed: Magnitude,
        /// The sum.
        sides: Magnitude,
    },
    /// Left is between 1 and 1e18, and 1e18 where nothing is committed.
    #[error("{operator}, {strategy}: {left} left with {committed} committed")]
    Left {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is left.
        left: Magnitude,
        /// What is committed.
        committed: Magnitude,
    },
    /// P3: where the ceiling was never above 1, committed is within it: a slash takes the same from
    /// both.
    #[error("P3 {operator}, {strategy}: {committed} committed of {left} under ceiling {ceiling}")]
    Degree {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is left.
        left: Magnitude,
        /// What is committed.
        committed: Magnitude,
        /// The highest ceiling there ever was.
        ceiling: Wad,
    },
    /// An allocation is above a whole pool, or pending without a change, or changing without an
    /// epoch, or with more notice than there is.
    #[error("{operator}, {strategy}: {allocation:?} in epoch {now}")]
    Allocation {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The allocation.
        allocation: Allocation,
        /// The current epoch.
        now: Epoch,
    },
    /// P3: an allocation of a pool that is not overcommitted lost more in this epoch than its cap.
    #[error("P3 {operator}, {strategy}: {allocation:?} lost more than {cap} of it in an epoch")]
    Cap {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The allocation.
        allocation: Allocation,
        /// The set's cap.
        cap: Wad,
    },
}

type Check = Result<(), Violation>;

fn require(holds: bool, violation: impl FnOnce() -> Violation) -> Check {
    if holds { Ok(()) } else { Err(violation()) }
}

impl Model {
    /// Checks everything that must hold in every state.
    ///
    /// # Errors
    /// The first [`Violation`] found.
    pub fn check(&self) -> Check {
        self.check_tokens()?;
        self.check_pools()?;
        self.check_buckets()?;
        self.check_positions()?;
        self.check_budgets()?;
        self.check_allocations()
    }

    fn check_tokens(&self) -> Check {
        let mut owed = BTreeMap::<Strategy, u128>::new();
        let pools = self.vault.pools.iter().map(|((_, strategy), pool)| (*strategy, pool.assets));
        let buckets = self.vault.buckets.iter().map(|((id, _), b)| (id.strategy, b.assets));
        let credits = self.vault.credits.iter().map(|((strategy, _), credit)| (*strategy, *credit));
        for (strategy, amount) in pools.chain(buckets).chain(credits) {
            *owed.entry(strategy).or_default() += amount;
        }
        let mut held = BTreeMap::<Strategy, u128>::new();
        for ((strategy, _), balance) in &self.tokens.balances {
            *held.entry(*strategy).or_default() += balance;
        }
        for (&strategy, &supply) in &self.tokens.supply {
            let vault = self.vault_balance(strategy);
            let unasked = self.unasked(strategy);
            let owed = owed.remove(&strategy).unwrap_or_default();
            require(vault == owed + unasked, || Violation::Solvency {
                strategy,
                held: vault,
                owed,
                unasked,
            })?;
            let accounts = held.get(&strategy).copied().unwrap_or_default();
            let accounted = accounts + vault + self.burned(strategy);
            require(supply == accounted, || Violation::Supply { strategy, supply, accounted })?;
        }
        // Nothing is owed of a token that was never minted.
        owed.into_iter().try_for_each(|(strategy, owed)| {
            require(owed == 0, || Violation::Solvency { strategy, held: 0, owed, unasked: 0 })
        })
    }

    fn check_pools(&self) -> Check {
        for (&(operator, strategy), &pool) in &self.vault.pools {
            let (assets, shares) = (pool.assets, pool.shares);
            let idle = operator == Operator::IDLE;
            let sound = assets <= shares
                && (assets == 0) == (shares == 0)
                && shares <= MAX_104
                && (!idle || (assets == shares && pool.generation == 0));
            let id = self.pool_id(operator, strategy);
            require(sound, || Violation::Pool { pool: id, assets, shares })?;
            let opened = idle || self.operator(operator).is_ok_and(|state| state.has_opened);
            require(opened || shares == 0, || Violation::StakeBeforeOpening {
                operator,
                strategy,
                shares,
            })?;
        }
        Ok(())
    }

    fn check_buckets(&self) -> Check {
        let mut exits = BTreeMap::<(PoolId, Epoch), U256>::new();
        for (&(pool, epoch, _), shares) in &self.vault.exits {
            *exits.entry((pool, epoch)).or_default() += shares;
        }
        for (&(pool, epoch), bucket) in &self.vault.buckets {
            let (assets, shares) = (bucket.assets, bucket.shares);
            let ended = self.vault.current(pool).is_err();
            let sound = U256::from(assets) <= shares
                && assets <= MAX_104
                && shares <= MAX_152
                && ((assets == 0) == shares.is_zero() || (ended && assets == 0))
                && (!ended || epoch <= self.epoch() || assets == 0)
                && epoch <= self.epoch().plus(LOWERING_NOTICE);
            require(sound, || Violation::Bucket { pool, epoch, assets, shares })?;
            let exits = exits.remove(&(pool, epoch)).unwrap_or_default();
            require(exits == shares, || Violation::Exits { pool, epoch, exits, shares })?;
        }
        exits.into_iter().try_for_each(|((pool, epoch), exits)| {
            Err(Violation::Exits { pool, epoch, exits, shares: U256::ZERO })
        })
    }

    fn check_positions(&self) -> Check {
        let epoch = self.epoch();
        let mut sums = BTreeMap::<PoolId, (u128, u128)>::new();
        for ((pool, _), history) in &self.vault.positions {
            let (latest, then) = sums.entry(*pool).or_default();
            *latest += history.latest();
            *then += history.at(epoch);
        }
        for (pool, (positions, then)) in sums {
            let history = self.vault.totals.get(&pool);
            let total = history.map_or(0, History::latest);
            let shares = self.vault.current(pool).ok().map(|current| current.shares);
            let sound = positions == total && shares.is_none_or(|shares| shares == total);
            require(sound, || Violation::Positions { pool, positions, total, shares })?;
            let total = history.map_or(0, |history| history.at(epoch));
            require(then == total, || Violation::HistoricPositions {
                pool,
                epoch,
                positions: then,
                total,
            })?;
        }
        Ok(())
    }

    fn check_budgets(&self) -> Check {
        let mut sums = BTreeMap::<(Operator, Strategy), Magnitude>::new();
        for (&(_, operator, strategy), allocation) in &self.allocations.entries {
            if allocation.generation == self.pool(operator, strategy).generation {
                let sum = sums.entry((operator, strategy)).or_default();
                *sum = sum.saturating_add(allocation.side());
            }
        }
        let keys: Vec<_> = sums.keys().chain(self.allocations.budgets.keys()).copied().collect();
        for (operator, strategy) in keys {
            let budget = self.budget(operator, strategy);
            let (left, committed) = (budget.left, budget.committed);
            let sides = sums.get(&(operator, strategy)).copied().unwrap_or_default();
            require(committed == sides, || Violation::Committed {
                operator,
                strategy,
                committed,
                sides,
            })?;
            let whole = left == Magnitude::WHOLE;
            let sound = left > Magnitude::ZERO
                && left <= Magnitude::WHOLE
                && (whole || committed > Magnitude::ZERO);
            require(sound, || Violation::Left { operator, strategy, left, committed })?;
            let ceiling = self.ceilings.get(&strategy).copied().unwrap_or_default().highest;
            let within = ceiling > Wad::ONE || committed <= ceiling.floor_of(left);
            require(within, || Violation::Degree { operator, strategy, left, committed, ceiling })?;
        }
        Ok(())
    }

    fn check_allocations(&self) -> Check {
        let now = self.epoch();
        for (&(set, operator, strategy), &allocation) in &self.allocations.entries {
            let Allocation { current, next, effective, .. } = allocation;
            let notice = if next < current { LOWERING_NOTICE } else { RAISE_NOTICE };
            let sound = current.max(next) <= Magnitude::WHOLE
                && (current != next) == effective.is_some()
                && effective.is_none_or(|effective| effective <= now.plus(notice));
            require(sound, || Violation::Allocation { operator, strategy, allocation, now })?;

            let book = self.book(set, operator, strategy);
            let taken = book.allocation.taken_during(now);
            let cap = self.operator_set(set).map_or(Wad::default(), |set| set.terms.cap);
            let most = cap.floor_of(book.base().saturating_add(taken));
            let overcommitted = book.budget.committed > book.budget.left;
            require(overcommitted || taken <= most, || Violation::Cap {
                operator,
                strategy,
                allocation,
                cap,
            })?;
        }
        Ok(())
    }
}
