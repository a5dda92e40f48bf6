use std::{env, fs, path::PathBuf};

use alloy::{
    primitives::Selector,
    sol_types::{SolCall, SolError},
};
use palisade_bindings::StakeVault as V;
use palisade_model::{
    Approval, Epoch, Function, Magnitude, OperatorSetId, Outcome, Pausable, PoolId, Recipient,
    Terms, Wad,
};

use super::*;
use crate::world::{
    AUTHORITY, ENDOWMENT, EVIDENCE, OPERATORS, RESOLVER, SERVICES, SLASHERS, STAKERS, STRANGER,
    TREASURY,
};

/// A file of the repository.
fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// Stake that is admitted, promised, slashed while it leaves, and paid out in part: the payment rounds.
fn example(world: &World) -> Vec<Action> {
    use Action as A;
    let [token, other, _] = world.tokens;
    let (operator, staker, by) = (OPERATORS[0], STAKERS[0], OPERATORS[0].account());
    let set = OperatorSetId { avs: SERVICES[0], id: 7 };
    let pool = PoolId { operator, strategy: token, generation: 0 };
    let terms = Terms {
        slasher: SLASHERS[0],
        recipient: Recipient::Account(TREASURY),
        window: 0,
        resolver: Some(RESOLVER),
        cap: Wad(500_000_000_000_000_000),
        conditions: [0; 32],
        registrar: None,
    };
    let deadline = ORIGIN + 7 * EPOCH_LENGTH;
    let approver = world.approvers[0];
    let signed = Some(Approval { signer: approver, operator, staker, nonce: 0, deadline });
    let function = Function::CreateOperatorSet;
    let deposit = |from, assets| {
        let (strategy, min_shares, receiver) = (token, 0, from);
        A::Deposit { from, strategy, operator, assets, min_shares, receiver }
    };
    let queue = |by, shares| A::QueueWithdrawal { by, owner: by, pool, shares, min_assets: 0 };
    vec![
        A::SetDepositCap { by: AUTHORITY, strategy: token, cap: 1_000_000 },
        A::Mint { strategy: token, to: staker, amount: 1_000 },
        A::RegisterOperator { operator, approver: Some(approver) },
        A::Appoint { account: set.avs, appointee: STRANGER, function, allowed: true },
        A::CreateOperatorSet { by: STRANGER, set, terms, strategies: vec![token] },
        A::SetMetadata { by: set.avs, avs: set.avs, uri: "ipfs://\"\u{e9}\"".to_owned() },
        A::Join { by, operator, set },
        A::Allocate { by, operator, set, strategy: token, target: Magnitude(Wad::ONE.0 / 4) },
        A::Open { operator },
        A::AdvanceTo { timestamp: ORIGIN + EPOCH_LENGTH },
        A::Admit { by: STRANGER, operator, staker, deadline, signed },
        A::Admit {
            by: approver,
            operator,
            staker: STAKERS[2],
            deadline: u64::from(u32::MAX),
            signed: None,
        },
        deposit(staker, 12_345),
        deposit(STAKERS[2], 1_000),
        A::Pause { by: AUTHORITY, action: Pausable::Raise, duration: 3_600 },
        queue(staker, 1_003),
        queue(STAKERS[2], 500),
        A::Slash {
            by: SLASHERS[0],
            set,
            operator,
            fractions: vec![(token, Wad(123_456_789_000_000_000))],
        },
        A::Donate { strategy: other, from: staker, amount: 5 },
        A::AdvanceTo { timestamp: ORIGIN + 4 * EPOCH_LENGTH },
        A::CompleteWithdrawal {
            by: staker,
            owner: staker,
            pool,
            epoch: Epoch(4),
            receiver: STAKERS[1],
        },
    ]
}

/// The word of a number, as calls return it.
fn word(number: u128) -> Bytes {
    U256::from(number).to_be_bytes_vec().into()
}

#[test]
fn the_committed_example_is_what_is_written_and_the_model_says_so() {
    let world = World::new().unwrap();
    let actions = example(&world);
    let mut model = world.model().unwrap();
    let mut last = Outcome::Done;
    for action in &actions {
        last = model.apply(action).unwrap_or_else(|error| panic!("{action:?}: {error}"));
    }
    let Outcome::Assets(assets) = last else { panic!("{last:?}") };
    let disagreement = Disagreement::Returned { expected: word(assets), found: word(assets + 1) };
    let written = forge_test(&world, "Example", &actions, &disagreement);
    let name = "test/fuzz/Example.t.sol";
    if env::var_os("WRITE_EXAMPLE").is_some() {
        fs::write(path(name), &written).unwrap();
    }
    let committed = fs::read_to_string(path(name)).unwrap();
    assert!(written == committed, "{name} is another: write it with WRITE_EXAMPLE=1\n{written}");
}

#[test]
fn the_base_has_the_world_at_the_same_addresses() {
    let world = World::new().unwrap();
    let base = fs::read_to_string(path("test/fuzz/Replay.sol")).unwrap();
    let declared: Vec<_> =
        base.lines().filter(|line| line.contains("address internal constant")).collect();
    let constant = |(name, address)| format!("    address internal constant {name} = {address};");
    let expected: Vec<_> = values::constants(&world).into_iter().map(constant).collect();
    assert!(declared == expected, "Replay.sol should have\n{}", expected.join("\n"));
    let plain = |value: u64| number(U256::from(value)).statement(0);
    for (name, value) in [
        ("uint256 internal constant ORIGIN", plain(ORIGIN)),
        ("uint256 internal constant EPOCH_LENGTH", plain(EPOCH_LENGTH)),
        ("uint256 internal constant ENDOWMENT", "2 ** 90;".to_owned()),
        ("bytes32 internal constant EVIDENCE", format!("{EVIDENCE};")),
    ] {
        assert!(base.contains(&format!("    {name} = {value}\n")), "{name} = {value}");
    }
    assert_eq!(ENDOWMENT, 1 << 90);
}

/// How a test ends for a disagreement after an operator opened, on one line.
fn end(disagreement: &Disagreement) -> String {
    let world = World::new().unwrap();
    let open = Action::Open { operator: OPERATORS[1] };
    let written = forge_test(&world, "of kind", &[open], disagreement);
    let kind = format!("Found by palisade-fuzz ({}): ", disagreement.kind());
    assert!(written.contains(&kind), "{written}");
    let (_, body) = written.split_once("function test_of_kind() public {").unwrap();
    let words: Vec<_> = body.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(" )", ")")
}

#[test]
fn each_kind_of_disagreement_asserts_what_the_model_says() {
    let open = "(OPERATOR_2, VAULT, abi.encodeCall(IStakeVault.open, ())";
    let vault = World::new().unwrap().vault;
    let cap = V::depositCapOfCall { strategy: vault }.abi_encode();
    let asked = "(VAULT, abi.encodeCall(IStakeVault.depositCapOf, (VAULT))";
    let refused = "(address(0), VAULT, abi.encodeCall(IStakeVault.depositCapOf, (VAULT))";
    let view = |expected| Disagreement::View {
        what: "depositCapOf".to_owned(),
        from: Address::ZERO,
        contract: vault,
        input: cap.clone().into(),
        expected,
        found: Err(Bytes::new()),
    };
    let reason = || "a reason".to_owned();
    let topic = B256::repeat_byte(0xab);
    let log = Log::new_unchecked(vault, vec![topic], word(3));
    let ones = "1".repeat(64);
    for (disagreement, expected) in [
        (Disagreement::Refused { reason: reason() }, format!("accepted{open});")),
        (Disagreement::Accepted { reason: reason() }, format!("refused{open});")),
        (
            Disagreement::Reason { chain: reason(), data: vec![0xfe].into(), model: reason() },
            format!("refusedOtherwise{open}, hex\"fe\");"),
        ),
        (
            Disagreement::Returned { expected: word(3), found: Bytes::new() },
            // The function returns nothing: so it is said in bytes.
            format!("returned{open}, hex\"{:064x}\");", 3),
        ),
        (
            Disagreement::Log { place: 2, expected: Some(log), found: None },
            format!(
                "recorded{open}); logged(2, VAULT, bytes.concat(hex\"{topic:x}\"), hex\"{:064x}\");",
                3
            ),
        ),
        (
            Disagreement::Log { place: 2, expected: None, found: None },
            format!("recorded{open}); noLog(2);"),
        ),
        (
            Disagreement::Word {
                what: "a \"word\"".to_owned(),
                contract: vault,
                slot: B256::repeat_byte(0x11),
                expected: U256::ONE,
                found: U256::ZERO,
                fields: vec![],
            },
            format!(
                "attempt{open}); stored(VAULT, bytes32(0x{ones}), bytes32(0x{:064x}), \
                 string(hex\"612022776f726422\"));",
                1
            ),
        ),
        (view(Ok(word(30_000))), format!("attempt{open}); answers{asked}, abi.encode(30_000));")),
        (
            view(Err("EpochNotBegun".to_owned())),
            format!(
                "attempt{open}); declinesWith{refused}, bytes4({}));",
                Selector::from(V::EpochNotBegun::SELECTOR)
            ),
        ),
        (view(Err("no such error".to_owned())), format!("attempt{open}); declines{refused});")),
        (Disagreement::Promise(reason()), format!("attempt{open});")),
        (Disagreement::Rebuild(reason()), format!("attempt{open});")),
    ] {
        assert_eq!(end(&disagreement), format!("{expected} }} }}"));
    }
}

#[test]
fn what_solidity_cannot_tell_is_said() {
    let world = World::new().unwrap();
    let told = |disagreement| {
        forge_test(&world, "x", &[], &disagreement).contains("// Solidity cannot tell this")
    };
    assert!(told(Disagreement::Promise(String::new())));
    assert!(told(Disagreement::Rebuild(String::new())));
    assert!(told(Disagreement::Invariant { name: String::new(), complaint: String::new() }));
    assert!(!told(Disagreement::Refused { reason: String::new() }));
}

#[test]
fn time_that_the_model_refuses_does_not_pass() {
    let world = World::new().unwrap();
    let end = ORIGIN + u64::from(LAST_EPOCH.0) * EPOCH_LENGTH;
    let times = [ORIGIN + 5, ORIGIN + 4, ORIGIN + 5, end, end - 1];
    let actions = times.map(|timestamp| Action::AdvanceTo { timestamp });
    let written = forge_test(&world, "x", &actions, &Disagreement::Promise(String::new()));
    let is_step = |line: &&str| line.starts_with("at(") || line.contains("refuses");
    let steps: Vec<_> = written.lines().map(str::trim).filter(is_step).collect();
    assert_eq!(
        steps,
        [
            "at(1_700_000_005);",
            "// The model refuses that time becomes 1700000004.",
            "at(1_700_000_005);",
            &format!("// The model refuses that time becomes {end}."),
            &call("at", [number(U256::from(end - 1))]).statement(0),
        ]
    );
    let mut model = world.model().unwrap();
    let accepted = actions.each_ref().map(|action| model.apply(action).is_ok());
    assert_eq!(accepted, [true, false, true, false, true]);
}

#[test]
fn values_are_written_as_forge_formats_them() {
    let wad = U256::from(10).pow(U256::from(18));
    for (value, expected) in [
        (U256::ZERO, "0"),
        (U256::from(9_999), "9999"),
        (U256::from(10_000), "10_000"),
        (wad / U256::from(4), "0.25e18"),
        (wad * U256::from(12_345), "12_345e18"),
        (wad / U256::from(3), "333_333_333_333_333_333"),
        (U256::MAX, "type(uint256).max"),
    ] {
        assert_eq!(number(value).statement(0), format!("{expected};"));
    }
    assert_eq!(solidity::string("a b").statement(0), "\"a b\";");
    assert_eq!(solidity::string("\n").statement(0), "string(hex\"0a\");");
}

#[test]
fn names_are_ones_that_solidity_takes() {
    for (name, expected) in [("found-7", "found_7"), ("7", "Found7"), ("", "Found"), ("A", "A")] {
        assert_eq!(identifier(name), expected);
    }
}
