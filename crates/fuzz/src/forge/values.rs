//! The values of calls, with the names that `test/fuzz/Replay.sol` gives them.

use std::collections::BTreeMap;

use alloy::{
    dyn_abi::{DynSolValue, FunctionExt, JsonAbiExt},
    json_abi::{Function, InternalType, JsonAbi, Param},
    primitives::{Address, B256, Selector, U256, aliases::U192},
};
use palisade_bindings::{OperatorSetId, PoolId};
use palisade_model::{Account, Action, Operator};
use serde::Deserialize;

use super::solidity::{Code, call, hex, number, string, text};
use crate::{
    World,
    world::{
        AUTHORITY, CREATOR, EVIDENCE, OPERATORS, REGISTRARS, RESOLVER, SERVICES, SLASHERS, STAKERS,
        STRANGER, TREASURY, address, strategy,
    },
};

/// An interface as the tests name it, and the contract's ABI.
struct Interface {
    name: &'static str,
    abi: JsonAbi,
}

/// Knows names.
pub(super) struct Names<'a> {
    world: &'a World,
    vault: Interface,
    manager: Interface,
    rewards: Interface,
    token: Interface,
    accounts: BTreeMap<Address, String>,
    /// The operator and strategy of each pool that can be meant, by its key.
    pools: BTreeMap<U256, (Address, Address)>,
}

/// The functions of the interface `IToken` of the tests.
const TOKEN_FUNCTIONS: [&str; 4] = ["approve", "mint", "setBlocked", "transfer"];

/// Of `contracts/interfaces/IGoverned.sol`.
const PAUSABLE: [&str; 6] = ["Deposit", "Open", "Complete", "Join", "Raise", "CreateSet"];

/// The constants for addresses.
pub(super) fn constants(world: &World) -> Vec<(String, Address)> {
    let mut names: Vec<_> = [
        ("CREATOR", CREATOR),
        ("VAULT", world.vault),
        ("MANAGER", world.manager),
        ("REWARDS", world.rewards),
        ("COIN", strategy(world.coin)),
        ("AUTHORITY", address(AUTHORITY)),
        ("RESOLVER", address(RESOLVER)),
        ("REGISTRAR_1", address(REGISTRARS[0])),
        ("REGISTRAR_2", address(REGISTRARS[1])),
        ("TREASURY", address(TREASURY)),
        ("STRANGER", address(STRANGER)),
    ]
    .map(|(name, address)| (name.to_owned(), address))
    .into();
    let operators = OPERATORS.map(Operator::account);
    let many: [(&str, &[Account]); 5] = [
        ("APPROVER", &world.approvers),
        ("OPERATOR", &operators),
        ("SERVICE", &SERVICES),
        ("SLASHER", &SLASHERS),
        ("STAKER", &STAKERS),
    ];
    for (kind, accounts) in many {
        let numbered = |(place, account): (usize, &Account)| {
            (format!("{kind}_{}", place + 1), address(*account))
        };
        names.extend(accounts.iter().enumerate().map(numbered));
    }
    let token = |(place, token)| (format!("TOKEN_{place}"), strategy(token));
    names.extend(world.tokens.into_iter().enumerate().map(token));
    names
}

impl<'a> Names<'a> {
    /// The names of the world, and the pools of its operators and of those who register in the history.
    pub(super) fn new(world: &'a World, actions: &[Action]) -> Self {
        let registered = actions.iter().filter_map(|action| match action {
            Action::RegisterOperator { operator, .. } => Some(*operator),
            _ => None,
        });
        let operators = OPERATORS.into_iter().chain([Operator::IDLE]).chain(registered);
        let operators = operators.map(crate::world::operator);
        let pairs =
            operators.flat_map(|operator| world.tokens.map(|token| (operator, strategy(token))));
        Self {
            world,
            vault: Interface {
                name: "IStakeVault",
                abi: abi(include_str!("../../../bindings/artifacts/StakeVault.json")),
            },
            manager: Interface {
                name: "IAllocationManager",
                abi: abi(include_str!("../../../bindings/artifacts/AllocationManager.json")),
            },
            rewards: Interface {
                name: "IRewardsDistributor",
                abi: abi(include_str!("../../../bindings/artifacts/RewardsDistributor.json")),
            },
            token: Interface {
                name: "IToken",
                abi: abi(include_str!("../../../bindings/artifacts/BlocklistToken.json")),
            },
            accounts: constants(world).into_iter().map(|(name, address)| (address, name)).collect(),
            pools: pairs.map(|pair| (PoolId::key(pair.0, pair.1).0, pair)).collect(),
        }
    }

    /// The world that has the names.
    pub(super) const fn world(&self) -> &World {
        self.world
    }

    /// An address: its constant, or what it is.
    pub(super) fn address(&self, address: Address) -> Code {
        match self.accounts.get(&address) {
            Some(name) => text(name),
            None if address.is_zero() => text("address(0)"),
            None => text(address.to_string()),
        }
    }

    /// The selector of an error that has this name.
    pub(super) fn error(&self, name: &str) -> Option<Selector> {
        let mut of = [&self.vault, &self.manager, &self.rewards, &self.token].into_iter();
        of.find_map(|of| of.abi.error(name)?.first().map(alloy::json_abi::Error::selector))
    }

    /// A call's input, in words where all of it has some.
    pub(super) fn input(&self, to: Address, input: &[u8]) -> Code {
        self.encoded(to, input).unwrap_or_else(|| hex(input))
    }

    /// What a call returns, in words where all of it has some.
    pub(super) fn output(&self, to: Address, input: &[u8], output: &[u8]) -> Code {
        self.returned(to, input, output).unwrap_or_else(|| hex(output))
    }

    fn encoded(&self, to: Address, input: &[u8]) -> Option<Code> {
        let (of, function) = self.called(to, input)?;
        let values = function.abi_decode_input(&input[4..]).ok()?;
        // Where another encoding says the same, only the bytes are the call.
        if function.abi_encode_input(&values).ok()? != input {
            return None;
        }
        let values = self.values(&values, &function.inputs)?;
        let name =
            text(format!("{}.{}", declared_in(&function.name).unwrap_or(of.name), function.name));
        Some(call("abi.encodeCall", [name, call("", values)]))
    }

    fn returned(&self, to: Address, input: &[u8], output: &[u8]) -> Option<Code> {
        let (_, function) = self.called(to, input)?;
        let values = function.abi_decode_output(output).ok()?;
        if function.abi_encode_output(&values).ok()? != output {
            return None;
        }
        Some(call("abi.encode", self.values(&values, &function.outputs)?))
    }

    /// The function that an input calls.
    fn called(&self, to: Address, input: &[u8]) -> Option<(&Interface, &Function)> {
        let of = match to {
            _ if to == self.world.vault => &self.vault,
            _ if to == self.world.manager => &self.manager,
            _ if to == self.world.rewards => &self.rewards,
            _ => &self.token,
        };
        let function = function(&of.abi, *input.first_chunk()?)?;
        let is_named = of.name != self.token.name || TOKEN_FUNCTIONS.contains(&&*function.name);
        is_named.then_some((of, function))
    }

    fn values(&self, values: &[DynSolValue], params: &[Param]) -> Option<Vec<Code>> {
        values.iter().zip(params).map(|(value, param)| self.value(value, param)).collect()
    }

    fn value(&self, value: &DynSolValue, param: &Param) -> Option<Code> {
        let ty = match &param.internal_type {
            Some(
                InternalType::Other { ty, .. }
                | InternalType::Enum { ty, .. }
                | InternalType::Struct { ty, .. },
            ) => ty,
            _ => &param.ty,
        };
        Some(match value {
            DynSolValue::Array(items) => {
                let of = ty.strip_suffix("[]")?;
                let list = match of {
                    "Payment" => "payments",
                    "Claim" => "claims",
                    "address" => "addresses",
                    "PoolId" => "pools",
                    "Wad" => "wads",
                    _ => return None,
                };
                let items: Option<Vec<_>> =
                    items.iter().map(|item| self.leaves(item, param, of)).collect();
                call(list, [call("abi.encode", items?.into_iter().flatten())])
            }
            DynSolValue::Tuple(values) if ty == "Terms" => {
                let field = |(value, it): (&DynSolValue, &Param)| {
                    Some(Code::Field(it.name.clone(), Box::new(self.value(value, it)?)))
                };
                let fields = values.iter().zip(&param.components).map(field);
                let items = fields.collect::<Option<Vec<_>>>()?;
                Code::List { open: format!("{ty}({{"), items, close: "})" }
            }
            _ => self.leaf(value, ty)?,
        })
    }

    /// An item of a list; the fields of a struct one after the other.
    fn leaves(&self, item: &DynSolValue, list: &Param, of: &str) -> Option<Vec<Code>> {
        let DynSolValue::Tuple(fields) = item else { return Some(vec![self.leaf(item, of)?]) };
        self.values(fields, &list.components)
    }

    fn leaf(&self, value: &DynSolValue, ty: &str) -> Option<Code> {
        Some(match value {
            DynSolValue::Address(address) => self.address(*address),
            DynSolValue::Bool(value) => text(value.to_string()),
            DynSolValue::String(value) => string(value),
            DynSolValue::Bytes(bytes) if bytes.is_empty() => text("\"\""),
            DynSolValue::Bytes(bytes) => hex(bytes),
            DynSolValue::FixedBytes(word, 4) => {
                let selector = Selector::from_slice(&word[..4]);
                match function(&self.manager.abi, *selector) {
                    Some(of) => text(format!("{}.{}.selector", self.manager.name, of.name)),
                    None => text(format!("bytes4({selector})")),
                }
            }
            DynSolValue::FixedBytes(word, 32) if *word == EVIDENCE => text("EVIDENCE"),
            DynSolValue::FixedBytes(word, 32) if word.is_zero() => text("bytes32(0)"),
            DynSolValue::FixedBytes(word, 32) => text(format!("bytes32({word})")),
            DynSolValue::Uint(value, _) => self.number(*value, ty),
            _ => return None,
        })
    }

    fn number(&self, value: U256, ty: &str) -> Code {
        match ty {
            "OperatorSetId" => {
                let set = OperatorSetId::from(value.wrapping_to::<U192>());
                call("set", [self.address(set.avs), number(U256::from(set.id))])
            }
            "PoolId" => self.pool(value),
            "Pausable" => match usize::try_from(value).ok().and_then(|it| PAUSABLE.get(it)) {
                Some(name) => text(format!("Pausable.{name}")),
                None => call("Pausable", [number(value)]),
            },
            "Epoch" | "Magnitude" | "Wad" => call(&format!("{ty}.wrap"), [number(value)]),
            _ => number(value),
        }
    }

    fn pool(&self, value: U256) -> Code {
        let pool = PoolId(value);
        let generation = pool.generation();
        match self.pools.get(&(value - U256::from(generation))) {
            Some((operator, strategy)) => {
                let generation = number(U256::from(generation));
                call("pool", [self.address(*operator), self.address(*strategy), generation])
            }
            None => call("PoolId.wrap", [text(B256::from(value).to_string())]),
        }
    }
}

/// The interface that both contracts inherit a function from: only there has it a name.
fn declared_in(function: &str) -> Option<&'static str> {
    match function {
        "AUTHORITY" | "pause" | "pauseOf" => Some("IGoverned"),
        "EPOCH_LENGTH" | "ORIGIN" | "currentEpoch" => Some("IEpochClock"),
        "supportsInterface" => Some("IERC165"),
        _ => None,
    }
}

fn function(abi: &JsonAbi, selector: [u8; 4]) -> Option<&Function> {
    abi.functions().find(|function| function.selector() == selector)
}

/// The ABI in a committed artifact. Those files are read when the bindings are built: none fails to parse.
fn abi(artifact: &str) -> JsonAbi {
    #[derive(Deserialize)]
    struct File {
        abi: JsonAbi,
    }
    serde_json::from_str(artifact).map(|file: File| file.abi).unwrap_or_default()
}
