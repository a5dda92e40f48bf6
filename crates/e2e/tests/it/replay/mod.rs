//! P10: events alone rebuild the whole state. A long history is played on a chain, its logs are replayed, and then every
//! view and every stored word of both contracts is what the replay says.

mod chain;
mod compare;
mod dice;
mod player;

use std::collections::BTreeSet;

use alloy::sol_types::SolEventInterface;
use palisade_bindings::{AllocationManager::AllocationManagerEvents, StakeVault::StakeVaultEvents};
use palisade_devnet::Devnet;
use palisade_replay::{Event, Replay};

use self::{chain::Chain, player::Player};

/// Blocks of the history, and transactions in each.
const BLOCKS: u64 = 110;
const MOVES: usize = 24;

/// The least number of transactions that must not revert.
const LEAST: usize = 1_500;

const EPOCH: u64 = 60;

#[tokio::test]
async fn events_alone_rebuild_every_view_and_every_word() {
    let net = Devnet::builder().epoch_length(EPOCH).accounts(player::MORE).start().await.unwrap();
    let mut chain = Chain::new(net).await;
    let mut player = Player::new(&chain);
    let mut followed = replayed(&chain.logs().await);
    player.set_the_scene(&mut chain, &mut followed).await;
    for block in 0..BLOCKS {
        player.play_block(&mut chain, &mut followed, block, MOVES).await;
    }
    assert!(chain.succeeded >= LEAST, "only {} transactions succeeded", chain.succeeded);
    let epochs = followed.vault_at(chain.now).unwrap().current_epoch();
    assert!(epochs.0 >= 36, "only {epochs} epochs passed");

    let logs = chain.logs().await;
    every_kind_occurred(&logs);
    let replay = replayed(&logs);
    assert_eq!(replay, followed, "who follows block by block knows the same");
    compare::storage(&chain, &replay).await;
    // Time alone changes what views answer: look again when pending changes have landed.
    for epochs in [0, 1, 3] {
        chain.play(Vec::new(), chain.now + epochs * EPOCH).await;
        compare::views(&chain, &replay).await;
    }
    gaps_are_noticed(&logs, &replay);
}

fn replayed(logs: &[(u64, Event)]) -> Replay {
    let mut replay = Replay::new();
    follow(&mut replay, logs);
    replay
}

fn follow(replay: &mut Replay, logs: &[(u64, Event)]) {
    for (timestamp, event) in logs {
        replay.apply(*timestamp, event).unwrap();
    }
    assert_eq!(replay.owes(), None);
}

fn every_kind_occurred(logs: &[(u64, Event)]) {
    let (mut vault, mut manager) = (BTreeSet::new(), BTreeSet::new());
    for (_, event) in logs {
        match event {
            Event::Vault(_) => vault.insert(event.topic().0),
            Event::Manager(_) => manager.insert(event.topic().0),
        };
    }
    let missing = |all: &[[u8; 32]],
                   seen: &BTreeSet<[u8; 32]>,
                   name: fn([u8; 32]) -> Option<&'static str>| {
        let missing = all.iter().filter(|selector| !seen.contains(*selector));
        missing.filter_map(|selector| name(*selector)).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(
        missing(StakeVaultEvents::SELECTORS, &vault, StakeVaultEvents::name_by_selector),
        none
    );
    assert_eq!(
        missing(
            AllocationManagerEvents::SELECTORS,
            &manager,
            AllocationManagerEvents::name_by_selector
        ),
        none
    );
    assert_eq!(
        (vault.len(), manager.len()),
        (StakeVaultEvents::COUNT, AllocationManagerEvents::COUNT)
    );
}

/// Where a log is missing, a later one does not fit, or the state is another in the end.
fn gaps_are_noticed(logs: &[(u64, Event)], whole: &Replay) {
    /// What changes no state, or may say what was said before.
    const IDLE: [&str; 7] = [
        "AllocationManager.Appointed",
        "AllocationManager.LeaveHookFailed",
        "AllocationManager.MetadataUpdated",
        "AllocationManager.DegreeCeilingSet",
        "StakeVault.Approval",
        "StakeVault.DepositCapSet",
        "StakeVault.OperatorSet",
    ];
    let mut prefix = Replay::new();
    let (mut refused, mut tried) = (0, 0);
    for (index, (timestamp, event)) in logs.iter().enumerate() {
        let is_idle = IDLE.contains(&event.name()) || event.name().ends_with(".PauseSet");
        // A prime, so that no kind is passed over for a rhythm of the history.
        if index % 37 == 5 && !is_idle {
            let mut gapped = prefix.clone();
            let rest = &logs[index + 1..];
            tried += 1;
            if rest.iter().any(|(timestamp, event)| gapped.apply(*timestamp, event).is_err()) {
                refused += 1;
            } else {
                let (vault, manager) = (gapped.vault(), gapped.manager());
                let same = vault == whole.vault() && manager == whole.manager();
                assert!(!same, "nobody would miss log {index}, {}", event.name());
            }
        }
        prefix.apply(*timestamp, event).unwrap();
    }
    assert!(refused * 4 > tried * 3, "only {refused} gaps of {tried} were refused");
}
