//! The judge's own copy of the books: what they said before an action, and what it changed.
//!
//! The copy is compared with the model row by row after every action, so a change is seen wherever
//! it is, whether or not the action had any business there; what did not change costs a comparison
//! and no arithmetic.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Account, Admission, Allocation, Bucket, Budget, Epoch, Function, Magnitude, Model, Operator,
    OperatorSetId, OperatorState, Parts, Pausable, Pause, Pool, PoolId, Proposal, Strategy, Terms,
    U256, Wad, renewal::REST, rewards::Rewards,
};

/// One set's promise of one pool.
pub(super) type Promise = (OperatorSetId, Operator, Strategy);

/// Whose pool, of what.
pub(super) type Pair = (Operator, Strategy);

/// A row that an action changed: what it said before and says after, `None` where there is no row.
#[derive(Debug, Clone)]
pub(super) struct Change<K, V> {
    pub(super) key: K,
    pub(super) before: Option<V>,
    pub(super) after: Option<V>,
}

/// A copy of one of the model's maps, in the order of its keys.
#[derive(Debug, Clone)]
pub(super) struct Table<K, V> {
    rows: Vec<(K, V)>,
    /// What the last action changed; the rows are still those before it.
    pub(super) changes: Vec<Change<K, V>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: Vec::new(), changes: Vec::new() }
    }
}

impl<K: Copy + Ord, V: Copy + PartialEq> Table<K, V> {
    /// Compares the rows with those of the model, which come in the order of their keys.
    fn compare(&mut self, now: impl Iterator<Item = (K, V)>) {
        self.changes.clear();
        let gone = |&(key, value): &(K, V)| Change { key, before: Some(value), after: None };
        let mut rows = self.rows.as_slice();
        for (key, after) in now {
            // Most rows are there and the same; equality is cheaper than order.
            if let Some((row, rest)) = rows.split_first()
                && row.0 == key
                && row.1 == after
            {
                rows = rest;
                continue;
            }
            let passed = rows.iter().take_while(|row| row.0 < key).count();
            self.changes.extend(rows[..passed].iter().map(gone));
            rows = &rows[passed..];
            let before = rows.first().filter(|row| row.0 == key).map(|row| row.1);
            rows = &rows[usize::from(before.is_some())..];
            if before != Some(after) {
                self.changes.push(Change { key, before, after: Some(after) });
            }
        }
        self.changes.extend(rows.iter().map(gone));
    }

    /// Writes down what was changed.
    fn commit(&mut self) {
        for &Change { key, after, .. } in &self.changes {
            match (self.rows.binary_search_by(|row| row.0.cmp(&key)), after) {
                (Ok(at), Some(after)) => self.rows[at].1 = after,
                (Ok(at), None) => drop(self.rows.remove(at)),
                (Err(at), Some(after)) => self.rows.insert(at, (key, after)),
                (Err(_), None) => {}
            }
        }
    }

    /// The row before the action.
    pub(super) fn get(&self, key: K) -> Option<V> {
        let at = self.rows.binary_search_by(|row| row.0.cmp(&key)).ok()?;
        Some(self.rows[at].1)
    }

    /// All rows before the action.
    pub(super) fn rows(&self) -> &[(K, V)] {
        &self.rows
    }
}

/// Shares, and what they are shares of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stake {
    pub(super) shares: U256,
    assets: u128,
    all: U256,
}

impl Stake {
    /// What the shares are worth: their part of the assets, rounded down. Of nothing, nothing (P9).
    pub(super) fn worth(&self) -> u128 {
        self.worth_of(self.shares)
    }

    /// What `shares` of them are worth.
    pub(super) fn worth_of(&self, shares: U256) -> u128 {
        if U256::from(self.assets) == self.all {
            return shares.saturating_to();
        }
        let product = U256::from(self.assets) * shares;
        product.checked_div(self.all).unwrap_or_default().saturating_to()
    }
}

/// A token: all that was made of it, what the vault holds, was sent unasked, was burned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) supply: u128,
    vault: u128,
    rewards: u128,
    pub(super) unasked: u128,
    pub(super) burned: u128,
}

/// All that slashes of a pool reach, and by which measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) pool: PoolId,
    pub(super) parts: Parts,
    pub(super) budget: Budget,
}

impl Reach {
    /// As the model has it now.
    pub(super) fn of(model: &Model, (operator, strategy): Pair) -> Self {
        let (pool, now) = (model.pool_id(operator, strategy), model.epoch());
        let parts = Parts {
            pool: model.pool(operator, strategy).assets,
            exits: [1, 2].map(|n| model.bucket(pool, now.plus(n)).assets),
        };
        Self { pool, parts, budget: model.budget(operator, strategy) }
    }

    /// What a slash of `magnitude` takes of each part: its fraction of what is left, rounded down.
    pub(super) fn taken_by(&self, magnitude: Magnitude) -> Parts {
        let left = U256::from(self.budget.left.0);
        let share = |assets: u128| {
            if assets == 0 {
                return 0;
            }
            let product = U256::from(assets) * U256::from(magnitude.0);
            product.checked_div(left).unwrap_or_default().saturating_to()
        };
        let Parts { pool, exits } = self.parts;
        Parts { pool: share(pool), exits: exits.map(share) }
    }

    /// What a set can take with an allocation of `current`.
    pub(super) fn slashable(&self, current: Magnitude) -> Parts {
        self.taken_by(current.min(self.budget.left))
    }
}

/// A set: what must not change of it, and whether it was retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SetRow {
    pub(super) terms: Terms,
    pub(super) retired: bool,
}

/// What an allocation is in an epoch: what can be slashed now, and once its change has landed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) current: Magnitude,
    pub(super) next: Magnitude,
    pub(super) effective: Option<Epoch>,
}

impl Standing {
    /// Zero for an ended generation (P9) and for a retired set; a due change has landed.
    pub(super) fn of(written: Allocation, generation: u32, retired: bool, now: Epoch) -> Self {
        let Allocation { current, next, effective, .. } = written;
        if retired || written.generation != generation {
            return Self::default();
        }
        match effective {
            Some(day) if day <= now => Self { current: next, next, effective: None },
            _ => Self { current, next, effective },
        }
    }

    /// The larger of the two.
    pub(super) fn side(&self) -> Magnitude {
        self.current.max(self.next)
    }
}

/// The books before an action, with what it changed in them.
#[derive(Debug, Clone)]
pub(super) struct Books {
    pub(super) time: u64,
    pub(super) epoch: Epoch,
    pub(super) pools: Table<Pair, Pool>,
    pub(super) buckets: Table<(PoolId, Epoch), Bucket>,
    pub(super) positions: Table<(PoolId, Account), Stake>,
    pub(super) exits: Table<(PoolId, Epoch, Account), Stake>,
    pub(super) allocations: Table<Promise, Allocation>,
    pub(super) budgets: Table<Pair, Budget>,
    pub(super) balances: Table<(Strategy, Account), u128>,
    pub(super) credits: Table<(Strategy, Account), u128>,
    pub(super) tokens: Table<Strategy, Token>,
    pub(super) sets: Table<OperatorSetId, SetRow>,
    pub(super) operators: Table<Operator, OperatorState>,
    pub(super) admissions: Table<(Operator, Account), Admission>,
    pub(super) pauses: Table<Pausable, Pause>,
    pub(super) caps: Table<Strategy, u128>,
    pub(super) ceilings: Table<Strategy, Wad>,
    pub(super) accepted: Table<(OperatorSetId, Strategy), ()>,
    pub(super) members: Table<(OperatorSetId, Operator), ()>,
    pub(super) proposals: Table<Promise, Proposal>,
    pub(super) contested: Table<PoolId, Epoch>,
    pub(super) appointments: Table<(Account, Account, Function), ()>,
    pub(super) agents: Table<(Account, Account), ()>,
    pub(super) allowances: Table<(Account, Account, PoolId), U256>,
    pub(super) rewards: Rewards,
    /// Whether the last action changed them.
    pub(super) rewards_changed: bool,
}

impl Books {
    pub(super) fn new(model: &Model) -> Self {
        let mut books = Self {
            time: 0,
            epoch: model.epoch(),
            pools: Table::default(),
            buckets: Table::default(),
            positions: Table::default(),
            exits: Table::default(),
            allocations: Table::default(),
            budgets: Table::default(),
            balances: Table::default(),
            credits: Table::default(),
            tokens: Table::default(),
            sets: Table::default(),
            operators: Table::default(),
            admissions: Table::default(),
            pauses: Table::default(),
            caps: Table::default(),
            ceilings: Table::default(),
            accepted: Table::default(),
            members: Table::default(),
            proposals: Table::default(),
            contested: Table::default(),
            appointments: Table::default(),
            agents: Table::default(),
            allowances: Table::default(),
            rewards: Rewards::default(),
            rewards_changed: false,
        };
        books.compare(model);
        books.commit(model);
        books
    }

    /// Finds what the last action changed.
    pub(super) fn compare(&mut self, model: &Model) {
        let Model { vault, tokens, allocations, .. } = model;
        self.pools.compare(rows(&vault.pools));
        // Buckets that everybody has left stay in the model's map for ever.
        self.buckets.compare(rows(&vault.buckets).filter(|row| row.1 != Bucket::default()));
        self.positions.compare(positions(model));
        self.exits.compare(exits(model));
        self.allocations.compare(rows(&allocations.entries));
        self.budgets.compare(rows(&allocations.budgets));
        self.balances.compare(rows(&tokens.balances));
        self.credits.compare(rows(&vault.credits));
        self.tokens.compare(tokens.supply.iter().map(|(&strategy, &supply)| {
            let (vault, unasked) = (model.vault_balance(strategy), model.unasked(strategy));
            let (rewards, burned) = (model.rewards_balance(strategy), model.burned(strategy));
            (strategy, Token { supply, vault, rewards, unasked, burned })
        }));
        self.sets.compare(
            allocations
                .sets
                .iter()
                .map(|(id, set)| (*id, SetRow { terms: set.terms, retired: set.retired })),
        );
        self.operators.compare(rows(&vault.operators));
        self.admissions.compare(rows(&vault.admissions));
        self.pauses.compare(rows(&model.pauses));
        self.caps.compare(rows(&vault.deposit_caps));
        self.ceilings
            .compare(model.ceilings.iter().map(|(strategy, ceiling)| (*strategy, ceiling.now)));
        self.accepted.compare(
            allocations
                .sets
                .iter()
                .flat_map(|(id, set)| set.strategies.iter().map(|token| ((*id, *token), ()))),
        );
        self.members.compare(keys(&allocations.members));
        self.proposals.compare(rows(&allocations.proposals));
        self.contested.compare(rows(&allocations.contested));
        self.appointments.compare(keys(&allocations.appointments));
        self.agents.compare(keys(&vault.agents));
        self.allowances.compare(rows(&vault.allowances));
        self.rewards_changed = self.rewards != model.rewards;
    }

    /// Makes the changes the new before.
    pub(super) fn commit(&mut self, model: &Model) {
        (self.time, self.epoch) = (model.clock.now(), model.epoch());
        self.pools.commit();
        self.buckets.commit();
        self.positions.commit();
        self.exits.commit();
        self.allocations.commit();
        self.budgets.commit();
        self.balances.commit();
        self.credits.commit();
        self.tokens.commit();
        self.sets.commit();
        self.operators.commit();
        self.admissions.commit();
        self.pauses.commit();
        self.caps.commit();
        self.ceilings.commit();
        self.accepted.commit();
        self.members.commit();
        self.proposals.commit();
        self.contested.commit();
        self.appointments.commit();
        self.agents.commit();
        self.allowances.commit();
        if self.rewards_changed {
            self.rewards.clone_from(&model.rewards);
        }
    }

    /// Which of these books changed, if any did.
    pub(super) fn trace(
        &self,
        model: &Model,
        which: impl Fn(&'static str) -> bool,
    ) -> Option<&'static str> {
        let books = [
            ("time", model.clock.now() != self.time),
            ("pools", !self.pools.changes.is_empty()),
            ("buckets", !self.buckets.changes.is_empty()),
            ("positions", !self.positions.changes.is_empty()),
            ("exits", !self.exits.changes.is_empty()),
            ("allocations", !self.allocations.changes.is_empty()),
            ("budgets", !self.budgets.changes.is_empty()),
            ("balances", !self.balances.changes.is_empty()),
            ("credits", !self.credits.changes.is_empty()),
            ("tokens", !self.tokens.changes.is_empty()),
            ("sets", !self.sets.changes.is_empty()),
            ("operators", !self.operators.changes.is_empty()),
            ("admissions", !self.admissions.changes.is_empty()),
            ("pauses", !self.pauses.changes.is_empty()),
            ("caps", !self.caps.changes.is_empty()),
            ("ceilings", !self.ceilings.changes.is_empty()),
            ("accepted strategies", !self.accepted.changes.is_empty()),
            ("members", !self.members.changes.is_empty()),
            ("proposals", !self.proposals.changes.is_empty()),
            ("contests", !self.contested.changes.is_empty()),
            ("appointments", !self.appointments.changes.is_empty()),
            ("operators of owners", !self.agents.changes.is_empty()),
            ("allowances", !self.allowances.changes.is_empty()),
            ("rewards", self.rewards_changed),
        ];
        books.into_iter().find(|(book, changed)| *changed && which(book)).map(|(book, _)| book)
    }

    /// The pools whose stake the action touched: their assets, positions or exits.
    pub(super) fn touched_stakes(&self) -> Vec<Pair> {
        let of = |id: PoolId| (id.operator, id.strategy);
        let mut pairs: Vec<Pair> = self.pools.changes.iter().map(|change| change.key).collect();
        pairs.extend(self.buckets.changes.iter().map(|change| of(change.key.0)));
        pairs.extend(self.positions.changes.iter().map(|change| of(change.key.0)));
        pairs.extend(self.exits.changes.iter().map(|change| of(change.key.0)));
        distinct(pairs)
    }

    /// The pools of which the action touched what is promised: an allocation, the budget, the set, or
    /// the generation.
    pub(super) fn touched_promises(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = self.budgets.changes.iter().map(|change| change.key).collect();
        pairs.extend(self.allocations.changes.iter().map(|change| (change.key.1, change.key.2)));
        let ended = self.pools.changes.iter().filter(|change| {
            let generation = |pool: Option<Pool>| pool.unwrap_or_default().generation;
            generation(change.before) != generation(change.after)
        });
        pairs.extend(ended.map(|change| change.key));
        for set in &self.sets.changes {
            let promises = self.allocations.rows().iter().filter(|row| row.0.0 == set.key);
            pairs.extend(promises.map(|row| (row.0.1, row.0.2)));
        }
        distinct(pairs)
    }

    pub(super) fn pool(&self, pair: Pair) -> Pool {
        self.pools.get(pair).unwrap_or_default()
    }

    /// All that slashes of the pool reached before the action.
    pub(super) fn reach(&self, (operator, strategy): Pair) -> Reach {
        let Pool { generation, assets, .. } = self.pool((operator, strategy));
        let pool = PoolId { operator, strategy, generation };
        let bucket = |n| self.buckets.get((pool, self.epoch.plus(n))).unwrap_or_default().assets;
        let parts = Parts { pool: assets, exits: [1, 2].map(bucket) };
        let budget = self.budgets.get((operator, strategy)).unwrap_or_default();
        Reach { pool, parts, budget }
    }

    /// What the allocation was before the action.
    pub(super) fn standing(&self, promise: Promise) -> Standing {
        let (set, operator, strategy) = promise;
        let Some(written) = self.allocations.get(promise) else { return Standing::default() };
        let generation = self.pool((operator, strategy)).generation;
        Standing::of(written, generation, self.is_retired(set), self.epoch)
    }

    pub(super) fn is_retired(&self, set: OperatorSetId) -> bool {
        self.sets.get(set).is_some_and(|row| row.retired)
    }

    /// The terms of a set that exists and is not retired.
    pub(super) fn live(&self, set: OperatorSetId) -> Option<Terms> {
        self.sets.get(set).filter(|row| !row.retired).map(|row| row.terms)
    }

    /// The strategies of which something was written as promised, in their order.
    pub(super) fn counted(
        &self,
        operator: Operator,
        set: OperatorSetId,
    ) -> impl Iterator<Item = Strategy> {
        let written = self.allocations.rows().iter().filter(move |((of, by, _), allocation)| {
            (*of, *by) == (set, operator) && allocation.side() > Magnitude::ZERO
        });
        written.map(|((_, _, strategy), _)| *strategy)
    }

    /// Who decided which stakers the operator takes.
    pub(super) fn approver(&self, operator: Operator) -> Option<Account> {
        self.operators.get(operator).and_then(|state| state.approver)
    }
}

/// The pools, each once, in their order.
pub(super) fn distinct(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// What the allocation is after the action.
pub(super) fn standing(model: &Model, promise: Promise) -> Standing {
    let (set, operator, strategy) = promise;
    let Some(&written) = model.allocations.entries.get(&promise) else {
        return Standing::default();
    };
    let generation = model.pool(operator, strategy).generation;
    let retired = model.operator_set(set).is_ok_and(|set| set.retired);
    Standing::of(written, generation, retired, model.epoch())
}

fn rows<K: Copy, V: Copy>(map: &BTreeMap<K, V>) -> impl Iterator<Item = (K, V)> {
    map.iter().map(|(key, value)| (*key, *value))
}

fn keys<K: Copy>(set: &BTreeSet<K>) -> impl Iterator<Item = (K, ())> {
    set.iter().map(|key| (*key, ()))
}

/// The positions that hold shares. Those of an ended generation are shares of what a renewal left of
/// it, or of nothing.
fn positions(model: &Model) -> impl Iterator<Item = ((PoolId, Account), Stake)> {
    let mut last: Option<(PoolId, u128, U256)> = None;
    model.vault.positions.iter().filter_map(move |(&(id, owner), history)| {
        let shares = history.latest();
        if shares == 0 {
            return None;
        }
        let (_, assets, all) = last.filter(|last| last.0 == id).unwrap_or_else(|| {
            let pool = model.pool(id.operator, id.strategy);
            if pool.generation == id.generation {
                return (id, pool.assets, U256::from(pool.shares));
            }
            let rest = model.bucket(id, REST);
            (id, rest.assets, rest.shares)
        });
        last = Some((id, assets, all));
        Some(((id, owner), Stake { shares: U256::from(shares), assets, all }))
    })
}

fn exits(model: &Model) -> impl Iterator<Item = ((PoolId, Epoch, Account), Stake)> {
    let mut last: Option<(PoolId, Epoch, Bucket)> = None;
    model.vault.exits.iter().map(move |(&(id, epoch, owner), &shares)| {
        let (_, _, bucket) = last
            .filter(|last| (last.0, last.1) == (id, epoch))
            .unwrap_or_else(|| (id, epoch, model.bucket(id, epoch)));
        last = Some((id, epoch, bucket));
        ((id, epoch, owner), Stake { shares, assets: bucket.assets, all: bucket.shares })
    })
}
