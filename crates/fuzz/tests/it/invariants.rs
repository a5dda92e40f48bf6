//! An invariant of one's own.

use palisade_fuzz::{Disagreement, Error, Fuzz, History, Step};
use palisade_model::Model;

use crate::{campaign, found, jobs};

const MOST: u128 = 100_000_000_000_000_000_000;

/// No pool holds more than 10^20, which stakers break soon.
fn small_pools(step: &mut Step<'_>) -> Result<(), String> {
    let holds = |model: &Model| {
        model.pools().map(|(operator, token)| model.pool(operator, token).assets).max()
    };
    match holds(step.model) {
        Some(most) if most > MOST => Err(format!("a pool holds {most}")),
        _ => Ok(()),
    }
}

fn hunt() -> Fuzz {
    campaign(1, 20_000).invariant("small pools", small_pools)
}

#[test]
fn that_fails_is_found_and_made_small() {
    let failure = hunt().run().unwrap().failure.unwrap();
    assert_eq!(failure.disagreement.kind(), "invariant");
    let told = failure.disagreement.to_string();
    assert!(told.starts_with("small pools: a pool holds "), "{told}");
    // An operator registers, opens, an epoch passes, and somebody deposits; or somebody deposits to nobody.
    assert!(failure.actions.len() <= 4, "{:?}", failure.actions);
    assert!(failure.length > failure.actions.len());
    assert!(failure.after >= failure.length as u64);
}

#[test]
fn that_fails_replays_from_its_file_step_by_step() {
    let failure = hunt().run().unwrap().failure.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    failure.to_history(1).write(file.path()).unwrap();
    let history = History::read(file.path()).unwrap();
    assert_eq!(history.actions, failure.actions);
    assert_eq!((history.seed, history.history), (Some(1), Some(failure.history)));
    let written = history.disagreement.unwrap();
    assert_eq!(written.step + 1, failure.actions.len());
    assert_eq!((&*written.kind, written.text), ("invariant", failure.disagreement.to_string()));

    let mut told = Vec::new();
    let replayed = hunt().replay(&history.actions, |step| {
        told.push((step.place, step.action.clone(), step.outcome.is_ok(), step.to_string()));
        Ok::<(), Error>(())
    });
    let length = failure.actions.len();
    assert_eq!(replayed.unwrap(), Some((length, failure.disagreement)));
    for (place, (told, action)) in (1..).zip(told.iter().zip(&failure.actions)) {
        assert_eq!((told.0, &told.1, told.2), (place, action, true));
        assert!(told.3.lines().nth(2).unwrap().starts_with("epoch "), "{}", told.3);
    }
    assert_eq!(told.len(), length);

    // The contracts themselves are as they should be.
    let agreed = Fuzz::new().replay(&history.actions, |_| Ok::<(), Error>(()));
    assert_eq!(agreed.unwrap(), None);
}

#[test]
fn that_fails_fails_alike_on_any_number_of_threads() {
    let run = |count| hunt().length(100).shrinks(false).jobs(jobs(count)).run().unwrap();
    let one = run(1);
    assert!(found(&one).is_some());
    for count in [1, 2, 3] {
        let other = run(count);
        assert_eq!(found(&other), found(&one), "{count} threads");
        assert_eq!(other.tally, one.tally, "{count} threads");
    }
}

#[test]
fn that_keeps_what_it_has_seen_begins_anew_with_each_history() {
    let mut seen = 0;
    let check = move |_: &mut Step<'_>| {
        seen += 1;
        if seen > 100 { Err(format!("{seen} actions")) } else { Ok(()) }
    };
    let hunt = |length| campaign(1, 1_000).length(length).shrinks(false).invariant("short", check);
    assert!(hunt(100).run().unwrap().failure.is_none());
    let failure = hunt(101).run().unwrap().failure.unwrap();
    let complaint = "101 actions".to_owned();
    let expected = Disagreement::Invariant { name: "short".to_owned(), complaint };
    assert_eq!((failure.history, failure.after, failure.disagreement), (0, 101, expected));
}

#[test]
fn may_ask_the_chain() {
    let check = |step: &mut Step<'_>| {
        let call = palisade_bindings::StakeVault::currentEpochCall {};
        let epoch = step.view(step.world.vault, &call)?;
        let expected = step.model.epoch().0;
        if epoch == alloy::primitives::U256::from(expected) {
            Ok(())
        } else {
            Err(format!("epoch {epoch}, not {expected}"))
        }
    };
    let report = campaign(3, 2_000).invariant("epochs", check).run().unwrap();
    assert_eq!(found(&report), None);
}
