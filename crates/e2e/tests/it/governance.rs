//! Who has which role once everything is deployed, and what a later run makes of it when governance changed that.

use std::{collections::BTreeSet, time::Duration};

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::{SolCall, SolEventInterface},
};
use palisade_bindings::{
    AccessManager, AccessManager::AccessManagerEvents as Access, Governance, TimelockController,
    TimelockController::TimelockControllerEvents as Timelock,
};
use palisade_deploy::{Addresses, Config, Plan};
use serde_json::Value;

use crate::palisade::{CONFIG, Palisade, Scene};

const COUNCIL: Address = Address::repeat_byte(0xc0);
const GUARDIAN: Address = Address::repeat_byte(0x9a);

/// Everybody with a role, by the contract's own name of it.
async fn holders(scene: &Scene, at: &Addresses) -> BTreeSet<(&'static str, B256, Address)> {
    let mut holders = BTreeSet::new();
    let mut change = |entry, holds: bool| {
        if holds { holders.insert(entry) } else { holders.remove(&entry) }
    };
    let filter = Filter::new().from_block(0).address(vec![at.access_manager, at.timelock]);
    for log in scene.net.provider().get_logs(&filter).await.unwrap() {
        if log.address() == at.access_manager {
            let entry = |role: u64, account| ("access", U256::from(role).into(), account);
            match Access::decode_log(&log.inner).unwrap().data {
                Access::RoleGranted(event) => change(entry(event.roleId, event.account), true),
                Access::RoleRevoked(event) => change(entry(event.roleId, event.account), false),
                _ => false,
            }
        } else {
            match Timelock::decode_log(&log.inner).unwrap().data {
                Timelock::RoleGranted(event) => {
                    change(("timelock", event.role, event.account), true)
                }
                Timelock::RoleRevoked(event) => {
                    change(("timelock", event.role, event.account), false)
                }
                _ => false,
            }
        };
    }
    holders
}

#[tokio::test]
async fn exactly_these_have_roles_and_who_deployed_has_none() {
    let scene = Scene::new().await;
    let deployer = scene.net.account("deployer").unwrap().address().to_string();
    let text = CONFIG
        .replace(&format!("council = \"{deployer}"), &format!("council = \"{COUNCIL}"))
        .replace(&format!("guardian = \"{deployer}"), &format!("guardian = \"{GUARDIAN}"));
    assert!(!text.contains(&deployer));
    scene.configure(&text);
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();

    let plan = Plan::new(text.parse::<Config>().unwrap()).unwrap();
    let at = plan.addresses();
    let role = |name: &str| keccak256(name);
    let (admin, guardian) = (B256::ZERO, B256::with_last_byte(1));
    let expected = BTreeSet::from([
        ("access", admin, at.timelock),
        ("access", guardian, GUARDIAN),
        ("timelock", B256::ZERO, at.timelock),
        ("timelock", role("PROPOSER_ROLE"), COUNCIL),
        ("timelock", role("CANCELLER_ROLE"), COUNCIL),
        // Anybody.
        ("timelock", role("EXECUTOR_ROLE"), Address::ZERO),
    ]);
    assert_eq!(holders(&scene, at).await, expected);
}

/// Governance may change itself, behind its delay: that is told, and no error.
#[tokio::test]
async fn what_governance_changed_about_itself_is_told() {
    let scene = Scene::new().await;
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let plan = Plan::new(Config::read(&scene.config()).unwrap()).unwrap();
    let at = plan.addresses();
    let (council, guardian) = (plan.config().governance.council, plan.config().governance.guardian);
    let to_timelock = |call: Vec<u8>| (at.timelock, Bytes::from(call));
    let to_access = |call: Vec<u8>| (at.access_manager, Bytes::from(call));
    let (targets, payloads): (Vec<_>, Vec<_>) = [
        to_access(AccessManager::revokeRoleCall { roleId: 1, account: guardian }.abi_encode()),
        to_access(set_role(at.governance, Governance::pauseCall::SELECTOR, 7)),
        to_access(set_role(at.governance, Governance::setDepositCapCall::SELECTOR, 8)),
        to_access(close(at.governance)),
        to_timelock(grant(B256::ZERO, council)),
        to_timelock(revoke(keccak256("EXECUTOR_ROLE"), Address::ZERO)),
        to_timelock(TimelockController::updateDelayCall { newDelay: U256::from(5) }.abi_encode()),
    ]
    .into_iter()
    .unzip();

    // The first account is the council; anybody executes.
    let proposer =
        TimelockController::new(at.timelock, scene.net.provider_for("deployer").unwrap());
    let anybody = TimelockController::new(at.timelock, scene.net.provider_for("dave").unwrap());
    let (nothing, none) = (vec![U256::ZERO; targets.len()], B256::ZERO);
    let (delay, batch) = (U256::from(90), (targets, nothing, payloads));
    let (targets, values, payloads) = batch.clone();
    let schedule = proposer.scheduleBatch(targets, values, payloads, none, none, delay);
    assert!(schedule.send().await.unwrap().get_receipt().await.unwrap().status());
    scene.net.advance(Duration::from_secs(90)).await.unwrap();
    let (targets, values, payloads) = batch;
    let execute = anybody.executeBatch(targets, values, payloads, none, none);
    assert!(execute.send().await.unwrap().get_receipt().await.unwrap().status());

    let manifest = scene.manifest();
    let again = Palisade::deploy(&scene, scene.net.url()).run().await;
    again.assert_success();
    let expected = [
        ("AccessManager.hasRole(guardian, the configured one)", "false", "true"),
        ("AccessManager.getTargetFunctionRole(pause)", "7", "1"),
        ("AccessManager.getTargetFunctionRole(setDepositCap)", "8", "0"),
        ("AccessManager.isTargetClosed(Governance)", "true", "false"),
        ("TimelockController.hasRole(executor, anybody)", "false", "true"),
        ("TimelockController.hasRole(admin, council)", "true", "false"),
        ("TimelockController.getMinDelay", "5", "90"),
    ];
    let line = |(question, actual, deployed)| {
        format!("governance has changed: {question} answers {actual}, when deployed {deployed}\n")
    };
    assert_eq!(again.stderr, expected.map(line).concat());
    assert!(again.stdout.contains("everything stood and was recorded already"), "{again:?}");
    assert_eq!(scene.manifest(), manifest);
    let dry = Palisade::deploy(&scene, scene.net.url()).args(["--dry-run", "--json"]).run().await;
    dry.assert_success();
    let told = serde_json::from_str::<Value>(&dry.stdout).unwrap()["changes"].clone();
    assert_eq!(told.as_array().unwrap().len(), expected.len());
    let delay = serde_json::json!({
        "question": "TimelockController.getMinDelay", "deployed": "90", "actual": "5",
    });
    assert_eq!(told[6], delay);
}

fn set_role(target: Address, selector: [u8; 4], role: u64) -> Vec<u8> {
    let selectors = vec![selector.into()];
    AccessManager::setTargetFunctionRoleCall { target, selectors, roleId: role }.abi_encode()
}

fn close(target: Address) -> Vec<u8> {
    AccessManager::setTargetClosedCall { target, closed: true }.abi_encode()
}

fn grant(role: B256, account: Address) -> Vec<u8> {
    TimelockController::grantRoleCall { role, account }.abi_encode()
}

fn revoke(role: B256, account: Address) -> Vec<u8> {
    TimelockController::revokeRoleCall { role, account }.abi_encode()
}
