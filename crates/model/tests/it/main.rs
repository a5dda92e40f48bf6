//! The model against worked numbers and against the promises of the protocol.

mod access;
mod admissions;
mod allocations;
mod branches;
mod coverage;
mod exact;
mod governance;
mod history;
mod memberships;
mod positions;
mod promises;
mod proposals;
mod renewal;
mod rewards;
mod slashing;
mod staking;
#[cfg(feature = "serde")]
mod text;
mod views;
mod walks;
mod watch;
mod words;
mod world;
