//! What the model says a call returns and logs: from the action, from what the model says of it, and from the model's
//! state, never from the chain.

mod manager;
mod rewards;
#[cfg(test)]
mod tests;
mod vault;

use alloy::{
    primitives::{Address, Bytes, Log, U256, aliases::U192},
    sol_types::{SolCall, SolEvent},
};
use palisade_bindings::BlocklistToken as T;
use palisade_model::{
    Account, Action, Epoch, Model, Operator, OperatorSetId, Outcome, PoolId, Strategy,
};

use crate::world::{World, address, pool, set, strategy, wide};

/// What has to be remembered of the state before an action, to say afterwards what it logged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    /// What leaves a pool or a bucket and enters another pool, without a token transfer.
    moved: u128,
    /// Whether nobody ever staked in the pool that stake enters.
    creates: bool,
}

impl Before {
    /// Looks at the state in which the action finds the model. Cheap, and for any action: a refused one too.
    pub(crate) fn new(model: &Model, action: &Action) -> Self {
        let (moved, to, strategy) = match *action {
            Action::Deposit { operator, strategy, .. } => (0, operator, strategy),
            Action::Delegate { pool, shares, to, .. } => {
                (leaving(model, pool, shares), to, pool.strategy)
            }
            Action::Redelegate { owner, pool, epoch, to, .. } => {
                (model.exit_value(pool, epoch, owner), to, pool.strategy)
            }
            _ => return Self { moved: 0, creates: false },
        };
        Self { moved, creates: !model.has_pool(to, strategy) }
    }
}

/// What is left of a renewed generation stands under this epoch.
pub(crate) const REST: Epoch = Epoch(0);

/// What shares of a pool generation are worth as they leave it: a living one, or one that was renewed.
pub(crate) fn leaving(model: &Model, id: PoolId, shares: u128) -> u128 {
    if model.pool_id(id.operator, id.strategy) == id {
        model.pool(id.operator, id.strategy).value_of(shares)
    } else {
        model.bucket(id, REST).value_of(U256::from(shares))
    }
}

/// What an accepted action returns, as encoded, and logs, in order: the logs of tokens too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    /// What it returns.
    pub(crate) returned: Bytes,
    /// What it logs.
    pub(crate) logs: Vec<Log>,
}

/// What the model says of an action that it has accepted: `before` is from before it, `model` is the state after it,
/// `outcome` is what the model returned.
pub(crate) fn expected(
    world: &World,
    before: Before,
    model: &Model,
    action: &Action,
    outcome: &Outcome,
) -> Expected {
    let mut told = Telling { world, model, before, outcome, expected: Expected::default() };
    if !told.token(action) && !told.rewards(action) && !told.vault(action) {
        told.manager(action);
    }
    told.expected
}

/// What has been told so far of what an action returns and logs.
struct Telling<'a> {
    world: &'a World,
    /// As it stands after the action.
    model: &'a Model,
    before: Before,
    outcome: &'a Outcome,
    expected: Expected,
}

impl Telling<'_> {
    /// What tokens do when they are called directly. Whether it was that.
    fn token(&mut self, action: &Action) -> bool {
        match *action {
            Action::AdvanceTo { .. } | Action::SetCanReceive { .. } => {}
            Action::Mint { strategy, to, amount } => {
                self.tokens_move(strategy, Address::ZERO, address(to), amount);
            }
            Action::Donate { strategy, from, amount } => {
                self.tokens_move(strategy, address(from), self.world.vault, amount);
                self.returns::<T::transferCall>(&true);
            }
            _ => return false,
        }
        true
    }

    /// A token's own log of a transfer.
    fn tokens_move(&mut self, token: Strategy, from: Address, to: Address, amount: u128) {
        self.log(strategy(token), &T::Transfer { from, to, value: wide(amount) });
    }

    /// A log of the vault.
    fn vault_logs(&mut self, event: &impl SolEvent) {
        self.log(self.world.vault, event);
    }

    /// A log of the allocation manager.
    fn manager_logs(&mut self, event: &impl SolEvent) {
        self.log(self.world.manager, event);
    }

    fn log(&mut self, address: Address, event: &impl SolEvent) {
        self.expected.logs.push(Log { address, data: event.encode_log_data() });
    }

    fn returns<C: SolCall>(&mut self, value: &C::Return) {
        self.expected.returned = C::abi_encode_returns(value).into();
    }

    /// The number that the model returned; zero where it returned none, which no call then agrees with.
    const fn number(&self) -> u128 {
        match *self.outcome {
            Outcome::Shares(number) | Outcome::Assets(number) => number,
            _ => 0,
        }
    }

    /// The epoch that the model returned; zero likewise.
    const fn effective(&self) -> Epoch {
        match *self.outcome {
            Outcome::Effective(epoch) => epoch,
            _ => Epoch(0),
        }
    }
}

/// The address of nobody where there is none.
pub(crate) fn or_nobody(account: Option<Account>) -> Address {
    account.map_or(Address::ZERO, address)
}

/// The pool of an operator as it lives in this state.
pub(crate) fn living(model: &Model, operator: Operator, strategy: Strategy) -> U256 {
    pool(model.pool_id(operator, strategy)).into()
}

/// An operator set's id, as the contracts have it.
pub(crate) fn packed(id: OperatorSetId) -> U192 {
    set(id).packed()
}
