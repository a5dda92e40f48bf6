//! Renewal: a pool whose shares are worth so little that deposits may not fit begins anew.

use crate::{
    Account, Branch, Bucket, Epoch, Model, ModelError, Operator, Pool, PoolId, Result, Strategy,
    U256,
};

/// A pool with more than this many times more shares than assets is worn out: the shares of a
/// deposit within the highest cap might not fit.
pub const WORN_OUT: u128 = 1 << 12;

/// The bucket that holds what is left of a generation that was renewed. Its shares are the
/// positions themselves.
pub(crate) const REST: Epoch = Epoch(0);

/// Shares on their way out of a pool that is left without notice: computed and not yet written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaving {
    id: PoolId,
    from: Source,
    owner: Account,
    position: u128,
    pub(crate) assets: u128,
}

/// What the shares are taken from, after they were.
#[derive(Debug, Clone, Copy)]
enum Source {
    Idle(Pool),
    Rest(Bucket),
}

impl Leaving {
    /// The pool that stake enters as it is once these shares are out.
    pub(crate) fn pool_after(&self, target: Pool, id: PoolId) -> Pool {
        match self.from {
            Source::Idle(pool) if id == self.id => pool,
            _ => target,
        }
    }
}

impl Model {
    /// Ends the generation of a worn-out pool, by its operator, so that it takes stake again. What
    /// is left of it is its holders', who withdraw it at once; queued exits keep their day, and
    /// neither can be slashed any more: nothing of the pool is promised (P9).
    ///
    /// # Errors
    /// [`ModelError::StillCommitted`], [`ModelError::NotWornOut`].
    pub fn renew(&mut self, operator: Operator, strategy: Strategy) -> Result<()> {
        let committed = self.budget(operator, strategy).committed;
        if committed > crate::Magnitude::ZERO {
            return Err(ModelError::StillCommitted { operator, strategy, committed });
        }
        let id = self.pool_id(operator, strategy);
        let Pool { assets, shares, .. } = self.vault.pool(operator, strategy);
        // Assets have 104 bits at most.
        if shares <= assets * WORN_OUT {
            return Err(ModelError::NotWornOut { pool: id, assets, shares });
        }
        let rest = Bucket { assets, shares: U256::from(shares) };
        self.vault.buckets.insert((id, REST), rest);
        self.end_generation(operator, strategy);
        Ok(())
    }

    /// Whether the generation ended by a renewal, so that its positions are still worth something.
    #[must_use]
    pub fn was_renewed(&self, id: PoolId) -> bool {
        self.vault.buckets.contains_key(&(id, REST))
    }

    /// Takes shares out of the idle pool or of what is left of a renewed generation.
    pub(crate) fn plan_leaving(&self, owner: Account, id: PoolId, shares: u128) -> Result<Leaving> {
        let idle = id.operator == Operator::IDLE;
        let pool = self.vault.pool(id.operator, id.strategy);
        if !idle && pool.generation == id.generation {
            return Err(ModelError::StakeAtRisk { pool: id });
        }
        if !self.was_renewed(id) {
            // The idle pool never ends; of any other generation nothing is left.
            self.vault.current(id)?;
        }
        let held = self.vault.position_with(id, owner, shares)?;
        let (from, assets) = if idle {
            let mut pool = pool;
            let assets = pool.burn(shares)?;
            (Source::Idle(pool), assets)
        } else {
            let mut rest = self.vault.bucket(id, REST);
            let assets = rest.burn(U256::from(shares));
            if assets == 0 {
                return Err(ModelError::YieldsNothing { shares });
            }
            (Source::Rest(rest), assets)
        };
        Ok(Leaving { id, from, owner, position: held - shares, assets })
    }

    pub(crate) fn write_leaving(&mut self, leaving: &Leaving) {
        let Leaving { id, from, owner, position, .. } = *leaving;
        match from {
            Source::Idle(pool) => {
                self.write_stake((id.operator, id.strategy), pool, owner, position);
            }
            Source::Rest(rest) => {
                let now = self.epoch();
                self.vault.buckets.insert((id, REST), rest);
                self.vault.totals.entry(id).or_default().record(now, rest.shares.saturating_to());
                self.write_position(id, owner, position);
                self.reached_if(rest.shares.is_zero(), Branch::EmptiesRest);
            }
        }
    }
}
