//! Contracts and model, hunted side by side.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail as tests do"
)]

mod campaign;
mod guided;
mod histories;
mod invariants;
mod mutants;

use std::{fmt::Write, num::NonZero, path::Path};

use palisade_fuzz::{Disagreement, Failure, Fuzz, Report};
use palisade_model::Action;

/// As many threads.
fn jobs(count: usize) -> NonZero<usize> {
    NonZero::new(count).unwrap()
}

/// A failure as one compares it: which history, after how many actions, of what length, what is left of it, and why.
type Found = (u64, u64, usize, Vec<Action>, Disagreement);

fn found(report: &Report) -> Option<Found> {
    let Failure { history, after, length, actions, disagreement, .. } = report.failure.clone()?;
    Some((history, after, length, actions, disagreement))
}

/// Chain and model agree; if not, the failure is written to a file, and told.
#[track_caller]
fn assert_agreed(seed: u64, report: &Report) {
    let Some(failure) = &report.failure else { return };
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("found-{seed}.json"));
    let history = failure.to_history(seed);
    let mut told = format!("seed {seed}: {}", failure.disagreement);
    match history.write(&path) {
        Ok(()) => write!(told, "\npalisade fuzz --replay {} --steps", path.display()).unwrap(),
        Err(error) => write!(told, "\n{error}; the history:\n{history}").unwrap(),
    }
    panic!("{told}");
}

/// A campaign of this seed.
fn campaign(seed: u64, actions: u64) -> Fuzz {
    Fuzz::new().seed(seed).actions(actions)
}
