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
pub const CONTRACTS: [&str; 16] = [
    "AccessManager",
    "AllocationManager",
    "BlocklistToken",
    "DevStakedEther",
    "DevToken",
    "Genesis",
    "Governance",
    "GovernanceGenesis",
    "Lens",
    "MerkleDrops",
    "RebasingWrapper",
    "RewardStreams",
    "RewardsDistributor",
    "Router",
    "StakeVault",
    "TimelockController",
];

/// The folder of the committed artifacts, relative to the root of the repository.
pub const FOLDER: &str = "crates/bindings/artifacts";

/// The text on one line, for errors that must fit one: no line breaks, and nothing else that a terminal would obey.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().flat_map(shown).collect()
}

fn shown(letter: char) -> impl Iterator<Item = char> {
    let escaped = letter.is_control().then(|| letter.escape_default());
    let plain = escaped.is_none().then_some(letter);
    escaped.into_iter().flatten().chain(plain)
}
