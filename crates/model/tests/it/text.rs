//! Actions as JSON.

use palisade_model::{
    Account, Action, ActionKind, Approval, Claim, Epoch, Function, Magnitude, Operator, Pausable,
    Payment, PoolId, Recipient, Terms, U256, Wad,
};
use serde_json::{Result, from_str, from_value, json, to_string, to_value};

use crate::world::*;

/// One action of every kind, with the largest numbers where there is a choice.
fn one_of_each_kind() -> Vec<Action> {
    let (by, owner, from, to, receiver) = (ALICE, BOB, ALICE, BOB, CAROL);
    let (strategy, operator, set, epoch) = (ETH, EAST, COURT, Epoch(7));
    let pool = PoolId { operator, strategy, generation: 2 };
    let (account, amount, shares) = (ALICE, u128::MAX, 1 << 100);
    let approval =
        Approval { signer: WARDEN, operator, staker: ALICE, nonce: u64::MAX, deadline: 1 << 60 };
    let slow = Terms {
        window: u64::MAX,
        resolver: Some(RESOLVER),
        registrar: Some(CAROL),
        ..terms(Recipient::Account(TREASURY), Wad(u64::MAX))
    };
    vec![
        Action::AdvanceTo { timestamp: u64::MAX },
        Action::Mint { strategy, to, amount },
        Action::Donate { strategy, from, amount },
        Action::SetCanReceive { strategy, account, can: false },
        Action::SetDepositCap { by, strategy, cap: amount },
        Action::SetCeiling { by, strategy, ceiling: wad(150) },
        Action::Pause { by, action: Pausable::CreateSet, duration: u64::MAX },
        Action::RegisterOperator { operator, approver: None },
        Action::RemoveApprover { operator },
        Action::Admit { by, operator, staker: BOB, deadline: u64::MAX, signed: Some(approval) },
        Action::Open { operator },
        Action::Close { operator },
        Action::Deposit { from, strategy, operator, assets: amount, min_shares: shares, receiver },
        Action::Withdraw { by, owner, pool, shares, receiver },
        Action::Delegate { by, owner, pool, shares, to: Operator::IDLE, min_shares: 1 },
        Action::QueueWithdrawal { by, owner, pool, shares, min_assets: amount },
        Action::CompleteWithdrawal { by, owner, pool, epoch, receiver },
        Action::Redelegate { by, owner, pool, epoch, to: NORTH, min_shares: amount },
        Action::Transfer { by, from, to, pool, amount },
        Action::Approve { owner, spender: by, pool, amount: U256::MAX },
        Action::SetOperator { owner, spender: by, approved: true },
        Action::CollectCredit { by, owner, strategy, receiver },
        Action::Appoint { account, appointee: BOB, function: Function::Renew, allowed: true },
        Action::SetMetadata { by, avs: set.avs, uri: String::from("ipfs://\"quoted\"") },
        Action::CreateOperatorSet { by, set, terms: slow, strategies: STRATEGIES.to_vec() },
        Action::AddStrategy { by, set, strategy },
        Action::RemoveStrategy { by, set, strategy },
        Action::Retire { by, set },
        Action::Join { by, operator, set },
        Action::Leave { by, operator, set, strategies: vec![] },
        Action::Eject { by, operator, set, strategies: vec![strategy] },
        Action::Renew { by, operator, strategy },
        Action::Allocate { by, operator, set, strategy, target: Magnitude(u64::MAX) },
        Action::Settle { by, operator, set, strategy },
        Action::Slash { by, set, operator, fractions: vec![(ETH, wad(5)), (GOLD, Wad::ONE)] },
        Action::ProposeSlash { by, set, operator, strategy, wad: Wad::ONE },
        Action::CancelSlash { by, set, operator, strategy },
        Action::ExecuteSlash { by, set, operator, strategy },
        Action::Distribute {
            by,
            epoch,
            token: strategy,
            payments: vec![Payment { operator, strategy, amount }],
        },
        Action::SetCommission { operator, rate: Wad(u64::MAX) },
        Action::CollectCommission { by, operator, receiver, tokens: vec![strategy] },
        Action::ClaimRewards {
            by,
            owner,
            receiver,
            through: epoch,
            claims: vec![Claim { pool, token: strategy }],
        },
        Action::SetRecipient { owner, recipient: Account::default() },
    ]
}

#[test]
fn every_kind_of_action_is_read_as_it_was_written() -> Result<()> {
    let actions = one_of_each_kind();
    let kinds: Vec<ActionKind> = actions.iter().map(Action::kind).collect();
    assert_eq!(kinds, ActionKind::ALL);
    for action in &actions {
        assert_eq!(&from_str::<Action>(&to_string(action)?)?, action);
    }
    for function in Function::ALL {
        assert_eq!(&from_value::<Function>(to_value(function)?)?, function);
    }
    Ok(())
}

#[test]
fn action_is_written_for_readers_of_53_bits() -> Result<()> {
    let pool = PoolId { operator: NORTH, strategy: ETH, generation: 2 };
    let redelegate = Action::Redelegate {
        by: Account([0xab; 20]),
        owner: ALICE,
        pool,
        epoch: Epoch(7),
        to: Operator::IDLE,
        min_shares: u128::MAX,
    };
    let written = json!({"redelegate": {
        "by": "0xabababababababababababababababababababab",
        "owner": "0x00000000000000000000000000000000000000a1",
        "pool": {
            "operator": "0x0000000000000000000000000000000000000001",
            "strategy": "0x000000000000000000000000000000000000000e",
            "generation": 2,
        },
        "epoch": 7,
        "to": "0x0000000000000000000000000000000000000000",
        "min_shares": "340282366920938463463374607431768211455",
    }});
    assert_eq!(to_value(&redelegate)?, written);

    let create = Action::CreateOperatorSet {
        by: ORACLE.avs,
        set: ORACLE,
        terms: terms(Recipient::Burn, wad(30)),
        strategies: vec![ETH],
    };
    let written = to_value(&create)?;
    let terms = &written["create_operator_set"]["terms"];
    assert_eq!((&terms["window"], &terms["cap"]), (&json!("0"), &json!("300000000000000000")));
    assert_eq!(terms["recipient"], json!("burn"));
    assert_eq!(terms["conditions"], json!(format!("0x{}", "07".repeat(32))));
    assert_eq!(terms["resolver"], json!(null));
    Ok(())
}

#[test]
fn what_is_no_action_is_refused_by_name() -> Result<()> {
    let join = to_string(&Action::Join { by: ALICE, operator: NORTH, set: ORACLE })?;
    let approve = Action::Approve {
        owner: ALICE,
        spender: BOB,
        pool: PoolId::default(),
        amount: U256::from(77_u64),
    };
    let approve = to_string(&approve)?;
    let too_large = format!("1{}", "0".repeat(78));
    let (address, digits) = ("0x and 40 hexadecimal digits", "decimal digits, of at most");
    let cases = [
        (&join, "\"join\"", "\"joins\"", "unknown variant `joins`"),
        (&join, "\"by\"", "\"sender\"", "unknown field `sender`"),
        (&join, "\"avs\"", "\"AVS\"", "unknown field `AVS`"),
        (&join, "0x00000000000000000000000000000000000000a1", "0xa1", address),
        (&join, "0x00000000000000000000000000000000000000a1", "Alice", "\"Alice\""),
        (&join, "00000000a1\"", "00000000ag\"", "00000000ag\""),
        (&join, "\"0x00", "\"0X00", address),
        (&approve, "\"77\"", "\"7 7\"", "\"7 7\""),
        (&approve, "\"77\"", "\"\"", "of at most 256 bits"),
        (&approve, "\"77\"", "\"0x4d\"", "\"0x4d\""),
        (&approve, "\"77\"", "\"-1\"", digits),
        (&approve, "\"77\"", "77", "invalid type: integer `77`"),
        (&approve, "77", &too_large, &too_large),
    ];
    for (right, part, wrong, named) in cases {
        assert!(right.contains(part), "{part} is no part of {right}");
        let error = from_str::<Action>(&right.replace(part, wrong)).err();
        let told = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains(named), "{wrong}: {told}");
    }
    let advance = r#"{"advance_to":{"timestamp":"18446744073709551616"}}"#;
    let error = from_str::<Action>(advance).err().map(|error| error.to_string());
    assert_eq!(
        error.unwrap_or_default(),
        "invalid value: string \"18446744073709551616\", expected decimal digits, of at most 64 \
         bits at line 1 column 50"
    );
    Ok(())
}
