//! Manifests that do not fit are refused before anything is sent.

use serde_json::Value;

use crate::palisade::{CONFIG, Palisade, Scene};

/// A chain with a deployment and its manifest.
async fn deployed() -> (Scene, Value) {
    let scene = Scene::new().await;
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let manifest = serde_json::from_str(&scene.manifest().unwrap()).unwrap();
    (scene, manifest)
}

/// The run fails with a line that has all `parts`, and leaves the manifest as it was.
async fn assert_refused<const N: usize>(scene: &Scene, parts: [&str; N]) {
    let before = (scene.manifest(), scene.net.timestamp().await.unwrap());
    let outcome = Palisade::deploy(scene, scene.net.url()).run().await;
    outcome.assert_failure(parts).await;
    assert_eq!((scene.manifest(), scene.net.timestamp().await.unwrap()), before);
    assert_eq!(scene.files(), ["31337.json"]);
}

#[tokio::test]
async fn one_of_another_chain() {
    let (scene, mut manifest) = deployed().await;
    manifest["chain_id"] = 1.into();
    scene.write_manifest(&manifest.to_string());
    assert_refused(
        &scene,
        ["31337.json is the manifest of chain 1, not of chain 31337: move it away"],
    )
    .await;
}

#[tokio::test]
async fn one_of_another_chain_with_the_same_id() {
    let (scene, manifest) = deployed().await;
    // A second may be too short for another genesis block.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let other = Scene::new().await;
    other.write_manifest(&manifest.to_string());
    drop(scene);
    assert_refused(&other, ["31337.json is of another chain with id 31337 (its genesis is 0x"])
        .await;
}

#[tokio::test]
async fn one_of_another_configuration() {
    let (scene, manifest) = deployed().await;
    scene.configure(&CONFIG.replace("= 60", "= 91"));
    assert_refused(
        &scene,
        ["31337.json records epoch_length 90 and the plan has 91: use its settings and its build"],
    )
    .await;
    scene.configure(&CONFIG.replace("= 60", "= 90").replace("0001\"", "0002\""));
    assert_refused(
        &scene,
        ["31337.json records salt 0x", "0002: use its settings", "or move it away to deploy anew"],
    )
    .await;
    scene.configure(&CONFIG.replace("epoch_length = 60", "epoch_length = 90"));
    assert_refused(&scene, ["31337.json records governance.delay 90 and the plan has 60: "]).await;
    drop(manifest);
}

#[tokio::test]
async fn one_of_another_build() {
    let (scene, mut manifest) = deployed().await;
    let elsewhere = "0x00000000000000000000000000000000DeaDBeef";
    manifest["contracts"]["StakeVault"]["address"] = elsewhere.into();
    scene.write_manifest(&manifest.to_string());
    assert_refused(
        &scene,
        ["31337.json records StakeVault 0x00000000000000000000000000000000DeaDBeef"],
    )
    .await;
}

#[tokio::test]
async fn one_of_contracts_that_are_gone() {
    let scene = Scene::new().await;
    let snapshot = scene.net.snapshot().await.unwrap();
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    scene.net.revert(snapshot).await.unwrap();
    assert_refused(
        &scene,
        ["31337.json records GovernanceGenesis at 0x", "where no code stands: move it away"],
    )
    .await;
}

#[tokio::test]
async fn one_that_is_none() {
    let scene = Scene::new().await;
    for text in ["", "{}", "{\n\"chain_id\": \"x\"\n}"] {
        scene.write_manifest(text);
        assert_refused(&scene, ["cannot understand ", "31337.json: "]).await;
    }
}
