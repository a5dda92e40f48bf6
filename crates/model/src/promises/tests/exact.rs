//! How far integers may stray from exact fractions, to the wei; and shares that are not as told.

use super::*;
use crate::{Bucket, Pool, U256, history::History};

/// What an exact judge says of the action after `forge` changed it.
fn judged(model: &Model, action: &Action, forge: impl FnOnce(&mut Model)) -> Option<Broken> {
    let mut after = model.clone();
    let outcome = after.apply(action);
    assert_eq!(Exact::new(model).observe(&after, action, &outcome), Ok(()), "{outcome:?}");
    forge(&mut after);
    Exact::new(model).observe(&after, action, &outcome).err()
}

#[test]
fn p2_drift_is_bounded_to_the_wei() -> Result<()> {
    let model = world()?;
    let epoch = Epoch(4);
    // The pool rounded once, in favour of who stays; Alice's stake there cost her nothing.
    for (assets, fine) in [(989, false), (990, true), (991, true), (992, false)] {
        let found = judged(&model, &queue(10), |model| {
            model.vault.pools.entry((NORTH, TOKEN)).or_default().assets = assets;
        });
        let strayed = matches!(found, Some(Broken::Drift { epoch: Epoch(0), .. }));
        assert_eq!((found.is_none(), strayed), (fine, !fine), "{assets}: {found:?}");
    }
    // What she queued was converted twice.
    for (assets, fine) in [(7, false), (8, true), (12, true), (13, false)] {
        let found = judged(&model, &queue(10), |model| {
            let bucket = Bucket { assets, shares: U256::from(10_u64) };
            model.vault.buckets.insert((POOL, epoch), bucket);
        });
        let strayed = matches!(found, Some(Broken::Drift { epoch: of, .. }) if of == epoch);
        assert_eq!((found.is_none(), strayed), (fine, !fine), "{assets}: {found:?}");
    }
    Ok(())
}

/// Stake that nobody took out, shares that nobody had, and others than the outcome tells.
#[test]
fn p2_shares_are_those_of_the_outcomes() -> Result<()> {
    let mut model = world()?;
    let day = model.queue_withdrawal(ALICE, ALICE, POOL, 300, 0)?.epoch;
    model.advance_to(model.clock().start_of(day))?;
    let (by, pool, epoch) = (ALICE, POOL, day);
    let shares = |found: Option<Broken>| matches!(found, Some(Broken::Shares { .. }));
    let transfer = |from, amount| Action::Transfer { by, from, to: BOB, pool, amount };
    assert_eq!(judged(&model, &transfer(ALICE, 700), |_| {}), None);
    let told =
        |action: &Action, outcome| Exact::new(&model).observe(&model, action, &Ok(outcome)).err();
    for action in [transfer(ALICE, 701), transfer(BOB, 1), transfer(ALICE, 0)] {
        assert!(shares(told(&action, Outcome::Done)), "{action:?}");
    }
    let withdraw = Action::Withdraw { by, owner: BOB, pool: IDLE, shares: 1, receiver: BOB };
    assert!(shares(told(&withdraw, Outcome::Assets(1))));
    let complete = |owner| Action::CompleteWithdrawal { by, owner, pool, epoch, receiver: ALICE };
    assert!(shares(told(&complete(BOB), Outcome::Assets(1))));
    assert_eq!(judged(&model, &complete(ALICE), |_| {}), None);
    // One share more in the books than was minted, in the position or in the exit.
    let found = judged(&model, &queue(10), |model| {
        let mut history = History::default();
        history.record(model.epoch(), 691);
        model.vault.positions.insert((POOL, ALICE), history);
    });
    assert!(shares(found));
    let found = judged(&model, &queue(10), |model| {
        model.vault.exits.insert((POOL, day.plus(2), ALICE), U256::from(11_u64));
    });
    assert!(shares(found));
    // A refused action is not followed.
    let refused = Err(ModelError::SlashesNothing);
    let mut exact = Exact::new(&model);
    assert_eq!(exact.observe(&model, &transfer(ALICE, 701), &refused), Ok(()));
    Ok(())
}

/// A renewal leaves to the holders what there was.
#[test]
fn p9_renewal_keeps_the_exact_worth() -> Result<()> {
    let (model, renew) = worn()?;
    let Pool { assets, .. } = model.pool(NORTH, TOKEN);
    let found = judged(&model, &renew, |model| {
        model.vault.buckets.entry((POOL, Epoch(0))).or_default().assets = assets - 1;
    });
    assert_caught!(found, Broken::Drift { owner: ALICE, .. });
    Ok(())
}
