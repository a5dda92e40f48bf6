use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use alloy::{
    primitives::{Address, B256, Bytes},
    providers::Provider,
};

use crate::{
    CREATE2_DEPLOYER, Change, Contract, Error, Manifest, ManifestVersion, Plan, Record, Result,
    Sent, Step, Store, Verified, failpoint, history::Place, rpc::ask,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The chain's id.
    pub chain_id: u64,
    /// Whether the contracts of each step stand, in the plan's order.
    pub standing: Vec<bool>,
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
    /// What governance has changed about itself since it was deployed.
    pub changes: Vec<Change>,
}

impl<P: Provider> Deployer<P> {
    /// A deployer that waits at most 60 seconds for an answer of the node, and as long for a transaction to be mined.
    pub const fn new(provider: P) -> Self {
        Self { provider, timeout: Duration::from_mins(1) }
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
        if self.code(CREATE2_DEPLOYER).await?.is_empty() {
            return Err(Error::NoCreate2Deployer { chain_id, deployer: CREATE2_DEPLOYER });
        }
        let mut standing = Vec::new();
        for step in plan.steps() {
            standing.push(self.stands(step).await?);
        }
        Ok(Survey { chain_id, standing })
    }

    /// Sends the transactions of the plan that are missing, one after the other, each when the one before is mined.
    /// Returns what it sent.
    ///
    /// # Errors
    /// [`Error::InsufficientFunds`] before anything is sent, [`Error::NotMined`] or [`Error::StepFailed`] after, and
    /// others; running again goes on where it ended.
    pub async fn execute(&self, from: Address, plan: &Plan) -> Result<Vec<Sent>> {
        if self.missing(plan).await?.is_empty() {
            return Ok(Vec::new());
        }
        // A run that was interrupted may have sent what is not mined yet.
        self.settle(from).await?;
        let missing = self.missing(plan).await?;
        let quote = self.quote(plan, &missing).await?;
        self.require_funds(from, &quote).await?;
        let mut sent = Vec::new();
        for (step, gas) in missing.into_iter().zip(&quote.gas) {
            failpoint::pass(step.name, "before");
            // Somebody else may be at the same.
            if self.stands(step).await? {
                continue;
            }
            sent.extend(self.send(from, step, *gas, &quote).await?);
            failpoint::pass(step.name, "after");
        }
        Ok(sent)
    }

    /// Executes the plan, verifies all of it, and records it in `store`. Where governance was deployed by this very
    /// call, its roles must be as configured; later they may be others.
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
        let mut verified = Box::pin(self.verify(plan)).await?;
        let governance = plan.steps().first().map(|step| step.name);
        if sent.iter().any(|sent| Some(sent.step) == governance) {
            verified = verified.unchanged()?;
        }
        let manifest = self.manifest(plan, &verified, &sent, recorded.as_ref()).await?;
        let written = recorded.as_ref() != Some(&manifest);
        let path = if written { store.write(&manifest)? } else { store.path(chain_id) };
        Ok(Report { manifest, path, written, sent, changes: verified.changes })
    }

    /// Describes a deployment that was verified. What `sent` and `recorded` do not tell of its transactions is looked up
    /// in the chain's history.
    ///
    /// # Errors
    /// [`Error::Rpc`].
    pub async fn manifest(
        &self,
        plan: &Plan,
        verified: &Verified,
        sent: &[Sent],
        recorded: Option<&Manifest>,
    ) -> Result<Manifest> {
        let mut contracts = BTreeMap::new();
        for step in plan.steps() {
            let place = match known_place(step, sent, recorded) {
                Some(place) => Some(place),
                None => self.locate(step).await,
            };
            for Contract { artifact, address } in &step.contracts {
                let record = Record {
                    address: *address,
                    code_hash: verified.code_hashes.get(artifact.name).copied().unwrap_or_default(),
                    tx: place.map(|(tx, _)| tx),
                    block: place.map(|(_, block)| block),
                };
                contracts.insert(artifact.name.to_owned(), record);
            }
        }
        Ok(Manifest {
            version: ManifestVersion,
            chain_id: self.chain_id().await?,
            genesis_hash: self.genesis_hash().await?,
            config: *plan.config(),
            origin: verified.origin,
            contracts,
        })
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
        for (Contract { artifact, address }, code) in plan.contracts().zip(self.codes(plan).await?)
        {
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

    async fn missing<'a>(&self, plan: &'a Plan) -> Result<Vec<&'a Step>> {
        let standing = self.survey(plan).await?.standing;
        Ok(plan
            .steps()
            .iter()
            .zip(standing)
            .filter(|(_, stands)| !stands)
            .map(|(step, _)| step)
            .collect())
    }

    /// The id of the node's chain.
    ///
    /// # Errors
    /// [`Error::Rpc`].
    pub async fn chain_id(&self) -> Result<u64> {
        ask(self.timeout, "read the chain id", self.provider.get_chain_id().into_future()).await
    }

    /// The hash of block 0, which tells apart chains of the same id.
    ///
    /// # Errors
    /// [`Error::Rpc`].
    pub async fn genesis_hash(&self) -> Result<B256> {
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

    pub(crate) async fn stands(&self, step: &Step) -> Result<bool> {
        Ok(!self.code(step.address()).await?.is_empty())
    }

    /// The codes of all contracts of the plan, in its order.
    pub(crate) async fn codes(&self, plan: &Plan) -> Result<Vec<Bytes>> {
        let mut codes = Vec::new();
        for contract in plan.contracts() {
            codes.push(self.code(contract.address).await?);
        }
        Ok(codes)
    }
}

/// What this run or the manifest tells about the transaction of a step.
fn known_place(step: &Step, sent: &[Sent], recorded: Option<&Manifest>) -> Option<Place> {
    if let Some(sent) = sent.iter().find(|sent| sent.step == step.name) {
        return Some((sent.tx, sent.block));
    }
    let record = recorded?.contracts.get(step.contracts.first()?.artifact.name)?;
    Some((record.tx?, record.block?))
}
