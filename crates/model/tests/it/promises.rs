//! Random histories of a few actors, judged after every action.

use palisade_model::{
    Account, Action, Epoch, Magnitude, Model, Operator, OperatorSetId, PoolId, Strategy, U256, Wad,
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
    watch::{CALLERS, Judgement, Promise, Watch, promises, watched},
    world::*,
};

/// What an actor wants; the numbers that must fit the state are filled in when its turn comes, so
/// that most wishes are accepted.
#[derive(Debug, Clone)]
enum Wish {
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
    Idle {
        nth: usize,
        to: Option<Operator>,
        part: Wad,
    },
    Queue {
        nth: usize,
        part: Wad,
    },
    Complete {
        nth: usize,
        to: Option<Operator>,
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
    Toggle {
        operator: Operator,
    },
    Exact(Action),
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Exact(Magnitude),
    /// What is uncommitted, on top of what there is.
    AllThatIsFree,
    Current,
}

impl Wish {
    /// The wish as an action. Who has nothing to do it with waits for the next epoch.
    fn action(&self, model: &Model) -> Action {
        self.possible_action(model).unwrap_or_else(|| Action::AdvanceTo {
            timestamp: model.clock().start_of(model.epoch().plus(1)),
        })
    }

    fn possible_action(&self, model: &Model) -> Option<Action> {
        Some(match *self {
            Self::Wait { seconds } => {
                Action::AdvanceTo { timestamp: model.clock().now() + seconds }
            }
            Self::Deposit { from, strategy, operator, assets, to: receiver } => {
                Action::Deposit { from, strategy, operator, assets, min_shares: 0, receiver }
            }
            Self::Idle { nth, to, part } => {
                let idle = |(id, _): &(PoolId, Account)| id.operator == Operator::IDLE;
                let (id, owner) = pick(model.positions().filter(idle), nth)?;
                let strategy = id.strategy;
                let shares = part_of(model.position_shares(id, owner), part);
                match to {
                    None => Action::Withdraw { owner, strategy, shares, receiver: owner },
                    Some(operator) => {
                        Action::Delegate { owner, strategy, operator, idle_shares: shares }
                    }
                }
            }
            Self::Queue { nth, part } => {
                let staked = |(id, owner): &(PoolId, Account)| {
                    id.operator != Operator::IDLE && model.position_value(*id, *owner) > 0
                };
                let (pool, owner) = pick(model.positions().filter(staked), nth)?;
                let shares = part_of(model.position_shares(pool, owner), part);
                Action::QueueWithdrawal { owner, pool, shares, min_assets: 0 }
            }
            Self::Complete { nth, to } => {
                let matured = |(_, epoch, _): &(PoolId, Epoch, Account)| *epoch <= model.epoch();
                let (pool, epoch, owner) = pick(model.exits().filter(matured), nth)?;
                match to {
                    None => Action::CompleteWithdrawal { owner, pool, epoch, receiver: owner },
                    Some(to) => Action::Redelegate { owner, pool, epoch, to, min_shares: 0 },
                }
            }
            Self::Collect { owner, strategy } => {
                Action::CollectCredit { owner, strategy, receiver: owner }
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
                Action::Allocate { operator, set, strategy, target }
            }
            Self::Settle { nth } => {
                let waits = |(set, operator, strategy): &Promise| {
                    model.clone().settle(*operator, *set, *strategy).is_ok()
                };
                let (set, operator, strategy) = pick(promises().filter(waits), nth)?;
                Action::Settle { operator, set, strategy }
            }
            Self::Slash { nth, part, beside } => {
                let exposed = |(set, operator, strategy): &Promise| {
                    model.slashable(*set, *operator, *strategy).total() > 0
                };
                let (set, operator, strategy) = pick(promises().filter(exposed), nth)?;
                let cap = model.operator_set(set).ok()?.terms.cap;
                let wad = Wad(cap.floor_of(Magnitude(part.0)).0);
                let beside = beside.filter(|(other, _)| *other != strategy);
                let fractions = [(strategy, wad)].into_iter().chain(beside).collect();
                Action::Slash { by: SLASHER, set, operator, fractions }
            }
            Self::Toggle { operator } => {
                let open = model.operator(operator).ok()?.admits_from.is_some();
                if open { Action::Close { operator } } else { Action::Open { operator } }
            }
            Self::Exact(ref action) => action.clone(),
        })
    }
}

fn part_of(held: u128, part: Wad) -> u128 {
    let part = U256::from(held) * U256::from(part.0) / U256::from(Wad::ONE.0);
    u128::try_from(part).unwrap_or_default()
}

fn pick<T: Copy>(all: impl Iterator<Item = T>, nth: usize) -> Option<T> {
    let all: Vec<T> = all.collect();
    all.get(nth.checked_rem(all.len())?).copied()
}

type Gen<T> = proptest::strategy::BoxedStrategy<T>;

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
    prop_oneof![4 => select(&OPERATORS[..]), 1 => Just(Operator::IDLE)].boxed()
}

/// One whole epoch, to its end, or a little.
fn waits() -> Gen<u64> {
    prop_oneof![1 => 1..EPOCH / 2, 4 => Just(EPOCH), 1 => Just(3 * EPOCH)].boxed()
}

fn wishes() -> Gen<Wish> {
    let (stakers, tokens) = (|| select(&STAKERS[..]), || select(&STRATEGIES[..]));
    let (operators, sets) = (|| select(&OPERATORS[..]), || select(&SETS[..]));
    let beside = proptest::option::of((tokens(), parts()));
    prop_oneof![
        12 => waits().prop_map(|seconds| Wish::Wait { seconds }),
        14 => (stakers(), tokens(), homes(), amounts(), stakers()).prop_map(
            |(from, strategy, operator, assets, to)| {
                Wish::Deposit { from, strategy, operator, assets, to }
            }
        ),
        5 => (any::<usize>(), proptest::option::of(operators()), parts()).prop_map(
            |(nth, to, part)| Wish::Idle { nth, to, part }
        ),
        14 => (any::<usize>(), parts()).prop_map(|(nth, part)| Wish::Queue { nth, part }),
        10 => (any::<usize>(), proptest::option::of(homes())).prop_map(
            |(nth, to)| Wish::Complete { nth, to }
        ),
        1 => (select(&CALLERS[..]), tokens()).prop_map(
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

/// Governance, awkward tokens, and calls that make no sense.
fn exact_actions() -> Gen<Action> {
    let (callers, tokens) = (|| select(&CALLERS[..]), || select(&STRATEGIES[..]));
    let (operators, sets) = (homes, || select(&SETS[..]));
    let wild_pool = (homes(), tokens(), 0..3u32)
        .prop_map(|(operator, strategy, generation)| PoolId { operator, strategy, generation });
    let wild_exit = (callers(), wild_pool.clone(), (1..20u32).prop_map(Epoch), callers());
    prop_oneof![
        (tokens(), 50..=200u64)
            .prop_map(|(strategy, n)| Action::SetCeiling { strategy, ceiling: wad(n) }),
        (tokens(), amounts())
            .prop_map(|(strategy, cap)| Action::SetDepositCap { strategy, cap: cap << 60 }),
        (tokens(), callers(), any::<bool>()).prop_map(|(strategy, account, can)| {
            Action::SetCanReceive { strategy, account, can }
        }),
        (tokens(), callers(), amounts()).prop_map(|(strategy, from, amount)| Action::Donate {
            strategy,
            from,
            amount
        }),
        (sets(), tokens()).prop_map(|(set, strategy)| Action::AddStrategy { set, strategy }),
        (sets(), tokens()).prop_map(|(set, strategy)| Action::RemoveStrategy { set, strategy }),
        (operators(), sets()).prop_map(|(operator, set)| Action::Join { operator, set }),
        operators().prop_map(|operator| Action::RegisterOperator { operator }),
        any::<u64>().prop_map(|timestamp| Action::AdvanceTo { timestamp: timestamp % 5_000 }),
        (callers(), wild_pool, any::<u128>(), any::<u128>()).prop_map(
            |(owner, pool, shares, min_assets)| {
                Action::QueueWithdrawal { owner, pool, shares, min_assets }
            }
        ),
        wild_exit.prop_map(|(owner, pool, epoch, receiver)| {
            Action::CompleteWithdrawal { owner, pool, epoch, receiver }
        }),
        (callers(), tokens(), operators(), any::<u128>(), callers()).prop_map(
            |(from, strategy, operator, assets, receiver)| {
                Action::Deposit { from, strategy, operator, assets, min_shares: 1, receiver }
            }
        ),
        (callers(), tokens(), operators(), any::<u128>()).prop_map(
            |(owner, strategy, operator, idle_shares)| {
                Action::Delegate { owner, strategy, operator, idle_shares }
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
                Action::Allocate { operator, set, strategy, target }
            }
        ),
    ]
    .boxed()
}

/// What one history starts from: what NORTH has promised before it opened, of both strategies, and
/// the ceilings.
#[derive(Debug, Clone)]
struct Start {
    ceilings: [Wad; 2],
    allocations: Vec<(OperatorSetId, Strategy, Target)>,
    south_opens: bool,
}

fn starts() -> Gen<Start> {
    let ceiling = || prop_oneof![4 => Just(Wad::ONE), 1 => (100..=250u64).prop_map(wad)];
    let allocation = (select(&SETS[..]), select(&STRATEGIES[..]), targets());
    ([ceiling(), ceiling()], vec(allocation, 0..=8), proptest::bool::weighted(0.8))
        .prop_map(|(ceilings, allocations, south_opens)| Start {
            ceilings,
            allocations,
            south_opens,
        })
        .boxed()
}

fn begin(start: &Start) -> Result<Watch, proptest::prelude::TestCaseError> {
    let mut watch = watched(founded())?;
    for (strategy, ceiling) in STRATEGIES.into_iter().zip(start.ceilings) {
        watch.act(&Action::SetCeiling { strategy, ceiling })?;
    }
    for &(set, strategy, target) in &start.allocations {
        let wish = Wish::Allocate { set, operator: NORTH, strategy, target };
        watch.act(&wish.action(&watch.model))?;
    }
    watch.act(&Action::Open { operator: NORTH })?;
    if start.south_opens {
        watch.act(&Action::Open { operator: SOUTH })?;
    }
    watch.act(&Wish::Wait { seconds: EPOCH }.action(&watch.model))?;
    for strategy in STRATEGIES {
        let operator = NORTH;
        let wish = Wish::Deposit { from: ALICE, strategy, operator, assets: 1_000, to: ALICE };
        watch.act(&wish.action(&watch.model))?;
    }
    Ok(watch)
}

fn live(start: &Start, wishes: &[Wish]) -> Result<Watch, proptest::prelude::TestCaseError> {
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

    /// P1 to P6 and P9, and that refused actions leave no trace.
    #[test]
    fn promises_hold_in_every_history(start in starts(), wishes in vec(wishes(), 1..80)) {
        judge(&start, &wishes)?;
    }
}

/// The histories are not idle: what the promises are about happens often in them.
#[test]
fn histories_reach_what_the_promises_are_about() -> Judgement {
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    let mut accepted = 0;
    for _ in 0..64 {
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
        ("slash", 100),
        ("slash of exits", 10),
        ("slash above degree 1", 20),
        ("slash skipped a strategy", 5),
        ("ended generation", 15),
        ("credited slash", 5),
        ("own action cost a wei", 20),
    ];
    for (what, least) in least {
        let times = seen.get(what).copied().unwrap_or_default();
        assert!(times >= least, "{what}: {times} times in {accepted} actions: {seen:?}");
    }
    Ok(())
}
