//! Which words the contracts have stored, and where.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, FixedBytes, U256, keccak256};
use palisade_bindings::{Epoch, OperatorSetId, PoolId};

use crate::{
    Allocation, Budget, Checkpoint, Manager, Membership, Pause, Proposal, Replay, Terms, Vault,
    common::{Common, PAUSABLE},
    math::WAD,
    vault::MAX_ASSETS,
};

/// The storage of a contract: each slot whose word is not zero. Transient storage and immutables are no part of it.
pub type Storage = BTreeMap<B256, Word>;

/// A stored word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub word: B256,
    /// What it holds.
    pub what: &'static str,
}

/// The contracts' variables, by the first slot of each: `forge inspect <contract> storageLayout`. Each record is a
/// struct, whose fields follow each other from its own first slot on.
mod slots {
    pub(super) const PAUSED_UNTIL: u64 = 0;
    pub(super) const REST_UNTIL: u64 = 1;

    pub(super) mod vault {
        pub(in super::super) const OPERATORS: u64 = 2;
        pub(in super::super) const POOLS: u64 = 3;
        pub(in super::super) const POSITIONS: u64 = 4;
        pub(in super::super) const BUCKETS: u64 = 5;
        pub(in super::super) const CREDITS: u64 = 6;
        pub(in super::super) const BELOW_HIGHEST_CAP: u64 = 7;
        pub(in super::super) const IS_OPERATOR: u64 = 8;
        pub(in super::super) const ALLOWANCE: u64 = 9;
    }

    pub(super) mod manager {
        pub(in super::super) const SETS: u64 = 2;
        pub(in super::super) const BUDGETS: u64 = 3;
        pub(in super::super) const ABOVE_LOWEST_CEILING: u64 = 4;
        pub(in super::super) const IS_APPOINTED: u64 = 5;
    }
}

impl Replay {
    /// What the vault has stored.
    #[must_use]
    pub fn vault_storage(&self) -> Storage {
        let mut writer = Writer::default();
        writer.common(&self.vault().common);
        writer.vault(self.vault());
        writer.0
    }

    /// What the allocation manager has stored.
    #[must_use]
    pub fn manager_storage(&self) -> Storage {
        let mut writer = Writer::default();
        writer.common(&self.manager().common);
        writer.manager(self.manager());
        writer.0
    }
}

/// A place in storage.
#[derive(Clone, Copy)]
struct Slot(U256);

/// The key of a mapping, as the word that is hashed.
trait Key {
    fn word(&self) -> B256;
}

impl Key for Address {
    fn word(&self) -> B256 {
        self.into_word()
    }
}

impl Key for PoolId {
    fn word(&self) -> B256 {
        self.0.into()
    }
}

impl Key for Epoch {
    fn word(&self) -> B256 {
        U256::from(self.0).into()
    }
}

impl Key for OperatorSetId {
    fn word(&self) -> B256 {
        U256::from(self.packed()).into()
    }
}

impl Key for FixedBytes<4> {
    fn word(&self) -> B256 {
        B256::right_padding_from(self.as_slice())
    }
}

impl Slot {
    fn first(slot: u64) -> Self {
        Self(U256::from(slot))
    }

    /// The value of `key`, in the mapping that stands here.
    fn at(self, key: &impl Key) -> Self {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(key.word().as_slice());
        bytes[32..].copy_from_slice(&self.0.to_be_bytes::<32>());
        Self(keccak256(bytes).into())
    }

    /// The field that stands so many slots further.
    fn field(self, slots: u64) -> Self {
        Self(self.0.wrapping_add(U256::from(slots)))
    }
}

/// Fields side by side in a word, the first one lowest: each value, and how many bits it has.
fn packed<const N: usize>(fields: [(U256, usize); N]) -> U256 {
    let mut shift = 0;
    let mut word = U256::ZERO;
    for (value, bits) in fields {
        word |= value << shift;
        shift += bits;
    }
    word
}

fn number(value: impl Into<u128>) -> U256 {
    U256::from(value.into())
}

fn address(value: Address) -> U256 {
    value.into_word().into()
}

fn checkpoint(it: Checkpoint) -> U256 {
    packed([(it.shares, 104), (number(it.since.0), 24), (number(it.generation), 24)])
}

#[derive(Default)]
struct Writer(Storage);

impl Writer {
    fn put(&mut self, slot: Slot, word: U256, what: &'static str) {
        if !word.is_zero() {
            self.0.insert(slot.0.into(), Word { word: word.into(), what });
        }
    }

    fn common(&mut self, common: &Common) {
        let times = |time: fn(&Pause) -> u64| {
            let fields: [(U256, usize); PAUSABLE] =
                std::array::from_fn(|action| (number(time(&common.pauses[action])), 40));
            packed(fields)
        };
        self.put(Slot::first(slots::PAUSED_UNTIL), times(|it| it.until), "ends of pauses");
        self.put(Slot::first(slots::REST_UNTIL), times(|it| it.rest_until), "ends of rests");
    }

    fn vault(&mut self, vault: &Vault) {
        use slots::vault as s;
        let operators = Slot::first(s::OPERATORS);
        for (owner, it) in &vault.operators {
            let (registered, opened) = (number(1_u8), number(it.opened));
            let admits_from = number(it.admits_from.0);
            let fields =
                [(registered, 8), (opened, 8), (admits_from, 24), (address(it.approver), 160)];
            self.put(operators.at(owner), packed(fields), "operator");
        }
        for ((operator, staker), it) in &vault.admissions {
            let slot = operators.at(operator).field(1).at(staker);
            self.put(slot, packed([(number(it.deadline), 40), (it.nonce, 216)]), "admission");
        }
        for (key, it) in &vault.pools {
            let record = Slot::first(s::POOLS).at(key);
            let pool = packed([(checkpoint(it.now), 152), (it.assets, 104)]);
            self.put(record, pool, "pool");
            self.put(record.field(1), address(it.operator), "pool's operator");
            self.put(record.field(2), address(it.strategy), "pool's strategy");
            for (changed, before) in &it.history {
                self.put(record.field(3).at(changed), checkpoint(*before), "pool's history");
            }
        }
        for ((pool, owner), it) in &vault.positions {
            let record = Slot::first(s::POSITIONS).at(pool).at(owner);
            let position = packed([(checkpoint(it.now), 128), (checkpoint(it.previous), 128)]);
            self.put(record, position, "position");
            for (changed, before) in &it.history {
                self.put(record.field(1).at(changed), checkpoint(*before), "position's history");
            }
        }
        let buckets = Slot::first(s::BUCKETS);
        for ((pool, epoch), it) in &vault.buckets {
            let bucket = packed([(it.shares, 152), (it.assets, 104)]);
            self.put(buckets.at(pool).at(epoch), bucket, "bucket");
        }
        for ((pool, epoch, owner), shares) in &vault.exits {
            self.put(buckets.at(pool).at(epoch).field(1).at(owner), *shares, "exit");
        }
        for ((strategy, account), assets) in &vault.credits {
            self.put(Slot::first(s::CREDITS).at(strategy).at(account), *assets, "credit");
        }
        for (strategy, cap) in &vault.caps {
            let below = MAX_ASSETS.saturating_sub(*cap);
            self.put(Slot::first(s::BELOW_HIGHEST_CAP).at(strategy), below, "deposit cap");
        }
        for (owner, spender) in &vault.spenders {
            let slot = Slot::first(s::IS_OPERATOR).at(owner).at(spender);
            self.put(slot, number(1_u8), "ERC-6909 operator");
        }
        for ((owner, spender, pool), amount) in &vault.allowances {
            let slot = Slot::first(s::ALLOWANCE).at(owner).at(spender).at(pool);
            self.put(slot, *amount, "allowance");
        }
    }

    fn manager(&mut self, manager: &Manager) {
        use slots::manager as s;
        for (id, set) in &manager.sets {
            let record = Slot::first(s::SETS).at(id);
            self.terms(record, &set.terms);
            for strategy in &set.accepted {
                self.put(record.field(5).at(strategy), number(1_u8), "accepted strategy");
            }
            for (operator, member) in &set.memberships {
                self.put(record.field(6).at(operator), membership(*member), "membership");
            }
            for ((operator, strategy), it) in &set.promises {
                let promise = record.field(7).at(&PoolId::key(*operator, *strategy));
                self.put(promise, allocation(it.allocation), "allocation");
                self.put(promise.field(1), it.proposal.map_or(U256::ZERO, proposal), "proposal");
            }
        }
        for ((operator, strategy), it) in &manager.budgets {
            let slot = Slot::first(s::BUDGETS).at(&PoolId::key(*operator, *strategy));
            self.put(slot, budget(*it), "budget");
        }
        for (strategy, ceiling) in &manager.ceilings {
            let above = number(ceiling.saturating_sub(WAD));
            self.put(Slot::first(s::ABOVE_LOWEST_CEILING).at(strategy), above, "degree ceiling");
        }
        for (account, appointee, selector) in &manager.appointees {
            let slot = Slot::first(s::IS_APPOINTED).at(account).at(appointee).at(selector);
            self.put(slot, number(1_u8), "appointee");
        }
    }

    fn terms(&mut self, record: Slot, terms: &Terms) {
        let has_registrar = number(!terms.registrar.is_zero());
        let first = packed([
            (address(terms.slasher), 160),
            (number(terms.cap), 64),
            (number(terms.window), 24),
            (has_registrar, 8),
        ]);
        self.put(record, first, "slasher, cap and window");
        self.put(record.field(1), address(terms.recipient), "recipient");
        self.put(record.field(2), address(terms.resolver), "resolver");
        self.put(record.field(3), terms.conditions.into(), "conditions");
        self.put(record.field(4), address(terms.registrar), "registrar");
    }
}

fn membership(it: Membership) -> U256 {
    packed([(number(it.joined), 8), (number(it.opened), 8), (number(it.allocations), 32)])
}

fn allocation(it: Allocation) -> U256 {
    packed([
        (number(it.current), 60),
        (number(it.next), 60),
        (number(it.taken), 60),
        (number(it.effective.0), 24),
        (number(it.taken_in.0), 24),
        (number(it.generation), 24),
    ])
}

fn proposal(it: Proposal) -> U256 {
    packed([
        (number(it.magnitude), 60),
        (number(it.wad), 60),
        (number(it.proposed_at), 40),
        (number(it.generation), 24),
    ])
}

fn budget(it: Budget) -> U256 {
    packed([
        (number(it.stored_left), 64),
        (number(it.committed), 112),
        (number(it.contested_until.0), 24),
        (number(it.generation), 24),
    ])
}
