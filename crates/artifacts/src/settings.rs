use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Error, Result, one_line};

/// The part of `foundry.toml` that decides about bytecode. Forge reads the same file, so both compile alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The root of the repository; the other paths are absolute too.
    pub root: PathBuf,
    /// The folder of the contracts.
    pub sources: PathBuf,
    /// The compiler: an executable that answers `--version` and `--standard-json`.
    pub solc: PathBuf,
    /// Folders in which imports are looked for.
    pub libs: Vec<PathBuf>,
    /// Import remappings, each `prefix=target` with the target relative to the root.
    pub remappings: Vec<String>,
    /// The EVM version to compile for, by solc's name.
    pub evm_version: String,
    /// Whether to compile through Yul.
    pub via_ir: bool,
    /// Whether to optimise.
    pub optimizer: bool,
    /// How often the optimiser is to assume that code runs.
    pub optimizer_runs: usize,
    /// What hash of the metadata goes into the bytecode: "none", "ipfs" or "bzzr1".
    pub bytecode_hash: String,
    /// Whether metadata is appended to the bytecode at all.
    pub cbor_metadata: bool,
}

#[derive(Deserialize)]
struct File {
    profile: Profiles,
}

#[derive(Deserialize)]
struct Profiles {
    default: Profile,
}

/// Without defaults: what decides about bytecode has to be said in the file.
#[derive(Deserialize)]
struct Profile {
    src: PathBuf,
    solc: PathBuf,
    libs: Vec<PathBuf>,
    remappings: Vec<String>,
    evm_version: String,
    via_ir: bool,
    optimizer: bool,
    optimizer_runs: usize,
    bytecode_hash: String,
    cbor_metadata: bool,
    #[serde(flatten)]
    rest: toml::Table,
}

/// Keys of `foundry.toml` that would change bytecode and are not handed on here.
const UNSUPPORTED: [&str; 5] =
    ["optimizer_details", "revert_strings", "libraries", "use_literal_content", "extra_args"];

impl Settings {
    /// Reads the settings of the repository that `folder` lies in: the nearest `foundry.toml` upwards.
    ///
    /// # Errors
    /// [`Error::NoProject`] where there is none, [`Error::Io`] or [`Error::Settings`] where it cannot be read.
    pub fn find(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder).map_err(|source| Error::Io {
            action: "find",
            path: folder.to_owned(),
            source,
        })?;
        let root = folder
            .ancestors()
            .find(|root| root.join("foundry.toml").is_file())
            .ok_or_else(|| Error::NoProject { from: folder.clone() })?;
        Self::read(root)
    }

    /// Reads `foundry.toml` in the folder `root`.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Settings`].
    pub fn read(root: &Path) -> Result<Self> {
        let path = root.join("foundry.toml");
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Io {
            action: "read",
            path: path.clone(),
            source,
        })?;
        Self::parse(root, &text)
    }

    /// Reads the text of a `foundry.toml` in the folder `root`.
    ///
    /// # Errors
    /// [`Error::Settings`].
    pub fn parse(root: &Path, text: &str) -> Result<Self> {
        let path = root.join("foundry.toml");
        let refuse = |reason: String| Error::Settings { path: path.clone(), reason };
        let File { profile: Profiles { default: profile } } =
            toml::from_str(text).map_err(|error| refuse(one_line(error.message())))?;
        if let Some(key) = UNSUPPORTED.iter().find(|key| profile.rest.contains_key(**key)) {
            return Err(refuse(format!("`{key}` changes bytecode and is not supported here")));
        }
        Ok(Self {
            root: root.to_owned(),
            sources: root.join(profile.src),
            solc: root.join(profile.solc),
            libs: profile.libs.iter().map(|lib| root.join(lib)).collect(),
            remappings: profile.remappings,
            evm_version: profile.evm_version,
            via_ir: profile.via_ir,
            optimizer: profile.optimizer,
            optimizer_runs: profile.optimizer_runs,
            bytecode_hash: profile.bytecode_hash,
            cbor_metadata: profile.cbor_metadata,
        })
    }
}
