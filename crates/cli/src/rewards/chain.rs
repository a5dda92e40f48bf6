//! The chain that rewards are read from: its deployment, its logs, its tokens.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
    time::{Duration, Instant},
};

use alloy::{
    contract::Error as ContractError,
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, TxHash, U256},
    providers::{DynProvider, Provider},
    rpc::types::{BlockId, BlockNumberOrTag, Filter, Log, TransactionRequest},
    signers::local::PrivateKeySigner,
    transports::TransportError,
};
use clap::{Args, value_parser};
use eyre::{Report, Result, bail, eyre};
use palisade_bindings::{DevToken, Epoch, PoolId, Refusal, RevertData, one_line};
use palisade_deploy::{Deployer, Failure, ask};
use palisade_rewards::{
    ledger::{Contracts, Entry, Ledger},
    tree::{self, Flaw},
};
use serde_json::json;

use crate::{deploy::of_node, deployment::DeploymentArgs, node::NodeUrl, output};

/// Which deployment, and how to read its logs.
#[derive(Debug, Args)]
pub(super) struct ChainArgs {
    #[command(flatten)]
    deployment: DeploymentArgs,
    /// How many blocks to ask the node for logs of at once; fewer where it refuses.
    #[arg(long, value_name = "BLOCKS", default_value_t = 10_000, value_parser = value_parser!(u64).range(1..))]
    log_blocks: u64,
}

/// A pool as people name it: `OPERATOR/STRATEGY`.
#[derive(Clone, Copy, Debug)]
pub(super) struct PoolName {
    pub(super) operator: Address,
    pub(super) strategy: Address,
}

impl FromStr for PoolName {
    type Err = Report;

    fn from_str(text: &str) -> Result<Self> {
        let (operator, strategy) = text
            .split_once('/')
            .ok_or_else(|| eyre!("write a pool as OPERATOR/STRATEGY, by their addresses"))?;
        Ok(Self { operator: address(operator)?, strategy: address(strategy)? })
    }
}

impl fmt::Display for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.operator, self.strategy)
    }
}

/// An address; one with a wrong checksum is refused.
pub(super) fn address(text: &str) -> Result<Address, Flaw> {
    tree::address(text.as_bytes())
}

impl PoolName {
    pub(super) fn key(self) -> PoolId {
        PoolId::key(self.operator, self.strategy)
    }
}

/// A connection, and what is known of the deployment.
pub(super) struct Chain {
    pub(super) provider: DynProvider,
    pub(super) contracts: Contracts,
    pub(super) id: u64,
    url: NodeUrl,
    timeout: Duration,
    log_blocks: u64,
    first: u64,
}

/// All that the logs told up to a block.
pub(super) struct Read {
    pub(super) ledger: Ledger,
    /// The number of the block, and its timestamp.
    pub(super) block: u64,
    pub(super) timestamp: u64,
}

impl Read {
    /// Whose a pool's generation is, and of what.
    pub(super) fn name(&self, pool: PoolId) -> PoolName {
        let pool = self.ledger.pools().get(&pool.to_key());
        let (operator, strategy) = pool.map(|it| (it.operator, it.strategy)).unwrap_or_default();
        PoolName { operator, strategy }
    }

    /// The keys of these pools.
    ///
    /// # Errors
    /// Stake was never in one of them.
    pub(super) fn keys(&self, names: &[PoolName]) -> Result<BTreeSet<PoolId>> {
        match names.iter().find(|name| !self.ledger.pools().contains_key(&name.key())) {
            Some(unknown) => bail!("no stake was ever in pool {unknown}"),
            None => Ok(names.iter().map(|name| name.key()).collect()),
        }
    }
}

/// How a token counts.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) symbol: String,
    /// `None` where it does not tell.
    pub(super) decimals: Option<u8>,
}

impl ChainArgs {
    pub(super) async fn connect(self, signer: Option<PrivateKeySigner>) -> Result<Chain> {
        let Self { deployment, log_blocks } = self;
        let (provider, timeout) = (deployment.connect(signer)?, deployment.timeout());
        let deployer = Deployer::new(provider.clone()).timeout(timeout);
        let (plan, recorded) = deployment.read(&deployer).await?;
        let url = deployment.rpc_url;
        let id = deployer.chain_id().await.map_err(|error| of_node(error, &url))?;
        let mut first = None;
        if let Some((path, manifest)) = recorded {
            let genesis = deployer.genesis_hash().await.map_err(|error| of_node(error, &url))?;
            manifest.check(&path, id, genesis, &plan)?;
            first = manifest.contracts.get("StakeVault").and_then(|record| record.block);
        }
        let it = plan.addresses();
        let contracts = Contracts {
            vault: it.vault,
            allocation_manager: it.allocation_manager,
            distributor: it.rewards,
            streams: it.streams,
        };
        let first = first.unwrap_or_default();
        Ok(Chain { provider, contracts, id, url, timeout, log_blocks, first })
    }
}

impl Chain {
    /// Waits for an answer of the node; a contract's refusal is told in its words.
    pub(super) async fn ask<T, E: Failure + RevertData>(
        &self,
        action: &'static str,
        request: impl IntoFuture<Output = Result<T, E>>,
    ) -> Result<T> {
        let mut refusal = None;
        let request = async {
            let answer = request.into_future().await;
            refusal = answer.as_ref().err().and_then(Refusal::of);
            answer
        };
        let answer = ask(self.timeout, action, request).await;
        match refusal {
            Some(refusal) => Err(eyre!("cannot {action}: {refusal}")),
            None => answer.map_err(|error| of_node(error, &self.url)),
        }
    }

    /// Reads all logs up to the newest block.
    pub(super) async fn read(&self) -> Result<Read> {
        let newest = self.provider.get_block_by_number(BlockNumberOrTag::Latest).into_future();
        let newest = self.ask("read the newest block", newest).await?;
        let newest = newest.ok_or_else(|| eyre!("the node at {} has no block", self.url))?;
        let (block, timestamp) = (newest.header.number, newest.header.timestamp);
        let mut ledger = Ledger::new(self.contracts);
        let (mut from, mut told, mut step) = (self.first, Instant::now(), self.log_blocks);
        while from <= block {
            let to = block.min(from.saturating_add(step - 1));
            let logs = match self.logs(from, to).await {
                // Too many at once, perhaps.
                Err(TransportError::ErrorResp(_)) if step > 1 => {
                    step = step.div_ceil(2);
                    continue;
                }
                Err(error) => self.ask("read logs", async { Err(error) }).await?,
                Ok(logs) => logs,
            };
            for entry in self.entries(logs).await? {
                ledger.apply(&entry)?;
            }
            from = to.saturating_add(1);
            if told.elapsed() >= Duration::from_secs(2) {
                told = Instant::now();
                output::note(&format!(
                    "reading logs: block {to} of {block}, {} so far",
                    ledger.applied()
                ));
            }
        }
        if ledger.clock().is_none() {
            bail!("no vault stands at {}: is it another deployment?", self.contracts.vault);
        }
        Ok(Read { ledger, block, timestamp })
    }

    async fn logs(&self, from: u64, to: u64) -> Result<Vec<Log>, TransportError> {
        let addresses: Vec<_> = self.contracts.addresses().collect();
        let filter = Filter::new().from_block(from).to_block(to).address(addresses);
        self.provider.get_logs(&filter).await
    }

    async fn entries(&self, logs: Vec<Log>) -> Result<Vec<Entry>> {
        let mut timestamps: BTreeMap<u64, u64> = BTreeMap::new();
        let mut entries = Vec::new();
        for log in logs {
            let (Some(block), Some(index)) = (log.block_number, log.log_index) else {
                bail!("the node at {} tells a log without its place in the chain", self.url);
            };
            let known = log.block_timestamp.or_else(|| timestamps.get(&block).copied());
            let timestamp = if let Some(timestamp) = known {
                timestamp
            } else {
                // Some nodes do not tell it with the log.
                let header = self.provider.get_block_by_number(block.into()).into_future();
                let header = self.ask("read a block", header).await?;
                header.ok_or_else(|| eyre!("the node has no block {block}"))?.header.timestamp
            };
            timestamps.insert(block, timestamp);
            let transaction = log.transaction_hash.unwrap_or(B256::ZERO);
            entries.push(Entry { block, index, timestamp, transaction, log: log.inner });
        }
        Ok(entries)
    }

    /// How these tokens count. One that does not tell counts in units.
    pub(super) async fn tokens(
        &self,
        addresses: impl IntoIterator<Item = Address>,
    ) -> Result<Tokens> {
        let mut tokens = BTreeMap::new();
        for address in addresses {
            if tokens.contains_key(&address) {
                continue;
            }
            let token = DevToken::new(address, &self.provider);
            let symbol = self.told("read a token's symbol", token.symbol().call()).await?;
            let decimals = self.told("read a token's decimals", token.decimals().call()).await?;
            // In units of what? The symbol would mislead.
            let symbol = symbol.filter(|_| decimals.is_some());
            let symbol = symbol.map(|it| one_line(&it));
            let symbol = symbol.unwrap_or_else(|| address.to_string());
            tokens.insert(address, Token { symbol, decimals });
        }
        Ok(Tokens(tokens))
    }

    /// The timestamp of a block that came now. Where blocks are rare, the newest may be of an epoch long closed.
    pub(super) async fn now(&self, read: &Read) -> u64 {
        let pending = self.provider.get_block_by_number(BlockNumberOrTag::Pending).into_future();
        // Some nodes do not tell it.
        let pending = self.ask("read the pending block", pending).await.ok().flatten();
        pending.map_or(read.timestamp, |it| it.header.timestamp.max(read.timestamp))
    }

    /// What a contract answers; `None` where it refuses, or answers something else. A node that fails is an error.
    async fn told<T>(
        &self,
        action: &'static str,
        call: impl IntoFuture<Output = Result<T, ContractError>>,
    ) -> Result<Option<T>> {
        let request = async {
            match call.into_future().await {
                Ok(answer) => Ok(Some(answer)),
                Err(ContractError::TransportError(error)) if !error.is_error_resp() => Err(error),
                Err(_) => Ok(None),
            }
        };
        self.ask(action, request).await
    }

    /// Sends a call in the name of `from`, and waits until it is mined.
    pub(super) async fn send(
        &self,
        action: &'static str,
        from: Address,
        call: &Call,
    ) -> Result<TxHash> {
        let request = call.request(from);
        let sent = self.ask(action, self.provider.send_transaction(request).into_future()).await?;
        let hash = *sent.tx_hash();
        let receipt = sent.with_timeout(Some(self.timeout)).get_receipt().await;
        let receipt = receipt
            .map_err(|error| eyre!("cannot tell what became of transaction {hash}: {error}"))?;
        if !receipt.status() {
            bail!("cannot {action}: transaction {hash} failed");
        }
        Ok(hash)
    }

    /// The block that the logs were read up to, to ask in.
    pub(super) fn at(read: &Read) -> BlockId {
        BlockId::number(read.block)
    }
}

/// A call of a contract that changes something.
pub(super) struct Call {
    pub(super) to: Address,
    pub(super) input: Bytes,
}

impl Call {
    pub(super) fn request(&self, from: Address) -> TransactionRequest {
        TransactionRequest::default()
            .with_from(from)
            .with_to(self.to)
            .with_input(self.input.clone())
    }
}

/// Prints calls as the Safe's transaction builder takes them.
pub(super) fn show_unsigned(chain: &Chain, calls: &[Call], name: &str) -> Result<()> {
    let transactions = calls.iter().map(
        |call| json!({ "to": call.to.to_string(), "value": "0", "data": call.input.to_string() }),
    );
    output::print_json(&json!({
        "version": "1.0",
        "chainId": chain.id.to_string(),
        "meta": { "name": name },
        "transactions": transactions.collect::<Vec<_>>(),
    }))
}

/// Tokens by address.
#[derive(Debug)]
pub(super) struct Tokens(BTreeMap<Address, Token>);

impl Tokens {
    pub(super) fn symbol(&self, token: Address) -> String {
        self.0.get(&token).map_or_else(|| token.to_string(), |it| it.symbol.clone())
    }

    /// How many decimals a token says it has.
    pub(super) fn told_decimals(&self, token: Address) -> Option<u8> {
        self.0.get(&token).and_then(|it| it.decimals)
    }

    pub(super) fn decimals(&self, token: Address) -> u8 {
        self.told_decimals(token).unwrap_or_default()
    }

    /// An amount in whole tokens, with its symbol.
    pub(super) fn amount(&self, token: Address, amount: U256) -> String {
        format!("{} {}", whole(amount, self.decimals(token)), self.symbol(token))
    }
}

/// An amount of units in whole tokens; nothing is rounded.
pub(super) fn whole(amount: U256, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    let digits = amount.to_string();
    let digits = format!("{}{digits}", "0".repeat((decimals + 1).saturating_sub(digits.len())));
    let (whole, part) = digits.split_at(digits.len() - decimals);
    let part = part.trim_end_matches('0');
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

/// An epoch, or none.
pub(super) fn epoch(epoch: Epoch) -> String {
    if epoch.is_set() { epoch.to_string() } else { "never".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_lose_no_digit() {
        let shown = |amount: u64, decimals| whole(U256::from(amount), decimals);
        assert_eq!(shown(1_500_000, 6), "1.5");
        assert_eq!(shown(1, 6), "0.000001");
        assert_eq!(shown(0, 6), "0");
        assert_eq!(shown(12, 0), "12");
        assert_eq!(shown(12_000_000, 6), "12");
    }

    #[test]
    fn pools_are_named_by_two_addresses() {
        let (a, b) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let name: PoolName = format!("{a}/{b}").parse().unwrap();
        assert_eq!(name.key(), PoolId::key(a, b));
        // The last digit is another, and the checksum as before.
        let typo = format!("{a}/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96046");
        for wrong in ["", "0x1/0x2", &a.to_string(), &format!("{a}/x"), &typo] {
            assert!(wrong.parse::<PoolName>().is_err(), "{wrong}");
        }
    }
}
