//! P3, P4 and P5 at their edges: caps, deliveries, what a slash leaves to others, guarantees, raises.

use super::*;
use crate::{LEAST_MAGNITUDE, Pool};

const OTHER: Strategy = Strategy::from_u64(11);

/// Carries out an action and has the watch judge what it did, after `forge` changed it.
fn step(
    watch: &mut Watch,
    model: &mut Model,
    action: &Action,
    forge: impl FnOnce(&mut Model),
) -> Option<Broken> {
    let outcome = model.apply(action);
    assert!(outcome.is_ok(), "{action:?}: {outcome:?}");
    forge(model);
    watch.observe(model, action, &outcome).err()
}

fn wait(watch: &mut Watch, model: &mut Model) {
    let timestamp = model.clock().start_of(model.epoch().plus(1));
    let action = Action::AdvanceTo { timestamp };
    assert_eq!(step(watch, model, &action, |_| {}), None);
}

#[test]
fn p3_slash_reports_each_strategy() -> Result<()> {
    let found = caught(&world()?, &slash(ORACLE, HALF), |_, outcome| {
        if let Ok(Outcome::Slashed(reports)) = outcome {
            reports.push(reports[0]);
        }
    });
    assert_caught!(found, Broken::Outcome { .. });
    Ok(())
}

/// ORACLE's cap is 60 %, of which the model does not know.
#[test]
fn p3_cap_counts_all_that_an_epoch_took() -> Result<()> {
    let mut model = world()?;
    let cap = |model: &mut Model, cap| {
        model.allocations.sets.entry(ORACLE).and_modify(|set| set.terms.cap = cap);
    };
    let low = Wad(Wad::ONE.0 / 10 * 6);
    let mut watch = {
        let mut seen = model.clone();
        cap(&mut seen, low);
        Watch::new(&seen)
    };
    let mut judged = |model: &mut Model, action: &Action| {
        let outcome = model.apply(action);
        let mut seen = model.clone();
        cap(&mut seen, low);
        watch.observe(&seen, action, &outcome).err()
    };
    // Of 0.5: 0.25, which is half of it; in the next epoch half of what is left. Then too much.
    assert_eq!(judged(&mut model, &slash(ORACLE, HALF)), None);
    assert_eq!(judged(&mut model, &Action::AdvanceTo { timestamp: 200 }), None);
    assert_eq!(judged(&mut model, &slash(ORACLE, HALF)), None);
    let found = judged(&mut model, &slash(ORACLE, HALF));
    let (taken, most) = (Magnitude(187_500_000_000_000_000), Magnitude(150_000_000_000_000_000));
    let (set, pool, epoch) = (ORACLE, POOL, Epoch(3));
    assert_eq!(found, Some(Broken::Cap { set, pool, epoch, taken, most }));
    Ok(())
}

#[test]
fn p3_slash_is_delivered_as_its_terms_say() -> Result<()> {
    let mut model = world()?;
    let action = slash(ORACLE, HALF);
    for delivery in
        [Delivery::Nothing, Delivery::Burned, Delivery::Credited(TREASURY), Delivery::Credited(BOB)]
    {
        let found =
            caught(&model, &action, |_, outcome| report(outcome, |r| r.delivery = delivery));
        assert_caught!(found, Broken::Moved { reported: 250, moved: 0, .. });
    }
    model.set_can_receive(TOKEN, TREASURY, false);
    let found = caught(&model, &action, |model, _| {
        model.vault.credits.insert((TOKEN, TREASURY), 251);
    });
    assert_caught!(found, Broken::Moved { reported: 250, moved: 251, .. });
    model.allocations.sets.entry(ORACLE).and_modify(|set| set.terms.recipient = Recipient::Burn);
    let found = caught(&model, &action, |model, _| {
        model.tokens.burned.insert(TOKEN, 249);
    });
    assert_caught!(found, Broken::Moved { reported: 250, moved: 249, .. });
    let found = caught(&model, &action, |_, outcome| {
        report(outcome, |report| report.delivery = Delivery::Sent(TREASURY));
    });
    assert_caught!(found, Broken::Moved { reported: 250, moved: 0, .. });
    Ok(())
}

#[test]
fn p9_pool_that_lives_with_nothing_left() -> Result<()> {
    let found = caught(&all_promised()?, &slash(ORACLE, Magnitude::WHOLE), |model, outcome| {
        report(outcome, |report| report.ended_generation = false);
        let pool = Pool { generation: 0, assets: 0, shares: 1 << 60 };
        model.vault.pools.insert((NORTH, TOKEN), pool);
    });
    assert_caught!(found, Broken::Generation { fault: "lives with nothing left", .. });
    Ok(())
}

#[test]
fn p3_slash_leaves_others_at_most_a_wei_more() -> Result<()> {
    let model = world()?;
    // What is left of the pool is 750 of 0.75, so BRIDGE's 0.25 stay 250.
    for (more, fine) in [(1_000_000_000_000_000, true), (2_000_000_000_000_000, false)] {
        let found = caught(&model, &slash(ORACLE, HALF), |model, _| {
            model.allocations.entries.entry((BRIDGE, NORTH, TOKEN)).or_default().current.0 += more;
        });
        let other = matches!(found, Some(Broken::OtherSet { set: BRIDGE, before: 250, .. }));
        assert_eq!(other, !fine, "{found:?}");
    }
    let found = caught(&model, &slash(ORACLE, HALF), |model, _| {
        model.allocations.entries.entry((BRIDGE, NORTH, TOKEN)).or_default().current.0 -= 1;
    });
    assert_caught!(found, Broken::OtherSet { set: BRIDGE, before: 250, after: 249, .. });
    Ok(())
}

#[test]
fn p4_guarantee_may_lose_its_dust_and_no_more() -> Result<()> {
    let model = world()?;
    for (current, fine) in [(498, true), (497, false)] {
        let found = caught(&model, &nothing(), |model, _| {
            let entry = model.allocations.entries.entry((ORACLE, NORTH, TOKEN)).or_default();
            entry.current = Magnitude(current * 1_000_000_000_000_000);
        });
        assert_eq!(matches!(found, Some(Broken::Guarantee { .. })), !fine, "{found:?}");
    }
    Ok(())
}

#[test]
fn p4_guarantee_outlasts_the_slashes_of_others_and_those_of_nothing() -> Result<()> {
    let mut model = world()?;
    model.mint(OTHER, ALICE, 1_000)?;
    model.add_strategy(ORACLE, OTHER)?;
    model.allocate(NORTH, ORACLE, OTHER, HALF)?;
    model.deposit(ALICE, OTHER, NORTH, 1_000, 0, ALICE)?;
    model.advance_to(model.clock().start_of(Epoch(5)))?;
    let shrink = |set| {
        move |model: &mut Model| {
            let entry = model.allocations.entries.entry((set, NORTH, TOKEN)).or_default();
            *entry = entry.settled_at(Magnitude(entry.current.0 / 2));
        }
    };
    // Of TOKEN too little to move anything.
    let fractions = vec![(TOKEN, Wad(1)), (OTHER, Wad::ONE)];
    let tiny = Action::Slash { by: SLASHER, set: ORACLE, operator: NORTH, fractions };
    for (action, set) in [(tiny, ORACLE), (slash(ORACLE, HALF), BRIDGE)] {
        let (mut model, mut watch) = (model.clone(), Watch::new(&model));
        assert_eq!(step(&mut watch, &mut model, &action, |_| {}), None);
        let found = step(&mut watch, &mut model, &nothing(), shrink(set));
        assert!(matches!(found, Some(Broken::Guarantee { set: of, .. }) if of == set), "{found:?}");
    }
    Ok(())
}

/// Ejected while a lowering to something was pending, an operator promises nothing on its day already.
#[test]
fn p4_service_waives_what_was_guaranteed_to_it() -> Result<()> {
    for (set, waived) in [(COURT, true), (BRIDGE, false)] {
        let mut model = world()?;
        let mut watch = Watch::new(&model);
        let (operator, strategy) = (NORTH, TOKEN);
        for lowered in [COURT, BRIDGE] {
            let (by, target) = (NORTH.account(), Magnitude(QUARTER.0 / 2));
            let lower = Action::Allocate { by, operator, set: lowered, strategy, target };
            assert_eq!(step(&mut watch, &mut model, &lower, |_| {}), None);
        }
        wait(&mut watch, &mut model);
        let (by, strategies) = (COURT.avs, vec![TOKEN]);
        let eject = Action::Eject { by, operator, set: COURT, strategies };
        assert_eq!(step(&mut watch, &mut model, &eject, |_| {}), None);
        // It lands; and with it, unasked, BRIDGE's falls to nothing.
        let next = Action::AdvanceTo { timestamp: model.clock().start_of(Epoch(4)) };
        let found = step(&mut watch, &mut model, &next, |model| {
            let entry = model.allocations.entries.entry((set, NORTH, TOKEN)).or_default();
            entry.next = Magnitude::ZERO;
        });
        let broken = matches!(found, Some(Broken::Guarantee { set: BRIDGE, .. }));
        assert_eq!((found.is_none(), broken), (waived, !waived), "{found:?}");
    }
    Ok(())
}

#[test]
fn p4_the_least_that_can_be_promised_is_guaranteed() -> Result<()> {
    let mut model = all_promised()?;
    model.create_operator_set(BRIDGE, model.operator_set(ORACLE)?.terms, &[TOKEN])?;
    model.join(NORTH, BRIDGE)?;
    model.set_ceiling(TOKEN, Wad(2 * Wad::ONE.0))?;
    model.allocate(NORTH, ORACLE, TOKEN, HALF)?;
    model.advance_to(model.clock().start_of(Epoch(4)))?;
    model.settle(NORTH, ORACLE, TOKEN)?;
    let mut watch = Watch::new(&model);
    let (by, set, operator, strategy) = (NORTH.account(), BRIDGE, NORTH, TOKEN);
    let action = Action::Allocate { by, operator, set, strategy, target: LEAST_MAGNITUDE };
    assert_eq!(step(&mut watch, &mut model, &action, |_| {}), None);
    for _ in 0..3 {
        wait(&mut watch, &mut model);
    }
    let settle = Action::Settle { by, operator, set, strategy };
    assert_eq!(step(&mut watch, &mut model, &settle, |_| {}), None);
    assert_eq!(model.guaranteed(BRIDGE, NORTH, TOKEN), (1 << 60) / 1_000_000_000);
    Ok(())
}

fn raise_unannounced(model: &mut Model, operator: Operator) {
    let promise = (COURT, operator, TOKEN);
    let entry = model.allocations.entries.entry(promise).or_default();
    *entry = entry.settled_at(Magnitude(entry.current.0 + 1));
}

#[test]
fn p5_raise_is_judged_once_its_announcement_would_have_been_seen() -> Result<()> {
    for (epochs, seen) in [(2, false), (3, true), (4, true)] {
        // A watch that begins with an operator that is open.
        let mut model = world()?;
        let mut watch = Watch::new(&model);
        for _ in 0..epochs {
            wait(&mut watch, &mut model);
        }
        let raise = |model: &mut Model| raise_unannounced(model, NORTH);
        let found = step(&mut watch, &mut model, &nothing(), raise);
        assert_eq!(matches!(found, Some(Broken::Ambush { .. })), seen, "{epochs}: {found:?}");

        // And one that sees an operator open, long after it began.
        let mut model = world()?;
        let other = Operator::from_u64(22);
        model.register_operator(other, None)?;
        model.join(other, COURT)?;
        model.allocate(other, COURT, TOKEN, QUARTER)?;
        let mut watch = Watch::new(&model);
        for _ in 0..5 {
            wait(&mut watch, &mut model);
        }
        let open = Action::Open { operator: other };
        assert_eq!(step(&mut watch, &mut model, &open, |_| {}), None);
        for _ in 0..epochs {
            wait(&mut watch, &mut model);
        }
        let raise = |model: &mut Model| raise_unannounced(model, other);
        let found = step(&mut watch, &mut model, &nothing(), raise);
        assert_eq!(matches!(found, Some(Broken::Ambush { .. })), seen, "{epochs}: {found:?}");
    }
    Ok(())
}
