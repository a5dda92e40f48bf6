//! What the rewards distributor refuses.

use std::collections::BTreeMap;

use alloy::primitives::U256;
use palisade_bindings::RewardsDistributor::RewardsDistributorErrors as E;
use palisade_model::{
    Account, Action as A, LAST_EPOCH, MAX_COMMISSION, Operator, Payment, Strategy, Wad,
};

use super::Refused;
use crate::world::{address, epoch, operator, strategy, wad, wide};

/// Rewards of a share have so many bits, and that many of them are for fractions.
const PER_SHARE_BITS: usize = 168;
const FRACTION_BITS: usize = 64;

impl Refused<'_> {
    pub(super) fn by_rewards(&self, error: &E) -> bool {
        let model = self.model;
        match (error, self.action) {
            (E::EpochNotPayable(e), A::Distribute { epoch: of, .. }) => {
                let closed = model.closed_epoch();
                e.epoch == epoch(*of) && e.closed == epoch(closed) && *of != closed
            }
            (E::IdlePool(e), A::Distribute { payments, .. }) => payments
                .iter()
                .any(|it| it.operator == Operator::IDLE && e.strategy == strategy(it.strategy)),
            (E::BadAmount(e), A::Distribute { payments, .. }) => payments.iter().any(|it| {
                e.operator == operator(it.operator)
                    && e.strategy == strategy(it.strategy)
                    && e.amount == wide(it.amount)
                    && (it.amount == 0 || e.amount.bit_len() > 128)
            }),
            (E::NoStake(e), A::Distribute { epoch: of, payments, .. }) => {
                let shares = |it: &Payment| {
                    let pool = model.pool_id_at(it.operator, it.strategy, *of).unwrap_or_default();
                    model.total_shares_at(pool, *of).unwrap_or_default()
                };
                payments.iter().any(|it| {
                    e.operator == operator(it.operator)
                        && e.strategy == strategy(it.strategy)
                        && e.epoch == epoch(*of)
                        && shares(it) == 0
                })
            }
            (E::RewardsOverflow(e), A::Distribute { .. }) => self.overflows_share(e.cumulative),
            (E::CommissionTooHigh(e), A::SetCommission { rate, .. }) => {
                e.rate == wad(*rate) && e.highest == wad(MAX_COMMISSION) && e.rate > e.highest
            }
            (E::CommissionUnchanged(e), A::SetCommission { operator: of, rate }) => {
                let announced = model.commission_at(*of, LAST_EPOCH);
                e.rate == wad(*rate) && announced == Ok(*rate)
            }
            (E::TransferFailed(e), _) => {
                self.sent().into_iter().any(|(token, receiver, amount)| {
                    e.token == strategy(token)
                        && e.receiver == address(receiver)
                        && e.amount == U256::from(amount)
                        && amount > 0
                        && !model.can_receive(token, receiver)
                })
            }
            _ => false,
        }
    }

    /// Whether one of the payments takes what a share was paid to this, which does not fit.
    fn overflows_share(&self, named: U256) -> bool {
        let A::Distribute { epoch: of, token, payments, .. } = self.action else { return false };
        let mut states = BTreeMap::new();
        for it in payments {
            let pool = self.model.pool_id_at(it.operator, it.strategy, *of).unwrap_or_default();
            let shares = self.model.total_shares_at(pool, *of).unwrap_or_default();
            let (sum, carried) = states.entry(pool).or_insert_with(|| {
                let sum = self.model.rewards_per_share(pool, *token, *of);
                (sum, self.model.carried(pool, *token))
            });
            let Wad(rate) = self.model.commission_at(it.operator, *of).unwrap_or_default();
            let kept = U256::from(it.amount) * U256::from(rate) / U256::from(Wad::ONE.0);
            let scaled = ((U256::from(it.amount) - kept) << FRACTION_BITS) + *carried;
            let Some(each) = scaled.checked_div(U256::from(shares)) else { return false };
            *sum += each;
            *carried = scaled - each * U256::from(shares);
            if sum.bit_len() > PER_SHARE_BITS {
                return *sum == named;
            }
        }
        false
    }

    /// What is sent at once: the token, to whom, how much.
    fn sent(&self) -> Vec<(Strategy, Account, u128)> {
        match *self.action {
            A::ClaimRewards { owner, receiver, through, ref claims, .. } => {
                let due = self.model.claimable(owner, through, claims);
                let mut sent: Vec<(Strategy, Account, u128)> = Vec::new();
                for (place, (claim, due)) in claims.iter().zip(due).enumerate() {
                    // Named twice, it is paid once.
                    let due = if claims[..place].contains(claim) { 0 } else { due };
                    let goes_on = place > 0 && claims[place - 1].token == claim.token;
                    match sent.last_mut().filter(|_| goes_on) {
                        Some(last) => last.2 += due,
                        None => sent.push((claim.token, receiver, due)),
                    }
                }
                sent
            }
            A::CollectCommission { operator: of, receiver, ref tokens, .. } => {
                let due = |token: &Strategy| self.model.commission_of(of, *token);
                tokens.iter().map(|token| (*token, receiver, due(token))).collect()
            }
            _ => Vec::new(),
        }
    }
}
