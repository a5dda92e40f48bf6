//! The state as a person reads it.

use std::collections::BTreeSet;

use palisade_model::{
    Allocation, Budget, Magnitude, Model, Operator, OperatorSetId, Pausable, Proposal, Strategy,
};

use crate::names;

/// The state as plain text: each part a table, parts without anything in them left out. Assets and shares are whole
/// units, magnitudes and fractions parts of one.
pub(crate) fn describe(model: &Model) -> String {
    let now = model.clock().now();
    let into = now - model.clock().start_of(model.epoch());
    let mut text = format!("epoch {}, {into} s into it (timestamp {now})\n", model.epoch());
    let parts = [
        (["pools", "assets", "shares", "generation"].as_slice(), pools(model)),
        (&["positions", "holder", "shares", "worth"], positions(model)),
        (&["exits", "holder", "epoch", "shares", "worth"], exits(model)),
        (&["allocations", "pool", "now", "next", "from epoch", "taken"], allocations(model)),
        (&["budgets", "left", "committed", "contested until epoch"], budgets(model)),
        (&["proposals", "pool", "fraction", "of", "executable", "lapses"], proposals(model)),
        (&["credits", "account", "amount"], credits(model)),
        (&["pauses", "ends", "rests until"], pauses(model)),
    ];
    for (head, rows) in parts {
        if !rows.is_empty() {
            text.push('\n');
            table(&mut text, head, &rows);
        }
    }
    text
}

type Row = Vec<String>;

fn pools(model: &Model) -> Vec<Row> {
    let row = |(operator, strategy)| {
        let pool = model.pool(operator, strategy);
        let numbers = [pool.assets, pool.shares, pool.generation.into()].map(|n| n.to_string());
        [pool_of(operator, strategy)].into_iter().chain(numbers).collect()
    };
    model.pools().map(row).collect()
}

fn positions(model: &Model) -> Vec<Row> {
    let row = |(id, owner)| {
        let (shares, worth) = (model.position_shares(id, owner), model.position_value(id, owner));
        vec![names::pool(id), names::account(owner).into(), shares.to_string(), worth.to_string()]
    };
    model.positions().map(row).collect()
}

fn exits(model: &Model) -> Vec<Row> {
    let row = |(id, epoch, owner)| {
        let shares = model.exit_shares(id, epoch, owner).to_string();
        let worth = model.exit_value(id, epoch, owner).to_string();
        vec![names::pool(id), names::account(owner).into(), epoch.to_string(), shares, worth]
    };
    model.exits().map(row).collect()
}

/// Those that are something, or will be; or were until a slash of this epoch.
fn allocations(model: &Model) -> Vec<Row> {
    let row = |(set, operator, strategy): (OperatorSetId, Operator, Strategy)| {
        let allocation = model.allocation(set, operator, strategy);
        let Allocation { current, next, effective, .. } = allocation;
        let taken = allocation.taken_during(model.epoch());
        let stands = allocation.side() > Magnitude::ZERO || taken > Magnitude::ZERO;
        stands.then(|| {
            let (next, from) = effective
                .map_or_else(Default::default, |epoch| (fraction(next.0), epoch.to_string()));
            let pool = pool_of(operator, strategy);
            vec![names::set(set), pool, fraction(current.0), next, from, fraction(taken.0)]
        })
    };
    model.allocations().filter_map(row).collect()
}

/// Those of which something is promised or contested.
fn budgets(model: &Model) -> Vec<Row> {
    let row = |(operator, strategy)| {
        let budget = model.budget(operator, strategy);
        let until = model.contested_until(operator, strategy).filter(|it| *it > model.epoch());
        (budget != Budget::default() || until.is_some()).then(|| {
            let until = until.map_or_else(String::new, |epoch| epoch.to_string());
            let Budget { left, committed } = budget;
            vec![pool_of(operator, strategy), fraction(left.0), fraction(committed.0), until]
        })
    };
    let pools: BTreeSet<_> =
        model.allocations().map(|(_, operator, strategy)| (operator, strategy)).collect();
    pools.into_iter().filter_map(row).collect()
}

fn proposals(model: &Model) -> Vec<Row> {
    let row = |(set, operator, strategy)| {
        let proposal = model.proposal(set, operator, strategy)?;
        let Proposal { magnitude, wad, executable_from, lapses_at, .. } = proposal;
        let (from, until) = (when(model, executable_from), when(model, lapses_at));
        let (part, whole) = (fraction(wad.0), fraction(magnitude.0));
        Some(vec![names::set(set), pool_of(operator, strategy), part, whole, from, until])
    };
    model.allocations().filter_map(row).collect()
}

fn credits(model: &Model) -> Vec<Row> {
    let row = |(token, account)| {
        let amount = model.credit(token, account).to_string();
        vec![names::token(token).into(), names::account(account).into(), amount]
    };
    model.credits().map(row).collect()
}

/// Those that keep the next pause away.
fn pauses(model: &Model) -> Vec<Row> {
    let row = |action| {
        let pause = model.pause_of(action);
        (model.clock().now() < pause.rest_until).then(|| {
            let (ends, rests) = (when(model, pause.until), when(model, pause.rest_until));
            vec![format!("{action:?}"), ends, rests]
        })
    };
    Pausable::ALL.into_iter().filter_map(row).collect()
}

fn pool_of(operator: Operator, strategy: Strategy) -> String {
    format!("{}/{}", names::operator(operator), names::token(strategy))
}

/// A timestamp, seen from now.
fn when(model: &Model, timestamp: u64) -> String {
    let now = model.clock().now();
    if timestamp > now {
        format!("in {} s", timestamp - now)
    } else {
        format!("{} s ago", now - timestamp)
    }
}

/// A number of which 1e18 is one, in full.
pub(crate) fn fraction(scaled: u64) -> String {
    const ONE: u64 = 1_000_000_000_000_000_000;
    let digits = format!("{}.{:018}", scaled / ONE, scaled % ONE);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Rows under their heads: numbers to the right, all else to the left.
fn table(text: &mut String, head: &[&str], rows: &[Row]) {
    let head: Row = head.iter().map(|title| (*title).to_owned()).collect();
    let rows: Vec<Row> = rows.iter().map(indented).collect();
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let column = |(place, title): (usize, &String)| {
        let width = cells(place).map(String::len).fold(title.len(), usize::max);
        let is_number = |cell: &String| cell.bytes().all(|it| it.is_ascii_digit() || it == b'.');
        (width, cells(place).all(is_number))
    };
    let columns: Vec<_> = head.iter().enumerate().map(column).collect();
    for row in [&head].into_iter().chain(&rows) {
        let cell = |(cell, (width, is_number)): (&String, &(usize, bool))| {
            if *is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        };
        let line: Vec<_> = row.iter().zip(&columns).map(cell).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
}

fn indented(row: &Row) -> Row {
    let cell = |(place, cell): (usize, &String)| {
        if place == 0 { format!("  {cell}") } else { cell.clone() }
    };
    row.iter().enumerate().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Result, World, story::told};

    #[test]
    fn nothing_is_told_of_what_is_empty() -> Result<()> {
        let model = World::new()?.model()?;
        assert_eq!(describe(&model), "epoch 1, 0 s into it (timestamp 1700000000)\n");
        Ok(())
    }

    #[test]
    fn the_state_after_a_story() -> Result<()> {
        let expected = "\
epoch 7, 0 s into it (timestamp 1700518400)

pools                 assets  shares  generation
  idle/token 2           300     300           0
  operator 1/token 1      70      70           1
  operator 1/token 0  553840  989000           0

positions               holder     shares   worth
  idle/token 2          staker 1      300     300
  operator 1/token 1    staker 2  2000000       0
  operator 1/token 1/1  staker 2       70      70
  operator 1/token 0    staker 1   988950  553812
  operator 1/token 0    staker 3       50      28

exits                 holder    epoch  shares  worth
  operator 1/token 0  staker 1      5    1800   1120
  operator 1/token 0  staker 1      6    2800   2800
  operator 1/token 0  staker 1      9    1680   1680

allocations           pool                 now  next  from epoch  taken
  set 1 of service 1  operator 1/token 0  0.36   0.1           9      0
  set 2 of service 1  operator 1/token 0   0.4                        0

budgets               left  committed  contested until epoch
  operator 1/token 0  0.56       0.86                      9

proposals             pool                fraction   of  executable  lapses
  set 2 of service 1  operator 1/token 0         1  0.4  in 3600 s   in 172800 s

credits    account   amount
  token 0  treasury   40000

pauses       ends     rests until
  Complete   in 60 s  in 3660 s
  CreateSet  in 70 s  in 3670 s
";
        assert_eq!(describe(&told()?.model), expected);
        Ok(())
    }

    #[test]
    fn fractions_are_written_in_full() {
        let cases = [
            (0, "0"),
            (1, "0.000000000000000001"),
            (250_000_000_000_000_000, "0.25"),
            (1_000_000_000_000_000_000, "1"),
            (10_000_000_000_000_000_000, "10"),
        ];
        for (scaled, expected) in cases {
            assert_eq!(fraction(scaled), expected);
        }
    }
}
