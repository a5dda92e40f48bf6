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
    dbg: BTreeMap<&'static str, usize>,
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
            if rng.below(20) == 0 {
                let all: Vec<_> = model.written_allocations_from(Default::default()).collect();
                *self.dbg.entry("samples").or_default() += 1;
                *self.dbg.entry("sets").or_default() += chooser.sets.len();
                *self.dbg.entry("members").or_default() +=
                    model.members_from(Default::default()).count();
                *self.dbg.entry("exits").or_default() += model.exits().count();
                *self.dbg.entry("positions").or_default() += model.positions().count();
                *self.dbg.entry("entries").or_default() += all.len();
                *self.dbg.entry("counted").or_default() +=
                    all.iter().filter(|a| a.1.side().0 > 0).count();
                *self.dbg.entry("in force").or_default() += all
                    .iter()
                    .filter(|((a, b, c), _)| model.allocation(*a, *b, *c).current.0 > 0)
                    .count();
                *self.dbg.entry("raises").or_default() += all
                    .iter()
                    .filter(|((a, b, c), _)| {
                        let x = model.allocation(*a, *b, *c);
                        x.current < x.next
                    })
                    .count();
                *self.dbg.entry("lowerings").or_default() += all
                    .iter()
                    .filter(|((a, b, c), _)| {
                        let x = model.allocation(*a, *b, *c);
                        x.current > x.next
                    })
                    .count();
                *self.dbg.entry("slashable").or_default() += all
                    .iter()
                    .filter(|((a, b, c), _)| model.slashable(*a, *b, *c).total() > 0)
                    .count();
                *self.dbg.entry("staked pools").or_default() += chooser
                    .operators
                    .iter()
                    .flat_map(|o| chooser.tokens.map(|t| (*o, t)))
                    .filter(|(o, t)| model.pool(*o, *t).assets > 0)
                    .count();
                *self.dbg.entry("admitting").or_default() += chooser
                    .operators
                    .iter()
                    .filter(|o| model.operator(**o).unwrap().admits_from.is_some())
                    .count();
                *self.dbg.entry("gated").or_default() += chooser
                    .operators
                    .iter()
                    .filter(|o| model.operator(**o).unwrap().approver.is_some())
                    .count();
                *self.dbg.entry("proposals").or_default() += model
                    .written_proposals_from(Default::default())
                    .filter(|((a, b, c), _)| model.proposal(*a, *b, *c).is_some())
                    .count();
                for (o, t) in (0..chooser.registered)
                    .map(super::operator)
                    .flat_map(|o| chooser.tokens.map(|t| (o, t)))
                {
                    let p = model.pool(o, t);
                    if p.shares > p.assets * 4096 {
                        *self.dbg.entry("worn").or_default() += 1;
                        if model.budget(o, t).committed.0 == 0 {
                            *self.dbg.entry("worn free").or_default() += 1;
                            continue;
                        }
                        let mine: Vec<_> = all
                            .iter()
                            .filter(|((_, b, c), w)| *b == o && *c == t && w.side().0 > 0)
                            .collect();
                        if mine.iter().any(|((a, b, c), w)| model.allocation(*a, *b, *c) != *w) {
                            *self.dbg.entry("worn due").or_default() += 1;
                        } else if mine.iter().any(|((a, b, c), _)| {
                            let x = model.allocation(*a, *b, *c);
                            x.next >= x.current
                        }) {
                            *self.dbg.entry("worn held").or_default() += 1;
                        } else {
                            *self.dbg.entry("worn waits").or_default() += 1;
                        }
                    }
                }
                *self.dbg.entry("credits").or_default() +=
                    model.credits_from(Default::default()).count();
            }
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
    for (k, v) in &tally.dbg {
        print!("{k} {:.2}; ", *v as f64 / tally.dbg["samples"] as f64);
    }
    println!();
    println!("missed branches: {:?}", tally.branches.missed().collect::<Vec<_>>());
    let rare: Vec<_> = tally.branches.iter().filter(|(_, times)| (1..50).contains(times)).collect();
    println!("rare branches: {rare:?}");
    println!("missed reasons: {:?}", tally.missed_reasons());
}
