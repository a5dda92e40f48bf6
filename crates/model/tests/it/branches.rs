//! Which branches an action takes, by worked scenes: a count that is wrong would tell a fuzzer that it had been
//! where it was not.

use palisade_model::{
    Account, Branch as B, Epoch, Function, Magnitude, Model, Operator, OperatorSetId, Pausable,
    Recipient, Result, Terms, U256, Wad,
};

use crate::{coverage::taken, world::*};

/// The branches that a step takes, but for those of histories, which it takes by the way.
#[track_caller]
fn assert_taken<T, const N: usize>(
    model: &mut Model,
    step: impl FnOnce(&mut Model) -> Result<T>,
    mut due: [B; N],
) {
    let by_the_way = |branch: &B| branch.name().starts_with("History");
    let found = taken(model, step)
        .map(|found| found.into_iter().filter(|branch| !by_the_way(branch)).collect::<Vec<_>>());
    due.sort_unstable();
    assert_eq!(found, Ok(due.to_vec()));
}

/// All of NORTH's ETH is promised to ORACLE, and a slash leaves so little of Alice's 2^60 that it is
/// renewed. Bob has 500 of its shares, of Alice's.
fn renewed() -> Result<Model> {
    let mut model = running(&[(ORACLE, Magnitude::WHOLE)])?;
    deposit(&mut model, ALICE, NORTH, 1 << 60)?;
    slash(&mut model, ORACLE, Wad(Wad::ONE.0 - 1_000_000_000))?;
    let pool = model.pool_id(NORTH, ETH);
    model.queue_withdrawal(ALICE, ALICE, pool, 1 << 59, 0)?;
    model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    pass_epochs(&mut model, 2)?;
    model.settle(NORTH, ORACLE, ETH)?;
    model.renew(NORTH, ETH)?;
    model.set_operator(ALICE, BOB, true);
    Ok(model)
}

#[test]
fn transfers() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    let pool = model.pool_id(NORTH, ETH);
    deposit(&mut model, ALICE, Operator::IDLE, 100)?;
    let idle = model.pool_id(Operator::IDLE, ETH);
    let by = |by, to, pool| move |m: &mut Model| m.transfer(by, ALICE, to, pool, 10);
    assert_taken(&mut model, by(ALICE, BOB, pool), [B::TransfersByOwner, B::TransfersStake]);
    assert_taken(&mut model, by(ALICE, BOB, idle), [B::TransfersByOwner, B::TransfersIdle]);
    let to_self = [B::TransfersByOwner, B::TransfersToSelf, B::TransfersStake];
    assert_taken(&mut model, by(ALICE, ALICE, pool), to_self);
    model.approve(ALICE, BOB, pool, U256::from(10_u64));
    assert_taken(&mut model, by(BOB, CAROL, pool), [B::TransfersByAllowance, B::TransfersStake]);
    model.approve(ALICE, BOB, pool, U256::MAX);
    assert_taken(&mut model, by(BOB, CAROL, pool), [B::TransfersByUnlimited, B::TransfersStake]);
    assert_taken(
        &mut model,
        |m| {
            m.set_operator(ALICE, BOB, true);
            Ok(())
        },
        [B::AllowsAgent],
    );
    assert_taken(&mut model, by(BOB, CAROL, pool), [B::TransfersByAgent, B::TransfersStake]);
    assert_taken(
        &mut model,
        |m| {
            m.set_operator(ALICE, BOB, false);
            Ok(())
        },
        [B::ForbidsAgent],
    );
    slash(&mut model, ORACLE, Wad::ONE)?;
    assert_taken(&mut model, by(ALICE, BOB, pool), [B::TransfersByOwner, B::TransfersWorthless]);
    let mut model = renewed()?;
    assert_taken(&mut model, by(ALICE, BOB, pool), [B::TransfersByOwner, B::TransfersRest]);
    Ok(())
}

#[test]
fn entries() -> Result<()> {
    let mut model = running(&[(ORACLE, percent(100))])?;
    let deposit = |from, operator, receiver| {
        move |m: &mut Model| m.deposit(from, ETH, operator, 100, 0, receiver)
    };
    let with = B::DepositsWithOperator;
    assert_taken(&mut model, deposit(ALICE, NORTH, ALICE), [with, B::EntersEmptyPool]);
    let another = [with, B::EntersAtPar, B::DepositsForAnother];
    assert_taken(&mut model, deposit(ALICE, NORTH, BOB), another);
    slash(&mut model, ORACLE, wad(10))?;
    assert_taken(&mut model, deposit(ALICE, NORTH, ALICE), [with, B::EntersBelowPar]);
    let idle = Operator::IDLE;
    assert_taken(&mut model, deposit(ALICE, idle, ALICE), [B::DepositsIdle, B::EntersEmptyPool]);

    model.set_operator(ALICE, BOB, true);
    let pool = model.pool_id(idle, ETH);
    let delegate = |by, to| move |m: &mut Model| m.delegate(by, ALICE, pool, 20, to, 0);
    let below = B::EntersBelowPar;
    assert_taken(&mut model, delegate(ALICE, NORTH), [B::DelegatesIdle, below]);
    let by_agent = [B::DelegatesIdle, below, B::DelegatesByAgent];
    assert_taken(&mut model, delegate(BOB, NORTH), by_agent);
    assert_taken(&mut model, delegate(ALICE, idle), [B::DelegatesIdleToIdle, B::EntersAtPar]);

    let pool = model.pool_id(NORTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, pool, 50, 0)?;
    pass_epochs(&mut model, 2)?;
    let move_on = |by, to| move |m: &mut Model| m.redelegate(by, ALICE, pool, exit.epoch, to, 0);
    let completes = [B::CompletesLiving, B::CompletesLastOfBucket];
    for (by, to, ways) in [
        (ALICE, NORTH, [B::RedelegatesToSame, below]),
        (ALICE, SOUTH, [B::RedelegatesToOther, B::EntersEmptyPool]),
        (ALICE, idle, [B::RedelegatesToIdle, B::EntersAtPar]),
    ] {
        let mut model = model.clone();
        assert_taken(&mut model, move_on(by, to), [ways[0], ways[1], completes[0], completes[1]]);
    }
    let [a, b] = completes;
    let by_agent = [B::RedelegatesToIdle, B::EntersAtPar, a, b, B::RedelegatesByAgent];
    assert_taken(&mut model, move_on(BOB, idle), by_agent);
    Ok(())
}

#[test]
fn rests() -> Result<()> {
    let model = renewed()?;
    let pool = palisade_model::PoolId { generation: 0, ..model.pool_id(NORTH, ETH) };
    let all = model.position_shares(pool, ALICE);
    let half = all / 2;
    let delegate = |by, shares, to| move |m: &mut Model| m.delegate(by, ALICE, pool, shares, to, 0);
    let same = [B::DelegatesRestToSame, B::EntersEmptyPool, B::EntersLaterGeneration];
    assert_taken(&mut model.clone(), delegate(ALICE, half, NORTH), same);
    let other = [B::DelegatesRestToOther, B::EntersEmptyPool];
    assert_taken(&mut model.clone(), delegate(ALICE, half, SOUTH), other);
    let idle = [B::DelegatesRestToIdle, B::EntersEmptyPool, B::EmptiesRest, B::DelegatesByAgent];
    assert_taken(&mut model.clone(), delegate(BOB, all, Operator::IDLE), idle);
    let withdraw = |by, shares| move |m: &mut Model| m.withdraw(by, ALICE, pool, shares, ALICE);
    let mut last = model.clone();
    assert_taken(&mut last, withdraw(ALICE, half), [B::WithdrawsRest]);
    let by_agent = [B::WithdrawsRest, B::EmptiesRest, B::WithdrawsByAgent];
    assert_taken(&mut last, withdraw(BOB, all - half), by_agent);

    let mut model = staked(&[])?;
    deposit(&mut model, ALICE, Operator::IDLE, 100)?;
    model.set_operator(ALICE, BOB, true);
    let pool = model.pool_id(Operator::IDLE, ETH);
    let withdraw = |by| move |m: &mut Model| m.withdraw(by, ALICE, pool, 50, ALICE);
    assert_taken(&mut model, withdraw(ALICE), [B::WithdrawsIdle]);
    assert_taken(&mut model, withdraw(BOB), [B::WithdrawsIdle, B::WithdrawsByAgent]);
    Ok(())
}

#[test]
fn completions() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    deposit(&mut model, BOB, NORTH, 100)?;
    model.set_operator(ALICE, BOB, true);
    let pool = model.pool_id(NORTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, pool, 100, 0)?;
    model.queue_withdrawal(BOB, BOB, pool, 100, 0)?;
    let complete = |by, owner, epoch| {
        move |m: &mut Model| m.complete_withdrawal(by, owner, pool, epoch, owner)
    };
    let (first, last) = (B::CompletesLiving, B::CompletesLastOfBucket);
    pass_epochs(&mut model, 1)?;
    let late = model.queue_withdrawal(ALICE, ALICE, pool, 100, 0)?;
    pass_epochs(&mut model, 1)?;
    assert_taken(&mut model, complete(ALICE, ALICE, exit.epoch), [first]);
    assert_taken(&mut model, complete(BOB, BOB, exit.epoch), [first, last]);
    // The exit of the day after is slashed, to a half, and then with its generation to nothing.
    slash(&mut model, ORACLE, wad(50))?;
    let mut living = model.clone();
    pass_epochs(&mut living, 1)?;
    let by_agent = [first, B::CompletesBelowPar, last, B::CompletesByAgent];
    assert_taken(&mut living.clone(), complete(BOB, ALICE, late.epoch), by_agent);
    slash(&mut living, ORACLE, Wad::ONE)?;
    let out = [B::CompletesSlashedOut, B::CompletesBelowPar, last];
    assert_taken(&mut living, complete(ALICE, ALICE, late.epoch), out);
    slash(&mut model, ORACLE, Wad::ONE)?;
    pass_epochs(&mut model, 1)?;
    let nothing = [B::CompletesSlashedOut, B::CompletesBelowPar, last, B::CompletesWorthless];
    assert_taken(&mut model, complete(ALICE, ALICE, late.epoch), nothing);

    let mut model = renewed()?;
    let exit = model.exits().next().map(|(_, epoch, _)| epoch).unwrap_or_default();
    let by_renewal = [B::CompletesRenewed, last];
    assert_taken(&mut model, complete(ALICE, ALICE, exit), by_renewal);
    Ok(())
}

#[test]
fn slashes() -> Result<()> {
    use B::{
        SlashAboveDegreeOne as Above, SlashAgainInEpoch as Again, SlashBoundedByLeft as Bounded,
        SlashFillsCap as Fills, SlashSent as Sent, SlashTakesOfPool as Pool,
        SlashTakesWholeAllocation as Whole, SlashesSeveral as Several,
    };
    let start = staked(&[(ORACLE, percent(50)), (BRIDGE, percent(20))])?;
    let pool = start.pool_id(NORTH, ETH);
    let of = |set, wad| move |m: &mut Model| slash(m, set, wad);

    let mut model = start.clone();
    assert_taken(&mut model, of(ORACLE, wad(50)), [Pool, Sent]);
    assert_taken(&mut model, of(ORACLE, wad(50)), [Pool, Sent, Again]);
    assert_taken(&mut model, of(BRIDGE, wad(30)), [Pool, Fills, B::SlashBurned]);
    pass_epochs(&mut model, 1)?;
    assert_taken(&mut model, of(ORACLE, Wad::ONE), [Pool, Sent, Fills, Whole]);

    // Of another strategy nothing was promised, or nothing is staked, or too little.
    let both = |gold| {
        move |m: &mut Model| m.slash(SLASHER, ORACLE, NORTH, &[(ETH, wad(10)), (GOLD, gold)])
    };
    let mut model = start.clone();
    let nothing = [Several, Pool, Sent, B::SlashFindsNoAllocation];
    assert_taken(&mut model.clone(), both(wad(10)), nothing);
    model.allocate(NORTH, ORACLE, GOLD, percent(50))?;
    pass_epochs(&mut model, 3)?;
    model.settle(NORTH, ORACLE, GOLD)?;
    let nothing = [Several, Pool, Sent, B::SlashFindsNoStake];
    assert_taken(&mut model.clone(), both(wad(10)), nothing);
    model.deposit(ALICE, GOLD, NORTH, 100, 0, ALICE)?;
    let little = [Several, Pool, Sent, B::SlashRoundsToNothing];
    assert_taken(&mut model.clone(), both(Wad(1)), little);
    // All of it on its way out.
    model.queue_withdrawal(ALICE, ALICE, model.pool_id(NORTH, GOLD), 100, 0)?;
    assert_taken(&mut model.clone(), both(Wad(1)), little);
    let gold = |m: &mut Model| m.slash(SLASHER, ORACLE, NORTH, &[(GOLD, wad(10))]);
    let exits = B::SlashTakesOfExitsOnly;
    assert_taken(&mut model.clone(), gold, [exits, B::SlashTakesOfLastBucket, Sent]);
    pass_epochs(&mut model, 1)?;
    assert_taken(&mut model.clone(), gold, [exits, B::SlashTakesOfNextBucket, Sent]);

    let mut model = start.clone();
    model.queue_withdrawal(ALICE, ALICE, pool, 500, 0)?;
    assert_taken(&mut model, of(ORACLE, wad(50)), [Pool, B::SlashTakesOfLastBucket, Sent]);

    // While a change is pending; of a strategy that is accepted no more; of who has left.
    let mut model = start.clone();
    model.allocate(NORTH, ORACLE, ETH, percent(60))?;
    assert_taken(&mut model, of(ORACLE, wad(10)), [Pool, Sent, B::SlashUnderRaise]);
    let mut model = start.clone();
    model.allocate(NORTH, ORACLE, ETH, percent(40))?;
    assert_taken(&mut model, of(ORACLE, wad(10)), [Pool, Sent, B::SlashUnderLowering]);
    let mut model = start.clone();
    model.remove_strategy(ORACLE, ETH)?;
    assert_taken(&mut model, of(ORACLE, wad(10)), [Pool, Sent, B::SlashesUnaccepted]);
    let mut model = start;
    model.leave(NORTH, ORACLE, &[ETH])?;
    let left = [Pool, Sent, B::SlashesFormerMember, B::SlashUnderLowering];
    assert_taken(&mut model, of(ORACLE, wad(10)), left);

    // Above degree 1, and of what another set has left.
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    model.allocate(NORTH, ORACLE, ETH, percent(80))?;
    model.allocate(NORTH, ROLLUP, ETH, percent(80))?;
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    assert_taken(&mut model, of(ORACLE, wad(50)), [Pool, Sent, Above]);
    assert_taken(&mut model, of(ROLLUP, wad(50)), [Pool, Sent, Above, Bounded]);
    let ends = [Pool, Sent, Above, Bounded, Fills, Again, B::SlashEndsGeneration];
    assert_taken(&mut model, of(ORACLE, Wad::ONE), ends);
    Ok(())
}

#[test]
fn proposals() -> Result<()> {
    let start = staked(&[(COURT, percent(20)), (ORACLE, percent(80))])?;
    let propose = |m: &mut Model| m.propose_slash(SLASHER, COURT, NORTH, ETH, wad(50));
    let execute = |m: &mut Model| m.execute_slash(COURT, NORTH, ETH);
    let cancel = |by| move |m: &mut Model| m.cancel_slash(by, COURT, NORTH, ETH);
    let wait = |model: &mut Model, seconds| model.advance_to(model.clock().now() + seconds);

    let mut proposed = start.clone();
    assert_taken(&mut proposed, propose, [B::ProposesFirst]);
    assert_taken(&mut proposed.clone(), cancel(RESOLVER), [B::ResolverCancels]);
    assert_taken(&mut proposed.clone(), cancel(SLASHER), [B::SlasherCancelsInWindow]);
    let mut again = proposed.clone();
    again.cancel_slash(SLASHER, COURT, NORTH, ETH)?;
    assert_taken(&mut again, propose, [B::ProposesFirst]);
    let mut lapsed = proposed.clone();
    pass_epochs(&mut lapsed, 2)?;
    assert_taken(&mut lapsed, propose, [B::ProposesAfterLapse]);

    let (pool, sent) = (B::SlashTakesOfPool, B::SlashSent);
    let mut due = proposed.clone();
    wait(&mut due, WINDOW)?;
    assert_taken(&mut due.clone(), cancel(SLASHER), [B::SlasherCancelsLater]);
    let ways = [B::ExecutesAsProposed, pool, sent];
    assert_taken(&mut due.clone(), execute, ways);
    let mut last = due.clone();
    wait(&mut last, EPOCH - WINDOW - 1)?;
    assert_taken(&mut last.clone(), execute, ways);
    wait(&mut last, 1)?;
    let next = [B::ExecutesAsProposed, B::ExecutesInNextEpoch, pool, sent];
    assert_taken(&mut last, execute, next);

    // The allocation fell since: a lowering that was pending landed.
    let mut lowered = start.clone();
    lowered.allocate(NORTH, COURT, ETH, percent(10))?;
    pass_epochs(&mut lowered, 1)?;
    lowered.propose_slash(SLASHER, COURT, NORTH, ETH, wad(50))?;
    pass_epochs(&mut lowered, 1)?;
    let later = B::ExecutesInNextEpoch;
    let ways = [B::ExecutesOfCurrent, B::FindsLowering, later, pool, sent];
    assert_taken(&mut lowered, execute, ways);

    // It rose since.
    let mut raised = start.clone();
    raised.allocate(NORTH, ORACLE, ETH, percent(10))?;
    pass_epochs(&mut raised, 2)?;
    raised.settle(NORTH, ORACLE, ETH)?;
    raised.allocate(NORTH, COURT, ETH, percent(40))?;
    pass_epochs(&mut raised, 2)?;
    raised.propose_slash(SLASHER, COURT, NORTH, ETH, wad(50))?;
    pass_epochs(&mut raised, 1)?;
    let ways = [B::ExecutesOfFixed, B::FindsRaise, later, pool, sent];
    assert_taken(&mut raised, execute, ways);

    // Another set took of the pool first, above degree 1.
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    model.allocate(NORTH, ORACLE, ETH, percent(90))?;
    model.allocate(NORTH, COURT, ETH, percent(50))?;
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    model.propose_slash(SLASHER, COURT, NORTH, ETH, wad(50))?;
    slash(&mut model, ORACLE, wad(80))?;
    wait(&mut model, WINDOW)?;
    let ways = [B::ExecutesOfLeft, pool, sent, B::SlashBoundedByLeft, B::SlashAboveDegreeOne];
    assert_taken(&mut model, execute, ways);

    // It left just as much as was proposed of.
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    model.allocate(NORTH, ORACLE, ETH, percent(80))?;
    model.allocate(NORTH, COURT, ETH, percent(50))?;
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    model.propose_slash(SLASHER, COURT, NORTH, ETH, wad(50))?;
    slash(&mut model, ORACLE, Wad(625_000_000_000_000_000))?;
    wait(&mut model, WINDOW)?;
    let ways = [B::ExecutesAsProposed, pool, sent, B::SlashAboveDegreeOne];
    assert_taken(&mut model, execute, ways);
    Ok(())
}

#[test]
fn allocations() -> Result<()> {
    let start = staked(&[(ORACLE, percent(40))])?;
    let allocate = |n| move |m: &mut Model| m.allocate(NORTH, ORACLE, ETH, percent(n));
    let mut model = start.clone();
    assert_taken(&mut model, allocate(60), [B::SchedulesRaise]);
    assert_taken(&mut model, allocate(70), [B::ReplacesRaise]);
    assert_taken(&mut model, allocate(50), [B::CutsRaise]);
    assert_taken(&mut model.clone(), allocate(40), [B::WithdrawsRaise]);
    assert_taken(&mut model, allocate(10), [B::ReplacesRaiseByLowering]);

    let mut model = start.clone();
    model.set_ceiling(ETH, wad(200))?;
    let bridge = |n| move |m: &mut Model| m.allocate(NORTH, BRIDGE, ETH, percent(n));
    let from_nothing = B::AllocatesFromNothing;
    assert_taken(&mut model, bridge(60), [B::SchedulesRaise, from_nothing]);
    let above = [B::ReplacesRaise, B::RaisesAboveDegreeOne];
    assert_taken(&mut model, bridge(61), above);
    assert_taken(&mut model, bridge(60), [B::CutsRaise]);
    assert_taken(&mut model, bridge(0), [B::WithdrawsRaise, B::LowersToNothing]);
    assert_taken(&mut model, bridge(20), [B::SchedulesRaise, from_nothing]);

    // A lowering under a pause; one that landed is found by the next change.
    let mut model = start.clone();
    model.pause(Pausable::Raise, 2 * EPOCH)?;
    assert_taken(&mut model, allocate(20), [B::SchedulesLowering, B::ChangesPaused]);
    pass_epochs(&mut model, 2)?;
    assert_taken(&mut model.clone(), allocate(10), [B::SchedulesLowering, B::FindsLowering]);
    let settle = |m: &mut Model| m.settle(NORTH, ORACLE, ETH);
    assert_taken(&mut model, settle, [B::FindsLowering]);
    assert_taken(&mut model, allocate(0), [B::SchedulesLowering, B::LowersToNothing]);
    pass_epochs(&mut model, 2)?;
    assert_taken(&mut model, settle, [B::FindsLowering]);

    // What slashes took of a pool comes back with the last promise.
    let mut model = start.clone();
    slash(&mut model, ORACLE, wad(10))?;
    model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    pass_epochs(&mut model, 2)?;
    assert_taken(&mut model, settle, [B::FindsLowering, B::RestoresLeft]);

    let mut model = start;
    model.retire(ORACLE)?;
    assert_taken(&mut model, settle, [B::FindsRetired]);
    Ok(())
}

#[test]
fn memberships() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(40))])?;
    let leave = |set| move |m: &mut Model| m.leave(NORTH, set, &[ETH]);
    let eject = |set| move |m: &mut Model| m.eject(NORTH, set, &[ETH]);
    let unnamed = |set| move |m: &mut Model| m.leave(NORTH, set, &[]);
    let join = |set| move |m: &mut Model| m.join(NORTH, set);

    assert_taken(&mut model, unnamed(COURT), [B::Leaves, B::EndsUncounted]);
    assert_taken(&mut model, join(COURT), [B::JoinsFresh]);
    let named = [B::Leaves, B::EndsUncounted, B::NamesUncounted];
    assert_taken(&mut model.clone(), leave(COURT), named);
    assert_taken(&mut model.clone(), leave(ORACLE), [B::Leaves, B::EndsByLowering]);
    assert_taken(&mut model.clone(), eject(ORACLE), [B::Ejects, B::EndsByLowering]);

    let mut raised = model.clone();
    raised.allocate(NORTH, ORACLE, ETH, percent(50))?;
    assert_taken(&mut raised, leave(ORACLE), [B::Leaves, B::EndsRaiseByLowering]);
    let mut raised = model.clone();
    raised.allocate(NORTH, COURT, ETH, percent(50))?;
    assert_taken(&mut raised, leave(COURT), [B::Leaves, B::EndsRaiseFromNothing]);
    let mut lowered = model.clone();
    lowered.allocate(NORTH, ORACLE, ETH, percent(10))?;
    assert_taken(&mut lowered, eject(ORACLE), [B::Ejects, B::EjectsPendingLowering]);
    let mut lowered = model.clone();
    lowered.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    let pending = [B::Leaves, B::EndsByPendingLowering];
    assert_taken(&mut lowered.clone(), leave(ORACLE), pending);
    assert_taken(&mut lowered.clone(), eject(ORACLE), [B::Ejects, B::EndsByPendingLowering]);
    pass_epochs(&mut lowered, 2)?;
    let landed = [B::Leaves, B::EndsAtNothing, B::FindsLowering];
    assert_taken(&mut lowered, leave(ORACLE), landed);
    assert_taken(&mut lowered, join(ORACLE), [B::JoinsAgain]);

    model.retire(ORACLE)?;
    let retired = [B::Leaves, B::EndsAtNothing, B::EndsRetired, B::FindsRetired];
    assert_taken(&mut model, leave(ORACLE), retired);
    Ok(())
}

#[test]
fn sets_operators_and_limits() -> Result<()> {
    let mut model = Model::new(ORIGIN, EPOCH)?.governed_by(GOVERNANCE);
    let set = |id| OperatorSetId { avs: ORACLE.avs, id };
    let burns = terms(Recipient::Burn, Wad::ONE);
    let sends = terms(Recipient::Account(TREASURY), Wad::ONE);
    let create =
        |id, terms: Terms| move |m: &mut Model| m.create_operator_set(set(id), terms, &[ETH]);
    assert_taken(&mut model, create(1, sends), [B::CreatesInstant]);
    assert_taken(&mut model, create(2, burns), [B::CreatesInstant, B::CreatesBurning]);
    let slow = Terms { window: 1, ..sends };
    assert_taken(&mut model, create(3, slow), [B::CreatesChallengeable]);

    let register =
        |operator, approver| move |m: &mut Model| m.register_operator(operator, approver);
    assert_taken(&mut model, register(NORTH, None), [B::RegistersUngated]);
    assert_taken(&mut model, register(EAST, Some(WARDEN)), [B::RegistersGated]);
    assert_taken(&mut model, |m| m.open(NORTH), [B::OpensFirst]);
    model.close(NORTH)?;
    assert_taken(&mut model, |m| m.open(NORTH), [B::OpensAgain]);
    assert_taken(&mut model, |m| m.admit(WARDEN, EAST, ALICE, 0, None), [B::AdmitsByApprover]);

    let now = model.clock().now();
    assert_taken(&mut model, |m| m.advance_to(now), [B::TimeWithinEpoch]);
    assert_taken(&mut model, |m| m.advance_to(now + EPOCH), [B::TimeToNextEpoch]);
    assert_taken(&mut model, |m| m.advance_to(now + 3 * EPOCH), [B::TimeSkipsEpochs]);

    model.mint(ETH, ALICE, 100)?;
    model.donate(ETH, ALICE, 100)?;
    assert_taken(&mut model, |m| m.set_deposit_cap(ETH, 100), []);
    assert_taken(&mut model, |m| m.set_deposit_cap(ETH, 99), [B::CapsBelowHoldings]);
    let ceiling = |n| move |m: &mut Model| m.set_ceiling(ETH, wad(n));
    assert_taken(&mut model, ceiling(100), []);
    assert_taken(&mut model, ceiling(200), [B::RaisesCeiling]);
    assert_taken(&mut model, ceiling(200), []);
    assert_taken(&mut model, ceiling(150), [B::LowersCeiling]);

    let branches = [
        (Pausable::Deposit, B::PausesDeposit),
        (Pausable::Open, B::PausesOpen),
        (Pausable::Complete, B::PausesComplete),
        (Pausable::Join, B::PausesJoin),
        (Pausable::Raise, B::PausesRaise),
        (Pausable::CreateSet, B::PausesCreateSet),
    ];
    for (action, branch) in branches {
        assert_taken(&mut model.clone(), |m| m.pause(action, 1), [branch]);
        assert_taken(&mut model.clone(), |m| m.pause(action, 0), [branch, B::PausesForNoTime]);
    }
    let helper = Account::from_u64(0x4e);
    let lend = |allowed| {
        move |m: &mut Model| {
            m.appoint(NORTH.account(), helper, Function::Join, allowed);
            Ok(())
        }
    };
    assert_taken(&mut model, lend(true), [B::Appoints]);
    assert_taken(&mut model, lend(false), [B::Dismisses]);
    assert_eq!(model.epoch(), Epoch(4));
    Ok(())
}
