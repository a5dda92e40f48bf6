use std::path::PathBuf;

use alloy::primitives::{Address, B256, TxHash, U256, utils::format_ether};

use crate::RpcFailure;

/// What can keep a deployment from being made, verified or recorded. Each message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: "read", "write", …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A file is not of the form that it should have.
    #[error("cannot understand {}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A text that should be a configuration is none.
    #[error("not a configuration: {reason}")]
    NotAConfig {
        /// What is wrong with it.
        reason: String,
    },
    /// A text that should be a manifest is none.
    #[error("not a manifest: {reason}")]
    NotAManifest {
        /// What is wrong with it.
        reason: String,
    },
    /// A setting has a value that cannot be deployed with.
    #[error("{setting} is {value}: {advice}")]
    BadSetting {
        /// The setting's name.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// The node did not answer, or not usefully.
    #[error("cannot {action}")]
    Rpc {
        /// What was asked of it.
        action: &'static str,
        /// What came of it.
        source: RpcFailure,
    },
    /// The node serves another chain than the caller expects.
    #[error(
        "wrong chain: expected chain id {expected}, the node serves {actual}: use the node of the chain you mean"
    )]
    WrongChain {
        /// The chain id that the caller named.
        expected: u64,
        /// The node's.
        actual: u64,
    },
    /// The chain has no CREATE2 deployer, through which all addresses are derived.
    #[error("chain {chain_id} has no CREATE2 deployer at {deployer}: install it first")]
    NoCreate2Deployer {
        /// The chain.
        chain_id: u64,
        /// Where the deployer should stand.
        deployer: Address,
    },
    /// The account cannot pay for the transactions that are missing.
    #[error(
        "{account} has {} ETH and the deployment needs about {} ETH: fund it",
        format_ether(*balance),
        format_ether(*needed)
    )]
    InsufficientFunds {
        /// The account that would pay.
        account: Address,
        /// What it has, in wei.
        balance: U256,
        /// What the missing transactions may cost, in wei.
        needed: U256,
    },
    /// Transactions of the account are under way, and are not mined in time. Sending more could deploy twice.
    #[error(
        "{account} has {count} transactions under way that were not mined within {seconds} s: wait for them"
    )]
    Busy {
        /// The account.
        account: Address,
        /// How many transactions.
        count: u64,
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// A transaction was sent and not mined in time.
    #[error("transaction {tx} ({step}) was not mined within {seconds} s: run again to go on")]
    NotMined {
        /// The step of the plan.
        step: &'static str,
        /// The transaction.
        tx: TxHash,
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// A transaction was mined and created nothing.
    #[error("transaction {tx} ({step}) failed: there is no code at {address}")]
    StepFailed {
        /// The step of the plan.
        step: &'static str,
        /// The transaction.
        tx: TxHash,
        /// Where the contract should stand.
        address: Address,
    },
    /// A contract of the deployment is not there.
    #[error("{contract} does not stand at {address}")]
    Missing {
        /// The contract.
        contract: &'static str,
        /// Where it should stand.
        address: Address,
    },
    /// At a contract's address stands other code than the artifact's with these immutables.
    #[error(
        "the code of {contract} at {address} is not this build's: its hash is {actual}, expected {expected}"
    )]
    WrongCode {
        /// The contract.
        contract: &'static str,
        /// Where it stands.
        address: Address,
        /// The hash that the artifact gives.
        expected: B256,
        /// The hash of the code on the chain.
        actual: B256,
    },
    /// A contract has an immutable that this crate knows no value for.
    #[error(
        "{contract} has an immutable that cannot be verified: this build's artifacts and its code do not match"
    )]
    UnknownImmutable {
        /// The contract.
        contract: &'static str,
    },
    /// A contract names another partner or setting than the plan.
    #[error("{question} answers {actual}, expected {expected}")]
    Miswired {
        /// The contract and its function.
        question: &'static str,
        /// What the plan says.
        expected: String,
        /// What the chain says.
        actual: String,
    },
    /// The manifest's file name and its contents disagree about the chain.
    #[error("{} is the manifest of chain {recorded}, not of chain {actual}: move it away", path.display())]
    ManifestOfOtherChain {
        /// The manifest.
        path: PathBuf,
        /// The chain id in it.
        recorded: u64,
        /// The node's chain id.
        actual: u64,
    },
    /// The manifest is of a chain that has the same id and began differently: a development chain was started anew.
    #[error(
        "{} is of another chain with id {chain_id} (its genesis is {recorded}, this one's is {actual}): move it away",
        path.display()
    )]
    ManifestOfOtherGenesis {
        /// The manifest.
        path: PathBuf,
        /// The chain id of both.
        chain_id: u64,
        /// The genesis block's hash in the manifest.
        recorded: B256,
        /// The genesis block's hash on this chain.
        actual: B256,
    },
    /// The manifest records a deployment that differs from the one that is planned.
    #[error(
        "{} records {item} {recorded} and the plan has {planned}: use its settings and its build, or move it away to deploy anew",
        path.display()
    )]
    ManifestDiffers {
        /// The manifest.
        path: PathBuf,
        /// The setting or contract.
        item: &'static str,
        /// What the manifest says.
        recorded: String,
        /// What configuration and build say.
        planned: String,
    },
    /// The manifest records a contract that the chain does not have.
    #[error("{} records {contract} at {address}, where no code stands: move it away to deploy anew", path.display())]
    ManifestStale {
        /// The manifest.
        path: PathBuf,
        /// The contract.
        contract: &'static str,
        /// Its address.
        address: Address,
    },
    /// The manifest lacks a contract of the deployment.
    #[error("{} records no {contract}, which this build deploys: it is of another build", path.display())]
    ManifestLacks {
        /// The manifest.
        path: PathBuf,
        /// The contract.
        contract: &'static str,
    },
    /// The manifest records a contract that is none of the deployment's.
    #[error("{} records {contract}, which this build does not deploy: it is of another build", path.display())]
    ManifestHasMore {
        /// The manifest.
        path: PathBuf,
        /// The contract.
        contract: String,
    },
    /// The node does not serve the logs of governance, so that who has a role cannot be told.
    #[error(
        "the node serves no logs of {contract} at {address} from block {from} on, when its roles were given: use one that keeps logs"
    )]
    LogsMissing {
        /// The contract.
        contract: &'static str,
        /// Where it stands.
        address: Address,
        /// The first block that was asked for.
        from: u64,
    },
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
