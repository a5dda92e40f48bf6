//! P8 at its edges.

use super::*;
use crate::{model::Ceiling, sets::OperatorSet};

fn observed(before: &Model, after: &Model, action: &Action) -> Option<Broken> {
    Watch::new(before).observe(after, action, &Ok(Outcome::Done)).err()
}

#[test]
fn p8_governance_is_one_account() -> Result<()> {
    let model = world()?;
    let by = BOB;
    for action in [
        Action::SetDepositCap { by, strategy: TOKEN, cap: 5 },
        Action::SetCeiling { by, strategy: TOKEN, ceiling: Wad(2 * Wad::ONE.0) },
        Action::Pause { by, action: Pausable::Join, duration: 50 },
    ] {
        let mut governed = model.clone().governed_by(by);
        let mut after = governed.clone();
        assert_eq!(after.apply(&action).err(), None);
        assert_eq!(observed(&governed, &after, &action), None, "{action:?}");
        for state in [&mut governed, &mut after] {
            state.authority = ALICE;
        }
        assert_eq!(observed(&governed, &after, &action), Some(Broken::Power { by }));
    }
    Ok(())
}

#[test]
fn p8_ceiling_is_what_was_set_and_in_its_range() -> Result<()> {
    let model = world()?;
    let (by, one) = (Account::default(), Wad::ONE.0);
    for (set, found, fine) in [
        (2 * one, 2 * one, true),
        (10 * one, 10 * one, true),
        (2 * one, 3 * one, false),
        (10 * one + 1, 10 * one + 1, false),
        (one - 1, one - 1, false),
    ] {
        let action = Action::SetCeiling { by, strategy: TOKEN, ceiling: Wad(set) };
        let mut after = model.clone();
        let ceiling = Ceiling { now: Wad(found), highest: Wad(10 * one) };
        after.ceilings.insert(TOKEN, ceiling);
        let caught = observed(&model, &after, &action);
        let limit = matches!(caught, Some(Broken::Limit { .. }));
        assert_eq!((caught.is_none(), limit), (fine, !fine), "{set} set, {found}: {caught:?}");
    }
    Ok(())
}

#[test]
fn p8_sets_appear_when_created_and_stay() -> Result<()> {
    let model = world()?;
    let set = OperatorSetId { id: 9, ..ORACLE };
    let terms = model.operator_set(ORACLE)?.terms;
    let create = Action::CreateOperatorSet { by: set.avs, set, terms, strategies: vec![] };
    assert_eq!(caught(&model, &create, |_, _| {}), None);
    let broken = |set| Some(Broken::Terms { set });
    // Another than was to be created; one that is retired already; one that vanishes.
    let other = OperatorSetId { id: 8, ..ORACLE };
    let found = caught(&model, &create, |model, _| {
        if let Some(created) = model.allocations.sets.remove(&set) {
            model.allocations.sets.insert(other, created);
        }
    });
    assert_eq!(found, broken(other));
    let retired = |model: &mut Model, set, retired| {
        model.allocations.sets.entry(set).and_modify(|set: &mut OperatorSet| set.retired = retired);
    };
    assert_eq!(caught(&model, &create, |model, _| retired(model, set, true)), broken(set));
    let found = caught(&model, &create, |model, _| {
        model.allocations.sets.remove(&COURT);
    });
    assert_eq!(found, broken(COURT));
    assert_eq!(told_as_nothing(&model, &create), broken(set));

    let retire = Action::Retire { by: ORACLE.avs, set: ORACLE };
    assert_eq!(caught(&model, &retire, |_, _| {}), None);
    assert_eq!(told_as_nothing(&model, &retire), broken(ORACLE));
    // The terms change as the set retires.
    let found = caught(&model, &retire, |model, _| {
        model.allocations.sets.entry(ORACLE).and_modify(|set| set.terms.cap = Wad(1));
    });
    assert_eq!(found, broken(ORACLE));
    Ok(())
}

#[test]
fn p8_deposit_fills_the_cap_and_no_more() -> Result<()> {
    let model = world()?;
    let (from, strategy, receiver) = (ALICE, TOKEN, ALICE);
    let deposit =
        Action::Deposit { from, strategy, operator: NORTH, assets: 10, min_shares: 0, receiver };
    for (cap, fine) in [(1_110, true), (1_109, false)] {
        let (mut before, mut after) = (model.clone(), model.clone());
        let outcome = after.apply(&deposit);
        for model in [&mut before, &mut after] {
            model.vault.deposit_caps.insert(TOKEN, cap);
        }
        let found = Watch::new(&before).observe(&after, &deposit, &outcome).err();
        assert_eq!(found.is_none(), fine, "{cap}: {found:?}");
    }
    Ok(())
}

#[test]
fn p8_raise_fills_the_ceiling_and_no_more() -> Result<()> {
    let mut model = world()?;
    let ceiling = |now| Ceiling { now: Wad(now), highest: Wad(2 * Wad::ONE.0) };
    let (by, set, operator, strategy) = (NORTH.account(), ORACLE, NORTH, TOKEN);
    model.ceilings.insert(TOKEN, ceiling(2 * Wad::ONE.0));
    // All is committed already: 1 more is 1e18 + 1.
    let target = Magnitude(HALF.0 + 1);
    let raise = Action::Allocate { by, operator, set, strategy, target };
    let mut after = model.clone();
    let outcome = after.apply(&raise);
    for (now, fine) in [(Wad::ONE.0 + 1, true), (Wad::ONE.0, false)] {
        for model in [&mut model, &mut after] {
            model.ceilings.insert(TOKEN, ceiling(now));
        }
        let found = Watch::new(&model).observe(&after, &raise, &outcome).err();
        assert_eq!(found.is_none(), fine, "{now}: {found:?}");
    }
    // Above a ceiling that was lowered, what raises nothing may still change.
    let crowded = after;
    let (by, set) = (NORTH.account(), BRIDGE);
    for target in [Magnitude(QUARTER.0 - 1_000), Magnitude::ZERO] {
        let lower = Action::Allocate { by, operator, set, strategy, target };
        assert_eq!(caught(&crowded, &lower, |_, _| {}), None, "{target}");
    }
    Ok(())
}
