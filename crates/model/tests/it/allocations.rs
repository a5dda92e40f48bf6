//! What can be promised, and when a change of it takes effect.

use palisade_model::{
    Account, Epoch, LEAST_MAGNITUDE, Magnitude, Model, ModelError, Operator, OperatorSetId,
    Recipient, Result, Wad,
};

use crate::world::*;

/// NORTH's ETH allocation to the oracle: current, next, effective.
fn state(model: &Model) -> (Magnitude, Magnitude, Option<Epoch>) {
    let allocation = model.allocation(ORACLE, NORTH, ETH);
    (allocation.current, allocation.next, allocation.effective)
}

fn allocate(model: &mut Model, set: OperatorSetId, target: Magnitude) -> Result<Epoch> {
    model.allocate(NORTH, set, ETH, target)
}

fn committed(model: &Model) -> Magnitude {
    model.budget(NORTH, ETH).committed
}

#[test]
fn raise_is_immediate_until_the_operator_first_opens() -> Result<()> {
    let mut model = founded()?;
    assert_eq!(allocate(&mut model, ORACLE, percent(40))?, Epoch(1));
    assert_eq!(allocate(&mut model, ORACLE, percent(60))?, Epoch(1));
    assert_eq!(state(&model), (percent(60), percent(60), None));
    // Lowerings never are: the set may rely on it already.
    assert_eq!(allocate(&mut model, ORACLE, percent(50))?, Epoch(3));
    pass_epochs(&mut model, 2)?;
    model.open(NORTH)?;
    assert_eq!(allocate(&mut model, ORACLE, percent(60))?, Epoch(6));
    model.close(NORTH)?;
    // For good: closing again brings nothing back.
    assert_eq!(allocate(&mut model, BRIDGE, percent(10))?, Epoch(6));
    Ok(())
}

#[test]
fn raise_lands_three_epochs_on_and_counts_at_once() -> Result<()> {
    let mut model = running(&[])?;
    assert_eq!(allocate(&mut model, ORACLE, percent(40))?, Epoch(5));
    assert_eq!(committed(&model), percent(40));
    pass_epochs(&mut model, 2)?;
    assert_eq!(state(&model), (Magnitude::ZERO, percent(40), Some(Epoch(5))));
    pass_epochs(&mut model, 1)?;
    assert_eq!(state(&model), (percent(40), percent(40), None));
    Ok(())
}

#[test]
fn lowering_lands_two_epochs_on_and_frees_only_when_touched() -> Result<()> {
    let mut model = running(&[(ORACLE, percent(60))])?;
    assert_eq!(allocate(&mut model, ORACLE, percent(20))?, Epoch(4));
    let pending = Err(ModelError::LoweringPending { effective: Epoch(4) });
    for target in [0, 10, 20, 30, 60, 80] {
        assert_eq!(allocate(&mut model, ORACLE, percent(target)), pending);
    }
    pass_epochs(&mut model, 1)?;
    assert_eq!(state(&model).0, percent(60));
    assert_eq!(model.settle(NORTH, ORACLE, ETH), Err(ModelError::NothingToSettle));
    pass_epochs(&mut model, 1)?;
    assert_eq!(state(&model), (percent(20), percent(20), None));

    // It errs to the safe side until someone settles it.
    assert_eq!(committed(&model), percent(60));
    assert!(allocate(&mut model, BRIDGE, percent(80)).is_err());
    model.settle(NORTH, ORACLE, ETH)?;
    assert_eq!(committed(&model), percent(20));
    assert_eq!(allocate(&mut model, BRIDGE, percent(80))?, Epoch(7));
    assert_eq!(model.settle(NORTH, ORACLE, ETH), Err(ModelError::NothingToSettle));
    Ok(())
}

#[test]
fn pending_raise_can_be_withdrawn_cut_replaced_or_turned() -> Result<()> {
    let running = running(&[(ORACLE, percent(20))])?;
    let raised = {
        let mut model = running.clone();
        allocate(&mut model, ORACLE, percent(60))?;
        pass_epochs(&mut model, 1)?;
        model
    };
    assert_eq!(committed(&raised), percent(60));

    let mut withdrawn = raised.clone();
    assert_eq!(allocate(&mut withdrawn, ORACLE, percent(20))?, Epoch(3));
    assert_eq!(state(&withdrawn), (percent(20), percent(20), None));
    assert_eq!(committed(&withdrawn), percent(20));

    let mut cut = raised.clone();
    assert_eq!(allocate(&mut cut, ORACLE, percent(50))?, Epoch(5));
    assert_eq!(state(&cut), (percent(20), percent(50), Some(Epoch(5))));
    assert_eq!(committed(&cut), percent(50));

    let mut larger = raised.clone();
    assert_eq!(allocate(&mut larger, ORACLE, percent(70))?, Epoch(6));
    assert_eq!(state(&larger), (percent(20), percent(70), Some(Epoch(6))));
    assert_eq!(committed(&larger), percent(70));
    let over = allocate(&mut larger, ORACLE, Magnitude(Magnitude::WHOLE.0 + 1));
    assert!(matches!(over, Err(ModelError::MagnitudeTooLarge { .. })));

    let mut lowered = raised.clone();
    assert_eq!(allocate(&mut lowered, ORACLE, percent(5))?, Epoch(5));
    assert_eq!(state(&lowered), (percent(20), percent(5), Some(Epoch(5))));
    assert_eq!(committed(&lowered), percent(20));

    let mut same = raised;
    let no_change = ModelError::NoChange { magnitude: percent(60) };
    assert_eq!(allocate(&mut same, ORACLE, percent(60)), Err(no_change));
    let mut same = running;
    let no_change = ModelError::NoChange { magnitude: percent(20) };
    assert_eq!(allocate(&mut same, ORACLE, percent(20)), Err(no_change));
    Ok(())
}

#[test]
fn raise_needs_membership_acceptance_and_room() -> Result<()> {
    let mut model = running(&[(ORACLE, percent(60))])?;
    let over = ModelError::CeilingExceeded {
        committed: percent(101),
        left: percent(100),
        ceiling: Wad::ONE,
        most: percent(100),
    };
    assert_eq!(allocate(&mut model, BRIDGE, percent(41)), Err(over));
    allocate(&mut model, BRIDGE, percent(40))?;

    model.remove_strategy(ORACLE, ETH)?;
    let unaccepted = ModelError::StrategyNotAccepted { set: ORACLE, strategy: ETH };
    assert_eq!(allocate(&mut model, ORACLE, percent(61)), Err(unaccepted.clone()));
    assert_eq!(model.remove_strategy(ORACLE, ETH), Err(unaccepted));
    // It frees nothing that is promised, and stops no lowering.
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 600);
    allocate(&mut model, ORACLE, percent(10))?;
    model.add_strategy(ORACLE, ETH)?;
    let accepted = ModelError::StrategyAccepted { set: ORACLE, strategy: ETH };
    assert_eq!(model.add_strategy(ORACLE, ETH), Err(accepted));

    let guild = OperatorSetId { avs: Account::from_u64(0xa7), id: 0 };
    assert_eq!(allocate(&mut model, guild, percent(1)), Err(ModelError::UnknownSet { set: guild }));
    model.create_operator_set(guild, terms(Recipient::Burn, Wad::ONE), &[ETH])?;
    let outsider = ModelError::NotMember { set: guild, operator: NORTH };
    assert_eq!(allocate(&mut model, guild, percent(1)), Err(outsider));
    let stranger = Operator::from(BOB);
    let unknown = ModelError::NotRegistered { operator: stranger };
    assert_eq!(model.allocate(stranger, guild, ETH, percent(1)), Err(unknown));
    Ok(())
}

#[test]
fn degree_above_one_backs_several_sets_with_the_same_stake() -> Result<()> {
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(150))?;
    for (set, n) in [(ORACLE, 80), (BRIDGE, 70)] {
        allocate(&mut model, set, percent(n))?;
    }
    let over = allocate(&mut model, ROLLUP, LEAST_MAGNITUDE);
    assert!(matches!(over, Err(ModelError::CeilingExceeded { .. })));
    // The ceiling limits raises only: lowered, it cuts nothing.
    model.set_ceiling(ETH, wad(100))?;
    assert_eq!(committed(&model), percent(150));
    // And one that is no longer above 1 lets a raise be only where committed is within it.
    assert!(allocate(&mut model, ROLLUP, Magnitude(1)).is_err());
    Ok(())
}

#[test]
fn guarantee_is_the_unique_part_of_the_smaller_side() -> Result<()> {
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    allocate(&mut model, ORACLE, percent(80))?;
    allocate(&mut model, BRIDGE, percent(50))?;
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    // 80 + 50 of 100: the oracle alone can rely on 50, the bridge on 20.
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 500);
    assert_eq!(model.guaranteed(BRIDGE, NORTH, ETH), 200);
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 800);
    assert_eq!(model.worst_case_loss(NORTH, ETH), Wad::ONE);
    // A pending raise takes from the others' part at once, and adds to the own only later.
    allocate(&mut model, BRIDGE, percent(60))?;
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 400);
    assert_eq!(model.guaranteed(BRIDGE, NORTH, ETH), 200);
    // A pending lowering takes from the own at once; it adds to the others' when it is settled.
    allocate(&mut model, ORACLE, percent(10))?;
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 100);
    assert_eq!(model.guaranteed(BRIDGE, NORTH, ETH), 200);
    pass_epochs(&mut model, 3)?;
    model.settle(NORTH, ORACLE, ETH)?;
    assert_eq!(model.guaranteed(BRIDGE, NORTH, ETH), 600);
    assert_eq!(model.worst_case_loss(NORTH, ETH), wad(70));
    // Queued exits are left out.
    model.queue_withdrawal(ALICE, ALICE, model.pool_id(NORTH, ETH), 500, 0)?;
    assert_eq!(model.guaranteed(BRIDGE, NORTH, ETH), 300);
    assert_eq!(model.slashable(BRIDGE, NORTH, ETH).total(), 600);
    Ok(())
}

/// Each part of the stake rounds a slash down by itself: the price, at most 2 wei, of having no
/// history of slashes.
#[test]
fn guarantee_loses_at_most_a_wei_for_each_bucket_it_moves_into() -> Result<()> {
    let mut model = running(&[(ORACLE, percent(70))])?;
    deposit(&mut model, ALICE, NORTH, 3)?;
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 2);
    let id = model.pool_id(NORTH, ETH);
    model.queue_withdrawal(ALICE, ALICE, id, 1, 1)?;
    pass_epochs(&mut model, 1)?;
    model.queue_withdrawal(ALICE, ALICE, id, 1, 1)?;
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 0);
    Ok(())
}

#[test]
fn terms_are_judged_when_a_set_is_created() -> Result<()> {
    let mut model = founded()?;
    let fresh = OperatorSetId { avs: Account::from_u64(0xa7), id: 9 };
    let good = terms(Recipient::Burn, Wad::ONE);
    let used = ModelError::SetExists { set: ORACLE };
    assert_eq!(model.create_operator_set(ORACLE, good, &[]), Err(used));
    let cap = Wad(Wad::ONE.0 + 1);
    let high = palisade_model::Terms { cap, ..good };
    let too_high = Err(ModelError::CapOutOfRange { cap });
    assert_eq!(model.create_operator_set(fresh, high, &[]), too_high);
    let window = EPOCH / 2 + 1;
    let long = palisade_model::Terms { window, ..good };
    let too_long = Err(ModelError::WindowTooLong { window, most: EPOCH / 2 });
    assert_eq!(model.create_operator_set(fresh, long, &[]), too_long);
    let twice = Err(ModelError::StrategyAccepted { set: fresh, strategy: ETH });
    assert_eq!(model.create_operator_set(fresh, good, &[ETH, ETH]), twice);
    let nobody = palisade_model::Terms { slasher: Account::default(), ..good };
    assert_eq!(model.create_operator_set(fresh, nobody, &[]), Err(ModelError::ZeroAccount));
    model.create_operator_set(fresh, good, &[ETH])?;
    assert_eq!(model.operator_set(fresh)?.terms, good);

    let twice = ModelError::AlreadyMember { set: ORACLE, operator: NORTH };
    assert_eq!(model.join(NORTH, ORACLE), Err(twice));
    model.join(NORTH, fresh)?;
    assert!(model.is_member(NORTH, fresh));
    Ok(())
}
