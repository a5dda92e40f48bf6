//! Places: what each log touches, and what stands there. `Story` compares all words before and after each log.

use std::collections::BTreeSet;

use alloy::{primitives::U256, sol_types::SolEventInterface};
use palisade_bindings::{
    AllocationManager::AllocationManagerEvents as M, Epoch,
    RewardsDistributor::RewardsDistributorEvents as D, StakeVault::StakeVaultEvents as V,
};
use palisade_replay::{Contract, Place};

use crate::{
    story::{ALICE, BOB, OPERATOR, SET, STRATEGY, Story, WHOLE, pool, transfer, u},
    whole::SLOW,
};

/// What stands at a place, by the names of the fields.
fn decoded(story: &Story, place: Place) -> Vec<(&'static str, U256)> {
    place.decode(story.replay.word(place))
}

#[test]
fn no_kind_of_log_changes_a_word_that_it_did_not_touch() {
    let story = Story::whole();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    wanted.extend(V::VARIANT_NAMES.iter().map(|name| format!("StakeVault.{name}")));
    wanted.extend(M::VARIANT_NAMES.iter().map(|name| format!("AllocationManager.{name}")));
    wanted.extend(D::VARIANT_NAMES.iter().map(|name| format!("RewardsDistributor.{name}")));
    assert_eq!(wanted.len(), V::COUNT + M::COUNT + D::COUNT);
    wanted.retain(|name| !story.told.contains(name.as_str()));
    assert_eq!(wanted, BTreeSet::new());
}

#[test]
fn what_was_touched_is_told_once() {
    let mut story = Story::staked();
    let mut replay = story.replay.clone();
    let (position, history) = (Place::Position(pool(), ALICE), Place::PositionHistory);
    replay.apply(story.time, &transfer(ALICE, ALICE, pool(), 1)).unwrap();
    let touched = replay.take_touched();
    assert_eq!(touched, [position, history(pool(), ALICE, Epoch(2))]);
    assert_eq!(replay.take_touched(), []);
    story.epoch(3);
    replay.apply(story.time, &transfer(ALICE, BOB, pool(), 1)).unwrap();
    assert!(replay.take_touched().contains(&Place::Position(pool(), BOB)));
}

#[test]
fn each_place_has_a_slot_of_its_own_and_each_word_is_its_fields() {
    let replay = Story::whole().replay;
    let stored = |place: &Place| !replay.word(*place).is_zero();
    let of = |contract| move |place: &Place| place.contract() == contract;
    let count = |contract| replay.places().filter(stored).filter(of(contract)).count();
    let (in_vault, in_manager) = (count(Contract::Vault), count(Contract::Manager));
    assert!(in_vault >= 30 && in_manager >= 15, "{in_vault} and {in_manager} words only");
    assert_eq!(in_vault, replay.vault_storage().len(), "two places share a slot");
    assert_eq!(in_manager, replay.manager_storage().len(), "two places share a slot");
    let in_distributor = count(Contract::Distributor);
    assert!(in_distributor >= 9, "{in_distributor} words only");
    assert_eq!(in_distributor, replay.distributor_storage().len(), "two places share a slot");
    for place in replay.places() {
        let word = replay.word(place);
        assert!(!place.decode(word).iter().any(|(name, _)| *name == "unused"), "{place}");
        let (every_bit, fields) = (place.decode(U256::MAX), place.decode(U256::ZERO));
        let bits = every_bit.iter().map(|(_, value)| value.bit_len()).sum::<usize>();
        assert_eq!(bits, 256, "{place}");
        assert!(fields.iter().all(|(name, value)| *name != "unused" && value.is_zero()));
    }
}

#[test]
fn words_are_told_by_their_fields() {
    let story = Story::staked();
    let one = |name, value: u128| (name, u(value));
    let wanted =
        [one("shares", 1_000), one("since", 2), one("generation", 0), one("assets", 1_000)];
    assert_eq!(decoded(&story, Place::Pool(pool())), wanted);
    let wanted =
        [one("shares", 1_000), one("since", 2), one("shares before", 0), one("since before", 0)];
    assert_eq!(decoded(&story, Place::Position(pool(), ALICE)), wanted);
    let wanted = [
        one("current", WHOLE / 2),
        one("next", WHOLE / 2),
        one("taken", 0),
        one("effective", 0),
        one("taken in", 0),
        one("generation", 0),
    ];
    assert_eq!(decoded(&story, Place::Allocation(SET, OPERATOR, STRATEGY)), wanted);
    let wanted = [one("joined", 1), one("opened", 0), one("allocations", 1)];
    let membership = Place::Membership(SET, OPERATOR);
    assert_eq!(decoded(&story, membership), wanted);
    let beyond = membership.decode(U256::ONE << 48);
    assert_eq!(beyond[3], one("unused", 1), "bits that no field has are told");
}

#[test]
fn what_nobody_stored_is_zero() {
    let story = Story::staked();
    for place in [
        Place::Position(pool(), BOB),
        Place::PoolHistory(pool(), Epoch(2)),
        Place::DepositCap(STRATEGY),
        Place::Ceiling(STRATEGY),
        Place::Operator(BOB),
        Place::TermsSlasher(SLOW),
        Place::PausedUntil(Contract::Vault),
        Place::Commission(OPERATOR),
        Place::Collectable(OPERATOR, STRATEGY),
        Place::Cumulative(pool(), STRATEGY, Epoch(1)),
        Place::Window(pool(), STRATEGY, 0),
        Place::Windows(pool(), STRATEGY, 0),
        Place::Claim(pool(), STRATEGY, ALICE),
        Place::Recipient(ALICE),
    ] {
        assert_eq!(story.replay.word(place), U256::ZERO, "{place}");
    }
}

#[test]
fn a_place_says_in_words_what_it_is() {
    let place = Place::Position(pool(), ALICE);
    assert_eq!(place.to_string(), format!("position of {ALICE} in pool {}", pool()));
    assert_eq!(place.contract(), Contract::Vault);
    let place = Place::Proposal(SET, OPERATOR, STRATEGY);
    assert_eq!(
        place.to_string(),
        format!("proposal of set {SET} against {OPERATOR} in {STRATEGY}")
    );
    assert_eq!(place.contract(), Contract::Manager);
    let place = Place::Window(pool(), STRATEGY, 2);
    assert_eq!(
        place.to_string(),
        format!("window 2 of the rewards of pool {} in {STRATEGY}", pool())
    );
    assert_eq!(place.contract(), Contract::Distributor);
}
