//! P5 at its edges: the life of a proposal.

use super::*;

const KEY: (OperatorSetId, Operator, Strategy) = (COURT, NORTH, TOKEN);

const fn cancel(by: Account) -> Action {
    Action::CancelSlash { by, set: COURT, operator: NORTH, strategy: TOKEN }
}

const fn execute() -> Action {
    Action::ExecuteSlash { by: ALICE, set: COURT, operator: NORTH, strategy: TOKEN }
}

fn fault(found: Option<Broken>) -> &'static str {
    match found {
        None => "none",
        Some(Broken::Proposal { fault, .. } | Broken::Generation { fault, .. }) => fault,
        Some(other) => panic!("{other:?}"),
    }
}

/// What the watch says of the action after it was done to `model`.
fn judged(watch: &mut Watch, model: &mut Model, action: &Action) -> &'static str {
    let outcome = model.apply(action);
    assert!(outcome.is_ok(), "{action:?}: {outcome:?}");
    fault(watch.observe(model, action, &outcome).err())
}

/// A watch that saw the proposal made in epoch 2, or that begins right after; at this time.
fn proposed(time: u64, seen: bool) -> Result<(Model, Watch)> {
    let mut model = world()?;
    let mut watch = Watch::new(&model);
    assert_eq!(judged(&mut watch, &mut model, &propose()), "none");
    if !seen {
        watch = Watch::new(&model);
    }
    if time > 100 {
        let wait = Action::AdvanceTo { timestamp: time };
        assert_eq!(judged(&mut watch, &mut model, &wait), "none");
    }
    Ok((model, watch))
}

#[test]
fn p5_executed_from_the_end_of_its_window_until_it_lapses() -> Result<()> {
    for seen in [true, false] {
        for (time, due) in [
            (139, "was executed within its window"),
            (140, "none"),
            (200, "none"),
            (299, "none"),
            (300, "had lapsed"),
        ] {
            let (mut model, mut watch) = proposed(time, seen)?;
            let mut willing = model.clone();
            willing.allocations.proposals.entry(KEY).and_modify(|proposal| {
                (proposal.executable_from, proposal.lapses_at) = (0, u64::MAX);
            });
            let found = judged(&mut watch, &mut willing, &execute());
            assert_eq!(found, due, "at {time}, seen: {seen}");
            assert_eq!(model.apply(&execute()).is_ok(), due == "none");
        }
    }
    Ok(())
}

#[test]
fn p5_cancelled_by_the_resolver_within_its_window_only() -> Result<()> {
    for (time, in_time) in [(139, true), (140, false)] {
        for by in [WARDEN, SLASHER] {
            let (mut model, mut watch) = proposed(time, true)?;
            let outcome = model.apply(&cancel(SLASHER));
            let found = fault(watch.observe(&model, &cancel(by), &outcome).err());
            let late = "was cancelled after its window by the resolver";
            assert_eq!(found, if in_time || by == SLASHER { "none" } else { late });
        }
    }
    let (model, mut watch) = proposed(100, true)?;
    let found = watch.observe(&model, &cancel(SLASHER), &Ok(Outcome::Done)).err();
    assert_eq!(fault(found), "outlived its cancellation");
    let model = world()?;
    let found = Watch::new(&model).observe(&model, &cancel(SLASHER), &Ok(Outcome::Done)).err();
    assert_eq!(fault(found), "that was never made was cancelled");
    Ok(())
}

#[test]
fn p5_made_while_another_lives() -> Result<()> {
    let again = "was made while another lived";
    for (time, due) in [(100, again), (299, again), (300, "none")] {
        let (mut model, mut watch) = proposed(time, true)?;
        model.allocations.proposals.clear();
        assert_eq!(judged(&mut watch, &mut model, &propose()), due, "at {time}");
    }
    Ok(())
}

#[test]
fn p5_made_as_reported_and_freezing_nothing() -> Result<()> {
    let found = caught(&world()?, &propose(), |model, _| model.allocations.proposals.clear());
    assert_eq!(fault(found), "is not the one that was reported");
    let found = caught(&world()?, &propose(), |model, _| {
        model.allocations.entries.entry(KEY).and_modify(|entry| entry.current.0 -= 1);
    });
    assert_eq!(fault(found), "changed the allocation");
    Ok(())
}

#[test]
fn p5_executed_as_the_pool_shows() -> Result<()> {
    for (until, due) in [
        (Some(3), "none"),
        (Some(2), "was executed that the pool did not show"),
        (None, "was executed that the pool did not show"),
    ] {
        let (mut model, _) = proposed(140, true)?;
        model.allocations.contested.clear();
        model.allocations.contested.extend(until.map(|until| (POOL, Epoch(until))));
        let mut watch = Watch::new(&model);
        assert_eq!(judged(&mut watch, &mut model, &execute()), due, "{until:?}");
    }
    Ok(())
}

#[test]
fn p5_dead_with_its_set_and_with_its_generation() -> Result<()> {
    let (mut model, mut watch) = proposed(140, true)?;
    let retire = Action::Retire { by: COURT.avs, set: COURT };
    assert_eq!(judged(&mut watch, &mut model, &retire), "none");
    let outcome = Ok(Outcome::Done);
    let mut after = model.clone();
    after.allocations.proposals.clear();
    let found = watch.observe(&after, &cancel(SLASHER), &outcome).err();
    assert_eq!(fault(found), "of a retired set was alive");

    // A slash of all ends the generation that the proposal was made in.
    let mut model = world()?;
    let wide = |set: &mut crate::Allocation| *set = set.settled_at(Magnitude::WHOLE);
    model.allocations.entries.entry((ORACLE, NORTH, TOKEN)).and_modify(wide);
    let over = Budget { committed: Magnitude(Magnitude::WHOLE.0 + HALF.0), ..Budget::default() };
    model.allocations.budgets.insert((NORTH, TOKEN), over);
    let highest = Wad(2 * Wad::ONE.0);
    model.ceilings.insert(TOKEN, crate::model::Ceiling { now: highest, highest });
    let mut watch = Watch::new(&model);
    assert_eq!(judged(&mut watch, &mut model, &propose()), "none");
    assert_eq!(judged(&mut watch, &mut model, &slash(ORACLE, Magnitude::WHOLE)), "none");
    let mut after = model.clone();
    after.allocations.proposals.clear();
    let found = watch.observe(&after, &cancel(SLASHER), &outcome).err();
    assert_eq!(fault(found), "a proposal of it was carried over to the next generation");
    Ok(())
}
