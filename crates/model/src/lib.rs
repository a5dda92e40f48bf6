#![doc = include_str!("../README.md")]

mod access;
mod actions;
mod admissions;
mod allocations;
mod clock;
mod error;
mod governance;
mod history;
mod invariants;
mod math;
mod memberships;
mod model;
mod operators;
mod pool;
mod positions;
mod proposals;
mod renewal;
mod sets;
mod slashing;
mod staking;
#[cfg(feature = "serde")]
mod text;
mod tokens;
mod types;
mod vault;
mod views;

pub use access::Function;
pub use actions::{Action, ActionKind, Outcome};
pub use admissions::{Admission, Approval, LAST_DEADLINE};
pub use allocations::{Allocation, Budget, LEAST_MAGNITUDE};
pub use clock::{Clock, LAST_EPOCH};
pub use error::{ModelError, Result};
pub use governance::{HIGHEST_CEILING, Pausable, Pause};
pub use invariants::Violation;
pub use model::Model;
pub use operators::OperatorState;
pub use pool::{Bucket, Pool};
pub use proposals::Proposal;
pub use renewal::WORN_OUT;
pub use ruint::aliases::U256;
pub use sets::{OperatorSet, Recipient, Terms};
pub use slashing::{Delivery, Parts, Slashed};
pub use staking::QueuedExit;
pub use types::{Account, Epoch, Magnitude, Operator, OperatorSetId, PoolId, Strategy, Wad};
pub use vault::MAX_DEPOSIT_CAP;
