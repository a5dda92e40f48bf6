//! P6 and the approvers: what is caught by a hair, and what by a hair is not.

use super::*;
use crate::{Admission, Pause, operators::OperatorState};

const ANYBODY: Account = Account::from_u64(7);

/// [`world`] in epoch 4, with an exit of Alice that matures, and idle stake of hers.
fn matured() -> Result<(Model, Epoch)> {
    let mut model = world()?;
    let exit = model.queue_withdrawal(ALICE, ALICE, POOL, 500, 0)?;
    model.advance_to(model.clock().start_of(exit.epoch))?;
    Ok((model, exit.epoch))
}

/// Every kind of action that a pause can stop, each accepted, and that pause.
fn pausable() -> Result<(Model, Vec<(Pausable, Action)>)> {
    let (mut model, epoch) = matured()?;
    let (by, owner, pool, set) = (ALICE, ALICE, POOL, BRIDGE);
    let other = Operator::from_u64(22);
    model.register_operator(other, None)?;
    model.allocate(NORTH, BRIDGE, TOKEN, Magnitude::ZERO)?;
    model.advance_to(model.clock().start_of(epoch.plus(2)))?;
    model.settle(NORTH, BRIDGE, TOKEN)?;
    let terms = model.operator_set(ORACLE)?.terms;
    let created = OperatorSetId { id: 9, ..ORACLE };
    let raise = Magnitude(QUARTER.0 / 2);
    let actions = vec![
        (
            Pausable::Deposit,
            Action::Deposit {
                from: ALICE,
                strategy: TOKEN,
                operator: NORTH,
                assets: 10,
                min_shares: 0,
                receiver: ALICE,
            },
        ),
        (
            Pausable::Deposit,
            Action::Delegate { by, owner, pool: IDLE, shares: 5, to: NORTH, min_shares: 0 },
        ),
        (
            Pausable::Deposit,
            Action::Redelegate { by, owner, pool, epoch, to: NORTH, min_shares: 0 },
        ),
        (Pausable::Complete, Action::Withdraw { by, owner, pool: IDLE, shares: 5, receiver: BOB }),
        (Pausable::Complete, Action::CompleteWithdrawal { by, owner, pool, epoch, receiver: BOB }),
        (Pausable::Open, Action::Open { operator: other }),
        (Pausable::Join, Action::Join { by: other.account(), operator: other, set }),
        (
            Pausable::CreateSet,
            Action::CreateOperatorSet { by: set.avs, set: created, terms, strategies: vec![] },
        ),
        (
            Pausable::Raise,
            Action::Allocate {
                by: NORTH.account(),
                operator: NORTH,
                set,
                strategy: TOKEN,
                target: raise,
            },
        ),
    ];
    Ok((model, actions))
}

fn paused(model: &Model, action: Pausable, until: u64) -> Model {
    let mut paused = model.clone();
    paused.pauses.insert(action, Pause { until, rest_until: until + 3_600 });
    paused
}

#[test]
fn p6_every_pause_holds_what_it_names_until_it_ends() -> Result<()> {
    let (model, actions) = pausable()?;
    let now = model.clock().now();
    for (pause, action) in actions {
        let mut after = model.clone();
        let outcome = after.apply(&action);
        assert_eq!(observed(&model, &after, &action, &outcome), None, "{action:?}");
        for all in Pausable::ALL {
            let running = paused(&model, all, now + 1);
            let found = observed(&running, &paused(&after, all, now + 1), &action, &outcome);
            let due =
                (all == pause).then_some(Broken::Paused { action: pause, until: now + 1, now });
            assert_eq!(found, due, "{action:?} while {all:?} is paused");
        }
        let ended = paused(&model, pause, now);
        assert_eq!(observed(&ended, &paused(&after, pause, now), &action, &outcome), None);
    }
    // A lowering is no raise.
    let target = Magnitude(QUARTER.0 / 2);
    let (by, operator, set, strategy) = (NORTH.account(), NORTH, ORACLE, TOKEN);
    let lower = Action::Allocate { by, operator, set, strategy, target };
    let running = paused(&model, Pausable::Raise, now + 1);
    let mut after = running.clone();
    let outcome = after.apply(&lower);
    assert_eq!(observed(&running, &after, &lower, &outcome), None);
    Ok(())
}

#[test]
fn p6_a_refusal_names_a_pause_that_runs_and_stops_that_action() -> Result<()> {
    let (model, actions) = pausable()?;
    let now = model.clock().now();
    for (pause, action) in actions {
        for all in Pausable::ALL {
            let running = paused(&model, all, now + 9);
            let refused = Err(ModelError::Paused { action: all, until: now + 9 });
            let found = observed(&running, &running, &action, &refused);
            let due = (all != pause).then_some(Broken::Stopped { action: all });
            assert_eq!(found, due, "{action:?} refused, for {all:?} is paused");
        }
        let refused = Err(ModelError::Paused { action: pause, until: now + 9 });
        let stopped = Some(Broken::Stopped { action: pause });
        // Never paused; paused until now; and told to have ended.
        assert_eq!(observed(&model, &model, &action, &refused), stopped);
        let ended = paused(&model, pause, now);
        assert_eq!(observed(&ended, &ended, &action, &refused), stopped);
        let over = Err(ModelError::Paused { action: pause, until: now });
        let running = paused(&model, pause, now + 9);
        assert_eq!(observed(&running, &running, &action, &over), stopped);
    }
    // What is asked for is no more than what is promised already.
    let (by, operator, set, strategy) = (NORTH.account(), NORTH, ORACLE, TOKEN);
    let refused = Err(ModelError::Paused { action: Pausable::Raise, until: now + 9 });
    let running = paused(&model, Pausable::Raise, now + 9);
    for (target, stopped) in [(HALF.0 - 1, true), (HALF.0, true), (HALF.0 + 1, false)] {
        let target = Magnitude(target);
        let action = Action::Allocate { by, operator, set, strategy, target };
        let found = observed(&running, &running, &action, &refused);
        assert_eq!(found.is_some(), stopped, "{target}: {found:?}");
    }
    Ok(())
}

#[test]
fn p6_pause_lasts_and_rests_as_its_rules_say() -> Result<()> {
    let model = world()?;
    let now = model.clock().now();
    let by = Account::default();
    let day = 24 * 3_600;
    for action in Pausable::ALL {
        let longest = if action == Pausable::Complete { 3 * day } else { 7 * day };
        for (duration, rest) in [(50, 3_600), (3_601, 3_601), (longest, longest)] {
            let pause = Action::Pause { by, action, duration };
            assert_eq!(caught(&model, &pause, |_, _| {}), None);
            for (more, rests) in [(1, 0), (0, 1)] {
                let found = caught(&model, &pause, |model, _| {
                    let until = now + duration + more;
                    model.pauses.insert(action, Pause { until, rest_until: until + rest + rests });
                });
                assert_caught!(found, Broken::Pause { .. });
            }
        }
        // A second too long.
        let duration = longest + 1;
        let (pause, until) = (Action::Pause { by, action, duration }, now + duration);
        let mut after = model.clone();
        after.pauses.insert(action, Pause { until, rest_until: until + duration });
        let found = observed(&model, &after, &pause, &Ok(Outcome::Done));
        assert_caught!(found, Broken::Pause { .. });
        // Again, while the last one rests, and when it has.
        for (rest_until, rested) in [(now + 1, false), (now, true)] {
            let (duration, mut before) = (50, model.clone());
            let pause = Action::Pause { by, action, duration };
            before.pauses.insert(action, Pause { until: 0, rest_until });
            let mut after = before.clone();
            let until = now + duration;
            after.pauses.insert(action, Pause { until, rest_until: until + 3_600 });
            let found = observed(&before, &after, &pause, &Ok(Outcome::Done));
            assert_eq!(found.is_none(), rested, "{found:?}");
        }
    }
    Ok(())
}

/// [`matured`], with stake of Alice admitted to the gated pool until now.
fn admitted() -> Result<(Model, Epoch)> {
    let (mut model, epoch) = matured()?;
    let now = model.clock().now();
    model.admit(WARDEN, GATED, ALICE, now, None)?;
    model.set_operator(ALICE, BOB, true);
    model.mint(TOKEN, BOB, 100)?;
    Ok((model, epoch))
}

#[test]
fn stake_enters_a_gated_pool_as_its_approver_said() -> Result<()> {
    let (model, epoch) = admitted()?;
    let (owner, pool, to, min_shares) = (ALICE, POOL, GATED, 0);
    for by in [ALICE, BOB] {
        let enters = [
            Action::Deposit {
                from: by,
                strategy: TOKEN,
                operator: GATED,
                assets: 5,
                min_shares,
                receiver: ALICE,
            },
            Action::Delegate { by, owner, pool: IDLE, shares: 5, to, min_shares },
            Action::Redelegate { by, owner, pool, epoch, to, min_shares },
        ];
        for action in enters {
            let mut after = model.clone();
            let outcome = after.apply(&action);
            let gate = Some(Broken::Gate { operator: GATED, staker: ALICE });
            // As it was: at the last moment.
            assert_eq!(observed(&model, &after, &action, &outcome), None, "{action:?}");
            let mut late = model.clone();
            let last = Some(model.clock().now() - 1);
            late.vault.admissions.entry((GATED, ALICE)).and_modify(|had| had.deadline = last);
            assert_eq!(observed(&late, &after, &action, &outcome), gate, "{action:?}");
            // Not used up, or more than that.
            for admission in [
                model.admission(GATED, ALICE),
                Admission { nonce: 2, ..after.admission(GATED, ALICE) },
            ] {
                let mut unused = after.clone();
                unused.vault.admissions.insert((GATED, ALICE), admission);
                assert_eq!(observed(&model, &unused, &action, &outcome), gate, "{action:?}");
            }
            // By who may no longer act for her.
            let (mut before, mut dismissed) = (model.clone(), after.clone());
            for model in [&mut before, &mut dismissed] {
                model.vault.agents.clear();
            }
            let found = observed(&before, &dismissed, &action, &outcome);
            assert_eq!(found, gate.filter(|_| by == BOB), "{action:?}");
        }
    }
    Ok(())
}

#[test]
fn gated_stake_does_not_change_hands() -> Result<()> {
    let mut model = world()?;
    let transfer = Action::Transfer { by: ALICE, from: ALICE, to: BOB, pool: POOL, amount: 5 };
    assert_eq!(caught(&model, &transfer, |_, _| {}), None);
    let mut after = model.clone();
    let outcome = after.apply(&transfer);
    for model in [&mut model, &mut after] {
        let gated = |state: &mut OperatorState| state.approver = Some(WARDEN);
        model.vault.operators.entry(NORTH).and_modify(gated);
    }
    let found = observed(&model, &after, &transfer, &outcome);
    assert_eq!(found, Some(Broken::Gate { operator: NORTH, staker: BOB }));
    Ok(())
}

/// Whether a watch lets this be refused for a reason that is its owner's own mistake.
fn may_be_refused(model: &Model, action: &Action) -> bool {
    let refused = Err(ModelError::YieldsNothing { shares: 1 });
    match observed(model, model, action, &refused) {
        None => true,
        Some(Broken::ExitRefused { owner: ALICE, .. }) => false,
        other => panic!("{action:?}: {other:?}"),
    }
}

#[test]
fn p6_queue_is_refused_for_own_mistakes_only() -> Result<()> {
    let mut model = world()?;
    // Worth 3 for every 4 shares.
    model.apply(&slash(ORACLE, HALF))?;
    model.set_operator(ALICE, BOB, true);
    let queue = |by, pool, shares, min_assets| Action::QueueWithdrawal {
        by,
        owner: ALICE,
        pool,
        shares,
        min_assets,
    };
    let ended = PoolId { generation: 1, ..POOL };
    for (by, pool, shares, min_assets, refused) in [
        (ALICE, POOL, 4, 3, false),
        (ALICE, POOL, 4, 4, true),
        (ALICE, POOL, 2, 0, false),
        (ALICE, POOL, 1, 0, true),
        (ALICE, POOL, 0, 0, true),
        (ALICE, POOL, 1_000, 750, false),
        (ALICE, POOL, 1_001, 0, true),
        (BOB, POOL, 4, 3, false),
        (ANYBODY, POOL, 4, 3, true),
        (ALICE, IDLE, 4, 3, true),
        (ALICE, ended, 4, 3, true),
    ] {
        let action = queue(by, pool, shares, min_assets);
        assert_eq!(may_be_refused(&model, &action), refused, "{action:?}");
    }
    // Of a generation that ended nothing is queued.
    model.end_generation(NORTH, TOKEN);
    assert!(may_be_refused(&model, &queue(ALICE, POOL, 4, 3)));
    Ok(())
}

#[test]
fn p6_withdrawal_is_refused_for_own_mistakes_only() -> Result<()> {
    let mut model = world()?;
    model.set_operator(ALICE, BOB, true);
    model.set_can_receive(TOKEN, BOB, false);
    let withdraw =
        |by, pool, shares, receiver| Action::Withdraw { by, owner: ALICE, pool, shares, receiver };
    let nobody = Account::default();
    for (by, pool, shares, receiver, refused) in [
        (ALICE, IDLE, 100, ALICE, false),
        (ALICE, IDLE, 1, ANYBODY, false),
        (BOB, IDLE, 1, ALICE, false),
        (ANYBODY, IDLE, 1, ALICE, true),
        (ALICE, IDLE, 101, ALICE, true),
        (ALICE, IDLE, 0, ALICE, true),
        (ALICE, IDLE, 1, nobody, true),
        (ALICE, IDLE, 1, BOB, true),
        (ALICE, POOL, 1, ALICE, true),
    ] {
        let action = withdraw(by, pool, shares, receiver);
        assert_eq!(may_be_refused(&model, &action), refused, "{action:?}");
    }
    // What a slash ended is worth nothing; what is left of a renewed generation is paid.
    model.end_generation(NORTH, TOKEN);
    assert!(may_be_refused(&model, &withdraw(ALICE, POOL, 1_000, ALICE)));
    let rest = crate::Bucket { assets: 10, shares: crate::U256::from(1_000) };
    model.vault.buckets.insert((POOL, Epoch(0)), rest);
    assert!(!may_be_refused(&model, &withdraw(ALICE, POOL, 1_000, ALICE)));
    assert!(may_be_refused(&model, &withdraw(ALICE, POOL, 99, ALICE)));
    assert!(may_be_refused(&model, &withdraw(ALICE, POOL, 1_000, BOB)));
    // But not of one that lives.
    let next = PoolId { generation: 1, ..POOL };
    model.vault.buckets.insert((next, Epoch(0)), rest);
    assert!(may_be_refused(&model, &withdraw(ALICE, next, 1_000, ALICE)));
    Ok(())
}

#[test]
fn p6_completion_is_refused_for_own_mistakes_only() -> Result<()> {
    let mut model = world()?;
    let epoch = model.queue_withdrawal(ALICE, ALICE, POOL, 500, 0)?.epoch;
    model.advance_to(model.clock().start_of(epoch) - 1)?;
    model.set_operator(ALICE, BOB, true);
    model.set_can_receive(TOKEN, BOB, false);
    let complete = |by, epoch, receiver| Action::CompleteWithdrawal {
        by,
        owner: ALICE,
        pool: POOL,
        epoch,
        receiver,
    };
    assert!(may_be_refused(&model, &complete(ALICE, epoch, ALICE)));
    model.advance_to(model.clock().start_of(epoch))?;
    let nobody = Account::default();
    for (by, epoch, receiver, refused) in [
        (ALICE, epoch, ALICE, false),
        (BOB, epoch, ALICE, false),
        (ANYBODY, epoch, ALICE, true),
        (ALICE, epoch.plus(1), ALICE, true),
        (ALICE, Epoch(epoch.0 - 1), ALICE, true),
        (ALICE, epoch, BOB, true),
        (ALICE, epoch, nobody, true),
    ] {
        let action = complete(by, epoch, receiver);
        assert_eq!(may_be_refused(&model, &action), refused, "{action:?}");
    }
    // What is worth nothing completes without the token.
    model.vault.buckets.entry((POOL, epoch)).and_modify(|bucket| bucket.assets = 0);
    assert!(!may_be_refused(&model, &complete(ALICE, epoch, BOB)));
    assert!(may_be_refused(&model, &complete(ALICE, epoch, nobody)));
    Ok(())
}
