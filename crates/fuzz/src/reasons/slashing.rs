//! What the allocation manager refuses of slashes and of proposals.

use alloy::primitives::{Address, U256, aliases::U192};
use palisade_bindings::AllocationManager::{self as M, AllocationManagerErrors as E};
use palisade_model::{Action as A, Magnitude, Operator, OperatorSet, OperatorSetId, Strategy, Wad};

use super::Refused;
use crate::{
    expect::{or_nobody, packed},
    world::{address, operator, strategy, wad},
};

/// The promise of one pool to one set.
type Key = (OperatorSetId, Operator, Strategy);

/// What a slash of one allocation comes to, its cap aside.
struct Demand {
    /// What the epoch's slashes took before.
    before: Magnitude,
    /// The most that it could take.
    reach: Magnitude,
    /// What it takes.
    taken: Magnitude,
    /// Whether a token moves.
    moves: bool,
}

impl Refused<'_> {
    pub(super) fn by_slash(&self, error: &E) -> bool {
        let terms = |id: &OperatorSetId| self.model.operator_set(*id).map(|it| &it.terms);
        match (error, self.action) {
            (
                E::NotSlasher(e),
                A::Slash { by, set: id, .. } | A::ProposeSlash { by, set: id, .. },
            ) => {
                let record = self.model.operator_set(*id);
                e.set == packed(*id)
                    && e.sender == address(*by)
                    && record.is_ok_and(|record| !record.retired && record.terms.slasher != *by)
            }
            (E::SlashMustBeProposed(e), A::Slash { set: id, .. }) => {
                e.set == packed(*id) && terms(id).is_ok_and(|terms| terms.window > 0)
            }
            (E::BadFraction(e), A::Slash { fractions, .. }) => {
                let is_bad = |part: &Wad| *part > Wad::ONE && wad(*part) == e.wad;
                fractions.iter().any(|(_, part)| is_bad(part))
            }
            (E::CapExceeded(e), A::Slash { set: id, operator: who, fractions, .. }) => fractions
                .iter()
                .any(|(token, part)| self.exceeds(e, (*id, *who, *token), Magnitude::WHOLE, *part)),
            (
                E::CapExceeded(e),
                &A::ExecuteSlash { set: id, operator: who, strategy: token, .. },
            ) => {
                let proposal = self.model.proposal(id, who, token);
                proposal.is_some_and(|it| self.exceeds(e, (id, who, token), it.magnitude, it.wad))
            }
            (E::NothingToSlash(e), A::Slash { set: id, operator: who, fractions, .. }) => {
                let moves = |(token, part): &(Strategy, Wad)| {
                    self.demand((*id, *who, *token), Magnitude::WHOLE, *part).moves
                };
                e.set == packed(*id) && e.operator == operator(*who) && !fractions.iter().any(moves)
            }
            (
                E::NothingToSlash(e),
                &A::ExecuteSlash { set: id, operator: who, strategy: token, .. },
            ) => {
                let proposal = self.model.proposal(id, who, token);
                let moves = |magnitude, part| self.demand((id, who, token), magnitude, part).moves;
                e.set == packed(id)
                    && e.operator == operator(who)
                    && proposal.is_some_and(|it| !moves(it.magnitude, it.wad))
            }
            (
                E::NothingToSlash(e),
                &A::ProposeSlash { set: id, operator: who, strategy: token, wad: part, .. },
            ) => {
                let demand = self.demand((id, who, token), Magnitude::WHOLE, part);
                e.set == packed(id)
                    && e.operator == operator(who)
                    && demand.taken == Magnitude::ZERO
            }
            _ => false,
        }
    }

    /// What a slash comes to that takes a part of the allocation, or of `most` where that is less.
    fn demand(&self, (id, who, strategy): Key, most: Magnitude, part: Wad) -> Demand {
        let now = self.model.epoch();
        let allocation = self.model.allocation(id, who, strategy);
        let left = self.model.budget_found(id, who, strategy).left;
        let reach = allocation.current.min(left);
        let taken = part.floor_of(reach.min(most));
        let generation = self.model.pool_id(who, strategy);
        let exits = |ahead| self.model.bucket(generation, now.plus(ahead)).assets;
        let parts = [self.model.pool(who, strategy).assets, exits(1), exits(2)];
        let moves = |assets| U256::from(assets) * U256::from(taken.0) >= U256::from(left.0);
        let before = allocation.taken_during(now);
        Demand { before, reach, taken, moves: parts.into_iter().any(moves) }
    }

    /// Whether a slash takes more than the cap of its epoch, and just as much as is said.
    fn exceeds(&self, error: &M::CapExceeded, key: Key, most: Magnitude, part: Wad) -> bool {
        let Ok(OperatorSet { terms, .. }) = self.model.operator_set(key.0) else { return false };
        let Demand { before, reach, taken, moves } = self.demand(key, most, part);
        let (taken, cap) =
            (before.saturating_add(taken), terms.cap.floor_of(before.saturating_add(reach)));
        *error
            == M::CapExceeded {
                strategy: strategy(key.2),
                taken: U256::from(taken.0),
                cap: U256::from(cap.0),
            }
            && taken > cap
            && moves
    }

    pub(super) fn by_proposal(&self, error: &E) -> bool {
        let (model, now) = (self.model, self.model.clock().now());
        let proposal = self.proposal_key().map(|key| (key, model.proposal(key.0, key.1, key.2)));
        match (error, self.action) {
            (E::SlashIsInstant(e), A::ProposeSlash { set: id, .. }) => {
                let record = model.operator_set(*id);
                e.set == packed(*id) && record.is_ok_and(|record| record.terms.window == 0)
            }
            (E::FractionAboveCap(e), A::ProposeSlash { set: id, wad: part, .. }) => {
                let record = model.operator_set(*id);
                e.wad == wad(*part)
                    && record.is_ok_and(|record| e.cap == wad(record.terms.cap))
                    && e.wad > e.cap
            }
            (E::ProposalPending(e), A::ProposeSlash { .. }) => {
                proposal.is_some_and(|(key, found)| {
                    (e.set, e.operator, e.strategy) == named(key)
                        && found.is_some_and(|it| e.lapsesAt == U256::from(it.lapses_at))
                })
            }
            (E::NoProposal(e), A::CancelSlash { .. } | A::ExecuteSlash { .. }) => proposal
                .is_some_and(|(key, found)| {
                    (e.set, e.operator, e.strategy) == named(key) && found.is_none()
                }),
            (E::NotResolver(e), A::CancelSlash { by, set: id, .. }) => {
                // A retired set has no slasher; its resolver it keeps.
                let may =
                    model.operator_set(*id).is_ok_and(|OperatorSet { terms, retired, .. }| {
                        (!retired && terms.slasher == *by)
                            || or_nobody(terms.resolver) == address(*by)
                    });
                e.set == packed(*id) && e.sender == address(*by) && !may
            }
            (E::WindowOver(e), A::CancelSlash { by, set: id, .. }) => {
                let end = proposal.and_then(|(_, found)| found).map(|it| it.executable_from);
                end.is_some_and(|end| e.end == U256::from(end) && end <= now)
                    && model.operator_set(*id).is_ok_and(|record| record.terms.slasher != *by)
            }
            (E::WindowOpen(e), A::ExecuteSlash { .. }) => {
                let end = proposal.and_then(|(_, found)| found).map(|it| it.executable_from);
                end.is_some_and(|end| e.end == U256::from(end) && end > now)
            }
            _ => false,
        }
    }

    /// Which promise a proposal is about.
    fn proposal_key(&self) -> Option<Key> {
        match *self.action {
            A::ProposeSlash { set: id, operator: who, strategy: token, .. }
            | A::CancelSlash { set: id, operator: who, strategy: token, .. }
            | A::ExecuteSlash { set: id, operator: who, strategy: token, .. } => {
                Some((id, who, token))
            }
            _ => None,
        }
    }
}

/// A promise, as the contracts name it.
fn named((id, who, token): Key) -> (U192, Address, Address) {
    (packed(id), operator(who), strategy(token))
}
