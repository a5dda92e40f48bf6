//! What can be told from logs, where they do not say it.

use alloy::primitives::{Address, U256};
use palisade_bindings::{
    Epoch,
    StakeVault::{self as vault, StakeVaultEvents as V},
};
use palisade_replay::Event;

use crate::story::{
    ALICE, BOB, OPERATOR, SET, STRATEGY, Story, WHOLE, allocated, by, joined, opened,
    operator_slashed, pool, slashed, transfer, u,
};

#[test]
fn a_deposit_is_a_transfer_alone_and_its_assets_follow_from_its_shares() {
    let mut story = Story::staked();
    assert_eq!(story.vault().pool_state(pool()).assets, u(1_000));
    // A fifth of the half: a tenth of the pool.
    story.log(slashed(100));
    story.log(operator_slashed(WHOLE / 10, 100));
    // 90 × 1,000 / 900 = 100, and no other amount buys as many.
    story.log(transfer(Address::ZERO, BOB, pool(), 100));
    let state = story.vault().pool_state(pool());
    assert_eq!((state.assets, state.shares), (u(990), u(1_100)));
    assert_eq!(story.vault().position_value(pool(), BOB), u(90));
    assert_eq!(story.replay.vault().holdings(STRATEGY), u(990));
}

#[test]
fn the_first_raise_after_opening_is_when_the_contract_learns_of_it() {
    let mut story = Story::begin();
    story.log(joined());
    story.log(allocated(WHOLE / 4, 1));
    story.log(opened(2));
    let knows = |story: &Story| story.manager().membership_of(SET, OPERATOR).opened;
    assert!(!knows(&story));
    story.log(allocated(WHOLE / 2, 4));
    assert!(knows(&story));
}

#[test]
fn a_lowering_does_not_ask_whether_the_operator_has_opened() {
    let mut story = Story::begin();
    story.log(joined());
    story.log(allocated(WHOLE / 4, 1));
    story.log(opened(2));
    story.log(allocated(0, 3));
    assert!(!story.manager().membership_of(SET, OPERATOR).opened);
}

#[test]
fn an_allocation_is_stored_as_it_was_until_it_is_touched() {
    let mut story = Story::staked();
    story.log(allocated(0, 4));
    story.epoch(4);
    let stored = story.replay.manager().sets[&SET].promises[&(OPERATOR, STRATEGY)].allocation;
    assert_eq!((stored.current, stored.next, stored.effective), (WHOLE / 2, 0, Epoch(4)));
    assert_eq!(story.manager().allocation_of(SET, OPERATOR, STRATEGY).current, 0);
    assert_eq!(story.manager().budget_of(OPERATOR, STRATEGY).committed, WHOLE / 2);
}

#[test]
fn what_is_left_is_stored_and_counts_only_while_something_is_committed() {
    let mut story = Story::staked();
    story.log(slashed(100));
    story.log(operator_slashed(WHOLE / 10, 100));
    assert_eq!(story.manager().budget_of(OPERATOR, STRATEGY).left(), WHOLE / 10 * 9);
    story.log(allocated(0, 4));
    story.epoch(4);
    let (set, operator, strategy) = (SET.packed(), OPERATOR, STRATEGY);
    let settled = palisade_bindings::AllocationManager::Settled { set, operator, strategy };
    let settled = palisade_bindings::AllocationManager::AllocationManagerEvents::Settled(settled);
    story.log(Event::Manager(settled));
    let budget = story.manager().budget_of(OPERATOR, STRATEGY);
    assert_eq!((budget.left(), budget.stored_left), (WHOLE, WHOLE / 10 * 9));
}

#[test]
fn who_spends_an_allowance_follows_from_the_caller() {
    let mut story = Story::staked();
    let approval = |amount| {
        let (owner, spender, id) = (ALICE, BOB, pool().0);
        Event::Vault(V::Approval(vault::Approval { owner, spender, id, amount }))
    };
    let left = |story: &Story| story.vault().allowance(ALICE, BOB, pool());
    story.log(approval(u(50)));
    story.log(by(BOB, ALICE, BOB, pool(), 20));
    assert_eq!(left(&story), u(30));
    story.log(transfer(ALICE, BOB, pool(), 5));
    assert_eq!(left(&story), u(30), "the owner spends none");
    let (owner, spender, approved) = (ALICE, BOB, true);
    story.log(Event::Vault(V::OperatorSet(vault::OperatorSet { owner, spender, approved })));
    story.log(by(BOB, ALICE, BOB, pool(), 5));
    assert_eq!(left(&story), u(30), "an ERC-6909 operator spends none");
    let approved = false;
    story.log(Event::Vault(V::OperatorSet(vault::OperatorSet { owner, spender, approved })));
    story.log(approval(U256::MAX));
    story.log(by(BOB, ALICE, BOB, pool(), 5));
    assert_eq!(left(&story), U256::MAX, "one without limit is not used up");
    assert_eq!(story.vault().balance_of(BOB, pool()), u(35));
}
