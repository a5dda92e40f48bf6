#![doc = include_str!("../README.md")]

mod artifact;
mod compile;
mod error;
mod files;
mod immutables;
mod settings;

pub use artifact::{Artifact, Code, DeployedCode, ImmutableRange};
pub use compile::compile;
pub use error::{Error, Result};
pub use files::{Difference, check, write};
pub use settings::Settings;

/// The contracts whose artifacts are committed.
pub const CONTRACTS: [&str; 6] =
    ["AllocationManager", "BlocklistToken", "DevToken", "DevWrapper", "Genesis", "StakeVault"];

/// The folder of the committed artifacts, relative to the root of the repository.
pub const FOLDER: &str = "crates/bindings/artifacts";
