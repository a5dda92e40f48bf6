use std::{collections::BTreeMap, str::FromStr};

use crate::{
    Artifact, Error, Result, Settings,
    artifact::{Code, DeployedCode, ImmutableRange, sorted_abi},
    immutables, one_line,
};
use foundry_compilers::{
    ConfigurableArtifacts, Project, ProjectBuilder, ProjectPathsConfig,
    artifacts::{
        BytecodeHash, Contract, EvmVersion, Optimizer, Settings as SolcJson, SettingsMetadata,
        bytecode::BytecodeObject, output_selection::OutputSelection, remappings::Remapping,
    },
    error::SolcError,
    solc::{Solc, SolcCompiler, SolcSettings},
};

/// Compiles all contracts and returns the artifacts of those called `names`: of contracts of the sources or, where
/// those have none of a name, of a library that they import.
///
/// # Errors
/// [`Error::Solc`] where the compiler does not run, [`Error::Rejected`] with its errors where the contracts do not
/// compile, and others where the answer is not as expected.
pub fn compile(settings: &Settings, names: &[&str]) -> Result<BTreeMap<String, Artifact>> {
    let unreadable = |error: SolcError| Error::Sources { reason: one_line(&error.to_string()) };
    let project = project(settings)?;
    // Not `Project::compile`: that takes in tests and scripts too, and they are compiled with other settings.
    let sources = project.paths.read_sources().map_err(unreadable)?;
    let output = project.compile_files(sources.keys().cloned()).map_err(unreadable)?;
    if output.has_compiler_errors() {
        let errors: Vec<&str> = output
            .output()
            .errors
            .iter()
            .filter(|error| error.is_error())
            .map(|error| error.formatted_message.as_deref().unwrap_or(&error.message).trim_end())
            .collect();
        return Err(Error::Rejected { report: errors.join("\n") });
    }
    let output = output.output();
    let immutables =
        immutables::names(output.sources.sources().filter_map(|(_, source)| source.ast.as_ref()));
    let called = |name: &str| -> Vec<_> {
        let contracts = output.contracts.contracts_with_files();
        contracts.filter(|(_, candidate, _)| *candidate == name).collect()
    };
    let pick = |name: &&str| {
        // Those of libraries count where the sources have none of this name.
        let (own, others): (Vec<_>, Vec<_>) =
            called(name).into_iter().partition(|(path, ..)| path.starts_with(&settings.sources));
        let mut found = if own.is_empty() { others } else { own };
        match (found.pop(), found.len()) {
            (Some((_, _, contract)), 0) => {
                Ok(((*name).to_owned(), strip(name, contract, &immutables)?))
            }
            (last, _) => Err(Error::NotUnique {
                name: (*name).to_owned(),
                found: found.iter().chain(&last).map(|(path, ..)| (*path).clone()).collect(),
            }),
        }
    };
    names.iter().map(pick).collect()
}

fn project(settings: &Settings) -> Result<Project<SolcCompiler, ConfigurableArtifacts>> {
    let solc = Solc::new(&settings.solc).map_err(|error| Error::Solc {
        path: settings.solc.clone(),
        reason: one_line(&error.to_string()),
    })?;
    let mut paths = ProjectPathsConfig::builder()
        .root(&settings.root)
        .sources(&settings.sources)
        .libs(&settings.libs);
    for remapping in &settings.remappings {
        paths = paths.remapping(remapped(settings, remapping)?);
    }
    let paths = paths.build().map_err(|error| Error::Sources { reason: error.to_string() })?;
    ProjectBuilder::<SolcCompiler, ConfigurableArtifacts>::new(ConfigurableArtifacts::default())
        .paths(paths)
        .settings(solc_settings(settings)?)
        .ephemeral()
        .no_artifacts()
        .offline()
        .single_solc_jobs()
        .build(SolcCompiler::Specific(solc))
        .map_err(|error| Error::Sources { reason: one_line(&error.to_string()) })
}

fn remapped(settings: &Settings, remapping: &str) -> Result<Remapping> {
    let mut remapping = Remapping::from_str(remapping)
        .map_err(|error| refuse(settings, format!("remapping `{remapping}`: {error}")))?;
    remapping.path = settings.root.join(&remapping.path).display().to_string();
    Ok(remapping)
}

fn solc_settings(settings: &Settings) -> Result<SolcSettings> {
    let evm_version = EvmVersion::from_str(&settings.evm_version).map_err(|_| {
        refuse(settings, format!("no EVM version is called `{}`", settings.evm_version))
    })?;
    let bytecode_hash = BytecodeHash::from_str(&settings.bytecode_hash).map_err(|_| {
        refuse(settings, format!("no bytecode hash is called `{}`", settings.bytecode_hash))
    })?;
    let metadata = SettingsMetadata::new(bytecode_hash, settings.cbor_metadata);
    let outputs = [
        "abi",
        "evm.bytecode.object",
        "evm.deployedBytecode.object",
        "evm.deployedBytecode.immutableReferences",
    ];
    let mut output_selection = OutputSelection::common_output_selection(outputs.map(str::to_owned));
    for file in output_selection.0.values_mut() {
        file.insert(String::new(), vec!["ast".to_owned()]);
    }
    let settings = SolcJson {
        optimizer: Optimizer {
            enabled: Some(settings.optimizer),
            runs: Some(settings.optimizer_runs),
            details: None,
        },
        metadata: Some(metadata),
        output_selection,
        evm_version: Some(evm_version),
        via_ir: Some(settings.via_ir),
        ..SolcJson::default()
    };
    Ok(SolcSettings { settings, ..SolcSettings::default() })
}

fn refuse(settings: &Settings, reason: String) -> Error {
    Error::Settings { path: settings.root.join("foundry.toml"), reason }
}

fn strip(
    name: &str,
    contract: &Contract,
    immutables: &BTreeMap<String, String>,
) -> Result<Artifact> {
    let lacks = |missing| Error::Incomplete { name: name.to_owned(), missing };
    let evm = contract.evm.as_ref().ok_or_else(|| lacks("bytecode"))?;
    let creation = evm.bytecode.as_ref().ok_or_else(|| lacks("bytecode"))?;
    let deployed = evm.deployed_bytecode.as_ref().ok_or_else(|| lacks("deployed bytecode"))?;
    let runtime = deployed.bytecode.as_ref().ok_or_else(|| lacks("deployed bytecode"))?;
    let hex = |object: &BytecodeObject| {
        object.as_bytes().map(ToString::to_string).ok_or_else(|| lacks("linked libraries"))
    };
    let mut references = BTreeMap::new();
    for (id, offsets) in &deployed.immutable_references {
        let immutable = immutables.get(id).ok_or_else(|| lacks("the name of an immutable"))?;
        let mut ranges: Vec<_> = offsets
            .iter()
            .map(|offsets| ImmutableRange { length: offsets.length, start: offsets.start })
            .collect();
        ranges.sort_by_key(|range| range.start);
        if references.insert(immutable.clone(), ranges).is_some() {
            return Err(Error::AmbiguousImmutable {
                name: name.to_owned(),
                immutable: immutable.clone(),
            });
        }
    }
    let abi = contract.abi.as_ref().ok_or_else(|| lacks("its ABI"))?;
    let abi = serde_json::to_value(abi).map_err(|_| lacks("an ABI that is JSON"))?;
    Ok(Artifact {
        abi: sorted_abi(abi.as_array().cloned().unwrap_or_default()),
        bytecode: Code { object: hex(&creation.object)? },
        deployed_bytecode: DeployedCode {
            immutable_references: references,
            object: hex(&runtime.object)?,
        },
    })
}
