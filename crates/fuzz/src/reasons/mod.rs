//! Whether the reason for which the chain refuses an action is so, by what the model knows.
//!
//! Of several reasons that stand in an action's way, the contracts name the first that they meet, the model another
//! perhaps. So what is asked of the chain's reason is that it is one of them, with the right figures.

mod manager;
mod rewards;
mod slashing;
#[cfg(test)]
mod tests;
mod vault;

use alloy::{
    primitives::U256,
    sol_types::{Panic, PanicKind, SolError},
};
use palisade_bindings::{BlocklistToken as T, DevToken, Refusal};
use palisade_model::{Account, Action, Model, Strategy};

use crate::world::{STAKERS, World, address, wide};

/// Whether what the chain says is so, of an action that the model refuses; `model` is the state in which it does.
///
/// What no call of the world should meet (a call into the lock, too little gas, a token that delivers less, a failed
/// assertion, a revert without a reason) is never so.
pub(crate) fn applies(world: &World, model: &Model, action: &Action, refusal: &Refusal) -> bool {
    let refused = Refused { world, model, action };
    match refusal {
        Refusal::Vault(error) => refused.by_vault(error),
        Refusal::Manager(error) => refused.by_manager(error),
        Refusal::Rewards(error) => refused.by_rewards(error),
        Refusal::Token(error) => refused.by_token(error),
        Refusal::Unknown(data) => {
            T::Blocked::abi_decode(data).is_ok_and(|error| refused.is_blocked(&error))
        }
        Refusal::Reason(reason) => refused.overflows_supply(reason),
        _ => false,
    }
}

/// An action that the model refuses, and the state in which it does.
#[derive(Clone, Copy)]
struct Refused<'a> {
    world: &'a World,
    model: &'a Model,
    action: &'a Action,
}

impl Refused<'_> {
    fn by_token(&self, error: &DevToken::DevTokenErrors) -> bool {
        use DevToken::DevTokenErrors as E;
        let pays = match *self.action {
            Action::Deposit { from, strategy, assets, .. } => Some((from, strategy, wide(assets))),
            Action::Donate { from, strategy, amount } => Some((from, strategy, wide(amount))),
            Action::Distribute { by, token, .. } => self.paid().map(|sum| (by, token, sum)),
            _ => None,
        };
        match (error, self.action) {
            (E::ERC20InsufficientBalance(e), _) => pays.is_some_and(|(from, strategy, amount)| {
                e.sender == address(from)
                    && e.balance == U256::from(self.model.balance(strategy, from))
                    && e.needed == amount
                    && e.balance < e.needed
            }),
            // Only stakers let the vault take their tokens, without end.
            (E::ERC20InsufficientAllowance(e), Action::Deposit { from, assets, .. }) => {
                e.spender == self.world.vault
                    && e.allowance.is_zero()
                    && e.needed == wide(*assets)
                    && !STAKERS.contains(from)
            }
            (E::ERC20InsufficientAllowance(e), Action::Distribute { by, .. }) => {
                e.spender == self.world.rewards
                    && e.allowance.is_zero()
                    && Some(e.needed) == self.paid()
                    && !e.needed.is_zero()
                    && !STAKERS.contains(by)
            }
            (E::ERC20InvalidReceiver(e), Action::Mint { to, .. }) => {
                e.receiver == address(*to) && to.is_zero()
            }
            (E::ERC20InvalidSender(e), Action::Donate { from, .. }) => {
                e.sender == address(*from) && from.is_zero()
            }
            _ => false,
        }
    }

    /// Whether the token refuses the receiver of this action.
    fn is_blocked(&self, error: &T::Blocked) -> bool {
        let (strategy, receiver): (Strategy, Account) = match *self.action {
            Action::Mint { strategy, to, .. } => (strategy, to),
            Action::Withdraw { pool, receiver, .. }
            | Action::CompleteWithdrawal { pool, receiver, .. } => (pool.strategy, receiver),
            Action::CollectCredit { strategy, receiver, .. } => (strategy, receiver),
            _ => return false,
        };
        error.receiver == address(receiver) && !self.model.can_receive(strategy, receiver)
    }

    /// All payments together; none where they do not fit 256 bits.
    fn paid(&self) -> Option<U256> {
        let Action::Distribute { payments, .. } = self.action else { return None };
        let mut amounts = payments.iter().map(|payment| wide(payment.amount));
        amounts.try_fold(U256::ZERO, U256::checked_add)
    }

    /// The panic that a caller can cause: tokens minted beyond the 256 bits of their supply. The model refuses them too,
    /// for it has 128 bits, of which the largest number stands for the chain's.
    fn overflows_supply(&self, reason: &str) -> bool {
        matches!(self.action, Action::Mint { amount: u128::MAX, .. })
            && reason == Panic::from(PanicKind::UnderOverflow).to_string()
    }
}
