#![doc = include_str!("../README.md")]

mod config;
mod deployer;
mod error;
pub mod failpoint;
mod history;
mod inspect;
mod manifest;
mod plan;
mod roles;
mod rpc;
mod send;
mod store;
mod verify;

pub use config::{Config, GovernanceConfig};
pub use deployer::{Deployer, Report, Survey};
pub use error::{Error, Result};
pub use inspect::{Difference, Finding, Immutable, Inspection, Verdict};
pub use manifest::{Manifest, ManifestVersion, Record};
pub use plan::{Addresses, CREATE2_DEPLOYER, Contract, Plan, Step};
pub use roles::Holder;
pub use rpc::{Failure, RpcFailure, ask};
pub use send::Sent;
pub use store::Store;
pub use verify::{Answer, Change, Verified};
