//! Other contracts than the shipped ones, as a compiler writes them.

use std::{fs, path::Path};

use alloy::{json_abi::JsonAbi, primitives::Bytes};
use palisade_bindings::one_line;
use serde::Deserialize;

use crate::{Error, Result};

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

/// Reads the creation code of `Genesis`, which carries that of both contracts, from an artifact such as
/// `out/Genesis.sol/Genesis.json`.
///
/// # Errors
/// [`Error::File`] where it cannot be read, or is no artifact of `Genesis`.
pub fn read_genesis(path: &Path) -> Result<Bytes> {
    let fail = |reason: String| Error::File { path: path.to_owned(), reason };
    let text = fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    genesis_of(&text).map_err(fail)
}

/// The same from the text of an artifact.
///
/// # Errors
/// Why it is no artifact of `Genesis`.
pub fn genesis_of(text: &str) -> Result<Bytes, String> {
    let artifact: Artifact = serde_json::from_str(text).map_err(|error| {
        format!("it is no compiler's artifact: {}", one_line(&error.to_string()))
    })?;
    let is_genesis =
        artifact.abi.errors.contains_key("Misplaced") && artifact.abi.functions.is_empty();
    if !is_genesis {
        let hint = "it is no artifact of Genesis, which carries the code of both contracts: build the contracts and \
                    name out/Genesis.sol/Genesis.json";
        return Err(hint.to_owned());
    }
    if artifact.bytecode.object.is_empty() {
        return Err("it has no code: was it compiled?".to_owned());
    }
    Ok(artifact.bytecode.object)
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
        let code = read_genesis(&committed("Genesis")).unwrap();
        assert_eq!(&code, artifacts::GENESIS.creation_code());
    }

    #[test]
    fn refuses_what_is_not_genesis() {
        let vault = read_genesis(&committed("StakeVault")).unwrap_err().to_string();
        assert!(vault.contains("StakeVault.json") && vault.contains("Genesis.json"), "{vault}");
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(
            read_genesis(&manifest).unwrap_err().to_string().contains("no compiler's artifact")
        );
        assert!(read_genesis(Path::new("/nowhere")).unwrap_err().to_string().contains("/nowhere"));
    }
}
