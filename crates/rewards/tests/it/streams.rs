//! Lists that are longer than memory: the same as in memory, within the bound.

use std::collections::BTreeMap;

use palisade_rewards::tree::{Builder, Error, List, Step, Tree};

use crate::{csv, payouts, scratch};

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut text = Vec::new();
    write(&mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn a_stream_makes_the_same_as_memory() {
    // Blocks of 4,096 and 16,384 begin and end within the last of them.
    for count in [1, 2, 3, 4, 5, 7, 8, 9, 100, 1_000, 40_000] {
        let list = csv(&payouts(count));
        let tree = Tree::read(List::new(list.as_bytes())).unwrap();
        let list = List::new(list.as_bytes());
        let mut streamed = Builder::new(&scratch).read(list, &mut ()).unwrap();
        assert_eq!((streamed.root(), streamed.total()), (tree.root(), tree.total()), "{count}");
        assert_eq!(streamed.count(), count);
        let dumped = written(|text| streamed.dump(text, &mut ()).unwrap());
        assert!(dumped == written(|text| tree.dump(text).unwrap()), "dumps of {count} differ");
        let proofs = written(|text| streamed.write_proofs(text, &mut ()).unwrap());
        assert!(proofs == written(|text| tree.write_proofs(text).unwrap()), "proofs of {count}");
        let by_account: Vec<_> = streamed.by_account().unwrap().map(Result::unwrap).collect();
        let wanted: Vec<_> = tree.by_account().map(Result::unwrap).collect();
        assert_eq!(by_account, wanted);
    }
}

/// Each line of the proofs is what the tree says of that account, and all are there.
#[test]
fn the_proofs_that_are_written_are_those_of_the_tree() {
    let tree = Tree::new(payouts(1_237)).unwrap();
    let text = written(|text| tree.write_proofs(text).unwrap());
    let mut count = 0;
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let account = line["account"].as_str().unwrap().parse().unwrap();
        let leaf = tree.leaf(account).unwrap();
        assert_eq!(line["amount"], leaf.amount.to_string());
        assert_eq!(line["proof"], serde_json::json!(tree.proof(account).unwrap()));
        count += 1;
    }
    assert_eq!(count, 1_237);
}

/// The first entry that repeats an account is told, with the line of the one before.
#[test]
fn an_account_that_comes_twice_is_told_by_both() {
    let mut leaves = payouts(20_000);
    leaves[17_000].account = leaves[3].account;
    leaves[15_999].account = leaves[9_999].account;
    let list = csv(&leaves);
    let wanted = format!("line 16000: {} is there already, on line 10000", leaves[9_999].account);
    let streamed = Builder::new(&scratch).read(List::new(list.as_bytes()), &mut ());
    assert_eq!(streamed.unwrap_err().to_string(), wanted);
    assert_eq!(Tree::read(List::new(list.as_bytes())).unwrap_err().to_string(), wanted);
}

#[test]
fn an_empty_list_is_refused() {
    for list in ["", "\n \n", "account,amount\n", "[]"] {
        let streamed = Builder::new(&scratch).read(List::new(list.as_bytes()), &mut ());
        assert!(matches!(streamed.unwrap_err(), Error::Empty), "{list:?}");
        assert!(matches!(Tree::read(List::new(list.as_bytes())).unwrap_err(), Error::Empty));
    }
}

#[test]
fn progress_is_told_to_the_end_of_each_step() {
    let text = csv(&payouts(70_000));
    let mut steps = BTreeMap::new();
    let mut told = |step: Step, done: u64, of: Option<u64>| {
        let before = steps.insert(format!("{step:?}"), (done, of));
        assert!(before.is_none_or(|(before, _)| before <= done), "{step:?} goes back");
        assert!(of.is_none_or(|of| done <= of), "{step:?}: {done} of {of:?}");
    };
    let list = List::new(text.as_bytes());
    let mut streamed = Builder::new(&scratch).read(list, &mut told).unwrap();
    streamed.dump(std::io::sink(), &mut told).unwrap();
    streamed.write_proofs(std::io::sink(), &mut told).unwrap();
    let wanted = [
        ("Dump", (209_999, Some(209_999))),
        ("Hash", (69_999, Some(69_999))),
        ("Prove", (70_000, Some(70_000))),
        ("Read", (70_000, None)),
        ("Sort", (140_000, Some(140_000))),
    ];
    assert_eq!(steps, wanted.map(|(step, told)| (step.to_owned(), told)).into());
}

/// A disk that is full ends it with an error.
#[test]
fn what_cannot_be_written_is_told() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let tree = Tree::new(payouts(3)).unwrap();
    assert_eq!(tree.dump(Full).unwrap_err().to_string(), "cannot write the dump");
    assert_eq!(tree.write_proofs(Full).unwrap_err().to_string(), "cannot write the proofs");
    let none = || Err(std::io::ErrorKind::StorageFull.into());
    let list = csv(&payouts(3));
    let streamed = Builder::new(&none).read(List::new(list.as_bytes()), &mut ());
    assert_eq!(streamed.unwrap_err().to_string(), "cannot create a temporary file");
}
