#![doc = include_str!("../README.md")]

mod calls;
mod chain;
mod disagreement;
mod error;
mod names;
mod state;
#[cfg(test)]
mod story;
mod tell;
mod views;
mod world;

pub use chain::{Chain, Executed, Sent, Write};
pub use disagreement::Disagreement;
pub use error::{Error, Result};
pub use world::World;
