use std::{
    env, fs,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use clap::{Args, value_parser};
use eyre::{Result, WrapErr, bail};
use palisade_fuzz::{Branch, Code, Failure, Fuzz, History, Progress, Replayed, Tally, read_code};
use serde::Serialize;

use crate::{output, progress::Bar};

/// Arguments of `palisade fuzz`.
#[derive(Debug, Args)]
pub struct FuzzArgs {
    /// What all chances follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many actions to try.
    #[arg(long, default_value_t = 100_000, value_parser = value_parser!(u64).range(1..))]
    actions: u64,
    /// On how many threads; by default one for each core. The result is the same.
    #[arg(long, value_parser = value_parser!(u16).range(1..=1_024))]
    jobs: Option<u16>,
    /// How many actions a history has, before the next begins from nothing.
    #[arg(long, default_value_t = palisade_fuzz::HISTORY_LENGTH, value_parser = value_parser!(u64).range(1..=1_000_000))]
    length: u64,
    /// Play a history from a file instead, as a failure is written to.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "actions", "length", "jobs", "corpus", "out"])]
    replay: Option<PathBuf>,
    /// Tell each action of the history, and the state after it.
    #[arg(long, requires = "replay")]
    steps: bool,
    /// Another contract than the shipped one: the compiler's artifact of Genesis, which carries vault
    /// and allocation manager, or of `RewardsDistributor`.
    #[arg(long, value_name = "FILE")]
    artifact: Option<PathBuf>,
    /// Keep histories that reach something new in this folder, and make others from them.
    #[arg(long, value_name = "FOLDER")]
    corpus: Option<PathBuf>,
    /// Where a failure is written to, as JSON and as a forge test.
    #[arg(long, value_name = "FOLDER", default_value = "target/fuzz")]
    out: PathBuf,
    /// Print the result as JSON alone. It is the last line anyway.
    #[arg(long)]
    json: bool,
}

/// The last line of the output. It is the same for the same seed, whatever the machine.
#[derive(Serialize)]
struct Summary<'a> {
    seed: u64,
    actions: u64,
    accepted: u64,
    kinds: Vec<Kind>,
    branches: Coverage,
    reasons: Coverage,
    failure: Option<Found<'a>>,
}

/// The same of a replay.
#[derive(Serialize)]
struct Replay {
    actions: usize,
    after: Option<usize>,
    kind: Option<&'static str>,
    disagreement: Option<String>,
}

#[derive(Serialize)]
struct Kind {
    action: &'static str,
    tried: u64,
    accepted: u64,
}

#[derive(Serialize)]
struct Coverage {
    reached: usize,
    of: usize,
    missed: Vec<&'static str>,
}

#[derive(Serialize)]
struct Found<'a> {
    /// Which history of the campaign, from 0.
    history: u64,
    /// How many actions had been tried when it was found.
    after: u64,
    /// How many actions the smallest history has that shows it.
    actions: usize,
    kind: &'static str,
    disagreement: String,
    json: &'a Path,
    forge: &'a Path,
}

impl FuzzArgs {
    /// Hunts, and fails if chain and model disagree.
    pub(crate) async fn run(self) -> Result<()> {
        // It computes, and waits for nothing.
        tokio::task::spawn_blocking(move || self.hunt()).await?
    }

    fn hunt(self) -> Result<()> {
        let fuzz = match self.artifact.as_deref().map(read_code).transpose()? {
            Some(Code::Core(code)) => Fuzz::new().genesis(code),
            Some(Code::Distributor(code)) => Fuzz::new().distributor(code),
            None => Fuzz::new(),
        };
        let artifact = self.artifact.clone();
        let done = match &self.replay {
            Some(path) => self.play(&fuzz, path),
            None => self.campaign(fuzz),
        };
        done.map_err(|error| match (artifact, error.downcast_ref()) {
            (Some(path), Some(palisade_fuzz::Error::Deployment(_))) => {
                error.wrap_err(path.display().to_string())
            }
            _ => error,
        })
    }

    fn campaign(self, fuzz: Fuzz) -> Result<()> {
        let Self { seed, actions, jobs, length, artifact, corpus, out, json, .. } = self;
        let jobs = jobs.and_then(|jobs| NonZero::new(usize::from(jobs)));
        let jobs =
            jobs.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN);
        // Now, not when there is something to lose.
        fs::create_dir_all(&out).wrap_err_with(|| format!("cannot write to {}", out.display()))?;
        let began = Instant::now();
        let bar = Arc::new(Bar::new(Some(actions), HUNTING));
        let shown = Arc::clone(&bar);
        let fuzz = fuzz
            .seed(seed)
            .actions(actions)
            .jobs(jobs)
            .length(length)
            .progress(move |progress| tell(&shown, progress, actions, began));
        let report = match corpus {
            Some(folder) => fuzz.guided(&folder)?,
            None => fuzz.run()?,
        };
        bar.shown.finish_and_clear();
        let kept = |failure: &Failure| {
            // What was found is told even so: it may have taken hours.
            write(&out, seed, failure).wrap_err_with(|| {
                let Failure { history, disagreement, .. } = failure;
                format!("history {history} fails and cannot be kept: {disagreement}")
            })
        };
        let files = report.failure.as_ref().map(kept).transpose()?;
        if !json {
            output::print(&tables(&report.tally))?;
        }
        // To make a failure smaller takes its time, too.
        if !json && files.is_none() {
            let rate = rate(report.tally.actions(), began.elapsed());
            output::note(&format!("{rate} actions a second on {jobs} threads"));
        }
        if let (Some(failure), Some((history, forge))) = (&report.failure, &files) {
            output::note(&told(failure, artifact.as_deref(), history, forge));
        }
        let found = report.failure.as_ref().zip(files.as_ref());
        output::print_json(&summary(seed, &report.tally, found))?;
        if report.failure.is_some() {
            bail!("chain and model disagree");
        }
        Ok(())
    }

    fn play(&self, fuzz: &Fuzz, path: &Path) -> Result<()> {
        let history = History::read(path)?;
        let count = history.actions.len();
        let tell = |step: Replayed<'_>| -> Result<()> {
            if self.json || !self.steps {
                return Ok(());
            }
            output::print(&format!("{} of {count}: {step}\n", step.place))
        };
        let found = fuzz.replay(&history.actions, tell)?;
        let (after, kind, disagreement) = found
            .map(|(place, found)| (Some(place), Some(found.kind()), Some(found.to_string())))
            .unwrap_or_default();
        if let (Some(after), Some(text)) = (after, &disagreement) {
            output::note(&format!("after action {after} of {count}: {text}"));
        }
        output::print_json(&Replay { actions: count, after, kind, disagreement })?;
        if after.is_some() {
            bail!("chain and model disagree");
        }
        Ok(())
    }
}

const HUNTING: &str = "{bar:30} {human_pos} of {human_len} actions, {msg}, {eta} left";

fn tell(bar: &Bar, progress: Progress, of: u64, began: Instant) {
    let message = match progress {
        Progress::Hunting { actions, branches } => {
            let rate = rate(actions, began.elapsed());
            let message = format!("{rate} a second, {branches} of {} branches", Branch::ALL.len());
            bar.line(|| format!("{actions} of {of} actions, {message}"));
            bar.shown.set_position(actions);
            message
        }
        Progress::Shrinking { actions } => {
            let message = format!("failed; making it smaller: {actions} actions");
            bar.line(|| message.clone());
            bar.style("{msg}");
            message
        }
        _ => return,
    };
    bar.shown.set_message(message);
}

fn rate(actions: u64, elapsed: Duration) -> u64 {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    actions.saturating_mul(1_000) / millis
}

fn write(folder: &Path, seed: u64, failure: &Failure) -> Result<(PathBuf, PathBuf)> {
    let name = format!("Found_{seed}_{}", failure.history);
    let (json, forge) = (folder.join(format!("{name}.json")), folder.join(format!("{name}.t.sol")));
    failure.to_history(seed).write(&json)?;
    fs::write(&forge, failure.forge_test(&name)?)
        .wrap_err_with(|| format!("cannot write {}", forge.display()))?;
    Ok((json, forge))
}

/// What was found, and the commands that show it again; they can be typed as they stand.
fn told(failure: &Failure, artifact: Option<&Path>, json: &Path, forge: &Path) -> String {
    let Failure { history, after, length, actions, disagreement, .. } = failure;
    let command = env::args().next().unwrap_or_else(|| "palisade".to_owned());
    let of = artifact.map(|path| format!(" --artifact {}", path.display())).unwrap_or_default();
    let file = forge.file_name().unwrap_or_default().to_string_lossy();
    let (count, json, forge) = (actions.len(), json.display(), forge.display());
    format!(
        "history {history} fails after {after} actions: {disagreement}\n\
         The smallest history that shows it has {count} of its {length} actions.\n\
         step by step:  {command} fuzz --replay {json} --steps{of}\n\
         as a test:     cp {forge} test/fuzz/ && script/foundry forge test --match-path test/fuzz/{file}"
    )
}

fn tables(tally: &Tally) -> String {
    let all = tally.actions().max(1);
    let percent = |part: u64, of: u64| {
        // A thousandth is exact enough to read.
        let thousandths = part.saturating_mul(1_000) / of.max(1);
        format!("{}.{} %", thousandths / 10, thousandths % 10)
    };
    let row = |name: &str, tried: u64, accepted: u64| {
        vec![
            name.to_owned(),
            tried.to_string(),
            percent(tried, all),
            accepted.to_string(),
            percent(accepted, tried),
        ]
    };
    let mut rows: Vec<_> =
        tally.kinds().map(|(kind, it)| row(kind.name(), it.tried, it.accepted)).collect();
    rows.push(row("all", tally.actions(), tally.accepted()));
    let header = ["action", "tried", "of all", "accepted", "of tried"].map(str::to_owned).to_vec();
    let kinds = output::table(header, rows);
    let ways: Vec<_> = tally.branches().iter().collect();
    let header = ["branch of the model", "times"].map(str::to_owned).to_vec();
    let rows = ways.iter().map(|(branch, times)| vec![branch.name().to_owned(), times.to_string()]);
    let branches = output::table(header, rows);
    let header = ["reason to refuse", "times"].map(str::to_owned).to_vec();
    let rows = tally.reasons().map(|(reason, times)| vec![reason.to_owned(), times.to_string()]);
    format!("{kinds}\n{branches}\n{}", output::table(header, rows))
}

fn summary<'a>(
    seed: u64,
    tally: &Tally,
    found: Option<(&Failure, &'a (PathBuf, PathBuf))>,
) -> Summary<'a> {
    let reached = |names: Vec<(&'static str, u64)>| {
        let of = names.len();
        let missed: Vec<_> =
            names.into_iter().filter(|(_, times)| *times == 0).map(|(name, _)| name).collect();
        Coverage { reached: of - missed.len(), of, missed }
    };
    let branches = tally.branches().iter().map(|(branch, times)| (branch.name(), times));
    Summary {
        seed,
        actions: tally.actions(),
        accepted: tally.accepted(),
        kinds: tally
            .kinds()
            .map(|(kind, it)| Kind { action: kind.name(), tried: it.tried, accepted: it.accepted })
            .collect(),
        branches: reached(branches.collect()),
        reasons: reached(tally.reasons().collect()),
        failure: found.map(|(failure, (json, forge))| Found {
            history: failure.history,
            after: failure.after,
            actions: failure.actions.len(),
            kind: failure.disagreement.kind(),
            disagreement: failure.disagreement.to_string(),
            json,
            forge,
        }),
    }
}
