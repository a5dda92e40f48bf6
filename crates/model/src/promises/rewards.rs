//! Rewards: tokens move as payments and claims say, and no commission rises without notice (P5).

use std::collections::BTreeMap;

use super::{Broken, Judgement, Scene, books::Pair};
use crate::{Account, Action, Epoch, Operator, Outcome, Strategy};

/// Epochs that begin before who queues an exit now is out: this one and the next two.
const UNTIL_OUT: u32 = 2;

/// The pools whose rewards an action is about.
pub(super) fn touched(action: &Action) -> Vec<Pair> {
    match action {
        Action::Distribute { payments, .. } => {
            payments.iter().map(|payment| (payment.operator, payment.strategy)).collect()
        }
        Action::ClaimRewards { claims, .. } => {
            claims.iter().map(|claim| (claim.pool.operator, claim.pool.strategy)).collect()
        }
        _ => Vec::new(),
    }
}

impl Scene<'_> {
    pub(super) fn judge_rewards(self) -> Judgement {
        let mut moved = BTreeMap::<(Strategy, Account), u128>::new();
        let mut is_paid_in = false;
        match (self.action, self.outcome) {
            (&Action::Distribute { by, token, ref payments, .. }, _) => {
                is_paid_in = true;
                let sum = payments.iter().map(|payment| payment.amount).sum();
                moved.insert((token, by), sum);
            }
            (&Action::ClaimRewards { receiver, ref claims, .. }, Outcome::Claimed(amounts)) => {
                for (claim, amount) in claims.iter().zip(amounts) {
                    *moved.entry((claim.token, receiver)).or_default() +=
                        amount.unwrap_or_default();
                }
            }
            (
                &Action::CollectCommission { receiver, ref tokens, .. },
                Outcome::Collected(amounts),
            ) => {
                for (&token, amount) in tokens.iter().zip(amounts) {
                    *moved.entry((token, receiver)).or_default() += amount;
                }
            }
            (&Action::SetCommission { operator, .. }, _) => self.judge_commission(operator)?,
            (Action::SetRecipient { .. }, _) => {}
            _ if self.before.rewards_changed => return Err(Broken::Rewards),
            _ => return Ok(()),
        }
        for change in &self.before.balances.changes {
            let amount = moved.remove(&change.key).unwrap_or_default();
            let before = change.before.unwrap_or_default();
            let after = change.after.unwrap_or_default();
            let due =
                if is_paid_in { before.checked_sub(amount) } else { before.checked_add(amount) };
            if due != Some(after) {
                let (token, account) = change.key;
                return Err(Broken::RewardsMoved { token, account, before, after });
            }
        }
        // A balance that did not change was neither paid from nor to.
        moved.into_iter().find(|(_, amount)| *amount > 0).map_or(Ok(()), |(key, _)| {
            let balance = self.after.balance(key.0, key.1);
            let (before, after) = (balance, balance);
            Err(Broken::RewardsMoved { token: key.0, account: key.1, before, after })
        })
    }

    /// The rate of the closed epoch stands; and who has opened raises nothing before who dislikes it
    /// can be out.
    fn judge_commission(self, operator: Operator) -> Judgement {
        let now = self.before.epoch;
        let opened = self.before.operators.get(operator).is_some_and(|state| state.has_opened);
        for epoch in (now.0.saturating_sub(1)..=now.plus(UNTIL_OUT).0).map(Epoch) {
            let before = self.before.rewards.rate_at(operator, epoch);
            let after = self.after.rewards.rate_at(operator, epoch);
            let closed = epoch < now;
            if closed && after != before || opened && after > before {
                return Err(Broken::Commission { operator, epoch, before, after });
            }
        }
        Ok(())
    }
}
