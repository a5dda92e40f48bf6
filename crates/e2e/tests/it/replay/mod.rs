//! P10: events alone rebuild the whole state. A long history is played on a chain, its logs are replayed, and then every
//! view and every stored word of the core and of the rewards distributor is what the replay says.

mod chain;
mod compare;
pub(crate) mod dice;
mod player;

use std::collections::{BTreeMap, BTreeSet};

use alloy::{primitives::U256, sol_types::SolEventInterface};
use palisade_bindings::{
    AllocationManager::AllocationManagerEvents, RewardsDistributor::RewardsDistributorEvents,
    StakeVault::StakeVaultEvents,
};
use palisade_devnet::Devnet;
use palisade_replay::{Event, Place, Replay};
use serde_json::Value;

use self::{chain::Chain, player::Player};

/// Blocks of the history, and transactions in each.
const BLOCKS: u64 = 200;
const MOVES: usize = 24;

/// The least number of transactions that must not revert.
const LEAST: usize = 3_000;

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
    assert!(epochs.0 >= 60, "only {epochs} epochs passed");
    every_action_was_taken(&chain);

    let logs = chain.logs().await;
    every_kind_occurred(&logs);
    let replay = replayed(&logs);
    assert_eq!(replay, followed, "who follows block by block knows the same");
    compare::storage(&chain, &replay).await;
    let reached_back = |place: &Place| match place {
        Place::Window(.., window) => {
            *window > 0 && place.decode(replay.word(*place))[1].1 > U256::ZERO
        }
        _ => false,
    };
    assert!(replay.places().filter(reached_back).count() > 10, "few windows follow others");
    assert!(replay.distributor().claims.len() > 50, "few claimed");
    // Time alone changes what views answer: look again when pending changes have landed.
    for epochs in [0, 1, 3] {
        chain.play(Vec::new(), chain.now + 1 + epochs * EPOCH).await;
        compare::views(&chain, &replay).await;
    }
    gaps_are_noticed(&logs);
}

fn replayed(logs: &[(u64, Event)]) -> Replay {
    let mut replay = Replay::new();
    follow(&mut replay, logs);
    replay
}

/// Applies the logs of whole blocks: every word that they change is one that they touched.
fn follow(replay: &mut Replay, logs: &[(u64, Event)]) {
    let before = words(replay);
    for (timestamp, event) in logs {
        replay.apply(*timestamp, event).unwrap();
    }
    assert_eq!(replay.owes(), None);
    let touched: BTreeSet<_> = replay.take_touched().into_iter().collect();
    let after = words(replay);
    for place in before.keys().chain(after.keys()) {
        let is_same = before.get(place) == after.get(place);
        assert!(is_same || touched.contains(place), "nobody touched the {place}, and it changed");
    }
}

/// All words that are not zero.
fn words(replay: &Replay) -> BTreeMap<Place, U256> {
    let words = replay.places().map(|place| (place, replay.word(place)));
    words.filter(|(_, word)| !word.is_zero()).collect()
}

/// The names of a contract's functions: those that only look, or those that act.
fn functions(artifact: &str, that_look: bool) -> BTreeSet<String> {
    let artifact: Value = serde_json::from_str(artifact).unwrap();
    let items = artifact["abi"].as_array().unwrap().iter();
    let functions = items.filter(|item| item["type"] == "function");
    let looks = |item: &&Value| matches!(item["stateMutability"].as_str(), Some("view" | "pure"));
    let wanted = functions.filter(|item| looks(item) == that_look);
    wanted.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

const VAULT: &str = include_str!("../../../../bindings/artifacts/StakeVault.json");
const MANAGER: &str = include_str!("../../../../bindings/artifacts/AllocationManager.json");
const DISTRIBUTOR: &str = include_str!("../../../../bindings/artifacts/RewardsDistributor.json");

fn every_action_was_taken(chain: &Chain) {
    let mut wanted = functions(VAULT, false);
    // The allocation manager calls these two.
    assert!(wanted.remove("slash") && wanted.remove("renew"));
    assert_eq!(wanted.difference(&chain.done_to_vault).collect::<Vec<_>>(), [""; 0]);
    let wanted = functions(MANAGER, false);
    assert_eq!(wanted.difference(&chain.done_to_manager).collect::<Vec<_>>(), [""; 0]);
    let wanted = functions(DISTRIBUTOR, false);
    assert_eq!(wanted.difference(&chain.done_to_distributor).collect::<Vec<_>>(), [""; 0]);
}

fn every_kind_occurred(logs: &[(u64, Event)]) {
    let occurred: BTreeSet<_> = logs.iter().map(|(_, event)| event.name()).collect();
    let names = |contract: &str, names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| format!("{contract}.{name}")).collect()
    };
    let mut wanted = names("StakeVault", StakeVaultEvents::VARIANT_NAMES);
    wanted.extend(names("AllocationManager", AllocationManagerEvents::VARIANT_NAMES));
    wanted.extend(names("RewardsDistributor", RewardsDistributorEvents::VARIANT_NAMES));
    let core = StakeVaultEvents::COUNT + AllocationManagerEvents::COUNT;
    assert_eq!(wanted.len(), core + RewardsDistributorEvents::COUNT);
    wanted.retain(|name| !occurred.contains(name.as_str()));
    assert_eq!(wanted, BTreeSet::new());
}

/// Where a log is missing that belongs to a call with others, the next ones do not fit, and change nothing.
fn gaps_are_noticed(logs: &[(u64, Event)]) {
    const CHAINED: [&str; 9] = [
        "AllocationManager.OperatorSlashed",
        "StakeVault.AdmissionUsed",
        "StakeVault.Delegated",
        "StakeVault.GenerationEnded",
        "StakeVault.PoolCreated",
        "StakeVault.Slashed",
        "StakeVault.Transfer",
        "StakeVault.WithdrawalQueued",
        "StakeVault.Withdrawn",
    ];
    let mut before = Replay::new();
    let mut tried = BTreeSet::new();
    for (index, (timestamp, event)) in logs.iter().enumerate() {
        if CHAINED.contains(&event.name())
            && (index % 3 == 0 || !tried.contains(event.name()))
            && is_chained(event)
        {
            tried.insert(event.name());
            let mut gapped = before.clone();
            let mut refused = false;
            for (timestamp, event) in logs[index + 1..].iter().take(40) {
                let kept = gapped.clone();
                refused = gapped.apply(*timestamp, event).is_err();
                if refused {
                    assert_eq!(gapped, kept, "a log that was refused left a trace");
                    break;
                }
            }
            let next: Vec<_> =
                logs[index + 1..].iter().take(4).map(|(_, event)| event.name()).collect();
            assert!(
                refused || next.is_empty(),
                "nobody misses log {index}, {event:?}, before {next:?}"
            );
        }
        before.apply(*timestamp, event).unwrap();
    }
    assert_eq!(tried.len(), CHAINED.len(), "{tried:?}");
}

/// A deposit is one log, and so is a transfer; a strategy of which nothing can be slashed has a log alone.
fn is_chained(event: &Event) -> bool {
    match event {
        Event::Vault(StakeVaultEvents::Transfer(it)) => it.receiver.is_zero(),
        Event::Manager(AllocationManagerEvents::OperatorSlashed(it)) => !it.assets.is_zero(),
        _ => true,
    }
}
