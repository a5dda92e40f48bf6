//! Approvers and whom they admit.

use palisade_model::{
    Account, Admission, Approval, LAST_DEADLINE, Model, ModelError, Operator, Result,
};

use crate::world::*;

fn admit(model: &mut Model, staker: Account, deadline: u64) -> Result<()> {
    model.admit(WARDEN, EAST, staker, deadline, None)
}

#[test]
fn stake_enters_a_gated_pool_once_for_each_approval() -> Result<()> {
    let mut model = running(&[])?;
    let now = model.clock().now();
    let denied = |deadline| ModelError::NotAdmitted { operator: EAST, staker: ALICE, deadline };
    assert_eq!(deposit(&mut model, ALICE, EAST, 5), Err(denied(None)));
    admit(&mut model, ALICE, now)?;
    assert_eq!(deposit(&mut model, ALICE, EAST, 5)?, 5);
    assert_eq!(deposit(&mut model, ALICE, EAST, 5), Err(denied(None)));
    assert_eq!(model.admission(EAST, ALICE), Admission { nonce: 1, deadline: None });

    // By delegation and redelegation too, and until the deadline.
    deposit(&mut model, ALICE, Operator::IDLE, 10)?;
    let idle = model.pool_id(Operator::IDLE, ETH);
    let delegate = |model: &mut Model| model.delegate(ALICE, ALICE, idle, 5, EAST, 5);
    assert_eq!(delegate(&mut model), Err(denied(None)));
    admit(&mut model, ALICE, now + 10)?;
    assert_eq!(delegate(&mut model)?, 5);
    admit(&mut model, ALICE, now + 10)?;
    model.advance_to(now + 11)?;
    assert_eq!(delegate(&mut model), Err(denied(Some(now + 10))));
    let pool = model.pool_id(EAST, ETH);
    let exit = model.queue_withdrawal(ALICE, ALICE, pool, 10, 0)?;
    pass_epochs(&mut model, 2)?;
    let back = |model: &mut Model| model.redelegate(ALICE, ALICE, pool, exit.epoch, EAST, 0);
    assert!(matches!(back(&mut model), Err(ModelError::NotAdmitted { .. })));
    let later = model.clock().now() + EPOCH;
    admit(&mut model, ALICE, later)?;
    assert_eq!(back(&mut model)?, 10);
    assert_eq!(model.admission(EAST, ALICE), Admission { nonce: 4, deadline: None });

    // What is refused for another reason uses nothing up.
    admit(&mut model, ALICE, later)?;
    assert!(deposit(&mut model, ALICE, EAST, 0).is_err());
    assert_eq!(model.admission(EAST, ALICE).deadline, Some(later));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn only_the_staker_uses_its_approval_up() -> Result<()> {
    let mut model = running(&[])?;
    let deadline = model.clock().now() + EPOCH;
    admit(&mut model, ALICE, deadline)?;
    let for_alice = |model: &mut Model, from| model.deposit(from, ETH, EAST, 5, 0, ALICE);
    let stranger = ModelError::NotOwnerNorOperator { owner: ALICE, by: BOB };
    assert_eq!(for_alice(&mut model, BOB), Err(stranger));
    model.set_operator(ALICE, BOB, true);
    assert_eq!(for_alice(&mut model, BOB)?, 5);
    Ok(())
}

#[test]
fn anybody_hands_in_what_the_approver_signed() -> Result<()> {
    let mut model = running(&[])?;
    let deadline = model.clock().now() + EPOCH;
    let signed = Approval { signer: WARDEN, operator: EAST, staker: ALICE, nonce: 0, deadline };
    let hand_in = |model: &mut Model, signed| model.admit(BOB, EAST, ALICE, deadline, signed);
    let unsigned = Err(ModelError::BadApproval { needed: signed });
    assert_eq!(hand_in(&mut model, None), unsigned);
    for forged in [
        Approval { signer: BOB, ..signed },
        Approval { operator: NORTH, ..signed },
        Approval { staker: BOB, ..signed },
        Approval { nonce: 1, ..signed },
        Approval { deadline: deadline + 1, ..signed },
    ] {
        assert_eq!(hand_in(&mut model, Some(forged)), unsigned);
    }
    hand_in(&mut model, Some(signed))?;
    // It counts once, whether or not it was used.
    let needed = Approval { nonce: 1, ..signed };
    assert_eq!(hand_in(&mut model, Some(signed)), Err(ModelError::BadApproval { needed }));
    let far = LAST_DEADLINE + 1;
    let too_far = ModelError::DeadlineTooFar { deadline: far, last: LAST_DEADLINE };
    assert_eq!(admit(&mut model, ALICE, far), Err(too_far));
    let past = model.clock().now() - 1;
    let deadline = Some(past);
    let expired = ModelError::NotAdmitted { operator: EAST, staker: ALICE, deadline };
    assert_eq!(admit(&mut model, ALICE, past), Err(expired));
    Ok(())
}

#[test]
fn gated_positions_do_not_change_hands() -> Result<()> {
    let mut model = running(&[])?;
    let deadline = model.clock().now() + EPOCH;
    admit(&mut model, ALICE, deadline)?;
    deposit(&mut model, ALICE, EAST, 100)?;
    let pool = model.pool_id(EAST, ETH);
    let gated = Err(ModelError::PoolGated { pool });
    assert_eq!(model.transfer(ALICE, ALICE, BOB, pool, 1), gated);
    model.set_operator(ALICE, BOB, true);
    assert_eq!(model.transfer(BOB, ALICE, BOB, pool, 1), gated);

    // An approver is removed for good: everybody may enter, and positions move.
    model.remove_approver(EAST)?;
    let none = Err(ModelError::NoApprover { operator: EAST });
    assert_eq!(model.remove_approver(EAST), none);
    assert_eq!(admit(&mut model, BOB, deadline), none);
    model.transfer(ALICE, ALICE, BOB, pool, 60)?;
    deposit(&mut model, BOB, EAST, 40)?;
    assert_eq!(model.position_shares(pool, BOB), 100);
    let nobody = Some(Account::default());
    let zero = model.register_operator(Operator::from(BOB), nobody);
    assert_eq!(zero, Err(ModelError::ZeroAccount));
    Ok(())
}
