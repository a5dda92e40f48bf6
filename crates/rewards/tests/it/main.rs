//! Trees of payouts: against the library that others use, as properties, and with lists and dumps that are wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail as tests do"
)]

mod compared;
mod dumps;
mod ledger;
mod lists;
mod openzeppelin;
mod properties;
mod streams;

use std::{fs::File, io};

use alloy_primitives::{Address, U256, keccak256};
use palisade_rewards::tree::{Entry, Leaf, List, Result};

/// Payouts that look random, and are the same in each run.
fn payouts(count: u64) -> Vec<Leaf> {
    let payout = |index: u64| {
        let account = Address::from_word(keccak256(index.to_be_bytes()));
        // Of all sizes up to 200 bits.
        let amount = U256::from_be_bytes(keccak256(account).0) >> (56 + index % 190);
        Leaf { account, amount }
    };
    (0..count).map(payout).collect()
}

/// The list as CSV.
fn csv(leaves: &[Leaf]) -> String {
    let lines: Vec<_> =
        leaves.iter().map(|Leaf { account, amount }| format!("{account},{amount}\n")).collect();
    lines.concat()
}

/// What is read of a list.
fn read(text: &str) -> Result<Vec<Entry>> {
    List::new(text.as_bytes()).collect()
}

/// Temporary files.
fn scratch() -> io::Result<File> {
    tempfile::tempfile()
}
