use std::time::Duration;

use alloy::{
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    rpc::types::BlockNumberOrTag,
};
use palisade_bindings::Epoch;

use crate::{Devnet, Error, Result};

/// A state of the chain to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it can be reverted to"]
pub struct Snapshot(U256);

/// Time travel: time passes by itself too, and a transaction belongs to the time at which it is mined.
impl Devnet {
    /// The timestamp of the newest block, in seconds.
    ///
    /// # Errors
    /// [`Error::Deploy`] where anvil does not answer.
    pub async fn timestamp(&self) -> Result<u64> {
        let block = self.provider().get_block_by_number(BlockNumberOrTag::Latest).into_future();
        let block = self.client().ask("read the newest block", block).await?;
        Ok(block.map(|block| block.header.timestamp).unwrap_or_default())
    }

    /// The epoch of the newest block.
    ///
    /// # Errors
    /// [`Error::Deploy`] where anvil does not answer.
    pub async fn epoch(&self) -> Result<Epoch> {
        Ok(Epoch::at(self.timestamp().await?, self.origin(), self.epoch_length()))
    }

    /// Travels `n` epochs on from that of the newest block, to the first second, and mines a block there. Returns the
    /// epoch that it is then. With 0 nothing happens.
    ///
    /// # Errors
    /// [`Error::Deploy`] where anvil does not answer.
    pub async fn advance_epochs(&self, n: u32) -> Result<Epoch> {
        let target = self.epoch().await?.plus(n);
        self.advance_to_epoch(target).await
    }

    /// Travels to the first second of `epoch` and mines a block there. Returns the epoch that it is then. Where that
    /// epoch has begun already nothing happens.
    ///
    /// # Errors
    /// [`Error::Deploy`] where anvil does not answer.
    pub async fn advance_to_epoch(&self, epoch: Epoch) -> Result<Epoch> {
        let now = self.timestamp().await?;
        let start = epoch.start(self.origin(), self.epoch_length());
        if start <= now {
            return Ok(Epoch::at(now, self.origin(), self.epoch_length()));
        }
        self.advance_to(start).await?;
        Ok(epoch)
    }

    /// Travels on from the newest block by whole seconds, and mines a block there. Returns its timestamp in seconds.
    ///
    /// # Errors
    /// [`Error::Deploy`] where anvil does not answer.
    pub async fn advance(&self, by: Duration) -> Result<u64> {
        let target = self.timestamp().await? + by.as_secs();
        self.advance_to(target).await?;
        Ok(target)
    }

    async fn advance_to(&self, timestamp: u64) -> Result<()> {
        let provider = self.provider();
        self.client()
            .ask("set the time", provider.anvil_set_next_block_timestamp(timestamp))
            .await?;
        self.client().ask("mine a block", provider.evm_mine(None)).await?;
        Ok(())
    }

    /// Mines a block now.
    ///
    /// # Errors
    /// [`Error::Deploy`] where anvil does not answer.
    pub async fn mine(&self) -> Result<()> {
        self.client().ask("mine a block", self.provider().evm_mine(None)).await?;
        Ok(())
    }

    /// Keeps the state of the chain, its time included.
    ///
    /// # Errors
    /// [`Error::Deploy`] where anvil does not answer.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot(self.client().ask("take a snapshot", self.provider().anvil_snapshot()).await?))
    }

    /// Takes the chain back to a snapshot, and forgets that and all later ones.
    ///
    /// A transaction sent after it that is alike to the last byte to one from before has the same hash: a provider that
    /// still waits to see the first one mined may take one for the other.
    ///
    /// # Errors
    /// [`Error::NoSnapshot`], or [`Error::Deploy`] where anvil does not answer.
    pub async fn revert(&self, snapshot: Snapshot) -> Result<()> {
        let Snapshot(id) = snapshot;
        if self.client().ask("revert", self.provider().anvil_revert(id)).await? {
            Ok(())
        } else {
            Err(Error::NoSnapshot(id))
        }
    }
}
