//! Finds the transactions of a deployment on the chain, for the manifest of one that was not made in a single run.

use alloy::{
    consensus::Transaction as _,
    primitives::{Address, TxHash},
    providers::Provider,
    rpc::types::{Block, Transaction},
};

use crate::{CREATE2_DEPLOYER, Deployer, Result, Step, rpc::ask};

/// A transaction and the number of its block.
pub(crate) type Place = (TxHash, u64);

impl<P: Provider> Deployer<P> {
    /// The transaction of a step that is done, as far as the node's history tells.
    pub(crate) async fn locate(&self, step: &Step) -> Option<Place> {
        // The contracts stand and are verified; that a node prunes its history is no reason to fail.
        self.find(step).await.unwrap_or_else(|error| {
            tracing::warn!(step = step.name, %error, "the node does not tell when the contracts were created");
            None
        })
    }

    async fn find(&self, step: &Step) -> Result<Option<Place>> {
        let number = self.first_block_with(step.address()).await?;
        let Some(block) = self.block(number).await? else { return Ok(None) };
        let creates = |transaction: &Transaction| {
            let is_direct = transaction.to() == Some(CREATE2_DEPLOYER);
            is_direct && *transaction.input() == step.input
        };
        let found = block.transactions.txns().find(|transaction| creates(transaction));
        Ok(found.map(|transaction| (*transaction.inner.tx_hash(), number)))
    }

    /// The first block after which there is code at this address, by bisection.
    async fn first_block_with(&self, address: Address) -> Result<u64> {
        let newest = self.provider().get_block_number();
        let (mut low, mut high) = (0, ask(self.wait(), "read the block number", newest).await?);
        while low < high {
            let middle = low + (high - low) / 2;
            let code = self.provider().get_code_at(address).number(middle).into_future();
            if ask(self.wait(), "read a contract's code", code).await?.is_empty() {
                low = middle + 1;
            } else {
                high = middle;
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
