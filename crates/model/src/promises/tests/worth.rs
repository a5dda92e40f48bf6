//! P2 at its edges: what an own action may cost, to the wei, and whose gains count for it.

use super::*;
use crate::{Bucket, Parts, U256, history::History};

const CAROL: Account = Account::from_u64(6);
const OTHER: Strategy = Strategy::from_u64(11);
const OTHER_POOL: PoolId = PoolId { strategy: OTHER, ..POOL };

/// [`world`] in epoch 4. Alice and Bob have stake with NORTH and idle stake, exits that mature and
/// exits that wait; Alice has a credit.
fn busy() -> Result<(Model, Epoch)> {
    let mut model = world()?;
    model.mint(TOKEN, BOB, 1_000)?;
    model.deposit(BOB, TOKEN, NORTH, 500, 0, BOB)?;
    let epoch = model.queue_withdrawal(ALICE, ALICE, POOL, 300, 0)?.epoch;
    model.queue_withdrawal(BOB, BOB, POOL, 100, 0)?;
    model.advance_to(model.clock().start_of(epoch))?;
    model.queue_withdrawal(ALICE, ALICE, POOL, 50, 0)?;
    model.vault.credits.insert((TOKEN, ALICE), 40);
    *model.tokens.vault.entry(TOKEN).or_default() += 40;
    *model.tokens.supply.entry(TOKEN).or_default() += 40;
    assert_eq!(model.check(), Ok(()));
    Ok((model, epoch))
}

fn set_position(model: &mut Model, pool: PoolId, owner: Account, change: impl Fn(u128) -> u128) {
    let mut history = History::default();
    history.record(model.epoch(), change(model.position_shares(pool, owner)));
    model.vault.positions.insert((pool, owner), history);
}

fn set_exit(model: &mut Model, epoch: Epoch, owner: Account, change: impl Fn(U256) -> U256) {
    let exit = model.vault.exits.entry((POOL, epoch, owner)).or_default();
    *exit = change(*exit);
}

/// A loss of so many wei of what an action gains somebody.
type Loss = Box<dyn Fn(&mut Model, u128)>;

fn of_wallet(owner: Account) -> Loss {
    Box::new(move |model, wei| *model.tokens.balances.entry((TOKEN, owner)).or_default() -= wei)
}

fn of_position(pool: PoolId, owner: Account) -> Loss {
    Box::new(move |model, wei| set_position(model, pool, owner, |shares| shares - wei))
}

fn of_exit(epoch: Epoch, owner: Account) -> Loss {
    Box::new(move |model, wei| set_exit(model, epoch, owner, |shares| shares - U256::from(wei)))
}

/// Gains that are nobody's who acts, or of another token.
fn gain_beside(model: &mut Model, account: Account, wei: u128) {
    let epoch = model.epoch().plus(2);
    *model.tokens.balances.entry((TOKEN, CAROL)).or_default() += wei;
    *model.vault.credits.entry((TOKEN, CAROL)).or_default() += wei;
    set_position(model, POOL, CAROL, |shares| shares + wei);
    set_exit(model, epoch, CAROL, |shares| shares + U256::from(wei));
    *model.tokens.balances.entry((OTHER, account)).or_default() += wei;
    *model.vault.credits.entry((OTHER, account)).or_default() += wei;
    let pool = crate::Pool { generation: 0, assets: wei, shares: wei };
    model.vault.pools.insert((NORTH, OTHER), pool);
    set_position(model, OTHER_POOL, account, |_| wei);
    let shares = U256::from(wei);
    model.vault.buckets.insert((OTHER_POOL, epoch), Bucket { assets: wei, shares });
    model.vault.exits.insert((OTHER_POOL, epoch, account), shares);
}

#[test]
fn p2_own_action_costs_a_wei_for_each_conversion_and_no_more() -> Result<()> {
    let (model, epoch) = busy()?;
    let (by, owner, pool, min_shares, min_assets) = (ALICE, ALICE, POOL, 0, 0);
    let last = epoch.plus(2);
    let withdraw = |shares| Action::Withdraw { by, owner, pool: IDLE, shares, receiver: BOB };
    let queue = |shares| Action::QueueWithdrawal { by, owner, pool, shares, min_assets };
    let delegate =
        |shares| Action::Delegate { by, owner, pool: IDLE, shares, to: NORTH, min_shares };
    let cases: Vec<(Action, u128, Loss)> = vec![
        (withdraw(50), 1, of_wallet(BOB)),
        (withdraw(100), 0, of_wallet(BOB)),
        (Action::CompleteWithdrawal { by, owner, pool, epoch, receiver: BOB }, 0, of_wallet(BOB)),
        (Action::CollectCredit { by, owner, strategy: TOKEN, receiver: BOB }, 0, of_wallet(BOB)),
        (
            Action::Deposit {
                from: BOB,
                strategy: TOKEN,
                operator: NORTH,
                assets: 20,
                min_shares,
                receiver: ALICE,
            },
            1,
            of_position(POOL, ALICE),
        ),
        (queue(60), 2, of_exit(last, ALICE)),
        (queue(650), 1, of_exit(last, ALICE)),
        (delegate(60), 2, of_position(POOL, ALICE)),
        (delegate(100), 1, of_position(POOL, ALICE)),
        (
            Action::Redelegate { by, owner, pool, epoch, to: NORTH, min_shares },
            1,
            of_position(POOL, ALICE),
        ),
        (
            Action::Transfer { by, from: ALICE, to: BOB, pool, amount: 70 },
            1,
            of_position(POOL, BOB),
        ),
    ];
    for (action, allowed, lose) in cases {
        assert_eq!(caught(&model, &action, |_, _| {}), None, "{action:?}");
        let found = caught(&model, &action, |model, _| lose(model, allowed));
        assert!(!matches!(found, Some(Broken::Cost { .. })), "{action:?}: {found:?}");
        let more = allowed + 1;
        let cost = |found: Option<Broken>| match found {
            Some(Broken::Cost { lost, gained, most, .. }) => (lost - gained, most),
            other => panic!("{action:?}: {other:?}"),
        };
        assert_eq!(cost(caught(&model, &action, |model, _| lose(model, more))), (more, allowed));
        let account = if matches!(action, Action::Deposit { .. }) { BOB } else { ALICE };
        let found = caught(&model, &action, |model, _| {
            lose(model, more);
            gain_beside(model, account, more);
        });
        assert_eq!(cost(found), (more, allowed));
    }
    Ok(())
}

#[test]
fn p2_own_action_takes_only_from_where_it_says() -> Result<()> {
    let (model, epoch) = busy()?;
    let queue = queue(60);
    for (pool, owner) in [(POOL, BOB), (IDLE, ALICE)] {
        let found = caught(&model, &queue, |model, _| {
            set_position(model, pool, owner, |shares| shares - 1);
        });
        let fell = matches!(found, Some(Broken::PositionFell { pool: of, owner: by, .. })
            if (of, by) == (pool, owner));
        assert!(fell, "{found:?}");
    }
    let (by, owner, pool, receiver) = (ALICE, ALICE, POOL, ALICE);
    let complete = Action::CompleteWithdrawal { by, owner, pool, epoch, receiver };
    for (day, owner) in [(epoch, BOB), (epoch.plus(2), ALICE)] {
        let found = caught(&model, &complete, |model, _| {
            set_exit(model, day, owner, |shares| shares - U256::from(1_u64));
        });
        let fell = matches!(found, Some(Broken::ExitFell { epoch: of, owner: by, .. })
            if (of, by) == (day, owner));
        assert!(fell, "{found:?}");
    }
    Ok(())
}

#[test]
fn p2_slash_takes_only_of_what_it_reports() -> Result<()> {
    let (model, _) = busy()?;
    let found = caught(&model, &slash(ORACLE, HALF), |model, _| {
        model.vault.pools.entry((Operator::IDLE, TOKEN)).or_default().assets -= 1;
    });
    assert_caught!(found, Broken::PositionFell { pool: IDLE, owner: ALICE, .. });

    // It reports that it took nothing.
    let mut after = model.clone();
    let report = Slashed {
        pool: POOL,
        magnitude: Magnitude::ZERO,
        assets: Parts::default(),
        delivery: Delivery::Nothing,
        ended_generation: false,
    };
    after.vault.pools.entry((NORTH, TOKEN)).or_default().assets -= 1;
    let told = Ok(Outcome::Slashed(vec![report]));
    let found = Watch::new(&model).observe(&after, &slash(ORACLE, HALF), &told).err();
    assert_caught!(found, Broken::PositionFell { pool: POOL, .. });
    Ok(())
}

/// Four shares of the pool are worth about three; an exit of Alice and one of Bob wait in one bucket.
fn below_par() -> Result<(Model, Epoch)> {
    let (mut model, _) = busy()?;
    model.apply(&slash(ORACLE, HALF))?;
    let epoch = model.queue_withdrawal(BOB, BOB, POOL, 4, 0)?.epoch;
    Ok((model, epoch))
}

/// The pool or the bucket, and what of it somebody has, change by so many units more than they should.
fn shift(model: &mut Model, epoch: Option<Epoch>, assets: i128, shares: i128) {
    let by = |number: u128, more: i128| number.checked_add_signed(more).unwrap_or_default();
    match epoch {
        None => {
            let pool = model.vault.pools.entry((NORTH, TOKEN)).or_default();
            (pool.assets, pool.shares) = (by(pool.assets, assets), by(pool.shares, shares));
        }
        Some(epoch) => {
            let bucket = model.vault.buckets.entry((POOL, epoch)).or_default();
            bucket.assets = by(bucket.assets, assets);
            bucket.shares = U256::from(by(bucket.shares.saturating_to(), shares));
        }
    }
}

#[test]
fn p2_each_conversion_is_rounded_for_who_stays_and_by_less_than_a_wei() -> Result<()> {
    let (model, epoch) = below_par()?;
    let (from, strategy, receiver) = (ALICE, TOKEN, ALICE);
    let deposit =
        Action::Deposit { from, strategy, operator: NORTH, assets: 50, min_shares: 0, receiver };
    let queue = queue(50);
    for (action, place) in [(&deposit, None), (&queue, None), (&queue, Some(epoch))] {
        for (assets, shares) in [(0, 2), (0, -2), (2, 0), (-2, 0)] {
            let found = caught(&model, action, |model, _| shift(model, place, assets, shares));
            let known = matches!(
                found,
                Some(
                    Broken::Price { .. }
                        | Broken::Cost { .. }
                        | Broken::PositionFell { .. }
                        | Broken::ExitFell { .. }
                )
            );
            assert!(known, "{action:?}, {place:?}, {assets} and {shares}: {found:?}");
        }
    }
    // A share more for who comes lowers what the others' are worth by a part of a wei.
    let mut rich = model;
    rich.mint(TOKEN, ALICE, 1 << 80)?;
    let much = Action::Deposit {
        from,
        strategy,
        operator: NORTH,
        assets: (1 << 79) + 1,
        min_shares: 0,
        receiver,
    };
    rich.apply(&much)?;
    let found = caught(&rich, &deposit, |model, _| {
        shift(model, None, 0, 1);
        set_position(model, POOL, ALICE, |shares| shares + 1);
    });
    assert_caught!(found, Broken::Price { pool: POOL, epoch: Epoch(0), .. });
    Ok(())
}

#[test]
fn p2_slash_changes_nobodys_shares() -> Result<()> {
    let (model, epoch) = below_par()?;
    let slash = slash(ORACLE, HALF);
    let found = caught(&model, &slash, |model, _| {
        set_position(model, POOL, ALICE, |shares| shares - 1);
        set_position(model, POOL, BOB, |shares| shares + 1);
    });
    assert_caught!(found, Broken::PositionFell { owner: ALICE, .. });
    let found = caught(&model, &slash, |model, _| {
        let one = U256::from(1);
        set_exit(model, epoch, ALICE, |shares| shares - one);
        set_exit(model, epoch, BOB, |shares| shares + one);
    });
    assert_caught!(found, Broken::ExitFell { owner: ALICE, .. });
    for place in [None, Some(epoch)] {
        let found = caught(&model, &slash, |model, _| shift(model, place, 0, 1));
        assert!(found.is_some());
    }
    Ok(())
}

#[test]
fn p4_exit_is_ripe_on_its_day() -> Result<()> {
    let model = world()?;
    for epoch in [Epoch(3), Epoch(5)] {
        let found = caught(&model, &queue(10), |_, outcome| {
            if let Ok(Outcome::Queued(exit)) = outcome {
                exit.epoch = epoch;
            }
        });
        assert_eq!(found, Some(Broken::Day { pool: POOL, owner: ALICE, epoch, due: Epoch(4) }));
        let found = caught(&model, &queue(10), |model, outcome| {
            let due = Epoch(4);
            let bucket = model.vault.buckets.remove(&(POOL, due)).unwrap_or_default();
            model.vault.buckets.insert((POOL, epoch), bucket);
            let exit = model.vault.exits.remove(&(POOL, due, ALICE)).unwrap_or_default();
            model.vault.exits.insert((POOL, epoch, ALICE), exit);
            if let Ok(Outcome::Queued(exit)) = outcome {
                exit.epoch = due;
            }
        });
        assert_caught!(found, Broken::Day { .. });
    }
    Ok(())
}
