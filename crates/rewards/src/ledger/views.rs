use alloy_primitives::{Address, U256};
use palisade_bindings::PoolId;
use palisade_replay::Claim;

use super::{At, Ledger};

/// What one owner has of one pool's generation in one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is.
    pub owner: Address,
    /// The pool's generation.
    pub pool: PoolId,
    /// The reward token.
    pub token: Address,
    /// How far it has claimed.
    pub claim: Claim,
    /// What it was paid so far.
    pub claimed: U256,
    /// What it can claim now.
    pub claimable: U256,
}

impl Ledger {
    /// The distributor's views at a timestamp, which is not before the newest log's. `None` before its first log.
    #[must_use]
    pub fn at(&self, timestamp: u64) -> Option<At<'_>> {
        self.replay().distributor_at(timestamp)
    }

    /// What everybody has of everything that was paid, by pool and token: a row for each token that a generation was
    /// paid in and each owner that ever held shares of it.
    pub fn standings<'a>(&'a self, at: At<'a>) -> impl Iterator<Item = Standing> + 'a {
        let (through, positions) = (at.closed_epoch(), &self.replay().vault().positions);
        self.replay().distributor().rewards.keys().flat_map(move |&(pool, token)| {
            let all = (pool, Address::ZERO)..=(pool, Address::repeat_byte(0xff));
            positions.range(all).map(move |(&(_, owner), _)| Standing {
                owner,
                pool,
                token,
                claim: at.claimed_of(pool, token, owner),
                claimed: self.claimed.get(&(pool, token, owner)).copied().unwrap_or_default(),
                claimable: at.claimable(owner, through, pool, token),
            })
        })
    }
}
