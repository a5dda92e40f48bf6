//! Dumps in the format of @openzeppelin/merkle-tree, "standard-v1".

use std::{
    fmt,
    io::{Read, Write},
};

use alloy_primitives::{Address, U256};
use rayon::prelude::*;
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

use super::{
    Error, Leaf, Progress, Result, Step,
    nodes::{BLOCK, Node, Nodes, root_of},
    text,
};

const FORMAT: &str = "standard-v1";
const ENCODING: [&str; 2] = ["address", "uint256"];

/// So many values are written by one thread.
const PART: usize = 1 << 9;

/// Writes a dump, as `JSON.stringify(tree.dump())` is. The values come in the list's order, each with its place among the
/// leaves.
pub(crate) fn write(
    nodes: &mut impl Nodes,
    mut values: impl Iterator<Item = Result<(Leaf, u64)>>,
    to: &mut impl Write,
    progress: &mut dyn Progress,
) -> Result<()> {
    let fail = Error::io("write the dump");
    let root = root_of(nodes.leaves());
    let all = root + 1 + nodes.leaves();
    let [account, amount] = ENCODING;
    let head = format!(r#"{{"format":"{FORMAT}","leafEncoding":["{account}","{amount}"],"tree":["#);
    to.write_all(head.as_bytes()).map_err(&fail)?;
    let mut end = root + 1;
    while end > 0 {
        let done = root + 1 - end;
        progress.tell(Step::Dump, done, Some(all));
        let begin = end.saturating_sub(BLOCK as u64);
        let mut part = Vec::with_capacity(BLOCK * 69);
        for (place, node) in (done..).zip(nodes.read(begin..end)?.iter().rev()) {
            part.extend_from_slice(if place == 0 { b"\"" } else { b",\"" });
            text::push_node(node, &mut part);
            part.push(b'"');
        }
        to.write_all(&part).map_err(&fail)?;
        end = begin;
    }
    to.write_all(b"],\"values\":[").map_err(&fail)?;
    let mut done = 0;
    loop {
        progress.tell(Step::Dump, root + 1 + done, Some(all));
        let block = values.by_ref().take(BLOCK).collect::<Result<Vec<_>>>()?;
        if block.is_empty() {
            break;
        }
        let parts = block.par_chunks(PART).enumerate().map(|(place, values)| {
            let mut part = Vec::with_capacity(values.len() * 120);
            for (beside, (leaf, rank)) in values.iter().enumerate() {
                let is_first = done == 0 && place == 0 && beside == 0;
                part.extend_from_slice(if is_first { b"{" } else { b",{" });
                value(leaf, root - rank, &mut part);
            }
            part
        });
        let parts: Vec<_> = parts.collect();
        for part in parts {
            to.write_all(&part).map_err(&fail)?;
        }
        done += block.len() as u64;
    }
    to.write_all(b"]}").and_then(|()| to.flush()).map_err(&fail)
}

fn value(leaf: &Leaf, index: u64, text: &mut Vec<u8>) {
    text.extend_from_slice(b"\"value\":[\"");
    text::push_account(leaf.account, text);
    text.extend_from_slice(b"\",\"");
    text::push_amount(leaf.amount, text);
    text.extend_from_slice(b"\"],\"treeIndex\":");
    text.extend_from_slice(index.to_string().as_bytes());
    text.push(b'}');
}

/// What a dump says. Whether its nodes are those of its values, who reads it must see.
#[derive(Debug)]
pub(crate) struct Dump {
    /// The root first.
    pub(crate) nodes: Vec<Node>,
    /// Each with its index among the nodes.
    pub(crate) values: Vec<(Leaf, u64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    format: String,
    #[serde(rename = "leafEncoding")]
    leaf_encoding: Vec<String>,
    tree: Vec<Hash>,
    values: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Value {
    value: (Account, Amount),
    #[serde(rename = "treeIndex")]
    tree_index: u64,
}

/// Reads a dump.
pub(crate) fn read(from: impl Read) -> Result<Dump> {
    let fields: Fields = serde_json::from_reader(from).map_err(|error| {
        if error.is_io() {
            Error::Io { action: "read the dump", source: error.into() }
        } else {
            Error::Tree(text::plain(&error.to_string()))
        }
    })?;
    if fields.format != FORMAT {
        let given = text::shown(fields.format.as_bytes());
        return Err(Error::Tree(format!("its format is {given}, and should be {FORMAT:?}")));
    }
    if fields.leaf_encoding != ENCODING {
        let given = text::shown(fields.leaf_encoding.join(",").as_bytes());
        let should = ENCODING.join(",");
        return Err(Error::Tree(format!("its leaves are {given}, and should be {should:?}")));
    }
    let nodes = fields.tree.into_iter().map(|Hash(node)| node).collect();
    let values = fields.values.into_iter().map(|Value { value, tree_index }| {
        let (Account(account), Amount(amount)) = value;
        (Leaf { account, amount }, tree_index)
    });
    Ok(Dump { nodes, values: values.collect() })
}

struct Hash(Node);
struct Account(Address);
struct Amount(U256);

/// Reads a text, without keeping it.
struct Text<T>(&'static str, fn(&str) -> Result<T, String>);

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        self.1(text).map_err(E::custom)
    }

    // The JS library takes amounts as numbers too. Those above 2^53 it has rounded before it wrote them.
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        if number > 1 << 53 {
            return Err(E::custom(format!("{number} as a number may have been rounded")));
        }
        self.1(&number.to_string()).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text("a hash", |text| {
            let mut node = Node::default();
            let digits = text.strip_prefix("0x").filter(|it| it.len() == 64);
            let read = digits.and_then(|it| const_hex::decode_to_slice(it, &mut node).ok());
            read.ok_or_else(|| format!("{} is not a hash", text::shown(text.as_bytes())))?;
            Ok(Self(node))
        }))
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text("an address", |text| {
            text::account(text.as_bytes()).map(Self).map_err(|flaw| flaw.to_string())
        }))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Text("an amount", |text| {
            text::amount(text.as_bytes()).map(Self).map_err(|flaw| flaw.to_string())
        }))
    }
}
