//! `palisade rewards apr`.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use alloy::primitives::{Address, U256};
use clap::Args;
use eyre::{Report, Result, bail, eyre};
use palisade_bindings::Epoch;
use palisade_rewards::apr::{Assumptions, Decimal, Error, Price, Rate, Yearly, Yield};
use serde_json::{Value, json};

use super::chain::{ChainArgs, PoolName, Tokens, address};
use crate::output;

/// Arguments of `palisade rewards apr`.
#[derive(Debug, Args)]
pub struct AprArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// Only this pool; may be repeated.
    #[arg(long, value_name = "OPERATOR/STRATEGY")]
    pool: Vec<PoolName>,
    /// What this account has in each pool, instead of all that is in it; may be repeated.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    staker: Vec<Address>,
    /// The first epoch of the window; by default the one that closed last, or that of --to-epoch.
    #[arg(long, value_name = "EPOCH")]
    from_epoch: Option<u32>,
    /// The last epoch of the window; by default the one that closed last.
    #[arg(long, value_name = "EPOCH")]
    to_epoch: Option<u32>,
    /// What the staked token yields by itself in a year; no chain tells it.
    #[arg(long, value_name = "RATE", default_value = "0%")]
    base: Rate,
    /// What a whole reward token is worth in whole staked tokens; may be repeated. A token is worth itself.
    #[arg(long, value_name = "TOKEN[/STRATEGY]=PRICE")]
    price: Vec<PriceArg>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

/// A price as people write it.
#[derive(Clone, Debug)]
struct PriceArg {
    token: Address,
    strategy: Option<Address>,
    price: Decimal,
    text: String,
}

impl FromStr for PriceArg {
    type Err = Report;

    fn from_str(text: &str) -> Result<Self> {
        let form = || eyre!("write a price as TOKEN=0.0003, or TOKEN/STRATEGY=0.0003");
        let (names, price) = text.split_once('=').ok_or_else(form)?;
        let (token, strategy) = match names.split_once('/') {
            Some((token, strategy)) => (address(token)?, Some(address(strategy)?)),
            None => (address(names)?, None),
        };
        Ok(Self { token, strategy, price: price.parse()?, text: text.to_owned() })
    }
}

impl AprArgs {
    /// Recomputes from logs what was paid in the window, and shows what that is in a year.
    pub(super) async fn run(self) -> Result<()> {
        let Self { chain, pool, staker, from_epoch, to_epoch, base, price, json } = self;
        let chain = chain.connect(None).await?;
        let read = chain.read().await?;
        let Some(at) = read.ledger.at(read.timestamp) else { bail!("the clock has not started") };
        let closed = at.closed_epoch();
        let to = to_epoch.map_or(closed, Epoch);
        let from = from_epoch.map_or(to, Epoch);

        let named = read.keys(&pool)?;
        let keys: Vec<_> = if named.is_empty() {
            let paid = read.ledger.payments().iter().map(|payment| payment.pool.to_key());
            paid.collect::<BTreeSet<_>>().into_iter().collect()
        } else {
            named.iter().copied().collect()
        };
        let pools = read.ledger.pools();
        let strategies: BTreeSet<_> =
            keys.iter().filter_map(|key| pools.get(key)).map(|pool| pool.strategy).collect();
        let paid = read.ledger.payments().iter().map(|payment| payment.token);
        let priced = price.iter().flat_map(|it| [Some(it.token), it.strategy]).flatten();
        let tokens = chain.tokens(strategies.iter().copied().chain(paid).chain(priced)).await?;

        let mut table = BTreeMap::new();
        for PriceArg { token, strategy, price, text } in &price {
            let only = || strategies.first().copied().filter(|_| strategies.len() == 1);
            let strategy = strategy.or_else(only).ok_or_else(|| {
                eyre!("{text}: pools of several tokens are asked about; write TOKEN/STRATEGY=PRICE")
            })?;
            let price = Price::new(*price, tokens.decimals(*token), tokens.decimals(strategy));
            table.insert((*token, strategy), price);
        }
        let assumptions = Assumptions { from, to, base, prices: table };
        let owners: Vec<_> =
            if staker.is_empty() { vec![None] } else { staker.iter().copied().map(Some).collect() };
        let mut yields = Vec::new();
        for &key in &keys {
            for &owner in &owners {
                match Yield::compute(&read.ledger, read.timestamp, key, owner, &assumptions) {
                    // Of all pools only those are told in which there is something to tell.
                    Err(Error::NoStake { .. }) if named.is_empty() => {}
                    told => yields.push(told?),
                }
            }
        }
        if yields.is_empty() {
            bail!("no pool that was paid had such stake in epochs {from} to {to}");
        }
        if json {
            let yields: Vec<_> = yields.iter().map(to_json).collect();
            return output::print_json(&json!({
                "chain_id": chain.id,
                "block": read.block,
                "assumptions": {
                    "from_epoch": from.0,
                    "to_epoch": to.0,
                    "base": base.0.to_string(),
                    "prices": price.iter().map(|it| &it.text).collect::<Vec<_>>(),
                    "interest": "simple",
                    "days_of_a_year": 365,
                },
                "yields": yields,
            }));
        }
        for it in &yields {
            show(it, &tokens)?;
        }
        show_assumptions(&yields, &price, &tokens)
    }
}

fn to_json(it: &Yield) -> Value {
    let yearly = |it: &Yearly| {
        json!({
            "gross": it.gross.to_string(),
            "net": it.net.to_string(),
            "gross_rate": it.gross_rate.0.to_string(),
            "net_rate": it.net_rate.0.to_string(),
        })
    };
    let rows = it.rows.iter().map(|row| {
        json!({
            "payer": row.source.payer().to_string(),
            "set": row.source.set().map(|set| set.to_string()),
            "token": row.token.to_string(),
            "payments": row.payments,
            "gross": row.gross.to_string(),
            "commission": row.commission.to_string(),
            "yearly": row.yearly.as_ref().map(yearly),
        })
    });
    json!({
        "operator": it.operator.to_string(),
        "strategy": it.strategy.to_string(),
        "staker": it.owner.map(|owner| owner.to_string()),
        "stake": it.stake.to_string(),
        "epoch_length": it.epoch_length,
        "base": it.base.to_string(),
        "rows": rows.collect::<Vec<_>>(),
        "total": yearly(&it.total),
        "unpriced": it.unpriced.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn show(it: &Yield, tokens: &Tokens) -> Result<()> {
    let whose =
        it.owner.map_or_else(|| "all stake".to_owned(), |owner| format!("stake of {owner}"));
    let stake = tokens.amount(it.strategy, it.stake);
    output::print(&format!("{whose} with operator {}: {stake} on average\n", it.operator))?;
    let amount = |amount: U256| tokens.amount(it.strategy, amount);
    let yearly = |it: &Yearly| {
        [amount(it.gross), it.gross_rate.to_string(), amount(it.net), it.net_rate.to_string()]
    };
    let row = |from: String, paid: String, cells: [String; 4]| {
        let mut row = vec![from, paid];
        row.extend(cells);
        row
    };
    let base =
        Yearly { gross: it.base, net: it.base, gross_rate: it.base_rate, net_rate: it.base_rate };
    let mut rows = vec![row("base (assumed)".to_owned(), String::new(), yearly(&base))];
    for paid in &it.rows {
        let cells = paid.yearly.as_ref().map_or_else(
            || ["no price".to_owned(), String::new(), "no price".to_owned(), String::new()],
            yearly,
        );
        rows.push(row(paid.source.to_string(), tokens.amount(paid.token, paid.gross), cells));
    }
    let partial = if it.unpriced.is_empty() { "total" } else { "total, without what has no price" };
    rows.push(row(partial.to_owned(), String::new(), yearly(&it.total)));
    let header = ["from", "paid in the window", "gross a year", "rate", "net a year", "rate"];
    let header = header.map(ToOwned::to_owned).to_vec();
    output::print(&format!("{}\n", output::table(header, rows)))
}

fn show_assumptions(yields: &[Yield], prices: &[PriceArg], tokens: &Tokens) -> Result<()> {
    let Some(first) = yields.first() else { return Ok(()) };
    let count = first.to.0 - first.from.0 + 1;
    let mut lines = vec![
        format!(
            "window: epochs {} to {}, {count} of {} s, as if all of the year were like it",
            first.from, first.to, first.epoch_length
        ),
        "a year of 365 days; simple interest, nothing is staked again".to_owned(),
        format!("base yield {} a year, as told: no chain tells it", first.base_rate),
        "net is after the operators' commissions; the base yield pays none".to_owned(),
    ];
    lines.extend(prices.iter().map(|it| format!("price {}, as told", it.text)));
    output::print(&format!("assumptions:\n  {}\n", lines.join("\n  ")))?;
    let unpriced: BTreeSet<_> = yields.iter().flat_map(|it| &it.unpriced).collect();
    for token in unpriced {
        output::note(&format!(
            "warning: {} ({token}) has no price and is in no sum: name one with --price",
            tokens.symbol(*token)
        ));
    }
    Ok(())
}
