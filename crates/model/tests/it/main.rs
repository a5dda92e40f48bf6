//! The model against worked numbers and against the promises of the protocol.

mod allocations;
mod history;
//mod promises;
mod slashing;
mod staking;
//mod watch;
mod world;
