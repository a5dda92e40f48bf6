use alloy::primitives::{Address, B256, U256};

/// The result of reading or applying a log.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a log cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A log of one of the contracts is none that its interface has.
    #[error("{contract} logged something that is not in its interface (topic {topic})")]
    Unreadable {
        /// Whose log it is.
        contract: Address,
        /// Its first topic.
        topic: B256,
    },
    /// The log cannot have come next: one before it is missing, doubled or out of order, or it is of another core.
    #[error(
        "log {index}, {event} at timestamp {timestamp}, does not fit what came before: {misfit}"
    )]
    Misfit {
        /// How many logs came before it.
        index: u64,
        /// Its name.
        event: &'static str,
        /// Its block's timestamp.
        timestamp: u64,
        /// What is wrong with it.
        #[source]
        misfit: Misfit,
    },
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// Blocks do not go back in time.
    #[error("a log of timestamp {newest} came before")]
    BackInTime {
        /// The newest timestamp so far.
        newest: u64,
    },
    /// The log needs another before it, which did not come.
    #[error("{0} must come first")]
    NotBefore(&'static str),
    /// A call that has begun to log is not through, and this log is not of it.
    #[error("{0} must come first")]
    Unfinished(&'static str),
    /// What the log makes is there already.
    #[error("{what} {key} is there already")]
    Twice {
        /// What it makes.
        what: &'static str,
        /// Which one.
        key: String,
    },
    /// What the log changes or ends is not there.
    #[error("there is no {what} {key}")]
    Missing {
        /// What it changes.
        what: &'static str,
        /// Which one.
        key: String,
    },
    /// The log tells a number that does not follow from those before it.
    #[error("its {what} is {logged}, and should be {replayed}")]
    Differs {
        /// Which number.
        what: &'static str,
        /// What the log says.
        logged: U256,
        /// What follows from the logs before.
        replayed: U256,
    },
    /// The log takes more of something than there is.
    #[error("it takes {asked} of {what}, of which there are {held}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much it takes.
        asked: U256,
        /// How much there is.
        held: U256,
    },
    /// No contract holds a number as large.
    #[error("its {what} is {value}, more than the contracts hold")]
    TooLarge {
        /// Which number.
        what: &'static str,
        /// How large.
        value: U256,
    },
    /// What the contract forbids in this state.
    #[error("{0}")]
    Forbidden(&'static str),
}
