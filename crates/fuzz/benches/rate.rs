//! How many actions a second a campaign makes on one thread, against the shipped contracts: the median of some seeds. The
//! seconds are those of a processor: what else it does meanwhile does not count.

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
};

use palisade_fuzz::Fuzz;

const SEEDS: u64 = 5;
const ACTIONS: u64 = 50_000;

/// What the project promises.
const LEAST: u64 = 20_000;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    // `cargo test --benches` runs this too, and wants no measurement.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let (text, code) = match measure() {
        Ok(rate) => {
            let text = format!(
                "fuzz: {rate} actions a second of one processor, of {ACTIONS} against the shipped contracts (median of \
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
        let begun = processor()?;
        let report = Fuzz::new().seed(seed).actions(ACTIONS).run()?;
        let hundredths = processor()?.saturating_sub(begun).max(1);
        rates.push(report.tally.actions() * 100 / hundredths);
    }
    rates.sort_unstable();
    Ok(rates[rates.len() / 2])
}

/// How long this process has kept processors busy, in hundredths of a second. It has one thread that works, and one that
/// waits for it.
fn processor() -> Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no stat")?;
    // utime and stime.
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<_, _>>()?)
}
