//! Logs that cannot have come next.

use alloy::primitives::{Address, B256, Log, U256};
use palisade_bindings::StakeVault::{self as vault, StakeVaultEvents as V};
use palisade_replay::{Core, Error, Event, Misfit, Replay};

use crate::story::{
    ALICE, BOB, EPOCH, OPERATOR, ORIGIN, Story, WHOLE, allocated, operator_slashed, pool, slashed,
    transfer, u,
};

/// The log is refused for this reason, and changes nothing.
pub(crate) fn refused(story: &mut Story, event: Event) -> Misfit {
    let before = story.replay.clone();
    let error = story.try_log(event).unwrap_err();
    assert_eq!(story.replay, before);
    match error {
        Error::Misfit { misfit, index, .. } => {
            assert_eq!(index, before.applied());
            misfit
        }
        other => panic!("{other}"),
    }
}

fn withdrawn(assets: u128, shares: u128) -> Event {
    Event::Vault(V::Withdrawn(vault::Withdrawn {
        pool: pool().0,
        owner: ALICE,
        receiver: ALICE,
        assets: u(assets),
        shares: u(shares),
    }))
}

fn queued(epoch: u64, assets: u128, exit_shares: u128) -> Event {
    Event::Vault(V::WithdrawalQueued(vault::WithdrawalQueued {
        pool: pool().0,
        epoch: U256::from(epoch),
        owner: ALICE,
        shares: u(100),
        assets: u(assets),
        exitShares: u(exit_shares),
    }))
}

#[test]
fn an_error_names_the_log_and_what_is_wrong() {
    let mut story = Story::staked();
    let error = story.try_log(transfer(ALICE, BOB, pool(), 1_001)).unwrap_err();
    let text = "log 10, StakeVault.Transfer at timestamp 1060, does not fit what came before: \
                it takes 1001 of the position, of which there are 1000";
    assert_eq!(error.to_string(), text);
}

#[test]
fn the_clock_comes_first_and_time_does_not_go_back() {
    let opened = V::OperatorClosed(vault::OperatorClosed { operator: ALICE });
    let error = Replay::new().apply(ORIGIN, &Event::Vault(opened)).unwrap_err();
    assert!(error.to_string().ends_with("ClockStarted must come first"), "{error}");
    let mut story = Story::staked();
    story.time = ORIGIN + EPOCH - 1;
    let misfit = refused(&mut story, transfer(ALICE, BOB, pool(), 1));
    assert_eq!(misfit, Misfit::BackInTime { newest: ORIGIN + EPOCH });
}

#[test]
fn what_was_burned_must_be_placed() {
    let mut story = Story::staked();
    let misfit = refused(&mut story, queued(4, 100, 100));
    assert_eq!(misfit, Misfit::NotBefore("a Transfer that burns"));
    story.log(transfer(ALICE, Address::ZERO, pool(), 100));
    let owed = "Withdrawn, Delegated or WithdrawalQueued";
    assert_eq!(story.replay.owes(), Some(owed));
    let misfit = refused(&mut story, transfer(ALICE, BOB, pool(), 1));
    assert_eq!(misfit, Misfit::Unfinished(owed));
    assert_eq!(refused(&mut story, allocated(0, 4)), Misfit::Unfinished(owed));
    let misfit = refused(&mut story, withdrawn(100, 100));
    assert_eq!(misfit, Misfit::Forbidden("stake at risk leaves through the queue"));
    let misfit = refused(&mut story, queued(5, 100, 100));
    assert_eq!(misfit, Misfit::Differs { what: "epoch", logged: u(5), replayed: u(4) });
    let misfit = refused(&mut story, queued(4, 99, 99));
    assert_eq!(misfit, Misfit::Differs { what: "assets", logged: u(99), replayed: u(100) });
    story.log(queued(4, 100, 100));
    assert_eq!(story.replay.owes(), None);
}

#[test]
fn a_slash_is_two_logs_that_agree() {
    let mut story = Story::staked();
    let misfit = refused(&mut story, operator_slashed(WHOLE / 10, 100));
    assert_eq!(misfit, Misfit::NotBefore("Slashed"));
    story.log(slashed(100));
    let misfit = refused(&mut story, transfer(Address::ZERO, BOB, pool(), 1));
    assert_eq!(misfit, Misfit::Unfinished("OperatorSlashed"));
    let misfit = refused(&mut story, operator_slashed(WHOLE / 10, 99));
    assert_eq!(misfit, Misfit::Differs { what: "assets", logged: u(99), replayed: u(100) });
    let misfit = refused(&mut story, operator_slashed(WHOLE / 5, 100));
    let what = "fraction's assets";
    assert_eq!(misfit, Misfit::Differs { what, logged: u(100), replayed: u(200) });
    let (asked, held) = (u(WHOLE), u(WHOLE / 2));
    let misfit = refused(&mut story, operator_slashed(WHOLE, 100));
    assert_eq!(misfit, Misfit::TooMuch { what: "the allocation", asked, held });
    story.log(operator_slashed(WHOLE / 10, 100));
}

#[test]
fn shares_that_no_assets_buy_show_a_gap() {
    let mut story = Story::staked();
    // At this price 8 assets buy 8 shares and 9 buy 10: who minted 9 knows of another price.
    story.log(slashed(100));
    story.log(operator_slashed(WHOLE / 10, 100));
    let misfit = refused(&mut story, transfer(Address::ZERO, BOB, pool(), 9));
    assert_eq!(misfit, Misfit::Differs { what: "amount", logged: u(9), replayed: u(10) });
}

#[test]
fn an_announced_change_has_its_day() {
    let mut story = Story::staked();
    let misfit = refused(&mut story, allocated(WHOLE, 4));
    assert_eq!(misfit, Misfit::Differs { what: "epoch", logged: u(4), replayed: u(5) });
    let misfit = refused(&mut story, allocated(WHOLE + 1, 5));
    assert_eq!(misfit, Misfit::TooLarge { what: "magnitude", value: u(WHOLE + 1) });
}

#[test]
fn nothing_is_never_moved() {
    let mut story = Story::staked();
    for (sender, receiver) in [(Address::ZERO, BOB), (ALICE, BOB), (ALICE, Address::ZERO)] {
        let misfit = refused(&mut story, transfer(sender, receiver, pool(), 0));
        assert_eq!(misfit, Misfit::Forbidden("nothing was moved"));
    }
}

#[test]
fn logs_of_others_are_passed_over_and_unknown_ones_are_not() {
    let core = Core { vault: ALICE, allocation_manager: BOB, distributor: OPERATOR };
    let log = |address| {
        let topics = vec![B256::repeat_byte(1)];
        Log::new(address, topics, alloy::primitives::Bytes::new()).unwrap()
    };
    assert_eq!(Event::read(core, &log(Address::repeat_byte(8))), Ok(None));
    let unreadable = Error::Unreadable { contract: ALICE, topic: B256::repeat_byte(1) };
    assert_eq!(Event::read(core, &log(ALICE)), Err(unreadable));
    let unreadable = Error::Unreadable { contract: OPERATOR, topic: B256::repeat_byte(1) };
    assert_eq!(Event::read(core, &log(OPERATOR)), Err(unreadable));
    let none = Core { distributor: Address::ZERO, ..core };
    assert_eq!(Event::read(none, &log(OPERATOR)), Ok(None));
    assert_eq!(Event::read(none, &log(Address::ZERO)), Ok(None));
}
