//! Slashes that can be challenged, a position that changes hands, and promises that end.

use super::{ETH, ONE_STETH, TWO_STETH};
use crate::{
    action::{Action, Amount},
    cast::{
        Asset::StEth,
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
        Beat::Remember("alice", Quantity::Position(Alice, ONE_STETH)),
        Beat::Refused {
            name: "a set with a challenge window does not slash at once",
            action: Action::Slash {
                set: Storage,
                operator: One,
                cuts: vec![(StEth, Share::percent(20))],
            },
        },
        Beat::Act(Action::ProposeSlash {
            set: Storage,
            operator: One,
            asset: StEth,
            cut: Share::percent(20),
        }),
        Beat::agree("once proposed", Quantity::Proposed(Storage, One, StEth)),
        Beat::agree("once proposed", Quantity::Contested(One, StEth)),
        Beat::Note("operator-1 can show the file: the slasher looked for it in the wrong place."),
        Beat::Refused { name: "nobody executes while the window is open", action: execute(One) },
        Beat::Act(Action::CancelSlash { set: Storage, operator: One, asset: StEth }),
        Beat::Refused { name: "what was cancelled is not executed", action: execute(One) },
        Beat::agree("once cancelled", Quantity::Proposed(Storage, One, StEth)),
        Beat::Compare {
            name: "a slash that is cancelled costs alice nothing",
            key: "alice",
            quantity: Quantity::Position(Alice, ONE_STETH),
            drift: Drift::None,
        },
    ]
}

pub(super) fn executed() -> Vec<Beat> {
    let exit = Quantity::Exit(Carol, TWO_STETH, 8);
    let mut beats = vec![
        Beat::Chapter("Another is not challenged, and anybody executes it"),
        Beat::Act(Action::ProposeSlash {
            set: Storage,
            operator: Two,
            asset: StEth,
            cut: Share::percent(50),
        }),
        Beat::agree("in epoch 7", Quantity::Proposed(Storage, Two, StEth)),
        Beat::agree("in epoch 7", Quantity::Contested(Two, StEth)),
        Beat::Epoch(8, "the window is over, and carol's exit is ripe"),
        Beat::Remember("treasury", Quantity::Wallet(Treasury1, StEth)),
        Beat::Remember("carol's exit", exit),
        Beat::Before(vec![
            Row::new("alice, staked", Quantity::Position(Alice, TWO_STETH)),
            Row::new("bob, staked", Quantity::Position(Bob, TWO_STETH)),
            Row::new("carol, staked", Quantity::Position(Carol, TWO_STETH)),
            Row::new("carol, out in epoch 8", exit),
            Row::new("treasury-1", Quantity::Wallet(Treasury1, StEth)),
        ]),
        Beat::Act(execute(Two)),
        Beat::Moved {
            name: "slash 3 returns the stETH that treasury-1 received",
            key: "treasury",
            quantity: Quantity::Wallet(Treasury1, StEth),
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
            Quantity::Position(Alice, TWO_STETH),
            Quantity::PoolAssets(TWO_STETH),
            Quantity::Allocated(Storage, Two, StEth),
            Quantity::Left(Two, StEth),
            Quantity::Committed(Two, StEth),
            Quantity::Slashable(Oracle, Two, StEth),
        ],
    ));
    beats
}

pub(super) fn a_transfer() -> Vec<Beat> {
    let slashable = Quantity::Slashable(Oracle, One, StEth);
    let mut beats = vec![
        Beat::Chapter("A position changes hands"),
        Beat::Remember("vault", Quantity::Vault(StEth)),
        Beat::Remember("oracle", slashable),
        Beat::Before(vec![
            Row::new("bob, staked", Quantity::Position(Bob, ONE_STETH)),
            Row::new("carol, staked", Quantity::Position(Carol, ONE_STETH)),
        ]),
        Beat::Act(Action::Transfer {
            who: Bob,
            to: Carol,
            pool: ONE_STETH,
            shares: Amount::Units(20 * ETH),
        }),
        Beat::After("Carol has what bob gave her, at once and at risk as before"),
        Beat::Compare {
            name: "a transfer moves no token",
            key: "vault",
            quantity: Quantity::Vault(StEth),
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
            Quantity::Position(Bob, ONE_STETH),
            Quantity::Position(Carol, ONE_STETH),
            Quantity::PoolShares(ONE_STETH),
        ],
    ));
    beats
}

pub(super) fn farewells() -> Vec<Beat> {
    let to_storage = Quantity::Slashable(Storage, One, StEth);
    let to_oracle = Quantity::Slashable(Oracle, One, StEth);
    let when = "once oracle is given up";
    vec![
        Beat::Chapter("An operator leaves a set, and a service gives one up"),
        Beat::Remember("storage", to_storage),
        Beat::Act(Action::Leave { operator: One, set: Storage, asset: StEth }),
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
                cuts: vec![(StEth, Share::percent(1))],
            },
        },
        Beat::agree(when, to_oracle),
        Beat::agree(when, Quantity::Guaranteed(Oracle, One, StEth)),
        Beat::agree(when, Quantity::Committed(One, StEth)),
        Beat::Act(Action::Settle { who: Dave, set: Oracle, operator: One, asset: StEth }),
        Beat::agree("once settled", Quantity::Committed(One, StEth)),
        Beat::agree("once settled", Quantity::WorstCase(One, StEth)),
    ]
}

const fn execute(operator: crate::cast::Operator) -> Action {
    Action::ExecuteSlash { who: Dave, set: Storage, operator, asset: StEth }
}
