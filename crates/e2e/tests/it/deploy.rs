//! `palisade deploy`, and what can be wrong with its node, its account and its configuration.

use std::{fs, time::Instant};

use alloy::{
    primitives::{Address, B256},
    providers::{Provider, ext::AnvilApi},
};
use palisade_deploy::{Config, Deployer, Plan};
use serde_json::Value;

use crate::{
    node::Node,
    palisade::{CONFIG, DEPLOYER_KEY, Palisade, Scene},
};

#[tokio::test]
async fn deploys_verifies_and_records() {
    let scene = Scene::new().await;
    let outcome = Palisade::deploy(&scene, scene.net.url()).args(["--json"]).run().await;
    outcome.assert_success();
    assert_eq!(outcome.stdout.lines().count(), 1);
    let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let steps: Vec<_> =
        result["sent"].as_array().unwrap().iter().map(|sent| sent["step"].clone()).collect();
    assert_eq!(steps, ["governance", "core", "router", "lens", "rewards", "streams", "drops"]);
    assert_eq!(result["changes"], serde_json::json!([]));
    assert_eq!(result["written"], true);
    let recorded: Value = serde_json::from_str(&scene.manifest().unwrap()).unwrap();
    assert_eq!(result["manifest"], recorded);
    assert_eq!(scene.files(), ["31337.json"]);

    let plan = Plan::new(Config::read(&scene.config()).unwrap()).unwrap();
    let verified = Deployer::new(scene.net.provider()).verify(&plan).await.unwrap();
    assert_eq!(recorded["origin"], verified.origin);
    let vault = &recorded["contracts"]["StakeVault"];
    assert_eq!(vault["address"], plan.addresses().vault.to_string());
    assert_eq!(vault["code_hash"], verified.code_hashes["StakeVault"].to_string());
    let tx: B256 = vault["tx"].as_str().unwrap().parse().unwrap();
    let receipt = scene.net.provider().get_transaction_receipt(tx).await.unwrap().unwrap();
    assert!(receipt.status());
    assert_eq!(vault["block"], receipt.block_number.unwrap());
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let scene = Scene::new().await;
    let deployer = scene.net.account("deployer").unwrap().address();
    let state = async || {
        let nonce = scene.net.provider().get_transaction_count(deployer).await.unwrap();
        let written =
            fs::metadata(scene.deployments().join("31337.json")).unwrap().modified().unwrap();
        (
            nonce,
            scene.net.timestamp().await.unwrap(),
            written,
            scene.manifest().unwrap(),
            scene.files(),
        )
    };
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let first = state().await;
    let again = Palisade::deploy(&scene, scene.net.url()).run().await;
    again.assert_success();
    assert!(again.stdout.contains("everything stood and was recorded already"), "{again:?}");
    assert_eq!(state().await, first);
    // Without the manifest, it is made anew from what the chain tells, and is the same.
    fs::remove_file(scene.deployments().join("31337.json")).unwrap();
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let anew = state().await;
    assert_eq!((anew.0, anew.1, anew.3), (first.0, first.1, first.3));
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_needs_no_key() {
    let scene = Scene::new().await;
    let (config, url) = (scene.config(), scene.net.url().to_owned());
    let dry = || {
        let config = config.to_str().unwrap();
        Palisade::new(["deploy", "--config", config, "--rpc-url", &url, "--dry-run", "--json"])
            .folder(scene.folder())
    };
    let missing = |text: &str| serde_json::from_str::<Value>(text).unwrap()["missing"].clone();
    let outcome = dry().run().await;
    outcome.assert_success();
    assert_eq!(
        missing(&outcome.stdout),
        serde_json::json!(["governance", "core", "router", "lens", "rewards", "streams", "drops"])
    );
    assert_eq!(scene.files(), Vec::<String>::new());
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let outcome = dry().run().await;
    outcome.assert_success();
    assert_eq!(missing(&outcome.stdout), serde_json::json!([]));
    let table = Palisade::deploy(&scene, scene.net.url()).args(["--dry-run"]).run().await;
    table.assert_success();
    assert_eq!(table.stdout.matches("stands").count(), 12, "{table:?}");
}

#[tokio::test]
async fn the_wrong_chain_is_refused() {
    let scene = Scene::new().await;
    let outcome =
        Palisade::deploy(&scene, scene.net.url()).args(["--expect-chain-id", "1"]).run().await;
    outcome.assert_failure(["wrong chain: expected chain id 1, the node serves 31337"]).await;
    assert_eq!(scene.files(), Vec::<String>::new());
}

#[tokio::test]
async fn a_node_that_is_not_there_is_told() {
    let scene = Scene::new().await;
    let outcome = Palisade::deploy(&scene, "http://127.0.0.1:1").run().await;
    let parts = [
        "node at http://127.0.0.1:1: cannot read the chain id: cannot connect: Connection refused",
    ];
    outcome.assert_failure(parts).await;
    let outcome = Palisade::deploy(&scene, "http://127.0.0.1:1").args(["-v"]).run().await;
    assert!(outcome.stderr.contains("\n  caused by: cannot read the chain id\n"), "{outcome:?}");
}

#[tokio::test]
async fn a_node_that_hangs_is_left() {
    let scene = Scene::new().await;
    let node = Node::that_hangs().await;
    let begun = Instant::now();
    let outcome = Palisade::deploy(&scene, &node.url).args(["--timeout", "1"]).run().await;
    outcome.assert_failure(["cannot read the chain id: no answer within 1s"]).await;
    assert!(begun.elapsed().as_secs() < 10);
    assert_eq!(scene.files(), Vec::<String>::new());
}

#[tokio::test]
async fn a_node_that_talks_nonsense_is_told() {
    let scene = Scene::new().await;
    for text in ["hello", "{}", "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"many\"}"] {
        let node = Node::that_says(text).await;
        let outcome = Palisade::deploy(&scene, &node.url).args(["--timeout", "5"]).run().await;
        outcome.assert_failure(["cannot read the chain id: "]).await;
    }
}

/// Wherever the connection breaks: one line, nothing half written, and the next run completes.
#[tokio::test]
async fn a_node_that_drops_the_connection_midway_is_told() {
    let scene = Scene::new().await;
    let mut limit = 0;
    loop {
        let snapshot = scene.net.snapshot().await.unwrap();
        let node = Node::that_drops(scene.net.url(), limit).await;
        let outcome = Palisade::deploy(&scene, &node.url).args(["--timeout", "5"]).run().await;
        if outcome.status.success() {
            assert!(node.pieces() <= limit);
            break;
        }
        outcome.assert_failure(["node at http://127.0.0.1:", ": cannot "]).await;
        assert_eq!(scene.files(), Vec::<String>::new(), "after {limit} pieces: {outcome:?}");
        Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
        assert_eq!(scene.files(), ["31337.json"]);
        fs::remove_dir_all(scene.deployments()).unwrap();
        scene.net.revert(snapshot).await.unwrap();
        limit += 1;
    }
    assert!(limit > 10, "only {limit} pieces of requests");
}

#[tokio::test]
async fn an_account_without_funds_is_told() {
    let scene = Scene::new().await;
    let key = B256::repeat_byte(7).to_string();
    let outcome = Palisade::deploy(&scene, scene.net.url()).env("KEY", &key).run().await;
    outcome
        .assert_failure([
            " has 0.000000000000000000 ETH and the deployment needs about 0.0",
            "fund it",
        ])
        .await;
    assert_eq!(scene.files(), Vec::<String>::new());
    let genesis = Plan::new(Config::read(&scene.config()).unwrap()).unwrap().addresses().genesis;
    assert!(scene.net.provider().get_code_at(genesis).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_chain_without_the_create2_deployer_is_told() {
    let scene = Scene::new().await;
    let deployer = palisade_deploy::CREATE2_DEPLOYER;
    scene.net.provider().anvil_set_code(deployer, [].into()).await.unwrap();
    let outcome = Palisade::deploy(&scene, scene.net.url()).run().await;
    outcome.assert_failure(["chain 31337 has no CREATE2 deployer at 0x4e59b448"]).await;
}

#[tokio::test]
async fn other_code_than_this_builds_is_refused() {
    let scene = Scene::new().await;
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let manifest = scene.manifest();
    let vault = Plan::new(Config::read(&scene.config()).unwrap()).unwrap().addresses().vault;
    let mut code = scene.net.provider().get_code_at(vault).await.unwrap().to_vec();
    *code.last_mut().unwrap() ^= 1;
    scene.net.provider().anvil_set_code(vault, code.into()).await.unwrap();
    let outcome = Palisade::deploy(&scene, scene.net.url()).run().await;
    outcome
        .assert_failure(["the code of StakeVault at ", "is not this build's: its hash is 0x"])
        .await;
    assert_eq!(scene.manifest(), manifest);
}

#[tokio::test]
async fn configurations_that_make_no_sense_are_refused() {
    let scene = Scene::new().await;
    let epoch_length =
        |value: &str| CONFIG.replace("epoch_length = 60", &format!("epoch_length = {value}"));
    let cases = [
        (epoch_length("1"), "epoch_length is 1: an epoch lasts at least 2 seconds"),
        (epoch_length("604800000"), "epoch_length is 604800000: that is more than ten years"),
        (epoch_length("-1"), "invalid value: integer `-1`"),
        (
            CONFIG
                .replace("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", &Address::ZERO.to_string()),
            "governance.council is 0x0000",
        ),
        (
            CONFIG.replace("delay = 60", "delay = 0"),
            "governance.delay is 0: what is proposed must wait",
        ),
        (CONFIG.replace("0xf39F", "0xf39"), "config.toml: "),
        (format!("{CONFIG}\nepochs = 3"), "unknown field `epochs`"),
        (CONFIG.replace("salt", "# salt"), "missing field `salt`"),
        ("salt =".to_owned(), "in line 1"),
    ];
    for (text, part) in cases {
        scene.configure(&text);
        let outcome = Palisade::deploy(&scene, scene.net.url()).run().await;
        outcome.assert_failure([part]).await;
    }
    fs::remove_file(scene.config()).unwrap();
    let outcome = Palisade::deploy(&scene, scene.net.url()).run().await;
    outcome.assert_failure(["cannot read ", "config.toml: No such file or directory"]).await;
    assert_eq!(scene.files(), Vec::<String>::new());
}

#[tokio::test]
async fn keys_are_never_shown() {
    let scene = Scene::new().await;
    let digits = DEPLOYER_KEY.strip_prefix("0x").unwrap();
    let outcome = Palisade::deploy(&scene, scene.net.url()).args(["-vvvv"]).run().await;
    outcome.assert_success();
    assert!(outcome.stderr.contains("TRACE"), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains(digits));
    // Nor the half of one.
    let outcome = Palisade::deploy(&scene, scene.net.url()).env("KEY", &digits[..40]).run().await;
    outcome
        .assert_failure(["the environment variable KEY holds no private key (32 bytes in hex)"])
        .await;
    assert!(!outcome.stderr.contains(&digits[..40]));
    let outcome = Palisade::deploy(&scene, scene.net.url()).env_remove("KEY").run().await;
    outcome.assert_failure(["the environment variable KEY is not set"]).await;
}

#[tokio::test]
async fn a_key_may_come_from_a_file() {
    let scene = Scene::new().await;
    let (config, deployments) = (scene.config(), scene.deployments());
    let file = scene.folder().join("key");
    fs::write(&file, format!("{DEPLOYER_KEY}\n")).unwrap();
    let arguments = [
        "deploy",
        "--config",
        config.to_str().unwrap(),
        "--rpc-url",
        scene.net.url(),
        "--deployments",
        deployments.to_str().unwrap(),
        "--private-key-file",
        file.to_str().unwrap(),
    ];
    Palisade::new(arguments).run().await.assert_success();
    assert_eq!(scene.files(), ["31337.json"]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_can_be_repaired() {
    let scene = Scene::new().await;
    fs::write(scene.deployments(), "in the way").unwrap();
    let outcome = Palisade::deploy(&scene, scene.net.url()).run().await;
    outcome.assert_failure(["cannot ", "deployments"]).await;
    fs::remove_file(scene.deployments()).unwrap();
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    assert_eq!(scene.files(), ["31337.json"]);
}
