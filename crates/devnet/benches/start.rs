//! How long a network takes to start: alone (median of 20), and 16 at once.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

use palisade_devnet::{Devnet, Result};

const ALONE: usize = 20;
const AT_ONCE: usize = 16;

/// What the project promises.
const LONGEST_ALONE: Duration = Duration::from_secs(1);
const LONGEST_AT_ONCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    // `cargo test --benches` runs this too, and wants no measurement.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let measured = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(measure()).map_err(|error| error.to_string()));
    let (text, code) = match measured {
        Ok((alone, at_once)) => {
            let is_kept = alone <= LONGEST_ALONE && at_once <= LONGEST_AT_ONCE;
            let text = format!(
                "devnet start: {alone:.0?} alone (median of {ALONE}; at most {LONGEST_ALONE:?}), \
                 {at_once:.0?} for {AT_ONCE} at once (at most {LONGEST_AT_ONCE:?})"
            );
            (text, if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(error) => (format!("error: {error}"), ExitCode::FAILURE),
    };
    // Nobody to tell if it fails.
    let _ = writeln!(io::stdout(), "{text}");
    code
}

async fn measure() -> Result<(Duration, Duration)> {
    let mut alone = Vec::new();
    for _ in 0..ALONE {
        let begun = Instant::now();
        let net = Devnet::start().await?;
        alone.push(begun.elapsed());
        drop(net);
    }
    alone.sort();
    let begun = Instant::now();
    let starts: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(Devnet::start())).collect();
    let mut nets = Vec::new();
    for start in starts {
        match start.await {
            Ok(net) => nets.push(net?),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
    let at_once = begun.elapsed();
    Ok((alone[ALONE / 2], at_once))
}
