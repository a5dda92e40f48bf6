//! Leaving, ejecting, joining again, and sets that are given up.

use palisade_model::{
    Budget, Epoch, LEAST_MAGNITUDE, Magnitude, Model, ModelError, OperatorSetId, Result, Strategy,
};

use crate::world::*;

const BOTH: [Strategy; 2] = [ETH, GOLD];

fn leave(
    model: &mut Model,
    set: OperatorSetId,
    named: &[Strategy],
) -> Result<Vec<(Strategy, Epoch)>> {
    model.leave(NORTH, set, named)
}

#[test]
fn who_leaves_stays_slashable_for_the_notice_of_a_lowering() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 500);
    assert_eq!(leave(&mut model, ORACLE, &[ETH])?, [(ETH, Epoch(4))]);
    assert!(!model.is_member(NORTH, ORACLE));
    let allocation = model.allocation(ORACLE, NORTH, ETH);
    assert_eq!((allocation.current, allocation.next), (percent(50), Magnitude::ZERO));
    let outsider = ModelError::NotMember { set: ORACLE, operator: NORTH };
    assert_eq!(leave(&mut model, ORACLE, &[ETH]), Err(outsider.clone()));

    pass_epochs(&mut model, 1)?;
    assert_eq!(slash(&mut model, ORACLE, wad(10))?, 50);
    pass_epochs(&mut model, 1)?;
    assert_eq!(slash(&mut model, ORACLE, wad(10)), Err(ModelError::SlashesNothing));

    // What has landed must be settled before it joins again; then it begins from nothing.
    let remain = ModelError::AllocationsRemain { set: ORACLE, operator: NORTH, allocations: 1 };
    assert_eq!(model.join(NORTH, ORACLE), Err(remain));
    let raise = |model: &mut Model| model.allocate(NORTH, ORACLE, ETH, percent(10));
    assert_eq!(raise(&mut model), Err(outsider));
    model.settle(NORTH, ORACLE, ETH)?;
    assert_eq!(model.budget(NORTH, ETH), Budget::default());
    model.join(NORTH, ORACLE)?;
    assert_eq!(raise(&mut model)?, Epoch(7));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn leaving_withdraws_raises_and_keeps_the_day_of_lowerings() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(20)), (BRIDGE, percent(30)), (ROLLUP, percent(10))])?;
    // A raise from nothing is gone at once, one from something becomes a lowering.
    model.allocate(NORTH, ORACLE, GOLD, percent(40))?;
    model.allocate(NORTH, ORACLE, ETH, percent(60))?;
    assert_eq!(leave(&mut model, ORACLE, &BOTH)?, [(ETH, Epoch(4)), (GOLD, Epoch(2))]);
    assert_eq!(model.budget(NORTH, GOLD), Budget::default());
    assert_eq!(model.budget(NORTH, ETH).committed, percent(60));

    // A lowering to nothing keeps its day; one to something is waited for.
    model.allocate(NORTH, ROLLUP, ETH, Magnitude::ZERO)?;
    model.allocate(NORTH, BRIDGE, ETH, percent(25))?;
    pass_epochs(&mut model, 1)?;
    assert_eq!(leave(&mut model, ROLLUP, &[ETH])?, [(ETH, Epoch(4))]);
    let pending = ModelError::LoweringPending { effective: Epoch(4) };
    assert_eq!(leave(&mut model, BRIDGE, &[ETH]), Err(pending));
    assert!(model.is_member(NORTH, BRIDGE));
    pass_epochs(&mut model, 1)?;
    assert_eq!(leave(&mut model, BRIDGE, &[ETH])?, [(ETH, Epoch(6))]);
    Ok(())
}

#[test]
fn ejecting_makes_a_pending_lowering_one_to_nothing() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    model.allocate(NORTH, ORACLE, ETH, percent(40))?;
    pass_epochs(&mut model, 1)?;
    assert_eq!(model.eject(NORTH, ORACLE, &BOTH)?, [(ETH, Epoch(4))]);
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 500);
    pass_epochs(&mut model, 1)?;
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 0);
    Ok(())
}

#[test]
fn who_leaves_names_every_allocation() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    let unnamed = |allocations, named| ModelError::AllocationsUnnamed {
        set: ORACLE,
        operator: NORTH,
        allocations,
        named,
    };
    assert_eq!(leave(&mut model, ORACLE, &[]), Err(unnamed(1, 0)));
    // Others may be named, so that nobody dodges an ejection by a new allocation.
    assert_eq!(leave(&mut model.clone(), ORACLE, &BOTH)?, [(ETH, Epoch(4))]);
    assert_eq!(leave(&mut model, ORACLE, &[GOLD]), Err(unnamed(1, 0)));
    model.allocate(NORTH, ORACLE, GOLD, percent(10))?;
    let out_of_order = [[GOLD, ETH], [ETH, ETH]];
    for named in out_of_order {
        let [previous, strategy] = named;
        let wrong = ModelError::StrategiesNotAscending { previous, strategy };
        assert_eq!(leave(&mut model, ORACLE, &named), Err(wrong));
    }
    // What was slashed to nothing, or never was, is not counted.
    slash(&mut model, ORACLE, wad(100))?;
    assert_eq!(model.counted(NORTH, ORACLE), [GOLD]);
    leave(&mut model, ORACLE, &[GOLD])?;
    assert_eq!(leave(&mut model, BRIDGE, &[])?, []);
    Ok(())
}

#[test]
fn allocation_of_an_ended_generation_counts_until_it_is_settled() -> Result<()> {
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    for set in [ORACLE, ROLLUP] {
        model.allocate(NORTH, set, ETH, percent(100))?;
    }
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    slash(&mut model, ORACLE, wad(100))?;
    assert_eq!(model.counted(NORTH, ORACLE), []);
    assert_eq!(model.counted(NORTH, ROLLUP), [ETH]);
    let mut settled = model.clone();
    settled.settle(NORTH, ROLLUP, ETH)?;
    assert_eq!(settled.counted(NORTH, ROLLUP), []);
    assert_eq!(settled.settle(NORTH, ROLLUP, ETH), Err(ModelError::NothingToSettle));
    // Leaving names it, and it is gone at once.
    assert_eq!(leave(&mut model, ROLLUP, &[ETH])?, [(ETH, Epoch(2))]);
    model.join(NORTH, ROLLUP)?;
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn retired_set_is_promised_nothing() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50)), (ROLLUP, percent(20))])?;
    model.allocate(NORTH, ROLLUP, ETH, percent(30))?;
    model.retire(ORACLE)?;
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 0);
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 0);
    assert_eq!(model.allocation(ORACLE, NORTH, ETH).side(), Magnitude::ZERO);

    let over = Err(ModelError::SetRetired { set: ORACLE });
    assert_eq!(slash(&mut model, ORACLE, wad(1)).map(|_| ()), over);
    assert_eq!(model.retire(ORACLE), over);
    assert_eq!(model.add_strategy(ORACLE, Strategy::from_u64(9)), over);
    let (set, strategy) = (BRIDGE, Strategy::default());
    let zero = ModelError::StrategyNotAccepted { set, strategy };
    assert_eq!(model.add_strategy(BRIDGE, strategy), Err(zero));
    assert_eq!(model.allocate(NORTH, ORACLE, ETH, percent(60)).map(|_| ()), over);
    assert_eq!(model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO).map(|_| ()), over);
    let again = model.create_operator_set(ORACLE, model.operator_set(ORACLE)?.terms, &[]);
    assert_eq!(again, Err(ModelError::SetExists { set: ORACLE }));
    // It is left still, and joined no more.
    let mut left = model.clone();
    assert_eq!(leave(&mut left, ORACLE, &[ETH])?, [(ETH, Epoch(2))]);
    assert_eq!(left.budget(NORTH, ETH).committed, percent(30));
    assert_eq!(left.join(NORTH, ORACLE), over);

    // Committed errs to the safe side until anybody settles it.
    assert_eq!(model.budget(NORTH, ETH).committed, percent(80));
    model.settle(NORTH, ORACLE, ETH)?;
    assert_eq!(model.budget(NORTH, ETH).committed, percent(30));
    assert_eq!(model.settle(NORTH, ORACLE, ETH), Err(ModelError::NothingToSettle));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn worn_allocation_is_left_as_it_is_or_raised_to_the_least() -> Result<()> {
    // A slash leaves 1,000 of it, while a raise is pending: the raise can be withdrawn.
    let mut model = running(&[(ORACLE, percent(50))])?;
    deposit(&mut model, ALICE, NORTH, 1 << 80)?;
    model.allocate(NORTH, ORACLE, ETH, percent(60))?;
    slash(&mut model, ORACLE, palisade_model::Wad(palisade_model::Wad::ONE.0 - 2_000))?;
    let worn = model.allocation(ORACLE, NORTH, ETH).current;
    assert_eq!(worn, Magnitude(1_000));
    let dust = ModelError::MagnitudeTooSmall { magnitude: Magnitude(999), least: LEAST_MAGNITUDE };
    assert_eq!(model.allocate(NORTH, ORACLE, ETH, Magnitude(999)), Err(dust));
    assert_eq!(model.allocate(NORTH, ORACLE, ETH, worn)?, model.epoch());
    assert_eq!(model.allocation(ORACLE, NORTH, ETH).side(), worn);
    Ok(())
}
