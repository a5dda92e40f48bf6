//! What stake earned in a year's terms: the base yield, and what each service paid, before and after commission.
//!
//! Of a window of closed epochs, a [`Yield`] takes what was paid for them and the stake that stood at the start of each.
//! A year has 365 days. Interest is simple: what a window came to, times how often it fits a year; nothing is assumed to
//! be staked again. All numbers are integers, and rounded down; what a payment could not divide is not counted.
//!
//! Rewards in another token than the staked one count with the price that the caller gives. Without one, a row says so and
//! is in no sum: [`Yield::unpriced`] names the tokens.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use alloy_primitives::{Address, U256, U512, Uint};
use palisade_bindings::{Epoch, PoolId};
use palisade_replay::{FRACTION_BITS, VaultAt};

use crate::ledger::{Ledger, Source, WAD};

/// Seconds of a year of 365 days.
pub const YEAR: u64 = 365 * 24 * 60 * 60;

/// Why there is no yield to tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is no number, or has more digits than are kept.
    #[error("{text:?} is no {what}: write it as {example}")]
    Malformed {
        /// What it should be.
        what: &'static str,
        /// What it is.
        text: String,
        /// How it is written.
        example: &'static str,
    },
    /// The ledger knows no such pool.
    #[error("no stake was ever in pool {0}")]
    NoPool(PoolId),
    /// The window is none of closed epochs.
    #[error(
        "epochs {from} to {to} are no window: it ends at epoch {closed} at the latest, and begins no later"
    )]
    Window {
        /// The first epoch asked for.
        from: Epoch,
        /// The last one.
        to: Epoch,
        /// The last one that has closed.
        closed: Epoch,
    },
    /// Nothing stood there in the whole window.
    #[error("{} had no stake in pool {pool} in epochs {from} to {to}", owner.map_or_else(|| "anybody".to_owned(), |it| it.to_string()))]
    NoStake {
        /// The pool's key.
        pool: PoolId,
        /// Whose stake was asked for.
        owner: Option<Address>,
        /// The first epoch.
        from: Epoch,
        /// The last one.
        to: Epoch,
    },
}

/// A number as people write it: `0.0003`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: U256,
    /// How many of the digits are after the point.
    scale: u8,
}

impl Decimal {
    /// So many whole tokens in units. `None` where the token has fewer decimals, or there is no such amount.
    #[must_use]
    pub fn units(self, decimals: u8) -> Option<U256> {
        let Self { digits, scale } = self;
        if let Some(missing) = decimals.checked_sub(scale) {
            return digits.checked_mul(power(missing));
        }
        let (units, rest) = digits.div_rem(power(scale - decimals));
        rest.is_zero().then_some(units)
    }
}

impl FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || Error::Malformed {
            what: "number",
            text: text.to_owned(),
            example: "0.0003, with at most 36 digits",
        };
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(part) || whole.len() + part.len() > 36 {
            return Err(malformed());
        }
        let digits = format!("{whole}{part}").parse().map_err(|_| malformed())?;
        let scale = u8::try_from(part.len()).map_err(|_| malformed())?;
        Ok(Self { digits, scale })
    }
}

/// A part of a sum in a year, scaled by 1e18: `3.5%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub U256);

impl Rate {
    /// What it makes of `amount` in a year, rounded down.
    #[must_use]
    pub fn of(self, amount: U256) -> U256 {
        part(amount, self.0, U256::from(WAD))
    }
}

impl FromStr for Rate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed =
            || Error::Malformed { what: "rate", text: text.to_owned(), example: "3.5%" };
        let number = text.strip_suffix('%').ok_or_else(malformed)?;
        let Decimal { digits, scale } = number.parse().map_err(|_| malformed())?;
        // A hundredth has 16 digits of the 18.
        let missing = 16_u8.checked_sub(scale).ok_or_else(malformed)?;
        Ok(Self(digits.saturating_mul(power(missing))))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // To a ten-thousandth of a hundredth, rounded down.
        let (whole, part) = (self.0 / power(16), self.0 % power(16) / power(12));
        let digits = format!("{:04}", part.saturating_to::<u64>());
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        write!(f, "{whole}{point}{digits}%")
    }
}

/// What a unit of a reward token is worth, in units of a staked one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    numerator: U256,
    denominator: U256,
}

impl Price {
    /// A unit for a unit.
    pub const ONE: Self = Self { numerator: U256::ONE, denominator: U256::ONE };

    /// A whole reward token is worth `price` whole staked tokens; they have so many decimals.
    #[must_use]
    pub fn new(price: Decimal, reward_decimals: u8, staked_decimals: u8) -> Self {
        Self {
            numerator: price.digits.saturating_mul(power(staked_decimals)),
            denominator: power(price.scale.saturating_add(reward_decimals)),
        }
    }
}

fn power(exponent: u8) -> U256 {
    U256::from(10).saturating_pow(U256::from(exponent))
}

/// What a yield is computed by: the window, and what no chain tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// The first epoch of the window.
    pub from: Epoch,
    /// The last epoch of the window, which has closed.
    pub to: Epoch,
    /// What the staked token yields by itself in a year.
    pub base: Rate,
    /// The price of a reward token in a staked one, in this order. A token is worth itself.
    pub prices: BTreeMap<(Address, Address), Price>,
}

/// What the stake of a pool, or of one staker in it, earned in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yield {
    /// The pool's key.
    pub pool: PoolId,
    /// The pool's operator.
    pub operator: Address,
    /// The staked token.
    pub strategy: Address,
    /// Whose stake; `None` for all of the pool.
    pub owner: Option<Address>,
    /// The first epoch of the window.
    pub from: Epoch,
    /// The last one.
    pub to: Epoch,
    /// How long an epoch is, in seconds.
    pub epoch_length: u64,
    /// The stake at the start of an epoch, on average, in units of the strategy.
    pub stake: U256,
    /// The assumed rate of the base yield.
    pub base_rate: Rate,
    /// The base yield in a year, in units of the strategy.
    pub base: U256,
    /// What was paid, by source and token.
    pub rows: Vec<Row>,
    /// The base yield and all rows that have a price, in a year.
    pub total: Yearly,
    /// The tokens without a price, which are in no sum.
    pub unpriced: BTreeSet<Address>,
}

/// What one source paid in one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who paid.
    pub source: Source,
    /// In which token.
    pub token: Address,
    /// How many payments there were.
    pub payments: u64,
    /// Units of the token in the window, before commission.
    pub gross: U256,
    /// Units of it that are the operator's.
    pub commission: U256,
    /// In a year, in units of the strategy; `None` without a price.
    pub yearly: Option<Yearly>,
}

/// What comes in a year, in units of the strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Yearly {
    /// Before commission.
    pub gross: U256,
    /// After it.
    pub net: U256,
    /// Before commission, as a part of the stake.
    pub gross_rate: Rate,
    /// After it.
    pub net_rate: Rate,
}

/// Payments of one source in one token, in 2^-64 units.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    payments: u64,
    gross: U256,
    net: U256,
}

type Wide = Uint<1024, 16>;

/// The product of some numbers, divided by that of others, rounded down; 0 where that is 0.
fn ratio(factors: &[U256], divisors: &[U256]) -> U256 {
    let product = |all: &[U256]| {
        all.iter().fold(Wide::ONE, |product, it| product.saturating_mul(Wide::from(*it)))
    };
    let divisor = product(divisors);
    if divisor.is_zero() {
        return U256::ZERO;
    }
    (product(factors) / divisor).saturating_to()
}

impl Yield {
    /// The yield of the pool with this key, or of what `owner` has in it. Of a pool whose generation ended, each epoch
    /// counts with the stake that stood at its start.
    ///
    /// # Errors
    /// [`Error::NoPool`], [`Error::Window`], [`Error::NoStake`].
    pub fn compute(
        ledger: &Ledger,
        timestamp: u64,
        pool: PoolId,
        owner: Option<Address>,
        assumptions: &Assumptions,
    ) -> Result<Self, Error> {
        let key = pool.to_key();
        let Assumptions { from, to, base: base_rate, ref prices } = *assumptions;
        let record = ledger.pools().get(&key).ok_or(Error::NoPool(key))?;
        let (vault, at) = (ledger.replay().vault_at(timestamp), ledger.at(timestamp));
        let (vault, at) = vault.zip(at).ok_or(Error::NoPool(key))?;
        let closed = at.closed_epoch();
        if !from.is_set() || from > to || to > closed {
            return Err(Error::Window { from, to, closed });
        }
        let epochs = U256::from(to.0 - from.0 + 1);
        let stood = stood(ledger, vault, key, owner, from, to);
        if stood.is_zero() {
            return Err(Error::NoStake { pool: key, owner, from, to });
        }
        let (year, length) = (U256::from(YEAR), U256::from(vault.clock().epoch_length));
        let mut sums: BTreeMap<(Source, Address), Sum> = BTreeMap::new();
        let in_window = |epoch| from <= epoch && epoch <= to;
        for payment in ledger.payments() {
            if payment.pool.to_key() != key || !in_window(payment.epoch) {
                continue;
            }
            let shares = owner.map_or(payment.shares, |owner| {
                vault.shares_at(payment.pool, owner, payment.epoch).unwrap_or_default()
            });
            if shares.is_zero() {
                continue;
            }
            let scaled = |amount: U256| part(amount << FRACTION_BITS, shares, payment.shares);
            let sum = sums.entry((payment.source, payment.token)).or_default();
            sum.payments += 1;
            sum.gross = sum.gross.saturating_add(scaled(payment.amount));
            sum.net = sum.net.saturating_add(scaled(payment.amount - payment.commission));
        }
        let base = ratio(&[stood, base_rate.0], &[epochs, U256::from(WAD)]);
        let mut total =
            Yearly { gross: base, net: base, gross_rate: base_rate, net_rate: base_rate };
        let (mut rows, mut unpriced) = (Vec::new(), BTreeSet::new());
        let unit = U256::ONE << FRACTION_BITS;
        for ((source, token), sum) in sums {
            let price = if token == record.strategy {
                Some(Price::ONE)
            } else {
                prices.get(&(token, record.strategy)).copied()
            };
            let yearly = price.map(|Price { numerator, denominator }| {
                let in_year = |scaled| {
                    let divisors = [unit, denominator, epochs, length];
                    ratio(&[scaled, numerator, year], &divisors)
                };
                let rate = |scaled| {
                    let divisors = [unit, denominator, stood, length];
                    Rate(ratio(&[scaled, numerator, year, U256::from(WAD)], &divisors))
                };
                Yearly {
                    gross: in_year(sum.gross),
                    net: in_year(sum.net),
                    gross_rate: rate(sum.gross),
                    net_rate: rate(sum.net),
                }
            });
            match yearly {
                Some(yearly) => total.add(yearly),
                None => {
                    unpriced.insert(token);
                }
            }
            let gross = sum.gross >> FRACTION_BITS;
            let commission = sum.gross.saturating_sub(sum.net) >> FRACTION_BITS;
            let payments = sum.payments;
            rows.push(Row { source, token, payments, gross, commission, yearly });
        }
        Ok(Self {
            pool: key,
            operator: record.operator,
            strategy: record.strategy,
            owner,
            from,
            to,
            epoch_length: vault.clock().epoch_length,
            stake: stood / epochs,
            base_rate,
            base,
            rows,
            total,
            unpriced,
        })
    }
}

impl Yearly {
    fn add(&mut self, other: Self) {
        self.gross = self.gross.saturating_add(other.gross);
        self.net = self.net.saturating_add(other.net);
        self.gross_rate = Rate(self.gross_rate.0.saturating_add(other.gross_rate.0));
        self.net_rate = Rate(self.net_rate.0.saturating_add(other.net_rate.0));
    }
}

/// The sum of what stood at the start of each epoch, in units of the strategy.
fn stood(
    ledger: &Ledger,
    vault: VaultAt<'_>,
    pool: PoolId,
    owner: Option<Address>,
    from: Epoch,
    to: Epoch,
) -> U256 {
    let mut sum = U256::ZERO;
    for epoch in (from.0..=to.0).map(Epoch) {
        let all = ledger.assets_at(pool, epoch);
        let assets = owner.map_or(all, |owner| {
            let (generation, total) =
                vault.total_shares_at(pool, epoch).unwrap_or((pool, U256::ZERO));
            let shares = vault.shares_at(generation, owner, epoch).unwrap_or_default();
            part(shares, all, total)
        });
        sum = sum.saturating_add(assets);
    }
    sum
}

/// `a × b / c`, rounded down; 0 where `c` is, since nothing is a part of nothing.
fn part(a: U256, b: U256, c: U256) -> U256 {
    if c.is_zero() {
        return U256::ZERO;
    }
    let whole: U512 = a.widening_mul(b);
    (whole / U512::from(c)).saturating_to()
}
