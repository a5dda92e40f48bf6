//! Who has joined which set, and how a membership ends.
//!
//! A membership is a promise of nothing: slashing reads allocations. So leaving lowers every
//! allocation with the notice that a lowering has (P4), and who left promises nothing new.

use crate::{
    Branch, Epoch, Magnitude, Model, ModelError, Operator, OperatorSetId, Pausable, Result,
    Strategy,
    allocations::{Allocation, Book},
    clock::LOWERING_NOTICE,
};

impl Model {
    /// Joins a set, by the operator. Membership alone promises nothing; raises do.
    ///
    /// # Errors
    /// A pause, no such set or a retired one, an operator that is not registered or a member
    /// already, or one that left and whose allocations have not all been settled to nothing.
    pub fn join(&mut self, operator: Operator, id: OperatorSetId) -> Result<()> {
        self.require_running(Pausable::Join)?;
        self.live_set(id)?;
        self.operator(operator)?;
        if self.is_member(operator, id) {
            return Err(ModelError::AlreadyMember { set: id, operator });
        }
        let allocations = self.counted(operator, id);
        if !allocations.is_empty() {
            let allocations = allocations.len();
            return Err(ModelError::AllocationsRemain { set: id, operator, allocations });
        }
        self.allocations.members.insert((id, operator));
        let again = self.entries_of(operator, id).next().is_some();
        self.reached(if again { Branch::JoinsAgain } else { Branch::JoinsFresh });
        Ok(())
    }

    /// Ends a membership, by the operator. `strategies` names all that [`counted`](Self::counted)
    /// lists, and any others. Returns from when each allocation is nothing: one in force is lowered
    /// with full notice, and what is not in force is nothing at once.
    ///
    /// # Errors
    /// No member, strategies that leave one out or are not in ascending order, or a pending lowering
    /// to something: it stands until it lands.
    pub fn leave(
        &mut self,
        operator: Operator,
        id: OperatorSetId,
        strategies: &[Strategy],
    ) -> Result<Vec<(Strategy, Epoch)>> {
        self.end_membership(operator, id, strategies, false)
    }

    /// Ends a membership, by the AVS. As [`leave`](Self::leave), but that a pending lowering becomes
    /// one to nothing, on its day.
    ///
    /// # Errors
    /// As for [`leave`](Self::leave), but for the pending lowering.
    pub fn eject(
        &mut self,
        operator: Operator,
        id: OperatorSetId,
        strategies: &[Strategy],
    ) -> Result<Vec<(Strategy, Epoch)>> {
        self.end_membership(operator, id, strategies, true)
    }

    /// Whether the operator has joined the set, and has not left.
    #[must_use]
    pub fn is_member(&self, operator: Operator, id: OperatorSetId) -> bool {
        self.allocations.members.contains(&(id, operator))
    }

    /// The strategies of which the operator's allocation to the set is written as something,
    /// whether or not it has become nothing since and waits to be settled.
    #[must_use]
    pub fn counted(&self, operator: Operator, id: OperatorSetId) -> Vec<Strategy> {
        let entries = self.entries_of(operator, id);
        let counted = entries.filter(|(_, allocation)| allocation.side() > Magnitude::ZERO);
        counted.map(|(strategy, _)| strategy).collect()
    }

    fn entries_of(
        &self,
        operator: Operator,
        id: OperatorSetId,
    ) -> impl Iterator<Item = (Strategy, Allocation)> {
        let of_all = (id, operator, Strategy([0; 20]))..=(id, operator, Strategy([u8::MAX; 20]));
        let entries = self.allocations.entries.range(of_all);
        entries.map(|((_, _, strategy), allocation)| (*strategy, *allocation))
    }

    fn end_membership(
        &mut self,
        operator: Operator,
        id: OperatorSetId,
        strategies: &[Strategy],
        ejected: bool,
    ) -> Result<Vec<(Strategy, Epoch)>> {
        if !self.is_member(operator, id) {
            return Err(ModelError::NotMember { set: id, operator });
        }
        require_ascending(strategies.iter().copied())?;
        let counted = self.counted(operator, id);
        let named = counted.iter().filter(|strategy| strategies.contains(strategy)).count();
        if named < counted.len() {
            let allocations = counted.len();
            return Err(ModelError::AllocationsUnnamed { set: id, operator, allocations, named });
        }
        let now = self.epoch();
        let abandon = |&strategy: &Strategy| {
            let mut book = self.book(id, operator, strategy);
            let (allocation, branch) = book.allocation.abandoned(now, ejected)?;
            book.rewrite(allocation);
            Ok((strategy, book, branch))
        };
        let books =
            counted.iter().map(abandon).collect::<Result<Vec<(Strategy, Book, Branch)>>>()?;

        // Strategies share neither pool nor budget, so the books do not touch one another.
        for &(strategy, book, branch) in &books {
            self.write_book(id, operator, strategy, book);
            self.reached(branch);
        }
        self.allocations.members.remove(&(id, operator));
        self.reached(if ejected { Branch::Ejects } else { Branch::Leaves });
        self.reached_if(self.live_set(id).is_err(), Branch::EndsRetired);
        self.reached_if(counted.is_empty(), Branch::EndsUncounted);
        self.reached_if(strategies.len() > named, Branch::NamesUncounted);
        let effective = |book: &Book| book.allocation.effective.unwrap_or(now);
        Ok(books.iter().map(|(strategy, book, _)| (*strategy, effective(book))).collect())
    }
}

/// Whoever names strategies names them in ascending order: none of them twice, and not the zero address.
pub(crate) fn require_ascending(strategies: impl IntoIterator<Item = Strategy>) -> Result<()> {
    let mut previous = Strategy::default();
    for strategy in strategies {
        if strategy <= previous {
            return Err(ModelError::StrategiesNotAscending { previous, strategy });
        }
        previous = strategy;
    }
    Ok(())
}

impl Allocation {
    /// The allocation on its way to nothing, and which way that is.
    fn abandoned(self, now: Epoch, ejected: bool) -> Result<(Self, Branch)> {
        let Self { current, next, effective, .. } = self;
        match effective {
            // Nothing is in force: a pending raise is withdrawn.
            _ if current == Magnitude::ZERO => {
                let raise = next > Magnitude::ZERO;
                let branch =
                    if raise { Branch::EndsRaiseFromNothing } else { Branch::EndsAtNothing };
                Ok((self.settled_at(Magnitude::ZERO), branch))
            }
            Some(effective) if next < current => {
                if next > Magnitude::ZERO && !ejected {
                    return Err(ModelError::LoweringPending { effective });
                }
                let lowered = next > Magnitude::ZERO;
                let branch = if lowered {
                    Branch::EjectsPendingLowering
                } else {
                    Branch::EndsByPendingLowering
                };
                Ok((self.pending(Magnitude::ZERO, effective), branch))
            }
            _ => {
                let raise = effective.is_some();
                let branch =
                    if raise { Branch::EndsRaiseByLowering } else { Branch::EndsByLowering };
                Ok((self.pending(Magnitude::ZERO, now.plus(LOWERING_NOTICE)), branch))
            }
        }
    }
}
