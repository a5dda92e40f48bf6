use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    ops::Range,
};

use alloy_primitives::{Address, B256, U256};

use super::{
    Error, Leaf, Progress, Result,
    builder::{ByAccount, Scratch, fill, part},
    dump,
    nodes::{Filed, Nodes},
    proofs,
    sort::{Sorted, Sorter},
};

/// A leaf in the order of the tree: account, amount, index in the list.
type ByPlace = [u8; 60];
/// A leaf in the order of the list: index in it, place in the tree, account, amount.
type ByIndex = [u8; 68];

/// The tree of a list that may be longer than memory; all but its root is in temporary files.
pub struct Payouts<'a> {
    scratch: Scratch<'a>,
    memory: usize,
    root: B256,
    total: U256,
    nodes: Filed,
    leaves: Leaves,
    by_account: Sorted<{ size_of::<ByAccount>() }>,
}

impl std::fmt::Debug for Payouts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Payouts");
        shown.field("root", &self.root).field("count", &self.count()).field("total", &self.total);
        shown.finish_non_exhaustive()
    }
}

impl<'a> Payouts<'a> {
    pub(crate) fn new(
        scratch: Scratch<'a>,
        memory: usize,
        total: U256,
        mut nodes: Filed,
        leaves: File,
        by_account: Sorted<{ size_of::<ByAccount>() }>,
    ) -> Result<Self> {
        let root = nodes.root()?;
        Ok(Self { scratch, memory, root, total, nodes, leaves: Leaves(leaves), by_account })
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> B256 {
        self.root
    }

    /// The sum of all amounts.
    #[must_use]
    pub fn total(&self) -> U256 {
        self.total
    }

    /// How many accounts there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.nodes.leaves()
    }

    /// Writes what [`Tree::dump`](super::Tree::dump) of the same list writes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn dump(&mut self, mut to: impl Write, progress: &mut dyn Progress) -> Result<()> {
        let count = self.count();
        let mut sorter = Sorter::new(self.scratch, self.memory);
        let mut place = 0;
        while place < count {
            let end = (place + BLOCK).min(count);
            for row in self.leaves.read(place..end)? {
                let (leaf, index) = row.split_at(52);
                let mut row: ByIndex = [0; 68];
                fill(&mut row, [index, &place.to_be_bytes(), leaf, &[]]);
                sorter.push(row)?;
                place += 1;
            }
        }
        let mut rows = sorter.sorted()?;
        let values = rows.read(self.memory / 4)?.map(|row| {
            let row = row?;
            Ok((leaf(&row, 16, 36), u64::from_be_bytes(part(&row, 8))))
        });
        dump::write(&mut self.nodes, values, &mut to, progress)
    }

    /// Writes what [`Tree::write_proofs`](super::Tree::write_proofs) of the same list writes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_proofs(&mut self, mut to: impl Write, progress: &mut dyn Progress) -> Result<()> {
        let leaves = |range| {
            let rows = self.leaves.read(range)?;
            Ok(rows.iter().map(|row| leaf(row, 0, 20)).collect())
        };
        proofs::write(&mut self.nodes, leaves, &mut to, progress)
    }

    /// All leaves in the order of their accounts, as [`compare`](super::compare) wants them.
    ///
    /// # Errors
    /// [`Error::Io`], here or with a leaf.
    pub fn by_account(&mut self) -> Result<impl Iterator<Item = Result<Leaf>>> {
        let rows = self.by_account.read(self.memory / 4)?;
        Ok(rows.map(|row| row.map(|row| leaf(&row, 0, 36))))
    }
}

/// So many leaves are read at once.
const BLOCK: u64 = 1 << 14;

/// Leaves in the order of the tree, in a file.
struct Leaves(File);

impl Leaves {
    fn read(&mut self, range: Range<u64>) -> Result<Vec<ByPlace>> {
        let mut rows = vec![[0; 60]; usize::try_from(range.end - range.start).unwrap_or_default()];
        let read = self.0.seek(SeekFrom::Start(range.start * size_of::<ByPlace>() as u64));
        let read = read.and_then(|_| self.0.read_exact(rows.as_flattened_mut()));
        read.map_err(Error::io("read a temporary file"))?;
        Ok(rows)
    }
}

/// The leaf in a row, whose account and amount stand there.
fn leaf(row: &[u8], account: usize, amount: usize) -> Leaf {
    let amount = U256::from_be_bytes(part::<32>(row, amount));
    Leaf { account: Address::from(part::<20>(row, account)), amount }
}
