//! Rewards: who pays, who claims, and what operators keep.

use palisade_model::{
    Account, Action, Claim, Epoch, LAST_EPOCH, MAX_COMMISSION, Model, Operator, Payment, PoolId,
    Strategy, Wad,
};

use super::{Chooser, OTHERS, STEPS, actor, picks::Picks};
use crate::world::{STAKERS, STRANGER, TREASURY};

/// The most that is paid at a time, most often: enough that it divides, little enough to go on.
const MOST_PAID: u128 = 1 << 70;

impl Chooser {
    /// A token that is paid: one that is staked too, or the one that is not.
    fn reward(&self, picks: &mut Picks) -> Strategy {
        if picks.below(3) == 0 { self.coin } else { self.token(picks) }
    }

    pub(super) fn distribute(&self, model: &Model, picks: &mut Picks) -> Action {
        let by = if picks.once_in(48) { STRANGER } else { picks.one(&STAKERS) };
        let token = self.reward(picks);
        let closed = model.closed_epoch();
        let epoch = match picks.below(32) {
            0 => closed.plus(1),
            1 => Epoch(closed.0.saturating_sub(1)),
            _ => closed,
        };
        let count = match picks.below(16) {
            0 => 0,
            1..9 => 1,
            9..13 => 2,
            _ => 3,
        };
        let mut payments: Vec<Payment> = Vec::with_capacity(count);
        for _ in 0..count {
            let anything = picks.once_in(24);
            let earns = |id: PoolId, _| {
                let alive = model.pool_id_at(id.operator, id.strategy, closed);
                let shares = model.total_shares_at(id, closed).unwrap_or_default();
                anything || id.operator != Operator::IDLE && alive == Ok(id) && shares > 0
            };
            let (id, _) = self.position(model, picks, earns);
            let again = payments.first().filter(|_| picks.below(4) == 0);
            let (operator, strategy) =
                again.map_or((id.operator, id.strategy), |it| (it.operator, it.strategy));
            let balance = model.balance(token, by);
            let amount = match picks.below(40) {
                0 => 0,
                1 => u128::MAX,
                2 => u128::MAX / 2,
                3 => balance.saturating_add(1),
                4 => balance,
                5..9 => 1,
                9..14 => picks.up_to(1_000),
                _ => picks.up_to(balance.min(MOST_PAID)),
            };
            payments.push(Payment { operator, strategy, amount });
        }
        Action::Distribute { by, epoch, token, payments }
    }

    pub(super) fn set_commission(&self, model: &Model, picks: &mut Picks) -> Action {
        let operator = self.operator(picks);
        let announced = model.commission_at(operator, LAST_EPOCH).unwrap_or_default();
        let rate = match picks.below(24) {
            0 => Wad(MAX_COMMISSION.0 + 1),
            1 => Wad(u64::MAX),
            2 => MAX_COMMISSION,
            3 => announced,
            4 => model.commission_at(operator, model.epoch()).unwrap_or_default(),
            5 | 6 => Wad(0),
            7..13 => Wad(announced.0 / 2),
            13..18 => Wad(announced.0.saturating_add(1).min(MAX_COMMISSION.0)),
            _ => Wad(picks.up_to_long(MAX_COMMISSION.0)),
        };
        Action::SetCommission { operator, rate }
    }

    pub(super) fn collect_commission(&self, model: &Model, picks: &mut Picks) -> Action {
        let any = self.operator(picks);
        let skipped = picks.below(4);
        let found = model.commissions().filter(|key| key.0 == any).nth(skipped);
        let found = found.or_else(|| model.commissions().next());
        let (operator, token) = found.unwrap_or((any, self.coin));
        let mut tokens = vec![token];
        if picks.below(2) == 0 {
            tokens.extend([self.reward(picks), self.reward(picks)]);
        }
        let owner = operator.account();
        let (by, receiver) = Self::sends(model, picks, owner);
        Action::CollectCommission { by, operator, receiver, tokens }
    }

    pub(super) fn claim_rewards(&self, model: &Model, picks: &mut Picks) -> Action {
        let (operator, strategy) = (self.operator(picks), self.token(picks));
        let anywhere = PoolId { operator, strategy, generation: 0 };
        let mut near = model.rewarded_from((anywhere, self.reward(picks))).take(2 * STEPS);
        let (pool, token) = near.next().unwrap_or((anywhere, self.coin));
        let due = |owner| {
            model.claimable(owner, LAST_EPOCH, &[Claim { pool, token }]).iter().any(|due| *due > 0)
        };
        let owner = picks.first(&STAKERS, due).unwrap_or_else(|| picks.one(&STAKERS));
        let mut claims = vec![Claim { pool, token }];
        for _ in 0..picks.below(3) {
            claims.push(match near.next() {
                Some((pool, token)) if picks.below(6) > 0 => Claim { pool, token },
                // Twice, or what was never paid.
                _ if picks.below(2) == 0 => Claim { pool, token },
                _ => Claim { pool: anywhere, token: self.reward(picks) },
            });
        }
        let claimed = model.claimed_of(pool, token, owner).through;
        let through = match picks.below(16) {
            0 => Epoch(0),
            1 => claimed,
            2 => Epoch(claimed.0.saturating_sub(1)),
            3 | 4 => claimed.plus(1 + picks.few(3)),
            5 | 6 => Epoch(model.closed_epoch().0.saturating_sub(picks.few(4))),
            7 => model.epoch(),
            8..12 => model.closed_epoch(),
            _ => Epoch(u32::MAX),
        };
        let (by, receiver) = Self::sends(model, picks, owner);
        Action::ClaimRewards { by, owner, receiver, through, claims }
    }

    /// Who has rewards of an owner sent, and where to.
    fn sends(model: &Model, picks: &mut Picks, owner: Account) -> (Account, Account) {
        let named = model.recipient_of(owner);
        if !named.is_zero() && picks.below(2) == 0 {
            return (picks.one(&OTHERS), named);
        }
        let receiver = match picks.below(24) {
            0 => Account::default(),
            1..6 => picks.one(&STAKERS),
            6 => TREASURY,
            _ => owner,
        };
        (actor(model, picks, owner), receiver)
    }

    pub(super) fn set_recipient(&self, model: &Model, picks: &mut Picks) -> Action {
        let operator = self.operator(picks).account();
        let owner = if picks.below(4) == 0 { operator } else { picks.one(&STAKERS) };
        let cleared = !model.recipient_of(owner).is_zero() && picks.below(2) == 0;
        let recipient = match picks.below(8) {
            _ if cleared => Account::default(),
            0 => owner,
            1 => TREASURY,
            _ => picks.one(&STAKERS),
        };
        Action::SetRecipient { owner, recipient }
    }
}
