//! What the ledger keeps besides what the contracts do, and what it says of a log that does not fit. The rules themselves
//! are those of `palisade-replay`, which tests them one by one.

use alloy_primitives::{Address, B256, U256};
use palisade_bindings::{
    AllocationManager::OperatorSlashed, Epoch, OperatorSetId, RewardsDistributor::RecipientSet,
    StakeVault::OperatorClosed,
};
use palisade_replay as replay;
use palisade_rewards::ledger::{Entry, Error, Ledger, Misfit, Source, WAD};

use super::{
    Book, CONTRACTS, OPERATORS, PAYER, SET, STAKERS, STRATEGY, TOKENS, by_stake, pool, released,
    stream,
};

const ALICE: Address = STAKERS[0];
const BOB: Address = STAKERS[1];
const GOLD: Address = TOKENS[0];
const SILVER: Address = TOKENS[1];

fn misfit(told: Result<(), Error>) -> Misfit {
    let Err(Error::Misfit { misfit, .. }) = told else { panic!("{told:?}") };
    *misfit
}

/// The rule that was broken.
fn rule(told: Result<(), Error>) -> replay::Misfit {
    match misfit(told) {
        Misfit::Rule(rule) => rule,
        other => panic!("{other}"),
    }
}

/// Alice has 3 shares and Bob 1, from epoch 2 on; it is epoch 4.
fn two_stakers() -> Book {
    let mut book = Book::open();
    book.enter(pool(0), ALICE, 3).unwrap();
    book.enter(pool(0), BOB, 1).unwrap();
    book.next_epochs(2);
    book
}

#[test]
fn a_payment_is_split_by_the_shares_at_the_start_of_the_epoch() {
    let mut book = two_stakers();
    // This comes too late for epoch 3, and so does the transfer.
    book.enter(pool(0), BOB, 96).unwrap();
    book.transfer(pool(0), ALICE, BOB, 2).unwrap();
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    assert_eq!(book.claimable(pool(0), GOLD, ALICE, 9), U256::from(7));
    assert_eq!(book.claimable(pool(0), GOLD, BOB, 9), U256::from(2));
    assert_eq!(book.claimable(pool(0), GOLD, ALICE, 2), U256::ZERO);
    assert_eq!(book.claimable(pool(0), SILVER, ALICE, 9), U256::ZERO);
    assert_eq!(book.ledger.holdings(GOLD), U256::from(10));
    let at = book.ledger.at(book.now).unwrap();
    let standings: Vec<_> = book.ledger.standings(at).collect();
    assert_eq!(standings.len(), 2);
    assert_eq!(standings.iter().map(|it| it.claimable.to::<u64>()).sum::<u64>(), 9);
    let payment = book.ledger.payments()[0];
    assert_eq!((payment.epoch, payment.shares), (Epoch(3), U256::from(4)));
}

#[test]
fn claims_add_up_and_leave_less_to_hold() {
    let mut book = two_stakers();
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    book.claim(pool(0), GOLD, ALICE, 3, U256::from(7)).unwrap();
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    book.claim(pool(0), GOLD, ALICE, 3, U256::from(8)).unwrap();
    let at = book.ledger.at(book.now).unwrap();
    let standings: Vec<_> = book.ledger.standings(at).collect();
    let [alice, bob] = standings[..] else { panic!("{standings:?}") };
    assert_eq!(
        (alice.owner, alice.claim.through, alice.claim.fraction),
        (ALICE, Epoch(3), U256::ZERO)
    );
    assert_eq!((alice.claimed, alice.claimable), (U256::from(15), U256::ZERO));
    assert_eq!((bob.claimed, bob.claimable), (U256::ZERO, U256::from(5)));
    assert_eq!(book.ledger.holdings(GOLD), U256::from(5));
}

#[test]
fn a_log_that_breaks_a_rule_is_named_with_its_place() {
    let mut book = two_stakers();
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    let told = book.claim(pool(0), GOLD, ALICE, 3, U256::from(8)).unwrap_err();
    let text = format!(
        "log 0 of block {}, RewardsDistributor.Claimed, does not fit what came before: its amount is 8, and should be 7",
        book.blocks
    );
    assert_eq!(told.to_string(), text);
    // So are those of vault and manager.
    let closed = OperatorClosed { operator: PAYER };
    let missing = replay::Misfit::Missing { what: "operator", key: PAYER.to_string() };
    assert_eq!(rule(book.vault(&closed)), missing);
    let alone = OperatorSlashed {
        set: SET.packed(),
        operator: OPERATORS[0],
        strategy: STRATEGY,
        magnitude: U256::from(WAD),
        assets: U256::from(4),
        evidence: B256::ZERO,
    };
    assert_eq!(rule(book.manager(&alone)), replay::Misfit::NotBefore("Slashed"));
}

#[test]
fn who_collects_leaves_less_to_hold() {
    let mut book = Book::new();
    book.rate(OPERATORS[0], WAD / 10, 1).unwrap();
    book.opens(OPERATORS[0]);
    book.next_epochs(1);
    book.enter(pool(0), ALICE, 3).unwrap();
    book.next_epochs(2);
    book.pay(pool(0), GOLD, 30, 3).unwrap();
    assert_eq!(book.ledger.collectable()[&(OPERATORS[0], GOLD)], U256::from(3));
    book.collect(OPERATORS[0], GOLD, U256::from(3)).unwrap();
    assert_eq!(book.ledger.holdings(GOLD), U256::from(27));
    assert!(book.ledger.collectable().is_empty());
}

#[test]
fn what_a_pool_came_to_is_known_of_every_epoch() {
    let mut book = two_stakers();
    book.slash(0, WAD / 2).unwrap();
    book.next_epochs(1);
    // Two shares for a unit.
    book.enter(pool(0), BOB, 2).unwrap();
    book.next_epochs(1);
    let assets = [2, 3, 4, 5, 6].map(|epoch| book.ledger.assets_at(pool(0), Epoch(epoch)));
    assert_eq!(assets, [0, 4, 4, 2, 3].map(U256::from));
    assert_eq!(book.ledger.assets_at(pool(1), Epoch(6)), U256::ZERO);
}

#[test]
fn payments_of_streams_are_their_payers() {
    let (mut book, set) = (two_stakers(), OperatorSetId::new(Address::repeat_byte(7), 1));
    book.streams(&stream(1, BOB, set)).unwrap();
    let twice = rule(book.streams(&stream(1, BOB, set)));
    assert_eq!(twice, replay::Misfit::Twice { what: "stream", key: "1".to_owned() });
    let unknown = rule(book.streams(&released(2, 3, 10)));
    assert_eq!(unknown, replay::Misfit::Missing { what: "stream", key: "2".to_owned() });

    let paid = book.pay_from(CONTRACTS.streams, pool(0), GOLD, 10, 0);
    let unreleased = rule(book.distributor(&paid));
    assert_eq!(unreleased, replay::Misfit::NotBefore("Released or DistributedByStake"));
    // Of one transaction: the second log of one block.
    let one = |book: &mut Book, first: Entry, second: Entry| {
        book.blocks += 1;
        let (block, transaction) = (book.blocks, B256::with_last_byte(9));
        book.ledger.apply(&Entry { block, transaction, index: 1, ..first }).unwrap();
        book.ledger.apply(&Entry { block, transaction, index: 2, ..second })
    };
    let second = book.entry(CONTRACTS.distributor, &paid);
    let first = book.entry(CONTRACTS.streams, &released(1, 3, 10));
    one(&mut book, first, second.clone()).unwrap();
    let first = book.entry(CONTRACTS.streams, &by_stake(ALICE, set, 3, 9));
    let more = rule(one(&mut book, first, second.clone()));
    assert!(
        matches!(more, replay::Misfit::TooMuch { what: "what the streams released", .. }),
        "{more}"
    );
    let first = book.entry(CONTRACTS.streams, &by_stake(ALICE, set, 3, 10));
    one(&mut book, first, second).unwrap();
    // In another transaction it is over.
    assert_eq!(rule(book.distributor(&paid)), unreleased);
    book.pay(pool(0), GOLD, 1, 0).unwrap();

    let sources: Vec<_> = book.ledger.payments().iter().map(|payment| payment.source).collect();
    let stream = Source::Stream { id: U256::ONE, payer: BOB, set };
    let direct = Source::Direct { payer: PAYER };
    assert_eq!(sources, [stream, Source::ByStake { payer: ALICE, set }, direct]);
    assert_eq!((stream.payer(), stream.set(), direct.set()), (BOB, Some(set), None));
    assert_eq!(stream.to_string(), format!("{BOB} for set {set}, stream 1"));
}

#[test]
fn logs_come_in_the_order_of_the_chain_and_from_the_first() {
    let mut book = two_stakers();
    let recipient = RecipientSet { owner: ALICE, recipient: BOB };
    book.distributor(&recipient).unwrap();
    assert_eq!(book.ledger.at(book.now).unwrap().recipient_of(ALICE), BOB);
    let (block, timestamp) = (book.blocks, book.now);
    let entry = book.entry(CONTRACTS.distributor, &recipient);
    let out_of_order = Misfit::OutOfOrder { block, index: 0, timestamp };
    for wrong in [
        entry.clone(),
        Entry { block: block - 1, ..entry.clone() },
        Entry { index: 1, timestamp: timestamp + 1, ..entry.clone() },
        Entry { block: block + 1, timestamp: timestamp - 1, ..entry.clone() },
    ] {
        assert_eq!(misfit(book.ledger.apply(&wrong)), out_of_order);
    }
    let applied = book.ledger.applied();
    let mut foreign = entry.clone();
    foreign.log.address = STRATEGY;
    book.ledger.apply(&foreign).unwrap();
    assert_eq!(book.ledger.applied(), applied);
    book.ledger.apply(&Entry { index: 1, ..entry.clone() }).unwrap();
    assert_eq!(book.ledger.newest(), Some((block, timestamp)));

    let mut unreadable = Entry { index: 2, ..entry.clone() };
    unreadable.log.address = CONTRACTS.vault;
    let told = book.ledger.apply(&unreadable).unwrap_err();
    assert!(matches!(told, Error::Unreadable { index: 2, .. }), "{told}");
    let unstarted = rule(Ledger::new(CONTRACTS).apply(&entry));
    assert_eq!(unstarted, replay::Misfit::NotBefore("ClockStarted"));
}
