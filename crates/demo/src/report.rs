//! What the demo writes down: for programs, and for whoever wants to look it up.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process,
};

use alloy::primitives::{Address, TxHash};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Error, Result};

/// All that happened, and whether it should have. Amounts are decimal strings of a token's smallest units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The chain's id.
    pub chain_id: u64,
    /// Where the contracts and tokens stand, by name.
    pub contracts: BTreeMap<String, Checksummed>,
    /// Every transaction, in order.
    pub steps: Vec<Step>,
    /// What everybody held before and after.
    pub balances: Vec<Balance>,
    /// What was held against the model.
    pub checks: Vec<Check>,
}

/// An address that is written with its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Checksummed(pub Address);

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// What it did. Begins with what kind of step it is, such as `register`, `deposit`, `slash` or `claim`, and a colon.
    pub name: String,
    /// Who signed.
    pub actor: String,
    /// Its hash.
    pub tx: TxHash,
    /// The number of its block.
    pub block: u64,
    /// The gas that it used.
    pub gas: u64,
}

/// What somebody held of a token before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Balance {
    /// An account's name, `vault`, or `burned`.
    pub who: String,
    /// The token's symbol.
    pub token: String,
    /// In the beginning.
    pub before: String,
    /// In the end.
    pub after: String,
}

/// Something that must be true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Check {
    /// What is checked.
    pub name: String,
    /// What it should be, mostly from the model.
    pub expected: String,
    /// What it is on the chain.
    pub actual: String,
    /// Whether the two are the same.
    pub ok: bool,
}

impl Serialize for Checksummed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Check {
    /// A check that holds if both are the same.
    pub(crate) fn new(name: impl Into<String>, expected: String, actual: String) -> Self {
        let ok = expected == actual;
        Self { name: name.into(), expected, actual, ok }
    }
}

impl Report {
    /// Whether every check holds.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failed() == 0
    }

    /// How many checks do not hold.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.checks.iter().filter(|check| !check.ok).count()
    }

    /// As JSON, with a newline at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Never fails: there are no maps with keys that are not strings.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// Writes the report as a whole or not at all. Folders that are missing are created.
    ///
    /// # Errors
    /// [`Error::Report`].
    pub fn write(&self, path: &Path) -> Result<()> {
        replace(path, &self.to_json())
            .map_err(|source| Error::Report { path: path.to_owned(), source })
    }
}

/// Writes a file beside `path` and then gives it its name.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
    fs::create_dir_all(&folder)?;
    let draft = folder.join(format!(".{}.{}.tmp", name.display(), process::id()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // Best effort: the first error is the one that matters.
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{B256, address};

    use super::*;

    fn report() -> Report {
        let vault = Checksummed(address!("0x5FbDB2315678afecb367f032d93F642f64180aa3"));
        Report {
            chain_id: 31_337,
            contracts: BTreeMap::from([("StakeVault".to_owned(), vault)]),
            steps: vec![Step {
                name: "deposit: alice 12 rETH → operator-1".to_owned(),
                actor: "alice".to_owned(),
                tx: B256::with_last_byte(1),
                block: 7,
                gas: 82_000,
            }],
            balances: vec![Balance {
                who: "alice".to_owned(),
                token: "rETH".to_owned(),
                before: "10".to_owned(),
                after: "9".to_owned(),
            }],
            checks: vec![Check::new("a", "1".to_owned(), "1".to_owned())],
        }
    }

    #[test]
    fn has_the_promised_form() {
        let json: serde_json::Value = serde_json::from_str(&report().to_json()).unwrap();
        let expected = serde_json::json!({
            "chain_id": 31_337,
            "contracts": {"StakeVault": "0x5FbDB2315678afecb367f032d93F642f64180aa3"},
            "steps": [{
                "name": "deposit: alice 12 rETH → operator-1", "actor": "alice",
                "tx": "0x0000000000000000000000000000000000000000000000000000000000000001",
                "block": 7, "gas": 82_000
            }],
            "balances": [{"who": "alice", "token": "rETH", "before": "10", "after": "9"}],
            "checks": [{"name": "a", "expected": "1", "actual": "1", "ok": true}]
        });
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report());
    }

    #[test]
    fn one_failed_check_fails_it() {
        let mut report = report();
        assert!(report.is_ok());
        report.checks.push(Check::new("b", "1".to_owned(), "2".to_owned()));
        assert_eq!((report.is_ok(), report.failed()), (false, 1));
    }

    #[test]
    fn is_written_into_folders_that_are_missing_and_leaves_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/report.json");
        report().write(&path).unwrap();
        report().write(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), report().to_json());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        assert!(report().write(folder.path()).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
