//! A story that leaves every view with something to tell, played on a chain and a model side by side: for tests.

use palisade_bindings::artifacts;
use palisade_model::{
    Account, Action, Approval, Claim, Epoch, Function, Magnitude, Model, Operator, OperatorSetId,
    Pausable, Payment, PoolId, Recipient, Strategy, Terms, U256, Wad,
};

use crate::{
    Chain, Result, World,
    calls::call,
    world::{
        AUTHORITY, EPOCH_LENGTH, OPERATORS, ORIGIN, RESOLVER, SERVICES, SLASHERS, STAKERS,
        STRANGER, TREASURY,
    },
};

pub(crate) const OPERATOR: Operator = OPERATORS[0];
pub(crate) const GATED: Operator = OPERATORS[1];
pub(crate) const STAKER: Account = STAKERS[0];
pub(crate) const INSTANT: OperatorSetId = OperatorSetId { avs: SERVICES[0], id: 1 };
pub(crate) const SLOW: OperatorSetId = OperatorSetId { avs: SERVICES[0], id: 2 };
pub(crate) const GIVEN_UP: OperatorSetId = OperatorSetId { avs: SERVICES[1], id: 1 };

/// A chain and a model that are told the same.
pub(crate) struct Pair {
    pub(crate) world: World,
    pub(crate) chain: Chain,
    pub(crate) model: Model,
}

impl Pair {
    pub(crate) fn new() -> Result<Self> {
        let world = World::new()?;
        let chain = Chain::new(
            &world,
            artifacts::GENESIS.creation_code(),
            artifacts::REWARDS_DISTRIBUTOR.creation_code(),
        )?;
        Ok(Self { model: world.model()?, world, chain })
    }

    pub(crate) fn play(&mut self, action: &Action) {
        self.model.apply(action).unwrap_or_else(|error| panic!("{action:?}: {error}"));
        if let Action::AdvanceTo { timestamp } = action {
            return self.chain.set_time(*timestamp);
        }
        let sent = call(&self.world, action).unwrap();
        let executed = self.chain.execute(&sent).unwrap();
        assert!(executed.output.is_ok(), "{action:?}: {:?}", executed.output);
    }
}

pub(crate) fn epoch_begins(epoch: u64) -> Action {
    Action::AdvanceTo { timestamp: ORIGIN + (epoch - 1) * EPOCH_LENGTH }
}

pub(crate) fn terms(window: u64) -> Terms {
    Terms {
        slasher: SLASHERS[0],
        recipient: Recipient::Account(TREASURY),
        window,
        resolver: Some(RESOLVER),
        cap: Wad::ONE,
        conditions: [7; 32],
        registrar: None,
    }
}

/// Every view has something to tell after this.
pub(crate) fn story(world: &World) -> Vec<Action> {
    use Action as A;
    let [first, second, third] = world.tokens;
    let (by, slasher) = (OPERATOR.account(), SLASHERS[0]);
    let id = |operator, strategy, generation| PoolId { operator, strategy, generation };
    let create = |set: OperatorSetId, terms, strategies: &[Strategy]| A::CreateOperatorSet {
        by: set.avs,
        set,
        terms,
        strategies: strategies.to_vec(),
    };
    let join = |set| A::Join { by, operator: OPERATOR, set };
    let allocate = |set, strategy, target| A::Allocate {
        by,
        operator: OPERATOR,
        set,
        strategy,
        target: Magnitude(target * 10_u64.pow(17)),
    };
    let deposit = |receiver, operator, strategy, assets| A::Deposit {
        from: receiver,
        strategy,
        operator,
        assets,
        min_shares: 0,
        receiver,
    };
    let queue = |shares| A::QueueWithdrawal {
        by: STAKER,
        owner: STAKER,
        pool: id(OPERATOR, first, 0),
        shares,
        min_assets: 0,
    };
    let slash = |strategy, tenths: u64| A::Slash {
        by: slasher,
        set: INSTANT,
        operator: OPERATOR,
        fractions: vec![(strategy, Wad(tenths * 10_u64.pow(17)))],
    };
    let distribute = |amount| A::Distribute {
        by: STAKER,
        epoch: Epoch(6),
        token: world.coin,
        payments: vec![Payment { operator: OPERATOR, strategy: first, amount }],
    };
    let propose = || A::ProposeSlash {
        by: slasher,
        set: SLOW,
        operator: OPERATOR,
        strategy: first,
        wad: Wad::ONE,
    };
    let burning = Terms { recipient: Recipient::Burn, ..terms(3_600) };
    let approval = Approval {
        signer: world.approvers[0],
        operator: GATED,
        staker: STAKER,
        nonce: 0,
        deadline: ORIGIN * 2,
    };
    vec![
        A::RegisterOperator { operator: OPERATOR, approver: None },
        A::RegisterOperator { operator: GATED, approver: Some(world.approvers[0]) },
        create(INSTANT, terms(0), &[first, second]),
        create(SLOW, burning, &[first]),
        create(GIVEN_UP, terms(0), &[first]),
        join(INSTANT),
        join(SLOW),
        join(GIVEN_UP),
        allocate(INSTANT, first, 5),
        allocate(INSTANT, second, 10),
        allocate(SLOW, first, 3),
        allocate(GIVEN_UP, first, 1),
        A::SetCommission { operator: OPERATOR, rate: Wad(Wad::ONE.0 / 10) },
        A::Open { operator: OPERATOR },
        epoch_begins(2),
        deposit(STAKER, OPERATOR, first, 1_000_000),
        deposit(STAKERS[1], OPERATOR, second, 2_000_000),
        deposit(STAKER, Operator::IDLE, third, 300),
        queue(1_000),
        A::Retire { by: GIVEN_UP.avs, set: GIVEN_UP },
        slash(first, 2),
        epoch_begins(3),
        queue(2_000),
        slash(second, 10),
        deposit(STAKERS[1], OPERATOR, second, 70),
        A::SetCanReceive { strategy: first, account: TREASURY, can: false },
        slash(first, 1),
        propose(),
        epoch_begins(4),
        A::ExecuteSlash { by: STRANGER, set: SLOW, operator: OPERATOR, strategy: first },
        A::CompleteWithdrawal {
            by: STAKER,
            owner: STAKER,
            pool: id(OPERATOR, first, 0),
            epoch: Epoch(4),
            receiver: STAKER,
        },
        queue(5_000),
        A::SetCeiling { by: AUTHORITY, strategy: first, ceiling: Wad(2 * Wad::ONE.0) },
        allocate(SLOW, first, 4),
        epoch_begins(7),
        propose(),
        queue(3_000),
        allocate(INSTANT, first, 1),
        A::Transfer {
            by: STAKER,
            from: STAKER,
            to: STAKERS[2],
            pool: id(OPERATOR, first, 0),
            amount: 50,
        },
        A::Approve {
            owner: STAKER,
            spender: STRANGER,
            pool: id(OPERATOR, first, 0),
            amount: U256::from(9),
        },
        A::SetOperator { owner: STAKER, spender: STAKERS[1], approved: true },
        A::Admit {
            by: STRANGER,
            operator: GATED,
            staker: STAKER,
            deadline: ORIGIN * 2,
            signed: Some(approval),
        },
        A::Appoint { account: by, appointee: STRANGER, function: Function::Renew, allowed: true },
        A::SetDepositCap { by: AUTHORITY, strategy: first, cap: 5 },
        A::Pause { by: AUTHORITY, action: Pausable::Complete, duration: 60 },
        A::Pause { by: AUTHORITY, action: Pausable::CreateSet, duration: 70 },
        A::Donate { strategy: third, from: STAKERS[3], amount: 11 },
        A::Mint { strategy: third, to: STRANGER, amount: 12 },
        distribute(10_001),
        A::CollectCommission {
            by,
            operator: OPERATOR,
            receiver: TREASURY,
            tokens: vec![world.coin, second],
        },
        A::ClaimRewards {
            by: STAKER,
            owner: STAKER,
            receiver: STAKER,
            through: Epoch(9),
            claims: vec![Claim { pool: id(OPERATOR, first, 0), token: world.coin }],
        },
        A::SetRecipient { owner: STAKER, recipient: STRANGER },
        distribute(70_000),
    ]
}

/// Chain and model after the story.
pub(crate) fn told() -> Result<Pair> {
    let mut pair = Pair::new()?;
    for action in story(&pair.world) {
        pair.play(&action);
    }
    Ok(pair)
}
