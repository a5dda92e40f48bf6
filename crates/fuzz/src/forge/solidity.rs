//! Solidity code as a tree, printed within the width of a line.

use alloy::primitives::{U256, hex};

const WIDTH: usize = 120;

/// An expression, or a comment.
#[derive(Clone, Debug)]
pub(super) enum Code {
    /// What stays on one line.
    Text(String),
    /// Items in brackets behind a name: all on one line, or each on one.
    List { open: String, items: Vec<Code>, close: &'static str },
    /// A named item.
    Field(String, Box<Code>),
    /// A line of its own.
    Comment(String),
}

pub(super) fn text(text: impl Into<String>) -> Code {
    Code::Text(text.into())
}

/// A call of a function.
pub(super) fn call(function: &str, items: impl IntoIterator<Item = Code>) -> Code {
    Code::List { open: format!("{function}("), items: items.into_iter().collect(), close: ")" }
}

/// Bytes as they are.
pub(super) fn hex(bytes: &[u8]) -> Code {
    text(format!("hex\"{}\"", hex::encode(bytes)))
}

/// A string literal. What ASCII cannot print is written in hex.
pub(super) fn string(value: &str) -> Code {
    let plain = |c: char| (c.is_ascii_graphic() || c == ' ') && c != '"' && c != '\\';
    if value.chars().all(plain) {
        text(format!("\"{value}\""))
    } else {
        call("string", [hex(value.as_bytes())])
    }
}

/// A number: in units of 1e18 where that is short, else with its thousands marked.
pub(super) fn number(number: U256) -> Code {
    if number == U256::MAX {
        return text("type(uint256).max");
    }
    let digits = number.to_string();
    let significant = digits.trim_end_matches('0');
    if digits.len() > 15 && digits.len() - significant.len() >= 15 {
        let (whole, part) = digits.split_at(digits.len().saturating_sub(18));
        let whole = if whole.is_empty() { "0" } else { whole };
        let part = format!("{part:0>18}");
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        return text(format!("{}{point}{part}e18", thousands(whole)));
    }
    text(thousands(&digits))
}

fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len() > 4 && (digits.len() - place).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

impl Code {
    /// The code as a statement, so many levels in.
    pub(super) fn statement(&self, level: usize) -> String {
        let end = if matches!(self, Self::Comment(_)) { "" } else { ";" };
        let indent = "    ".repeat(level);
        format!("{indent}{}{end}", self.printed(level, end.len()))
    }

    fn flat(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Field(name, value) => format!("{name}: {}", value.flat()),
            Self::Comment(text) => format!("// {text}"),
            Self::List { open, items, close } => {
                let items: Vec<_> = items.iter().map(Self::flat).collect();
                format!("{open}{}{close}", items.join(", "))
            }
        }
    }

    /// Printed so many levels in, with room for `behind` characters more on its last line.
    fn printed(&self, level: usize, behind: usize) -> String {
        let flat = self.flat();
        let Self::List { open, items, close } = self else { return flat };
        if 4 * level + flat.len() + behind <= WIDTH || items.is_empty() {
            return flat;
        }
        let indent = "    ".repeat(level + 1);
        let items: Vec<_> =
            items.iter().map(|item| format!("{indent}{}", item.printed(level + 1, 1))).collect();
        format!("{open}\n{}\n{}{close}", items.join(",\n"), "    ".repeat(level))
    }
}
