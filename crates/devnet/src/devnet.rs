use std::{future::IntoFuture, net::SocketAddr, time::Duration};

use alloy::{
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::client::RpcClient,
    transports::{
        RpcError,
        http::{Http, reqwest},
    },
};
use palisade_bindings::{
    AllocationManager, Governance, Lens, MerkleDrops, RewardStreams, RewardsDistributor, Router,
    StakeVault, TimelockController,
};
use palisade_deploy::{Addresses, Failure, Plan};

use crate::{Account, DevnetBuilder, Error, Result, Token, leash::Leash, token::Tokens};

/// A local chain with everything deployed, funded and ready. It ends when this value is dropped, and when the process
/// does, in whatever way.
#[derive(Debug)]
pub struct Devnet {
    leash: Leash,
    client: Client,
    plan: Plan,
    tokens: Tokens,
    accounts: Vec<Account>,
    origin: u64,
}

/// What a network is put together from.
pub(crate) struct Parts {
    pub(crate) leash: Leash,
    pub(crate) client: Client,
    pub(crate) plan: Plan,
    pub(crate) tokens: Tokens,
    pub(crate) accounts: Vec<Account>,
    pub(crate) origin: u64,
}

/// The connection to anvil.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    url: String,
    chain_id: u64,
    rpc: RpcClient,
    provider: DynProvider,
}

/// How often alloy looks for new blocks while a transaction is pending. Anvil mines at once and is near.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// How long one answer of anvil may take.
const ANSWER: Duration = Duration::from_secs(30);

impl Client {
    pub(crate) fn new(address: SocketAddr, chain_id: u64) -> Result<Self> {
        let url = format!("http://{address}");
        let parsed = url.parse().map_err(|error| Error::Request {
            action: "address anvil",
            source: RpcError::local_usage(error),
        })?;
        // A proxy that the environment names is not for this machine.
        let http =
            reqwest::Client::builder().no_proxy().timeout(ANSWER).build().map_err(|error| {
                Error::Request { action: "make a client", source: RpcError::local_usage(error) }
            })?;
        let rpc =
            RpcClient::new(Http::with_client(http, parsed), true).with_poll_interval(POLL_INTERVAL);
        let provider = ProviderBuilder::new()
            .disable_recommended_fillers()
            .connect_client(rpc.clone())
            .erased();
        Ok(Self { url, chain_id, rpc, provider })
    }

    /// A provider that signs for this account.
    pub(crate) fn signing(&self, account: &Account) -> DynProvider {
        ProviderBuilder::new()
            .disable_recommended_fillers()
            .with_gas_estimation()
            // Not cached: a revert to a snapshot takes nonces back.
            .with_simple_nonce_management()
            .with_chain_id(self.chain_id)
            .wallet(account.signer.clone())
            .connect_client(self.rpc.clone())
            .erased()
    }

    pub(crate) const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    pub(crate) const fn rpc(&self) -> &RpcClient {
        &self.rpc
    }

    pub(crate) const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Waits for an answer of anvil.
    pub(crate) async fn ask<T, E: Failure>(
        &self,
        action: &'static str,
        request: impl IntoFuture<Output = Result<T, E>>,
    ) -> Result<T> {
        Ok(palisade_deploy::ask(ANSWER, action, request).await?)
    }
}

impl Devnet {
    /// A network with settings of its own.
    ///
    /// ```no_run
    /// # async fn example() -> palisade_devnet::Result<()> {
    /// use palisade_devnet::Devnet;
    ///
    /// let net = Devnet::builder().epoch_length(10).accounts(["erin"]).start().await?;
    /// net.advance_epochs(2).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn builder() -> DevnetBuilder {
        DevnetBuilder::default()
    }

    /// Starts a network with the default settings.
    ///
    /// # Errors
    /// [`Error::NoAnvil`], and others; no process is left then.
    pub async fn start() -> Result<Self> {
        Self::builder().start().await
    }

    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { leash, client, plan, tokens, accounts, origin } = parts;
        Self { leash, client, plan, tokens, accounts, origin }
    }

    /// Where it answers JSON-RPC: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.client.url
    }

    /// The chain's id.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.client.chain_id
    }

    /// A connection that reads. Transactions sent through it need a `from`; anvil signs for its accounts.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.client.provider
    }

    /// A connection that signs for the account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn provider_for(&self, name: &str) -> Result<DynProvider> {
        Ok(self.client.signing(self.account(name)?))
    }

    /// What the core was deployed from, and how.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where the contracts of the core stand.
    #[must_use]
    pub const fn addresses(&self) -> &Addresses {
        self.plan.addresses()
    }

    /// The vault, to read from.
    #[must_use]
    pub fn vault(&self) -> StakeVault::StakeVaultInstance<DynProvider> {
        StakeVault::new(self.addresses().vault, self.provider().clone())
    }

    /// The vault, called by the account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn vault_as(&self, name: &str) -> Result<StakeVault::StakeVaultInstance<DynProvider>> {
        Ok(StakeVault::new(self.addresses().vault, self.provider_for(name)?))
    }

    /// The allocation manager, to read from.
    #[must_use]
    pub fn manager(&self) -> AllocationManager::AllocationManagerInstance<DynProvider> {
        AllocationManager::new(self.addresses().allocation_manager, self.provider().clone())
    }

    /// The allocation manager, called by the account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn manager_as(
        &self,
        name: &str,
    ) -> Result<AllocationManager::AllocationManagerInstance<DynProvider>> {
        Ok(AllocationManager::new(self.addresses().allocation_manager, self.provider_for(name)?))
    }

    /// The Router, to read from.
    #[must_use]
    pub fn router(&self) -> Router::RouterInstance<DynProvider> {
        Router::new(self.addresses().router, self.provider().clone())
    }

    /// The Router, called by the account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn router_as(&self, name: &str) -> Result<Router::RouterInstance<DynProvider>> {
        Ok(Router::new(self.addresses().router, self.provider_for(name)?))
    }

    /// The Lens.
    #[must_use]
    pub fn lens(&self) -> Lens::LensInstance<DynProvider> {
        Lens::new(self.addresses().lens, self.provider().clone())
    }

    /// The rewards distributor, to read from.
    #[must_use]
    pub fn rewards(&self) -> RewardsDistributor::RewardsDistributorInstance<DynProvider> {
        RewardsDistributor::new(self.addresses().rewards, self.provider().clone())
    }

    /// The rewards distributor, called by the account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn rewards_as(
        &self,
        name: &str,
    ) -> Result<RewardsDistributor::RewardsDistributorInstance<DynProvider>> {
        Ok(RewardsDistributor::new(self.addresses().rewards, self.provider_for(name)?))
    }

    /// The reward streams, to read from.
    #[must_use]
    pub fn streams(&self) -> RewardStreams::RewardStreamsInstance<DynProvider> {
        RewardStreams::new(self.addresses().streams, self.provider().clone())
    }

    /// The reward streams, called by the account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn streams_as(
        &self,
        name: &str,
    ) -> Result<RewardStreams::RewardStreamsInstance<DynProvider>> {
        Ok(RewardStreams::new(self.addresses().streams, self.provider_for(name)?))
    }

    /// The Merkle drops, to read from.
    #[must_use]
    pub fn drops(&self) -> MerkleDrops::MerkleDropsInstance<DynProvider> {
        MerkleDrops::new(self.addresses().drops, self.provider().clone())
    }

    /// The Merkle drops, called by the account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn drops_as(&self, name: &str) -> Result<MerkleDrops::MerkleDropsInstance<DynProvider>> {
        Ok(MerkleDrops::new(self.addresses().drops, self.provider_for(name)?))
    }

    /// Governance, called by the account called `name`: the guardian, `deployer`, may pause.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn governance_as(&self, name: &str) -> Result<Governance::GovernanceInstance<DynProvider>> {
        Ok(Governance::new(self.addresses().governance, self.provider_for(name)?))
    }

    /// Governance's timelock, called by the account called `name`: the council, `deployer`, may propose, and anybody
    /// executes.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn timelock_as(
        &self,
        name: &str,
    ) -> Result<TimelockController::TimelockControllerInstance<DynProvider>> {
        Ok(TimelockController::new(self.addresses().timelock, self.provider_for(name)?))
    }

    /// All accounts, in the order of their derivation.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account called `name`.
    ///
    /// # Errors
    /// [`Error::NoAccount`].
    pub fn account(&self, name: &str) -> Result<&Account> {
        self.accounts.iter().find(|account| account.name == name).ok_or_else(|| Error::NoAccount {
            name: name.to_owned(),
            known: self.accounts.iter().map(|account| account.name.clone()).collect(),
        })
    }

    /// The three strategies: a plain token (`rETH`), an ERC-4626 wrapper of staked ether (`wstETH`), and a token with 6
    /// decimals (`stUSD`). Every staker begins with 1,000 whole tokens of the plain ones, and makes the other of ETH.
    #[must_use]
    pub const fn strategies(&self) -> &[Token; 3] {
        &self.tokens.strategies
    }

    /// What rewards are paid in (`RWD`). Every service begins with 1,000,000 whole ones, and anyone may mint more.
    #[must_use]
    pub const fn reward(&self) -> &Token {
        &self.tokens.reward
    }

    /// All tokens: the strategies, `stETH`, which is inside `wstETH`, and what rewards are paid in.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.all()
    }

    /// The token with this symbol, of all [`tokens`](Self::tokens).
    ///
    /// # Errors
    /// [`Error::NoToken`].
    pub fn token(&self, symbol: &str) -> Result<&Token> {
        self.tokens.all().find(|token| token.symbol == symbol).ok_or_else(|| Error::NoToken {
            symbol: symbol.to_owned(),
            known: self.tokens.all().map(|token| token.symbol).collect(),
        })
    }

    /// The length of an epoch, in seconds.
    #[must_use]
    pub const fn epoch_length(&self) -> u64 {
        self.plan.config().epoch_length
    }

    /// The timestamp at which epoch 1 began, in seconds.
    #[must_use]
    pub const fn origin(&self) -> u64 {
        self.origin
    }

    /// The process id of anvil.
    #[must_use]
    pub fn anvil_pid(&self) -> Option<u32> {
        self.leash.pid()
    }

    /// Waits until anvil ends by itself, and returns the error that says why. Never returns while it runs.
    pub async fn died(&self) -> Error {
        self.leash.ended().await;
        self.leash.epitaph()
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }
}
