//! The state of the contracts, and how a log changes it.

use alloy::primitives::{Address, U256};
use palisade_bindings::{
    AllocationManager::AllocationManagerEvents as M, Epoch, PoolId,
    RewardsDistributor::RewardsDistributorEvents as D, StakeVault::StakeVaultEvents as V,
};

use crate::{
    Distributor, Error, Event, Manager, Misfit, Place, Result, Vault,
    math::{Fit, same},
};

/// The whole state of a core, and of the rewards distributor beside it, as their logs tell it. It begins empty: apply
/// every log of the contracts in the order of the chain, from the constructors' on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    vault: Vault,
    manager: Manager,
    distributor: Distributor,
    call: Call,
    newest: u64,
    applied: u64,
}

/// When a log was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) timestamp: u64,
    pub(crate) epoch: Epoch,
}

impl Now {
    /// The epoch that closed last.
    pub(crate) const fn closed(self) -> Epoch {
        Epoch(self.epoch.0.saturating_sub(1))
    }
}

/// What the call that is under way has logged so far, and must follow up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) burned: Option<Burned>,
    /// The operator that admitted, and the staker.
    pub(crate) admitted: Option<(Address, Address)>,
    pub(crate) created: Option<PoolId>,
    pub(crate) minted: Option<Minted>,
    pub(crate) slashed: Option<Slashed>,
}

/// Stake that left a pool and has not been placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Burned {
    pub(crate) pool: PoolId,
    pub(crate) owner: Address,
    pub(crate) shares: U256,
    pub(crate) assets: U256,
    /// Whether it left without notice, so that no queue awaits it.
    pub(crate) at_once: bool,
}

/// Stake that entered a pool in the log before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Minted {
    pub(crate) pool: PoolId,
    pub(crate) owner: Address,
    pub(crate) shares: U256,
    pub(crate) assets: U256,
}

/// What the vault took in a slash; the allocation manager has not logged it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slashed {
    pub(crate) pool: PoolId,
    /// The assets of the pool and of its two unmatured buckets before.
    pub(crate) before: [U256; 3],
    pub(crate) taken: [U256; 3],
    pub(crate) ended: bool,
    pub(crate) credited: bool,
}

impl Slashed {
    pub(crate) fn assets(&self) -> U256 {
        self.taken.iter().fold(U256::ZERO, |sum, taken| sum.saturating_add(*taken))
    }
}

impl Minted {
    /// It is what the log after it says.
    pub(crate) fn is(
        self,
        log: &'static str,
        pool: PoolId,
        owner: Address,
        shares: U256,
        assets: U256,
    ) -> Fit {
        same("pool", pool.0, self.pool.0)?;
        same("shares", shares, self.shares)?;
        same("assets", assets, self.assets)?;
        if owner == self.owner { Ok(()) } else { Err(Misfit::Unfinished(log)) }
    }
}

impl Call {
    /// What it still has to log.
    fn owes(&self) -> Option<&'static str> {
        if self.slashed.is_some() {
            Some("OperatorSlashed")
        } else if self.created.is_some() {
            Some("the Transfer of the new pool's first stake")
        } else if self.admitted.is_some() {
            Some("the Transfer of the stake that was admitted")
        } else if self.burned.is_some() && self.minted.is_some() {
            Some("Delegated")
        } else if self.burned.is_some() {
            Some("Withdrawn, Delegated or WithdrawalQueued")
        } else {
            None
        }
    }

    pub(crate) fn may_begin(&self) -> Fit {
        self.owes().map_or(Ok(()), |owed| Err(Misfit::Unfinished(owed)))
    }

    /// Stake may enter a pool next: nothing is owed, or only where burned stake goes.
    pub(crate) fn may_mint(&self) -> Fit {
        if self.slashed.is_none() && (self.burned.is_none() || self.minted.is_none()) {
            return Ok(());
        }
        self.may_begin()
    }

    pub(crate) fn may_create(&self) -> Fit {
        if self.created.is_none() { self.may_mint() } else { self.may_begin() }
    }

    pub(crate) fn may_admit(&self) -> Fit {
        if self.admitted.is_none() { self.may_create() } else { self.may_begin() }
    }

    /// Stake that was burned and not minted again: the log says where it is.
    pub(crate) fn placed(&self, log: &'static str, pool: PoolId, owner: Address) -> Fit<Burned> {
        if self.admitted.is_some() || self.created.is_some() || self.minted.is_some() {
            self.may_begin()?;
        }
        self.moved(log, pool, owner)
    }

    /// Stake that was burned.
    pub(crate) fn moved(&self, log: &'static str, pool: PoolId, owner: Address) -> Fit<Burned> {
        let burned = self.burned.ok_or(Misfit::NotBefore("a Transfer that burns"))?;
        same("pool", pool.0, burned.pool.0)?;
        if owner == burned.owner { Ok(burned) } else { Err(Misfit::Unfinished(log)) }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Replay {
    /// The state before the first log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies the next log, of a block with this timestamp. After an error the state is what it was.
    ///
    /// # Errors
    /// [`Error::Misfit`]: a log before this one is missing, doubled or out of order.
    pub fn apply(&mut self, timestamp: u64, event: &Event) -> Result<()> {
        let call = self.call;
        if let Err(misfit) = self.fit(timestamp, event) {
            self.call = call;
            let (index, event) = (self.applied, event.name());
            return Err(Error::Misfit { index, event, timestamp, misfit });
        }
        self.newest = timestamp;
        self.applied += 1;
        Ok(())
    }

    /// The places where words were written since they were taken last, each once: every word that is another since
    /// then is among them, and some may be that are not. Two replays are equal only where the same was taken of both.
    pub fn take_touched(&mut self) -> Vec<Place> {
        let (vault, manager) = (&mut self.vault.touched, &mut self.manager.touched);
        let core = std::mem::take(vault).into_iter().chain(std::mem::take(manager));
        core.chain(std::mem::take(&mut self.distributor.touched)).collect()
    }

    /// How many logs were applied.
    #[must_use]
    pub const fn applied(&self) -> u64 {
        self.applied
    }

    /// The timestamp of the newest log.
    #[must_use]
    pub const fn newest(&self) -> u64 {
        self.newest
    }

    /// What the vault keeps.
    #[must_use]
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// What the allocation manager keeps.
    #[must_use]
    pub const fn manager(&self) -> &Manager {
        &self.manager
    }

    /// What the rewards distributor keeps.
    #[must_use]
    pub const fn distributor(&self) -> &Distributor {
        &self.distributor
    }

    /// The log that the last call has still to write, if any. There is none between calls; so none is owed at the end of
    /// a block.
    #[must_use]
    pub fn owes(&self) -> Option<&'static str> {
        self.call.owes()
    }

    fn fit(&mut self, timestamp: u64, event: &Event) -> Fit {
        if timestamp < self.newest {
            return Err(Misfit::BackInTime { newest: self.newest });
        }
        let (clock, starts) = match event {
            Event::Vault(event) => {
                (self.vault.common.clock, matches!(event, V::ClockStarted(_) | V::AuthoritySet(_)))
            }
            Event::Manager(event) => (
                self.manager.common.clock,
                matches!(event, M::ClockStarted(_) | M::AuthoritySet(_)),
            ),
            Event::Distributor(event) => {
                (self.distributor.clock, matches!(event, D::ClockStarted(_)))
            }
        };
        let epoch = match clock {
            Some(clock) => clock.epoch_at(timestamp),
            None if starts => Epoch::default(),
            None => return Err(Misfit::NotBefore("ClockStarted")),
        };
        let now = Now { timestamp, epoch };
        if !Call::goes_on_with(event) {
            self.call.may_begin()?;
            self.call.clear();
        }
        match event {
            Event::Vault(V::PoolRenewed(renewed)) => {
                // The allocation manager ends the generation of the budget with it, and says nothing.
                let names = self.names(renewed.pool.into())?;
                self.manager.may_renew(names)?;
                self.vault.renew(renewed.pool.into(), renewed.assets, now)?;
                self.manager.renew(names);
                Ok(())
            }
            Event::Vault(event) => self.vault.apply(event, now, &mut self.call),
            Event::Manager(event) => self.manager.apply(event, now, &self.vault, &mut self.call),
            Event::Distributor(event) => self.distributor.apply(event, now, &self.vault),
        }
    }

    /// Whose pool it is, and of what.
    fn names(&self, pool: PoolId) -> Fit<(Address, Address)> {
        let missing = || Misfit::Missing { what: "pool", key: pool.to_string() };
        let pool = self.vault.pools.get(&pool.to_key()).ok_or_else(missing)?;
        Ok((pool.operator, pool.strategy))
    }
}

impl Call {
    /// Whether the log may be one in the middle of a call; it is then checked where it is applied.
    fn goes_on_with(event: &Event) -> bool {
        match event {
            Event::Vault(event) => matches!(
                event,
                V::Transfer(_)
                    | V::AdmissionUsed(_)
                    | V::PoolCreated(_)
                    | V::Withdrawn(_)
                    | V::Delegated(_)
                    | V::WithdrawalQueued(_)
                    | V::Redelegated(_)
                    | V::GenerationEnded(_)
                    | V::Credited(_)
            ),
            Event::Manager(event) => matches!(event, M::OperatorSlashed(_)),
            // It has a lock of its own: a token may call it while it moves in a slash.
            Event::Distributor(_) => true,
        }
    }
}
