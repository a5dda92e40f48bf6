//! A walk goes once round, from anywhere, over what its list has.

use palisade_model::{Account, Model, PoolId, Result, U256};

use crate::world::*;

/// All positions, walked from one of them.
fn walked(model: &Model, from: (PoolId, Account)) -> Vec<(PoolId, Account)> {
    model.positions_from(from).collect()
}

#[test]
fn walk_over_positions_begins_anywhere_and_goes_once_round() -> Result<()> {
    let mut model = staked(&[])?;
    deposit(&mut model, BOB, NORTH, 500)?;
    deposit(&mut model, BOB, SOUTH, 500)?;
    let all: Vec<_> = model.positions().collect();
    assert_eq!(all.len(), 3);
    assert_eq!(walked(&model, (PoolId::default(), Account::default())), all);
    for start in 0..all.len() {
        let mut turned = all.clone();
        turned.rotate_left(start);
        assert_eq!(walked(&model, all[start]), turned);
    }
    Ok(())
}

#[test]
fn walks_leave_out_what_is_nothing() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    let (pool, nobody) = (model.pool_id(NORTH, ETH), Account::default());
    let epoch = model.epoch().plus(2);
    model.queue_withdrawal(ALICE, ALICE, pool, model.position_shares(pool, ALICE), 0)?;
    assert_eq!(walked(&model, (pool, nobody)), []);
    let exits = |model: &Model| model.exits_from((pool, epoch, nobody)).collect::<Vec<_>>();
    assert_eq!(exits(&model), [(pool, epoch, ALICE)]);
    pass_epochs(&mut model, 2)?;
    model.complete_withdrawal(ALICE, ALICE, pool, epoch, ALICE)?;
    assert_eq!(exits(&model), []);

    model.set_can_receive(ETH, BOB, false);
    assert!(!model.can_receive(ETH, BOB) && model.can_receive(ETH, ALICE));
    model.approve(ALICE, BOB, pool, U256::from(7_u64));
    let allowances: Vec<_> = model.allowances_from((BOB, BOB, pool)).collect();
    assert_eq!(allowances, [((ALICE, BOB, pool), U256::from(7_u64))]);
    let members: Vec<_> = model.members_from((ORACLE, NORTH)).collect();
    assert_eq!(members.first(), Some(&(ORACLE, NORTH)));
    assert!(members.iter().all(|(set, operator)| model.is_member(*operator, *set)));
    let written: Vec<_> = model.written_allocations_from((ORACLE, NORTH, ETH)).collect();
    assert_eq!(written, [((ORACLE, NORTH, ETH), model.allocation(ORACLE, NORTH, ETH))]);
    Ok(())
}
