use std::{collections::BTreeMap, fmt, path::Path, str::FromStr};

use alloy::primitives::{Address, B256, TxHash};
use palisade_bindings::one_line;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
};

use crate::{
    Config, Contract, Error, Plan, Result,
    config::{read, typed},
};

/// What stands on a chain: the record of a deployment, one a chain. It is a function of the chain and the
/// configuration, so that however a deployment came about its manifest is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format: a file of another one is refused.
    pub version: ManifestVersion,
    /// The chain's id.
    pub chain_id: u64,
    /// The hash of the chain's block 0, which tells apart chains of the same id.
    pub genesis_hash: B256,
    /// What the deployment was made from.
    pub config: Config,
    /// The timestamp at which epoch 1 began, in seconds.
    pub origin: u64,
    /// The contracts, by name.
    #[serde(deserialize_with = "each_once")]
    pub contracts: BTreeMap<String, Record>,
}

/// The version of the manifest's format, of which there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct ManifestVersion;

impl ManifestVersion {
    const NUMBER: u64 = 1;
}

impl TryFrom<u64> for ManifestVersion {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        if number == Self::NUMBER {
            return Ok(Self);
        }
        Err(format!("version {number} of the format, and only version {} is known", Self::NUMBER))
    }
}

impl From<ManifestVersion> for u64 {
    fn from(_: ManifestVersion) -> Self {
        ManifestVersion::NUMBER
    }
}

/// What a manifest says of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Where it stands.
    #[serde(deserialize_with = "typed", serialize_with = "checksummed")]
    pub address: Address,
    /// Keccak-256 of its code.
    pub code_hash: B256,
    /// The transaction that created it; unknown where it was not sent to the CREATE2 deployer directly, or where the
    /// node does not serve its history.
    pub tx: Option<TxHash>,
    /// The number of that transaction's block.
    pub block: Option<u64>,
}

/// Writes an address with its checksum, for people.
pub(crate) fn checksummed<S: Serializer>(
    address: &Address,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

/// Reads records by name. A name that is there twice is a slip: which of the two is meant?
fn each_once<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Record>, D::Error> {
    struct Records;

    impl<'de> Visitor<'de> for Records {
        type Value = BTreeMap<String, Record>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map of contracts by name")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut records = BTreeMap::new();
            while let Some((name, record)) = map.next_entry::<String, Record>()? {
                if records.contains_key(&name) {
                    return Err(A::Error::custom(format!("duplicate contract `{name}`")));
                }
                records.insert(name, record);
            }
            Ok(records)
        }
    }

    deserializer.deserialize_map(Records)
}

impl Manifest {
    /// Reads a manifest from a file.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Malformed`].
    pub fn read(path: &Path) -> Result<Self> {
        read(path)
    }

    /// The text of its file.
    ///
    /// # Errors
    /// None of a manifest that was read or that a deployment made; those of [`serde_json`].
    pub fn to_text(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Refuses a manifest that is not of this chain and this plan. `path` is where it was read, for the error.
    ///
    /// # Errors
    /// [`Error::ManifestOfOtherChain`], [`Error::ManifestOfOtherGenesis`], or [`Error::ManifestDiffers`].
    pub fn check(&self, path: &Path, chain_id: u64, genesis_hash: B256, plan: &Plan) -> Result<()> {
        self.check_chain(path, chain_id, genesis_hash)?;
        let path = || path.to_owned();
        let same = |item, recorded: String, planned: String| {
            if recorded == planned {
                return Ok(());
            }
            Err(Error::ManifestDiffers { path: path(), item, recorded, planned })
        };
        let (recorded, planned) = (&self.config, plan.config());
        same("salt", recorded.salt.to_string(), planned.salt.to_string())?;
        same("epoch_length", recorded.epoch_length.to_string(), planned.epoch_length.to_string())?;
        let (recorded, planned) = (&recorded.governance, &planned.governance);
        same("governance.council", recorded.council.to_string(), planned.council.to_string())?;
        same("governance.guardian", recorded.guardian.to_string(), planned.guardian.to_string())?;
        same("governance.delay", recorded.delay.to_string(), planned.delay.to_string())?;
        for Contract { artifact, address } in plan.contracts() {
            let recorded =
                self.contracts.get(artifact.name).map(|record| record.address.to_string());
            same(
                artifact.name,
                recorded.unwrap_or_else(|| "nowhere".to_owned()),
                address.to_string(),
            )?;
        }
        Ok(())
    }

    /// Refuses a manifest that records other contracts than the plan's, wherever they stand.
    ///
    /// # Errors
    /// [`Error::ManifestLacks`] or [`Error::ManifestHasMore`].
    pub(crate) fn check_names(&self, path: &Path, plan: &Plan) -> Result<()> {
        let mut names: Vec<_> = plan.contracts().map(|contract| contract.artifact.name).collect();
        if let Some(contract) = names.iter().find(|name| !self.contracts.contains_key(**name)) {
            return Err(Error::ManifestLacks { path: path.to_owned(), contract });
        }
        names.sort_unstable();
        match self.contracts.keys().find(|name| names.binary_search(&name.as_str()).is_err()) {
            None => Ok(()),
            Some(name) => {
                Err(Error::ManifestHasMore { path: path.to_owned(), contract: one_line(name) })
            }
        }
    }

    /// Refuses a manifest that is not of this chain.
    ///
    /// # Errors
    /// [`Error::ManifestOfOtherChain`] or [`Error::ManifestOfOtherGenesis`].
    pub(crate) fn check_chain(&self, path: &Path, chain_id: u64, genesis_hash: B256) -> Result<()> {
        if self.chain_id != chain_id {
            return Err(Error::ManifestOfOtherChain {
                path: path.to_owned(),
                recorded: self.chain_id,
                actual: chain_id,
            });
        }
        if self.genesis_hash != genesis_hash {
            return Err(Error::ManifestOfOtherGenesis {
                path: path.to_owned(),
                chain_id,
                recorded: self.genesis_hash,
                actual: genesis_hash,
            });
        }
        Ok(())
    }
}

/// From JSON, as in `deployments/`. What it says of the deployment's settings must be deployable.
impl FromStr for Manifest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| Error::NotAManifest { reason: one_line(&error.to_string()) })?;
        manifest.config.validate()?;
        Ok(manifest)
    }
}
