//! Trees of payouts: a million earners in memory, beside the JS library on the same input, and ten million as a stream.
//!
//! Each is measured in a process of its own, whose peak memory is what the kernel says (`VmHWM`), the list included.
//! `PALISADE_BENCH_PEER=0` leaves out the JS library, which takes some minutes.

#![allow(clippy::cast_precision_loss, reason = "what is printed is rounded more")]

use std::{
    env,
    fs::{self, File},
    hint::black_box,
    io::{self, BufReader, Read, Write},
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use alloy_primitives::{Address, B256, U256};
use palisade_rewards::tree::{Builder, Leaf, List, Tree};
use serde_json::Value;

const EARNERS: u64 = 1_000_000;
const STREAMED: u64 = 10_000_000;
const RUNS: usize = 3;
/// The JS library proves every so-manieth earner.
const STEP: u64 = 1_000;
const MEBIBYTE: usize = 1 << 20;

/// What the project promises, of tree and all proofs of a million. Seconds of the clock; or of processors, all together,
/// where the machine has others to serve too.
const LONGEST: f64 = 2.0;
const MOST: u64 = 1 << 30;
/// What the stream is told to keep to.
const BOUND: u64 = 256 << 20;

/// Says which measurement a process is to make.
const MEASURE: &str = "PALISADE_BENCH_MEASURE";

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    // `cargo test --benches` runs this too, and wants no measurement.
    if !env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let done = match env::var(MEASURE).as_deref() {
        Ok("memory") => in_memory().map(|()| true),
        Ok("stream") => streamed().map(|()| true),
        _ => compare(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tell(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Makes all measurements, and says whether the promises are kept.
fn compare() -> Result<bool> {
    let mut runs = (0..RUNS).map(|_| measured("memory")).collect::<Result<Vec<_>>>()?;
    runs.sort_by(|one, other| one[0].total_cmp(&other[0]));
    let [all, tree, processor, written, memory] = runs[RUNS / 2][..] else {
        return Err("no numbers".into());
    };
    tell(&format!(
        "trees: {EARNERS} earners, tree and all proofs: {all:.2} s (tree {tree:.2} s; {processor:.2} s of processors), {} \
         (median of {RUNS}; at most {LONGEST} s, of the clock or of processors, and {}); all proofs as JSON lines, to \
         nowhere: {written:.2} s more",
        mebibytes(memory),
        mebibytes(MOST as f64),
    ));
    let is_kept = all.min(processor) <= LONGEST && memory <= MOST as f64;
    if env::var("PALISADE_BENCH_PEER").as_deref() != Ok("0") {
        tell(&format!("trees: {}", peer().unwrap_or_else(|why| format!("no JS library: {why}"))));
    }
    let [root, written, memory] = measured("stream")?[..] else { return Err("no numbers".into()) };
    tell(&format!(
        "trees: {STREAMED} earners, streamed from CSV: root in {root:.1} s, tree and all proofs as JSON to nowhere in \
         {written:.1} s more, {} (at most {})",
        mebibytes(memory),
        mebibytes(BOUND as f64),
    ));
    Ok(is_kept && memory <= BOUND as f64)
}

/// Numbers that a process of its own has measured.
fn measured(what: &str) -> Result<Vec<f64>> {
    let output = Command::new(env::current_exe()?)
        .arg("--bench")
        .env(MEASURE, what)
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        return Err(text.into());
    }
    Ok(text.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?)
}

fn in_memory() -> Result<()> {
    let leaves: Vec<_> = earners(EARNERS).collect();
    let (begun, before) = (Instant::now(), processor()?);
    let tree = Tree::new(leaves)?;
    let built = begun.elapsed();
    let mut one = Vec::new();
    for (_, proof) in tree.proofs() {
        one.clear();
        one.extend(proof);
        black_box(&one);
    }
    let proven = begun.elapsed();
    let (memory, processor) = (peak()?, processor()? - before);
    tree.write_proofs(io::sink())?;
    let written = begun.elapsed().saturating_sub(proven);
    tell(&format!(
        "{} {} {processor} {} {memory}",
        proven.as_secs_f64(),
        built.as_secs_f64(),
        written.as_secs_f64()
    ));
    Ok(())
}

fn streamed() -> Result<()> {
    let begun = Instant::now();
    let scratch = tempfile::tempfile as fn() -> io::Result<File>;
    let builder = Builder::new(&scratch).memory(usize::try_from(BOUND)?);
    let list = Csv { earners: earners(STREAMED), text: Vec::new(), read: 0 };
    let list = List::new(BufReader::with_capacity(MEBIBYTE, list));
    let mut payouts = builder.read(list, &mut ())?;
    let built = begun.elapsed();
    payouts.dump(io::sink(), &mut ())?;
    payouts.write_proofs(io::sink(), &mut ())?;
    let written = begun.elapsed().saturating_sub(built);
    tell(&format!("{} {} {}", built.as_secs_f64(), written.as_secs_f64(), peak()?));
    Ok(())
}

/// What the JS library takes.
fn peer() -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openzeppelin");
    let mut node = Command::new("node")
        .args(["--max-old-space-size=8192", "peer.mjs", "bench", &STEP.to_string()])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let values =
        earners(EARNERS).map(|Leaf { account, amount }| format!("[\"{account}\",\"{amount}\"]"));
    let values = values.collect::<Vec<_>>().join(",");
    let mut input = node.stdin.take().ok_or("it reads nothing")?;
    // Where it is not installed, it has ended.
    let _ = write!(input, "[{values}]");
    drop((input, values));
    let output = node.wait_with_output()?;
    if !output.status.success() {
        return Err("it does not run; see `make tools`".into());
    }
    let told: Value = serde_json::from_slice(&output.stdout)?;
    if told["root"] != serde_json::json!(Tree::new(earners(EARNERS).collect())?.root()) {
        return Err("it comes to another root".into());
    }
    let number = |name: &str| told[name].as_f64().unwrap_or_default();
    let (tree, proofs) = (number("tree") / 1e3, number("proving") / 1e3 * STEP as f64);
    Ok(format!(
        "@openzeppelin/merkle-tree on the same input: tree {tree:.0} s, all proofs {proofs:.0} s (as {} take), {}",
        told["proofs"],
        mebibytes(number("memory")),
    ))
}

/// Earners that look random, and are the same in each run.
fn earners(count: u64) -> impl Iterator<Item = Leaf> {
    let mut state = 1_u64;
    // splitmix64
    let mut next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..count).map(move |_| {
        let word = U256::from_limbs([next(), next(), next(), 0]);
        // Up to some 18 of a token with 18 decimals.
        Leaf { account: Address::from_word(B256::from(word)), amount: U256::from(next()) }
    })
}

/// A list that nobody has written.
struct Csv<I> {
    earners: I,
    text: Vec<u8>,
    read: usize,
}

impl<I: Iterator<Item = Leaf>> Read for Csv<I> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.read == self.text.len() {
            self.text.clear();
            self.read = 0;
            for Leaf { account, amount } in self.earners.by_ref().take(1 << 12) {
                writeln!(self.text, "{account:?},{amount}")?;
            }
        }
        let count = to.len().min(self.text.len() - self.read);
        to[..count].copy_from_slice(&self.text[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

/// The most memory that this process has had, in bytes.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kibibytes.ok_or("no VmHWM")?.parse::<u64>()? << 10)
}

/// How long this process has kept processors busy, in seconds: on a busy machine that says more than the clock.
fn processor() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no stat")?;
    // utime and stime, in hundredths.
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<std::result::Result<f64, _>>()? / 100.0)
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.0} MiB", bytes / MEBIBYTE as f64)
}

fn tell(text: &str) {
    // Nobody to tell if it fails.
    let _ = writeln!(io::stdout(), "{text}");
}
