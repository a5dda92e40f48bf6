//! Services pay, and stakers and operators are paid.

use super::{ETH, IDLE_RETH, ONE_RETH, ONE_STUSD, ONE_WSTETH, TWO_RETH, TWO_STUSD, TWO_WSTETH};
use crate::{
    action::Action,
    cast::{
        Asset::{REth, StUsd},
        Operator::{self, One, Two},
        Pool,
        Set::{Bridge, Oracle},
        Share,
        Who::{self, Alice, Avs1, Avs2, Bob, Carol, Dave},
    },
    payout::{Desk, List, Payout, total},
    quantity::Quantity,
    script::{Beat, Drift, Grid},
};

/// One whole reward token, in units: it has as many decimals as ETH.
const RWD: u128 = ETH;

/// What oracle pays for the rETH of an epoch.
const SALARY: u128 = 1_234_567_890_123_456_789_012;

/// What bridge pays for the stUSD of an epoch.
const STREAM: u128 = 333 * RWD + 1;

/// Who staked early, and how much that was worth.
const POINTS: List =
    &[(Alice, 120 * RWD), (Bob, 85 * RWD + 1), (Carol, 45 * RWD), (Dave, 75 * RWD)];

/// The same with two amounts mixed up, which nobody can see in a root.
const MIXED_UP: List =
    &[(Alice, 120 * RWD), (Bob, 85 * RWD + 1), (Carol, 75 * RWD), (Dave, 45 * RWD)];

/// All pools, for whoever earned with some of them.
const POOLS: [Pool; 6] = [ONE_RETH, ONE_WSTETH, ONE_STUSD, TWO_RETH, TWO_WSTETH, TWO_STUSD];

/// Before an operator opens.
pub(super) fn commissions() -> Vec<Beat> {
    let when = "once set up";
    vec![
        commission(One, 10),
        commission(Two, 5),
        Beat::agree(when, Quantity::Commission(One, 1)),
        Beat::agree(when, Quantity::Commission(Two, 1)),
    ]
}

pub(super) fn payday() -> Vec<Beat> {
    let when = "once epoch 3 is paid for";
    let more = vec![(ONE_WSTETH, 70 * RWD), (TWO_WSTETH, 50 * RWD)];
    let mut beats = vec![
        Beat::Chapter("Services pay those who stand behind them"),
        approve(Avs1, Desk::Distributor),
        approve(Avs1, Desk::Streams),
        Beat::Refused {
            name: "only the epoch that has just closed is paid for",
            action: pay(Avs1, 4, vec![(ONE_RETH, RWD)]),
        },
        Beat::Refused {
            name: "idle stake secures nothing, and is paid nothing",
            action: pay(Avs1, 3, vec![(IDLE_RETH, RWD)]),
        },
        split(3),
        Beat::Note(
            "Carol is on her way out, and stood here when epoch 3 began: she is paid for it, and last.",
        ),
        Beat::Act(pay(Avs1, 3, more)),
    ];
    beats.extend(Beat::agree_on(
        when,
        [
            Quantity::Claimable(Alice, ONE_RETH),
            Quantity::Claimable(Bob, ONE_RETH),
            Quantity::Claimable(Carol, ONE_RETH),
            Quantity::Claimable(Dave, ONE_RETH),
            Quantity::Claimable(Bob, TWO_RETH),
            Quantity::Claimable(Alice, ONE_WSTETH),
            Quantity::Collectable(One),
            Quantity::Collectable(Two),
            Quantity::Held(Desk::Distributor),
            Quantity::Purse(Avs1),
        ],
    ));
    beats.extend([
        Beat::Grid(earned("What everybody has earned")),
        Beat::Note("operator-1 wants more. Who is told of it today can be out before."),
        commission(One, 20),
        Beat::agree("the higher commission just announced", Quantity::Commission(One, 6)),
        Beat::agree("the higher commission just announced", Quantity::Commission(One, 7)),
        Beat::Refused {
            name: "no operator keeps more than half",
            action: set_commission(One, Share::percent(60)),
        },
        approve(Avs2, Desk::Streams),
        Beat::Act(Action::Payout(Payout::Stream {
            set: Bridge,
            asset: StUsd,
            per_epoch: STREAM,
            epochs: 3,
        })),
        Beat::agree("once the stream is paid in", Quantity::Held(Desk::Streams)),
        Beat::Remember("alice's rewards", Quantity::Claimable(Alice, ONE_RETH)),
        Beat::Remember("operator-1's commission", Quantity::Collectable(One)),
    ]);
    beats
}

/// What the first slash does to rewards.
pub(super) fn unslashed() -> Vec<Beat> {
    vec![
        Beat::Compare {
            name: "slash 1 takes nothing of what alice has earned with that stake",
            key: "alice's rewards",
            quantity: Quantity::Claimable(Alice, ONE_RETH),
            drift: Drift::None,
        },
        Beat::Compare {
            name: "nor does it take anything of operator-1's commission",
            key: "operator-1's commission",
            quantity: Quantity::Collectable(One),
            drift: Drift::None,
        },
    ]
}

pub(super) fn a_missed_epoch() -> Vec<Beat> {
    let when = "with two epochs released";
    let mut beats = vec![
        Beat::Chapter("What nobody released in epoch 5 is paid with the next"),
        Beat::agree("before it is released", Quantity::StreamDue),
        release(Dave),
        Beat::Refused { name: "a stream is released once an epoch", action: released_by(Alice) },
    ];
    beats.extend(Beat::agree_on(
        when,
        [
            Quantity::Claimable(Bob, ONE_STUSD),
            Quantity::Claimable(Dave, ONE_STUSD),
            // He moved there in epoch 6.
            Quantity::Claimable(Bob, TWO_STUSD),
            Quantity::Claimable(Carol, TWO_STUSD),
            Quantity::Held(Desk::Streams),
        ],
    ));
    beats.extend([
        claim(Alice, [ONE_RETH, ONE_WSTETH, TWO_WSTETH]),
        Beat::agree("once alice has claimed", Quantity::Purse(Alice)),
        Beat::agree("once alice has claimed", Quantity::Claimable(Alice, ONE_RETH)),
    ]);
    beats
}

pub(super) fn a_drop() -> Vec<Beat> {
    let when = "once epoch 6 is paid for";
    vec![
        Beat::Chapter("Late stake earns later, and a wrong list is withdrawn in time"),
        Beat::Note(
            "Slash 2 has left bridge no promise of operator-2 in stUSD: nothing to pay for.",
        ),
        release(Dave),
        Beat::agree("once the stream has ended", Quantity::StreamDue),
        Beat::agree("once the stream has ended", Quantity::Held(Desk::Streams)),
        Beat::agree("once the stream has ended", Quantity::Claimable(Carol, TWO_STUSD)),
        split(6),
        Beat::Note("Dave came to operator-1 in epoch 6, and alice to operator-2: too late for it."),
        Beat::agree(when, Quantity::Claimable(Dave, ONE_RETH)),
        Beat::agree(when, Quantity::Claimable(Alice, TWO_RETH)),
        Beat::agree(when, Quantity::Claimable(Bob, ONE_RETH)),
        approve(Avs1, Desk::Drops),
        act(Payout::CreateDrop(Avs1)),
        act(Payout::FundDrop { who: Avs1, amount: total(POINTS) }),
        post(MIXED_UP),
        Beat::Refused {
            name: "nobody claims of a root that is not active",
            action: claim_drop(Dave, MIXED_UP, &[(Carol, 75 * RWD)]),
        },
        Beat::Refused { name: "nor is another one posted", action: posted(POINTS) },
        Beat::Note("Whoever has the list sees the mistake, and there is time to see it."),
        act(Payout::WithdrawRoot(Avs1)),
        post(POINTS),
        Beat::Remember("carol's rewards", Quantity::Claimable(Carol, ONE_RETH)),
    ]
}

pub(super) fn paid_out() -> Vec<Beat> {
    let when = "once epoch 7 is paid for";
    let with_bob = vec![ONE_RETH, ONE_STUSD, TWO_RETH, TWO_STUSD];
    let sent =
        |to| Action::Payout(Payout::Claim { who: Alice, owner: Bob, to, pools: with_bob.clone() });
    let mut beats = vec![
        Beat::Chapter("Everybody is paid, and nobody else"),
        split(7),
        Beat::Note("operator-1 keeps 20 % from this epoch on, and dave's stake earns."),
        Beat::Compare {
            name: "what bob earned with the shares that he gave to carol stays his",
            key: "carol's rewards",
            quantity: Quantity::Claimable(Carol, ONE_RETH),
            drift: Drift::None,
        },
    ];
    beats.extend(Beat::agree_on(
        when,
        [
            Quantity::Claimable(Dave, ONE_RETH),
            Quantity::Claimable(Alice, TWO_RETH),
            Quantity::Claimable(Bob, ONE_RETH),
            Quantity::Collectable(One),
            Quantity::Collectable(Two),
        ],
    ));
    beats.extend([
        Beat::Refused { name: "alice has nothing of what bob earned", action: sent(Alice) },
        act(Payout::SetRecipient { who: Bob, to: Carol }),
        Beat::Act(sent(Carol)),
        Beat::Refused { name: "alice decides no other way where it goes", action: sent(Dave) },
        Beat::agree("once bob's rewards are with carol", Quantity::Purse(Carol)),
        Beat::agree("once bob's rewards are with carol", Quantity::Claimable(Bob, ONE_RETH)),
        Beat::Refused {
            name: "a root that was withdrawn pays nothing",
            action: claim_drop(Dave, MIXED_UP, &[(Carol, 75 * RWD)]),
        },
        Beat::Refused {
            name: "a drop pays nobody more than its list says",
            action: claim_drop(Bob, POINTS, &[(Bob, 85 * RWD + 2)]),
        },
        Beat::Act(claim_drop(Dave, POINTS, POINTS)),
        Beat::Act(claim_drop(Carol, POINTS, &[(Carol, 45 * RWD)])),
        Beat::Note("She had it already: nobody is paid twice."),
        Beat::agree("once the drop has paid", Quantity::Dropped(Carol)),
        Beat::agree("once the drop has paid", Quantity::Dropped(Dave)),
        Beat::agree("once the drop has paid", Quantity::Held(Desk::Drops)),
    ]);
    beats
}

/// After everybody has left.
pub(super) fn the_rest() -> Vec<Beat> {
    let when = "in the end";
    let mut beats = vec![
        Beat::Chapter("Who has left still has what was earned"),
        Beat::Grid(earned("What is left to claim")),
        claim(Alice, [ONE_RETH, TWO_RETH]),
        claim(Carol, [ONE_RETH, TWO_RETH, TWO_STUSD]),
        claim(Dave, [ONE_RETH, ONE_STUSD, TWO_RETH, TWO_WSTETH]),
        act(Payout::Collect(One)),
        act(Payout::Collect(Two)),
    ];
    let whose = Who::STAKERS.into_iter().chain([One.who(), Two.who(), Avs1, Avs2]);
    let purses = whose.map(Quantity::Purse);
    let held = Desk::ALL.map(Quantity::Held);
    beats.extend(purses.chain(held).map(|quantity| Beat::agree(when, quantity)));
    beats.push(Beat::Note(
        "The distributor keeps what could not be divided: a few units, of 10^18 a token.",
    ));
    beats
}

const fn act(payout: Payout) -> Beat {
    Beat::Act(Action::Payout(payout))
}

const fn approve(who: Who, desk: Desk) -> Beat {
    act(Payout::Approve { who, desk })
}

const fn set_commission(operator: Operator, rate: Share) -> Action {
    Action::Payout(Payout::SetCommission { operator, rate })
}

const fn commission(operator: Operator, percent: u64) -> Beat {
    Beat::Act(set_commission(operator, Share::percent(percent)))
}

const fn pay(who: Who, epoch: u32, payments: Vec<(Pool, u128)>) -> Action {
    Action::Payout(Payout::Pay { who, epoch, payments })
}

/// What oracle pays for an epoch.
const fn split(epoch: u32) -> Beat {
    act(Payout::Split { set: Oracle, asset: REth, epoch, amount: SALARY })
}

const fn released_by(who: Who) -> Action {
    Action::Payout(Payout::Release(who))
}

const fn release(who: Who) -> Beat {
    Beat::Act(released_by(who))
}

const fn posted(list: List) -> Action {
    Action::Payout(Payout::Post { who: Avs1, list })
}

const fn post(list: List) -> Beat {
    Beat::Act(posted(list))
}

const fn claim_drop(who: Who, list: List, claims: List) -> Action {
    Action::Payout(Payout::ClaimDrop { who, list, claims })
}

fn claim<const N: usize>(who: Who, pools: [Pool; N]) -> Beat {
    act(Payout::Claim { who, owner: who, to: who, pools: pools.to_vec() })
}

fn earned(title: &'static str) -> Grid {
    let column = |pool: Pool| {
        let operator = pool.operator.map_or("idle", |operator| operator.who().name());
        format!("{operator}\n{}", pool.asset)
    };
    let row = |who: Who| {
        (who.name().to_owned(), POOLS.map(|pool| Quantity::Claimable(who, pool)).to_vec())
    };
    Grid { title, columns: POOLS.map(column).to_vec(), rows: Who::STAKERS.map(row).to_vec() }
}
