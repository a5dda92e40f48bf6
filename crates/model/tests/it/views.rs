//! What there is to ask about, and what is remembered of it.

use palisade_model::{Budget, Epoch, Function, Magnitude, Result, U256, Wad};

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

/// A landed lowering counts as committed until something touches it; whoever acts on it finds it gone.
#[test]
fn budget_is_as_written_and_as_an_action_finds_it() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50)), (BRIDGE, percent(20))])?;
    slash(&mut model, ORACLE, wad(20))?;
    let left = percent(90);
    let budget = |committed| Budget { left, committed: percent(committed) };
    model.allocate(NORTH, ORACLE, ETH, percent(10))?;
    pass_epochs(&mut model, 2)?;
    assert_eq!(model.budget(NORTH, ETH), budget(60));
    assert_eq!(model.budget_found(ORACLE, NORTH, ETH), budget(30));
    assert_eq!(model.budget_found(BRIDGE, NORTH, ETH), budget(60));
    let whole = Budget { left: Magnitude::WHOLE, committed: Magnitude::ZERO };
    assert_eq!((model.budget(SOUTH, ETH), model.budget(NORTH, GOLD)), (whole, whole));
    Ok(())
}

/// Committed over left, rounded up, and at most 1.
#[test]
fn worst_case_is_all_that_is_committed() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50)), (BRIDGE, percent(20))])?;
    assert_eq!(model.worst_case_loss(NORTH, ETH), wad(70));
    slash(&mut model, ORACLE, wad(20))?;
    // 0.6 of 0.9.
    assert_eq!(model.worst_case_loss(NORTH, ETH), Wad(666_666_666_666_666_667));
    assert_eq!(model.worst_case_loss(SOUTH, ETH), Wad(0));
    assert_eq!(staked(&[(ORACLE, percent(100))])?.worst_case_loss(NORTH, ETH), Wad::ONE);
    Ok(())
}

#[test]
fn walks_over_all_there_is_go_once_round() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50)), (COURT, percent(10))])?;
    deposit(&mut model, BOB, NORTH, 500)?;
    let pool = model.pool_id(NORTH, ETH);
    for staker in [ALICE, BOB] {
        model.queue_withdrawal(staker, staker, pool, 100, 0)?;
        model.approve(staker, CAROL, pool, U256::from(5_u64));
    }
    model.propose_slash(SLASHER, COURT, NORTH, ETH, wad(50))?;
    model.set_can_receive(ETH, TREASURY, false);
    slash(&mut model, ORACLE, wad(50))?;
    let epoch = model.epoch().plus(2);
    let exits = [(pool, epoch, ALICE), (pool, epoch, BOB)];
    assert_eq!(list(model.exits_from(exits[0])), exits);
    assert_eq!(list(model.exits_from(exits[1])), [exits[1], exits[0]]);
    let five = U256::from(5_u64);
    let allowed = [((ALICE, CAROL, pool), five), ((BOB, CAROL, pool), five)];
    assert_eq!(list(model.allowances_from(allowed[1].0)), [allowed[1], allowed[0]]);
    assert_eq!(list(model.credits_from((ETH, TREASURY))), [(ETH, TREASURY)]);
    assert_eq!(list(model.credits_from((GOLD, TREASURY))), [(ETH, TREASURY)]);
    let members = list(model.members_from((COURT, SOUTH)));
    assert_eq!(members[0], (COURT, SOUTH));
    assert_eq!(members.len(), SETS.len() * OPERATORS.len());
    let written = list(model.written_allocations_from((COURT, NORTH, ETH)));
    let keys = [(COURT, NORTH, ETH), (ORACLE, NORTH, ETH)];
    assert_eq!(list(written.iter().map(|(key, _)| *key)), keys);
    assert_eq!(written[1].1, model.allocation(ORACLE, NORTH, ETH));
    let proposals = list(model.written_proposals_from((ORACLE, NORTH, ETH)));
    assert_eq!(proposals.len(), 1);
    assert_eq!(Some(proposals[0].1), model.proposal(COURT, NORTH, ETH));
    assert!(model.has_pool(NORTH, ETH) && !model.has_pool(SOUTH, ETH));
    Ok(())
}
