//! What a view returns, in the encoding of the ABI.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};
use palisade_bindings::PoolId;
use palisade_model::{Epoch, Magnitude, Wad};

/// A value that is one word.
pub(super) trait Word {
    fn word(self) -> U256;
}

macro_rules! word {
    ($($kind:ty: |$value:ident| $word:expr),* $(,)?) => {
        $(impl Word for $kind {
            fn word(self) -> U256 {
                let $value = self;
                $word
            }
        })*
    };
}

word! {
    U256: |value| value,
    u64: |value| U256::from(value),
    u128: |value| U256::from(value),
    bool: |value| U256::from(value),
    Address: |value| value.into_word().into(),
    Epoch: |value| U256::from(value.0),
    Option<Epoch>: |value| value.unwrap_or_default().word(),
    Magnitude: |value| U256::from(value.0),
    PoolId: |value| value.0,
    Wad: |value| U256::from(value.0),
}

/// Values of one word each.
macro_rules! words {
    ($($value:expr),* $(,)?) => {
        [$($crate::views::answer::Word::word($value)),*].abi_encode()
    };
}
pub(super) use words;

/// A list of such values.
pub(super) fn list<W: Word>(values: impl IntoIterator<Item = W>) -> Vec<u8> {
    values.into_iter().map(Word::word).collect::<Vec<_>>().abi_encode()
}

/// A text.
pub(super) fn text(text: &str) -> Vec<u8> {
    text.abi_encode()
}
