use std::collections::BTreeMap;

use alloy::{
    primitives::{B256, U256, keccak256},
    providers::Provider,
};
use palisade_bindings::{AllocationManager, StakeVault};

use crate::{Contract, Deployer, Error, Plan, Result, rpc::ask};

/// What was read from the chain while a deployment was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The timestamp at which epoch 1 began, in seconds.
    pub origin: u64,
    /// Keccak-256 of each contract's code, by the contract's name.
    pub code_hashes: BTreeMap<&'static str, B256>,
}

impl<P: Provider> Deployer<P> {
    /// Verifies a whole deployment: reads back every contract's code and compares it with the artifact's, immutables
    /// filled in, and asks every contract for its partners and settings. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::WrongCode`] or [`Error::Miswired`] for the first thing that is not as planned;
    /// [`Error::Rpc`].
    pub async fn verify(&self, plan: &Plan) -> Result<Verified> {
        let at = plan.addresses();
        let vault = StakeVault::new(at.vault, self.provider());
        let manager = AllocationManager::new(at.allocation_manager, self.provider());

        // A contract that is missing has no answers: look at the code first.
        let codes = self.codes(plan).await?;
        if let Some((contract, _)) = plan.contracts().zip(&codes).find(|(_, code)| code.is_empty())
        {
            return Err(missing(contract));
        }
        let read = "read the contracts' wiring";
        let (manager_of_vault, vault_of_manager, vault_authority, manager_authority) = tokio::try_join!(
            ask(self.wait(), read, async { vault.ALLOCATION_MANAGER().call().await }),
            ask(self.wait(), read, async { manager.VAULT().call().await }),
            ask(self.wait(), read, async { vault.AUTHORITY().call().await }),
            ask(self.wait(), read, async { manager.AUTHORITY().call().await }),
        )?;
        let (vault_length, manager_length, vault_origin, manager_origin) = tokio::try_join!(
            ask(self.wait(), read, async { vault.EPOCH_LENGTH().call().await }),
            ask(self.wait(), read, async { manager.EPOCH_LENGTH().call().await }),
            ask(self.wait(), read, async { vault.ORIGIN().call().await }),
            ask(self.wait(), read, async { manager.ORIGIN().call().await }),
        )?;
        let config = plan.config();
        let epoch_length = U256::from(config.epoch_length);
        same("StakeVault.ALLOCATION_MANAGER", &at.allocation_manager, &manager_of_vault)?;
        same("AllocationManager.VAULT", &at.vault, &vault_of_manager)?;
        same("StakeVault.AUTHORITY", &config.authority, &vault_authority)?;
        same("AllocationManager.AUTHORITY", &config.authority, &manager_authority)?;
        same("StakeVault.EPOCH_LENGTH", &epoch_length, &vault_length)?;
        same("AllocationManager.EPOCH_LENGTH", &epoch_length, &manager_length)?;
        same("AllocationManager.ORIGIN", &vault_origin, &manager_origin)?;

        let origin = vault_origin.saturating_to();
        let values = plan.immutables(origin);
        let mut code_hashes = BTreeMap::new();
        for (contract, code) in plan.contracts().zip(&codes) {
            code_hashes.insert(contract.artifact.name, compare(contract, code, &values)?);
        }
        Ok(Verified { origin, code_hashes })
    }
}

/// Compares the code of a contract with the artifact's, and returns its hash.
pub(crate) fn compare(
    contract: &Contract,
    code: &[u8],
    values: &BTreeMap<&str, B256>,
) -> Result<B256> {
    let Contract { artifact, address } = *contract;
    if code.is_empty() {
        return Err(missing(contract));
    }
    let expected = artifact
        .runtime_code_with(values)
        .ok_or(Error::UnknownImmutable { contract: artifact.name })?;
    let (expected, actual) = (keccak256(&expected), keccak256(code));
    if expected != actual {
        return Err(Error::WrongCode { contract: artifact.name, address, expected, actual });
    }
    Ok(actual)
}

fn missing(contract: &Contract) -> Error {
    Error::Missing { contract: contract.artifact.name, address: contract.address }
}

fn same<T: PartialEq + ToString>(question: &'static str, expected: &T, actual: &T) -> Result<()> {
    if expected == actual {
        return Ok(());
    }
    Err(Error::Miswired { question, expected: expected.to_string(), actual: actual.to_string() })
}

#[cfg(test)]
mod tests {
    use alloy::primitives::Address;
    use palisade_bindings::artifacts;

    use super::*;

    fn contract() -> Contract {
        Contract { artifact: artifacts::DEV_TOKEN, address: Address::repeat_byte(1) }
    }

    #[test]
    fn a_changed_byte_is_told() {
        let values = BTreeMap::from([("DECIMALS", B256::with_last_byte(18))]);
        let mut code = artifacts::DEV_TOKEN.runtime_code_with(&values).unwrap().to_vec();
        assert_eq!(compare(&contract(), &code, &values).unwrap(), keccak256(&code));
        code[7] ^= 1;
        let error = compare(&contract(), &code, &values).unwrap_err();
        assert!(matches!(error, Error::WrongCode { contract: "DevToken", .. }), "{error}");
    }

    #[test]
    fn no_code_and_unknown_immutables_are_told() {
        let error = compare(&contract(), &[], &BTreeMap::new()).unwrap_err();
        assert!(matches!(error, Error::Missing { contract: "DevToken", .. }), "{error}");
        let error = compare(&contract(), &[1], &BTreeMap::new()).unwrap_err();
        assert!(matches!(error, Error::UnknownImmutable { contract: "DevToken" }), "{error}");
    }
}
