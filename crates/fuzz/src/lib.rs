#![doc = include_str!("../README.md")]

mod calls;
mod chain;
mod choose;
mod disagreement;
mod error;
mod genes;
mod world;

pub use chain::{Chain, Executed, Sent, Write};
pub use choose::Chooser;
pub use disagreement::Disagreement;
pub use error::{Error, Result};
pub use genes::{Gene, Rng, mutate};
pub use world::World;
