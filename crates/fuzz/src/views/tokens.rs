//! The balances and supplies of the tokens.

use alloy::sol_types::SolValue;
use palisade_bindings::BlocklistToken as T;
use palisade_model::Model;

use super::{Asked, Questions, answer::words, keys::Keys};
use crate::{
    World,
    names::{self, BURN_ADDRESS, name_of},
    world::{address, strategy},
};

pub(super) fn ask(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    for token in world.rewarded() {
        let contract = strategy(token);
        let question = || (T::totalSupplyCall {}, words![model.supply(token)]);
        to.ask(contract, question, String::new)?;
        let held = [
            (world.vault, model.vault_balance(token)),
            (world.rewards, model.rewards_balance(token)),
            (BURN_ADDRESS, model.burned(token)),
        ];
        for (account, balance) in held {
            let question = || (T::balanceOfCall { account }, words![balance]);
            to.ask(contract, question, || name_of(account).into())?;
        }
        for &holder in &keys.accounts {
            let account = address(holder);
            let question = || (T::balanceOfCall { account }, words![model.balance(token, holder)]);
            to.ask(contract, question, || names::account(holder).into())?;
            let question =
                || (T::isBlockedCall { account }, words![!model.can_receive(token, holder)]);
            to.ask(contract, question, || names::account(holder).into())?;
        }
    }
    Ok(())
}
