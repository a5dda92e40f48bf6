//! Names instead of addresses and ids, for messages that people read.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use alloy::primitives::{Address, address};
use palisade_model::{Account, Operator, OperatorSetId, PoolId, Strategy};

use crate::world::{self, World};

/// Where the vault sends what it burns.
pub(crate) const BURN_ADDRESS: Address = address!("0x000000000000000000000000000000000000dEaD");

static NAMES: LazyLock<BTreeMap<Address, String>> = LazyLock::new(names);

/// Everybody and everything that has a fixed place in the world.
fn names() -> BTreeMap<Address, String> {
    let numbered = |role: &'static str, accounts: Vec<Account>| {
        let named = move |(place, account)| (account, format!("{role} {}", place + 1));
        accounts.into_iter().enumerate().map(named)
    };
    let single = |role: &str, account| (account, role.to_owned());
    let operators = world::OPERATORS.map(Operator::account).to_vec();
    let mut names: BTreeMap<_, _> = numbered("staker", world::STAKERS.to_vec())
        .chain(numbered("operator", operators))
        .chain(numbered("service", world::SERVICES.to_vec()))
        .chain(numbered("slasher", world::SLASHERS.to_vec()))
        .chain([
            single("nobody", Account::default()),
            single("governance", world::AUTHORITY),
            single("resolver", world::RESOLVER),
            single("registrar 1", world::REGISTRARS[0]),
            single("registrar 2", world::REGISTRARS[1]),
            single("treasury", world::TREASURY),
            single("stranger", world::STRANGER),
        ])
        .map(|(account, name)| (world::address(account), name))
        .collect();
    names.insert(BURN_ADDRESS, "burn address".to_owned());
    if let Ok(world) = World::new() {
        names.insert(world.vault, "vault".to_owned());
        names.insert(world.manager, "manager".to_owned());
        names.insert(world.rewards, "rewards".to_owned());
        names.insert(world::strategy(world.coin), "coin".to_owned());
        let approvers = numbered("approver", world.approvers.to_vec());
        names.extend(approvers.map(|(account, name)| (world::address(account), name)));
        let token = |(place, token)| (world::strategy(token), format!("token {place}"));
        names.extend(world.tokens.into_iter().enumerate().map(token));
    }
    names
}

/// What an address is called: its role in the world, or its hexadecimal digits.
#[must_use]
pub fn name_of(address: Address) -> Cow<'static, str> {
    NAMES.get(&address).map_or_else(|| address.to_string().into(), |name| name.as_str().into())
}

/// What an account is called.
#[must_use]
pub fn account(account: Account) -> Cow<'static, str> {
    name_of(world::address(account))
}

/// What an operator is called; zero is no operator but idle stake.
#[must_use]
pub fn operator(operator: Operator) -> Cow<'static, str> {
    if operator == Operator::IDLE { "idle".into() } else { account(operator.account()) }
}

/// What a token is called.
#[must_use]
pub fn token(strategy: Strategy) -> Cow<'static, str> {
    name_of(world::strategy(strategy))
}

/// What an operator set is called.
#[must_use]
pub fn set(set: OperatorSetId) -> String {
    format!("set {} of {}", set.id, account(set.avs))
}

/// What a pool generation is called.
#[must_use]
pub fn pool(id: PoolId) -> String {
    let of = format!("{}/{}", operator(id.operator), token(id.strategy));
    if id.generation == 0 { of } else { format!("{of}/{}", id.generation) }
}

/// A text with names in the place of addresses.
pub(crate) fn in_words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("0x") {
        let (before, from) = rest.split_at(start);
        words.push_str(before);
        // A longer number is none.
        let digits = from[2..].find(|letter: char| !letter.is_ascii_hexdigit());
        let (number, after) = from.split_at(digits.map_or(from.len(), |digits| digits + 2));
        match number.parse() {
            Ok(address) if number.len() == 42 => words.push_str(&name_of(address)),
            _ => words.push_str(number),
        }
        rest = after;
    }
    words.push_str(rest);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{OPERATORS, SERVICES, STAKERS, STRANGER, TREASURY};

    #[test]
    fn who_has_a_place_in_the_world_has_a_name() -> crate::Result<()> {
        let world = World::new()?;
        assert_eq!(account(STAKERS[0]), "staker 1");
        assert_eq!(account(OPERATORS[1].account()), "operator 2");
        assert_eq!(account(SERVICES[2]), "service 3");
        assert_eq!(account(TREASURY), "treasury");
        assert_eq!(account(STRANGER), "stranger");
        assert_eq!(account(world.approvers[1]), "approver 2");
        assert_eq!(token(world.tokens[0]), "token 0");
        assert_eq!(name_of(world.vault), "vault");
        assert_eq!(name_of(world.manager), "manager");
        assert_eq!(name_of(Address::ZERO), "nobody");
        assert_eq!(operator(Operator::IDLE), "idle");
        Ok(())
    }

    #[test]
    fn no_two_have_the_same_name() {
        let names = names();
        let distinct: std::collections::BTreeSet<_> = names.values().collect();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn others_are_called_by_their_address() {
        let unknown = Address::repeat_byte(7);
        assert_eq!(name_of(unknown), unknown.to_string());
    }

    #[test]
    fn ids_are_told_by_what_they_consist_of() -> crate::Result<()> {
        let strategy = World::new()?.tokens[1];
        let id = PoolId { operator: OPERATORS[0], strategy, generation: 0 };
        assert_eq!(pool(id), "operator 1/token 1");
        assert_eq!(pool(PoolId { generation: 3, ..id }), "operator 1/token 1/3");
        assert_eq!(pool(PoolId { operator: Operator::IDLE, ..id }), "idle/token 1");
        assert_eq!(set(OperatorSetId { avs: SERVICES[1], id: 9 }), "set 9 of service 2");
        Ok(())
    }

    #[test]
    fn texts_have_names_for_addresses() {
        let (staker, unknown) = (STAKERS[0].to_string(), Address::repeat_byte(7).to_string());
        let text = format!("{staker} has 0x12 of {staker}/{unknown}, 0x{}, 0x", "ab".repeat(32));
        let told = text.replace(&staker, "staker 1");
        assert_eq!(in_words(&text), told);
        assert_eq!(in_words("é 0xé"), "é 0xé");
    }
}
