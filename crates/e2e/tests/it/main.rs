//! End-to-end tests: see the README of this package.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail as tests do"
)]

mod demo;
mod deploy;
mod devnet;
mod fuzz;
mod governance;
mod manifest;
mod node;
mod palisade;
mod parity;
mod replay;
mod resume;
mod rewards;
mod rewards_cli;
mod rewards_ledger;
mod trees;
mod verify;
