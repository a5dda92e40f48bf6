//! Sorting more than fits in memory: runs are sorted and put aside, and merged when they are read.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    vec,
};

use rayon::slice::ParallelSliceMut;

use super::{Error, Result};

/// What is sorted: its bytes are the order, from the first on.
pub(crate) type Row<const N: usize> = [u8; N];

/// Takes rows in any order.
pub(crate) struct Sorter<'a, const N: usize> {
    scratch: &'a dyn Fn() -> io::Result<File>,
    /// How many rows memory may hold.
    most: usize,
    rows: Vec<Row<N>>,
    spilled: Option<Spilled>,
}

/// Runs of sorted rows, one after the other in a file.
struct Spilled {
    file: File,
    /// Where each run ends, in rows.
    ends: Vec<u64>,
}

impl<'a, const N: usize> Sorter<'a, N> {
    /// A sorter that holds `memory` bytes of rows at most, and puts the others in a file that `scratch` gives it.
    pub(crate) fn new(scratch: &'a dyn Fn() -> io::Result<File>, memory: usize) -> Self {
        Self { scratch, most: (memory / N).max(1), rows: Vec::new(), spilled: None }
    }

    pub(crate) fn push(&mut self, row: Row<N>) -> Result<()> {
        if self.rows.len() == self.most {
            self.spill()?;
        }
        self.rows.push(row);
        Ok(())
    }

    fn spill(&mut self) -> Result<()> {
        self.rows.par_sort_unstable();
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => {
                let file = (self.scratch)().map_err(Error::io("create a temporary file"))?;
                none.insert(Spilled { file, ends: Vec::new() })
            }
        };
        spilled.file.write_all(self.rows.as_flattened()).map_err(FAILED_WRITE)?;
        let begin = spilled.ends.last().copied().unwrap_or_default();
        spilled.ends.push(begin + self.rows.len() as u64);
        self.rows.clear();
        Ok(())
    }

    /// All rows, to be read in their order.
    pub(crate) fn sorted(mut self) -> Result<Sorted<N>> {
        if self.spilled.is_some() {
            self.spill()?;
            self.rows = Vec::new();
        } else {
            self.rows.par_sort_unstable();
        }
        Ok(Sorted { rows: self.rows, spilled: self.spilled })
    }
}

const FAILED_WRITE: fn(io::Error) -> Error =
    |source| Error::Io { action: "write a temporary file", source };
const FAILED_READ: fn(io::Error) -> Error =
    |source| Error::Io { action: "read a temporary file", source };

/// Rows that have been sorted, or nearly.
pub(crate) struct Sorted<const N: usize> {
    rows: Vec<Row<N>>,
    spilled: Option<Spilled>,
}

impl<const N: usize> Sorted<N> {
    /// The rows in their order, with `memory` bytes for what is read ahead.
    pub(crate) fn read(&mut self, memory: usize) -> Result<Merge<'_, N>> {
        let Some(Spilled { file, ends }) = &mut self.spilled else {
            return Ok(Merge::Rows(self.rows.iter()));
        };
        let ahead = (memory / N / ends.len()).clamp(1, (1 << 20) / N);
        let mut begin = 0;
        let runs = ends.iter().map(|end| {
            let run = Run { next: begin, end: *end, rows: Vec::new().into_iter() };
            begin = *end;
            run
        });
        let mut runs: Vec<_> = runs.collect();
        let mut heap = BinaryHeap::with_capacity(runs.len());
        for (place, run) in runs.iter_mut().enumerate() {
            if let Some(row) = run.next(file, ahead)? {
                heap.push(Reverse((row, place)));
            }
        }
        Ok(Merge::Runs { file, ahead, runs, heap })
    }
}

/// A run that is being read.
pub(crate) struct Run<const N: usize> {
    next: u64,
    end: u64,
    rows: vec::IntoIter<Row<N>>,
}

impl<const N: usize> Run<N> {
    fn next(&mut self, file: &mut File, ahead: usize) -> Result<Option<Row<N>>> {
        if let Some(row) = self.rows.next() {
            return Ok(Some(row));
        }
        let count = usize::try_from(self.end - self.next).unwrap_or(ahead).min(ahead);
        // The old rows go before the new ones come.
        self.rows = Vec::new().into_iter();
        let mut rows = vec![[0; N]; count];
        file.seek(SeekFrom::Start(self.next * N as u64)).map_err(FAILED_READ)?;
        file.read_exact(rows.as_flattened_mut()).map_err(FAILED_READ)?;
        self.next += count as u64;
        self.rows = rows.into_iter();
        Ok(self.rows.next())
    }
}

/// Reads rows in their order.
pub(crate) enum Merge<'a, const N: usize> {
    Rows(std::slice::Iter<'a, Row<N>>),
    Runs {
        file: &'a mut File,
        ahead: usize,
        runs: Vec<Run<N>>,
        heap: BinaryHeap<Reverse<(Row<N>, usize)>>,
    },
}

impl<const N: usize> Merge<'_, N> {
    fn merged(&mut self) -> Result<Option<Row<N>>> {
        match self {
            Self::Rows(rows) => Ok(rows.next().copied()),
            Self::Runs { file, ahead, runs, heap } => {
                let Some(mut least) = heap.peek_mut() else { return Ok(None) };
                let Reverse((row, place)) = *least;
                let next = match runs.get_mut(place) {
                    Some(run) => run.next(file, *ahead)?,
                    None => None,
                };
                match next {
                    Some(next) => *least = Reverse((next, place)),
                    None => {
                        PeekMut::pop(least);
                    }
                }
                Ok(Some(row))
            }
        }
    }
}

impl<const N: usize> Iterator for Merge<'_, N> {
    type Item = Result<Row<N>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.merged().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However little memory there is, and however many runs that makes, what comes out is sorted; and twice.
    #[test]
    fn sorts_whatever_the_memory() {
        let rows: Vec<Row<4>> =
            (0..5_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) % 4_001).to_be_bytes()).collect();
        let mut wanted = rows.clone();
        wanted.sort_unstable();
        let scratch = || tempfile::tempfile();
        for memory in [1, 64, 1_000, 1_000_000] {
            let mut sorter = Sorter::new(&scratch, memory);
            for row in &rows {
                sorter.push(*row).unwrap();
            }
            let mut whole = sorter.sorted().unwrap();
            assert_eq!(whole.spilled.is_some(), memory < 20_000);
            for _ in 0..2 {
                let read: Vec<_> = whole.read(memory).unwrap().map(Result::unwrap).collect();
                assert_eq!(read, wanted, "{memory}");
            }
        }
    }

    #[test]
    fn nothing_sorted_is_nothing() {
        let scratch = || -> io::Result<File> { unreachable!("nothing is spilled") };
        let mut sorted = Sorter::<'_, 8>::new(&scratch, 8).sorted().unwrap();
        assert!(sorted.read(8).unwrap().next().is_none());
    }

    /// What cannot be put aside is an error, not a shorter list.
    #[test]
    fn a_scratch_that_fails_is_told() {
        let scratch = || Err(io::Error::other("no room"));
        let mut sorter = Sorter::<'_, 1>::new(&scratch, 1);
        sorter.push([1]).unwrap();
        assert_eq!(sorter.push([2]).unwrap_err().to_string(), "cannot create a temporary file");
    }
}
