use std::path::PathBuf;

/// What goes wrong besides a disagreement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A constructor reverted.
    #[error("the contracts cannot be deployed: {0}")]
    Deployment(String),
    /// The EVM could not run a call.
    #[error("the EVM failed: {0}")]
    Evm(String),
    /// A file cannot be read or written, or is not what it should be.
    #[error("{}: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// The result of most functions here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
