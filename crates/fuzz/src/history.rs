//! Histories as files: JSON with one action on each line, so that a diff shows actions.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use palisade_bindings::one_line;
use palisade_model::Action;
use serde::{Deserialize, Serialize};

/// A list of actions, and why somebody kept it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The format: a file of another one is refused.
    pub version: Version,
    /// What the campaign's dice began with.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Which history of the campaign it was, from 0.
    #[serde(default)]
    pub history: Option<u64>,
    /// What it shows.
    #[serde(default)]
    pub note: Option<String>,
    /// What chain and model disagreed about when it was written.
    #[serde(default)]
    pub disagreement: Option<Found>,
    /// What happens.
    pub actions: Vec<Action>,
}

/// A disagreement as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The action after which it appeared, from 0.
    pub step: usize,
    /// Its kind, as [`Disagreement::kind`](crate::Disagreement::kind) names it.
    pub kind: String,
    /// What it says.
    pub text: String,
}

/// The version of the format, of which there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Version;

impl Version {
    const NUMBER: u64 = 1;
}

impl TryFrom<u64> for Version {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        if number == Self::NUMBER {
            return Ok(Self);
        }
        Err(format!("version {number} of the format, and only version {} is known", Self::NUMBER))
    }
}

/// Why a history cannot be read or written, on one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The system does not give the file.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        reason: io::Error,
    },
    /// The file is no history.
    #[error("{} is no history: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The reason, with line and column.
        reason: String,
    },
    /// The system does not take the file.
    #[error("cannot write {}: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        reason: io::Error,
    },
}

impl History {
    /// The history of these actions, without a word about them.
    #[must_use]
    pub fn new(actions: Vec<Action>) -> Self {
        Self { actions, ..Self::default() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`HistoryError::Unreadable`], and [`HistoryError::Malformed`] where the file is of another version, has a field
    /// that is not known, or lacks one.
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let text = fs::read_to_string(path)
            .map_err(|reason| HistoryError::Unreadable { path: path.to_owned(), reason })?;
        text.parse().map_err(|reason| HistoryError::Malformed { path: path.to_owned(), reason })
    }

    /// Writes a file, over one that is there.
    ///
    /// # Errors
    /// [`HistoryError::Unwritable`].
    pub fn write(&self, path: &Path) -> Result<(), HistoryError> {
        fs::write(path, self.to_string())
            .map_err(|reason| HistoryError::Unwritable { path: path.to_owned(), reason })
    }
}

/// From a file's text. The error is the reason, with line and column.
impl FromStr for History {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| one_line(&error.to_string()))
    }
}

/// The file's text.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{\n  \"version\": {}", Version::NUMBER)?;
        field(f, "seed", self.seed.as_ref())?;
        field(f, "history", self.history.as_ref())?;
        field(f, "note", self.note.as_ref())?;
        field(f, "disagreement", self.disagreement.as_ref())?;
        f.write_str(",\n  \"actions\": [")?;
        for (place, action) in self.actions.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}\n    {}", json(action)?)?;
        }
        let end = if self.actions.is_empty() { "" } else { "\n  " };
        writeln!(f, "{end}]\n}}")
    }
}

fn field(f: &mut fmt::Formatter<'_>, name: &str, value: Option<&impl Serialize>) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    write!(f, ",\n  \"{name}\": {}", json(value)?)
}

fn json(value: &impl Serialize) -> Result<String, fmt::Error> {
    serde_json::to_string(value).map_err(|_| fmt::Error)
}

#[cfg(test)]
mod tests {
    use std::env;

    use palisade_model::{Account, Operator, Strategy};

    use super::*;

    fn full() -> History {
        let staker = Account::from_u64(1);
        History {
            version: Version,
            seed: Some(u64::MAX),
            history: Some(12),
            note: Some("a \"quoted\" note,\nwith two lines".to_owned()),
            disagreement: Some(Found {
                step: 1,
                kind: "returned".to_owned(),
                text: "2, not 1".to_owned(),
            }),
            actions: vec![
                Action::AdvanceTo { timestamp: 1_700_086_400 },
                Action::Deposit {
                    from: staker,
                    strategy: Strategy::from_u64(2),
                    operator: Operator::IDLE,
                    assets: u128::MAX,
                    min_shares: 0,
                    receiver: staker,
                },
            ],
        }
    }

    /// Writes the text to a file of this name, and reads it as a history.
    fn read(name: &str, text: &str) -> Result<History, String> {
        let path = env::temp_dir().join(format!("palisade-fuzz-{}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        let history = History::read(&path);
        fs::remove_file(&path).unwrap();
        history.map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    #[test]
    fn what_is_written_is_read() {
        for history in [full(), History::new(full().actions), History::default()] {
            let path = env::temp_dir().join(format!("palisade-fuzz-{}-round", std::process::id()));
            history.write(&path).unwrap();
            assert_eq!(History::read(&path).unwrap(), history);
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn each_action_has_a_line() {
        let text = full().to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], r#"  "version": 1,"#);
        assert_eq!(
            lines[5],
            r#"  "disagreement": {"step":1,"kind":"returned","text":"2, not 1"},"#
        );
        assert_eq!(lines[7], r#"    {"advance_to":{"timestamp":"1700086400"}},"#);
        assert!(lines[8].starts_with(r#"    {"deposit":{"from":"0x00"#), "{}", lines[8]);
        assert_eq!(lines[9..], ["  ]", "}"]);
        assert_eq!(History::default().to_string(), "{\n  \"version\": 1,\n  \"actions\": []\n}\n");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_on_one_line() {
        let good = full().to_string();
        for (name, text, reason) in [
            (
                "version",
                good.replace("\"version\": 1", "\"version\": 2"),
                "version 2 of the format, and only version 1 is known at line 2 column 14",
            ),
            (
                "none",
                "{\n  \"actions\": []\n}".to_owned(),
                "missing field `version` at line 3 column 1",
            ),
            (
                "unknown",
                good.replace("\"seed\"", "\"sede\""),
                "unknown field `sede`, expected one of `version`, `seed`, `history`, `note`, `disagreement`, \
                 `actions` at line 3 column 8",
            ),
            (
                "argument",
                good.replace("\"timestamp\"", "\"time\""),
                "unknown field `time`, expected `timestamp` at line 8 column 25",
            ),
            (
                "number",
                good.replace("\"1700086400\"", "\"soon\""),
                "invalid value: string \"soon\", expected decimal digits, of at most 64 bits at line 8 column 38",
            ),
            ("cut", good[..40].to_owned(), "EOF while parsing an object at line 3 column 22"),
        ] {
            assert_eq!(
                read(name, &text).unwrap_err(),
                format!("FILE is no history: {reason}"),
                "{name}"
            );
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let path = Path::new("/nowhere/at-all.json");
        for told in [History::read(path).unwrap_err(), History::default().write(path).unwrap_err()]
        {
            let told = told.to_string();
            assert!(told.contains("/nowhere/at-all.json: No such file"), "{told}");
            assert!(!told.contains('\n'));
        }
    }
}
