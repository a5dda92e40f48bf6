//! What there is to ask about, and what is remembered of it.

use palisade_model::{Epoch, Function, Result, U256};

use crate::world::*;

fn list<T>(things: impl Iterator<Item = T>) -> Vec<T> {
    things.collect()
}

#[test]
fn pool_remembers_the_epoch_of_its_last_change() -> Result<()> {
    let mut model = running(&[(ORACLE, percent(100))])?;
    assert_eq!(model.pool_since(NORTH, ETH), None);
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    let id = model.pool_id(NORTH, ETH);
    assert_eq!(model.pool_since(NORTH, ETH), Some(Epoch(2)));
    pass_epochs(&mut model, 1)?;
    // A slash changes assets, and no shares.
    slash(&mut model, ORACLE, wad(50))?;
    assert_eq!(model.pool_since(NORTH, ETH), Some(Epoch(2)));
    model.queue_withdrawal(ALICE, ALICE, id, 100, 0)?;
    assert_eq!(model.pool_since(NORTH, ETH), Some(Epoch(3)));
    pass_epochs(&mut model, 1)?;
    // The end of a generation is a change.
    slash(&mut model, ORACLE, wad(100))?;
    assert_eq!(model.pool_since(NORTH, ETH), Some(Epoch(4)));
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 10)?;
    assert_eq!(model.pool_since(NORTH, ETH), Some(Epoch(5)));
    assert_eq!(model.pool_since(SOUTH, ETH), None);
    Ok(())
}

#[test]
fn everything_there_is_can_be_listed() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    let id = model.pool_id(NORTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, id, 1_000, 0)?;
    model.approve(ALICE, BOB, id, U256::ZERO);
    model.set_operator(ALICE, CAROL, true);
    model.admit(WARDEN, EAST, BOB, 0, None)?;
    model.appoint(NORTH.account(), BOB, Function::Leave, true);
    model.set_can_receive(ETH, TREASURY, false);
    slash(&mut model, ORACLE, wad(10))?;

    assert_eq!(list(model.operators()), OPERATORS);
    assert_eq!(list(model.operator_sets()), SETS);
    assert_eq!(list(model.pools()), [(NORTH, ETH)]);
    assert_eq!(list(model.positions()), []);
    assert_eq!(list(model.former_positions()), [(id, ALICE)]);
    assert_eq!(list(model.buckets()), [(id, exit.epoch)]);
    assert_eq!(list(model.exits()), [(id, exit.epoch, ALICE)]);
    assert_eq!(model.exit_shares(id, exit.epoch, ALICE), U256::from(1_000));
    assert_eq!(model.exit_shares(id, exit.epoch, BOB), U256::ZERO);
    assert_eq!(list(model.allowances()), [(ALICE, BOB, id)]);
    assert_eq!(list(model.agents()), [(ALICE, CAROL)]);
    assert_eq!(list(model.admissions()), [(EAST, BOB)]);
    let lent = (NORTH.account(), BOB, Function::Leave);
    assert_eq!(list(model.appointments()), [lent]);
    assert_eq!(list(model.credits()), [(ETH, TREASURY)]);
    assert_eq!(list(model.allocations()), [(ORACLE, NORTH, ETH)]);
    let holders = STRATEGIES.into_iter().flat_map(|token| STAKERS.map(|staker| (token, staker)));
    assert_eq!(list(model.holders()), list(holders));
    assert!(!model.can_receive(ETH, TREASURY) && model.can_receive(GOLD, TREASURY));
    Ok(())
}

#[test]
fn supply_is_all_that_was_minted() -> Result<()> {
    let mut model = staked(&[(BRIDGE, percent(100))])?;
    let supply = model.supply(ETH);
    assert_eq!(supply, 3 << 100);
    slash(&mut model, BRIDGE, wad(30))?;
    assert_eq!((model.burned(ETH), model.supply(ETH)), (300, supply));
    model.mint(ETH, BOB, 5)?;
    assert_eq!(model.supply(ETH), supply + 5);
    Ok(())
}
