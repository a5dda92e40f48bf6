use std::fmt;

use alloy_primitives::{Address, B256, U256};
use palisade_bindings::{Epoch, OperatorSetId, PoolId};

/// A payment to a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The number of the block.
    pub block: u64,
    /// The transaction.
    pub transaction: B256,
    /// Who paid.
    pub source: Source,
    /// The pool's generation.
    pub pool: PoolId,
    /// The reward token.
    pub token: Address,
    /// The epoch that was paid for.
    pub epoch: Epoch,
    /// Units of the token, commission included.
    pub amount: U256,
    /// Units that are the operator's.
    pub commission: U256,
    /// The shares among which the rest is divided.
    pub shares: U256,
}

/// Who paid, and by which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// By a call of its own.
    Direct {
        /// Who paid.
        payer: Address,
    },
    /// By the stake of a set's operators, at once.
    ByStake {
        /// Who paid.
        payer: Address,
        /// The set.
        set: OperatorSetId,
    },
    /// By the stake of a set's operators, out of a stream.
    Stream {
        /// The number of the stream.
        id: U256,
        /// Who paid it in.
        payer: Address,
        /// The set.
        set: OperatorSetId,
    },
}

impl Source {
    /// Who paid.
    #[must_use]
    pub const fn payer(&self) -> Address {
        match self {
            Self::Direct { payer } | Self::ByStake { payer, .. } | Self::Stream { payer, .. } => {
                *payer
            }
        }
    }

    /// For which set, where that is known.
    #[must_use]
    pub const fn set(&self) -> Option<OperatorSetId> {
        match self {
            Self::Direct { .. } => None,
            Self::ByStake { set, .. } | Self::Stream { set, .. } => Some(*set),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct { payer } => write!(f, "{payer}"),
            Self::ByStake { payer, set } => write!(f, "{payer} for set {set}"),
            Self::Stream { id, payer, set } => write!(f, "{payer} for set {set}, stream {id}"),
        }
    }
}
