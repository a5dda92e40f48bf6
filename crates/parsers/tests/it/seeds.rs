//! The committed seeds: what they are called is what becomes of them.

use std::{collections::BTreeSet, fs, time::Instant};

use palisade_parsers::ALL;

use crate::{folder, seeds};

#[test]
fn each_is_taken_or_refused_as_it_is_called() {
    let mut wrong = Vec::new();
    for parser in ALL {
        for (name, bytes) in seeds(parser.name) {
            let begun = Instant::now();
            let taken = (parser.takes)(&bytes);
            let is_right = match name.split_once('-') {
                Some(("ok", _)) => taken,
                Some(("no", _)) => !taken,
                _ => false,
            };
            if !is_right || begun.elapsed().as_secs() >= 5 {
                wrong.push(format!(
                    "{}/{name}: taken: {taken}, {:?}",
                    parser.name,
                    begun.elapsed()
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn each_parser_has_some_of_both_kinds_and_a_fuzzer() {
    let names: BTreeSet<_> = ALL.iter().map(|parser| parser.name.to_owned()).collect();
    let listed = |path: &str, suffix: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(folder().join(path)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.map(|name| name.trim_end_matches(suffix).to_owned()).collect()
    };
    assert_eq!(listed(".", ""), names);
    let mut fuzzers = listed("../fuzz_targets", ".rs");
    // It fails, and must.
    assert!(fuzzers.remove("control"));
    assert_eq!(fuzzers, names);
    for name in names {
        let count = |kind: &str| seeds(&name).keys().filter(|it| it.starts_with(kind)).count();
        assert!(count("ok-") >= 2 && count("no-") >= 2, "{name} has too few seeds");
    }
}
