use std::{
    fs::File,
    io::{self, BufRead, BufWriter, Write},
};

use alloy_primitives::{Address, U256};
use rayon::prelude::*;

use super::{
    Entry, Error, Flaw, List, Payouts, Progress, Result, Step,
    nodes::{Filed, MOST_LEAVES},
    sort::{Sorted, Sorter},
};

/// The least memory that can be asked for: 64 MiB.
pub const LEAST_MEMORY: usize = 64 << 20;

/// What is kept back for the program, its threads, and what is read and written at once.
const KEPT_BACK: usize = 32 << 20;

/// Makes temporary files. They are never opened again, so they may have no name any more.
pub type Scratch<'a> = &'a dyn Fn() -> io::Result<File>;

/// Builds trees of lists that may be longer than memory.
///
/// The list is read once, as a stream. What does not fit is put into temporary files, some 260 bytes for each entry.
pub struct Builder<'a> {
    scratch: Scratch<'a>,
    memory: usize,
}

impl std::fmt::Debug for Builder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("memory", &self.memory).finish_non_exhaustive()
    }
}

/// After so many rows progress is told.
const TOLD: u64 = 1 << 16;

/// An entry in the order of hashes: hash, account, amount, index in the list.
type ByHash = [u8; 92];
/// An entry in the order of accounts: account, index in the list, line, amount.
pub(crate) type ByAccount = [u8; 68];

impl<'a> Builder<'a> {
    /// A builder that keeps to 256 MiB of memory, and gets its temporary files from `scratch`.
    #[must_use]
    pub fn new(scratch: Scratch<'a>) -> Self {
        Self { scratch, memory: 256 << 20 }
    }

    /// Keeps a program that does nothing else to so many bytes of memory; [`LEAST_MEMORY`] at least.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes.max(LEAST_MEMORY);
        self
    }

    /// Reads a list to its end, and builds the tree.
    ///
    /// # Errors
    /// Those of the list, each with its line, [`Error::Empty`], [`Error::TooMany`], or [`Error::Io`].
    pub fn read(
        self,
        list: List<impl BufRead>,
        progress: &mut dyn Progress,
    ) -> Result<Payouts<'a>> {
        let Self { scratch, memory } = self;
        let memory = memory - KEPT_BACK;
        // Both fill alike.
        let of_hashes =
            memory / (size_of::<ByHash>() + size_of::<ByAccount>()) * size_of::<ByHash>();
        let mut by_hash = Sorter::new(scratch, of_hashes);
        let mut by_account = Sorter::new(scratch, memory - of_hashes);
        let (count, total) = take(list, &mut by_hash, &mut by_account, progress)?;
        progress.tell(Step::Sort, 0, Some(2 * count));
        let mut by_account = by_account.sorted()?;
        refuse_doubled(&mut by_account, count, memory / 4, progress)?;
        let mut by_hash = by_hash.sorted()?;
        let (hashes, leaves) = put(&mut by_hash, count, scratch, memory / 4, progress)?;
        drop(by_hash);
        let nodes = Filed::grow(hashes, count, progress)?;
        // The other half may be in use for `by_account`.
        Payouts::new(scratch, of_hashes, total, nodes, leaves, by_account)
    }
}

/// Reads the list to its end.
fn take(
    mut list: List<impl BufRead>,
    by_hash: &mut Sorter<'_, { size_of::<ByHash>() }>,
    by_account: &mut Sorter<'_, { size_of::<ByAccount>() }>,
    progress: &mut dyn Progress,
) -> Result<(u64, U256)> {
    let (mut count, mut total) = (0_u64, U256::ZERO);
    loop {
        let batch = list.batch();
        if batch.is_empty() {
            break;
        }
        let batch: Vec<_> = batch
            .into_par_iter()
            .with_min_len(256)
            .map(|entry| entry.map(|entry| (entry, entry.leaf.hash())))
            .collect();
        for entry in batch {
            let (Entry { line, leaf }, hash) = entry?;
            let sum = total.checked_add(leaf.amount);
            total = sum.ok_or(Error::Line { line, flaw: Flaw::Sum(leaf.amount) })?;
            let (account, amount) = (leaf.account.as_slice(), leaf.amount.to_be_bytes::<32>());
            let index = count.to_be_bytes();
            let mut row: ByHash = [0; 92];
            fill(&mut row, [hash.as_slice(), account, &amount, &index]);
            by_hash.push(row)?;
            let mut row: ByAccount = [0; 68];
            fill(&mut row, [account, &index, &line.to_be_bytes(), &amount]);
            by_account.push(row)?;
            count += 1;
        }
        if count > MOST_LEAVES {
            return Err(Error::TooMany);
        }
        progress.tell(Step::Read, count, None);
    }
    if count == 0 { Err(Error::Empty) } else { Ok((count, total)) }
}

/// Refuses a list in which an account comes twice. Of several, the first entry that repeats one is told.
fn refuse_doubled(
    by_account: &mut Sorted<{ size_of::<ByAccount>() }>,
    count: u64,
    ahead: usize,
    progress: &mut dyn Progress,
) -> Result<()> {
    let mut doubled: Option<(u64, u64, Address)> = None;
    let mut last: Option<(Address, u64)> = None;
    for (done, row) in (1..).zip(by_account.read(ahead)?) {
        let row = row?;
        let (account, line) =
            (Address::from(part::<20>(&row, 0)), u64::from_be_bytes(part(&row, 28)));
        if let Some((before, first)) = last
            && before == account
            && doubled.is_none_or(|(second, ..)| line < second)
        {
            doubled = Some((line, first, account));
        }
        last = Some((account, line));
        if done % TOLD == 0 {
            progress.tell(Step::Sort, done, Some(2 * count));
        }
    }
    match doubled {
        Some((line, first, account)) => {
            Err(Error::Line { line, flaw: Flaw::Twice { account, first } })
        }
        None => Ok(()),
    }
}

/// Puts the hashes of the leaves, and the leaves themselves, into a file each, in the order of the tree.
fn put(
    by_hash: &mut Sorted<{ size_of::<ByHash>() }>,
    count: u64,
    scratch: Scratch<'_>,
    ahead: usize,
    progress: &mut dyn Progress,
) -> Result<(File, File)> {
    let file = || scratch().map(|it| BufWriter::with_capacity(1 << 20, it));
    let (mut hashes, mut leaves) = file()
        .and_then(|hashes| Ok((hashes, file()?)))
        .map_err(Error::io("create a temporary file"))?;
    let fail = Error::io("write a temporary file");
    for (done, row) in (count..).zip(by_hash.read(ahead)?) {
        let row = row?;
        let (hash, rest) = row.split_at(32);
        hashes.write_all(hash).and_then(|()| leaves.write_all(rest)).map_err(&fail)?;
        if done % TOLD == 0 {
            progress.tell(Step::Sort, done, Some(2 * count));
        }
    }
    progress.tell(Step::Sort, 2 * count, Some(2 * count));
    let whole = |file: BufWriter<File>| file.into_inner().map_err(io::IntoInnerError::into_error);
    let hashes = whole(hashes).map_err(&fail)?;
    Ok((hashes, whole(leaves).map_err(&fail)?))
}

/// Fills a row with its parts.
pub(crate) fn fill<const N: usize>(row: &mut [u8; N], parts: [&[u8]; 4]) {
    let mut rest = &mut row[..];
    for part in parts {
        if let Some(field) = rest.split_off_mut(..part.len()) {
            field.copy_from_slice(part);
        }
    }
}

/// A part of a row, which is that long.
pub(crate) fn part<const N: usize>(row: &[u8], begin: usize) -> [u8; N] {
    row.get(begin..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}
