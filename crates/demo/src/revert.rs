//! Why a contract refuses a call, as a person can read it.

use alloy::{
    primitives::Address,
    sol_types::{SolInterface, decode_revert_reason},
};
use palisade_bindings::{
    AllocationManager::AllocationManagerErrors, DevToken::DevTokenErrors,
    DevWrapper::DevWrapperErrors, StakeVault::StakeVaultErrors,
};

/// A contract's refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The error's name.
    pub(crate) name: String,
    /// The error with its arguments, on one line.
    pub(crate) text: String,
}

impl Refusal {
    /// Reads revert data. Addresses that `names` knows are called by name.
    pub(crate) fn decode(
        data: &[u8],
        names: impl Iterator<Item = (Address, &'static str)>,
    ) -> Self {
        let reason = || decode_revert_reason(data).filter(|reason| !reason.trim().is_empty());
        let text = custom_error(data).or_else(reason);
        let text = text.unwrap_or_else(|| "reverted without a reason".to_owned());
        let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (address, name) in names {
            // Derived texts have no checksums.
            text = text.replace(&format!("{address:?}"), name);
        }
        let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
        Self { name: text[..end].to_owned(), text }
    }
}

/// Core first: other contracts' errors have other names.
fn custom_error(data: &[u8]) -> Option<String> {
    decoded::<AllocationManagerErrors>(data)
        .or_else(|| decoded::<StakeVaultErrors>(data))
        .or_else(|| decoded::<DevTokenErrors>(data))
        .or_else(|| decoded::<DevWrapperErrors>(data))
}

/// The derived text of an error is `Name(Name { argument: value })`: the inner part is what the interface says.
fn decoded<E: SolInterface + std::fmt::Debug>(data: &[u8]) -> Option<String> {
    let error = format!("{:?}", E::abi_decode(data).ok()?);
    let inner = error.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    Some(inner.unwrap_or(&error).to_owned())
}

#[cfg(test)]
mod tests {
    use alloy::{
        primitives::{U256, address},
        sol_types::{Revert, SolError},
    };
    use palisade_bindings::{AllocationManager, DevToken, StakeVault};

    use super::*;

    const OPERATOR: Address = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

    fn read(data: &[u8]) -> (String, String) {
        let Refusal { name, text } = Refusal::decode(data, [(OPERATOR, "operator-1")].into_iter());
        (name, text)
    }

    #[test]
    fn custom_errors_have_names_and_arguments() {
        let closed =
            StakeVault::OperatorClosedToStake { operator: OPERATOR, admitsFrom: U256::from(2) };
        let (name, text) = read(&closed.abi_encode());
        assert_eq!(name, "OperatorClosedToStake");
        assert_eq!(text, "OperatorClosedToStake { operator: operator-1, admitsFrom: 2 }");
        let ceiling = AllocationManager::CeilingExceeded {
            committed: U256::from(12),
            ceiling: U256::from(10),
        };
        assert_eq!(read(&ceiling.abi_encode()).1, "CeilingExceeded { committed: 12, ceiling: 10 }");
        let token = DevToken::ERC20InvalidReceiver { receiver: OPERATOR };
        assert_eq!(read(&token.abi_encode()).0, "ERC20InvalidReceiver");
    }

    #[test]
    fn other_data_is_told_too() {
        let plain = Revert { reason: "too late".to_owned() };
        assert_eq!(read(&plain.abi_encode()).1, "revert: too late");
        assert_eq!(read(&[]).1, "reverted without a reason");
        assert_eq!(read(b"two\n lines").1, "two lines");
        assert!(!read(&[1, 2, 3, 4, 5]).1.is_empty());
    }
}
