//! `palisade rewards distribute`.

use std::{fs, path::PathBuf, str::FromStr};

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::BlockId,
    sol_types::SolCall,
};
use clap::Args;
use eyre::{Report, Result, WrapErr, bail, eyre};
use palisade_bindings::{
    DevToken, Epoch, OperatorSetId, PoolId, RewardStreams, RewardsDistributor,
};
use palisade_rewards::{
    apr::{Decimal, Rate},
    ledger::At,
};
use serde_json::json;

use super::chain::{Call, Chain, ChainArgs, PoolName, Read, Tokens, address, show_unsigned};
use crate::{deploy::signer, output};

/// Arguments of `palisade rewards distribute`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("payments").required(true))]
#[command(group = clap::ArgGroup::new("sender").required(true).multiple(true))]
pub struct DistributeArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// The reward token.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    token: Address,
    /// Pay this pool so many whole tokens; may be repeated.
    #[arg(long, value_name = "OPERATOR/STRATEGY=AMOUNT", group = "payments")]
    pool: Vec<PaymentArg>,
    /// Pay what this file says: CSV, a line for each pool, `operator,strategy,amount` in whole tokens.
    #[arg(long, value_name = "FILE", group = "payments")]
    file: Option<PathBuf>,
    /// Split so many whole tokens among operators of a set, by the stake that they guarantee to it.
    #[arg(long, value_name = "AMOUNT", group = "payments", requires_all = ["set", "strategy", "operator"])]
    by_stake: Option<String>,
    /// The set.
    #[arg(long, value_name = "AVS/ID", requires = "by_stake")]
    set: Option<SetArg>,
    /// The staked token whose pools are paid.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "by_stake")]
    strategy: Option<Address>,
    /// One of the operators; may be repeated.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "by_stake")]
    operator: Vec<Address>,
    /// Show what would be paid; send nothing. Needs no key.
    #[arg(long, group = "sender")]
    dry_run: bool,
    /// Print what to send, as JSON, and send nothing: for a Safe or another wallet. Needs no key, but who pays.
    #[arg(long, group = "sender", conflicts_with_all = ["private_key_env", "private_key_file", "dry_run"], requires = "payer")]
    unsigned: bool,
    /// Who pays, where no key says it.
    #[arg(long, value_name = "ADDRESS", value_parser = address, conflicts_with_all = ["private_key_env", "private_key_file"])]
    payer: Option<Address>,
    /// The environment variable that holds the private key of the account that pays.
    #[arg(long, value_name = "NAME", group = "sender")]
    private_key_env: Option<String>,
    /// The file that holds it.
    #[arg(long, value_name = "FILE", group = "sender", conflicts_with = "private_key_env")]
    private_key_file: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// A payment as people write it.
#[derive(Clone, Debug)]
struct PaymentArg {
    pool: PoolName,
    amount: String,
}

impl FromStr for PaymentArg {
    type Err = Report;

    fn from_str(text: &str) -> Result<Self> {
        let (pool, amount) = text
            .split_once('=')
            .ok_or_else(|| eyre!("write a payment as OPERATOR/STRATEGY=AMOUNT"))?;
        Ok(Self { pool: pool.parse()?, amount: amount.to_owned() })
    }
}

/// A set as people write it.
#[derive(Clone, Copy, Debug)]
struct SetArg(OperatorSetId);

impl FromStr for SetArg {
    type Err = Report;

    fn from_str(text: &str) -> Result<Self> {
        let form = || eyre!("write a set as AVS/ID, an address and a number");
        let (avs, id) = text.split_once('/').ok_or_else(form)?;
        let avs = address(avs)?;
        Ok(Self(OperatorSetId::new(avs, id.parse().map_err(|_| form())?)))
    }
}

/// A payment, and what becomes of it.
struct Line {
    pool: PoolName,
    amount: U256,
    rate: Rate,
    commission: U256,
}

impl DistributeArgs {
    /// Pays, or shows what would be paid.
    pub(super) async fn run(mut self) -> Result<()> {
        let signer = signer(self.private_key_env.take(), self.private_key_file.take())?;
        let payer = signer.as_ref().map(alloy::signers::local::PrivateKeySigner::address);
        let payer = payer.or(self.payer);
        let chain = self.chain.connect(signer).await?;
        let read = chain.read().await?;
        let now = chain.now(&read).await;
        let Some(at) = read.ledger.at(now) else { bail!("the clock has not started") };
        let closed = at.closed_epoch();
        let strategies = read.ledger.pools().values().map(|pool| pool.strategy);
        let tokens = chain.tokens(strategies.chain([self.token])).await?;
        let decimals = tokens
            .told_decimals(self.token)
            .ok_or_else(|| eyre!("{} does not tell its decimals: is it a token?", self.token))?;

        let by_stake = self.by_stake.zip(self.set).zip(self.strategy);
        let (spender, lines, call) = if let Some(((amount, SetArg(set)), strategy)) = by_stake {
            let amount = units(&amount, decimals)?;
            let mut operators = self.operator;
            operators.sort_unstable();
            operators.dedup();
            let lines = split(&chain, set, strategy, &operators, amount).await?;
            let set = set.packed();
            let call = RewardStreams::distributeByStakeCall {
                epoch: closed.into(),
                token: self.token,
                amount,
                set,
                strategy,
                operators,
            };
            (chain.contracts.streams, lines, Bytes::from(call.abi_encode()))
        } else {
            let payments = match &self.file {
                Some(file) => from_file(file)?,
                None => self.pool,
            };
            let mut lines = Vec::new();
            for PaymentArg { pool, amount } in payments {
                lines.push((pool, units(&amount, decimals)?));
            }
            let payment = |(pool, amount): &(PoolName, U256)| RewardsDistributor::Payment {
                operator: pool.operator,
                strategy: pool.strategy,
                amount: *amount,
            };
            let call = RewardsDistributor::distributeCall {
                epoch: closed.into(),
                token: self.token,
                payments: lines.iter().map(payment).collect(),
            };
            (chain.contracts.distributor, lines, Bytes::from(call.abi_encode()))
        };
        let lines = preview(&read, at, closed, lines)?;
        let total = lines.iter().fold(U256::ZERO, |sum, line| sum.saturating_add(line.amount));

        let mut calls = Vec::new();
        if let Some(payer) = payer {
            let erc20 = DevToken::new(self.token, &chain.provider);
            let allowed = erc20.allowance(payer, spender);
            let allowed = chain.ask("read the allowance", allowed.call().into_future()).await?;
            let held = erc20.balanceOf(payer);
            let held = chain.ask("read the balance", held.call().into_future()).await?;
            if held < total {
                bail!(
                    "{payer} has {}, and would pay {}",
                    tokens.amount(self.token, held),
                    tokens.amount(self.token, total)
                );
            }
            if allowed < total {
                let approve = DevToken::approveCall { spender, value: total };
                calls.push(Call { to: self.token, input: approve.abi_encode().into() });
            }
        }
        calls.push(Call { to: spender, input: call });
        if self.unsigned {
            return show_unsigned(&chain, &calls, &format!("Pay rewards for epoch {closed}"));
        }
        let mut sent = Vec::new();
        if let Some(payer) = payer.filter(|_| !self.dry_run) {
            for call in &calls {
                sent.push(chain.send("pay", payer, call).await?);
            }
        }
        let shown = Shown { token: self.token, closed, total, approve: calls.len() > 1, sent };
        shown.print(&lines, &tokens, self.json)
    }
}

/// What was paid, or would be.
struct Shown {
    token: Address,
    closed: Epoch,
    total: U256,
    approve: bool,
    sent: Vec<alloy::primitives::TxHash>,
}

impl Shown {
    fn print(&self, lines: &[Line], tokens: &Tokens, as_json: bool) -> Result<()> {
        let Self { token, closed, total, approve, sent } = self;
        if as_json {
            let payments = lines.iter().map(|line| {
                json!({
                    "operator": line.pool.operator.to_string(),
                    "strategy": line.pool.strategy.to_string(),
                    "amount": line.amount.to_string(),
                    "commission": line.commission.to_string(),
                    "stakers": (line.amount - line.commission).to_string(),
                })
            });
            return output::print_json(&json!({
                "epoch": closed.0,
                "token": token.to_string(),
                "total": total.to_string(),
                "payments": payments.collect::<Vec<_>>(),
                "transactions": sent.iter().map(ToString::to_string).collect::<Vec<_>>(),
            }));
        }
        let rows = lines.iter().map(|line| {
            [
                line.pool.operator.to_string(),
                tokens.symbol(line.pool.strategy),
                tokens.amount(*token, line.amount),
                format!("{} ({})", tokens.amount(*token, line.commission), line.rate),
                tokens.amount(*token, line.amount - line.commission),
            ]
        });
        let header = ["operator", "stake", "paid", "commission", "to stakers"];
        output::print(&output::table(header.map(ToOwned::to_owned), rows))?;
        let total = tokens.amount(*token, *total);
        output::print(&match sent.last() {
            Some(hash) => format!("paid {total} for epoch {closed}: transaction {hash}\n"),
            None if *approve => {
                format!("would pay {total} for epoch {closed}, after an approve of as much\n")
            }
            None => format!("would pay {total} for epoch {closed}\n"),
        })
    }
}

/// Whole tokens in units; digits that the token does not have are refused.
fn units(text: &str, decimals: u8) -> Result<U256> {
    let amount = text.parse::<Decimal>()?.units(decimals);
    let amount =
        amount.ok_or_else(|| eyre!("{text} is no amount of a token with {decimals} decimals"))?;
    if amount.is_zero() || amount.bit_len() > 128 {
        bail!("a payment of {text} is none: pay 1 to 2^128-1 units");
    }
    Ok(amount)
}

/// Lines of `operator,strategy,amount`, with that header or without.
fn from_file(path: &PathBuf) -> Result<Vec<PaymentArg>> {
    let text =
        fs::read_to_string(path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
    let mut payments = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || (number == 1 && line == "operator,strategy,amount") {
            continue;
        }
        let fields: Vec<_> = line.split(',').map(str::trim).collect();
        let [operator, strategy, amount] = fields[..] else {
            bail!("{}, line {number}: write operator,strategy,amount", path.display());
        };
        let payment = format!("{operator}/{strategy}={amount}").parse();
        payments.push(payment.wrap_err_with(|| format!("{}, line {number}", path.display()))?);
    }
    if payments.is_empty() {
        bail!("{} names no payment", path.display());
    }
    Ok(payments)
}

/// How the streams would split the sum.
async fn split(
    chain: &Chain,
    set: OperatorSetId,
    strategy: Address,
    operators: &[Address],
    amount: U256,
) -> Result<Vec<(PoolName, U256)>> {
    let streams = RewardStreams::new(chain.contracts.streams, &chain.provider);
    let weights = streams.weights(set.packed(), strategy, operators.to_vec());
    let weights = weights.block(BlockId::pending());
    let weights = chain.ask("read the stake of the set", weights.call().into_future()).await?;
    let total = weights.iter().fold(U256::ZERO, |sum, it| sum.saturating_add(*it));
    if total.is_zero() {
        bail!(
            "none of the operators guarantees stake to set {set} that stood when the epoch began"
        );
    }
    let (mut weight, mut paid, mut lines) = (U256::ZERO, U256::ZERO, Vec::new());
    for (&operator, part) in operators.iter().zip(weights) {
        if part.is_zero() {
            output::note(&format!("operator {operator} guarantees nothing: it is paid nothing"));
        }
        weight = weight.saturating_add(part);
        // Fits: an amount has 128 bits, and assets have 104.
        let sum = amount * weight / total;
        if sum > paid {
            lines.push((PoolName { operator, strategy }, sum - paid));
        }
        paid = sum;
    }
    Ok(lines)
}

/// What the contract will make of each payment; those that it would refuse are errors here.
fn preview(
    read: &Read,
    at: At<'_>,
    closed: Epoch,
    lines: Vec<(PoolName, U256)>,
) -> Result<Vec<Line>> {
    let mut told = Vec::new();
    for (pool, amount) in lines {
        let PoolName { operator, strategy } = pool;
        let record = read.ledger.pools().get(&PoolId::key(operator, strategy));
        let shares = record.map(|record| record.at(closed).shares).unwrap_or_default();
        if shares.is_zero() || operator.is_zero() {
            bail!(
                "the pool {operator}/{strategy} had no stake that earns at the start of epoch {closed}"
            );
        }
        let rate = Rate(U256::from(at.commission_at(operator, closed).unwrap_or_default()));
        told.push(Line { pool, amount, rate, commission: rate.of(amount) });
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        assert_eq!(units("12.5", 6).unwrap(), U256::from(12_500_000));
        assert_eq!(units("1.50", 1).unwrap(), U256::from(15));
        for wrong in ["", "-1", "1e3", "0", "0.0000001", "1.", "1,5"] {
            assert!(units(wrong, 6).is_err(), "{wrong}");
        }
    }
}
