//! Slashes that can be challenged.

use palisade_model::{
    Account, Delivery, Epoch, Magnitude, Model, ModelError, Parts, PoolId, Proposal, Result, Wad,
};

use crate::world::*;

fn propose(model: &mut Model, wad: Wad) -> Result<Proposal> {
    model.propose_slash(SLASHER, COURT, NORTH, ETH, wad)
}

fn cancel(model: &mut Model, by: Account) -> Result<()> {
    model.cancel_slash(by, COURT, NORTH, ETH)
}

fn execute(model: &mut Model) -> Result<u128> {
    Ok(model.execute_slash(COURT, NORTH, ETH)?.assets.total())
}

fn wait(model: &mut Model, seconds: u64) -> Result<()> {
    model.advance_to(model.clock().now() + seconds)
}

const NONE: ModelError = ModelError::NoProposal { set: COURT, operator: NORTH, strategy: ETH };

#[test]
fn proposal_is_executed_after_its_window() -> Result<()> {
    let mut model = staked(&[(COURT, percent(50)), (ORACLE, percent(30))])?;
    let pool = model.pool_id(NORTH, ETH);
    let start = model.clock().now();
    let proposal = propose(&mut model, wad(40))?;
    assert_eq!(
        proposal,
        Proposal {
            generation: 0,
            magnitude: percent(50),
            wad: wad(40),
            executable_from: start + WINDOW,
            lapses_at: model.clock().start_of(Epoch(4)),
        }
    );
    assert_eq!(model.contested_until(NORTH, ETH), Some(Epoch(4)));
    // It holds nothing: stake leaves and arrives as before.
    assert_eq!(model.slashable(COURT, NORTH, ETH).total(), 500);
    let exit = model.queue_withdrawal(ALICE, ALICE, pool, 400, 0)?;
    deposit(&mut model, BOB, NORTH, 100)?;

    wait(&mut model, WINDOW - 1)?;
    let end = start + WINDOW;
    assert_eq!(execute(&mut model), Err(ModelError::WindowOpen { end }));
    wait(&mut model, 1)?;
    assert_eq!(cancel(&mut model, RESOLVER), Err(ModelError::WindowOver { end }));
    assert_eq!(cancel(&mut model, ALICE), Err(ModelError::NotResolver { set: COURT, by: ALICE }));
    // 40 % of half: a fifth of the pool of 700, Bob's stake too, and of the exit of 400.
    let slashed = model.execute_slash(COURT, NORTH, ETH)?;
    assert_eq!((slashed.pool, slashed.magnitude), (pool, percent(20)));
    assert_eq!(slashed.assets, Parts { pool: 140, exits: [0, 80] });
    assert_eq!(slashed.delivery, Delivery::Sent(TREASURY));
    assert_eq!(model.exit_value(pool, exit.epoch, ALICE), 320);
    assert_eq!(model.allocation(COURT, NORTH, ETH).current, percent(30));
    assert_eq!(model.slashable(ORACLE, NORTH, ETH).total(), 210 + 120);

    // It is executed once, and leaves its mark.
    assert_eq!(execute(&mut model), Err(NONE));
    assert_eq!(model.contested_until(NORTH, ETH), Some(Epoch(4)));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn proposal_is_cancelled_within_its_window() -> Result<()> {
    let mut model = staked(&[(COURT, percent(50))])?;
    let stranger = ModelError::NotResolver { set: COURT, by: ALICE };
    for by in [RESOLVER, SLASHER] {
        propose(&mut model, wad(40))?;
        assert_eq!(cancel(&mut model, ALICE), Err(stranger.clone()));
        cancel(&mut model, by)?;
        assert_eq!(cancel(&mut model, by), Err(NONE));
        assert_eq!(execute(&mut model), Err(NONE));
    }
    assert_eq!(model.pool(NORTH, ETH).assets, 1_000);
    // What was cancelled makes room for another.
    propose(&mut model, wad(10))?;
    wait(&mut model, WINDOW)?;
    assert_eq!(execute(&mut model)?, 50);
    Ok(())
}

/// A slip in the fraction must not hold up the slash that was meant.
#[test]
fn proposal_is_taken_back_by_its_slasher_until_it_lapses() -> Result<()> {
    let mut model = staked(&[(COURT, percent(50))])?;
    propose(&mut model, Wad(10))?;
    wait(&mut model, WINDOW)?;
    assert_eq!(execute(&mut model), Err(ModelError::SlashesNothing));
    cancel(&mut model, SLASHER)?;
    assert_eq!(execute(&mut model), Err(NONE));

    let Proposal { executable_from: end, lapses_at, .. } = propose(&mut model, wad(10))?;
    model.advance_to(lapses_at - 1)?;
    assert_eq!(cancel(&mut model, RESOLVER), Err(ModelError::WindowOver { end }));
    let mut late = model.clone();
    late.advance_to(lapses_at)?;
    assert_eq!(cancel(&mut late, SLASHER), Err(NONE));
    cancel(&mut model, SLASHER)?;
    assert_eq!(model.proposal(COURT, NORTH, ETH), None);
    assert_eq!(model.pool(NORTH, ETH).assets, 1_000);
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn proposal_lapses_at_the_start_of_the_epoch_after_the_next() -> Result<()> {
    let mut model = staked(&[(COURT, percent(50))])?;
    // Late in its epoch: the end of the window lies in the next, the lapse does not move.
    wait(&mut model, EPOCH - 10)?;
    let Proposal { lapses_at, .. } = propose(&mut model, wad(40))?;
    assert_eq!(lapses_at, model.clock().start_of(Epoch(4)));
    let pending =
        ModelError::ProposalPending { set: COURT, operator: NORTH, strategy: ETH, lapses_at };
    model.advance_to(lapses_at - 1)?;
    assert_eq!(propose(&mut model, wad(30)), Err(pending));
    let mut late = model.clone();
    assert_eq!(execute(&mut late)?, 200);
    model.advance_to(lapses_at)?;
    assert_eq!(execute(&mut model), Err(NONE));
    assert_eq!(model.contested_until(NORTH, ETH), Some(model.epoch()));
    // One that has lapsed is replaced.
    assert_eq!(propose(&mut model, wad(30))?.wad, wad(30));
    Ok(())
}

#[test]
fn execution_takes_of_the_least_of_then_and_now() -> Result<()> {
    // A raise in between is not reached (P5).
    let mut model = staked(&[(COURT, percent(20))])?;
    model.allocate(NORTH, COURT, ETH, percent(80))?;
    pass_epochs(&mut model, 2)?;
    propose(&mut model, wad(50))?;
    pass_epochs(&mut model, 1)?;
    assert_eq!(model.allocation(COURT, NORTH, ETH).current, percent(80));
    assert_eq!(execute(&mut model)?, 100);

    // A lowering in between is.
    let mut model = staked(&[(COURT, percent(80)), (ORACLE, percent(20))])?;
    model.allocate(NORTH, COURT, ETH, percent(20))?;
    pass_epochs(&mut model, 1)?;
    propose(&mut model, wad(50))?;
    pass_epochs(&mut model, 1)?;
    assert_eq!(execute(&mut model)?, 100);

    // Above degree 1, so is what another set's slash has left.
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    model.allocate(NORTH, COURT, ETH, percent(100))?;
    model.allocate(NORTH, ORACLE, ETH, percent(90))?;
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    propose(&mut model, wad(50))?;
    slash(&mut model, ORACLE, wad(100))?;
    wait(&mut model, WINDOW)?;
    let slashed = model.execute_slash(COURT, NORTH, ETH)?;
    assert_eq!((slashed.magnitude, slashed.assets.total()), (percent(5), 50));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn cap_of_the_epoch_holds_an_execution_up() -> Result<()> {
    // 60 % of half is 30 % of the pool in an epoch.
    let mut model = staked(&[(COURT, percent(50))])?;
    propose(&mut model, wad(60))?;
    wait(&mut model, WINDOW)?;
    assert_eq!(execute(&mut model)?, 300);
    // Another of 40 % of the 20 left would make 38 of the 50 that the epoch found.
    propose(&mut model, wad(40))?;
    wait(&mut model, WINDOW)?;
    let over = ModelError::EpochCapExceeded {
        strategy: ETH,
        taken: percent(30),
        asked: percent(8),
        most: percent(30),
    };
    assert_eq!(execute(&mut model), Err(over));
    // It stays, and is executed in the next epoch: 8 of the 70 that are left, of 700.
    pass_epochs(&mut model, 1)?;
    assert_eq!(execute(&mut model)?, 80);
    Ok(())
}

#[test]
fn proposal_dies_with_its_generation_and_with_its_set() -> Result<()> {
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    for set in [ORACLE, COURT] {
        model.allocate(NORTH, set, ETH, percent(100))?;
    }
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    propose(&mut model, wad(50))?;
    slash(&mut model, ORACLE, wad(100))?;
    deposit(&mut model, BOB, NORTH, 70)?;
    wait(&mut model, WINDOW)?;
    assert_eq!(model.pool_id(NORTH, ETH), PoolId { operator: NORTH, strategy: ETH, generation: 1 });
    assert_eq!(model.contested_until(NORTH, ETH), None);
    assert_eq!(execute(&mut model), Err(NONE));

    let mut model = staked(&[(COURT, percent(50))])?;
    propose(&mut model, wad(40))?;
    model.retire(COURT)?;
    assert_eq!(model.proposal(COURT, NORTH, ETH), None);
    wait(&mut model, WINDOW)?;
    assert_eq!(execute(&mut model), Err(NONE));
    assert_eq!(cancel(&mut model, SLASHER), Err(NONE));
    assert_eq!(propose(&mut model, wad(40)), Err(ModelError::SetRetired { set: COURT }));
    // The mark errs to the safe side.
    assert_eq!(model.contested_until(NORTH, ETH), Some(Epoch(4)));
    Ok(())
}

#[test]
fn proposal_lands_what_is_due() -> Result<()> {
    let mut model = staked(&[(COURT, percent(50))])?;
    model.allocate(NORTH, COURT, ETH, percent(20))?;
    pass_epochs(&mut model, 2)?;
    assert_eq!(model.budget(NORTH, ETH).committed, percent(50));
    assert_eq!(propose(&mut model, wad(50))?.magnitude, percent(20));
    assert_eq!(model.budget(NORTH, ETH).committed, percent(20));
    Ok(())
}

#[test]
fn proposal_is_refused_with_a_reason() -> Result<()> {
    let mut model = staked(&[(COURT, percent(50)), (ORACLE, percent(50))])?;
    let stranger = ModelError::NotSlasher { set: COURT, by: RESOLVER };
    let by_resolver = model.propose_slash(RESOLVER, COURT, NORTH, ETH, wad(1));
    assert_eq!(by_resolver, Err(stranger));
    let above = ModelError::FractionAboveCap { wad: wad(61), cap: wad(60) };
    assert_eq!(propose(&mut model, wad(61)), Err(above));
    assert_eq!(propose(&mut model, Wad(0)), Err(ModelError::SlashesNothing));
    let no_gold = model.propose_slash(SLASHER, COURT, NORTH, GOLD, wad(60));
    assert_eq!(no_gold, Err(ModelError::SlashesNothing));
    let instant = model.propose_slash(SLASHER, ORACLE, NORTH, ETH, wad(1));
    assert_eq!(instant, Err(ModelError::SlashIsInstant { set: ORACLE }));
    let at_once = model.slash(SLASHER, COURT, NORTH, &[(ETH, wad(1))]).map(|_| ());
    assert_eq!(at_once, Err(ModelError::NotInstant { set: COURT, window: WINDOW }));

    // So little that no token would move: the proposal stays, for what is staked later.
    propose(&mut model, Wad(1_000))?;
    wait(&mut model, WINDOW)?;
    assert_eq!(execute(&mut model), Err(ModelError::SlashesNothing));
    deposit(&mut model, BOB, NORTH, 1 << 60)?;
    assert_eq!(execute(&mut model)?, 576);
    assert_eq!(model.allocation(COURT, NORTH, ETH).current, Magnitude(percent(50).0 - 500));
    Ok(())
}
