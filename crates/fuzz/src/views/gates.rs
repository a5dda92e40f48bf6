//! What no action does, for nobody may do it: asked as views are, so that it changes nothing where it is not refused.

use alloy::{
    primitives::{Address, B256, U256, aliases::U192},
    sol_types::SolCall,
};
use palisade_bindings::{AllocationManager as M, RewardsDistributor as D, StakeVault as V};
use palisade_model::{Account, Model, Operator, Pausable, Strategy};

use super::{Asked, NOBODY, Questions, keys::Keys};
use crate::{
    World,
    expect::packed,
    names,
    world::{EVIDENCE, STRANGER, address, epoch, operator, pool, strategy},
};

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
    recipient(to, world, model)?;
    receivers(to, world, model, keys)?;
    lengths(to, world, model)?;
    lists(to, world, model)
}

/// The vault and the rewards distributor as receivers: what they hold is nobody's then.
fn receivers(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let (vault, rewards) = (world.vault, world.rewards);
    let runs = |action| model.clock().now() >= model.pause_of(action).until;
    let refused = |receiver: Address| V::BadReceiver { receiver };
    for &token in world
        .tokens
        .iter()
        .filter(|token| runs(Pausable::Deposit) && model.deposit_cap(**token) > 0)
    {
        let question = || {
            let (strategy, operator, assets) = (strategy(token), Address::ZERO, U256::from(1));
            let (receiver, least) = (vault, U256::ZERO);
            let call = V::depositCall { strategy, operator, receiver, assets, minShares: least };
            (call, refused(vault))
        };
        to.ask_refused(vault, question, || format!("{} for the vault", names::token(token)))?;
    }
    for &(id, holder) in &keys.positions {
        let worth = model.position_value(id, holder);
        if !runs(Pausable::Complete) || id.operator != Operator::IDLE || worth == 0 {
            continue;
        }
        let question = || {
            let (pool, shares, owner) = (pool(id).into(), U256::from(worth), address(holder));
            (V::withdrawCall { pool, shares, receiver: vault, owner }, refused(vault))
        };
        let about = || format!("{} to the vault", names::account(holder));
        to.ask_refused_from((address(holder), vault), question, about)?;
    }
    for (id, at, holder) in model.exits().filter(|(_, at, _)| *at <= keys.now) {
        if !runs(Pausable::Complete) || model.exit_value(id, at, holder) == 0 {
            continue;
        }
        let question = || {
            let (pool, epoch, owner) = (pool(id).into(), epoch(at), address(holder));
            (V::completeWithdrawalCall { pool, epoch, owner, receiver: vault }, refused(vault))
        };
        let about = || format!("{} to the vault", names::account(holder));
        to.ask_refused_from((address(holder), vault), question, about)?;
    }
    for (token, holder) in model.credits() {
        let question = || {
            let (strategy, account) = (strategy(token), address(holder));
            (V::collectCall { strategy, account, receiver: vault }, refused(vault))
        };
        let about = || format!("{} to the vault", names::account(holder));
        to.ask_refused_from((address(holder), vault), question, about)?;
    }
    let question = || {
        let (owner, receiver, through, claims) = (NOBODY, rewards, U256::ZERO, Vec::new());
        (D::claimCall { owner, receiver, through, claims }, D::BadReceiver { receiver })
    };
    to.ask_refused(rewards, question, || "to the distributor".into())?;
    let question = || {
        let (operator, receiver, tokens) = (NOBODY, rewards, Vec::new());
        (D::collectCall { operator, receiver, tokens }, D::BadReceiver { receiver })
    };
    to.ask_refused(rewards, question, || "to the distributor".into())
}

/// A slash with more strategies than fractions, and with less: each set that slashes at once is asked one of the two.
fn lengths(to: &mut Questions<'_>, world: &World, model: &Model) -> Asked {
    for (place, id) in model.operator_sets().enumerate() {
        let Ok(set) = model.operator_set(id) else { continue };
        if set.retired || set.terms.window > 0 {
            continue;
        }
        let question = || {
            let token = strategy(world.tokens[0]);
            let (strategies, wads) = if place.is_multiple_of(2) {
                (vec![token], vec![])
            } else {
                (vec![], vec![U256::from(1)])
            };
            let [first, second] = [strategies.len(), wads.len()].map(U256::from);
            let (set, operator, evidence) = (packed(id), operator(Operator::IDLE), EVIDENCE);
            let call = M::slashCall { set, operator, strategies, wads, evidence };
            (call, M::LengthMismatch { strategies: first, wads: second })
        };
        let slasher: Account = set.terms.slasher;
        let about = || format!("{}, lists of different lengths", names::set(id));
        to.ask_refused_from((address(slasher), world.manager), question, about)?;
    }
    Ok(())
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

/// What no set accepts as the second of two strategies: the first alone would be fine.
fn lists(to: &mut Questions<'_>, world: &World, model: &Model) -> Asked {
    for id in model.operator_sets() {
        let Ok(set) = model.operator_set(id) else { continue };
        let accepts = |token: &&Strategy| set.strategies.contains(*token);
        let (from, about) = (address(id.avs), || format!("{}, and zero", names::set(id)));
        let listed = |first: Strategy| vec![strategy(first), Address::ZERO];
        let refused = || M::StrategyNotAccepted { set: packed(id), strategy: Address::ZERO };
        if let Some(&first) = world.tokens.iter().find(accepts) {
            let question = || {
                let (set, strategies) = (packed(id), listed(first));
                (M::removeStrategiesCall { set, strategies }, refused())
            };
            to.ask_refused_from((from, world.manager), question, about)?;
        }
        if let Some(&first) = world.tokens.iter().find(|token| !accepts(token) && !set.retired) {
            let question = || {
                let (set, strategies) = (packed(id), listed(first));
                (M::addStrategiesCall { set, strategies }, refused())
            };
            to.ask_refused_from((from, world.manager), question, about)?;
        }
    }
    Ok(())
}
