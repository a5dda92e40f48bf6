//! A Merkle tree of a handful of accounts, as the contract of drops reads it: leaves hashed twice, pairs sorted.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolValue,
};

/// The tree of a list. An odd one out is lifted to the next level as it is.
pub(crate) struct Tree {
    levels: Vec<Vec<B256>>,
}

impl Tree {
    pub(crate) fn new(entries: impl IntoIterator<Item = (Address, u128)>) -> Self {
        let leaf = |(account, amount): (Address, u128)| {
            keccak256(keccak256((account, U256::from(amount)).abi_encode()))
        };
        let mut level: Vec<_> = entries.into_iter().map(leaf).collect();
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = level.chunks(2).map(join).collect();
            levels.push(level);
            level = above;
        }
        levels.push(level);
        Self { levels }
    }

    pub(crate) fn root(&self) -> B256 {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }

    /// The hashes beside the way up from the entry at this place.
    pub(crate) fn proof(&self, place: usize) -> Vec<B256> {
        let beside =
            |(height, level): (usize, &Vec<B256>)| level.get((place >> height) ^ 1).copied();
        self.levels.iter().enumerate().filter_map(beside).collect()
    }
}

fn join(pair: &[B256]) -> B256 {
    match *pair {
        [left, right] => keccak256([left.min(right), left.max(right)].concat()),
        ref rest => rest.first().copied().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proof_leads_to_the_root() {
        for count in 1..=9 {
            let entries: Vec<_> =
                (0..count).map(|n| (Address::repeat_byte(n), u128::from(n) + 5)).collect();
            let tree = Tree::new(entries.iter().copied());
            for (place, entry) in entries.iter().enumerate() {
                let mut hash = Tree::new([*entry]).root();
                for beside in tree.proof(place) {
                    hash = join(&[hash, beside]);
                }
                assert_eq!(hash, tree.root(), "{place} of {count}");
            }
        }
    }

    #[test]
    fn a_leaf_is_hashed_twice() {
        let entry = (Address::repeat_byte(0x11), 5);
        let mut words = [0; 64];
        words[12..32].fill(0x11);
        words[63] = 5;
        assert_eq!(Tree::new([entry]).root(), keccak256(keccak256(words)));
    }
}
