//! Stake that enters, leaves and moves.

use palisade_model::{
    Account, Action, Epoch, Magnitude, Model, Operator, Pool, PoolId, Strategy, U256,
};

use super::{Chooser, STEPS, actor, picks::Picks, receiver};
use crate::world::{STAKERS, STRANGER};

/// A position, or what of it is looked for.
type Position = (PoolId, Account);

impl Chooser {
    pub(super) fn deposit(&self, model: &Model, picks: &mut Picks) -> Action {
        let strategy = self.token(picks);
        let owns = |staker| model.balance(strategy, staker) > 0;
        let from = picks.first(&STAKERS, owns).unwrap_or(STAKERS[0]);
        let from = if picks.once_in(64) { STRANGER } else { from };
        let operator = self.target(model, picks, from, strategy);
        let gated = model.approver(operator).is_some();
        let another = picks.below(8) == 0 && !gated || picks.once_in(48);
        let receiver = if another { picks.one(&STAKERS) } else { from };
        let receiver = if picks.once_in(96) { Account::default() } else { receiver };
        let assets = self.deposited(model, picks, strategy, from);
        let least = picks.least(minted(model.pool(operator, strategy), assets));
        Action::Deposit { from, strategy, operator, assets, min_shares: least, receiver }
    }

    fn deposited(&self, model: &Model, picks: &mut Picks, token: Strategy, from: Account) -> u128 {
        let balance = model.balance(token, from);
        let room = model.deposit_cap(token).saturating_sub(model.vault_balance(token));
        let most = if room == 0 { balance } else { balance.min(room) };
        match picks.below(48) {
            0 => 0,
            1 => room.saturating_add(1),
            2 => balance.saturating_add(1),
            3 => u128::MAX,
            4 | 5 => room,
            6 => most,
            7..10 => 1,
            10..14 => most.min(5_000),
            // Enough that parts of it can be taken, and that it can be done often.
            14..34 => most.min(1 << 60),
            _ => picks.up_to(most.min(1 << 86)),
        }
    }

    /// To whom stake goes: an operator that takes it, if there is one, or the idle pool; now and then
    /// anybody.
    fn target(
        &self,
        model: &Model,
        picks: &mut Picks,
        staker: Account,
        token: Strategy,
    ) -> Operator {
        let now = model.clock().now();
        let takes = |of| {
            let admits = model.operator(of).map(|state| state.admits_from);
            let open = admits.is_ok_and(|from| from.is_some_and(|from| from <= model.epoch()));
            open && (model.approver(of).is_none()
                || model.admission(of, staker).deadline.is_some_and(|deadline| now <= deadline))
        };
        // Something is promised of little.
        let bare = |of| {
            let committed = model.budget(of, token).committed;
            committed > Magnitude::ZERO && model.pool(of, token).assets < 100_000
        };
        match picks.below(16) {
            0 => self.operator(picks),
            1..3 => Operator::IDLE,
            3..12 => {
                let found = picks.first(&self.operators, |of| bare(of) && takes(of));
                found.or_else(|| picks.first(&self.operators, takes)).unwrap_or(Operator::IDLE)
            }
            _ => picks.first(&self.operators, takes).unwrap_or(Operator::IDLE),
        }
    }

    /// Somewhere among the pools.
    fn anywhere(&self, model: &Model, picks: &mut Picks) -> Position {
        let (operator, strategy) = (self.operator(picks), self.token(picks));
        let current = model.pool_id(operator, strategy).generation;
        let generation = current.saturating_sub(picks.below(3) as u32);
        (PoolId { operator, strategy, generation }, picks.one(&STAKERS))
    }

    /// A position; the first that suits after a random one, if there is one near it.
    pub(super) fn position(
        &self,
        model: &Model,
        picks: &mut Picks,
        suits: impl Fn(PoolId, Account) -> bool,
    ) -> Position {
        let from = self.anywhere(model, picks);
        let near = || model.positions_from(from).take(2 * STEPS);
        let found = near().find(|(id, owner)| suits(*id, *owner));
        found.or_else(|| near().next()).unwrap_or(from)
    }

    /// A position that can be left at once: what is left of a renewed generation, or idle stake.
    fn loose(&self, model: &Model, picks: &mut Picks) -> Position {
        if picks.once_in(32) {
            return self.position(model, picks, |_, _| true);
        }
        if picks.below(2) == 0 {
            let (id, owner) = self.position(model, picks, |id, owner| {
                model.was_renewed(id) && model.position_value(id, owner) > 0
            });
            if model.was_renewed(id) {
                return (id, owner);
            }
        }
        let (strategy, owner) = (self.token(picks), picks.one(&STAKERS));
        let idle = PoolId { operator: Operator::IDLE, strategy, generation: 0 };
        model.positions_from((idle, owner)).next().unwrap_or((idle, owner))
    }

    pub(super) fn withdraw(&self, model: &Model, picks: &mut Picks) -> Action {
        let (pool, owner) = self.loose(model, picks);
        let by = actor(model, picks, owner);
        let shares = picks.part(model.position_shares(pool, owner));
        let receiver = receiver(model, picks, pool.strategy, owner);
        Action::Withdraw { by, owner, pool, shares, receiver }
    }

    pub(super) fn delegate(&self, model: &Model, picks: &mut Picks) -> Action {
        let (pool, owner) = self.loose(model, picks);
        let by = actor(model, picks, owner);
        let held = model.position_shares(pool, owner);
        let shares = picks.part(held);
        let back = picks.below(5) == 0;
        let to = if back { pool.operator } else { self.target(model, picks, owner, pool.strategy) };
        let worth = value(model, pool, owner, shares, held);
        let least = picks.least(minted(model.pool(to, pool.strategy), worth));
        Action::Delegate { by, owner, pool, shares, to, min_shares: least }
    }

    pub(super) fn queue_withdrawal(&self, model: &Model, picks: &mut Picks) -> Action {
        let anything = picks.once_in(32);
        let (pool, owner) = self.position(model, picks, |id, owner| {
            let at_risk = id.operator != Operator::IDLE
                && model.pool_id(id.operator, id.strategy).generation == id.generation;
            anything || at_risk && model.position_value(id, owner) > 0
        });
        let by = actor(model, picks, owner);
        let held = model.position_shares(pool, owner);
        let shares = picks.part(held);
        let min_assets = picks.least(value(model, pool, owner, shares, held));
        Action::QueueWithdrawal { by, owner, pool, shares, min_assets }
    }

    /// An exit, most often one that has matured.
    fn exit(&self, model: &Model, picks: &mut Picks, worth: bool) -> (PoolId, Epoch, Account) {
        let (id, owner) = self.anywhere(model, picks);
        let now = model.epoch();
        let from = (id, now, owner);
        let any = picks.once_in(16);
        let near = || model.exits_from(from).take(2 * STEPS);
        let found = near().find(|&(id, epoch, owner)| {
            any || epoch <= now && (!worth || model.exit_value(id, epoch, owner) > 0)
        });
        found.or_else(|| near().next()).unwrap_or(from)
    }

    pub(super) fn complete_withdrawal(&self, model: &Model, picks: &mut Picks) -> Action {
        let (pool, epoch, owner) = self.exit(model, picks, false);
        let by = actor(model, picks, owner);
        let receiver = receiver(model, picks, pool.strategy, owner);
        Action::CompleteWithdrawal { by, owner, pool, epoch, receiver }
    }

    pub(super) fn redelegate(&self, model: &Model, picks: &mut Picks) -> Action {
        let (pool, epoch, owner) = self.exit(model, picks, true);
        let by = actor(model, picks, owner);
        let back = picks.below(5) == 0;
        let to = if back { pool.operator } else { self.target(model, picks, owner, pool.strategy) };
        let worth = model.exit_value(pool, epoch, owner);
        let min_shares = picks.least(minted(model.pool(to, pool.strategy), worth));
        Action::Redelegate { by, owner, pool, epoch, to, min_shares }
    }
}

/// How many shares a pool gives for assets.
fn minted(pool: Pool, assets: u128) -> u128 {
    if pool.shares == 0 {
        return assets;
    }
    let product = U256::from(assets) * U256::from(pool.shares);
    product.checked_div(U256::from(pool.assets)).unwrap_or_default().saturating_to()
}

/// What some shares of a position yield, about.
fn value(model: &Model, id: PoolId, owner: Account, shares: u128, held: u128) -> u128 {
    let pool = model.pool(id.operator, id.strategy);
    if pool.generation == id.generation && shares <= held {
        return pool.value_of(shares);
    }
    model.position_value(id, owner)
}
