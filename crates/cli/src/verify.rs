//! `palisade deploy verify`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use eyre::{Result, bail};
use palisade_artifacts::{Artifact, Settings, compile};
use palisade_deploy::{Change, Deployer, Finding, Inspection, Plan, Verdict};
use serde::Serialize;
use serde_json::json;

use crate::{deploy::of_node, deployment::DeploymentArgs, output};

/// Arguments of `palisade deploy verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    deployment: DeploymentArgs,
    /// Also compile the sources in this folder, and compare their code with this build's.
    #[arg(long, value_name = "FOLDER")]
    source: Option<PathBuf>,
    /// Also read what forge has built into this folder, and compare it with this build's.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Also fail where governance has changed since deployment.
    #[arg(long)]
    unchanged: bool,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

/// How this build's code of a contract differs from that of its sources.
#[derive(Debug, Serialize)]
struct Drift {
    contract: &'static str,
    /// What differs, with the first byte that does.
    what: String,
}

/// A comparison of this build with its sources.
#[derive(Debug, Serialize)]
struct Sources {
    /// Where they were compiled or read.
    origin: String,
    drifts: Vec<Drift>,
}

impl VerifyArgs {
    /// Verifies, and fails if anything is not this build's.
    pub(crate) async fn run(self) -> Result<()> {
        let deployer = Deployer::new(self.deployment.connect(None)?);
        let deployer = deployer.timeout(self.deployment.timeout());
        let (plan, recorded) = self.deployment.read(&deployer).await?;
        // Boxed: what it waits for is large.
        let recorded = recorded.as_ref().map(|(path, manifest)| (path.as_path(), manifest));
        let inspection = Box::pin(deployer.inspect(&plan, recorded)).await;
        let inspection = inspection.map_err(|error| of_node(error, &self.deployment.rpc_url))?;
        let mut sources = Vec::new();
        if let Some(folder) = self.source.clone() {
            let plan = plan.clone();
            sources.push(tokio::task::spawn_blocking(move || compiled(&plan, &folder)).await??);
        }
        if let Some(folder) = &self.out {
            sources.push(built(&plan, folder)?);
        }
        if self.json {
            output::print_json(&json!({
                "inspection": inspection,
                "sources": sources,
                "verified": verdict(&inspection, &sources, self.unchanged).is_ok(),
            }))?;
        } else {
            show(&plan, &inspection, &sources)?;
        }
        verdict(&inspection, &sources, self.unchanged)
    }
}

fn compiled(plan: &Plan, folder: &Path) -> Result<Sources> {
    // Not the nearest one upwards: these sources are asked about, and no others.
    if !folder.join("foundry.toml").is_file() {
        bail!("no foundry.toml in {}: name the root of the sources", folder.display());
    }
    let settings = Settings::find(folder)?;
    let names: Vec<_> = plan.contracts().map(|contract| contract.artifact.name).collect();
    output::note(&format!("compiling the contracts of {}", settings.root.display()));
    let artifacts = compile(&settings, &names)?;
    let drifts = drifts(plan, &artifacts)?;
    Ok(Sources { origin: format!("the sources in {}", settings.root.display()), drifts })
}

fn built(plan: &Plan, folder: &Path) -> Result<Sources> {
    let read = |contract: &palisade_deploy::Contract| {
        let name = contract.artifact.name;
        Ok((name.to_owned(), Artifact::read_built(folder, name)?))
    };
    let artifacts = plan.contracts().map(read).collect::<Result<_>>()?;
    let drifts = drifts(plan, &artifacts)?;
    Ok(Sources { origin: format!("what was built into {}", folder.display()), drifts })
}

/// How this build differs from these artifacts: creation code, runtime code, and where immutables go.
fn drifts(plan: &Plan, artifacts: &BTreeMap<String, Artifact>) -> Result<Vec<Drift>> {
    let mut drifts = Vec::new();
    for contract in plan.contracts() {
        let embedded = contract.artifact;
        let Some(other) = artifacts.get(embedded.name) else {
            bail!("{} was not compiled", embedded.name);
        };
        let bytes = |code: Result<Vec<u8>, String>| {
            code.map_err(|reason| eyre::eyre!("the code of {} {reason}", embedded.name))
        };
        let creation = bytes(other.bytecode.bytes())?;
        let runtime = bytes(other.deployed_bytecode.bytes())?;
        let places = |mut places: Vec<(usize, usize)>| {
            places.sort_unstable();
            places
        };
        let ours = embedded.immutables().values().flatten().map(|it| (it.start, it.length));
        let theirs = other.deployed_bytecode.ranges();
        let theirs = theirs.map(|(_, it)| (it.start as usize, it.length as usize));
        let what = if let Some(what) = differ("creation", embedded.creation_code(), &creation) {
            what
        } else if let Some(what) = differ("runtime", embedded.runtime_code(), &runtime) {
            what
        } else if places(ours.collect()) != places(theirs.collect()) {
            "the immutables lie elsewhere".to_owned()
        } else {
            continue;
        };
        drifts.push(Drift { contract: embedded.name, what });
    }
    Ok(drifts)
}

/// How this build's code differs from that of the sources, if it does.
fn differ(which: &str, ours: &[u8], theirs: &[u8]) -> Option<String> {
    let longest = ours.len().max(theirs.len());
    let offset = (0..longest).find(|offset| ours.get(*offset) != theirs.get(*offset))?;
    let byte = |code: &[u8]| {
        code.get(offset).map_or_else(|| "missing".to_owned(), |byte| format!("{byte:#04x}"))
    };
    let (ours, theirs, length, other) = (byte(ours), byte(theirs), ours.len(), theirs.len());
    Some(format!(
        "byte {offset} of the {which} code is {ours} (of {length} bytes), and {theirs} (of {other}) there"
    ))
}

/// Whether all is well; else what is not, on one line.
fn verdict(inspection: &Inspection, sources: &[Sources], unchanged: bool) -> Result<()> {
    let count = inspection.contracts.len();
    let faults: Vec<_> = inspection.faults().collect();
    if let Some(Finding { contract, address, verdict, .. }) = faults.first() {
        bail!(
            "{} of {count} contracts not verified, first of all {contract} at {address}: {verdict}",
            faults.len()
        );
    }
    for Sources { origin, drifts } in sources {
        if let Some(Drift { contract, what }) = drifts.first() {
            bail!(
                "{} of {count} contracts of this build are not {origin}, first of all {contract}: {what}",
                drifts.len()
            );
        }
    }
    if unchanged && !inspection.is_governed_as_deployed() {
        let told = inspection.changes.iter().map(Change::to_string);
        let told: Vec<_> = told.chain(news(inspection)).collect();
        bail!("governance has changed: {}", told.join("; "));
    }
    Ok(())
}

/// The accounts that were given a role since deployment.
fn news(inspection: &Inspection) -> impl Iterator<Item = String> {
    let new = inspection.roles.iter().filter(|holder| !holder.deployed);
    new.map(|holder| {
        format!(
            "{} has role {} of {}, and had not when deployed",
            holder.account, holder.role, holder.contract
        )
    })
}

fn show(plan: &Plan, inspection: &Inspection, sources: &[Sources]) -> Result<()> {
    let none = || "none".to_owned();
    let rows = inspection.contracts.iter().map(|finding| {
        [
            finding.contract.to_owned(),
            finding.address.to_string(),
            finding.code_hash.map_or_else(none, |hash| hash.to_string()),
            finding.verdict.to_string(),
        ]
    });
    let header = ["contract", "address", "code hash on chain", "verdict"];
    let mut parts = vec![output::table(header.map(ToOwned::to_owned), rows)];
    let named = |text: &str| {
        let contract = plan.contracts().find(|contract| contract.address.to_string() == text);
        contract.map_or_else(|| text.to_owned(), |it| format!("{text} ({})", it.artifact.name))
    };
    if !inspection.wiring.is_empty() {
        let rows = inspection.wiring.iter().map(|it| [it.question.to_owned(), named(&it.actual)]);
        parts.push(output::table(["wiring", "answer"].map(ToOwned::to_owned), rows));
    }
    if !inspection.roles.is_empty() {
        let rows = inspection.roles.iter().map(|holder| {
            let account = match (holder.account.is_zero(), holder.role.as_str()) {
                (true, "executor") => "anybody".to_owned(),
                _ => named(&holder.account.to_string()),
            };
            let since = if holder.deployed { "deployment" } else { "later" };
            let delay =
                if holder.delay == 0 { String::new() } else { format!("{} s", holder.delay) };
            [holder.contract.to_owned(), holder.role.clone(), account, since.to_owned(), delay]
        });
        let header = ["roles of", "role", "account", "since", "delay"];
        parts.push(output::table(header.map(ToOwned::to_owned), rows));
    }
    output::print(&parts.join("\n"))?;
    for change in inspection.changes.iter().map(Change::to_string).chain(news(inspection)) {
        output::note(&format!("governance has changed: {change}"));
    }
    let (count, chain_id) = (inspection.contracts.len(), inspection.chain_id);
    let same = inspection.contracts.iter().filter(|it| it.verdict == Verdict::Same).count();
    let mut told = format!("chain {chain_id}: {same} of {count} contracts are this build's");
    for Sources { origin, drifts } in sources {
        let same = count - drifts.len();
        told = format!("{told}; {same} of {count} are {origin}");
    }
    output::print(&format!("{told}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVNET: &str = include_str!("../../../script/config/devnet.toml");

    fn plan() -> Plan {
        Plan::new(DEVNET.parse().unwrap()).unwrap()
    }

    /// The artifacts that the bindings were made from.
    fn committed(plan: &Plan) -> BTreeMap<String, Artifact> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bindings/artifacts");
        let read = |contract: &palisade_deploy::Contract| {
            let name = contract.artifact.name;
            let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
            (name.to_owned(), text.parse().unwrap())
        };
        plan.contracts().map(read).collect()
    }

    #[test]
    fn the_committed_artifacts_are_this_builds() {
        let plan = plan();
        assert_eq!(drifts(&plan, &committed(&plan)).unwrap().len(), 0);
    }

    #[test]
    fn any_drift_is_told() {
        let plan = plan();
        let drift = |change: fn(&mut Artifact)| {
            let mut artifacts = committed(&plan);
            change(artifacts.get_mut("StakeVault").unwrap());
            let drifts = drifts(&plan, &artifacts).unwrap();
            assert_eq!(drifts.len(), 1);
            assert_eq!(drifts[0].contract, "StakeVault");
            drifts[0].what.clone()
        };
        let what = drift(|it| it.bytecode.object.push_str("00"));
        assert!(
            what.starts_with("byte ") && what.contains("of the creation code is missing"),
            "{what}"
        );
        let what = drift(|it| it.deployed_bytecode.object.replace_range(2..4, "ff"));
        assert!(what.starts_with("byte 0 of the runtime code is 0x60"), "{what}");
        let what = drift(|it| it.deployed_bytecode.immutable_references.clear());
        assert_eq!(what, "the immutables lie elsewhere");
        assert!(
            drifts(&plan, &BTreeMap::new()).unwrap_err().to_string().contains("was not compiled")
        );
    }
}
