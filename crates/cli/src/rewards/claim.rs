//! `palisade rewards claim`.

use std::path::PathBuf;

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
    sol_types::SolCall,
};
use clap::{Args, value_parser};
use eyre::{Result, bail, eyre};
use palisade_bindings::{Epoch, RewardsDistributor};
use palisade_rewards::ledger::Standing;
use serde_json::json;

use super::{
    chain::{Call, Chain, ChainArgs, PoolName, Read, Tokens, address, show_unsigned},
    show,
};
use crate::{deploy::signer, output};

/// Arguments of `palisade rewards claim`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("sender").required(true))]
pub struct ClaimArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// Whose rewards; by default those of the account that signs.
    #[arg(long, value_name = "ADDRESS", value_parser = address, required_if_eq("unsigned", "true"))]
    owner: Option<Address>,
    /// Who is paid; by default the owner. Others than the owner and its operators claim to its recipient alone.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    receiver: Option<Address>,
    /// The last epoch to claim for; by default the one that closed last.
    #[arg(long, value_name = "EPOCH")]
    through: Option<u32>,
    /// Only from this pool; may be repeated.
    #[arg(long, value_name = "OPERATOR/STRATEGY")]
    pool: Vec<PoolName>,
    /// Only in this token; may be repeated.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    token: Vec<Address>,
    /// Print what to send, as JSON, and send nothing: for a Safe or another wallet. Needs no key.
    #[arg(long, group = "sender")]
    unsigned: bool,
    /// The environment variable that holds the private key of the account that sends.
    #[arg(long, value_name = "NAME", group = "sender")]
    private_key_env: Option<String>,
    /// The file that holds it.
    #[arg(long, value_name = "FILE", group = "sender")]
    private_key_file: Option<PathBuf>,
    /// The most gas that one transaction may need: a claim that needs more is made in parts.
    #[arg(long, value_name = "GAS", default_value_t = 10_000_000, value_parser = value_parser!(u64).range(50_000..))]
    gas_limit: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// A call that claims, and what it pays.
struct Part {
    call: Call,
    claims: Vec<Standing>,
    gas: u64,
}

impl ClaimArgs {
    /// Claims what the logs say is there.
    pub(super) async fn run(self) -> Result<()> {
        let Self {
            chain,
            owner,
            receiver,
            through,
            pool,
            token,
            unsigned,
            private_key_env,
            private_key_file,
            gas_limit,
            json,
        } = self;
        let signer = signer(private_key_env, private_key_file)?;
        let sender = signer.as_ref().map(alloy::signers::local::PrivateKeySigner::address);
        let owner = owner.or(sender).ok_or_else(|| eyre!("no owner: name it with --owner"))?;
        let sender = sender.unwrap_or(owner);
        let receiver = receiver.unwrap_or(owner);
        let chain = chain.connect(signer).await?;
        let read = chain.read().await?;
        let Some(at) = read.ledger.at(read.timestamp) else { bail!("the clock has not started") };
        let pools = read.keys(&pool)?;
        let mut standings: Vec<_> = read
            .ledger
            .standings(at)
            .filter(|it| it.owner == owner)
            .filter(|it| pools.is_empty() || pools.contains(&it.pool.to_key()))
            .filter(|it| token.is_empty() || token.contains(&it.token))
            .collect();
        show::check(&chain, &read, at, &standings).await?;
        let through = through.map_or(at.closed_epoch(), Epoch).min(at.closed_epoch());
        for it in &mut standings {
            it.claimable = at.claimable(owner, through, it.pool, it.token);
        }
        standings.retain(|it| !it.claimable.is_zero());
        if standings.is_empty() {
            bail!("{owner} has nothing to claim there up to epoch {through}");
        }
        // Neighbours in the same token are paid together.
        standings.sort_by_key(|it| (it.token, it.pool));

        let claimer = Claimer { chain: &chain, sender, owner, receiver, through, gas_limit };
        let parts = claimer.parts(standings).await?;
        if unsigned {
            let calls: Vec<_> = parts.into_iter().map(|part| part.call).collect();
            let name = format!("Claim rewards through epoch {through}");
            return show_unsigned(&chain, &calls, &name);
        }
        let claims = || parts.iter().flat_map(|part| &part.claims);
        let strategies = claims().map(|it| read.name(it.pool).strategy);
        let tokens = chain.tokens(claims().map(|it| it.token).chain(strategies)).await?;
        let mut sent = Vec::new();
        for part in &parts {
            sent.push(chain.send("claim", sender, &part.call).await?);
        }
        show_sent(&read, &parts, &sent, through, &tokens, json)
    }
}

struct Claimer<'a> {
    chain: &'a Chain,
    sender: Address,
    owner: Address,
    receiver: Address,
    through: Epoch,
    gas_limit: u64,
}

impl Claimer<'_> {
    /// The claims, in as few calls as keep to the gas limit.
    async fn parts(&self, claims: Vec<Standing>) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        let mut waiting = vec![claims];
        while let Some(mut claims) = waiting.pop() {
            let claim =
                |it: &Standing| RewardsDistributor::Claim { pool: it.pool.0, token: it.token };
            let call = RewardsDistributor::claimCall {
                owner: self.owner,
                receiver: self.receiver,
                through: self.through.into(),
                claims: claims.iter().map(claim).collect(),
            };
            let to = self.chain.contracts.distributor;
            let call = Call { to, input: call.abi_encode().into() };
            let estimate = self.chain.provider.estimate_gas(call.request(self.sender));
            let gas = self.chain.ask("claim", estimate.into_future()).await?;
            if gas <= self.gas_limit {
                parts.push(Part { call, claims, gas });
            } else if claims.len() > 1 {
                // The first half is the next.
                let rest = claims.split_off(claims.len() / 2);
                waiting.extend([rest, claims]);
            } else {
                bail!(
                    "a claim of one pool and token needs {gas} gas, and {} are allowed: raise --gas-limit, or claim up to an earlier epoch first with --through",
                    self.gas_limit
                );
            }
        }
        Ok(parts)
    }
}

fn show_sent(
    read: &Read,
    parts: &[Part],
    sent: &[alloy::primitives::TxHash],
    through: Epoch,
    tokens: &Tokens,
    as_json: bool,
) -> Result<()> {
    let claims = || {
        let each = parts.iter().zip(sent);
        each.flat_map(|(part, hash)| part.claims.iter().map(move |claim| (claim, hash)))
    };
    if as_json {
        let claims = claims().map(|(it, hash)| {
            let PoolName { operator, strategy } = read.name(it.pool);
            json!({
                "operator": operator.to_string(),
                "strategy": strategy.to_string(),
                "pool": it.pool.to_string(),
                "token": it.token.to_string(),
                "amount": it.claimable.to_string(),
                "transaction": hash.to_string(),
            })
        });
        let claims: Vec<_> = claims.collect();
        return output::print_json(&json!({
            "through": through.0,
            "claims": claims,
            "transactions": sent.len(),
        }));
    }
    let rows = claims().map(|(it, hash)| {
        let PoolName { operator, strategy } = read.name(it.pool);
        let (stake, claimed) = (tokens.symbol(strategy), tokens.amount(it.token, it.claimable));
        [operator.to_string(), stake, claimed, hash.to_string()]
    });
    let header = ["operator", "stake", "claimed", "transaction"].map(ToOwned::to_owned);
    output::print(&output::table(header, rows))?;
    let gas: U256 = parts.iter().map(|part| U256::from(part.gas)).sum();
    let count = match sent.len() {
        1 => "one transaction".to_owned(),
        count => format!("{count} transactions"),
    };
    output::print(&format!("claimed through epoch {through}, in {count} of at most {gas} gas\n"))
}
