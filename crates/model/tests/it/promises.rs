//! Random histories of a few actors, judged after every action.

use palisade_model::{
    Account, Action, Approval, Epoch, Magnitude, Model, Operator, OperatorSetId, Pausable, PoolId,
    Proposal, Strategy, U256, WORN_OUT, Wad,
};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy as _, any, prop_oneof},
    proptest,
    sample::select,
    strategy::{Just, ValueTree},
    test_runner::TestRunner,
};

use crate::{
    watch::{CALLERS, Judgement, Promise, Watched, promises, watched},
    world::*,
};

/// What an actor wants; the numbers that must fit the state are filled in when its turn comes, so
/// that most wishes are accepted.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    Wait {
        seconds: u64,
    },
    Deposit {
        from: Account,
        strategy: Strategy,
        operator: Operator,
        assets: u128,
        to: Account,
    },
    /// Idle stake, or what is left of a renewed generation.
    AtOnce {
        nth: usize,
        by: Account,
        to: Option<Operator>,
        part: Wad,
    },
    Queue {
        nth: usize,
        by: Account,
        part: Wad,
    },
    Complete {
        nth: usize,
        by: Account,
        to: Option<Operator>,
    },
    Transfer {
        nth: usize,
        by: Account,
        to: Account,
        part: Wad,
    },
    Collect {
        owner: Account,
        strategy: Strategy,
    },
    Allocate {
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
        target: Target,
    },
    Settle {
        nth: usize,
    },
    /// One of the promises under which something can be taken, and perhaps more beside it.
    Slash {
        nth: usize,
        part: Wad,
        beside: Option<(Strategy, Wad)>,
    },
    Propose {
        nth: usize,
        part: Wad,
    },
    Cancel {
        nth: usize,
        by: Account,
    },
    /// Executes, or waits for the end of a window.
    Execute {
        nth: usize,
    },
    /// Ends a membership, or begins one again.
    Member {
        operator: Operator,
        set: OperatorSetId,
        ejected: bool,
    },
    /// Renews a worn-out pool; or does what is missing for it: wears one out, frees it of promises.
    Renew {
        nth: usize,
        left: u64,
    },
    Toggle {
        operator: Operator,
    },
    Exact(Action),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    Exact(Magnitude),
    /// What is uncommitted, on top of what there is.
    AllThatIsFree,
    Current,
}

impl Wish {
    /// The wish as an action. Who has nothing to do it with waits a little.
    pub(crate) fn action(&self, model: &Model) -> Action {
        self.possible_action(model)
            .unwrap_or_else(|| Action::AdvanceTo { timestamp: model.clock().now() + EPOCH / 4 })
    }

    fn possible_action(&self, model: &Model) -> Option<Action> {
        Some(match *self {
            Self::Wait { seconds } => {
                Action::AdvanceTo { timestamp: model.clock().now() + seconds }
            }
            Self::Deposit { from, strategy, operator, assets, to: receiver } => {
                if let Some(missing) = admission(model, operator, receiver) {
                    return Some(missing);
                }
                let from = if model.approver(operator).is_some() { receiver } else { from };
                Action::Deposit { from, strategy, operator, assets, min_shares: 0, receiver }
            }
            Self::AtOnce { nth, by, to, part } => {
                let free = |(id, owner): &(PoolId, Account)| {
                    !at_risk(model, *id) && model.position_value(*id, *owner) > 0
                };
                let (pool, owner) = pick(model.positions().filter(free), nth)?;
                let by = if model.is_operator(owner, by) { by } else { owner };
                let shares = part_of(model.position_shares(pool, owner), part);
                match to {
                    None => Action::Withdraw { by, owner, pool, shares, receiver: owner },
                    Some(to) => admission(model, to, owner).unwrap_or(Action::Delegate {
                        by,
                        owner,
                        pool,
                        shares,
                        to,
                        min_shares: 0,
                    }),
                }
            }
            Self::Queue { nth, by, part } => {
                let staked = |(id, owner): &(PoolId, Account)| {
                    at_risk(model, *id) && model.position_value(*id, *owner) > 0
                };
                let (pool, owner) = pick(model.positions().filter(staked), nth)?;
                let by = if model.is_operator(owner, by) { by } else { owner };
                let shares = part_of(model.position_shares(pool, owner), part);
                Action::QueueWithdrawal { by, owner, pool, shares, min_assets: 0 }
            }
            Self::Complete { nth, by, to } => {
                let matured = |(_, epoch, _): &(PoolId, Epoch, Account)| *epoch <= model.epoch();
                let (pool, epoch, owner) = pick(model.exits().filter(matured), nth)?;
                let by = if model.is_operator(owner, by) { by } else { owner };
                match to {
                    None => Action::CompleteWithdrawal { by, owner, pool, epoch, receiver: owner },
                    Some(to) => admission(model, to, owner).unwrap_or(Action::Redelegate {
                        by,
                        owner,
                        pool,
                        epoch,
                        to,
                        min_shares: 0,
                    }),
                }
            }
            Self::Transfer { nth, by, to, part } => {
                let (pool, from) = pick(model.positions(), nth)?;
                let amount = part_of(model.position_shares(pool, from), part);
                let lacks = by != from
                    && !model.is_operator(from, by)
                    && model.allowance(from, by, pool) < U256::from(amount);
                if lacks {
                    let amount = if nth.is_multiple_of(2) { U256::MAX } else { U256::from(amount) };
                    return Some(Action::Approve { owner: from, spender: by, pool, amount });
                }
                Action::Transfer { by, from, to, pool, amount }
            }
            Self::Collect { owner, strategy } => {
                Action::CollectCredit { by: owner, owner, strategy, receiver: owner }
            }
            Self::Allocate { set, operator, strategy, target } => {
                let allocation = model.allocation(set, operator, strategy);
                let budget = model.budget(operator, strategy);
                let free = budget.left.saturating_sub(budget.committed);
                let target = match target {
                    Target::Exact(magnitude) => magnitude,
                    Target::AllThatIsFree => allocation.side().saturating_add(free),
                    Target::Current => allocation.current,
                };
                Action::Allocate { by: operator.account(), operator, set, strategy, target }
            }
            Self::Settle { nth } => {
                let waits = |(set, operator, strategy): &Promise| {
                    model.clone().settle(*operator, *set, *strategy).is_ok()
                };
                let (set, operator, strategy) = pick(promises().filter(waits), nth)?;
                Action::Settle { by: ANYBODY, operator, set, strategy }
            }
            Self::Slash { nth, part, beside } => {
                let exposed = |(set, operator, strategy): &Promise| {
                    *set != COURT && model.slashable(*set, *operator, *strategy).total() > 0
                };
                let (set, operator, strategy) = pick(promises().filter(exposed), nth)?;
                let cap = model.operator_set(set).ok()?.terms.cap;
                let wad = Wad(cap.floor_of(Magnitude(part.0)).0);
                let beside = beside.filter(|(other, _)| *other != strategy);
                let fractions = [(strategy, wad)].into_iter().chain(beside).collect();
                Action::Slash { by: SLASHER, set, operator, fractions }
            }
            Self::Propose { nth, part } => return proposal(model, nth, part),
            Self::Cancel { nth, by } => {
                let open = |(_, proposal): &(Promise, Proposal)| {
                    by == SLASHER || model.clock().now() < proposal.executable_from
                };
                let Some(((set, operator, strategy), _)) = pick(proposals(model).filter(open), nth)
                else {
                    return proposal(model, nth, Wad::ONE);
                };
                Action::CancelSlash { by, set, operator, strategy }
            }
            Self::Execute { nth } => {
                let Some(((set, operator, strategy), proposal)) = pick(proposals(model), nth)
                else {
                    return proposal(model, nth, wad(50));
                };
                let timestamp = proposal.executable_from;
                if model.clock().now() < timestamp {
                    return Some(Action::AdvanceTo { timestamp });
                }
                Action::ExecuteSlash { by: ANYBODY, set, operator, strategy }
            }
            Self::Member { operator, set, ejected } => {
                let counted = model.counted(operator, set);
                let strategies = STRATEGIES.to_vec();
                match (model.is_member(operator, set), counted.first()) {
                    (true, _) if ejected => {
                        Action::Eject { by: set.avs, operator, set, strategies }
                    }
                    (true, _) => {
                        Action::Leave { by: operator.account(), operator, set, strategies }
                    }
                    (false, Some(&strategy))
                        if model.clone().settle(operator, set, strategy).is_ok() =>
                    {
                        Action::Settle { by: ANYBODY, operator, set, strategy }
                    }
                    (false, Some(_)) => return None,
                    (false, None) => Action::Join { by: operator.account(), operator, set },
                }
            }
            Self::Renew { nth, left } => return renewal(model, nth, left),
            Self::Toggle { operator } => {
                let open = model.operator(operator).ok()?.admits_from.is_some();
                if open { Action::Close { operator } } else { Action::Open { operator } }
            }
            Self::Exact(ref action) => action.clone(),
        })
    }
}

/// Whether stake in the pool waits out a queue.
fn at_risk(model: &Model, id: PoolId) -> bool {
    id.operator != Operator::IDLE && model.pool_id(id.operator, id.strategy) == id
}

/// The approval that a staker lacks, by the approver or handed in by the staker.
fn admission(model: &Model, operator: Operator, staker: Account) -> Option<Action> {
    let approver = model.approver(operator)?;
    let (now, admitted) = (model.clock().now(), model.admission(operator, staker));
    if admitted.deadline.is_some_and(|deadline| now <= deadline) {
        return None;
    }
    let (nonce, deadline) = (admitted.nonce, now + 10 * EPOCH);
    let approval = Approval { signer: approver, operator, staker, nonce, deadline };
    let (by, signed) =
        if now.is_multiple_of(2) { (approver, None) } else { (staker, Some(approval)) };
    Some(Action::Admit { by, operator, staker, deadline, signed })
}

/// A proposal to take a part of what the court may; or what is missing for it, an allocation.
fn proposal(model: &Model, nth: usize, part: Wad) -> Option<Action> {
    let free = |(set, operator, strategy): &Promise| {
        *set == COURT
            && model.proposal(*set, *operator, *strategy).is_none()
            && model.slashable(*set, *operator, *strategy).total() > 0
    };
    let Some((set, operator, strategy)) = pick(promises().filter(free), nth) else {
        let court = |(set, operator, strategy): &Promise| {
            *set == COURT && model.pool(*operator, *strategy).assets > 0
        };
        let (set, operator, strategy) = pick(promises().filter(court), nth)?;
        let target = Target::AllThatIsFree;
        return Wish::Allocate { set, operator, strategy, target }.possible_action(model);
    };
    let cap = model.operator_set(set).ok()?.terms.cap;
    let wad = Wad(cap.floor_of(Magnitude(part.0)).0);
    Some(Action::ProposeSlash { by: SLASHER, set, operator, strategy, wad })
}

fn proposals(model: &Model) -> impl Iterator<Item = (Promise, Proposal)> {
    promises().filter_map(|key| Some((key, model.proposal(key.0, key.1, key.2)?)))
}

/// The next step on the way to a renewed pool.
fn renewal(model: &Model, nth: usize, left: u64) -> Option<Action> {
    let pools = || OPERATORS.iter().flat_map(|op| STRATEGIES.map(|strategy| (*op, strategy)));
    let worn = |(op, strategy): &(Operator, Strategy)| {
        let pool = model.pool(*op, *strategy);
        pool.shares > pool.assets * WORN_OUT
    };
    let Some((operator, strategy)) = pick(pools().filter(worn), nth) else {
        // A slash that takes all but a little of all that is left.
        let total = |(set, operator, strategy): &Promise| {
            let (allocation, budget) =
                (model.allocation(*set, *operator, *strategy), model.budget(*operator, *strategy));
            let cap = model.operator_set(*set).map(|set| set.terms.cap);
            *set != COURT
                && cap == Ok(Wad::ONE)
                && allocation.current >= budget.left
                && model.pool(*operator, *strategy).assets > 10_000
        };
        let Some((set, operator, strategy)) = pick(promises().filter(total), nth) else {
            let free = |(op, strategy): &(Operator, Strategy)| {
                model.budget(*op, *strategy).committed == Magnitude::ZERO
                    && model.pool(*op, *strategy).assets > 10_000
            };
            let (operator, strategy) = pick(pools().filter(free), nth)?;
            let (set, target) =
                (if nth.is_multiple_of(2) { ORACLE } else { ROLLUP }, Magnitude::WHOLE);
            return Some(Action::Allocate {
                by: operator.account(),
                operator,
                set,
                strategy,
                target,
            });
        };
        let fractions = vec![(strategy, Wad(Wad::ONE.0 - left))];
        return Some(Action::Slash { by: SLASHER, set, operator, fractions });
    };
    if model.budget(operator, strategy).committed == Magnitude::ZERO {
        return Some(Action::Renew { by: operator.account(), operator, strategy });
    }
    for set in SETS {
        if model.clone().settle(operator, set, strategy).is_ok() {
            return Some(Action::Settle { by: ANYBODY, operator, set, strategy });
        }
        if model.allocation(set, operator, strategy).next > Magnitude::ZERO {
            let target = Magnitude::ZERO;
            return Some(Action::Allocate {
                by: operator.account(),
                operator,
                set,
                strategy,
                target,
            });
        }
    }
    None
}

fn part_of(held: u128, part: Wad) -> u128 {
    let part = U256::from(held) * U256::from(part.0) / U256::from(Wad::ONE.0);
    u128::try_from(part).unwrap_or_default()
}

fn pick<T: Copy>(all: impl Iterator<Item = T>, nth: usize) -> Option<T> {
    let all: Vec<T> = all.collect();
    all.get(nth.checked_rem(all.len())?).copied()
}

pub(crate) type Gen<T> = proptest::strategy::BoxedStrategy<T>;

fn amounts() -> Gen<u128> {
    prop_oneof![
        3 => 1..=20u128,
        3 => 1..=10_000u128,
        3 => 1..=1_000_000_000_000_000_000_000u128,
        1 => 1..=1u128 << 88,
    ]
    .boxed()
}

/// Parts of one, with the edges that rounding turns on.
fn parts() -> Gen<Wad> {
    prop_oneof![
        4 => Just(Wad::ONE),
        2 => (1..=9u64).prop_map(|tenths| wad(10 * tenths)),
        3 => (1..=Wad::ONE.0).prop_map(Wad),
        1 => (1..=1_000u64).prop_map(Wad),
        1 => (1..=1_000u64).prop_map(|short| Wad(Wad::ONE.0 - short)),
    ]
    .boxed()
}

fn targets() -> Gen<Target> {
    prop_oneof![
        3 => (0..=10u64).prop_map(|tenths| Target::Exact(percent(10 * tenths))),
        2 => (0..=Magnitude::WHOLE.0).prop_map(|m| Target::Exact(Magnitude(m))),
        1 => (0..=20u64).prop_map(|m| Target::Exact(Magnitude(m))),
        2 => Just(Target::AllThatIsFree),
        1 => Just(Target::Current),
    ]
    .boxed()
}

fn homes() -> Gen<Operator> {
    prop_oneof![
        4 => select(&[NORTH, SOUTH][..]),
        1 => Just(EAST),
        1 => Just(Operator::IDLE),
    ]
    .boxed()
}

/// One whole epoch, to its end, or a little.
fn waits() -> Gen<u64> {
    prop_oneof![1 => 1..EPOCH / 2, 4 => Just(EPOCH), 1 => Just(3 * EPOCH)].boxed()
}

pub(crate) fn wishes() -> Gen<Wish> {
    let (stakers, tokens) = (|| select(&STAKERS[..]), || select(&STRATEGIES[..]));
    let (operators, sets) = (|| select(&OPERATORS[..]), || select(&SETS[..]));
    let callers = || select(&CALLERS[..]);
    let beside = proptest::option::of((tokens(), parts()));
    prop_oneof![
        12 => waits().prop_map(|seconds| Wish::Wait { seconds }),
        14 => (stakers(), tokens(), homes(), amounts(), stakers()).prop_map(
            |(from, strategy, operator, assets, to)| {
                Wish::Deposit { from, strategy, operator, assets, to }
            }
        ),
        6 => (any::<usize>(), callers(), proptest::option::of(homes()), parts()).prop_map(
            |(nth, by, to, part)| Wish::AtOnce { nth, by, to, part }
        ),
        14 => (any::<usize>(), callers(), parts()).prop_map(
            |(nth, by, part)| Wish::Queue { nth, by, part }
        ),
        10 => (any::<usize>(), callers(), proptest::option::of(homes())).prop_map(
            |(nth, by, to)| Wish::Complete { nth, by, to }
        ),
        6 => (any::<usize>(), stakers(), stakers(), parts()).prop_map(
            |(nth, by, to, part)| Wish::Transfer { nth, by, to, part }
        ),
        2 => (stakers(), stakers(), any::<bool>()).prop_map(|(owner, spender, approved)| {
            Wish::Exact(Action::SetOperator { owner, spender, approved })
        }),
        7 => (any::<usize>(), parts()).prop_map(|(nth, part)| Wish::Propose { nth, part }),
        2 => (any::<usize>(), select(&[RESOLVER, SLASHER][..])).prop_map(
            |(nth, by)| Wish::Cancel { nth, by }
        ),
        8 => any::<usize>().prop_map(|nth| Wish::Execute { nth }),
        4 => (operators(), sets(), any::<bool>()).prop_map(
            |(operator, set, ejected)| Wish::Member { operator, set, ejected }
        ),
        10 => (any::<usize>(), 1..1_000_000u64).prop_map(|(nth, left)| Wish::Renew { nth, left }),
        1 => sets().prop_map(|set| Wish::Exact(Action::Retire { by: set.avs, set })),
        1 => (pausables(), 0..2 * EPOCH).prop_map(|(action, duration)| {
            Wish::Exact(Action::Pause { by: GOVERNANCE, action, duration })
        }),
        1 => (callers(), tokens()).prop_map(
            |(owner, strategy)| Wish::Collect { owner, strategy }
        ),
        14 => (sets(), operators(), tokens(), targets()).prop_map(
            |(set, operator, strategy, target)| Wish::Allocate { set, operator, strategy, target }
        ),
        2 => any::<usize>().prop_map(|nth| Wish::Settle { nth }),
        14 => (any::<usize>(), parts(), beside).prop_map(
            |(nth, part, beside)| Wish::Slash { nth, part, beside }
        ),
        1 => operators().prop_map(|operator| Wish::Toggle { operator }),
        2 => operators().prop_map(|operator| Wish::Exact(Action::Open { operator })),
        1 => (tokens(), any::<bool>()).prop_map(|(strategy, can)| {
            Wish::Exact(Action::SetCanReceive { strategy, account: TREASURY, can })
        }),
        5 => exact_actions().prop_map(Wish::Exact),
    ]
    .boxed()
}

fn pausables() -> Gen<Pausable> {
    use Pausable as P;
    select(&[P::Deposit, P::Open, P::Complete, P::Join, P::Raise, P::CreateSet][..]).boxed()
}

/// Governance, awkward tokens, and calls that make no sense.
fn exact_actions() -> Gen<Action> {
    let (callers, tokens) = (|| select(&CALLERS[..]), || select(&STRATEGIES[..]));
    let (operators, sets) = (homes, || select(&SETS[..]));
    let wild_pool = (homes(), tokens(), 0..3u32)
        .prop_map(|(operator, strategy, generation)| PoolId { operator, strategy, generation });
    let wild_exit =
        (callers(), callers(), wild_pool.clone(), (0..20u32).prop_map(Epoch), callers());
    prop_oneof![
        (tokens(), 90..=200u64).prop_map(|(strategy, n)| Action::SetCeiling {
            by: GOVERNANCE,
            strategy,
            ceiling: wad(n)
        }),
        (tokens(), amounts()).prop_map(|(strategy, cap)| Action::SetDepositCap {
            by: GOVERNANCE,
            strategy,
            cap: cap << 60
        }),
        (tokens(), callers(), any::<bool>()).prop_map(|(strategy, account, can)| {
            Action::SetCanReceive { strategy, account, can }
        }),
        (tokens(), callers(), amounts()).prop_map(|(strategy, from, amount)| Action::Donate {
            strategy,
            from,
            amount
        }),
        (sets(), tokens()).prop_map(|(set, strategy)| Action::AddStrategy {
            by: set.avs,
            set,
            strategy
        }),
        (sets(), tokens()).prop_map(|(set, strategy)| Action::RemoveStrategy {
            by: set.avs,
            set,
            strategy
        }),
        (operators(), sets()).prop_map(|(operator, set)| Action::Join {
            by: operator.account(),
            operator,
            set
        }),
        (operators(), proptest::option::of(callers()))
            .prop_map(|(operator, approver)| Action::RegisterOperator { operator, approver }),
        operators().prop_map(|operator| Action::RemoveApprover { operator }),
        (callers(), operators(), callers(), any::<u64>()).prop_map(
            |(by, operator, staker, deadline)| {
                let deadline = deadline % 5_000;
                Action::Admit { by, operator, staker, deadline, signed: None }
            }
        ),
        (pausables(), any::<u64>()).prop_map(|(action, duration)| {
            Action::Pause { by: GOVERNANCE, action, duration: duration % 1_000_000 }
        }),
        (callers(), callers(), callers(), wild_pool.clone(), any::<u128>()).prop_map(
            |(by, from, to, pool, amount)| Action::Transfer { by, from, to, pool, amount }
        ),
        (operators(), tokens()).prop_map(|(operator, strategy)| Action::Renew {
            by: operator.account(),
            operator,
            strategy
        }),
        (operators(), sets(), vec(tokens(), 0..3), any::<bool>()).prop_map(
            |(operator, set, strategies, ejected)| if ejected {
                Action::Eject { by: set.avs, operator, set, strategies }
            } else {
                Action::Leave { by: operator.account(), operator, set, strategies }
            }
        ),
        (callers(), sets(), operators(), tokens(), any::<u64>()).prop_map(
            |(by, set, operator, strategy, wad)| {
                Action::ProposeSlash { by, set, operator, strategy, wad: Wad(wad) }
            }
        ),
        (callers(), sets(), operators(), tokens()).prop_map(|(by, set, operator, strategy)| {
            Action::CancelSlash { by, set, operator, strategy }
        }),
        (sets(), operators(), tokens()).prop_map(|(set, operator, strategy)| {
            Action::ExecuteSlash { by: ANYBODY, set, operator, strategy }
        }),
        any::<u64>().prop_map(|timestamp| Action::AdvanceTo { timestamp: timestamp % 5_000 }),
        (callers(), callers(), wild_pool.clone(), any::<u128>(), any::<u128>()).prop_map(
            |(by, owner, pool, shares, min_assets)| {
                Action::QueueWithdrawal { by, owner, pool, shares, min_assets }
            }
        ),
        wild_exit.prop_map(|(by, owner, pool, epoch, receiver)| {
            Action::CompleteWithdrawal { by, owner, pool, epoch, receiver }
        }),
        (callers(), tokens(), operators(), any::<u128>(), callers()).prop_map(
            |(from, strategy, operator, assets, receiver)| {
                Action::Deposit { from, strategy, operator, assets, min_shares: 1, receiver }
            }
        ),
        (callers(), callers(), wild_pool, operators(), any::<u128>()).prop_map(
            |(by, owner, pool, to, shares)| {
                Action::Delegate { by, owner, pool, shares, to, min_shares: 0 }
            }
        ),
        (callers(), sets(), operators(), vec((tokens(), any::<u64>().prop_map(Wad)), 0..3))
            .prop_map(|(by, set, operator, fractions)| Action::Slash {
                by,
                set,
                operator,
                fractions
            }),
        (operators(), sets(), tokens(), any::<u64>().prop_map(Magnitude)).prop_map(
            |(operator, set, strategy, target)| {
                Action::Allocate { by: operator.account(), operator, set, strategy, target }
            }
        ),
    ]
    .boxed()
}

/// What one history starts from: what NORTH has promised before it opened, of both strategies, and
/// the ceilings.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    ceilings: [Wad; 2],
    allocations: Vec<(OperatorSetId, Strategy, Target)>,
    others_open: bool,
    /// What a slash leaves of NORTH's gold at once, all of which was promised; and it is promised
    /// no more.
    worn: Option<u64>,
}

pub(crate) fn starts() -> Gen<Start> {
    let ceiling = || prop_oneof![4 => Just(Wad::ONE), 1 => (100..=250u64).prop_map(wad)];
    let sets = prop_oneof![3 => select(&INSTANT[..]), 2 => Just(COURT)];
    let allocation = (sets, select(&STRATEGIES[..]), targets());
    let worn = proptest::option::weighted(0.3, 1..1_000_000_000u64);
    let others_open = proptest::bool::weighted(0.8);
    ([ceiling(), ceiling()], vec(allocation, 0..=8), others_open, worn)
        .prop_map(|(ceilings, allocations, others_open, worn)| Start {
            ceilings,
            allocations,
            others_open,
            worn,
        })
        .boxed()
}

pub(crate) fn begin(start: &Start) -> Result<Watched, proptest::prelude::TestCaseError> {
    let mut watch = watched(founded())?;
    for (strategy, ceiling) in STRATEGIES.into_iter().zip(start.ceilings) {
        watch.act(&Action::SetCeiling { by: GOVERNANCE, strategy, ceiling })?;
    }
    let gold = |target| Action::Allocate {
        by: NORTH.account(),
        operator: NORTH,
        set: ORACLE,
        strategy: GOLD,
        target,
    };
    if start.worn.is_some() {
        watch.act(&gold(Magnitude::WHOLE))?;
    }
    for &(set, strategy, target) in &start.allocations {
        let wish = Wish::Allocate { set, operator: NORTH, strategy, target };
        watch.act(&wish.action(&watch.model))?;
    }
    watch.act(&Action::Open { operator: NORTH })?;
    for operator in [SOUTH, EAST].into_iter().filter(|_| start.others_open) {
        watch.act(&Action::Open { operator })?;
    }
    watch.act(&Wish::Wait { seconds: EPOCH }.action(&watch.model))?;
    for strategy in STRATEGIES {
        let operator = NORTH;
        let assets = if start.worn.is_some() { 1 << 60 } else { 1_000 };
        let wish = Wish::Deposit { from: ALICE, strategy, operator, assets, to: ALICE };
        watch.act(&wish.action(&watch.model))?;
    }
    if let Some(left) = start.worn {
        let fractions = vec![(GOLD, Wad(Wad::ONE.0 - left))];
        watch.act(&Action::Slash { by: SLASHER, set: ORACLE, operator: NORTH, fractions })?;
        watch.act(&gold(Magnitude::ZERO))?;
    }
    Ok(watch)
}

fn live(start: &Start, wishes: &[Wish]) -> Result<Watched, proptest::prelude::TestCaseError> {
    let mut watch = begin(start)?;
    for wish in wishes {
        watch.act(&wish.action(&watch.model))?;
    }
    Ok(watch)
}

fn judge(start: &Start, wishes: &[Wish]) -> Judgement {
    let watch = live(start, wishes)?;
    watch.judge_history()?;
    watch.judge_exits()
}

/// `PROPTEST_CASES` asks for more histories than fit a quick run.
fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = ProptestConfig::with_cases(asked.unwrap_or(1_500));
    ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..config }
}

proptest! {
    #![proptest_config(config())]

    /// P1 to P6, P8 and P9, and that refused actions leave no trace.
    #[test]
    fn promises_hold_in_every_history(start in starts(), wishes in vec(wishes(), 1..80)) {
        judge(&start, &wishes)?;
    }

    /// A watch may begin at any state.
    #[test]
    fn promises_hold_from_any_state_on(
        start in starts(),
        past in vec(wishes(), 1..40),
        wishes in vec(wishes(), 1..40),
    ) {
        let mut watch = live(&start, &past)?;
        watch.begin_anew();
        for wish in &wishes {
            watch.act(&wish.action(&watch.model))?;
        }
    }
}

/// The histories are not idle: what the promises are about happens often in them.
#[test]
fn histories_reach_what_the_promises_are_about() -> Judgement {
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    let mut accepted = 0;
    for _ in 0..128 {
        let tree = (starts(), vec(wishes(), 40..80)).new_tree(&mut runner);
        let (start, wishes) = tree
            .map(|tree| tree.current())
            .map_err(|reason| proptest::prelude::TestCaseError::fail(reason.to_string()))?;
        let watch = live(&start, &wishes)?;
        for (what, times) in &watch.seen {
            *seen.entry(what).or_default() += times;
        }
        accepted += wishes.len();
    }
    let least = [
        ("slash", 200),
        ("slash of exits", 50),
        ("slash above degree 1", 12),
        ("slash skipped a strategy", 20),
        ("ended generation", 15),
        ("credited slash", 4),
        ("own action cost a wei", 30),
        ("Withdraw", 20),
        ("Delegate", 15),
        ("Redelegate", 40),
        ("Transfer", 60),
        ("Approve", 60),
        ("SetOperator", 50),
        ("Admit", 50),
        ("entry by an approval", 10),
        ("RemoveApprover", 1),
        ("Pause", 30),
        ("Retire", 20),
        ("Leave", 50),
        ("Eject", 50),
        ("lowered by leaving", 15),
        ("Join", 7),
        ("Settle", 30),
        ("ProposeSlash", 100),
        ("CancelSlash", 8),
        ("cancelled after the window", 2),
        ("ExecuteSlash", 25),
        ("Renew", 8),
        ("taken out of a renewed generation", 8),
    ];
    for (what, least) in least {
        let times = seen.get(what).copied().unwrap_or_default();
        assert!(times >= least, "{what}: {times} times in {accepted} actions: {seen:?}");
    }
    Ok(())
}
