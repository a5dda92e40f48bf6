//! Who may send an action: the account, whom it appointed for that function, governance.

use palisade_model::{
    Account, Action, ActionKind, Function, Magnitude, Model, ModelError, OperatorSetId, Outcome,
    Pausable, Recipient, Result, Strategy, Wad,
};

use crate::world::*;

const HELPER: Account = Account::from_u64(0x4e);

/// A model in which NORTH can renew its ETH, join BRIDGE, and leave ORACLE.
fn ready() -> Result<Model> {
    let mut model = running(&[(ORACLE, Magnitude::WHOLE)])?;
    model.deposit(ALICE, ETH, NORTH, 1 << 60, 0, ALICE)?;
    slash(&mut model, ORACLE, Wad(Wad::ONE.0 - 1_000_000))?;
    model.allocate(NORTH, ORACLE, ETH, Magnitude::ZERO)?;
    pass_epochs(&mut model, 2)?;
    model.settle(NORTH, ORACLE, ETH)?;
    model.leave(NORTH, BRIDGE, &[])?;
    Ok(model)
}

/// One action for each function that can be lent, and whose it is to send; [`ready`] accepts each.
fn lent(function: Function, by: Account) -> (Account, Action) {
    let (set, operator, strategy) = (ORACLE, NORTH, ETH);
    let (avs, strategies, uri) = (set.avs, vec![], String::from("ipfs://description"));
    let action = match function {
        Function::SetMetadata => Action::SetMetadata { by, avs, uri },
        Function::CreateOperatorSet => {
            let (set, terms) = (OperatorSetId { avs, id: 9 }, terms(Recipient::Burn, Wad::ONE));
            Action::CreateOperatorSet { by, set, terms, strategies }
        }
        Function::AddStrategies => {
            Action::AddStrategy { by, set, strategy: Strategy::from_u64(0x99) }
        }
        Function::RemoveStrategies => Action::RemoveStrategy { by, set, strategy },
        Function::Retire => Action::Retire { by, set },
        Function::Eject => Action::Eject { by, operator, set, strategies },
        Function::Join => Action::Join { by, operator, set: BRIDGE },
        Function::Allocate => Action::Allocate { by, operator, set, strategy, target: percent(10) },
        Function::Leave => Action::Leave { by, operator, set, strategies },
        Function::Renew => Action::Renew { by, operator, strategy },
    };
    let of_operator = [Function::Join, Function::Allocate, Function::Leave, Function::Renew];
    (if of_operator.contains(&function) { operator.account() } else { avs }, action)
}

#[test]
fn an_appointee_acts_as_the_account_in_that_function_only() -> Result<()> {
    let start = ready()?;
    for &function in Function::ALL {
        let (account, action) = lent(function, HELPER);
        assert_eq!(action.by(), Some(HELPER));
        let refused = Err(ModelError::NotAuthorized { account, by: HELPER, function });

        let mut model = start.clone();
        for &other in Function::ALL {
            model.appoint(account, HELPER, other, other != function);
        }
        // Nor does an appointment by another account help, or one of another appointee.
        model.appoint(ALICE, HELPER, function, true);
        model.appoint(account, ALICE, function, true);
        let before = model.clone();
        assert_eq!(model.apply(&action), refused);
        assert_eq!(model, before);

        model.apply(&Action::Appoint { account, appointee: HELPER, function, allowed: true })?;
        assert!(model.is_appointed(account, HELPER, function));
        let helped = model.apply(&action)?;
        let mut own = start.clone();
        assert_eq!(own.apply(&lent(function, account).1)?, helped);

        let mut model = start.clone();
        for allowed in [true, false] {
            model.apply(&Action::Appoint { account, appointee: HELPER, function, allowed })?;
        }
        assert_eq!(model, start);
        assert_eq!(model.apply(&action), refused);
    }
    Ok(())
}

#[test]
fn only_governance_sets_limits_and_pauses() -> Result<()> {
    let mut model = founded()?;
    let actions = |by| {
        [
            Action::SetDepositCap { by, strategy: ETH, cap: 5 },
            Action::SetCeiling { by, strategy: ETH, ceiling: wad(200) },
            Action::Pause { by, action: Pausable::Join, duration: 10 },
        ]
    };
    assert_eq!(model.authority(), GOVERNANCE);
    let before = model.clone();
    for action in actions(ORACLE.avs) {
        assert_eq!(model.apply(&action), Err(ModelError::NotAuthority { by: ORACLE.avs }));
    }
    assert_eq!(model, before);
    for action in actions(GOVERNANCE) {
        assert_eq!(model.apply(&action)?, Outcome::Done);
    }
    assert_eq!((model.deposit_cap(ETH), model.ceiling(ETH)), (5, wad(200)));
    assert!(model.pause_of(Pausable::Join).until > model.clock().now());
    assert_eq!(Model::new(ORIGIN, EPOCH)?.authority(), Account::default());
    Ok(())
}

#[test]
fn metadata_changes_nothing() -> Result<()> {
    let mut model = founded()?;
    let before = model.clone();
    assert_eq!(model.apply(&lent(Function::SetMetadata, ORACLE.avs).1)?, Outcome::Done);
    assert_eq!(model, before);
    Ok(())
}

#[test]
fn senders_kinds_and_reasons_have_names() -> Result<()> {
    let deposit = Action::Deposit {
        from: ALICE,
        strategy: ETH,
        operator: NORTH,
        assets: 1,
        min_shares: 0,
        receiver: BOB,
    };
    assert_eq!((deposit.by(), deposit.kind()), (Some(ALICE), ActionKind::Deposit));
    assert_eq!(Action::Open { operator: NORTH }.by(), Some(NORTH.account()));
    assert_eq!(Action::AdvanceTo { timestamp: 1 }.by(), None);
    assert_eq!(ActionKind::Deposit.name(), "Deposit");
    assert_eq!(ActionKind::ALL.last(), Some(&ActionKind::SetRecipient));

    let error = founded()?.apply(&deposit).err();
    assert_eq!(error.as_ref().map(ModelError::name), Some("OperatorClosed"));
    assert!(ModelError::NAMES.contains(&"OperatorClosed"));
    Ok(())
}
