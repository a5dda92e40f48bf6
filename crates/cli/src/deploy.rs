use std::{fs, path::PathBuf, time::Duration};

use alloy::{providers::DynProvider, signers::local::PrivateKeySigner};
use clap::{Args, Subcommand, value_parser};
use eyre::{Report, Result, WrapErr, bail, eyre};
use palisade_deploy::{
    Change, Config, Deployer, Error, Plan, Report as Deployed, Store, Survey, failpoint,
};
use serde_json::json;

use crate::{VerifyArgs, node::NodeUrl, output};

/// Arguments of `palisade deploy`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct DeployArgs {
    // Only a subcommand stands in for them.
    #[command(flatten)]
    execute: Option<ExecuteArgs>,
    #[command(subcommand)]
    command: Option<DeployCommand>,
}

/// What else can be done with a deployment.
#[derive(Debug, Subcommand)]
pub enum DeployCommand {
    /// Prove that a chain's code is this build's, byte for byte, and tell who governs. Changes nothing, needs no key.
    Verify(VerifyArgs),
}

impl DeployArgs {
    /// Deploys, or does what the subcommand says.
    pub(crate) async fn run(self) -> Result<()> {
        match (self.command, self.execute) {
            (Some(DeployCommand::Verify(args)), _) => Box::pin(args.run()).await,
            (None, Some(args)) => args.run().await,
            (None, None) => bail!("no settings: name them with --config"),
        }
    }
}

/// Arguments of `palisade deploy` without a subcommand.
#[derive(Debug, Args)]
struct ExecuteArgs {
    /// What to deploy: a TOML file as in script/config/, with `salt`, `epoch_length` and who governs.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The node to deploy through.
    #[arg(long, value_name = "URL")]
    rpc_url: NodeUrl,
    // A key itself is no argument: others could read it in the list of processes. (And clap would not see these two in a
    // struct of their own, where all of them are optional beside a subcommand.)
    /// The environment variable that holds the private key of the account that pays.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["private_key_file", "dry_run"])]
    private_key_env: Option<String>,
    /// The file that holds it.
    #[arg(long, value_name = "FILE", conflicts_with = "private_key_env")]
    private_key_file: Option<PathBuf>,
    /// The folder of manifests; this one becomes `<chain id>.json`.
    #[arg(long, value_name = "FOLDER", default_value = "deployments")]
    deployments: PathBuf,
    /// Refuse to deploy to any other chain than the one with this id.
    #[arg(long, value_name = "ID")]
    expect_chain_id: Option<u64>,
    /// Show what would be deployed and what stands already; change nothing. Needs no key.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
    /// How long to wait for one answer of the node, and for one transaction to be mined, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u64).range(1..))]
    timeout: u64,
}

impl ExecuteArgs {
    /// Deploys, or shows what would be deployed.
    async fn run(self) -> Result<()> {
        let Self {
            config,
            rpc_url,
            private_key_env,
            private_key_file,
            deployments,
            expect_chain_id,
            dry_run,
            json,
            timeout,
        } = self;
        if let Some(name) = failpoint::unknown() {
            bail!(
                "{} is {name}, which is no fail-point: {}",
                failpoint::VARIABLE,
                failpoint::ALL.join(", ")
            );
        }
        let timeout = Duration::from_secs(timeout);
        let plan =
            Plan::new(Config::read(&config)?).wrap_err_with(|| config.display().to_string())?;
        let signer = signer(private_key_env, private_key_file)?;
        let deployer = Deployer::new(rpc_url.connect(signer.clone(), timeout)?).timeout(timeout);
        let at_node = |error| of_node(error, &rpc_url);
        if let Some(expected) = expect_chain_id {
            deployer.expect_chain(expected).await.map_err(at_node)?;
        }
        match signer {
            Some(signer) if !dry_run => {
                let store = Store::new(deployments);
                let report =
                    deployer.deploy(signer.address(), &plan, &store).await.map_err(at_node)?;
                show_report(&report, json)
            }
            _ => {
                let (survey, changes) = survey(&deployer, &plan).await.map_err(at_node)?;
                show_survey(&plan, &survey, &changes, json)
            }
        }
    }
}

/// The signer whose key is in this environment variable or file; none only where nothing is to be signed.
pub(crate) fn signer(
    variable: Option<String>,
    file: Option<PathBuf>,
) -> Result<Option<PrivateKeySigner>> {
    let (origin, text) = if let Some(name) = variable {
        let text = std::env::var(&name)
            .map_err(|_| eyre!("the environment variable {name} is not set"))?;
        (format!("the environment variable {name}"), text)
    } else if let Some(path) = file {
        let text = fs::read_to_string(&path)
            .wrap_err_with(|| format!("cannot read {}", path.display()))?;
        (path.display().to_string(), text)
    } else {
        return Ok(None);
    };
    // The cause may repeat a part of the key: leave it out.
    let signer = text
        .trim()
        .parse()
        .map_err(|_| eyre!("{origin} holds no private key (32 bytes in hex)"))?;
    Ok(Some(signer))
}

/// What stands; and where that is everything, verified, what governance has changed since.
async fn survey(
    deployer: &Deployer<DynProvider>,
    plan: &Plan,
) -> palisade_deploy::Result<(Survey, Vec<Change>)> {
    let survey = deployer.survey(plan).await?;
    let changes = if survey.standing.iter().all(|stands| *stands) {
        deployer.verify(plan).await?.changes
    } else {
        Vec::new()
    };
    Ok((survey, changes))
}

/// Tells people what governance has changed: it may.
fn note_changes(changes: &[Change]) {
    for change in changes {
        output::note(&format!("governance has changed: {change}"));
    }
}

/// Says which node failed, where one did.
pub(crate) fn of_node(error: Error, url: &NodeUrl) -> Report {
    match error {
        Error::Rpc { .. } => Report::new(error).wrap_err(format!("node at {url}")),
        other => other.into(),
    }
}

fn show_survey(plan: &Plan, survey: &Survey, changes: &[Change], json: bool) -> Result<()> {
    let steps = || plan.steps().iter().zip(&survey.standing);
    if json {
        let missing: Vec<_> =
            steps().filter(|(_, stands)| !**stands).map(|(step, _)| step.name).collect();
        return output::print_json(&json!({
            "dry_run": true,
            "chain_id": survey.chain_id,
            "contracts": plan.addresses(),
            "missing": missing,
            "changes": changes,
        }));
    }
    note_changes(changes);
    let mut rows = Vec::new();
    for (step, stands) in steps() {
        for contract in &step.contracts {
            let state = if *stands { "stands" } else { "missing" };
            let address = contract.address.to_string();
            rows.push([
                step.name.to_owned(),
                contract.artifact.name.to_owned(),
                address,
                state.to_owned(),
            ]);
        }
    }
    let header = ["step", "contract", "address", "state"].map(ToOwned::to_owned);
    output::print(&output::table(header, rows))
}

fn show_report(report: &Deployed, json: bool) -> Result<()> {
    let Deployed { manifest, path, written, sent, changes } = report;
    if json {
        return output::print_json(&json!({
            "manifest": manifest,
            "path": path,
            "written": written,
            "sent": sent,
            "changes": changes,
        }));
    }
    note_changes(changes);
    let unknown = || "unknown".to_owned();
    let rows = manifest.contracts.iter().map(|(name, record)| {
        let block = record.block.map_or_else(unknown, |block| block.to_string());
        let tx = record.tx.map_or_else(unknown, |tx| tx.to_string());
        [name.clone(), record.address.to_string(), block, tx]
    });
    let header = ["contract", "address", "block", "transaction"].map(ToOwned::to_owned);
    output::print(&output::table(header, rows))?;
    let did = match (sent.len(), written) {
        (0, false) => "everything stood and was recorded already; verified".to_owned(),
        (0, true) => format!("everything stood already; verified, recorded in {}", path.display()),
        (1, _) => format!("sent 1 transaction, verified, recorded in {}", path.display()),
        (count, _) => {
            format!("sent {count} transactions, verified, recorded in {}", path.display())
        }
    };
    output::print(&format!("chain {}: {did}\n", manifest.chain_id))
}
