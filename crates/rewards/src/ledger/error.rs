use alloy_primitives::{Address, B256, U256};

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
    /// The log needs another before it, which did not come.
    #[error("{0} must come first")]
    NotBefore(&'static str),
    /// What the log makes is there already.
    #[error("{what} {key} is there already")]
    Twice {
        /// What it makes.
        what: &'static str,
        /// Which one.
        key: String,
    },
    /// What the log changes is not there.
    #[error("there is no {what} {key}")]
    Missing {
        /// What it changes.
        what: &'static str,
        /// Which one.
        key: String,
    },
    /// The log tells a number that does not follow from those before it.
    #[error("its {what} is {logged}, and should be {computed}")]
    Differs {
        /// Which number.
        what: &'static str,
        /// What the log says.
        logged: U256,
        /// What follows from the logs before.
        computed: U256,
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
    /// More was paid out than was earned.
    #[error("{owner} claimed {claimed} of {token}, and had earned {earned}")]
    Overclaimed {
        /// Whose claim it is.
        owner: Address,
        /// The reward token.
        token: Address,
        /// What it was paid.
        claimed: U256,
        /// What was due.
        earned: U256,
    },
    /// No contract holds a number as large.
    #[error("its {what} is {value}, more than the contracts hold")]
    TooLarge {
        /// Which number.
        what: &'static str,
        /// How large.
        value: U256,
    },
    /// What the contracts forbid in this state.
    #[error("{0}")]
    Forbidden(&'static str),
}

pub(super) type Fit<T = ()> = std::result::Result<T, Misfit>;

/// What the log tells is what follows from the logs before it.
pub(super) fn same(what: &'static str, logged: U256, computed: U256) -> Fit {
    if logged == computed { Ok(()) } else { Err(Misfit::Differs { what, logged, computed }) }
}

pub(super) fn require(holds: bool, else_what: &'static str) -> Fit {
    if holds { Ok(()) } else { Err(Misfit::Forbidden(else_what)) }
}

pub(super) fn minus(what: &'static str, held: U256, asked: U256) -> Fit<U256> {
    held.checked_sub(asked).ok_or(Misfit::TooMuch { what, asked, held })
}

pub(super) fn fits(what: &'static str, value: U256, bits: usize) -> Fit<U256> {
    if value.bit_len() <= bits { Ok(value) } else { Err(Misfit::TooLarge { what, value }) }
}

pub(super) fn plus(what: &'static str, a: U256, b: U256, bits: usize) -> Fit<U256> {
    let sum = a.checked_add(b).ok_or(Misfit::TooLarge { what, value: U256::MAX })?;
    fits(what, sum, bits)
}
