//! The model against worked numbers and against the promises of the protocol.

mod admissions;
mod allocations;
mod exact;
mod governance;
mod history;
mod memberships;
mod positions;
mod promises;
mod proposals;
mod renewal;
mod slashing;
mod staking;
mod watch;
mod world;
