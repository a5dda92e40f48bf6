use alloy_primitives::{Address, B256, U256, utils::keccak256_uncached};

/// What an account may have claimed in all, once this tree's root stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leaf {
    /// Whose it is.
    pub account: Address,
    /// The sum of all that it was ever paid in this drop, in the token's smallest unit.
    pub amount: U256,
}

impl Leaf {
    /// The leaf's hash: `keccak256(bytes.concat(keccak256(abi.encode(account, amount))))`. It is hashed twice so that no
    /// inner node, which is the hash of 64 bytes, passes for a leaf.
    #[must_use]
    pub fn hash(&self) -> B256 {
        let mut encoded = [0; 64];
        encoded[12..32].copy_from_slice(self.account.as_slice());
        encoded[32..].copy_from_slice(&self.amount.to_be_bytes::<32>());
        hash(&hash(&encoded).0)
    }
}

/// Whether `proof` shows that `leaf` is in the tree of `root`.
#[must_use]
pub fn verify(root: B256, leaf: &Leaf, proof: &[B256]) -> bool {
    proof.iter().fold(leaf.hash(), |node, sibling| parent(&node, sibling)) == root
}

/// The hash of two nodes, whichever way round.
pub(crate) fn parent(one: &B256, other: &B256) -> B256 {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(low.as_slice());
    pair[32..].copy_from_slice(high.as_slice());
    hash(&pair)
}

/// No input comes twice here, so a cache would cost and save nothing.
fn hash(bytes: &[u8]) -> B256 {
    keccak256_uncached(bytes)
}
