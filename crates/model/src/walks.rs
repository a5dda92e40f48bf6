//! Walks over what is remembered, begun anywhere: what picks something at random need not list all.
//!
//! Each goes once round, in the order of the keys, beginning with the first that is not before
//! `from`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Account, Allocation, Epoch, Model, Operator, OperatorSetId, PoolId, Proposal, Strategy, U256,
};

impl Model {
    /// All positions that hold shares, of ended generations too.
    pub fn positions_from(
        &self,
        from: (PoolId, Account),
    ) -> impl Iterator<Item = (PoolId, Account)> {
        let held = round(&self.vault.positions, from).filter(|(_, history)| history.latest() > 0);
        held.map(|(key, _)| *key)
    }

    /// All exits that were not completed.
    pub fn exits_from(
        &self,
        from: (PoolId, Epoch, Account),
    ) -> impl Iterator<Item = (PoolId, Epoch, Account)> {
        round(&self.vault.exits, from).map(|(key, _)| *key)
    }

    /// All that spenders may transfer, by owner and spender; what is used up too.
    pub fn allowances_from(
        &self,
        from: (Account, Account, PoolId),
    ) -> impl Iterator<Item = ((Account, Account, PoolId), U256)> {
        round(&self.vault.allowances, from).map(|(key, amount)| (*key, *amount))
    }

    /// All credits.
    pub fn credits_from(
        &self,
        from: (Strategy, Account),
    ) -> impl Iterator<Item = (Strategy, Account)> {
        round(&self.vault.credits, from).map(|(key, _)| *key)
    }

    /// All memberships.
    pub fn members_from(
        &self,
        from: (OperatorSetId, Operator),
    ) -> impl Iterator<Item = (OperatorSetId, Operator)> {
        let members: &BTreeSet<_> = &self.allocations.members;
        members.range(from..).chain(members.range(..from)).copied()
    }

    /// All allocations as they were last written. What has come due since is in
    /// [`allocation`](Self::allocation) and not here.
    pub fn written_allocations_from(
        &self,
        from: (OperatorSetId, Operator, Strategy),
    ) -> impl Iterator<Item = ((OperatorSetId, Operator, Strategy), Allocation)> {
        round(&self.allocations.entries, from).map(|(key, allocation)| (*key, *allocation))
    }

    /// All proposals that were neither cancelled nor executed. Some may count for nothing:
    /// [`proposal`](Self::proposal) has only those that live.
    pub fn written_proposals_from(
        &self,
        from: (OperatorSetId, Operator, Strategy),
    ) -> impl Iterator<Item = ((OperatorSetId, Operator, Strategy), Proposal)> {
        round(&self.allocations.proposals, from).map(|(key, proposal)| (*key, *proposal))
    }
}

fn round<K: Ord + Copy, V>(map: &BTreeMap<K, V>, from: K) -> impl Iterator<Item = (&K, &V)> {
    map.range(from..).chain(map.range(..from))
}
