use std::io::{BufRead, Read, Write};

use alloy_primitives::{Address, B256, U256};
use rayon::prelude::*;

use super::{
    Entry, Error, Flaw, Leaf, List, Result, dump,
    leaf::parent,
    nodes::{self, Held, MOST_LEAVES, Node, above, root_of},
    proofs,
};

/// A tree in memory, some 150 bytes for each leaf.
///
/// It is the one that `StandardMerkleTree.of(values, ["address", "uint256"])` of @openzeppelin/merkle-tree makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// In the order of the list.
    leaves: Vec<Leaf>,
    /// Where each of them stands among the nodes.
    places: Vec<u32>,
    /// From the leaves up.
    nodes: Vec<Node>,
    /// The leaves by account.
    by_account: Vec<u32>,
    total: U256,
}

impl Tree {
    /// The tree of a list in memory.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::TooMany`], [`Error::Twice`] or [`Error::Sum`].
    pub fn new(leaves: Vec<Leaf>) -> Result<Self> {
        Self::build(leaves, |leaf, _, _| Error::Twice { account: leaf.account })
    }

    /// The tree of a list.
    ///
    /// # Errors
    /// Those of the list, each with its line, and [`Error::Empty`] or [`Error::TooMany`].
    pub fn read(mut list: List<impl BufRead>) -> Result<Self> {
        let (mut leaves, mut lines, mut total) = (Vec::new(), Vec::new(), U256::ZERO);
        loop {
            let batch = list.batch();
            if batch.is_empty() {
                break;
            }
            for entry in batch {
                let Entry { line, leaf } = entry?;
                let sum = total.checked_add(leaf.amount);
                total = sum.ok_or(Error::Line { line, flaw: Flaw::Sum(leaf.amount) })?;
                leaves.push(leaf);
                lines.push(line);
            }
        }
        let line = |index: u32| lines.get(index as usize).copied().unwrap_or_default();
        Self::build(leaves, |leaf, first, second| {
            let flaw = Flaw::Twice { account: leaf.account, first: line(first) };
            Error::Line { line: line(second), flaw }
        })
    }

    /// The tree of a dump in the format of @openzeppelin/merkle-tree ("standard-v1"). All of it is checked, and more than
    /// that library checks: each node is the hash of the two below it, each leaf is that of one value, and no account
    /// has two. A tree whose leaves are not sorted is taken too, and stays as it is.
    ///
    /// # Errors
    /// [`Error::Tree`], [`Error::Value`], [`Error::Node`], [`Error::Twice`], [`Error::Sum`], or [`Error::Io`].
    pub fn load(from: impl Read) -> Result<Self> {
        let dump::Dump { mut nodes, values } = dump::read(from)?;
        let (count, all) = (values.len(), nodes.len());
        if count == 0 {
            return Err(Error::Empty);
        }
        if count as u64 > MOST_LEAVES {
            return Err(Error::TooMany);
        }
        if all != 2 * count - 1 {
            let should = 2 * count - 1;
            return Err(Error::Tree(format!(
                "{count} values make {should} nodes, and it has {all}"
            )));
        }
        nodes.reverse();
        let root = root_of(count as u64);
        let hashes = values.par_iter().with_min_len(256).map(|(leaf, _)| leaf.hash().0);
        let hashes: Vec<Node> = hashes.collect();
        let mut places = Vec::with_capacity(count);
        let mut taken = vec![false; count];
        for ((leaf, index), hash) in values.iter().zip(&hashes) {
            let Leaf { account, amount } = *leaf;
            let place = root.checked_sub(*index).and_then(|place| u32::try_from(place).ok());
            let place = place.filter(|it| nodes.get(*it as usize) == Some(hash));
            match place.and_then(|place| Some((place, taken.get_mut(place as usize)?))) {
                Some((place, free)) if !*free => {
                    *free = true;
                    places.push(place);
                }
                // Two values of one leaf are the same.
                Some(_) => return Err(Error::Twice { account }),
                None => return Err(Error::Value { account, amount, index: *index }),
            }
        }
        let above = nodes.get(count..).unwrap_or_default();
        let pairs = nodes.par_chunks_exact(2).with_min_len(256);
        let wrong =
            above.par_iter().zip(pairs).enumerate().find_map_first(|(place, (is, pair))| {
                let should = pair.first().zip(pair.get(1));
                let should = should.map(|(one, other)| parent(one.into(), other.into()))?;
                let index = root - (count + place) as u64;
                (should.0 != *is).then(|| Error::Node { index, is: is.into(), should })
            });
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        let leaves: Vec<_> = values.into_iter().map(|(leaf, _)| leaf).collect();
        let total = sum(&leaves)?;
        let by_account = by_account(&leaves, |leaf, _, _| Error::Twice { account: leaf.account })?;
        Ok(Self { leaves, places, nodes, by_account, total })
    }

    fn build(leaves: Vec<Leaf>, twice: impl Fn(&Leaf, u32, u32) -> Error) -> Result<Self> {
        if leaves.is_empty() {
            return Err(Error::Empty);
        }
        if leaves.len() as u64 > MOST_LEAVES {
            return Err(Error::TooMany);
        }
        let by_account = by_account(&leaves, twice)?;
        let total = sum(&leaves)?;
        let mut sorted: Vec<(Node, u32)> = leaves
            .par_iter()
            .with_min_len(256)
            .zip(indices(&leaves))
            .map(|(leaf, index)| (leaf.hash().0, index))
            .collect();
        sorted.par_sort_unstable();
        let mut places = vec![0; leaves.len()];
        for (place, (_, index)) in (0..).zip(&sorted) {
            if let Some(it) = places.get_mut(*index as usize) {
                *it = place;
            }
        }
        let mut hashes = Vec::with_capacity(2 * sorted.len());
        hashes.extend(sorted.into_iter().map(|(hash, _)| hash));
        Ok(Self { leaves, places, nodes: nodes::grow(hashes), by_account, total })
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> B256 {
        self.nodes.last().copied().unwrap_or_default().into()
    }

    /// The sum of all amounts.
    #[must_use]
    pub fn total(&self) -> U256 {
        self.total
    }

    /// All leaves, in the order of the list.
    #[must_use]
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// The leaf of an account.
    #[must_use]
    pub fn leaf(&self, account: Address) -> Option<&Leaf> {
        self.leaves.get(self.index(account)?)
    }

    /// The proof of an account's leaf.
    #[must_use]
    pub fn proof(&self, account: Address) -> Option<Vec<B256>> {
        self.index(account).map(|index| self.path(index).collect())
    }

    /// All leaves with their proofs, in the order of the list.
    pub fn proofs(&self) -> impl Iterator<Item = (&Leaf, impl Iterator<Item = B256> + '_)> {
        self.leaves.iter().enumerate().map(|(index, leaf)| (leaf, self.path(index)))
    }

    /// All leaves in the order of their accounts, as [`compare`](super::compare) wants them.
    pub fn by_account(&self) -> impl Iterator<Item = Result<Leaf>> {
        let leaves = self.by_account.iter().filter_map(|index| self.leaves.get(*index as usize));
        leaves.map(|leaf| Ok(*leaf))
    }

    /// Writes the tree in the format of @openzeppelin/merkle-tree ("standard-v1"), which that library and
    /// [`load`](Self::load) read. Of a sorted tree it is `JSON.stringify(tree.dump())`, byte for byte, where that library was
    /// given accounts with their checksums and amounts as decimal strings.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn dump(&self, mut to: impl Write) -> Result<()> {
        let values = self.leaves.iter().zip(&self.places);
        let values = values.map(|(leaf, place)| Ok((*leaf, u64::from(*place))));
        dump::write(&mut Held(&self.nodes), values, &mut to, &mut ())
    }

    /// Writes all proofs as JSON lines, each with `account`, `amount` and `proof`, in the order of the leaves' hashes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_proofs(&self, mut to: impl Write) -> Result<()> {
        let mut sorted = vec![0_u32; self.leaves.len()];
        for (place, index) in self.places.iter().zip(0..) {
            if let Some(it) = sorted.get_mut(*place as usize) {
                *it = index;
            }
        }
        let leaves = |range: std::ops::Range<u64>| {
            let [start, end] =
                [range.start, range.end].map(|it| usize::try_from(it).unwrap_or_default());
            let indices = sorted.get(start..end).unwrap_or_default().iter();
            Ok(indices.filter_map(|index| self.leaves.get(*index as usize).copied()).collect())
        };
        proofs::write(&mut Held(&self.nodes), leaves, &mut to, &mut ())
    }

    fn index(&self, account: Address) -> Option<usize> {
        let of = |index: &u32| self.leaves.get(*index as usize).map(|leaf| leaf.account);
        let found = self.by_account.binary_search_by_key(&Some(account), of).ok()?;
        self.by_account.get(found).map(|index| *index as usize)
    }

    /// The nodes beside the path from a leaf to the root.
    fn path(&self, index: usize) -> impl Iterator<Item = B256> + '_ {
        let count = self.leaves.len() as u64;
        let mut node = self.places.get(index).map_or(root_of(count), |place| u64::from(*place));
        std::iter::from_fn(move || {
            if node == root_of(count) {
                return None;
            }
            let beside = self.nodes.get(usize::try_from(node ^ 1).ok()?);
            node = above(count, node);
            beside.map(B256::from)
        })
    }
}

fn indices(leaves: &[Leaf]) -> rayon::range::Iter<u32> {
    (0..u32::try_from(leaves.len()).unwrap_or(u32::MAX)).into_par_iter()
}

/// The leaves by account, none of which may be there twice: the first entry that repeats one is the error.
fn by_account(leaves: &[Leaf], twice: impl Fn(&Leaf, u32, u32) -> Error) -> Result<Vec<u32>> {
    let accounts = leaves.par_iter().with_min_len(256).map(|leaf| leaf.account);
    let mut sorted: Vec<_> = accounts.zip(indices(leaves)).collect();
    sorted.par_sort_unstable();
    let doubled = sorted.windows(2).filter_map(|pair| match pair {
        [(one, first), (other, second)] if one == other => Some((*second, *first)),
        _ => None,
    });
    if let Some((second, first)) = doubled.min()
        && let Some(leaf) = leaves.get(second as usize)
    {
        return Err(twice(leaf, first, second));
    }
    Ok(sorted.into_iter().map(|(_, index)| index).collect())
}

fn sum(leaves: &[Leaf]) -> Result<U256> {
    let sum = leaves.iter().try_fold(U256::ZERO, |sum, leaf| sum.checked_add(leaf.amount));
    sum.ok_or(Error::Sum)
}
