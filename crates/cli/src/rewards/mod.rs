//! `palisade rewards`.

mod apr;
mod chain;
mod claim;
mod distribute;
mod draft;
mod progress;
mod show;
mod tree;

use clap::Subcommand;
use eyre::Result;

pub use apr::AprArgs;
pub use claim::ClaimArgs;
pub use distribute::DistributeArgs;
pub use show::ShowArgs;
pub use tree::{BuildArgs, ProveArgs, TreeCommand, VerifyTreeArgs};

/// What can be done about rewards.
#[derive(Debug, Subcommand)]
pub enum RewardsCommand {
    /// Show what can be claimed and was claimed, by pool and token: recomputed from logs, compared with the contract.
    Show(Box<ShowArgs>),
    /// Claim, or print what to send.
    Claim(Box<ClaimArgs>),
    /// Pay pools for the epoch that has just closed, or show what would be paid.
    Distribute(Box<DistributeArgs>),
    /// Show what stake earned, in a year's terms.
    Apr(Box<AprArgs>),
    /// Trees of payouts, as Merkle drops are claimed from and @openzeppelin/merkle-tree makes them.
    #[command(subcommand)]
    Tree(TreeCommand),
}

impl RewardsCommand {
    /// Does what the subcommand says.
    pub(crate) async fn run(self) -> Result<()> {
        match self {
            Self::Show(args) => Box::pin(args.run()).await,
            Self::Claim(args) => Box::pin(args.run()).await,
            Self::Distribute(args) => Box::pin(args.run()).await,
            Self::Apr(args) => Box::pin(args.run()).await,
            Self::Tree(command) => command.run().await,
        }
    }
}
