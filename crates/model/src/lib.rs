#![doc = include_str!("../README.md")]

mod actions;
mod allocations;
mod clock;
mod error;
mod history;
mod invariants;
mod math;
mod model;
mod operators;
mod pool;
mod sets;
mod slashing;
mod staking;
mod tokens;
mod types;
mod vault;
mod views;

pub use actions::{Action, Outcome};
pub use allocations::{Allocation, Budget, LEAST_MAGNITUDE};
pub use clock::{Clock, LAST_EPOCH};
pub use error::{ModelError, Result};
pub use invariants::Violation;
pub use model::Model;
pub use operators::OperatorState;
pub use pool::{Bucket, Pool};
pub use ruint::aliases::U256;
pub use sets::{OperatorSet, Recipient, Terms};
pub use slashing::{Delivery, Parts, Slashed};
pub use staking::QueuedExit;
pub use types::{Account, Epoch, Magnitude, Operator, OperatorSetId, PoolId, Strategy, Wad};
pub use vault::MAX_DEPOSIT_CAP;
