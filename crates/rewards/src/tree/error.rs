use std::io;

use alloy_primitives::{Address, B256, U256};

/// The result of working with payouts and their trees.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a list or tree cannot be taken, or not be worked on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An entry of a list is wrong.
    #[error("line {line}: {flaw}")]
    Line {
        /// Where it is; the first line is 1.
        line: u64,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// An account is in a published tree twice.
    #[error("{account} is in it twice")]
    Twice {
        /// Which account.
        account: Address,
    },
    /// All amounts together have more than 256 bits.
    #[error("all amounts come to more than 2^256 - 1")]
    Sum,
    /// Nothing is owed to anybody: there is no tree without leaves.
    #[error("the list is empty")]
    Empty,
    /// More entries than trees are made of here: 2^31.
    #[error("the list has more than 2147483648 entries")]
    TooMany,
    /// A published tree is none, or none of payouts.
    #[error("not a tree of payouts: {0}")]
    Tree(String),
    /// A value of a published tree is not in the tree where it says it is.
    #[error("not a tree of payouts: {account} with {amount} is not at index {index} of its nodes")]
    Value {
        /// Whose value it is.
        account: Address,
        /// How much it says.
        amount: U256,
        /// Where it says it is.
        index: u64,
    },
    /// A node of a published tree is not the hash of the two below it.
    #[error(
        "not a tree of payouts: node {index} is {is}, and should be {should}, the hash of the two below it"
    )]
    Node {
        /// Its index; the root's is 0.
        index: u64,
        /// What it is.
        is: B256,
        /// What it should be.
        should: B256,
    },
    /// Something could not be read or written.
    #[error("cannot {action}")]
    Io {
        /// What failed, as a verb and its object.
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}

/// What is wrong with an entry of a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// It is not an account and an amount.
    #[error("{0} is not an entry: `account,amount`, or [\"account\", \"amount\"] in JSON")]
    NoEntry(String),
    /// The list ends before its array.
    #[error("the array does not end: its last `]` is missing")]
    Unfinished,
    /// It is longer than any entry.
    #[error("the entry is longer than 1024 bytes")]
    TooLong,
    /// The account is not an address.
    #[error("{0} is not an address: 0x and 40 hexadecimal digits")]
    NoAddress(String),
    /// The account is in mixed case, and its checksum is wrong: a digit of it is, too.
    #[error("{given} has a wrong checksum; if it is the right account, it is written {right}")]
    Checksum {
        /// As it was given.
        given: String,
        /// The same with the right checksum.
        right: Address,
    },
    /// Nobody can claim for account zero.
    #[error("the account is zero")]
    Zero,
    /// The account has an entry already.
    #[error("{account} is there already, on line {first}")]
    Twice {
        /// Which account.
        account: Address,
        /// The line of its first entry.
        first: u64,
    },
    /// The amount is not a whole number.
    #[error("{0} is not an amount: decimal digits alone, in the token's smallest unit")]
    NoAmount(String),
    /// The amount has more than 256 bits.
    #[error("{0} is more than 2^256 - 1")]
    TooMuch(String),
    /// All amounts up to here have more than 256 bits together.
    #[error("with {0}, all amounts come to more than 2^256 - 1")]
    Sum(U256),
}
