use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use palisade_bindings::{
    Epoch, PoolId, RewardStreams::RewardStreamsEvents as S, RewardsDistributor,
    RewardsDistributor::RewardsDistributorEvents as D, StakeVault,
    StakeVault::StakeVaultEvents as V,
};

use super::{
    Commission, Contracts, Entry, Error, Generation, Misfit, Payment, Pool, Result, Rewards,
    Source, Total, WAD,
    entry::Event,
    error::{Fit, fits, minus, plus, require, same},
    pool::{part, part_up},
};

/// What stakers can claim, as the logs so far tell it. It begins empty: apply every log of the contracts in the order of
/// the chain, from the constructors' on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    contracts: Contracts,
    newest: Option<(u64, u64, u64)>,
    applied: u64,
    pub(super) clock: Option<Clock>,
    distributor_started: bool,
    pub(super) pools: BTreeMap<PoolId, Pool>,
    pub(super) generations: BTreeMap<PoolId, Generation>,
    opened: BTreeSet<Address>,
    pub(super) commissions: BTreeMap<Address, Commission>,
    pub(super) collectable: BTreeMap<(Address, Address), U256>,
    pub(super) recipients: BTreeMap<Address, Address>,
    pub(super) held: BTreeMap<Address, U256>,
    pub(super) payments: Vec<Payment>,
    streams: BTreeMap<U256, Source>,
    split: Option<Split>,
}

/// When epochs begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The length of an epoch, in seconds.
    pub epoch_length: u64,
    /// The timestamp at which epoch 1 began.
    pub origin: u64,
}

impl Clock {
    /// The epoch of a block with this timestamp.
    #[must_use]
    pub fn epoch_at(self, timestamp: u64) -> Epoch {
        Epoch::at(timestamp, self.origin, self.epoch_length)
    }
}

/// How far an owner has claimed the rewards of one position in one token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Epochs before it are done with, and it itself as far as `cumulative`.
    pub through: Epoch,
    /// How far the rewards of a share had come, in 2^-64 units.
    pub cumulative: U256,
    /// What is earned and less than a unit, in 2^-64 units.
    pub fraction: U256,
    /// What was paid out so far.
    pub claimed: U256,
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
            clock: None,
            distributor_started: false,
            pools: BTreeMap::new(),
            generations: BTreeMap::new(),
            opened: BTreeSet::new(),
            commissions: BTreeMap::new(),
            collectable: BTreeMap::new(),
            recipients: BTreeMap::new(),
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

    fn fit(&mut self, entry: &Entry, event: &Event) -> Fit {
        if let Some((block, index, timestamp)) = self.newest {
            let later_block = entry.block > block && entry.timestamp >= timestamp;
            let same_block = entry.block == block && entry.timestamp == timestamp;
            if !(later_block || same_block && entry.index > index) {
                return Err(Misfit::OutOfOrder { block, index, timestamp });
            }
        }
        if let Event::Vault(V::ClockStarted(started)) = event {
            return self.start(started.epochLength, started.origin);
        }
        if let Event::Vault(V::AuthoritySet(_)) = event {
            return Ok(());
        }
        let clock = self.clock.ok_or(Misfit::NotBefore("the vault's ClockStarted"))?;
        let now = clock.epoch_at(entry.timestamp);
        match event {
            Event::Vault(event) => self.vault(event, now),
            Event::Distributor(event) => {
                let starts = matches!(event, D::ClockStarted(_));
                if !self.distributor_started && !starts {
                    return Err(Misfit::NotBefore("the distributor's ClockStarted"));
                }
                self.distributor(event, entry, clock, now)
            }
            Event::Streams(event) => self.streams(event, entry, now),
        }
    }

    fn start(&mut self, epoch_length: U256, origin: U256) -> Fit {
        if self.clock.is_some() {
            return Err(Misfit::Twice { what: "clock of", key: "the vault".to_owned() });
        }
        let epoch_length = fits("epoch length", epoch_length, 64)?.to();
        self.clock = Some(Clock { epoch_length, origin: fits("origin", origin, 64)?.to() });
        Ok(())
    }

    /* The vault */

    fn vault(&mut self, event: &V, now: Epoch) -> Fit {
        match event {
            V::OperatorOpened(event) => {
                self.opened.insert(event.operator);
                Ok(())
            }
            V::PoolCreated(event) => {
                let key = PoolId::from(event.pool);
                same("pool", event.pool, PoolId::key(event.operator, event.strategy).into())?;
                if self.pools.contains_key(&key) {
                    return Err(Misfit::Twice { what: "pool", key: key.to_string() });
                }
                let (operator, strategy) = (event.operator, event.strategy);
                self.pools.insert(key, Pool { operator, strategy, history: Vec::new() });
                Ok(())
            }
            V::Transfer(event) => self.transfer(event, now),
            V::Slashed(event) => {
                let (pool, total) = self.living(event.pool.into())?;
                let assets = minus("the pool's assets", total.assets, event.fromPool)?;
                pool.set(Total { since: now, assets, ..total });
                Ok(())
            }
            V::GenerationEnded(event) => self.end_generation(event.pool.into(), now),
            V::PoolRenewed(event) => {
                let id = PoolId::from(event.pool);
                let (_, total) = self.living(id)?;
                same("assets", event.assets, total.assets)?;
                self.end_generation(id, now)?;
                self.generations.entry(id).or_default().renewed = true;
                Ok(())
            }
            // Nothing else touches who holds what.
            _ => Ok(()),
        }
    }

    fn transfer(&mut self, event: &StakeVault::Transfer, now: Epoch) -> Fit {
        let id = PoolId::from(event.id);
        let amount = fits("amount", event.amount, 104)?;
        require(!amount.is_zero(), "nothing was moved")?;
        if event.sender.is_zero() {
            return self.mint(id, event.receiver, amount, now);
        }
        let missing = || Misfit::Missing { what: "pool generation", key: id.to_string() };
        let generation = self.generations.get_mut(&id).ok_or_else(missing)?;
        let rest = minus("the position", generation.shares(event.sender), amount)?;
        if event.receiver.is_zero() {
            let key = id.to_key();
            let pool = self.pools.get_mut(&key).ok_or_else(missing)?;
            let total = pool.now();
            if pool.id(total) == id {
                let shares = minus("the pool's shares", total.shares, amount)?;
                let assets = total.assets - part(amount, total.assets, total.shares);
                pool.set(Total { since: now, shares, assets, ..total });
            } else {
                require(generation.renewed, "nothing leaves a generation that a slash ended")?;
            }
        }
        generation.set_shares(event.sender, rest, now);
        if !event.receiver.is_zero() {
            // Read after the write: the receiver may be the sender.
            let held = generation.shares(event.receiver).saturating_add(amount);
            generation.set_shares(event.receiver, held, now);
        }
        Ok(())
    }

    /// Stake enters a pool. Its assets follow from its shares, of which there are never fewer.
    fn mint(&mut self, id: PoolId, owner: Address, amount: U256, now: Epoch) -> Fit {
        let (pool, total) = self.living(id)?;
        let (assets, shares) = (total.assets, total.shares);
        let entered = if shares.is_zero() { amount } else { part_up(amount, assets, shares) };
        let assets = plus("assets of the pool", assets, entered, 104)?;
        let shares = plus("shares of the pool", shares, amount, 104)?;
        pool.set(Total { since: now, shares, assets, ..total });
        let generation = self.generations.entry(id).or_default();
        let held = generation.shares(owner).saturating_add(amount);
        generation.set_shares(owner, held, now);
        Ok(())
    }

    fn end_generation(&mut self, id: PoolId, now: Epoch) -> Fit {
        let (pool, total) = self.living(id)?;
        let generation = total.generation.saturating_add(1);
        pool.set(Total { since: now, generation, ..Total::default() });
        Ok(())
    }

    /// The pool whose living generation this is, and what it comes to.
    fn living(&mut self, id: PoolId) -> Fit<(&mut Pool, Total)> {
        let missing = || Misfit::Missing { what: "living pool", key: id.to_string() };
        let pool = self.pools.get_mut(&id.to_key()).ok_or_else(missing)?;
        let total = pool.now();
        if pool.id(total) == id { Ok((pool, total)) } else { Err(missing()) }
    }

    /* The distributor */

    fn distributor(&mut self, event: &D, entry: &Entry, clock: Clock, now: Epoch) -> Fit {
        let closed = Epoch(now.0.saturating_sub(1));
        match event {
            D::ClockStarted(event) => {
                if self.distributor_started {
                    let key = "the distributor".to_owned();
                    return Err(Misfit::Twice { what: "clock of", key });
                }
                same("epoch length", event.epochLength, U256::from(clock.epoch_length))?;
                same("origin", event.origin, U256::from(clock.origin))?;
                self.distributor_started = true;
                Ok(())
            }
            D::Distributed(event) => self.pay(event, entry, closed),
            D::Claimed(event) => self.claim(event, closed),
            D::CommissionSet(event) => {
                let opened = self.opened.contains(&event.operator);
                let commission = self.commissions.get(&event.operator).copied().unwrap_or_default();
                let commission = commission.set(event.rate, event.effective, now, opened)?;
                self.commissions.insert(event.operator, commission);
                Ok(())
            }
            D::CommissionCollected(event) => {
                let key = (event.operator, event.token);
                let due = self.collectable.get(&key).copied().unwrap_or_default();
                require(!due.is_zero(), "there is no commission to collect")?;
                same("amount", event.amount, due)?;
                self.pay_out(event.token, due)?;
                self.collectable.remove(&key);
                Ok(())
            }
            D::RecipientSet(event) => {
                self.recipients.insert(event.owner, event.recipient);
                Ok(())
            }
        }
    }

    fn pay(
        &mut self,
        event: &RewardsDistributor::Distributed,
        entry: &Entry,
        closed: Epoch,
    ) -> Fit {
        let id = PoolId::from(event.pool);
        same("epoch", event.epoch, closed.into())?;
        let missing = || Misfit::Missing { what: "pool", key: id.to_string() };
        let pool = self.pools.get(&id.to_key()).ok_or_else(missing)?;
        require(!id.is_idle(), "idle stake earns nothing")?;
        let total = pool.at(closed);
        same("pool's generation", event.pool, pool.id(total).into())?;
        require(!total.shares.is_zero(), "the pool had no shares at the start of the epoch")?;
        let amount = fits("amount", event.amount, 128)?;
        require(!amount.is_zero(), "nothing was paid")?;
        let operator = pool.operator;
        let rate = self.commissions.get(&operator).copied().unwrap_or_default().at(closed);
        let commission = part(amount, U256::from(rate), U256::from(WAD));
        same("commission", event.commission, commission)?;

        let (source, split) = self.source(event.payer, entry, amount)?;
        let held = self.held.get(&event.token).copied().unwrap_or_default();
        let held = plus("sum of payments", held, amount, 256)?;
        let key = (operator, event.token);
        let collectable = self.collectable.get(&key).copied().unwrap_or_default();
        let collectable = plus("commission of the operator", collectable, commission, 256)?;
        let generation = self.generations.get_mut(&id).ok_or_else(missing)?;
        let none = Rewards::default();
        let rewards = generation.rewards.get(&event.token).unwrap_or(&none);
        let (cumulative, carry) = rewards.with(amount - commission, total.shares)?;

        generation.rewards.entry(event.token).or_default().file(closed, cumulative, carry);
        self.split = split;
        self.held.insert(event.token, held);
        if !commission.is_zero() {
            self.collectable.insert(key, collectable);
        }
        self.payments.push(Payment {
            block: entry.block,
            transaction: entry.transaction,
            source,
            pool: id,
            token: event.token,
            epoch: closed,
            amount,
            commission,
            shares: total.shares,
        });
        Ok(())
    }

    /// Who paid: where the streams did, who had them do it, and what is left of that sum.
    fn source(&self, payer: Address, entry: &Entry, amount: U256) -> Fit<(Source, Option<Split>)> {
        if payer.is_zero() || payer != self.contracts.streams {
            return Ok((Source::Direct { payer }, self.split));
        }
        let under_way = self.split.filter(|split| split.transaction == entry.transaction);
        let split = under_way.ok_or(Misfit::NotBefore("Released or DistributedByStake"))?;
        let left = minus("what the streams released", split.left, amount)?;
        Ok((split.source, Some(Split { left, ..split })))
    }

    fn claim(&mut self, event: &RewardsDistributor::Claimed, closed: Epoch) -> Fit {
        let id = PoolId::from(event.pool);
        let through = Epoch::from(fits("epoch", event.through, 24)?);
        require(through <= closed, "the epoch has not closed")?;
        let missing = || Misfit::Missing { what: "pool generation", key: id.to_string() };
        let generation = self.generations.get_mut(&id).ok_or_else(missing)?;
        let (next, earned) = generation.earned(event.token, event.owner, through);
        if event.amount > earned {
            let (owner, token) = (event.owner, event.token);
            return Err(Misfit::Overclaimed { owner, token, claimed: event.amount, earned });
        }
        same("amount", event.amount, earned)?;
        let key = (event.token, event.owner);
        let standing = generation.claims.get(&key).copied().unwrap_or_default();
        require(next != standing, "a claim that changes nothing is not logged")?;
        generation.claims.insert(key, next);
        // Never fails: nobody earns what was not paid in.
        self.pay_out(event.token, earned)
    }

    fn pay_out(&mut self, token: Address, amount: U256) -> Fit {
        let held = self.held.get(&token).copied().unwrap_or_default();
        self.held.insert(token, minus("what was paid in", held, amount)?);
        Ok(())
    }

    /* The streams */

    fn streams(&mut self, event: &S, entry: &Entry, now: Epoch) -> Fit {
        let closed = U256::from(now.0.saturating_sub(1));
        let (source, left) = match event {
            S::StreamCreated(event) => {
                let (id, payer, set) = (event.id, event.payer, event.set.into());
                if self.streams.contains_key(&id) {
                    return Err(Misfit::Twice { what: "stream", key: id.to_string() });
                }
                self.streams.insert(id, Source::Stream { id, payer, set });
                return Ok(());
            }
            S::Released(event) => {
                same("epoch", event.epoch, closed)?;
                let missing = || Misfit::Missing { what: "stream", key: event.id.to_string() };
                (*self.streams.get(&event.id).ok_or_else(missing)?, event.amount)
            }
            S::DistributedByStake(event) => {
                same("epoch", event.epoch, closed)?;
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
