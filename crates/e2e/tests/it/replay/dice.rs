//! Numbers that look random and are always the same.

use alloy::primitives::U256;

/// The generator called `SplitMix64`.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of them.
    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let count = u64::try_from(from.len()).unwrap();
        let index = if count == 0 { return None } else { self.below(count) };
        from.get(usize::try_from(index).unwrap()).cloned()
    }

    /// From 1 to `most`, of every order of size; all of it once in four times.
    pub(crate) fn amount(&mut self, most: U256) -> U256 {
        if most.is_zero() || self.once_in(4) {
            return most;
        }
        let bits = self.below(u64::try_from(most.bit_len()).unwrap()) + 1;
        let rolled = U256::from(self.roll()) << 64 | U256::from(self.roll());
        let amount: U256 = rolled >> (128 - bits.min(128));
        amount.clamp(U256::ONE, most)
    }

    /// The same for a magnitude or a fraction.
    pub(crate) fn part(&mut self, most: u128) -> U256 {
        self.amount(U256::from(most))
    }
}
