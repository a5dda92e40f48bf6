//! A history as a test for forge, on the base `test/fuzz/Replay.sol`, which has the same world at the same addresses.

mod solidity;
#[cfg(test)]
mod tests;
mod values;

use alloy::primitives::{Address, B256, Bytes, Log, U256};
use palisade_model::{Action, LAST_EPOCH};

use crate::{
    Disagreement, World, calls,
    world::{EPOCH_LENGTH, ORIGIN},
};
use solidity::{Code, call, hex, number, text};
use values::Names;

/// What a test may need besides the base, which hands it on.
const IMPORTS: [&str; 13] = [
    "Epoch",
    "IAllocationManager",
    "IEpochClock",
    "IERC165",
    "IGoverned",
    "IRewardsDistributor",
    "IStakeVault",
    "IToken",
    "Magnitude",
    "Pausable",
    "PoolId",
    "Terms",
    "Wad",
];

/// A test that replays the actions and asserts what the model says where chain and model disagree: it fails on contracts
/// that have the bug, and passes on others. Where Solidity cannot tell, it only replays, and says so.
pub(crate) fn forge_test(
    world: &World,
    name: &str,
    actions: &[Action],
    disagreement: &Disagreement,
) -> String {
    let name = identifier(name);
    let names = Names::new(world, actions);
    let mut lines = Vec::new();
    let mut now = ORIGIN;
    for (place, action) in actions.iter().enumerate() {
        let is_last = place + 1 == actions.len();
        lines.push(step(&names, action, &mut now, is_last.then_some(disagreement)));
    }
    lines.extend(after(&names, disagreement));
    let body: Vec<_> = lines.iter().map(|line| line.statement(2)).collect();
    let body = body.join("\n");
    let used = IMPORTS.into_iter().filter(|name| mentions(&body, name));
    let mut imports: Vec<_> = used.chain(["Replay"]).collect();
    imports.sort_unstable();
    let imports = Code::List {
        open: "import {".to_owned(),
        items: imports.into_iter().map(text).collect(),
        close: "} from \"./Replay.sol\"",
    };
    format!(
        "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n\n{}\n\n{}\
         contract {name}Test is Replay {{\n    // forgefmt: disable-next-item\n    function test_{name}() public {{\n\
         {body}\n    }}\n}}\n",
        imports.statement(0),
        header(&name, disagreement),
    )
}

/// What chain and model disagree about, and how to replay it.
fn header(name: &str, disagreement: &Disagreement) -> String {
    let told = disagreement.to_string();
    let mut header = String::new();
    let mut wrap = |text: &str| {
        let mut line = String::from("//");
        for word in text.split_whitespace() {
            if line.len() + 1 + word.len() > 120 && line.len() > 2 {
                header.push_str(&line);
                header.push('\n');
                line = String::from("//");
            }
            line.push(' ');
            line.push_str(word);
        }
        header.push_str(&line);
        header.push('\n');
    };
    wrap(&format!("Found by palisade-fuzz ({}): {told}", disagreement.kind()));
    wrap(&format!(
        "Replay it: script/foundry forge test -vvvv --match-path test/fuzz/{name}.t.sol"
    ));
    if !is_told_in_solidity(disagreement) {
        wrap("Solidity cannot tell this: the test replays the actions, and passes.");
    }
    header
}

const fn is_told_in_solidity(disagreement: &Disagreement) -> bool {
    use Disagreement as D;
    !matches!(disagreement, D::Rebuild(_) | D::Promise(_) | D::Invariant { .. })
}

/// An action; the last one with what its call must come to.
fn step(names: &Names<'_>, action: &Action, now: &mut u64, last: Option<&Disagreement>) -> Code {
    if let Action::AdvanceTo { timestamp } = *action {
        let end = ORIGIN + u64::from(LAST_EPOCH.0) * EPOCH_LENGTH;
        if timestamp < *now || timestamp >= end {
            return Code::Comment(format!("The model refuses that time becomes {timestamp}."));
        }
        *now = timestamp;
        return call("at", [number(U256::from(timestamp))]);
    }
    let Some(sent) = calls::call(names.world(), action) else {
        return Code::Comment(format!("{:?} is no call.", action.kind()));
    };
    let mut arguments =
        vec![names.address(sent.from), names.address(sent.to), names.input(sent.to, &sent.input)];
    let function = match last {
        Some(Disagreement::Refused { .. }) => "accepted",
        Some(Disagreement::Accepted { .. }) => "refused",
        Some(Disagreement::Reason { data, .. }) => {
            arguments.push(hex(data));
            "refusedOtherwise"
        }
        Some(Disagreement::Returned { expected, .. }) => {
            arguments.push(names.output(sent.to, &sent.input, expected));
            "returned"
        }
        Some(Disagreement::Log { .. }) => "recorded",
        _ => "attempt",
    };
    call(function, arguments)
}

/// What must be so after the last action.
fn after(names: &Names<'_>, disagreement: &Disagreement) -> Option<Code> {
    Some(match disagreement {
        Disagreement::Log { place, expected, .. } => log(names, *place, expected.as_ref()),
        Disagreement::Word { contract, slot, expected, what, .. } => call(
            "stored",
            [
                names.address(*contract),
                text(format!("bytes32({slot})")),
                text(format!("bytes32({})", B256::from(*expected))),
                solidity::string(what),
            ],
        ),
        Disagreement::View { from, contract, input, expected, .. } => {
            view(names, (*from, *contract), input, expected)
        }
        _ => return None,
    })
}

fn log(names: &Names<'_>, place: usize, expected: Option<&Log>) -> Code {
    let place = number(U256::from(place));
    let Some(log) = expected else { return call("noLog", [place]) };
    let topics: Vec<_> = log.topics().iter().map(|topic| hex(topic.as_slice())).collect();
    let topics = call("bytes.concat", topics);
    call("logged", [place, names.address(log.address), topics, hex(&log.data.data)])
}

fn view(
    names: &Names<'_>,
    (from, to): (Address, Address),
    input: &Bytes,
    expected: &Result<Bytes, String>,
) -> Code {
    let mut arguments = vec![names.address(to), names.input(to, input)];
    if expected.is_err() {
        arguments.insert(0, names.address(from));
    }
    let function = match expected {
        Ok(answer) => {
            arguments.push(names.output(to, input, answer));
            "answers"
        }
        Err(error) => match names.error(error) {
            Some(selector) => {
                arguments.push(text(format!("bytes4({selector})")));
                "declinesWith"
            }
            None => "declines",
        },
    };
    call(function, arguments)
}

/// A name that Solidity takes.
fn identifier(name: &str) -> String {
    let valid = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().map(valid).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("Found{name}") }
}

/// Whether the code uses a name (and not one that ends or begins alike).
fn mentions(code: &str, name: &str) -> bool {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
}
