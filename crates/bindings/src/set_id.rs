use std::fmt;

use alloy::primitives::{Address, aliases::U192};

/// An operator set: the AVS's address and a number that the AVS chose. Mirrors `contracts/types/OperatorSetId.sol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorSetId {
    /// The service whose set this is.
    pub avs: Address,
    /// The number that the service gave to the set.
    pub id: u32,
}

impl OperatorSetId {
    /// The set with number `id` of `avs`.
    #[must_use]
    pub const fn new(avs: Address, id: u32) -> Self {
        Self { avs, id }
    }

    /// The set as the contracts know it: the address in bits 32 to 191, the number in bits 0 to 31.
    #[must_use]
    pub fn packed(self) -> U192 {
        let mut bytes = [0; 24];
        bytes[..20].copy_from_slice(self.avs.as_slice());
        bytes[20..].copy_from_slice(&self.id.to_be_bytes());
        U192::from_be_bytes(bytes)
    }
}

impl From<OperatorSetId> for U192 {
    fn from(set: OperatorSetId) -> Self {
        set.packed()
    }
}

impl From<U192> for OperatorSetId {
    fn from(packed: U192) -> Self {
        let bytes: [u8; 24] = packed.to_be_bytes();
        let (avs, id) = bytes.split_at(20);
        let mut number = [0; 4];
        number.copy_from_slice(id);
        Self { avs: Address::from_slice(avs), id: u32::from_be_bytes(number) }
    }
}

impl fmt::Display for OperatorSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.avs, self.id)
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{address, uint};

    use super::*;

    #[test]
    fn packs_the_address_above_the_number() {
        let set = OperatorSetId::new(address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"), 7);
        assert_eq!(set.packed(), uint!(0xa0Ee7A142d267C1f36714E4a8F75612F20a79720_00000007_U192));
        assert_eq!(OperatorSetId::from(set.packed()), set);
        assert_eq!(set.to_string(), "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720/7");
    }

    #[test]
    fn every_bit_survives() {
        let set = OperatorSetId::new(Address::repeat_byte(0xff), u32::MAX);
        assert_eq!(set.packed(), U192::MAX);
        assert_eq!(OperatorSetId::from(U192::MAX), set);
        assert_eq!(OperatorSetId::from(U192::ZERO), OperatorSetId::new(Address::ZERO, 0));
    }
}
