//! Everybody leaves with exactly what they should.

use super::{ONE_RETH, ONE_STUSD, ONE_WSTETH, TWO_RETH, TWO_STUSD, TWO_WSTETH};
use crate::{
    action::{Action, Amount},
    cast::{
        Asset::{self, REth, StUsd, WstEth},
        Operator::One,
        Pool,
        Set::Storage,
        Who::{self, Alice, Bob, Carol, Dave, Treasury1},
    },
    quantity::Quantity,
    script::Beat,
};

/// All positions that are left with operators at the end.
const POSITIONS: [(Who, Pool); 15] = [
    (Alice, ONE_RETH),
    (Alice, ONE_WSTETH),
    (Alice, TWO_RETH),
    (Alice, TWO_WSTETH),
    (Bob, ONE_RETH),
    (Bob, ONE_STUSD),
    (Bob, TWO_RETH),
    (Bob, TWO_STUSD),
    (Carol, ONE_RETH),
    (Carol, TWO_RETH),
    (Carol, TWO_STUSD),
    (Dave, ONE_RETH),
    (Dave, ONE_STUSD),
    (Dave, TWO_RETH),
    (Dave, TWO_WSTETH),
];

pub(super) fn everybody_leaves() -> Vec<Beat> {
    let mut beats = vec![
        Beat::Chapter("Everybody leaves"),
        Beat::Act(Action::Withdraw { who: Bob, asset: REth, shares: Amount::All }),
    ];
    beats.extend(
        POSITIONS.map(|(who, pool)| Beat::Act(Action::Queue { who, pool, shares: Amount::All })),
    );
    beats.push(Beat::Epoch(10, "an exit stays slashable until the epoch after the next"));
    beats.push(Beat::Act(Action::Complete { who: Carol, pool: TWO_RETH, epoch: 8 }));
    beats.extend(POSITIONS.map(|(who, pool)| Beat::Act(Action::Complete { who, pool, epoch: 10 })));
    beats
}

/// What must be true at the end.
pub(super) fn accounts() -> Vec<Beat> {
    let when = "in the end";
    let wallets = Who::STAKERS
        .into_iter()
        .flat_map(|who| Asset::ALL.map(|asset| Quantity::Wallet(who, asset)));
    let slashed = [
        Quantity::Wallet(Treasury1, REth),
        Quantity::Wallet(Treasury1, WstEth),
        Quantity::Burned(REth),
        Quantity::Burned(StUsd),
    ];
    let per_asset = Asset::ALL.into_iter().flat_map(|asset| {
        [Quantity::Vault(asset), Quantity::StakeLeft(asset), Quantity::Supply(asset)]
    });
    let rest = [
        Quantity::ExitsLeft,
        Quantity::SharesAt(Carol, ONE_RETH, 3),
        Quantity::SharesAt(Carol, ONE_RETH, 4),
        Quantity::Allocated(Storage, One, REth),
        Quantity::Worth(Alice),
        Quantity::Epoch,
    ];
    wallets
        .chain(slashed)
        .chain(per_asset)
        .chain(rest)
        .map(|quantity| Beat::agree(when, quantity))
        .collect()
}
