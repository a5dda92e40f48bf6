//! The seeds that are not text: what they are made of. `WRITE_SEEDS=1 cargo test -p palisade-parsers` writes them.

use std::{collections::BTreeMap, env, fs};

use alloy::{
    primitives::{Address, B256, Bytes, IntoLogData, U256},
    sol_types::{Panic, Revert, SolError, SolEvent},
};
use palisade_bindings::{
    AllocationManager::{self as manager},
    DevToken, Governance, MerkleDrops, OperatorSetId, PoolId, RewardStreams, RewardsDistributor,
    StakeVault as vault, TimelockController,
};
use palisade_parsers::{frame, logs, refusal};

use crate::{folder, seeds};

const STRATEGY: Address = Address::repeat_byte(0x57);
const OPERATOR: Address = Address::repeat_byte(0x09);
const ALICE: Address = Address::repeat_byte(0xa1);
const SET: OperatorSetId = OperatorSetId::new(Address::repeat_byte(0xa5), 1);
const WHOLE: u128 = 1_000_000_000_000_000_000;

fn u(value: u128) -> U256 {
    U256::from(value)
}

fn log(seconds: u16, contract: u8, event: &(impl SolEvent + IntoLogData)) -> Vec<u8> {
    let log = event.to_log_data();
    frame(seconds, contract, log.topics(), &log.data)
}

/// From the constructors to a slash and a queued exit: each log with the seconds since the one before.
fn story() -> Vec<Vec<u8>> {
    let (length, origin) = (u(60), u(1_000));
    let (set, pool) = (SET.packed(), PoolId::key(OPERATOR, STRATEGY).0);
    let terms = manager::Terms {
        slasher: ALICE,
        cap: u(WHOLE),
        window: U256::ZERO,
        recipient: Address::ZERO,
        resolver: Address::ZERO,
        conditions: B256::ZERO,
        registrar: Address::ZERO,
    };
    let allocated = manager::Allocated {
        set,
        operator: OPERATOR,
        strategy: STRATEGY,
        magnitude: u(WHOLE / 2),
        effective: u(1),
    };
    let transfer = |sender: Address, receiver: Address, amount: u128| vault::Transfer {
        caller: ALICE,
        sender,
        receiver,
        id: pool,
        amount: u(amount),
    };
    let slashed =
        vault::Slashed { pool, fromPool: u(100), fromNext: U256::ZERO, fromLast: U256::ZERO };
    let operator_slashed = manager::OperatorSlashed {
        set,
        operator: OPERATOR,
        strategy: STRATEGY,
        magnitude: u(WHOLE / 10),
        assets: u(100),
        evidence: B256::ZERO,
    };
    let queued = vault::WithdrawalQueued {
        pool,
        epoch: u(4),
        owner: ALICE,
        shares: u(100),
        assets: u(90),
        exitShares: u(90),
    };
    vec![
        log(0, 0, &vault::ClockStarted { epochLength: length, origin }),
        log(0, 1, &manager::ClockStarted { epochLength: length, origin }),
        log(0, 0, &vault::OperatorRegistered { operator: OPERATOR, approver: Address::ZERO }),
        log(0, 1, &manager::OperatorSetCreated { set, terms }),
        log(0, 1, &manager::StrategyAdded { set, strategy: STRATEGY }),
        log(0, 1, &manager::Joined { set, operator: OPERATOR }),
        log(0, 1, &allocated),
        log(0, 0, &vault::OperatorOpened { operator: OPERATOR, admitsFrom: u(2) }),
        log(60, 0, &vault::PoolCreated { pool, operator: OPERATOR, strategy: STRATEGY }),
        log(0, 0, &transfer(Address::ZERO, ALICE, 1_000)),
        log(0, 0, &slashed),
        log(0, 1, &operator_slashed),
        log(0, 0, &transfer(ALICE, Address::ZERO, 100)),
        log(0, 0, &queued),
    ]
}

/// What follows it: a raised commission, and in epoch 4 a payment for epoch 3, of which `amount` is claimed.
fn rewards(amount: u128) -> Vec<Vec<u8>> {
    let (pool, token) = (PoolId::key(OPERATOR, STRATEGY).0, STRATEGY);
    let paid = RewardsDistributor::Distributed {
        pool,
        token,
        payer: ALICE,
        epoch: u(3),
        amount: u(10),
        commission: U256::ZERO,
    };
    let claimed = RewardsDistributor::Claimed {
        pool,
        token,
        owner: ALICE,
        receiver: ALICE,
        through: u(3),
        amount: u(amount),
    };
    let (operator, rate, effective) = (OPERATOR, u(WHOLE / 10), u(5));
    vec![
        log(0, 2, &RewardsDistributor::ClockStarted { epochLength: u(60), origin: u(1_000) }),
        log(0, 2, &RewardsDistributor::CommissionSet { operator, rate, effective }),
        log(120, 2, &paid),
        log(0, 2, &claimed),
    ]
}

/// A refusal within a refusal, so many times.
fn nested(depth: usize) -> Vec<u8> {
    let mut data = vault::Paused { action: 4, until: U256::MAX }.abi_encode();
    for _ in 0..depth {
        data = Governance::NothingPaused { reason: Bytes::from(data) }.abi_encode();
    }
    data
}

/// All that is not text, by parser and name.
fn made() -> BTreeMap<(&'static str, &'static str), Vec<u8>> {
    let story = story();
    let word = |byte: u8, key: u8, epoch: u32| {
        [&[byte; 32][..], &[key; 32], &epoch.to_be_bytes()].concat()
    };
    let clock = U256::from_limbs([1_060, 1_000, 60, 7]).to_be_bytes::<32>();
    let clock = [&clock[..], &[9; 32], &3_u32.to_be_bytes()].concat();
    BTreeMap::from([
        (("logs", "ok-clocks"), story[..2].concat()),
        (("logs", "ok-stake"), story[..10].concat()),
        (("logs", "ok-slash"), story[..12].concat()),
        (("logs", "ok-exit"), story.concat()),
        (("logs", "ok-rewards"), [story.concat(), rewards(9).concat()].concat()),
        (("logs", "no-reward"), [story.concat(), rewards(10).concat()].concat()),
        (("logs", "no-clock"), story[2].clone()),
        (("logs", "no-end"), story[..11].concat()),
        (("logs", "no-cut"), story[0][..40].to_vec()),
        (("logs", "no-log-twice"), [&story[0][..], &story[0]].concat()),
        (("logs", "no-gap"), [&story[..9].concat()[..], &story[10]].concat()),
        (("logs", "no-topic-known"), frame(0, 0, &[B256::repeat_byte(1)], &[])),
        (("logs", "no-topic"), frame(0, 1, &[], &[1, 2, 3])),
        (("logs", "no-log-of-the-core"), frame(0, 9, &[B256::repeat_byte(1)], &[])),
        (("words", "ok-zero"), word(0, 0, 0)),
        (("words", "ok-all-ones"), word(0xff, 0xff, u32::MAX)),
        (("words", "ok-clock"), clock),
        (("words", "no-short"), word(1, 2, 3)[1..].to_vec()),
        (("words", "no-long"), [&word(1, 2, 3)[..], &[0]].concat()),
        (("refusal", "ok-paused"), vault::Paused { action: 4, until: U256::MAX }.abi_encode()),
        (
            ("refusal", "ok-pausable-unknown"),
            vault::Paused { action: 255, until: u(1) }.abi_encode(),
        ),
        (("refusal", "ok-nested"), nested(1)),
        (("refusal", "ok-nested-too-deep"), nested(300)),
        (
            ("refusal", "ok-nested-nothing"),
            Governance::NothingPaused { reason: Bytes::new() }.abi_encode(),
        ),
        (
            ("refusal", "ok-reason"),
            Revert { reason: "too\n late \u{1b}[2J".to_owned() }.abi_encode(),
        ),
        (("refusal", "ok-reason-long"), Revert { reason: "late ".repeat(500) }.abi_encode()),
        (("refusal", "ok-panic"), Panic { code: u(0x11) }.abi_encode()),
        (
            ("refusal", "ok-token"),
            DevToken::ERC20InsufficientBalance { sender: ALICE, balance: u(1), needed: U256::MAX }
                .abi_encode(),
        ),
        (
            ("refusal", "ok-timelock"),
            TimelockController::TimelockUnexpectedOperationState {
                operationId: B256::repeat_byte(1),
                expectedStates: B256::repeat_byte(0xff),
            }
            .abi_encode(),
        ),
        (
            ("refusal", "ok-rewards"),
            RewardsDistributor::NoStake { operator: OPERATOR, strategy: STRATEGY, epoch: u(6) }
                .abi_encode(),
        ),
        (
            ("refusal", "ok-streams"),
            RewardStreams::NobodyToPay { set: SET.packed(), strategy: STRATEGY, epoch: u(6) }
                .abi_encode(),
        ),
        (
            ("refusal", "ok-drop"),
            MerkleDrops::RootIsPending {
                drop: u(2),
                root: B256::repeat_byte(7),
                activeFrom: u(1_799_194_516),
            }
            .abi_encode(),
        ),
        (("refusal", "no-reason"), Vec::new()),
        (("refusal", "no-selector"), vec![1, 2, 3]),
        (("refusal", "no-known-error"), [&[1, 2, 3, 4][..], &[0; 1_000]].concat()),
        (("refusal", "no-end"), nested(1)[..40].to_vec()),
    ])
}

#[test]
fn they_are_what_is_committed() {
    let made = made();
    for ((parser, name), bytes) in &made {
        let path = folder().join(parser).join(name);
        if env::var_os("WRITE_SEEDS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
        }
        assert_eq!(&fs::read(&path).unwrap_or_default(), bytes, "{}", path.display());
    }
    for parser in ["logs", "words", "refusal"] {
        for name in seeds(parser).keys() {
            assert!(made.contains_key(&(parser, name)), "nobody made {parser}/{name}");
        }
    }
}

/// A refusal that holds itself, as deep as a node's answer can be large: told at once, and the stack holds.
#[test]
fn refusals_within_refusals_end() {
    let deep = nested(3_000);
    assert!(deep.len() > 200_000);
    assert!(refusal(&deep));
}

/// Each beginning of the story either is a chain's or owes a log: none is refused.
#[test]
fn the_story_is_one_of_a_chain() {
    let story = [story(), rewards(9)].concat();
    let taken: Vec<_> = (1..=story.len()).filter(|end| logs(&story[..*end].concat())).collect();
    assert_eq!(taken, [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16, 17, 18]);
}
