//! What is promised of lists of payouts, and of the trees that others publish.

use palisade_rewards::tree::{Entry, Error, Leaf, List, Result, Tree, verify};

use crate::{json, told::assert_told};

/// So many proofs of a tree are verified.
const PROVEN: usize = 16;

/// A list of payouts, of which a tree is made.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn payouts(data: &[u8]) -> bool {
    let entries: Result<Vec<Entry>> = List::new(data).collect();
    let tree = Tree::read(List::new(data));
    let (entries, tree) = match (entries, tree) {
        (Ok(entries), Ok(tree)) => (entries, tree),
        (Err(error), Err(same)) => {
            // A sum that is too much may come before the entry that is wrong.
            for error in [error, same] {
                assert_told(&error.to_string());
                assert!(matches!(error, Error::Line { .. }), "{error}");
            }
            return false;
        }
        // Each entry is right, and all of them together are not.
        (Ok(entries), Err(error)) => {
            assert_told(&error.to_string());
            assert_eq!(entries.is_empty(), matches!(error, Error::Empty), "{error}");
            return false;
        }
        (Err(error), Ok(_)) => panic!("a tree is made of a list that is refused: {error}"),
    };
    assert!(entries.is_sorted_by_key(|entry| entry.line));
    let leaves: Vec<_> = entries.iter().map(|entry| entry.leaf).collect();
    assert_eq!(tree.leaves(), leaves);
    let csv = leaves.iter().map(|Leaf { account, amount }| format!("{account},{amount}\n"));
    let lines =
        leaves.iter().map(|Leaf { account, amount }| format!("[\"{account}\",\"{amount}\"]\n"));
    for printed in [csv.collect::<Vec<_>>().concat(), lines.collect::<Vec<_>>().concat()] {
        let again = Tree::read(List::new(printed.as_bytes()));
        assert_eq!(again.ok().as_ref(), Some(&tree), "{printed}");
    }
    true
}

/// A tree of payouts, as @openzeppelin/merkle-tree dumps it.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn tree(data: &[u8]) -> bool {
    let tree = match Tree::load(data) {
        Ok(tree) => tree,
        Err(error) => {
            assert_told(&error.to_string());
            return false;
        }
    };
    json::assert_each_key_once(&String::from_utf8_lossy(data));
    let mut printed = Vec::new();
    assert!(tree.dump(&mut printed).is_ok());
    assert_eq!(Tree::load(&printed[..]).ok().as_ref(), Some(&tree));
    for (leaf, proof) in tree.proofs().take(PROVEN) {
        let proof: Vec<_> = proof.collect();
        assert!(verify(tree.root(), leaf, &proof), "{} has no proof", leaf.account);
    }
    true
}
