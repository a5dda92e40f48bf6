//! What can be read on the chain and in the model alike.

use std::fmt;

use crate::{
    action::INSIDE,
    cast::{Asset, Operator, Pool, Set, Share, Who},
    format::{amount, number, share, units},
    payout::{Desk, REWARD, REWARD_DECIMALS, reward},
};

/// One number of the protocol's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// The epoch it is.
    Epoch,
    /// What somebody holds of a token.
    Wallet(Who, Asset),
    /// What the vault holds of a token.
    Vault(Asset),
    /// What slashes have burned of a token.
    Burned(Asset),
    /// All there is of a token.
    Supply(Asset),
    PoolAssets(Pool),
    PoolShares(Pool),
    /// How often a pool has lost everything.
    Generation(Pool),
    /// What a position is worth.
    Position(Who, Pool),
    /// The shares of a position at the first instant of an epoch.
    SharesAt(Who, Pool, u32),
    /// What an exit is worth.
    Exit(Who, Pool, u32),
    /// What a set can rely on until the end of the next epoch.
    Guaranteed(Set, Operator, Asset),
    /// What a set could take now.
    Slashable(Set, Operator, Asset),
    /// What is allocated to a set now.
    Allocated(Set, Operator, Asset),
    /// What slashes have left of a pool.
    Left(Operator, Asset),
    /// What is promised of a pool.
    Committed(Operator, Asset),
    /// What slashes could take of a pool at most.
    WorstCase(Operator, Asset),
    /// What slashes could take of a pool at worst in a coming epoch (so many from now), as the Lens foretells.
    Outlook(Operator, Asset, u8),
    /// What slashes could take of all that somebody has of a token at worst in a coming epoch, as the Lens foretells.
    AtRisk(Who, Asset, u8),
    /// The most that the vault may hold of a token after a deposit.
    Cap(Asset),
    /// The fraction that a set has proposed to take.
    Proposed(Set, Operator, Asset),
    /// The first epoch in which no slash proposed so far can be executed.
    Contested(Operator, Asset),
    /// What one wrapped token can be changed back for.
    Rate,
    /// What all wrapped tokens of somebody can be changed back for.
    Worth(Who),
    /// The shares of all positions in a token.
    StakeLeft(Asset),
    /// How many exits have not been completed.
    ExitsLeft,
    /// What somebody holds of the token that rewards are paid in.
    Purse(Who),
    /// What a contract holds of it.
    Held(Desk),
    /// What somebody earned with a pool, and has not claimed.
    Claimable(Who, Pool),
    /// The part of its rewards that an operator keeps in an epoch.
    Commission(Operator, u32),
    /// What it has kept, and not collected.
    Collectable(Operator),
    /// What the stream owes now.
    StreamDue,
    /// What the drop has paid somebody.
    Dropped(Who),
}

/// What a quantity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Token(Asset),
    /// The token inside the wrapper.
    Inside,
    Shares(Asset),
    Fraction,
    Number,
    /// The token that rewards are paid in.
    Reward,
}

impl Quantity {
    pub(crate) const fn unit(self) -> Unit {
        match self {
            Self::Epoch | Self::Generation(_) | Self::ExitsLeft | Self::Contested(..) => {
                Unit::Number
            }
            Self::Wallet(_, asset)
            | Self::Vault(asset)
            | Self::Burned(asset)
            | Self::Supply(asset)
            | Self::AtRisk(_, asset, _)
            | Self::Cap(asset)
            | Self::Guaranteed(_, _, asset)
            | Self::Slashable(_, _, asset) => Unit::Token(asset),
            Self::PoolAssets(pool) | Self::Position(_, pool) | Self::Exit(_, pool, _) => {
                Unit::Token(pool.asset)
            }
            Self::PoolShares(pool) | Self::SharesAt(_, pool, _) => Unit::Shares(pool.asset),
            Self::StakeLeft(asset) => Unit::Shares(asset),
            Self::Allocated(..)
            | Self::Left(..)
            | Self::Committed(..)
            | Self::WorstCase(..)
            | Self::Outlook(..)
            | Self::Commission(..)
            | Self::Proposed(..) => Unit::Fraction,
            Self::Rate | Self::Worth(_) => Unit::Inside,
            Self::Purse(_)
            | Self::Held(_)
            | Self::Claimable(..)
            | Self::Collectable(_)
            | Self::StreamDue
            | Self::Dropped(_) => Unit::Reward,
        }
    }
}

impl Unit {
    /// `value` as a person reads it.
    pub(crate) fn show(self, value: u128) -> String {
        match self {
            Self::Token(asset) => amount(value, asset),
            Self::Inside => units(value, Asset::WstEth.decimals(), INSIDE),
            Self::Shares(asset) => format!("{} shares", amount(value, asset)),
            Self::Fraction => {
                u64::try_from(value).map_or_else(|_| value.to_string(), |value| share(Share(value)))
            }
            Self::Number => number(value),
            Self::Reward => reward(value),
        }
    }

    /// Symbol and decimals of the token that it counts; none where it counts something else.
    pub(crate) const fn token(self) -> Option<(&'static str, u8)> {
        match self {
            Self::Token(asset) | Self::Shares(asset) => Some((asset.symbol(), asset.decimals())),
            Self::Inside => Some((INSIDE, Asset::WstEth.decimals())),
            Self::Reward => Some((REWARD, REWARD_DECIMALS)),
            Self::Fraction | Self::Number => None,
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epoch => write!(f, "the epoch"),
            Self::Wallet(who, asset) => write!(f, "{asset} of {who}"),
            Self::Vault(asset) => write!(f, "{asset} in the vault"),
            Self::Burned(asset) => write!(f, "burned {asset}"),
            Self::Supply(asset) => write!(f, "supply of {asset}, with what was burned"),
            Self::PoolAssets(pool) => write!(f, "assets of {pool}"),
            Self::PoolShares(pool) => write!(f, "shares of {pool}"),
            Self::Generation(pool) => write!(f, "generation of {pool}"),
            Self::Position(who, pool) => write!(f, "position of {who} in {pool}"),
            Self::SharesAt(who, pool, epoch) => {
                write!(f, "shares of {who} in {pool} when epoch {epoch} began")
            }
            Self::Exit(who, pool, epoch) => {
                write!(f, "exit of {who} from {pool}, ripe in epoch {epoch}")
            }
            Self::Guaranteed(set, operator, asset) => {
                write!(f, "guaranteed to {set} by {operator} in {asset}")
            }
            Self::Slashable(set, operator, asset) => {
                write!(f, "slashable by {set} of {operator} in {asset}")
            }
            Self::Allocated(set, operator, asset) => {
                write!(f, "allocated to {set} by {operator} of {asset}")
            }
            Self::Left(operator, asset) => write!(f, "left of {operator}/{asset}"),
            Self::Committed(operator, asset) => write!(f, "committed of {operator}/{asset}"),
            Self::WorstCase(operator, asset) => write!(f, "worst case of {operator}/{asset}"),
            Self::Outlook(operator, asset, ahead) => {
                write!(f, "worst case of {operator}/{asset} {}", ahead_of_now(*ahead))
            }
            Self::AtRisk(who, asset, ahead) => {
                write!(f, "{asset} of {who} at risk {}", ahead_of_now(*ahead))
            }
            Self::Cap(asset) => write!(f, "deposit cap of {asset}"),
            Self::Proposed(set, operator, asset) => {
                write!(f, "slash of {operator} in {asset} that {set} has proposed")
            }
            Self::Contested(operator, asset) => {
                write!(f, "epoch until which {operator}/{asset} is contested")
            }
            Self::Rate => write!(f, "what 1 {} is worth", Asset::WstEth),
            Self::Worth(who) => write!(f, "what all {} of {who} is worth", Asset::WstEth),
            Self::StakeLeft(asset) => write!(f, "{asset} shares in all pools"),
            Self::ExitsLeft => write!(f, "exits not completed"),
            Self::Purse(who) => write!(f, "{REWARD} of {who}"),
            Self::Held(desk) => write!(f, "{REWARD} in the {desk}"),
            Self::Claimable(who, pool) => write!(f, "what {who} can claim of {pool}"),
            Self::Commission(operator, epoch) => {
                write!(f, "commission of {operator} in epoch {epoch}")
            }
            Self::Collectable(operator) => write!(f, "what {operator} can collect"),
            Self::StreamDue => write!(f, "what the stream owes"),
            Self::Dropped(who) => write!(f, "what the drop has paid {who}"),
        }
    }
}

/// Which epoch, as seen from the current one.
fn ahead_of_now(ahead: u8) -> String {
    match ahead {
        0 => "now".to_owned(),
        1 => "in the next epoch".to_owned(),
        _ => format!("{ahead} epochs from now"),
    }
}
