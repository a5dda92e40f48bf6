use std::fmt;

use alloy::primitives::U256;

/// A number of the protocol's one clock. Epoch 1 begins when the core is deployed; 0 means "never". Mirrors
/// `contracts/types/Epoch.sol`; the contracts hold 24 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The last epoch, in which the contracts' clock stands still.
    pub const LAST: Self = Self((1 << 24) - 9);

    /// The epoch of a block with this `timestamp`, on a clock that started at `origin` and has epochs of `length`;
    /// all in seconds. 0 for a block before the clock started, or where `length` is 0.
    #[must_use]
    pub fn at(timestamp: u64, origin: u64, length: u64) -> Self {
        let passed = timestamp.checked_sub(origin).and_then(|since| since.checked_div(length));
        let epoch = |passed: u64| u32::try_from(passed.saturating_add(1)).unwrap_or(u32::MAX);
        Self(passed.map_or(0, epoch)).min(Self::LAST)
    }

    /// The timestamp of this epoch's first second, on such a clock. That of epoch 0 is the origin, and of one that no
    /// timestamp tells, the largest.
    #[must_use]
    pub fn start(self, origin: u64, length: u64) -> u64 {
        origin.saturating_add(u64::from(self.0.saturating_sub(1)).saturating_mul(length))
    }

    /// The epoch `n` later.
    #[must_use]
    pub const fn plus(self, n: u32) -> Self {
        Self(self.0.saturating_add(n))
    }

    /// False for epoch 0, which stands for "never".
    #[must_use]
    pub const fn is_set(self) -> bool {
        self.0 != 0
    }
}

/// The contracts know no epoch beyond 24 bits; a larger number becomes `u32::MAX`.
impl From<U256> for Epoch {
    fn from(epoch: U256) -> Self {
        Self(epoch.saturating_to())
    }
}

impl From<Epoch> for U256 {
    fn from(epoch: Epoch) -> Self {
        Self::from(epoch.0)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_begin_at_one_and_include_their_first_second() {
        let at = |timestamp| Epoch::at(timestamp, 1_000, 60).0;
        assert_eq!((at(999), at(1_000), at(1_059), at(1_060)), (0, 1, 1, 2));
        assert_eq!(Epoch::at(5, 0, 0), Epoch(0));
        assert_eq!(Epoch(1).start(1_000, 60), 1_000);
        assert_eq!(Epoch(3).start(1_000, 60), 1_120);
        assert_eq!(Epoch(3).start(u64::MAX - 1, u64::MAX), u64::MAX);
        assert_eq!(Epoch::at(Epoch(3).start(1_000, 60), 1_000, 60), Epoch(3));
    }

    #[test]
    fn converts_to_what_the_contracts_hold() {
        assert_eq!(Epoch::from(U256::from(5)), Epoch(5));
        assert_eq!(Epoch::from(U256::MAX), Epoch(u32::MAX));
        let told: U256 = Epoch(5).into();
        assert_eq!(told, U256::from(5));
        assert!(Epoch(1).is_set() && !Epoch::default().is_set());
        assert_eq!(Epoch(1).plus(2).to_string(), "3");
    }
}
