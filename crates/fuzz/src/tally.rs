//! What was tried, and what came of it.

use std::collections::BTreeMap;

use palisade_model::{Action, ActionKind, Branches, Model, ModelError, Outcome};

/// Counts of actions, of branches of the model, and of reasons to refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    kinds: BTreeMap<ActionKind, Attempts>,
    reasons: BTreeMap<&'static str, u64>,
    branches: Branches,
}

/// How often a kind of action was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Attempts {
    /// How often in all.
    pub tried: u64,
    /// How often both sides carried it out.
    pub accepted: u64,
}

impl Tally {
    /// All actions.
    #[must_use]
    pub fn actions(&self) -> u64 {
        self.kinds.values().map(|attempts| attempts.tried).sum()
    }

    /// All actions that both sides carried out.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.kinds.values().map(|attempts| attempts.accepted).sum()
    }

    /// By kind of action; every kind is there.
    pub fn kinds(&self) -> impl Iterator<Item = (ActionKind, Attempts)> {
        let attempts = |kind| self.kinds.get(kind).copied().unwrap_or_default();
        ActionKind::ALL.iter().map(move |kind| (*kind, attempts(kind)))
    }

    /// By the model's reason to refuse; every reason is there.
    pub fn reasons(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let times = |name| self.reasons.get(name).copied().unwrap_or_default();
        ModelError::NAMES.iter().map(move |name| (*name, times(name)))
    }

    /// Which ways the accepted actions went in the model.
    #[must_use]
    pub const fn branches(&self) -> &Branches {
        &self.branches
    }

    pub(crate) fn count(
        &mut self,
        action: &Action,
        outcome: &std::result::Result<Outcome, ModelError>,
    ) {
        let attempts = self.kinds.entry(action.kind()).or_default();
        attempts.tried += 1;
        match outcome {
            Ok(_) => attempts.accepted += 1,
            Err(error) => *self.reasons.entry(error.name()).or_default() += 1,
        }
    }

    /// At the end of a history.
    pub(crate) fn end(&mut self, model: &Model) {
        self.branches.add(model.branches());
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (kind, more) in &other.kinds {
            let attempts = self.kinds.entry(*kind).or_default();
            attempts.tried += more.tried;
            attempts.accepted += more.accepted;
        }
        for (reason, times) in &other.reasons {
            *self.reasons.entry(reason).or_default() += times;
        }
        self.branches.add(&other.branches);
    }
}
