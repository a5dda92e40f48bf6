//! Slashes that can be challenged, a position that changes hands, and promises that end.

use super::{ETH, ONE_RETH, TWO_RETH, stake::routed};
use crate::{
    action::{Action, Amount},
    cast::{
        Asset::REth,
        Operator::{One, Two},
        Set::{Oracle, Storage},
        Share,
        Who::{Alice, Bob, Carol, Dave, Treasury1},
    },
    quantity::Quantity,
    script::{Beat, Drift, Row},
};

pub(super) fn cancelled() -> Vec<Beat> {
    vec![
        Beat::Chapter("A slash is proposed, challenged, and cancelled"),
        Beat::Remember("alice", Quantity::Position(Alice, ONE_RETH)),
        Beat::Refused {
            name: "a set with a challenge window does not slash at once",
            action: Action::Slash {
                set: Storage,
                operator: One,
                cuts: vec![(REth, Share::percent(20))],
            },
        },
        Beat::Act(Action::ProposeSlash {
            set: Storage,
            operator: One,
            asset: REth,
            cut: Share::percent(20),
        }),
        Beat::agree("once proposed", Quantity::Proposed(Storage, One, REth)),
        Beat::agree("once proposed", Quantity::Contested(One, REth)),
        Beat::Refused {
            name: "the Router stakes nothing in a pool against which a slash is proposed",
            action: routed(Dave, 5 * ETH, Share::percent(100)),
        },
        Beat::Note("operator-1 can show the file: the slasher looked for it in the wrong place."),
        Beat::Refused { name: "nobody executes while the window is open", action: execute(One) },
        Beat::Act(Action::CancelSlash { set: Storage, operator: One, asset: REth }),
        Beat::Refused { name: "what was cancelled is not executed", action: execute(One) },
        Beat::agree("once cancelled", Quantity::Proposed(Storage, One, REth)),
        Beat::Compare {
            name: "a slash that is cancelled costs alice nothing",
            key: "alice",
            quantity: Quantity::Position(Alice, ONE_RETH),
            drift: Drift::None,
        },
    ]
}

pub(super) fn executed() -> Vec<Beat> {
    let exit = Quantity::Exit(Carol, TWO_RETH, 8);
    let mut beats = vec![
        Beat::Chapter("Another is not challenged, and anybody executes it"),
        Beat::Act(Action::ProposeSlash {
            set: Storage,
            operator: Two,
            asset: REth,
            cut: Share::percent(50),
        }),
        Beat::agree("in epoch 7", Quantity::Proposed(Storage, Two, REth)),
        Beat::agree("in epoch 7", Quantity::Contested(Two, REth)),
        Beat::Epoch(8, "the window is over, and carol's exit is ripe"),
        Beat::Remember("treasury", Quantity::Wallet(Treasury1, REth)),
        Beat::Remember("carol's exit", exit),
        Beat::Before(vec![
            Row::new("alice, staked", Quantity::Position(Alice, TWO_RETH)),
            Row::new("bob, staked", Quantity::Position(Bob, TWO_RETH)),
            Row::new("carol, staked", Quantity::Position(Carol, TWO_RETH)),
            Row::new("carol, out in epoch 8", exit),
            Row::new("treasury-1", Quantity::Wallet(Treasury1, REth)),
        ]),
        Beat::Act(execute(Two)),
        Beat::Moved {
            name: "slash 3 returns the rETH that treasury-1 received",
            key: "treasury",
            quantity: Quantity::Wallet(Treasury1, REth),
            place: 0,
        },
        Beat::After("Slash 3 takes half of what storage was promised"),
        Beat::Compare {
            name: "slash 3 does not reach carol's exit, which is ripe",
            key: "carol's exit",
            quantity: exit,
            drift: Drift::None,
        },
        Beat::Refused { name: "a slash is executed once", action: execute(Two) },
    ];
    beats.extend(Beat::agree_on(
        "right after slash 3",
        [
            Quantity::Position(Alice, TWO_RETH),
            Quantity::PoolAssets(TWO_RETH),
            Quantity::Allocated(Storage, Two, REth),
            Quantity::Left(Two, REth),
            Quantity::Committed(Two, REth),
            Quantity::Slashable(Oracle, Two, REth),
        ],
    ));
    beats
}

pub(super) fn a_transfer() -> Vec<Beat> {
    let slashable = Quantity::Slashable(Oracle, One, REth);
    let mut beats = vec![
        Beat::Chapter("A position changes hands"),
        Beat::Remember("vault", Quantity::Vault(REth)),
        Beat::Remember("oracle", slashable),
        Beat::Before(vec![
            Row::new("bob, staked", Quantity::Position(Bob, ONE_RETH)),
            Row::new("carol, staked", Quantity::Position(Carol, ONE_RETH)),
        ]),
        Beat::Act(Action::Transfer {
            who: Bob,
            to: Carol,
            pool: ONE_RETH,
            shares: Amount::Units(20 * ETH),
        }),
        Beat::After("Carol has what bob gave her, at once and at risk as before"),
        Beat::Compare {
            name: "a transfer moves no token",
            key: "vault",
            quantity: Quantity::Vault(REth),
            drift: Drift::None,
        },
        Beat::Compare {
            name: "P4: a transfer takes nothing from what oracle can slash",
            key: "oracle",
            quantity: slashable,
            drift: Drift::None,
        },
    ];
    beats.extend(Beat::agree_on(
        "after the transfer",
        [
            Quantity::Position(Bob, ONE_RETH),
            Quantity::Position(Carol, ONE_RETH),
            Quantity::PoolShares(ONE_RETH),
        ],
    ));
    beats
}

pub(super) fn farewells() -> Vec<Beat> {
    let to_storage = Quantity::Slashable(Storage, One, REth);
    let to_oracle = Quantity::Slashable(Oracle, One, REth);
    let when = "once oracle is given up";
    vec![
        Beat::Chapter("An operator leaves a set, and a service gives one up"),
        Beat::Remember("storage", to_storage),
        Beat::Act(Action::Leave { operator: One, set: Storage, asset: REth }),
        Beat::Compare {
            name: "P4: who leaves stays slashable until the epoch after the next",
            key: "storage",
            quantity: to_storage,
            drift: Drift::None,
        },
        Beat::Refused {
            name: "nobody joins again before the old promise is over and settled",
            action: Action::Join { operator: One, set: Storage },
        },
        Beat::agree("before oracle is given up", to_oracle),
        Beat::Act(Action::Retire(Oracle)),
        Beat::Note("The key of slasher-1 has leaked. From this moment on it is worth nothing."),
        Beat::Refused {
            name: "a set that was given up slashes nobody",
            action: Action::Slash {
                set: Oracle,
                operator: One,
                cuts: vec![(REth, Share::percent(1))],
            },
        },
        Beat::agree(when, to_oracle),
        Beat::agree(when, Quantity::Guaranteed(Oracle, One, REth)),
        Beat::agree(when, Quantity::Committed(One, REth)),
        Beat::Act(Action::Settle { who: Dave, set: Oracle, operator: One, asset: REth }),
        Beat::agree("once settled", Quantity::Committed(One, REth)),
        Beat::agree("once settled", Quantity::WorstCase(One, REth)),
    ]
}

const fn execute(operator: crate::cast::Operator) -> Action {
    Action::ExecuteSlash { who: Dave, set: Storage, operator, asset: REth }
}
