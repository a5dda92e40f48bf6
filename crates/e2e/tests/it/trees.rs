//! `palisade rewards tree`, which needs no chain.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::palisade::{Outcome, Palisade};

const ONE: &str = "0x1111111111111111111111111111111111111111";
const TWO: &str = "0x2222222222222222222222222222222222222222";
const THREE: &str = "0x3333333333333333333333333333333333333333";

/// A folder with lists.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn list(&self, name: &str, entries: &[(&str, &str)]) {
        let lines: Vec<_> =
            entries.iter().map(|(account, amount)| format!("{account},{amount}\n")).collect();
        fs::write(self.path(name), format!("account,amount\n{}", lines.concat())).unwrap();
    }

    /// Runs `palisade rewards tree` in the folder.
    async fn tree(&self, arguments: &[&str]) -> Outcome {
        let palisade = Palisade::new(["rewards", "tree"]).folder(self.0.path());
        palisade.args(arguments.iter().copied()).run().await
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn json_of(outcome: &Outcome) -> Value {
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome:?}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[tokio::test]
async fn builds_what_a_claim_needs() {
    let desk = Desk::new();
    desk.list("a.csv", &[(ONE, "5"), (TWO, "7"), (THREE, "0")]);
    let outcome = desk.tree(&["build", "a.csv", "--out", "out/a", "--json"]).await;
    outcome.assert_success();
    let told = json_of(&outcome);
    assert_eq!((&told["total"], &told["accounts"]), (&json!("12"), &json!(3)));
    assert_eq!(desk.files("out/a"), ["proofs.jsonl", "tree.json"]);
    let tree = read(&desk.path(told["tree"].as_str().unwrap()));
    assert_eq!(tree["tree"][0], told["root"]);
    assert_eq!(tree["values"][1]["value"], json!([TWO, "7"]));
    let proofs = fs::read_to_string(desk.path(told["proofs"].as_str().unwrap())).unwrap();
    assert_eq!(proofs.lines().count(), 3);
    for line in proofs.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let account = line["account"].as_str().unwrap();
        // The proof of the tree, and that of the list.
        for file in ["out/a/tree.json", "a.csv"] {
            let proven = desk.tree(&["prove", file, account, "--json"]).await;
            proven.assert_success();
            let proven = json_of(&proven);
            assert_eq!(proven["root"], told["root"]);
            assert_eq!(proven["amount"], line["amount"]);
            assert_eq!(proven["proof"], line["proof"]);
        }
    }
    // The same for people, and from standard input nothing at all.
    let outcome = desk.tree(&["build", "a.csv", "--out", "b", "--no-proofs"]).await;
    outcome.assert_success();
    assert!(outcome.stdout.contains(told["root"].as_str().unwrap()), "{outcome:?}");
    assert_eq!(desk.files("b"), ["tree.json"]);
    desk.tree(&["build", "-"]).await.assert_failure(["-: the list is empty"]).await;
}

#[tokio::test]
async fn what_is_wrong_is_one_line_and_leaves_no_file() {
    let desk = Desk::new();
    desk.list("wrong.csv", &[(ONE, "5"), (TWO, "1.5")]);
    desk.list("twice.csv", &[(ONE, "5"), (TWO, "7"), (ONE, "6")]);
    let build = async |list: &str| desk.tree(&["build", list, "--out", "out"]).await;
    build("wrong.csv").await.assert_failure(["wrong.csv: line 3: \"1.5\" is not an amount"]).await;
    let twice = format!("twice.csv: line 4: {ONE} is there already, on line 2");
    build("twice.csv").await.assert_failure([&twice[..]]).await;
    build("none.csv").await.assert_failure(["cannot read none.csv: No such file"]).await;
    assert_eq!(desk.files("out"), Vec::<String>::new());

    // What stood before stands on, and no draft is left.
    desk.list("right.csv", &[(ONE, "5")]);
    build("right.csv").await.assert_success();
    let before = fs::read(desk.path("out/tree.json")).unwrap();
    build("wrong.csv").await.assert_failure(["line 3"]).await;
    assert_eq!(fs::read(desk.path("out/tree.json")).unwrap(), before);
    assert_eq!(desk.files("out"), ["proofs.jsonl", "tree.json"]);

    let prove = desk.tree(&["prove", "right.csv", TWO]).await;
    prove.assert_failure([&format!("{TWO} is not in right.csv")[..]]).await;
    fs::write(desk.path("no.json"), "{}").unwrap();
    let prove = desk.tree(&["prove", "no.json", TWO]).await;
    prove.assert_failure(["no.json: not a tree of payouts: missing field"]).await;
}

#[tokio::test]
async fn says_who_differs() {
    let desk = Desk::new();
    desk.list("ours.csv", &[(ONE, "5"), (TWO, "7")]);
    desk.list("theirs.csv", &[(ONE, "6"), (THREE, "1")]);
    desk.tree(&["build", "theirs.csv", "--out", "theirs"]).await.assert_success();
    for against in ["theirs.csv", "theirs/tree.json"] {
        let outcome = desk.tree(&["verify", "ours.csv", "--against", against, "--json"]).await;
        assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
        let wanted = "error: 3 accounts differ: 1 missing, 1 too many, 1 with another amount\n";
        assert_eq!(outcome.stderr, wanted);
        let told = json_of(&outcome);
        assert_eq!(told["agrees"], false);
        let differences = json!([
            { "account": ONE, "should": "5", "is": "6" },
            { "account": TWO, "should": "7", "is": null },
            { "account": THREE, "should": null, "is": "1" },
        ]);
        assert_eq!(told["compared"]["differences"], differences);
        assert_eq!(
            (&told["computed"]["total"], &told["against"]["total"]),
            (&json!("12"), &json!("7"))
        );
    }
    let few = desk.tree(&["verify", "ours.csv", "--against", "theirs.csv", "--limit", "1"]).await;
    assert!(few.stdout.contains(ONE) && !few.stdout.contains(TWO), "{few:?}");
    assert!(few.stdout.contains("0 the same, 1 missing, 1 too many, 1 with another amount"));
}

#[tokio::test]
async fn says_whether_a_root_is_right() {
    let desk = Desk::new();
    desk.list("ours.csv", &[(ONE, "5"), (TWO, "7")]);
    desk.list("shuffled.csv", &[(TWO, "7"), (ONE, "5")]);
    let built = desk.tree(&["build", "ours.csv", "--out", "out", "--json"]).await;
    let root = json_of(&built)["root"].as_str().unwrap().to_owned();
    let other = format!("0x{}", "12".repeat(32));
    for list in ["shuffled.csv", "out/tree.json"] {
        let outcome = desk.tree(&["verify", list, "--root", &root, "--json"]).await;
        outcome.assert_success();
        assert_eq!(json_of(&outcome)["agrees"], true);
        let outcome = desk.tree(&["verify", list, "--root", &other]).await;
        assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
        let wanted =
            format!("error: the published root is {other}, and that of {list} is {root}\n");
        assert_eq!(outcome.stderr, wanted);
    }
    // Both: who is paid is right, and the root is another's.
    let both = ["verify", "ours.csv", "--against", "out/tree.json", "--root"];
    desk.tree(&[&both[..], &[&root]].concat()).await.assert_success();
    assert_eq!(desk.tree(&[&both[..], &[&other]].concat()).await.status.code(), Some(1));
    // A tree that does not hold together is refused before anything is compared.
    let text = fs::read_to_string(desk.path("out/tree.json")).unwrap();
    fs::write(desk.path("bad.json"), text.replace(&root, &other)).unwrap();
    let outcome = desk.tree(&["verify", "ours.csv", "--against", "bad.json"]).await;
    outcome.assert_failure(["bad.json: not a tree of payouts: node 0 is 0x1212"]).await;
}

#[tokio::test]
async fn a_verification_needs_something_published() {
    let desk = Desk::new();
    for arguments in [&["verify", "a.csv"][..], &["build"], &["build", "a.csv", "--memory", "1"]] {
        let outcome = desk.tree(arguments).await;
        assert_eq!(outcome.status.code(), Some(2), "{outcome:?}");
        assert_eq!(outcome.stdout, "", "{outcome:?}");
    }
}
