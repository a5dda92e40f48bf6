//! Writes the artifacts that the bindings are made from, or checks them; see the crate's documentation.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use palisade_artifacts::{CONTRACTS, Error, FOLDER, Settings, check, compile, write};

/// Compiles Palisade's contracts and writes the artifacts that the Rust bindings are made from.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Write nothing: name every file that differs, and fail if there is one.
    #[arg(long)]
    check: bool,
    /// The repository; by default the one that the current folder lies in.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    root: PathBuf,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            let mut line = format!("error: {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                line = format!("{line}: {cause}");
                source = cause.source();
            }
            let _ = writeln!(io::stderr(), "{line}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, Error> {
    let settings = Settings::find(&args.root)?;
    let artifacts = compile(&settings, &CONTRACTS)?;
    let folder = settings.root.join(FOLDER);
    // Relative names are shorter to read; and where the output goes nobody cares for a broken pipe.
    let shown = |path: &std::path::Path| {
        path.strip_prefix(&settings.root).unwrap_or(path).display().to_string()
    };
    if !args.check {
        for path in write(&artifacts, &folder)? {
            let _ = writeln!(io::stdout(), "{}", shown(&path));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let differences = check(&artifacts, &folder)?;
    for (path, difference) in &differences {
        let _ = writeln!(io::stderr(), "{} {difference}", shown(path));
    }
    if differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let _ = writeln!(
        io::stderr(),
        "error: the artifacts have drifted from the contracts: run `cargo run -p palisade-artifacts`"
    );
    Ok(ExitCode::FAILURE)
}
