//! What positions earn if no payment were ever rounded.

use std::collections::BTreeMap;

use super::{BigRational, Drift, Exact, Strayed, integer, zero};
use crate::{
    Account, Action, Broken, Epoch, LAST_EPOCH, Model, PoolId, Strategy, U256, Wad,
    rewards::FRACTION_BITS,
};

/// What a pool generation was paid in a token.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// What each position had earned when it was begun to follow, in 2^-64 units.
    earned: BTreeMap<Account, U256>,
    /// What was carried then.
    carried: U256,
    /// The payments since.
    payments: Vec<Payment>,
}

/// What stands in the model already.
pub(super) fn begun(model: &Model) -> BTreeMap<(PoolId, Strategy), Record> {
    let record = |(pool, token)| {
        let owners = model.former_positions().filter(|(id, _)| *id == pool);
        let earned = owners.map(|(_, owner)| (owner, model.earned(pool, token, owner, LAST_EPOCH)));
        let (earned, carried) = (earned.collect(), model.carried(pool, token));
        ((pool, token), Record { earned, carried, payments: Vec::new() })
    };
    model.rewarded().map(record).collect()
}

/// A payment to a pool generation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payment {
    epoch: Epoch,
    /// Less the commission.
    amount: u128,
    shares: u128,
}

impl Exact {
    /// All that a position earned in a token, exactly, in units of it.
    #[must_use]
    pub fn rewards(
        &self,
        model: &Model,
        pool: PoolId,
        token: Strategy,
        owner: Account,
    ) -> BigRational {
        let Some(record) = self.rewards.get(&(pool, token)) else { return zero() };
        let begun = integer(record.earned.get(&owner).copied().unwrap_or_default()) / scale();
        record.payments.iter().fold(begun, |sum, payment| {
            let held = held_at(model, pool, owner, payment.epoch);
            sum + of(payment.amount) * of(held) / of(payment.shares)
        })
    }

    /// How far what the position earned by the integers may stray from [`rewards`](Self::rewards), in
    /// units.
    #[must_use]
    pub fn rewards_bound(
        &self,
        model: &Model,
        pool: PoolId,
        token: Strategy,
        owner: Account,
    ) -> Drift {
        let (mut down, mut up) = (zero(), zero());
        let Some(record) = self.rewards.get(&(pool, token)) else { return Drift { down, up } };
        let mut before = integer(record.carried);
        for payment in &record.payments {
            let held = of(held_at(model, pool, owner, payment.epoch));
            down += held.clone();
            up += held * before / of(payment.shares);
            before = of(payment.shares);
        }
        let unit = scale();
        Drift { down: down / &unit, up: up / unit }
    }

    /// Remembers payments, and checks both bounds for all positions that an action paid or paid out.
    pub(super) fn follow_rewards(&mut self, model: &Model, action: &Action) -> Result<(), Broken> {
        match action {
            Action::Distribute { epoch, token, payments, .. } => {
                let mut touched = Vec::with_capacity(payments.len());
                for payment in payments {
                    let (operator, strategy) = (payment.operator, payment.strategy);
                    let pool = model.pool_id_at(operator, strategy, *epoch).unwrap_or_default();
                    let shares = model.total_shares_at(pool, *epoch).unwrap_or_default();
                    let rate = model.commission_at(operator, *epoch).unwrap_or_default();
                    // Rounded down, for the stakers.
                    let kept = (of(payment.amount) * of(rate.0.into()) / of(Wad::ONE.0.into()))
                        .to_integer();
                    let kept = u128::try_from(kept).unwrap_or(u128::MAX);
                    let amount = payment.amount.saturating_sub(kept);
                    let payment = Payment { epoch: *epoch, amount, shares };
                    let record = self.rewards.entry((pool, *token)).or_default();
                    record.payments.push(payment);
                    touched.push((pool, *token));
                }
                touched.into_iter().try_for_each(|(pool, token)| {
                    let owners = model.former_positions().filter(|(id, _)| *id == pool);
                    owners
                        .map(|(_, owner)| owner)
                        .try_for_each(|owner| self.judge_rewards(model, pool, token, owner))
                })
            }
            Action::ClaimRewards { owner, claims, .. } => claims
                .iter()
                .try_for_each(|claim| self.judge_rewards(model, claim.pool, claim.token, *owner)),
            _ => Ok(()),
        }
    }

    fn judge_rewards(
        &self,
        model: &Model,
        pool: PoolId,
        token: Strategy,
        owner: Account,
    ) -> Result<(), Broken> {
        let earned = model.earned(pool, token, owner, LAST_EPOCH);
        let paid_out = of(model.claimed_of(pool, token, owner).units());
        let worth = integer(earned) / scale();
        let exact = self.rewards(model, pool, token, owner);
        let drift = self.rewards_bound(model, pool, token, owner);
        let is_within = &exact - &drift.down <= worth && worth <= &exact + &drift.up;
        if is_within && paid_out <= worth {
            return Ok(());
        }
        let strayed = Box::new(Strayed { worth, exact, drift });
        Err(Broken::RewardsDrift { pool, token, owner, strayed })
    }
}

fn held_at(model: &Model, pool: PoolId, owner: Account, epoch: Epoch) -> u128 {
    model.shares_at(pool, owner, epoch).unwrap_or_default()
}

fn of(number: u128) -> BigRational {
    integer(U256::from(number))
}

/// What a unit is scaled by.
fn scale() -> BigRational {
    integer(U256::ONE << FRACTION_BITS)
}
