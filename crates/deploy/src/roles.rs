//! Who governs, as the logs tell it: contracts can be asked about an account, and not for all accounts.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, keccak256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use palisade_bindings::{AccessManager, TimelockController, artifacts};
use serde::Serialize;

use crate::{
    Deployer, Error, Plan, Result, RpcFailure,
    manifest::checksummed,
    rpc::ask,
    verify::{ADMIN_ROLE, DEFAULT_ADMIN_ROLE, GUARDIAN_ROLE},
};

/// An account with a role of governance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The contract that knows the role.
    pub contract: &'static str,
    /// The role's name; of one that governance made itself, its number.
    pub role: String,
    /// Who has it. The zero address as executor is anybody.
    #[serde(serialize_with = "checksummed")]
    pub account: Address,
    /// Seconds that the access manager has this account wait.
    pub delay: u32,
    /// Whether the account has had the role since deployment.
    pub deployed: bool,
}

/// A role, by contract and number.
type Role = (&'static str, B256);

/// Fewer blocks than this are not asked for at once: a node that refuses them refuses on another ground.
const LEAST_BLOCKS: u64 = 500;

impl<P: Provider> Deployer<P> {
    /// Everybody who has a role of governance. The logs are read from block `from` on, in which governance was deployed,
    /// or before it.
    pub(crate) async fn holders(&self, plan: &Plan, from: u64) -> Result<Vec<Holder>> {
        let at = plan.addresses();
        let deployed = deployed(plan);
        let (mut seen, mut holders) = (BTreeSet::new(), BTreeMap::new());
        for log in self.role_logs(&[at.access_manager, at.timelock], from).await? {
            let change = if log.address() == at.access_manager {
                of_access_manager(&log)
            } else {
                of_timelock(&log)
            };
            let nonsense = || Error::Rpc {
                action: "read governance's logs",
                source: RpcFailure::Nonsense(format!(
                    "a log of {} has no such form",
                    log.address()
                )),
            };
            let (role, account, granted) = change.ok_or_else(nonsense)?;
            match granted {
                Some(delay) => {
                    seen.insert((role, account));
                    holders.insert((role, account), delay);
                }
                None => {
                    holders.remove(&(role, account));
                }
            }
        }
        if let Some(((contract, _), _)) = deployed.difference(&seen).next() {
            let address = if *contract == artifacts::ACCESS_MANAGER.name {
                at.access_manager
            } else {
                at.timelock
            };
            return Err(Error::LogsMissing { contract, address, from });
        }
        let told = |((role, account), delay): ((Role, Address), u32)| Holder {
            contract: role.0,
            role: name(role),
            account,
            delay,
            deployed: deployed.contains(&(role, account)),
        };
        Ok(holders.into_iter().map(told).collect())
    }

    /// All logs of roles given and taken, in the order of the chain. A node that refuses many blocks is asked for fewer.
    async fn role_logs(&self, contracts: &[Address], from: u64) -> Result<Vec<Log>> {
        let newest = self.provider().get_block_number();
        let newest = ask(self.wait(), "read the block number", newest).await?;
        let topics = [
            AccessManager::RoleGranted::SIGNATURE_HASH,
            AccessManager::RoleRevoked::SIGNATURE_HASH,
            TimelockController::RoleGranted::SIGNATURE_HASH,
            TimelockController::RoleRevoked::SIGNATURE_HASH,
        ];
        let filter = Filter::new().address(contracts.to_vec()).event_signature(topics.to_vec());
        let (mut next, mut blocks) = (from, u64::MAX);
        let mut logs = Vec::new();
        while next <= newest {
            let last = next.saturating_add(blocks - 1).min(newest);
            let part = filter.clone().from_block(next).to_block(last);
            match ask(self.wait(), "read governance's logs", self.provider().get_logs(&part)).await
            {
                Ok(found) => {
                    logs.extend(found);
                    next = last + 1;
                }
                Err(Error::Rpc { source: RpcFailure::Refused { .. }, .. })
                    if last - next >= LEAST_BLOCKS =>
                {
                    blocks = (last - next).div_ceil(2);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(logs)
    }
}

/// Who has which role after deployment.
fn deployed(plan: &Plan) -> BTreeSet<(Role, Address)> {
    let (at, config) = (plan.addresses(), plan.config().governance);
    let access = |role| (artifacts::ACCESS_MANAGER.name, number(role));
    let timelock = |role| (artifacts::TIMELOCK_CONTROLLER.name, role);
    BTreeSet::from([
        (access(ADMIN_ROLE), at.timelock),
        (access(GUARDIAN_ROLE), config.guardian),
        (timelock(DEFAULT_ADMIN_ROLE), at.timelock),
        (timelock(keccak256("PROPOSER_ROLE")), config.council),
        (timelock(keccak256("CANCELLER_ROLE")), config.council),
        (timelock(keccak256("EXECUTOR_ROLE")), Address::ZERO),
    ])
}

/// Role, account, and the delay with which it has the role from now on; none where it has it no longer.
type RoleChange = (Role, Address, Option<u32>);

fn of_access_manager(log: &Log) -> Option<RoleChange> {
    let name = artifacts::ACCESS_MANAGER.name;
    if let Ok(event) = AccessManager::RoleGranted::decode_log(&log.inner) {
        return Some(((name, number(event.roleId)), event.account, Some(event.delay)));
    }
    let event = AccessManager::RoleRevoked::decode_log(&log.inner).ok()?;
    Some(((name, number(event.roleId)), event.account, None))
}

fn of_timelock(log: &Log) -> Option<RoleChange> {
    let name = artifacts::TIMELOCK_CONTROLLER.name;
    if let Ok(event) = TimelockController::RoleGranted::decode_log(&log.inner) {
        return Some(((name, event.role), event.account, Some(0)));
    }
    let event = TimelockController::RoleRevoked::decode_log(&log.inner).ok()?;
    Some(((name, event.role), event.account, None))
}

fn number(role: u64) -> B256 {
    alloy::primitives::U256::from(role).into()
}

fn name((contract, role): Role) -> String {
    if contract == artifacts::ACCESS_MANAGER.name {
        return match u64::from_be_bytes(role.0[24..].try_into().unwrap_or_default()) {
            ADMIN_ROLE => "admin".to_owned(),
            GUARDIAN_ROLE => "guardian".to_owned(),
            u64::MAX => "public".to_owned(),
            other => format!("role {other}"),
        };
    }
    if role == DEFAULT_ADMIN_ROLE {
        return "admin".to_owned();
    }
    let known = ["proposer", "canceller", "executor"];
    let named =
        known.iter().find(|name| keccak256(format!("{}_ROLE", name.to_uppercase())) == role);
    named.map_or_else(|| format!("role {role}"), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_have_their_names() {
        let access = artifacts::ACCESS_MANAGER.name;
        let named = |role| name((access, number(role)));
        assert_eq!(
            [named(0), named(1), named(7), named(u64::MAX)],
            ["admin", "guardian", "role 7", "public"]
        );
        let timelock = artifacts::TIMELOCK_CONTROLLER.name;
        let named = |role: &str| name((timelock, keccak256(role)));
        assert_eq!(
            [named("PROPOSER_ROLE"), named("CANCELLER_ROLE"), named("EXECUTOR_ROLE")],
            ["proposer", "canceller", "executor"]
        );
        assert_eq!(name((timelock, B256::ZERO)), "admin");
        assert_eq!(name((timelock, B256::repeat_byte(1))), format!("role 0x{}", "01".repeat(32)));
    }
}
