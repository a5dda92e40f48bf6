//! What the allocation manager refuses.

use alloy::primitives::{Address, U256, aliases::U192};
use palisade_bindings::AllocationManager::{self as M, AllocationManagerErrors as E};
use palisade_model::{
    Action as A, Allocation, Budget, HIGHEST_CEILING, LEAST_MAGNITUDE, Magnitude, Operator,
    OperatorSetId, Strategy, Wad,
};

use super::Refused;
use crate::{
    expect::packed,
    world::{EPOCH_LENGTH, address, epoch, long, operator, strategy, wad},
};

impl Refused<'_> {
    pub(super) fn by_manager(&self, error: &E) -> bool {
        self.by_set(error)
            || self.by_membership(error)
            || self.by_allocation(error)
            || self.by_slash(error)
            || self.by_proposal(error)
    }

    fn by_set(&self, error: &E) -> bool {
        let known = |id: &OperatorSetId| self.model.operator_set(*id);
        match (error, self.action) {
            (E::NotAuthorized(e), _) => self.sent_for().is_some_and(|(is_allowed, account, by)| {
                e.account == account && e.sender == by && account != by && !is_allowed
            }),
            (E::SetExists(e), A::CreateOperatorSet { set: id, .. }) => {
                e.set == packed(*id) && known(id).is_ok()
            }
            (E::NoSuchSet(e), _) => {
                self.live().is_some_and(|id| e.set == packed(id) && known(&id).is_err())
            }
            (E::SetRetired(e), _) => self.live().is_some_and(|id| {
                e.set == packed(id) && known(&id).is_ok_and(|record| record.retired)
            }),
            (E::NoSlasher(_), A::CreateOperatorSet { terms, .. }) => terms.slasher.is_zero(),
            (E::BadCap(e), A::CreateOperatorSet { terms, .. }) => {
                e.cap == wad(terms.cap) && (terms.cap == Wad(0) || terms.cap > Wad::ONE)
            }
            (E::WindowTooLong(e), A::CreateOperatorSet { terms, .. }) => {
                e.window == long(terms.window)
                    && e.longest == U256::from(EPOCH_LENGTH / 2)
                    && e.window > e.longest
            }
            (E::BadRecipient(e), A::CreateOperatorSet { terms, .. }) => {
                let recipient = crate::calls::terms(terms).recipient;
                e.recipient == recipient && recipient == self.world.vault
            }
            (E::StrategyUnchanged(e), _) => self.accepts(e),
            (
                E::StrategyNotAccepted(e),
                A::CreateOperatorSet { set: id, .. }
                | A::AddStrategy { set: id, .. }
                | A::RemoveStrategy { set: id, .. },
            ) => e.set == packed(*id) && e.strategy.is_zero() && self.names(e.strategy),
            (E::DegreeCeilingOutOfRange(e), A::SetCeiling { ceiling, .. }) => {
                let (lowest, highest) = (wad(Wad::ONE), wad(HIGHEST_CEILING));
                let out = e.ceiling < lowest || e.ceiling > highest;
                e.ceiling == wad(*ceiling) && e.lowest == lowest && e.highest == highest && out
            }
            _ => false,
        }
    }

    /// Whether somebody was appointed to send this, for whom it is sent, and by whom.
    fn sent_for(&self) -> Option<(bool, Address, Address)> {
        let (account, function) = self.action.sent_for()?;
        let by = self.action.by()?;
        Some((self.model.is_appointed(account, by, function), address(account), address(by)))
    }

    /// The set that has to exist and not be retired.
    fn live(&self) -> Option<OperatorSetId> {
        match *self.action {
            A::AddStrategy { set: id, .. }
            | A::Retire { set: id, .. }
            | A::Join { set: id, .. }
            | A::Allocate { set: id, .. }
            | A::Slash { set: id, .. }
            | A::ProposeSlash { set: id, .. } => Some(id),
            _ => None,
        }
    }

    /// Whether the set accepts already what it is to accept, or does not what it is not to.
    fn accepts(&self, error: &M::StrategyUnchanged) -> bool {
        let accepts = |id, token: &Strategy| {
            self.model.operator_set(id).is_ok_and(|record| record.strategies.contains(token))
        };
        let (id, unchanged) = match *self.action {
            A::CreateOperatorSet { set: id, ref strategies, .. } => {
                let same = |token: &&Strategy| strategy(**token) == error.strategy;
                (id, strategies.iter().filter(same).count() > 1)
            }
            A::AddStrategy { set: id, strategy: ref token, .. } => (id, accepts(id, token)),
            A::RemoveStrategy { set: id, strategy: ref token, .. } => (id, !accepts(id, token)),
            _ => return false,
        };
        unchanged && error.set == packed(id) && self.names(error.strategy)
    }

    /// Whether the strategy is among those that the set is to accept, or no longer.
    fn names(&self, named: Address) -> bool {
        match self.action {
            A::CreateOperatorSet { strategies, .. } => {
                strategies.iter().any(|token| strategy(*token) == named)
            }
            A::AddStrategy { strategy: token, .. } | A::RemoveStrategy { strategy: token, .. } => {
                strategy(*token) == named
            }
            _ => false,
        }
    }

    fn by_membership(&self, error: &E) -> bool {
        let model = self.model;
        let is = |id: OperatorSetId, who: Operator, set: U192, named: Address| {
            packed(id) == set && operator(who) == named
        };
        match (error, self.action) {
            (E::AlreadyMember(e), &A::Join { operator: who, set: id, .. }) => {
                is(id, who, e.set, e.operator) && model.is_member(who, id)
            }
            (E::NotAnOperator(e), &A::Join { operator: who, .. }) => {
                e.operator == operator(who) && model.operator(who).is_err()
            }
            (E::AllocationsRemain(e), &A::Join { operator: who, set: id, .. }) => {
                is(id, who, e.set, e.operator)
                    && !e.allocations.is_zero()
                    && e.allocations == U256::from(model.counted(who, id).len())
            }
            (
                E::NotMember(e),
                &(A::Leave { operator: who, set: id, .. }
                | A::Eject { operator: who, set: id, .. }),
            ) => is(id, who, e.set, e.operator) && !model.is_member(who, id),
            (E::NotMember(e), &A::Allocate { operator: who, set: id, .. }) => {
                is(id, who, e.set, e.operator)
                    && !model.is_member(who, id)
                    && self.raise().is_some()
            }
            (
                E::AllocationsUnnamed(e),
                A::Leave { operator: who, set: id, strategies, .. }
                | A::Eject { operator: who, set: id, strategies, .. },
            ) => {
                let counted = model.counted(*who, *id);
                let named = counted.iter().filter(|token| strategies.contains(token)).count();
                is(*id, *who, e.set, e.operator)
                    && e.allocations == U256::from(counted.len())
                    && e.named == U256::from(named)
                    && named < counted.len()
            }
            (
                E::StrategiesNotAscending(e),
                A::Leave { strategies, .. } | A::Eject { strategies, .. },
            ) => is_first_descent(e, strategies.iter()),
            (E::StrategiesNotAscending(e), A::Slash { fractions, .. }) => {
                is_first_descent(e, fractions.iter().map(|(token, _)| token))
            }
            _ => false,
        }
    }

    fn by_allocation(&self, error: &E) -> bool {
        match (error, self.action) {
            (E::MagnitudeTooLarge(e), A::Allocate { target, .. }) => {
                e.magnitude == long(target.0) && *target > Magnitude::WHOLE
            }
            (E::MagnitudeTooSmall(e), A::Allocate { target, .. }) => {
                e.magnitude == long(target.0)
                    && e.least == U256::from(LEAST_MAGNITUDE.0)
                    && *target < LEAST_MAGNITUDE
                    && *target > Magnitude::ZERO
                    && self.allocation().is_some_and(|it| it.current != *target)
            }
            (E::MagnitudeUnchanged(e), A::Allocate { target, .. }) => {
                e.magnitude == long(target.0)
                    && self.allocation().is_some_and(|it| it.next == *target)
            }
            (E::LoweringPending(e), A::Allocate { .. }) => {
                self.allocation().is_some_and(|it| is_lowering(e, &it))
            }
            // To nothing it goes anyway.
            (E::LoweringPending(e), A::Leave { operator: who, set: id, strategies, .. }) => {
                let lowers =
                    |token: &Strategy| is_lowering(e, &self.model.allocation(*id, *who, *token));
                !e.next.is_zero() && strategies.iter().any(lowers)
            }
            (E::StrategyNotAccepted(e), A::Allocate { set: id, strategy: token, .. }) => {
                let record = self.model.operator_set(*id);
                e.set == packed(*id)
                    && e.strategy == strategy(*token)
                    && record.is_ok_and(|record| !record.strategies.contains(token))
                    && self.raise().is_some()
            }
            (E::TooLittleLeft(e), A::Allocate { .. }) => self.raise().is_some_and(|budget| {
                e.left == U256::from(budget.left.0)
                    && e.least == U256::from(LEAST_MAGNITUDE.0)
                    && budget.left < LEAST_MAGNITUDE
            }),
            (E::CeilingExceeded(e), A::Allocate { strategy: token, .. }) => {
                self.raise().is_some_and(|budget| {
                    let ceiling = self.model.ceiling(*token).floor_of(budget.left);
                    e.committed == U256::from(budget.committed.0)
                        && e.ceiling == U256::from(ceiling.0)
                        && budget.committed > ceiling
                })
            }
            (E::StillCommitted(e), A::Renew { operator: who, strategy: token, .. }) => {
                let committed = self.model.budget(*who, *token).committed;
                e.operator == operator(*who)
                    && e.strategy == strategy(*token)
                    && e.committed == U256::from(committed.0)
                    && committed > Magnitude::ZERO
            }
            // The only reason for which the model refuses it.
            (E::NothingToSettle(e), A::Settle { operator: who, set: id, strategy: token, .. }) => {
                e.set == packed(*id)
                    && e.operator == operator(*who)
                    && e.strategy == strategy(*token)
            }
            _ => false,
        }
    }

    /// The allocation that is to be changed.
    fn allocation(&self) -> Option<Allocation> {
        let A::Allocate { operator: who, set: id, strategy: token, .. } = *self.action else {
            return None;
        };
        Some(self.model.allocation(id, who, token))
    }

    /// The budget as it would be if the allocation were raised; `None` where it is to be lowered, or an announced raise
    /// to be less.
    pub(super) fn raise(&self) -> Option<Budget> {
        let A::Allocate { operator: who, set: id, strategy: token, target, .. } = *self.action
        else {
            return None;
        };
        let side = self.model.allocation(id, who, token).side();
        let Budget { left, committed } = self.model.budget_found(id, who, token);
        let committed = committed.saturating_sub(side).saturating_add(target);
        (target > side).then_some(Budget { left, committed })
    }
}

/// Whether the allocation is on its way down to what is said, when it is said.
fn is_lowering(error: &M::LoweringPending, allocation: &Allocation) -> bool {
    error.next == U256::from(allocation.next.0)
        && allocation.effective.map(epoch) == Some(error.effective)
        && allocation.next < allocation.current
}

/// Whether these are the first two of the strategies that do not ascend, from address zero.
fn is_first_descent<'a>(
    error: &M::StrategiesNotAscending,
    strategies: impl Iterator<Item = &'a Strategy>,
) -> bool {
    let mut previous = Address::ZERO;
    for token in strategies {
        let next = strategy(*token);
        if next <= previous {
            return error.previous == previous && error.strategy == next;
        }
        previous = next;
    }
    false
}
