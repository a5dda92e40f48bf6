//! Balances at the first instant of an epoch.

use palisade_model::{Epoch, ModelError, PoolId, Result};

use crate::world::*;

#[test]
fn change_counts_from_the_next_epoch() -> Result<()> {
    let mut model = staked(&[])?;
    let id = model.pool_id(NORTH, ETH);
    // Epoch 2: 1,000 + 500. Epoch 4: two changes, of which the last counts. Epoch 7: out.
    deposit(&mut model, ALICE, NORTH, 500)?;
    assert_eq!(model.shares_at(id, ALICE, Epoch(2))?, 0);
    pass_epochs(&mut model, 2)?;
    deposit(&mut model, ALICE, NORTH, 100)?;
    deposit(&mut model, BOB, NORTH, 7)?;
    model.queue_withdrawal(ALICE, ALICE, id, 300, 0)?;
    pass_epochs(&mut model, 3)?;
    model.queue_withdrawal(ALICE, ALICE, id, 1_300, 0)?;
    pass_epochs(&mut model, 1)?;

    let alice: Result<Vec<_>> = (1..=8).map(|e| model.shares_at(id, ALICE, Epoch(e))).collect();
    assert_eq!(alice?, [0, 0, 1_500, 1_500, 1_300, 1_300, 1_300, 0]);
    let total: Result<Vec<_>> = (1..=8).map(|e| model.total_shares_at(id, Epoch(e))).collect();
    assert_eq!(total?, [0, 0, 1_500, 1_500, 1_307, 1_307, 1_307, 7]);
    let future = ModelError::EpochNotBegun { epoch: Epoch(9), now: Epoch(8) };
    assert_eq!(model.shares_at(id, ALICE, Epoch(9)), Err(future.clone()));
    assert_eq!(model.total_shares_at(id, Epoch(9)), Err(future));
    Ok(())
}

#[test]
fn generations_have_histories_of_their_own() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    let first = model.pool_id(NORTH, ETH);
    pass_epochs(&mut model, 1)?;
    slash(&mut model, ORACLE, wad(100))?;
    deposit(&mut model, BOB, NORTH, 70)?;
    pass_epochs(&mut model, 1)?;

    let second = PoolId { generation: 1, ..first };
    assert_eq!(model.pool_id(NORTH, ETH), second);
    assert_eq!(model.shares_at(first, ALICE, Epoch(3))?, 1_000);
    assert_eq!(model.total_shares_at(first, Epoch(3))?, 1_000);
    assert_eq!(model.total_shares_at(second, Epoch(3))?, 0);
    assert_eq!(model.total_shares_at(second, Epoch(4))?, 70);
    assert_eq!(model.shares_at(second, BOB, Epoch(4))?, 70);
    Ok(())
}
