//! Services and operators set up; stakers get ready.

use super::{ETH, IDLE_STETH, ONE_STETH};
use crate::{
    action::Action,
    cast::{
        Asset::{self, StEth, StUsd, WyEth},
        Operator::{self, One, Two},
        Set::{self, Bridge, Oracle, Storage},
        Share,
        Who::{Alice, Bob, Carol, Dave},
    },
    quantity::Quantity,
    script::Beat,
};

pub(super) fn services() -> Vec<Beat> {
    vec![
        Beat::Chapter("Two services say what they may slash"),
        Beat::Act(Action::CreateSet(Oracle)),
        Beat::Act(Action::CreateSet(Bridge)),
        Beat::Act(Action::CreateSet(Storage)),
        Beat::Note("No one can change these terms any more: not the service, not governance."),
        Beat::Note(
            "A slash for storage waits for half an epoch; its resolver, avs-2, may cancel it then.",
        ),
        Beat::Terms(Oracle),
        Beat::Terms(Bridge),
        Beat::Terms(Storage),
    ]
}

pub(super) fn operators() -> Vec<Beat> {
    let mut beats = vec![
        Beat::Chapter("Two operators set up while nobody can stake with them"),
        Beat::Act(Action::Register(One)),
        Beat::Act(Action::Register(Two)),
    ];
    for operator in [One, Two] {
        for set in Set::ALL {
            beats.push(Beat::Act(Action::Join { operator, set }));
        }
    }
    beats.push(Beat::Note(
        "Until an operator opens, what it promises is in force at once: there is nobody to surprise.",
    ));
    beats.extend([
        promise(One, Oracle, StEth, 40),
        promise(One, Oracle, WyEth, 50),
        promise(One, Bridge, StEth, 30),
        promise(One, Bridge, StUsd, 60),
        promise(One, Storage, StEth, 10),
        promise(Two, Oracle, StEth, 25),
        promise(Two, Oracle, WyEth, 40),
        promise(Two, Bridge, StEth, 50),
        promise(Two, Bridge, StUsd, 50),
        promise(Two, Storage, StEth, 20),
    ]);
    beats.push(Beat::Refused {
        name: "the same stake is not promised twice",
        action: allocate(One, Bridge, StEth, 80),
    });
    let when = "once set up";
    beats.extend([
        Beat::agree(when, Quantity::Allocated(Oracle, One, StEth)),
        Beat::agree(when, Quantity::Committed(One, StEth)),
        Beat::Act(Action::Open(One)),
        Beat::Act(Action::Open(Two)),
    ]);
    beats
}

pub(super) fn stakers() -> Vec<Beat> {
    let approvals = [
        (Alice, StEth),
        (Alice, WyEth),
        (Bob, StEth),
        (Bob, StUsd),
        (Carol, StEth),
        (Carol, StUsd),
        (Dave, StEth),
        (Dave, WyEth),
        (Dave, StUsd),
    ];
    let approve = |(who, asset)| Beat::Act(Action::Approve { who, asset });
    let mut beats = vec![Beat::Chapter("Four stakers get ready")];
    beats.extend(approvals.map(approve));
    beats.extend([
        Beat::Act(Action::Deposit { who: Bob, pool: IDLE_STETH, assets: 200 * ETH }),
        Beat::Note("Idle stake secures nothing, cannot be slashed, and may leave at any time."),
        Beat::Refused {
            name: "an operator takes no stake in the epoch in which it opens",
            action: Action::Deposit { who: Alice, pool: ONE_STETH, assets: 120 * ETH },
        },
        Beat::Epoch(2, "operators that open take stake from the next epoch on"),
    ]);
    beats
}

pub(super) const fn allocate(operator: Operator, set: Set, asset: Asset, percent: u64) -> Action {
    Action::Allocate { operator, set, asset, share: Share::percent(percent) }
}

const fn promise(operator: Operator, set: Set, asset: Asset, percent: u64) -> Beat {
    Beat::Act(allocate(operator, set, asset, percent))
}
