//! The numbers that the protocol fixes, and what a reader sees of ids, quantities and branches.

use palisade_model::{
    Account, Branch, Branches, Epoch, Function, HIGHEST_CEILING, LAST_DEADLINE, LAST_EPOCH,
    LEAST_MAGNITUDE, MAX_DEPOSIT_CAP, Magnitude, Model, ModelError, Operator, OperatorSetId,
    Pausable, PoolId, Result, SHORTEST_REST, Strategy, WORN_OUT, Wad,
};

use crate::world::*;

/// As docs/protocol.md and the contracts have them.
#[test]
fn limits_are_those_of_the_protocol() {
    assert_eq!(LAST_EPOCH, Epoch(16_777_207));
    assert_eq!(LAST_DEADLINE, 1_099_511_627_775);
    assert_eq!(HIGHEST_CEILING, Wad(10_000_000_000_000_000_000));
    assert_eq!(LEAST_MAGNITUDE, Magnitude(1_000_000_000));
    assert_eq!(MAX_DEPOSIT_CAP, 4_951_760_157_141_521_099_596_496_896);
    assert_eq!(WORN_OUT, 4_096);
    assert_eq!(SHORTEST_REST, 3_600);
    for action in Pausable::ALL {
        let days = if action == Pausable::Complete { 3 } else { 7 };
        assert_eq!(action.longest(), days * 86_400, "{action:?}");
    }
}

#[test]
fn time_ends_with_the_last_epoch() -> Result<()> {
    let mut model = Model::new(ORIGIN, 1)?;
    let last = model.clock().start_of(LAST_EPOCH);
    assert_eq!(last, ORIGIN + 16_777_206);
    let timestamp = last + 1;
    assert_eq!(model.advance_to(timestamp), Err(ModelError::TimeTooFar { timestamp }));
    model.advance_to(last)?;
    assert_eq!(model.epoch(), LAST_EPOCH);
    Ok(())
}

#[test]
fn ids_and_quantities_are_readable() {
    let mut bytes = [0; 20];
    (bytes[0], bytes[15], bytes[16], bytes[19]) = (0xab, 0x0c, 0xd0, 0x01);
    let text = "0xab00000000000000000000000000000cd0000001";
    assert_eq!(Account(bytes).to_string(), text);
    assert_eq!(format!("{:?}", Account(bytes)), format!("Account({text})"));
    let one = "0x0000000000000000000000000000000000000001";
    assert_eq!(Strategy::from_u64(1).to_string(), one);
    assert_eq!((Epoch(7).to_string(), Magnitude(8).to_string()), ("7".into(), "8".into()));
    assert_eq!(Wad(9).to_string(), "9");
    let set = OperatorSetId { avs: Account::from_u64(1), id: 5 };
    assert_eq!(set.to_string(), format!("{one}#5"));
    let (operator, strategy) = (Operator::from_u64(1), Strategy::from_u64(1));
    let pool = PoolId { operator, strategy, generation: 3 };
    assert_eq!(pool.to_string(), format!("{one}/{one}/3"));
}

/// Ids are compared as words; the order is that of their bytes.
#[test]
fn ids_are_in_the_order_of_their_bytes() {
    let at = |place: usize, byte| {
        let mut bytes = [0; 20];
        bytes[place] = byte;
        Account(bytes)
    };
    for place in 0..20 {
        assert!(at(place, 2) > at(place, 1));
        assert!(place == 0 || at(place, 0xff) < at(place - 1, 1), "byte {place}");
    }
}

#[test]
fn functions_and_branches_have_their_names() {
    assert_eq!(Function::CreateOperatorSet.name(), "CreateOperatorSet");
    assert_eq!(Branch::SlashEndsGeneration.name(), "SlashEndsGeneration");
}

#[test]
fn branches_are_counted() -> Result<()> {
    let mut model = founded()?;
    let fresh = Model::new(ORIGIN, EPOCH)?;
    assert_eq!(format!("{:?}", fresh.branches()), "{}");
    assert_eq!(fresh.branches().missed().count(), Branch::ALL.len());
    assert_eq!(fresh.branches().reached().count(), 0);
    let mut model_of = |times: usize| -> Result<Branches> {
        for _ in 0..times {
            model.set_can_receive(ETH, BOB, false);
        }
        Ok(model.branches().clone())
    };
    let (one, three) = (model_of(1)?, model_of(2)?);
    let count = |branches: &Branches| {
        branches.iter().find(|(branch, _)| *branch == Branch::TokenRefuses).map(|found| found.1)
    };
    assert_eq!((count(&one), count(&three)), (Some(1), Some(3)));
    let sum = Branches::default();
    sum.add(&one);
    sum.add(&three);
    assert_eq!(count(&sum), Some(4));
    assert!(sum.reached().any(|branch| branch == Branch::TokenRefuses));
    assert!(!sum.missed().any(|branch| branch == Branch::TokenRefuses));
    assert!(format!("{sum:?}").contains("TokenRefuses: 4"));
    assert!(!format!("{sum:?}").contains(": 0"));
    Ok(())
}
