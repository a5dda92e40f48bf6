//! Many histories, on many threads; the result is that of the seed, whatever the number of threads.

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use alloy::primitives::Bytes;
use palisade_bindings::artifacts;
use palisade_model::{Action, Model, ModelError, Outcome};

use crate::{
    Disagreement, Result, Tally,
    choose::Chooser,
    duel::{Check, Duel, Step, Verdict},
    forge::forge_test,
    genes::{Gene, Rng},
    guided::Features,
    history::{Found, History},
    names::in_words,
    shrink::shrink,
    state::describe,
    tell::{self, tell},
    world::World,
};

/// How many actions a history has, where nothing else is said: long enough for pools to wear out and generations to
/// end, short enough that the world stays small.
pub const HISTORY_LENGTH: u64 = 1_000;

/// One history in so many is followed with fractions too.
const EXACT_EVERY: u16 = 16;

/// A hunt for disagreement between contracts and model.
///
/// ```
/// use palisade_fuzz::Fuzz;
///
/// let report = Fuzz::new().seed(7).actions(2_000).run()?;
/// assert!(report.failure.is_none());
/// assert_eq!(report.tally.actions(), 2_000);
/// # Ok::<(), palisade_fuzz::Error>(())
/// ```
#[derive(Clone)]
pub struct Fuzz {
    pub(crate) genesis: Bytes,
    pub(crate) distributor: Bytes,
    pub(crate) seed: u64,
    pub(crate) actions: u64,
    pub(crate) jobs: NonZero<usize>,
    pub(crate) length: u64,
    pub(crate) shrinks: bool,
    pub(crate) checks: Vec<Named>,
    pub(crate) tell: Tell,
}

/// Makes a check for each history.
#[derive(Clone)]
pub(crate) struct Named {
    name: String,
    make: Arc<dyn Fn() -> Check + Send + Sync>,
}

type Tell = Arc<dyn Fn(Progress) + Send + Sync>;

/// How far a campaign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// So many actions are done, and so many branches of the model reached.
    Hunting {
        /// Actions that both sides have carried out or refused.
        actions: u64,
        /// Branches of the model that were reached.
        branches: usize,
    },
    /// A failing history is being made smaller.
    Shrinking {
        /// How many actions it has now.
        actions: usize,
    },
}

/// What a campaign found.
#[derive(Debug)]
pub struct Report {
    /// What was done.
    pub tally: Tally,
    /// The first history in which chain and model disagree.
    pub failure: Option<Failure>,
}

/// A history in which chain and model disagree.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which history of the campaign, from 0.
    pub history: u64,
    /// How many actions the campaign made until then, those of the histories before it included.
    pub after: u64,
    /// How many actions this history had.
    pub length: usize,
    /// The smallest history that was found to fail alike. The last action is the one that shows it.
    pub actions: Vec<Action>,
    /// What chain and model disagree about, after the last action.
    pub disagreement: Disagreement,
}

/// A step of a history that is played again.
#[derive(Clone, Copy, Debug)]
pub struct Replayed<'a> {
    /// Which action it is, from 1.
    pub place: usize,
    /// The action.
    pub action: &'a Action,
    /// What the model says came of it.
    pub outcome: &'a std::result::Result<Outcome, ModelError>,
    /// The model after it.
    pub model: &'a Model,
}

/// What was done, what came of it, and the state after it; several lines.
impl fmt::Display for Replayed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", tell(self.action))?;
        match self.outcome {
            Ok(outcome) => writeln!(f, "{}", tell::outcome(outcome))?,
            Err(error) => writeln!(f, "refused: {}", in_words(&error.to_string()))?,
        }
        f.write_str(&describe(self.model))
    }
}

impl Failure {
    /// The smallest history as a file. `seed` is that of the campaign.
    #[must_use]
    pub fn to_history(&self, seed: u64) -> History {
        let found = Found {
            step: self.actions.len().saturating_sub(1),
            kind: self.disagreement.kind().to_owned(),
            text: self.disagreement.to_string(),
        };
        History {
            seed: Some(seed),
            history: Some(self.history),
            disagreement: Some(found),
            ..History::new(self.actions.clone())
        }
    }

    /// The smallest history as a test of that name for forge, which fails as long as the contracts disagree.
    ///
    /// # Errors
    /// None that can be caused.
    pub fn forge_test(&self, name: &str) -> Result<String> {
        Ok(forge_test(&World::new()?, name, &self.actions, &self.disagreement))
    }
}

/// A history that fails, as it was played, and about what.
pub(crate) type Failed = (Vec<Action>, Disagreement);

/// What one history came to.
struct Played {
    history: u64,
    tally: Tally,
    failed: Option<Failed>,
}

impl Default for Fuzz {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Fuzz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fuzz")
            .field("seed", &self.seed)
            .field("actions", &self.actions)
            .field("jobs", &self.jobs)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Fuzz {
    /// 100,000 actions of seed 1 against the shipped contracts, on one thread.
    #[must_use]
    pub fn new() -> Self {
        Self {
            genesis: artifacts::GENESIS.creation_code().clone(),
            distributor: artifacts::REWARDS_DISTRIBUTOR.creation_code().clone(),
            seed: 1,
            actions: 100_000,
            jobs: NonZero::<usize>::MIN,
            length: HISTORY_LENGTH,
            shrinks: true,
            checks: Vec::new(),
            tell: Arc::new(|_| ()),
        }
    }

    /// Other contracts: the creation code of a `Genesis`, without its arguments.
    #[must_use]
    pub fn genesis(self, genesis: Bytes) -> Self {
        Self { genesis, ..self }
    }

    /// Another rewards distributor: its creation code, without its arguments.
    #[must_use]
    pub fn distributor(self, distributor: Bytes) -> Self {
        Self { distributor, ..self }
    }

    /// What all chances follow from.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// How many actions, at most.
    #[must_use]
    pub fn actions(self, actions: u64) -> Self {
        Self { actions, ..self }
    }

    /// On how many threads. The result is the same.
    #[must_use]
    pub fn jobs(self, jobs: NonZero<usize>) -> Self {
        Self { jobs, ..self }
    }

    /// How many actions a history has, at least 1.
    #[must_use]
    pub fn length(self, length: u64) -> Self {
        Self { length: length.max(1), ..self }
    }

    /// Whether a failing history is made smaller, which may take some seconds.
    #[must_use]
    pub fn shrinks(self, shrinks: bool) -> Self {
        Self { shrinks, ..self }
    }

    /// Asks something more after each action, also after a refused one: an invariant of one's own. An error is a
    /// complaint in words. What the check remembers it remembers within one history: each begins with a clone.
    #[must_use]
    pub fn invariant(
        mut self,
        name: impl Into<String>,
        check: impl FnMut(&mut Step<'_>) -> std::result::Result<(), String>
        + Clone
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let make = move || -> Check { Box::new(check.clone()) };
        self.checks.push(Named { name: name.into(), make: Arc::new(make) });
        self
    }

    /// Is told now and then how far it is.
    #[must_use]
    pub fn progress(self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { tell: Arc::new(tell), ..self }
    }

    /// Runs it. It ends with the first history in which chain and model disagree.
    ///
    /// # Errors
    /// Where the contracts cannot be deployed, or the EVM fails.
    pub fn run(&self) -> Result<Report> {
        let world = World::new()?;
        let histories = self.actions.div_ceil(self.length);
        let (next, stop) = (AtomicU64::new(0), AtomicU64::new(histories));
        let (sender, receiver) = mpsc::sync_channel(64);
        let work = |sender: mpsc::SyncSender<Result<Played>>| {
            let start = match self.begin(&world) {
                Ok(start) => start,
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let history = next.fetch_add(1, Ordering::Relaxed);
                if history >= stop.load(Ordering::Relaxed) {
                    return;
                }
                let played = self.play(&world, &start, history);
                if played.as_ref().is_ok_and(|played| played.failed.is_some()) {
                    // Those before it are still of interest: the first failure counts.
                    stop.fetch_min(history, Ordering::Relaxed);
                }
                if sender.send(played).is_err() {
                    return;
                }
            }
        };
        let (tally, failed) = thread::scope(|scope| {
            for _ in 0..self.jobs.get() {
                let sender = sender.clone();
                scope.spawn(|| work(sender));
            }
            drop(sender);
            self.collect(receiver)
        })?;
        let Some((history, (actions, disagreement))) = failed else {
            return Ok(Report { tally, failure: None });
        };
        let (after, length) = (tally.actions(), actions.len());
        let (actions, disagreement) = self.shrunk(&world, actions, disagreement)?;
        let failure = Failure { history, after, length, actions, disagreement };
        Ok(Report { tally, failure: Some(failure) })
    }

    /// Puts the histories in order, until the first that failed.
    fn collect(
        &self,
        receiver: mpsc::Receiver<Result<Played>>,
    ) -> Result<(Tally, Option<(u64, Failed)>)> {
        let mut tally = Tally::default();
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for played in receiver {
            let played = played?;
            waiting.insert(played.history, played);
            while let Some(played) = waiting.remove(&next) {
                tally.add(&played.tally);
                if let Some(failed) = played.failed {
                    return Ok((tally, Some((next, failed))));
                }
                next += 1;
            }
            let (actions, branches) = (tally.actions(), tally.branches().reached().count());
            self.tell(Progress::Hunting { actions, branches });
        }
        Ok((tally, None))
    }

    fn play(&self, world: &World, start: &Duel, history: u64) -> Result<Played> {
        let length = self.length.min(self.actions - history * self.length);
        let mut rng = Rng::of(self.seed, history);
        let genes = (0..length).map(|_| Gene::random(&mut rng)).collect::<Vec<_>>();
        let (tally, failed) = self.play_genes(world, start, &genes, None)?;
        Ok(Played { history, tally, failed })
    }

    /// Plays what genes say, until chain and model disagree.
    pub(crate) fn play_genes(
        &self,
        world: &World,
        start: &Duel,
        genes: &[Gene],
        mut features: Option<&mut Features>,
    ) -> Result<(Tally, Option<Failed>)> {
        let mut duel = self.prepared(start);
        if genes.first().is_some_and(|gene| gene.picks[0].is_multiple_of(EXACT_EVERY)) {
            duel.follow_exactly();
        }
        let mut chooser = Chooser::new(world);
        let mut tally = Tally::default();
        let mut actions = Vec::with_capacity(genes.len());
        let mut found = None;
        for gene in genes {
            let action = chooser.choose(duel.model(), *gene);
            let verdict = duel.act(&action)?;
            tally.count(&action, &verdict.outcome);
            if let Some(features) = &mut features {
                features.note(&action, &verdict.outcome, duel.model());
            }
            actions.push(action);
            found = verdict.disagreement;
            if found.is_some() {
                break;
            }
        }
        if found.is_none() {
            found = duel.finish()?;
        }
        tally.end(duel.model());
        Ok((tally, found.map(|disagreement| (actions, disagreement))))
    }

    /// Both sides before anything happened.
    pub(crate) fn begin(&self, world: &World) -> Result<Duel> {
        Duel::new(world, &self.genesis, &self.distributor)
    }

    fn prepared(&self, start: &Duel) -> Duel {
        let mut duel = start.fork();
        for Named { name, make } in &self.checks {
            duel.check(name, make());
        }
        duel
    }

    /// Plays a history until chain and model disagree, and tells each step. Returns how many actions it took, and what
    /// they disagree about.
    ///
    /// # Errors
    /// Where the contracts cannot be deployed, the EVM fails, or `tell` does.
    pub fn replay<E: From<crate::Error>>(
        &self,
        actions: &[Action],
        tell: impl FnMut(Replayed<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<Option<(usize, Disagreement)>, E> {
        let start = self.begin(&World::new()?)?;
        self.follow(&start, actions, tell)
    }

    pub(crate) fn tell(&self, progress: Progress) {
        (self.tell)(progress);
    }

    fn follow<E: From<crate::Error>>(
        &self,
        start: &Duel,
        actions: &[Action],
        mut tell: impl FnMut(Replayed<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<Option<(usize, Disagreement)>, E> {
        let mut duel = self.prepared(start);
        duel.follow_exactly();
        for (place, action) in (1..).zip(actions) {
            let Verdict { outcome, disagreement } = duel.act(action)?;
            tell(Replayed { place, action, outcome: &outcome, model: duel.model() })?;
            if let Some(disagreement) = disagreement {
                return Ok(Some((place, disagreement)));
            }
        }
        Ok(duel.finish()?.map(|disagreement| (actions.len(), disagreement)))
    }

    fn retry(&self, start: &Duel, actions: &[Action]) -> Result<Option<(usize, Disagreement)>> {
        self.follow(start, actions, |_| Ok(()))
    }

    pub(crate) fn shrunk(
        &self,
        world: &World,
        mut actions: Vec<Action>,
        mut disagreement: Disagreement,
    ) -> Result<(Vec<Action>, Disagreement)> {
        if !self.shrinks {
            return Ok((actions, disagreement));
        }
        let start = self.begin(world)?;
        let kind = disagreement.kind();
        let fails = |actions: &[Action]| {
            // What the EVM cannot run shows nothing.
            let found = self.retry(&start, actions).ok().flatten();
            found.is_some_and(|(_, disagreement)| disagreement.kind() == kind)
        };
        let tell =
            |at: crate::shrink::Progress| self.tell(Progress::Shrinking { actions: at.actions });
        actions = shrink(&actions, fails, tell);
        if let Some((length, found)) = self.retry(&start, &actions)? {
            actions.truncate(length);
            disagreement = found;
        }
        Ok((actions, disagreement))
    }
}
