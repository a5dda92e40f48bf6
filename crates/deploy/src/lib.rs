#![doc = include_str!("../README.md")]

mod config;
mod deployer;
mod error;
pub mod failpoint;
mod history;
mod manifest;
mod plan;
mod rpc;
mod send;
mod store;
mod verify;

pub use config::{Config, GovernanceConfig};
pub use deployer::{Deployer, Report, Survey};
pub use error::{Error, Result};
pub use manifest::{Manifest, Record};
pub use plan::{Addresses, CREATE2_DEPLOYER, Contract, Plan, Step};
pub use rpc::{Failure, RpcFailure, ask};
pub use send::Sent;
pub use store::Store;
pub use verify::{Change, Verified};
