//! What services pay, and what operators and stakers take of it: one transaction each.

use std::fmt;

use crate::{
    action::{Kind, Outcome},
    cast::{Asset, Operator, Pool, Set, Share, Who},
    format::{listed, share, units},
};

/// The token that rewards are paid in.
pub(crate) const REWARD: &str = "RWD";

/// Its decimals.
pub(crate) const REWARD_DECIMALS: u8 = 18;

/// How many units of it each service begins with.
pub(crate) const BUDGET: u128 = 1_000_000 * 10_u128.pow(REWARD_DECIMALS as u32);

/// A contract that rewards pass through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Desk {
    Distributor,
    Streams,
    Drops,
}

/// What a drop owes, to whom: all that it ever owed, what was claimed included.
pub(crate) type List = &'static [(Who, u128)];

/// One transaction. The story has one stream and one drop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Payout {
    /// Lets a contract take the actor's reward tokens.
    Approve {
        who: Who,
        desk: Desk,
    },
    /// The part of its rewards that an operator keeps.
    SetCommission {
        operator: Operator,
        rate: Share,
    },
    /// To pools, for the stake of an epoch.
    Pay {
        who: Who,
        epoch: u32,
        payments: Vec<(Pool, u128)>,
    },
    /// To the operators of a set, by guaranteed stake.
    Split {
        set: Set,
        asset: Asset,
        epoch: u32,
        amount: u128,
    },
    /// So much an epoch, for so many epochs.
    Stream {
        set: Set,
        asset: Asset,
        per_epoch: u128,
        epochs: u32,
    },
    /// Pays what the stream owes.
    Release(Who),
    /// From now on anybody may have what `who` earned sent there.
    SetRecipient {
        who: Who,
        to: Who,
    },
    /// Has what `owner` earned with these pools sent somewhere.
    Claim {
        who: Who,
        owner: Who,
        to: Who,
        pools: Vec<Pool>,
    },
    /// Takes an operator's commission.
    Collect(Operator),
    CreateDrop(Who),
    FundDrop {
        who: Who,
        amount: u128,
    },
    /// Posts the root of a list.
    Post {
        who: Who,
        list: List,
    },
    WithdrawRoot(Who),
    /// Claims for everybody in `claims`, as if each amount stood in the list.
    ClaimDrop {
        who: Who,
        list: List,
        claims: List,
    },
}

impl Desk {
    pub(crate) const ALL: [Self; 3] = [Self::Distributor, Self::Streams, Self::Drops];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Distributor => "rewards distributor",
            Self::Streams => "reward streams",
            Self::Drops => "Merkle drops",
        }
    }
}

impl fmt::Display for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// So many reward tokens.
pub(crate) fn reward(amount: u128) -> String {
    units(amount, REWARD_DECIMALS, REWARD)
}

/// All that a list owes.
pub(crate) fn total(list: List) -> u128 {
    list.iter().map(|(_, amount)| amount).sum()
}

impl Payout {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::SetCommission { .. } => Kind::Commission,
            Self::Approve { .. } | Self::Pay { .. } | Self::Split { .. } => Kind::Pay,
            Self::Stream { .. } | Self::Release(_) => Kind::Stream,
            Self::SetRecipient { .. } | Self::Claim { .. } | Self::Collect(_) => Kind::Claim,
            Self::CreateDrop(_)
            | Self::FundDrop { .. }
            | Self::Post { .. }
            | Self::WithdrawRoot(_)
            | Self::ClaimDrop { .. } => Kind::Drop,
        }
    }

    /// Who signs.
    pub(crate) const fn actor(&self) -> Who {
        match self {
            Self::SetCommission { operator, .. } | Self::Collect(operator) => operator.who(),
            Self::Split { set, .. } | Self::Stream { set, .. } => set.terms().avs,
            Self::Approve { who, .. }
            | Self::Pay { who, .. }
            | Self::Release(who)
            | Self::SetRecipient { who, .. }
            | Self::Claim { who, .. }
            | Self::CreateDrop(who)
            | Self::FundDrop { who, .. }
            | Self::Post { who, .. }
            | Self::WithdrawRoot(who)
            | Self::ClaimDrop { who, .. } => *who,
        }
    }

    /// For the step's name in the report.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Approve { desk, .. } => format!("lets the {desk} take {REWARD}"),
            Self::SetCommission { rate, .. } => share(*rate),
            Self::Pay { epoch, payments, .. } => {
                let part = |(pool, amount): &(Pool, u128)| format!("{} → {pool}", reward(*amount));
                format!("{}, for epoch {epoch}", listed(payments.iter().map(part)))
            }
            Self::Split { set, asset, epoch, amount } => {
                format!("{} → {set}'s operators in {asset}, for epoch {epoch}", reward(*amount))
            }
            Self::Stream { set, asset, per_epoch, epochs } => {
                let sum = reward(*per_epoch);
                format!("{sum} an epoch, {epochs} epochs → {set}'s operators in {asset}")
            }
            Self::Release(_) => "what is due".to_owned(),
            Self::SetRecipient { to, .. } => format!("recipient {to}"),
            Self::Claim { owner, to, pools, .. } => {
                format!("{owner}'s of {} → {to}", listed(pools.iter().map(ToString::to_string)))
            }
            Self::Collect(_) => "commission".to_owned(),
            Self::CreateDrop(_) => "of rewards".to_owned(),
            Self::FundDrop { amount, .. } => reward(*amount),
            Self::Post { list, .. } => format!("{} for {}", reward(total(list)), list.len()),
            Self::WithdrawRoot(_) => "withdraws the root".to_owned(),
            Self::ClaimDrop { claims, .. } => format!("pays {}", owed(claims)),
        }
    }

    /// What is told of it once it is done; the actor comes before.
    pub(crate) fn sentence(&self, outcome: &Outcome, now: u32) -> String {
        let told = self.deed();
        match (self, outcome) {
            (Self::SetCommission { .. }, Outcome::Effective(epoch)) if *epoch == now => {
                format!("{told}, at once")
            }
            (Self::SetCommission { .. }, Outcome::Effective(epoch)) => {
                format!("{told}, from epoch {epoch} on")
            }
            (_, Outcome::Rewards(amount)) => format!("{told}: {}", reward(*amount)),
            _ => told,
        }
    }

    /// What is told of it as long as it is not done.
    pub(crate) fn deed(&self) -> String {
        match self {
            Self::Approve { desk, .. } => format!("lets the {desk} take {REWARD}"),
            Self::SetCommission { rate, .. } => {
                format!("asks {} of its rewards as commission", share(*rate))
            }
            Self::Pay { epoch, payments, .. } => {
                let part = |(pool, amount): &(Pool, u128)| format!("{} to {pool}", reward(*amount));
                format!("pays {} for epoch {epoch}", listed(payments.iter().map(part)))
            }
            Self::Split { set, asset, epoch, amount } => {
                let sum = reward(*amount);
                format!("pays {sum} to {set}'s operators by their {asset} for epoch {epoch}")
            }
            Self::Stream { set, asset, per_epoch, epochs } => {
                let sum = reward(*per_epoch);
                format!("pays in {sum} an epoch for {epochs} epochs, to {set}'s {asset}")
            }
            Self::Release(_) => "releases what the stream owes".to_owned(),
            Self::SetRecipient { to, .. } => format!("lets anybody send {to} what it earned"),
            Self::Claim { who, owner, to, .. } if who == owner && owner == to => {
                "claims what it earned".to_owned()
            }
            Self::Claim { owner, to, .. } => format!("sends {to} what {owner} earned"),
            Self::Collect(_) => "collects its commission".to_owned(),
            Self::CreateDrop(_) => "makes a drop: a root waits for half an epoch".to_owned(),
            Self::FundDrop { amount, .. } => format!("puts {} into the drop", reward(*amount)),
            Self::Post { list, .. } => {
                let (sum, count) = (reward(total(list)), list.len());
                format!("posts the root of a list: {sum} for {count} accounts")
            }
            Self::WithdrawRoot(_) => "withdraws the root that is not active yet".to_owned(),
            Self::ClaimDrop { claims, .. } => format!("has the drop pay {}", owed(claims)),
        }
    }
}

fn owed(claims: List) -> String {
    match claims {
        [(who, amount)] => format!("{who} {}", reward(*amount)),
        _ => format!("{} accounts", claims.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u128 = 10_u128.pow(18);

    #[test]
    fn payments_name_their_pools() {
        let payments = vec![
            (Pool::of(Operator::One, Asset::REth), 5 * ONE),
            (Pool::idle(Asset::REth), ONE / 2),
        ];
        let pay = Payout::Pay { who: Who::Avs1, epoch: 3, payments };
        assert_eq!(
            pay.deed(),
            "pays 5 RWD to operator-1/rETH and 0.5 RWD to idle/rETH for epoch 3"
        );
    }

    #[test]
    fn sentences_tell_what_was_paid_and_when_a_commission_holds() {
        let claim = Payout::Claim {
            who: Who::Alice,
            owner: Who::Bob,
            to: Who::Carol,
            pools: vec![Pool::of(Operator::One, Asset::REth)],
        };
        let told = claim.sentence(&Outcome::Rewards(3 * ONE), 7);
        assert_eq!(told, "sends carol what bob earned: 3 RWD");
        let raise = Payout::SetCommission { operator: Operator::One, rate: Share::percent(20) };
        let told = raise.sentence(&Outcome::Effective(7), 4);
        assert_eq!(told, "asks 20 % of its rewards as commission, from epoch 7 on");
    }
}
