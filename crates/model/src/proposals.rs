//! Challengeable slashes: proposed, and executed unless somebody cancels them.
//!
//! A proposal holds nothing and freezes nothing. It fixes the magnitude, so that what is raised
//! later is not reached by it (P5); all else is read when it is executed.

use crate::{
    Account, Branch, Epoch, Magnitude, Model, ModelError, Operator, OperatorSetId, Result, Slashed,
    Strategy, Terms, Wad, allocations::Book,
};

/// Epochs from that of a proposal to that at whose start it has lapsed: what was guaranteed when it
/// was made is guaranteed no longer (P4), and nobody has to fear an older one (P5).
const LAPSE: u32 = 2;

/// A slash that was proposed and has neither been cancelled nor executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// The pool generation it was made in; in another it counts for nothing (P9).
    pub generation: u32,
    /// The allocation in force when it was proposed.
    pub magnitude: Magnitude,
    /// The fraction of it to take.
    pub wad: Wad,
    /// The timestamp before which the resolver can cancel it, and from which it can be executed.
    pub executable_from: u64,
    /// The timestamp from which it can be executed no more.
    pub lapses_at: u64,
}

impl Model {
    /// Proposes to take a fraction of the operator's allocation, by the slasher of a set with a
    /// challenge window. One proposal lives at a time for each allocation. A due change lands first.
    ///
    /// # Errors
    /// Anyone but the slasher, a set that slashes at once, a fraction above the cap, a proposal that
    /// lives, or nothing to take.
    pub fn propose_slash(
        &mut self,
        by: Account,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
        wad: Wad,
    ) -> Result<Proposal> {
        let Terms { slasher, window, cap, .. } = self.live_set(set)?.terms;
        if by != slasher {
            return Err(ModelError::NotSlasher { set, by });
        }
        if window == 0 {
            return Err(ModelError::SlashIsInstant { set });
        }
        if wad > cap {
            return Err(ModelError::FractionAboveCap { wad, cap });
        }
        if let Some(Proposal { lapses_at, .. }) = self.proposal(set, operator, strategy) {
            return Err(ModelError::ProposalPending { set, operator, strategy, lapses_at });
        }
        let book = self.book(set, operator, strategy);
        if wad.floor_of(book.base()) == Magnitude::ZERO {
            return Err(ModelError::SlashesNothing);
        }
        let (now, id) = (self.epoch(), self.pool_id(operator, strategy));
        let proposal = Proposal {
            generation: id.generation,
            magnitude: book.allocation.current,
            wad,
            executable_from: self.clock.now().saturating_add(window),
            lapses_at: self.clock.start_of(now.plus(LAPSE)),
        };
        self.write_book(set, operator, strategy, book);
        let last = self.allocations.proposals.insert((set, operator, strategy), proposal);
        self.reached(match last {
            None => Branch::ProposesFirst,
            Some(last) if last.generation == id.generation => Branch::ProposesAfterLapse,
            Some(_) => Branch::ProposesAfterGeneration,
        });
        self.allocations.contested.insert(id, now.plus(LAPSE));
        Ok(proposal)
    }

    /// Cancels a proposal: by the set's resolver before its window ends, by its slasher until it
    /// lapses, so that one that was a mistake or moves nothing does not hold up the next.
    ///
    /// # Errors
    /// Anyone else, no proposal that lives, or a resolver after the window.
    pub fn cancel_slash(
        &mut self,
        by: Account,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
    ) -> Result<()> {
        let Terms { slasher, resolver, .. } = self.operator_set(set)?.terms;
        if by != slasher && Some(by) != resolver {
            return Err(ModelError::NotResolver { set, by });
        }
        let proposal = self.living_proposal(set, operator, strategy)?;
        let end = proposal.executable_from;
        let open = self.clock.now() < end;
        if by != slasher && !open {
            return Err(ModelError::WindowOver { end });
        }
        self.allocations.proposals.remove(&(set, operator, strategy));
        self.reached(match (by == slasher, open) {
            (false, _) => Branch::ResolverCancels,
            (true, true) => Branch::SlasherCancelsInWindow,
            (true, false) => Branch::SlasherCancelsLater,
        });
        Ok(())
    }

    /// Executes a proposal whose window is over and that has not lapsed, by anyone: silence does not
    /// block a slash. It takes its fraction of the least of the allocation then and now and of what
    /// is left, under the epoch's cap. Where the cap or an empty pool is in the way, the proposal
    /// stays and can be tried again.
    ///
    /// # Errors
    /// No proposal that lives, a window that is open, more than the cap of the epoch, or nothing
    /// that would move.
    pub fn execute_slash(
        &mut self,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
    ) -> Result<Slashed> {
        let Terms { recipient, cap, .. } = self.operator_set(set)?.terms;
        let Proposal { magnitude, wad, executable_from: end, lapses_at, .. } =
            self.living_proposal(set, operator, strategy)?;
        if self.clock.now() < end {
            return Err(ModelError::WindowOpen { end });
        }
        let plan = self.plan_slash((set, operator, strategy), magnitude, wad, cap)?;
        if plan.moves_nothing() {
            return Err(ModelError::SlashesNothing);
        }
        self.allocations.proposals.remove(&(set, operator, strategy));
        let Book { allocation, budget } = self.book(set, operator, strategy);
        self.reached(match allocation.current.min(magnitude) {
            least if budget.left < least => Branch::ExecutesOfLeft,
            least if least < magnitude => Branch::ExecutesOfCurrent,
            least if least < allocation.current => Branch::ExecutesOfFixed,
            _ => Branch::ExecutesAsProposed,
        });
        let later = self.clock.now() + self.clock.epoch_length() >= lapses_at;
        self.reached_if(later, Branch::ExecutesInNextEpoch);
        Ok(self.write_slash(set, &plan, recipient))
    }

    /// The proposal that can still be executed, or that its window holds back. None of a retired
    /// set, none of an ended generation, and none that has lapsed.
    #[must_use]
    pub fn proposal(
        &self,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
    ) -> Option<Proposal> {
        let generation = self.pool_id(operator, strategy).generation;
        let proposal = self.allocations.proposals.get(&(set, operator, strategy))?;
        let lives = proposal.generation == generation
            && self.clock.now() < proposal.lapses_at
            && self.live_set(set).is_ok();
        lives.then_some(*proposal)
    }

    /// The first epoch in which no slash proposed so far against the pool can be executed any more.
    /// It errs to the safe side: cancelled and executed proposals count too.
    #[must_use]
    pub fn contested_until(&self, operator: Operator, strategy: Strategy) -> Option<Epoch> {
        self.allocations.contested.get(&self.pool_id(operator, strategy)).copied()
    }

    fn living_proposal(
        &self,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
    ) -> Result<Proposal> {
        self.proposal(set, operator, strategy).ok_or(ModelError::NoProposal {
            set,
            operator,
            strategy,
        })
    }
}
