//! What governance may do, and for how long.

use palisade_model::{
    HIGHEST_CEILING, Magnitude, Model, ModelError, Operator, OperatorSetId, Pausable, Result, Wad,
};

use crate::world::*;

const DAY: u64 = 24 * 3_600;

#[test]
fn pauses_end_by_themselves_and_rest_as_long() -> Result<()> {
    let mut model = running(&[])?;
    let now = model.clock().now();
    for (action, longest) in [(Pausable::Complete, 3 * DAY), (Pausable::Deposit, 7 * DAY)] {
        let duration = longest + 1;
        let long = ModelError::PauseTooLong { duration, longest };
        assert_eq!(model.pause(action, duration), Err(long));
        model.pause(action, longest)?;
    }
    let action = Pausable::Deposit;
    let pause = model.pause_of(action);
    assert_eq!((pause.until, pause.rest_until), (now + 7 * DAY, now + 14 * DAY));
    let rest_until = now + 14 * DAY;
    model.advance_to(rest_until - 1)?;
    assert!(deposit(&mut model, ALICE, NORTH, 1).is_ok());
    let soon = ModelError::PausedTooRecently { action, rest_until };
    assert_eq!(model.pause(action, 1), Err(soon));
    model.advance_to(rest_until)?;
    model.pause(action, 7 * DAY)?;
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn each_pause_stops_what_it_names() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50)), (COURT, percent(20))])?;
    let (pool, idle) = (model.pool_id(NORTH, ETH), model.pool_id(Operator::IDLE, ETH));
    deposit(&mut model, ALICE, Operator::IDLE, 100)?;
    let exit = model.queue_withdrawal(ALICE, ALICE, pool, 100, 0)?;
    model.close(SOUTH)?;
    model.leave(NORTH, BRIDGE, &[])?;
    pass_epochs(&mut model, 2)?;

    let paused = |model: &Model, action, tried: &dyn Fn(&mut Model) -> Result<()>| {
        let (mut free, mut held) = (model.clone(), model.clone());
        held.pause(action, 50).and_then(|()| {
            assert_eq!(tried(&mut free), Ok(()));
            let until = held.clock().now() + 50;
            assert_eq!(tried(&mut held), Err(ModelError::Paused { action, until }));
            // To the second.
            held.advance_to(until - 1)?;
            assert!(tried(&mut held).is_err());
            held.advance_to(until)?;
            tried(&mut held)
        })
    };
    let check = |action, tried: &dyn Fn(&mut Model) -> Result<()>| paused(&model, action, tried);
    check(Pausable::Deposit, &|m| deposit(m, BOB, NORTH, 5).map(|_| ()))?;
    check(Pausable::Deposit, &|m| m.delegate(ALICE, ALICE, idle, 5, NORTH, 0).map(|_| ()))?;
    check(Pausable::Deposit, &|m| {
        m.redelegate(ALICE, ALICE, pool, exit.epoch, NORTH, 0).map(|_| ())
    })?;
    check(Pausable::Complete, &|m| m.withdraw(ALICE, ALICE, idle, 5, ALICE).map(|_| ()))?;
    check(Pausable::Complete, &|m| {
        m.complete_withdrawal(ALICE, ALICE, pool, exit.epoch, ALICE).map(|_| ())
    })?;
    check(Pausable::Open, &|m| m.open(SOUTH).map(|_| ()))?;
    check(Pausable::Join, &|m| m.join(NORTH, BRIDGE))?;
    check(Pausable::Raise, &|m| m.allocate(NORTH, ORACLE, ETH, percent(60)).map(|_| ()))?;
    check(Pausable::CreateSet, &|m| {
        let set = OperatorSetId { id: 77, ..ORACLE };
        let terms = m.operator_set(ORACLE)?.terms;
        m.create_operator_set(set, terms, &[])
    })?;
    Ok(())
}

/// Slashing, proposing, cancelling, executing, queueing, lowering, leaving, ejecting, retiring,
/// closing, transferring, settling, renewing and collecting go on (P6).
#[test]
fn nothing_else_is_paused() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50)), (COURT, percent(20)), (ROLLUP, percent(30))])?;
    let vault = [Pausable::Deposit, Pausable::Open, Pausable::Complete];
    let manager = [Pausable::Join, Pausable::Raise, Pausable::CreateSet];
    for action in vault.into_iter().chain(manager) {
        model.pause(action, 2 * DAY)?;
    }
    let pool = model.pool_id(NORTH, ETH);
    slash(&mut model, ORACLE, wad(10))?;
    for _ in 0..2 {
        model.propose_slash(SLASHER, COURT, NORTH, ETH, wad(10))?;
        model.cancel_slash(RESOLVER, COURT, NORTH, ETH)?;
    }
    model.propose_slash(SLASHER, COURT, NORTH, ETH, wad(10))?;
    model.advance_to(model.clock().now() + WINDOW)?;
    model.execute_slash(COURT, NORTH, ETH)?;
    model.queue_withdrawal(ALICE, ALICE, pool, 100, 0)?;
    model.transfer(ALICE, ALICE, BOB, pool, 100)?;
    model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    model.leave(NORTH, ROLLUP, &[ETH])?;
    model.eject(NORTH, COURT, &[ETH])?;
    model.retire(BRIDGE)?;
    model.close(NORTH)?;
    pass_epochs(&mut model, 2)?;
    model.settle(NORTH, ORACLE, ETH)?;
    Ok(())
}

#[test]
fn ceilings_lie_between_one_and_ten() -> Result<()> {
    let mut model = founded()?;
    for ceiling in [Wad(Wad::ONE.0 - 1), Wad(HIGHEST_CEILING.0 + 1)] {
        let (lowest, highest) = (Wad::ONE, HIGHEST_CEILING);
        let wrong = ModelError::CeilingOutOfRange { ceiling, lowest, highest };
        assert_eq!(model.set_ceiling(ETH, ceiling), Err(wrong));
    }
    model.set_ceiling(ETH, HIGHEST_CEILING)?;
    assert_eq!(model.ceiling(ETH), wad(1_000));
    Ok(())
}
