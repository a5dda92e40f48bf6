use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, aliases::U192},
    sol_types::Revert,
};
use palisade_bindings::{AllocationManager as M, StakeVault as V};
use palisade_model::{
    Action, ActionKind, Approval, Epoch, Function, LAST_DEADLINE, LEAST_MAGNITUDE, MAX_DEPOSIT_CAP,
    Magnitude, Operator, OperatorSetId, Pausable, PoolId, Recipient, Terms, U256, Wad,
};

use super::*;
use crate::{
    game::*,
    world::{AUTHORITY, ENDOWMENT, EPOCH_LENGTH, RESOLVER, SERVICES, STRANGER, TREASURY},
};

/// What no action of the world can meet: `StakeVault.sol` and `AllocationManager.sol` say when they would say so.
const NEVER: [&str; 12] = [
    "CannotAppointAppoint",
    "ERC20InvalidApprover",
    "ERC20InvalidSpender",
    "EpochNotBegun",
    "EpochTooShort",
    "GenerationsExhausted",
    "LengthMismatch",
    "NoAuthority",
    "NotAllocationManager",
    "NotEnoughGas",
    "ReentrancyGuardReentrantCall",
    "TokenDeliveredLess",
];

/// What is refused to nobody.
const FREE: [ActionKind; 5] = [
    ActionKind::AdvanceTo,
    ActionKind::SetCanReceive,
    ActionKind::Approve,
    ActionKind::SetOperator,
    ActionKind::Appoint,
];

#[test]
fn whatever_the_chain_refuses_it_refuses_for_a_reason_that_is_so() {
    let histories = [
        governance,
        approvals,
        entries,
        idle_stake,
        exits,
        positions,
        worn_out,
        tokens,
        roles,
        terms,
        memberships,
        allocations,
        slashes,
        proposals,
    ];
    let (mut refused, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    for history in histories {
        let game = history();
        refused.extend(game.refused);
        reasons.extend(game.reasons);
    }
    let missed: Vec<_> = ActionKind::ALL
        .iter()
        .filter(|kind| !refused.contains(kind) && !FREE.contains(kind))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
    let errors = [
        V::StakeVaultErrors::VARIANT_NAMES,
        M::AllocationManagerErrors::VARIANT_NAMES,
        DevToken::DevTokenErrors::VARIANT_NAMES,
    ];
    let missed: BTreeSet<_> =
        errors.concat().into_iter().filter(|it| !reasons.contains(it)).collect();
    assert_eq!(missed, BTreeSet::from(NEVER));
}

fn governance() -> Game {
    let mut game = Game::new();
    let token = game.token(0);
    let cap = |by, cap| Action::SetDepositCap { by, strategy: token, cap };
    game.refuses(cap(BOB, 1), "NotAuthority");
    game.refuses(cap(AUTHORITY, MAX_DEPOSIT_CAP + 1), "DepositCapTooHigh");
    game.refuses(cap(AUTHORITY, u128::MAX), "DepositCapTooHigh");
    let ceiling = |by, wad| Action::SetCeiling { by, strategy: token, ceiling: Wad(wad) };
    game.refuses(ceiling(BOB, ONE), "NotAuthority");
    game.refuses(ceiling(AUTHORITY, ONE - 1), "DegreeCeilingOutOfRange");
    game.refuses(ceiling(AUTHORITY, 10 * ONE + 1), "DegreeCeilingOutOfRange");
    use Pausable as P;
    game.refuses(Action::Pause { by: BOB, action: P::Open, duration: 1 }, "NotAuthority");
    game.refuses(pause(P::Complete, 3 * 86_400 + 1), "PauseTooLong");
    game.refuses(pause(P::Raise, u64::MAX), "PauseTooLong");

    game.does(deposit(ALICE, token, Operator::IDLE, 100));
    game.does(register(OPERATOR, None));
    game.does(create(INSTANT, instant(), &[token]));
    game.does(join(OPERATOR, INSTANT));
    for action in [P::Deposit, P::Open, P::Complete, P::Join, P::Raise, P::CreateSet] {
        game.does(pause(action, 600));
        game.refuses(pause(action, 600), "PausedTooRecently");
    }
    let idle = game.pool(Operator::IDLE);
    game.refuses(deposit(ALICE, token, Operator::IDLE, 1), "Paused");
    game.refuses(delegate(ALICE, idle, 1, Operator::IDLE), "Paused");
    game.refuses(redelegate(ALICE, idle, Epoch(1), Operator::IDLE), "Paused");
    game.refuses(Action::Open { operator: OPERATOR }, "Paused");
    game.refuses(withdraw(ALICE, idle, 1), "Paused");
    game.refuses(complete(ALICE, idle, Epoch(1)), "Paused");
    game.refuses(join(OPERATOR, INSTANT), "Paused");
    game.refuses(allocate(OPERATOR, INSTANT, token, ONE), "Paused");
    game.refuses(create(SLOW, slow(), &[]), "Paused");
    // It pauses raises only.
    game.refuses(allocate(OPERATOR, INSTANT, token, 0), "MagnitudeUnchanged");
    game.wait(600);
    game.does(deposit(ALICE, token, Operator::IDLE, 1));
    game
}

fn approvals() -> Game {
    let mut game = Game::new();
    let token = game.token(0);
    let [approver, stranger] = game.world.approvers;
    game.refuses(Action::Open { operator: OPERATOR }, "NotRegistered");
    game.refuses(Action::Close { operator: OPERATOR }, "OperatorClosedToStake");
    game.refuses(Action::RemoveApprover { operator: OPERATOR }, "NoApprover");
    game.does(register(OPERATOR, Some(approver)));
    game.refuses(register(OPERATOR, None), "AlreadyRegistered");
    game.refuses(Action::Close { operator: OPERATOR }, "OperatorClosedToStake");
    game.refuses(deposit(ALICE, token, OPERATOR, 1), "OperatorClosedToStake");
    game.does(Action::Open { operator: OPERATOR });
    game.refuses(Action::Open { operator: OPERATOR }, "AlreadyOpen");
    game.refuses(deposit(ALICE, token, OPERATOR, 1), "OperatorClosedToStake");
    game.pass(1);
    game.refuses(deposit(ALICE, token, OPERATOR, 1), "NotAdmitted");

    let operator = OPERATOR;
    let admit =
        |by, deadline, signed| Action::Admit { by, operator, staker: ALICE, deadline, signed };
    let now = game.now();
    game.refuses(
        Action::Admit { by: BOB, operator: OTHER, staker: ALICE, deadline: now, signed: None },
        "NoApprover",
    );
    game.refuses(admit(BOB, now - 1, None), "NotAdmitted");
    game.refuses(admit(BOB, now, None), "BadApproval");
    let signed = Approval { signer: approver, operator, staker: ALICE, nonce: 0, deadline: now };
    for signed in [
        Approval { signer: stranger, ..signed },
        Approval { nonce: 1, ..signed },
        Approval { deadline: now + 1, ..signed },
        Approval { staker: BOB, ..signed },
    ] {
        game.refuses(admit(BOB, now, Some(signed)), "BadApproval");
    }
    for deadline in [LAST_DEADLINE + 1, u64::MAX] {
        game.refuses(admit(approver, deadline, None), "SafeCastOverflowedUintDowncast");
        let signed = Some(Approval { deadline, ..signed });
        game.refuses(admit(BOB, deadline, signed), "SafeCastOverflowedUintDowncast");
    }
    game.does(admit(approver, now, None));
    let for_alice = Action::Deposit {
        from: BOB,
        strategy: token,
        operator,
        assets: 1,
        min_shares: 0,
        receiver: ALICE,
    };
    game.refuses(for_alice, "NotOwnerNorOperator");
    game.wait(1);
    game.refuses(deposit(ALICE, token, OPERATOR, 1), "NotAdmitted");
    game
}

fn entries() -> Game {
    let mut game = Game::staked();
    let token = game.token(0);
    game.refuses(deposit(ALICE, token, OTHER, 1), "OperatorClosedToStake");
    game.refuses(deposit(ALICE, token, OPERATOR, 0), "NothingToMove");
    let asks = |assets, min_shares, receiver| Action::Deposit {
        from: ALICE,
        strategy: token,
        operator: OPERATOR,
        assets,
        min_shares,
        receiver,
    };
    game.refuses(asks(10, 11, ALICE), "TooLittle");
    game.refuses(asks(10, u128::MAX, ALICE), "TooLittle");
    game.refuses(asks(10, 10, Account::default()), "BadReceiver");
    game.refuses(asks(MAX_DEPOSIT_CAP + 1, 0, ALICE), "DepositCapExceeded");
    game.refuses(asks(u128::MAX, 0, ALICE), "DepositCapExceeded");
    game.does(Action::SetDepositCap { by: AUTHORITY, strategy: token, cap: 1_500 });
    game.refuses(asks(501, 0, ALICE), "DepositCapExceeded");
    // After a slash, a share buys less than one asset, and an asset more than one share.
    game.does(slash(&[(token, ONE)]));
    game.refuses(asks(10, 21, ALICE), "TooLittle");
    game
}

fn idle_stake() -> Game {
    let mut game = Game::staked();
    let (token, staked) = (game.token(0), game.pool(OPERATOR));
    let idle = game.pool(Operator::IDLE);
    game.does(deposit(ALICE, token, Operator::IDLE, 100));
    game.refuses(queue(ALICE, idle, 1), "PoolIsIdle");
    game.refuses(withdraw(ALICE, staked, 1), "PoolIsAtRisk");
    game.refuses(delegate(ALICE, staked, 1, Operator::IDLE), "PoolIsAtRisk");
    for shares in [101, u128::MAX] {
        game.refuses(withdraw(ALICE, idle, shares), "InsufficientShares");
        game.refuses(delegate(ALICE, idle, shares, OPERATOR), "InsufficientShares");
    }
    game.refuses(withdraw(ALICE, idle, 0), "NothingToMove");
    game.refuses(delegate(ALICE, idle, 0, OPERATOR), "NothingToMove");
    game.refuses(delegate(ALICE, idle, 1, OTHER), "OperatorClosedToStake");
    game.refuses(withdraw(ALICE, PoolId { generation: 1, ..idle }, 1), "PoolGenerationEnded");
    game.refuses(
        delegate(ALICE, PoolId { generation: 1, ..staked }, 1, OPERATOR),
        "PoolGenerationEnded",
    );
    let delegate_all = |to, min_shares| Action::Delegate {
        by: ALICE,
        owner: ALICE,
        pool: idle,
        shares: 100,
        to,
        min_shares,
    };
    game.refuses(delegate_all(OPERATOR, 101), "TooLittle");
    game.refuses(delegate_all(Operator::IDLE, 101), "TooLittle");
    let by_bob =
        |receiver| Action::Withdraw { by: BOB, owner: ALICE, pool: idle, shares: 1, receiver };
    game.refuses(by_bob(BOB), "NotOwnerNorOperator");
    game.refuses(
        Action::Delegate {
            by: BOB,
            owner: ALICE,
            pool: idle,
            shares: 1,
            to: OPERATOR,
            min_shares: 0,
        },
        "NotOwnerNorOperator",
    );
    game.does(can_receive(token, BOB, false));
    game.does(Action::SetOperator { owner: ALICE, spender: BOB, approved: true });
    game.refuses(by_bob(BOB), "Blocked");
    game.refuses(by_bob(Account::default()), "BadReceiver");
    game
}

fn exits() -> Game {
    let mut game = Game::staked();
    let (token, pool) = (game.token(0), game.pool(OPERATOR));
    let ripe = Epoch(game.model.epoch().0 + 2);
    let by_bob = Action::QueueWithdrawal { by: BOB, owner: ALICE, pool, shares: 1, min_assets: 0 };
    game.refuses(by_bob, "NotOwnerNorOperator");
    game.refuses(queue(ALICE, pool, 1_001), "InsufficientShares");
    game.refuses(queue(ALICE, pool, 0), "NothingToMove");
    game.refuses(queue(ALICE, PoolId { generation: 1, ..pool }, 1), "PoolGenerationEnded");
    let asks = |min_assets| Action::QueueWithdrawal {
        by: ALICE,
        owner: ALICE,
        pool,
        shares: 100,
        min_assets,
    };
    game.refuses(asks(101), "TooLittle");
    game.refuses(asks(u128::MAX), "TooLittle");
    game.refuses(complete(ALICE, pool, ripe), "NoExit");
    game.refuses(redelegate(ALICE, pool, Epoch(0), OPERATOR), "NoExit");
    game.does(queue(ALICE, pool, 200));
    game.refuses(complete(ALICE, pool, ripe), "ExitNotRipe");
    game.refuses(redelegate(ALICE, pool, ripe, OPERATOR), "ExitNotRipe");
    game.pass(2);
    game.refuses(complete(BOB, pool, ripe), "NoExit");
    let complete_to =
        |by, receiver| Action::CompleteWithdrawal { by, owner: ALICE, pool, epoch: ripe, receiver };
    let redelegate_to = |by, to, min_shares| Action::Redelegate {
        by,
        owner: ALICE,
        pool,
        epoch: ripe,
        to,
        min_shares,
    };
    game.refuses(complete_to(BOB, BOB), "NotOwnerNorOperator");
    game.refuses(complete_to(ALICE, Account::default()), "BadReceiver");
    game.does(can_receive(token, TREASURY, false));
    game.refuses(complete_to(ALICE, TREASURY), "Blocked");
    game.refuses(redelegate_to(BOB, OPERATOR, 0), "NotOwnerNorOperator");
    game.refuses(redelegate_to(ALICE, OTHER, 0), "OperatorClosedToStake");
    game.refuses(redelegate_to(ALICE, OPERATOR, 201), "TooLittle");
    // An exit that a slash left nothing of can be completed, and not be moved on.
    let last = Epoch(game.model.epoch().0 + 2);
    game.does(queue(ALICE, pool, 200));
    game.does(slash(&[(token, ONE)]));
    let slow = Action::ProposeSlash {
        by: SLASHER,
        set: SLOW,
        operator: OPERATOR,
        strategy: token,
        wad: Wad::ONE,
    };
    game.does(slow);
    game.wait(3_600);
    game.does(execute(token));
    game.pass(2);
    game.refuses(redelegate(ALICE, pool, last, OPERATOR), "NothingToMove");
    game.refuses(redelegate(ALICE, pool, last, Operator::IDLE), "NothingToMove");
    game.refuses(queue(ALICE, pool, 1), "PoolGenerationEnded");
    game.refuses(withdraw(ALICE, pool, 1), "PoolGenerationEnded");
    game
}

fn positions() -> Game {
    let mut game = Game::new();
    let token = game.token(0);
    let [approver, _] = game.world.approvers;
    game.does(register(OPERATOR, Some(approver)));
    game.does(Action::Open { operator: OPERATOR });
    game.pass(1);
    let deadline = game.now();
    game.does(Action::Admit {
        by: approver,
        operator: OPERATOR,
        staker: ALICE,
        deadline,
        signed: None,
    });
    game.does(deposit(ALICE, token, OPERATOR, 100));
    game.does(deposit(ALICE, token, Operator::IDLE, 100));
    let (gated, idle) = (game.pool(OPERATOR), game.pool(Operator::IDLE));
    game.refuses(transfer(ALICE, ALICE, gated, 1), "PoolGated");
    game.refuses(transfer(ALICE, ALICE, idle, 101), "InsufficientShares");
    game.refuses(transfer(ALICE, ALICE, idle, u128::MAX), "InsufficientShares");
    game.refuses(transfer(ALICE, ALICE, idle, 0), "NothingToMove");
    game.refuses(transfer(BOB, ALICE, idle, 0), "NothingToMove");
    game.refuses(transfer(BOB, ALICE, idle, 1), "InsufficientAllowance");
    let amount = U256::from(5);
    game.does(Action::Approve { owner: ALICE, spender: BOB, pool: idle, amount });
    game.refuses(transfer(BOB, ALICE, idle, 6), "InsufficientAllowance");
    game.refuses(transfer(BOB, ALICE, idle, u128::MAX), "InsufficientAllowance");
    let to = Account::default();
    game.refuses(
        Action::Transfer { by: ALICE, from: ALICE, to, pool: idle, amount: 1 },
        "BadReceiver",
    );
    // A pool in which nobody ever staked is of nobody yet.
    let never = PoolId { strategy: game.token(1), ..gated };
    game.refuses(transfer(ALICE, ALICE, never, 1), "InsufficientShares");
    game
}

fn worn_out() -> Game {
    let mut game = Game::staked();
    let token = game.token(0);
    let renew = |by| Action::Renew { by, operator: OPERATOR, strategy: token };
    game.refuses(renew(BOB), "NotAuthorized");
    game.refuses(renew(OPERATOR.account()), "StillCommitted");
    game.does(Action::Retire { by: SERVICE, set: SLOW });
    game.does(settle(OPERATOR, SLOW, token));
    game.does(allocate(OPERATOR, INSTANT, token, ONE));
    game.does(deposit(ALICE, token, OPERATOR, 1 << 60));
    game.pass(3);
    let pool = game.pool(OPERATOR);
    game.does(deposit(ALICE, token, Operator::IDLE, MAX_DEPOSIT_CAP / 8));
    // Of so little, nothing is left that a share could buy, nor a deposit that would fit.
    game.does(slash(&[(token, ONE - 1)]));
    game.refuses(queue(ALICE, pool, 1), "NothingToMove");
    game.refuses(deposit(ALICE, token, OPERATOR, 1 << 60), "PoolWornOut");
    let idle = game.pool(Operator::IDLE);
    game.refuses(delegate(ALICE, idle, 1 << 60, OPERATOR), "PoolWornOut");
    game.refuses(allocate(OPERATOR, INSTANT, token, ONE), "TooLittleLeft");
    game.does(leave(OPERATOR, INSTANT, &[token]));
    game.pass(2);
    game.does(settle(OPERATOR, INSTANT, token));
    let other =
        Action::Renew { by: OPERATOR.account(), operator: OPERATOR, strategy: game.token(1) };
    game.refuses(other, "NotWornOut");
    game.does(renew(OPERATOR.account()));
    game.refuses(renew(OPERATOR.account()), "NotWornOut");
    game.refuses(withdraw(ALICE, pool, 1), "NothingToMove");
    let all = game.model.position_shares(pool, ALICE);
    game.refuses(withdraw(ALICE, pool, all + 1), "InsufficientShares");
    game.refuses(withdraw(BOB, pool, 1), "InsufficientShares");
    game.does(withdraw(ALICE, pool, all));
    game.refuses(withdraw(ALICE, pool, 1), "PoolGenerationEnded");
    game
}

fn tokens() -> Game {
    let mut game = Game::staked();
    let token = game.token(0);
    game.refuses(deposit(ALICE, token, OPERATOR, ENDOWMENT), "ERC20InsufficientBalance");
    game.refuses(deposit(STRANGER, token, OPERATOR, 1), "ERC20InsufficientAllowance");
    game.refuses(deposit(ALICE, Strategy([9; 20]), Operator::IDLE, 1), "SafeERC20FailedOperation");
    let donate = |from, amount| Action::Donate { strategy: token, from, amount };
    game.refuses(donate(STRANGER, 1), "ERC20InsufficientBalance");
    game.refuses(donate(ALICE, u128::MAX), "ERC20InsufficientBalance");
    game.refuses(donate(Account::default(), 1), "ERC20InvalidSender");
    let mint = |to, amount| Action::Mint { strategy: token, to, amount };
    game.refuses(mint(Account::default(), 1), "ERC20InvalidReceiver");
    game.refuses(mint(ALICE, u128::MAX), "Panic");
    game.does(can_receive(token, BOB, false));
    game.refuses(mint(BOB, u128::MAX), "Blocked");
    let collect =
        |by, owner, receiver| Action::CollectCredit { by, owner, strategy: token, receiver };
    game.refuses(collect(BOB, TREASURY, TREASURY), "NoCredit");
    game.does(can_receive(token, TREASURY, false));
    game.does(slash(&[(token, ONE)]));
    game.refuses(collect(BOB, TREASURY, TREASURY), "Blocked");
    game.refuses(collect(BOB, TREASURY, BOB), "NotOwnerNorOperator");
    game.refuses(collect(TREASURY, TREASURY, Account::default()), "BadReceiver");
    game
}

fn roles() -> Game {
    let mut game = Game::staked();
    let (token, by) = (game.token(0), STRANGER);
    let strategies = vec![token];
    let (set, operator, avs, strategy) = (INSTANT, OPERATOR, SERVICE, token);
    // Of one function, not of another; and of this account, not of another.
    let (account, function) = (SERVICES[1], Function::Retire);
    game.does(Action::Appoint { account, appointee: by, function, allowed: true });
    let (account, function) = (OPERATOR.account(), Function::Leave);
    game.does(Action::Appoint { account, appointee: by, function, allowed: true });
    for action in [
        Action::SetMetadata { by, avs, uri: String::new() },
        Action::CreateOperatorSet { by, set, terms: instant(), strategies: strategies.clone() },
        Action::AddStrategy { by, set, strategy },
        Action::RemoveStrategy { by, set, strategy },
        Action::Retire { by, set },
        Action::Eject { by, operator, set, strategies: strategies.clone() },
        Action::Join { by, operator, set },
        Action::Leave { by: BOB, operator, set, strategies },
        Action::Renew { by, operator, strategy },
        Action::Allocate { by, operator, set, strategy, target: Magnitude(1) },
    ] {
        game.refuses(action, "NotAuthorized");
    }
    game
}

fn terms() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    let new = OperatorSetId { avs: SERVICE, id: 3 };
    game.refuses(create(INSTANT, instant(), &[]), "SetExists");
    let nobody = Account::default();
    let vault = Account(game.world.vault.into_array());
    let window = EPOCH_LENGTH / 2 + 1;
    for (terms, name) in [
        (Terms { slasher: nobody, ..instant() }, "NoSlasher"),
        (Terms { cap: Wad(0), ..instant() }, "BadCap"),
        (Terms { cap: Wad(ONE + 1), ..instant() }, "BadCap"),
        (Terms { cap: Wad(u64::MAX), ..instant() }, "BadCap"),
        (Terms { window, ..instant() }, "WindowTooLong"),
        (Terms { window: u64::MAX, ..instant() }, "WindowTooLong"),
    ] {
        game.refuses(create(new, terms, &[token]), name);
    }
    // The model knows no account that is the vault; it refuses this for the strategies.
    let into_vault = Terms { recipient: Recipient::Account(vault), ..instant() };
    game.refuses(create(new, into_vault, &[token, token]), "BadRecipient");
    let zero = Strategy::default();
    game.refuses(create(new, instant(), &[token, more, token]), "StrategyUnchanged");
    game.refuses(create(new, instant(), &[token, zero]), "StrategyNotAccepted");
    let add = |set: OperatorSetId, strategy| Action::AddStrategy { by: set.avs, set, strategy };
    let remove =
        |set: OperatorSetId, strategy| Action::RemoveStrategy { by: set.avs, set, strategy };
    game.refuses(add(new, token), "NoSuchSet");
    game.refuses(remove(new, token), "StrategyUnchanged");
    game.refuses(add(INSTANT, token), "StrategyUnchanged");
    game.refuses(add(INSTANT, zero), "StrategyNotAccepted");
    game.refuses(remove(INSTANT, more), "StrategyUnchanged");
    game.refuses(remove(INSTANT, zero), "StrategyNotAccepted");
    let retire = |set| Action::Retire { by: SERVICE, set };
    game.refuses(retire(new), "NoSuchSet");
    game.does(retire(INSTANT));
    game.refuses(retire(INSTANT), "SetRetired");
    game.refuses(add(INSTANT, more), "SetRetired");
    game.refuses(join(OTHER, INSTANT), "SetRetired");
    game.refuses(allocate(OPERATOR, INSTANT, token, 0), "SetRetired");
    game.refuses(slash(&[(token, 1)]), "SetRetired");
    game.does(retire(SLOW));
    game.refuses(propose(token, 1), "SetRetired");
    // A retired set has no slasher.
    game.refuses(cancel(SLASHER, token), "NotResolver");
    game.refuses(cancel(RESOLVER, token), "NoProposal");
    game
}

fn memberships() -> Game {
    let mut game = Game::staked();
    let token = game.token(0);
    let more = game.token(1);
    game.refuses(join(OPERATOR, INSTANT), "AlreadyMember");
    game.refuses(join(OTHER, INSTANT), "NotAnOperator");
    game.refuses(join(OTHER, OperatorSetId { id: 3, ..INSTANT }), "NoSuchSet");
    game.refuses(leave(OTHER, INSTANT, &[]), "NotMember");
    game.refuses(eject(OTHER, INSTANT, &[token]), "NotMember");
    game.refuses(leave(OPERATOR, INSTANT, &[]), "AllocationsUnnamed");
    game.refuses(eject(OPERATOR, INSTANT, &[more]), "AllocationsUnnamed");
    let mut named = [token, more];
    named.sort();
    named.reverse();
    game.refuses(leave(OPERATOR, INSTANT, &named), "StrategiesNotAscending");
    game.refuses(eject(OPERATOR, INSTANT, &[token, token]), "StrategiesNotAscending");
    game.does(allocate(OPERATOR, INSTANT, token, ONE / 4));
    game.refuses(leave(OPERATOR, INSTANT, &[token]), "LoweringPending");
    game.does(eject(OPERATOR, INSTANT, &[token]));
    game.refuses(join(OPERATOR, INSTANT), "AllocationsRemain");
    game.refuses(settle(OPERATOR, INSTANT, token), "NothingToSettle");
    game.refuses(settle(OTHER, INSTANT, more), "NothingToSettle");
    game
}

fn allocations() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    game.does(register(OTHER, None));
    let mut refuses = |operator, token, target, name| {
        game.refuses(allocate(operator, INSTANT, token, target), name);
    };
    refuses(OPERATOR, token, ONE + 1, "MagnitudeTooLarge");
    refuses(OPERATOR, token, u64::MAX, "MagnitudeTooLarge");
    refuses(OPERATOR, token, 999_999_999, "MagnitudeTooSmall");
    refuses(OPERATOR, token, ONE / 2, "MagnitudeUnchanged");
    refuses(OPERATOR, token, ONE / 2 + 1, "CeilingExceeded");
    refuses(OPERATOR, more, ONE, "StrategyNotAccepted");
    refuses(OTHER, token, ONE, "NotMember");
    refuses(crate::world::OPERATORS[2], token, ONE, "NotMember");
    refuses(crate::world::OPERATORS[2], token, 0, "MagnitudeUnchanged");
    let unknown = OperatorSetId { id: 3, ..INSTANT };
    game.refuses(allocate(OPERATOR, unknown, token, ONE), "NoSuchSet");
    // What another set has given back counts until it is settled.
    game.does(allocate(OPERATOR, SLOW, token, ONE / 4));
    game.refuses(allocate(OPERATOR, SLOW, token, ONE / 3), "LoweringPending");
    game.pass(2);
    game.refuses(allocate(OPERATOR, INSTANT, token, ONE / 2 + 5), "CeilingExceeded");
    // Its own does not.
    game.refuses(allocate(OPERATOR, SLOW, token, ONE / 2 + 7), "CeilingExceeded");
    game.does(slash(&[(token, ONE / 3)]));
    game.refuses(allocate(OPERATOR, SLOW, token, ONE), "CeilingExceeded");
    game
}

fn slashes() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    let mut fractions = [(token, ONE / 10), (more, ONE)];
    fractions.sort();
    let by = |by, set, fractions: &[(Strategy, u64)]| {
        let fractions = fractions.iter().map(|(strategy, wad)| (*strategy, Wad(*wad))).collect();
        Action::Slash { by, set, operator: OPERATOR, fractions }
    };
    let unknown = OperatorSetId { id: 3, ..INSTANT };
    game.refuses(by(SLASHER, unknown, &fractions), "NoSuchSet");
    game.refuses(by(BOB, INSTANT, &fractions), "NotSlasher");
    game.refuses(by(SLASHER, SLOW, &fractions), "SlashMustBeProposed");
    game.refuses(slash(&[(token, ONE + 1)]), "BadFraction");
    game.refuses(slash(&[(token, u64::MAX)]), "BadFraction");
    game.refuses(slash(&[(token, 1), (token, 1)]), "StrategiesNotAscending");
    let [last, first] = fractions;
    game.refuses(slash(&[first, last]), "StrategiesNotAscending");
    game.refuses(slash(&[]), "NothingToSlash");
    game.refuses(slash(&[(token, 1)]), "NothingToSlash");
    game.refuses(slash(&[(more, ONE)]), "NothingToSlash");

    // A set with a cap of a fifth.
    let (set, cap) = (OperatorSetId { id: 3, ..INSTANT }, Wad(ONE / 5));
    game.does(allocate(OPERATOR, SLOW, token, 0));
    game.pass(2);
    game.does(settle(OPERATOR, SLOW, token));
    game.does(create(set, Terms { cap, ..instant() }, &[token]));
    game.does(join(OPERATOR, set));
    game.does(allocate(OPERATOR, set, token, ONE / 2));
    game.pass(3);
    game.refuses(by(SLASHER, set, &[(token, ONE / 5 + 10)]), "CapExceeded");
    game.does(by(SLASHER, set, &[(token, ONE / 7)]));
    game.refuses(by(SLASHER, set, &[(token, ONE / 7)]), "CapExceeded");
    let mut with = [(token, ONE / 7), (more, 7)];
    with.sort();
    game.refuses(by(SLASHER, set, &with), "CapExceeded");
    game
}

fn proposals() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    let by = |by, set, wad| Action::ProposeSlash {
        by,
        set,
        operator: OPERATOR,
        strategy: token,
        wad: Wad(wad),
    };
    let unknown = OperatorSetId { id: 3, ..INSTANT };
    game.refuses(by(SLASHER, unknown, 1), "NoSuchSet");
    game.refuses(by(BOB, SLOW, 1), "NotSlasher");
    game.refuses(by(SLASHER, INSTANT, 1), "SlashIsInstant");
    game.refuses(by(SLASHER, SLOW, ONE + 1), "FractionAboveCap");
    game.refuses(by(SLASHER, SLOW, u64::MAX), "FractionAboveCap");
    game.refuses(by(SLASHER, SLOW, 1), "NothingToSlash");
    game.refuses(propose(more, ONE), "NothingToSlash");
    game.refuses(execute(token), "NoProposal");
    game.refuses(cancel(BOB, token), "NotResolver");
    game.refuses(cancel(RESOLVER, token), "NoProposal");
    game.does(propose(token, ONE / 2));
    game.refuses(propose(token, ONE), "ProposalPending");
    game.refuses(cancel(BOB, token), "NotResolver");
    game.refuses(execute(token), "WindowOpen");
    game.wait(3_600);
    game.refuses(cancel(RESOLVER, token), "WindowOver");
    game.pass(2);
    game.refuses(execute(token), "NoProposal");
    // A fraction of which no token moves, and a pool that its stakers have left.
    game.does(propose(token, ONE / 10_000));
    game.wait(3_600);
    game.refuses(execute(token), "NothingToSlash");
    game.does(cancel(SLASHER, token));

    // Twice in an epoch, under a cap for one of them.
    let set = OperatorSetId { id: 4, ..SLOW };
    game.does(allocate(OPERATOR, INSTANT, token, 0));
    game.pass(2);
    game.does(settle(OPERATOR, INSTANT, token));
    game.does(create(set, Terms { cap: Wad(ONE / 4), ..slow() }, &[token]));
    game.does(join(OPERATOR, set));
    game.does(allocate(OPERATOR, set, token, ONE / 2));
    game.pass(3);
    let execute = Action::ExecuteSlash { by: BOB, set, operator: OPERATOR, strategy: token };
    game.does(by(SLASHER, set, ONE / 4));
    game.wait(3_600);
    game.does(execute.clone());
    game.does(by(SLASHER, set, ONE / 4));
    game.wait(3_600);
    game.refuses(execute, "CapExceeded");
    game
}

/// With the right figures, of actions that both carry out: what is named is not so.
#[test]
fn what_does_not_stand_in_the_way_is_no_reason() {
    let mut game = Game::staked();
    let [approver, _] = game.world.approvers;
    game.does(register(OTHER, Some(approver)));
    game.does(Action::Open { operator: OTHER });
    game.pass(1);
    let deadline = game.now();
    game.does(Action::Admit {
        by: approver,
        operator: OTHER,
        staker: ALICE,
        deadline,
        signed: None,
    });
    for action in [Pausable::Deposit, Pausable::Complete, Pausable::Raise] {
        game.does(pause(action, 0));
    }
    let (token, staked) = (game.token(0), game.pool(OPERATOR));
    game.does(deposit(ALICE, token, Operator::IDLE, 100));
    let idle = game.pool(Operator::IDLE);
    let not = |action: &Action, errors: &[Vec<u8>]| {
        let accepted = game.model.clone().apply(action);
        assert!(accepted.is_ok(), "{action:?}: {accepted:?}");
        for error in errors {
            let refusal = Refusal::decode(error);
            assert!(!refusal.name().is_empty(), "{refusal}");
            assert!(!game.applies(action, &refusal), "{action:?}: {refusal}");
        }
    };
    let number = U256::from::<u64>;
    let (now, epoch) = (number(game.now()), number(game.model.epoch().0.into()));
    let (alice, operator) = (address(ALICE), address(OPERATOR.account()));
    let (strategy, slasher) = (crate::world::strategy(token), address(SLASHER));
    let id = |pool| crate::world::pool(pool).0;
    let set = |set| crate::world::set(set).packed();
    let cap = U256::from(MAX_DEPOSIT_CAP);
    let of = address(OTHER.account());
    let gated = deposit(ALICE, token, OTHER, 10);
    let gated_pool = game.pool(OTHER);
    not(
        &gated,
        &[
            V::Paused { action: 0, until: now }.abi_encode(),
            V::OperatorClosedToStake { operator: of, admitsFrom: epoch }.abi_encode(),
            V::NotAdmitted { operator: of, staker: alice, deadline: now }.abi_encode(),
            V::NotOwnerNorOperator { owner: alice, sender: alice }.abi_encode(),
            V::NothingToMove { pool: id(gated_pool) }.abi_encode(),
            V::TooLittle { yielded: number(10), accepted: number(0) }.abi_encode(),
            V::DepositCapExceeded { strategy, held: number(10), cap }.abi_encode(),
            V::DepositCapExceeded { strategy, held: number(1_110), cap }.abi_encode(),
            V::PoolWornOut { pool: id(gated_pool), assets: number(10) }.abi_encode(),
            V::BadReceiver { receiver: alice }.abi_encode(),
            V::SafeERC20FailedOperation { token: strategy }.abi_encode(),
            DevToken::ERC20InsufficientBalance {
                sender: alice,
                balance: U256::from(game.model.balance(token, ALICE)),
                needed: number(10),
            }
            .abi_encode(),
            DevToken::ERC20InsufficientAllowance {
                spender: game.world.vault,
                allowance: number(0),
                needed: number(10),
            }
            .abi_encode(),
        ],
    );
    not(
        &queue(ALICE, staked, 1_000),
        &[
            V::InsufficientShares {
                pool: id(staked),
                owner: alice,
                held: number(1_000),
                asked: number(1_000),
            }
            .abi_encode(),
            V::NothingToMove { pool: id(staked) }.abi_encode(),
            V::TooLittle { yielded: number(1_000), accepted: number(0) }.abi_encode(),
            V::PoolIsIdle { pool: id(staked) }.abi_encode(),
            V::PoolIsAtRisk { pool: id(staked) }.abi_encode(),
            V::PoolGenerationEnded { pool: id(staked) }.abi_encode(),
            V::NotOwnerNorOperator { owner: alice, sender: alice }.abi_encode(),
        ],
    );
    not(
        &withdraw(ALICE, idle, 100),
        &[
            V::Paused { action: 2, until: now }.abi_encode(),
            V::PoolIsAtRisk { pool: id(idle) }.abi_encode(),
            V::PoolGenerationEnded { pool: id(idle) }.abi_encode(),
            V::BadReceiver { receiver: alice }.abi_encode(),
        ],
    );
    let blocked = Refusal::decode(&T::Blocked { receiver: alice }.abi_encode());
    assert!(!game.applies(&withdraw(ALICE, idle, 100), &blocked));
    not(
        &transfer(ALICE, ALICE, staked, 1_000),
        &[
            V::PoolGated { pool: id(staked) }.abi_encode(),
            V::NothingToMove { pool: id(staked) }.abi_encode(),
            V::InsufficientAllowance {
                owner: alice,
                spender: alice,
                id: id(staked),
                allowed: number(0),
                asked: number(1_000),
            }
            .abi_encode(),
        ],
    );
    let admits = Action::Admit {
        by: approver,
        operator: OTHER,
        staker: BOB,
        deadline: LAST_DEADLINE,
        signed: None,
    };
    let (staker, last) = (address(BOB), number(LAST_DEADLINE));
    not(
        &admits,
        &[
            V::NoApprover { operator: of }.abi_encode(),
            V::NotAdmitted { operator: of, staker, deadline: last }.abi_encode(),
            V::BadApproval { operator: of, staker, nonce: number(0), deadline: last }.abi_encode(),
            V::SafeCastOverflowedUintDowncast { bits: 40, value: last }.abi_encode(),
        ],
    );
    let sets_cap = Action::SetDepositCap { by: AUTHORITY, strategy: token, cap: MAX_DEPOSIT_CAP };
    not(
        &sets_cap,
        &[
            V::NotAuthority { sender: address(AUTHORITY) }.abi_encode(),
            V::DepositCapTooHigh { cap, highest: cap }.abi_encode(),
        ],
    );
    let longest = Pausable::Deposit.longest();
    not(
        &pause(Pausable::Deposit, longest),
        &[
            V::PauseTooLong { duration: number(longest), longest: number(longest) }.abi_encode(),
            V::PausedTooRecently { action: 0, restUntil: now }.abi_encode(),
        ],
    );
    let lowers = allocate(OPERATOR, INSTANT, token, 1_000_000_000);
    let (least, half) = (number(LEAST_MAGNITUDE.0), number(ONE / 2));
    not(
        &lowers,
        &[
            M::NotAuthorized { account: operator, sender: operator }.abi_encode(),
            V::Paused { action: 4, until: now }.abi_encode(),
            M::NoSuchSet { set: set(INSTANT) }.abi_encode(),
            M::SetRetired { set: set(INSTANT) }.abi_encode(),
            M::MagnitudeTooLarge { magnitude: least }.abi_encode(),
            M::MagnitudeTooSmall { magnitude: least, least }.abi_encode(),
            M::MagnitudeUnchanged { magnitude: least }.abi_encode(),
            M::LoweringPending { next: half, effective: number(0) }.abi_encode(),
            M::NotMember { set: set(INSTANT), operator }.abi_encode(),
            M::StrategyNotAccepted { set: set(INSTANT), strategy }.abi_encode(),
            M::TooLittleLeft { left: number(ONE), least }.abi_encode(),
            M::CeilingExceeded { committed: number(ONE), ceiling: number(ONE) }.abi_encode(),
        ],
    );
    not(
        &leave(OPERATOR, INSTANT, &[token]),
        &[
            M::NotMember { set: set(INSTANT), operator }.abi_encode(),
            M::LoweringPending { next: half, effective: number(0) }.abi_encode(),
            M::AllocationsUnnamed {
                set: set(INSTANT),
                operator,
                allocations: number(1),
                named: number(1),
            }
            .abi_encode(),
            M::StrategiesNotAscending { previous: Address::ZERO, strategy }.abi_encode(),
        ],
    );
    let slashes = slash(&[(token, ONE)]);
    not(
        &slashes,
        &[
            M::NotSlasher { set: set(INSTANT), sender: slasher }.abi_encode(),
            M::SlashMustBeProposed { set: set(INSTANT) }.abi_encode(),
            M::BadFraction { wad: number(ONE) }.abi_encode(),
            M::CapExceeded { strategy, taken: half, cap: half }.abi_encode(),
            M::NothingToSlash { set: set(INSTANT), operator }.abi_encode(),
        ],
    );
    not(
        &propose(token, ONE),
        &[
            M::SlashIsInstant { set: set(SLOW) }.abi_encode(),
            M::FractionAboveCap { wad: number(ONE), cap: number(ONE) }.abi_encode(),
            M::ProposalPending { set: set(SLOW), operator, strategy, lapsesAt: number(0) }
                .abi_encode(),
            M::NothingToSlash { set: set(SLOW), operator }.abi_encode(),
        ],
    );
    let new = OperatorSetId { id: 3, ..SLOW };
    let window = EPOCH_LENGTH / 2;
    not(
        &create(new, Terms { window, ..slow() }, &[token]),
        &[
            M::SetExists { set: set(new) }.abi_encode(),
            M::NoSlasher {}.abi_encode(),
            M::BadCap { cap: number(ONE) }.abi_encode(),
            M::WindowTooLong { window: number(window), longest: number(window) }.abi_encode(),
            M::BadRecipient { recipient: Address::ZERO }.abi_encode(),
            M::StrategyUnchanged { set: set(new), strategy }.abi_encode(),
            M::StrategyNotAccepted { set: set(new), strategy }.abi_encode(),
        ],
    );

    // A proposal, in its window and after.
    let mut game = Game::staked();
    game.does(propose(token, ONE / 2));
    let end = number(game.now() + 3_600);
    let not = |game: &Game, action: &Action, error: Vec<u8>| {
        assert!(game.model.clone().apply(action).is_ok(), "{action:?}");
        assert!(!game.applies(action, &Refusal::decode(&error)), "{action:?}");
    };
    let (set, by) = (set(SLOW), address(RESOLVER));
    not(&game, &cancel(RESOLVER, token), M::NotResolver { set, sender: by }.abi_encode());
    not(&game, &cancel(RESOLVER, token), M::WindowOver { end }.abi_encode());
    not(&game, &cancel(SLASHER, token), M::NoProposal { set, operator, strategy }.abi_encode());
    game.wait(3_600);
    not(&game, &cancel(SLASHER, token), M::WindowOver { end }.abi_encode());
    not(&game, &execute(token), M::WindowOpen { end }.abi_encode());
    not(&game, &execute(token), M::NothingToSlash { set, operator }.abi_encode());
}

/// What the chain might say, and never may.
#[test]
fn reverts_without_a_custom_error_are_no_reason() {
    let game = Game::new();
    let action = deposit(ALICE, game.token(0), Operator::IDLE, 0);
    let overflow = Panic::from(PanicKind::UnderOverflow).abi_encode();
    let assertion = Panic::from(PanicKind::Assert).abi_encode();
    let words = Revert::from("no").abi_encode();
    let locked = V::ReentrancyGuardReentrantCall {}.abi_encode();
    for data in [Vec::new(), vec![1, 2, 3, 4], overflow, assertion.clone(), words, locked] {
        assert!(!game.applies(&action, &Refusal::decode(&data)));
    }
    let mints = Action::Mint { strategy: game.token(0), to: ALICE, amount: u128::MAX };
    assert!(!game.applies(&mints, &Refusal::decode(&assertion)));
}
