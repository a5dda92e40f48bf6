//! What a payout is on the chain.

use alloy::primitives::{Address, U256};
use palisade_bindings::{MerkleDrops, RewardStreams, RewardsDistributor};
use palisade_rewards::tree::{Leaf, Tree};

use crate::{
    Result,
    action::Outcome,
    calls::{Book, Call},
    cast::{Operator, Pool, Who},
    payout::{Desk, List, Payout},
};

/// The stream and the drop of the story are the first of the network.
pub(crate) const STREAM: U256 = U256::ONE;
pub(crate) const DROP: U256 = U256::ONE;

/// Later than any epoch.
pub(crate) const EVER: U256 = U256::MAX;

/// After so many epochs the drop's payer takes back what nobody claimed: the story ends before.
const LASTS: u64 = 52;

/// What a payout depends on besides its inputs.
pub(crate) struct Now {
    /// In seconds.
    pub(crate) timestamp: u64,
    /// The living generations of the pools that are claimed of.
    pub(crate) pools: Vec<U256>,
}

impl Book {
    /// The call that a payout is.
    ///
    /// # Errors
    /// [`Error::List`](crate::Error::List).
    pub(crate) fn payout(&self, payout: &Payout, now: &Now) -> Result<Call> {
        let (from, token) = (payout.actor(), self.reward);
        Ok(match *payout {
            Payout::Approve { desk, .. } => Call::approve(from, token, self.desk(desk)),
            Payout::Split { set, asset, epoch, amount } => {
                let call = RewardStreams::distributeByStakeCall {
                    epoch: U256::from(epoch),
                    token,
                    amount: U256::from(amount),
                    set: self.set(set).into(),
                    strategy: self.asset(asset),
                    operators: self.operators(),
                };
                Call::new(from, self.desk(Desk::Streams), &call, |_| Outcome::Nothing)
            }
            Payout::Stream { set, asset, per_epoch, epochs } => {
                let call = RewardStreams::createCall {
                    token,
                    set: self.set(set).into(),
                    strategy: self.asset(asset),
                    perEpoch: U256::from(per_epoch),
                    epochs: U256::from(epochs),
                    operators: self.operators(),
                };
                Call::new(from, self.desk(Desk::Streams), &call, |_| Outcome::Nothing)
            }
            Payout::Release(_) => {
                let call = RewardStreams::releaseCall { id: STREAM, operators: self.operators() };
                Call::new(from, self.desk(Desk::Streams), &call, |amount| paid([amount]))
            }
            Payout::SetCommission { .. }
            | Payout::Pay { .. }
            | Payout::SetRecipient { .. }
            | Payout::Claim { .. }
            | Payout::Collect(_) => self.earnings(payout, now),
            Payout::CreateDrop(_)
            | Payout::FundDrop { .. }
            | Payout::Post { .. }
            | Payout::WithdrawRoot(_)
            | Payout::ClaimDrop { .. } => self.drop(payout, now)?,
        })
    }

    /// What is asked of the distributor.
    fn earnings(&self, payout: &Payout, now: &Now) -> Call {
        let (from, token, to) = (payout.actor(), self.reward, self.desk(Desk::Distributor));
        match *payout {
            Payout::SetCommission { rate, .. } => {
                let call = RewardsDistributor::setCommissionCall { rate: U256::from(rate.0) };
                Call::new(from, to, &call, |epoch| Outcome::Effective(epoch.saturating_to()))
            }
            Payout::Pay { epoch, ref payments, .. } => {
                let payment = |(pool, amount): &(Pool, u128)| RewardsDistributor::Payment {
                    operator: self.operator(pool.operator),
                    strategy: self.asset(pool.asset),
                    amount: U256::from(*amount),
                };
                let call = RewardsDistributor::distributeCall {
                    epoch: U256::from(epoch),
                    token,
                    payments: payments.iter().map(payment).collect(),
                };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            Payout::SetRecipient { to: recipient, .. } => {
                let recipient = self.person(recipient);
                let call = RewardsDistributor::setRecipientCall { recipient };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            Payout::Claim { owner, to: receiver, .. } => {
                let claim = |pool: &U256| RewardsDistributor::Claim { pool: *pool, token };
                let call = RewardsDistributor::claimCall {
                    owner: self.person(owner),
                    receiver: self.person(receiver),
                    through: EVER,
                    claims: now.pools.iter().map(claim).collect(),
                };
                Call::new(from, to, &call, paid)
            }
            // Of all that is asked of the distributor only `Collect` is left.
            _ => {
                let (operator, tokens) = (self.person(from), vec![token]);
                let call = RewardsDistributor::collectCall { operator, receiver: operator, tokens };
                Call::new(from, to, &call, paid)
            }
        }
    }

    /// What is asked of drops.
    fn drop(&self, payout: &Payout, now: &Now) -> Result<Call> {
        let (from, to) = (payout.actor(), self.desk(Desk::Drops));
        Ok(match *payout {
            Payout::CreateDrop(_) => {
                let call = MerkleDrops::createCall {
                    token: self.reward,
                    delay: U256::from(self.epoch_length / 2),
                    expiry: U256::from(now.timestamp + LASTS * self.epoch_length),
                };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            Payout::FundDrop { amount, .. } => {
                let call = MerkleDrops::fundCall {
                    drop: DROP,
                    payer: self.person(from),
                    amount: U256::from(amount),
                };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            Payout::Post { list, .. } => {
                let tree = self.tree(list)?;
                let (root, total) = (tree.root(), tree.total());
                let call = MerkleDrops::postCall { drop: DROP, root, total };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            Payout::ClaimDrop { list, claims, .. } => {
                let tree = self.tree(list)?;
                let claim = |(who, amount): &(Who, u128)| {
                    let (account, cumulative) = (self.person(*who), U256::from(*amount));
                    let proof = tree.proof(account).unwrap_or_default();
                    MerkleDrops::DropClaim { drop: DROP, account, cumulative, proof }
                };
                let claims = claims.iter().map(claim).collect();
                Call::new(from, to, &MerkleDrops::claimCall { claims }, paid)
            }
            // Of all that is asked of drops only `WithdrawRoot` is left.
            _ => {
                let call = MerkleDrops::withdrawRootCall { drop: DROP };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
        })
    }

    fn operators(&self) -> Vec<Address> {
        Operator::BY_ADDRESS.map(|operator| self.person(operator.who())).to_vec()
    }

    /// What the payer of a drop makes of a list.
    fn tree(&self, list: List) -> Result<Tree> {
        let leaf = |(who, amount): &(Who, u128)| Leaf {
            account: self.person(*who),
            amount: U256::from(*amount),
        };
        Ok(Tree::new(list.iter().map(leaf).collect())?)
    }
}

fn paid(amounts: impl IntoIterator<Item = U256>) -> Outcome {
    Outcome::Rewards(amounts.into_iter().sum::<U256>().saturating_to())
}
