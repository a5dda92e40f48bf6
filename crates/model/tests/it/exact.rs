//! The exact worth, against worked numbers.

use palisade_model::{
    Account, Action, BigRational, Drift, Epoch, Exact, Magnitude, Model, Operator, Pool, Wad,
};

use crate::world::*;

type Tested = std::result::Result<(), Box<dyn std::error::Error>>;

/// A model whose actions the exact arithmetic follows.
struct Followed {
    model: Model,
    exact: Exact,
}

impl Followed {
    fn new(model: Model) -> Self {
        let exact = Exact::new(&model);
        Self { model, exact }
    }

    fn act(&mut self, action: &Action) -> Tested {
        let outcome = self.model.apply(action);
        self.exact.observe(&self.model, action, &outcome)?;
        outcome?;
        Ok(())
    }
}

fn ratio(n: u64, d: u64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

fn taking(n: u64, d: u64) -> Action {
    // A fraction of all that is left, by a set that may take all.
    let wad = Wad(Magnitude::WHOLE.0 / d * n);
    Action::Slash { by: SLASHER, set: ORACLE, operator: NORTH, fractions: vec![(ETH, wad)] }
}

fn deposit_of(assets: u128) -> Action {
    let (from, receiver) = (BOB, BOB);
    Action::Deposit { from, strategy: ETH, operator: NORTH, assets, min_shares: 0, receiver }
}

#[test]
fn slash_deposit_and_exit_are_exact() -> Tested {
    // 1,000 of Alice; 30 % is slashed: 700 against 1,000 shares.
    let mut world = Followed::new(staked(&[(ORACLE, percent(100))])?);
    let pool = world.model.pool_id(NORTH, ETH);
    world.act(&taking(3, 10))?;
    assert_eq!(world.exact.worth(pool, ALICE), ratio(700, 1));
    // Bob's 100 buy 142 of 142.857 shares: exactly they stay 100.
    world.act(&deposit_of(100))?;
    assert_eq!(world.exact.worth(pool, BOB), ratio(100, 1));
    let drift = world.exact.drift_bound(pool, BOB);
    assert_eq!(drift.down, ratio(1, 1));
    // The slash and Bob's deposit each rounded.
    assert_eq!(drift.up, ratio(2, 1));
    // He queues 100 of his 142 shares.
    let (by, owner) = (BOB, BOB);
    world.act(&Action::QueueWithdrawal { by, owner, pool, shares: 100, min_assets: 0 })?;
    let epoch = Epoch(4);
    assert_eq!(world.exact.worth(pool, BOB), ratio(4_200, 142));
    assert_eq!(world.exact.exit_worth(pool, epoch, BOB), ratio(10_000, 142));
    assert_eq!(world.model.exit_value(pool, epoch, BOB), 70);
    let drift = world.exact.exit_drift_bound(pool, epoch, BOB);
    assert_eq!(
        (drift.down, drift.up),
        (ratio(100, 142) + ratio(2, 1), ratio(200, 142) + ratio(2, 1))
    );
    // A slash of a tenth of what is left shrinks pool and exit alike.
    world.act(&taking(1, 10))?;
    assert_eq!(world.exact.exit_worth(pool, epoch, BOB), ratio(9_000, 142));
    assert_eq!(world.exact.worth(pool, ALICE), ratio(630, 1));
    // Matured, it is out of reach; completed, it is gone.
    world.act(&Action::AdvanceTo { timestamp: world.model.clock().start_of(epoch) })?;
    world.act(&taking(1, 2))?;
    assert_eq!(world.exact.exit_worth(pool, epoch, BOB), ratio(9_000, 142));
    world.act(&Action::CompleteWithdrawal { by, owner, pool, epoch, receiver: BOB })?;
    assert_eq!(world.exact.exit_worth(pool, epoch, BOB), ratio(0, 1));
    Ok(())
}

#[test]
fn transfer_splits_and_an_end_leaves_only_matured_exits() -> Tested {
    let mut world = Followed::new(staked(&[(ORACLE, percent(100))])?);
    let pool = world.model.pool_id(NORTH, ETH);
    world.act(&taking(1, 10))?;
    world.act(&Action::Transfer { by: ALICE, from: ALICE, to: BOB, pool, amount: 300 })?;
    assert_eq!(world.exact.worth(pool, BOB), ratio(270, 1));
    let (by, owner) = (BOB, BOB);
    world.act(&Action::QueueWithdrawal { by, owner, pool, shares: 100, min_assets: 0 })?;
    world.act(&Action::AdvanceTo { timestamp: world.model.clock().start_of(Epoch(4)) })?;
    world.act(&Action::QueueWithdrawal { by, owner, pool, shares: 100, min_assets: 0 })?;
    world.act(&taking(1, 1))?;
    assert_eq!(world.model.pool_id(NORTH, ETH).generation, 1);
    let nothing = ratio(0, 1);
    assert_eq!(world.exact.worth(pool, ALICE), nothing);
    assert_eq!(world.exact.exit_worth(pool, Epoch(6), BOB), nothing);
    assert_eq!(world.exact.exit_worth(pool, Epoch(4), BOB), ratio(90, 1));
    Ok(())
}

/// A bound is of use only if it is near: forty slashes stray by less than 3 wei, not 40, for each
/// shrinks what went before it.
#[test]
fn slashes_shrink_the_bound() -> Tested {
    let mut world = Followed::new(staked(&[(ORACLE, percent(100))])?);
    let pool = world.model.pool_id(NORTH, ETH);
    world.act(&deposit_of(1 << 80))?;
    for _ in 0..40 {
        world.act(&taking(1, 2))?;
    }
    let drift = world.exact.drift_bound(pool, BOB);
    assert!(drift.up < ratio(3, 1), "{drift:?}");
    assert!(drift.down < ratio(1, 1 << 20), "{drift:?}");
    Ok(())
}

fn tenths(n: u64) -> BigRational {
    ratio(n, 10)
}

/// What a position is worth and how far it may stray, down and up.
fn position(world: &Followed, operator: Operator, owner: Account) -> [BigRational; 3] {
    let pool = world.model.pool_id(operator, ETH);
    let Drift { down, up } = world.exact.drift_bound(pool, owner);
    [world.exact.worth(pool, owner), down, up]
}

/// Each action on the way of some stake from NORTH to SOUTH, worked out by the rules of the module.
#[test]
fn stake_takes_its_roundings_along() -> Tested {
    let mut world = Followed::new(staked(&[(ORACLE, percent(100))])?);
    let pool = world.model.pool_id(NORTH, ETH);
    world.act(&deposit_of(500))?;
    assert_eq!(position(&world, NORTH, ALICE), [1_000, 0, 1].map(|n| ratio(n, 1)));
    assert_eq!(position(&world, NORTH, BOB), [500, 1, 1].map(|n| ratio(n, 1)));
    // A tenth: 1 rounding of before, and 1 of its own.
    world.act(&taking(1, 10))?;
    assert_eq!(position(&world, NORTH, ALICE), [9_000, 0, 19].map(tenths));
    assert_eq!(position(&world, NORTH, BOB), [4_500, 9, 19].map(tenths));
    // Two fifths of it to Carol, with as much of what it may have cost.
    world.act(&Action::Transfer { by: BOB, from: BOB, to: CAROL, pool, amount: 200 })?;
    assert_eq!(position(&world, NORTH, CAROL), [18_000, 36, 190].map(|n| ratio(n, 100)));
    assert_eq!(position(&world, NORTH, BOB), [27_000, 54, 190].map(|n| ratio(n, 100)));
    // The rest into the queue: two conversions there, one rounding here.
    let (by, owner) = (BOB, BOB);
    world.act(&Action::QueueWithdrawal { by, owner, pool, shares: 300, min_assets: 0 })?;
    let epoch = Epoch(4);
    assert_eq!(position(&world, NORTH, BOB), [0, 0, 29].map(tenths));
    let drift = world.exact.exit_drift_bound(pool, epoch, BOB);
    assert_eq!(world.exact.exit_worth(pool, epoch, BOB), ratio(270, 1));
    assert_eq!((drift.down, drift.up), (ratio(254, 100), ratio(390, 100)));
    // Half of all that is left of the pool, once the exit is out of reach.
    world.act(&Action::AdvanceTo { timestamp: world.model.clock().start_of(epoch) })?;
    world.act(&taking(1, 2))?;
    assert_eq!(position(&world, NORTH, ALICE), [45_000, 0, 245].map(|n| ratio(n, 100)));
    assert_eq!(position(&world, NORTH, CAROL), [9_000, 18, 245].map(|n| ratio(n, 100)));
    // On to another operator: two more conversions, and nothing stays behind.
    world.act(&Action::Redelegate { by, owner, pool, epoch, to: SOUTH, min_shares: 0 })?;
    assert_eq!(position(&world, SOUTH, BOB), [27_000, 454, 590].map(|n| ratio(n, 100)));
    let Drift { down, up } = world.exact.exit_drift_bound(pool, epoch, BOB);
    assert_eq!((down, up), (ratio(0, 1), ratio(0, 1)));
    // Idle stake: two fifths of it withdrawn, half of the rest delegated.
    let (by, owner, idle) = (ALICE, ALICE, world.model.pool_id(Operator::IDLE, ETH));
    let (from, operator, receiver) = (ALICE, Operator::IDLE, ALICE);
    let (assets, min_shares) = (100, 0);
    world.act(&Action::Deposit { from, strategy: ETH, operator, assets, min_shares, receiver })?;
    assert_eq!(position(&world, Operator::IDLE, ALICE), [100, 1, 1].map(|n| ratio(n, 1)));
    world.act(&Action::Withdraw { by, owner, pool: idle, shares: 40, receiver })?;
    assert_eq!(position(&world, Operator::IDLE, ALICE), [600, 6, 20].map(tenths));
    let to = SOUTH;
    world.act(&Action::Delegate { by, owner, pool: idle, shares: 30, to, min_shares })?;
    assert_eq!(position(&world, Operator::IDLE, ALICE), [300, 3, 30].map(tenths));
    assert_eq!(position(&world, SOUTH, ALICE), [300, 23, 89].map(tenths));
    // What nobody has is worth nothing.
    assert_eq!(position(&world, EAST, ALICE), [0, 0, 0].map(tenths));
    Ok(())
}

/// One that begins in the middle takes what it finds for exact.
#[test]
fn exact_begins_at_any_state() -> Tested {
    let mut model = staked(&[(ORACLE, percent(100))])?;
    slash(&mut model, ORACLE, wad(30))?;
    deposit(&mut model, BOB, NORTH, 100)?;
    let pool = model.pool_id(NORTH, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, pool, 100, 0)?;
    let mut world = Followed::new(model);
    let Pool { assets, shares, .. } = world.model.pool(NORTH, ETH);
    let (assets, shares) = (u64::try_from(assets)?, u64::try_from(shares)?);
    assert_eq!(position(&world, NORTH, ALICE)[0], ratio(900 * assets, shares));
    assert_eq!(position(&world, NORTH, BOB)[0], ratio(142 * assets, shares));
    assert_eq!(world.exact.exit_worth(pool, exit.epoch, ALICE), ratio(70, 1));
    let drift = world.exact.exit_drift_bound(pool, exit.epoch, ALICE);
    assert_eq!((drift.down, drift.up), (ratio(0, 1), ratio(0, 1)));
    // Of the 0.7 that are left, a seventh.
    world.act(&taking(1, 7))?;
    let left = world.model.budget(NORTH, ETH).left.0;
    let kept = ratio(left, percent(70).0);
    assert_eq!(position(&world, NORTH, BOB)[0], ratio(142 * assets, shares) * &kept);
    assert_eq!(world.exact.exit_worth(pool, exit.epoch, ALICE), ratio(70, 1) * kept);
    Ok(())
}
