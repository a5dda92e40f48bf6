use std::path::PathBuf;

/// What can keep the artifacts from being made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: "read", "write", …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// There is no `foundry.toml` in the folder or above it.
    #[error("no foundry.toml in {} or above it: name a folder of the repository", from.display())]
    NoProject {
        /// The folder where the search began.
        from: PathBuf,
    },
    /// `foundry.toml` is not what this tool can read.
    #[error("cannot understand {}: {reason}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, on one line.
        reason: String,
    },
    /// The compiler wrapper cannot be run, or does not answer as solc does.
    #[error("cannot run solc at {}: {reason}; it needs Node.js on PATH and the packages of `npm ci`", path.display())]
    Solc {
        /// The wrapper that `foundry.toml` names.
        path: PathBuf,
        /// The system's or the wrapper's answer, on one line.
        reason: String,
    },
    /// The sources could not be read or their imports not resolved.
    #[error("cannot compile the contracts: {reason}")]
    Sources {
        /// The answer of foundry-compilers, on one line.
        reason: String,
    },
    /// The contracts do not compile.
    #[error("the contracts do not compile:\n{report}")]
    Rejected {
        /// The compiler's errors, as it formats them.
        report: String,
    },
    /// A file is no artifact.
    #[error("{} is no artifact: {reason}", path.display())]
    NoArtifact {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, on one line.
        reason: String,
    },
    /// A contract was asked for that the sources do not have exactly once.
    #[error("expected one contract called {name}, found {}", found.len())]
    NotUnique {
        /// The name.
        name: String,
        /// The files that have a contract of this name.
        found: Vec<PathBuf>,
    },
    /// The compiler left out a part of its answer, or gave it in a form unknown here.
    #[error("solc's answer for {name} lacks {missing}")]
    Incomplete {
        /// The contract.
        name: String,
        /// The part.
        missing: &'static str,
    },
    /// Two immutables of a contract have the same name, so that names do not tell them apart.
    #[error("{name} has two immutables called {immutable}: give one of them another name")]
    AmbiguousImmutable {
        /// The contract.
        name: String,
        /// The immutables' name.
        immutable: String,
    },
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
