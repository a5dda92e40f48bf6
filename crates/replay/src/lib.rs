#![doc = include_str!("../README.md")]

mod commission;
mod common;
mod distributor;
mod error;
mod event;
mod manager;
mod math;
mod place;
mod replay;
mod storage;
mod vault;
mod views;

pub use commission::{Commission, MAX_COMMISSION};
pub use common::{Clock, Common, Pause};
pub use distributor::{Claim, Distributor, FRACTION_BITS, Reached, Rewards};
pub use error::{Error, Misfit, Result};
pub use event::{Core, Event};
pub use manager::{
    Allocation, Budget, LEAST_MAGNITUDE, Manager, Membership, OperatorSet, PoolNames, Promise,
    Proposal, Terms, Waiting,
};
pub use place::{Contract, Place};
pub use replay::Replay;
pub use storage::{Storage, Word};
pub use vault::{Admission, Bucket, Checkpoint, MAX_ASSETS, Operator, Pool, Position, Vault};
pub use views::{AllocationState, DistributorAt, ManagerAt, PoolState, VaultAt};
