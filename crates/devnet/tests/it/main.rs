//! What tests and demos rely on in a development network.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail as tests do"
)]

mod leash;
mod network;
mod time;
