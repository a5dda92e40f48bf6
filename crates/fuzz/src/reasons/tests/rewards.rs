//! What the rewards distributor refuses.

use palisade_model::{Account, Action, Claim, Epoch, MAX_COMMISSION, Operator, Payment, Wad};

use crate::{game::*, world::STRANGER};

pub(super) const HISTORIES: [fn() -> Game; 3] = [payments, commissions, claims];

/// In an epoch that has a closed one with stake before it.
fn earning() -> Game {
    let mut game = Game::staked();
    game.pass(2);
    game
}

fn payments() -> Game {
    let mut game = earning();
    let (token, coin) = (game.token(0), game.world.coin);
    let to = |operator, amount| Payment { operator, strategy: token, amount };
    let pay = |by, epoch, payments: &[Payment]| Action::Distribute {
        by,
        epoch: Epoch(epoch),
        token: coin,
        payments: payments.to_vec(),
    };
    game.refuses(pay(BOB, 4, &[to(OPERATOR, 1)]), "EpochNotPayable");
    game.refuses(pay(BOB, 2, &[to(OPERATOR, 1)]), "EpochNotPayable");
    game.refuses(pay(BOB, 3, &[to(OPERATOR, 1), to(Operator::IDLE, 1)]), "IdlePool");
    game.refuses(pay(BOB, 3, &[to(OPERATOR, 0)]), "BadAmount");
    game.refuses(pay(BOB, 3, &[to(OPERATOR, u128::MAX)]), "BadAmount");
    game.refuses(pay(BOB, 3, &[to(OTHER, 1)]), "NoStake");
    game.refuses(pay(BOB, 3, &[to(OPERATOR, 1), to(OPERATOR, u128::MAX / 2)]), "RewardsOverflow");
    game.refuses(pay(BOB, 3, &[to(OPERATOR, 1 << 100)]), "ERC20InsufficientBalance");
    game.refuses(pay(STRANGER, 3, &[to(OPERATOR, 1)]), "ERC20InsufficientAllowance");
    game.refuses(pay(BOB, 3, &[to(OPERATOR, 1), to(OPERATOR, u128::MAX)]), "BadAmount");
    game
}

fn commissions() -> Game {
    let mut game = earning();
    let set = |rate| Action::SetCommission { operator: OPERATOR, rate: Wad(rate) };
    game.refuses(set(MAX_COMMISSION.0 + 1), "CommissionTooHigh");
    game.refuses(set(0), "CommissionUnchanged");
    game.does(set(5));
    game.refuses(set(5), "CommissionUnchanged");
    game
}

fn claims() -> Game {
    let mut game = earning();
    let (strategy, coin) = (game.token(0), game.world.coin);
    let payments = vec![Payment { operator: OPERATOR, strategy, amount: 1_000 }];
    let fresh = Operator::from(BOB);
    game.does(Action::Distribute { by: BOB, epoch: Epoch(3), token: coin, payments });
    let claim = Claim { pool: game.pool(OPERATOR), token: coin };
    let claims = |by, receiver| Action::ClaimRewards {
        by,
        owner: ALICE,
        receiver,
        through: Epoch(3),
        claims: vec![claim, claim],
    };
    let collect = |by, receiver| Action::CollectCommission {
        by,
        operator: fresh,
        receiver,
        tokens: vec![coin],
    };
    game.refuses(claims(BOB, ALICE), "NotOwnerNorOperator");
    game.refuses(claims(ALICE, Account::default()), "BadReceiver");
    game.refuses(collect(ALICE, BOB), "NotOwnerNorOperator");
    game.refuses(collect(BOB, Account::default()), "BadReceiver");
    game.does(can_receive(coin, ALICE, false));
    game.refuses(claims(ALICE, ALICE), "TransferFailed");
    game
}
