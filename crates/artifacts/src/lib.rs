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

/// The contracts whose artifacts are committed: Palisade's own, and those of `OpenZeppelin` that are deployed with them.
pub const CONTRACTS: [&str; 13] = [
    "AccessManager",
    "AllocationManager",
    "BlocklistToken",
    "DevStakedEther",
    "DevToken",
    "Genesis",
    "Governance",
    "GovernanceGenesis",
    "Lens",
    "RebasingWrapper",
    "Router",
    "StakeVault",
    "TimelockController",
];

/// The folder of the committed artifacts, relative to the root of the repository.
pub const FOLDER: &str = "crates/bindings/artifacts";
