#![doc = include_str!("../README.md")]

mod artifact;
mod calls;
mod campaign;
mod chain;
mod choose;
mod disagreement;
mod duel;
mod error;
mod expect;
mod forge;
#[cfg(test)]
mod game;
mod genes;
mod guided;
mod history;
pub mod names;
mod reasons;
mod shrink;
mod state;
#[cfg(test)]
mod story;
mod tally;
mod tell;
mod views;
mod words;
pub mod world;

pub use artifact::{Code, code_of, read_code};
pub use campaign::{Failure, Fuzz, HISTORY_LENGTH, Progress, Replayed, Report};
pub use chain::{Chain, Executed, Sent, Write};
pub use disagreement::Disagreement;
pub use duel::{Check, Duel, Step, Verdict};
pub use error::{Error, Result};
pub use genes::Kept;
pub use history::{Found, History, HistoryError, Version};
pub use palisade_model::{Branch, Branches};
pub use tally::{Attempts, Tally};
pub use tell::tell;
pub use world::World;
