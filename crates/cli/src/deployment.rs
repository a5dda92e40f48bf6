//! Which chain, and which deployment on it: for all commands that ask about one.

use std::{io::ErrorKind, path::PathBuf, time::Duration};

use alloy::{
    providers::{DynProvider, Provider},
    signers::local::PrivateKeySigner,
};
use clap::{Args, value_parser};
use eyre::{Report, Result, WrapErr};
use palisade_deploy::{Config, Deployer, Error, Manifest, Plan, Store};

use crate::{deploy::of_node, node::NodeUrl};

/// Which chain, and which deployment on it.
#[derive(Debug, Args)]
pub(crate) struct DeploymentArgs {
    /// The node of the chain.
    #[arg(long, value_name = "URL")]
    pub(crate) rpc_url: NodeUrl,
    /// The manifest of the deployment; by default the chain's in the folder of manifests.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The settings of the deployment, instead of a manifest: the contracts are looked for at the addresses that follow.
    #[arg(long, value_name = "FILE", conflicts_with = "manifest")]
    config: Option<PathBuf>,
    /// The folder of manifests.
    #[arg(long, value_name = "FOLDER", default_value = "deployments", conflicts_with_all = ["manifest", "config"])]
    deployments: PathBuf,
    /// How long to wait for one answer of the node, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u64).range(1..))]
    timeout: u64,
}

impl DeploymentArgs {
    /// How long to wait for one answer of the node.
    pub(crate) const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// Connects to read, and to send in the name of `signer` if there is one.
    pub(crate) fn connect(&self, signer: Option<PrivateKeySigner>) -> Result<DynProvider> {
        self.rpc_url.connect(signer, self.timeout())
    }

    /// The plan of the deployment, and the manifest that tells it, if one does.
    pub(crate) async fn read(
        &self,
        deployer: &Deployer<impl Provider>,
    ) -> Result<(Plan, Option<(PathBuf, Manifest)>)> {
        if let Some(config) = &self.config {
            let plan = Plan::new(Config::read(config)?);
            return Ok((plan.wrap_err_with(|| config.display().to_string())?, None));
        }
        let path = if let Some(path) = &self.manifest {
            path.clone()
        } else {
            let chain_id = deployer.chain_id().await;
            let chain_id = chain_id.map_err(|error| of_node(error, &self.rpc_url))?;
            Store::new(&self.deployments).path(chain_id)
        };
        let manifest = Manifest::read(&path).map_err(advise)?;
        Ok((Plan::new(manifest.config)?, Some((path, manifest))))
    }
}

/// What to do where there is no manifest.
fn advise(error: Error) -> Report {
    let is_missing =
        matches!(&error, Error::Io { source, .. } if source.kind() == ErrorKind::NotFound);
    let report = Report::new(error);
    if is_missing {
        return report
            .wrap_err("no manifest: name it with --manifest, or the settings with --config");
    }
    report
}
