//! Other contracts than the shipped ones, as a compiler writes them.

use std::{fs, path::Path};

use alloy::{json_abi::JsonAbi, primitives::Bytes};
use palisade_bindings::one_line;
use serde::Deserialize;

use crate::{Error, Result};

/// What to do about a file that is none of the artifacts that are taken.
const HINT: &str = "build the contracts (script/foundry forge build), and name out/Genesis.sol/Genesis.json or \
                    out/RewardsDistributor.sol/RewardsDistributor.json";

/// What is read of a compiler's artifact; Foundry's, and the committed ones.
#[derive(Deserialize)]
struct Artifact {
    abi: JsonAbi,
    bytecode: Bytecode,
}

#[derive(Deserialize)]
struct Bytecode {
    object: Bytes,
}

/// The creation code of what takes the place of the shipped contracts, without its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// `Genesis`, which carries the code of vault and allocation manager.
    Core(Bytes),
    /// `RewardsDistributor`.
    Distributor(Bytes),
}

/// Reads the creation code from an artifact of `Genesis` or of `RewardsDistributor`, such as
/// `out/Genesis.sol/Genesis.json`. Which of them it is follows from its ABI.
///
/// # Errors
/// [`Error::File`] where it cannot be read, or is an artifact of neither.
pub fn read_code(path: &Path) -> Result<Code> {
    let fail = |reason: String| Error::File { path: path.to_owned(), reason };
    let text = fs::read_to_string(path)
        .map_err(|error| fail(format!("cannot read it: {error}: {HINT}")))?;
    code_of(&text).map_err(fail)
}

/// The same from the text of an artifact.
///
/// # Errors
/// Why it is an artifact of neither.
pub fn code_of(text: &str) -> Result<Code, String> {
    let artifact: Artifact = serde_json::from_str(text).map_err(|error| {
        format!("it is no compiler's artifact: {}: {HINT}", one_line(&error.to_string()))
    })?;
    let Artifact { abi, bytecode: Bytecode { object } } = artifact;
    let has = |function: &str| abi.functions.contains_key(function);
    let code = if abi.errors.contains_key("Misplaced") && abi.functions.is_empty() {
        Code::Core
    } else if has("distribute") && has("setCommission") && has("rewardsPerShare") {
        Code::Distributor
    } else {
        return Err(format!(
            "it is no artifact of Genesis, which carries the code of vault and allocation manager, nor of \
             RewardsDistributor: {HINT}"
        ));
    };
    if object.is_empty() {
        return Err("it has no code: was it compiled?".to_owned());
    }
    Ok(code(object))
}

#[cfg(test)]
mod tests {
    use palisade_bindings::artifacts;

    use super::*;

    fn committed(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../bindings/artifacts/{name}.json"))
    }

    #[test]
    fn reads_genesis() {
        let code = artifacts::GENESIS.creation_code().clone();
        assert_eq!(read_code(&committed("Genesis")).unwrap(), Code::Core(code));
    }

    #[test]
    fn reads_the_distributor() {
        let code = artifacts::REWARDS_DISTRIBUTOR.creation_code().clone();
        assert_eq!(read_code(&committed("RewardsDistributor")).unwrap(), Code::Distributor(code));
    }

    #[test]
    fn refuses_what_has_no_code() {
        let text = fs::read_to_string(committed("RewardsDistributor")).unwrap();
        let mut artifact: serde_json::Value = serde_json::from_str(&text).unwrap();
        artifact["bytecode"]["object"] = "0x".into();
        assert!(code_of(&artifact.to_string()).unwrap_err().contains("it has no code"));
    }

    #[test]
    fn refuses_what_is_neither() {
        for name in ["StakeVault", "RewardStreams", "MerkleDrops"] {
            let told = read_code(&committed(name)).unwrap_err().to_string();
            assert!(told.contains(&format!("{name}.json")), "{told}");
            assert!(
                told.contains("Genesis.json") && told.contains("RewardsDistributor.json"),
                "{told}"
            );
        }
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(read_code(&manifest).unwrap_err().to_string().contains("no compiler's artifact"));
        assert!(read_code(Path::new("/nowhere")).unwrap_err().to_string().contains("/nowhere"));
    }
}
