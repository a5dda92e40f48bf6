use std::{
    env,
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use clap::Args;
use eyre::{Result, bail};
use palisade_demo::Demo;
use palisade_devnet::Devnet;

use crate::output;

/// Arguments of `palisade demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Spoil one expectation: one check must fail then, and with it the demo.
    #[arg(long)]
    sabotage: bool,
    /// Where to write the report.
    #[arg(long, value_name = "FILE", default_value = "target/demo/report.json")]
    report: PathBuf,
    /// Print the report instead of the story.
    #[arg(long)]
    json: bool,
    /// The port of 127.0.0.1 that the chain listens on; 0 for any that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

impl DemoArgs {
    /// Plays the story on a network of its own, writes the report, and fails if a check does.
    pub(crate) async fn run(self) -> Result<()> {
        let Self { sabotage, report: path, json, port } = self;
        let mut out: Box<dyn Write> =
            if json { Box::new(io::sink()) } else { Box::new(io::stdout()) };
        let net = Devnet::builder().port(port).epoch_length(Demo::EPOCH_LENGTH).start().await?;
        let demo = Demo::default().sabotage(sabotage).colour(!json && colours());
        let report = demo.play(&net, &mut *out).await?;
        report.write(&path)?;
        if json {
            output::print(&report.to_json())?;
        } else {
            output::print(&format!("The report is in {}.\n", path.display()))?;
        }
        let failed: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
        if let Some(first) = failed.first() {
            let (count, all) = (failed.len(), report.checks.len());
            bail!("{count} of {all} checks failed, first of all “{}”", first.name);
        }
        Ok(())
    }
}

/// Whether standard output is a terminal, and nobody objects to colours (<https://no-color.org>).
fn colours() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
