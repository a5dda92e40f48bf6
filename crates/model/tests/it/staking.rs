//! Deposits, idle stake, exits, redelegation.

use palisade_model::{
    Account, Epoch, MAX_DEPOSIT_CAP, ModelError, Operator, Pool, Result, U256, Wad,
};

use crate::world::*;

#[test]
fn time_runs_in_epochs() -> Result<()> {
    let mut model = founded()?;
    assert_eq!(model.epoch(), Epoch(1));
    model.advance_to(ORIGIN + EPOCH - 1)?;
    assert_eq!(model.epoch(), Epoch(1));
    model.advance_to(ORIGIN + EPOCH)?;
    assert_eq!(model.epoch(), Epoch(2));
    assert_eq!(model.clock().start_of(Epoch(2)), ORIGIN + EPOCH);
    let past = ModelError::TimeInPast { timestamp: ORIGIN, now: ORIGIN + EPOCH };
    assert_eq!(model.advance_to(ORIGIN), Err(past));
    let timestamp = u64::MAX;
    assert_eq!(model.advance_to(timestamp), Err(ModelError::TimeTooFar { timestamp }));
    assert_eq!(palisade_model::Model::new(0, 0), Err(ModelError::EpochLengthZero));
    Ok(())
}

#[test]
fn operator_admits_from_the_epoch_after_it_opened() -> Result<()> {
    let mut model = founded()?;
    let closed = ModelError::OperatorClosed { operator: NORTH };
    assert_eq!(deposit(&mut model, ALICE, NORTH, 5), Err(closed.clone()));
    assert_eq!(model.close(NORTH), Err(closed.clone()));
    assert_eq!(model.open(NORTH)?, Epoch(2));
    assert_eq!(model.open(NORTH), Err(ModelError::AlreadyOpen { operator: NORTH }));
    let early = ModelError::NotYetAdmitting { operator: NORTH, from: Epoch(2), now: Epoch(1) };
    assert_eq!(deposit(&mut model, ALICE, NORTH, 5), Err(early));
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 5)?;

    // Closing stops deposits, not exits; opening again waits again.
    model.close(NORTH)?;
    assert_eq!(deposit(&mut model, ALICE, NORTH, 5), Err(closed));
    model.queue_withdrawal(ALICE, ALICE, model.pool_id(NORTH, ETH), 5, 5)?;
    assert_eq!(model.open(NORTH)?, Epoch(3));
    assert!(deposit(&mut model, ALICE, NORTH, 5).is_err());

    let stranger = Operator::from(BOB);
    let unknown = ModelError::NotRegistered { operator: stranger };
    assert_eq!(deposit(&mut model, ALICE, stranger, 5), Err(unknown.clone()));
    assert_eq!(model.open(stranger), Err(unknown));
    assert_eq!(model.register_operator(Operator::IDLE, None), Err(ModelError::ZeroAccount));
    let twice = ModelError::AlreadyRegistered { operator: NORTH };
    assert_eq!(model.register_operator(NORTH, None), Err(twice));
    Ok(())
}

#[test]
fn deposit_mints_at_the_price_rounding_down() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    assert_eq!(slash(&mut model, ORACLE, wad(70))?, 700);
    // 300 assets against 1,000 shares: 100 buy floor(333.3) = 333.
    assert_eq!(deposit(&mut model, BOB, NORTH, 100)?, 333);
    let id = model.pool_id(NORTH, ETH);
    assert_eq!(model.pool(NORTH, ETH), Pool { generation: 0, assets: 400, shares: 1_333 });
    // floor(333 × 400 / 1333) = floor(99.92): the wei stays with those who stay.
    assert_eq!(model.position_value(id, BOB), 99);
    assert_eq!(model.position_value(id, ALICE), 300);
    Ok(())
}

#[test]
fn deposit_is_refused_with_a_reason() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    slash(&mut model, ORACLE, wad(50))?;
    let least = 201;
    let few = ModelError::TooFewShares { shares: 200, least };
    assert_eq!(model.deposit(ALICE, ETH, NORTH, 100, least, ALICE), Err(few));
    assert_eq!(deposit(&mut model, ALICE, NORTH, 0), Err(ModelError::MintsNothing { assets: 0 }));
    let nobody = Account::default();
    let zero = Err(ModelError::ZeroAccount);
    assert_eq!(model.deposit(ALICE, ETH, NORTH, 1, 0, nobody), zero);
    let poor =
        ModelError::InsufficientBalance { strategy: ETH, account: SLASHER, balance: 0, needed: 10 };
    assert_eq!(deposit(&mut model, SLASHER, NORTH, 10), Err(poor));
    Ok(())
}

#[test]
fn deposit_cap_counts_what_the_vault_holds() -> Result<()> {
    let mut model = running(&[])?;
    assert_eq!(model.deposit_cap(ETH), 1 << 92);
    model.set_deposit_cap(ETH, 1_000)?;
    model.donate(ETH, BOB, 100)?;
    let over = ModelError::DepositCapExceeded { strategy: ETH, balance: 1_001, cap: 1_000 };
    assert_eq!(deposit(&mut model, ALICE, Operator::IDLE, 901), Err(over));
    deposit(&mut model, ALICE, Operator::IDLE, 900)?;
    // A donation is nobody's stake, and moving stake inside the vault needs no room.
    assert_eq!(model.position_value(model.pool_id(Operator::IDLE, ETH), ALICE), 900);
    model.donate(ETH, BOB, 100)?;
    let idle = model.pool_id(Operator::IDLE, ETH);
    model.delegate(ALICE, ALICE, idle, 900, NORTH, 900)?;
    assert_eq!(model.unasked(ETH), 200);
    // Governance never sets a higher one than the first.
    let (cap, highest) = (MAX_DEPOSIT_CAP + 1, MAX_DEPOSIT_CAP);
    let high = Err(ModelError::DepositCapTooHigh { cap, highest });
    assert_eq!(model.set_deposit_cap(ETH, cap), high);
    model.set_deposit_cap(ETH, highest)?;
    assert_eq!(model.deposit_cap(ETH), highest);
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn idle_stake_leaves_at_once_and_is_delegated_at_once() -> Result<()> {
    let mut model = running(&[])?;
    assert_eq!(deposit(&mut model, ALICE, Operator::IDLE, 1_000)?, 1_000);
    let idle = model.pool_id(Operator::IDLE, ETH);
    let before = model.balance(ETH, BOB);
    assert_eq!(model.withdraw(ALICE, ALICE, idle, 300, BOB)?, 300);
    assert_eq!(model.balance(ETH, BOB), before + 300);
    assert_eq!(model.delegate(ALICE, ALICE, idle, 600, NORTH, 0)?, 600);
    assert_eq!(model.position_value(model.pool_id(NORTH, ETH), ALICE), 600);
    assert_eq!(model.position_value(idle, ALICE), 100);

    let none = ModelError::YieldsNothing { shares: 0 };
    assert_eq!(model.withdraw(ALICE, ALICE, idle, 0, ALICE), Err(none));
    let much = ModelError::InsufficientShares { pool: idle, owner: ALICE, held: 100, needed: 101 };
    assert_eq!(model.withdraw(ALICE, ALICE, idle, 101, ALICE), Err(much.clone()));
    assert_eq!(model.delegate(ALICE, ALICE, idle, 101, NORTH, 0), Err(much));
    let no_queue = Err(ModelError::IdleHasNoQueue);
    assert_eq!(model.queue_withdrawal(ALICE, ALICE, idle, 100, 0).map(|_| ()), no_queue);
    let few = ModelError::TooFewShares { shares: 100, least: 101 };
    assert_eq!(model.delegate(ALICE, ALICE, idle, 100, NORTH, 101), Err(few));
    // To delegate to nobody changes nothing.
    assert_eq!(model.delegate(ALICE, ALICE, idle, 60, Operator::IDLE, 60)?, 60);
    assert_eq!(
        (model.position_value(idle, ALICE), model.pool(Operator::IDLE, ETH).assets),
        (100, 100)
    );
    // Stake with an operator waits out the queue.
    let pool = model.pool_id(NORTH, ETH);
    let at_risk = Err(ModelError::StakeAtRisk { pool });
    assert_eq!(model.withdraw(ALICE, ALICE, pool, 1, ALICE), at_risk);
    assert_eq!(model.delegate(ALICE, ALICE, pool, 1, SOUTH, 0), at_risk);
    Ok(())
}

#[test]
fn exit_matures_at_the_start_of_the_epoch_after_the_next() -> Result<()> {
    let mut model = staked(&[])?;
    let id = model.pool_id(NORTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, id, 400, 400)?;
    assert_eq!((exit.epoch, exit.assets, exit.bucket_shares), (Epoch(4), 400, U256::from(400)));
    // More on the same day joins the same exit.
    model.queue_withdrawal(ALICE, ALICE, id, 100, 100)?;
    assert_eq!(model.exit_value(id, Epoch(4), ALICE), 500);

    model.advance_to(model.clock().start_of(Epoch(4)) - 1)?;
    let early = ModelError::ExitNotMatured { epoch: Epoch(4), now: Epoch(3) };
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, id, Epoch(4), ALICE), Err(early));
    // Whom nothing is due to is told that, and not to wait.
    let never = ModelError::NoExit { pool: id, epoch: Epoch(3_000), owner: ALICE };
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, id, Epoch(3_000), ALICE), Err(never));
    let not_his = ModelError::NoExit { pool: id, epoch: Epoch(4), owner: BOB };
    assert_eq!(model.complete_withdrawal(BOB, BOB, id, Epoch(4), BOB), Err(not_his));
    model.advance_to(model.clock().start_of(Epoch(4)))?;
    let before = model.balance(ETH, ALICE);
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, id, Epoch(4), ALICE)?, 500);
    assert_eq!(model.balance(ETH, ALICE), before + 500);
    assert_eq!(model.vault_balance(ETH), 500);
    let gone = ModelError::NoExit { pool: id, epoch: Epoch(4), owner: ALICE };
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, id, Epoch(4), ALICE), Err(gone));
    Ok(())
}

#[test]
fn exit_names_the_least_it_accepts() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    let id = model.pool_id(NORTH, ETH);
    slash(&mut model, ORACLE, wad(50))?;
    let few = ModelError::TooFewAssets { assets: 50, least: 100 };
    assert_eq!(model.queue_withdrawal(ALICE, ALICE, id, 100, 100).map(|_| ()), Err(few));
    let none = ModelError::YieldsNothing { shares: 1 };
    assert_eq!(model.queue_withdrawal(ALICE, ALICE, id, 1, 0).map(|_| ()), Err(none));
    Ok(())
}

#[test]
fn redelegation_moves_no_token() -> Result<()> {
    let mut model = staked(&[])?;
    let id = model.pool_id(NORTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, id, 1_000, 0)?;
    let (wallet, vault) = (model.balance(ETH, ALICE), model.vault_balance(ETH));
    assert!(model.redelegate(ALICE, ALICE, id, exit.epoch, SOUTH, 0).is_err());
    pass_epochs(&mut model, 2)?;
    model.close(SOUTH)?;
    let closed = ModelError::OperatorClosed { operator: SOUTH };
    assert_eq!(model.redelegate(ALICE, ALICE, id, exit.epoch, SOUTH, 0), Err(closed));
    model.open(SOUTH)?;
    pass_epochs(&mut model, 1)?;
    let few = ModelError::TooFewShares { shares: 1_000, least: 1_001 };
    assert_eq!(model.redelegate(ALICE, ALICE, id, exit.epoch, SOUTH, 1_001), Err(few));
    assert_eq!(model.redelegate(ALICE, ALICE, id, exit.epoch, SOUTH, 1_000)?, 1_000);
    assert_eq!(model.position_value(model.pool_id(SOUTH, ETH), ALICE), 1_000);

    // And by way of the idle pool, which always admits.
    let south = model.pool_id(SOUTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, south, 1_000, 0)?;
    pass_epochs(&mut model, 2)?;
    assert_eq!(model.redelegate(ALICE, ALICE, south, exit.epoch, Operator::IDLE, 0)?, 1_000);
    assert_eq!((model.balance(ETH, ALICE), model.vault_balance(ETH)), (wallet, vault));
    Ok(())
}

#[test]
fn near_total_slash_refuses_deposits_and_never_exits() -> Result<()> {
    let mut model = running(&[(ORACLE, percent(100))])?;
    deposit(&mut model, ALICE, NORTH, 1 << 90)?;
    let id = model.pool_id(NORTH, ETH);
    model.queue_withdrawal(ALICE, ALICE, id, 1 << 89, 0)?;
    // One unit of magnitude is left: 2^89 / 1e18 is 618,970,019.6, and what is taken rounds down.
    slash(&mut model, ORACLE, Wad(Wad::ONE.0 - 1))?;
    assert_eq!(model.pool(NORTH, ETH).assets, 618_970_020);

    // 1e12 would mint 1e12 × 2^89 / 618,970,020 = 1e30, 2^99.7; 1e14 would not fit 104 bits.
    deposit(&mut model, BOB, NORTH, 1_000_000_000_000)?;
    let refused = deposit(&mut model, BOB, NORTH, 100_000_000_000_000);
    assert!(matches!(refused, Err(ModelError::PoolOverflow { .. })), "{refused:?}");

    // Both leave, into the bucket that fell with the pool: its shares may have 152 bits.
    let bob = model.position_shares(id, BOB);
    let exit = model.queue_withdrawal(BOB, BOB, id, bob, 0)?;
    assert_eq!(exit.assets, 999_999_999_999);
    let rest = model.position_shares(id, ALICE);
    model.queue_withdrawal(ALICE, ALICE, id, rest, 0)?;
    pass_epochs(&mut model, 2)?;
    assert_eq!(model.complete_withdrawal(BOB, BOB, id, exit.epoch, BOB)?, 999_999_999_999);
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, id, exit.epoch, ALICE)?, 1_237_940_041);
    assert_eq!(model.vault_balance(ETH), 0);
    Ok(())
}

#[test]
fn token_that_refuses_one_receiver_stops_nobody_else() -> Result<()> {
    let mut model = staked(&[])?;
    deposit(&mut model, BOB, NORTH, 500)?;
    let id = model.pool_id(NORTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, id, 1_000, 0)?;
    model.queue_withdrawal(BOB, BOB, id, 500, 0)?;
    pass_epochs(&mut model, 2)?;
    model.set_can_receive(ETH, ALICE, false);
    let refused = ModelError::CannotReceive { strategy: ETH, account: ALICE };
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, id, exit.epoch, ALICE), Err(refused));
    assert_eq!(model.complete_withdrawal(BOB, BOB, id, exit.epoch, BOB)?, 500);
    assert_eq!(model.complete_withdrawal(ALICE, ALICE, id, exit.epoch, BOB)?, 1_000);
    Ok(())
}
