use std::fmt;

use alloy::primitives::{Address, U256, keccak256};

/// One generation of one pool: all stake of one strategy delegated to one operator. It is the ERC-6909 id of the
/// positions in it, and mirrors `contracts/types/PoolId.sol`.
///
/// ```text
///  255        254 ................................ 24   23 ........ 0
///  at risk    keccak256(abi.encode(operator, strategy))   generation
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(pub U256);

const GENERATION_MASK: U256 = U256::from_limbs([0x00ff_ffff, 0, 0, 0]);
const AT_RISK: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

impl PoolId {
    /// The key of the pool of `strategy` delegated to `operator`: its id without a generation. Operator zero is the
    /// idle pool.
    #[must_use]
    pub fn key(operator: Address, strategy: Address) -> Self {
        let names = [operator.into_word().0, strategy.into_word().0];
        let hash: U256 = keccak256(names.as_flattened()).into();
        let without_generation = hash & !GENERATION_MASK;
        Self(if operator.is_zero() {
            without_generation & !AT_RISK
        } else {
            without_generation | AT_RISK
        })
    }

    /// The pool's key: its id without a generation.
    #[must_use]
    pub fn to_key(self) -> Self {
        Self(self.0 & !GENERATION_MASK)
    }

    /// The id of a generation of this pool. Only the low 24 bits of `generation` count.
    #[must_use]
    pub fn at_generation(self, generation: u32) -> Self {
        Self(self.to_key().0 | (U256::from(generation) & GENERATION_MASK))
    }

    /// How many generations of the pool had ended when this one began.
    #[must_use]
    pub fn generation(self) -> u32 {
        (self.0 & GENERATION_MASK).to()
    }

    /// True for a pool of operator zero, which nobody can slash.
    #[must_use]
    pub fn is_idle(self) -> bool {
        (self.0 & AT_RISK).is_zero()
    }
}

impl From<U256> for PoolId {
    fn from(id: U256) -> Self {
        Self(id)
    }
}

impl From<PoolId> for U256 {
    fn from(id: PoolId) -> Self {
        id.0
    }
}

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#066x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{address, uint};

    use super::*;

    const OPERATOR: Address = address!("0x1111111111111111111111111111111111111111");
    const STRATEGY: Address = address!("0x2222222222222222222222222222222222222222");

    #[test]
    fn generations_share_a_key() {
        let key = PoolId::key(OPERATOR, STRATEGY);
        let third = key.at_generation(3);
        assert_eq!((key.generation(), third.generation()), (0, 3));
        assert_eq!(third.to_key(), key);
        assert_eq!(third.at_generation(7), key.at_generation(7));
        assert_eq!(key.at_generation(1 << 24), key);
        assert_eq!(third.0 - key.0, uint!(3_U256));
    }

    #[test]
    fn the_top_bit_tells_idle_pools_from_those_at_risk() {
        assert!(!PoolId::key(OPERATOR, STRATEGY).is_idle());
        assert!(PoolId::key(Address::ZERO, STRATEGY).is_idle());
        for seed in 0..64_u8 {
            let strategy = Address::repeat_byte(seed);
            assert!(PoolId::key(Address::ZERO, strategy).is_idle());
            assert!(!PoolId::key(OPERATOR, strategy).is_idle());
        }
    }

    #[test]
    fn displays_as_a_word() {
        assert_eq!(PoolId(U256::ONE).to_string(), format!("0x{}1", "0".repeat(63)));
    }
}
