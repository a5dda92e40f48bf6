//! What is simpler than an action. Every step lowers a count of digits, a place in a list or a time, so that no
//! sequence of them is endless.

use std::iter;

use alloy::primitives::{Address, U256};
use palisade_model::{Account, Action};
use serde_json::Value;

use crate::world::{
    CREATOR, EPOCH_LENGTH, OPERATORS, ORIGIN, SERVICES, SLASHERS, STAKERS, TOKENS, address,
};

/// The accounts of each kind, the first one first.
fn kinds() -> [Vec<Address>; 5] {
    let accounts = |of: &[Account]| of.iter().copied().map(address).collect();
    [
        accounts(&STAKERS),
        accounts(&OPERATORS.map(palisade_model::Operator::account)),
        accounts(&SERVICES),
        accounts(&SLASHERS),
        (1..=TOKENS as u64).map(|nonce| CREATOR.create(nonce)).collect(),
    ]
}

/// Pairs of accounts of a kind: the second one of each comes before the first.
pub(super) fn names() -> Vec<(Address, Address)> {
    let before = |(place, from): (usize, &Address), kind: &[Address]| {
        let from = *from;
        kind[..place].iter().map(move |to| (from, *to)).collect::<Vec<_>>()
    };
    let of_kind = |kind: Vec<Address>| {
        kind.iter().enumerate().flat_map(|it| before(it, &kind)).collect::<Vec<_>>()
    };
    kinds().into_iter().flat_map(of_kind).collect()
}

/// As JSON has an account.
fn text(account: Address) -> String {
    format!("{account:#x}")
}

/// The action, with another account in the place of this one.
pub(super) fn renamed(action: &Action, from: Address, to: Address) -> Action {
    let Ok(json) = serde_json::to_string(action) else { return action.clone() };
    serde_json::from_str(&json.replace(&text(from), &text(to))).unwrap_or_else(|_| action.clone())
}

/// The histories in which less time passes at this place, if time passes there: first those in which it and all that
/// follows comes whole epochs earlier (all of them, half, and so on to one), then one that goes to the begin of the
/// epoch only.
pub(super) fn hastened(actions: &[Action], place: usize) -> Vec<Vec<Action>> {
    let Some(Action::AdvanceTo { timestamp }) = actions.get(place) else { return Vec::new() };
    let mut times = actions[..place].iter().filter_map(|action| match action {
        Action::AdvanceTo { timestamp } => Some(*timestamp),
        _ => None,
    });
    let before = times.next_back().unwrap_or(ORIGIN);
    let epochs = timestamp.saturating_sub(before) / EPOCH_LENGTH;
    let (head, tail) = actions.split_at(place);
    let sooner = |by: u64| {
        let tail: Vec<_> = tail.iter().map(|action| shifted(action, by)).collect();
        [head, &tail].concat()
    };
    let halves = iter::successors(Some(epochs), |by| Some(by / 2)).take_while(|by| *by > 0);
    let mut candidates: Vec<_> = halves.map(sooner).collect();
    let begin = timestamp - timestamp.saturating_sub(ORIGIN) % EPOCH_LENGTH;
    if begin < *timestamp && begin >= before {
        let mut other = actions.to_vec();
        other[place] = Action::AdvanceTo { timestamp: begin };
        candidates.push(other);
    }
    candidates
}

/// The action, so many epochs earlier.
fn shifted(action: &Action, epochs: u64) -> Action {
    let mut action = action.clone();
    let seconds = epochs * EPOCH_LENGTH;
    match &mut action {
        Action::AdvanceTo { timestamp } => *timestamp = timestamp.saturating_sub(seconds),
        Action::CompleteWithdrawal { epoch, .. }
        | Action::Redelegate { epoch, .. }
        | Action::Distribute { epoch, .. }
        | Action::ClaimRewards { through: epoch, .. } => {
            epoch.0 = epoch.0.saturating_sub(u32::try_from(epochs).unwrap_or(u32::MAX));
        }
        Action::Admit { deadline, signed, .. } => {
            *deadline = deadline.saturating_sub(seconds);
            if let Some(signed) = signed {
                signed.deadline = signed.deadline.saturating_sub(seconds);
            }
        }
        _ => {}
    }
    action
}

/// The actions that are simpler than this one in a single value, wherever it has that value or in one place.
pub(super) fn simpler(action: &Action) -> Vec<Action> {
    // Times are made sooner all together.
    if matches!(action, Action::AdvanceTo { .. }) {
        return Vec::new();
    }
    let Ok(json) = serde_json::to_value(action) else { return Vec::new() };
    let mut nodes = Vec::new();
    list(&json, String::new(), &mut nodes);
    let mut found = Vec::new();
    for (place, value) in &nodes {
        let same = nodes.iter().filter(|(_, other)| other == value).map(|(place, _)| place);
        let same: Vec<_> = same.collect();
        for simple in replacements(value) {
            for places in [&same[..], &[place]] {
                let mut json = json.clone();
                for place in places {
                    if let Some(node) = json.pointer_mut(place) {
                        *node = simple.clone();
                    }
                }
                found.extend(serde_json::from_value::<Action>(json));
            }
        }
    }
    found
}

/// All values in a value, with their places.
fn list<'a>(value: &'a Value, place: String, nodes: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                list(field, format!("{place}/{name}"), nodes);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                list(item, format!("{place}/{i}"), nodes);
            }
        }
        _ => {}
    }
    nodes.push((place, value));
}

/// What is simpler than a value, the simplest first. Not all of it can stand in every place.
fn replacements(value: &Value) -> Vec<Value> {
    match value {
        Value::Null | Value::Bool(_) => Vec::new(),
        Value::Number(number) => {
            let smaller = smaller(&number.to_string()).into_iter();
            smaller.filter_map(|text| text.parse::<u64>().ok()).map(Value::from).collect()
        }
        Value::String(text) if text.starts_with("0x") => {
            let first = names().into_iter().filter(|(from, _)| *text == self::text(*from));
            let first = first.map(|(_, to)| self::text(to).into());
            std::iter::once(Value::Null).chain(first).collect()
        }
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            smaller(text).into_iter().map(Value::from).collect()
        }
        Value::String(_) => vec![Value::from("")],
        Value::Array(items) => {
            (0..items.len()).map(|i| Value::from([&items[..i], &items[i + 1..]].concat())).collect()
        }
        Value::Object(_) => vec![Value::Null],
    }
}

/// Numbers that are easier to read, or smaller and as easy: 0 and 1, powers of ten, the number itself and its half with
/// one digit or two.
fn smaller(text: &str) -> Vec<String> {
    let Ok(number) = text.parse::<U256>() else { return Vec::new() };
    let ten = |power: usize| U256::from(10).saturating_pow(U256::from(power));
    let length = text.len();
    let round = |number: U256, digits: usize| {
        let step = ten(number.to_string().len().saturating_sub(digits));
        number - number % step
    };
    let half = number >> 1;
    let up = round(number, 1).saturating_add(ten(length - 1));
    let candidates = [
        U256::ZERO,
        U256::ONE,
        ten(length / 2),
        ten(length - 1),
        ten(18),
        ten(length.saturating_sub(2)),
        round(half, 1),
        round(number, 1),
        up,
        round(number, 2),
        half,
    ];
    let mut simple: Vec<_> =
        candidates.into_iter().filter(|n| effort(*n) < effort(number)).collect();
    simple.sort_by_key(|n| effort(*n));
    simple.dedup();
    simple.into_iter().map(|n| n.to_string()).collect()
}

/// How hard a number is to read: its digits count, and those that are not trailing zeros once more.
fn effort(number: U256) -> (usize, U256) {
    let text = number.to_string();
    (text.len() + text.trim_end_matches('0').len(), number)
}
