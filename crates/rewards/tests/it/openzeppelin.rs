//! The same root, proofs and dumps as @openzeppelin/merkle-tree.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use alloy_primitives::{B256, U256};
use palisade_rewards::tree::{Leaf, Tree};
use serde_json::{Value, json};

use crate::payouts;

/// What the library makes of it; see the script.
fn peer(command: &str, input: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openzeppelin");
    let mut node = Command::new("node")
        .args(["peer.mjs", command])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs: it is needed as for `make tools`");
    node.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "it fails; is it installed (`make tools`)?");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn values(leaves: &[Leaf]) -> String {
    let values =
        leaves.iter().map(|leaf| json!([leaf.account.to_string(), leaf.amount.to_string()]));
    values.collect::<Value>().to_string()
}

fn proofs(tree: &Tree) -> Vec<Vec<B256>> {
    tree.proofs().map(|(_, proof)| proof.collect()).collect()
}

fn dump(tree: &Tree) -> String {
    let mut text = Vec::new();
    tree.dump(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Root, proofs and dump of these payouts are the same, byte for byte; and each loads the dump of the other.
fn assert_same(leaves: Vec<Leaf>) {
    let theirs = peer("of", &values(&leaves));
    let tree = Tree::new(leaves).unwrap();
    assert_eq!(json!(tree.root()), theirs["root"]);
    assert_eq!(json!(proofs(&tree)), theirs["proofs"]);
    let (ours, dumped) = (dump(&tree), theirs["dump"].as_str().unwrap());
    assert!(ours == dumped, "{ours}\n{dumped}");
    assert_eq!(Tree::load(dumped.as_bytes()).unwrap(), tree);
    let loaded = peer("load", &ours);
    assert_eq!((&loaded["root"], &loaded["proofs"]), (&theirs["root"], &theirs["proofs"]));
}

#[test]
fn small_trees_are_the_same() {
    for count in [1, 2, 3, 5, 8] {
        assert_same(payouts(count));
    }
}

#[test]
fn a_hundred_are_the_same() {
    assert_same(payouts(100));
}

#[test]
fn a_thousand_are_the_same() {
    assert_same(payouts(1_000));
}

#[test]
fn amounts_of_all_sizes_are_the_same() {
    let amounts =
        [U256::ZERO, U256::ONE, U256::from(u64::MAX), U256::from(u128::MAX), U256::MAX >> 1];
    let leaves = payouts(5).into_iter().zip(amounts);
    assert_same(leaves.map(|(leaf, amount)| Leaf { amount, ..leaf }).collect());
    let mut alone = payouts(1);
    alone[0].amount = U256::MAX;
    assert_same(alone);
}

/// What the library takes besides: accounts in lower case, amounts as numbers.
#[test]
fn values_written_otherwise_are_loaded() {
    let mut leaves = payouts(3);
    leaves[1].amount = U256::from(12_345_678);
    let mut values: Value = serde_json::from_str(&values(&leaves)).unwrap();
    for value in values.as_array_mut().unwrap() {
        value[0] = json!(value[0].as_str().unwrap().to_lowercase());
    }
    values[1][1] = json!(12_345_678);
    let theirs = peer("of", &values.to_string());
    let dump = theirs["dump"].as_str().unwrap();
    assert!(dump.contains(",12345678]"));
    assert_eq!(Tree::load(dump.as_bytes()).unwrap(), Tree::new(leaves).unwrap());
}
