use std::{collections::BTreeMap, fmt};

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, address},
    rpc::types::TransactionRequest,
    sol_types::SolConstructor,
};
use palisade_bindings::{
    Artifact, Genesis, GovernanceGenesis, Lens, RewardStreams, RewardsDistributor, Router,
    artifacts,
};
use serde::Serialize;

use crate::{Config, GovernanceConfig, Result, manifest::checksummed};

/// The CREATE2 deployer: takes a salt and creation code behind it. It stands at this address on nearly every chain.
pub const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");

/// Where the contracts of a deployment stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// `GovernanceGenesis`: created the three below.
    #[serde(rename = "GovernanceGenesis", serialize_with = "checksummed")]
    pub governance_genesis: Address,
    /// `TimelockController`: has what the council proposes wait; administers the access manager.
    #[serde(rename = "TimelockController", serialize_with = "checksummed")]
    pub timelock: Address,
    /// `AccessManager`: says who may call what of `Governance`.
    #[serde(rename = "AccessManager", serialize_with = "checksummed")]
    pub access_manager: Address,
    /// `Governance`: the core's authority.
    #[serde(rename = "Governance", serialize_with = "checksummed")]
    pub governance: Address,
    /// `Genesis`: created the two below.
    #[serde(rename = "Genesis", serialize_with = "checksummed")]
    pub genesis: Address,
    /// `StakeVault`: holds all staked tokens.
    #[serde(rename = "StakeVault", serialize_with = "checksummed")]
    pub vault: Address,
    /// `AllocationManager`: holds what operators promise.
    #[serde(rename = "AllocationManager", serialize_with = "checksummed")]
    pub allocation_manager: Address,
    /// `Router`: stakes in one call what would take several.
    #[serde(rename = "Router", serialize_with = "checksummed")]
    pub router: Address,
    /// `Lens`: reads in one call what would take many.
    #[serde(rename = "Lens", serialize_with = "checksummed")]
    pub lens: Address,
    /// `RewardsDistributor`: has rewards paid to pools, and their stakers claim.
    #[serde(rename = "RewardsDistributor", serialize_with = "checksummed")]
    pub rewards: Address,
    /// `RewardStreams`: has rewards split among the operators of a set.
    #[serde(rename = "RewardStreams", serialize_with = "checksummed")]
    pub streams: Address,
    /// `MerkleDrops`: pays out by the roots of Merkle trees.
    #[serde(rename = "MerkleDrops", serialize_with = "checksummed")]
    pub drops: Address,
}

/// A contract that a step creates.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// Its code.
    pub artifact: Artifact,
    /// Where it will stand.
    pub address: Address,
}

/// One transaction of a plan, to the CREATE2 deployer.
#[derive(Clone, Debug)]
pub struct Step {
    /// The step's name.
    pub name: &'static str,
    /// What it creates; the first is the one that the CREATE2 deployer creates.
    pub contracts: Vec<Contract>,
    /// The transaction's input: salt and creation code.
    pub input: Bytes,
}

impl Step {
    /// A step that creates a contract through the CREATE2 deployer. `arguments` are the constructor's, ABI-encoded.
    #[must_use]
    pub fn create2(name: &'static str, artifact: Artifact, salt: B256, arguments: &[u8]) -> Self {
        let code = artifact.init_code(arguments);
        let address = CREATE2_DEPLOYER.create2_from_code(salt, &code);
        let input = [salt.as_slice(), &code].concat().into();
        Self { name, contracts: vec![Contract { artifact, address }], input }
    }

    /// Adds what the step's contract creates in its constructor, in this order. Returns where they will stand.
    fn creates<const N: usize>(&mut self, created: [Artifact; N]) -> [Address; N] {
        let creator = self.address();
        let mut nonce = 0;
        created.map(|artifact| {
            nonce += 1;
            let address = creator.create(nonce);
            self.contracts.push(Contract { artifact, address });
            address
        })
    }

    /// Where the contract will stand that the CREATE2 deployer creates.
    #[must_use]
    pub fn address(&self) -> Address {
        // Every step is built with at least one.
        self.contracts.first().map(|contract| contract.address).unwrap_or_default()
    }

    /// The transaction, without sender, nonce, gas and fees.
    #[must_use]
    pub fn transaction(&self) -> TransactionRequest {
        TransactionRequest::default().with_to(CREATE2_DEPLOYER).with_input(self.input.clone())
    }
}

/// What a deployment consists of, and where everything will stand: a function of the configuration and this build's
/// artifacts.
#[derive(Clone, Debug)]
pub struct Plan {
    config: Config,
    addresses: Addresses,
    steps: Vec<Step>,
}

impl Plan {
    /// Plans a deployment.
    ///
    /// # Errors
    /// [`Error::BadSetting`](crate::Error::BadSetting) where the configuration cannot be deployed.
    pub fn new(config: Config) -> Result<Self> {
        config.validate()?;
        let GovernanceConfig { council, guardian, delay } = config.governance;
        let arguments =
            GovernanceGenesis::constructorCall { council, guardian, delay: U256::from(delay) };
        let mut governance = Step::create2(
            "governance",
            artifacts::GOVERNANCE_GENESIS,
            config.salt,
            &arguments.abi_encode(),
        );
        let [timelock, access_manager, authority] = governance.creates([
            artifacts::TIMELOCK_CONTROLLER,
            artifacts::ACCESS_MANAGER,
            artifacts::GOVERNANCE,
        ]);

        let arguments =
            Genesis::constructorCall { authority, epochLength: U256::from(config.epoch_length) };
        let mut core =
            Step::create2("core", artifacts::GENESIS, config.salt, &arguments.abi_encode());
        let [vault, allocation_manager] =
            core.creates([artifacts::STAKE_VAULT, artifacts::ALLOCATION_MANAGER]);

        let arguments = Router::constructorCall { vault }.abi_encode();
        let router = Step::create2("router", artifacts::ROUTER, config.salt, &arguments);
        let arguments = Lens::constructorCall { vault }.abi_encode();
        let lens = Step::create2("lens", artifacts::LENS, config.salt, &arguments);

        let arguments = RewardsDistributor::constructorCall { vault }.abi_encode();
        let rewards =
            Step::create2("rewards", artifacts::REWARDS_DISTRIBUTOR, config.salt, &arguments);
        let arguments = RewardStreams::constructorCall {
            distributor: rewards.address(),
            allocationManager: allocation_manager,
        };
        let streams = Step::create2(
            "streams",
            artifacts::REWARD_STREAMS,
            config.salt,
            &arguments.abi_encode(),
        );
        let drops = Step::create2("drops", artifacts::MERKLE_DROPS, config.salt, &[]);

        let addresses = Addresses {
            governance_genesis: governance.address(),
            timelock,
            access_manager,
            governance: authority,
            genesis: core.address(),
            vault,
            allocation_manager,
            router: router.address(),
            lens: lens.address(),
            rewards: rewards.address(),
            streams: streams.address(),
            drops: drops.address(),
        };
        Ok(Self {
            config,
            addresses,
            steps: vec![governance, core, router, lens, rewards, streams, drops],
        })
    }

    /// What the plan was made from.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Where everything will stand.
    #[must_use]
    pub const fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The transactions, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// All contracts, in the order of their creation.
    pub fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.steps.iter().flat_map(|step| &step.contracts)
    }

    /// The values of all immutables on a chain where the clock started at timestamp `origin` (in seconds).
    pub(crate) fn immutables(&self, origin: u64) -> BTreeMap<&'static str, B256> {
        self.immutables_with(origin, |contract| contract.address)
    }

    /// The same where the contracts stand elsewhere than planned.
    pub(crate) fn immutables_with(
        &self,
        origin: u64,
        at: impl Fn(&Contract) -> Address,
    ) -> BTreeMap<&'static str, B256> {
        let word = |artifact: Artifact| {
            let contract =
                self.contracts().find(|contract| contract.artifact.name == artifact.name);
            contract.map(&at).unwrap_or_default().into_word()
        };
        BTreeMap::from([
            ("AUTHORITY", word(artifacts::GOVERNANCE)),
            ("VAULT", word(artifacts::STAKE_VAULT)),
            ("ALLOCATION_MANAGER", word(artifacts::ALLOCATION_MANAGER)),
            ("DISTRIBUTOR", word(artifacts::REWARDS_DISTRIBUTOR)),
            ("EPOCH_LENGTH", U256::from(self.config.epoch_length).into()),
            ("ORIGIN", U256::from(origin).into()),
        ])
    }
}

/// A table: step, contract, predicted address.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10} {:<18} address", "step", "contract")?;
        for step in &self.steps {
            for contract in &step.contracts {
                writeln!(
                    f,
                    "{:<10} {:<18} {}",
                    step.name, contract.artifact.name, contract.address
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let config = include_str!("../../../script/config/devnet.toml").parse().unwrap();
        Plan::new(config).unwrap()
    }

    #[test]
    fn addresses_follow_from_the_configuration() {
        let (first, again) = (plan(), plan());
        assert_eq!(first.addresses(), again.addresses());
        let changes: [fn(&mut Config); 5] = [
            |config| config.epoch_length += 1,
            |config| config.salt = B256::with_last_byte(9),
            |config| config.governance.council = Address::repeat_byte(1),
            |config| config.governance.guardian = Address::repeat_byte(1),
            |config| config.governance.delay += 1,
        ];
        for change in changes {
            let mut config = *first.config();
            change(&mut config);
            let other = Plan::new(config).unwrap();
            assert_ne!(first.addresses().vault, other.addresses().vault);
            assert_ne!(first.addresses().router, other.addresses().router);
        }
    }

    #[test]
    fn every_address_is_that_of_a_contract() {
        let plan = plan();
        let named = serde_json::to_value(plan.addresses()).unwrap();
        let created: Vec<_> = plan.contracts().map(|it| (it.artifact.name, it.address)).collect();
        assert_eq!(named.as_object().unwrap().len(), created.len());
        for (name, address) in created {
            assert_eq!(named[name], address.to_string());
        }
    }

    #[test]
    fn every_immutable_of_the_contracts_has_a_value() {
        let plan = plan();
        let values = plan.immutables(5);
        for Contract { artifact, .. } in plan.contracts() {
            assert!(artifact.runtime_code_with(&values).is_some(), "{}", artifact.name);
        }
    }

    #[test]
    fn prints_as_a_table() {
        let plan = plan();
        let table = plan.to_string();
        assert_eq!(table.lines().count(), 13);
        for Contract { artifact, address } in plan.contracts() {
            assert!(table.contains(&format!("{:<18} {address}", artifact.name)), "{table}");
        }
    }

    #[test]
    fn an_impossible_configuration_makes_no_plan() {
        let mut config = *plan().config();
        config.epoch_length = 1;
        assert!(Plan::new(config).is_err());
    }
}
