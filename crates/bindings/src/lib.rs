#![doc = include_str!("../README.md")]

mod artifact;
mod clock;
mod contracts;
mod pool_id;
mod set_id;

pub use artifact::{Artifact, ImmutableRange, Immutables, artifacts};
pub use clock::Epoch;
pub use contracts::{AllocationManager, DevToken, DevWrapper, Genesis, StakeVault};
pub use pool_id::PoolId;
pub use set_id::OperatorSetId;
