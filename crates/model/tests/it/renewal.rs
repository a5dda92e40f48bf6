//! Pools that are worn out and begin anew.

use palisade_model::{
    Account, Bucket, Epoch, Magnitude, Model, ModelError, Operator, Parts, Pool, PoolId, Result,
    U256, Wad,
};

use crate::world::*;

/// Alice has 1,000,000 shares worth 100 with NORTH, after a slash of all but a ten-thousandth; an
/// exit of Bob's went with them. Nothing is committed any more; epoch 4.
fn worn() -> Result<(Model, PoolId)> {
    let mut model = running(&[(ORACLE, percent(100))])?;
    deposit(&mut model, ALICE, NORTH, 1_000_000)?;
    let id = model.pool_id(NORTH, ETH);
    slash(&mut model, ORACLE, Wad(Wad::ONE.0 - percent(1).0 / 100))?;
    model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    pass_epochs(&mut model, 2)?;
    model.settle(NORTH, ORACLE, ETH)?;
    assert_eq!(model.pool(NORTH, ETH), Pool { generation: 0, assets: 100, shares: 1_000_000 });
    Ok((model, id))
}

#[test]
fn renewed_pool_takes_stake_again_and_its_holders_leave_at_once() -> Result<()> {
    let (mut model, old) = worn()?;
    let exit = model.queue_withdrawal(ALICE, ALICE, old, 400_000, 40)?;
    model.renew(NORTH, ETH)?;
    let new = PoolId { generation: 1, ..old };
    assert_eq!(model.pool_id(NORTH, ETH), new);
    assert_eq!(model.pool(NORTH, ETH), Pool { generation: 1, ..Pool::default() });
    let rest = Bucket { assets: 60, shares: U256::from(600_000) };
    assert_eq!(model.bucket(old, Epoch(0)), rest);
    assert_eq!(model.position_value(old, ALICE), 60);

    // New money has a price of its own.
    assert_eq!(deposit(&mut model, BOB, NORTH, 1_000)?, 1_000);
    let ended = ModelError::NotCurrentGeneration { pool: old, current: 1 };
    let queued = model.queue_withdrawal(ALICE, ALICE, old, 1, 0).map(|_| ());
    assert_eq!(queued, Err(ended));
    let before = model.balance(ETH, CAROL);
    assert_eq!(model.withdraw(ALICE, ALICE, old, 100_000, CAROL)?, 10);
    assert_eq!(model.balance(ETH, CAROL), before + 10);
    assert_eq!(model.delegate(ALICE, ALICE, old, 200_000, SOUTH, 20)?, 20);
    assert_eq!(model.delegate(ALICE, ALICE, old, 100_000, NORTH, 10)?, 10);
    assert_eq!(model.delegate(ALICE, ALICE, old, 100_000, Operator::IDLE, 10)?, 10);
    assert_eq!(model.position_value(new, ALICE), 10);
    // A part that is worth nothing stays; positions are transferred as before.
    let nothing = ModelError::YieldsNothing { shares: 9_999 };
    assert_eq!(model.withdraw(ALICE, ALICE, old, 9_999, ALICE), Err(nothing));
    model.transfer(ALICE, ALICE, BOB, old, 100_000)?;
    assert_eq!(model.withdraw(BOB, BOB, old, 100_000, BOB)?, 10);
    let much = ModelError::InsufficientShares { pool: old, owner: BOB, held: 0, needed: 1 };
    assert_eq!(model.withdraw(BOB, BOB, old, 1, BOB), Err(much));

    // The queued exit keeps its day, and no slash reaches it.
    model.allocate(NORTH, ORACLE, ETH, percent(100))?;
    let early = ModelError::ExitNotMatured { epoch: exit.epoch, now: model.epoch() };
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, old, exit.epoch, ALICE), Err(early));
    pass_epochs(&mut model, 2)?;
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, old, exit.epoch, ALICE)?, 40);
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn no_slash_reaches_what_was_renewed() -> Result<()> {
    let mut model = founded()?;
    model.allocate(SOUTH, ORACLE, ETH, percent(100))?;
    model.open(SOUTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, SOUTH, 1_000_000)?;
    let old = model.pool_id(SOUTH, ETH);
    model.slash(SLASHER, ORACLE, SOUTH, &[(ETH, Wad(Wad::ONE.0 - percent(1).0 / 100))])?;
    model.eject(SOUTH, ORACLE, &[ETH])?;
    pass_epochs(&mut model, 1)?;
    // Announced in epoch 3, out in 5; the pool is free, and renewed, in 4.
    let exit = model.queue_withdrawal(ALICE, ALICE, old, 500_000, 0)?;
    pass_epochs(&mut model, 1)?;
    model.settle(SOUTH, ORACLE, ETH)?;
    model.renew(SOUTH, ETH)?;
    deposit(&mut model, BOB, SOUTH, 500)?;
    model.join(SOUTH, ORACLE)?;
    assert_eq!(model.slashable(ORACLE, SOUTH, ETH), Parts::default());
    assert_eq!(model.slashable(ORACLE, SOUTH, ETH).total(), 0);
    assert_eq!(model.exit_value(old, exit.epoch, ALICE), 50);
    assert_eq!(model.position_value(old, ALICE), 50);
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn renewal_is_refused_with_a_reason() -> Result<()> {
    let (mut model, id) = worn()?;
    model.allocate(NORTH, ROLLUP, ETH, percent(10))?;
    let committed = percent(10);
    let promised = ModelError::StillCommitted { operator: NORTH, strategy: ETH, committed };
    assert_eq!(model.renew(NORTH, ETH), Err(promised));

    // 4,096 shares for each asset are not worn out, one more is.
    let (mut model, _) = worn()?;
    let more = deposit(&mut model, BOB, NORTH, 9)?;
    model.transfer(BOB, BOB, ALICE, id, more)?;
    let sound = |assets, shares| ModelError::NotWornOut { pool: id, assets, shares };
    assert_eq!(
        model.renew(SOUTH, ETH),
        Err(ModelError::NotWornOut { pool: model.pool_id(SOUTH, ETH), assets: 0, shares: 0 })
    );
    assert_eq!(model.pool(NORTH, ETH), Pool { generation: 0, assets: 109, shares: 1_090_000 });
    model.renew(NORTH, ETH)?;

    let mut model = running(&[(ORACLE, percent(100))])?;
    deposit(&mut model, ALICE, NORTH, 4_096 * 4)?;
    slash(&mut model, ORACLE, Wad(Wad::ONE.0 - Wad::ONE.0 / 4_096))?;
    model.eject(NORTH, ORACLE, &[ETH])?;
    pass_epochs(&mut model, 2)?;
    model.settle(NORTH, ORACLE, ETH)?;
    assert_eq!(model.renew(NORTH, ETH), Err(sound(4, 4_096 * 4)));
    Ok(())
}

#[test]
fn what_a_slash_ended_is_not_what_was_renewed() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    let old = model.pool_id(NORTH, ETH);
    slash(&mut model, ORACLE, wad(100))?;
    assert!(!model.was_renewed(old));
    let ended = ModelError::NotCurrentGeneration { pool: old, current: 1 };
    assert_eq!(model.withdraw(ALICE, ALICE, old, 1, ALICE), Err(ended.clone()));
    assert_eq!(model.delegate(ALICE, ALICE, old, 1, SOUTH, 0), Err(ended));
    Ok(())
}

#[test]
fn histories_go_on_across_renewals() -> Result<()> {
    let (mut model, old) = worn()?;
    model.renew(NORTH, ETH)?;
    model.withdraw(ALICE, ALICE, old, 500_000, ALICE)?;
    deposit(&mut model, BOB, NORTH, 7)?;
    pass_epochs(&mut model, 1)?;
    let new = PoolId { generation: 1, ..old };
    let at = |epoch| model.pool_id_at(NORTH, ETH, Epoch(epoch));
    assert_eq!([at(1)?, at(4)?, at(5)?], [old, old, new]);
    let shares = |id, owner: Account, epoch| model.shares_at(id, owner, Epoch(epoch));
    assert_eq!((shares(old, ALICE, 4)?, shares(old, ALICE, 5)?), (1_000_000, 500_000));
    assert_eq!((shares(new, BOB, 4)?, shares(new, BOB, 5)?), (0, 7));
    let total = |id, epoch| model.total_shares_at(id, Epoch(epoch));
    assert_eq!((total(old, 4)?, total(old, 5)?, total(new, 5)?), (1_000_000, 500_000, 7));
    Ok(())
}
