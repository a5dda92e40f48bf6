use std::{path::Path, str::FromStr};

use alloy::primitives::{Address, B256};
use palisade_bindings::one_line;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{Error, Result};

/// What a deployment is made from. Addresses follow from it and from the contracts' code alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The salt of the CREATE2 deployments.
    pub salt: B256,
    /// The length of an epoch, in seconds; at least 2.
    pub epoch_length: u64,
    /// Who governs, to begin with.
    pub governance: GovernanceConfig,
}

/// Who may set limits on new risk, and who may pause. Only the timelock can change that later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GovernanceConfig {
    /// Proposes to the timelock, and may take back what it proposed.
    #[serde(deserialize_with = "typed", serialize_with = "crate::manifest::checksummed")]
    pub council: Address,
    /// Pauses, at once; may be the council.
    #[serde(deserialize_with = "typed", serialize_with = "crate::manifest::checksummed")]
    pub guardian: Address,
    /// Seconds from a proposal to its execution, at least; not 0.
    pub delay: u64,
}

/// An epoch is split into a challenge window and the rest of it.
const SHORTEST_EPOCH: u64 = 2;

const YEAR: u64 = 365 * 24 * 3_600;

/// Beyond this an epoch is surely a slip, in seconds.
const LONGEST_EPOCH: u64 = 10 * YEAR;

/// Beyond this a delay is surely a slip, in seconds: governance could not even shorten it before it has passed.
const LONGEST_DELAY: u64 = YEAR;

/// Reads an address that somebody typed. In mixed case it bears a checksum (EIP-55), and a slip would be for good.
pub(crate) fn typed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
    let text = String::deserialize(deserializer)?;
    let address: Address = text
        .parse()
        .map_err(|_| D::Error::custom(format!("{text} is no address (20 bytes in hex)")))?;
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    let mixed = digits.chars().any(char::is_lowercase) && digits.chars().any(char::is_uppercase);
    if mixed && !address.to_checksum(None).ends_with(digits) {
        return Err(D::Error::custom(format!("{text} is mistyped (its checksum does not hold)")));
    }
    Ok(address)
}

/// Reads a file of settings or a manifest. What is wrong with it is told with its name.
pub(crate) fn read<T: FromStr<Err = Error>>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    text.parse().map_err(|error| {
        let reason = match error {
            Error::NotAConfig { reason } | Error::NotAManifest { reason } => reason,
            other => other.to_string(),
        };
        Error::Malformed { path: path.to_owned(), reason }
    })
}

impl Config {
    /// Reads a configuration from a TOML file.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Malformed`].
    pub fn read(path: &Path) -> Result<Self> {
        read(path)
    }

    /// Refuses settings that cannot be deployed with.
    ///
    /// # Errors
    /// [`Error::BadSetting`] for the first of them.
    pub fn validate(&self) -> Result<()> {
        let refuse =
            |setting, value: String, advice| Err(Error::BadSetting { setting, value, advice });
        if self.epoch_length < SHORTEST_EPOCH {
            let advice = "an epoch lasts at least 2 seconds; a live chain wants 604800 (7 days)";
            return refuse("epoch_length", self.epoch_length.to_string(), advice);
        }
        if self.epoch_length > LONGEST_EPOCH {
            let advice = "that is more than ten years; the unit is seconds";
            return refuse("epoch_length", self.epoch_length.to_string(), advice);
        }
        let GovernanceConfig { council, guardian, delay } = self.governance;
        if council.is_zero() {
            let advice =
                "nobody could ever set a limit; name an account that somebody holds the key of";
            return refuse("governance.council", council.to_string(), advice);
        }
        if guardian.is_zero() {
            let advice = "nobody could pause; name an account that somebody holds the key of";
            return refuse("governance.guardian", guardian.to_string(), advice);
        }
        if delay == 0 {
            let advice = "what is proposed must wait; a live chain wants 604800 (7 days) or more";
            return refuse("governance.delay", delay.to_string(), advice);
        }
        if delay > LONGEST_DELAY {
            let advice = "that is more than a year; the unit is seconds";
            return refuse("governance.delay", delay.to_string(), advice);
        }
        Ok(())
    }
}

/// From TOML, as in `script/config/`.
impl FromStr for Config {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let message = one_line(error.message());
            let Some(span) = error.span() else { return Error::NotAConfig { reason: message } };
            // What stands before a value says which setting it is; the value itself might be a key.
            let before = &text[..span.start];
            let setting = before.rsplit('\n').next().and_then(|it| it.trim_end().strip_suffix('='));
            let setting = setting.map(|it| format!(" (`{}`)", one_line(it))).unwrap_or_default();
            let line = 1 + before.matches('\n').count();
            Error::NotAConfig { reason: format!("{message} in line {line}{setting}") }
        })?;
        config.validate()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVNET: &str = include_str!("../../../script/config/devnet.toml");

    fn refusal(text: &str) -> String {
        text.parse::<Config>().unwrap_err().to_string()
    }

    #[test]
    fn reads_the_devnet_configuration() {
        let config: Config = DEVNET.parse().unwrap();
        assert_eq!(config.salt, B256::with_last_byte(1));
        assert!(config.epoch_length >= SHORTEST_EPOCH);
        // One account may be both.
        assert_eq!(config.governance.council, config.governance.guardian);
    }

    #[test]
    fn the_example_is_complete_but_for_who_governs() {
        let example = include_str!("../../../script/config/example.toml");
        assert!(refusal(example).starts_with("governance.council is 0x0000"));
        let zero = Address::ZERO.to_string();
        let filled = example.replace(&zero, &Address::repeat_byte(1).to_string());
        let config: Config = filled.parse().unwrap();
        assert_eq!((config.epoch_length, config.governance.delay), (604_800, 604_800));
    }

    #[test]
    fn refusals_bear_the_value_and_what_to_do() {
        let zero = Address::ZERO;
        let anvils_first = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
        for (setting, value, part) in [
            ("council", zero.to_string(), "nobody could ever set a limit"),
            ("guardian", zero.to_string(), "nobody could pause"),
        ] {
            let from = format!("{setting} = \"{anvils_first}\"");
            assert!(DEVNET.contains(&from));
            let message = refusal(&DEVNET.replace(&from, &format!("{setting} = \"{value}\"")));
            assert!(
                message.starts_with(&format!("governance.{setting} is {value}: ")),
                "{message}"
            );
            assert!(message.contains(part), "{message}");
        }
        for (delay, part) in [("0", "must wait"), ("31536001", "more than a year")] {
            let message = refusal(&DEVNET.replace("delay = 60", &format!("delay = {delay}")));
            assert!(message.starts_with(&format!("governance.delay is {delay}: ")), "{message}");
            assert!(message.contains(part), "{message}");
        }
        for (length, part) in
            [("1", "at least 2 seconds"), ("0", "at least 2 seconds"), ("604800000", "ten years")]
        {
            let message =
                refusal(&DEVNET.replace("epoch_length = 60", &format!("epoch_length = {length}")));
            assert!(
                message.starts_with(&format!("epoch_length is {length}: "))
                    && message.contains(part),
                "{message}"
            );
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let message = refusal(&format!("epochs = 3\n{DEVNET}"));
        assert!(
            message.contains("unknown field `epochs`") && message.contains("in line"),
            "{message}"
        );
        assert!(refusal("salt = 1").contains("line 1"));
        let message = refusal(&DEVNET.replace("guardian =", "# "));
        assert!(message.contains("missing field `guardian`"), "{message}");
        let message = refusal(&format!("{DEVNET}\nauthority = \"{}\"", Address::ZERO));
        assert!(message.contains("unknown field `authority`"), "{message}");
        assert!(!refusal("salt = \"0x12\"").contains('\n'));
    }

    #[test]
    fn refusals_name_the_setting() {
        for (text, setting) in
            [("salt = \"0x1\"", "`salt`"), ("epoch_length = -1", "`epoch_length`")]
        {
            let message = refusal(text);
            assert!(message.ends_with(&format!(" in line 1 ({setting})")), "{message}");
        }
        let message = refusal(&DEVNET.replace("[governance]", "secret = \"0x1\"\n[governance]"));
        assert!(
            message.contains("unknown field `secret`") && !message.contains("0x1"),
            "{message}"
        );
    }

    #[test]
    fn addresses_bear_their_checksum() {
        let council = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
        let with = |typed: &str| {
            let setting = format!("council = \"{council}\"");
            DEVNET.replace(&setting, &format!("council = \"{typed}\"")).parse::<Config>()
        };
        for fine in [council, &council.to_lowercase(), council.trim_start_matches("0x")] {
            let config = with(fine).unwrap();
            assert_eq!(config.governance.council.to_string(), council, "{fine}");
        }
        for (slip, part) in [
            ("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267", "is mistyped"),
            ("0xf39fd6e51aad88F6F4ce6aB8827279cffFb92266", "is mistyped"),
            ("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226", "is no address"),
        ] {
            let message = with(slip).unwrap_err().to_string();
            assert!(message.contains(&format!("{slip} {part}")), "{message}");
            assert!(message.contains("(`council`)"), "{message}");
        }
    }
}
