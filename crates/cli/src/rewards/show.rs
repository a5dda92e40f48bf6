//! `palisade rewards show`.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, U256};
use clap::Args;
use eyre::{Result, bail};
use palisade_bindings::{Epoch, PoolId, RewardsDistributor};
use palisade_rewards::{
    apr::Rate,
    ledger::{At, Standing},
};
use serde_json::json;

use super::chain::{Chain, ChainArgs, PoolName, Read, Tokens, address, epoch};
use crate::output;

/// Arguments of `palisade rewards show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// Only what this account earned; may be repeated.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    staker: Vec<Address>,
    /// Only what this pool was paid; may be repeated.
    #[arg(long, value_name = "OPERATOR/STRATEGY")]
    pool: Vec<PoolName>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

impl ShowArgs {
    /// Recomputes from logs, compares with the contract, and shows.
    pub(super) async fn run(self) -> Result<()> {
        let Self { chain, staker, pool, json } = self;
        let chain = chain.connect(None).await?;
        let read = chain.read().await?;
        let Some(at) = read.ledger.at(read.timestamp) else { bail!("the clock has not started") };
        let pools = read.keys(&pool)?;
        let is_asked = |key: PoolId| pools.is_empty() || pools.contains(&key);
        let standings: Vec<_> = read
            .ledger
            .standings(at)
            .filter(|it| staker.is_empty() || staker.contains(&it.owner))
            .filter(|it| is_asked(it.pool.to_key()))
            .filter(|it| !it.claimable.is_zero() || it.claim.through.is_set())
            .collect();
        check(&chain, &read, at, &standings).await?;
        let is_shown =
            |key: PoolId| staker.is_empty() || standings.iter().any(|it| it.pool.to_key() == key);
        let shown =
            read.ledger.pools().iter().filter(|(key, _)| is_asked(**key) && is_shown(**key));
        let operators: BTreeSet<_> =
            shown.map(|(_, pool)| pool.operator).filter(|operator| !operator.is_zero()).collect();
        let strategies = read.ledger.pools().values().map(|pool| pool.strategy);
        let paid = read.ledger.payments().iter().map(|payment| payment.token);
        let tokens = chain.tokens(strategies.chain(paid)).await?;
        if json {
            return show_json(&chain, &read, at, &standings, &operators);
        }
        show(&read, at, &standings, &operators, &tokens)
    }
}

/// The contract says the same of each: all of an account in one call.
pub(super) async fn check(
    chain: &Chain,
    read: &Read,
    at: At<'_>,
    standings: &[Standing],
) -> Result<()> {
    let mut owners: BTreeMap<Address, Vec<&Standing>> = BTreeMap::new();
    for standing in standings {
        owners.entry(standing.owner).or_default().push(standing);
    }
    let distributor = RewardsDistributor::new(chain.contracts.distributor, &chain.provider);
    let through = at.closed_epoch();
    for (owner, standings) in owners {
        let claim = |it: &&Standing| RewardsDistributor::Claim { pool: it.pool.0, token: it.token };
        let claims = standings.iter().map(claim).collect();
        let call = distributor.claimable(owner, through.into(), claims).block(Chain::at(read));
        let told = chain.ask("read what is claimable", call.call().into_future()).await?;
        for (standing, told) in standings.iter().zip(told) {
            if told != standing.claimable {
                let Standing { pool, token, claimable, .. } = standing;
                bail!(
                    "the contract and its logs differ: {owner} can claim {told} of {token} in pool {pool} by the one, {claimable} by the others"
                );
            }
        }
    }
    Ok(())
}

/// The rates that the operator's pools are paid at, from the closed epoch on, as far as they are announced.
fn rates(at: At<'_>, operator: Address) -> Vec<(Epoch, Rate)> {
    let closed = at.closed_epoch();
    let mut rates: Vec<(Epoch, Rate)> = Vec::new();
    // A raise is announced three epochs ahead.
    for ahead in 0..=4 {
        let epoch = closed.plus(ahead);
        let rate = Rate(U256::from(at.commission_at(operator, epoch).unwrap_or_default()));
        if rates.last().is_none_or(|(_, last)| *last != rate) {
            rates.push((epoch, rate));
        }
    }
    rates
}

fn show_json(
    chain: &Chain,
    read: &Read,
    at: At<'_>,
    standings: &[Standing],
    operators: &BTreeSet<Address>,
) -> Result<()> {
    let rewards = standings.iter().map(|it| {
        let PoolName { operator, strategy } = read.name(it.pool);
        json!({
            "staker": it.owner.to_string(),
            "operator": operator.to_string(),
            "strategy": strategy.to_string(),
            "pool": it.pool.to_string(),
            "generation": it.pool.generation(),
            "token": it.token.to_string(),
            "claimable": it.claimable.to_string(),
            "claimed": it.claimed.to_string(),
            "claimed_through": it.claim.through.0,
        })
    });
    let commissions = operators.iter().map(|operator| {
        let rates = rates(at, *operator);
        let rates =
            rates.iter().map(|(from, rate)| json!({ "from": from.0, "rate": rate.0.to_string() }));
        let due = read.ledger.collectable().iter().filter(|((it, _), _)| it == operator);
        let due = due.map(
            |((_, token), due)| json!({ "token": token.to_string(), "amount": due.to_string() }),
        );
        json!({
            "operator": operator.to_string(),
            "rates": rates.collect::<Vec<_>>(),
            "collectable": due.collect::<Vec<_>>(),
        })
    });
    output::print_json(&json!({
        "chain_id": chain.id,
        "block": read.block,
        "closed_epoch": at.closed_epoch().0,
        "logs": read.ledger.applied(),
        "rewards": rewards.collect::<Vec<_>>(),
        "commissions": commissions.collect::<Vec<_>>(),
    }))
}

fn show(
    read: &Read,
    at: At<'_>,
    standings: &[Standing],
    operators: &BTreeSet<Address>,
    tokens: &Tokens,
) -> Result<()> {
    let text = |header: &[&str]| header.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut parts = Vec::new();
    let rows = standings.iter().map(|it| {
        let PoolName { operator, strategy } = read.name(it.pool);
        vec![
            it.owner.to_string(),
            operator.to_string(),
            tokens.symbol(strategy),
            it.pool.generation().to_string(),
            tokens.amount(it.token, it.claimable),
            tokens.amount(it.token, it.claimed),
            epoch(it.claim.through),
        ]
    });
    let header =
        ["staker", "operator", "stake", "generation", "claimable", "claimed", "through epoch"];
    if standings.is_empty() {
        parts.push("nothing was earned there so far\n".to_owned());
    } else {
        parts.push(output::table(text(&header), rows));
    }
    let rows = operators.iter().map(|operator| {
        let rates = rates(at, *operator);
        let rates = rates.iter().enumerate().map(|(index, (from, rate))| match index {
            0 => rate.to_string(),
            _ => format!("{rate} from epoch {from}"),
        });
        let due = read.ledger.collectable().iter().filter(|((it, _), _)| it == operator);
        let due: Vec<_> = due.map(|((_, token), due)| tokens.amount(*token, *due)).collect();
        vec![operator.to_string(), rates.collect::<Vec<_>>().join(", "), due.join(", ")]
    });
    if !operators.is_empty() {
        parts.push(output::table(text(&["operator", "commission", "to collect"]), rows));
    }
    output::print(&parts.join("\n"))?;
    output::print(&format!(
        "block {}, epoch {} closed last; from {} logs, and the contract says the same\n",
        read.block,
        at.closed_epoch(),
        read.ledger.applied()
    ))
}
