//! Two faults, two slashes, and what stakers and operators do in between.

use super::{
    ETH, IDLE_RETH, ONE_RETH, ONE_STUSD, ONE_WSTETH, TWO_RETH, TWO_STUSD, USD, setup::allocate,
};
use crate::{
    action::{Action, Amount},
    cast::{
        Asset::{self, REth, StUsd, WstEth},
        Operator::{self, One, Two},
        Pool,
        Set::{self, Bridge, Oracle},
        Share,
        Who::{self, Alice, Bob, Carol, Dave, Treasury1},
    },
    quantity::Quantity,
    script::{Beat, Drift, Row},
};

/// A third, which leaves nothing round.
const THIRD: Share = Share(Share::percent(100).0 / 3);

/// How many more stakers the rehearsal of a slash has.
const CROWD: u32 = 24;

pub(super) fn first() -> Vec<Beat> {
    let fault = slash(Oracle, One, [(REth, Share::percent(25)), (WstEth, Share::percent(20))]);
    let when = "right after slash 1";
    let mut beats = vec![
        Beat::Chapter("A fault, while carol and alice are on the way out"),
        Beat::Act(queue(Alice, ONE_RETH, Amount::Units(30 * ETH))),
        Beat::Act(queue(Bob, ONE_STUSD, Amount::Units(100 * USD))),
        Beat::Note("operator-1 signs two prices for one round. Carol has queued, and is not out."),
    ];
    beats.extend(before_first());
    beats.extend([
        Beat::Rehearse { crowd: CROWD, pool: ONE_RETH, action: fault.clone() },
        Beat::Act(fault),
        Beat::SameGas("P7: slash 1 costs the same gas with 24 more stakers in the pool"),
        Beat::Moved {
            name: "slash 1 returns the rETH that treasury-1 received",
            key: "treasury rETH",
            quantity: Quantity::Wallet(Treasury1, REth),
            place: 0,
        },
        Beat::Moved {
            name: "slash 1 returns the wstETH that treasury-1 received",
            key: "treasury wstETH",
            quantity: Quantity::Wallet(Treasury1, WstEth),
            place: 1,
        },
    ]);
    beats.push(Beat::After("Slash 1 takes the same tenth of stake and of queued exits"));
    beats.extend(Beat::agree_on(
        when,
        [
            Quantity::Position(Alice, ONE_RETH),
            Quantity::Position(Bob, ONE_RETH),
            Quantity::Position(Alice, ONE_WSTETH),
            Quantity::Exit(Carol, ONE_RETH, 5),
            Quantity::Exit(Alice, ONE_RETH, 6),
            Quantity::PoolAssets(ONE_RETH),
            Quantity::PoolShares(ONE_RETH),
            Quantity::Guaranteed(Oracle, One, REth),
            Quantity::Slashable(Oracle, One, REth),
            Quantity::Guaranteed(Bridge, One, REth),
            Quantity::Left(One, REth),
            Quantity::Committed(One, REth),
            Quantity::WorstCase(One, REth),
        ],
    ));
    beats.extend(after_first());
    beats
}

fn before_first() -> Vec<Beat> {
    let rows = vec![
        Row::new("alice, staked", Quantity::Position(Alice, ONE_RETH)),
        Row::new("bob, staked", Quantity::Position(Bob, ONE_RETH)),
        Row::new("carol, out in epoch 5", Quantity::Exit(Carol, ONE_RETH, 5)),
        Row::new("alice, out in epoch 6", Quantity::Exit(Alice, ONE_RETH, 6)),
        Row::new("alice, staked", Quantity::Position(Alice, ONE_WSTETH)),
        Row::new("dave, with operator-2", Quantity::Position(Dave, TWO_RETH)),
        Row::new("treasury-1", Quantity::Wallet(Treasury1, REth)),
        Row::new("treasury-1", Quantity::Wallet(Treasury1, WstEth)),
    ];
    vec![
        Beat::agree("before slash 1", Quantity::Exit(Carol, ONE_RETH, 5)),
        Beat::agree("before slash 1", Quantity::Slashable(Oracle, One, REth)),
        Beat::Remember("treasury rETH", Quantity::Wallet(Treasury1, REth)),
        Beat::Remember("treasury wstETH", Quantity::Wallet(Treasury1, WstEth)),
        Beat::Remember("dave", Quantity::Position(Dave, TWO_RETH)),
        Beat::Remember("dave stUSD", Quantity::Position(Dave, ONE_STUSD)),
        Beat::Remember("bob idle", Quantity::Position(Bob, IDLE_RETH)),
        Beat::Remember("bridge", Quantity::Slashable(Bridge, One, REth)),
        Beat::Before(rows),
    ]
}

fn after_first() -> Vec<Beat> {
    vec![
        Beat::Compare {
            name: "P2: slash 1 of operator-1 costs dave's rETH with operator-2 nothing",
            key: "dave",
            quantity: Quantity::Position(Dave, TWO_RETH),
            drift: Drift::None,
        },
        Beat::Compare {
            name: "P2: slash 1 in rETH and wstETH costs dave's stUSD with operator-1 nothing",
            key: "dave stUSD",
            quantity: Quantity::Position(Dave, ONE_STUSD),
            drift: Drift::None,
        },
        Beat::Compare {
            name: "P2: slash 1 costs bob's idle rETH nothing",
            key: "bob idle",
            quantity: Quantity::Position(Bob, IDLE_RETH),
            drift: Drift::None,
        },
        // 1 unit for the pool and each of its two unmatured buckets.
        Beat::Compare {
            name: "P3: slash 1 leaves what bridge can slash of operator-1 as it was",
            key: "bridge",
            quantity: Quantity::Slashable(Bridge, One, REth),
            drift: Drift::Up(3),
        },
        Beat::Refused {
            name: "P3: oracle takes no more than its cap in one epoch",
            action: slash(Oracle, One, [(REth, Share::percent(50))]),
        },
        Beat::Refused {
            name: "carol is not out before her day",
            action: Action::Complete { who: Carol, pool: ONE_RETH, epoch: 5 },
        },
    ]
}

pub(super) fn meanwhile() -> Vec<Beat> {
    vec![
        Beat::Epoch(5, "carol's exit is ripe, and the raise is in force"),
        Beat::Chapter("Carol is out; alice and bob move to the other operator"),
        Beat::agree("in epoch 5", Quantity::Allocated(Oracle, One, REth)),
        Beat::Note(
            "Nobody knows yet whether the fault was one of many: the guardian stops what adds risk.",
        ),
        Beat::Act(Action::PauseDeposits),
        Beat::Refused { name: "nobody deposits while deposits are paused", action: joins() },
        Beat::Act(Action::Complete { who: Carol, pool: ONE_RETH, epoch: 5 }),
        Beat::Note("P6: exits stay open."),
        Beat::agree("once she is out", Quantity::Wallet(Carol, REth)),
        Beat::Epoch(6, "the pause has ended by itself; alice's and bob's exits are ripe"),
        Beat::Act(joins()),
        Beat::agree("joined after slash 1", Quantity::Position(Dave, ONE_RETH)),
        Beat::agree("joined after slash 1", Quantity::PoolShares(ONE_RETH)),
        Beat::Remember("vault rETH", Quantity::Vault(REth)),
        Beat::Act(Action::Move { who: Alice, pool: ONE_RETH, epoch: 6, to: Two }),
        Beat::Act(Action::Move { who: Bob, pool: ONE_STUSD, epoch: 6, to: Two }),
        Beat::Compare {
            name: "a move between operators moves no token",
            key: "vault rETH",
            quantity: Quantity::Vault(REth),
            drift: Drift::None,
        },
        Beat::agree("after the moves", Quantity::Position(Alice, TWO_RETH)),
        Beat::agree("after the moves", Quantity::PoolAssets(TWO_STUSD)),
    ]
}

pub(super) fn second() -> Vec<Beat> {
    let guaranteed = Quantity::Guaranteed(Bridge, Two, REth);
    let slashable = Quantity::Slashable(Bridge, Two, REth);
    let mut beats = vec![
        Beat::Chapter("Another fault, and nobody escapes it"),
        Beat::agree("in epoch 6", guaranteed),
        Beat::Remember("guaranteed", guaranteed),
        Beat::Act(allocate(Two, Bridge, REth, 0)),
        Beat::Act(queue(Carol, TWO_RETH, Amount::Units(20 * ETH))),
        Beat::Note(
            "operator-2 knows what it signed: it withdraws its promise, and carol her stake.",
        ),
        Beat::agree("the promise being withdrawn", guaranteed),
        Beat::Epoch(7, "bridge needs a while to prove the fault"),
        Beat::Compare {
            name: "P4: what was guaranteed to bridge in epoch 6 can be slashed in epoch 7",
            key: "guaranteed",
            quantity: slashable,
            drift: Drift::NotBelow(2),
        },
        Beat::agree("before slash 2", slashable),
        Beat::Remember("bob with operator-1", Quantity::Position(Bob, ONE_RETH)),
        Beat::Remember("burned rETH", Quantity::Burned(REth)),
        Beat::Remember("burned stUSD", Quantity::Burned(StUsd)),
        Beat::Before(vec![
            Row::new("alice, moved here", Quantity::Position(Alice, TWO_RETH)),
            Row::new("bob, staked", Quantity::Position(Bob, TWO_RETH)),
            Row::new("carol, staked", Quantity::Position(Carol, TWO_RETH)),
            Row::new("carol, out in epoch 8", Quantity::Exit(Carol, TWO_RETH, 8)),
            Row::new("dave, staked", Quantity::Position(Dave, TWO_RETH)),
            Row::new("bob, moved here", Quantity::Position(Bob, TWO_STUSD)),
            Row::new("carol, staked", Quantity::Position(Carol, TWO_STUSD)),
            Row::new("burned (at 0x…dEaD)", Quantity::Burned(REth)),
            Row::new("burned (at 0x…dEaD)", Quantity::Burned(StUsd)),
        ]),
        Beat::Act(slash(Bridge, Two, [(REth, THIRD), (StUsd, Share::percent(100))])),
        Beat::After("Slash 2 takes all that bridge was promised in stUSD, and burns it"),
    ];
    beats.extend(after_second());
    beats
}

fn after_second() -> Vec<Beat> {
    let mut beats = vec![
        Beat::Moved {
            name: "slash 2 returns the rETH that was burned",
            key: "burned rETH",
            quantity: Quantity::Burned(REth),
            place: 0,
        },
        Beat::Moved {
            name: "slash 2 returns the stUSD that was burned",
            key: "burned stUSD",
            quantity: Quantity::Burned(StUsd),
            place: 1,
        },
        Beat::Compare {
            name: "P2: slash 2 of operator-2 costs bob's rETH with operator-1 nothing",
            key: "bob with operator-1",
            quantity: Quantity::Position(Bob, ONE_RETH),
            drift: Drift::None,
        },
    ];
    beats.extend(Beat::agree_on(
        "right after slash 2",
        [
            Quantity::Position(Alice, TWO_RETH),
            Quantity::Position(Carol, TWO_STUSD),
            Quantity::Exit(Carol, TWO_RETH, 8),
            Quantity::PoolAssets(TWO_RETH),
            Quantity::PoolAssets(TWO_STUSD),
            Quantity::Generation(TWO_STUSD),
            Quantity::Left(Two, StUsd),
            Quantity::Committed(Two, StUsd),
            Quantity::Allocated(Bridge, Two, StUsd),
            Quantity::Slashable(Oracle, Two, REth),
        ],
    ));
    beats
}

/// Dave stakes with operator-1 after the first fault.
const fn joins() -> Action {
    Action::Deposit { who: Dave, pool: ONE_RETH, assets: 10_123_456_789_123_456_789 }
}

const fn queue(who: Who, pool: Pool, shares: Amount) -> Action {
    Action::Queue { who, pool, shares }
}

fn slash<const N: usize>(set: Set, operator: Operator, cuts: [(Asset, Share); N]) -> Action {
    Action::Slash { set, operator, cuts: cuts.to_vec() }
}
