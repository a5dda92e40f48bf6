//! How many actions a second a campaign makes on one thread, against the shipped contracts: the median of some seeds.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Instant,
};

use palisade_fuzz::{Fuzz, Result};

const SEEDS: u64 = 5;
const ACTIONS: u64 = 50_000;

/// What the project promises.
const LEAST: u64 = 20_000;

fn main() -> ExitCode {
    // `cargo test --benches` runs this too, and wants no measurement.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let (text, code) = match measure() {
        Ok(rate) => {
            let text = format!(
                "fuzz: {rate} actions a second on one thread, of {ACTIONS} against the shipped contracts (median of \
                 {SEEDS} seeds; at least {LEAST})"
            );
            (text, if rate >= LEAST { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(error) => (format!("error: {error}"), ExitCode::FAILURE),
    };
    // Nobody to tell if it fails.
    let _ = writeln!(io::stdout(), "{text}");
    code
}

/// The median rate. The contracts are deployed, and the last views compared, within the time.
fn measure() -> Result<u64> {
    let mut rates = Vec::new();
    for seed in 1..=SEEDS {
        let begun = Instant::now();
        let report = Fuzz::new().seed(seed).actions(ACTIONS).run()?;
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
        rates.push(report.tally.actions() * 1_000_000 / micros);
    }
    rates.sort_unstable();
    Ok(rates[rates.len() / 2])
}
