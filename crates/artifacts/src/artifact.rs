use std::{collections::BTreeMap, path::Path, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result, one_line};

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
    /// unrelated file does. In what forge writes the names are those ids, and there are none where there is no immutable.)
    #[serde(default)]
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
    /// Reads what forge wrote about the contract called `name` into its folder `out`.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::NoArtifact`].
    pub fn read_built(out: &Path, name: &str) -> Result<Self> {
        let folder = out.join(format!("{name}.sol"));
        // Of a library's contract, which tests compile too, forge may write two, and name them by profile.
        let files = [format!("{name}.json"), format!("{name}.default.json")];
        let paths = files.map(|file| folder.join(file));
        let path = paths.iter().find(|path| path.exists()).unwrap_or(&paths[0]);
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            action: "read",
            path: path.clone(),
            source,
        })?;
        text.parse().map_err(|reason| Error::NoArtifact { path: path.clone(), reason })
    }

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

/// From the text of its file, or of one that forge wrote. Its codes are bytes, and its immutables lie in the runtime code
/// where that is zero.
impl FromStr for Artifact {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let artifact: Self =
            serde_json::from_str(text).map_err(|error| one_line(&error.to_string()))?;
        artifact.bytecode.bytes().map_err(|reason| format!("its bytecode {reason}"))?;
        let deployed = &artifact.deployed_bytecode;
        let code = deployed.bytes().map_err(|reason| format!("its deployedBytecode {reason}"))?;
        for (name, range) in deployed.ranges() {
            let (start, length) = (range.start as usize, range.length as usize);
            let place = start.checked_add(length).and_then(|end| code.get(start..end));
            if length == 0 || !place.is_some_and(|place| place.iter().all(|byte| *byte == 0)) {
                let (name, size) = (one_line(name), code.len());
                return Err(format!(
                    "immutable {name} cannot be {length} bytes at byte {start} of the {size} of deployedBytecode: they are \
                     not there, or not zero"
                ));
            }
        }
        Ok(artifact)
    }
}

impl Code {
    /// The bytes.
    ///
    /// # Errors
    /// Why there are none.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        from_hex(&self.object)
    }
}

impl DeployedCode {
    /// The bytes.
    ///
    /// # Errors
    /// Why there are none.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        from_hex(&self.object)
    }

    /// All places of immutables, with the immutables' names.
    pub fn ranges(&self) -> impl Iterator<Item = (&str, ImmutableRange)> {
        let ranges = self.immutable_references.iter();
        ranges.flat_map(|(name, ranges)| ranges.iter().map(move |range| (name.as_str(), *range)))
    }
}

fn from_hex(object: &str) -> Result<Vec<u8>, String> {
    let digits = object.strip_prefix("0x").ok_or("does not begin with 0x")?;
    if !digits.len().is_multiple_of(2) {
        return Err(format!("has an odd number of digits, {}", digits.len()));
    }
    let byte = |(place, pair): (usize, &[u8])| {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        match (digit(pair[0]), digit(pair[1])) {
            (Some(high), Some(low)) => {
                u8::try_from(16 * high + low).map_err(|error| error.to_string())
            }
            _ => Err(format!("has no hexadecimal digits for byte {place}: was it linked?")),
        }
    };
    digits.as_bytes().chunks_exact(2).enumerate().map(byte).collect()
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

    /// An artifact as forge writes it, with this runtime code and an immutable of this length at this byte.
    fn built(code: &str, start: u64, length: u64) -> Result<Artifact, String> {
        let text = json!({
            "abi": [],
            "bytecode": {"object": "0x6001", "sourceMap": "", "linkReferences": {}},
            "deployedBytecode": {
                "object": code,
                "immutableReferences": {"77": [{"start": start, "length": length}]},
            },
            "id": 3,
        });
        text.to_string().parse()
    }

    #[test]
    fn reads_what_forge_writes() {
        let artifact = built("0x5b00000000", 1, 4).unwrap();
        assert_eq!(artifact.bytecode.bytes().unwrap(), [0x60, 1]);
        let ranges: Vec<_> = artifact.deployed_bytecode.ranges().collect();
        assert_eq!(ranges, [("77", ImmutableRange { length: 4, start: 1 })]);
        let none: Artifact =
            r#"{"abi":[],"bytecode":{"object":"0x"},"deployedBytecode":{"object":"0x"}}"#
                .parse()
                .unwrap();
        assert_eq!(none.deployed_bytecode.ranges().count(), 0);
    }

    #[test]
    fn refuses_codes_that_are_none_and_immutables_that_lie_nowhere() {
        for (code, start, length, reason) in [
            ("5b00000000", 1, 4, "its deployedBytecode does not begin with 0x"),
            ("0x5b0", 1, 4, "its deployedBytecode has an odd number of digits, 3"),
            ("0x5b__$a$__", 0, 1, "its deployedBytecode has an odd number"),
            ("0x5b__$aa$__", 0, 1, "its deployedBytecode has no hexadecimal digits for byte 1"),
            ("0x5b00000000", 2, 4, "immutable 77 cannot be 4 bytes at byte 2 of the 5 of"),
            ("0x5b00000000", 0, 4, "immutable 77 cannot be 4 bytes at byte 0 of the 5 of"),
            ("0x5b00000000", 1, 0, "immutable 77 cannot be 0 bytes"),
            ("0x5b00000000", u64::from(u32::MAX), u64::from(u32::MAX), "immutable 77 cannot be"),
            ("0x5b00000000", 1 << 32, 4, "invalid value: integer `4294967296`, expected u32"),
        ] {
            let told = built(code, start, length).unwrap_err();
            assert!(told.starts_with(reason), "{told}");
        }
    }
}
