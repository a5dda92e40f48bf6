//! Services and operators set up; stakers get ready.

use super::{ETH, IDLE_RETH, ONE_RETH, rewards};
use crate::{
    action::{Action, Spender},
    cast::{
        Asset::{self, REth, StUsd, WstEth},
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
        promise(One, Oracle, REth, 40),
        promise(One, Oracle, WstEth, 50),
        promise(One, Bridge, REth, 30),
        promise(One, Bridge, StUsd, 60),
        promise(One, Storage, REth, 10),
        promise(Two, Oracle, REth, 25),
        promise(Two, Oracle, WstEth, 40),
        promise(Two, Bridge, REth, 50),
        promise(Two, Bridge, StUsd, 50),
        promise(Two, Storage, REth, 20),
    ]);
    beats.push(Beat::Refused {
        name: "the same stake is not promised twice",
        action: allocate(One, Bridge, REth, 80),
    });
    let when = "once set up";
    beats.extend(rewards::commissions());
    beats.extend([
        Beat::agree(when, Quantity::Allocated(Oracle, One, REth)),
        Beat::agree(when, Quantity::Committed(One, REth)),
        Beat::Act(Action::Open(One)),
        Beat::Act(Action::Open(Two)),
    ]);
    beats
}

pub(super) fn stakers() -> Vec<Beat> {
    let approvals = [
        (Alice, REth, Spender::Vault),
        (Bob, REth, Spender::Vault),
        (Bob, StUsd, Spender::Vault),
        (Carol, REth, Spender::Vault),
        (Carol, REth, Spender::Router),
        (Carol, StUsd, Spender::Vault),
        (Dave, REth, Spender::Vault),
        (Dave, REth, Spender::Router),
        (Dave, StUsd, Spender::Vault),
    ];
    let approve = |(who, asset, spender)| Beat::Act(Action::Approve { who, asset, spender });
    let mut beats = vec![Beat::Chapter("Four stakers get ready")];
    beats.extend(approvals.map(approve));
    beats.extend([
        Beat::Act(Action::Deposit { who: Bob, pool: IDLE_RETH, assets: 200 * ETH }),
        Beat::Note("Idle stake secures nothing, cannot be slashed, and may leave at any time."),
        Beat::Refused {
            name: "an operator takes no stake in the epoch in which it opens",
            action: Action::Deposit { who: Alice, pool: ONE_RETH, assets: 120 * ETH },
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
