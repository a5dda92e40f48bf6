//! Allocations: how much of a pool an operator promises to which set, and the rules of changing
//! that.
//!
//! An allocation has one pending change at most. The *side* of an allocation that counts in
//! committed is the larger of now and next: what is promised today and what is promised tomorrow
//! must both be there. A change lands by itself, with the epoch; only its book-keeping waits for a
//! touch, and errs to the safe side until then.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Account, Branch, Epoch, Function, Magnitude, Model, ModelError, Operator, OperatorSet,
    OperatorSetId, Pausable, PoolId, Proposal, Result, Strategy,
    clock::{LOWERING_NOTICE, RAISE_NOTICE},
};

/// The least that can be allocated, and the least that must be left of a pool for parts of it to be
/// promised or guaranteed. Of less than this, one unit of magnitude is too coarse a part: a set with
/// a magnitude of 1 on a pool with 1 left could rely on all of it, and slash no fraction of it (P4).
pub const LEAST_MAGNITUDE: Magnitude = Magnitude(1_000_000_000);

/// What the allocation manager remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Allocations {
    pub(crate) sets: BTreeMap<OperatorSetId, OperatorSet>,
    pub(crate) members: BTreeSet<(OperatorSetId, Operator)>,
    pub(crate) entries: BTreeMap<(OperatorSetId, Operator, Strategy), Allocation>,
    pub(crate) budgets: BTreeMap<(Operator, Strategy), Budget>,
    pub(crate) proposals: BTreeMap<(OperatorSetId, Operator, Strategy), Proposal>,
    /// Who may use which function for an account: account, appointee.
    pub(crate) appointments: BTreeSet<(Account, Account, Function)>,
    /// Of each pool generation, the first epoch in which nothing proposed so far can be executed.
    pub(crate) contested: BTreeMap<PoolId, Epoch>,
}

/// What an operator promises to one set of one pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allocation {
    /// The pool generation it was made in; in another it counts as zero (P9).
    pub generation: u32,
    /// What can be slashed now.
    pub current: Magnitude,
    /// What can be slashed once the pending change lands; `current` where none is pending.
    pub next: Magnitude,
    /// When the pending change lands.
    pub effective: Option<Epoch>,
    /// What slashes took in the epoch [`taken_in`](Self::taken_in).
    pub taken: Magnitude,
    /// The epoch of [`taken`](Self::taken).
    pub taken_in: Epoch,
}

impl Allocation {
    /// The part that counts in committed.
    #[must_use]
    pub fn side(&self) -> Magnitude {
        self.current.max(self.next)
    }

    /// What slashes have taken in epoch `now`.
    #[must_use]
    pub fn taken_during(&self, now: Epoch) -> Magnitude {
        if self.taken_in == now { self.taken } else { Magnitude::ZERO }
    }

    /// The allocation with a due change landed.
    fn landed(self, now: Epoch) -> Self {
        match self.effective {
            Some(effective) if effective <= now => self.settled_at(self.next),
            _ => self,
        }
    }

    /// The allocation at `magnitude`, with nothing pending.
    pub(crate) fn settled_at(self, magnitude: Magnitude) -> Self {
        Self { current: magnitude, next: magnitude, effective: None, ..self }
    }

    /// The allocation with a change to `target` pending.
    pub(crate) fn pending(self, target: Magnitude, effective: Epoch) -> Self {
        Self { next: target, effective: Some(effective), ..self }
    }

    /// The allocation after a slash took `magnitude` of it in epoch `now`: current and next fall by
    /// what was taken, not below zero. Where that makes them equal nothing is pending any more.
    pub(crate) fn slashed(self, magnitude: Magnitude, now: Epoch) -> Self {
        let current = self.current.saturating_sub(magnitude);
        let next = self.next.saturating_sub(magnitude);
        Self {
            current,
            next,
            effective: self.effective.filter(|_| current != next),
            taken: self.taken_during(now).saturating_add(magnitude),
            taken_in: now,
            ..self
        }
    }

    /// The allocation after its operator asked for `target` in epoch `now`, and which way that went.
    /// Pure: what a raise needs besides is asked by the caller.
    fn changed(
        self,
        target: Magnitude,
        now: Epoch,
        raises_at_once: bool,
    ) -> Result<(Self, Branch)> {
        let Self { current, next, .. } = self;
        match self.effective {
            // It was announced: sets may not see it move back and forth.
            Some(effective) if next < current => Err(ModelError::LoweringPending { effective }),
            Some(_) if target == next => Err(ModelError::NoChange { magnitude: target }),
            // To want less risk than announced needs no notice.
            Some(_) if target == current => Ok((self.settled_at(current), Branch::WithdrawsRaise)),
            Some(effective) if current < target && target < next => {
                Ok((self.pending(target, effective), Branch::CutsRaise))
            }
            None if target == current => Err(ModelError::NoChange { magnitude: target }),
            pending if target < current => {
                let raise = pending.is_some();
                let branch =
                    if raise { Branch::ReplacesRaiseByLowering } else { Branch::SchedulesLowering };
                Ok((self.pending(target, now.plus(LOWERING_NOTICE)), branch))
            }
            _ if raises_at_once => Ok((self.settled_at(target), Branch::RaisesAtOnce)),
            pending => {
                let raise = pending.is_some();
                let branch = if raise { Branch::ReplacesRaise } else { Branch::SchedulesRaise };
                Ok((self.pending(target, now.plus(RAISE_NOTICE)), branch))
            }
        }
    }
}

/// What is promised of one pool's 1e18 to all sets together, and what slashes have left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What slashes have left; never zero, for then the generation ends.
    pub left: Magnitude,
    /// The sum of all allocations' sides.
    pub committed: Magnitude,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: Magnitude::WHOLE, committed: Magnitude::ZERO }
    }
}

/// One allocation with the budget it counts in; due changes have landed. The two move in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Book {
    pub(crate) allocation: Allocation,
    pub(crate) budget: Budget,
}

impl Book {
    /// What a slash of the whole allocation would take: own, but no more than is left.
    pub(crate) fn base(&self) -> Magnitude {
        self.allocation.current.min(self.budget.left)
    }

    /// Whether more is committed than is left.
    pub(crate) fn above_degree_one(&self) -> bool {
        self.budget.committed > self.budget.left
    }

    /// Replaces the allocation and counts the change of its side in committed. When nothing is
    /// committed, what is left counts as 1e18 again, so that precision does not wear out.
    pub(crate) fn rewrite(&mut self, allocation: Allocation) {
        let others = self.budget.committed.saturating_sub(self.allocation.side());
        self.budget.committed = others.saturating_add(allocation.side());
        if self.budget.committed == Magnitude::ZERO {
            self.budget.left = Magnitude::WHOLE;
        }
        self.allocation = allocation;
    }
}

impl Model {
    /// Asks for an allocation of `target`, by the operator. Returns when it takes effect: a
    /// lowering at `e+2` (P4), a raise at `e+3` (P5), or at once: the withdrawal of a pending
    /// raise, and a raise by an operator that has never opened. A pending raise that is only cut
    /// keeps its day.
    ///
    /// # Errors
    /// No such set or a retired one, a target above a whole pool or too small, no change, a pending
    /// lowering; and for a raise: a pause, no membership, a strategy that is not accepted, too little
    /// left, or the ceiling.
    pub fn allocate(
        &mut self,
        operator: Operator,
        set: OperatorSetId,
        strategy: Strategy,
        target: Magnitude,
    ) -> Result<Epoch> {
        let state = self.operator(operator)?;
        if target > Magnitude::WHOLE {
            return Err(ModelError::MagnitudeTooLarge { magnitude: target });
        }
        let accepted = self.live_set(set)?.strategies.contains(&strategy);
        let now = self.epoch();
        let mut book = self.book(set, operator, strategy);
        let before = book.allocation;
        // What slashes have worn below the least may stay as it is: a raise of it can be withdrawn.
        let fits = target >= LEAST_MAGNITUDE || target == Magnitude::ZERO;
        if !fits && target != before.current && target != before.next {
            return Err(ModelError::MagnitudeTooSmall {
                magnitude: target,
                least: LEAST_MAGNITUDE,
            });
        }
        let (allocation, branch) = before.changed(target, now, !state.has_opened)?;
        book.rewrite(allocation);

        let raised = allocation.side() > before.side();
        if raised {
            self.require_running(Pausable::Raise)?;
            if !self.is_member(operator, set) {
                return Err(ModelError::NotMember { set, operator });
            }
            if !accepted {
                return Err(ModelError::StrategyNotAccepted { set, strategy });
            }
            self.require_room(strategy, book.budget)?;
        }
        self.write_book(set, operator, strategy, book);
        self.reached(branch);
        self.reached_if(target == Magnitude::ZERO, Branch::LowersToNothing);
        self.reached_if(!fits, Branch::KeepsWorn);
        self.reached_if(!accepted, Branch::ChangesUnaccepted);
        self.reached_if(raised && book.above_degree_one(), Branch::RaisesAboveDegreeOne);
        let paused = self.require_running(Pausable::Raise).is_err();
        self.reached_if(paused, Branch::ChangesPaused);
        Ok(allocation.effective.unwrap_or(now))
    }

    /// Writes down what has come due, by anyone: a change that landed, and that an allocation of an
    /// ended generation or to a retired set is nothing. Until then committed errs to the safe side.
    ///
    /// # Errors
    /// [`ModelError::NothingToSettle`].
    pub fn settle(
        &mut self,
        operator: Operator,
        set: OperatorSetId,
        strategy: Strategy,
    ) -> Result<()> {
        let book = self.book(set, operator, strategy);
        let stored = self.allocations.entries.get(&(set, operator, strategy));
        let is_due =
            |stored: &Allocation| stored.side() > Magnitude::ZERO && *stored != book.allocation;
        if !stored.is_some_and(is_due) {
            return Err(ModelError::NothingToSettle);
        }
        self.write_book(set, operator, strategy, book);
        Ok(())
    }

    /// The allocation and its budget as an action finds them: a due change landed, an allocation of
    /// an ended generation (P9) or to a retired set at zero.
    pub(crate) fn book(&self, set: OperatorSetId, operator: Operator, strategy: Strategy) -> Book {
        let generation = self.vault.pool(operator, strategy).generation;
        let nothing = Allocation { generation, ..Allocation::default() };
        let budget = self.budget(operator, strategy);
        let allocation = self
            .allocations
            .entries
            .get(&(set, operator, strategy))
            .filter(|allocation| allocation.generation == generation)
            .copied()
            .unwrap_or(nothing);
        let mut book = Book { allocation, budget };
        let retired = self.allocations.sets.get(&set).is_some_and(|set| set.retired);
        book.rewrite(if retired { nothing } else { allocation.landed(self.epoch()) });
        book
    }

    pub(crate) fn write_book(
        &mut self,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
        book: Book,
    ) {
        self.mark_book(set, operator, strategy, book);
        self.allocations.entries.insert((set, operator, strategy), book.allocation);
        self.allocations.budgets.insert((operator, strategy), book.budget);
    }

    /// What has become of the allocation since it was last written.
    fn mark_book(&self, set: OperatorSetId, operator: Operator, strategy: Strategy, book: Book) {
        let had = self.budget(operator, strategy);
        let freed = had.committed > Magnitude::ZERO && book.budget.committed == Magnitude::ZERO;
        self.reached_if(freed && had.left < Magnitude::WHOLE, Branch::RestoresLeft);
        let stored = self.allocations.entries.get(&(set, operator, strategy)).copied();
        let stored = stored.unwrap_or_default();
        if stored.side() == Magnitude::ZERO {
            self.reached_if(book.allocation.side() > Magnitude::ZERO, Branch::AllocatesFromNothing);
        } else if stored.generation != self.pool_id(operator, strategy).generation {
            self.reached(Branch::FindsEndedGeneration);
        } else if self.live_set(set).is_err() {
            self.reached(Branch::FindsRetired);
        } else if stored.effective.is_some_and(|effective| effective <= self.epoch()) {
            let raise = stored.next > stored.current;
            self.reached(if raise { Branch::FindsRaise } else { Branch::FindsLowering });
        }
    }

    /// Refuses a raise above the restaking degree, or on a pool of which next to nothing is left.
    fn require_room(&self, strategy: Strategy, budget: Budget) -> Result<()> {
        let Budget { left, committed } = budget;
        if left < LEAST_MAGNITUDE {
            return Err(ModelError::TooLittleLeft { left });
        }
        let ceiling = self.ceiling(strategy);
        let most = ceiling.floor_of(left);
        if committed > most {
            return Err(ModelError::CeilingExceeded { committed, left, ceiling, most });
        }
        Ok(())
    }
}
