//! Stake arrives; an operator wants to promise more of it.

use super::{
    ETH, IDLE_RETH, ONE_RETH, ONE_STUSD, ONE_WSTETH, TWO_RETH, TWO_STUSD, TWO_WSTETH, USD,
    setup::allocate,
};
use crate::{
    action::{Action, Amount, Bounds, Source},
    cast::{
        Asset::{REth, StUsd, WstEth},
        Operator::{One, Two},
        Pool,
        Set::{Bridge, Oracle},
        Share,
        Who::{self, Alice, Bob, Carol, Dave},
    },
    quantity::Quantity,
    script::{Beat, Drift, Grid},
};

pub(super) fn deposits() -> Vec<Beat> {
    let mut beats = vec![
        Beat::Chapter("Stake arrives: everybody with both operators, in more than one token"),
        deposit(Alice, ONE_RETH, 120 * ETH),
        Beat::Note(
            "The Router makes stETH and then wstETH of plain ETH, and stakes it, in one call.",
        ),
        Beat::Act(stake(Alice, ONE_WSTETH, 100 * ETH, 100 * ETH)),
        Beat::Act(stake(Alice, TWO_WSTETH, 60 * ETH, 60 * ETH)),
        delegate(Bob, 120 * ETH, Two),
        delegate(Bob, 50 * ETH, One),
        deposit(Bob, ONE_STUSD, 400 * USD),
        Beat::Refused {
            name: "the Router stakes nothing where more can be lost than carol accepts",
            action: routed(Carol, CAROLS, Share::percent(70)),
        },
        Beat::Act(routed(Carol, CAROLS, Share::percent(80))),
        deposit(Carol, TWO_RETH, 45 * ETH),
        deposit(Carol, TWO_STUSD, 250_750_000),
        deposit(Dave, TWO_RETH, 75 * ETH),
        deposit(Dave, ONE_STUSD, 333_333_333),
        Beat::Note("The beacon chain pays: one wstETH is worth more stETH from now on."),
        Beat::Act(Action::Reward(16_123_456_789_012_345_678)),
        Beat::Refused {
            name: "the Router stakes nothing where dave would get less than he accepts",
            action: stake(Dave, TWO_WSTETH, 55 * ETH, 55 * ETH),
        },
        Beat::Act(stake(Dave, TWO_WSTETH, 55 * ETH, 49 * ETH)),
        Beat::Act(propose_cap()),
        Beat::Refused { name: "what the council proposes waits", action: set_cap() },
    ];
    beats.extend(Beat::agree_on(
        "with all stake in",
        [
            Quantity::PoolAssets(ONE_RETH),
            Quantity::PoolShares(ONE_RETH),
            Quantity::PoolAssets(ONE_WSTETH),
            Quantity::PoolAssets(ONE_STUSD),
            Quantity::PoolAssets(TWO_RETH),
            Quantity::PoolAssets(TWO_WSTETH),
            Quantity::PoolAssets(TWO_STUSD),
            Quantity::Guaranteed(Oracle, One, REth),
            Quantity::Guaranteed(Bridge, Two, StUsd),
            Quantity::Slashable(Oracle, One, WstEth),
            Quantity::Rate,
        ],
    ));
    beats.extend([Beat::Grid(holdings("Who has staked what")), Beat::Grid(promises())]);
    beats
}

pub(super) fn a_raise() -> Vec<Beat> {
    let raised = Quantity::Allocated(Oracle, One, REth);
    let foretold = "once carol is leaving";
    vec![
        Beat::Chapter("An operator promises more, and a staker does not like it"),
        Beat::Act(allocate(One, Oracle, REth, 55)),
        Beat::Note("Now that there is stake to surprise, a raise waits: three epochs."),
        Beat::agree("the raise just announced", raised),
        Beat::Epoch(3, "carol reads the announcement"),
        Beat::Act(Action::Queue { who: Carol, pool: ONE_RETH, shares: Amount::All }),
        Beat::Note("She is out when epoch 5 begins, the moment at which the raise is in force."),
        Beat::agree(foretold, Quantity::Outlook(One, REth, 0)),
        Beat::agree(foretold, Quantity::Outlook(One, REth, 1)),
        Beat::agree(foretold, Quantity::Outlook(One, REth, 2)),
        Beat::agree(foretold, Quantity::Outlook(One, REth, 3)),
        Beat::agree(foretold, Quantity::AtRisk(Carol, REth, 0)),
        Beat::agree(foretold, Quantity::AtRisk(Carol, REth, 2)),
        Beat::agree(foretold, Quantity::AtRisk(Alice, REth, 3)),
        Beat::Grid(outlook()),
        Beat::Grid(at_risk()),
        Beat::Epoch(4, "carol is on her way out, the raise is not in force yet"),
        Beat::agree("a full epoch later", raised),
    ]
}

pub(super) fn the_beacon() -> Vec<Beat> {
    let position = Quantity::Position(Alice, ONE_WSTETH);
    let slashable = Quantity::Slashable(Oracle, One, WstEth);
    let when = "after the penalty";
    vec![
        Beat::Chapter("The beacon chain takes, and governance sets a limit"),
        Beat::Remember("alice's wstETH", position),
        Beat::Remember("oracle's wstETH", slashable),
        Beat::Act(Action::Penalize(23 * ETH)),
        Beat::Note(
            "No slash: whoever holds stETH loses alike, staked or not, and no set receives it.",
        ),
        Beat::Compare {
            name: "a penalty of the beacon chain takes no wstETH of alice's: each is worth less",
            key: "alice's wstETH",
            quantity: position,
            drift: Drift::None,
        },
        Beat::Compare {
            name: "nor does it take anything that oracle can slash",
            key: "oracle's wstETH",
            quantity: slashable,
            drift: Drift::None,
        },
        Beat::agree(when, Quantity::Rate),
        Beat::agree(when, Quantity::PoolAssets(ONE_WSTETH)),
        Beat::Note("The timelock's delay is over. What it holds, anybody executes."),
        Beat::Act(set_cap()),
        Beat::agree("once it is set", Quantity::Cap(StUsd)),
        Beat::Refused {
            name: "P8: a deposit cap stops a deposit",
            action: Action::Deposit { who: Carol, pool: TWO_STUSD, assets: 100 * USD },
        },
        Beat::agree("once it is set", Quantity::Vault(StUsd)),
    ]
}

/// What the council proposes, once 984.083333 stUSD are staked.
const CAP: u128 = 1_000 * USD;

/// What carol stakes with operator-1.
const CAROLS: u128 = 90_123_456_789_012_345_678;

const fn propose_cap() -> Action {
    Action::ProposeCap { asset: StUsd, cap: CAP }
}

const fn set_cap() -> Action {
    Action::SetCap { who: Dave, asset: StUsd, cap: CAP }
}

/// Of plain ETH; who stakes it accepts that two thirds of the pool can be lost.
const fn stake(who: Who, pool: Pool, amount: u128, least: u128) -> Action {
    let bounds = Bounds { least, loss: Share::percent(66) };
    Action::Stake { who, pool, source: Source::Ether, amount, bounds }
}

/// Of rETH, with operator-1.
pub(super) const fn routed(who: Who, amount: u128, loss: Share) -> Action {
    let bounds = Bounds { least: amount, loss };
    Action::Stake { who, pool: ONE_RETH, source: Source::Token, amount, bounds }
}

const fn deposit(who: Who, pool: Pool, assets: u128) -> Beat {
    Beat::Act(Action::Deposit { who, pool, assets })
}

const fn delegate(who: Who, shares: u128, to: crate::cast::Operator) -> Beat {
    Beat::Act(Action::Delegate { who, asset: REth, shares: Amount::Units(shares), to })
}

fn holdings(title: &'static str) -> Grid {
    let pools = [ONE_RETH, ONE_WSTETH, ONE_STUSD, TWO_RETH, TWO_WSTETH, TWO_STUSD, IDLE_RETH];
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
        [(One, REth), (One, WstEth), (One, StUsd), (Two, REth), (Two, WstEth), (Two, StUsd)];
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

fn outlook() -> Grid {
    let pools =
        [(One, REth), (One, WstEth), (One, StUsd), (Two, REth), (Two, WstEth), (Two, StUsd)];
    let row = |(operator, asset)| {
        let cells = [0, 1, 2, 3].map(|ahead| Quantity::Outlook(operator, asset, ahead));
        (format!("{operator} {asset}"), cells.to_vec())
    };
    Grid {
        title: "What slashes could take of each pool at worst, as the Lens foretells",
        columns: EPOCHS.map(str::to_owned).to_vec(),
        rows: pools.map(row).to_vec(),
    }
}

fn at_risk() -> Grid {
    let row = |who: Who| {
        let cells = [0, 1, 2, 3].map(|ahead| Quantity::AtRisk(who, REth, ahead));
        (who.name().to_owned(), cells.to_vec())
    };
    Grid {
        title: "What that is of everybody's rETH: carol's exit is out of reach in epoch 5",
        columns: EPOCHS.map(str::to_owned).to_vec(),
        rows: Who::STAKERS.map(row).to_vec(),
    }
}

/// What the columns of the two tables above are about.
const EPOCHS: [&str; 4] = ["now:\nepoch 3", "epoch 4", "epoch 5", "epoch 6"];
