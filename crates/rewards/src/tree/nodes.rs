//! The nodes of a tree, from the leaves up: the leaves by their hashes, then the hash of each two in turn. Of `n` leaves
//! node `n + k` is that of nodes `2 * k` and `2 * k + 1`, and the last, `2 * n - 2`, is the root. A dump has them the other
//! way round.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    ops::Range,
};

use alloy_primitives::B256;
use rayon::prelude::*;

use super::{Error, Progress, Result, Step, leaf::parent};

/// A hash, among others of its kind.
pub(crate) type Node = [u8; 32];

/// Trees have at most so many leaves, so that an index fits 32 bits.
pub(crate) const MOST_LEAVES: u64 = 1 << 31;

/// So many nodes are read or hashed at once.
pub(crate) const BLOCK: usize = 1 << 14;

/// All nodes of a tree.
pub(crate) trait Nodes {
    /// How many leaves the tree has.
    fn leaves(&self) -> u64;

    /// The nodes of a range that is within the tree.
    fn read(&mut self, range: Range<u64>) -> Result<Vec<Node>>;
}

/// The index of the last node, the root.
pub(crate) fn root_of(leaves: u64) -> u64 {
    2 * leaves - 2
}

/// The index of the node above another one that is not the root.
pub(crate) fn above(leaves: u64, node: u64) -> u64 {
    leaves + node / 2
}

fn hashed(pair: &[Node]) -> Node {
    match pair {
        [one, other] => parent(one.into(), other.into()).0,
        // Nobody asks for it.
        _ => Node::default(),
    }
}

/// Puts the nodes above the leaves behind them.
pub(crate) fn grow(mut nodes: Vec<Node>) -> Vec<Node> {
    let leaves = nodes.len();
    let mut begin = 0;
    nodes.resize((2 * leaves).saturating_sub(1), Node::default());
    while leaves + begin < nodes.len() {
        let (made, rest) = nodes.split_at_mut(leaves + begin);
        let ready = made.get(2 * begin..).unwrap_or_default();
        let count = ready.len() / 2;
        let pairs = ready.par_chunks_exact(2).with_min_len(256);
        rest.par_iter_mut().zip(pairs).for_each(|(node, pair)| *node = hashed(pair));
        begin += count;
    }
    nodes
}

/// Nodes in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a>(pub(crate) &'a [Node]);

impl Nodes for Held<'_> {
    fn leaves(&self) -> u64 {
        self.0.len().div_ceil(2) as u64
    }

    fn read(&mut self, range: Range<u64>) -> Result<Vec<Node>> {
        let [start, end] =
            [range.start, range.end].map(|it| usize::try_from(it).unwrap_or_default());
        Ok(self.0.get(start..end).unwrap_or_default().to_vec())
    }
}

/// Nodes in a file.
#[derive(Debug)]
pub(crate) struct Filed {
    file: File,
    leaves: u64,
}

impl Filed {
    /// Puts the nodes above so many leaves, which are all that is in the file, behind them.
    pub(crate) fn grow(file: File, leaves: u64, progress: &mut dyn Progress) -> Result<Self> {
        let mut nodes = Self { file, leaves };
        let (mut made, mut begin, all) = (leaves, 0, 2 * leaves - 1);
        while made < all {
            progress.tell(Step::Hash, made - leaves, Some(leaves - 1));
            let count = ((made - 2 * begin) / 2).min(BLOCK as u64);
            let below = nodes.read(2 * begin..2 * (begin + count))?;
            let pairs = below.par_chunks_exact(2).with_min_len(256);
            let block: Vec<Node> = pairs.map(hashed).collect();
            let end = SeekFrom::Start(made * 32);
            let written = nodes.file.seek(end);
            let written = written.and_then(|_| nodes.file.write_all(block.as_flattened()));
            written.map_err(Error::io("write a temporary file"))?;
            begin += count;
            made += count;
        }
        progress.tell(Step::Hash, leaves - 1, Some(leaves - 1));
        Ok(nodes)
    }

    pub(crate) fn root(&mut self) -> Result<B256> {
        let root = root_of(self.leaves);
        let nodes = self.read(root..root + 1)?;
        Ok(nodes.first().copied().unwrap_or_default().into())
    }
}

impl Nodes for Filed {
    fn leaves(&self) -> u64 {
        self.leaves
    }

    fn read(&mut self, range: Range<u64>) -> Result<Vec<Node>> {
        let count = usize::try_from(range.end - range.start).unwrap_or_default();
        let mut nodes = vec![Node::default(); count];
        let read = self.file.seek(SeekFrom::Start(range.start * 32));
        let read = read.and_then(|_| self.file.read_exact(nodes.as_flattened_mut()));
        read.map_err(Error::io("read a temporary file"))?;
        Ok(nodes)
    }
}
