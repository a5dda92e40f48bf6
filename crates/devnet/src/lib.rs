#![doc = include_str!("../README.md")]

mod account;
mod anvil;
mod builder;
mod devnet;
mod error;
mod leash;
mod setup;
mod time;
mod token;

pub use account::{Account, MNEMONIC, Role};
pub use builder::DevnetBuilder;
pub use devnet::Devnet;
pub use error::{Error, Result};
pub use setup::PERMIT2;
pub use time::Snapshot;
pub use token::Token;
