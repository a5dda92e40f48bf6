use std::time::{Duration, Instant};

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, TxHash, U256},
    providers::Provider,
    rpc::types::{
        TransactionReceipt,
        state::{AccountOverride, StateOverride},
    },
};
use serde::Serialize;

use crate::{Contract, Deployer, Error, Plan, Result, Step, failpoint, rpc::ask};

/// A transaction that a deployment sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The step of the plan.
    pub step: &'static str,
    /// The transaction.
    pub tx: TxHash,
    /// The number of its block.
    pub block: u64,
    /// The gas that it used.
    pub gas: u64,
}

/// Gas price and gas of the transactions that are missing.
pub(crate) struct Quote {
    max_fee: u128,
    max_priority_fee: u128,
    /// One limit for each transaction.
    pub(crate) gas: Vec<u64>,
}

impl<P: Provider> Deployer<P> {
    /// What the transactions of these steps of `plan` may cost.
    pub(crate) async fn quote(&self, plan: &Plan, missing: &[&Step]) -> Result<Quote> {
        let fees = self.provider().estimate_eip1559_fees();
        let fees = ask(self.wait(), "read the gas price", fees).await?;
        // Constructors call contracts of earlier steps: estimate as if those stood. When their clock starts, matters to
        // no gas.
        let values = plan.immutables(0);
        let mut standing = StateOverride::default();
        let mut gas = Vec::new();
        for step in missing {
            // Without a sender: an account without funds gets a clear error of ours, not the node's.
            let estimate =
                self.provider().estimate_gas(step.transaction()).overrides(standing.clone());
            let estimate = match ask(self.wait(), "estimate gas", estimate.into_future()).await {
                // Somebody else was faster: it will not be sent.
                Err(_) if self.stands(step).await? => 0,
                estimate => estimate?,
            };
            gas.push(estimate + estimate / 10);
            for Contract { artifact, address } in &step.contracts {
                let code = artifact.runtime_code_with(&values);
                standing.insert(*address, AccountOverride { code, ..AccountOverride::default() });
            }
        }
        Ok(Quote {
            max_fee: fees.max_fee_per_gas,
            max_priority_fee: fees.max_priority_fee_per_gas,
            gas,
        })
    }

    /// Refuses an account that cannot pay.
    pub(crate) async fn require_funds(&self, account: Address, quote: &Quote) -> Result<()> {
        let needed = U256::from(quote.gas.iter().sum::<u64>()) * U256::from(quote.max_fee);
        let balance = self.provider().get_balance(account).into_future();
        let balance = ask(self.wait(), "read the account's balance", balance).await?;
        if balance < needed {
            return Err(Error::InsufficientFunds { account, balance, needed });
        }
        Ok(())
    }

    /// Sends a step's transaction and waits until it is mined. `None` where somebody else was faster.
    pub(crate) async fn send(
        &self,
        from: Address,
        step: &Step,
        gas: u64,
        quote: &Quote,
    ) -> Result<Option<Sent>> {
        let transaction = step
            .transaction()
            .with_from(from)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(quote.max_fee)
            .with_max_priority_fee_per_gas(quote.max_priority_fee);
        let pending = self.provider().send_transaction(transaction);
        let tx = *ask(self.wait(), "send a transaction", pending).await?.tx_hash();
        tracing::info!(step = step.name, %tx, "sent");
        failpoint::pass(step.name, "sent");
        let receipt = self.receipt(step, tx).await?;
        if !receipt.status() {
            if self.code(step.address()).await?.is_empty() {
                return Err(Error::StepFailed { step: step.name, tx, address: step.address() });
            }
            tracing::warn!(step = step.name, %tx, "reverted: somebody else deployed it at the same time");
            return Ok(None);
        }
        let block = receipt.block_number.unwrap_or_default();
        tracing::info!(step = step.name, block, gas = receipt.gas_used, "mined");
        Ok(Some(Sent { step: step.name, tx, block, gas: receipt.gas_used }))
    }

    async fn receipt(&self, step: &Step, tx: TxHash) -> Result<TransactionReceipt> {
        let asked = Instant::now();
        let mut pause = SHORTEST_PAUSE;
        loop {
            let receipt = self.provider().get_transaction_receipt(tx);
            if let Some(receipt) = ask(self.wait(), "read a receipt", receipt).await? {
                return Ok(receipt);
            }
            if asked.elapsed() > self.wait() {
                return Err(Error::NotMined {
                    step: step.name,
                    tx,
                    seconds: self.wait().as_secs(),
                });
            }
            pause = rest(pause).await;
        }
    }

    /// Waits until no transaction of the account is under way.
    pub(crate) async fn settle(&self, account: Address) -> Result<()> {
        let asked = Instant::now();
        let mut pause = SHORTEST_PAUSE;
        loop {
            let action = "read the account's nonce";
            let mined = self.provider().get_transaction_count(account);
            let known = self.provider().get_transaction_count(account).pending();
            let (mined, known) = tokio::try_join!(
                ask(self.wait(), action, mined.into_future()),
                ask(self.wait(), action, known.into_future()),
            )?;
            if known <= mined {
                return Ok(());
            }
            if asked.elapsed() > self.wait() {
                return Err(Error::Busy {
                    account,
                    count: known - mined,
                    seconds: self.wait().as_secs(),
                });
            }
            tracing::info!(%account, count = known - mined, "waiting for transactions under way");
            pause = rest(pause).await;
        }
    }
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Sleeps, and returns how long to sleep next: a local chain answers within milliseconds, others want no hammering.
async fn rest(pause: Duration) -> Duration {
    tokio::time::sleep(pause).await;
    (pause * 2).min(LONGEST_PAUSE)
}
