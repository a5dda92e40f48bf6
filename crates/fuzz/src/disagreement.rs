//! How chain and model can disagree.

use std::fmt;

use alloy::primitives::{Address, B256, Bytes, Log, U256};

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
                write!(f, "the chain refuses what the model accepts: {reason}")
            }
            Self::Accepted { reason } => {
                write!(f, "the chain accepts what the model refuses: {reason}")
            }
            Self::Reason { chain, model, .. } => {
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
                    write!(f, "log {place} is {found:?}, not {expected:?}")
                }
                (Some(expected), None) => write!(f, "log {place} is missing: {expected:?}"),
                (_, found) => write!(f, "log {place} is one too many: {found:?}"),
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
            Self::Promise(why) => write!(f, "the model breaks a promise: {why}"),
            Self::Invariant { name, complaint } => write!(f, "{name}: {complaint}"),
        }
    }
}

/// A single word as the number that it is, anything else in hex.
fn number(returned: &Bytes) -> String {
    U256::try_from_be_slice(returned)
        .filter(|_| returned.len() == 32)
        .map_or_else(|| returned.to_string(), |word| word.to_string())
}
