//! `palisade devnet`: how it starts, and how it ends.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use alloy::providers::{Provider, ProviderBuilder};
use palisade_devnet::Devnet;
use rustix::process::Signal;
use serde_json::Value;

use crate::palisade::{Palisade, Running, repository};

fn devnet() -> Palisade {
    Palisade::new(["devnet", "--port", "0", "--json"])
}

/// A network that is up, and what it told.
async fn up(palisade: Palisade) -> (Running, Value) {
    let mut running = palisade.start();
    let line = running.first_line().await;
    let told = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}"));
    (running, told)
}

fn anvil(running: &Running) -> u32 {
    let processes = running.processes();
    let is_anvil =
        |line: &str| line.split(' ').next().is_some_and(|program| program.ends_with("anvil"));
    processes
        .iter()
        .find(|(_, line)| is_anvil(line))
        .unwrap_or_else(|| panic!("no anvil in {processes:?}"))
        .0
}

#[tokio::test]
async fn tells_everything_and_answers() {
    let (running, told) = up(devnet().args(["--epoch", "7"])).await;
    let url = told["rpc_url"].as_str().unwrap();
    let provider = ProviderBuilder::new().connect_http(url.parse().unwrap());
    assert_eq!(told["chain_id"], provider.get_chain_id().await.unwrap());
    assert_eq!(told["epoch_length"], 7);
    let mut addresses: Vec<_> = told["contracts"].as_object().unwrap().values().collect();
    assert_eq!(addresses.len(), 12);
    addresses.extend(told["tokens"].as_array().unwrap().iter().map(|token| &token["address"]));
    assert_eq!(addresses.len(), 17);
    for address in addresses.into_iter().chain([&told["permit2"]]) {
        let code = provider.get_code_at(address.as_str().unwrap().parse().unwrap()).await.unwrap();
        assert!(!code.is_empty(), "nothing stands at {address}");
    }
    assert_eq!(told["strategies"].as_array().unwrap().len(), 3);
    assert_eq!(told["reward"]["symbol"], "RWD");
    assert!(told["tokens"].as_array().unwrap().contains(&told["reward"]));
    let alice = told["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["name"] == "alice")
        .unwrap();
    let signer: alloy::signers::local::PrivateKeySigner =
        alice["private_key"].as_str().unwrap().parse().unwrap();
    assert_eq!(alice["address"], signer.address().to_string());
    running.signal(Signal::INT);
    running.end().await.assert_success();
}

#[tokio::test]
async fn ends_in_good_order_by_any_polite_signal() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let (running, _) = up(devnet()).await;
        assert!(running.processes().len() >= 3);
        running.signal(signal);
        let outcome = running.end().await;
        assert_eq!(outcome.status.code(), Some(0), "{signal:?}: {outcome:?}");
        assert_eq!(outcome.stderr, "", "{signal:?}");
        outcome.assert_nothing_runs().await;
    }
}

#[tokio::test]
async fn ends_in_good_order_while_it_starts() {
    for milliseconds in [0, 20, 60, 120] {
        let running = devnet().start();
        tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
        running.signal(Signal::TERM);
        running.end().await.assert_nothing_runs().await;
    }
}

#[tokio::test]
async fn leaves_nothing_when_it_is_killed() {
    let (running, told) = up(devnet()).await;
    running.signal(Signal::KILL);
    let outcome = running.end().await;
    outcome.assert_killed();
    outcome.assert_nothing_runs().await;
    // The port is free for the next.
    let port = told["rpc_url"].as_str().unwrap().rsplit(':').next().unwrap();
    let (running, again) = up(Palisade::new(["devnet", "--json", "--port", port])).await;
    assert_eq!(again["rpc_url"], told["rpc_url"]);
    running.signal(Signal::INT);
    running.end().await.assert_success();
}

#[tokio::test]
async fn leaves_nothing_when_it_is_killed_while_it_starts() {
    for milliseconds in [10, 40, 80, 120, 160] {
        let running = devnet().start();
        tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
        running.signal(Signal::KILL);
        running.end().await.assert_nothing_runs().await;
    }
}

#[tokio::test]
async fn prints_tables_for_people() {
    // Free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut running = Palisade::new(["devnet", "--port", &port.to_string()]).start();
    running.first_line().await;
    let url = format!("http://127.0.0.1:{port}");
    let net = ProviderBuilder::new().connect_http(url.parse().unwrap());
    assert_eq!(net.get_chain_id().await.unwrap(), 31_337);
    running.signal(Signal::INT);
    let outcome = running.end().await;
    outcome.assert_success();
    for part in [
        "rETH",
        "StakeVault",
        "Router",
        "RewardsDistributor",
        "RewardStreams",
        "MerkleDrops",
        "Permit2",
        "wstETH",
        "RWD",
        "alice",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    ] {
        assert!(outcome.stdout.contains(part), "no {part} in {outcome:?}");
    }
    assert_eq!(outcome.stderr, "Ctrl-C ends the network.\n");
    outcome.assert_nothing_runs().await;
}

#[tokio::test]
async fn a_taken_port_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let outcome = Palisade::new(["devnet", "--port", &port]).run().await;
    outcome.assert_failure([&format!("port {port} is taken: ")]).await;
}

#[tokio::test]
async fn the_repositorys_anvil_is_found_from_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    // One that is too old is in nobody's way.
    script(folder.path(), "echo 'anvil Version: 1.4.3'");
    let mut path = folder.path().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let elsewhere = devnet().folder(folder.path()).env("PATH", path);
    let elsewhere = elsewhere.env_remove("CARGO_MANIFEST_DIR").env_remove("PALISADE_ANVIL");
    let (running, _) = up(elsewhere).await;
    running.signal(Signal::INT);
    running.end().await.assert_success();
}

#[tokio::test]
async fn a_missing_anvil_is_told() {
    let outcome = devnet().env("PALISADE_ANVIL", "/nowhere/anvil").run().await;
    outcome.assert_failure(["/nowhere/anvil (from PALISADE_ANVIL) is no program"]).await;
}

#[tokio::test]
async fn an_anvil_that_dies_is_told() {
    let (running, _) = up(devnet()).await;
    let pid = rustix::process::Pid::from_raw(anvil(&running).try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::KILL).unwrap();
    let outcome = running.end().await;
    outcome.assert_failure(["anvil died"]).await;
}

/// Whatever it does instead of starting.
#[tokio::test]
async fn an_anvil_that_dies_while_it_starts_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (lines, part) in [
        ("exit 3", "anvil died"),
        ("echo 'Error: the disk is full' >&2; exit 1", "anvil died: Error: the disk is full"),
        ("echo 'Listening on 127.0.0.1:1'; exit 0", "anvil died: Listening on 127.0.0.1:1"),
        ("echo 'Listening on 127.0.0.1:1'; sleep 60", "cannot read the chain id: cannot connect: "),
    ] {
        let anvil = script(folder.path(), lines);
        let outcome = devnet().env("PALISADE_ANVIL", anvil).run().await;
        outcome.assert_failure([part]).await;
    }
}

#[tokio::test]
async fn an_anvil_that_serves_another_chain_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let real = repository().join("node_modules/.bin/anvil");
    let lines = format!(
        "for a; do [ \"$a\" = 31337 ] && a=5; set -- \"$@\" \"$a\"; shift; done; exec {} \"$@\"",
        real.display()
    );
    let outcome = devnet().env("PALISADE_ANVIL", script(folder.path(), &lines)).run().await;
    outcome.assert_failure(["wrong chain: expected chain id 31337, anvil serves 5"]).await;
}

#[tokio::test]
async fn settings_that_make_no_sense_are_told() {
    let outcome = devnet().args(["--epoch", "1"]).run().await;
    outcome.assert_failure(["epoch_length is 1: an epoch lasts at least 2 seconds"]).await;
    let outcome = devnet().args(["--block-time", "0"]).run().await;
    assert_eq!(outcome.status.code(), Some(2), "{outcome:?}");
}

/// The process of a test that dies takes its networks with it, too.
#[tokio::test]
async fn a_network_of_the_library_has_the_same_leash() {
    let net = Devnet::start().await.unwrap();
    let pid = net.anvil_pid().unwrap();
    drop(net);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

/// A shell script called "anvil".
fn script(folder: &Path, lines: &str) -> PathBuf {
    let path = folder.join("anvil");
    fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}
