use std::{collections::BTreeMap, fmt};

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    providers::Provider,
    sol_types::SolCall,
};
use palisade_bindings::{
    AccessManager, AllocationManager, Governance, Lens, RewardStreams, RewardsDistributor, Router,
    StakeVault, TimelockController,
};

use crate::{Contract, Deployer, Error, Plan, Result, rpc::ask};

/// What was read from the chain while a deployment was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The timestamp at which epoch 1 began, in seconds.
    pub origin: u64,
    /// Keccak-256 of each contract's code, by the contract's name.
    pub code_hashes: BTreeMap<&'static str, B256>,
    /// What governance has changed about itself since it was deployed. It may, through its timelock; nothing else can.
    pub changes: Vec<Change>,
}

/// What a contract says of its partners and settings.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    /// The contract and its function.
    pub question: &'static str,
    /// What the plan says.
    pub expected: String,
    /// What the chain says.
    pub actual: String,
}

/// A role or a setting of governance that is not as it was deployed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The contract and its function.
    pub question: &'static str,
    /// The answer after deployment.
    pub deployed: String,
    /// The answer now.
    pub actual: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { question, deployed, actual } = self;
        write!(f, "{question} answers {actual}, when deployed {deployed}")
    }
}

impl Verified {
    /// Refuses changes: governance that was deployed just now has had no time for any.
    ///
    /// # Errors
    /// [`Error::Miswired`] for the first of them.
    pub fn unchanged(self) -> Result<Self> {
        match self.changes.first() {
            None => Ok(self),
            Some(Change { question, deployed, actual }) => Err(Error::Miswired {
                question,
                expected: deployed.clone(),
                actual: actual.clone(),
            }),
        }
    }
}

impl<P: Provider> Deployer<P> {
    /// Verifies a whole deployment: reads back every contract's code and compares it with the artifact's, immutables
    /// filled in, and asks every contract for its partners and settings. Changes nothing.
    ///
    /// Code and immutables must be as planned for ever. Governance's roles and its delay need not: its timelock may
    /// change them. They are read too, and what differs is told in [`Verified::changes`].
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::WrongCode`] or [`Error::Miswired`] for the first thing that is not as planned;
    /// [`Error::Rpc`].
    pub async fn verify(&self, plan: &Plan) -> Result<Verified> {
        // A contract that is missing has no answers: look at the code first.
        let codes = self.codes(plan).await?;
        if let Some((contract, _)) = plan.contracts().zip(&codes).find(|(_, code)| code.is_empty())
        {
            return Err(missing(contract));
        }
        let (answers, origin) = self.wiring(plan).await?;
        if let Some(Answer { question, expected, actual }) =
            answers.into_iter().find(|answer| answer.expected != answer.actual)
        {
            return Err(Error::Miswired { question, expected, actual });
        }
        let values = plan.immutables(origin);
        let mut code_hashes = BTreeMap::new();
        for (contract, code) in plan.contracts().zip(&codes) {
            code_hashes.insert(contract.artifact.name, compare(contract, code, &values)?);
        }
        Ok(Verified { origin, code_hashes, changes: Box::pin(self.changes(plan)).await? })
    }

    /// Asks for partners and settings, which are immutable. Returns the answers, and the clock's origin.
    pub(crate) async fn wiring(&self, plan: &Plan) -> Result<(Vec<Answer>, u64)> {
        let at = plan.addresses();
        let vault = StakeVault::new(at.vault, self.provider());
        let manager = AllocationManager::new(at.allocation_manager, self.provider());
        let router = Router::new(at.router, self.provider());
        let lens = Lens::new(at.lens, self.provider());
        let rewards = RewardsDistributor::new(at.rewards, self.provider());
        let streams = RewardStreams::new(at.streams, self.provider());

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
        let (vault_of_router, manager_of_router, vault_of_lens, manager_of_lens) = tokio::try_join!(
            ask(self.wait(), read, async { router.VAULT().call().await }),
            ask(self.wait(), read, async { router.ALLOCATION_MANAGER().call().await }),
            ask(self.wait(), read, async { lens.VAULT().call().await }),
            ask(self.wait(), read, async { lens.ALLOCATION_MANAGER().call().await }),
        )?;
        let (vault_of_rewards, rewards_length, rewards_origin) = tokio::try_join!(
            ask(self.wait(), read, async { rewards.VAULT().call().await }),
            ask(self.wait(), read, async { rewards.EPOCH_LENGTH().call().await }),
            ask(self.wait(), read, async { rewards.ORIGIN().call().await }),
        )?;
        let (vault_of_streams, manager_of_streams, rewards_of_streams) = tokio::try_join!(
            ask(self.wait(), read, async { streams.VAULT().call().await }),
            ask(self.wait(), read, async { streams.ALLOCATION_MANAGER().call().await }),
            ask(self.wait(), read, async { streams.DISTRIBUTOR().call().await }),
        )?;
        let epoch_length = U256::from(plan.config().epoch_length);
        let answers = vec![
            answer("StakeVault.ALLOCATION_MANAGER", &at.allocation_manager, &manager_of_vault),
            answer("AllocationManager.VAULT", &at.vault, &vault_of_manager),
            answer("StakeVault.AUTHORITY", &at.governance, &vault_authority),
            answer("AllocationManager.AUTHORITY", &at.governance, &manager_authority),
            answer("StakeVault.EPOCH_LENGTH", &epoch_length, &vault_length),
            answer("AllocationManager.EPOCH_LENGTH", &epoch_length, &manager_length),
            answer("AllocationManager.ORIGIN", &vault_origin, &manager_origin),
            answer("Router.VAULT", &at.vault, &vault_of_router),
            answer("Router.ALLOCATION_MANAGER", &at.allocation_manager, &manager_of_router),
            answer("Lens.VAULT", &at.vault, &vault_of_lens),
            answer("Lens.ALLOCATION_MANAGER", &at.allocation_manager, &manager_of_lens),
            answer("RewardsDistributor.VAULT", &at.vault, &vault_of_rewards),
            answer("RewardsDistributor.EPOCH_LENGTH", &epoch_length, &rewards_length),
            answer("RewardsDistributor.ORIGIN", &vault_origin, &rewards_origin),
            answer("RewardStreams.VAULT", &at.vault, &vault_of_streams),
            answer("RewardStreams.ALLOCATION_MANAGER", &at.allocation_manager, &manager_of_streams),
            answer("RewardStreams.DISTRIBUTOR", &at.rewards, &rewards_of_streams),
        ];
        Ok((answers, vault_origin.saturating_to()))
    }

    /// Asks who governs, and how. These can be asked about accounts that are known, no more: who else has a role, only
    /// the logs of timelock and access manager tell.
    pub(crate) async fn changes(&self, plan: &Plan) -> Result<Vec<Change>> {
        let at = plan.addresses();
        let config = plan.config().governance;
        let timelock = TimelockController::new(at.timelock, self.provider());
        let access = AccessManager::new(at.access_manager, self.provider());
        let governance = Governance::new(at.governance, self.provider());

        let read = "read governance's roles";
        let may = async |role: u64, account: Address| {
            let answer = async { access.hasRole(role, account).call().await };
            // With a delay of the access manager's own it could not act at once.
            ask(self.wait(), read, answer).await.map(|it| it.isMember && it.executionDelay == 0)
        };
        let needs = async |selector: [u8; 4]| {
            let role = access.getTargetFunctionRole(at.governance, selector.into());
            ask(self.wait(), read, async { role.call().await }).await
        };
        let has = async |role: B256, account: Address| {
            ask(self.wait(), read, async { timelock.hasRole(role, account).call().await }).await
        };
        let (authority, closed, delay) = tokio::try_join!(
            ask(self.wait(), read, async { governance.authority().call().await }),
            ask(self.wait(), read, async { access.isTargetClosed(at.governance).call().await }),
            ask(self.wait(), read, async { timelock.getMinDelay().call().await }),
        )?;
        let admin = async { access.getRoleAdmin(GUARDIAN_ROLE).call().await };
        let appoints = ask(self.wait(), read, admin).await?;
        let (administers, creator, guards, pause, cap, ceiling) = tokio::try_join!(
            may(ADMIN_ROLE, at.timelock),
            may(ADMIN_ROLE, at.governance_genesis),
            may(GUARDIAN_ROLE, config.guardian),
            needs(Governance::pauseCall::SELECTOR),
            needs(Governance::setDepositCapCall::SELECTOR),
            needs(Governance::setDegreeCeilingCall::SELECTOR),
        )?;
        let (proposes, cancels, executes, itself, council, genesis) = tokio::try_join!(
            has(keccak256("PROPOSER_ROLE"), config.council),
            has(keccak256("CANCELLER_ROLE"), config.council),
            has(keccak256("EXECUTOR_ROLE"), Address::ZERO),
            has(DEFAULT_ADMIN_ROLE, at.timelock),
            has(DEFAULT_ADMIN_ROLE, config.council),
            has(DEFAULT_ADMIN_ROLE, at.governance_genesis),
        )?;
        let answers = [
            change("Governance.authority", &at.access_manager, &authority),
            change("AccessManager.hasRole(admin, timelock)", &true, &administers),
            change("AccessManager.hasRole(admin, GovernanceGenesis)", &false, &creator),
            change("AccessManager.hasRole(guardian, the configured one)", &true, &guards),
            change("AccessManager.getRoleAdmin(guardian)", &ADMIN_ROLE, &appoints),
            change("AccessManager.getTargetFunctionRole(pause)", &GUARDIAN_ROLE, &pause),
            change("AccessManager.getTargetFunctionRole(setDepositCap)", &ADMIN_ROLE, &cap),
            change("AccessManager.getTargetFunctionRole(setDegreeCeiling)", &ADMIN_ROLE, &ceiling),
            change("AccessManager.isTargetClosed(Governance)", &false, &closed),
            change("TimelockController.hasRole(proposer, council)", &true, &proposes),
            change("TimelockController.hasRole(canceller, council)", &true, &cancels),
            change("TimelockController.hasRole(executor, anybody)", &true, &executes),
            change("TimelockController.hasRole(admin, itself)", &true, &itself),
            change("TimelockController.hasRole(admin, council)", &false, &council),
            change("TimelockController.hasRole(admin, GovernanceGenesis)", &false, &genesis),
            change("TimelockController.getMinDelay", &U256::from(config.delay), &delay),
        ];
        Ok(answers.into_iter().flatten().collect())
    }
}

/// `AccessManager.ADMIN_ROLE`, which a function without a role of its own needs.
pub(crate) const ADMIN_ROLE: u64 = 0;

/// `GovernanceGenesis.GUARDIAN_ROLE`.
pub(crate) const GUARDIAN_ROLE: u64 = 1;

/// Of the timelock.
pub(crate) const DEFAULT_ADMIN_ROLE: B256 = B256::ZERO;

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

fn answer(question: &'static str, expected: &impl ToString, actual: &impl ToString) -> Answer {
    Answer { question, expected: expected.to_string(), actual: actual.to_string() }
}

fn change<T: PartialEq + ToString>(
    question: &'static str,
    deployed: &T,
    actual: &T,
) -> Option<Change> {
    (deployed != actual).then(|| Change {
        question,
        deployed: deployed.to_string(),
        actual: actual.to_string(),
    })
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn fresh_governance_has_no_changes() {
        assert_eq!(change("getMinDelay", &60, &60), None);
        let mut verified =
            Verified { origin: 1, code_hashes: BTreeMap::new(), changes: Vec::new() };
        assert_eq!(verified.clone().unchanged().unwrap(), verified);
        verified.changes.extend(change("getMinDelay", &60, &1));
        let told = verified.changes[0].to_string();
        assert_eq!(told, "getMinDelay answers 1, when deployed 60");
        let error = verified.unchanged().unwrap_err();
        assert_eq!(error.to_string(), "getMinDelay answers 1, expected 60");
    }
}
