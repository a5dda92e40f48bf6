use std::collections::BTreeSet;

use alloy::primitives::{Address, keccak256};
use palisade_model::{
    Action, Epoch, Function, Magnitude, Operator, Pausable, PoolId, Strategy, U256, Wad,
};

use super::*;
use crate::{
    story::{
        GATED, GIVEN_UP, INSTANT, OPERATOR, Pair, SLOW, STAKER, epoch_begins, story, terms, told,
    },
    world::{AUTHORITY, OPERATORS, SERVICES, SLASHERS, STAKERS, STRANGER, TREASURY},
};

impl Pair {
    fn compare(&mut self, extent: Extent) -> Option<Disagreement> {
        compare(&mut self.chain, &self.world, &self.model, extent).unwrap()
    }
}

/// The functions that `judge` lets through, of every question.
fn functions(
    pair: &Pair,
    mut judge: impl FnMut(&Question<'_>) -> bool,
) -> BTreeSet<(Address, [u8; 4])> {
    let mut functions = BTreeSet::new();
    let mut keep = |question: &Question<'_>| {
        if judge(question) {
            let selector = question.input[..4].try_into().unwrap();
            functions.insert((question.contract, selector));
        }
        Ok(())
    };
    let mut questions = Questions { place: 0, stride: 1, turn: 0, judge: &mut keep };
    let keys = Keys::new(&pair.world, &pair.model);
    assert!(put(&mut questions, &pair.world, &pair.model, &keys).is_ok());
    functions
}

/// A type as a signature has it: of a struct, its fields.
fn canonical(input: &serde_json::Value) -> String {
    let ty = input["type"].as_str().unwrap();
    let Some(suffix) = ty.strip_prefix("tuple") else { return ty.to_owned() };
    let fields: Vec<_> = input["components"].as_array().unwrap().iter().map(canonical).collect();
    format!("({}){suffix}", fields.join(","))
}

/// The views of a committed artifact, with their names.
fn views(json: &str) -> Vec<(String, [u8; 4])> {
    let artifact: serde_json::Value = serde_json::from_str(json).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let abi = artifact["abi"].as_array().unwrap();
    let is_view = |item: &&serde_json::Value| {
        item["type"] == "function"
            && ["view", "pure"].contains(&item["stateMutability"].as_str().unwrap())
    };
    let signed = |item: &serde_json::Value| {
        let inputs = item["inputs"].as_array().unwrap();
        let types: Vec<_> = inputs.iter().map(canonical).collect();
        let signature = format!("{}({})", text(&item["name"]), types.join(","));
        let selector = keccak256(&signature)[..4].try_into().unwrap();
        (signature, selector)
    };
    abi.iter().filter(is_view).map(signed).collect()
}

fn views_of_core(world: &World) -> Vec<(Address, String, [u8; 4])> {
    let vault = views(include_str!("../../../bindings/artifacts/StakeVault.json"));
    let manager = views(include_str!("../../../bindings/artifacts/AllocationManager.json"));
    let rewards = views(include_str!("../../../bindings/artifacts/RewardsDistributor.json"));
    let of = |contract: Address| move |(signature, selector)| (contract, signature, selector);
    vault
        .into_iter()
        .map(of(world.vault))
        .chain(manager.into_iter().map(of(world.manager)))
        .chain(rewards.into_iter().map(of(world.rewards)))
        .collect()
}

#[test]
fn agree_before_anything_happened_and_after_every_action() -> Result<()> {
    let mut pair = Pair::new()?;
    assert_eq!(pair.compare(Extent::All), None);
    for action in story(&pair.world) {
        pair.play(&action);
        assert_eq!(pair.compare(Extent::All), None, "after {action:?}");
    }
    Ok(())
}

#[test]
fn every_view_of_the_core_is_asked() -> Result<()> {
    let pair = Pair::new()?;
    let asked = functions(&pair, |_| true);
    let views = views_of_core(&pair.world);
    assert!(views.len() > 40);
    for (contract, signature, selector) in views {
        assert!(asked.contains(&(contract, selector)), "{signature} is not asked");
    }
    Ok(())
}

/// A chain on which nothing happened differs in every view but the constants.
#[test]
fn every_view_that_can_differ_is_found_to_differ() -> Result<()> {
    let (mut other, pair) = (Pair::new()?, told()?);
    let differing = functions(&pair, |question| question.judge(&mut other.chain).is_err());
    let constant = [
        "ALLOCATION_MANAGER()",
        "AUTHORITY()",
        "BURN_ADDRESS()",
        "EPOCH_LENGTH()",
        "LEAST_MAGNITUDE()",
        "MAX_ASSETS()",
        "MAX_COMMISSION()",
        "ORIGIN()",
        "VAULT()",
        "supportsInterface(bytes4)",
    ];
    for (contract, signature, selector) in views_of_core(&pair.world) {
        let differs = differing.contains(&(contract, selector));
        assert_eq!(differs, !constant.contains(&signature.as_str()), "{signature}");
    }
    let token = crate::world::strategy(pair.world.tokens[2]);
    let tokens = ["balanceOf(address)", "totalSupply()"];
    for signature in tokens {
        let selector = keccak256(signature)[..4].try_into().unwrap();
        assert!(differing.contains(&(token, selector)), "{signature}");
    }
    Ok(())
}

/// What the model alone does in each case, and which view is the first to tell.
fn secrets(world: &World) -> Vec<(Action, &'static str)> {
    use Action as A;
    let [first, second, third] = world.tokens;
    let (by, slasher) = (OPERATOR.account(), SLASHERS[0]);
    let pool = PoolId { operator: OPERATOR, strategy: first, generation: 0 };
    let mint = |strategy, to| A::Mint { strategy, to, amount: 1 };
    vec![
        (epoch_begins(8), "vault.currentEpoch()"),
        (A::Pause { by: AUTHORITY, action: Pausable::Open, duration: 1 }, "vault.pauseOf(1)"),
        (A::Pause { by: AUTHORITY, action: Pausable::Join, duration: 1 }, "manager.pauseOf(3)"),
        (
            A::RegisterOperator { operator: OPERATORS[2], approver: None },
            "vault.operatorState(operator 3)",
        ),
        (A::Close { operator: OPERATOR }, "vault.operatorState(operator 1)"),
        (
            A::Admit {
                by: world.approvers[0],
                operator: GATED,
                staker: STAKERS[1],
                deadline: 0,
                signed: None,
            },
            "vault.admissionOf(operator 2, staker 2)",
        ),
        (
            A::SetDepositCap { by: AUTHORITY, strategy: second, cap: 1 },
            "vault.depositCapOf(token 1)",
        ),
        (
            A::Delegate {
                by: STAKER,
                owner: STAKER,
                pool: PoolId { operator: Operator::IDLE, strategy: third, generation: 0 },
                shares: 1,
                to: OPERATOR,
                min_shares: 0,
            },
            "vault.assetsOf(all pools)",
        ),
        (
            A::Transfer { by: STAKER, from: STAKER, to: STAKERS[3], pool, amount: 1 },
            "vault.balanceOf(operator 1/token 0, staker 1)",
        ),
        (
            A::Approve { owner: STAKER, spender: TREASURY, pool, amount: U256::MAX },
            "vault.allowance(staker 1, treasury, operator 1/token 0)",
        ),
        (
            A::SetOperator { owner: SLASHERS[0], spender: STAKER, approved: true },
            "vault.isOperator(slasher 1, staker 1)",
        ),
        (
            A::SetCeiling { by: AUTHORITY, strategy: second, ceiling: Wad(2 * Wad::ONE.0) },
            "manager.degreeCeilingOf(token 1)",
        ),
        (
            A::Settle { by: STRANGER, operator: OPERATOR, set: GIVEN_UP, strategy: first },
            "manager.guaranteedStake(set 1 of service 1, token 0)",
        ),
        (A::Retire { by: INSTANT.avs, set: INSTANT }, "manager.termsOf(set 1 of service 1)"),
        (
            A::Join { by: GATED.account(), operator: GATED, set: INSTANT },
            "manager.membershipOf(set 1 of service 1, operator 2)",
        ),
        (
            A::AddStrategy { by: SLOW.avs, set: SLOW, strategy: second },
            "manager.isAccepted(set 2 of service 1, token 1)",
        ),
        (
            A::Allocate {
                by,
                operator: OPERATOR,
                set: SLOW,
                strategy: first,
                target: Magnitude(Magnitude::WHOLE.0 / 10),
            },
            "manager.allocationOf(set 2 of service 1, operator 1, token 0)",
        ),
        (
            A::CancelSlash { by: slasher, set: SLOW, operator: OPERATOR, strategy: first },
            "manager.proposalOf(set 2 of service 1, operator 1, token 0)",
        ),
        (
            A::Appoint {
                account: SERVICES[1],
                appointee: TREASURY,
                function: Function::Eject,
                allowed: true,
            },
            "manager.isAppointed(service 2, treasury, Eject)",
        ),
        (mint(first, STAKER), "token 0.totalSupply()"),
        (A::Donate { strategy: third, from: STAKER, amount: 1 }, "token 2.balanceOf(vault)"),
        (
            A::SetCanReceive { strategy: second, account: STRANGER, can: false },
            "token 1.isBlocked(stranger)",
        ),
    ]
}

#[test]
fn what_the_model_does_alone_is_found() -> Result<()> {
    let mut pair = told()?;
    let before = pair.model.clone();
    for (action, first) in secrets(&pair.world) {
        pair.model.apply(&action).unwrap_or_else(|error| panic!("{action:?}: {error}"));
        let found = pair.compare(Extent::All);
        let Some(Disagreement::View { what, from, contract, input, expected, found }) = found
        else {
            panic!("{action:?}: {found:?}");
        };
        assert_eq!(what, first, "{action:?}");
        assert_ne!(expected.unwrap(), found.clone().unwrap());
        assert_eq!(pair.chain.answer(from, contract, input)?, found);
        pair.model = before.clone();
    }
    assert_eq!(pair.compare(Extent::All), None);
    Ok(())
}

#[test]
fn history_is_refused_of_an_epoch_that_has_not_begun() -> Result<()> {
    let (pair, mut ahead) = (told()?, told()?);
    // An epoch ahead, the chain answers what the model refuses.
    ahead.chain.set_time(pair.model.clock().now() + crate::world::EPOCH_LENGTH);
    let mut answered = BTreeSet::new();
    functions(&pair, |question| {
        let found =
            ahead.chain.answer(question.from, question.contract, question.input.clone()).unwrap();
        if question.expected.is_err() && found.is_ok() {
            answered.insert(question.signature);
            let Disagreement::View { expected, .. } = question.disagreement(found) else {
                panic!("no disagreement about a view")
            };
            assert_eq!(expected, Err("EpochNotBegun(uint256,uint256)".to_owned()));
        }
        false
    });
    let histories = [
        "historyOf(uint256,address,uint256,uint256)",
        "sharesAt(uint256,address,uint256)",
        "totalSharesAt(uint256,uint256)",
    ];
    assert_eq!(answered, BTreeSet::from(histories));
    Ok(())
}

#[test]
fn what_a_manager_has_learned_of_an_operator_is_never_ahead() -> Result<()> {
    let mut pair = Pair::new()?;
    let opened = |pair: &Pair| manager::membership(&pair.model, INSTANT, OPERATOR).1;
    let [never, also_never] = opened(&pair);
    assert_eq!(never, also_never);
    for action in story(&pair.world) {
        pair.model.apply(&action).unwrap();
    }
    let [not_yet, known] = opened(&pair);
    assert_eq!(known[63], 1);
    assert_eq!((not_yet[63], &not_yet[64..]), (0, &known[64..]));
    Ok(())
}

#[test]
fn consecutive_turns_ask_everything() -> Result<()> {
    let mut pair = told()?;
    let total = count(&pair.world, &pair.model, &Keys::new(&pair.world, &pair.model));
    let turns = total.div_ceil(MOST) as u64;
    assert!(turns > 1);
    let action = Action::Appoint {
        account: SERVICES[1],
        appointee: TREASURY,
        function: Function::Eject,
        allowed: true,
    };
    pair.model.apply(&action).unwrap();
    for first in [0, 5, u64::MAX - turns] {
        let found =
            (first..first + turns).filter(|turn| pair.compare(Extent::Turn(*turn)).is_some());
        assert_eq!(found.count(), 1);
    }
    Ok(())
}

#[test]
fn a_question_is_asked_about_what_does_not_exist() -> Result<()> {
    let pair = Pair::new()?;
    let keys = Keys::new(&pair.world, &pair.model);
    assert!(keys.sets.iter().any(|id| pair.model.operator_set(*id).is_err()));
    assert!(keys.operators.contains(&STRANGER.into()));
    let is_unknown = |token: &&Strategy| !pair.world.tokens.contains(*token);
    assert_eq!(keys.tokens.iter().filter(is_unknown).count(), 1);
    assert_eq!(keys.past(3), BTreeSet::from([Epoch(0), Epoch(1)]));
    Ok(())
}

#[test]
fn what_is_left_of_a_renewed_pool_agrees() -> Result<()> {
    use Action as A;
    let mut pair = Pair::new()?;
    let (strategy, operator, set) = (pair.world.tokens[0], OPERATOR, INSTANT);
    let by = operator.account();
    let allocate = |target| A::Allocate { by, operator, set, strategy, target };
    let actions = [
        A::RegisterOperator { operator, approver: None },
        A::CreateOperatorSet { by: set.avs, set, terms: terms(0), strategies: vec![strategy] },
        A::Join { by, operator, set },
        allocate(Magnitude::WHOLE),
        A::Open { operator },
        epoch_begins(2),
        A::Deposit {
            from: STAKER,
            strategy,
            operator,
            assets: 1_000_000,
            min_shares: 0,
            receiver: STAKER,
        },
        A::Slash {
            by: SLASHERS[0],
            set,
            operator,
            fractions: vec![(strategy, Wad(Wad::ONE.0 / 10_000 * 9_999))],
        },
        allocate(Magnitude::ZERO),
        epoch_begins(4),
        A::Settle { by, operator, set, strategy },
        A::Renew { by, operator, strategy },
    ];
    for action in &actions {
        pair.play(action);
        assert_eq!(pair.compare(Extent::All), None, "after {action:?}");
    }
    let rest = PoolId { operator, strategy, generation: 0 };
    assert_eq!(pair.model.position_value(rest, STAKER), 100);
    let shares = 400_000;
    pair.play(&A::Withdraw { by: STAKER, owner: STAKER, pool: rest, shares, receiver: STAKER });
    pair.play(&epoch_begins(5));
    assert_eq!(pair.model.position_value(rest, STAKER), 60);
    assert_eq!(pair.compare(Extent::All), None);
    Ok(())
}
