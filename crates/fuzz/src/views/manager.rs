//! The views of the allocation manager.

use alloy::{
    primitives::{Address, U256},
    sol_types::{SolCall, SolValue},
};
use palisade_bindings::AllocationManager as M;
use palisade_model::{
    Function, LEAST_MAGNITUDE, Model, Operator, OperatorSetId, Pausable, Pause, Strategy,
};

use super::{
    Asked, Questions,
    answer::{list, words},
    keys::Keys,
};
use crate::{
    World,
    calls::{selector, terms},
    names,
    world::{
        AUTHORITY, EPOCH_LENGTH, ORIGIN, SERVICES, STRANGER, address, operator, set, strategy,
    },
};

/// What the manager heeds the pauses of, and the place of each in `Pausable`.
const HEEDED: [(u8, Pausable); 3] =
    [(3, Pausable::Join), (4, Pausable::Raise), (5, Pausable::CreateSet)];

pub(super) fn ask(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    constants(to, world, model)?;
    tokens(to, world, model, keys)?;
    for &id in &keys.sets {
        terms_of(to, world, model, id)?;
        promises(to, world, model, (keys, id))?;
    }
    budgets(to, world, model, keys)?;
    appointments(to, world, model, keys)
}

fn constants(to: &mut Questions<'_>, world: &World, model: &Model) -> Asked {
    let manager = world.manager;
    let nothing = String::new;
    to.ask(manager, || (M::VAULTCall {}, words![world.vault]), nothing)?;
    to.ask(manager, || (M::AUTHORITYCall {}, words![address(AUTHORITY)]), nothing)?;
    to.ask(manager, || (M::EPOCH_LENGTHCall {}, words![EPOCH_LENGTH]), nothing)?;
    to.ask(manager, || (M::ORIGINCall {}, words![ORIGIN]), nothing)?;
    to.ask(manager, || (M::LEAST_MAGNITUDECall {}, words![LEAST_MAGNITUDE]), nothing)?;
    to.ask(manager, || (M::currentEpochCall {}, words![model.epoch()]), nothing)?;
    for action in 0..6 {
        let question = || {
            let heeded = HEEDED.iter().find(|(place, _)| *place == action);
            let Pause { until, rest_until } =
                heeded.map(|(_, action)| model.pause_of(*action)).unwrap_or_default();
            (M::pauseOfCall { action }, words![until, rest_until])
        };
        to.ask(manager, question, || action.to_string())?;
    }
    Ok(())
}

fn tokens(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    for &token in &keys.tokens {
        let question = || {
            let call = M::degreeCeilingOfCall { strategy: strategy(token) };
            (call, words![model.ceiling(token)])
        };
        to.ask(world.manager, question, || names::token(token).into())?;
        let question = || {
            let losses = keys.operators.iter().map(|who| model.worst_case_loss(*who, token));
            let call =
                M::worstCaseLossCall { strategy: strategy(token), operators: addresses(keys) };
            (call, list(losses))
        };
        to.ask(world.manager, question, || format!("{}, all operators", names::token(token)))?;
    }
    Ok(())
}

/// No slasher stands in the terms of a retired set, and nothing at all in those of none.
fn terms_of(to: &mut Questions<'_>, world: &World, model: &Model, id: OperatorSetId) -> Asked {
    let question = || {
        let known = model.operator_set(id).ok();
        let mut expected = known.map(|set| terms(&set.terms)).unwrap_or_default();
        if known.is_some_and(|set| set.retired) {
            expected.slasher = Address::ZERO;
        }
        (M::termsOfCall { set: set(id).into() }, expected.abi_encode())
    };
    to.ask(world.manager, question, || names::set(id))
}

fn promises(
    to: &mut Questions<'_>,
    world: &World,
    model: &Model,
    (keys, id): (&Keys, OperatorSetId),
) -> Asked {
    let about = |who: Operator| format!("{}, {}", names::set(id), names::operator(who));
    for &who in &keys.operators {
        let question = || membership(model, id, who);
        to.ask_either(world.manager, question, || about(who))?;
    }
    for &token in &keys.tokens {
        let name = || format!("{}, {}", names::set(id), names::token(token));
        let question = || {
            let accepted = model.operator_set(id).is_ok_and(|set| set.strategies.contains(&token));
            let call = M::isAcceptedCall { set: set(id).into(), strategy: strategy(token) };
            (call, words![accepted])
        };
        to.ask(world.manager, question, name)?;
        let question = || {
            let (set, strategy, operators) = (set(id).into(), strategy(token), addresses(keys));
            let reach = keys.operators.iter().map(|who| model.slashable(id, *who, token).total());
            (M::slashableStakeCall { set, strategy, operators }, list(reach))
        };
        to.ask(world.manager, question, name)?;
        let question = || {
            let (set, strategy, operators) = (set(id).into(), strategy(token), addresses(keys));
            let sure = keys.operators.iter().map(|who| model.guaranteed(id, *who, token));
            (M::guaranteedStakeCall { set, strategy, operators }, list(sure))
        };
        to.ask(world.manager, question, name)?;
        for &who in &keys.operators {
            let about = || format!("{}, {}", about(who), names::token(token));
            let question = || allocation(model, id, who, token);
            to.ask(world.manager, question, about)?;
            let question = || proposal(model, id, who, token);
            to.ask(world.manager, question, about)?;
        }
    }
    Ok(())
}

/// `opened` is what the manager has learned of the operator so far: it may lag behind, and nothing depends on when it
/// is learned. But it is never ahead.
pub(super) fn membership(
    model: &Model,
    id: OperatorSetId,
    who: Operator,
) -> (M::membershipOfCall, [Vec<u8>; 2]) {
    let joined = model.is_member(who, id);
    let counted = model.counted(who, id).len() as u64;
    let opened = model.operator(who).is_ok_and(|state| state.has_opened);
    let answer = |opened: bool| words![joined, opened, counted];
    let call = M::membershipOfCall { set: set(id).into(), operator: operator(who) };
    (call, [answer(false), answer(opened)])
}

fn allocation(
    model: &Model,
    id: OperatorSetId,
    who: Operator,
    token: Strategy,
) -> (M::allocationOfCall, Vec<u8>) {
    let stands = model.allocation(id, who, token);
    let taken = stands.taken_during(model.epoch());
    let (set, operator, strategy) = (set(id).into(), operator(who), strategy(token));
    let call = M::allocationOfCall { set, operator, strategy };
    (call, words![stands.current, stands.next, stands.effective, taken])
}

fn proposal(
    model: &Model,
    id: OperatorSetId,
    who: Operator,
    token: Strategy,
) -> (M::proposalOfCall, Vec<u8>) {
    let (set, operator, strategy) = (set(id).into(), operator(who), strategy(token));
    let call = M::proposalOfCall { set, operator, strategy };
    let none = || vec![0; 4 * 32];
    let answer = model.proposal(id, who, token).map_or_else(none, |waits| {
        words![waits.magnitude, waits.wad, waits.executable_from, waits.lapses_at]
    });
    (call, answer)
}

fn budgets(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    for &id in &keys.pools {
        let (who, token) = (id.operator, id.strategy);
        let (operator, strategy) = (operator(who), strategy(token));
        let question = || {
            let budget = model.budget(who, token);
            let answer = words![budget.left, budget.committed, U256::from(id.generation)];
            (M::budgetOfCall { operator, strategy }, answer)
        };
        to.ask(world.manager, question, || names::pool(id))?;
        let question = || {
            let until = model.contested_until(who, token);
            (M::contestedUntilCall { operator, strategy }, words![until])
        };
        to.ask(world.manager, question, || names::pool(id))?;
    }
    Ok(())
}

fn appointments(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let owners = || SERVICES.into_iter().chain(keys.operators.iter().map(|who| who.account()));
    let possible = owners()
        .flat_map(|owner| Function::ALL.iter().map(move |function| (owner, STRANGER, *function)));
    let others = model.appointments().filter(|(owner, appointee, _)| {
        *appointee != STRANGER || !owners().any(|known| known == *owner)
    });
    for (owner, other, function) in possible.chain(others) {
        let question = || {
            let (account, appointee) = (address(owner), address(other));
            let selector = selector(function).into();
            let call = M::isAppointedCall { account, appointee, selector };
            (call, words![model.is_appointed(owner, other, function)])
        };
        to.ask(world.manager, question, || {
            let (owner, other) = (names::account(owner), names::account(other));
            format!("{owner}, {other}, {}", function.name())
        })?;
    }
    let question = || {
        let (account, appointee) = (address(SERVICES[0]), address(STRANGER));
        let selector = M::appointCall::SELECTOR.into();
        (M::isAppointedCall { account, appointee, selector }, words![false])
    };
    to.ask(world.manager, question, || "service 1, stranger, appoint".into())
}

fn addresses(keys: &Keys) -> Vec<Address> {
    keys.operators.iter().copied().map(operator).collect()
}
