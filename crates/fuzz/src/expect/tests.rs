use palisade_model::{
    Action, ActionKind, Approval, Claim, Epoch, Function, Operator, OperatorSetId, Outcome,
    Pausable, Payment, SHORTEST_REST, U256, Wad,
};

use crate::{
    game::*,
    world::{AUTHORITY, EPOCH_LENGTH, RESOLVER, STRANGER, TREASURY},
};

/// All histories together.
#[test]
fn every_action_returns_and_logs_what_the_model_says() {
    let histories = [
        governance,
        approvals,
        idle_stake,
        exits,
        positions,
        sets,
        allocations,
        slashes,
        ends,
        proposals,
        rewards,
    ];
    let mut accepted = std::collections::BTreeSet::new();
    for history in histories {
        accepted.extend(history().accepted);
    }
    let missed: Vec<_> = ActionKind::ALL.iter().filter(|kind| !accepted.contains(kind)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

fn governance() -> Game {
    use Pausable as P;
    let mut game = Game::new();
    let token = game.token(0);
    game.does(Action::SetDepositCap { by: AUTHORITY, strategy: token, cap: 5_000 });
    game.does(Action::SetCeiling { by: AUTHORITY, strategy: token, ceiling: Wad(2 * ONE) });
    for action in [P::Deposit, P::Open, P::Complete, P::Join, P::Raise, P::CreateSet] {
        game.does(pause(action, 600));
    }
    // The rest after a pause is an hour at least.
    game.wait(600 + SHORTEST_REST);
    game.does(pause(P::Complete, 0));
    game
}

fn approvals() -> Game {
    let mut game = Game::new();
    let token = game.token(0);
    let [approver, _] = game.world.approvers;
    game.does(register(OPERATOR, Some(approver)));
    game.does(Action::Open { operator: OPERATOR });
    game.pass(1);
    let admit = |by, deadline, signed| Action::Admit {
        by,
        operator: OPERATOR,
        staker: ALICE,
        deadline,
        signed,
    };
    let deadline = game.now() + 100;
    game.does(admit(approver, deadline, None));
    // The first deposit uses the approval up and creates the pool.
    game.does(deposit(ALICE, token, OPERATOR, 1_000));
    let signed =
        Approval { signer: approver, operator: OPERATOR, staker: ALICE, nonce: 1, deadline };
    game.does(admit(STRANGER, deadline, Some(signed)));
    game.does(Action::SetOperator { owner: ALICE, spender: BOB, approved: true });
    game.does(Action::Deposit {
        from: BOB,
        strategy: token,
        operator: OPERATOR,
        assets: 7,
        min_shares: 7,
        receiver: ALICE,
    });
    game.does(Action::RemoveApprover { operator: OPERATOR });
    game.does(deposit(BOB, token, OPERATOR, 9));
    game.does(Action::Close { operator: OPERATOR });
    game
}

fn idle_stake() -> Game {
    let mut game = Game::staked();
    let (token, idle) = (game.token(1), game.model.pool_id(Operator::IDLE, game.token(1)));
    game.does(deposit(ALICE, token, Operator::IDLE, 1_000));
    game.does(deposit(ALICE, token, Operator::IDLE, 1));
    game.does(withdraw(ALICE, idle, 100));
    game.does(Action::SetOperator { owner: ALICE, spender: STRANGER, approved: true });
    game.does(Action::Withdraw {
        by: STRANGER,
        owner: ALICE,
        pool: idle,
        shares: 1,
        receiver: TREASURY,
    });
    game.does(delegate(ALICE, idle, 200, Operator::IDLE));
    game.does(delegate(ALICE, idle, 300, OPERATOR));
    game.does(Action::Delegate {
        by: STRANGER,
        owner: ALICE,
        pool: idle,
        shares: 400,
        to: OPERATOR,
        min_shares: 400,
    });
    game.does(Action::Mint { strategy: token, to: STRANGER, amount: 5 });
    game.does(Action::Donate { strategy: token, from: STRANGER, amount: 2 });
    game.does(Action::Donate { strategy: token, from: STRANGER, amount: 0 });
    game
}

fn exits() -> Game {
    let mut game = Game::staked();
    let pool = game.pool(OPERATOR);
    game.does(register(OTHER, None));
    game.does(Action::Open { operator: OTHER });
    game.does(Action::SetOperator { owner: ALICE, spender: STRANGER, approved: true });
    let first = queued(&game.does(queue(ALICE, pool, 100)));
    // A price below one, for pool and bucket.
    game.does(slash(&[(game.token(0), ONE / 3)]));
    assert_eq!(queued(&game.does(queue(ALICE, pool, 100))), first);
    game.pass(1);
    let second = queued(&game.does(Action::QueueWithdrawal {
        by: STRANGER,
        owner: ALICE,
        pool,
        shares: 300,
        min_assets: 1,
    }));
    game.does(deposit(BOB, game.token(0), OPERATOR, 777));
    game.pass(2);
    game.does(Action::CompleteWithdrawal {
        by: STRANGER,
        owner: ALICE,
        pool,
        epoch: first,
        receiver: TREASURY,
    });
    game.does(redelegate(ALICE, pool, second, OTHER));
    for to in [Operator::IDLE, OPERATOR] {
        let epoch = queued(&game.does(queue(ALICE, pool, 10)));
        game.pass(2);
        game.does(Action::Redelegate {
            by: STRANGER,
            owner: ALICE,
            pool,
            epoch,
            to,
            min_shares: 1,
        });
    }
    game
}

fn queued(outcome: &Outcome) -> Epoch {
    let Outcome::Queued(exit) = outcome else { panic!("{outcome:?}") };
    exit.epoch
}

fn positions() -> Game {
    let mut game = Game::staked();
    let pool = game.pool(OPERATOR);
    let approve = |amount| Action::Approve { owner: ALICE, spender: STRANGER, pool, amount };
    game.does(transfer(ALICE, ALICE, pool, 10));
    game.does(approve(U256::from(50)));
    game.does(transfer(STRANGER, ALICE, pool, 20));
    game.does(approve(U256::MAX));
    game.does(transfer(STRANGER, ALICE, pool, 100));
    game.does(Action::SetOperator { owner: BOB, spender: STRANGER, approved: true });
    game.does(transfer(STRANGER, BOB, pool, 5));
    game.does(Action::SetOperator { owner: BOB, spender: STRANGER, approved: false });
    game
}

fn sets() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    game.does(Action::Appoint {
        account: SERVICE,
        appointee: STRANGER,
        function: Function::AddStrategies,
        allowed: true,
    });
    game.does(Action::AddStrategy { by: STRANGER, set: INSTANT, strategy: more });
    game.does(Action::RemoveStrategy { by: SERVICE, set: INSTANT, strategy: token });
    let uri = "ipfs://a description of more than 32 bytes".to_owned();
    game.does(Action::SetMetadata { by: SERVICE, avs: SERVICE, uri });
    let none = OperatorSetId { id: u32::MAX, ..SLOW };
    game.does(create(none, slow(), &[]));
    game.does(create(OperatorSetId { id: 9, ..SLOW }, instant(), &[more, token]));
    game.does(Action::Retire { by: SERVICE, set: SLOW });
    game.does(settle(OPERATOR, SLOW, token));
    // What was settled is named too, and not counted.
    game.does(leave(OPERATOR, SLOW, &[token]));
    game
}

fn allocations() -> Game {
    let mut game = Game::staked();
    let (second, third) = (game.token(1), game.token(2));
    for strategy in [second, third] {
        game.does(Action::AddStrategy { by: SERVICE, set: INSTANT, strategy });
    }
    // A raise with notice: replaced, cut, withdrawn, and announced again.
    for target in [ONE / 2, ONE, ONE / 4, 0, ONE / 4] {
        game.does(allocate(OPERATOR, INSTANT, second, target));
    }
    game.does(allocate(OPERATOR, INSTANT, third, ONE / 2));
    game.pass(3);
    game.does(settle(OPERATOR, INSTANT, second));
    game.does(allocate(OPERATOR, INSTANT, second, ONE / 8));
    game.does(allocate(OPERATOR, INSTANT, third, ONE));
    game.does(allocate(OPERATOR, INSTANT, third, ONE / 2));
    game.does(allocate(OPERATOR, INSTANT, third, ONE));
    // A pending lowering to something, a pending raise, and an allocation in force.
    let mut tokens = game.world.tokens;
    tokens.sort();
    game.does(eject(OPERATOR, INSTANT, &tokens));
    game.pass(2);
    for token in tokens {
        game.does(settle(OPERATOR, INSTANT, token));
    }
    game.does(join(OPERATOR, INSTANT));
    game.does(leave(OPERATOR, INSTANT, &[]));
    game
}

fn slashes() -> Game {
    let mut game = Game::staked();
    let (token, pool) = (game.token(0), game.pool(OPERATOR));
    let mut others = [game.token(1), game.token(2)];
    others.sort();
    game.does(queue(ALICE, pool, 200));
    game.pass(1);
    game.does(queue(ALICE, pool, 100));
    // Of the others nothing is taken.
    let mut fractions = vec![(token, ONE / 10), (others[0], ONE), (others[1], 1)];
    fractions.sort();
    game.does(slash(&fractions));
    game.does(can_receive(token, TREASURY, false));
    game.does(slash(&[(token, ONE / 10)]));
    game.does(can_receive(token, TREASURY, true));
    let collect =
        |by, receiver| Action::CollectCredit { by, owner: TREASURY, strategy: token, receiver };
    game.does(collect(STRANGER, TREASURY));
    game.does(can_receive(token, TREASURY, false));
    game.does(slash(&[(token, ONE / 10)]));
    game.does(collect(TREASURY, BOB));
    game
}

fn ends() -> Game {
    let mut game = Game::staked();
    let (token, pool) = (game.token(0), game.pool(OPERATOR));
    let ripe = queued(&game.does(queue(ALICE, pool, 100)));
    // A slash of everything: half is given back by one set, and promised to the other.
    game.does(Action::Retire { by: SERVICE, set: SLOW });
    game.does(settle(OPERATOR, SLOW, token));
    game.does(allocate(OPERATOR, INSTANT, token, ONE));
    game.pass(3);
    let unripe = queued(&game.does(queue(ALICE, pool, 100)));
    game.does(slash(&[(token, ONE)]));
    assert_ne!(game.pool(OPERATOR), pool);
    game.does(complete(ALICE, pool, ripe));
    game.pass(2);
    // Nothing is left of it.
    game.does(complete(ALICE, pool, unripe));

    // The next generation wears out.
    let pool = game.pool(OPERATOR);
    game.does(deposit(ALICE, token, OPERATOR, 1 << 40));
    game.does(allocate(OPERATOR, INSTANT, token, ONE));
    game.pass(3);
    game.does(slash(&[(token, ONE - ONE / 10_000)]));
    game.does(leave(OPERATOR, INSTANT, &[token]));
    game.pass(2);
    game.does(settle(OPERATOR, INSTANT, token));
    game.does(Action::Renew { by: OPERATOR.account(), operator: OPERATOR, strategy: token });
    game.does(withdraw(ALICE, pool, 1 << 20));
    game.does(delegate(ALICE, pool, 1 << 20, OPERATOR));
    game.does(delegate(ALICE, pool, 1 << 20, Operator::IDLE));
    let rest = game.model.position_shares(pool, ALICE);
    game.does(withdraw(ALICE, pool, rest));
    game
}

fn proposals() -> Game {
    let mut game = Game::staked();
    let token = game.token(0);
    game.does(propose(token, ONE / 4));
    game.does(cancel(RESOLVER, token));
    game.does(propose(token, ONE / 5));
    game.wait(EPOCH_LENGTH / 2);
    game.does(cancel(SLASHER, token));
    game.does(propose(token, ONE / 6));
    game.wait(3_600);
    // It burns what it takes, and names no evidence again.
    game.does(execute(token));
    game
}

/// Two pools are paid in two tokens, by a rate that is in force; parts are claimed and collected for others.
fn rewards() -> Game {
    let mut game = Game::new();
    let (token, coin) = (game.token(0), game.world.coin);
    let operators = [OPERATOR, OTHER];
    for operator in operators {
        game.does(register(operator, None));
        game.does(Action::SetCommission { operator, rate: Wad(ONE / 3) });
        game.does(Action::Open { operator });
    }
    game.pass(1);
    for operator in operators {
        game.does(deposit(ALICE, token, operator, 1_000));
        game.does(deposit(BOB, token, operator, 333));
    }
    game.does(queue(BOB, game.pool(OTHER), 33));
    game.pass(2);
    game.does(Action::SetCommission { operator: OPERATOR, rate: Wad(ONE / 2) });
    game.does(Action::SetCommission { operator: OTHER, rate: Wad(0) });
    let pay = |operator, amount| Payment { operator, strategy: token, amount };
    let distribute = |game: &mut Game, token, payments: &[Payment]| {
        let (epoch, payments) = (game.model.closed_epoch(), payments.to_vec());
        game.does(Action::Distribute { by: BOB, epoch, token, payments })
    };
    distribute(&mut game, coin, &[pay(OPERATOR, 1_001), pay(OTHER, 77), pay(OPERATOR, 1)]);
    distribute(&mut game, token, &[pay(OTHER, 500)]);
    distribute(&mut game, token, &[]);
    let claims = |game: &Game| {
        let [first, second] = operators.map(|operator| game.pool(operator));
        // Neighbours in one token are paid together; one is named twice.
        [(first, coin), (second, coin), (second, token), (first, token), (first, coin)]
            .map(|(pool, token)| Claim { pool, token })
            .to_vec()
    };
    let claim = |game: &mut Game, by, receiver, through| {
        let (owner, claims) = (ALICE, claims(game));
        game.does(Action::ClaimRewards { by, owner, receiver, through, claims })
    };
    claim(&mut game, ALICE, ALICE, Epoch(2));
    claim(&mut game, ALICE, BOB, Epoch(u32::MAX));
    game.does(Action::SetRecipient { owner: ALICE, recipient: TREASURY });
    game.does(Action::SetOperator { owner: ALICE, spender: BOB, approved: true });
    game.pass(1);
    game.does(transfer(ALICE, ALICE, game.pool(OPERATOR), 5));
    distribute(&mut game, coin, &[pay(OPERATOR, 999)]);
    claim(&mut game, STRANGER, TREASURY, Epoch(9));
    distribute(&mut game, coin, &[pay(OPERATOR, 998)]);
    claim(&mut game, BOB, BOB, Epoch(9));
    let tokens = vec![coin, token, coin];
    let by = OPERATOR.account();
    game.does(Action::CollectCommission { by, operator: OPERATOR, receiver: TREASURY, tokens });
    game.does(Action::SetRecipient { owner: ALICE, recipient: palisade_model::Account::default() });
    game
}
