//! Stake arrives; an operator wants to promise more of it.

use super::{
    ETH, IDLE_STETH, ONE_STETH, ONE_STUSD, ONE_WYETH, TWO_STETH, TWO_STUSD, TWO_WYETH, USD,
    setup::allocate,
};
use crate::{
    action::{Action, Amount},
    cast::{
        Asset::{StEth, StUsd, WyEth},
        Operator::{One, Two},
        Pool,
        Set::{Bridge, Oracle},
        Who::{self, Alice, Bob, Carol, Dave},
    },
    quantity::Quantity,
    script::{Beat, Grid},
};

pub(super) fn deposits() -> Vec<Beat> {
    let mut beats = vec![
        Beat::Chapter("Stake arrives: everybody with both operators, in more than one token"),
        deposit(Alice, ONE_STETH, 120 * ETH),
        deposit(Alice, ONE_WYETH, 100 * ETH),
        deposit(Alice, TWO_WYETH, 60 * ETH),
        delegate(Bob, 120 * ETH, Two),
        delegate(Bob, 50 * ETH, One),
        deposit(Bob, ONE_STUSD, 400 * USD),
        deposit(Carol, ONE_STETH, 90_123_456_789_012_345_678),
        deposit(Carol, TWO_STETH, 45 * ETH),
        deposit(Carol, TWO_STUSD, 250_750_000),
        deposit(Dave, TWO_STETH, 75 * ETH),
        deposit(Dave, ONE_STUSD, 333_333_333),
        Beat::Note(
            "The token inside the wrapper earns: one wyETH is worth more of it from now on.",
        ),
        Beat::Act(Action::Yield { assets: 400 * ETH }),
        Beat::Act(Action::Earn { who: Dave, assets: 55 * ETH }),
        Beat::Act(Action::ApproveWrapper { who: Dave }),
        Beat::Act(Action::Wrap { who: Dave, assets: 55 * ETH }),
        deposit(Dave, TWO_WYETH, 45 * ETH),
    ];
    beats.extend(Beat::agree_on(
        "with all stake in",
        [
            Quantity::PoolAssets(ONE_STETH),
            Quantity::PoolShares(ONE_STETH),
            Quantity::PoolAssets(ONE_WYETH),
            Quantity::PoolAssets(ONE_STUSD),
            Quantity::PoolAssets(TWO_STETH),
            Quantity::PoolAssets(TWO_WYETH),
            Quantity::PoolAssets(TWO_STUSD),
            Quantity::Guaranteed(Oracle, One, StEth),
            Quantity::Guaranteed(Bridge, Two, StUsd),
            Quantity::Slashable(Oracle, One, WyEth),
            Quantity::Rate,
        ],
    ));
    beats.extend([Beat::Grid(holdings("Who has staked what")), Beat::Grid(promises())]);
    beats
}

pub(super) fn a_raise() -> Vec<Beat> {
    let raised = Quantity::Allocated(Oracle, One, StEth);
    vec![
        Beat::Chapter("An operator promises more, and a staker does not like it"),
        Beat::Act(allocate(One, Oracle, StEth, 55)),
        Beat::Note("Now that there is stake to surprise, a raise waits: three epochs."),
        Beat::agree("the raise just announced", raised),
        Beat::Epoch(3, "carol reads the announcement"),
        Beat::Act(Action::Queue { who: Carol, pool: ONE_STETH, shares: Amount::All }),
        Beat::Note("She is out when epoch 5 begins, the moment at which the raise is in force."),
        Beat::Epoch(4, "carol is on her way out, the raise is not in force yet"),
        Beat::agree("a full epoch later", raised),
    ]
}

const fn deposit(who: Who, pool: Pool, assets: u128) -> Beat {
    Beat::Act(Action::Deposit { who, pool, assets })
}

const fn delegate(who: Who, shares: u128, to: crate::cast::Operator) -> Beat {
    Beat::Act(Action::Delegate { who, asset: StEth, shares: Amount::Units(shares), to })
}

fn holdings(title: &'static str) -> Grid {
    let pools = [ONE_STETH, ONE_WYETH, ONE_STUSD, TWO_STETH, TWO_WYETH, TWO_STUSD, IDLE_STETH];
    let column = |pool: Pool| {
        let operator = pool.operator.map_or("idle", |operator| operator.who().name());
        format!("{operator}\n{}", pool.asset)
    };
    let row = |who: Who| {
        (who.name().to_owned(), pools.map(|pool| Quantity::Position(who, pool)).to_vec())
    };
    Grid { title, columns: pools.map(column).to_vec(), rows: Who::STAKERS.map(row).to_vec() }
}

fn promises() -> Grid {
    let columns = ["staked", "guaranteed\nto oracle", "guaranteed\nto bridge", "committed", "left"];
    let pools =
        [(One, StEth), (One, WyEth), (One, StUsd), (Two, StEth), (Two, WyEth), (Two, StUsd)];
    let row = |(operator, asset)| {
        let pool = Pool::of(operator, asset);
        let cells = vec![
            Quantity::PoolAssets(pool),
            Quantity::Guaranteed(Oracle, operator, asset),
            Quantity::Guaranteed(Bridge, operator, asset),
            Quantity::Committed(operator, asset),
            Quantity::Left(operator, asset),
        ];
        (format!("{operator} {asset}"), cells)
    };
    Grid {
        title: "What it secures",
        columns: columns.map(str::to_owned).to_vec(),
        rows: pools.map(row).to_vec(),
    }
}
