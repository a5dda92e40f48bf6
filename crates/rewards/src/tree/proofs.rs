//! All proofs of a tree, one after the other.

use std::{io::Write, ops::Range};

use rayon::prelude::*;

use super::{
    Error, Leaf, Progress, Result, Step,
    nodes::{Node, Nodes, above, root_of},
    text,
};

/// So many proofs are made at once.
const BLOCK: u64 = 1 << 12;
/// So many of them by one thread.
const PART: usize = 1 << 8;

/// The nodes beside the paths from some leaves to the root.
struct Paths {
    leaves: u64,
    /// Of each level: the first index, and the nodes from there on.
    levels: Vec<(u64, Vec<Node>)>,
}

impl Paths {
    /// Of the leaves in `range`. Their paths stay side by side, so that few nodes are read.
    fn read(nodes: &mut impl Nodes, range: Range<u64>) -> Result<Self> {
        let (leaves, root) = (nodes.leaves(), root_of(nodes.leaves()));
        let (mut low, mut high) = (range.start, range.end - 1);
        let mut levels = Vec::new();
        // Who is at the root already waits there for the others: some paths are a node longer.
        while low < root {
            let (first, last) = (low & !1, (high | 1).min(root));
            levels.push((first, nodes.read(first..last + 1)?));
            low = above(leaves, low);
            high = above(leaves, high).min(root);
        }
        Ok(Self { leaves, levels })
    }

    /// The proof of one of these leaves.
    fn of(&self, leaf: u64) -> impl Iterator<Item = &Node> {
        let (mut node, root) = (leaf, root_of(self.leaves));
        self.levels.iter().map_while(move |(first, nodes)| {
            if node == root {
                return None;
            }
            let beside = (node ^ 1) - first;
            node = above(self.leaves, node);
            nodes.get(usize::try_from(beside).ok()?)
        })
    }
}

/// Writes the proofs of all leaves, in the order of the tree: JSON lines with `account`, `amount` and `proof`.
pub(crate) fn write(
    nodes: &mut impl Nodes,
    mut leaves: impl FnMut(Range<u64>) -> Result<Vec<Leaf>>,
    to: &mut impl Write,
    progress: &mut dyn Progress,
) -> Result<()> {
    let all = nodes.leaves();
    let mut begin = 0;
    while begin < all {
        progress.tell(Step::Prove, begin, Some(all));
        let end = (begin + BLOCK).min(all);
        let paths = Paths::read(nodes, begin..end)?;
        let leaves = leaves(begin..end)?;
        let parts = leaves.par_chunks(PART).enumerate().map(|(part, leaves)| {
            let mut text = Vec::with_capacity(leaves.len() * (160 + 69 * paths.levels.len()));
            let first = begin + (part * PART) as u64;
            for (place, leaf) in (first..).zip(leaves) {
                line(leaf, paths.of(place), &mut text);
            }
            text
        });
        let parts: Vec<_> = parts.collect();
        for part in parts {
            to.write_all(&part).map_err(Error::io("write the proofs"))?;
        }
        begin = end;
    }
    progress.tell(Step::Prove, all, Some(all));
    to.flush().map_err(Error::io("write the proofs"))
}

fn line<'a>(leaf: &Leaf, proof: impl Iterator<Item = &'a Node>, text: &mut Vec<u8>) {
    text.extend_from_slice(b"{\"account\":\"");
    text::push_account(leaf.account, text);
    text.extend_from_slice(b"\",\"amount\":\"");
    text::push_amount(leaf.amount, text);
    text.extend_from_slice(b"\",\"proof\":[");
    for (place, node) in proof.enumerate() {
        text.extend_from_slice(if place == 0 { b"\"" } else { b",\"" });
        text::push_node(node, text);
        text.push(b'"');
    }
    text.extend_from_slice(b"]}\n");
}
