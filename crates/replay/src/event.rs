use alloy::{
    primitives::{Address, B256, IntoLogData, Log},
    sol_types::SolEventInterface,
};
use palisade_bindings::{
    AllocationManager::AllocationManagerEvents, RewardsDistributor::RewardsDistributorEvents,
    StakeVault::StakeVaultEvents,
};

use crate::{Error, Result};

/// Where the two contracts of a core stand, and the rewards distributor beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Core {
    /// The vault.
    pub vault: Address,
    /// The allocation manager.
    pub allocation_manager: Address,
    /// The rewards distributor of that vault; zero for none.
    pub distributor: Address,
}

/// A log of one of these contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The vault's.
    Vault(StakeVaultEvents),
    /// The allocation manager's.
    Manager(AllocationManagerEvents),
    /// The rewards distributor's.
    Distributor(RewardsDistributorEvents),
}

impl Event {
    /// Reads a log; `None` for one of another contract.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn read(core: Core, log: &Log) -> Result<Option<Self>> {
        let (topics, data) = (log.topics(), &log.data.data);
        let event = if log.address == core.vault {
            StakeVaultEvents::decode_raw_log(topics, data).map(Self::Vault)
        } else if log.address == core.allocation_manager {
            AllocationManagerEvents::decode_raw_log(topics, data).map(Self::Manager)
        } else if log.address == core.distributor && !log.address.is_zero() {
            RewardsDistributorEvents::decode_raw_log(topics, data).map(Self::Distributor)
        } else {
            return Ok(None);
        };
        event.map(Some).map_err(|_| Error::Unreadable {
            contract: log.address,
            topic: topics.first().copied().unwrap_or_default(),
        })
    }

    /// The event's name, as `StakeVault.Transfer`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        macro_rules! name {
            ($contract:literal, $events:ident, $event:expr, [$($variant:ident),* $(,)?]) => {
                match $event {
                    $($events::$variant(_) => concat!($contract, ".", stringify!($variant)),)*
                }
            };
        }
        match self {
            Self::Vault(event) => name!(
                "StakeVault",
                StakeVaultEvents,
                event,
                [
                    Admitted,
                    AdmissionUsed,
                    Approval,
                    ApproverRemoved,
                    AuthoritySet,
                    ClockStarted,
                    Collected,
                    Credited,
                    Delegated,
                    DepositCapSet,
                    GenerationEnded,
                    OperatorClosed,
                    OperatorOpened,
                    OperatorRegistered,
                    OperatorSet,
                    PauseSet,
                    PoolCreated,
                    PoolRenewed,
                    Redelegated,
                    Slashed,
                    Transfer,
                    WithdrawalCompleted,
                    WithdrawalQueued,
                    Withdrawn,
                ]
            ),
            Self::Manager(event) => name!(
                "AllocationManager",
                AllocationManagerEvents,
                event,
                [
                    Allocated,
                    Appointed,
                    AuthoritySet,
                    ClockStarted,
                    DegreeCeilingSet,
                    Joined,
                    LeaveHookFailed,
                    Left,
                    MetadataUpdated,
                    OperatorSetCreated,
                    OperatorSetRetired,
                    OperatorSlashed,
                    PauseSet,
                    Settled,
                    SlashCancelled,
                    SlashProposed,
                    StrategyAdded,
                    StrategyRemoved,
                ]
            ),
            Self::Distributor(event) => name!(
                "RewardsDistributor",
                RewardsDistributorEvents,
                event,
                [
                    Claimed,
                    ClockStarted,
                    CommissionCollected,
                    CommissionSet,
                    Distributed,
                    RecipientSet,
                ]
            ),
        }
    }

    /// The log's first topic, which tells its kind.
    #[must_use]
    pub fn topic(&self) -> B256 {
        let data = match self {
            Self::Vault(event) => event.to_log_data(),
            Self::Manager(event) => event.to_log_data(),
            Self::Distributor(event) => event.to_log_data(),
        };
        data.topics().first().copied().unwrap_or_default()
    }
}
