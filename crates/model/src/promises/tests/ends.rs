//! P4 and P9 at their edges: how memberships and generations end.

use super::*;
use crate::{Allocation, Bucket, Pool, history::History};

const OTHER: Strategy = Strategy::from_u64(11);

#[test]
fn p9_generation_that_did_not_end() -> Result<()> {
    let found = caught(&world()?, &slash(ORACLE, HALF), |_, outcome| {
        report(outcome, |report| report.ended_generation = true);
    });
    assert_caught!(found, Broken::Generation { pool: POOL, fault: "did not end" });
    Ok(())
}

#[test]
fn p9_generation_that_ends_beside_another() -> Result<()> {
    let mut model = all_promised()?;
    model.register_operator(GATED, None)?;
    let gated = PoolId { operator: GATED, ..POOL };
    let found = caught(&model, &slash(ORACLE, Magnitude::WHOLE), |model, _| {
        model.end_generation(GATED, TOKEN);
    });
    let fault = "ended by no slash or renewal";
    assert_eq!(found, Some(Broken::Generation { pool: gated, fault }));
    let (model, renew) = worn()?;
    let found = caught(&model, &renew, |model, _| model.end_generation(GATED, TOKEN));
    assert_eq!(found, Some(Broken::Generation { pool: gated, fault }));
    Ok(())
}

#[test]
fn p9_generation_that_begins_with_a_budget() -> Result<()> {
    let found = caught(&all_promised()?, &slash(ORACLE, Magnitude::WHOLE), |model, _| {
        let budget = Budget { committed: Magnitude(1), ..Budget::default() };
        model.allocations.budgets.insert((NORTH, TOKEN), budget);
    });
    assert_caught!(found, Broken::Generation { fault: "the next begins with something", .. });
    Ok(())
}

#[test]
fn p4_join_makes_a_member_that_promises_nothing() -> Result<()> {
    let model = world()?;
    let join = Action::Join { by: GATED.account(), operator: GATED, set: ORACLE };
    assert_eq!(caught(&model, &join, |_, _| {}), None);
    let broken = Some(Broken::Membership { set: ORACLE, operator: GATED });
    let found = caught(&model, &join, |model, _| {
        model.allocations.members.remove(&(ORACLE, GATED));
    });
    assert_eq!(found, broken);
    // Written before it joined.
    for (written, fine) in [(Magnitude::ZERO, true), (QUARTER, false)] {
        let (mut before, mut after) = (model.clone(), model.clone());
        let outcome = after.apply(&join);
        for model in [&mut before, &mut after] {
            let allocation = Allocation::default().settled_at(written);
            model.allocations.entries.insert((ORACLE, GATED, TOKEN), allocation);
        }
        let found = observed(&before, &after, &join, &outcome);
        assert_eq!(found, broken.clone().filter(|_| !fine));
    }
    Ok(())
}

/// [`world`] with two more sets: to one a raise from nothing is pending, to the other a lowering to
/// nothing has landed and was not settled. A raise of BRIDGE's is pending, and a lowering of COURT's.
fn leaving() -> Result<(Model, [OperatorSetId; 2])> {
    let mut model = world()?;
    model.set_ceiling(TOKEN, Wad(3 * Wad::ONE.0))?;
    let terms = model.operator_set(ORACLE)?.terms;
    let sets = [4, 5].map(|id| OperatorSetId { id, ..ORACLE });
    for set in sets {
        model.create_operator_set(set, terms, &[TOKEN, OTHER])?;
        model.join(NORTH, set)?;
    }
    model.allocate(NORTH, sets[1], TOKEN, QUARTER)?;
    model.advance_to(400)?;
    model.allocate(NORTH, sets[1], TOKEN, Magnitude::ZERO)?;
    model.advance_to(600)?;
    model.allocate(NORTH, COURT, TOKEN, Magnitude(QUARTER.0 / 2))?;
    model.advance_to(700)?;
    model.allocate(NORTH, BRIDGE, TOKEN, HALF)?;
    model.allocate(NORTH, sets[0], TOKEN, QUARTER)?;
    Ok((model, sets))
}

#[test]
fn p4_ended_membership_is_told_as_it_ends() -> Result<()> {
    let (model, [raised, lowered]) = leaving()?;
    // Epoch 8: COURT's lowering was announced in epoch 7.
    for (set, due) in [(ORACLE, 10), (BRIDGE, 10), (COURT, 9), (raised, 8), (lowered, 8)] {
        let (by, operator, strategies) = (set.avs, NORTH, vec![TOKEN]);
        let eject = Action::Eject { by, operator, set, strategies };
        let mut after = model.clone();
        let outcome = after.apply(&eject);
        assert_eq!(outcome, Ok(Outcome::Left(vec![(TOKEN, Epoch(due))])), "{set}");
        assert_eq!(observed(&model, &after, &eject, &outcome), None, "{set}");
        let leaves_out = |found: Option<Broken>| {
            assert!(matches!(found, Some(Broken::Leaving { .. })), "{set}: {found:?}");
        };
        for told in [due - 1, due + 1] {
            let told = Ok(Outcome::Left(vec![(TOKEN, Epoch(told))]));
            leaves_out(observed(&model, &after, &eject, &told));
        }
        let told = Ok(Outcome::Left(vec![(OTHER, Epoch(due))]));
        leaves_out(observed(&model, &after, &eject, &told));
        let twice = Ok(Outcome::Left(vec![(TOKEN, Epoch(due)), (TOKEN, Epoch(due))]));
        leaves_out(observed(&model, &after, &eject, &twice));
        let unnamed = Action::Eject { by, operator, set, strategies: vec![] };
        leaves_out(observed(&model, &after, &unnamed, &outcome));
        // What is in force does not change, and what follows it is nothing.
        for change in [
            |entry: &mut Allocation| entry.current.0 += 1,
            |entry: &mut Allocation| entry.next.0 += 1,
        ] {
            let mut kept = after.clone();
            kept.allocations.entries.entry((set, NORTH, TOKEN)).and_modify(|entry| {
                entry.effective = Some(Epoch(99));
                change(entry);
            });
            leaves_out(observed(&model, &kept, &eject, &outcome));
        }
    }
    Ok(())
}

/// Other faults do not count: the tokens of what is forged here do not add up.
fn fault(found: Option<&Broken>) -> &'static str {
    match found {
        Some(Broken::Generation { fault, .. }) => fault,
        _ => "none",
    }
}

#[test]
fn p9_only_a_worn_out_pool_without_promises_is_renewed() -> Result<()> {
    let (model, renew) = worn()?;
    let mut after = model.clone();
    let outcome = after.apply(&renew);
    assert_eq!(observed(&model, &after, &renew, &outcome), None);
    // At 4,096 shares for each wei, and one wei below.
    for (assets, faulty) in [(1 << 48, true), ((1 << 48) - 1, false)] {
        let (mut before, mut after) = (model.clone(), after.clone());
        before.vault.pools.entry((NORTH, TOKEN)).or_default().assets = assets;
        after.vault.buckets.entry((POOL, Epoch(0))).or_default().assets = assets;
        let found = fault(observed(&before, &after, &renew, &outcome).as_ref());
        assert_eq!(found == "renewed without being worn out", faulty, "{assets}: {found}");
    }
    let mut promised = model.clone();
    let committed = Budget { committed: Magnitude(1), ..Budget::default() };
    promised.allocations.budgets.insert((NORTH, TOKEN), committed);
    let found = fault(observed(&promised, &after, &renew, &outcome).as_ref());
    assert_eq!(found, "renewed while something of it was promised");
    let found = fault(observed(&model, &model, &renew, &outcome).as_ref());
    assert_eq!(found, "renewed without an end");
    // Somebody gains by it.
    let mut more = after.clone();
    let mut history = History::default();
    history.record(more.epoch(), (1 << 60) + (1 << 40));
    more.vault.positions.insert((POOL, ALICE), history);
    let found = fault(observed(&model, &more, &renew, &outcome).as_ref());
    assert_eq!(found, "a renewal changed what a position is worth");
    // The pool after it is as good as one that never was.
    assert_eq!(after.pool(NORTH, TOKEN), Pool { generation: 1, ..Pool::default() });
    assert!(after.bucket(POOL, Epoch(0)) != Bucket::default());
    Ok(())
}

/// Where no other set has anything of the pool.
#[test]
fn p4_only_set_of_a_pool_that_is_retired_and_can_slash() -> Result<()> {
    let retire = Action::Retire { by: ORACLE.avs, set: ORACLE };
    let found = caught(&all_promised()?, &retire, |model, _| {
        model.allocations.sets.entry(ORACLE).and_modify(|set| set.retired = false);
    });
    assert_caught!(found, Broken::Retired { set: ORACLE, .. });
    Ok(())
}
