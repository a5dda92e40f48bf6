use std::{env, fs, path::PathBuf};

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

/// Stake that is admitted, promised, slashed while it leaves, and paid out.
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
    let signer = world.approvers[0];
    let signed = Some(Approval { signer, operator, staker, nonce: 0, deadline });
    let function = Function::CreateOperatorSet;
    vec![
        A::SetDepositCap { by: AUTHORITY, strategy: token, cap: 1_000_000 },
        A::Mint { strategy: token, to: staker, amount: 1_000 },
        A::RegisterOperator { operator, approver: Some(signer) },
        A::Appoint { account: set.avs, appointee: STRANGER, function, allowed: true },
        A::CreateOperatorSet { by: STRANGER, set, terms, strategies: vec![token] },
        A::SetMetadata { by: set.avs, avs: set.avs, uri: "ipfs://\"\u{e9}\"".to_owned() },
        A::Join { by, operator, set },
        A::Allocate { by, operator, set, strategy: token, target: Magnitude(Wad::ONE.0 / 4) },
        A::Open { operator },
        A::AdvanceTo { timestamp: ORIGIN + EPOCH_LENGTH },
        A::Admit { by: STRANGER, operator, staker, deadline, signed },
        A::Deposit {
            from: staker,
            strategy: token,
            operator,
            assets: 12_345,
            min_shares: 0,
            receiver: staker,
        },
        A::Pause { by: AUTHORITY, action: Pausable::Raise, duration: 3_600 },
        A::QueueWithdrawal { by: staker, owner: staker, pool, shares: 1_003, min_assets: 0 },
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
