/// What a builder is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Entries of the list, read and hashed.
    Read,
    /// Entries, sorted by account and by hash.
    Sort,
    /// Nodes of the tree.
    Hash,
    /// Nodes and values of a dump, written.
    Dump,
    /// Proofs, written.
    Prove,
}

/// Who is told how far something is. Any closure of these arguments is one.
pub trait Progress {
    /// So many of the step's things are done, of so many if that is known.
    fn tell(&mut self, step: Step, done: u64, of: Option<u64>);
}

impl<F: FnMut(Step, u64, Option<u64>)> Progress for F {
    fn tell(&mut self, step: Step, done: u64, of: Option<u64>) {
        self(step, done, of);
    }
}

/// Tells nobody.
impl Progress for () {
    fn tell(&mut self, _: Step, _: u64, _: Option<u64>) {}
}
