use std::{path::Path, str::FromStr};

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What a deployment is made from. Addresses follow from it and from the contracts' code alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The salt of the CREATE2 deployment.
    pub salt: B256,
    /// Governance: what may set limits on new risk, and pause.
    #[serde(serialize_with = "crate::manifest::checksummed")]
    pub authority: Address,
    /// The length of an epoch, in seconds; at least 2.
    pub epoch_length: u64,
}

/// An epoch is split into a challenge window and the rest of it.
const SHORTEST_EPOCH: u64 = 2;

/// Beyond this an epoch is surely a slip: ten years, in seconds.
const LONGEST_EPOCH: u64 = 10 * 365 * 24 * 3_600;

impl Config {
    /// Reads a configuration from a TOML file.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Malformed`], or [`Error::BadSetting`].
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        text.parse().map_err(|error| match error {
            Error::NotAConfig { reason } => Error::Malformed { path: path.to_owned(), reason },
            other => other,
        })
    }

    /// Refuses settings that cannot be deployed with.
    ///
    /// # Errors
    /// [`Error::BadSetting`] for the first of them.
    pub fn validate(&self) -> Result<()> {
        let refuse =
            |setting, value: String, advice| Err(Error::BadSetting { setting, value, advice });
        if self.authority.is_zero() {
            let advice =
                "nobody could set limits or pause; name an account that somebody holds the key of";
            return refuse("authority", self.authority.to_string(), advice);
        }
        if self.epoch_length < SHORTEST_EPOCH {
            let advice = "an epoch lasts at least 2 seconds; a live chain wants 604800 (7 days)";
            return refuse("epoch_length", self.epoch_length.to_string(), advice);
        }
        if self.epoch_length > LONGEST_EPOCH {
            let advice = "that is more than ten years; the unit is seconds";
            return refuse("epoch_length", self.epoch_length.to_string(), advice);
        }
        Ok(())
    }
}

/// From TOML, as in `script/config/`.
impl FromStr for Config {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
            let message = error.message().lines().collect::<Vec<_>>().join(" ");
            Error::NotAConfig {
                reason: line
                    .map_or_else(|| message.clone(), |line| format!("{message} in line {line}")),
            }
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
    }

    #[test]
    fn refusals_bear_the_value_and_what_to_do() {
        let zero_authority = DEVNET
            .replace("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", &Address::ZERO.to_string());
        let message = refusal(&zero_authority);
        assert!(
            message.starts_with("authority is 0x0000000000000000000000000000000000000000: "),
            "{message}"
        );
        for (length, part) in
            [("1", "at least 2 seconds"), ("0", "at least 2 seconds"), ("604800000", "ten years")]
        {
            let message = refusal(&DEVNET.replace("= 60", &format!("= {length}")));
            assert!(
                message.starts_with(&format!("epoch_length is {length}: "))
                    && message.contains(part),
                "{message}"
            );
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let message = refusal(&format!("{DEVNET}\nepochs = 3\n"));
        assert!(
            message.contains("unknown field `epochs`") && message.contains("in line"),
            "{message}"
        );
        assert!(refusal("salt = 1").contains("line 1"));
        assert!(refusal(&DEVNET.replace("authority", "#")).contains("missing field `authority`"));
        assert!(!refusal("salt = \"0x12\"").contains('\n'));
    }
}
