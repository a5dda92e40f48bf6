//! P4 and P6: what may not be refused, and what by a hair may.

use super::*;

/// Whether a watch lets this be refused.
fn may_be_refused(model: &Model, action: &Action) -> bool {
    let refused = Err(ModelError::YieldsNothing { shares: 1 });
    match observed(model, model, action, &refused) {
        None => true,
        Some(Broken::Refused { action: kind, .. }) if kind == action.kind() => false,
        other => panic!("{action:?}: {other:?}"),
    }
}

/// What a watch that has seen all of it says of these actions, told as refused: whether it may be so. What
/// may not be refused is accepted by the model, and else refused.
fn judge(model: &Model, cases: impl IntoIterator<Item = (Action, bool)>) {
    for (action, refused) in cases {
        assert_eq!(may_be_refused(model, &action), refused, "{action:?}");
        let outcome = model.clone().apply(&action);
        assert_eq!(outcome.is_err(), refused, "{action:?}: {outcome:?}");
    }
}

fn slash_by(by: Account, set: OperatorSetId, fractions: &[(Strategy, u64)]) -> Action {
    let fractions = fractions.iter().map(|(strategy, wad)| (*strategy, Wad(*wad))).collect();
    Action::Slash { by, set, operator: NORTH, fractions }
}

#[test]
fn p4_slash_that_its_terms_allow() -> Result<()> {
    let mut model = world()?;
    let one = Wad::ONE.0;
    let zero = Strategy::default();
    judge(
        &model,
        [
            (slash_by(SLASHER, ORACLE, &[(TOKEN, one)]), false),
            (slash_by(BOB, ORACLE, &[(TOKEN, one)]), true),
            (slash_by(SLASHER, ORACLE, &[(TOKEN, one + 1)]), true),
            (slash_by(SLASHER, ORACLE, &[(TOKEN, 1)]), true),
            (slash_by(SLASHER, ORACLE, &[(zero, one)]), true),
            (slash_by(SLASHER, ORACLE, &[(TOKEN, one), (TOKEN, one)]), true),
            (slash_by(SLASHER, ORACLE, &[]), true),
            (slash_by(SLASHER, COURT, &[(TOKEN, one)]), true),
        ],
    );
    // With a cap of half, of which half was taken.
    model.allocations.sets.entry(BRIDGE).and_modify(|set| set.terms.cap = Wad(HALF.0));
    model.apply(&slash_by(SLASHER, BRIDGE, &[(TOKEN, QUARTER.0)]))?;
    judge(
        &model,
        [
            (slash_by(SLASHER, BRIDGE, &[(TOKEN, HALF.0 / 2)]), false),
            (slash_by(SLASHER, BRIDGE, &[(TOKEN, one / 3)]), false),
            (slash_by(SLASHER, BRIDGE, &[(TOKEN, one / 2)]), true),
        ],
    );
    model.advance_to(model.clock().start_of(model.epoch().plus(1)))?;
    judge(&model, [(slash_by(SLASHER, BRIDGE, &[(TOKEN, one / 2)]), false)]);
    model.retire(BRIDGE)?;
    judge(&model, [(slash_by(SLASHER, BRIDGE, &[(TOKEN, one / 2)]), true)]);
    Ok(())
}

#[test]
fn p4_proposal_on_its_way() -> Result<()> {
    let mut model = world()?;
    let (set, operator, strategy) = (COURT, NORTH, TOKEN);
    let made = |by, wad| Action::ProposeSlash { by, set, operator, strategy, wad: Wad(wad) };
    let cancel = |by| Action::CancelSlash { by, set, operator, strategy };
    let execute = || Action::ExecuteSlash { by: BOB, set, operator, strategy };
    let one = Wad::ONE.0;
    judge(
        &model,
        [
            (made(SLASHER, one), false),
            (made(BOB, one), true),
            (made(SLASHER, one + 1), true),
            (made(SLASHER, 0), true),
            (cancel(SLASHER), true),
            (execute(), true),
        ],
    );
    model.apply(&made(SLASHER, one))?;
    let end = model.clock().now() + 40;
    model.advance_to(end - 1)?;
    let open = [(made(SLASHER, one), true), (cancel(SLASHER), false), (execute(), true)];
    judge(&model, open);
    judge(&model, [(cancel(WARDEN), false), (cancel(BOB), true)]);
    model.advance_to(end)?;
    judge(&model, [(cancel(SLASHER), false), (cancel(WARDEN), true), (execute(), false)]);
    let lapses = model.clock().start_of(model.epoch().plus(2));
    model.advance_to(lapses - 1)?;
    judge(&model, [(cancel(SLASHER), false), (execute(), false), (made(SLASHER, one), true)]);
    let mut retired = model.clone();
    retired.retire(COURT)?;
    judge(&retired, [(cancel(SLASHER), true), (execute(), true)]);
    model.advance_to(lapses)?;
    judge(&model, [(cancel(SLASHER), true), (execute(), true), (made(SLASHER, one), false)]);
    Ok(())
}

#[test]
fn p6_lower_leave_eject_and_retire() -> Result<()> {
    let mut model = world()?;
    let (set, operator, strategy) = (ORACLE, NORTH, TOKEN);
    let (by, avs) = (NORTH.account(), ORACLE.avs);
    let lower = |by, target| {
        let target = Magnitude(target);
        Action::Allocate { by, operator, set, strategy, target }
    };
    let leave = |strategies| Action::Leave { by, operator, set, strategies };
    let eject = |by, strategies| Action::Eject { by, operator, set, strategies };
    let other = Strategy::from_u64(11);
    let least = crate::LEAST_MAGNITUDE.0;
    judge(
        &model,
        [
            (lower(by, 0), false),
            (lower(by, least), false),
            (lower(by, least - 1), true),
            (lower(by, HALF.0 - 1), false),
            (lower(by, HALF.0), true),
            (lower(BOB, 0), true),
            (leave(vec![TOKEN]), false),
            (leave(vec![TOKEN, other]), false),
            (leave(vec![other, TOKEN]), true),
            (leave(vec![]), true),
            (eject(avs, vec![TOKEN]), false),
            (eject(by, vec![TOKEN]), true),
            (Action::Retire { by: avs, set }, false),
            (Action::Retire { by, set }, true),
        ],
    );
    // A lowering to something stands, and an ejection takes it along.
    model.allocate(NORTH, ORACLE, TOKEN, QUARTER)?;
    judge(
        &model,
        [(lower(by, 0), true), (leave(vec![TOKEN]), true), (eject(avs, vec![TOKEN]), false)],
    );
    model.eject(NORTH, ORACLE, &[TOKEN])?;
    judge(&model, [(leave(vec![TOKEN]), true), (eject(avs, vec![TOKEN]), true)]);
    model.retire(ORACLE)?;
    judge(&model, [(Action::Retire { by: avs, set }, true), (lower(by, 0), true)]);
    Ok(())
}
