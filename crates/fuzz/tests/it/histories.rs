//! Histories that showed a disagreement once, of contracts, model or judge.

use std::{fs, path::Path};

use palisade_fuzz::{Error, Fuzz, History};

#[test]
fn that_once_failed_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let history = History::read(&path).unwrap();
        let mut accepted = 0;
        let found = Fuzz::new().replay(&history.actions, |step| {
            accepted += usize::from(step.outcome.is_ok());
            Ok::<(), Error>(())
        });
        assert_eq!(found.unwrap(), None, "{}", path.display());
        assert_eq!(accepted, history.actions.len(), "{}", path.display());
        count += 1;
    }
    assert!(count > 0);
}
