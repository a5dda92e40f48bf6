use std::path::PathBuf;

use alloy::primitives::TxHash;
use palisade_model::ModelError;

/// What can keep the demo from its end. Each message is one line. A check that fails is none of these: it is in the
/// [`Report`](crate::Report).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The network failed.
    #[error(transparent)]
    Devnet(#[from] palisade_devnet::Error),
    /// The node did not answer, or not usefully.
    #[error(transparent)]
    Node(#[from] palisade_deploy::Error),
    /// A transaction that should succeed was refused.
    #[error("{what} was refused: {reason}")]
    Refused {
        /// The step.
        what: String,
        /// The contract's error with its arguments.
        reason: String,
    },
    /// A transaction was mined and failed, though a call of it just before did not.
    #[error("{what} failed in transaction {tx}")]
    Failed {
        /// The step.
        what: String,
        /// The transaction.
        tx: TxHash,
    },
    /// A transaction that should be refused was not.
    #[error("{by} does not refuse this: {what}")]
    NotRefused {
        /// Who should.
        by: &'static str,
        /// The step.
        what: String,
    },
    /// The model refuses a step of the story, or for a reason that the contracts have no error for.
    #[error("the model refuses this: {what}")]
    ModelRefuses {
        /// The step.
        what: String,
        /// Why.
        source: Box<ModelError>,
    },
    /// What stands around the core refuses a step of the story, as the model of it says.
    #[error("the model refuses this: {what}: {name}")]
    EdgeRefuses {
        /// The step.
        what: String,
        /// The contract's error.
        name: &'static str,
    },
    /// The model contradicts itself.
    #[error("the model is broken: {0}")]
    ModelBroken(String),
    /// A contract answers what its interface does not allow.
    #[error("cannot understand the answer to {what}")]
    Nonsense {
        /// What was asked.
        what: String,
        /// Why not.
        source: alloy::sol_types::Error,
    },
    /// The chain is not at the epoch that the story has come to.
    #[error("it is epoch {actual}, not {expected}: the story was held up for longer than an epoch")]
    WrongEpoch {
        /// The story's.
        expected: u32,
        /// The chain's.
        actual: u32,
    },
    /// The network is not fresh.
    #[error(
        "{who} has {actual} units of {token} and not {expected}: the story needs a fresh network"
    )]
    NotFresh {
        /// Whose balance.
        who: &'static str,
        /// The token.
        token: &'static str,
        /// What everybody begins with.
        expected: u128,
        /// What it is.
        actual: u128,
    },
    /// A list of payouts makes no tree.
    #[error(transparent)]
    List(#[from] palisade_rewards::tree::Error),
    /// The narration could not be written.
    #[error("cannot write the narration")]
    Narration(#[from] std::io::Error),
    /// The report could not be written.
    #[error("cannot write {}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
