//! Positions that change hands, and who may act for whom.

use palisade_model::{Account, Epoch, Model, ModelError, Operator, PoolId, Result, U256};

use crate::world::*;

#[test]
fn transfer_moves_shares_and_leaves_the_pool_alone() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    let id = model.pool_id(NORTH, ETH);
    let (pool, guaranteed) = (model.pool(NORTH, ETH), model.guaranteed(ORACLE, NORTH, ETH));
    pass_epochs(&mut model, 1)?;
    model.transfer(ALICE, ALICE, BOB, id, 400)?;
    assert_eq!((model.position_shares(id, ALICE), model.position_shares(id, BOB)), (600, 400));
    assert_eq!(model.pool(NORTH, ETH), pool);
    assert_eq!(model.guaranteed(ORACLE, NORTH, ETH), guaranteed);
    // It counts from the next epoch.
    assert_eq!(model.shares_at(id, BOB, Epoch(3))?, 0);
    pass_epochs(&mut model, 1)?;
    assert_eq!(model.shares_at(id, BOB, Epoch(4))?, 400);
    assert_eq!(model.shares_at(id, ALICE, Epoch(4))?, 600);
    // To oneself it changes nothing.
    model.transfer(BOB, BOB, BOB, id, 400)?;
    assert_eq!(model.position_shares(id, BOB), 400);
    model.queue_withdrawal(BOB, BOB, id, 400, 400)?;

    let much = ModelError::InsufficientShares { pool: id, owner: ALICE, held: 600, needed: 601 };
    assert_eq!(model.transfer(ALICE, ALICE, BOB, id, 601), Err(much));
    assert_eq!(model.transfer(CAROL, ALICE, BOB, id, 0), Err(ModelError::TransfersNothing));
    let nobody = model.transfer(ALICE, ALICE, Account::default(), id, 1);
    assert_eq!(nobody, Err(ModelError::ZeroAccount));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn spender_transfers_what_it_is_allowed() -> Result<()> {
    let mut model = staked(&[])?;
    let id = model.pool_id(NORTH, ETH);
    let move_by_bob = |model: &mut Model, amount| {
        let moved = model.transfer(BOB, ALICE, CAROL, id, amount);
        (moved, model.allowance(ALICE, BOB, id))
    };
    let short = |allowed: u64, needed| {
        let allowed = U256::from(allowed);
        (Err(ModelError::InsufficientAllowance { pool: id, allowed, needed }), allowed)
    };
    assert_eq!(move_by_bob(&mut model, 1), short(0, 1));
    model.approve(ALICE, BOB, id, U256::from(300));
    assert_eq!(move_by_bob(&mut model, 200), (Ok(()), U256::from(100)));
    assert_eq!(move_by_bob(&mut model, 101), short(100, 101));
    // To the last share.
    assert_eq!(move_by_bob(&mut model, 100), (Ok(()), U256::ZERO));
    assert_eq!(move_by_bob(&mut model, 1), short(0, 1));
    // The largest number there is is not used up; an allowance is of one pool, for transfers only.
    model.approve(ALICE, BOB, id, U256::MAX);
    model.transfer(BOB, ALICE, BOB, id, 500)?;
    assert_eq!(model.allowance(ALICE, BOB, id), U256::MAX);
    let stranger = ModelError::NotOwnerNorOperator { owner: ALICE, by: BOB };
    let queued = model.queue_withdrawal(BOB, ALICE, id, 1, 0).map(|_| ());
    assert_eq!(queued, Err(stranger));
    assert_eq!(model.position_shares(id, CAROL), 300);
    Ok(())
}

#[test]
fn operator_acts_for_its_owner() -> Result<()> {
    let mut model = staked(&[])?;
    let id = model.pool_id(NORTH, ETH);
    deposit(&mut model, ALICE, Operator::IDLE, 500)?;
    let idle = model.pool_id(Operator::IDLE, ETH);
    model.set_operator(ALICE, BOB, true);
    let exit = model.queue_withdrawal(BOB, ALICE, id, 300, 300)?;
    model.queue_withdrawal(ALICE, ALICE, id, 100, 0)?;
    assert_eq!(model.exit_value(id, exit.epoch, ALICE), 400);
    assert_eq!(model.withdraw(BOB, ALICE, idle, 100, BOB)?, 100);
    assert_eq!(model.delegate(BOB, ALICE, idle, 100, SOUTH, 0)?, 100);
    model.transfer(BOB, ALICE, BOB, id, 100)?;
    pass_epochs(&mut model, 2)?;
    let mut tokens = model.clone();
    assert_eq!(tokens.complete_withdrawal(BOB, ALICE, id, exit.epoch, CAROL)?, 400);
    assert_eq!(model.redelegate(BOB, ALICE, id, exit.epoch, SOUTH, 0)?, 400);
    assert_eq!(model.position_shares(model.pool_id(SOUTH, ETH), ALICE), 500);

    // Not for others, and not any longer.
    let refused = |owner, by| Err(ModelError::NotOwnerNorOperator { owner, by });
    assert_eq!(model.withdraw(ALICE, BOB, idle, 1, ALICE), refused(BOB, ALICE));
    model.set_operator(ALICE, BOB, false);
    assert_eq!(model.withdraw(BOB, ALICE, idle, 1, BOB), refused(ALICE, BOB));
    assert_eq!(model.delegate(BOB, ALICE, idle, 1, SOUTH, 0), refused(ALICE, BOB));
    assert_eq!(model.redelegate(BOB, ALICE, id, exit.epoch, SOUTH, 0), refused(ALICE, BOB));
    assert_eq!(
        tokens.complete_withdrawal(SLASHER, ALICE, id, exit.epoch, BOB),
        refused(ALICE, SLASHER)
    );
    let spender = ModelError::InsufficientAllowance { pool: id, allowed: U256::ZERO, needed: 1 };
    assert_eq!(model.transfer(BOB, ALICE, BOB, id, 1), Err(spender));
    Ok(())
}

#[test]
fn position_of_an_ended_generation_is_transferred_worthless() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    let ended = model.pool_id(NORTH, ETH);
    slash(&mut model, ORACLE, wad(100))?;
    deposit(&mut model, CAROL, NORTH, 10)?;
    model.transfer(ALICE, ALICE, BOB, ended, 1_000)?;
    assert_eq!((model.position_shares(ended, BOB), model.position_value(ended, BOB)), (1_000, 0));
    assert_eq!(model.position_shares(PoolId { generation: 1, ..ended }, BOB), 0);
    assert_eq!(model.check(), Ok(()));
    Ok(())
}
