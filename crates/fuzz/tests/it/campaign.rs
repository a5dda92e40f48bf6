//! The shipped contracts agree with the model; the result of a campaign is that of its seed.

use palisade_fuzz::{Branch, Report};

use crate::{assert_agreed, campaign, jobs};

/// 60,000 actions without a disagreement, of which both sides carry at least half out.
fn agrees(seed: u64) {
    hunted(seed, 60_000);
}

fn hunted(seed: u64, actions: u64) -> Report {
    let report = campaign(seed, actions).run().unwrap();
    assert_agreed(seed, &report);
    let tally = &report.tally;
    assert_eq!(tally.actions(), actions);
    assert!(2 * tally.accepted() >= actions, "{} of {actions} accepted", tally.accepted());
    report
}

#[test]
fn agree_on_seed_1() {
    agrees(1);
}

#[test]
fn agree_on_seed_2() {
    agrees(2);
}

#[test]
fn agree_on_seed_3() {
    agrees(3);
}

#[test]
fn agree_on_seed_4() {
    agrees(4);
}

/// Every kind of action is at least 2 % of those tried and is accepted, and nearly every branch of the model is taken.
#[test]
fn a_campaign_goes_everywhere() {
    let actions = 100_000;
    let tally = hunted(5, actions).tally;
    for (kind, attempts) in tally.kinds() {
        assert!(50 * attempts.tried >= actions, "{} is tried {attempts:?}", kind.name());
        assert!(attempts.accepted > 0, "{} is never accepted", kind.name());
    }
    let missed: Vec<_> = tally.branches().missed().map(Branch::name).collect();
    assert!(missed.len() <= 2, "branches that no history took: {missed:?}");
}

#[test]
fn the_result_is_that_of_the_seed() {
    let run = |seed, count| {
        let report = campaign(seed, 6_500).length(500).jobs(jobs(count)).run().unwrap();
        assert_agreed(seed, &report);
        report.tally
    };
    let one = run(6, 1);
    assert_eq!(one.actions(), 6_500);
    for count in [1, 2, 3] {
        assert_eq!(run(6, count), one, "{count} threads");
    }
    assert_ne!(run(7, 1), one);
}
