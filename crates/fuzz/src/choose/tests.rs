//! What the chosen histories are like, against the model alone.

use std::collections::BTreeMap;

use palisade_model::{Action, ActionKind, Branch, Branches, Model, ModelError};

use crate::{Chooser, Gene, Rng, World};

const LENGTH: usize = 1_000;

/// What happened in some histories.
#[derive(Default)]
struct Tally {
    /// Of each kind, how many were tried, and how many were accepted.
    kinds: BTreeMap<ActionKind, (usize, usize)>,
    reasons: BTreeMap<(ActionKind, &'static str), usize>,
    branches: Branches,
    epochs: u32,
}

impl Tally {
    fn of(seed: u64, histories: u64) -> Self {
        let mut tally = Self::default();
        for history in 0..histories {
            tally.add(&mut Rng::of(seed, history));
        }
        tally
    }

    fn add(&mut self, rng: &mut Rng) {
        let world = World::new().unwrap();
        let (mut model, mut chooser) = (world.model().unwrap(), Chooser::new(&world));
        for _ in 0..LENGTH {
            let action = chooser.choose(&model, Gene::random(rng));
            let (tried, accepted) = self.kinds.entry(action.kind()).or_default();
            *tried += 1;
            match model.apply(&action) {
                Ok(_) => *accepted += 1,
                Err(error) => {
                    *self.reasons.entry((action.kind(), error.name())).or_default() += 1;
                }
            }
        }
        self.epochs += model.epoch().0;
        self.branches.add(model.branches());
    }

    fn tried(&self) -> usize {
        self.kinds.values().map(|(tried, _)| tried).sum()
    }

    fn accepted(&self) -> usize {
        self.kinds.values().map(|(_, accepted)| accepted).sum()
    }

    fn missed_reasons(&self) -> Vec<&'static str> {
        let reached = |name| self.reasons.keys().any(|(_, reason)| *reason == name);
        ModelError::NAMES.iter().copied().filter(|name| !reached(*name)).collect()
    }
}

#[test]
#[ignore = "prints a table"]
fn table() {
    let tally = Tally::of(1, 200);
    let all = tally.tried();
    println!("{all} tried, {} accepted, {} epochs", tally.accepted(), tally.epochs);
    for (kind, (tried, accepted)) in &tally.kinds {
        let share = 100.0 * *tried as f64 / all as f64;
        let success = 100.0 * *accepted as f64 / *tried as f64;
        let mut reasons: Vec<_> = tally.reasons.iter().filter(|((of, _), _)| of == kind).collect();
        reasons.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let reasons: Vec<_> = reasons
            .iter()
            .map(|((_, name), times)| format!("{name} {}", 100 * *times / tried))
            .collect();
        println!("{:20} {share:5.2} {success:5.1}  {}", kind.name(), reasons.join(", "));
    }
    println!("missed branches: {:?}", tally.branches.missed().collect::<Vec<_>>());
    let rare: Vec<_> = tally.branches.iter().filter(|(_, times)| (1..50).contains(times)).collect();
    println!("rare branches: {rare:?}");
    println!("missed reasons: {:?}", tally.missed_reasons());
}
