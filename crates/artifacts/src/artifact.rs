use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A compiled contract, stripped to what bindings and deployments need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// The ABI's entries, sorted by type and name, the keys of each sorted too.
    pub abi: Vec<Value>,
    /// The creation code, without constructor arguments.
    pub bytecode: Code,
    /// The code that the constructor returns, with zeros where immutables go.
    pub deployed_bytecode: DeployedCode,
}

/// Bytecode that needs no linking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The bytes, in hex with a 0x prefix.
    pub object: String,
}

/// Runtime code, and where its immutables are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployedCode {
    /// The places of each immutable, by its name in the source. (Solc names them by AST ids, which change when an
    /// unrelated file does.)
    pub immutable_references: BTreeMap<String, Vec<ImmutableRange>>,
    /// The bytes, in hex with a 0x prefix.
    pub object: String,
}

/// A place in runtime code that the constructor fills in, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImmutableRange {
    /// How many bytes.
    pub length: u32,
    /// Offset of the first byte.
    pub start: u32,
}

impl Artifact {
    /// The artifact as the text of its file: deterministic, an ABI entry a line, a newline at the end.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON, which does not happen to values that came from JSON.
    pub fn to_text(&self) -> serde_json::Result<String> {
        let entries: Vec<String> = self
            .abi
            .iter()
            .map(|entry| Ok(format!("    {}", serde_json::to_string(entry)?)))
            .collect::<serde_json::Result<_>>()?;
        let abi = entries.join(",\n");
        let bytecode = serde_json::to_string(&self.bytecode)?;
        let deployed = serde_json::to_string(&self.deployed_bytecode)?;
        Ok(format!(
            "{{\n  \"abi\": [\n{abi}\n  ],\n  \"bytecode\": {bytecode},\n  \"deployedBytecode\": {deployed}\n}}\n"
        ))
    }
}

/// The ABI in an order that depends on nothing but its contents.
pub(crate) fn sorted_abi(abi: Vec<Value>) -> Vec<Value> {
    let mut entries: Vec<Value> = abi.into_iter().map(sorted).collect();
    entries.sort_by_cached_key(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        (text("type"), text("name"), entry.to_string())
    });
    entries.dedup();
    entries
}

/// The value with the keys of every object in ascending order, however `serde_json` was built.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(map) => {
            let map: BTreeMap<String, Value> = map.into_iter().collect();
            Value::Object(map.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_sorted_and_ends_with_a_newline() {
        let abi = vec![
            json!({"type": "function", "name": "b", "inputs": [], "stateMutability": "view"}),
            json!({"type": "error", "name": "z", "inputs": [{"type": "uint256", "name": "x"}]}),
            json!({"type": "function", "name": "a", "inputs": []}),
        ];
        let artifact = Artifact {
            abi: sorted_abi(abi),
            bytecode: Code { object: "0x60".into() },
            deployed_bytecode: DeployedCode {
                immutable_references: BTreeMap::from([(
                    "ORIGIN".into(),
                    vec![ImmutableRange { length: 32, start: 1 }],
                )]),
                object: "0x00".into(),
            },
        };
        let expected = r#"{
  "abi": [
    {"inputs":[{"name":"x","type":"uint256"}],"name":"z","type":"error"},
    {"inputs":[],"name":"a","type":"function"},
    {"inputs":[],"name":"b","stateMutability":"view","type":"function"}
  ],
  "bytecode": {"object":"0x60"},
  "deployedBytecode": {"immutableReferences":{"ORIGIN":[{"length":32,"start":1}]},"object":"0x00"}
}
"#;
        assert_eq!(artifact.to_text().unwrap(), expected);
        assert_eq!(serde_json::from_str::<Artifact>(expected).unwrap(), artifact);
    }
}
