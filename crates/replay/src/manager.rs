//! The allocation manager: what it keeps, and how its logs change that.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256, FixedBytes, U256};
use palisade_bindings::{
    AllocationManager::{self, AllocationManagerEvents},
    Epoch, OperatorSetId, PoolId,
};

use crate::{
    Contract, Misfit, Place, Vault,
    common::{Clock, Common},
    math::{Fit, WAD, fits, minus, part, require, same, scaled, wad},
    replay::{Call, Now},
};

/// The least magnitude that can be allocated, and that must be left of a pool for parts of it to be guaranteed.
pub const LEAST_MAGNITUDE: u128 = 1_000_000_000;

const LOWER_DELAY: u32 = 2;
const RAISE_DELAY: u32 = 3;
const LAPSE_DELAY: u32 = 2;

/// An operator and a strategy: whose pool, and of what.
pub type PoolNames = (Address, Address);

/// What the allocation manager keeps. Magnitudes and fractions are out of 1e18.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manager {
    /// Clock, authority and pauses.
    pub common: Common,
    /// All operator sets.
    pub sets: BTreeMap<OperatorSetId, OperatorSet>,
    /// The budgets of pools, by operator and strategy.
    pub budgets: BTreeMap<PoolNames, Budget>,
    /// The degree ceilings that governance has set, by strategy.
    pub ceilings: BTreeMap<Address, u128>,
    /// Account, appointee, and the function that it may call.
    pub appointees: BTreeSet<(Address, Address, FixedBytes<4>)>,
    /// Where the description of each AVS is to be found. Only the log has it.
    pub metadata: BTreeMap<Address, String>,
    /// Where words were written; see [`crate::Replay::take_touched`].
    pub(crate) touched: BTreeSet<Place>,
}

/// An operator set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorSet {
    /// Its terms.
    pub terms: Terms,
    /// The strategies of which it accepts raises.
    pub accepted: BTreeSet<Address>,
    /// All that ever joined.
    pub memberships: BTreeMap<Address, Membership>,
    /// All allocations to it there ever were, by operator and strategy, and the slashes proposed of them.
    pub promises: BTreeMap<PoolNames, Promise>,
}

/// The terms of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Who may slash; zero once the set is retired.
    pub slasher: Address,
    /// The most that one epoch's slashes may take of an allocation.
    pub cap: u128,
    /// Seconds in which the resolver can cancel a proposed slash; 0 where the set slashes at once.
    pub window: u64,
    /// Receives what is slashed; zero burns it.
    pub recipient: Address,
    /// May cancel a proposed slash, and so may the slasher.
    pub resolver: Address,
    /// Hash of the written conditions.
    pub conditions: B256,
    /// Is told of joins and leaves; zero for none.
    pub registrar: Address,
}

/// An operator's membership of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Whether it is a member.
    pub joined: bool,
    /// Whether the contract remembers that the operator has opened its pools. It asks the vault at a join, and at each
    /// raise until it knows.
    pub opened: bool,
    /// How many allocations of it to the set are not zero, or were not settled since.
    pub allocations: u32,
}

/// An allocation, and the slash of it that was proposed, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promise {
    /// The allocation.
    pub allocation: Allocation,
    /// The proposal, as it was made: it may have lapsed, or died with the set or the generation.
    pub proposal: Option<Proposal>,
}

/// An allocation as it is stored: what has come due is not applied before somebody touches it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    /// The magnitude in force.
    pub current: u128,
    /// The magnitude from epoch `effective` on.
    pub next: u128,
    /// The epoch in which `next` becomes `current`; 0 where no change is pending.
    pub effective: Epoch,
    /// What slashes took of it in epoch `taken_in`.
    pub taken: u128,
    /// The epoch of its last slash.
    pub taken_in: Epoch,
    /// The pool's generation in which the promise was made.
    pub generation: u32,
}

/// A budget as it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// What slashes have left, where something is committed; see [`Budget::left`].
    pub stored_left: u128,
    /// The sum of the allocations, each at its larger side while a change of it is pending.
    pub committed: u128,
    /// The first epoch in which no slash proposed so far can be executed any more.
    pub contested_until: Epoch,
    /// The living generation of the pool.
    pub generation: u32,
}

/// A slash that was proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The allocation in force when it was proposed.
    pub magnitude: u128,
    /// The fraction of it to take.
    pub wad: u128,
    /// When it was proposed.
    pub proposed_at: u64,
    /// The pool's generation then.
    pub generation: u32,
}

/// A proposal that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The proposal.
    pub proposal: Proposal,
    /// The timestamp before which the resolver can cancel it, and from which it can be executed.
    pub executable_from: u64,
    /// The timestamp from which it cannot be executed any more.
    pub lapses_at: u64,
}

impl Allocation {
    /// The side that counts as committed.
    #[must_use]
    pub fn side(&self) -> u128 {
        self.current.max(self.next)
    }

    /// What slashes took of it in this epoch.
    #[must_use]
    pub fn taken_during(&self, epoch: Epoch) -> u128 {
        if self.taken_in == epoch { self.taken } else { 0 }
    }

    /// Whether it counts in its operator's membership.
    pub(crate) const fn counts(&self) -> bool {
        self.current != 0 || self.next != 0
    }

    const fn none(generation: u32) -> Self {
        Self { current: 0, next: 0, effective: Epoch(0), taken: 0, taken_in: Epoch(0), generation }
    }

    const fn landed(self) -> Self {
        Self { current: self.next, effective: Epoch(0), ..self }
    }

    fn slashed(self, taken: u128, epoch: Epoch) -> Self {
        Self {
            current: self.current.saturating_sub(taken),
            next: self.next.saturating_sub(taken),
            taken: self.taken_during(epoch).saturating_add(taken),
            taken_in: epoch,
            ..self
        }
    }
}

impl Budget {
    /// What slashes have left of the pool: all of it where nothing is committed, whatever is stored.
    #[must_use]
    pub const fn left(&self) -> u128 {
        if self.committed == 0 { WAD } else { self.stored_left }
    }

    fn recommitted(self, from: u128, to: u128) -> Fit<Self> {
        let committed = minus("what is committed", U256::from(self.committed), U256::from(from))?;
        let committed = fits("sum of allocations", committed + U256::from(to), 112)?.to();
        Ok(Self { stored_left: self.left(), committed, ..self })
    }

    fn slashed(self, taken: u128, from: u128, to: u128) -> Fit<Self> {
        let left = minus("what is left", U256::from(self.left()), U256::from(taken))?.to();
        Ok(Self { stored_left: left, ..self.recommitted(from, to)? })
    }

    fn renewed(self) -> Self {
        Self { generation: self.generation + 1, ..Self::default() }
    }
}

/// An allocation as it stands now, with its budget, and whether the stored one counts in the membership.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loaded {
    pub(crate) budget: Budget,
    pub(crate) allocation: Allocation,
    pub(crate) counted: bool,
}

impl OperatorSet {
    /// Whether its AVS has given it up.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.terms.slasher.is_zero()
    }

    pub(crate) fn load(&self, budget: Budget, names: PoolNames, epoch: Epoch) -> Fit<Loaded> {
        let stored = self.promises.get(&names).map(|promise| promise.allocation);
        let stored = stored.unwrap_or_default();
        let counted = stored.counts();
        if stored.generation != budget.generation {
            return Ok(Loaded { budget, allocation: Allocation::none(budget.generation), counted });
        }
        if !stored.effective.is_set() || stored.effective > epoch {
            return Ok(Loaded { budget, allocation: stored, counted });
        }
        let allocation = stored.landed();
        let budget = budget.recommitted(stored.side(), allocation.side())?;
        Ok(Loaded { budget, allocation, counted })
    }

    /// The same, where a retired set's allocation counts as nothing.
    pub(crate) fn load_unless_retired(
        &self,
        budget: Budget,
        names: PoolNames,
        epoch: Epoch,
    ) -> Fit<Loaded> {
        let loaded = self.load(budget, names, epoch)?;
        if !self.is_retired() {
            return Ok(loaded);
        }
        let budget = loaded.budget.recommitted(loaded.allocation.side(), 0)?;
        Ok(Loaded { budget, allocation: Allocation::none(budget.generation), ..loaded })
    }

    /// The proposal that waits at this time, if any.
    pub(crate) fn waiting(
        &self,
        budget: Budget,
        names: PoolNames,
        clock: Clock,
        timestamp: u64,
    ) -> Option<Waiting> {
        let proposal = self.promises.get(&names)?.proposal?;
        let epoch = clock.epoch_at(proposal.proposed_at);
        let since_start = proposal.proposed_at.checked_sub(clock.origin)? % clock.epoch_length;
        // Not the start of a numbered epoch: the clock's last epoch never ends, this time passes.
        let start = proposal.proposed_at - since_start;
        let lapses_at = start.saturating_add(u64::from(LAPSE_DELAY) * clock.epoch_length);
        let lives = epoch.is_set()
            && proposal.generation == budget.generation
            && !self.is_retired()
            && timestamp < lapses_at;
        let executable_from = proposal.proposed_at.saturating_add(self.terms.window);
        lives.then_some(Waiting { proposal, executable_from, lapses_at })
    }
}

impl Manager {
    /// The budget of a pool; that of one which nobody has promised is the default.
    #[must_use]
    pub fn budget(&self, names: PoolNames) -> Budget {
        self.budgets.get(&names).copied().unwrap_or_default()
    }

    pub(crate) fn may_renew(&self, names: PoolNames) -> Fit {
        require(self.budget(names).committed == 0, "some of the pool is promised")
    }

    pub(crate) fn renew(&mut self, names: PoolNames) {
        let budget = self.budgets.entry(names).or_default();
        *budget = budget.renewed();
        self.touched.insert(Place::Budget(names.0, names.1));
    }

    pub(crate) fn apply(
        &mut self,
        event: &AllocationManagerEvents,
        now: Now,
        vault: &Vault,
        call: &mut Call,
    ) -> Fit {
        use AllocationManagerEvents as E;
        match event {
            E::ClockStarted(event) => self.common.start(event.epochLength, event.origin),
            E::AuthoritySet(event) => self.common.set_authority(event.authority),
            E::PauseSet(event) => {
                self.common.pause(event.action, event.until, event.restUntil, now)?;
                self.touched.extend(Place::pauses(Contract::Manager));
                Ok(())
            }
            E::Appointed(event) => {
                let key = (event.account, event.appointee, event.selector);
                if event.allowed {
                    self.appointees.insert(key);
                } else {
                    self.appointees.remove(&key);
                }
                self.touched.insert(Place::Appointee(key.0, key.1, key.2));
                Ok(())
            }
            E::MetadataUpdated(event) => {
                self.metadata.insert(event.avs, event.uri.clone());
                Ok(())
            }
            E::OperatorSetCreated(event) => self.create_set(event),
            E::StrategyAdded(event) => {
                let id = event.set.into();
                let is_new = live(self.set(id)?)?.accepted.insert(event.strategy);
                require(is_new, "the strategy is accepted already")?;
                self.touched.insert(Place::Accepted(id, event.strategy));
                Ok(())
            }
            E::StrategyRemoved(event) => {
                let id = event.set.into();
                let was_there = self.set(id)?.accepted.remove(&event.strategy);
                require(was_there, "the strategy is not accepted")?;
                self.touched.insert(Place::Accepted(id, event.strategy));
                Ok(())
            }
            E::OperatorSetRetired(event) => {
                let id = event.set.into();
                live(self.set(id)?)?.terms.slasher = Address::ZERO;
                self.touched.insert(Place::TermsSlasher(id));
                Ok(())
            }
            E::Joined(event) => self.join(event, vault),
            E::Left(event) => self.leave(event),
            E::LeaveHookFailed(event) => {
                let set = self.set(event.set.into())?;
                require(!set.terms.registrar.is_zero(), "the set has no registrar")
            }
            E::Allocated(event) => self.allocate(event, now, vault),
            E::Settled(event) => {
                let names = (event.operator, event.strategy);
                let budget = self.budget(names);
                let set = self.set(event.set.into())?;
                let loaded = set.load_unless_retired(budget, names, now.epoch)?;
                let stored = set.promises.get(&names).map(|promise| promise.allocation);
                let due = loaded.counted && stored != Some(loaded.allocation);
                require(due, "nothing had come due")?;
                self.settle(event.set.into(), names, loaded)
            }
            E::SlashProposed(event) => self.propose(event, now),
            E::SlashCancelled(event) => {
                let names = (event.operator, event.strategy);
                let clock = self.clock()?;
                let budget = self.budget(names);
                let set = self.set(event.set.into())?;
                // After the window only the slasher can, until the proposal lapses; the log does not say who it was.
                let waiting = set.waiting(budget, names, clock, now.timestamp);
                require(waiting.is_some(), "no proposal could be cancelled")?;
                self.set_proposal(event.set.into(), names, None)
            }
            E::OperatorSlashed(event) => self.slash(event, now, call),
            E::DegreeCeilingSet(event) => {
                let ceiling = fits("ceiling", event.ceiling, 64)?.to();
                require((WAD..=10 * WAD).contains(&ceiling), "the ceiling is out of range")?;
                self.ceilings.insert(event.strategy, ceiling);
                self.touched.insert(Place::Ceiling(event.strategy));
                Ok(())
            }
        }
    }

    fn set(&mut self, id: OperatorSetId) -> Fit<&mut OperatorSet> {
        let missing = || Misfit::Missing { what: "operator set", key: id.to_string() };
        self.sets.get_mut(&id).ok_or_else(missing)
    }

    fn clock(&self) -> Fit<Clock> {
        self.common.clock.ok_or(Misfit::NotBefore("ClockStarted"))
    }

    fn create_set(&mut self, event: &AllocationManager::OperatorSetCreated) -> Fit {
        let id = OperatorSetId::from(event.set);
        if self.sets.contains_key(&id) {
            return Err(Misfit::Twice { what: "operator set", key: id.to_string() });
        }
        let terms = &event.terms;
        let cap = wad("cap", terms.cap)?;
        require(cap != 0, "a cap of zero")?;
        require(!terms.slasher.is_zero(), "a set without a slasher")?;
        let terms = Terms {
            slasher: terms.slasher,
            cap,
            window: fits("window", terms.window, 24)?.to(),
            recipient: terms.recipient,
            resolver: terms.resolver,
            conditions: terms.conditions,
            registrar: terms.registrar,
        };
        self.sets.insert(id, OperatorSet { terms, ..OperatorSet::default() });
        self.touched.extend(Place::terms(id));
        Ok(())
    }

    fn join(&mut self, event: &AllocationManager::Joined, vault: &Vault) -> Fit {
        let id = event.set.into();
        let set = live(self.set(id)?)?;
        let missing = || Misfit::Missing { what: "operator", key: event.operator.to_string() };
        let operator = vault.operators.get(&event.operator).ok_or_else(missing)?;
        let member = set.memberships.get(&event.operator).copied().unwrap_or_default();
        require(!member.joined, "the operator is a member already")?;
        require(member.allocations == 0, "allocations remain of its last membership")?;
        let member = Membership { joined: true, opened: operator.opened, allocations: 0 };
        set.memberships.insert(event.operator, member);
        self.touched.insert(Place::Membership(id, event.operator));
        Ok(())
    }

    fn leave(&mut self, event: &AllocationManager::Left) -> Fit {
        let id = event.set.into();
        let set = self.set(id)?;
        let of_it = (event.operator, Address::ZERO)..=(event.operator, Address::repeat_byte(0xff));
        let mut promises = set.promises.range(of_it);
        let ends = promises.all(|(_, promise)| promise.allocation.next == 0);
        require(ends, "an Allocated to nothing did not come first")?;
        let missing = || Misfit::Missing { what: "member", key: event.operator.to_string() };
        let member = set.memberships.get_mut(&event.operator).ok_or_else(missing)?;
        require(member.joined, "the operator is no member")?;
        member.joined = false;
        self.touched.insert(Place::Membership(id, event.operator));
        Ok(())
    }

    fn allocate(&mut self, event: &AllocationManager::Allocated, now: Now, vault: &Vault) -> Fit {
        let names = (event.operator, event.strategy);
        let magnitude = wad("magnitude", event.magnitude)?;
        let (before, ceiling) = (self.budget(names), self.ceiling(event.strategy));
        let set = self.set(event.set.into())?;
        let Loaded { budget, allocation, counted } =
            set.load_unless_retired(before, names, now.epoch)?;
        require(magnitude == 0 || !set.is_retired(), "the set is retired")?;
        let mut member = set.memberships.get(&event.operator).copied().unwrap_or_default();
        let (current, next) = (allocation.current, allocation.next);
        let effective = if next < current {
            // Only who leaves or is ejected touches a pending lowering, and only to end at nothing.
            require(magnitude == 0, "a lowering is pending")?;
            allocation.effective
        } else if magnitude < current {
            now.epoch.plus(LOWER_DELAY)
        } else if magnitude == current {
            now.epoch
        } else if magnitude < next {
            allocation.effective
        } else {
            if !member.opened {
                member.opened = vault.operators.get(&event.operator).is_some_and(|it| it.opened);
            }
            now.epoch.plus(if member.opened { RAISE_DELAY } else { 0 })
        };
        same("epoch", event.effective, effective.into())?;
        let mut changed = Allocation { next: magnitude, effective, ..allocation };
        if effective == now.epoch {
            changed = changed.landed();
        }
        let budget = budget.recommitted(allocation.side(), changed.side())?;
        if changed.side() > allocation.side() {
            require(member.joined, "the operator is no member")?;
            require(set.accepted.contains(&event.strategy), "the strategy is not accepted")?;
            let most = scaled(budget.left(), ceiling, WAD);
            require(budget.committed <= most, "more would be committed than the ceiling admits")?;
        }
        let changed = Loaded { budget, allocation: changed, counted };
        self.store(event.set.into(), names, member, changed)
    }

    /// Stores what was loaded.
    fn settle(&mut self, id: OperatorSetId, names: PoolNames, loaded: Loaded) -> Fit {
        let member = self.set(id)?.memberships.get(&names.0).copied().unwrap_or_default();
        self.store(id, names, member, loaded)
    }

    /// Stores an allocation, its budget, and the membership, which counts it anew.
    fn store(
        &mut self,
        id: OperatorSetId,
        names: PoolNames,
        mut member: Membership,
        Loaded { budget, allocation, counted }: Loaded,
    ) -> Fit {
        let set = self.set(id)?;
        member.allocations = recount(member.allocations, counted, allocation.counts())?;
        set.promises.entry(names).or_default().allocation = allocation;
        set.memberships.insert(names.0, member);
        self.budgets.insert(names, budget);
        let (operator, strategy) = names;
        self.touched.extend([
            Place::Allocation(id, operator, strategy),
            Place::Membership(id, operator),
            Place::Budget(operator, strategy),
        ]);
        Ok(())
    }

    fn propose(&mut self, event: &AllocationManager::SlashProposed, now: Now) -> Fit {
        let names = (event.operator, event.strategy);
        let (id, clock, budget) = (event.set.into(), self.clock()?, self.budget(names));
        let wad = wad("fraction", event.wad)?;
        let set = live(self.set(id)?)?;
        require(set.terms.window != 0, "the set slashes at once")?;
        require(wad <= set.terms.cap, "a fraction above the cap")?;
        let waits = set.waiting(budget, names, clock, now.timestamp).is_some();
        require(!waits, "a proposal waits already")?;
        let mut loaded = set.load(budget, names, now.epoch)?;
        let magnitude = loaded.allocation.current;
        same("magnitude", event.magnitude, U256::from(magnitude))?;
        loaded.budget.contested_until = now.epoch.plus(LAPSE_DELAY);
        let generation = loaded.budget.generation;
        self.settle(id, names, loaded)?;
        let proposal = Proposal { magnitude, wad, proposed_at: now.timestamp, generation };
        self.set_proposal(id, names, Some(proposal))
    }

    fn set_proposal(
        &mut self,
        id: OperatorSetId,
        names: PoolNames,
        proposal: Option<Proposal>,
    ) -> Fit {
        self.set(id)?.promises.entry(names).or_default().proposal = proposal;
        self.touched.insert(Place::Proposal(id, names.0, names.1));
        Ok(())
    }

    fn slash(
        &mut self,
        event: &AllocationManager::OperatorSlashed,
        now: Now,
        call: &mut Call,
    ) -> Fit {
        let names = (event.operator, event.strategy);
        let (id, clock, before) = (event.set.into(), self.clock()?, self.budget(names));
        let taken = wad("magnitude", event.magnitude)?;
        let set = live(self.set(id)?)?;
        let Loaded { budget, allocation, counted } = set.load(before, names, now.epoch)?;
        if taken == 0 {
            // Nothing could be taken from this strategy; what had come due is settled.
            call.may_begin()?;
            call.clear();
            same("assets", event.assets, U256::ZERO)?;
            require(set.terms.window == 0, "a proposal was executed, and took nothing")?;
            let loaded = Loaded { budget, allocation, counted };
            return if counted { self.settle(id, names, loaded) } else { Ok(()) };
        }

        let left = budget.left();
        let reach = allocation.current.min(left);
        if set.terms.window == 0 {
            if taken > reach {
                let (asked, held) = (U256::from(taken), U256::from(reach));
                return Err(Misfit::TooMuch { what: "the allocation", asked, held });
            }
        } else {
            let waiting = set.waiting(before, names, clock, now.timestamp);
            let due = waiting.filter(|it| now.timestamp >= it.executable_from);
            let proposal = due.ok_or(Misfit::NotBefore("SlashProposed"))?.proposal;
            let follows = scaled(reach.min(proposal.magnitude), proposal.wad, WAD);
            same("magnitude", event.magnitude, U256::from(follows))?;
        }
        let earlier = allocation.taken_during(now.epoch);
        let most = scaled(earlier.saturating_add(reach), set.terms.cap, WAD);
        require(earlier.saturating_add(taken) <= most, "more was taken than the cap allows")?;

        let vault = call.slashed.ok_or(Misfit::NotBefore("Slashed"))?;
        same("pool", PoolId::key(event.operator, event.strategy).0, vault.pool.to_key().0)?;
        same("generation", U256::from(budget.generation), U256::from(vault.pool.generation()))?;
        same("assets", event.assets, vault.assets())?;
        for (before, from) in vault.before.into_iter().zip(vault.taken) {
            same("fraction's assets", from, part(before, U256::from(taken), U256::from(left)))?;
        }
        require(vault.ended == (taken == left), "GenerationEnded is missing or too much")?;

        let slashed = allocation.slashed(taken, now.epoch);
        let budget = if taken == left {
            budget.renewed()
        } else {
            budget.slashed(taken, allocation.side(), slashed.side())?
        };
        let loaded = Loaded { budget, allocation: slashed, counted };
        self.settle(id, names, loaded)?;
        // In an instant set there is none; in any other this was it.
        self.set_proposal(id, names, None)?;
        call.clear();
        Ok(())
    }

    pub(crate) fn ceiling(&self, strategy: Address) -> u128 {
        self.ceilings.get(&strategy).copied().unwrap_or(WAD)
    }
}

fn live(set: &mut OperatorSet) -> Fit<&mut OperatorSet> {
    if set.is_retired() { Err(Misfit::Forbidden("the set is retired")) } else { Ok(set) }
}

/// How many allocations count, where one of them did before and does now.
fn recount(allocations: u32, counted: bool, counts: bool) -> Fit<u32> {
    match (counted, counts) {
        (false, true) => allocations.checked_add(1),
        (true, false) => allocations.checked_sub(1),
        _ => Some(allocations),
    }
    .ok_or(Misfit::Forbidden("the membership counts no allocation"))
}
