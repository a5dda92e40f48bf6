//! A campaign guided by coverage: histories that reach something new are kept, and others are made from them.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use palisade_model::{Action, Branch, Model, ModelError, Outcome};

use crate::{
    Error, Failure, Fuzz, Report, Result, Tally,
    campaign::{Failed, Progress},
    genes::{Gene, Kept, Rng, mutate},
    world::World,
};

/// How many histories are tried before what they reached is looked at. A number of its own, so that the result does not
/// depend on how many threads there are.
const ROUND: usize = 64;

/// What a history reached: branches of the model by how often (in powers of two), which branch came after which, and
/// reasons to refuse by kind of action.
#[derive(Default)]
pub(crate) struct Features {
    found: BTreeSet<(u16, u16, u8)>,
    counts: Vec<u64>,
    last: u16,
}

impl Features {
    /// Notes what an action reached.
    pub(crate) fn note(
        &mut self,
        action: &Action,
        outcome: &std::result::Result<Outcome, ModelError>,
        model: &Model,
    ) {
        if let Err(error) = outcome {
            let reason = ModelError::NAMES.iter().position(|name| *name == error.name());
            self.found.insert((
                number(action.kind() as usize),
                number(reason.unwrap_or_default()),
                REFUSED,
            ));
            return;
        }
        self.counts.resize(Branch::ALL.len(), 0);
        for ((branch, times), before) in model.branches().iter().zip(&mut self.counts) {
            if times == *before {
                continue;
            }
            *before = times;
            let branch = number(branch as usize);
            let magnitude = number(times.ilog2() as usize);
            self.found.extend([(branch, magnitude, TIMES), (self.last, branch, AFTER)]);
            self.last = branch;
        }
    }
}

/// The kinds of features.
const REFUSED: u8 = 0;
const TIMES: u8 = 1;
const AFTER: u8 = 2;

fn number(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

/// What one history of a round came to.
struct Tried {
    genes: Vec<Gene>,
    tally: Tally,
    features: Features,
    failed: Option<Failed>,
}

impl Fuzz {
    /// Runs a campaign that keeps each history that reaches something new, as a file in `folder`, and makes new ones
    /// from those. What the folder holds at the start is played first. It ends with the first failure.
    ///
    /// # Errors
    /// As [`run`](Self::run), and where the folder cannot be read or written.
    pub fn guided(&self, folder: &Path) -> Result<Report> {
        let world = World::new()?;
        let mut waiting = read(folder)?;
        let mut corpus: Vec<Vec<Gene>> = Vec::new();
        let mut known = BTreeSet::new();
        let mut tally = Tally::default();
        let (mut round, mut history) = (0, 0);
        while tally.actions() < self.actions {
            if waiting.is_empty() {
                waiting = (0..ROUND).map(|place| self.offspring(&corpus, round, place)).collect();
                round += 1;
            }
            let batch: Vec<_> = waiting.drain(..waiting.len().min(ROUND)).collect();
            for tried in self.try_all(&world, &batch)? {
                tally.add(&tried.tally);
                if let Some((actions, disagreement)) = tried.failed {
                    let (after, length) = (tally.actions(), actions.len());
                    let (actions, disagreement) = self.shrunk(&world, actions, disagreement)?;
                    let failure = Failure { history, after, length, actions, disagreement };
                    return Ok(Report { tally, failure: Some(failure) });
                }
                history += 1;
                if !tried.features.found.is_subset(&known) {
                    known.extend(&tried.features.found);
                    write(folder, &tried.genes)?;
                    corpus.push(tried.genes);
                }
            }
            let (actions, branches) = (tally.actions(), tally.branches().reached().count());
            self.tell(Progress::Hunting { actions, branches });
        }
        Ok(Report { tally, failure: None })
    }

    /// A new history: most often a kept one with changes, now and then all new.
    fn offspring(&self, corpus: &[Vec<Gene>], round: u64, place: usize) -> Vec<Gene> {
        let mut rng = Rng::of(self.seed, round * ROUND as u64 + place as u64);
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        if corpus.is_empty() || place.is_multiple_of(8) {
            return (0..length).map(|_| Gene::random(&mut rng)).collect();
        }
        let parent = &corpus[rng.below(corpus.len())];
        let other = &corpus[rng.below(corpus.len())];
        let mut genes = mutate(&mut rng, parent, other);
        genes.truncate(length);
        genes
    }

    /// Plays histories on all threads; the results are in the order of the histories.
    fn try_all(&self, world: &World, batch: &[Vec<Gene>]) -> Result<Vec<Tried>> {
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Tried)>> {
            let start = self.begin(world)?;
            let mut done = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(genes) = batch.get(place) else { return Ok(done) };
                let mut features = Features::default();
                let (tally, failed) = self.play_genes(world, &start, genes, Some(&mut features))?;
                done.push((place, Tried { genes: genes.clone(), tally, features, failed }));
            }
        };
        let parts = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.jobs.get()).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let mut tried = Vec::with_capacity(batch.len());
        for part in parts {
            tried.extend(part.map_err(|_| Error::Evm("a thread panicked".to_owned()))??);
        }
        tried.sort_by_key(|(place, _)| *place);
        Ok(tried.into_iter().map(|(_, tried)| tried).collect())
    }
}

/// Keeps a history as a file whose name tells its contents, so that one history is kept once.
fn write(folder: &Path, genes: &[Gene]) -> Result<()> {
    let text = Kept(genes.to_vec()).to_string();
    let name = alloy::primitives::keccak256(&text);
    let path = folder.join(format!("{}.json", alloy::primitives::hex::encode(&name[..8])));
    fs::write(&path, text).map_err(|error| failed(&path)(error.to_string()))
}

fn failed(path: &Path) -> impl Fn(String) -> Error {
    let path = path.to_owned();
    move |reason| Error::File { path: path.clone(), reason }
}

/// The kept histories, in the order of their names.
fn read(folder: &Path) -> Result<Vec<Vec<Gene>>> {
    let none =
        |error: io::Error| failed(folder)(format!("no folder to keep histories in: {error}"));
    fs::create_dir_all(folder).map_err(none)?;
    let entries = fs::read_dir(folder).map_err(none)?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect();
    paths.sort();
    let kept = |path: PathBuf| {
        let text = fs::read_to_string(&path).map_err(|error| failed(&path)(error.to_string()))?;
        text.parse().map(|Kept(genes)| genes).map_err(failed(&path))
    };
    paths.into_iter().map(kept).collect()
}
