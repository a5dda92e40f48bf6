//! What must hold after every action, whatever it was.
//!
//! A violation is a mistake in this model (or, where the model follows the protocol, in the
//! protocol); no caller can cause one. The promises that compare two states (P2 to P6, P8, P9) are judged
//! by a [`Watch`](crate::Watch).

use std::collections::BTreeMap;

use crate::{
    Account, Epoch, LAST_EPOCH, MAX_COMMISSION, Magnitude, Model, Operator, OperatorSetId, PoolId,
    Proposal, Strategy, U256, Violation, Wad,
    admissions::LAST_DEADLINE,
    allocations::Allocation,
    clock::{LOWERING_NOTICE, RAISE_NOTICE},
    governance::SHORTEST_REST,
    history::History,
    pool::{MAX_104, MAX_152},
    renewal::REST,
    rewards::FRACTION_BITS,
};

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
    rewards: Pools,
}

impl Scope {
    const ALL: Self = Self { stakes: Pools(None), promises: Pools(None), rewards: Pools(None) };

    /// The stake of some pools, what is promised of some, and the rewards of some.
    pub(crate) const fn of(
        stakes: Vec<(Operator, Strategy)>,
        promises: Vec<(Operator, Strategy)>,
        rewards: Vec<(Operator, Strategy)>,
    ) -> Self {
        Self {
            stakes: Pools(Some(stakes)),
            promises: Pools(Some(promises)),
            rewards: Pools(Some(rewards)),
        }
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
        self.check_pauses()?;
        self.check_rewards(&scope.rewards)
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
            let accounted =
                *held.of(strategy) + vault + self.rewards_balance(strategy) + self.burned(strategy);
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
            let promised = if retired { book.allocation.side() } else { book.allocation.next };
            let sound = promised == Magnitude::ZERO || (!retired && by_member);
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

    /// Nothing that was paid is lost or made: neither on the way to positions, nor in the balance.
    fn check_rewards(&self, scope: &Pools) -> Check {
        let mut owed = Sums::<Strategy, u128>::default();
        for (&(_, token), commission) in &self.rewards.collectable {
            *owed.of(token) += commission;
        }
        for (&(_, token), paid) in &self.rewards.paid {
            *owed.of(token) += paid.net.saturating_to::<u128>();
        }
        for (&(pool, token, owner), claimed) in &self.rewards.claimed {
            // What was claimed of a token was paid in it before.
            let sum = owed.of(token);
            *sum = sum.saturating_sub(claimed.units());
            if scope.has_id(pool) {
                let earned = self.earned(pool, token, owner, claimed.through);
                let sound = claimed.earned <= earned && claimed.through < self.epoch();
                let claimed = claimed.earned;
                require(sound, || Violation::RewardsClaimed {
                    pool,
                    token,
                    owner,
                    claimed: Box::new(claimed),
                    earned: Box::new(earned),
                })?;
            }
        }
        for (token, owed) in owed.0 {
            let held = self.rewards_balance(token);
            require(held == owed, || Violation::RewardsHeld { token, held, owed })?;
        }
        for (&(pool, token), paid) in &self.rewards.paid {
            if !scope.has_id(pool) {
                continue;
            }
            let positions = self.vault.positions.range((pool, Account::default())..);
            let owners = positions.take_while(|((id, _), _)| *id == pool).map(|(key, _)| key.1);
            let earned: U256 =
                owners.map(|owner| self.earned(pool, token, owner, LAST_EPOCH)).sum();
            let (carried, paid) = (paid.carried, paid.net << FRACTION_BITS);
            require(earned + carried == paid, || Violation::RewardsDivided {
                pool,
                token,
                earned: Box::new(earned),
                carried: Box::new(carried),
                paid: Box::new(paid),
            })?;
        }
        for (&operator, rates) in &self.rewards.commissions {
            for (&from, &rate) in rates {
                let sound = rate <= MAX_COMMISSION && from <= self.epoch().plus(RAISE_NOTICE);
                require(sound, || Violation::Commission { operator, rate, from })?;
            }
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
            // It lasted no longer than its rest does.
            let sound = pause.rest_until.checked_sub(pause.until).is_some_and(|rest| {
                (SHORTEST_REST..=action.longest()).contains(&rest)
                    && pause.until.saturating_sub(rest) <= now
            });
            require(sound, || Violation::Pause { action, pause, now })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
