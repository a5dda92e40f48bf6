//! What the rewards distributor returns and logs.

use alloy::primitives::U256;
use palisade_bindings::RewardsDistributor as D;
use palisade_model::{Account, Action, Claim, Epoch, Outcome, Payment, Strategy, Wad};

use super::Telling;
use crate::world::{address, epoch, operator, pool, strategy, wad};

impl Telling<'_> {
    /// What is paid, claimed and kept. Whether it was that.
    pub(super) fn rewards(&mut self, action: &Action) -> bool {
        match *action {
            Action::Distribute { by, epoch, token, ref payments } => {
                self.distribute(by, epoch, token, payments);
            }
            Action::SetCommission { operator: of, rate } => {
                let effective = epoch(self.effective());
                let (operator, rate) = (operator(of), wad(rate));
                self.rewards_log(&D::CommissionSet { operator, rate, effective });
                self.returns::<D::setCommissionCall>(&effective);
            }
            Action::CollectCommission { operator: of, receiver, ref tokens, .. } => {
                let Outcome::Collected(amounts) = self.outcome else { return true };
                for (&token, &amount) in tokens.iter().zip(amounts).filter(|(_, it)| **it > 0) {
                    self.rewards_log(&D::CommissionCollected {
                        operator: operator(of),
                        token: strategy(token),
                        receiver: address(receiver),
                        amount: U256::from(amount),
                    });
                    self.rewards_pay(token, receiver, amount);
                }
                let amounts = amounts.iter().map(|amount| U256::from(*amount)).collect();
                self.returns::<D::collectCall>(&amounts);
            }
            Action::ClaimRewards { owner, receiver, through, ref claims, .. } => {
                self.claim(owner, receiver, through, claims);
            }
            Action::SetRecipient { owner, recipient } => {
                let (owner, recipient) = (address(owner), address(recipient));
                self.rewards_log(&D::RecipientSet { owner, recipient });
            }
            _ => return false,
        }
        true
    }

    /// A log for each payment, and then the tokens move at once.
    fn distribute(&mut self, by: Account, of: Epoch, token: Strategy, payments: &[Payment]) {
        for payment in payments {
            let paid =
                self.model.pool_id_at(payment.operator, payment.strategy, of).unwrap_or_default();
            let Wad(rate) = self.model.commission_at(payment.operator, of).unwrap_or_default();
            let amount = U256::from(payment.amount);
            self.rewards_log(&D::Distributed {
                pool: pool(paid).into(),
                token: strategy(token),
                payer: address(by),
                epoch: epoch(of),
                amount,
                commission: amount * U256::from(rate) / U256::from(Wad::ONE.0),
            });
        }
        let sum = payments.iter().map(|payment| payment.amount).sum();
        self.tokens_move(token, address(by), self.world.rewards, sum);
    }

    /// A log for each claim that got on; neighbours in one token are paid together.
    fn claim(&mut self, owner: Account, receiver: Account, through: Epoch, claims: &[Claim]) {
        let Outcome::Claimed(amounts) = self.outcome else { return };
        let through = through.min(self.model.closed_epoch());
        let mut due = 0;
        for (place, (claim, amount)) in claims.iter().zip(amounts).enumerate() {
            if let Some(amount) = *amount {
                self.rewards_log(&D::Claimed {
                    pool: pool(claim.pool).into(),
                    token: strategy(claim.token),
                    owner: address(owner),
                    receiver: address(receiver),
                    through: epoch(through),
                    amount: U256::from(amount),
                });
                due += amount;
            }
            let goes_on = claims.get(place + 1).is_some_and(|next| next.token == claim.token);
            if due > 0 && !goes_on {
                self.rewards_pay(claim.token, receiver, due);
                due = 0;
            }
        }
        let amounts = amounts.iter().map(|amount| U256::from(amount.unwrap_or_default())).collect();
        self.returns::<D::claimCall>(&amounts);
    }

    fn rewards_pay(&mut self, token: Strategy, receiver: Account, amount: u128) {
        self.tokens_move(token, self.world.rewards, address(receiver), amount);
    }

    fn rewards_log(&mut self, event: &impl alloy::sol_types::SolEvent) {
        self.log(self.world.rewards, event);
    }
}
