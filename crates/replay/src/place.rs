//! Where the contracts store what.

use std::fmt;

use alloy::primitives::{Address, B256, FixedBytes, U256, keccak256};
use palisade_bindings::{Epoch, OperatorSetId, PoolId};

use crate::distributor::{bitmap_of, window_of};

/// A contract whose storage is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contract {
    /// `StakeVault`.
    Vault,
    /// `AllocationManager`.
    Manager,
    /// `RewardsDistributor`.
    Distributor,
}

/// A place where a contract stores a word: what stands there, by its keys. `PoolId`s are keys of pools where they are
/// called so, and else generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The ends of pauses in a contract of the core.
    PausedUntil(Contract),
    /// The ends of the rests after them.
    RestUntil(Contract),
    /// Operator.
    Operator(Address),
    /// The approval of a staker: operator, staker.
    Admission(Address, Address),
    /// A pool's assets and shares: key.
    Pool(PoolId),
    /// Whose a pool is: key.
    PoolOperator(PoolId),
    /// Of what a pool is: key.
    PoolStrategy(PoolId),
    /// A pool's shares before an epoch: key, epoch.
    PoolHistory(PoolId, Epoch),
    /// Pool, owner.
    Position(PoolId, Address),
    /// A position before an epoch: pool, owner, epoch.
    PositionHistory(PoolId, Address, Epoch),
    /// Pool, epoch.
    Bucket(PoolId, Epoch),
    /// Shares of a bucket: pool, epoch, owner.
    Exit(PoolId, Epoch, Address),
    /// Strategy, account.
    Credit(Address, Address),
    /// Strategy.
    DepositCap(Address),
    /// Who may act for whom (ERC-6909): owner, spender.
    IsOperator(Address, Address),
    /// Owner, spender, pool.
    Allowance(Address, Address, PoolId),
    /// A set's slasher, cap and window, and whether it has a registrar.
    TermsSlasher(OperatorSetId),
    /// A set's recipient.
    TermsRecipient(OperatorSetId),
    /// A set's resolver.
    TermsResolver(OperatorSetId),
    /// The hash of a set's written conditions.
    TermsConditions(OperatorSetId),
    /// A set's registrar.
    TermsRegistrar(OperatorSetId),
    /// Whether a set accepts a strategy: set, strategy.
    Accepted(OperatorSetId, Address),
    /// Set, operator.
    Membership(OperatorSetId, Address),
    /// Set, operator, strategy.
    Allocation(OperatorSetId, Address, Address),
    /// The slash that was proposed of an allocation: set, operator, strategy.
    Proposal(OperatorSetId, Address, Address),
    /// Operator, strategy.
    Budget(Address, Address),
    /// The degree ceiling of a strategy.
    Ceiling(Address),
    /// Account, appointee, selector.
    Appointee(Address, Address, FixedBytes<4>),
    /// What an operator keeps of rewards: operator.
    Commission(Address),
    /// Commission that was not collected: operator, token.
    Collectable(Address, Address),
    /// The rewards of a share up to an epoch that was paid for: pool, token, epoch.
    Cumulative(PoolId, Address, Epoch),
    /// Which epochs of a window of 128 were paid for: pool, token, and the number of the window.
    Window(PoolId, Address, u32),
    /// Which windows of 256 are not empty: pool, token, and the number of the word.
    Windows(PoolId, Address, u32),
    /// How far rewards were claimed: pool, token, owner.
    Claim(PoolId, Address, Address),
    /// Where anybody may have rewards sent: owner.
    Recipient(Address),
}

/// The contracts' variables, by the first slot of each: `forge inspect <contract> storageLayout`. Each record is a
/// struct, whose fields follow each other from its own first slot on.
mod slots {
    use super::Slot;

    pub(super) const PAUSED_UNTIL: Slot = Slot::first(0);
    pub(super) const REST_UNTIL: Slot = Slot::first(1);

    pub(super) const OPERATORS: Slot = Slot::first(2);
    pub(super) const POOLS: Slot = Slot::first(3);
    pub(super) const POSITIONS: Slot = Slot::first(4);
    pub(super) const BUCKETS: Slot = Slot::first(5);
    pub(super) const CREDITS: Slot = Slot::first(6);
    pub(super) const BELOW_HIGHEST_CAP: Slot = Slot::first(7);
    pub(super) const IS_OPERATOR: Slot = Slot::first(8);
    pub(super) const ALLOWANCE: Slot = Slot::first(9);

    pub(super) const SETS: Slot = Slot::first(2);
    pub(super) const BUDGETS: Slot = Slot::first(3);
    pub(super) const ABOVE_LOWEST_CEILING: Slot = Slot::first(4);
    pub(super) const IS_APPOINTED: Slot = Slot::first(5);

    pub(super) const COMMISSIONS: Slot = Slot::first(0);
    pub(super) const COLLECTABLE: Slot = Slot::first(1);
    pub(super) const REWARDS: Slot = Slot::first(2);
    pub(super) const RECIPIENT_OF: Slot = Slot::first(3);
}

impl Place {
    /// Whose storage it is in.
    #[must_use]
    pub const fn contract(self) -> Contract {
        match self {
            Self::PausedUntil(contract) | Self::RestUntil(contract) => contract,
            Self::Operator(..)
            | Self::Admission(..)
            | Self::Pool(..)
            | Self::PoolOperator(..)
            | Self::PoolStrategy(..)
            | Self::PoolHistory(..)
            | Self::Position(..)
            | Self::PositionHistory(..)
            | Self::Bucket(..)
            | Self::Exit(..)
            | Self::Credit(..)
            | Self::DepositCap(..)
            | Self::IsOperator(..)
            | Self::Allowance(..) => Contract::Vault,
            Self::TermsSlasher(..)
            | Self::TermsRecipient(..)
            | Self::TermsResolver(..)
            | Self::TermsConditions(..)
            | Self::TermsRegistrar(..)
            | Self::Accepted(..)
            | Self::Membership(..)
            | Self::Allocation(..)
            | Self::Proposal(..)
            | Self::Budget(..)
            | Self::Ceiling(..)
            | Self::Appointee(..) => Contract::Manager,
            Self::Commission(..)
            | Self::Collectable(..)
            | Self::Cumulative(..)
            | Self::Window(..)
            | Self::Windows(..)
            | Self::Claim(..)
            | Self::Recipient(..) => Contract::Distributor,
        }
    }

    /// The slot of its word.
    #[must_use]
    pub fn slot(self) -> B256 {
        use slots as s;
        let set = |id: OperatorSetId| s::SETS.at(id);
        let rewards = |pool: PoolId, token: Address| s::REWARDS.at(pool).at(token);
        let promise = |id, operator, strategy| set(id).field(7).at(PoolId::key(operator, strategy));
        let slot = match self {
            Self::PausedUntil(_) => s::PAUSED_UNTIL,
            Self::RestUntil(_) => s::REST_UNTIL,
            Self::Operator(operator) => s::OPERATORS.at(operator),
            Self::Admission(operator, staker) => s::OPERATORS.at(operator).field(1).at(staker),
            Self::Pool(key) => s::POOLS.at(key),
            Self::PoolOperator(key) => s::POOLS.at(key).field(1),
            Self::PoolStrategy(key) => s::POOLS.at(key).field(2),
            Self::PoolHistory(key, epoch) => s::POOLS.at(key).field(3).at(epoch),
            Self::Position(pool, owner) => s::POSITIONS.at(pool).at(owner),
            Self::PositionHistory(pool, owner, epoch) => {
                s::POSITIONS.at(pool).at(owner).field(1).at(epoch)
            }
            Self::Bucket(pool, epoch) => s::BUCKETS.at(pool).at(epoch),
            Self::Exit(pool, epoch, owner) => s::BUCKETS.at(pool).at(epoch).field(1).at(owner),
            Self::Credit(strategy, account) => s::CREDITS.at(strategy).at(account),
            Self::DepositCap(strategy) => s::BELOW_HIGHEST_CAP.at(strategy),
            Self::IsOperator(owner, spender) => s::IS_OPERATOR.at(owner).at(spender),
            Self::Allowance(owner, spender, pool) => s::ALLOWANCE.at(owner).at(spender).at(pool),
            Self::TermsSlasher(id) => set(id),
            Self::TermsRecipient(id) => set(id).field(1),
            Self::TermsResolver(id) => set(id).field(2),
            Self::TermsConditions(id) => set(id).field(3),
            Self::TermsRegistrar(id) => set(id).field(4),
            Self::Accepted(id, strategy) => set(id).field(5).at(strategy),
            Self::Membership(id, operator) => set(id).field(6).at(operator),
            Self::Allocation(id, operator, strategy) => promise(id, operator, strategy),
            Self::Proposal(id, operator, strategy) => promise(id, operator, strategy).field(1),
            Self::Budget(operator, strategy) => s::BUDGETS.at(PoolId::key(operator, strategy)),
            Self::Ceiling(strategy) => s::ABOVE_LOWEST_CEILING.at(strategy),
            Self::Appointee(account, appointee, selector) => {
                s::IS_APPOINTED.at(account).at(appointee).at(selector)
            }
            Self::Commission(operator) => s::COMMISSIONS.at(operator),
            Self::Collectable(operator, token) => s::COLLECTABLE.at(operator).at(token),
            Self::Cumulative(pool, token, epoch) => rewards(pool, token).at(epoch),
            Self::Window(pool, token, window) => rewards(pool, token).field(1).at(window),
            Self::Windows(pool, token, word) => rewards(pool, token).field(2).at(word),
            Self::Claim(pool, token, owner) => rewards(pool, token).field(3).at(owner),
            Self::Recipient(owner) => s::RECIPIENT_OF.at(owner),
        };
        slot.0.into()
    }

    /// What a pause changes.
    pub(crate) const fn pauses(contract: Contract) -> [Self; 2] {
        [Self::PausedUntil(contract), Self::RestUntil(contract)]
    }

    /// What may change when shares of a pool do: its word, and what it remembers of the time before this epoch.
    pub(crate) const fn pool(key: PoolId, now: Epoch) -> [Self; 2] {
        [Self::Pool(key), Self::PoolHistory(key, now)]
    }

    /// What may change when rewards are paid for an epoch.
    pub(crate) const fn paid(pool: PoolId, token: Address, epoch: Epoch) -> [Self; 3] {
        let window = window_of(epoch);
        [
            Self::Cumulative(pool, token, epoch),
            Self::Window(pool, token, window),
            Self::Windows(pool, token, bitmap_of(window)),
        ]
    }

    /// The terms of a set.
    pub(crate) const fn terms(id: OperatorSetId) -> [Self; 5] {
        [
            Self::TermsSlasher(id),
            Self::TermsRecipient(id),
            Self::TermsResolver(id),
            Self::TermsConditions(id),
            Self::TermsRegistrar(id),
        ]
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vault => "vault",
            Self::Manager => "allocation manager",
            Self::Distributor => "rewards distributor",
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PausedUntil(contract) => write!(f, "ends of pauses in the {contract}"),
            Self::RestUntil(contract) => write!(f, "ends of rests in the {contract}"),
            Self::Operator(operator) => write!(f, "operator {operator}"),
            Self::Admission(operator, staker) => write!(f, "admission of {staker} by {operator}"),
            Self::Pool(key) => write!(f, "pool {key}"),
            Self::PoolOperator(key) => write!(f, "operator of pool {key}"),
            Self::PoolStrategy(key) => write!(f, "strategy of pool {key}"),
            Self::PoolHistory(key, epoch) => write!(f, "pool {key} before epoch {epoch}"),
            Self::Position(pool, owner) => write!(f, "position of {owner} in pool {pool}"),
            Self::PositionHistory(pool, owner, epoch) => {
                write!(f, "position of {owner} in pool {pool} before epoch {epoch}")
            }
            Self::Bucket(pool, epoch) => write!(f, "bucket of pool {pool} for epoch {epoch}"),
            Self::Exit(pool, epoch, owner) => {
                write!(f, "exit of {owner} from pool {pool} for epoch {epoch}")
            }
            Self::Credit(strategy, account) => write!(f, "credit of {account} in {strategy}"),
            Self::DepositCap(strategy) => write!(f, "deposit cap of {strategy}"),
            Self::IsOperator(owner, spender) => write!(f, "ERC-6909 operator {spender} of {owner}"),
            Self::Allowance(owner, spender, pool) => {
                write!(f, "allowance of {spender} from {owner} in pool {pool}")
            }
            Self::TermsSlasher(id) => write!(f, "slasher, cap and window of set {id}"),
            Self::TermsRecipient(id) => write!(f, "recipient of set {id}"),
            Self::TermsResolver(id) => write!(f, "resolver of set {id}"),
            Self::TermsConditions(id) => write!(f, "conditions of set {id}"),
            Self::TermsRegistrar(id) => write!(f, "registrar of set {id}"),
            Self::Accepted(id, strategy) => write!(f, "strategy {strategy} in set {id}"),
            Self::Membership(id, operator) => write!(f, "membership of {operator} in set {id}"),
            Self::Allocation(id, operator, strategy) => {
                write!(f, "allocation of {operator} in {strategy} to set {id}")
            }
            Self::Proposal(id, operator, strategy) => {
                write!(f, "proposal of set {id} against {operator} in {strategy}")
            }
            Self::Budget(operator, strategy) => write!(f, "budget of {operator} in {strategy}"),
            Self::Ceiling(strategy) => write!(f, "degree ceiling of {strategy}"),
            Self::Appointee(account, appointee, selector) => {
                write!(f, "appointee {appointee} of {account} for {selector}")
            }
            Self::Commission(operator) => write!(f, "commission of {operator}"),
            Self::Collectable(operator, token) => {
                write!(f, "commission of {operator} in {token}, not collected")
            }
            Self::Cumulative(pool, token, epoch) => {
                write!(f, "rewards of a share of pool {pool} in {token} up to epoch {epoch}")
            }
            Self::Window(pool, token, window) => {
                write!(f, "window {window} of the rewards of pool {pool} in {token}")
            }
            Self::Windows(pool, token, word) => {
                write!(f, "windows, word {word}, of the rewards of pool {pool} in {token}")
            }
            Self::Claim(pool, token, owner) => {
                write!(f, "claim of {owner} from pool {pool} in {token}")
            }
            Self::Recipient(owner) => write!(f, "recipient of {owner}"),
        }
    }
}

/// A slot, or the first one of what stands there.
#[derive(Clone, Copy)]
struct Slot(U256);

impl Slot {
    const fn first(slot: u64) -> Self {
        Self(U256::from_limbs([slot, 0, 0, 0]))
    }

    /// The value of `key`, in the mapping that stands here.
    fn at(self, key: impl Key) -> Self {
        let words = [key.word().0, self.0.to_be_bytes()];
        Self(keccak256(words.as_flattened()).into())
    }

    /// The field that stands so many slots further.
    fn field(self, slots: u64) -> Self {
        Self(self.0.wrapping_add(U256::from(slots)))
    }
}

/// The key of a mapping, as the word that is hashed.
trait Key {
    fn word(self) -> B256;
}

impl Key for Address {
    fn word(self) -> B256 {
        self.into_word()
    }
}

impl Key for PoolId {
    fn word(self) -> B256 {
        self.0.into()
    }
}

impl Key for Epoch {
    fn word(self) -> B256 {
        U256::from(self.0).into()
    }
}

impl Key for u32 {
    fn word(self) -> B256 {
        U256::from(self).into()
    }
}

impl Key for OperatorSetId {
    fn word(self) -> B256 {
        U256::from(self.packed()).into()
    }
}

impl Key for FixedBytes<4> {
    fn word(self) -> B256 {
        B256::right_padding_from(self.as_slice())
    }
}
