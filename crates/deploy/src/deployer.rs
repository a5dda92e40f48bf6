use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, TxHash, U256},
    providers::Provider,
    rpc::types::TransactionReceipt,
};

use crate::{
    CREATE2_DEPLOYER, Contract, Error, Manifest, Plan, Record, Result, Step, Store, failpoint,
    history::Place, rpc::ask, verify::compare,
};

/// Deploys through a node: sends what is missing, verifies what stands, and records it.
///
/// The provider needs a wallet (or a node that signs) for [`execute`](Self::execute) and [`deploy`](Self::deploy)
/// only; everything else reads.
#[derive(Clone, Debug)]
pub struct Deployer<P> {
    provider: P,
    timeout: Duration,
}

/// Which steps of a plan are done on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The chain's id.
    pub chain_id: u64,
    /// Whether the contracts of each step stand, in the plan's order.
    pub standing: [bool; 2],
}

/// A transaction that a deployment sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What a deployment came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// What stands on the chain now.
    pub manifest: Manifest,
    /// The manifest's file.
    pub path: PathBuf,
    /// Whether the file was written; it is left alone where it says the same already.
    pub written: bool,
    /// The transactions that were sent; none where everything stood already.
    pub sent: Vec<Sent>,
}

/// Gas price and gas of the transactions that are missing.
struct Quote {
    max_fee: u128,
    max_priority_fee: u128,
    gas: Vec<u64>,
}

impl<P: Provider> Deployer<P> {
    /// A deployer that waits at most 60 seconds for an answer of the node, and as long for a transaction to be mined.
    pub const fn new(provider: P) -> Self {
        Self { provider, timeout: Duration::from_secs(60) }
    }

    /// Sets how long to wait for one answer of the node, and for one transaction to be mined.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The connection to the node.
    pub const fn provider(&self) -> &P {
        &self.provider
    }

    pub(crate) const fn wait(&self) -> Duration {
        self.timeout
    }

    /// Makes sure that the node serves the chain with this id.
    ///
    /// # Errors
    /// [`Error::WrongChain`], or [`Error::Rpc`].
    pub async fn expect_chain(&self, expected: u64) -> Result<()> {
        let actual = self.chain_id().await?;
        if actual == expected { Ok(()) } else { Err(Error::WrongChain { expected, actual }) }
    }

    /// Looks which steps of the plan are done. Changes nothing.
    ///
    /// # Errors
    /// [`Error::NoCreate2Deployer`], or [`Error::Rpc`].
    pub async fn survey(&self, plan: &Plan) -> Result<Survey> {
        let chain_id = self.chain_id().await?;
        let [limits, core] = plan.steps();
        let (deployer, limits, core) = tokio::try_join!(
            self.code(CREATE2_DEPLOYER),
            self.code(limits.address()),
            self.code(core.address()),
        )?;
        if deployer.is_empty() {
            return Err(Error::NoCreate2Deployer { chain_id, deployer: CREATE2_DEPLOYER });
        }
        Ok(Survey { chain_id, standing: [!limits.is_empty(), !core.is_empty()] })
    }

    /// Sends the transactions of the plan that are missing, one after the other, each when the one before is mined.
    /// Returns what it sent. Contracts that stand already are compared with the plan's first.
    ///
    /// # Errors
    /// [`Error::InsufficientFunds`] or [`Error::WrongCode`] before anything is sent, [`Error::NotMined`] or
    /// [`Error::StepFailed`] after, and others; running again goes on where it ended.
    pub async fn execute(&self, from: Address, plan: &Plan) -> Result<Vec<Sent>> {
        if self.survey(plan).await?.standing == [true, true] {
            return Ok(Vec::new());
        }
        // A run that was interrupted may have sent what is not mined yet.
        self.settle(from).await?;
        let standing = self.survey(plan).await?.standing;
        let mut missing = Vec::new();
        for (step, stands) in plan.steps().iter().zip(standing) {
            if stands { self.compare_first(step).await? } else { missing.push(step) }
        }
        let quote = self.quote(&missing).await?;
        self.require_funds(from, &quote).await?;
        let mut sent = Vec::new();
        for (step, gas) in missing.into_iter().zip(&quote.gas) {
            failpoint::pass(step.name, "before");
            sent.extend(self.send(from, step, *gas, &quote).await?);
            failpoint::pass(step.name, "after");
        }
        Ok(sent)
    }

    /// Executes the plan, verifies all of it, and records it in `store`.
    ///
    /// # Errors
    /// Those of [`execute`](Self::execute) and [`verify`](Self::verify); and one that begins with `Manifest` where the
    /// store holds a manifest of another chain or another deployment, before anything is sent.
    pub async fn deploy(&self, from: Address, plan: &Plan, store: &Store) -> Result<Report> {
        let chain_id = self.chain_id().await?;
        let recorded = store.read(chain_id)?;
        if let Some(manifest) = &recorded {
            self.check_manifest(manifest, chain_id, plan, store).await?;
        }
        let sent = self.execute(from, plan).await?;
        let manifest = self.manifest(plan, &sent, recorded.as_ref()).await?;
        let written = recorded.as_ref() != Some(&manifest);
        let path = if written { store.write(&manifest)? } else { store.path(chain_id) };
        Ok(Report { manifest, path, written, sent })
    }

    /// Verifies the deployment and describes it. What `sent` and `recorded` do not tell of its transactions is looked
    /// up in the chain's history.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub async fn manifest(
        &self,
        plan: &Plan,
        sent: &[Sent],
        recorded: Option<&Manifest>,
    ) -> Result<Manifest> {
        let verified = self.verify(plan).await?;
        let places = self.places(plan, sent, recorded, verified.origin).await;
        let (chain_id, genesis_hash) = tokio::try_join!(self.chain_id(), self.genesis_hash())?;
        let mut manifest = Manifest {
            chain_id,
            genesis_hash,
            config: *plan.config(),
            origin: verified.origin,
            contracts: std::collections::BTreeMap::new(),
        };
        for (step, place) in plan.steps().iter().zip(places) {
            for Contract { artifact, address } in &step.contracts {
                let record = Record {
                    address: *address,
                    code_hash: verified.code_hashes.get(artifact.name).copied().unwrap_or_default(),
                    tx: place.map(|(tx, _)| tx),
                    block: place.map(|(_, block)| block),
                };
                manifest.contracts.insert(artifact.name.to_owned(), record);
            }
        }
        Ok(manifest)
    }

    /// Where the transactions of each step are.
    async fn places(
        &self,
        plan: &Plan,
        sent: &[Sent],
        recorded: Option<&Manifest>,
        origin: u64,
    ) -> [Option<Place>; 2] {
        let known = plan.steps().each_ref().map(|step| {
            let sent =
                sent.iter().find(|sent| sent.step == step.name).map(|sent| (sent.tx, sent.block));
            let first = step.contracts.first()?;
            let record = recorded.and_then(|manifest| manifest.contracts.get(first.artifact.name));
            sent.or_else(|| record.and_then(|record| Some((record.tx?, record.block?))))
        });
        if known.iter().all(Option::is_some) {
            return known;
        }
        let [found_limits, found_core] = self.locate(plan, origin).await;
        let [limits, core] = known;
        [limits.or(found_limits), core.or(found_core)]
    }

    /// Refuses a manifest that is not of this chain and this plan.
    async fn check_manifest(
        &self,
        manifest: &Manifest,
        chain_id: u64,
        plan: &Plan,
        store: &Store,
    ) -> Result<()> {
        let path = store.path(chain_id);
        manifest.check(&path, chain_id, self.genesis_hash().await?, plan)?;
        let codes = self.codes(plan.contracts()).await?;
        for (Contract { artifact, address }, code) in plan.contracts().zip(codes) {
            if code.is_empty() {
                return Err(Error::ManifestStale {
                    path,
                    contract: artifact.name,
                    address: *address,
                });
            }
        }
        Ok(())
    }

    /// Compares the contract of a step that stands alone so far, which has no immutables but those of the plan.
    async fn compare_first(&self, step: &Step) -> Result<()> {
        if let Some(contract) = step.contracts.first() {
            compare(
                contract,
                &self.code(contract.address).await?,
                &std::collections::BTreeMap::new(),
            )?;
        }
        Ok(())
    }

    async fn quote(&self, missing: &[&Step]) -> Result<Quote> {
        let fees =
            ask(self.timeout, "read the gas price", self.provider.estimate_eip1559_fees()).await?;
        let mut gas = Vec::new();
        for step in missing {
            // Without a sender: an account without funds gets a clear error below, not the node's.
            let estimate = self.provider.estimate_gas(step.transaction());
            let estimate = ask(self.timeout, "estimate gas", estimate.into_future()).await?;
            gas.push(estimate + estimate / 10);
        }
        Ok(Quote {
            max_fee: fees.max_fee_per_gas,
            max_priority_fee: fees.max_priority_fee_per_gas,
            gas,
        })
    }

    async fn require_funds(&self, account: Address, quote: &Quote) -> Result<()> {
        let needed = U256::from(quote.gas.iter().sum::<u64>()) * U256::from(quote.max_fee);
        let balance = ask(
            self.timeout,
            "read the account's balance",
            self.provider.get_balance(account).into_future(),
        )
        .await?;
        if balance < needed {
            return Err(Error::InsufficientFunds { account, balance, needed });
        }
        Ok(())
    }

    /// Sends a step's transaction and waits until it is mined. `None` where somebody else was faster.
    async fn send(
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
        let pending =
            ask(self.timeout, "send a transaction", self.provider.send_transaction(transaction))
                .await?;
        let tx = *pending.tx_hash();
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
            let receipt = self.provider.get_transaction_receipt(tx);
            if let Some(receipt) = ask(self.timeout, "read a receipt", receipt).await? {
                return Ok(receipt);
            }
            if asked.elapsed() > self.timeout {
                return Err(Error::NotMined {
                    step: step.name,
                    tx,
                    seconds: self.timeout.as_secs(),
                });
            }
            pause = rest(pause).await;
        }
    }

    /// Waits until no transaction of the account is under way.
    async fn settle(&self, account: Address) -> Result<()> {
        let asked = Instant::now();
        let mut pause = SHORTEST_PAUSE;
        loop {
            let action = "read the account's nonce";
            let mined = self.provider.get_transaction_count(account);
            let known = self.provider.get_transaction_count(account).pending();
            let (mined, known) = tokio::try_join!(
                ask(self.timeout, action, mined.into_future()),
                ask(self.timeout, action, known.into_future()),
            )?;
            if known <= mined {
                return Ok(());
            }
            if asked.elapsed() > self.timeout {
                let seconds = self.timeout.as_secs();
                return Err(Error::Busy { account, count: known - mined, seconds });
            }
            tracing::info!(%account, count = known - mined, "waiting for transactions under way");
            pause = rest(pause).await;
        }
    }

    async fn chain_id(&self) -> Result<u64> {
        ask(self.timeout, "read the chain id", self.provider.get_chain_id().into_future()).await
    }

    /// The hash of block 0, which tells apart chains of the same id.
    async fn genesis_hash(&self) -> Result<B256> {
        let block = self.provider.get_block_by_number(0.into()).into_future();
        let block = ask(self.timeout, "read the genesis block", block).await?;
        Ok(block.map(|block| block.header.hash).unwrap_or_default())
    }

    pub(crate) async fn code(&self, address: Address) -> Result<Bytes> {
        ask(
            self.timeout,
            "read a contract's code",
            self.provider.get_code_at(address).into_future(),
        )
        .await
    }

    pub(crate) async fn codes(
        &self,
        contracts: impl Iterator<Item = &Contract>,
    ) -> Result<Vec<Bytes>> {
        let mut codes = Vec::new();
        for contract in contracts {
            codes.push(self.code(contract.address).await?);
        }
        Ok(codes)
    }
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Sleeps, and returns how long to sleep next: a local chain answers within milliseconds, others want no hammering.
async fn rest(pause: Duration) -> Duration {
    tokio::time::sleep(pause).await;
    (pause * 2).min(LONGEST_PAUSE)
}
