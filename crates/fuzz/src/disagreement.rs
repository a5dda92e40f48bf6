//! How chain and model can disagree.

use std::fmt;

use alloy::{
    primitives::{Address, B256, Bytes, Log, U256},
    sol_types::SolEventInterface,
};
use palisade_bindings::{
    AllocationManager::AllocationManagerEvents, BlocklistToken::BlocklistTokenEvents,
    RewardsDistributor::RewardsDistributorEvents, StakeVault::StakeVaultEvents,
};

use crate::names::{in_words, name_of};

/// The first thing that chain and model disagree about, after an action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disagreement {
    /// The model carries the action out, the chain refuses it.
    Refused {
        /// The chain's reason, in words.
        reason: String,
    },
    /// The model refuses the action, the chain carries it out.
    Accepted {
        /// The model's reason.
        reason: String,
    },
    /// Both refuse the action, and the chain says something that is not so.
    Reason {
        /// The chain's reason, in words.
        chain: String,
        /// The data that the chain reverted with.
        data: Bytes,
        /// The model's reason.
        model: String,
    },
    /// The call returned something else.
    Returned {
        /// What the model says.
        expected: Bytes,
        /// What the chain returned.
        found: Bytes,
    },
    /// A log is another, or one is missing, or there is one more.
    Log {
        /// Which log of the call, from 0.
        place: usize,
        /// What the model says.
        expected: Option<Log>,
        /// What the chain logged.
        found: Option<Log>,
    },
    /// A stored word is another.
    Word {
        /// What stands there, with its keys; empty for a word that nothing explains.
        what: String,
        /// The contract.
        contract: Address,
        /// Where.
        slot: B256,
        /// What follows from the model.
        expected: U256,
        /// What the chain has.
        found: U256,
        /// The fields that differ: name, expected, found.
        fields: Vec<(&'static str, U256, U256)>,
    },
    /// A view answers something else.
    View {
        /// The view with its arguments.
        what: String,
        /// Who asks: nobody in particular, most often.
        from: Address,
        /// The contract.
        contract: Address,
        /// The call's input.
        input: Bytes,
        /// What the model says: what is returned, or the name of the error.
        expected: Result<Bytes, String>,
        /// What the chain says: what is returned, or the data of the revert.
        found: Result<Bytes, Bytes>,
    },
    /// The state cannot be rebuilt from the logs (P10).
    Rebuild(String),
    /// The model breaks a promise: the protocol itself is wrong, or the model.
    Promise(String),
    /// An invariant of the user's own does not hold.
    Invariant {
        /// Its name.
        name: String,
        /// What it says.
        complaint: String,
    },
}

impl Disagreement {
    /// Its kind in one word: a smaller history is worth the same only if it ends in the same kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Accepted { .. } => "accepted",
            Self::Reason { .. } => "reason",
            Self::Returned { .. } => "returned",
            Self::Log { .. } => "log",
            Self::Word { .. } => "word",
            Self::View { .. } => "view",
            Self::Rebuild(_) => "rebuild",
            Self::Promise(_) => "promise",
            Self::Invariant { .. } => "invariant",
        }
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { reason } => {
                write!(f, "the chain refuses what the model accepts: {}", in_words(reason))
            }
            Self::Accepted { reason } => {
                write!(f, "the chain accepts what the model refuses: {}", in_words(reason))
            }
            Self::Reason { chain, model, .. } => {
                let (chain, model) = (in_words(chain), in_words(model));
                write!(
                    f,
                    "the chain refuses for a reason that does not apply: {chain} (the model: {model})"
                )
            }
            Self::Returned { expected, found } => {
                write!(f, "the call returned {}, not {}", number(found), number(expected))
            }
            Self::Log { place, expected, found } => match (expected, found) {
                (Some(expected), Some(found)) => {
                    write!(f, "log {place} is {}, not {}", event(found), event(expected))
                }
                (Some(expected), None) => write!(f, "log {place} is missing: {}", event(expected)),
                (None, Some(found)) => write!(f, "log {place} is one too many: {}", event(found)),
                (None, None) => write!(f, "log {place} is none"),
            },
            Self::Word { what, contract, slot, expected, found, fields } => {
                if what.is_empty() {
                    return write!(
                        f,
                        "{contract} wrote {found:#x} to slot {slot}, which no log explains"
                    );
                }
                write!(f, "{what}: ")?;
                for (place, (name, expected, found)) in fields.iter().enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    write!(f, "{comma}{name} is {found}, not {expected}")?;
                }
                if fields.is_empty() {
                    write!(f, "{found:#x}, not {expected:#x}")?;
                }
                Ok(())
            }
            Self::View { what, expected, found, .. } => {
                let expected = match expected {
                    Ok(returned) => returned.to_string(),
                    Err(error) => error.clone(),
                };
                match found {
                    Ok(found) => write!(f, "{what} returns {found}, not {expected}"),
                    Err(found) => write!(f, "{what} reverts with {found}, not {expected}"),
                }
            }
            Self::Rebuild(why) => write!(f, "P10: the logs do not rebuild the state: {why}"),
            Self::Promise(why) => write!(f, "the model breaks a promise: {}", in_words(why)),
            Self::Invariant { name, complaint } => write!(f, "{name}: {complaint}"),
        }
    }
}

/// A log by its event's name and fields, and who logged it.
fn event(log: &Log) -> String {
    fn read<E: SolEventInterface + fmt::Debug>(log: &Log) -> Option<String> {
        let told = format!("{:?}", E::decode_log(log).ok()?.data);
        // The event's name stands before its fields once more.
        told.split_once('(')?.1.strip_suffix(')').map(str::to_owned)
    }
    let event = read::<StakeVaultEvents>(log)
        .or_else(|| read::<AllocationManagerEvents>(log))
        .or_else(|| read::<RewardsDistributorEvents>(log))
        .or_else(|| read::<BlocklistTokenEvents>(log))
        .unwrap_or_else(|| format!("{:?}", log.data));
    format!("{} of {}", in_words(&event), name_of(log.address))
}

/// A single word as the number that it is, anything else in hex.
fn number(returned: &Bytes) -> String {
    U256::try_from_be_slice(returned)
        .filter(|_| returned.len() == 32)
        .map_or_else(|| returned.to_string(), |word| word.to_string())
}

#[cfg(test)]
mod tests {
    use alloy::sol_types::SolEvent;
    use palisade_bindings::StakeVault::OperatorClosed;

    use super::*;
    use crate::{World, world};

    #[test]
    fn logs_and_reasons_are_told_by_names() {
        let operator = world::operator(world::OPERATORS[0]);
        let log = |address| Log { address, data: OperatorClosed { operator }.encode_log_data() };
        let expected = Some(log(World::new().unwrap().vault));
        let told = Disagreement::Log { place: 0, expected: expected.clone(), found: None };
        let closed = "OperatorClosed { operator: operator 1 }";
        assert_eq!(told.to_string(), format!("log 0 is missing: {closed} of vault"));
        let found = Some(log(operator));
        let told = Disagreement::Log { place: 1, expected, found };
        assert_eq!(
            told.to_string(),
            format!("log 1 is {closed} of operator 1, not {closed} of vault")
        );
        let reason = format!("{operator} is closed");
        assert_eq!(
            Disagreement::Accepted { reason }.to_string(),
            "the chain accepts what the model refuses: operator 1 is closed"
        );
    }
}
