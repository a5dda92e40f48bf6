//! Plays the story on the chain, holds it against what the model expects, and writes everything down.

use std::{collections::BTreeMap, mem};

use palisade_devnet::Devnet;

use crate::{
    Error, Result,
    action::{Action, Outcome},
    cast::Who,
    chain::{Chain, Done},
    forecast::Expected,
    format::{change, decimal, duration, number},
    narrate::{Entry, Narrator, Shown},
    payout::{BUDGET, REWARD, REWARD_DECIMALS},
    quantity::{Quantity, Unit},
    reading::wallets,
    report::{Balance, Check, Checksummed, Report, Step},
    script::{Beat, Drift, Grid, Key, Row},
};

/// What is known at one moment of the play.
pub(crate) struct Player<'a> {
    chain: Chain<'a>,
    voice: Narrator<'a>,
    report: Report,
    /// For each check of the report: its chapter, and its value as a person is shown it.
    shown: Vec<(&'static str, String)>,
    chapter: &'static str,
    epoch: u32,
    kept: BTreeMap<Key, u128>,
    before: Vec<(Row, u128)>,
    latest: Option<Done>,
    crowd_gas: u64,
    returned: Returned,
}

/// How many transactions returned what the model computed.
#[derive(Debug, Default)]
struct Returned {
    all: usize,
    right: usize,
    first_wrong: Option<String>,
}

impl<'a> Player<'a> {
    pub(crate) fn new(net: &'a Devnet, voice: Narrator<'a>) -> Result<Self> {
        let chain = Chain::new(net)?;
        let core =
            net.plan().contracts().map(|contract| (contract.artifact.name, contract.address));
        let tokens = chain.book.names().filter(|(_, name)| net.token(name).is_ok());
        let contracts = core.chain(tokens.map(|(address, name)| (name, address)));
        let contracts =
            contracts.map(|(name, address)| (name.to_owned(), Checksummed(address))).collect();
        Ok(Self {
            report: Report { chain_id: net.chain_id(), contracts, ..Report::default() },
            chain,
            voice,
            shown: Vec::new(),
            chapter: "",
            epoch: 1,
            kept: BTreeMap::new(),
            before: Vec::new(),
            latest: None,
            crowd_gas: 0,
            returned: Returned::default(),
        })
    }

    /// Plays everything.
    pub(crate) async fn play(mut self, script: &[Beat], expected: &[Expected]) -> Result<Report> {
        self.begin().await?;
        for (beat, expected) in script.iter().zip(expected) {
            self.beat(beat, expected).await?;
        }
        self.end().await?;
        Ok(self.report)
    }

    async fn begin(&mut self) -> Result<()> {
        for (who, quantity) in wallets() {
            let before = self.chain.observe(quantity).await?;
            if let Some((who, token, expected)) = endowment(quantity)
                && before != expected
            {
                let who = who.name();
                return Err(Error::NotFresh { who, token, expected, actual: before });
            }
            self.report.balances.push(Balance {
                who,
                token: token_of(quantity).0.to_owned(),
                before: before.to_string(),
                after: String::new(),
            });
        }
        self.chain.require_epoch(self.epoch).await
    }

    async fn beat(&mut self, beat: &Beat, expected: &Expected) -> Result<()> {
        match beat {
            Beat::Chapter(title) => {
                self.chapter = title;
                self.voice.chapter(title)?;
            }
            Beat::Note(text) => self.voice.note(text)?,
            Beat::Epoch(epoch, why) => self.travel(*epoch, why).await?,
            Beat::Act(action) => self.act(action, expected).await?,
            Beat::Refused { name, action } => self.refused(name, action, expected).await?,
            Beat::Agree { when, quantity } => self.agree(when, *quantity, expected).await?,
            Beat::Terms(set) => {
                let expected = self.chain.book.given(&set.terms());
                let actual = self.chain.terms(*set).await?;
                // A set without a resolver has no window.
                let cut = if set.terms().resolver.is_some() { ", registrar" } else { ", window" };
                let shown = actual.split(cut).next().unwrap_or_default().to_owned();
                self.check(Check::new(format!("the terms of {set}"), expected, actual), shown);
            }
            Beat::Remember(key, quantity) => {
                let value = self.chain.observe(*quantity).await?;
                self.kept.insert(key, value);
            }
            Beat::Compare { name, key, quantity, drift } => {
                self.compare(name, key, *quantity, *drift).await?;
            }
            Beat::Moved { name, key, quantity, place } => {
                self.moved(name, key, *quantity, *place).await?;
            }
            Beat::Rehearse { crowd, pool, action } => {
                self.crowd_gas = self.chain.rehearse(*crowd, *pool, action).await?;
            }
            Beat::SameGas(name) => {
                let gas = self.latest.as_ref().map_or(0, |done| done.gas);
                let check = Check::new(*name, self.crowd_gas.to_string(), gas.to_string());
                self.check(check, format!("{} gas", number(gas)));
            }
            Beat::Before(rows) => {
                for row in rows {
                    self.before.push((row.clone(), self.chain.observe(row.quantity).await?));
                }
            }
            Beat::After(title) => self.after(title).await?,
            Beat::Grid(grid) => self.grid(grid).await?,
        }
        Ok(())
    }

    async fn travel(&mut self, epoch: u32, why: &str) -> Result<()> {
        self.chain.travel(self.epoch, epoch).await?;
        let seconds = u64::from(epoch - self.epoch) * self.chain.net.epoch_length();
        self.epoch = epoch;
        self.voice.travel(epoch, &duration(seconds), why)?;
        Ok(())
    }

    async fn act(&mut self, action: &Action, expected: &Expected) -> Result<()> {
        let done = self.chain.act(action).await?;
        self.voice.step(
            self.epoch,
            action.actor(),
            &action.sentence(&done.outcome, self.epoch),
            &done,
        )?;
        if let Some(loot) = action.loot(&done.outcome) {
            self.voice.note(&loot)?;
        }
        self.report.steps.push(Step {
            name: action.step(),
            actor: action.actor().name().to_owned(),
            tx: done.tx,
            block: done.block,
            gas: done.gas,
        });
        if let (Expected::Outcome(expected), false) = (expected, done.outcome == Outcome::Nothing) {
            self.returned.all += 1;
            if *expected == done.outcome {
                self.returned.right += 1;
            } else if self.returned.first_wrong.is_none() {
                let step = action.step();
                let wrong = format!("{step}: {:?} and not {expected:?}", done.outcome);
                self.returned.first_wrong = Some(wrong);
            }
        }
        self.latest = Some(done);
        Ok(())
    }

    async fn refused(&mut self, name: &str, action: &Action, expected: &Expected) -> Result<()> {
        let refusal = self.chain.attempt(action).await?;
        let reason = self.chain.book.told(&refusal);
        self.voice.refused(self.epoch, action.actor(), &action.deed(), &reason)?;
        let Expected::Refusal(expected) = expected else { return Ok(()) };
        let check = Check::new(name, (*expected).to_owned(), refusal.name().to_owned());
        self.check(check, refusal.name().to_owned());
        Ok(())
    }

    async fn agree(&mut self, when: &str, quantity: Quantity, expected: &Expected) -> Result<()> {
        let Expected::Value(expected) = expected else { return Ok(()) };
        let actual = self.chain.observe(quantity).await?;
        let name = format!("{when}: {quantity}");
        let check = Check::new(name, expected.to_string(), actual.to_string());
        self.check(check, quantity.unit().show(actual));
        Ok(())
    }

    async fn compare(
        &mut self,
        name: &str,
        key: Key,
        quantity: Quantity,
        drift: Drift,
    ) -> Result<()> {
        let before = self.kept.get(key).copied().unwrap_or_default();
        let after = self.chain.observe(quantity).await?;
        let check = Check::new(name, drift.expected(), drift.actual(before, after));
        self.check(check, quantity.unit().show(after));
        Ok(())
    }

    async fn moved(
        &mut self,
        name: &str,
        key: Key,
        quantity: Quantity,
        place: usize,
    ) -> Result<()> {
        let taken = match self.latest.as_ref().map(|done| &done.outcome) {
            Some(Outcome::Taken(taken)) => taken.get(place).copied().unwrap_or_default(),
            _ => 0,
        };
        let before = self.kept.get(key).copied().unwrap_or_default();
        let arrived = self.chain.observe(quantity).await?.saturating_sub(before);
        let check = Check::new(name, taken.to_string(), arrived.to_string());
        self.check(check, quantity.unit().show(arrived));
        Ok(())
    }

    fn check(&mut self, check: Check, shown: String) {
        self.report.checks.push(check);
        self.shown.push((self.chapter, shown));
    }

    async fn after(&mut self, title: &str) -> Result<()> {
        let mut rows = Vec::new();
        for (row, before) in mem::take(&mut self.before) {
            let after = self.chain.observe(row.quantity).await?;
            rows.push(before_and_after(row.label, row.quantity, before, after));
        }
        self.voice.table(title, &BEFORE_AND_AFTER.map(str::to_owned), rows)?;
        Ok(())
    }

    async fn grid(&mut self, grid: &Grid) -> Result<()> {
        let mut head = vec![String::new()];
        head.extend(grid.columns.iter().cloned());
        let mut rows = Vec::new();
        for (label, quantities) in &grid.rows {
            let mut row = vec![Entry::Label(label.clone())];
            for quantity in quantities {
                row.push(Entry::Value(bare(*quantity, self.chain.observe(*quantity).await?)));
            }
            rows.push(row);
        }
        self.voice.table(grid.title, &head, rows)?;
        Ok(())
    }

    async fn end(&mut self) -> Result<()> {
        let Returned { all, right, first_wrong } = mem::take(&mut self.returned);
        let actual = first_wrong.map_or_else(
            || format!("{right} of {all}"),
            |wrong| format!("{right} of {all}, and first of all {wrong}"),
        );
        let name = "what transactions returned is what the model computed";
        self.check(Check::new(name, format!("{all} of {all}"), actual.clone()), actual);

        let mut rows = Vec::new();
        for (balance, (who, quantity)) in self.report.balances.iter_mut().zip(wallets()) {
            let after = self.chain.observe(quantity).await?;
            balance.after = after.to_string();
            let before = balance.before.parse().unwrap_or_default();
            let burned = matches!(quantity, Quantity::Burned(_));
            // What the wrapper gave to nobody before the story began is none of it.
            let told = if burned { before != after } else { before != 0 || after != 0 };
            if told {
                let who = if burned { BURNED.to_owned() } else { who };
                rows.push(before_and_after(who, quantity, before, after));
            }
        }
        self.voice.table(
            "What everybody came with, and left with",
            &BEFORE_AND_AFTER.map(str::to_owned),
            rows,
        )?;
        self.tell_checks()?;
        Ok(())
    }

    fn tell_checks(&mut self) -> Result<()> {
        self.voice.title(
            "Checks",
            "what the chain says against what the model computed; P1 to P10: docs/protocol.md",
        )?;
        let mut chapter = "";
        for (check, (of, shown)) in self.report.checks.iter().zip(&self.shown) {
            if *of != chapter {
                chapter = of;
                self.voice.group(chapter)?;
            }
            let Check { name, expected, actual, ok } = check;
            self.voice.check(&Shown { name, value: shown, expected, actual, ok: *ok })?;
        }
        let (all, failed) = (self.report.checks.len(), self.report.failed());
        let gas: u64 = self.report.steps.iter().map(|step| step.gas).sum();
        let verdict = if failed == 0 {
            format!("All {all} checks hold.")
        } else {
            format!("{failed} of {all} checks failed.")
        };
        let steps = self.report.steps.len();
        let sum = format!("{verdict} {steps} transactions used {} gas.", number(gas));
        self.voice.verdict(&sum, failed == 0)?;
        Ok(())
    }
}

/// To burn is to send to an address whose key nobody has: the supply stays as it is.
const BURNED: &str = "burned (at 0x…dEaD)";

const BEFORE_AND_AFTER: [&str; 5] = ["", "token", "before", "after", "change"];

fn before_and_after(label: String, of: Quantity, before: u128, after: u128) -> Vec<Entry> {
    let (symbol, decimals) = token_of(of);
    vec![
        Entry::Label(label),
        Entry::Value(symbol.to_owned()),
        Entry::Value(decimal(before, decimals)),
        Entry::Value(decimal(after, decimals)),
        Entry::change(before, after, change(before, after, decimals)),
    ]
}

/// Symbol and decimals of the token that a quantity of tokens is about. No other is in a table of before and after.
fn token_of(quantity: Quantity) -> (&'static str, u8) {
    quantity.unit().token().unwrap_or_default()
}

/// Whose balance it is, of which token, and what it is on a fresh network.
fn endowment(quantity: Quantity) -> Option<(Who, &'static str, u128)> {
    match quantity {
        Quantity::Wallet(who, asset) => {
            let is_staker = Who::STAKERS.contains(&who);
            let units = if is_staker { asset.endowment() * asset.one() } else { 0 };
            Some((who, asset.symbol(), units))
        }
        Quantity::Purse(who) => {
            let is_service = matches!(who, Who::Avs1 | Who::Avs2);
            Some((who, REWARD, if is_service { BUDGET } else { 0 }))
        }
        _ => None,
    }
}

/// A value whose unit the table's head tells; nothing for nothing.
fn bare(quantity: Quantity, value: u128) -> String {
    match quantity.unit() {
        _ if value == 0 => "·".to_owned(),
        Unit::Token(asset) => decimal(value, asset.decimals()),
        Unit::Reward => decimal(value, REWARD_DECIMALS),
        unit => unit.show(value),
    }
}
