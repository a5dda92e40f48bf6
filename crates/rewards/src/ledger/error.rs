use alloy_primitives::{Address, B256};
use palisade_replay as replay;

/// The result of reading or applying a log.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a log cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A log of one of the contracts is none that its interface has.
    #[error(
        "log {index} of block {block}: {contract} logged something that is not in its interface (topic {topic})"
    )]
    Unreadable {
        /// The number of its block.
        block: u64,
        /// Its index in the block.
        index: u64,
        /// Whose log it is.
        contract: Address,
        /// Its first topic.
        topic: B256,
    },
    /// The log cannot have come next: one before it is missing, doubled or out of order, or it is of other contracts.
    #[error("log {index} of block {block}, {event}, does not fit what came before: {misfit}")]
    Misfit {
        /// The number of its block.
        block: u64,
        /// Its index in the block.
        index: u64,
        /// Its name.
        event: &'static str,
        /// What is wrong with it.
        misfit: Box<Misfit>,
    },
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// A log of a later place in the chain came before.
    #[error("log {index} of block {block}, at timestamp {timestamp}, came before")]
    OutOfOrder {
        /// The block of the newest log so far.
        block: u64,
        /// Its index.
        index: u64,
        /// Its timestamp.
        timestamp: u64,
    },
    /// It breaks a rule of its contract.
    #[error(transparent)]
    Rule(#[from] replay::Misfit),
}

pub(super) type Fit<T = ()> = std::result::Result<T, Misfit>;
