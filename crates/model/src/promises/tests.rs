//! A watch can fail: for each promise, a state or an outcome that breaks it. What the model truly did
//! is judged first, and passes.

use super::{Broken, Watch};
use crate::{
    Account, Action, Budget, Delivery, Epoch, Exact, Magnitude, Model, ModelError, Operator,
    OperatorSetId, Outcome, Pausable, PoolId, Recipient, Result, Slashed, Strategy, Terms,
    Violation, Wad,
};

const ALICE: Account = Account::from_u64(1);
const BOB: Account = Account::from_u64(2);
const SLASHER: Account = Account::from_u64(3);
const TREASURY: Account = Account::from_u64(4);
const WARDEN: Account = Account::from_u64(5);
const TOKEN: Strategy = Strategy::from_u64(10);
const NORTH: Operator = Operator::from_u64(20);
/// Takes only whom the warden admits.
const GATED: Operator = Operator::from_u64(21);
/// Slash at once, half and a quarter of the pool.
const ORACLE: OperatorSetId = OperatorSetId { avs: Account::from_u64(30), id: 1 };
const BRIDGE: OperatorSetId = OperatorSetId { avs: Account::from_u64(30), id: 2 };
/// Proposes its slashes, of a quarter.
const COURT: OperatorSetId = OperatorSetId { avs: Account::from_u64(30), id: 3 };
const POOL: PoolId = PoolId { operator: NORTH, strategy: TOKEN, generation: 0 };
const IDLE: PoolId = PoolId { operator: Operator::IDLE, ..POOL };
const QUARTER: Magnitude = Magnitude(250_000_000_000_000_000);
const HALF: Magnitude = Magnitude(2 * QUARTER.0);

/// Epoch 2: Alice has 1,000 with the operator and 100 idle.
fn world() -> Result<Model> {
    let mut model = Model::new(0, 100)?;
    model.mint(TOKEN, ALICE, 10_000)?;
    for operator in [NORTH, GATED] {
        model.register_operator(operator, (operator == GATED).then_some(WARDEN))?;
    }
    for (set, window, promised) in [(ORACLE, 0, HALF), (BRIDGE, 0, QUARTER), (COURT, 40, QUARTER)] {
        let terms = Terms {
            slasher: SLASHER,
            recipient: Recipient::Account(TREASURY),
            window,
            resolver: Some(WARDEN),
            cap: Wad::ONE,
            conditions: [0; 32],
            registrar: None,
        };
        model.create_operator_set(set, terms, &[TOKEN])?;
        model.join(NORTH, set)?;
        model.allocate(NORTH, set, TOKEN, promised)?;
    }
    model.open(NORTH)?;
    model.open(GATED)?;
    model.advance_to(100)?;
    model.deposit(ALICE, TOKEN, NORTH, 1_000, 0, ALICE)?;
    model.deposit(ALICE, TOKEN, Operator::IDLE, 100, 0, ALICE)?;
    Ok(model)
}

/// What a watch says of the action after `forge` changed what it did.
fn caught(
    model: &Model,
    action: &Action,
    forge: impl FnOnce(&mut Model, &mut Result<Outcome>),
) -> Option<Broken> {
    let mut after = model.clone();
    let mut outcome = after.apply(action);
    assert_eq!(Watch::new(model).observe(&after, action, &outcome), Ok(()), "{outcome:?}");
    forge(&mut after, &mut outcome);
    Watch::new(model).observe(&after, action, &outcome).err()
}

/// What a watch says of an action, as it is told.
fn observed(
    before: &Model,
    after: &Model,
    action: &Action,
    outcome: &Result<Outcome>,
) -> Option<Broken> {
    Watch::new(before).observe(after, action, outcome).err()
}

/// What a watch says of an action that is told as one of no effect.
fn told_as_nothing(model: &Model, action: &Action) -> Option<Broken> {
    let mut after = model.clone();
    assert_eq!(after.apply(action).err(), None);
    let told = Action::SetOperator { owner: BOB, spender: BOB, approved: false };
    Watch::new(model).observe(&after, &told, &Ok(Outcome::Done)).err()
}

const fn nothing() -> Action {
    Action::Mint { strategy: TOKEN, to: BOB, amount: 1 }
}

const fn queue(shares: u128) -> Action {
    Action::QueueWithdrawal { by: ALICE, owner: ALICE, pool: POOL, shares, min_assets: 0 }
}

fn slash(set: OperatorSetId, part: Magnitude) -> Action {
    let fractions = vec![(TOKEN, Wad(part.0))];
    Action::Slash { by: SLASHER, set, operator: NORTH, fractions }
}

const fn propose() -> Action {
    let (by, set, operator, strategy) = (SLASHER, COURT, NORTH, TOKEN);
    Action::ProposeSlash { by, set, operator, strategy, wad: Wad(HALF.0) }
}

macro_rules! assert_caught {
    ($caught:expr, $broken:pat) => {
        let caught = $caught;
        assert!(matches!(caught, Some($broken)), "{caught:?}");
    };
}

#[test]
fn p1_tokens_that_left_the_vault_unaccounted() -> Result<()> {
    let found = caught(&world()?, &queue(10), |model, _| {
        model.tokens.vault.insert(TOKEN, 1_099);
        model.tokens.balances.insert((TOKEN, BOB), 1);
    });
    let (strategy, held, owed, unasked) = (TOKEN, 1_099, 1_100, 0);
    assert_eq!(found, Some(Violation::Solvency { strategy, held, owed, unasked }.into()));
    Ok(())
}

#[test]
fn refused_action_that_left_a_trace() -> Result<()> {
    let found = caught(&world()?, &queue(10), |_, outcome| {
        *outcome = Err(ModelError::SlashesNothing);
    });
    assert_caught!(found, Broken::Trace { .. });
    Ok(())
}

#[test]
fn outcome_of_another_action() -> Result<()> {
    let found = caught(&world()?, &queue(10), |_, outcome| *outcome = Ok(Outcome::Done));
    assert_caught!(found, Broken::Outcome { .. });
    Ok(())
}

#[test]
fn p2_what_nobody_may_take() -> Result<()> {
    let mut model = world()?;
    let idle = Action::Withdraw { by: ALICE, owner: ALICE, pool: IDLE, shares: 7, receiver: BOB };
    for action in [queue(10), slash(ORACLE, HALF), idle] {
        assert_caught!(told_as_nothing(&model, &action), Broken::PositionFell { owner: ALICE, .. });
    }
    let epoch = model.queue_withdrawal(ALICE, ALICE, POOL, 500, 0)?.epoch;
    model.advance_to(model.clock().start_of(epoch))?;
    let (by, owner, pool, receiver) = (ALICE, ALICE, POOL, ALICE);
    let exit = Action::CompleteWithdrawal { by, owner, pool, epoch, receiver };
    assert_caught!(told_as_nothing(&model, &exit), Broken::ExitFell { owner: ALICE, .. });
    // A slash that reaches a matured exit.
    let found = caught(&model, &slash(ORACLE, HALF), |model, _| {
        if let Some(bucket) = model.vault.buckets.get_mut(&(POOL, epoch)) {
            bucket.assets -= 1;
        }
    });
    assert_caught!(found, Broken::ExitFell { before: 500, after: 499, .. });
    Ok(())
}

#[test]
fn p2_own_action_that_costs_more_than_its_roundings() -> Result<()> {
    let withdraw =
        Action::Withdraw { by: ALICE, owner: ALICE, pool: IDLE, shares: 100, receiver: ALICE };
    let found = caught(&world()?, &withdraw, |model, _| {
        model.tokens.balances.insert((TOKEN, ALICE), 8_999);
    });
    assert_caught!(found, Broken::Cost { lost: 100, gained: 99, most: 0, .. });
    Ok(())
}

#[test]
fn p2_drift_beyond_the_roundings() -> Result<()> {
    let (model, action) = (world()?, queue(10));
    let mut after = model.clone();
    let outcome = after.apply(&action);
    assert_eq!(Exact::new(&model).observe(&after, &action, &outcome), Ok(()));
    for assets in [988, 992] {
        let mut strayed = after.clone();
        let pool = strayed.vault.pools.entry((NORTH, TOKEN)).or_default();
        pool.assets = assets;
        let found = Exact::new(&model).observe(&strayed, &action, &outcome).err();
        assert_caught!(found, Broken::Drift { owner: ALICE, epoch: Epoch(0), .. });
    }
    let found = Exact::new(&model).observe(&model, &action, &outcome).err();
    assert_caught!(found, Broken::Shares { owner: ALICE, .. });
    Ok(())
}

/// Changes what a slash reports.
fn report(outcome: &mut Result<Outcome>, forge: impl Fn(&mut Slashed)) {
    if let Ok(Outcome::Slashed(reports)) = outcome {
        reports.iter_mut().for_each(forge);
    }
}

#[test]
fn p3_slash_that_is_not_its_fraction() -> Result<()> {
    let (model, action) = (world()?, slash(ORACLE, HALF));
    let found = caught(&model, &action, |_, outcome| report(outcome, |r| r.assets.pool += 1));
    assert_caught!(found, Broken::Slash { assets: 250, .. });
    let found = caught(&model, &action, |_, outcome| report(outcome, |r| r.magnitude.0 -= 1));
    assert_caught!(found, Broken::Slash { magnitude: QUARTER, .. });
    Ok(())
}

#[test]
fn p3_slash_above_the_cap_of_its_epoch() -> Result<()> {
    let mut model = world()?;
    let mut after = model.clone();
    let (action, outcome) = (slash(ORACLE, HALF), after.apply(&slash(ORACLE, HALF)));
    for model in [&mut model, &mut after] {
        if let Some(set) = model.allocations.sets.get_mut(&ORACLE) {
            set.terms.cap = Wad(QUARTER.0);
        }
    }
    let found = Watch::new(&model).observe(&after, &action, &outcome).err();
    assert_caught!(found, Broken::Cap { taken: QUARTER, .. });
    Ok(())
}

#[test]
fn p3_slash_that_moved_something_else() -> Result<()> {
    let (model, action) = (world()?, slash(ORACLE, HALF));
    let found = caught(&model, &action, |model, _| {
        model.tokens.balances.insert((TOKEN, TREASURY), 249);
    });
    assert_caught!(found, Broken::Moved { reported: 250, moved: 249, .. });
    let found = caught(&model, &action, |model, _| {
        model.vault.pools.entry((NORTH, TOKEN)).or_default().assets -= 1;
    });
    assert_caught!(found, Broken::Moved { reported: 250, moved: 251, .. });
    // To somebody whom the terms do not name.
    let found = caught(&model, &action, |model, outcome| {
        model.tokens.balances.remove(&(TOKEN, TREASURY));
        model.tokens.balances.insert((TOKEN, BOB), 250);
        report(outcome, |report| report.delivery = Delivery::Sent(BOB));
    });
    assert_caught!(found, Broken::Moved { reported: 250, moved: 0, .. });
    Ok(())
}

#[test]
fn p3_slash_that_takes_from_another_set() -> Result<()> {
    let found = caught(&world()?, &slash(ORACLE, HALF), |model, _| {
        model.allocations.entries.entry((BRIDGE, NORTH, TOKEN)).or_default().current.0 /= 2;
    });
    assert_caught!(found, Broken::OtherSet { set: BRIDGE, before: 250, after: 125, .. });
    Ok(())
}

#[test]
fn p4_guarantee_that_vanished() -> Result<()> {
    let found = caught(&world()?, &nothing(), |model, _| {
        let entry = model.allocations.entries.entry((ORACLE, NORTH, TOKEN)).or_default();
        *entry = entry.settled_at(QUARTER);
        model.allocations.budgets.entry((NORTH, TOKEN)).or_default().committed.0 -= QUARTER.0;
    });
    assert_caught!(found, Broken::Guarantee { guaranteed: 498, slashable: 250, .. });
    // Not lowered, but gone: now, and when the epoch moves.
    let forget = |model: &mut Model| {
        model.allocations.entries.remove(&(ORACLE, NORTH, TOKEN));
        model.allocations.budgets.entry((NORTH, TOKEN)).or_default().committed.0 -= HALF.0;
    };
    for action in [nothing(), Action::AdvanceTo { timestamp: 200 }] {
        let found = caught(&world()?, &action, |model, _| forget(model));
        assert_caught!(found, Broken::Guarantee { guaranteed: 498, slashable: 0, .. });
    }
    Ok(())
}

#[test]
fn p4_leaving_without_its_notice() -> Result<()> {
    let (model, strategies) = (world()?, vec![TOKEN]);
    let leave = Action::Leave { by: NORTH.account(), operator: NORTH, set: ORACLE, strategies };
    let left = |epochs: Vec<(Strategy, Epoch)>| Ok(Outcome::Left(epochs));
    for told in [vec![(TOKEN, Epoch(3))], Vec::new()] {
        let found = caught(&model, &leave, |_, outcome| *outcome = left(told));
        assert_caught!(found, Broken::Leaving { set: ORACLE, .. });
    }
    let found = caught(&model, &leave, |model, _| {
        model.allocations.members.insert((ORACLE, NORTH));
    });
    assert_caught!(found, Broken::Membership { set: ORACLE, .. });
    Ok(())
}

#[test]
fn p4_retired_set_that_can_slash() -> Result<()> {
    let found = caught(&world()?, &Action::Retire { by: ORACLE.avs, set: ORACLE }, |model, _| {
        if let Some(set) = model.allocations.sets.get_mut(&ORACLE) {
            set.retired = false;
        }
    });
    assert_caught!(found, Broken::Retired { slashable: 500, .. });
    Ok(())
}

#[test]
fn p5_raise_without_notice() -> Result<()> {
    let mut model = world()?;
    model.allocate(NORTH, COURT, TOKEN, Magnitude(0))?;
    let mut watch = Watch::new(&model);
    // The lowering lands in epoch 4, at whose end there is nothing to see.
    for _ in 0..5 {
        let action = Action::AdvanceTo { timestamp: model.clock().now() + 100 };
        let outcome = model.apply(&action);
        assert_eq!(watch.observe(&model, &action, &outcome), Ok(()));
    }
    let action = Action::Settle { by: ALICE, operator: NORTH, set: COURT, strategy: TOKEN };
    let outcome = model.apply(&action);
    assert_eq!(watch.observe(&model, &action, &outcome), Ok(()));
    let entry = model.allocations.entries.entry((COURT, NORTH, TOKEN)).or_default();
    *entry = entry.settled_at(QUARTER);
    model.allocations.budgets.entry((NORTH, TOKEN)).or_default().committed.0 += QUARTER.0;
    let outcome = model.apply(&nothing());
    let found = watch.observe(&model, &nothing(), &outcome).err();
    assert_caught!(found, Broken::Ambush { set: COURT, current: QUARTER, .. });
    Ok(())
}

#[test]
fn p5_proposal_against_its_rules() -> Result<()> {
    let mut model = world()?;
    let found = caught(&model, &propose(), |_, outcome| {
        if let Ok(Outcome::Proposed(proposal)) = outcome {
            proposal.magnitude = HALF;
        }
    });
    assert_caught!(found, Broken::Proposal { fault: "does not fix what it was made of", .. });
    model.apply(&propose())?;
    let mut early = model.clone();
    let execute = Action::ExecuteSlash { by: ALICE, set: COURT, operator: NORTH, strategy: TOKEN };
    let key = (COURT, NORTH, TOKEN);
    early.allocations.proposals.entry(key).and_modify(|proposal| proposal.executable_from = 0);
    let outcome = early.apply(&execute);
    let found = Watch::new(&model).observe(&early, &execute, &outcome).err();
    assert_caught!(found, Broken::Proposal { fault: "was executed within its window", .. });
    let found = Watch::new(&world()?).observe(&early, &execute, &outcome).err();
    assert_caught!(found, Broken::Proposal { fault: "that was never made was executed", .. });

    // What was raised after the proposal is not reached by it.
    let (mut raised, mut watch) = (model.clone(), Watch::new(&model));
    let wait = Action::AdvanceTo { timestamp: 140 };
    let outcome = raised.apply(&wait);
    assert_eq!(watch.observe(&raised, &wait, &outcome), Ok(()));
    raised.allocations.proposals.entry(key).and_modify(|proposal| proposal.wad = Wad::ONE);
    let outcome = raised.apply(&execute);
    let found = watch.observe(&raised, &execute, &outcome).err();
    let fault = "took more than the allocation at its time allowed";
    assert_eq!(
        found,
        Some(Broken::Proposal { set: COURT, operator: NORTH, strategy: TOKEN, fault })
    );
    Ok(())
}

#[test]
fn p5_stake_that_no_approver_admitted() -> Result<()> {
    let mut model = world()?;
    model.admit(WARDEN, GATED, ALICE, 1_000, None)?;
    let (from, strategy, operator, receiver) = (ALICE, TOKEN, GATED, ALICE);
    let deposit = Action::Deposit { from, strategy, operator, assets: 10, min_shares: 0, receiver };
    let mut after = model.clone();
    let outcome = after.apply(&deposit);
    assert_eq!(Watch::new(&model).observe(&after, &deposit, &outcome), Ok(()));
    model.vault.admissions.entry((GATED, ALICE)).and_modify(|admitted| admitted.deadline = None);
    let found = Watch::new(&model).observe(&after, &deposit, &outcome).err();
    assert_caught!(found, Broken::Gate { operator: GATED, staker: ALICE });
    Ok(())
}

#[test]
fn p6_pause_that_did_not_hold_or_held_too_much() -> Result<()> {
    let mut model = world()?;
    let mut after = model.clone();
    let withdraw =
        Action::Withdraw { by: ALICE, owner: ALICE, pool: IDLE, shares: 100, receiver: ALICE };
    let outcome = after.apply(&withdraw);
    model.pause(Pausable::Complete, 50)?;
    let found = Watch::new(&model).observe(&after, &withdraw, &outcome).err();
    assert_caught!(found, Broken::Paused { action: Pausable::Complete, .. });

    let again = Action::Pause { by: Account::default(), action: Pausable::Complete, duration: 50 };
    let found = Watch::new(&model).observe(&model, &again, &Ok(Outcome::Done)).err();
    assert_caught!(found, Broken::Pause { action: Pausable::Complete, .. });

    let paused = Err(ModelError::Paused { action: Pausable::Complete, until: 150 });
    assert_eq!(Watch::new(&model).observe(&model, &withdraw, &paused), Ok(()));
    let found = Watch::new(&model).observe(&model, &queue(10), &paused).err();
    assert_caught!(found, Broken::Stopped { action: Pausable::Complete });
    Ok(())
}

#[test]
fn p6_exit_that_was_refused() -> Result<()> {
    let mut model = world()?;
    let epoch = model.queue_withdrawal(ALICE, ALICE, POOL, 500, 0)?.epoch;
    model.advance_to(model.clock().start_of(epoch))?;
    let (by, owner, receiver) = (ALICE, ALICE, BOB);
    let exits = [
        queue(10),
        Action::Withdraw { by, owner, pool: IDLE, shares: 100, receiver },
        Action::CompleteWithdrawal { by, owner, pool: POOL, epoch, receiver },
    ];
    let refused = Err(ModelError::YieldsNothing { shares: 10 });
    for exit in exits {
        let found = Watch::new(&model).observe(&model, &exit, &refused).err();
        assert_caught!(found, Broken::ExitRefused { owner: ALICE, .. });
    }
    // What is the owner's own mistake may be refused.
    assert_eq!(Watch::new(&model).observe(&model, &queue(501), &refused), Ok(()));
    Ok(())
}

#[test]
fn p9_generation_that_ends_by_itself() -> Result<()> {
    let found = caught(&world()?, &nothing(), |model, _| model.end_generation(GATED, TOKEN));
    assert_caught!(found, Broken::Generation { fault: "ended by no slash or renewal", .. });
    Ok(())
}

/// One set to which all of the pool is promised; Alice has 2^60 with the operator.
fn all_promised() -> Result<Model> {
    let mut model = Model::new(0, 100)?;
    model.mint(TOKEN, ALICE, 1 << 60)?;
    model.register_operator(NORTH, None)?;
    let terms = world()?.operator_set(ORACLE)?.terms;
    model.create_operator_set(ORACLE, terms, &[TOKEN])?;
    model.join(NORTH, ORACLE)?;
    model.allocate(NORTH, ORACLE, TOKEN, Magnitude::WHOLE)?;
    model.open(NORTH)?;
    model.advance_to(100)?;
    model.deposit(ALICE, TOKEN, NORTH, 1 << 60, 0, ALICE)?;
    Ok(model)
}

/// [`all_promised`] but for a billionth, and with nothing promised any more; and its renewal.
fn worn() -> Result<(Model, Action)> {
    let mut model = all_promised()?;
    model.slash(SLASHER, ORACLE, NORTH, &[(TOKEN, Wad(Magnitude::WHOLE.0 - 1_000_000_000))])?;
    model.allocate(NORTH, ORACLE, TOKEN, Magnitude::ZERO)?;
    model.advance_to(300)?;
    model.settle(NORTH, ORACLE, TOKEN)?;
    let renew = Action::Renew { by: NORTH.account(), operator: NORTH, strategy: TOKEN };
    Ok((model, renew))
}

#[test]
fn p9_generation_that_outlives_its_end() -> Result<()> {
    let (model, total) = (all_promised()?, slash(ORACLE, Magnitude::WHOLE));
    let found =
        caught(&model, &total, |_, outcome| report(outcome, |r| r.ended_generation = false));
    assert_caught!(found, Broken::Generation { fault: "ended by no slash or renewal", .. });
    let found = caught(&model, &total, |model, _| {
        model.vault.pools.entry((NORTH, TOKEN)).or_default().shares = 1;
    });
    assert_caught!(found, Broken::Generation { fault: "the next begins with something", .. });
    Ok(())
}

#[test]
fn p9_renewal_that_takes_from_its_holders() -> Result<()> {
    let (model, renew) = worn()?;
    let found = caught(&model, &renew, |model, _| {
        model.vault.buckets.entry((POOL, Epoch(0))).or_default().assets += 1;
    });
    assert_caught!(
        found,
        Broken::Generation { fault: "not all that was left is its holders'", .. }
    );
    let found = caught(&model, &renew, |model, _| {
        model.vault.buckets.entry((POOL, Epoch(0))).or_default().assets -= 1;
    });
    assert_caught!(found, Broken::PositionFell { owner: ALICE, .. });
    Ok(())
}

#[test]
fn p8_governance_that_does_more_than_it_says() -> Result<()> {
    let model = world()?;
    let by = Account::default();
    let cap = Action::SetDepositCap { by, strategy: TOKEN, cap: 5 };
    let ceiling = Action::SetCeiling { by, strategy: TOKEN, ceiling: Wad(2 * Wad::ONE.0) };
    let pause = Action::Pause { by, action: Pausable::Join, duration: 50 };
    for action in [&cap, &ceiling, &pause] {
        let found = caught(&model, action, |model, _| {
            model.allocations.budgets.insert((NORTH, TOKEN), Budget::default());
        });
        assert_caught!(found, Broken::Reach { book: "budgets" });
        let found = caught(&model, action, |model, _| model.authority = BOB);
        assert_caught!(found, Broken::Power { .. });
        assert_caught!(told_as_nothing(&model, action), Broken::Limit { .. });
    }
    let found = caught(&model, &cap, |model, _| {
        model.vault.deposit_caps.insert(TOKEN, 6);
    });
    assert_caught!(found, Broken::Limit { .. });
    let found = caught(&model, &cap, |model, _| {
        model.vault.deposit_caps.insert(Strategy::from_u64(11), 6);
    });
    assert_caught!(found, Broken::Limit { .. });
    Ok(())
}

#[test]
fn p8_terms_that_change() -> Result<()> {
    let model = world()?;
    let found = caught(&model, &nothing(), |model, _| {
        if let Some(set) = model.allocations.sets.get_mut(&ORACLE) {
            set.terms.cap = Wad(1);
        }
    });
    assert_caught!(found, Broken::Terms { set: ORACLE });
    let retire = Action::Retire { by: ORACLE.avs, set: ORACLE };
    let found = caught(&model, &retire, |model, _| {
        if let Some(set) = model.allocations.sets.get_mut(&BRIDGE) {
            set.retired = true;
        }
    });
    assert_caught!(found, Broken::Terms { set: BRIDGE });
    let mut retired = model;
    retired.retire(ORACLE)?;
    let found = caught(&retired, &nothing(), |model, _| {
        if let Some(set) = model.allocations.sets.get_mut(&ORACLE) {
            set.retired = false;
        }
    });
    assert_caught!(found, Broken::Terms { set: ORACLE });
    Ok(())
}

#[test]
fn p8_more_than_the_limits_admit() -> Result<()> {
    let mut model = world()?;
    let (from, strategy, receiver) = (ALICE, TOKEN, ALICE);
    let deposit =
        Action::Deposit { from, strategy, operator: NORTH, assets: 10, min_shares: 0, receiver };
    let mut after = model.clone();
    let outcome = after.apply(&deposit);
    for model in [&mut model, &mut after] {
        model.vault.deposit_caps.insert(TOKEN, 1_109);
    }
    let found = Watch::new(&model).observe(&after, &deposit, &outcome).err();
    assert_caught!(found, Broken::Room { held: 1_110, cap: 1_109, .. });

    let mut model = world()?;
    let ceiling = |ceiling| crate::model::Ceiling { now: ceiling, highest: Wad(2 * Wad::ONE.0) };
    model.ceilings.insert(TOKEN, ceiling(Wad(2 * Wad::ONE.0)));
    let (by, set, operator) = (Account(NORTH.0), ORACLE, NORTH);
    let target = Magnitude(HALF.0 + 1);
    let raise = Action::Allocate { by, operator, set, strategy, target };
    let mut after = model.clone();
    let outcome = after.apply(&raise);
    assert_eq!(Watch::new(&model).observe(&after, &raise, &outcome), Ok(()));
    for model in [&mut model, &mut after] {
        model.ceilings.insert(TOKEN, ceiling(Wad::ONE));
    }
    let found = Watch::new(&model).observe(&after, &raise, &outcome).err();
    assert_caught!(found, Broken::Degree { operator: NORTH, .. });
    Ok(())
}

mod ends;
mod exact;
mod gates;
mod limits;
mod proposals;
mod refusals;
mod senders;
mod slashes;
mod worth;
