//! Finds the transactions of a deployment on the chain, for the manifest of one that was not made in a single run.

use alloy::{
    consensus::Transaction as _, primitives::TxHash, providers::Provider, rpc::types::Block,
};

use crate::{CREATE2_DEPLOYER, Deployer, Result, Step, rpc::ask};

/// A transaction and the number of its block.
pub(crate) type Place = (TxHash, u64);

impl<P: Provider> Deployer<P> {
    /// The transaction of a step that was mined at timestamp `origin` (in seconds), as far as the node's history tells.
    pub(crate) async fn locate(&self, step: &Step, origin: u64) -> Option<Place> {
        // The contracts stand and are verified; that a node prunes its history is no reason to fail.
        self.find(step, origin).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the node does not tell when the contracts were created");
            None
        })
    }

    async fn find(&self, step: &Step, origin: u64) -> Result<Option<Place>> {
        let newest =
            ask(self.wait(), "read the block number", self.provider().get_block_number()).await?;
        let mut number = self.first_block_from(origin, newest).await?;
        while let Some(block) = self.block(number).await?
            && block.header.timestamp == origin
        {
            for transaction in block.transactions.txns() {
                let is_direct = transaction.to() == Some(CREATE2_DEPLOYER);
                if is_direct && *transaction.input() == step.input {
                    return Ok(Some((*transaction.inner.tx_hash(), number)));
                }
            }
            number += 1;
        }
        Ok(None)
    }

    /// The first block with this timestamp or a later one, by bisection.
    async fn first_block_from(&self, timestamp: u64, newest: u64) -> Result<u64> {
        let (mut low, mut high) = (0, newest);
        while low < high {
            let middle = low + (high - low) / 2;
            let block = ask(
                self.wait(),
                "read a block",
                self.provider().get_block_by_number(middle.into()).into_future(),
            )
            .await?;
            if block.is_some_and(|block| block.header.timestamp >= timestamp) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    async fn block(&self, number: u64) -> Result<Option<Block>> {
        ask(
            self.wait(),
            "read a block",
            self.provider().get_block_by_number(number.into()).full().into_future(),
        )
        .await
    }
}
