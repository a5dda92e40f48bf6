//! A deployment that is killed at any point resumes, and comes to the same.

use std::fs;

use alloy::{
    primitives::{Address, TxHash},
    providers::{Provider, ext::AnvilApi},
};
use palisade_deploy::failpoint;
use palisade_devnet::Devnet;
use serde_json::Value;

use crate::palisade::{Palisade, Scene};

async fn nonce(scene: &Scene) -> u64 {
    let deployer: Address = scene.net.account("deployer").unwrap().address();
    scene.net.provider().get_transaction_count(deployer).await.unwrap()
}

/// The manifest, but for the hashes of its transactions: the fees that a later run offers are others. Each is that of a
/// transaction that succeeded, in the block that the manifest tells.
async fn manifest(scene: &Scene) -> Option<Value> {
    let mut manifest: Value = serde_json::from_str(&scene.manifest()?).unwrap();
    for record in manifest["contracts"].as_object_mut().unwrap().values_mut() {
        let tx: TxHash = record["tx"].take().as_str().unwrap().parse().unwrap();
        let receipt = scene.net.provider().get_transaction_receipt(tx).await.unwrap().unwrap();
        assert!(receipt.status());
        assert_eq!(record["block"], receipt.block_number.unwrap());
    }
    Some(manifest)
}

#[tokio::test]
async fn killed_at_every_fail_point() {
    let scene = Scene::new().await;
    // The manifest tells the block's time: have it pass alike.
    let time = scene.net.timestamp().await.unwrap() + 1_000;
    let set_time = async || {
        scene.net.provider().anvil_set_next_block_timestamp(time).await.unwrap();
        scene.net.provider().anvil_set_block_timestamp_interval(1).await.unwrap();
    };

    let snapshot = scene.net.snapshot().await.unwrap();
    set_time().await;
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    let (expected, expected_nonce) = (manifest(&scene).await.unwrap(), nonce(&scene).await);
    fs::remove_dir_all(scene.deployments()).unwrap();
    scene.net.revert(snapshot).await.unwrap();

    for point in failpoint::ALL {
        let snapshot = scene.net.snapshot().await.unwrap();
        set_time().await;
        let killed =
            Palisade::deploy(&scene, scene.net.url()).env(failpoint::VARIABLE, point).run().await;
        killed.assert_killed();
        killed.assert_nothing_runs().await;
        // All or nothing.
        let left = manifest(&scene).await;
        assert!(left.is_none() || left.as_ref() == Some(&expected), "at {point}: {left:?}");
        assert_eq!(left.is_some(), point == "manifest:after", "at {point}");

        Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
        assert_eq!(manifest(&scene).await.unwrap(), expected, "after {point}");
        assert_eq!(nonce(&scene).await, expected_nonce, "after {point}: something was sent twice");
        assert_eq!(scene.files(), ["31337.json"], "after {point}");
        fs::remove_dir_all(scene.deployments()).unwrap();
        scene.net.revert(snapshot).await.unwrap();
    }
}

/// Killed with its transaction in the pool: the next run waits for that one and sends no other.
#[tokio::test]
async fn killed_before_the_transaction_is_mined() {
    let scene = Scene::on(Devnet::builder().block_time(3)).await;
    let before = nonce(&scene).await;
    let killed =
        Palisade::deploy(&scene, scene.net.url()).env(failpoint::VARIABLE, "core:sent").run().await;
    killed.assert_killed();
    assert_eq!(scene.files(), Vec::<String>::new());
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
    assert_eq!(nonce(&scene).await, before + 7);
    assert_eq!(scene.files(), ["31337.json"]);
}

/// A transaction that is never mined: the run ends with an error, and so does the next.
#[tokio::test]
async fn a_transaction_that_is_never_mined_is_told() {
    let scene = Scene::new().await;
    scene.net.provider().anvil_set_auto_mine(false).await.unwrap();
    let run = || Palisade::deploy(&scene, scene.net.url()).args(["--timeout", "1"]).run();
    run()
        .await
        .assert_failure([
            "transaction 0x",
            "(governance) was not mined within 1 s: run again to go on",
        ])
        .await;
    run()
        .await
        .assert_failure(["has 1 transactions under way that were not mined within 1 s"])
        .await;
    scene.net.mine().await.unwrap();
    scene.net.provider().anvil_set_auto_mine(true).await.unwrap();
    run().await.assert_success();
    assert_eq!(scene.files(), ["31337.json"]);
}

#[tokio::test]
async fn two_at_once_make_one_deployment() {
    let scene = Scene::new().await;
    // Each with an account of its own.
    let bob = scene.net.account("bob").unwrap().private_key().to_string();
    let (one, other) = tokio::join!(
        Palisade::deploy(&scene, scene.net.url()).run(),
        Palisade::deploy(&scene, scene.net.url()).env("KEY", bob).run(),
    );
    one.assert_success();
    other.assert_success();
    assert_eq!(scene.files(), ["31337.json"]);
    Palisade::deploy(&scene, scene.net.url()).run().await.assert_success();
}

#[tokio::test]
async fn a_fail_point_that_is_none_is_told() {
    let scene = Scene::new().await;
    let outcome =
        Palisade::deploy(&scene, scene.net.url()).env(failpoint::VARIABLE, "core").run().await;
    outcome
        .assert_failure(["PALISADE_FAILPOINT is core, which is no fail-point: governance:before, "])
        .await;
}
