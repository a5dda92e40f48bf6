//! Merkle trees of payouts: who is owed how much, under one root.

mod builder;
mod compare;
mod dump;
mod error;
mod leaf;
mod list;
mod nodes;
mod payouts;
mod progress;
mod proofs;
mod sort;
mod text;
mod whole;

pub use builder::{Builder, LEAST_MEMORY, Scratch};
pub use compare::{Difference, Differences, compare};
pub use error::{Error, Flaw, Result};
pub use leaf::{Leaf, verify};
pub use list::{Entry, List};
pub use payouts::Payouts;
pub use progress::{Progress, Step};
pub use text::address;
pub use whole::Tree;
