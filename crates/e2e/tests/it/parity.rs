//! `script/Deploy.s.sol` and `palisade deploy` make the same: addresses and code.

use std::{fs, process::Stdio};

use alloy::providers::Provider;
use palisade_deploy::{Config, Deployer, Plan};
use serde_json::Value;
use tokio::process::Command;

use crate::palisade::{CONFIG, Palisade, Scene, repository};

#[tokio::test]
async fn the_forge_script_makes_the_same() {
    let scene = Scene::new().await;
    scene.configure(CONFIG);
    let plan = Plan::new(CONFIG.parse::<Config>().unwrap()).unwrap();
    let deployer = scene.net.account("deployer").unwrap().address();
    let scripted = Command::new(repository().join("script/foundry"))
        .arg("forge")
        .args([
            "script",
            "script/Deploy.s.sol",
            "--sig",
            "run(string)",
            "script/config/devnet.toml",
        ])
        .args(["--rpc-url", scene.net.url(), "--broadcast", "--unlocked", "--slow"])
        .args(["--sender", &deployer.to_string()])
        .env("FOUNDRY_BROADCAST", scene.folder().join("broadcast"))
        .current_dir(repository())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(scripted.status.success(), "{scripted:?}");

    for artifact in plan.contracts().map(|contract| contract.artifact) {
        let name = artifact.name;
        // Of a library's contract, which tests compile too, forge may write two, and name them by profile.
        let files = [format!("{name}.json"), format!("{name}.default.json")];
        let built = files.map(|file| repository().join(format!("out/{name}.sol/{file}")));
        let built = built.iter().find(|file| file.exists()).unwrap();
        let built: Value = serde_json::from_str(&fs::read_to_string(built).unwrap()).unwrap();
        let is_current = built["bytecode"]["object"] == artifact.creation_code().to_string();
        assert!(
            is_current,
            "the artifact of {name} is not what forge builds: run `make artifacts`"
        );
    }

    // What stands is what `palisade deploy` would have made, byte for byte.
    Deployer::new(scene.net.provider()).verify(&plan).await.unwrap().unchanged().unwrap();
    let nonce = async || scene.net.provider().get_transaction_count(deployer).await.unwrap();
    let before = nonce().await;
    let outcome = Palisade::deploy(&scene, scene.net.url()).run().await;
    outcome.assert_success();
    assert!(outcome.stdout.contains("everything stood already"), "{outcome:?}");
    assert_eq!(nonce().await, before);
    // The script sends to the CREATE2 deployer like the command, so that the manifest knows its transaction.
    assert!(!scene.manifest().unwrap().contains("null"));
}
