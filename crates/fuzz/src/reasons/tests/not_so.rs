//! Reasons with the right figures that are not so: of actions that both sides carry out.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolError,
};
use palisade_bindings::{
    AllocationManager as M, BlocklistToken as T, DevToken as D, Refusal, StakeVault as V,
};
use palisade_model::{
    Action, Approval, LAST_DEADLINE, LEAST_MAGNITUDE, MAX_DEPOSIT_CAP, Operator, OperatorSetId,
    Pausable, PoolId, SHORTEST_REST, Terms, Wad,
};

use crate::{
    expect::packed,
    game::*,
    world::{self, AUTHORITY, EPOCH_LENGTH, RESOLVER, STRANGER, TREASURY, address},
};

/// None of the errors stands in the way of the action.
#[track_caller]
fn none_applies(game: &Game, action: &Action, errors: &[Vec<u8>]) {
    let accepted = game.model.clone().apply(action);
    assert!(accepted.is_ok(), "{action:?}: {accepted:?}");
    for error in errors {
        let refusal = Refusal::decode(error);
        assert!(!game.applies(action, &refusal), "{action:?}: {refusal}");
    }
}

fn number(number: u64) -> U256 {
    U256::from(number)
}

fn id(pool: PoolId) -> U256 {
    world::pool(pool).0
}

/// Alice's address, and those of the operator and of the first token.
fn addresses(game: &Game) -> [Address; 3] {
    [address(ALICE), address(OPERATOR.account()), world::strategy(game.token(0))]
}

#[test]
fn a_deposit_that_is_admitted_meets_no_reason() {
    let mut game = Game::staked();
    let [approver, _] = game.world.approvers;
    game.does(register(OTHER, Some(approver)));
    game.does(Action::Open { operator: OTHER });
    game.pass(1);
    let deadline = game.now();
    let operator = OTHER;
    game.does(Action::Admit { by: approver, operator, staker: ALICE, deadline, signed: None });
    game.does(pause(Pausable::Deposit, 0));
    let [alice, _, strategy] = addresses(&game);
    let (pool, operator) = (id(game.pool(OTHER)), address(OTHER.account()));
    let (now, from) = (number(game.now()), number(game.model.epoch().0.into()));
    let (ten, cap) = (number(10), U256::from(MAX_DEPOSIT_CAP));
    let balance = U256::from(game.model.balance(game.token(0), ALICE));
    let spender = game.world.vault;
    let errors = [
        V::Paused { action: 0, until: now }.abi_encode(),
        V::OperatorClosedToStake { operator, admitsFrom: from }.abi_encode(),
        V::NotAdmitted { operator, staker: alice, deadline: now }.abi_encode(),
        V::NotOwnerNorOperator { owner: alice, sender: alice }.abi_encode(),
        V::NothingToMove { pool }.abi_encode(),
        V::TooLittle { yielded: ten, accepted: number(0) }.abi_encode(),
        V::DepositCapExceeded { strategy, held: ten, cap }.abi_encode(),
        V::DepositCapExceeded { strategy, held: number(1_010), cap }.abi_encode(),
        V::PoolWornOut { pool, assets: ten }.abi_encode(),
        V::BadReceiver { receiver: alice }.abi_encode(),
        V::SafeERC20FailedOperation { token: strategy }.abi_encode(),
        D::ERC20InsufficientBalance { sender: alice, balance, needed: ten }.abi_encode(),
        D::ERC20InsufficientAllowance { spender, allowance: number(0), needed: ten }.abi_encode(),
    ];
    none_applies(&game, &deposit(ALICE, game.token(0), OTHER, 10), &errors);
}

#[test]
fn stake_that_can_leave_meets_no_reason() {
    let mut game = Game::staked();
    game.does(deposit(ALICE, game.token(0), Operator::IDLE, 100));
    game.does(pause(Pausable::Complete, 0));
    let (staked, idle) = (game.pool(OPERATOR), game.pool(Operator::IDLE));
    let [alice, ..] = addresses(&game);
    let thousand = number(1_000);
    let pool = id(staked);
    let shared = [
        V::InsufficientShares { pool, owner: alice, held: thousand, asked: thousand }.abi_encode(),
        V::NothingToMove { pool }.abi_encode(),
        V::TooLittle { yielded: thousand, accepted: number(0) }.abi_encode(),
        V::PoolIsIdle { pool }.abi_encode(),
        V::PoolIsAtRisk { pool }.abi_encode(),
        V::PoolGenerationEnded { pool }.abi_encode(),
        V::NotOwnerNorOperator { owner: alice, sender: alice }.abi_encode(),
        V::PoolGated { pool }.abi_encode(),
        V::InsufficientAllowance {
            owner: alice,
            spender: alice,
            id: pool,
            allowed: number(0),
            asked: thousand,
        }
        .abi_encode(),
    ];
    none_applies(&game, &queue(ALICE, staked, 1_000), &shared);
    none_applies(&game, &transfer(ALICE, ALICE, staked, 1_000), &shared);
    let pool = id(idle);
    let errors = [
        V::Paused { action: 2, until: number(game.now()) }.abi_encode(),
        V::PoolIsAtRisk { pool }.abi_encode(),
        V::PoolGenerationEnded { pool }.abi_encode(),
        V::BadReceiver { receiver: alice }.abi_encode(),
        T::Blocked { receiver: alice }.abi_encode(),
    ];
    none_applies(&game, &withdraw(ALICE, idle, 100), &errors);

    let ripe = number(u64::from(game.model.epoch().0) + 2);
    game.does(queue(ALICE, staked, 1_000));
    game.pass(2);
    let exit = complete(ALICE, staked, game.model.epoch());
    let errors = [
        V::ExitNotRipe { ripe, current: ripe }.abi_encode(),
        V::NoExit { pool: id(staked), epoch: ripe, owner: alice }.abi_encode(),
    ];
    none_applies(&game, &exit, &errors);
}

#[test]
fn settings_and_approvals_meet_no_reason() {
    let mut game = Game::new();
    let [approver, _] = game.world.approvers;
    let (token, cap) = (game.token(0), U256::from(MAX_DEPOSIT_CAP));
    game.does(pause(Pausable::Deposit, 0));
    game.wait(SHORTEST_REST);
    let sets_cap = Action::SetDepositCap { by: AUTHORITY, strategy: token, cap: MAX_DEPOSIT_CAP };
    let errors = [
        V::NotAuthority { sender: address(AUTHORITY) }.abi_encode(),
        V::DepositCapTooHigh { cap, highest: cap }.abi_encode(),
    ];
    none_applies(&game, &sets_cap, &errors);
    let longest = Pausable::Deposit.longest();
    let errors = [
        V::PauseTooLong { duration: number(longest), longest: number(longest) }.abi_encode(),
        V::PausedTooRecently { action: 0, restUntil: number(game.now()) }.abi_encode(),
    ];
    none_applies(&game, &pause(Pausable::Deposit, longest), &errors);

    let operator = address(OPERATOR.account());
    let registers = register(OPERATOR, Some(approver));
    none_applies(&game, &registers, &[V::AlreadyRegistered { operator }.abi_encode()]);
    game.does(registers);
    let opens = Action::Open { operator: OPERATOR };
    let errors = [
        V::NotRegistered { operator }.abi_encode(),
        V::AlreadyOpen { operator, admitsFrom: number(0) }.abi_encode(),
    ];
    none_applies(&game, &opens, &errors);
    let (staker, deadline) = (address(BOB), number(LAST_DEADLINE));
    let admits = Action::Admit {
        by: approver,
        operator: OPERATOR,
        staker: BOB,
        deadline: LAST_DEADLINE,
        signed: None,
    };
    let errors = [
        V::NoApprover { operator }.abi_encode(),
        V::NotAdmitted { operator, staker, deadline }.abi_encode(),
        V::BadApproval { operator, staker, nonce: number(0), deadline }.abi_encode(),
        V::SafeCastOverflowedUintDowncast { bits: 40, value: deadline }.abi_encode(),
    ];
    none_applies(&game, &admits, &errors);
}

#[test]
fn what_a_member_may_do_meets_no_reason() {
    let mut game = Game::staked();
    game.does(pause(Pausable::Raise, 0));
    let [_, operator, strategy] = addresses(&game);
    let (token, set) = (game.token(0), packed(INSTANT));
    let (least, half, one) = (number(LEAST_MAGNITUDE.0), number(ONE / 2), number(ONE));
    let not_member = M::NotMember { set, operator }.abi_encode();
    let lowering = M::LoweringPending { next: half, effective: number(0) }.abi_encode();
    let errors = [
        V::Paused { action: 4, until: number(game.now()) }.abi_encode(),
        M::NotAuthorized { account: operator, sender: operator }.abi_encode(),
        M::NoSuchSet { set }.abi_encode(),
        M::SetRetired { set }.abi_encode(),
        M::MagnitudeTooLarge { magnitude: least }.abi_encode(),
        M::MagnitudeTooSmall { magnitude: least, least }.abi_encode(),
        M::MagnitudeUnchanged { magnitude: least }.abi_encode(),
        M::StrategyNotAccepted { set, strategy }.abi_encode(),
        M::TooLittleLeft { left: one, least }.abi_encode(),
        M::CeilingExceeded { committed: one, ceiling: one }.abi_encode(),
        not_member.clone(),
        lowering.clone(),
    ];
    none_applies(&game, &allocate(OPERATOR, INSTANT, token, LEAST_MAGNITUDE.0), &errors);
    let one = number(1);
    let errors = [
        M::AllocationsUnnamed { set, operator, allocations: one, named: one }.abi_encode(),
        M::StrategiesNotAscending { previous: Address::ZERO, strategy }.abi_encode(),
        not_member,
        lowering,
    ];
    none_applies(&game, &leave(OPERATOR, INSTANT, &[token]), &errors);

    // A raise that fits just so.
    game.does(allocate(OPERATOR, SLOW, token, 0));
    game.pass(2);
    game.does(settle(OPERATOR, SLOW, token));
    let one = number(ONE);
    let errors = [
        V::Paused { action: 4, until: number(game.now()) }.abi_encode(),
        M::NotMember { set, operator }.abi_encode(),
        M::StrategyNotAccepted { set, strategy }.abi_encode(),
        M::TooLittleLeft { left: one, least }.abi_encode(),
        M::CeilingExceeded { committed: one, ceiling: one }.abi_encode(),
    ];
    none_applies(&game, &allocate(OPERATOR, INSTANT, token, ONE), &errors);
}

#[test]
fn a_new_set_and_one_that_is_joined_meet_no_reason() {
    let mut game = Game::staked();
    let [_, operator, strategy] = addresses(&game);
    let token = game.token(0);
    let new = OperatorSetId { id: 3, ..SLOW };
    let (set, window, cap) = (packed(new), EPOCH_LENGTH / 2, number(ONE));
    let creates = create(new, Terms { window, ..slow() }, &[token]);
    let errors = [
        M::SetExists { set }.abi_encode(),
        M::NoSlasher {}.abi_encode(),
        M::BadCap { cap }.abi_encode(),
        M::WindowTooLong { window: number(window), longest: number(window) }.abi_encode(),
        M::BadRecipient { recipient: Address::ZERO }.abi_encode(),
        M::StrategyUnchanged { set, strategy }.abi_encode(),
        M::StrategyNotAccepted { set, strategy }.abi_encode(),
    ];
    none_applies(&game, &creates, &errors);
    game.does(creates);
    let errors = [
        M::NoSuchSet { set }.abi_encode(),
        M::SetRetired { set }.abi_encode(),
        M::AlreadyMember { set, operator }.abi_encode(),
        M::NotAnOperator { operator }.abi_encode(),
        M::AllocationsRemain { set, operator, allocations: number(0) }.abi_encode(),
    ];
    none_applies(&game, &join(OPERATOR, new), &errors);
    let unchanged = [M::StrategyUnchanged { set, strategy }.abi_encode()];
    let remove = Action::RemoveStrategy { by: new.avs, set: new, strategy: token };
    none_applies(&game, &remove, &unchanged);
    game.does(remove);
    let add = Action::AddStrategy { by: new.avs, set: new, strategy: token };
    none_applies(&game, &add, &unchanged);
}

#[test]
fn a_slash_within_its_terms_meets_no_reason() {
    let mut game = Game::staked();
    let [_, operator, strategy] = addresses(&game);
    let (token, sender) = (game.token(0), address(SLASHER));
    let (set, half, one) = (packed(INSTANT), number(ONE / 2), number(ONE));
    let errors = [
        M::NotSlasher { set, sender }.abi_encode(),
        M::SlashMustBeProposed { set }.abi_encode(),
        M::BadFraction { wad: one }.abi_encode(),
        M::StrategiesNotAscending { previous: Address::ZERO, strategy }.abi_encode(),
        M::CapExceeded { strategy, taken: half, cap: half }.abi_encode(),
        M::NothingToSlash { set, operator }.abi_encode(),
    ];
    none_applies(&game, &slash(&[(token, ONE)]), &errors);
    let set = packed(SLOW);
    let errors = [
        M::NotSlasher { set, sender }.abi_encode(),
        M::SlashIsInstant { set }.abi_encode(),
        M::FractionAboveCap { wad: one, cap: one }.abi_encode(),
        M::ProposalPending { set, operator, strategy, lapsesAt: number(0) }.abi_encode(),
        M::NothingToSlash { set, operator }.abi_encode(),
    ];
    none_applies(&game, &propose(token, ONE), &errors);

    game.does(propose(token, ONE));
    let end = number(game.now() + 3_600);
    let over = M::WindowOver { end }.abi_encode();
    let none = M::NoProposal { set, operator, strategy }.abi_encode();
    let not_resolver = |by| M::NotResolver { set, sender: address(by) }.abi_encode();
    let errors = [over.clone(), none.clone(), not_resolver(RESOLVER)];
    none_applies(&game, &cancel(RESOLVER, token), &errors);
    game.wait(3_600);
    let errors = [over, none.clone(), not_resolver(SLASHER)];
    none_applies(&game, &cancel(SLASHER, token), &errors);
    let errors = [
        M::WindowOpen { end }.abi_encode(),
        M::CapExceeded { strategy, taken: half, cap: half }.abi_encode(),
        M::NothingToSlash { set, operator }.abi_encode(),
        none,
    ];
    none_applies(&game, &execute(token), &errors);
}

#[test]
fn whoever_acts_for_another_meets_no_reason() {
    let mut game = Game::staked();
    let (token, staked) = (game.token(0), game.pool(OPERATOR));
    let [owner, operator, strategy] = addresses(&game);
    let (spender, pool) = (address(STRANGER), id(staked));
    let not_admitted = V::NotAdmitted { operator, staker: owner, deadline: number(0) }.abi_encode();
    none_applies(&game, &deposit(ALICE, token, OPERATOR, 10), &[not_admitted]);

    let amount = number(10);
    game.does(Action::Approve { owner: ALICE, spender: STRANGER, pool: staked, amount });
    let short = |asked| {
        V::InsufficientAllowance { owner, spender, id: pool, allowed: amount, asked }.abi_encode()
    };
    none_applies(&game, &transfer(STRANGER, ALICE, staked, 10), &[short(amount)]);
    game.does(Action::SetOperator { owner: ALICE, spender: STRANGER, approved: true });
    none_applies(&game, &transfer(STRANGER, ALICE, staked, 11), &[short(number(11))]);
    let (by, owner) = (STRANGER, ALICE);
    let queues = Action::QueueWithdrawal { by, owner, pool: staked, shares: 1, min_assets: 0 };
    let no_agent = V::NotOwnerNorOperator { owner: address(ALICE), sender: spender }.abi_encode();
    none_applies(&game, &queues, &[no_agent]);

    game.does(can_receive(token, TREASURY, false));
    game.does(slash(&[(token, ONE)]));
    game.does(can_receive(token, TREASURY, true));
    let collects =
        Action::CollectCredit { by, owner: TREASURY, strategy: token, receiver: TREASURY };
    let account = address(TREASURY);
    none_applies(&game, &collects, &[V::NoCredit { strategy, account }.abi_encode()]);
}

#[test]
fn approvals_handed_in_and_taken_back_meet_no_reason() {
    let mut game = Game::new();
    let [signer, _] = game.world.approvers;
    game.does(register(OPERATOR, Some(signer)));
    let (operator, deadline) = (OPERATOR, game.now());
    let approval = Approval { signer, operator, staker: ALICE, nonce: 0, deadline };
    let admit =
        |by, deadline, signed| Action::Admit { by, operator, staker: ALICE, deadline, signed };
    let errors = |deadline| {
        let (operator, staker, nonce) = (address(OPERATOR.account()), address(ALICE), number(0));
        [
            V::NotAdmitted { operator, staker, deadline }.abi_encode(),
            V::BadApproval { operator, staker, nonce, deadline }.abi_encode(),
        ]
    };
    none_applies(&game, &admit(BOB, deadline, Some(approval)), &errors(number(deadline)));
    none_applies(&game, &admit(signer, deadline - 1, None), &errors(number(deadline - 1)));
}

#[test]
fn changes_of_allocations_that_need_nothing_meet_no_reason() {
    let mut game = Game::staked();
    let [_, operator, strategy] = addresses(&game);
    let (token, set, least) = (game.token(0), packed(INSTANT), number(LEAST_MAGNITUDE.0));
    game.does(deposit(ALICE, token, OPERATOR, 1 << 60));
    game.does(Action::RemoveStrategy { by: SERVICE, set: INSTANT, strategy: token });
    let errors = [
        M::MagnitudeTooSmall { magnitude: number(0), least }.abi_encode(),
        M::StrategyNotAccepted { set, strategy }.abi_encode(),
    ];
    none_applies(&game, &allocate(OPERATOR, INSTANT, token, 0), &errors);
    game.does(Action::AddStrategy { by: SERVICE, set: INSTANT, strategy: token });

    // A raise is cut; and one of an allocation that is worn is withdrawn.
    game.does(allocate(OPERATOR, INSTANT, token, LEAST_MAGNITUDE.0));
    game.pass(2);
    game.does(slash(&[(token, ONE / 2)]));
    game.does(allocate(OPERATOR, INSTANT, token, ONE / 4));
    let effective = number(u64::from(game.model.epoch().0) + 3);
    let pending = M::LoweringPending { next: number(ONE / 4), effective }.abi_encode();
    none_applies(&game, &allocate(OPERATOR, INSTANT, token, ONE / 8), &[pending]);
    let worn = LEAST_MAGNITUDE.0 / 2;
    let small = M::MagnitudeTooSmall { magnitude: number(worn), least }.abi_encode();
    none_applies(&game, &allocate(OPERATOR, INSTANT, token, worn), &[small]);

    // Who is no member is told so of raises only, and how many allocations remain is told in full.
    let none = allocate(OTHER, INSTANT, token, 0);
    let stranger = M::NotMember { set, operator: address(OTHER.account()) }.abi_encode();
    game.refuses(none.clone(), "MagnitudeUnchanged");
    assert!(!game.applies(&none, &Refusal::decode(&stranger)));
    game.does(leave(OPERATOR, INSTANT, &[token]));
    let joins = join(OPERATOR, INSTANT);
    let remain = M::AllocationsRemain { set, operator, allocations: number(2) }.abi_encode();
    game.refuses(joins.clone(), "AllocationsRemain");
    assert!(!game.applies(&joins, &Refusal::decode(&remain)));
}

#[test]
fn a_cap_does_not_bind_what_moves_nothing() {
    let mut game = Game::staked();
    let (staked, empty) = (game.token(0), game.token(1));
    let capped = OperatorSetId { id: 3, ..INSTANT };
    let terms = Terms { cap: Wad(ONE / 5), ..instant() };
    game.does(create(capped, terms, &[staked, empty]));
    game.does(allocate(OPERATOR, SLOW, staked, 0));
    game.pass(2);
    game.does(settle(OPERATOR, SLOW, staked));
    game.does(join(OPERATOR, capped));
    for strategy in [staked, empty] {
        game.does(allocate(OPERATOR, capped, strategy, ONE / 2));
    }
    game.pass(3);
    let mut fractions = vec![(staked, Wad(ONE / 10)), (empty, Wad::ONE)];
    fractions.sort();
    let slash = Action::Slash { by: SLASHER, set: capped, operator: OPERATOR, fractions };
    let (taken, cap) = (number(ONE / 2), number(ONE / 10));
    let error = M::CapExceeded { strategy: world::strategy(empty), taken, cap }.abi_encode();
    none_applies(&game, &slash, &[error]);
}

#[test]
fn a_worn_out_pool_and_what_is_left_of_it_meet_no_reason() {
    let mut game = Game::staked();
    let [_, operator, strategy] = addresses(&game);
    let (token, staked) = (game.token(0), game.pool(OPERATOR));
    game.does(deposit(ALICE, token, OPERATOR, 1 << 60));
    game.does(Action::Retire { by: SERVICE, set: SLOW });
    game.does(settle(OPERATOR, SLOW, token));
    game.does(allocate(OPERATOR, INSTANT, token, ONE));
    game.pass(3);
    game.does(slash(&[(token, ONE - ONE / 10_000)]));
    game.does(leave(OPERATOR, INSTANT, &[token]));
    game.pass(2);
    game.does(settle(OPERATOR, INSTANT, token));
    let found = game.model.pool(OPERATOR, token);
    let pool = id(staked);
    let (assets, shares) = (U256::from(found.assets), U256::from(found.shares));
    let renews = Action::Renew { by: OPERATOR.account(), operator: OPERATOR, strategy: token };
    let errors = [
        V::NotWornOut { pool, assets, shares }.abi_encode(),
        M::StillCommitted { operator, strategy, committed: number(0) }.abi_encode(),
    ];
    none_applies(&game, &renews, &errors);
    game.does(renews);
    let ended = V::PoolGenerationEnded { pool }.abi_encode();
    none_applies(&game, &withdraw(ALICE, staked, 1 << 20), &[ended]);
}
