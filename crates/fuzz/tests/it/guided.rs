//! Campaigns guided by coverage, with a folder of kept histories.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use palisade_fuzz::{Fuzz, Progress, Step};
use palisade_model::ActionKind;

use crate::{assert_agreed, campaign, found, jobs};

/// The kept files with what is in them, by name.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().into(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn hunt() -> Fuzz {
    campaign(1, 8_000).length(50)
}

/// Nobody ever proposes a slash, which takes a set, a member and an allocation in force.
fn peaceful() -> Fuzz {
    let check = |step: &mut Step<'_>| match (step.action.kind(), step.outcome) {
        (ActionKind::ProposeSlash, Ok(outcome)) => Err(format!("{outcome:?}")),
        _ => Ok(()),
    };
    hunt().invariant("peace", check)
}

#[test]
fn keep_what_is_new_and_begin_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let report = hunt().guided(folder.path()).unwrap();
    assert_agreed(1, &report);
    let kept = files(folder.path());
    assert!(kept.len() >= 10, "{} files", kept.len());

    // Again, for no more than what is kept: nothing of it is lost, and it reaches as much.
    let reached = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&reached);
    let again = campaign(2, 1).progress(move |progress| {
        if let Progress::Hunting { actions, branches } = progress {
            keep.lock().unwrap().push((actions, branches));
        }
    });
    let again = again.guided(folder.path()).unwrap();
    assert_agreed(2, &again);
    let first = reached.lock().unwrap()[0];
    assert_eq!(first.0, again.tally.actions());
    let length = |text: &str| serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap().len();
    // A round is 64 histories.
    let lengths = kept.iter().take(64).map(|(_, text)| length(text) as u64);
    assert_eq!(first.0, lengths.sum::<u64>());
    assert_eq!(files(folder.path()), kept);
}

#[test]
fn find_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let failure = peaceful().guided(folder.path()).unwrap().failure.unwrap();
    assert_eq!(failure.disagreement.kind(), "invariant");
    assert!(failure.actions.len() <= 10, "{:?}", failure.actions);
    let replayed = peaceful().replay(&failure.actions, |_| Ok::<(), palisade_fuzz::Error>(()));
    assert_eq!(replayed.unwrap(), Some((failure.actions.len(), failure.disagreement)));
}

#[test]
fn give_the_same_on_any_number_of_threads() {
    let run = |fuzz: Fuzz, count| {
        let folder = tempfile::tempdir().unwrap();
        let report = fuzz.shrinks(false).jobs(jobs(count)).guided(folder.path()).unwrap();
        (found(&report), report.tally, files(folder.path()))
    };
    for make in [hunt, peaceful] {
        let one = run(make(), 1);
        for count in [2, 3] {
            assert!(run(make(), count) == one, "{count} threads");
        }
    }
}

#[test]
fn name_a_kept_file_that_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("0123456789abcdef.json");
    fs::write(&broken, "[{\"kind\":1}]").unwrap();
    let told = hunt().guided(folder.path()).unwrap_err().to_string();
    assert!(told.starts_with(broken.to_str().unwrap()), "{told}");
    assert!(told.contains("no kept history of this version: missing field `picks`"), "{told}");
    assert!(!told.contains('\n'), "{told}");

    let none = broken.join("none");
    let told = hunt().guided(&none).unwrap_err().to_string();
    assert!(told.starts_with(none.to_str().unwrap()), "{told}");
}
