use std::{collections::BTreeMap, fmt};

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, address},
    rpc::types::TransactionRequest,
    sol_types::SolConstructor,
};
use palisade_bindings::{Artifact, Genesis, artifacts};
use serde::Serialize;

use crate::{Config, Result, manifest::checksummed};

/// The CREATE2 deployer: takes a salt and creation code behind it. It stands at this address on nearly every chain.
pub const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");

/// Where the contracts of a deployment stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// `Genesis`: created the two below.
    #[serde(rename = "Genesis", serialize_with = "checksummed")]
    pub genesis: Address,
    /// `StakeVault`: holds all staked tokens.
    #[serde(rename = "StakeVault", serialize_with = "checksummed")]
    pub vault: Address,
    /// `AllocationManager`: holds what operators promise.
    #[serde(rename = "AllocationManager", serialize_with = "checksummed")]
    pub allocation_manager: Address,
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
        let arguments = Genesis::constructorCall {
            authority: config.authority,
            epochLength: U256::from(config.epoch_length),
        };
        let mut core =
            Step::create2("core", artifacts::GENESIS, config.salt, &arguments.abi_encode());
        let genesis = core.address();
        let addresses =
            Addresses { genesis, vault: genesis.create(1), allocation_manager: genesis.create(2) };
        core.contracts.extend([
            Contract { artifact: artifacts::STAKE_VAULT, address: addresses.vault },
            Contract {
                artifact: artifacts::ALLOCATION_MANAGER,
                address: addresses.allocation_manager,
            },
        ]);
        Ok(Self { config, addresses, steps: vec![core] })
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
        BTreeMap::from([
            ("AUTHORITY", self.config.authority.into_word()),
            ("VAULT", self.addresses.vault.into_word()),
            ("ALLOCATION_MANAGER", self.addresses.allocation_manager.into_word()),
            ("EPOCH_LENGTH", U256::from(self.config.epoch_length).into()),
            ("ORIGIN", U256::from(origin).into()),
        ])
    }
}

/// A table: step, contract, predicted address.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<8} {:<18} address", "step", "contract")?;
        for step in &self.steps {
            for contract in &step.contracts {
                writeln!(
                    f,
                    "{:<8} {:<18} {}",
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
        let changes: [fn(&mut Config); 3] = [
            |config| config.epoch_length += 1,
            |config| config.salt = B256::with_last_byte(9),
            |config| config.authority = Address::repeat_byte(1),
        ];
        for change in changes {
            let mut config = *first.config();
            change(&mut config);
            assert_ne!(first.addresses(), Plan::new(config).unwrap().addresses());
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
        assert_eq!(table.lines().count(), 4);
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
