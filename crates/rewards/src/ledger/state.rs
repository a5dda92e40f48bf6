use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use palisade_bindings::{
    Epoch, PoolId, RewardStreams::RewardStreamsEvents as S, RewardsDistributor,
    RewardsDistributor::RewardsDistributorEvents as D, StakeVault::StakeVaultEvents as V,
};
use palisade_replay::{self as replay, Clock, Pool, Replay};

use super::{Contracts, Entry, Error, Misfit, Payment, Result, Source, entry::Event, error::Fit};

/// What stakers can claim, as the logs so far tell it. It begins empty: apply every log of the contracts in the order of
/// the chain, from the constructors' on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    contracts: Contracts,
    newest: Option<(u64, u64, u64)>,
    applied: u64,
    replay: Replay,
    /// What pools came to after each epoch in which that changed, by key.
    assets: BTreeMap<PoolId, BTreeMap<Epoch, U256>>,
    /// What was claimed so far, by pool generation, token and owner.
    pub(super) claimed: BTreeMap<(PoolId, Address, Address), U256>,
    /// What was paid in, less what was paid out, by token.
    held: BTreeMap<Address, U256>,
    payments: Vec<Payment>,
    streams: BTreeMap<U256, Source>,
    split: Option<Split>,
}

/// A sum that the streams are splitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Split {
    transaction: B256,
    source: Source,
    left: U256,
}

impl Ledger {
    /// The ledger before the first log.
    #[must_use]
    pub fn new(contracts: Contracts) -> Self {
        Self {
            contracts,
            newest: None,
            applied: 0,
            replay: Replay::new(),
            assets: BTreeMap::new(),
            claimed: BTreeMap::new(),
            held: BTreeMap::new(),
            payments: Vec::new(),
            streams: BTreeMap::new(),
            split: None,
        }
    }

    /// Applies the next log. Those of other contracts are passed over. After an error the state is what it was.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Misfit`]: a log before this one is missing, doubled or out of order, or the
    /// contracts do not keep their rules.
    pub fn apply(&mut self, entry: &Entry) -> Result<()> {
        let Some(event) = Event::read(self.contracts, entry)? else { return Ok(()) };
        self.fit(entry, &event).map_err(|misfit| Error::Misfit {
            block: entry.block,
            index: entry.index,
            event: event.name(),
            misfit: Box::new(misfit),
        })?;
        self.newest = Some((entry.block, entry.index, entry.timestamp));
        self.applied += 1;
        Ok(())
    }

    /// How many logs of the contracts were applied.
    #[must_use]
    pub const fn applied(&self) -> u64 {
        self.applied
    }

    /// Block and timestamp of the newest log.
    #[must_use]
    pub fn newest(&self) -> Option<(u64, u64)> {
        self.newest.map(|(block, _, timestamp)| (block, timestamp))
    }

    /// All that vault, allocation manager and distributor keep.
    #[must_use]
    pub const fn replay(&self) -> &Replay {
        &self.replay
    }

    /// The clock, once it was logged.
    #[must_use]
    pub fn clock(&self) -> Option<Clock> {
        self.replay.vault().common.clock
    }

    /// The pools, by key.
    #[must_use]
    pub const fn pools(&self) -> &BTreeMap<PoolId, Pool> {
        &self.replay.vault().pools
    }

    /// What a pool came to at the first instant of `epoch`, in units of its strategy.
    #[must_use]
    pub fn assets_at(&self, pool: PoolId, epoch: Epoch) -> U256 {
        let stood = self.assets.get(&pool.to_key());
        let stood = stood.and_then(|stood| stood.range(..epoch).next_back());
        stood.map_or(U256::ZERO, |(_, assets)| *assets)
    }

    /// All payments, in the order of the chain.
    #[must_use]
    pub fn payments(&self) -> &[Payment] {
        &self.payments
    }

    /// What the distributor must hold of a token: what was paid in, less what was paid out.
    #[must_use]
    pub fn holdings(&self, token: Address) -> U256 {
        self.held.get(&token).copied().unwrap_or_default()
    }

    /// The commissions that were not collected, by operator and token.
    #[must_use]
    pub const fn collectable(&self) -> &BTreeMap<(Address, Address), U256> {
        &self.replay.distributor().collectable
    }

    fn fit(&mut self, entry: &Entry, event: &Event) -> Fit {
        if let Some((block, index, timestamp)) = self.newest {
            let later_block = entry.block > block && entry.timestamp >= timestamp;
            let same_block = entry.block == block && entry.timestamp == timestamp;
            if !(later_block || same_block && entry.index > index) {
                return Err(Misfit::OutOfOrder { block, index, timestamp });
            }
        }
        let event = match event {
            Event::Replayed(event) => event,
            Event::Streams(event) => return Ok(self.streams(event, entry)?),
        };
        // Who pays is asked before, and all else after: replay refuses what does not fit.
        let payer = match event {
            replay::Event::Distributor(D::Distributed(paid)) => Some(self.source(paid, entry)?),
            _ => None,
        };
        self.replay.apply(entry.timestamp, event).map_err(|error| match error {
            replay::Error::Misfit { misfit, .. } => misfit,
            // It has no other.
            _ => replay::Misfit::Forbidden("it is none of these contracts"),
        })?;
        // Nobody asks which words they are.
        self.replay.take_touched();
        match event {
            replay::Event::Vault(event) => self.vault(event, entry.timestamp),
            replay::Event::Distributor(event) => self.distributor(event, entry, payer),
            replay::Event::Manager(_) => {}
        }
        Ok(())
    }

    /// What is left of a pool after a log of the vault.
    fn vault(&mut self, event: &V, timestamp: u64) {
        let pool = match event {
            V::Transfer(event) => event.id,
            V::Slashed(event) => event.pool,
            V::GenerationEnded(event) => event.pool,
            V::PoolRenewed(event) => event.pool,
            _ => return,
        };
        let key = PoolId::from(pool).to_key();
        if let Some((pool, clock)) = self.pools().get(&key).zip(self.clock()) {
            let assets = pool.assets;
            self.assets.entry(key).or_default().insert(clock.epoch_at(timestamp), assets);
        }
    }

    fn distributor(&mut self, event: &D, entry: &Entry, payer: Option<(Source, Option<Split>)>) {
        match (event, payer) {
            (D::Distributed(event), Some((source, split))) => {
                let (pool, epoch) = (PoolId::from(event.pool), Epoch::from(event.epoch));
                let total = self.pools().get(&pool.to_key()).map(|pool| pool.at(epoch));
                let held = self.held.entry(event.token).or_default();
                *held = held.saturating_add(event.amount);
                self.split = split;
                self.payments.push(Payment {
                    block: entry.block,
                    transaction: entry.transaction,
                    source,
                    pool,
                    token: event.token,
                    epoch,
                    amount: event.amount,
                    commission: event.commission,
                    shares: total.unwrap_or_default().shares,
                });
            }
            (D::Claimed(event), _) => {
                let key = (PoolId::from(event.pool), event.token, event.owner);
                let claimed = self.claimed.entry(key).or_default();
                *claimed = claimed.saturating_add(event.amount);
                self.pay_out(event.token, event.amount);
            }
            (D::CommissionCollected(event), _) => self.pay_out(event.token, event.amount),
            _ => {}
        }
    }

    /// Never more than was paid in: it was earned.
    fn pay_out(&mut self, token: Address, amount: U256) {
        let held = self.held.entry(token).or_default();
        *held = held.saturating_sub(amount);
    }

    /// Who paid: where the streams did, who had them do it, and what is left of that sum.
    fn source(
        &self,
        paid: &RewardsDistributor::Distributed,
        entry: &Entry,
    ) -> Fit<(Source, Option<Split>)> {
        let payer = paid.payer;
        if payer.is_zero() || payer != self.contracts.streams {
            return Ok((Source::Direct { payer }, self.split));
        }
        let under_way = self.split.filter(|split| split.transaction == entry.transaction);
        let unreleased = replay::Misfit::NotBefore("Released or DistributedByStake");
        let split = under_way.ok_or(unreleased)?;
        let (asked, held) = (paid.amount, split.left);
        let too_much = replay::Misfit::TooMuch { what: "what the streams released", asked, held };
        let left = held.checked_sub(asked).ok_or(too_much)?;
        Ok((split.source, Some(Split { left, ..split })))
    }

    fn streams(&mut self, event: &S, entry: &Entry) -> std::result::Result<(), replay::Misfit> {
        let clock = self.clock().ok_or(replay::Misfit::NotBefore("the vault's ClockStarted"))?;
        let now = clock.epoch_at(entry.timestamp);
        let closed = |logged: U256| {
            let replayed = U256::from(now.0.saturating_sub(1));
            let differs = replay::Misfit::Differs { what: "epoch", logged, replayed };
            if logged == replayed { Ok(()) } else { Err(differs) }
        };
        let (source, left) = match event {
            S::StreamCreated(event) => {
                let (id, payer, set) = (event.id, event.payer, event.set.into());
                if self.streams.contains_key(&id) {
                    return Err(replay::Misfit::Twice { what: "stream", key: id.to_string() });
                }
                self.streams.insert(id, Source::Stream { id, payer, set });
                return Ok(());
            }
            S::Released(event) => {
                closed(event.epoch)?;
                let what = "stream";
                let missing = || replay::Misfit::Missing { what, key: event.id.to_string() };
                (*self.streams.get(&event.id).ok_or_else(missing)?, event.amount)
            }
            S::DistributedByStake(event) => {
                closed(event.epoch)?;
                let (payer, set) = (event.payer, event.set.into());
                (Source::ByStake { payer, set }, event.amount)
            }
            // Nothing else pays anybody.
            _ => return Ok(()),
        };
        self.split = Some(Split { transaction: entry.transaction, source, left });
        Ok(())
    }
}
