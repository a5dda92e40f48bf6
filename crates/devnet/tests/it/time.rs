use std::time::Duration;

use alloy::primitives::Address;
use palisade_bindings::Epoch;
use palisade_devnet::{Devnet, Error};

#[tokio::test]
async fn epochs_pass_to_their_first_second() {
    let net = Devnet::builder().epoch_length(100).start().await.unwrap();
    assert_eq!(net.epoch().await.unwrap(), Epoch(1));
    assert_eq!(net.advance_epochs(1).await.unwrap(), Epoch(2));
    assert_eq!(net.timestamp().await.unwrap(), net.origin() + 100);
    assert_eq!(net.advance_epochs(3).await.unwrap(), Epoch(5));
    assert_eq!(net.timestamp().await.unwrap(), net.origin() + 400);
    let told = net.vault().currentEpoch().call().await.unwrap();
    assert_eq!(Epoch::from(told), Epoch(5));
    // What is sent next is mined there.
    let sent =
        net.vault_as("operator-1").unwrap().registerOperator(Address::ZERO).send().await.unwrap();
    sent.get_receipt().await.unwrap();
    assert_eq!(net.epoch().await.unwrap(), Epoch(5));
}

#[tokio::test]
async fn time_does_not_go_back() {
    let net = Devnet::start().await.unwrap();
    net.advance_to_epoch(Epoch(4)).await.unwrap();
    let before = net.timestamp().await.unwrap();
    assert_eq!(net.advance_epochs(0).await.unwrap(), Epoch(4));
    assert_eq!(net.advance_to_epoch(Epoch(2)).await.unwrap(), Epoch(4));
    assert_eq!(net.timestamp().await.unwrap(), before);
    assert_eq!(net.advance(Duration::from_secs(5)).await.unwrap(), before + 5);
    assert_eq!(net.timestamp().await.unwrap(), before + 5);
}

#[tokio::test]
async fn travelling_is_exact_though_time_passes_by_itself() {
    let net = Devnet::builder().epoch_length(2).start().await.unwrap();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let expected = net.epoch().await.unwrap().plus(1);
        assert_eq!(net.advance_epochs(1).await.unwrap(), expected);
        assert_eq!(net.timestamp().await.unwrap(), expected.start(net.origin(), 2));
    }
}

#[tokio::test]
async fn a_snapshot_brings_state_and_time_back() {
    let net = Devnet::start().await.unwrap();
    let operator = net.account("operator-1").unwrap().address();
    let registered = async || net.vault().operatorState(operator).call().await.unwrap().registered;
    let vault = net.vault_as("operator-1").unwrap();
    let (epoch, snapshot) = (net.epoch().await.unwrap(), net.snapshot().await.unwrap());
    for round in 0..2 {
        let snapshot = net.snapshot().await.unwrap();
        // Another approver each time: alike to the last byte, the second would have the hash of the first, which the
        // provider may only now see mined.
        let approver = Address::with_last_byte(round);
        vault.registerOperator(approver).send().await.unwrap().get_receipt().await.unwrap();
        net.advance_epochs(2).await.unwrap();
        assert!(registered().await);
        net.revert(snapshot).await.unwrap();
        assert!(!registered().await);
        assert_eq!(net.epoch().await.unwrap(), epoch);
    }
    net.revert(snapshot).await.unwrap();
    assert!(matches!(net.revert(snapshot).await, Err(Error::NoSnapshot(_))));
}
