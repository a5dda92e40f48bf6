//! What no action does, for nobody may do it: asked as views are, so that it changes nothing where it is not refused.

use alloy::{
    primitives::{Address, B256, U256, aliases::U192},
    sol_types::SolCall,
};
use palisade_bindings::{AllocationManager as M, StakeVault as V};
use palisade_model::{Model, Pausable};

use super::{Asked, Questions, keys::Keys};
use crate::{
    World, names,
    world::{STRANGER, address, pool, strategy},
};

/// Views are asked by nobody in particular.
const NOBODY: Address = Address::ZERO;

pub(super) fn ask(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    for &id in &keys.pools {
        let about = || names::pool(id);
        let refused = V::NotAllocationManager { sender: NOBODY };
        let question = || (V::renewCall { pool: pool(id).into() }, refused.clone());
        to.ask_refused(world.vault, question, about)?;
        let question = || {
            let (half, whole) = (U256::from(1), U256::from(2));
            let (strategy, recipient) = (strategy(id.strategy), address(STRANGER));
            let pool = pool(id).into();
            (V::slashCall { pool, taken: half, left: whole, strategy, recipient }, refused.clone())
        };
        to.ask_refused(world.vault, question, about)?;
        let question = || {
            let (receiver, amount) = (world.vault, U256::from(1));
            let call = V::transferCall { receiver, id: pool(id).into(), amount };
            (call, V::BadReceiver { receiver })
        };
        to.ask_refused(world.vault, question, about)?;
        let exists = model.pool_since(id.operator, id.strategy).is_some();
        if exists && model.approver(id.operator).is_some() {
            let question = || {
                let (id, receiver, amount) = (pool(id).into(), address(STRANGER), U256::from(1));
                (V::transferCall { receiver, id, amount }, V::PoolGated { pool: id })
            };
            to.ask_refused(world.vault, question, about)?;
        }
    }
    let question = || {
        let selector = M::appointCall::SELECTOR.into();
        let call = M::appointCall { appointee: address(STRANGER), selector, allowed: true };
        (call, M::CannotAppointAppoint {})
    };
    to.ask_refused(world.manager, question, || "stranger, appoint".into())?;
    recipient(to, world, model)
}

/// A set whose recipient is the vault: what it takes would be nobody's. Nobody's sets are nobody's to create.
fn recipient(to: &mut Questions<'_>, world: &World, model: &Model) -> Asked {
    if model.clock().now() < model.pause_of(Pausable::CreateSet).until {
        return Ok(());
    }
    let question = || {
        let recipient = world.vault;
        let terms = M::Terms {
            slasher: address(STRANGER),
            cap: U256::from(1),
            window: U256::ZERO,
            recipient,
            resolver: Address::ZERO,
            conditions: B256::ZERO,
            registrar: Address::ZERO,
        };
        let call = M::createOperatorSetCall { set: U192::from(1), terms, strategies: Vec::new() };
        (call, M::BadRecipient { recipient })
    };
    to.ask_refused(world.manager, question, || "vault as recipient".into())
}
