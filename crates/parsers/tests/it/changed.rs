//! Seeds with something changed: what a fuzzer does first, in every run of the tests.

use palisade_parsers::ALL;
use proptest::{prelude::*, sample::Index, test_runner::TestCaseError};

use crate::seeds;

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 16] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"\n",
    b"\0",
    b"\x1b[2J",
    b"\\u0000",
    b"-1",
    b"1e400",
    b"18446744073709551616",
    b"0x",
    b"null",
    "\u{85}\u{661}".as_bytes(),
];

/// One change of a text.
#[derive(Clone, Debug)]
enum Change {
    Put(Index, usize),
    Cut(Index, Index),
    Double(Index, Index),
    Flip(Index, u8),
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), 0..PIECES.len()).prop_map(|(place, piece)| Change::Put(place, piece)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, two)| Change::Cut(one, two)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, two)| Change::Double(one, two)),
        (any::<Index>(), 0..8_u8).prop_map(|(place, bit)| Change::Flip(place, bit)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let between = |one: &Index, two: &Index| {
        let (one, two) = (one.index(bytes.len() + 1), two.index(bytes.len() + 1));
        (one.min(two), one.max(two))
    };
    match change {
        Change::Put(place, piece) => {
            let place = place.index(bytes.len() + 1);
            bytes.splice(place..place, PIECES[*piece].iter().copied());
        }
        Change::Cut(one, two) => {
            let (start, end) = between(one, two);
            bytes.drain(start..end);
        }
        Change::Double(one, two) => {
            let (start, end) = between(one, two);
            let part = bytes[start..end].to_vec();
            bytes.splice(end..end, part);
        }
        Change::Flip(place, bit) => {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << bit;
            }
        }
    }
}

/// Some 200 changed seeds of each parser keep its promises; how many a run takes can be set with `PROPTEST_CASES`.
#[test]
fn whatever_is_changed_the_promises_hold() {
    let mut broken = Vec::new();
    for parser in ALL {
        let seeds: Vec<_> = seeds(parser.name).into_values().collect();
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let wishes = (any::<Index>(), proptest::collection::vec(changes(), 1..4));
        let mut runner = proptest::test_runner::TestRunner::new(config);
        let told = runner.run(&wishes, |(seed, changes)| {
            let mut bytes = seed.get(&seeds).clone();
            for change in &changes {
                apply(&mut bytes, change);
            }
            let takes = parser.takes;
            std::panic::catch_unwind(|| takes(&bytes)).map(|_| ()).map_err(|_| {
                let shown = String::from_utf8_lossy(&bytes).into_owned();
                TestCaseError::fail(format!("{} breaks a promise for {shown:?}", parser.name))
            })
        });
        if let Err(error) = told {
            broken.push(format!("{}: {error}", parser.name));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
