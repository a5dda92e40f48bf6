//! Dumps that say something else than their tree.

use alloy_primitives::{B256, U256, keccak256};
use palisade_rewards::tree::{Leaf, Tree, verify};
use serde_json::{Value, json};

use crate::payouts;

fn dump(count: u64) -> Value {
    let mut text = Vec::new();
    Tree::new(payouts(count)).unwrap().dump(&mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn refusal(dump: &Value) -> String {
    Tree::load(dump.to_string().as_bytes()).unwrap_err().to_string()
}

/// Recomputes the inner nodes, as who publishes a tree that is false but sound would.
fn rehash(dump: &mut Value) {
    let nodes = dump["tree"].as_array_mut().unwrap();
    for index in (0..nodes.len() / 2).rev() {
        let mut pair: [B256; 2] =
            [1, 2].map(|it| serde_json::from_value(nodes[2 * index + it].clone()).unwrap());
        pair.sort_unstable();
        nodes[index] = json!(keccak256(pair.concat()));
    }
}

#[test]
fn a_dump_is_loaded_as_it_was() {
    for count in [1, 2, 3, 100] {
        let tree = Tree::load(dump(count).to_string().as_bytes()).unwrap();
        assert_eq!(tree, Tree::new(payouts(count)).unwrap());
    }
}

#[test]
fn every_node_is_checked() {
    for index in 0..9 {
        let mut dump = dump(5);
        dump["tree"][index] = json!(B256::repeat_byte(7));
        let told = refusal(&dump);
        let is_leaf = told.contains(&format!("is not at index {index} of its nodes"));
        let is_inner =
            told.contains(" should be ") && told.contains("not a tree of payouts: node ");
        assert!(if index >= 4 { is_leaf } else { is_inner }, "{index}: {told}");
    }
}

#[test]
fn every_value_is_checked() {
    let mut amount = dump(5);
    amount["values"][2]["value"][1] = json!("1");
    assert!(refusal(&amount).contains(" with 1 is not at index "), "{}", refusal(&amount));
    for index in [json!(0), json!(9), json!(u64::MAX)] {
        let mut elsewhere = dump(5);
        elsewhere["values"][2]["treeIndex"] = index.clone();
        assert!(refusal(&elsewhere).contains(&format!("is not at index {index} of its nodes")));
    }
}

/// The library loads this tree: the leaf that no value tells could be claimed all the same.
#[test]
fn a_leaf_that_nobody_lists_is_refused() {
    let mut hidden = dump(5);
    hidden["values"].as_array_mut().unwrap().pop();
    assert_eq!(refusal(&hidden), "not a tree of payouts: 4 values make 7 nodes, and it has 9");
    let mut twice = dump(5);
    twice["values"][4] = twice["values"][3].clone();
    assert!(refusal(&twice).ends_with(" is in it twice"), "{}", refusal(&twice));
}

/// Sound as a tree, and it pays one account twice.
#[test]
fn an_account_with_two_leaves_is_refused() {
    let mut leaves = payouts(5);
    let mut dump = dump(5);
    let index = usize::try_from(dump["values"][4]["treeIndex"].as_u64().unwrap()).unwrap();
    leaves[4] = Leaf { amount: leaves[3].amount + U256::ONE, ..leaves[3] };
    dump["values"][4]["value"] = json!([leaves[4].account, leaves[4].amount.to_string()]);
    dump["tree"][index] = json!(leaves[4].hash());
    rehash(&mut dump);
    assert_eq!(refusal(&dump), format!("{} is in it twice", leaves[3].account));
}

/// Contracts do not ask for sorted leaves, so trees without are published too.
#[test]
fn leaves_need_not_be_sorted() {
    let (mut dump, leaves) = (dump(6), payouts(6));
    let of = |value: usize, dump: &Value| {
        usize::try_from(dump["values"][value]["treeIndex"].as_u64().unwrap()).unwrap()
    };
    // No siblings: they may change places.
    let (one, other) = (of(0, &dump), of(2, &dump));
    assert_ne!((one - 1) / 2, (other - 1) / 2);
    dump["tree"].as_array_mut().unwrap().swap(one, other);
    dump["values"][0]["treeIndex"] = json!(other);
    dump["values"][2]["treeIndex"] = json!(one);
    rehash(&mut dump);
    let tree = Tree::load(dump.to_string().as_bytes()).unwrap();
    assert_eq!(tree.leaves(), leaves);
    assert_ne!(tree.root(), Tree::new(leaves).unwrap().root());
    for (leaf, proof) in tree.proofs() {
        assert!(verify(tree.root(), leaf, &proof.collect::<Vec<_>>()));
    }
    let mut text = Vec::new();
    tree.dump(&mut text).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&text).unwrap(), dump);
}

#[test]
fn other_formats_are_refused() {
    let with = |field: &str, value: Value| {
        let mut dump = dump(2);
        dump[field] = value;
        refusal(&dump)
    };
    let cases = [
        (
            with("format", json!("simple-v1")),
            "its format is \"simple-v1\", and should be \"standard-v1\"",
        ),
        (
            with("leafEncoding", json!(["address", "uint128"])),
            "its leaves are \"address,uint128\", and should be \"address,uint256\"",
        ),
        (with("extra", json!(1)), "unknown field `extra`"),
        (with("tree", json!(["0x12"])), "\"0x12\" is not a hash"),
        (
            with("values", json!([{ "value": ["0x12", "1"], "treeIndex": 0 }])),
            "\"0x12\" is not an address",
        ),
        (
            with("values", json!([{ "value": [payouts(1)[0].account, "0x1"], "treeIndex": 0 }])),
            "\"0x1\" is not an amount",
        ),
        (
            with(
                "values",
                json!([{ "value": [payouts(1)[0].account, (1_u64 << 53) + 1], "treeIndex": 0 }]),
            ),
            "may have been rounded",
        ),
        (with("values", json!([])), "the list is empty"),
    ];
    for (told, wanted) in cases {
        assert!(told.contains(wanted), "{told}");
    }
    assert!(
        Tree::load(&b"{\"format\":"[..])
            .unwrap_err()
            .to_string()
            .contains("not a tree of payouts: EOF")
    );
}
