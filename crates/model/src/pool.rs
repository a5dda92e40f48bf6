//! Shares against assets: the arithmetic of pools and exit buckets.
//!
//! Both are priced alike: shares are minted and burned at the price `assets / shares`, rounding
//! for those who stay, and a slash lowers assets and nothing else. Assets never exceed shares, so
//! a share is never worth more than 1 wei and a rounding costs at most 1 wei (P2).

use crate::{Magnitude, ModelError, Result, U256, math};

/// The largest number of 104 bits.
pub(crate) const MAX_104: u128 = (1 << 104) - 1;

/// The largest number of 152 bits.
pub(crate) const MAX_152: U256 = U256::from_limbs([u64::MAX, u64::MAX, (1 << 24) - 1, 0]);

/// All stake of one strategy delegated to one operator, in its current generation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pool {
    /// Which life of the pool (P9).
    pub generation: u32,
    /// What the shares are worth together (104 bits).
    pub assets: u128,
    /// All positions together (104 bits).
    pub shares: u128,
}

impl Pool {
    /// What `shares` of the pool are worth: `floor(shares × assets / all shares)`.
    #[must_use]
    pub fn value_of(&self, shares: u128) -> u128 {
        math::part_of(self.assets, U256::from(shares), U256::from(self.shares))
    }

    /// Adds `assets` and mints `floor(assets × shares / assets before)`, the first deposit one for
    /// one.
    pub(crate) fn mint(&mut self, assets: u128) -> Result<u128> {
        let minted = math::convert(assets, U256::from(self.shares), self.assets);
        let all_assets = U256::from(self.assets) + U256::from(assets);
        let all_shares = U256::from(self.shares).saturating_add(minted);
        if all_assets > U256::from(MAX_104) || all_shares > U256::from(MAX_104) {
            return Err(ModelError::PoolOverflow { assets: all_assets, shares: all_shares });
        }
        if minted.is_zero() {
            return Err(ModelError::MintsNothing { assets });
        }
        let minted = minted.saturating_to();
        self.assets += assets;
        self.shares += minted;
        Ok(minted)
    }

    /// Burns `shares` (which the caller has shown to be part of the pool) and removes what they
    /// are worth.
    pub(crate) fn burn(&mut self, shares: u128) -> Result<u128> {
        let assets = self.value_of(shares);
        if assets == 0 {
            return Err(ModelError::YieldsNothing { shares });
        }
        self.assets -= assets;
        self.shares -= shares;
        Ok(assets)
    }

    /// What a slash of `magnitude` out of `left` takes: `floor(assets × magnitude / left)`.
    pub(crate) fn slashed_by(&self, magnitude: Magnitude, left: Magnitude) -> u128 {
        slashed(self.assets, magnitude, left)
    }

    /// Ends the generation (P9): an empty pool with the next number.
    pub(crate) fn end_generation(&mut self) {
        *self = Self { generation: self.generation + 1, ..Self::default() };
    }
}

/// The exits from one pool generation that mature in one epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    /// What the exits are worth together (104 bits).
    pub assets: u128,
    /// All exits together (152 bits: a bucket slashed to almost nothing still takes exits, P6).
    pub shares: U256,
}

impl Bucket {
    /// What `shares` of the bucket are worth: `floor(shares × assets / all shares)`.
    #[must_use]
    pub fn value_of(&self, shares: U256) -> u128 {
        math::part_of(self.assets, shares, self.shares)
    }

    /// Adds `assets` and mints `floor(assets × shares / assets before)`, the first exit one for
    /// one.
    pub(crate) fn mint(&mut self, assets: u128) -> Result<U256> {
        let minted = math::convert(assets, self.shares, self.assets);
        let all_assets = U256::from(self.assets) + U256::from(assets);
        let all_shares = self.shares.saturating_add(minted);
        if all_assets > U256::from(MAX_104) || all_shares > MAX_152 {
            return Err(ModelError::BucketOverflow { assets: all_assets, shares: all_shares });
        }
        self.assets += assets;
        self.shares = all_shares;
        Ok(minted)
    }

    /// Burns `shares` (which the caller has shown to be part of the bucket) and removes what they
    /// are worth, which may be nothing: an exit worth nothing completes too.
    pub(crate) fn burn(&mut self, shares: U256) -> u128 {
        let assets = self.value_of(shares);
        self.assets -= assets;
        self.shares -= shares;
        assets
    }

    /// What a slash of `magnitude` out of `left` takes: `floor(assets × magnitude / left)`.
    pub(crate) fn slashed_by(&self, magnitude: Magnitude, left: Magnitude) -> u128 {
        slashed(self.assets, magnitude, left)
    }
}

/// Rounded down, so that a slash takes at most its fraction (P3).
fn slashed(assets: u128, magnitude: Magnitude, left: Magnitude) -> u128 {
    math::part_of(assets, U256::from(magnitude.0), U256::from(left.0))
}

#[cfg(test)]
mod tests;
