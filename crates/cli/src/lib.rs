#![doc = include_str!("../README.md")]

mod demo;
mod deploy;
mod deployment;
mod devnet;
mod fuzz;
mod node;
mod output;
mod progress;
mod rewards;
mod verify;

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

pub use demo::DemoArgs;
pub use deploy::{DeployArgs, DeployCommand};
pub use devnet::DevnetArgs;
pub use fuzz::FuzzArgs;
pub use node::NodeUrl;
pub use rewards::{
    AprArgs, BuildArgs, ClaimArgs, DistributeArgs, ProveArgs, RewardsCommand, ShowArgs,
    TreeCommand, VerifyTreeArgs,
};
pub use verify::VerifyArgs;

/// Palisade: restaking under rules that can be read beforehand.
#[derive(Debug, Parser)]
#[command(name = "palisade", version)]
pub struct Cli {
    /// Tell more: what happens, and each cause of an error on a line of its own. Twice for still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `palisade` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play the main job on a local chain: two services, their slashes, and everybody leaves with what they should.
    Demo(DemoArgs),
    /// Deploy Palisade to a chain, verify it, and record it; a second run changes nothing.
    Deploy(Box<DeployArgs>),
    /// Keep a local chain with everything deployed and funded, until Ctrl-C.
    Devnet(DevnetArgs),
    /// Hunt for disagreement between the contracts and the reference model.
    Fuzz(FuzzArgs),
    /// What services pay: show it, claim it, put it in a year's terms, and build trees of payouts.
    #[command(subcommand)]
    Rewards(RewardsCommand),
}

impl Command {
    async fn run(self) -> eyre::Result<()> {
        match self {
            Self::Demo(args) => args.run().await,
            Self::Deploy(args) => args.run().await,
            Self::Devnet(args) => Box::pin(args.run()).await,
            Self::Fuzz(args) => args.run().await,
            Self::Rewards(command) => command.run().await,
        }
    }
}

/// Runs the command of the process's arguments. The exit code is 0 on success, 1 on failure, and 2 where the arguments
/// make no sense.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { verbose, command } = Cli::parse();
    log_to_stderr(verbose);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result =
        runtime.map_err(eyre::Report::from).and_then(|runtime| runtime.block_on(command.run()));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            output::error(&report, verbose > 0);
            ExitCode::FAILURE
        }
    }
}

/// Warnings, or more where asked for; `PALISADE_LOG` may say it in detail.
fn log_to_stderr(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "warn,palisade_cli=info,palisade_deploy=info,palisade_devnet=info",
        2 => "info,palisade_cli=debug,palisade_deploy=debug,palisade_devnet=debug",
        _ => "trace",
    };
    let filter =
        EnvFilter::try_from_env("PALISADE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
}
