use alloy_primitives::{Address, B256, Log};
use palisade_bindings::{
    RewardStreams::RewardStreamsEvents, RewardsDistributor::RewardsDistributorEvents,
    StakeVault::StakeVaultEvents, alloy::sol_types::SolEventInterface,
};

use super::{Error, Result};

/// Where the contracts stand whose logs a ledger takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contracts {
    /// The vault.
    pub vault: Address,
    /// The rewards distributor of that vault.
    pub distributor: Address,
    /// The reward streams of that distributor; zero for none. Payments from elsewhere are as good: their payer is told
    /// by its address.
    pub streams: Address,
}

impl Contracts {
    /// Those that are there.
    pub fn addresses(&self) -> impl Iterator<Item = Address> {
        [self.vault, self.distributor, self.streams].into_iter().filter(|it| !it.is_zero())
    }
}

/// A log, and where in the chain it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of its block.
    pub block: u64,
    /// Its index in the block.
    pub index: u64,
    /// The timestamp of its block.
    pub timestamp: u64,
    /// Its transaction.
    pub transaction: B256,
    /// What was logged.
    pub log: Log,
}

/// A log that was read.
pub(super) enum Event {
    Vault(StakeVaultEvents),
    Distributor(RewardsDistributorEvents),
    Streams(RewardStreamsEvents),
}

impl Event {
    /// Reads a log; `None` for one of another contract.
    pub(super) fn read(contracts: Contracts, entry: &Entry) -> Result<Option<Self>> {
        let (from, topics, data) = (entry.log.address, entry.log.topics(), &entry.log.data.data);
        let event = if from == contracts.vault {
            StakeVaultEvents::decode_raw_log(topics, data).map(Self::Vault)
        } else if from == contracts.distributor {
            RewardsDistributorEvents::decode_raw_log(topics, data).map(Self::Distributor)
        } else if from == contracts.streams && !from.is_zero() {
            RewardStreamsEvents::decode_raw_log(topics, data).map(Self::Streams)
        } else {
            return Ok(None);
        };
        event.map(Some).map_err(|_| Error::Unreadable {
            block: entry.block,
            index: entry.index,
            contract: from,
            topic: topics.first().copied().unwrap_or_default(),
        })
    }

    /// Its name, as `StakeVault.Transfer`; those that change nothing here have their contract's alone.
    pub(super) fn name(&self) -> &'static str {
        use RewardStreamsEvents as S;
        use RewardsDistributorEvents as D;
        use StakeVaultEvents as V;
        match self {
            Self::Vault(event) => match event {
                V::ClockStarted(_) => "StakeVault.ClockStarted",
                V::PoolCreated(_) => "StakeVault.PoolCreated",
                V::Transfer(_) => "StakeVault.Transfer",
                V::Slashed(_) => "StakeVault.Slashed",
                V::GenerationEnded(_) => "StakeVault.GenerationEnded",
                V::PoolRenewed(_) => "StakeVault.PoolRenewed",
                V::OperatorOpened(_) => "StakeVault.OperatorOpened",
                _ => "another event of StakeVault",
            },
            Self::Distributor(event) => match event {
                D::ClockStarted(_) => "RewardsDistributor.ClockStarted",
                D::Distributed(_) => "RewardsDistributor.Distributed",
                D::Claimed(_) => "RewardsDistributor.Claimed",
                D::CommissionSet(_) => "RewardsDistributor.CommissionSet",
                D::CommissionCollected(_) => "RewardsDistributor.CommissionCollected",
                D::RecipientSet(_) => "RewardsDistributor.RecipientSet",
            },
            Self::Streams(event) => match event {
                S::StreamCreated(_) => "RewardStreams.StreamCreated",
                S::Released(_) => "RewardStreams.Released",
                S::DistributedByStake(_) => "RewardStreams.DistributedByStake",
                _ => "another event of RewardStreams",
            },
        }
    }
}
