//! `palisade rewards`.

mod draft;
mod progress;
mod tree;

use clap::Subcommand;
use eyre::Result;

pub use tree::{BuildArgs, ProveArgs, TreeCommand, VerifyTreeArgs};

/// What can be done about rewards.
#[derive(Debug, Subcommand)]
pub enum RewardsCommand {
    /// Trees of payouts, as Merkle drops are claimed from and @openzeppelin/merkle-tree makes them.
    #[command(subcommand)]
    Tree(TreeCommand),
}

impl RewardsCommand {
    /// Does what the subcommand says.
    pub(crate) async fn run(self) -> Result<()> {
        match self {
            Self::Tree(command) => command.run().await,
        }
    }
}
