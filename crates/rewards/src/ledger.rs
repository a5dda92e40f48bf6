//! What every staker can claim, recomputed from chain events alone.
//!
//! A [`Ledger`] takes the logs of the vault, the distributor and the streams in the order of the chain, and knows then
//! what the distributor knows, to the last bit: claimable and claimed rewards, commissions, carried remainders. It
//! follows the contract's rules, and refuses a log that does not: so who has applied all logs has checked all payments.
//!
//! Memory grows with the events: a checkpoint for each epoch in which a balance changed, and a payment for each
//! `Distributed`. A log costs the logarithm of what there is; a claim one step more for each of its own balance changes.
//!
//! **Reorganisations.** A ledger does not go back. Read logs up to a block that is final, or keep a clone of a ledger that
//! stands at such a block, and apply the logs of later ones to a copy of it.

mod commission;
mod entry;
mod error;
mod history;
mod payment;
mod pool;
mod state;
mod views;

pub use commission::{Commission, MAX_COMMISSION};
pub use entry::{Contracts, Entry};
pub use error::{Error, Misfit, Result};
pub use history::Rewards;
pub use payment::{Payment, Source};
pub(crate) use pool::part;
pub use pool::{Generation, Pool, Total};
pub use state::{Claim, Clock, Ledger};
pub use views::{At, Standing};

/// Units are divided this finely: rewards of a share, fractions and remainders are in 2^-64 units.
pub const FRACTION_BITS: usize = 64;

/// 1, as a rate is written.
pub const WAD: u64 = 1_000_000_000_000_000_000;
