//! What the vault and the tokens refuse, played on both sides.

use palisade_model::{
    Account, Action, Approval, Epoch, LAST_DEADLINE, MAX_DEPOSIT_CAP, Operator, Pausable, PoolId,
    Strategy, U256, Wad,
};

use crate::{
    game::*,
    world::{AUTHORITY, ENDOWMENT, STRANGER, TREASURY},
};

pub(super) const HISTORIES: [fn() -> Game; 8] =
    [governance, approvals, entries, idle_stake, exits, positions, worn_out, tokens];

fn governance() -> Game {
    use Pausable as P;
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
