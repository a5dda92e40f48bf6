//! Every branch of the model can be taken, and the model counts those that were.

use palisade_model::{
    Action, Branch as B, Branches, Function, Magnitude, Model, Pausable, Result, SHORTEST_REST,
    U256, Wad,
};
use proptest::{
    collection::vec,
    prelude::TestCaseError,
    strategy::{Strategy as _, ValueTree},
    test_runner::TestRunner,
};

use crate::{
    promises::{begin, starts, wishes},
    rewards,
    world::*,
};

/// The branches that `step` takes, each as often as it does.
pub(crate) fn taken<T>(
    model: &mut Model,
    step: impl FnOnce(&mut Model) -> Result<T>,
) -> Result<Vec<B>> {
    let before: Vec<u64> = model.branches().iter().map(|(_, times)| times).collect();
    step(model)?;
    let after = model.branches().iter();
    let more = after.zip(before).map(|((branch, times), had)| (branch, times - had));
    Ok(more.flat_map(|(branch, times)| (0..times).map(move |_| branch)).collect())
}

fn times(branches: &Branches) -> u64 {
    branches.iter().map(|(_, times)| times).sum()
}

/// The branches that random histories take. A refused action takes none.
fn of_histories(cases: usize) -> Result<Branches, TestCaseError> {
    let branches = Branches::default();
    let mut runner = TestRunner::deterministic();
    for _ in 0..cases {
        let tree = (starts(), vec(wishes(), 80)).new_tree(&mut runner);
        let (start, wishes) =
            tree.map_err(|reason| TestCaseError::fail(reason.to_string()))?.current();
        let mut model = begin(&start)?.model;
        for wish in wishes {
            let (action, before) = (wish.action(&model), times(model.branches()));
            if model.apply(&action).is_err() {
                assert_eq!(times(model.branches()), before, "{action:?} was refused");
            }
        }
        branches.add(model.branches());
    }
    Ok(branches)
}

/// The rest, each with the branches that are its point.
fn of_scenes() -> Result<Branches> {
    let branches = Branches::default();
    for scene in
        [appointments, approvals, credits, worn_and_unaccepted, generations, pauses, rewards::scene]
    {
        branches.add(scene()?.branches());
    }
    Ok(branches)
}

fn appointments() -> Result<Model> {
    let mut model = founded()?;
    let (avs, function) = (ORACLE.avs, Function::Retire);
    let appoint = |allowed| Action::Appoint { account: avs, appointee: BOB, function, allowed };
    assert_eq!(taken(&mut model, |m| m.apply(&appoint(true)))?, [B::Appoints]);
    let retire = |by, set| Action::Retire { by, set };
    assert_eq!(taken(&mut model, |m| m.apply(&retire(BOB, ORACLE)))?, [B::ActsAppointed]);
    assert_eq!(taken(&mut model, |m| m.apply(&retire(avs, BRIDGE)))?, []);
    assert_eq!(taken(&mut model, |m| m.apply(&appoint(false)))?, [B::Dismisses]);
    Ok(model)
}

fn approvals() -> Result<Model> {
    let mut model = running(&[])?;
    let now = model.clock().now();
    let admit = |until| move |m: &mut Model| m.admit(WARDEN, EAST, ALICE, until, None);
    let by_approver = B::AdmitsByApprover;
    assert_eq!(taken(&mut model, admit(now))?, [by_approver]);
    assert_eq!(taken(&mut model, admit(now + 1))?, [by_approver, B::AdmissionReplaced]);
    assert_eq!(taken(&mut model, admit(now))?, [by_approver, B::AdmissionReplaced]);
    assert_eq!(taken(&mut model, admit(now - 1))?, [by_approver, B::AdmissionTakenBack]);
    assert_eq!(taken(&mut model, admit(now))?, [by_approver]);
    let enters = [B::AdmissionUsed, B::EntersEmptyPool, B::DepositsWithOperator, B::HistoryBegins];
    assert_eq!(taken(&mut model, |m| deposit(m, ALICE, EAST, 5))?, enters);
    assert_eq!(taken(&mut model, admit(now))?, [by_approver]);
    Ok(model)
}

fn credits() -> Result<Model> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    let ways = [
        (TREASURY, TREASURY, B::CollectsOwn),
        (ANYBODY, TREASURY, B::CollectsForOwner),
        (TREASURY, BOB, B::CollectsElsewhere),
        (BOB, BOB, B::CollectsByAgent),
    ];
    model.set_operator(TREASURY, BOB, true);
    for (by, to, branch) in ways {
        model.set_can_receive(ETH, TREASURY, false);
        let credited = taken(&mut model, |m| slash(m, ORACLE, wad(10)))?;
        assert!(credited.contains(&B::SlashCredited) && !credited.contains(&B::SlashAddsToCredit));
        let more = taken(&mut model, |m| slash(m, ORACLE, wad(10)))?;
        assert!(more.contains(&B::SlashAddsToCredit) && more.contains(&B::SlashAgainInEpoch));
        model.set_can_receive(ETH, TREASURY, true);
        assert_eq!(taken(&mut model, |m| m.collect_credit(by, TREASURY, ETH, to))?, [branch]);
    }
    Ok(model)
}

fn worn_and_unaccepted() -> Result<Model> {
    let mut model = running(&[(ORACLE, percent(50))])?;
    deposit(&mut model, ALICE, NORTH, 1 << 80)?;
    slash(&mut model, ORACLE, Wad(Wad::ONE.0 - 1))?;
    let allocate = |target| move |m: &mut Model| m.allocate(NORTH, ORACLE, ETH, target);
    assert_eq!(taken(&mut model, allocate(percent(10)))?, [B::SchedulesRaise]);
    let withdrawn = [B::WithdrawsRaise, B::KeepsWorn];
    assert_eq!(taken(&mut model, allocate(Magnitude(1)))?, withdrawn);
    model.remove_strategy(ORACLE, ETH)?;
    let lowered = [B::SchedulesLowering, B::LowersToNothing, B::ChangesUnaccepted];
    assert_eq!(taken(&mut model, allocate(Magnitude::ZERO))?, lowered);
    Ok(model)
}

fn generations() -> Result<Model> {
    let mut model = founded()?;
    model.set_ceiling(ETH, wad(200))?;
    let (whole, propose) =
        (Magnitude::WHOLE, |m: &mut Model| m.propose_slash(SLASHER, COURT, NORTH, ETH, wad(60)));
    assert_eq!(
        taken(&mut model, |m| m.allocate(NORTH, ORACLE, ETH, whole))?,
        [B::AllocatesFromNothing, B::RaisesAtOnce]
    );
    assert_eq!(
        taken(&mut model, |m| m.allocate(NORTH, COURT, ETH, whole))?,
        [B::AllocatesFromNothing, B::RaisesAtOnce, B::RaisesAboveDegreeOne]
    );
    model.open(NORTH)?;
    pass_epochs(&mut model, 1)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    assert_eq!(taken(&mut model, propose)?, [B::ProposesFirst]);
    let ends = [
        B::SlashTakesOfPool,
        B::SlashAboveDegreeOne,
        B::SlashFillsCap,
        B::SlashEndsGeneration,
        B::SlashSent,
    ];
    assert_eq!(taken(&mut model, |m| slash(m, ORACLE, Wad::ONE))?, ends);
    let enters =
        [B::EntersEmptyPool, B::EntersLaterGeneration, B::DepositsWithOperator, B::HistoryBegins];
    assert_eq!(taken(&mut model, |m| deposit(m, ALICE, NORTH, 1_000))?, enters);
    assert_eq!(
        taken(&mut model, |m| m.allocate(NORTH, COURT, ETH, whole))?,
        [B::SchedulesRaise, B::FindsEndedGeneration]
    );
    assert_eq!(taken(&mut model, |m| pass_epochs(m, 3))?, [B::TimeSkipsEpochs]);
    assert_eq!(taken(&mut model, propose)?, [B::FindsRaise, B::ProposesAfterGeneration]);
    Ok(model)
}

fn pauses() -> Result<Model> {
    let mut model = founded()?;
    assert_eq!(taken(&mut model, |m| m.pause(Pausable::Open, 10))?, [B::PausesOpen]);
    let rest_until = model.pause_of(Pausable::Open).rest_until;
    assert_eq!(rest_until, ORIGIN + 10 + SHORTEST_REST);
    model.advance_to(rest_until)?;
    let again = [B::PausesOpen, B::PausesAgain];
    assert_eq!(taken(&mut model, |m| m.pause(Pausable::Open, 10))?, again);
    Ok(model)
}

#[test]
fn every_branch_can_be_taken() -> Result<(), TestCaseError> {
    let branches = of_histories(400)?;
    branches.add(&of_scenes().map_err(|error| TestCaseError::fail(error.to_string()))?);
    let missed: Vec<B> = branches.missed().collect();
    assert!(missed.is_empty(), "nothing takes {missed:?}");
    assert_eq!(branches.reached().count(), B::ALL.len());
    Ok(())
}

#[test]
fn exit_takes_the_branches_of_what_it_finds() -> Result<()> {
    let mut model = staked(&[(ORACLE, percent(50))])?;
    let pool = model.pool_id(NORTH, ETH);
    model.set_operator(ALICE, BOB, true);
    let first = [B::QueuesPart, B::QueuesByAgent, B::QueuesIntoEmptyBucket, B::HistoryRewrites];
    assert_eq!(taken(&mut model, |m| m.queue_withdrawal(BOB, ALICE, pool, 100, 0))?, first);
    let again = [B::QueuesPart, B::QueuesAtPar, B::QueuesAgain, B::HistoryRewrites];
    assert_eq!(taken(&mut model, |m| m.queue_withdrawal(ALICE, ALICE, pool, 300, 0))?, again);
    let slashed = taken(&mut model, |m| slash(m, ORACLE, wad(10)))?;
    assert_eq!(slashed, [B::SlashTakesOfPool, B::SlashTakesOfLastBucket, B::SlashSent]);
    let whole = [
        B::QueuesWhole,
        B::QueuesLastOfPool,
        B::QueuesBelowPar,
        B::QueuesAgain,
        B::HistoryRewrites,
    ];
    assert_eq!(taken(&mut model, |m| m.queue_withdrawal(ALICE, ALICE, pool, 600, 0))?, whole);
    let epoch = model.epoch().plus(2);
    pass_epochs(&mut model, 2)?;
    let completed = [B::CompletesLiving, B::CompletesBelowPar, B::CompletesLastOfBucket];
    let complete = |m: &mut Model| m.complete_withdrawal(ALICE, ALICE, pool, epoch, ALICE);
    assert_eq!(taken(&mut model, complete)?, completed);
    Ok(())
}

#[test]
fn branches_are_no_part_of_the_state() -> Result<()> {
    let model = staked(&[])?;
    let mut other = model.clone();
    assert_eq!(times(other.branches()), times(model.branches()));
    other.advance_to(other.clock().now())?;
    assert_eq!(times(other.branches()), times(model.branches()) + 1);
    assert_eq!(other, model);
    other.approve(ALICE, BOB, other.pool_id(NORTH, ETH), U256::from(1_u64));
    assert_ne!(other, model);
    Ok(())
}
