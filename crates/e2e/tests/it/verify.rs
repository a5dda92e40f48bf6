//! `palisade deploy verify`: what it proves, and what it tells where a chain is not what it should be.

use std::{fs, path::PathBuf};

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use palisade_bindings::{AccessManager, TimelockController, artifacts};
use palisade_deploy::{Addresses, Config, Plan};
use serde_json::{Value, json};

use crate::palisade::{CONFIG, Outcome, Palisade, Scene, repository};

/// A chain with a deployment and its manifest.
async fn deployed() -> (Scene, Addresses) {
    let scene = Scene::new().await;
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let plan = Plan::new(Config::read(&scene.config()).unwrap()).unwrap();
    (scene, *plan.addresses())
}

/// `palisade deploy verify` of what the manifest says.
async fn verify<const N: usize>(scene: &Scene, more: [&str; N]) -> Outcome {
    let manifest = scene.deployments().join("31337.json");
    let arguments = ["deploy", "verify", "--rpc-url", scene.net.url(), "--manifest"];
    Palisade::new(arguments).args([manifest.to_str().unwrap()]).args(more).run().await
}

/// It failed with one line that has all parts, after it told what it found.
fn assert_told<const N: usize>(outcome: &Outcome, parts: [&str; N]) {
    assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "no {part:?} in {outcome:?}");
    }
}

async fn code(scene: &Scene, at: Address) -> Vec<u8> {
    scene.net.provider().get_code_at(at).await.unwrap().to_vec()
}

async fn set_code(scene: &Scene, at: Address, code: Vec<u8>) {
    scene.net.provider().anvil_set_code(at, code.into()).await.unwrap();
}

/// The verdict on a contract, of the JSON output.
fn verdict(outcome: &Outcome, contract: &str) -> String {
    let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = result["inspection"]["contracts"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["contract"] == contract).unwrap();
    finding["verdict"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_fresh_deployment_is_proven_without_a_key() {
    let (scene, at) = deployed().await;
    let outcome = verify(&scene, ["--unchanged"]).await;
    outcome.assert_success();
    assert_eq!(outcome.stderr, "");
    assert!(
        outcome.stdout.ends_with("chain 31337: 12 of 12 contracts are this build's\n"),
        "{outcome:?}"
    );
    let deployer = scene.net.account("deployer").unwrap().address();
    for told in [at.vault, at.lens, at.timelock, deployer] {
        assert!(outcome.stdout.contains(&told.to_string()), "no {told} in {outcome:?}");
    }

    // In numbers, from the folder of manifests, and from the settings alone.
    let url = scene.net.url();
    let (deployments, config) = (scene.deployments(), scene.config());
    for (option, path) in [("--deployments", deployments), ("--config", config)] {
        let arguments = ["deploy", "verify", "--rpc-url", url, option, path.to_str().unwrap()];
        let outcome = Palisade::new(arguments).args(["--json"]).run().await;
        outcome.assert_success();
        let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(result["verified"], true);
        let findings = result["inspection"]["contracts"].as_array().unwrap();
        assert_eq!(findings.len(), 12);
        for finding in findings {
            assert_eq!(finding["verdict"], "same");
            let address: Address = finding["address"].as_str().unwrap().parse().unwrap();
            let hash = keccak256(code(&scene, address).await);
            assert_eq!(finding["code_hash"], hash.to_string());
            assert_eq!(finding["expected"], hash.to_string());
        }
        let roles = result["inspection"]["roles"].as_array().unwrap();
        assert_eq!(roles.len(), 6);
        assert!(roles.iter().all(|role| role["deployed"] == true), "{roles:?}");
        assert_eq!(result["inspection"]["wiring"].as_array().unwrap().len(), 17);
        assert_eq!(result["inspection"]["changes"], json!([]));
    }
}

#[tokio::test]
async fn a_changed_byte_fails_and_names_contract_and_byte() {
    let (scene, at) = deployed().await;
    let contracts = [
        ("GovernanceGenesis", at.governance_genesis),
        ("TimelockController", at.timelock),
        ("AccessManager", at.access_manager),
        ("Governance", at.governance),
        ("Genesis", at.genesis),
        ("StakeVault", at.vault),
        ("AllocationManager", at.allocation_manager),
        ("Router", at.router),
        ("Lens", at.lens),
        ("RewardsDistributor", at.rewards),
        ("RewardStreams", at.streams),
        ("MerkleDrops", at.drops),
    ];
    for (name, address) in contracts {
        let right = code(&scene, address).await;
        let mut wrong = right.clone();
        let offset = right.len() / 2;
        wrong[offset] ^= 1;
        set_code(&scene, address, wrong).await;
        let outcome = verify(&scene, ["--json"]).await;
        let told = format!("1 of 12 contracts not verified, first of all {name} at {address}: ");
        assert_told(&outcome, [&told]);
        let told = verdict(&outcome, name);
        assert!(
            told.contains(&format!("byte {offset} ")) || told.starts_with("immutable "),
            "{told}"
        );
        // What other code answers proves nothing: it is not asked.
        let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(result["inspection"]["roles"], json!([]));
        assert_eq!(result["verified"], false);
        set_code(&scene, address, right).await;
    }
    verify(&scene, []).await.assert_success();
}

#[tokio::test]
async fn an_immutable_that_differs_fails_and_is_named() {
    let (scene, at) = deployed().await;
    for (artifact, address) in [
        (artifacts::STAKE_VAULT, at.vault),
        (artifacts::ALLOCATION_MANAGER, at.allocation_manager),
        (artifacts::LENS, at.lens),
        (artifacts::REWARDS_DISTRIBUTOR, at.rewards),
        (artifacts::REWARD_STREAMS, at.streams),
    ] {
        let right = code(&scene, address).await;
        for (immutable, ranges) in artifact.immutables() {
            let mut wrong = right.clone();
            wrong[ranges[0].start + ranges[0].length - 1] ^= 1;
            set_code(&scene, address, wrong).await;
            let outcome = verify(&scene, []).await;
            let told = format!("{} at {address}: immutable {immutable} (at byte ", artifact.name);
            assert_told(&outcome, [&told, " is 0x", ", expected 0x"]);
        }
        set_code(&scene, address, right).await;
    }
    // The clock's origin, in the manifest instead: then every contract with a clock differs.
    let mut manifest: Value = serde_json::from_str(&scene.manifest().unwrap()).unwrap();
    manifest["origin"] = json!(manifest["origin"].as_u64().unwrap() + 1);
    scene.write_manifest(&manifest.to_string());
    assert_told(&verify(&scene, []).await, ["3 of 12 contracts not verified", "immutable ORIGIN"]);
}

#[tokio::test]
async fn contracts_that_are_gone_or_elsewhere_are_told() {
    let (scene, at) = deployed().await;
    let right = scene.manifest().unwrap();
    let elsewhere = Address::repeat_byte(0xee);
    let recorded = |change: &dyn Fn(&mut Value)| {
        let mut manifest: Value = serde_json::from_str(&right).unwrap();
        change(&mut manifest);
        scene.write_manifest(&manifest.to_string());
    };
    recorded(&|it| it["contracts"]["Router"]["address"] = json!(elsewhere.to_string()));
    let told = format!("first of all Router at {elsewhere}: no code");
    assert_told(&verify(&scene, []).await, [&told]);
    // The same code somewhere else: who knows what its constructor did.
    set_code(&scene, elsewhere, code(&scene, at.router).await).await;
    let told = format!("settings and build give address {}", at.router);
    assert_told(&verify(&scene, []).await, ["first of all Router", &told]);
    recorded(&|it| it["contracts"]["Lens"]["code_hash"] = json!(B256::ZERO.to_string()));
    assert_told(
        &verify(&scene, []).await,
        ["Lens", "same, but the manifest records code hash 0x0000"],
    );
}

#[tokio::test]
async fn a_role_given_to_somebody_else_is_told() {
    let (scene, at) = deployed().await;
    let stranger = Address::repeat_byte(0x5a);
    let provider = scene.net.provider();
    provider.anvil_set_balance(at.timelock, U256::from(1) << 64).await.unwrap();
    provider.anvil_impersonate_account(at.timelock).await.unwrap();
    let proposer = keccak256("PROPOSER_ROLE");
    let calls: [(Address, Bytes); 3] = [
        (
            at.timelock,
            TimelockController::grantRoleCall { role: proposer, account: stranger }
                .abi_encode()
                .into(),
        ),
        (
            at.access_manager,
            AccessManager::grantRoleCall { roleId: 1, account: stranger, executionDelay: 9 }
                .abi_encode()
                .into(),
        ),
        (
            at.access_manager,
            AccessManager::setRoleAdminCall { roleId: 1, admin: 7 }.abi_encode().into(),
        ),
    ];
    for (to, input) in calls {
        let transaction =
            TransactionRequest::default().with_from(at.timelock).with_to(to).with_input(input);
        let pending = provider.send_transaction(transaction).await.unwrap();
        assert!(pending.get_receipt().await.unwrap().status());
    }
    // Governance may: it is told, and no error where nobody asks for one.
    let outcome = verify(&scene, []).await;
    outcome.assert_success();
    let changed = |what: &str| format!("governance has changed: {what}\n");
    let given = |role: &str, of: &str| {
        format!("{stranger} has role {role} of {of}, and had not when deployed")
    };
    let (guardian, may_propose) =
        (given("guardian", "AccessManager"), given("proposer", "TimelockController"));
    let admin = "AccessManager.getRoleAdmin(guardian) answers 7, when deployed 0";
    let expected = [admin, &guardian, &may_propose].map(changed).concat();
    assert_eq!(outcome.stderr, expected);
    assert!(outcome.stdout.contains("9 s"), "{outcome:?}");
    let told = format!("governance has changed: {admin}; {guardian}; {may_propose}");
    let outcome = verify(&scene, ["--unchanged", "--json"]).await;
    assert_told(&outcome, [&told]);
    let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (&result["verified"], result["inspection"]["roles"].as_array().unwrap().len()),
        (&json!(false), 8)
    );
}

#[tokio::test]
async fn this_build_is_held_against_what_was_built() {
    let (scene, _) = deployed().await;
    // Laid out as forge does, from the committed artifacts.
    let out = scene.folder().join("out");
    let committed = repository().join("crates/bindings/artifacts");
    let file = |name: &str| -> PathBuf { out.join(format!("{name}.sol/{name}.json")) };
    let plan = Plan::new(Config::read(&scene.config()).unwrap()).unwrap();
    for contract in plan.contracts() {
        let name = contract.artifact.name;
        fs::create_dir_all(file(name).parent().unwrap()).unwrap();
        fs::copy(committed.join(format!("{name}.json")), file(name)).unwrap();
    }
    let folder = out.to_str().unwrap();
    let outcome = verify(&scene, ["--out", folder]).await;
    outcome.assert_success();
    let told =
        format!("12 of 12 contracts are this build's; 12 of 12 are what was built into {folder}\n");
    assert!(outcome.stdout.ends_with(&told), "{outcome:?}");

    let text = fs::read_to_string(file("StakeVault")).unwrap();
    fs::write(file("StakeVault"), text.replacen("\"object\":\"0x6", "\"object\":\"0x7", 1))
        .unwrap();
    let outcome = verify(&scene, ["--out", folder]).await;
    let parts = [
        "1 of 12 contracts of this build are not what was built into ",
        "first of all StakeVault: byte 0 of the creation code is 0x6",
    ];
    assert_told(&outcome, parts);
    fs::write(file("StakeVault"), "{}").unwrap();
    verify(&scene, ["--out", folder])
        .await
        .assert_failure(["StakeVault.json is no artifact: missing field `abi`"])
        .await;
    fs::remove_file(file("StakeVault")).unwrap();
    verify(&scene, ["--out", folder])
        .await
        .assert_failure(["cannot read ", "StakeVault.json: No such file"])
        .await;
    // Nor is the one of a folder above taken: other sources would be compiled than those that were named.
    for folder in [scene.folder().to_owned(), repository().join("contracts")] {
        let folder = folder.to_str().unwrap();
        verify(&scene, ["--source", folder]).await.assert_failure(["no foundry.toml in "]).await;
    }
}

#[tokio::test]
async fn manifests_and_chains_that_do_not_fit_are_one_line() {
    let (scene, _) = deployed().await;
    let right = scene.manifest().unwrap();
    let more = right.replace("\"contracts\": {", "\"contracts\": {\n\"Extra\": null,");
    for (text, part) in [
        (String::new(), "31337.json: EOF while parsing a value"),
        (
            right.replace("\"version\": 1", "\"version\": 2"),
            "version 2 of the format, and only version 1 is known",
        ),
        (right.replace("  \"version\": 1,\n", ""), "missing field `version`"),
        (
            right.replace("\"chain_id\": 31337", "\"chain_id\": 5"),
            "is the manifest of chain 5, not of chain 31337",
        ),
        (right.replace("\"genesis_hash\": \"0x", "\"genesis_hash\": \"0x0"), "31337.json: "),
        (right.replace("\"Router\"", "\"Ruter\""), "records no Router, which this build deploys"),
        (more, "31337.json: invalid type: null"),
        (right.replace("\"Router\"", "\"Lens\""), "duplicate contract `Lens`"),
    ] {
        assert_ne!(text, right, "{part}");
        scene.write_manifest(&text);
        verify(&scene, []).await.assert_failure([part]).await;
    }
    fs::remove_dir_all(scene.deployments()).unwrap();
    verify(&scene, [])
        .await
        .assert_failure([
            "no manifest: name it with --manifest, or the settings with --config: cannot read ",
        ])
        .await;
    scene.configure(&CONFIG.replace("= 60", "= 91"));
    let config = scene.config();
    let arguments = ["deploy", "verify", "--rpc-url", scene.net.url(), "--config"];
    let outcome = Palisade::new(arguments).args([config.to_str().unwrap()]).run().await;
    // MerkleDrops has no settings: it stands at the same address whatever they are.
    assert_told(
        &outcome,
        ["11 of 12 contracts not verified, first of all GovernanceGenesis", ": no code"],
    );
    let arguments = ["deploy", "verify", "--rpc-url", "http://127.0.0.1:1", "--config"];
    let outcome = Palisade::new(arguments).args([config.to_str().unwrap()]).run().await;
    outcome.assert_failure(["node at http://127.0.0.1:1: cannot read the chain id"]).await;
}
