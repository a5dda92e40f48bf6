//! Positions that change hands, who may act for their owners, and credits.

use palisade_model::{Account, Action, Model, PoolId, U256};

use super::{AGENTS, Chooser, OTHERS, STEPS, actor, picks::Picks, receiver};
use crate::world::{SLASHERS, STAKERS, TREASURY};

impl Chooser {
    pub(super) fn transfer(&self, model: &Model, picks: &mut Picks) -> Action {
        let to = if picks.once_in(48) { Account::default() } else { picks.one(&STAKERS) };
        if picks.below(3) == 0
            && let Some((from, by, pool, amount)) = spendable(model, picks)
        {
            return Action::Transfer { by, from, to, pool, amount };
        }
        let (gated, ended) = (picks.once_in(8), picks.below(4) == 0);
        let (pool, from) = self.position(model, picks, |id, owner| {
            let current = model.pool_id(id.operator, id.strategy).generation;
            let suits = if gated {
                // Nothing else must stand in its way, in a later generation neither.
                id.generation > 0 && model.position_shares(id, owner) > 0
            } else {
                (id.generation < current) == ended
            };
            model.approver(id.operator).is_some() == gated && suits
        });
        let by = actor(model, picks, from);
        let to = if picks.once_in(16) { from } else { to };
        let amount = picks.part(model.position_shares(pool, from));
        Action::Transfer { by, from, to, pool, amount }
    }

    pub(super) fn approve(&self, model: &Model, picks: &mut Picks) -> Action {
        let ungated = |id: PoolId, _| model.approver(id.operator).is_none();
        let (pool, owner) = self.position(model, picks, ungated);
        let held = model.position_shares(pool, owner);
        let amount = match picks.below(16) {
            0..5 => U256::MAX,
            // So much that it seems endless, and is used up nevertheless.
            5 => U256::MAX - U256::ONE,
            _ => U256::from(picks.part(held)),
        };
        Action::Approve { owner, spender: picks.one(&AGENTS), pool, amount }
    }

    pub(super) fn collect_credit(&self, model: &Model, picks: &mut Picks) -> Action {
        let owner = if picks.once_in(2) { TREASURY } else { picks.one(&STAKERS) };
        let from = (self.token(picks), owner);
        let any = picks.once_in(24);
        let (strategy, owner) = model.credits_from(from).next().filter(|_| !any).unwrap_or(from);
        let receiver = receiver(model, picks, strategy, owner);
        let by = match picks.below(12) {
            0 => picks.one(&OTHERS),
            1..4 if receiver == owner => picks.one(&OTHERS),
            _ => actor(model, picks, owner),
        };
        Action::CollectCredit { by, owner, strategy, receiver }
    }
}

pub(super) fn set_operator(model: &Model, picks: &mut Picks) -> Action {
    let owner = match picks.below(6) {
        0 => TREASURY,
        1 => SLASHERS[0],
        _ => picks.one(&STAKERS),
    };
    let spender = picks.one(&AGENTS);
    let approved = model.is_operator(owner, spender) == (picks.below(4) == 0);
    Action::SetOperator { owner, spender, approved }
}

/// What a spender may transfer, or a little more than that.
fn spendable(model: &Model, picks: &mut Picks) -> Option<(Account, Account, PoolId, u128)> {
    let from = (picks.one(&STAKERS), picks.one(&AGENTS), PoolId::default());
    let near = model.allowances_from(from).take(2 * STEPS);
    let useful = |(owner, _, pool): &(Account, Account, PoolId)| {
        model.approver(pool.operator).is_none() && model.position_shares(*pool, *owner) > 0
    };
    let mut found = near.filter(|(_, amount)| !amount.is_zero());
    let ((owner, by, pool), allowed) = found.find(|(key, _)| useful(key))?;
    let held = model.position_shares(pool, owner);
    Some((owner, by, pool, picks.part(held.min(allowed.saturating_to()))))
}
