use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use alloy::{
    primitives::{Address, B256},
    signers::local::{MnemonicBuilder, PrivateKeySigner},
};
use serde::Serialize;

use crate::{Error, Result};

/// Anvil's mnemonic, which everybody knows: for development networks only.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";

/// What an account is for. Any account can do anything; the roles are a convention of tests and demos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Deployed everything, and is governance's council and guardian.
    Deployer,
    /// Holds plain tokens, and ETH to make others of.
    Staker,
    /// Is to run services.
    Operator,
    /// Is to be secured by stake.
    Avs,
    /// May slash, where a set's terms name it.
    Slasher,
    /// Receives slashed stake, where a set's terms name it.
    Treasury,
}

/// The accounts that every network has, in the order of their derivation.
const NAMED: [(&str, Role); 13] = [
    ("deployer", Role::Deployer),
    ("alice", Role::Staker),
    ("bob", Role::Staker),
    ("carol", Role::Staker),
    ("dave", Role::Staker),
    ("operator-1", Role::Operator),
    ("operator-2", Role::Operator),
    ("avs-1", Role::Avs),
    ("avs-2", Role::Avs),
    ("slasher-1", Role::Slasher),
    ("slasher-2", Role::Slasher),
    ("treasury-1", Role::Treasury),
    ("treasury-2", Role::Treasury),
];

/// A funded account of a development network.
#[derive(Clone)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Signs for it.
    pub signer: PrivateKeySigner,
}

impl Account {
    /// Its address.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.signer.address()
    }

    /// Its key, which is no secret.
    #[must_use]
    pub fn private_key(&self) -> B256 {
        self.signer.to_bytes()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, role, signer } = self;
        f.debug_struct("Account")
            .field("name", name)
            .field("role", role)
            .field("address", &signer.address())
            .finish_non_exhaustive()
    }
}

/// How many accounts there are with `more` besides the named ones.
pub(crate) fn count(more: &[String]) -> Result<usize> {
    for (index, name) in more.iter().enumerate() {
        if NAMED.iter().any(|(named, _)| named == name) || more[..index].contains(name) {
            return Err(Error::AccountTwice { name: name.clone() });
        }
    }
    Ok(NAMED.len() + more.len())
}

/// Derives all accounts: the named ones, and more stakers with the names `more`.
pub(crate) fn derive(more: &[String]) -> Result<Vec<Account>> {
    let names = NAMED.iter().map(|(name, role)| ((*name).to_owned(), *role));
    let more = more.iter().map(|name| (name.clone(), Role::Staker));
    names
        .chain(more)
        .enumerate()
        .map(|(index, (name, role))| Ok(Account { name, role, signer: signer(index)? }))
        .collect()
}

/// The signer with this index. A key takes milliseconds to derive, so they are kept for the next network.
fn signer(index: usize) -> Result<PrivateKeySigner> {
    static DERIVED: Mutex<Vec<PrivateKeySigner>> = Mutex::new(Vec::new());
    let mut derived = DERIVED.lock().unwrap_or_else(PoisonError::into_inner);
    for (next, _) in (0..).zip(0..=index).skip(derived.len()) {
        derived.push(MnemonicBuilder::english().phrase(MNEMONIC).index(next)?.build()?);
    }
    Ok(derived[index].clone())
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{address, b256};

    use super::*;

    #[test]
    fn accounts_are_anvils() {
        let accounts = derive(&["erin".to_owned()]).unwrap();
        assert_eq!(accounts[0].address(), address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        assert_eq!(accounts[1].name, "alice");
        assert_eq!(accounts[1].address(), address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"));
        let first = b256!("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
        assert_eq!(accounts[0].private_key(), first);
        assert_eq!((accounts[13].name.as_str(), accounts[13].role), ("erin", Role::Staker));
    }

    #[test]
    fn no_two_accounts_have_a_name() {
        let count =
            |more: &[&str]| count(&more.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(count(&["erin", "frank"]).unwrap(), 15);
        assert!(matches!(count(&["alice"]), Err(Error::AccountTwice { .. })));
        assert!(matches!(count(&["erin", "erin"]), Err(Error::AccountTwice { .. })));
    }

    #[test]
    fn debug_tells_no_key() {
        let account = &derive(&[]).unwrap()[0];
        let text = format!("{account:?}").to_lowercase();
        assert!(text.contains("0xf39fd6e5") && !text.contains("ac0974be"), "{text}");
    }
}
