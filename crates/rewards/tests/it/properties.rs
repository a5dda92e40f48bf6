//! What holds of every tree.

use alloy_primitives::{Address, B256, U256, keccak256};
use palisade_rewards::tree::{Leaf, Tree, verify};
use proptest::{collection::btree_map, prelude::*, sample::Index};

fn lists() -> impl Strategy<Value = Vec<Leaf>> {
    // The sum of all fits.
    let amount = any::<[u8; 32]>().prop_map(|bytes| U256::from_be_bytes(bytes) >> 6);
    btree_map(any::<[u8; 20]>().prop_map(Address::from), amount, 1..32).prop_map(|list| {
        list.into_iter().map(|(account, amount)| Leaf { account, amount }).collect()
    })
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_proof_verifies_and_no_altered_one(
        list in lists(),
        which in any::<Index>(),
        bit in 0..256_usize,
    ) {
        let tree = Tree::new(list).unwrap();
        let root = tree.root();
        for (leaf, proof) in tree.proofs() {
            let proof: Vec<_> = proof.collect();
            prop_assert!(verify(root, leaf, &proof));
            prop_assert_eq!(tree.proof(leaf.account), Some(proof));
        }
        let leaf = *which.get(tree.leaves());
        let proof = tree.proof(leaf.account).unwrap();
        let flip = U256::ONE << bit;
        let other = Leaf { amount: leaf.amount ^ flip, ..leaf };
        prop_assert!(!verify(root, &other, &proof));
        let other = Leaf { account: Address::from_word(B256::from(flip)) ^ leaf.account, ..leaf };
        prop_assert!(other == leaf || !verify(root, &other, &proof));
        prop_assert!(!verify(root ^ B256::from(flip), &leaf, &proof));
        for place in 0..proof.len() {
            let mut altered = proof.clone();
            altered[place] ^= B256::from(flip);
            prop_assert!(!verify(root, &leaf, &altered));
            altered.remove(place);
            prop_assert!(!verify(root, &leaf, &altered));
            let mut longer = proof.clone();
            longer.insert(place, proof[place]);
            prop_assert!(!verify(root, &leaf, &longer));
        }
    }

    #[test]
    fn the_order_of_the_list_changes_nothing_but_itself(
        (list, shuffled) in lists().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
    ) {
        let (one, other) = (Tree::new(list).unwrap(), Tree::new(shuffled.clone()).unwrap());
        prop_assert_eq!(one.root(), other.root());
        prop_assert_eq!(one.total(), other.total());
        prop_assert_eq!(other.leaves(), &shuffled[..]);
        for leaf in one.leaves() {
            prop_assert_eq!(other.leaf(leaf.account), Some(leaf));
            prop_assert_eq!(one.proof(leaf.account), other.proof(leaf.account));
        }
    }

    /// Above a leaf and its sibling stands the hash of 64 bytes. Whoever takes those for an account and an amount, and drops the
    /// first node of a proof, has a leaf of one hash; a leaf has two.
    #[test]
    fn no_inner_node_is_a_leaf(list in lists(), which in any::<Index>()) {
        let tree = Tree::new(list).unwrap();
        let leaf = which.get(tree.leaves());
        let proof = tree.proof(leaf.account).unwrap();
        if let Some((beside, rest)) = proof.split_first() {
            let mut pair = [leaf.hash(), *beside];
            pair.sort_unstable();
            let inner = keccak256(pair.concat());
            let up = |node: B256| rest.iter().fold(node, |node, beside| {
                let mut pair = [node, *beside];
                pair.sort_unstable();
                keccak256(pair.concat())
            });
            // With one hash alone it would pass.
            prop_assert_eq!(up(inner), tree.root());
            prop_assert_ne!(up(keccak256(inner)), tree.root());
            let forged = Leaf { account: Address::from_word(pair[0]), amount: pair[1].into() };
            prop_assert!(!verify(tree.root(), &forged, rest));
        }
    }
}

/// A tree of one leaf is that leaf.
#[test]
fn a_leaf_is_the_hash_of_the_hash_of_its_words() {
    let leaf = Leaf { account: Address::repeat_byte(0x11), amount: U256::from(5) };
    let words = [leaf.account.into_word().0, leaf.amount.to_be_bytes::<32>()].concat();
    assert_eq!(leaf.hash(), keccak256(keccak256(words)));
    let tree = Tree::new(vec![leaf]).unwrap();
    assert_eq!((tree.root(), tree.proof(leaf.account)), (leaf.hash(), Some(Vec::new())));
    assert!(verify(tree.root(), &leaf, &[]));
    assert_eq!(tree.proof(Address::repeat_byte(0x12)), None);
}
