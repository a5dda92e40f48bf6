//! Who has joined which set, and how a membership ends.
//!
//! A membership is a promise of nothing: slashing reads allocations. So leaving lowers every
//! allocation with the notice that a lowering has (P4), and who left promises nothing new.

use crate::{
    Epoch, Magnitude, Model, ModelError, Operator, OperatorSetId, Pausable, Result, Strategy,
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
        let of_all = (id, operator, Strategy([0; 20]))..=(id, operator, Strategy([u8::MAX; 20]));
        let entries = self.allocations.entries.range(of_all);
        let counted = entries.filter(|(_, allocation)| allocation.side() > Magnitude::ZERO);
        counted.map(|((_, _, strategy), _)| *strategy).collect()
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
        if let Some(pair) = strategies.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(ModelError::StrategiesNotAscending {
                previous: pair[0],
                strategy: pair[1],
            });
        }
        let counted = self.counted(operator, id);
        let named = counted.iter().filter(|strategy| strategies.contains(strategy)).count();
        if named < counted.len() {
            let allocations = counted.len();
            return Err(ModelError::AllocationsUnnamed { set: id, operator, allocations, named });
        }
        let now = self.epoch();
        let abandon = |&strategy: &Strategy| {
            let mut book = self.book(id, operator, strategy);
            book.rewrite(book.allocation.abandoned(now, ejected)?);
            Ok((strategy, book))
        };
        let books = counted.iter().map(abandon).collect::<Result<Vec<(Strategy, Book)>>>()?;

        // Strategies share neither pool nor budget, so the books do not touch one another.
        for &(strategy, book) in &books {
            self.write_book(id, operator, strategy, book);
        }
        self.allocations.members.remove(&(id, operator));
        let effective = |book: &Book| book.allocation.effective.unwrap_or(now);
        Ok(books.iter().map(|(strategy, book)| (*strategy, effective(book))).collect())
    }
}

impl Allocation {
    /// The allocation on its way to nothing.
    fn abandoned(self, now: Epoch, ejected: bool) -> Result<Self> {
        let Self { current, next, effective, .. } = self;
        match effective {
            // Nothing is in force: a pending raise is withdrawn.
            _ if current == Magnitude::ZERO => Ok(self.settled_at(Magnitude::ZERO)),
            Some(effective) if next < current => {
                if next > Magnitude::ZERO && !ejected {
                    return Err(ModelError::LoweringPending { effective });
                }
                Ok(self.pending(Magnitude::ZERO, effective))
            }
            _ => Ok(self.pending(Magnitude::ZERO, now.plus(LOWERING_NOTICE))),
        }
    }
}
