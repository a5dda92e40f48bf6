//! A short history to start from.
#![expect(non_snake_case, reason = "fields of logs are named as in the interface")]

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256, U256};
use palisade_bindings::{
    AllocationManager::{self as manager, AllocationManagerEvents as M},
    OperatorSetId, PoolId,
    StakeVault::{self as vault, StakeVaultEvents as V},
};
use palisade_replay::{DistributorAt, Event, ManagerAt, Place, Replay, Result, VaultAt};

pub(crate) const ORIGIN: u64 = 1_000;
pub(crate) const EPOCH: u64 = 60;
pub(crate) const WHOLE: u128 = 1_000_000_000_000_000_000;

pub(crate) const STRATEGY: Address = Address::repeat_byte(0x57);
pub(crate) const OPERATOR: Address = Address::repeat_byte(0x09);
pub(crate) const ALICE: Address = Address::repeat_byte(0xa1);
pub(crate) const BOB: Address = Address::repeat_byte(0xb0);
pub(crate) const SLASHER: Address = Address::repeat_byte(0x5a);
pub(crate) const SET: OperatorSetId = OperatorSetId::new(Address::repeat_byte(0xa5), 1);

/// A replay, and the time of the next log.
pub(crate) struct Story {
    pub(crate) replay: Replay,
    pub(crate) time: u64,
    /// The kinds of logs that were applied.
    pub(crate) told: BTreeSet<&'static str>,
}

pub(crate) fn u(value: u128) -> U256 {
    U256::from(value)
}

/// The pool of `OPERATOR`.
pub(crate) fn pool() -> PoolId {
    PoolId::key(OPERATOR, STRATEGY)
}

pub(crate) fn transfer(sender: Address, receiver: Address, id: PoolId, amount: u128) -> Event {
    let caller = if sender.is_zero() { receiver } else { sender };
    by(caller, sender, receiver, id, amount)
}

pub(crate) fn by(
    caller: Address,
    sender: Address,
    receiver: Address,
    id: PoolId,
    amount: u128,
) -> Event {
    Event::Vault(V::Transfer(vault::Transfer {
        caller,
        sender,
        receiver,
        id: id.0,
        amount: u(amount),
    }))
}

pub(crate) fn allocated(magnitude: u128, effective: u64) -> Event {
    Event::Manager(M::Allocated(manager::Allocated {
        set: SET.packed(),
        operator: OPERATOR,
        strategy: STRATEGY,
        magnitude: u(magnitude),
        effective: U256::from(effective),
    }))
}

pub(crate) fn slashed(from_pool: u128) -> Event {
    Event::Vault(V::Slashed(vault::Slashed {
        pool: pool().0,
        fromPool: u(from_pool),
        fromNext: U256::ZERO,
        fromLast: U256::ZERO,
    }))
}

pub(crate) fn operator_slashed(magnitude: u128, assets: u128) -> Event {
    Event::Manager(M::OperatorSlashed(manager::OperatorSlashed {
        set: SET.packed(),
        operator: OPERATOR,
        strategy: STRATEGY,
        magnitude: u(magnitude),
        assets: u(assets),
        evidence: B256::ZERO,
    }))
}

pub(crate) fn opened(epoch: u64) -> Event {
    let admitsFrom = U256::from(epoch);
    Event::Vault(V::OperatorOpened(vault::OperatorOpened { operator: OPERATOR, admitsFrom }))
}

pub(crate) fn joined() -> Event {
    Event::Manager(M::Joined(manager::Joined { set: SET.packed(), operator: OPERATOR }))
}

/// Those of a set that slashes at once.
pub(crate) fn terms() -> manager::Terms {
    manager::Terms {
        slasher: SLASHER,
        cap: u(WHOLE),
        window: U256::ZERO,
        recipient: Address::ZERO,
        resolver: Address::ZERO,
        conditions: B256::ZERO,
        registrar: Address::ZERO,
    }
}

impl Story {
    /// In epoch 1 the clocks have started, the operator is registered, and there is an instant set.
    pub(crate) fn begin() -> Self {
        let mut story = Self { replay: Replay::new(), time: ORIGIN, told: BTreeSet::new() };
        let (epochLength, origin) = (U256::from(EPOCH), U256::from(ORIGIN));
        story.log(Event::Vault(V::ClockStarted(vault::ClockStarted { epochLength, origin })));
        story.log(Event::Manager(M::ClockStarted(manager::ClockStarted { epochLength, origin })));
        let (operator, approver) = (OPERATOR, Address::ZERO);
        let registered = vault::OperatorRegistered { operator, approver };
        story.log(Event::Vault(V::OperatorRegistered(registered)));
        let created = manager::OperatorSetCreated { set: SET.packed(), terms: terms() };
        story.log(Event::Manager(M::OperatorSetCreated(created)));
        let added = manager::StrategyAdded { set: SET.packed(), strategy: STRATEGY };
        story.log(Event::Manager(M::StrategyAdded(added)));
        story
    }

    /// In epoch 2 half of the pool is allocated, and Alice has staked 1,000.
    pub(crate) fn staked() -> Self {
        let mut story = Self::begin();
        story.log(joined());
        story.log(allocated(WHOLE / 2, 1));
        story.log(opened(2));
        story.epoch(2);
        let (operator, strategy) = (OPERATOR, STRATEGY);
        let created = vault::PoolCreated { pool: pool().0, operator, strategy };
        story.log(Event::Vault(V::PoolCreated(created)));
        story.log(transfer(Address::ZERO, ALICE, pool(), 1_000));
        story
    }

    pub(crate) fn epoch(&mut self, epoch: u64) {
        self.time = ORIGIN + (epoch - 1) * EPOCH;
    }

    pub(crate) fn log(&mut self, event: Event) {
        self.try_log(event).unwrap();
    }

    /// Applies it. Whatever it is, each word that changes is one that was touched, and an error touches none.
    #[expect(clippy::needless_pass_by_value, reason = "the logs are made in place")]
    pub(crate) fn try_log(&mut self, event: Event) -> Result<()> {
        let before = self.words();
        let told = self.replay.apply(self.time, &event);
        let touched = self.replay.take_touched();
        if told.is_ok() {
            self.told.insert(event.name());
        } else {
            assert_eq!(touched, []);
        }
        let after = self.words();
        let mut changed: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
        changed.retain(|place| before.get(place) != after.get(place) && !touched.contains(place));
        assert_eq!(changed, BTreeSet::new(), "{event:?} changed what it did not touch");
        told
    }

    /// All that the contracts have stored.
    pub(crate) fn words(&self) -> BTreeMap<Place, U256> {
        let it = &self.replay;
        let storage = [it.vault_storage(), it.manager_storage(), it.distributor_storage()];
        storage.iter().flat_map(|it| it.values()).map(|it| (it.place, it.word)).collect()
    }

    pub(crate) fn vault(&self) -> VaultAt<'_> {
        self.replay.vault_at(self.time).unwrap()
    }

    pub(crate) fn manager(&self) -> ManagerAt<'_> {
        self.replay.manager_at(self.time).unwrap()
    }

    pub(crate) fn distributor(&self) -> DistributorAt<'_> {
        self.replay.distributor_at(self.time).unwrap()
    }
}
