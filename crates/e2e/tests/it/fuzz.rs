//! `palisade fuzz`, which needs no chain.

use std::{fs, path::Path};

use palisade_fuzz::{History, World, world};
use palisade_model::Action;
use serde_json::Value;

use crate::palisade::{Outcome, Palisade, repository};

/// The run says why in one line, and prints nothing.
async fn assert_fails<const N: usize, const M: usize>(arguments: [&str; N], parts: [&str; M]) {
    Palisade::new(arguments).run().await.assert_failure(parts).await;
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The JSON that is all of standard output.
fn only_json(outcome: &Outcome) -> Value {
    outcome.assert_success();
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome:?}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn sum(values: &Value, field: &str) -> u64 {
    values.as_array().unwrap().iter().map(|value| value[field].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn prints_the_same_json_alone_whatever_the_number_of_threads() {
    let run = async |jobs: &str| {
        let arguments = ["fuzz", "--seed", "1", "--actions", "3000", "--length", "500"];
        Palisade::new(arguments).args(["--json", "--jobs", jobs]).run().await
    };
    let one = run("1").await;
    let json = only_json(&one);
    assert_eq!((&json["seed"], &json["actions"]), (&1.into(), &3_000.into()));
    assert_eq!(json["failure"], Value::Null);
    assert_eq!(sum(&json["kinds"], "tried"), 3_000);
    let accepted = json["accepted"].as_u64().unwrap();
    assert_eq!(sum(&json["kinds"], "accepted"), accepted);
    assert!((1_500..3_000).contains(&accepted), "{accepted}");
    for coverage in ["branches", "reasons"] {
        let coverage = &json[coverage];
        let [reached, of] = ["reached", "of"].map(|field| coverage[field].as_u64().unwrap());
        assert!(reached > 0);
        assert_eq!(coverage["missed"].as_array().unwrap().len() as u64, of - reached);
    }
    assert_eq!(run("2").await.stdout, one.stdout);
}

#[tokio::test]
async fn prints_tables_before_the_json() {
    let outcome = Palisade::new(["fuzz", "--actions", "200", "--jobs", "1"]).run().await;
    outcome.assert_success();
    for part in ["accepted", "branch of the model", "reason to refuse", "AdvanceTo"] {
        assert!(outcome.stdout.contains(part), "no {part:?} in {}", outcome.stdout);
    }
    let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["actions"], 200);
    assert!(outcome.stderr.contains("actions a second on 1 threads"), "{}", outcome.stderr);
}

/// Somebody stakes with nobody, and asks for too much of it back.
fn history() -> History {
    let token = World::new().unwrap().tokens[0];
    let staker = world::STAKERS[0];
    let operator = palisade_model::Operator::IDLE;
    let pool = palisade_model::PoolId { operator, strategy: token, generation: 0 };
    let (from, receiver, owner, by) = (staker, staker, staker, staker);
    let deposit =
        Action::Deposit { from, strategy: token, operator, assets: 100, min_shares: 0, receiver };
    let withdraw = Action::Withdraw { by, owner, pool, shares: 101, receiver };
    History::new(vec![deposit, withdraw])
}

#[tokio::test]
async fn replays_a_history_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.json");
    history().write(&file).unwrap();
    let outcome = Palisade::new(["fuzz", "--replay", path(&file), "--steps"]).run().await;
    outcome.assert_success();
    let (steps, last) = outcome.stdout.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(last).unwrap(),
        serde_json::json!({ "actions": 2, "after": null, "kind": null, "disagreement": null })
    );
    for part in [
        "1 of 2: staker 1 deposits 100 of token 0 to idle",
        "2 of 2: staker 1 withdraws 101 shares of idle/token 0",
        "refused: ",
        "epoch 1, 0 s into it",
    ] {
        assert!(steps.contains(part), "no {part:?} in {steps}");
    }
    let brief = Palisade::new(["fuzz", "--replay", path(&file)]).run().await;
    assert_eq!(only_json(&brief)["actions"], 2);
}

#[tokio::test]
async fn says_which_file_is_none_to_replay() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.json");
    assert_fails(["fuzz", "--replay", path(&missing)], [path(&missing), "No such file"]).await;
    let malformed = folder.path().join("malformed.json");
    let text = history().to_string().replace("\"deposit\"", "\"depose\"");
    fs::write(&malformed, text).unwrap();
    let place = "is no history: unknown variant `depose`";
    assert_fails(["fuzz", "--replay", path(&malformed)], [path(&malformed), place]).await;
}

#[tokio::test]
async fn says_which_artifact_is_none_of_genesis() {
    let vault = repository().join("crates/bindings/artifacts/StakeVault.json");
    assert_fails(
        ["fuzz", "--artifact", path(&vault)],
        [path(&vault), "it is no artifact of Genesis"],
    )
    .await;
    // Half of it is lost.
    let folder = tempfile::tempdir().unwrap();
    let genesis = fs::read(repository().join("crates/bindings/artifacts/Genesis.json")).unwrap();
    let mut genesis: Value = serde_json::from_slice(&genesis).unwrap();
    let code = genesis["bytecode"]["object"].as_str().unwrap();
    genesis["bytecode"]["object"] = code[..code.len() / 4 * 2].into();
    let half = folder.path().join("Genesis.json");
    fs::write(&half, genesis.to_string()).unwrap();
    assert_fails(["fuzz", "--artifact", path(&half)], [path(&half), "cannot be deployed"]).await;
}

#[tokio::test]
async fn says_where_it_cannot_write_before_it_hunts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert_fails(["fuzz", "--out", path(&file)], [path(&file), "cannot write to"]).await;
    assert_fails(["fuzz", "--corpus", path(&file)], [path(&file), "no folder"]).await;
}

#[tokio::test]
async fn hunts_in_an_artifact() {
    let genesis = repository().join("crates/bindings/artifacts/Genesis.json");
    let run = async |more: &[&str]| {
        let arguments = ["fuzz", "--actions", "300", "--json"];
        Palisade::new(arguments).args(more.iter().copied()).run().await
    };
    let json = only_json(&run(&["--artifact", path(&genesis)]).await);
    assert_eq!(json, only_json(&run(&[]).await));
}

#[tokio::test]
async fn refuses_arguments_that_make_no_sense() {
    for arguments in [
        &["--actions", "0"][..],
        &["--length", "0"],
        &["--jobs", "0"],
        &["--jobs", "1025"],
        &["--steps"],
        &["--replay", "history.json", "--seed", "2"],
        &["--replay", "history.json", "--out", "folder"],
    ] {
        let outcome = Palisade::new(["fuzz"]).args(arguments.iter().copied()).run().await;
        assert_eq!(outcome.status.code(), Some(2), "{outcome:?}");
        assert_eq!(outcome.stdout, "", "{outcome:?}");
        assert!(outcome.stderr.contains("error: "), "{outcome:?}");
    }
}
