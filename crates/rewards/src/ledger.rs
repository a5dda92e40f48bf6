//! What every staker can claim, recomputed from chain events alone.
//!
//! A [`Ledger`] takes the logs of the vault, the allocation manager, the distributor and the streams in the order of the
//! chain. `palisade-replay` rebuilds from them what the contracts know, to the last bit: claimable rewards, commissions,
//! carried remainders. It follows the contracts' rules, and refuses a log that does not: so who has applied all logs has
//! checked all payments. What no contract keeps, the ledger does: each payment with who paid it, what was claimed so far,
//! and what pools came to in past epochs.
//!
//! Memory grows with the events: a checkpoint for each epoch in which a balance changed, and a payment for each
//! `Distributed`. A log costs the logarithm of what there is; a claim one step more for each of its own balance changes.
//!
//! **Reorganisations.** A ledger does not go back. Read logs up to a block that is final, or keep a clone of a ledger that
//! stands at such a block, and apply the logs of later ones to a copy of it.

mod entry;
mod error;
mod payment;
mod state;
mod views;

pub use entry::{Contracts, Entry};
pub use error::{Error, Misfit, Result};
pub use palisade_replay::DistributorAt as At;
pub use payment::{Payment, Source};
pub use state::Ledger;
pub use views::Standing;

/// 1, as a rate is written.
pub const WAD: u64 = 1_000_000_000_000_000_000;
