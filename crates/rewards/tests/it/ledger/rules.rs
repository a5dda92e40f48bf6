//! Each rule that a log has to keep, and what the ledger says where it does not.

use alloy_primitives::{Address, B256, U256};
use palisade_bindings::{Epoch, OperatorSetId, RewardsDistributor::RecipientSet};
use palisade_rewards::ledger::{Entry, Error, Ledger, Misfit, Source, WAD};

use super::{
    Book, CONTRACTS, OPERATORS, PAYER, STAKERS, STRATEGY, TOKENS, by_stake, pool, released, stream,
};

const ALICE: Address = STAKERS[0];
const BOB: Address = STAKERS[1];
const GOLD: Address = TOKENS[0];
const SILVER: Address = TOKENS[1];

fn misfit(told: Result<(), Error>) -> Misfit {
    let Err(Error::Misfit { misfit, .. }) = told else { panic!("{told:?}") };
    *misfit
}

/// Alice has 3 shares and Bob 1, from epoch 1 on; it is epoch 3.
fn two_stakers() -> Book {
    let mut book = Book::new();
    book.transfer(pool(0), Address::ZERO, ALICE, 3).unwrap();
    book.transfer(pool(0), Address::ZERO, BOB, 1).unwrap();
    book.next_epochs(2);
    book
}

#[test]
fn a_payment_is_split_by_the_shares_at_the_start_of_the_epoch() {
    let mut book = two_stakers();
    // This comes too late for epoch 2, and so does the transfer.
    book.transfer(pool(0), Address::ZERO, BOB, 96).unwrap();
    book.transfer(pool(0), ALICE, BOB, 2).unwrap();
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    assert_eq!(book.claimable(pool(0), GOLD, ALICE, 9), U256::from(7));
    assert_eq!(book.claimable(pool(0), GOLD, BOB, 9), U256::from(2));
    assert_eq!(book.claimable(pool(0), GOLD, ALICE, 1), U256::ZERO);
    assert_eq!(book.claimable(pool(0), SILVER, ALICE, 9), U256::ZERO);
    assert_eq!(book.ledger.holdings(GOLD), U256::from(10));
    let standings: Vec<_> = book.ledger.at(book.now).unwrap().standings().collect();
    assert_eq!(standings.len(), 2);
    assert_eq!(standings.iter().map(|it| it.claimable.to::<u64>()).sum::<u64>(), 9);
}

#[test]
fn fractions_are_kept_between_claims_and_remainders_between_payments() {
    let mut book = two_stakers();
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    book.claim(pool(0), GOLD, ALICE, 2, U256::from(7)).unwrap();
    let half = U256::from(1_u64 << 63);
    let at = book.ledger.at(book.now).unwrap();
    assert_eq!(at.claimed_of(pool(0), GOLD, ALICE).fraction, half);
    assert_eq!(at.rewards_per_share(pool(0), GOLD, Epoch(2)), U256::from(10_u128 << 62));
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    book.claim(pool(0), GOLD, ALICE, 2, U256::from(8)).unwrap();
    let claim = book.ledger.at(book.now).unwrap().claimed_of(pool(0), GOLD, ALICE);
    assert_eq!((claim.fraction, claim.claimed), (U256::ZERO, U256::from(15)));

    // 2^64 does not divide by 3.
    book.transfer(pool(1), Address::ZERO, ALICE, 3).unwrap();
    book.next_epochs(2);
    book.pay(pool(1), GOLD, 1, 0).unwrap();
    assert_eq!(book.ledger.at(book.now).unwrap().carried(pool(1), GOLD), U256::ONE);
    book.pay(pool(1), GOLD, 1, 0).unwrap();
    book.pay(pool(1), GOLD, 1, 0).unwrap();
    assert_eq!(book.ledger.at(book.now).unwrap().carried(pool(1), GOLD), U256::ZERO);
    assert_eq!(book.claimable(pool(1), GOLD, ALICE, 9), U256::from(3));
}

#[test]
fn who_was_paid_too_much_is_told() {
    let mut book = two_stakers();
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    let told = book.claim(pool(0), GOLD, ALICE, 2, U256::from(8));
    let (claimed, earned) = (U256::from(8), U256::from(7));
    let overclaimed = Misfit::Overclaimed { owner: ALICE, token: GOLD, claimed, earned };
    assert_eq!(misfit(told.clone()), overclaimed);
    assert_eq!(
        told.unwrap_err().to_string(),
        format!(
            "log 0 of block {}, RewardsDistributor.Claimed, does not fit what came before: {ALICE} claimed 8 of {GOLD}, and had earned 7",
            book.blocks
        )
    );
    let differs = misfit(book.claim(pool(0), GOLD, ALICE, 2, U256::from(6)));
    assert!(matches!(differs, Misfit::Differs { what: "amount", .. }), "{differs}");
    book.claim(pool(0), GOLD, ALICE, 2, U256::from(7)).unwrap();
    let again = misfit(book.claim(pool(0), GOLD, ALICE, 2, U256::ZERO));
    assert_eq!(again, Misfit::Forbidden("a claim that changes nothing is not logged"));
    let early = misfit(book.claim(pool(0), GOLD, BOB, 3, U256::from(2)));
    assert_eq!(early, Misfit::Forbidden("the epoch has not closed"));
}

#[test]
fn only_pools_with_stake_are_paid_and_only_for_the_closed_epoch() {
    let mut book = two_stakers();
    let mut late = book.pay_from(PAYER, pool(0), GOLD, 10, 0);
    late.epoch = U256::ONE;
    assert!(matches!(misfit(book.distributor(&late)), Misfit::Differs { what: "epoch", .. }));
    let unstaked = misfit(book.pay(pool(1), GOLD, 10, 0));
    assert_eq!(unstaked, Misfit::Forbidden("the pool had no shares at the start of the epoch"));
    let unknown = palisade_bindings::PoolId::key(OPERATORS[0], GOLD);
    let told = misfit(book.pay(unknown, GOLD, 10, 0));
    assert_eq!(told, Misfit::Missing { what: "pool", key: unknown.to_string() });
    let other = misfit(book.pay(pool(0).at_generation(1), GOLD, 10, 0));
    assert!(matches!(other, Misfit::Differs { what: "pool's generation", .. }), "{other}");
    assert_eq!(misfit(book.pay(pool(0), GOLD, 0, 0)), Misfit::Forbidden("nothing was paid"));
    let too_large = misfit(book.pay(pool(0), GOLD, u128::MAX, 1));
    assert!(matches!(too_large, Misfit::Differs { what: "commission", .. }), "{too_large}");
}

#[test]
fn a_generation_that_ended_in_the_epoch_is_still_paid_for_it() {
    let mut book = two_stakers();
    book.slash(pool(0), 4).unwrap();
    book.end(pool(0)).unwrap();
    book.transfer(pool(0).at_generation(1), Address::ZERO, BOB, 5).unwrap();
    book.pay(pool(0), GOLD, 4, 0).unwrap();
    assert_eq!(book.claimable(pool(0), GOLD, ALICE, 9), U256::from(3));
    book.next_epochs(1);
    // At the start of epoch 3 it still stood.
    book.pay(pool(0), GOLD, 4, 0).unwrap();
    book.next_epochs(1);
    book.pay(pool(0).at_generation(1), GOLD, 5, 0).unwrap();
    assert_eq!(book.claimable(pool(0), GOLD, ALICE, 9), U256::from(6));
    assert_eq!(book.claimable(pool(0).at_generation(1), GOLD, BOB, 9), U256::from(5));
    let gone = misfit(book.transfer(pool(0), ALICE, Address::ZERO, 1));
    assert_eq!(gone, Misfit::Forbidden("nothing leaves a generation that a slash ended"));
    let dead = misfit(book.transfer(pool(0), Address::ZERO, ALICE, 1));
    assert!(matches!(dead, Misfit::Missing { what: "living pool", .. }), "{dead}");
}

#[test]
fn what_is_left_of_a_renewed_pool_leaves_without_touching_the_living_one() {
    let mut book = two_stakers();
    book.slash(pool(0), 3).unwrap();
    let wrong = misfit(book.renew(pool(0), 2));
    assert!(matches!(wrong, Misfit::Differs { what: "assets", .. }), "{wrong}");
    book.renew(pool(0), 1).unwrap();
    let next = pool(0).at_generation(1);
    book.transfer(next, Address::ZERO, BOB, 2).unwrap();
    book.transfer(pool(0), ALICE, Address::ZERO, 3).unwrap();
    assert_eq!(book.ledger.pools()[&pool(0)].now().shares, U256::from(2));
    let none = misfit(book.transfer(pool(0), ALICE, Address::ZERO, 1));
    assert!(matches!(none, Misfit::TooMuch { what: "the position", .. }), "{none}");
}

#[test]
fn a_raised_commission_waits_and_a_lowered_one_does_not() {
    let (mut book, operator) = (two_stakers(), OPERATORS[0]);
    let tenth = WAD / 10;
    // Not opened yet: at once, but not for the epoch that closed.
    book.rate(operator, tenth, 3).unwrap();
    assert!(matches!(misfit(book.pay(pool(0), GOLD, 10, 1)), Misfit::Differs { .. }));
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    book.open(operator);
    assert!(matches!(misfit(book.rate(operator, 2 * tenth, 3)), Misfit::Differs { .. }));
    book.rate(operator, 3 * tenth, 6).unwrap();
    book.next_epochs(1);
    book.pay(pool(0), GOLD, 10, 1).unwrap();
    // Cut, it keeps its day; the same once more is nothing.
    book.rate(operator, 2 * tenth, 6).unwrap();
    let same = misfit(book.rate(operator, 2 * tenth, 6));
    assert_eq!(same, Misfit::Forbidden("the commission has this rate already"));
    book.next_epochs(2);
    book.pay(pool(0), GOLD, 10, 1).unwrap();
    book.next_epochs(1);
    book.pay(pool(0), GOLD, 10, 2).unwrap();
    book.rate(operator, 0, 7).unwrap();
    book.pay(pool(0), GOLD, 10, 2).unwrap();
    book.next_epochs(1);
    book.pay(pool(0), GOLD, 10, 0).unwrap();
    let high = misfit(book.rate(operator, WAD / 2 + 1, 11));
    assert!(matches!(high, Misfit::TooLarge { what: "commission", .. }), "{high}");

    let at = book.ledger.at(book.now).unwrap();
    assert_eq!(at.commission_of(operator, GOLD), U256::from(6));
    assert_eq!(at.commission_at(operator, Epoch(5)), None);
    assert_eq!(at.commission_at(operator, Epoch(8)), Some(0));
    assert!(matches!(misfit(book.collect(operator, GOLD, U256::from(7))), Misfit::Differs { .. }));
    book.collect(operator, GOLD, U256::from(6)).unwrap();
    assert_eq!(book.ledger.holdings(GOLD), U256::from(54));
    let again = misfit(book.collect(operator, GOLD, U256::ZERO));
    assert_eq!(again, Misfit::Forbidden("there is no commission to collect"));
}

#[test]
fn payments_of_streams_are_their_payers() {
    let (mut book, set) = (two_stakers(), OperatorSetId::new(Address::repeat_byte(7), 1));
    book.streams(&stream(1, BOB, set)).unwrap();
    let twice = misfit(book.streams(&stream(1, BOB, set)));
    assert_eq!(twice, Misfit::Twice { what: "stream", key: "1".to_owned() });
    let unknown = misfit(book.streams(&released(2, 2, 10)));
    assert_eq!(unknown, Misfit::Missing { what: "stream", key: "2".to_owned() });

    let paid = book.pay_from(CONTRACTS.streams, pool(0), GOLD, 10, 0);
    let unreleased = misfit(book.distributor(&paid));
    assert_eq!(unreleased, Misfit::NotBefore("Released or DistributedByStake"));
    // Of one transaction: the second log of one block.
    let one = |book: &mut Book, first: Entry, second: Entry| {
        book.blocks += 1;
        let (block, transaction) = (book.blocks, B256::with_last_byte(9));
        book.ledger.apply(&Entry { block, transaction, index: 1, ..first }).unwrap();
        book.ledger.apply(&Entry { block, transaction, index: 2, ..second })
    };
    let second = book.entry(CONTRACTS.distributor, &paid);
    let first = book.entry(CONTRACTS.streams, &released(1, 2, 10));
    one(&mut book, first, second.clone()).unwrap();
    let first = book.entry(CONTRACTS.streams, &by_stake(ALICE, set, 2, 9));
    let more = misfit(one(&mut book, first, second.clone()));
    assert!(matches!(more, Misfit::TooMuch { what: "what the streams released", .. }), "{more}");
    let first = book.entry(CONTRACTS.streams, &by_stake(ALICE, set, 2, 10));
    one(&mut book, first, second).unwrap();
    // In another transaction it is over.
    assert_eq!(misfit(book.distributor(&paid)), unreleased);
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
    let unstarted = misfit(Ledger::new(CONTRACTS).apply(&entry));
    assert_eq!(unstarted, Misfit::NotBefore("the vault's ClockStarted"));
}
