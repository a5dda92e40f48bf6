#![doc = include_str!("../README.md")]

mod calls;
mod chain;
mod disagreement;
mod error;
mod forge;
mod history;
mod shrink;
mod world;

pub use chain::{Chain, Executed, Sent, Write};
pub use disagreement::Disagreement;
pub use error::{Error, Result};
pub use history::{Found, History, HistoryError, Version};
pub use shrink::Progress;
pub use world::World;
