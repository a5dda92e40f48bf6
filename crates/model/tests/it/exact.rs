//! The exact worth, against worked numbers.

use palisade_model::{Action, BigRational, Epoch, Exact, Magnitude, Model, Wad};

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
