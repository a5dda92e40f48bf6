//! What a slash takes, from whom, and what it leaves.

use palisade_model::{
    Account, Budget, Delivery, Epoch, LEAST_MAGNITUDE, Magnitude, ModelError, OperatorSetId, Parts,
    Pool, PoolId, Recipient, Result, Terms, Wad,
};

use crate::world::*;

#[test]
fn slash_takes_the_same_fraction_of_pool_and_unmatured_exits() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50)), (ROLLUP, percent(25))])?;
    deposit(&mut model, BOB, NORTH, 333)?;
    let id = model.pool_id(NORTH, ETH);
    // Epochs 2, 3 and 4: exits of 100, 101 and 103; the first has matured when the slash comes.
    for shares in [100, 101, 103] {
        model.queue_withdrawal(ALICE, ALICE, id, shares, 0)?;
        pass_epochs(&mut model, 1)?;
    }
    model.queue_withdrawal(BOB, BOB, id, 7, 0)?;
    let before = model.balance(ETH, TREASURY);
    let slashed = model.slash(SLASHER, ORACLE, NORTH, &[(ETH, wad(30))])?;
    // 15 % of the pool of 1,022, of 103 and of 7; 100 and 101 are out of reach in epoch 5.
    assert_eq!(slashed[0].magnitude, percent(15));
    assert_eq!(slashed[0].assets, Parts { pool: 153, exits: [15, 1] });
    assert_eq!(slashed[0].delivery, Delivery::Sent(TREASURY));
    assert_eq!(model.balance(ETH, TREASURY), before + 169);
    let worth = |epoch| model.exit_value(id, Epoch(epoch), ALICE);
    assert_eq!([4, 5, 6].map(worth), [100, 101, 88]);
    assert_eq!(model.exit_value(id, Epoch(7), BOB), 6);
    assert_eq!(model.pool(NORTH, ETH), Pool { generation: 0, assets: 869, shares: 1_022 });

    // Left and committed fall by what was taken; what the others can slash stays.
    let budget = Budget { left: percent(85), committed: percent(60) };
    assert_eq!(model.budget(NORTH, ETH), budget);
    assert_eq!(model.allocation(ORACLE, NORTH, ETH).current, percent(35));
    assert_eq!(model.slashable(ROLLUP, NORTH, ETH), Parts { pool: 255, exits: [25, 1] });
    Ok(())
}

#[test]
fn slash_lowers_both_sides_of_a_pending_change() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(40))])?;
    model.allocate(NORTH, ORACLE, ETH, percent(70))?;
    slash(&mut model, ORACLE, wad(25))?;
    let allocation = model.allocation(ORACLE, NORTH, ETH);
    assert_eq!((allocation.current, allocation.next), (percent(30), percent(60)));
    assert_eq!(model.budget(NORTH, ETH).committed, percent(60));

    let mut model = staked(&[(ORACLE, percent(40)), (ROLLUP, percent(10))])?;
    model.allocate(NORTH, ORACLE, ETH, percent(10))?;
    slash(&mut model, ORACLE, wad(50))?;
    let allocation = model.allocation(ORACLE, NORTH, ETH);
    assert_eq!((allocation.current, allocation.next), (percent(20), Magnitude::ZERO));
    assert_eq!(allocation.effective, Some(Epoch(4)));
    assert_eq!(model.budget(NORTH, ETH).committed, percent(30));

    // Slashed to nothing, there is nothing left to lower.
    slash(&mut model, ORACLE, wad(100))?;
    assert_eq!(model.allocation(ORACLE, NORTH, ETH).effective, None);
    assert_eq!(model.allocate(NORTH, ORACLE, ETH, percent(5))?, Epoch(5));
    Ok(())
}

#[test]
fn landed_change_lands_before_the_slash() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(40)), (ROLLUP, percent(10))])?;
    model.allocate(NORTH, ORACLE, ETH, percent(20))?;
    pass_epochs(&mut model, 2)?;
    assert_eq!(slash(&mut model, ORACLE, wad(100))?, 200);
    let budget = Budget { left: percent(80), committed: percent(10) };
    assert_eq!(model.budget(NORTH, ETH), budget);
    Ok(())
}

#[test]
fn cap_bounds_all_slashes_of_an_epoch_together() -> Result<()> {
    // The bridge may take 30 % in an epoch: of half the pool, 15 % of it.
    let mut model = staked(&[(BRIDGE, percent(50)), (ORACLE, percent(50))])?;
    let over = |taken, asked, most| ModelError::EpochCapExceeded {
        strategy: ETH,
        taken: percent(taken),
        asked: percent(asked),
        most: percent(most),
    };
    assert_eq!(slash(&mut model, BRIDGE, wad(32)), Err(over(0, 16, 15)));
    assert_eq!(slash(&mut model, BRIDGE, wad(20))?, 100);
    // 10 are taken: of the remaining 40 another 5, an eighth.
    assert_eq!(slash(&mut model, BRIDGE, wad(15)), Err(over(10, 6, 15)));
    assert_eq!(slash(&mut model, BRIDGE, Wad(125_000_000_000_000_000))?, 50);
    assert!(slash(&mut model, BRIDGE, wad(1)).is_err());
    // It is the bridge's cap alone, and this epoch's.
    slash(&mut model, ORACLE, wad(10))?;
    pass_epochs(&mut model, 1)?;
    assert_eq!(model.allocation(BRIDGE, NORTH, ETH).taken_during(model.epoch()), Magnitude::ZERO);
    slash(&mut model, BRIDGE, wad(30))?;
    assert_eq!(model.allocation(BRIDGE, NORTH, ETH).current, Magnitude(245_000_000_000_000_000));
    assert_eq!(model.burned(ETH), 100 + 50 + 105);
    Ok(())
}

#[test]
fn slash_that_leaves_nothing_ends_the_generation() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    let first = model.pool_id(NORTH, ETH);
    let matured = model.queue_withdrawal(ALICE, ALICE, first, 100, 0)?;
    pass_epochs(&mut model, 2)?;
    let unmatured = model.queue_withdrawal(ALICE, ALICE, first, 200, 0)?;
    model.allocate(NORTH, ORACLE, ETH, percent(50))?;

    let slashed = model.slash(SLASHER, ORACLE, NORTH, &[(ETH, Wad::ONE)])?;
    assert!(slashed[0].ended_generation);
    assert_eq!(slashed[0].assets, Parts { pool: 700, exits: [0, 200] });
    assert_eq!(model.pool(NORTH, ETH), Pool { generation: 1, assets: 0, shares: 0 });
    assert_eq!(model.budget(NORTH, ETH), Budget::default());
    // The allocation of the ended generation counts as zero, its pending change included.
    let allocation = model.allocation(ORACLE, NORTH, ETH);
    assert_eq!((allocation.side(), allocation.effective), (Magnitude::ZERO, None));
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 0);
    assert_eq!(model.worst_case_loss(NORTH, ETH), Wad(0));

    // The old shares never touch new money; what had matured keeps its worth.
    deposit(&mut model, BOB, NORTH, 50)?;
    assert_eq!(model.position_shares(first, ALICE), 700);
    assert_eq!(model.position_value(first, ALICE), 0);
    assert_eq!(model.exit_value(first, matured.epoch, ALICE), 100);
    assert_eq!(model.exit_value(first, unmatured.epoch, ALICE), 0);
    let ended = ModelError::NotCurrentGeneration { pool: first, current: 1 };
    assert_eq!(model.queue_withdrawal(ALICE, ALICE, first, 1, 0).map(|_| ()), Err(ended));
    pass_epochs(&mut model, 2)?;
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, first, matured.epoch, ALICE)?, 100);
    // An exit worth nothing completes even where its token would refuse.
    model.set_can_receive(ETH, ALICE, false);
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, first, unmatured.epoch, ALICE)?, 0);

    // A new allocation belongs to the new generation.
    let second = PoolId { generation: 1, ..first };
    model.allocate(NORTH, ORACLE, ETH, percent(50))?;
    pass_epochs(&mut model, 3)?;
    assert_eq!(slash(&mut model, ORACLE, wad(100))?, 25);
    assert_eq!(model.position_value(second, BOB), 25);
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn left_is_whole_again_when_nothing_is_committed() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(30))])?;
    slash(&mut model, ORACLE, wad(50))?;
    assert_eq!(model.budget(NORTH, ETH), Budget { left: percent(85), committed: percent(15) });
    model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    pass_epochs(&mut model, 2)?;
    assert_eq!(model.budget(NORTH, ETH).left, percent(85));
    model.settle(NORTH, ORACLE, ETH)?;
    assert_eq!(model.budget(NORTH, ETH), Budget::default());
    assert_eq!(model.pool(NORTH, ETH).assets, 850);

    // And at once where the slash took the last of it.
    let mut model = staked(&[(ORACLE, percent(30))])?;
    slash(&mut model, ORACLE, wad(100))?;
    assert_eq!(model.budget(NORTH, ETH), Budget::default());
    assert_eq!(model.pool(NORTH, ETH), Pool { generation: 0, assets: 700, shares: 1_000 });
    Ok(())
}

#[test]
fn raise_is_refused_where_next_to_nothing_is_left() -> Result<()> {
    let mut model = running(&[(ORACLE, percent(100))])?;
    deposit(&mut model, ALICE, NORTH, 1 << 80)?;
    slash(&mut model, ORACLE, Wad(Wad::ONE.0 - LEAST_MAGNITUDE.0 + 1))?;
    // Of so little nothing is guaranteed either, though all of it is the set's.
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), 0);
    let left = Magnitude(LEAST_MAGNITUDE.0 - 1);
    let refused = Err(ModelError::TooLittleLeft { left });
    assert_eq!(model.allocate(NORTH, ORACLE, ETH, LEAST_MAGNITUDE), refused);
    let dust = ModelError::MagnitudeTooSmall { magnitude: Magnitude(5), least: LEAST_MAGNITUDE };
    assert_eq!(model.allocate(NORTH, ORACLE, ETH, Magnitude(5)), Err(dust));
    // Lowering it to nothing makes the pool whole again.
    model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    pass_epochs(&mut model, 2)?;
    model.allocate(NORTH, ORACLE, ETH, percent(100))?;
    Ok(())
}

#[test]
fn above_degree_one_a_slash_takes_no_more_than_is_left() -> Result<()> {
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    for set in [ORACLE, ROLLUP] {
        model.allocate(NORTH, set, ETH, percent(80))?;
    }
    model.allocate(NORTH, BRIDGE, ETH, percent(40))?;
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;

    assert_eq!(slash(&mut model, ORACLE, wad(75))?, 600);
    // 40 are left: the others stretch over it.
    let budget = Budget { left: percent(40), committed: percent(140) };
    assert_eq!(model.budget(NORTH, ETH), budget);
    assert_eq!(model.slashable(ROLLUP, NORTH, ETH).total(), 400);
    assert_eq!(model.slashable(BRIDGE, NORTH, ETH).total(), 400);
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 200);
    // Truly taken is what is returned: half of the 40, not half of the 80.
    assert_eq!(slash(&mut model, ROLLUP, wad(50))?, 200);
    assert_eq!(model.allocation(ROLLUP, NORTH, ETH).current, percent(60));
    // The cap counts what could be taken: 30 % of the 20 that are left.
    let over = slash(&mut model, BRIDGE, wad(31));
    assert!(matches!(over, Err(ModelError::EpochCapExceeded { .. })), "{over:?}");
    assert_eq!(slash(&mut model, BRIDGE, wad(30))?, 60);
    assert_eq!(slash(&mut model, ROLLUP, wad(100))?, 140);
    assert_eq!(model.pool_id(NORTH, ETH).generation, 1);
    assert_eq!(model.vault_balance(ETH), 0);

    // What the other sets still had belongs to the generation that ended.
    deposit(&mut model, BOB, NORTH, 1_000)?;
    assert_eq!(model.budget(NORTH, ETH), Budget::default());
    for set in INSTANT {
        assert_eq!(model.allocation(set, NORTH, ETH).current, Magnitude::ZERO);
        assert_eq!(slash(&mut model, set, wad(1)), Err(ModelError::SlashesNothing));
    }
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn recipient_that_cannot_receive_is_credited() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    model.set_can_receive(ETH, TREASURY, false);
    let slashed = model.slash(SLASHER, ORACLE, NORTH, &[(ETH, wad(20))])?;
    assert_eq!(slashed[0].delivery, Delivery::Credited(TREASURY));
    assert_eq!((model.credit(ETH, TREASURY), model.balance(ETH, TREASURY)), (100, 0));
    assert_eq!(model.pool(NORTH, ETH).assets, 900);
    slash(&mut model, ORACLE, wad(10))?;
    assert_eq!(model.credit(ETH, TREASURY), 140);

    let refused = ModelError::CannotReceive { strategy: ETH, account: TREASURY };
    assert_eq!(model.collect_credit(ALICE, TREASURY, ETH, TREASURY), Err(refused));
    model.set_can_receive(ETH, TREASURY, true);
    let stranger = ModelError::NotOwnerNorOperator { owner: TREASURY, by: ALICE };
    assert_eq!(model.collect_credit(ALICE, TREASURY, ETH, ALICE), Err(stranger));
    assert_eq!(model.collect_credit(ALICE, TREASURY, ETH, TREASURY)?, 140);
    assert_eq!(model.balance(ETH, TREASURY), 140);
    let none = ModelError::NoCredit { strategy: ETH, account: TREASURY };
    assert_eq!(model.collect_credit(TREASURY, TREASURY, ETH, TREASURY), Err(none));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn one_slash_reaches_several_strategies_and_skips_empty_ones() -> Result<()> {
    let mut model = founded()?;
    for strategy in STRATEGIES {
        model.allocate(NORTH, ORACLE, strategy, percent(50))?;
    }
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    let both = [(ETH, wad(10)), (GOLD, wad(100))];
    let slashed = model.slash(SLASHER, ORACLE, NORTH, &both)?;
    assert_eq!((slashed[0].magnitude, slashed[0].assets.total()), (percent(5), 50));
    // No gold: it is skipped, and its allocation does not move.
    assert_eq!((slashed[1].magnitude, slashed[1].assets.total()), (Magnitude::ZERO, 0));
    assert_eq!(slashed[1].delivery, Delivery::Nothing);
    assert_eq!(model.allocation(ORACLE, NORTH, GOLD).current, percent(50));

    model.deposit(BOB, GOLD, NORTH, 10, 0, BOB)?;
    let slashed = model.slash(SLASHER, ORACLE, NORTH, &both)?;
    assert_eq!(slashed[0].assets.total(), 45);
    assert_eq!(slashed[1].assets.total(), 5);
    Ok(())
}

#[test]
fn slash_is_refused_with_a_reason() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    let try_slash = |model: &mut palisade_model::Model, by, fractions: &[_]| {
        model.slash(by, ORACLE, NORTH, fractions).map(|_| ())
    };
    let stranger = ModelError::NotSlasher { set: ORACLE, by: ALICE };
    assert_eq!(try_slash(&mut model, ALICE, &[(ETH, wad(1))]), Err(stranger));
    let unordered =
        |previous, strategy| Err(ModelError::StrategiesNotAscending { previous, strategy });
    let doubled = [(ETH, wad(1)), (GOLD, wad(1)), (GOLD, wad(1))];
    assert_eq!(try_slash(&mut model, SLASHER, &doubled), unordered(GOLD, GOLD));
    let descending = [(GOLD, wad(1)), (ETH, wad(1))];
    assert_eq!(try_slash(&mut model, SLASHER, &descending), unordered(GOLD, ETH));
    let above = Wad(Wad::ONE.0 + 1);
    let too_much = ModelError::FractionAboveOne { wad: above };
    assert_eq!(try_slash(&mut model, SLASHER, &[(ETH, above)]), Err(too_much));
    // Nothing allocated, nothing asked, or so little that no token would move.
    let nothing = Err(ModelError::SlashesNothing);
    assert_eq!(try_slash(&mut model, SLASHER, &[(GOLD, wad(1))]), nothing);
    assert_eq!(try_slash(&mut model, SLASHER, &[(ETH, Wad(0))]), nothing);
    assert_eq!(try_slash(&mut model, SLASHER, &[(ETH, Wad(1_000))]), nothing);
    assert_eq!(try_slash(&mut model, SLASHER, &[]), nothing);

    let court = OperatorSetId { avs: Account::from_u64(0xa8), id: 1 };
    let window = EPOCH / 2;
    let slow = Terms { window, resolver: Some(BOB), ..terms(Recipient::Burn, Wad::ONE) };
    model.create_operator_set(court, slow, &[ETH])?;
    let not_instant = Err(ModelError::NotInstant { set: court, window });
    assert_eq!(model.slash(SLASHER, court, NORTH, &[(ETH, wad(1))]).map(|_| ()), not_instant);
    Ok(())
}
