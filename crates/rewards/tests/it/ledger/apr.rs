//! The worked example of the literature, and what is assumed.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use palisade_bindings::Epoch;
use palisade_rewards::{
    apr::{Assumptions, Error, Price, Rate, YEAR, Yield},
    ledger::{Source, WAD},
};

use super::{Book, LENGTH, OPERATORS, PAYER, STAKERS, STRATEGY, TOKENS, pool};

const ETHER: u128 = 1_000_000_000_000_000_000;
/// Hundredths of an ether.
const CENT: u128 = ETHER / 100;

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

fn assume(from: u32, to: u32, base: &str) -> Assumptions {
    let prices = BTreeMap::new();
    Assumptions { from: Epoch(from), to: Epoch(to), base: rate(base), prices }
}

#[test]
fn the_worked_example_comes_to_2_24_ether_a_year() {
    let stake = U256::from(32 * ETHER);
    let parts = ["3.5%", "2%", "1.5%"].map(|text| rate(text).of(stake));
    assert_eq!(parts, [112, 64, 48].map(|cents| U256::from(cents * CENT)));
    assert_eq!(parts.into_iter().sum::<U256>(), U256::from(224 * CENT));
}

#[test]
fn and_through_a_year_of_payments() {
    // A year in epochs of the ledger, which are 100 seconds: in 73 payments, each for one of 4,320 epochs.
    let (epochs, every) = (u32::try_from(YEAR / LENGTH).unwrap(), 4_320);
    let (mut book, services) = (Book::new(), [PAYER, Address::repeat_byte(0xe1)]);
    book.rate(OPERATORS[0], WAD / 10, 1).unwrap();
    book.opens(OPERATORS[0]);
    book.next_epochs(1);
    book.enter(pool(0), STAKERS[0], 32 * ETHER).unwrap();
    book.enter(pool(0), STAKERS[1], 96 * ETHER).unwrap();
    // Paid for epochs 3 to 315,362.
    let mut left = [4 * 64 * CENT, 4 * 48 * CENT];
    let count = u128::from(epochs / every);
    for payment in (1..=count).rev() {
        book.next_epochs(every);
        for (service, left) in services.into_iter().zip(&mut left) {
            let amount = *left / payment;
            *left -= amount;
            let event = book.pay_from(service, pool(0), STRATEGY, amount, amount / 10);
            book.distributor(&event).unwrap();
        }
    }
    book.next_epochs(1);
    assert_eq!(left, [0, 0]);

    let window = assume(3, epochs + 2, "3.5%");
    let yields = |owner| Yield::compute(&book.ledger, book.now, pool(0), owner, &window).unwrap();
    let alice = yields(Some(STAKERS[0]));
    assert_eq!(alice.stake, U256::from(32 * ETHER));
    assert_eq!(alice.base, U256::from(112 * CENT));
    let yearly: Vec<_> = alice.rows.iter().map(|row| row.yearly.unwrap()).collect();
    let near = |is: U256, cents: u128, off: u128| {
        let should = U256::from(cents * CENT);
        assert!(is <= should + U256::from(off) && is + U256::from(off) >= should, "{is}");
    };
    // Each payment is of whole units, of which she has a quarter: what is off is less than a unit a payment.
    near(yearly[0].gross, 64, 1);
    near(yearly[1].gross, 48, 1);
    near(alice.total.gross, 224, 2);
    // Commissions are rounded down, payment by payment.
    near(yearly[0].net * U256::from(10), 9 * 64, 10 * 73);
    near(alice.total.net * U256::from(10), 10 * 112 + 9 * 112, 20 * 73);
    assert_eq!(yearly[0].gross_rate.to_string(), "2%");
    assert_eq!(yearly[1].gross_rate.to_string(), "1.5%");
    assert_eq!((alice.total.gross_rate.to_string(), alice.rows[0].payments), ("7%".to_owned(), 73));
    assert_eq!(yearly[0].net_rate.to_string(), "1.8%");
    assert_eq!(alice.rows[0].source, Source::Direct { payer: PAYER });
    // Of the whole pool nothing is divided: exact.
    let all = yields(None);
    assert_eq!(all.total.gross, U256::from(4 * 224 * CENT));
    assert_eq!(all.total.gross_rate, rate("7%"));
}

#[test]
fn without_a_price_a_row_is_in_no_sum() {
    let mut book = Book::open();
    book.enter(pool(0), STAKERS[0], 1_000_000).unwrap();
    book.next_epochs(2);
    book.pay(pool(0), TOKENS[0], 1_000, 0).unwrap();
    let yields =
        |assumptions| Yield::compute(&book.ledger, book.now, pool(0), None, &assumptions).unwrap();
    let without = yields(assume(3, 3, "0%"));
    assert_eq!(without.rows[0].yearly, None);
    assert_eq!((without.rows[0].gross, without.total.gross), (U256::from(1_000), U256::ZERO));
    assert_eq!(without.unpriced.into_iter().collect::<Vec<_>>(), [TOKENS[0]]);

    // A whole reward token has 1,000 units, a staked one 10; so these are worth 0.5 of one, and 5 units.
    let mut assumptions = assume(3, 3, "1%");
    let price = Price::new("0.5".parse().unwrap(), 3, 1);
    assumptions.prices.insert((TOKENS[0], STRATEGY), price);
    let with = yields(assumptions);
    let yearly = with.rows[0].yearly.unwrap();
    assert_eq!(yearly.gross, U256::from(5 * YEAR / LENGTH));
    assert_eq!(with.total.gross, yearly.gross + U256::from(10_000));
    assert!(with.unpriced.is_empty());
}

#[test]
fn only_stake_in_closed_epochs_yields() {
    let mut book = Book::open();
    book.enter(pool(0), STAKERS[0], 100).unwrap();
    book.next_epochs(3);
    // Half is slashed: from epoch 6 on there is less.
    book.slash(0, WAD / 2).unwrap();
    book.next_epochs(2);
    let compute = |from, to, owner| {
        Yield::compute(&book.ledger, book.now, pool(0), owner, &assume(from, to, "10%"))
    };
    assert_eq!(compute(3, 5, None).unwrap().stake, U256::from(100));
    assert_eq!(compute(6, 6, Some(STAKERS[0])).unwrap().stake, U256::from(50));
    // Three epochs of 100 and one of 50.
    assert_eq!(compute(3, 6, None).unwrap().base, U256::from(8));
    let window = |from, to| {
        let (from, to, closed) = (Epoch(from), Epoch(to), Epoch(6));
        Error::Window { from, to, closed }
    };
    for (from, to) in [(3, 7), (4, 3), (0, 3)] {
        assert_eq!(compute(from, to, None).unwrap_err(), window(from, to));
    }
    let none = compute(2, 2, None).unwrap_err();
    assert!(matches!(none, Error::NoStake { owner: None, .. }), "{none}");
    let nobody = compute(3, 5, Some(STAKERS[1])).unwrap_err();
    assert!(nobody.to_string().starts_with(&STAKERS[1].to_string()), "{nobody}");
    let unknown = palisade_bindings::PoolId::key(PAYER, STRATEGY);
    let told = Yield::compute(&book.ledger, book.now, unknown, None, &assume(2, 2, "0%"));
    assert_eq!(told.unwrap_err(), Error::NoPool(unknown));
}

#[test]
fn rates_are_written_in_hundredths() {
    assert_eq!(rate("3.5%").0, U256::from(WAD / 1_000 * 35));
    assert_eq!(rate("100%").0, U256::from(WAD));
    for (text, shown) in [("3.5%", "3.5%"), ("0%", "0%"), ("12.34567%", "12.3456%")] {
        assert_eq!(rate(text).to_string(), shown);
    }
    for wrong in ["3.5", "%", "-1%", "3,5%", "1.%", ".5%", "1e3%", "0.12345678901234567%"] {
        assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
    }
}
