use alloy_primitives::{Address, B256, Log};
use palisade_bindings::{RewardStreams::RewardStreamsEvents, alloy::sol_types::SolEventInterface};
use palisade_replay as replay;

use super::{Error, Result};

/// Where the contracts stand whose logs a ledger takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contracts {
    /// The vault.
    pub vault: Address,
    /// The allocation manager of that vault: who slashes and renews its pools.
    pub allocation_manager: Address,
    /// The rewards distributor of that vault.
    pub distributor: Address,
    /// The reward streams of that distributor; zero for none. Payments from elsewhere are as good: their payer is told
    /// by its address.
    pub streams: Address,
}

impl Contracts {
    /// Those that are there.
    pub fn addresses(&self) -> impl Iterator<Item = Address> {
        let Self { vault, allocation_manager, distributor, streams } = *self;
        [vault, allocation_manager, distributor, streams].into_iter().filter(|it| !it.is_zero())
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
    Replayed(replay::Event),
    Streams(RewardStreamsEvents),
}

impl Event {
    /// Reads a log; `None` for one of another contract.
    pub(super) fn read(contracts: Contracts, entry: &Entry) -> Result<Option<Self>> {
        let Contracts { vault, allocation_manager, distributor, streams } = contracts;
        let log = &entry.log;
        let topics = log.topics();
        let unreadable = || Error::Unreadable {
            block: entry.block,
            index: entry.index,
            contract: log.address,
            topic: topics.first().copied().unwrap_or_default(),
        };
        if log.address == streams && !streams.is_zero() {
            let event = RewardStreamsEvents::decode_raw_log(topics, &log.data.data);
            return event.map(|event| Some(Self::Streams(event))).map_err(|_| unreadable());
        }
        let core = replay::Core { vault, allocation_manager, distributor };
        let event = replay::Event::read(core, log).map_err(|_| unreadable())?;
        Ok(event.map(Self::Replayed))
    }

    /// Its name, as `StakeVault.Transfer`; those that change nothing here have their contract's alone.
    pub(super) fn name(&self) -> &'static str {
        use RewardStreamsEvents as S;
        match self {
            Self::Replayed(event) => event.name(),
            Self::Streams(S::StreamCreated(_)) => "RewardStreams.StreamCreated",
            Self::Streams(S::Released(_)) => "RewardStreams.Released",
            Self::Streams(S::DistributedByStake(_)) => "RewardStreams.DistributedByStake",
            Self::Streams(_) => "another event of RewardStreams",
        }
    }
}
