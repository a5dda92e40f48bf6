//! Every seed, and thousands of changed ones, through the functions that the fuzzers call.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests fail as tests do"
)]

mod changed;
mod made;
mod seeds;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The folder of all seeds.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds")
}

/// The seeds of a parser, by name.
fn seeds(parser: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder().join(parser)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let named = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.map(|path| (named(&path), fs::read(&path).unwrap())).collect()
}
