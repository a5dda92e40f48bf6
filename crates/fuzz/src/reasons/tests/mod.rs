mod manager;
mod not_so;
mod rewards;
mod vault;

use std::collections::BTreeSet;

use alloy::sol_types::Revert;
use palisade_bindings::{AllocationManager as M, RewardsDistributor as D, StakeVault as V};
use palisade_model::{Action, ActionKind, Operator};

use super::*;
use crate::game::*;

/// What no action of the world can meet: `StakeVault.sol` and `AllocationManager.sol` say when they would say so.
const NEVER: [&str; 13] = [
    "CannotAppointAppoint",
    "ERC20InvalidApprover",
    "ERC20InvalidSpender",
    "CommissionForgotten",
    "EpochNotBegun",
    "EpochTooShort",
    "GenerationsExhausted",
    "LengthMismatch",
    "NoAuthority",
    "NotAllocationManager",
    "NotEnoughGas",
    "ReentrancyGuardReentrantCall",
    "TokenDeliveredLess",
];

/// What is refused to nobody.
const FREE: [ActionKind; 6] = [
    ActionKind::SetRecipient,
    ActionKind::AdvanceTo,
    ActionKind::SetCanReceive,
    ActionKind::Approve,
    ActionKind::SetOperator,
    ActionKind::Appoint,
];

#[test]
fn whatever_the_chain_refuses_it_refuses_for_a_reason_that_is_so() {
    let (mut refused, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    for history in vault::HISTORIES.into_iter().chain(manager::HISTORIES).chain(rewards::HISTORIES)
    {
        let game = history();
        refused.extend(game.refused);
        reasons.extend(game.reasons);
    }
    let missed: Vec<_> = ActionKind::ALL
        .iter()
        .filter(|kind| !refused.contains(kind) && !FREE.contains(kind))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
    let errors = [
        V::StakeVaultErrors::VARIANT_NAMES,
        M::AllocationManagerErrors::VARIANT_NAMES,
        D::RewardsDistributorErrors::VARIANT_NAMES,
        DevToken::DevTokenErrors::VARIANT_NAMES,
    ];
    let missed: BTreeSet<_> =
        errors.concat().into_iter().filter(|it| !reasons.contains(it)).collect();
    assert_eq!(missed, BTreeSet::from(NEVER));
}

/// What the chain might say, and never may.
#[test]
fn reverts_without_a_custom_error_are_no_reason() {
    let game = Game::new();
    let action = deposit(ALICE, game.token(0), Operator::IDLE, 0);
    let overflow = Panic::from(PanicKind::UnderOverflow).abi_encode();
    let assertion = Panic::from(PanicKind::Assert).abi_encode();
    let words = Revert::from("no").abi_encode();
    let locked = V::ReentrancyGuardReentrantCall {}.abi_encode();
    for data in [Vec::new(), vec![1, 2, 3, 4], overflow, assertion.clone(), words, locked] {
        assert!(!game.applies(&action, &Refusal::decode(&data)));
    }
    let mints = Action::Mint { strategy: game.token(0), to: ALICE, amount: u128::MAX };
    assert!(!game.applies(&mints, &Refusal::decode(&assertion)));
}
