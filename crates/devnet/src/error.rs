use std::{path::PathBuf, time::Duration};

use alloy::{
    primitives::{B256, U256},
    transports::TransportError,
};

use crate::anvil::{LEAST_TEXT, PACKAGE, VARIABLE};

/// What can keep a development network from starting or working. Each message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no anvil, or none that is new enough.
    #[error(
        "no anvil found on PATH{}, nor as {PACKAGE} in or above {}: run `npm ci` in the repository, put Foundry {LEAST_TEXT} or newer on PATH, or name one in {VARIABLE}",
        too_old.as_ref().map(|(path, version)| format!(" ({} is version {version})", path.display())).unwrap_or_default(),
        folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(" or ")
    )]
    NoAnvil {
        /// The folders that were searched for an npm package, with all above them.
        folders: Vec<PathBuf>,
        /// An anvil on PATH that is too old, and its version.
        too_old: Option<(PathBuf, String)>,
    },
    /// The anvil that was named is no program.
    #[error("{} (from {origin}) is no program that can be run", path.display())]
    BadAnvil {
        /// The file that was named.
        path: PathBuf,
        /// Who named it.
        origin: &'static str,
    },
    /// The shell that holds anvil's leash could not be started.
    #[error("cannot start {}", path.display())]
    Spawn {
        /// The program.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Another program listens on the port.
    #[error(
        "port {port} is taken: stop the program that listens there, or choose another port (0 for any)"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// Anvil ended by itself.
    #[error("anvil died{}", if last_words.is_empty() { String::new() } else { format!(": {last_words}") })]
    Died {
        /// The last line that it wrote, if any.
        last_words: String,
    },
    /// Anvil does not get ready.
    #[error("anvil was not ready within {0:?}")]
    NotReady(Duration),
    /// What was started serves another chain than it was told to.
    #[error("wrong chain: expected chain id {expected}, anvil serves {actual}")]
    WrongChain {
        /// The chain id that anvil was told.
        expected: u64,
        /// The one that it answers.
        actual: u64,
    },
    /// A request could not be made.
    #[error("cannot {action}")]
    Request {
        /// What was to be asked.
        action: &'static str,
        /// What is wrong with it.
        source: TransportError,
    },
    /// A transaction of the set-up failed.
    #[error("transaction {tx} ({what}) failed while the network was set up")]
    SetupFailed {
        /// What the transaction was to do.
        what: String,
        /// The transaction.
        tx: B256,
    },
    /// The core could not be planned, or is not as planned; or anvil did not answer, or with an error.
    #[error(transparent)]
    Deploy(#[from] palisade_deploy::Error),
    /// The code of Permit2 that this crate was built with is no such thing.
    #[error("cannot read the code of Permit2")]
    Permit2(#[source] serde_json::Error),
    /// A key could not be derived.
    #[error("cannot derive a key from the mnemonic")]
    Key(#[from] alloy::signers::local::LocalSignerError),
    /// No account has this name.
    #[error("no account is called {name}; there are {}", known.join(", "))]
    NoAccount {
        /// The name.
        name: String,
        /// The names of all accounts.
        known: Vec<String>,
    },
    /// Two accounts were to have the same name.
    #[error("two accounts are called {name}")]
    AccountTwice {
        /// The name.
        name: String,
    },
    /// No token has this symbol.
    #[error("no token is called {symbol}; there are {}", known.join(", "))]
    NoToken {
        /// The symbol.
        symbol: String,
        /// The symbols of all tokens.
        known: Vec<&'static str>,
    },
    /// Anvil does not know the snapshot (any more).
    #[error("no snapshot {0}: reverting to one forgets it and all later ones")]
    NoSnapshot(U256),
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
