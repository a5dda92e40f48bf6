//! What the views are asked about.

use std::collections::BTreeSet;

use palisade_model::{Account, Epoch, Model, Operator, OperatorSetId, PoolId, Strategy};

use crate::world::{
    AUTHORITY, OPERATORS, RESOLVER, SERVICES, SLASHERS, STAKERS, STRANGER, TREASURY, World,
};

/// Everything that exists, and of each kind something that does not.
pub(super) struct Keys {
    pub(super) accounts: BTreeSet<Account>,
    /// Without the idle one.
    pub(super) operators: BTreeSet<Operator>,
    pub(super) tokens: Vec<Strategy>,
    pub(super) sets: BTreeSet<OperatorSetId>,
    /// Living generations.
    pub(super) pools: Vec<PoolId>,
    pub(super) positions: BTreeSet<(PoolId, Account)>,
    pub(super) now: Epoch,
}

impl Keys {
    pub(super) fn new(world: &World, model: &Model) -> Self {
        let mut operators = BTreeSet::from(OPERATORS);
        operators.extend(model.operators());
        operators.insert(STRANGER.into());
        let unknown = Strategy::from_u64(0x70e_0001);
        let tokens: Vec<_> = world.tokens.into_iter().chain([unknown]).collect();
        let mut accounts = BTreeSet::from([AUTHORITY, RESOLVER, STRANGER, TREASURY]);
        accounts.extend(STAKERS.into_iter().chain(SERVICES).chain(SLASHERS));
        accounts.extend(world.approvers);
        accounts.extend(operators.iter().map(|operator| operator.account()));
        accounts.extend(model.holders().map(|(_, account)| account));
        let mut sets: BTreeSet<_> = model.operator_sets().collect();
        sets.insert(OperatorSetId { avs: SERVICES[0], id: u32::MAX });
        let pool = |operator| tokens.iter().map(move |token| model.pool_id(operator, *token));
        let pools: Vec<_> = [Operator::IDLE]
            .iter()
            .chain(&operators)
            .flat_map(|operator| pool(*operator))
            .collect();
        let mut positions: BTreeSet<_> = model.former_positions().collect();
        positions.extend(pools.iter().map(|id| (*id, STRANGER)));
        Self { accounts, operators, tokens, sets, pools, positions, now: model.epoch() }
    }

    /// Epochs that have begun, each once: the first ones, the current one, and two in between that differ with `seed`.
    pub(super) fn past(&self, seed: usize) -> BTreeSet<Epoch> {
        let [one, other] = self.between(seed);
        BTreeSet::from([Epoch(0), Epoch(1), one, other, self.now])
    }

    /// Two epochs that have begun; which ones differs with `seed`.
    pub(super) fn between(&self, seed: usize) -> [Epoch; 2] {
        [7, 13].map(|step| {
            let epoch = (seed * step) % self.now.0.max(1) as usize;
            Epoch(u32::try_from(epoch).unwrap_or_default() + 1)
        })
    }
}
