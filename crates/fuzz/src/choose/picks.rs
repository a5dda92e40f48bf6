//! A gene's picks, read one after the other.

use crate::genes::Gene;

/// What decides about one action. Where the gene has no more picks, more are made of it.
pub(super) struct Picks {
    gene: Gene,
    read: usize,
}

impl Picks {
    pub(super) const fn of(gene: Gene) -> Self {
        Self { gene, read: 0 }
    }

    fn next(&mut self) -> u16 {
        let place = self.read;
        self.read += 1;
        if let Some(&pick) = self.gene.picks.get(place) {
            return pick;
        }
        let seed = self.gene.picks.iter().fold(place as u64, |all, &pick| {
            (all ^ u64::from(pick)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
        });
        // The lowest bits of a product depend on too little.
        let [.., high, low, _, _] = seed.to_le_bytes();
        u16::from_le_bytes([high, low])
    }

    /// A number below `end`; 0 where that is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(self.next()) % end.max(1)
    }

    /// Once in `n` times.
    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of several, of which there is at least one.
    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// The first that suits, beginning with a random one and going once round.
    pub(super) fn first<T: Copy>(&mut self, of: &[T], suits: impl Fn(T) -> bool) -> Option<T> {
        let (before, from) = of.split_at(self.below(of.len()));
        from.iter().chain(before).copied().find(|one| suits(*one))
    }

    /// A number from 1 to `most`, its length in bits as random as its bits; 0 where `most` is 0.
    pub(super) fn up_to(&mut self, most: u128) -> u128 {
        let bits = most.checked_ilog2().map_or(0, |log| log + 1);
        let bits = self.below(bits as usize) + 1;
        let wide = u128::from(self.next()) | u128::from(self.next()) << 16;
        let high = wide << 96 | wide << 64 | wide << 32 | wide;
        (high >> (128 - bits.min(128))).max(1).min(most)
    }

    /// A part of `all`: all of it, a half, 1, anything between; and, less often, none, one more than
    /// all, and the largest number there is.
    pub(super) fn part(&mut self, all: u128) -> u128 {
        match self.below(32) {
            0..6 => all,
            6..13 => all.div_ceil(2),
            13..15 => 1,
            15 => all.saturating_sub(1).max(1),
            16..29 => self.up_to(all),
            29 => 0,
            30 => all.saturating_add(1),
            _ => u128::MAX,
        }
    }

    /// A least amount for what yields `exact`: none, exactly that; and, less often, one more.
    pub(super) fn least(&mut self, exact: u128) -> u128 {
        match self.below(16) {
            0..8 => 0,
            8..14 => exact,
            14 => 1,
            _ if self.once_in(3) => u128::MAX,
            _ => exact.saturating_add(1),
        }
    }
}
