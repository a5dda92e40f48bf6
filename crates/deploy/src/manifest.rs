use std::{collections::BTreeMap, path::Path};

use alloy::primitives::{Address, B256, TxHash};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Config, Contract, Error, Plan, Result};

/// What stands on a chain: the record of a deployment, one a chain. It is a function of the chain and the
/// configuration, so that however a deployment came about its manifest is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The chain's id.
    pub chain_id: u64,
    /// The hash of the chain's block 0, which tells apart chains of the same id.
    pub genesis_hash: B256,
    /// What the deployment was made from.
    pub config: Config,
    /// The timestamp at which epoch 1 began, in seconds.
    pub origin: u64,
    /// The contracts, by name.
    pub contracts: BTreeMap<String, Record>,
}

/// What a manifest says of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Where it stands.
    #[serde(serialize_with = "checksummed")]
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

impl Manifest {
    /// Refuses a manifest that is not of this chain and this plan. `path` is where it was read, for the error.
    ///
    /// # Errors
    /// [`Error::ManifestOfOtherChain`], [`Error::ManifestOfOtherGenesis`], or [`Error::ManifestDiffers`].
    pub fn check(&self, path: &Path, chain_id: u64, genesis_hash: B256, plan: &Plan) -> Result<()> {
        let path = || path.to_owned();
        if self.chain_id != chain_id {
            return Err(Error::ManifestOfOtherChain {
                path: path(),
                recorded: self.chain_id,
                actual: chain_id,
            });
        }
        if self.genesis_hash != genesis_hash {
            return Err(Error::ManifestOfOtherGenesis {
                path: path(),
                chain_id,
                recorded: self.genesis_hash,
                actual: genesis_hash,
            });
        }
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
}
