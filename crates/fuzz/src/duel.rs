//! Model and chain, action by action.

use std::fmt;

use alloy::{
    primitives::{Address, Bytes, Log},
    sol_types::SolCall,
};
use palisade_bindings::Refusal;
use palisade_model::{Action, Exact, Model, ModelError, Outcome, Watch};

use crate::{
    Disagreement, Result,
    calls::call,
    chain::{Chain, Executed},
    expect::{Before, Expected, expected},
    reasons,
    views::{self, Extent},
    words::Words,
    world::World,
};

/// How many actions lie between two comparisons of the views.
const VIEWS_EVERY: u64 = 256;

/// A moment of a history: what was done last, and both sides after it.
#[derive(Debug)]
pub struct Step<'a> {
    /// What was done.
    pub action: &'a Action,
    /// What the model says came of it.
    pub outcome: &'a std::result::Result<Outcome, ModelError>,
    /// The model after it.
    pub model: &'a Model,
    /// The chain after it, to be asked through its views.
    pub chain: &'a mut Chain,
    /// Where everything stands.
    pub world: &'a World,
}

impl Step<'_> {
    /// Asks a view of the chain. It takes addresses and ids as the chain has them, which [`world`](crate::world) makes
    /// of the model's.
    ///
    /// # Errors
    /// A complaint that names the view, where it reverts.
    pub fn view<C: SolCall>(
        &mut self,
        contract: Address,
        call: &C,
    ) -> std::result::Result<C::Return, String> {
        let answer = self.chain.view(contract, call).map_err(|error| error.to_string())?;
        answer.map_err(|data| format!("{} reverts: {}", C::SIGNATURE, Refusal::decode(&data)))
    }
}

/// What is asked after each action, besides what is always asked; an error is a complaint in words.
pub type Check = Box<dyn FnMut(&mut Step<'_>) -> std::result::Result<(), String> + Send>;

/// Two opinions of one history.
pub struct Duel {
    world: World,
    chain: Chain,
    model: Model,
    words: Words,
    watch: Watch,
    exact: Option<Exact>,
    checks: Vec<(String, Check)>,
    steps: u64,
}

impl fmt::Debug for Duel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duel").field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl Duel {
    /// Both sides before anything happened.
    ///
    /// # Errors
    /// Where the contracts cannot be deployed, or log something else than they should when they are.
    pub fn new(world: &World, genesis: &[u8], distributor: &[u8]) -> Result<Self> {
        let chain = Chain::new(world, genesis, distributor)?;
        let model = world.model()?;
        let watch = Watch::new(&model);
        let mut duel = Self {
            world: world.clone(),
            chain,
            model,
            words: Words::new(world),
            watch,
            exact: None,
            checks: Vec::new(),
            steps: 0,
        };
        let birth = duel.chain.birth().to_vec();
        let now = duel.model.clock().now();
        if let Some(disagreement) = duel.words.follow(&mut duel.chain, now, &birth, &[])? {
            return Err(crate::Error::Deployment(disagreement.to_string()));
        }
        Ok(duel)
    }

    /// The same moment again, without the checks of one's own.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            world: self.world.clone(),
            chain: self.chain.clone(),
            model: self.model.clone(),
            words: self.words.clone(),
            watch: self.watch.clone(),
            exact: None,
            checks: Vec::new(),
            steps: self.steps,
        }
    }

    /// Asks something more after each action.
    pub fn check(&mut self, name: impl Into<String>, check: Check) {
        self.checks.push((name.into(), check));
    }

    /// Follows everything with fractions too, and judges how far the integers stray from them. It takes its time.
    pub fn follow_exactly(&mut self) {
        self.exact = Some(Exact::new(&self.model));
    }

    /// The model's state.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// Carries an action out on both sides, and compares: what is returned, logged and refused, each word that was
    /// written, what the promises say, and every so many actions the views.
    ///
    /// # Errors
    /// Where the EVM fails; that is no disagreement.
    pub fn act(&mut self, action: &Action) -> Result<Verdict> {
        let before = Before::new(&self.model, action);
        let outcome = self.model.apply(action);
        let disagreement = self.judge(action, before, &outcome)?;
        Ok(Verdict { outcome, disagreement })
    }

    fn judge(
        &mut self,
        action: &Action,
        before: Before,
        outcome: &std::result::Result<Outcome, ModelError>,
    ) -> Result<Option<Disagreement>> {
        if let Some(sent) = call(&self.world, action) {
            let executed = self.chain.execute(&sent)?;
            let disagreement = self.compare(action, before, outcome, &executed)?;
            if disagreement.is_some() {
                return Ok(disagreement);
            }
        } else {
            self.chain.set_time(self.model.clock().now());
        }
        if let Err(broken) = self.watch.observe(&self.model, action, outcome) {
            return Ok(Some(Disagreement::Promise(broken.to_string())));
        }
        if let Some(exact) = &mut self.exact
            && let Err(strayed) = exact.observe(&self.model, action, outcome)
        {
            return Ok(Some(Disagreement::Promise(strayed.to_string())));
        }
        for (name, check) in &mut self.checks {
            let Self { chain, model, world, .. } = self;
            if let Err(complaint) = check(&mut Step { action, outcome, model, chain, world }) {
                return Ok(Some(Disagreement::Invariant { name: name.clone(), complaint }));
            }
        }
        self.steps += 1;
        if self.steps.is_multiple_of(VIEWS_EVERY) {
            let turn = self.steps / VIEWS_EVERY;
            return views::compare(&mut self.chain, &self.world, &self.model, Extent::Turn(turn));
        }
        Ok(None)
    }

    /// Compares everything there is: every view and every word.
    ///
    /// # Errors
    /// Where the EVM fails.
    pub fn finish(&mut self) -> Result<Option<Disagreement>> {
        let words = self.words.compare_all(&mut self.chain)?;
        if words.is_some() {
            return Ok(words);
        }
        views::compare(&mut self.chain, &self.world, &self.model, Extent::All)
    }

    fn compare(
        &mut self,
        action: &Action,
        before: Before,
        outcome: &std::result::Result<Outcome, ModelError>,
        executed: &Executed,
    ) -> Result<Option<Disagreement>> {
        match (outcome, &executed.output) {
            (Ok(outcome), Ok(returned)) => {
                let expected = expected(&self.world, before, &self.model, action, outcome);
                if let Some(disagreement) = compare_output(&expected, returned, &executed.logs) {
                    return Ok(Some(disagreement));
                }
                let now = self.model.clock().now();
                self.words.follow(&mut self.chain, now, &expected.logs, &executed.writes)
            }
            (Ok(_), Err(data)) => {
                let reason = told(executed, &Refusal::decode(data));
                Ok(Some(Disagreement::Refused { reason }))
            }
            (Err(reason), Ok(_)) => Ok(Some(Disagreement::Accepted { reason: reason.to_string() })),
            (Err(reason), Err(data)) => {
                let refusal = Refusal::decode(data);
                if reasons::applies(&self.world, &self.model, action, &refusal) {
                    return Ok(None);
                }
                let (chain, model) = (told(executed, &refusal), reason.to_string());
                Ok(Some(Disagreement::Reason { chain, model, data: data.clone() }))
            }
        }
    }
}

/// What came of an action.
#[derive(Debug)]
pub struct Verdict {
    /// What the model says.
    pub outcome: std::result::Result<Outcome, ModelError>,
    /// Where chain and model disagree.
    pub disagreement: Option<Disagreement>,
}

/// Why the chain refuses, in words. A call that was halted has no data, which applies to nothing.
fn told(executed: &Executed, refusal: &Refusal) -> String {
    match &executed.halted {
        Some(why) => format!("halted: {why}"),
        None => refusal.to_string(),
    }
}

fn compare_output(expected: &Expected, returned: &Bytes, logs: &[Log]) -> Option<Disagreement> {
    if expected.returned != *returned {
        let (expected, found) = (expected.returned.clone(), returned.clone());
        return Some(Disagreement::Returned { expected, found });
    }
    let longer = expected.logs.len().max(logs.len());
    let place = (0..longer).find(|place| expected.logs.get(*place) != logs.get(*place))?;
    let (expected, found) = (expected.logs.get(place).cloned(), logs.get(place).cloned());
    Some(Disagreement::Log { place, expected, found })
}
