//! Rewards: payments, commissions, claims, by worked scenes.

use palisade_model::{
    Account, Action, Branch as B, Claim, Epoch, Exact, MAX_COMMISSION, Model, ModelError, Operator,
    Outcome, Payment, PoolId, Result, Strategy, U256, Wad, Watch,
};

use crate::{coverage::taken, world::*};

const PAYER: Account = BOB;

fn to(operator: Operator, amount: u128) -> Payment {
    Payment { operator, strategy: ETH, amount }
}

fn pay(model: &mut Model, token: Strategy, payments: &[Payment]) -> Result<()> {
    model.distribute(PAYER, model.closed_epoch(), token, payments)
}

fn of(pool: PoolId) -> Claim {
    Claim { pool, token: GOLD }
}

/// All that an owner can claim in gold of one pool.
fn claim(model: &mut Model, owner: Account, pool: PoolId) -> Result<Option<u128>> {
    let claimed = model.claim_rewards(owner, owner, owner, Epoch(u32::MAX), &[of(pool)])?;
    Ok(claimed[0])
}

fn scaled(units: u128) -> U256 {
    U256::from(units) << 64
}

/// Alice has staked 300 with NORTH and Carol 100, in epoch 2; it is epoch 4, so that epoch 3 can be
/// paid for.
fn earning() -> Result<(Model, PoolId)> {
    let mut model = running(&[(ORACLE, percent(100))])?;
    deposit(&mut model, ALICE, NORTH, 300)?;
    deposit(&mut model, CAROL, NORTH, 100)?;
    pass_epochs(&mut model, 2)?;
    let pool = model.pool_id(NORTH, ETH);
    Ok((model, pool))
}

#[test]
fn payment_belongs_to_who_held_shares_when_the_epoch_began() -> Result<()> {
    let (mut model, pool) = earning()?;
    // Neither who comes later nor who leaves later changes anything.
    deposit(&mut model, BOB, NORTH, 1_000)?;
    model.queue_withdrawal(ALICE, ALICE, pool, 300, 0)?;
    let before = model.balance(GOLD, ALICE);
    pay(&mut model, GOLD, &[to(NORTH, 1_001)])?;
    assert_eq!(model.rewards_balance(GOLD), 1_001);
    // 1,001 of 2^64 each, divided by 400.
    let (each, rest) = scaled(1_001).div_rem(U256::from(400));
    assert_eq!(model.rewards_per_share(pool, GOLD, Epoch(3)), each);
    assert_eq!(model.rewards_per_share(pool, GOLD, Epoch(2)), U256::ZERO);
    assert_eq!(model.carried(pool, GOLD), rest);
    assert_eq!(model.claimable(ALICE, Epoch(3), &[of(pool)]), [750]);
    assert_eq!(model.claimable(ALICE, Epoch(2), &[of(pool)]), [0]);
    assert_eq!(claim(&mut model, ALICE, pool)?, Some(750));
    assert_eq!(claim(&mut model, CAROL, pool)?, Some(250));
    // Who had nothing then has nothing to claim, and is done with the epoch; again there is nothing to do.
    assert_eq!(claim(&mut model, BOB, pool)?, Some(0));
    assert_eq!(claim(&mut model, ALICE, pool)?, None);
    assert_eq!(model.balance(GOLD, ALICE), before + 750);
    assert_eq!(model.rewards_balance(GOLD), 1);
    let claimed = model.claimed_of(pool, GOLD, ALICE);
    assert_eq!((claimed.through, claimed.per_share), (Epoch(3), each));
    assert_eq!(claimed.fraction(), each * U256::from(300) - scaled(750));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn fractions_and_what_does_not_divide_are_paid_later() -> Result<()> {
    let (mut model, pool) = earning()?;
    for _ in 0..4 {
        pay(&mut model, GOLD, &[to(NORTH, 1)])?;
        claim(&mut model, ALICE, pool)?;
    }
    // Four payments of a unit are as good as one of four, but for 2^-64 units of a share.
    assert!(model.carried(pool, GOLD) < U256::from(400));
    assert_eq!(model.claimed_of(pool, GOLD, ALICE).units(), 2);
    pass_epochs(&mut model, 1)?;
    pay(&mut model, GOLD, &[to(NORTH, 1)])?;
    assert_eq!(claim(&mut model, ALICE, pool)?, Some(1));
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn order_and_number_of_claims_do_not_matter() -> Result<()> {
    let (mut model, pool) = earning()?;
    for amount in [17, 1_003, 5, 999] {
        pay(&mut model, GOLD, &[to(NORTH, amount)])?;
        model.transfer(ALICE, ALICE, BOB, pool, 7)?;
        pass_epochs(&mut model, 1)?;
    }
    let mut often = model.clone();
    let mut sum = 0;
    for through in [4, 3, 5, 5, 1, 6, 9] {
        let claims = [of(pool)];
        let paid = often.claim_rewards(ALICE, ALICE, ALICE, Epoch(through), &claims)?;
        sum += paid[0].unwrap_or_default();
    }
    assert_eq!(claim(&mut model, ALICE, pool)?, Some(sum));
    assert_eq!(model, often);
    // Named twice, it is paid once.
    let twice = [of(pool), of(pool)];
    let paid = model.claim_rewards(BOB, BOB, BOB, Epoch(9), &twice)?;
    assert_eq!((paid[0].is_some(), paid[1]), (true, None));
    Ok(())
}

#[test]
fn nothing_takes_away_what_was_earned() -> Result<()> {
    let (mut model, pool) = earning()?;
    pay(&mut model, GOLD, &[to(NORTH, 400)])?;
    model.transfer(CAROL, CAROL, BOB, pool, 100)?;
    slash(&mut model, ORACLE, Wad::ONE)?;
    pass_epochs(&mut model, 1)?;
    // The generation has ended in epoch 4, and lived when it began.
    pay(&mut model, GOLD, &[to(NORTH, 800)])?;
    assert_eq!(model.claimable(CAROL, Epoch(4), &[of(pool)]), [300]);
    assert_eq!(model.claimable(ALICE, Epoch(4), &[of(pool)]), [900]);
    pass_epochs(&mut model, 1)?;
    let (operator, strategy, epoch) = (NORTH, ETH, Epoch(5));
    let refused = pay(&mut model, GOLD, &[to(NORTH, 800)]);
    assert_eq!(refused, Err(ModelError::NoStake { operator, strategy, epoch }));
    assert_eq!(claim(&mut model, BOB, pool)?, Some(0));
    assert_eq!(claim(&mut model, CAROL, pool)?, Some(300));
    Ok(())
}

#[test]
fn refused_payments_leave_no_trace() -> Result<()> {
    let (mut model, _) = earning()?;
    let before = model.clone();
    let closed = Epoch(3);
    for epoch in [Epoch(2), Epoch(4)] {
        let refused = model.distribute(PAYER, epoch, GOLD, &[to(NORTH, 1)]);
        assert_eq!(refused, Err(ModelError::EpochNotPayable { epoch, closed }));
    }
    let (operator, strategy) = (NORTH, ETH);
    let most = u128::MAX;
    let too_much = model.balance(GOLD, PAYER) + 1;
    let cases = [
        (to(Operator::IDLE, 1), ModelError::IdlePoolPaid { strategy }),
        (to(NORTH, 0), ModelError::BadPayment { operator, strategy, amount: 0 }),
        (to(NORTH, most), ModelError::BadPayment { operator, strategy, amount: most }),
        (to(SOUTH, 1), ModelError::NoStake { operator: SOUTH, strategy, epoch: closed }),
        (
            to(NORTH, most - 1),
            ModelError::RewardsOverflow {
                per_share: (scaled(most - 1) + scaled(5)) / U256::from(400),
            },
        ),
        (
            to(NORTH, too_much - 5),
            ModelError::InsufficientBalance {
                strategy: GOLD,
                account: PAYER,
                balance: too_much - 1,
                needed: too_much,
            },
        ),
    ];
    for (payment, error) in cases {
        assert_eq!(pay(&mut model, GOLD, &[to(NORTH, 5), payment]), Err(error));
        assert_eq!(model, before);
    }
    Ok(())
}

#[test]
fn commission_rises_with_notice_and_falls_at_once() -> Result<()> {
    let (mut model, pool) = earning()?;
    let at = |model: &Model, epoch| model.commission_at(NORTH, Epoch(epoch)).ok();
    let (rate, highest) = (Wad(MAX_COMMISSION.0 + 1), MAX_COMMISSION);
    let refused = model.set_commission(NORTH, rate);
    assert_eq!(refused, Err(ModelError::CommissionTooHigh { rate, highest }));
    let unchanged = |model: &mut Model, rate| {
        assert_eq!(
            model.set_commission(NORTH, rate),
            Err(ModelError::CommissionUnchanged { rate })
        );
    };
    unchanged(&mut model, Wad(0));

    // Announced in epoch 4 it is in force from 7; a cut keeps the day, more has fresh notice.
    assert_eq!(model.set_commission(NORTH, wad(20))?, Epoch(7));
    unchanged(&mut model, wad(20));
    pass_epochs(&mut model, 1)?;
    assert_eq!(model.set_commission(NORTH, wad(10))?, Epoch(7));
    assert_eq!(model.set_commission(NORTH, wad(30))?, Epoch(8));
    assert_eq!((at(&model, 7), at(&model, 8)), (Some(Wad(0)), Some(wad(30))));
    pass_epochs(&mut model, 3)?;
    // What is paid is paid by the rate of its epoch.
    pay(&mut model, GOLD, &[to(NORTH, 101)])?;
    assert_eq!(model.commission_of(NORTH, GOLD), 0);
    pass_epochs(&mut model, 1)?;
    assert_eq!(model.set_commission(NORTH, wad(5))?, Epoch(9));
    pay(&mut model, GOLD, &[to(NORTH, 101), to(NORTH, 9)])?;
    assert_eq!(model.commission_of(NORTH, GOLD), 32);
    assert_eq!((at(&model, 7), at(&model, 8), at(&model, 9)), (None, Some(wad(30)), Some(wad(5))));
    // A raise that was announced is withdrawn by what is in force.
    model.set_commission(NORTH, wad(50))?;
    assert_eq!(model.set_commission(NORTH, wad(5))?, Epoch(9));
    unchanged(&mut model, wad(5));
    // Who has never opened has nobody to warn.
    let fresh = Operator::from_u64(0x99);
    assert_eq!(model.set_commission(fresh, wad(50))?, Epoch(9));
    assert_eq!(model.collect_commission(NORTH.account(), NORTH, ALICE, &[GOLD, GOLD])?, [32, 0]);
    assert_eq!(model.claimable(ALICE, Epoch(9), &[of(pool)]), [(101 + 71 + 7) * 300 / 400]);
    assert_eq!(model.check(), Ok(()));
    Ok(())
}

#[test]
fn rewards_go_where_the_owner_says() -> Result<()> {
    let (mut model, pool) = earning()?;
    pay(&mut model, GOLD, &[to(NORTH, 400)])?;
    let by = |model: &mut Model, by, receiver| {
        model.claim_rewards(by, ALICE, receiver, Epoch(3), &[of(pool)])
    };
    let refused = |by| Err(ModelError::NotOwnerNorOperator { owner: ALICE, by });
    assert_eq!(by(&mut model, ANYBODY, ALICE), refused(ANYBODY));
    assert_eq!(by(&mut model, ALICE, Account::default()), Err(ModelError::ZeroAccount));
    assert_eq!(by(&mut model.clone(), ALICE, TREASURY)?, [Some(300)]);
    model.set_operator(ALICE, BOB, true);
    assert_eq!(by(&mut model.clone(), BOB, BOB)?, [Some(300)]);
    model.set_recipient(ALICE, CAROL);
    assert_eq!(by(&mut model, ANYBODY, ALICE), refused(ANYBODY));
    assert_eq!(by(&mut model.clone(), ANYBODY, CAROL)?, [Some(300)]);
    model.set_can_receive(GOLD, CAROL, false);
    let refused = ModelError::CannotReceive { strategy: GOLD, account: CAROL };
    assert_eq!(by(&mut model, ANYBODY, CAROL), Err(refused));
    model.set_recipient(ALICE, Account::default());
    assert_eq!(model.recipient_of(ALICE), Account::default());
    Ok(())
}

#[test]
fn history_is_told_newest_first() -> Result<()> {
    let (mut model, pool) = earning()?;
    model.queue_withdrawal(ALICE, ALICE, pool, 100, 0)?;
    pass_epochs(&mut model, 1)?;
    model.transfer(ALICE, ALICE, ALICE, pool, 1)?;
    let told = |from, to| model.history_of(pool, ALICE, Epoch(from), Epoch(to));
    let (none, first, second) = ((Epoch(0), 0), (Epoch(2), 300), (Epoch(4), 200));
    assert_eq!(told(0, 0)?, [none]);
    assert_eq!(told(1, 2)?, [none]);
    assert_eq!(told(3, 3)?, [first]);
    assert_eq!(told(3, 4)?, [first]);
    assert_eq!(told(1, 5)?, [second, first, none]);
    assert_eq!(told(4, 5)?, [second, first]);
    assert_eq!(told(5, 5)?, [second]);
    assert_eq!(told(5, 4)?, [first]);
    let (epoch, now) = (Epoch(6), Epoch(5));
    assert_eq!(told(1, 6), Err(ModelError::EpochNotBegun { epoch, now }));
    assert_eq!(model.history_of(pool, BOB, Epoch(0), Epoch(5))?, [none]);
    Ok(())
}

/// With amounts that do not divide, of balances that change, judged at each step.
#[test]
fn rewards_stay_near_what_is_exact() -> Result<()> {
    let (mut model, pool) = earning()?;
    pay(&mut model, GOLD, &[to(NORTH, 3)])?;
    let (mut watch, mut exact) = (Watch::new(&model), Exact::new(&model));
    let mut act = |model: &mut Model, action: Action| {
        let outcome = model.apply(&action);
        assert_eq!(watch.observe(model, &action, &outcome), Ok(()), "{action:?}");
        assert_eq!(exact.observe(model, &action, &outcome), Ok(()), "{action:?}");
        outcome
    };
    for round in 0..20 {
        let (by, epoch, payments) = (PAYER, model.closed_epoch(), vec![to(NORTH, 1 + round * 7)]);
        act(&mut model, Action::Distribute { by, epoch, token: GOLD, payments })?;
        let (from, amount) = (ALICE, 1 + round % 5);
        act(&mut model, Action::Transfer { by: from, from, to: BOB, pool, amount })?;
        let (owner, claims) = (ALICE, vec![of(pool)]);
        let (by, receiver, through) = (owner, owner, model.epoch());
        let claimed = Action::ClaimRewards { by, owner, receiver, through, claims };
        assert!(matches!(act(&mut model, claimed)?, Outcome::Claimed(_)));
        if round % 4 == 0 {
            let rate = Wad(wad(5).0 + u64::try_from(round).unwrap_or_default());
            act(&mut model, Action::SetCommission { operator: NORTH, rate })?;
        }
        let timestamp = model.clock().start_of(model.epoch().plus(1));
        act(&mut model, Action::AdvanceTo { timestamp })?;
    }
    assert!(model.commission_of(NORTH, GOLD) > 0);
    let bound = exact.rewards_bound(&model, pool, GOLD, ALICE);
    assert!(bound.down > bound.up && exact.rewards(&model, pool, GOLD, ALICE) > bound.down);
    Ok(())
}

/// Takes every branch of rewards, each where it should.
pub(crate) fn scene() -> Result<Model> {
    let (mut model, pool) = earning()?;
    let paid = |model: &mut Model, payments: &[Payment], due: &[B]| {
        let found = taken(model, |m| pay(m, GOLD, payments));
        assert_eq!(found.as_deref(), Ok(due), "{payments:?}");
    };
    let rated = |model: &mut Model, operator, rate, due| {
        assert_eq!(taken(model, |m| m.set_commission(operator, rate)), Ok(vec![due]));
    };
    let claimed = |model: &mut Model, by, receiver, due: &[B]| {
        let step = |m: &mut Model| m.claim_rewards(by, ALICE, receiver, Epoch(99), &[of(pool)]);
        assert_eq!(taken(model, step).as_deref(), Ok(due));
    };
    paid(&mut model, &[], &[B::PaysNothing]);
    claimed(&mut model, ALICE, ALICE, &[B::ClaimsByOwner, B::ClaimGetsOn]);
    claimed(&mut model, ALICE, ALICE, &[B::ClaimsByOwner, B::ClaimsNothing]);
    paid(&mut model, &[to(NORTH, 401)], &[B::PaysOnePool, B::PaysFirst]);
    claimed(&mut model, ALICE, ALICE, &[B::ClaimsByOwner, B::ClaimPays, B::ClaimsEpochAgain]);
    let again = [B::PaysOnePool, B::PaysEpochAgain, B::PaysWithCarried];
    paid(&mut model, &[to(NORTH, 1)], &again);
    rated(&mut model, NORTH, wad(20), B::CommissionRaised);
    rated(&mut model, NORTH, wad(30), B::CommissionRaisedAgain);
    rated(&mut model, NORTH, wad(25), B::CommissionCut);
    rated(&mut model, NORTH, wad(0), B::CommissionWithdrawn);
    rated(&mut model, NORTH, wad(10), B::CommissionRaised);
    rated(&mut model, Operator::from_u64(0x99), wad(5), B::CommissionBeforeOpening);
    model.queue_withdrawal(ALICE, ALICE, pool, 100, 0)?;
    pass_epochs(&mut model, 4)?;
    rated(&mut model, NORTH, wad(5), B::CommissionLowered);
    let commission = [B::PaysOnePool, B::PaysLaterEpoch, B::PaysWithCarried, B::PaysCommission];
    paid(&mut model, &[to(NORTH, 300)], &commission);
    model.set_operator(ALICE, BOB, true);
    let by_agent = [B::ClaimsByAgent, B::ClaimsElsewhere, B::ClaimPays, B::ClaimsOverChanges];
    claimed(&mut model, BOB, BOB, &by_agent);
    let name = |to| {
        move |m: &mut Model| {
            m.set_recipient(ALICE, to);
            Ok(())
        }
    };
    assert_eq!(taken(&mut model, name(CAROL))?, [B::SetsRecipient]);
    let anybody = [B::ClaimsByAnybody, B::ClaimsElsewhere, B::ClaimsNothing];
    claimed(&mut model, ANYBODY, CAROL, &anybody);
    assert_eq!(taken(&mut model, name(Account::default()))?, [B::ClearsRecipient]);
    let collect = |m: &mut Model| m.collect_commission(NORTH.account(), NORTH, BOB, &[GOLD]);
    assert_eq!(taken(&mut model, collect)?, [B::CollectsCommission]);
    assert_eq!(taken(&mut model, collect)?, [B::CollectsNoCommission]);

    // Of 2^80 shares one unit is no 2^-64 of each. Then the generation ends.
    deposit(&mut model, CAROL, NORTH, 1 << 80)?;
    pass_epochs(&mut model, 2)?;
    let little = [B::PaysOnePool, B::PaysLaterEpoch, B::PaysWithCarried, B::PaysTooLittleToDivide];
    paid(&mut model, &[to(NORTH, 1)], &little);
    slash(&mut model, ORACLE, Wad::ONE)?;
    let again = [
        B::PaysSeveralPools,
        B::PaysEpochAgain,
        B::PaysEpochAgain,
        B::PaysEndedGeneration,
        B::PaysEndedGeneration,
        B::PaysWithCarried,
        B::PaysWithCarried,
        B::PaysCommission,
        B::PaysCommission,
    ];
    let mut found = taken(&mut model, |m| pay(m, GOLD, &[to(NORTH, 1 << 90), to(NORTH, 1 << 90)]))?;
    let mut due = again.to_vec();
    found.sort_unstable();
    due.sort_unstable();
    assert_eq!(found, due);
    let ended = [B::ClaimsByOwner, B::ClaimPays, B::ClaimsEndedGeneration];
    claimed(&mut model, ALICE, ALICE, &ended);
    Ok(model)
}

#[test]
fn every_way_of_rewards_is_taken_where_it_should() -> Result<()> {
    let model = scene()?;
    assert_eq!(model.check(), Ok(()));
    Ok(())
}
