//! Chain and model side by side, for tests: hand-written actions, each compared in full.

#![expect(clippy::needless_pass_by_value, reason = "histories are read more often than run")]

use std::collections::BTreeSet;

use alloy::primitives::Bytes;
use palisade_bindings::{Refusal, artifacts};
use palisade_model::{
    Account, Action, ActionKind, Epoch, Magnitude, Model, Operator, OperatorSetId, Outcome, PoolId,
    Recipient, Strategy, Terms, Wad,
};

use crate::{
    Chain, World,
    calls::call,
    expect::{Before, expected},
    reasons::applies,
    world::{AUTHORITY, EPOCH_LENGTH, OPERATORS, SERVICES, SLASHERS, STAKERS, TREASURY},
};

/// Somebody of each sort.
pub(crate) const ALICE: Account = STAKERS[0];
pub(crate) const BOB: Account = STAKERS[1];
pub(crate) const OPERATOR: Operator = OPERATORS[0];
pub(crate) const OTHER: Operator = OPERATORS[1];
pub(crate) const SERVICE: Account = SERVICES[0];
pub(crate) const SLASHER: Account = SLASHERS[0];

/// A set that slashes at once, for its treasury.
pub(crate) const INSTANT: OperatorSetId = OperatorSetId { avs: SERVICE, id: 1 };

/// A set that proposes, and burns.
pub(crate) const SLOW: OperatorSetId = OperatorSetId { avs: SERVICE, id: 2 };

/// One in fixed point.
pub(crate) const ONE: u64 = Wad::ONE.0;

/// The two of them, and what they did.
pub(crate) struct Game {
    pub(crate) world: World,
    pub(crate) chain: Chain,
    pub(crate) model: Model,
    pub(crate) accepted: BTreeSet<ActionKind>,
    pub(crate) refused: BTreeSet<ActionKind>,
    pub(crate) reasons: BTreeSet<&'static str>,
}

impl Game {
    pub(crate) fn new() -> Self {
        let world = World::new().unwrap();
        let chain = Chain::new(
            &world,
            artifacts::GENESIS.creation_code(),
            artifacts::REWARDS_DISTRIBUTOR.creation_code(),
        )
        .unwrap();
        let model = world.model().unwrap();
        let (accepted, refused, reasons) = Default::default();
        Self { world, chain, model, accepted, refused, reasons }
    }

    /// Two sets, and an operator that is a member of both, open since the epoch before. Alice has staked 1,000 of the
    /// first token with it, of which half is promised to either set.
    pub(crate) fn staked() -> Self {
        let mut game = Self::new();
        let token = game.token(0);
        game.does(register(OPERATOR, None));
        game.does(create(INSTANT, instant(), &[token]));
        game.does(create(SLOW, slow(), &[token]));
        for set in [INSTANT, SLOW] {
            game.does(join(OPERATOR, set));
            game.does(allocate(OPERATOR, set, token, ONE / 2));
        }
        game.does(Action::Open { operator: OPERATOR });
        game.pass(1);
        game.does(deposit(ALICE, token, OPERATOR, 1_000));
        game
    }

    pub(crate) fn token(&self, place: usize) -> Strategy {
        self.world.tokens[place]
    }

    /// The first token's pool of an operator, in its current generation.
    pub(crate) fn pool(&self, operator: Operator) -> PoolId {
        self.model.pool_id(operator, self.token(0))
    }

    pub(crate) fn now(&self) -> u64 {
        self.model.clock().now()
    }

    /// Lets epochs pass.
    pub(crate) fn pass(&mut self, epochs: u64) {
        self.wait(epochs * EPOCH_LENGTH);
    }

    /// Lets seconds pass.
    pub(crate) fn wait(&mut self, seconds: u64) {
        self.does(Action::AdvanceTo { timestamp: self.now() + seconds });
    }

    /// Both carry it out, with the same return value and the same logs.
    #[track_caller]
    pub(crate) fn does(&mut self, action: Action) -> Outcome {
        let before = Before::new(&self.model, &action);
        let outcome = self.model.apply(&action);
        let outcome = outcome.unwrap_or_else(|error| panic!("{action:?}: {error}"));
        let said = expected(&self.world, before, &self.model, &action, &outcome);
        match call(&self.world, &action) {
            None => self.chain.set_time(self.now()),
            Some(sent) => {
                let executed = self.chain.execute(&sent).unwrap();
                let returned = executed.output.map_err(|data| Refusal::decode(&data).to_string());
                assert_eq!(returned, Ok(said.returned), "{action:?}");
                assert_eq!(executed.logs, said.logs, "{action:?}");
            }
        }
        self.accepted.insert(action.kind());
        outcome
    }

    /// Both refuse it, and the chain says why: for this reason, which is so, and would not be with any other field.
    #[track_caller]
    pub(crate) fn refuses(&mut self, action: Action, name: &'static str) {
        let before = self.model.clone();
        let Err(error) = self.model.apply(&action) else { panic!("the model accepts {action:?}") };
        assert_eq!(self.model, before, "{action:?}");
        let sent = call(&self.world, &action).unwrap();
        let output = self.chain.execute(&sent).unwrap().output;
        let Err(data) = output else { panic!("the chain accepts {action:?}: {error}") };
        let refusal = Refusal::decode(&data);
        let told = format!("{action:?}: {refusal}, the model: {error}");
        assert_eq!(shown(&refusal), name, "{told}");
        assert!(self.applies(&action, &refusal), "{told}");

        for altered in altered(&data) {
            let altered = Refusal::decode(&altered);
            assert!(!self.applies(&action, &altered), "{told}, and not {altered}");
        }
        let other = Action::SetCanReceive { strategy: self.token(0), account: ALICE, can: true };
        assert!(!self.applies(&other, &refusal), "{told}, but not for anything");
        self.refused.insert(action.kind());
        self.reasons.insert(name);
    }

    pub(crate) fn applies(&self, action: &Action, refusal: &Refusal) -> bool {
        applies(&self.world, &self.model, action, refusal)
    }
}

/// The name of a reason, also of those that are no custom error of the contracts.
fn shown(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Reason(_) => "Panic",
        Refusal::Unknown(_) => "Blocked",
        refusal => refusal.name(),
    }
}

/// The same error with one field altered in its lowest bit, for each field; and without its fields.
fn altered(data: &Bytes) -> Vec<Bytes> {
    let altered = (4..data.len()).step_by(32).map(|start| {
        let mut altered = data.to_vec();
        altered[start + 31] ^= 1;
        altered.into()
    });
    altered.chain([Bytes::copy_from_slice(&data[..3])]).collect()
}

// -- actions that tests need often, in short -----------------------------------------------------

pub(crate) fn instant() -> Terms {
    Terms {
        slasher: SLASHER,
        recipient: Recipient::Account(TREASURY),
        window: 0,
        resolver: None,
        cap: Wad::ONE,
        conditions: [7; 32],
        registrar: None,
    }
}

pub(crate) fn slow() -> Terms {
    let resolver = Some(crate::world::RESOLVER);
    Terms { window: 3_600, recipient: Recipient::Burn, resolver, ..instant() }
}

pub(crate) fn register(operator: Operator, approver: Option<Account>) -> Action {
    Action::RegisterOperator { operator, approver }
}

pub(crate) fn create(set: OperatorSetId, terms: Terms, strategies: &[Strategy]) -> Action {
    Action::CreateOperatorSet { by: set.avs, set, terms, strategies: strategies.to_vec() }
}

pub(crate) fn join(operator: Operator, set: OperatorSetId) -> Action {
    Action::Join { by: operator.account(), operator, set }
}

pub(crate) fn leave(operator: Operator, set: OperatorSetId, strategies: &[Strategy]) -> Action {
    Action::Leave { by: operator.account(), operator, set, strategies: strategies.to_vec() }
}

pub(crate) fn eject(operator: Operator, set: OperatorSetId, strategies: &[Strategy]) -> Action {
    Action::Eject { by: set.avs, operator, set, strategies: strategies.to_vec() }
}

pub(crate) fn allocate(
    operator: Operator,
    set: OperatorSetId,
    strategy: Strategy,
    target: u64,
) -> Action {
    let by = operator.account();
    Action::Allocate { by, operator, set, strategy, target: Magnitude(target) }
}

pub(crate) fn settle(operator: Operator, set: OperatorSetId, strategy: Strategy) -> Action {
    Action::Settle { by: BOB, operator, set, strategy }
}

pub(crate) fn deposit(
    from: Account,
    strategy: Strategy,
    operator: Operator,
    assets: u128,
) -> Action {
    Action::Deposit { from, strategy, operator, assets, min_shares: 0, receiver: from }
}

pub(crate) fn withdraw(owner: Account, pool: PoolId, shares: u128) -> Action {
    Action::Withdraw { by: owner, owner, pool, shares, receiver: owner }
}

pub(crate) fn delegate(owner: Account, pool: PoolId, shares: u128, to: Operator) -> Action {
    Action::Delegate { by: owner, owner, pool, shares, to, min_shares: 0 }
}

pub(crate) fn queue(owner: Account, pool: PoolId, shares: u128) -> Action {
    Action::QueueWithdrawal { by: owner, owner, pool, shares, min_assets: 0 }
}

pub(crate) fn complete(owner: Account, pool: PoolId, epoch: Epoch) -> Action {
    Action::CompleteWithdrawal { by: owner, owner, pool, epoch, receiver: owner }
}

pub(crate) fn redelegate(owner: Account, pool: PoolId, epoch: Epoch, to: Operator) -> Action {
    Action::Redelegate { by: owner, owner, pool, epoch, to, min_shares: 0 }
}

pub(crate) fn transfer(by: Account, from: Account, pool: PoolId, amount: u128) -> Action {
    Action::Transfer { by, from, to: BOB, pool, amount }
}

pub(crate) fn slash(fractions: &[(Strategy, u64)]) -> Action {
    let fractions = fractions.iter().map(|(strategy, wad)| (*strategy, Wad(*wad))).collect();
    Action::Slash { by: SLASHER, set: INSTANT, operator: OPERATOR, fractions }
}

pub(crate) fn propose(strategy: Strategy, wad: u64) -> Action {
    Action::ProposeSlash { by: SLASHER, set: SLOW, operator: OPERATOR, strategy, wad: Wad(wad) }
}

pub(crate) fn cancel(by: Account, strategy: Strategy) -> Action {
    Action::CancelSlash { by, set: SLOW, operator: OPERATOR, strategy }
}

pub(crate) fn execute(strategy: Strategy) -> Action {
    Action::ExecuteSlash { by: BOB, set: SLOW, operator: OPERATOR, strategy }
}

pub(crate) fn pause(action: palisade_model::Pausable, duration: u64) -> Action {
    Action::Pause { by: AUTHORITY, action, duration }
}

pub(crate) fn can_receive(strategy: Strategy, account: Account, can: bool) -> Action {
    Action::SetCanReceive { strategy, account, can }
}
