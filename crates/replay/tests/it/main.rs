//! What logs do to the state, one rule at a time. That the whole is what the contracts hold is shown on a chain, in
//! `palisade-e2e`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail as tests do"
)]

mod logs;
mod places;
mod refusals;
mod rewards;
mod story;
mod whole;
