#![doc = include_str!("../README.md")]

mod artifact;
mod clock;
mod contracts;
mod pool_id;
mod refusal;
mod set_id;
mod text;

/// The version of alloy that the bindings are made with, for those who call them.
pub use alloy;
pub use artifact::{Artifact, ImmutableRange, Immutables, artifacts};
pub use clock::Epoch;
pub use contracts::{
    AccessManager, AllocationManager, BlocklistToken, DevStakedEther, DevToken, Genesis,
    Governance, GovernanceGenesis, Lens, MerkleDrops, RebasingWrapper, RewardStreams,
    RewardsDistributor, Router, StakeVault, TimelockController,
};
pub use pool_id::PoolId;
pub use refusal::{Argument, Refusal, RevertData};
pub use set_id::OperatorSetId;
pub use text::one_line;
