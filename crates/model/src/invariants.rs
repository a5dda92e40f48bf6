//! What must hold after every action, whatever it was.
//!
//! A violation is a mistake in this model (or, where the model follows the protocol, in the
//! protocol); no caller can cause one. The promises that compare two states (P2 to P6, P9) are judged
//! by a [`Watch`](crate::Watch).

use std::collections::BTreeMap;

use crate::{
    Account, Admission, Epoch, Magnitude, Model, Operator, OperatorSetId, Pausable, Pause, PoolId,
    Proposal, Strategy, U256, Wad,
    admissions::LAST_DEADLINE,
    allocations::Allocation,
    clock::{LOWERING_NOTICE, RAISE_NOTICE},
    history::History,
    pool::{MAX_104, MAX_152},
    renewal::REST,
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
    /// A bucket's assets exceed its shares, or it has shares without assets though no slash ended
    /// its generation, or unmatured assets though one did (P9), or they do not fit, or it matures too
    /// late; or a generation that lives has a bucket of what is left of it.
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
    /// The positions of a generation sum to its total; and that is the pool's of the current one, and
    /// the bucket's of one that was renewed.
    #[error("{pool}: positions sum to {positions}, the total says {total}, the stake {shares:?}")]
    Positions {
        /// The pool generation.
        pool: PoolId,
        /// The sum of the positions.
        positions: u128,
        /// The newest total in history.
        total: u128,
        /// The shares of the pool or the bucket; `None` for a generation that a slash ended.
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
    /// P5: an operator that is no member of a set, or not of a living one, is about to promise
    /// something to it.
    #[error("P5 {operator} is no member of {set}, with {allocation:?} of {strategy}")]
    Membership {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The allocation.
        allocation: Allocation,
    },
    /// P3, P5: a proposal of a set without a window, above its cap or of nothing, or one that does
    /// not lapse after its window and within two epochs, or that the pool's mark leaves out.
    #[error("{operator}, {strategy}: {proposal:?} of {set}, contested until {contested:?}")]
    Proposal {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The proposal.
        proposal: Proposal,
        /// The first epoch in which nothing can be executed.
        contested: Option<Epoch>,
    },
    /// A staker is admitted that was never approved, or for longer than can be written.
    #[error("{staker} with {operator}: {admission:?}")]
    Admission {
        /// The operator.
        operator: Operator,
        /// The staker.
        staker: Account,
        /// The admission.
        admission: Admission,
    },
    /// P6: a pause lasts too long, or the rest after it not as long.
    #[error("P6 {action:?}: {pause:?} at {now}")]
    Pause {
        /// What is paused.
        action: Pausable,
        /// The pause.
        pause: Pause,
        /// The time.
        now: u64,
    },
}

type Check = Result<(), Violation>;

/// Sums by key. There are few keys, and the last one used is the likeliest next.
#[derive(Debug)]
struct Sums<K, V>(Vec<(K, V)>);

impl<K, V> Default for Sums<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V: Default> Sums<K, V> {
    fn of(&mut self, key: K) -> &mut V {
        let found = self.0.iter().rposition(|sum| sum.0 == key);
        let at = found.unwrap_or_else(|| {
            self.0.push((key, V::default()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }
}

/// One set's promise of one pool.
type Key = (OperatorSetId, Operator, Strategy);

/// Some operators' pools of some strategies; `None` for all.
#[derive(Debug)]
struct Pools(Option<Vec<(Operator, Strategy)>>);

impl Pools {
    fn has(&self, operator: Operator, strategy: Strategy) -> bool {
        self.0.as_ref().is_none_or(|pools| pools.contains(&(operator, strategy)))
    }

    fn has_id(&self, id: PoolId) -> bool {
        self.has(id.operator, id.strategy)
    }
}

/// Which pools a check is about: their stake, and what is promised of them. Tokens, admissions and
/// pauses belong to no pool and are always checked.
#[derive(Debug)]
pub(crate) struct Scope {
    stakes: Pools,
    promises: Pools,
}

impl Scope {
    const ALL: Self = Self { stakes: Pools(None), promises: Pools(None) };

    /// The stake of some pools, and what is promised of some.
    pub(crate) const fn of(
        stakes: Vec<(Operator, Strategy)>,
        promises: Vec<(Operator, Strategy)>,
    ) -> Self {
        Self { stakes: Pools(Some(stakes)), promises: Pools(Some(promises)) }
    }
}

fn require(holds: bool, violation: impl FnOnce() -> Violation) -> Check {
    if holds { Ok(()) } else { Err(violation()) }
}

impl Model {
    /// Checks everything that must hold in every state.
    ///
    /// # Errors
    /// The first [`Violation`] found.
    pub fn check(&self) -> Check {
        self.check_within(&Scope::ALL)
    }

    /// As [`check`](Self::check), of some pools only.
    pub(crate) fn check_within(&self, scope: &Scope) -> Check {
        self.check_tokens()?;
        self.check_pools(&scope.stakes)?;
        self.check_buckets(&scope.stakes)?;
        self.check_positions(&scope.stakes)?;
        self.check_budgets(&scope.promises)?;
        self.check_allocations(&scope.promises)?;
        self.check_proposals(&scope.promises)?;
        self.check_admissions()?;
        self.check_pauses()
    }

    fn check_tokens(&self) -> Check {
        let mut owed = Sums::<Strategy, u128>::default();
        for (&(_, strategy), pool) in &self.vault.pools {
            *owed.of(strategy) += pool.assets;
        }
        for ((id, _), bucket) in &self.vault.buckets {
            *owed.of(id.strategy) += bucket.assets;
        }
        for (&(strategy, _), credit) in &self.vault.credits {
            *owed.of(strategy) += credit;
        }
        let mut held = Sums::<Strategy, u128>::default();
        for (&(strategy, _), balance) in &self.tokens.balances {
            *held.of(strategy) += balance;
        }
        for (&strategy, &supply) in &self.tokens.supply {
            let vault = self.vault_balance(strategy);
            let unasked = self.unasked(strategy);
            let owed = std::mem::take(owed.of(strategy));
            require(vault == owed + unasked, || Violation::Solvency {
                strategy,
                held: vault,
                owed,
                unasked,
            })?;
            let accounted = *held.of(strategy) + vault + self.burned(strategy);
            require(supply == accounted, || Violation::Supply { strategy, supply, accounted })?;
        }
        // Nothing is owed of a token that was never minted.
        owed.0.into_iter().try_for_each(|(strategy, owed)| {
            require(owed == 0, || Violation::Solvency { strategy, held: 0, owed, unasked: 0 })
        })
    }

    fn check_pools(&self, scope: &Pools) -> Check {
        for (&(operator, strategy), &pool) in &self.vault.pools {
            if !scope.has(operator, strategy) {
                continue;
            }
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

    fn check_buckets(&self, scope: &Pools) -> Check {
        let mut exits = BTreeMap::<(PoolId, Epoch), U256>::new();
        let all = self.vault.exits.iter().filter(|((id, ..), _)| scope.has_id(*id));
        for (&(pool, epoch, _), shares) in all {
            *exits.entry((pool, epoch)).or_default() += shares;
        }
        let buckets = self.vault.buckets.iter().filter(|((id, _), _)| scope.has_id(*id));
        for (&(pool, epoch), bucket) in buckets {
            let (assets, shares) = (bucket.assets, bucket.shares);
            let ended = self.vault.current(pool).is_err();
            let taken = ended && !self.was_renewed(pool);
            let sound = U256::from(assets) <= shares
                && assets <= MAX_104
                && shares <= MAX_152
                && ((assets == 0) == shares.is_zero() || (taken && assets == 0))
                && (!taken || epoch <= self.epoch() || assets == 0)
                && epoch <= self.epoch().plus(LOWERING_NOTICE)
                && (ended || epoch != REST);
            require(sound, || Violation::Bucket { pool, epoch, assets, shares })?;
            if epoch == REST {
                // Its shares are the positions.
                continue;
            }
            let exits = exits.remove(&(pool, epoch)).unwrap_or_default();
            require(exits == shares, || Violation::Exits { pool, epoch, exits, shares })?;
        }
        exits.into_iter().try_for_each(|((pool, epoch), exits)| {
            Err(Violation::Exits { pool, epoch, exits, shares: U256::ZERO })
        })
    }

    fn check_positions(&self, scope: &Pools) -> Check {
        let epoch = self.epoch();
        // Positions are in the order of their pools.
        let mut sums = Sums::<PoolId, (u128, u128)>::default();
        let positions = self.vault.positions.iter().filter(|((id, _), _)| scope.has_id(*id));
        for ((pool, _), history) in positions {
            let (latest, then) = sums.of(*pool);
            *latest += history.latest();
            *then += history.at(epoch);
        }
        for (pool, (positions, then)) in sums.0 {
            let history = self.vault.totals.get(&pool);
            let total = history.map_or(0, History::latest);
            let living = self.vault.current(pool).ok().map(|current| current.shares);
            let rest = self.vault.buckets.get(&(pool, REST));
            let shares = living.or_else(|| rest.map(|rest| rest.shares.saturating_to()));
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

    fn check_budgets(&self, scope: &Pools) -> Check {
        let mut sums = BTreeMap::<(Operator, Strategy), Magnitude>::new();
        for (&(_, operator, strategy), allocation) in &self.allocations.entries {
            if !scope.has(operator, strategy) {
                continue;
            }
            if allocation.generation == self.pool(operator, strategy).generation {
                let sum = sums.entry((operator, strategy)).or_default();
                *sum = sum.saturating_add(allocation.side());
            }
        }
        let budgets = self.allocations.budgets.keys();
        let keys: Vec<_> = sums.keys().chain(budgets).copied().collect();
        for (operator, strategy) in keys.into_iter().filter(|key| scope.has(key.0, key.1)) {
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

    fn check_allocations(&self, scope: &Pools) -> Check {
        let now = self.epoch();
        let entries = self.allocations.entries.iter();
        for (&(set, operator, strategy), &allocation) in
            entries.filter(|(key, _)| scope.has(key.1, key.2))
        {
            let Allocation { current, next, effective, .. } = allocation;
            let notice = if next < current { LOWERING_NOTICE } else { RAISE_NOTICE };
            let sound = current.max(next) <= Magnitude::WHOLE
                && (current != next) == effective.is_some()
                && effective.is_none_or(|effective| effective <= now.plus(notice));
            require(sound, || Violation::Allocation { operator, strategy, allocation, now })?;

            // Most were not slashed in this epoch, and are of members: there is no more to ask.
            let terms = self.allocations.sets.get(&set);
            let retired = terms.is_some_and(|set| set.retired);
            let slashed = allocation.taken_during(now) > Magnitude::ZERO;
            let by_member = next == Magnitude::ZERO || self.is_member(operator, set);
            if !retired && !slashed && by_member {
                continue;
            }

            let book = self.book(set, operator, strategy);
            let taken = book.allocation.taken_during(now);
            let cap = terms.map_or(Wad::default(), |set| set.terms.cap);
            let most = cap.floor_of(book.base().saturating_add(taken));
            let overcommitted = book.budget.committed > book.budget.left;
            require(overcommitted || taken <= most, || Violation::Cap {
                operator,
                strategy,
                allocation,
                cap,
            })?;

            // Who left, and who promised to a set that was retired, promises nothing from the next
            // change on.
            let promises_nothing = match retired {
                true => book.allocation.side() == Magnitude::ZERO,
                false => book.allocation.next == Magnitude::ZERO,
            };
            let sound = promises_nothing || (!retired && by_member);
            let allocation = book.allocation;
            require(sound, || Violation::Membership { set, operator, strategy, allocation })?;
        }
        Ok(())
    }

    fn check_proposals(&self, scope: &Pools) -> Check {
        let keys = self.allocations.proposals.keys().filter(|key| scope.has(key.1, key.2));
        let living = |&key: &Key| self.proposal(key.0, key.1, key.2).map(|found| (key, found));
        for ((set, operator, strategy), proposal) in keys.filter_map(living) {
            let Proposal { magnitude, wad, executable_from, lapses_at, .. } = proposal;
            let contested = self.contested_until(operator, strategy);
            let most = 2 * self.clock.epoch_length();
            let sound = self.operator_set(set).is_ok_and(|set| {
                let proposed = executable_from.saturating_sub(set.terms.window);
                set.terms.window > 0
                    && wad <= set.terms.cap
                    && proposed <= self.clock.now()
                    && lapses_at - proposed <= most
            });
            let sound = sound
                && magnitude > Magnitude::ZERO
                && wad > Wad(0)
                && executable_from < lapses_at
                && contested.is_some_and(|until| self.clock.start_of(until) >= lapses_at);
            require(sound, || Violation::Proposal {
                set,
                operator,
                strategy,
                proposal,
                contested,
            })?;
        }
        Ok(())
    }

    fn check_admissions(&self) -> Check {
        for (&(operator, staker), &admission) in &self.vault.admissions {
            let deadline = admission.deadline;
            let sound = admission.nonce > 0
                && deadline.is_none_or(|deadline| deadline <= LAST_DEADLINE)
                && self.operator(operator).is_ok();
            require(sound, || Violation::Admission { operator, staker, admission })?;
        }
        Ok(())
    }

    fn check_pauses(&self) -> Check {
        let now = self.clock.now();
        for (&action, &pause) in &self.pauses {
            let rest = pause.rest_until.checked_sub(pause.until);
            let began = rest.and_then(|rest| pause.until.checked_sub(rest));
            let sound = rest.is_some_and(|rest| rest <= action.longest())
                && began.is_some_and(|began| began <= now);
            require(sound, || Violation::Pause { action, pause, now })?;
        }
        Ok(())
    }
}
