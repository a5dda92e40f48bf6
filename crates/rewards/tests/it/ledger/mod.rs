//! The ledger and yields: rules one by one, and histories by chance against a reference that splits each payment by hand.
#![expect(non_snake_case, reason = "fields of logs are named as in the interface")]

mod apr;
mod chance;
mod rules;

use alloy_primitives::{Address, B256, Log, U256};
use palisade_bindings::{
    AllocationManager::{
        Allocated, ClockStarted as ManagerStarted, Joined, OperatorSetCreated, OperatorSlashed,
        StrategyAdded, Terms,
    },
    Epoch, OperatorSetId, PoolId,
    RewardStreams::{DistributedByStake, Released, StreamCreated},
    RewardsDistributor::{
        Claimed, ClockStarted as DistributorStarted, CommissionCollected, CommissionSet,
        Distributed,
    },
    StakeVault::{
        ClockStarted, GenerationEnded, OperatorOpened, OperatorRegistered, PoolCreated, Slashed,
        Transfer, WithdrawalQueued,
    },
    alloy::sol_types::SolEvent,
};
use palisade_rewards::ledger::{Contracts, Entry, Ledger, Result, WAD};

pub(crate) const CONTRACTS: Contracts = Contracts {
    vault: Address::repeat_byte(0xa0),
    allocation_manager: Address::repeat_byte(0xa3),
    distributor: Address::repeat_byte(0xa1),
    streams: Address::repeat_byte(0xa2),
};
pub(crate) const LENGTH: u64 = 100;
pub(crate) const ORIGIN: u64 = 1_000;
pub(crate) const OPERATORS: [Address; 2] = [Address::repeat_byte(0xb0), Address::repeat_byte(0xb1)];
pub(crate) const STRATEGY: Address = Address::repeat_byte(0xc0);
pub(crate) const TOKENS: [Address; 2] = [Address::repeat_byte(0xd0), Address::repeat_byte(0xd1)];
pub(crate) const STAKERS: [Address; 4] = [
    Address::repeat_byte(1),
    Address::repeat_byte(2),
    Address::repeat_byte(3),
    Address::repeat_byte(4),
];
pub(crate) const PAYER: Address = Address::repeat_byte(0xe0);

/// A set that slashes at once, and to which all is promised.
pub(crate) const SET: OperatorSetId = OperatorSetId::new(Address::repeat_byte(0xf0), 1);

/// A ledger that is told logs, one block each.
pub(crate) struct Book {
    pub(crate) ledger: Ledger,
    pub(crate) now: u64,
    pub(crate) blocks: u64,
}

impl Book {
    /// In epoch 1 the clocks have started, and both operators are registered and have promised all to a set. Nobody has
    /// opened.
    pub(crate) fn new() -> Self {
        let mut book = Self { ledger: Ledger::new(CONTRACTS), now: ORIGIN, blocks: 0 };
        let (epochLength, origin) = (U256::from(LENGTH), U256::from(ORIGIN));
        book.vault(&ClockStarted { epochLength, origin }).unwrap();
        book.manager(&ManagerStarted { epochLength, origin }).unwrap();
        book.distributor(&DistributorStarted { epochLength, origin }).unwrap();
        let terms = Terms {
            slasher: PAYER,
            cap: U256::from(WAD),
            window: U256::ZERO,
            recipient: PAYER,
            resolver: Address::ZERO,
            conditions: B256::ZERO,
            registrar: Address::ZERO,
        };
        let (set, strategy, approver) = (SET.packed(), STRATEGY, Address::ZERO);
        book.manager(&OperatorSetCreated { set, terms }).unwrap();
        book.manager(&StrategyAdded { set, strategy }).unwrap();
        for (index, operator) in OPERATORS.into_iter().enumerate() {
            book.vault(&OperatorRegistered { operator, approver }).unwrap();
            book.manager(&Joined { set, operator }).unwrap();
            book.promise(index, 1).unwrap();
        }
        book
    }

    /// The same in epoch 2, with both operators open.
    pub(crate) fn open() -> Self {
        let mut book = Self::new();
        book.opens(OPERATORS[0]);
        book.opens(OPERATORS[1]);
        book.next_epochs(1);
        book
    }

    pub(crate) fn entry(&self, from: Address, event: &impl SolEvent) -> Entry {
        Entry {
            block: self.blocks,
            index: 0,
            timestamp: self.now,
            transaction: B256::from(U256::from(self.blocks)),
            log: Log { address: from, data: event.encode_log_data() },
        }
    }

    pub(crate) fn tell(&mut self, from: Address, event: &impl SolEvent) -> Result<()> {
        self.blocks += 1;
        let before = self.ledger.clone();
        let told = self.ledger.apply(&self.entry(from, event));
        assert!(told.is_ok() || self.ledger == before, "an error left a trace");
        told
    }

    pub(crate) fn vault(&mut self, event: &impl SolEvent) -> Result<()> {
        self.tell(CONTRACTS.vault, event)
    }

    pub(crate) fn distributor(&mut self, event: &impl SolEvent) -> Result<()> {
        self.tell(CONTRACTS.distributor, event)
    }

    pub(crate) fn streams(&mut self, event: &impl SolEvent) -> Result<()> {
        self.tell(CONTRACTS.streams, event)
    }

    pub(crate) fn epoch(&self) -> u32 {
        Epoch::at(self.now, ORIGIN, LENGTH).0
    }

    pub(crate) fn next_epochs(&mut self, epochs: u32) {
        self.now += u64::from(epochs) * LENGTH;
    }

    pub(crate) fn manager(&mut self, event: &impl SolEvent) -> Result<()> {
        self.tell(CONTRACTS.allocation_manager, event)
    }

    pub(crate) fn transfer(
        &mut self,
        id: PoolId,
        from: Address,
        to: Address,
        n: u128,
    ) -> Result<()> {
        let amount = U256::from(n);
        self.vault(&Transfer { caller: from, sender: from, receiver: to, id: id.0, amount })
    }

    /// Stake enters the pool, perhaps as its first.
    pub(crate) fn enter(&mut self, id: PoolId, owner: Address, shares: u128) -> Result<()> {
        let key = id.to_key();
        if !self.ledger.pools().contains_key(&key) {
            let operator = OPERATORS.into_iter().find(|it| PoolId::key(*it, STRATEGY) == key);
            let (operator, strategy) = (operator.unwrap(), STRATEGY);
            self.vault(&PoolCreated { pool: key.0, operator, strategy })?;
        }
        self.transfer(id, Address::ZERO, owner, shares)
    }

    /// Stake is queued; a share is worth a unit.
    pub(crate) fn leave(&mut self, id: PoolId, owner: Address, shares: u128) -> Result<()> {
        self.transfer(id, owner, Address::ZERO, shares)?;
        let (pool, epoch, amount) = (id.0, U256::from(self.epoch() + 2), U256::from(shares));
        let (shares, assets, exitShares) = (amount, amount, amount);
        self.vault(&WithdrawalQueued { pool, epoch, owner, shares, assets, exitShares })
    }

    pub(crate) fn opens(&mut self, operator: Address) {
        let from = self.epoch() + 1;
        self.vault(&OperatorOpened { operator, admitsFrom: U256::from(from) }).unwrap();
    }

    /// The operator promises all to the set, from that epoch on.
    pub(crate) fn promise(&mut self, index: usize, effective: u32) -> Result<()> {
        let (set, operator, strategy) = (SET.packed(), OPERATORS[index], STRATEGY);
        let (magnitude, effective) = (U256::from(WAD), U256::from(effective));
        self.manager(&Allocated { set, operator, strategy, magnitude, effective })
    }

    /// The set takes this part of the operator's living pool and of what is queued, of which nothing was taken before. Of
    /// all of it the generation ends.
    pub(crate) fn slash(&mut self, index: usize, wad: u64) -> Result<()> {
        let vault = self.ledger.replay().vault_at(self.now).unwrap();
        let id = vault.pool_id(OPERATORS[index], STRATEGY);
        let slashable = vault.slashable(id);
        let part = |assets: U256| assets * U256::from(wad) / U256::from(WAD);
        let [fromPool, fromNext, fromLast] = slashable.map(part);
        self.vault(&Slashed { pool: id.0, fromPool, fromNext, fromLast })?;
        if wad == WAD {
            self.vault(&GenerationEnded { pool: id.0 })?;
        }
        let (set, operator, strategy) = (SET.packed(), OPERATORS[index], STRATEGY);
        let (magnitude, assets) = (U256::from(wad), fromPool + fromNext + fromLast);
        let evidence = B256::ZERO;
        self.manager(&OperatorSlashed { set, operator, strategy, magnitude, assets, evidence })
    }

    pub(crate) fn pay_from(
        &self,
        payer: Address,
        id: PoolId,
        token: Address,
        amount: u128,
        commission: u128,
    ) -> Distributed {
        let (amount, commission) = (U256::from(amount), U256::from(commission));
        let epoch = U256::from(self.epoch() - 1);
        Distributed { pool: id.0, token, payer, epoch, amount, commission }
    }

    pub(crate) fn pay(
        &mut self,
        id: PoolId,
        token: Address,
        amount: u128,
        commission: u128,
    ) -> Result<()> {
        let event = self.pay_from(PAYER, id, token, amount, commission);
        self.distributor(&event)
    }

    pub(crate) fn claim(
        &mut self,
        id: PoolId,
        token: Address,
        owner: Address,
        through: u32,
        amount: U256,
    ) -> Result<()> {
        let through = U256::from(through);
        self.distributor(&Claimed { pool: id.0, token, owner, receiver: owner, through, amount })
    }

    pub(crate) fn rate(&mut self, operator: Address, rate: u64, effective: u32) -> Result<()> {
        let (rate, effective) = (U256::from(rate), U256::from(effective));
        self.distributor(&CommissionSet { operator, rate, effective })
    }

    pub(crate) fn collect(&mut self, operator: Address, token: Address, n: U256) -> Result<()> {
        self.distributor(&CommissionCollected { operator, token, receiver: operator, amount: n })
    }

    pub(crate) fn claimable(&self, id: PoolId, token: Address, owner: Address, to: u32) -> U256 {
        self.ledger.at(self.now).unwrap().claimable(owner, Epoch(to), id, token)
    }
}

pub(crate) fn pool(index: usize) -> PoolId {
    PoolId::key(OPERATORS[index], STRATEGY)
}

pub(crate) fn stream(
    id: u64,
    payer: Address,
    set: palisade_bindings::OperatorSetId,
) -> StreamCreated {
    StreamCreated {
        id: U256::from(id),
        payer,
        set: set.into(),
        token: TOKENS[0],
        strategy: STRATEGY,
        perEpoch: U256::from(10),
        first: U256::ONE,
        last: U256::from(2),
    }
}

pub(crate) fn released(id: u64, epoch: u32, amount: u128) -> Released {
    let epoch = U256::from(epoch);
    Released { id: U256::from(id), epoch, through: epoch, amount: U256::from(amount) }
}

pub(crate) fn by_stake(
    payer: Address,
    set: palisade_bindings::OperatorSetId,
    epoch: u32,
    amount: u128,
) -> DistributedByStake {
    let (epoch, amount) = (U256::from(epoch), U256::from(amount));
    DistributedByStake {
        payer,
        set: set.into(),
        token: TOKENS[0],
        strategy: STRATEGY,
        epoch,
        amount,
    }
}
