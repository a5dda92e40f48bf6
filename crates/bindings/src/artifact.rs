use std::{collections::BTreeMap, fmt, sync::LazyLock};

use alloy::primitives::{B256, Bytes, keccak256};
use serde::Deserialize;

/// What a deployment needs of a contract: its code, and where the constructor fills in immutables.
#[derive(Clone, Copy)]
pub struct Artifact {
    /// The contract's name.
    pub name: &'static str,
    creation: &'static Bytes,
    runtime: &'static Bytes,
    json: &'static str,
}

/// A place in runtime code that the constructor fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct ImmutableRange {
    /// Offset of the first byte.
    pub start: usize,
    /// How many bytes.
    pub length: usize,
}

/// The places of each immutable of a contract, by the immutable's name in the source.
pub type Immutables = BTreeMap<String, Vec<ImmutableRange>>;

impl Artifact {
    /// The creation code, without constructor arguments.
    #[must_use]
    pub const fn creation_code(&self) -> &'static Bytes {
        self.creation
    }

    /// The creation code with ABI-encoded constructor arguments behind it.
    #[must_use]
    pub fn init_code(&self, arguments: &[u8]) -> Bytes {
        [self.creation, arguments].concat().into()
    }

    /// The code that the constructor returns, with zeros where immutables go.
    #[must_use]
    pub const fn runtime_code(&self) -> &'static Bytes {
        self.runtime
    }

    /// The committed file.
    pub(crate) const fn json(&self) -> &'static str {
        self.json
    }

    /// Where the immutables are.
    #[must_use]
    pub fn immutables(&self) -> &'static Immutables {
        PARSED.get(self.name).unwrap_or(&NO_IMMUTABLES)
    }

    /// The runtime code as it stands on a chain where the immutables have these values: 32 bytes each, as an ABI word.
    /// `None` where the contract has an immutable that `values` lacks.
    #[must_use]
    pub fn runtime_code_with(&self, values: &BTreeMap<&str, B256>) -> Option<Bytes> {
        let mut code = self.runtime.to_vec();
        for (name, ranges) in self.immutables() {
            let value = values.get(name.as_str())?;
            for range in ranges {
                // Solc reserves a whole word for each, whatever the type.
                let place = code.get_mut(range.start..range.start + range.length)?;
                place.copy_from_slice(value.get(32 - range.length..)?);
            }
        }
        Some(code.into())
    }
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact")
            .field("name", &self.name)
            .field("creation_hash", &keccak256(self.creation))
            .finish_non_exhaustive()
    }
}

static NO_IMMUTABLES: Immutables = Immutables::new();

/// The immutables of all contracts. The files were checked when the crate was built (`sol!` read them too), and a test
/// reads them here: none fails to parse.
static PARSED: LazyLock<BTreeMap<&str, Immutables>> = LazyLock::new(|| {
    artifacts::ALL
        .iter()
        .map(|artifact| (artifact.name, parse(artifact.json).unwrap_or_default()))
        .collect()
});

fn parse(json: &str) -> serde_json::Result<Immutables> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct File {
        deployed_bytecode: Deployed,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Deployed {
        immutable_references: Immutables,
    }
    let file: File = serde_json::from_str(json)?;
    Ok(file.deployed_bytecode.immutable_references)
}

/// The artifacts of all contracts.
pub mod artifacts {
    use super::Artifact;
    use crate::{
        AccessManager, AllocationManager, BlocklistToken, DevStakedEther, DevToken, Genesis,
        Governance, GovernanceGenesis, Lens, MerkleDrops, RebasingWrapper, RewardStreams,
        RewardsDistributor, Router, StakeVault, TimelockController,
    };

    macro_rules! artifacts {
        ($($(#[$doc:meta])* $constant:ident = $contract:ident;)*) => {
            $(
                $(#[$doc])*
                pub const $constant: Artifact = Artifact {
                    name: stringify!($contract),
                    creation: &$contract::BYTECODE,
                    runtime: &$contract::DEPLOYED_BYTECODE,
                    json: include_str!(concat!("../artifacts/", stringify!($contract), ".json")),
                };
            )*

            /// All of them.
            pub const ALL: &[Artifact] = &[$($constant),*];
        };
    }

    artifacts! {
        /// Holds all staked tokens.
        STAKE_VAULT = StakeVault;
        /// Holds what operators promise to services.
        ALLOCATION_MANAGER = AllocationManager;
        /// Creates the vault and the allocation manager.
        GENESIS = Genesis;
        /// Creates governance: the three below.
        GOVERNANCE_GENESIS = GovernanceGenesis;
        /// Has what is proposed wait.
        TIMELOCK_CONTROLLER = TimelockController;
        /// Says who may call what of governance.
        ACCESS_MANAGER = AccessManager;
        /// The core's authority.
        GOVERNANCE = Governance;
        /// Stakes in one call what would take several.
        ROUTER = Router;
        /// Reads in one call what would take many.
        LENS = Lens;
        /// Has rewards paid to pools, and their stakers claim.
        REWARDS_DISTRIBUTOR = RewardsDistributor;
        /// Has rewards split among the operators of a set, at once or epoch by epoch.
        REWARD_STREAMS = RewardStreams;
        /// Pays out to lists of accounts, by the roots of their Merkle trees.
        MERKLE_DROPS = MerkleDrops;
        /// An ERC-4626 wrapper of a token that rebases.
        REBASING_WRAPPER = RebasingWrapper;
        /// An ERC-20 that anyone may mint, for development networks.
        DEV_TOKEN = DevToken;
        /// A liquid staking token that rebases, for development networks.
        DEV_STAKED_ETHER = DevStakedEther;
        /// An ERC-20 that refuses the receivers that anyone names, for tests.
        BLOCKLIST_TOKEN = BlocklistToken;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_its_places_lie_in_the_code() {
        for artifact in artifacts::ALL {
            let immutables = parse(artifact.json).unwrap();
            assert_eq!(artifact.immutables(), &immutables);
            for range in immutables.values().flatten() {
                let place = &artifact.runtime_code()[range.start..range.start + range.length];
                assert!(
                    place.iter().all(|byte| *byte == 0),
                    "{} has code where an immutable goes",
                    artifact.name
                );
            }
        }
    }

    #[test]
    fn immutables_are_known_by_name() {
        let names: Vec<_> =
            artifacts::STAKE_VAULT.immutables().keys().map(String::as_str).collect();
        assert_eq!(names, ["ALLOCATION_MANAGER", "AUTHORITY", "EPOCH_LENGTH", "ORIGIN"]);
        assert!(artifacts::GENESIS.immutables().is_empty());
    }

    #[test]
    fn fills_in_immutables() {
        let artifact = artifacts::DEV_TOKEN;
        let decimals = B256::with_last_byte(6);
        let code = artifact.runtime_code_with(&BTreeMap::from([("DECIMALS", decimals)])).unwrap();
        let range = artifact.immutables()["DECIMALS"][0];
        assert_eq!(code[range.start..range.start + range.length], *decimals);
        assert_eq!(code.len(), artifact.runtime_code().len());
        assert_eq!(artifact.runtime_code_with(&BTreeMap::new()), None);
    }

    #[test]
    fn a_genesis_carries_the_code_that_it_creates() {
        let of_core = [artifacts::STAKE_VAULT, artifacts::ALLOCATION_MANAGER];
        let of_governance =
            [artifacts::TIMELOCK_CONTROLLER, artifacts::ACCESS_MANAGER, artifacts::GOVERNANCE];
        for (genesis, created) in
            [(artifacts::GENESIS, &of_core[..]), (artifacts::GOVERNANCE_GENESIS, &of_governance)]
        {
            for artifact in created {
                let code = artifact.creation_code();
                assert!(
                    genesis.creation_code().windows(code.len()).any(|window| window == &code[..]),
                    "{} was not compiled with this {}",
                    genesis.name,
                    artifact.name
                );
            }
        }
    }
}
