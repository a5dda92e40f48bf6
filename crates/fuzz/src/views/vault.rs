//! The views of the vault.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, FixedBytes, U256},
    sol_types::{SolCall, SolValue},
};
use palisade_bindings::StakeVault as V;
use palisade_model::{
    Account, Epoch, MAX_DEPOSIT_CAP, Model, Operator, OperatorState, Pausable, Pause, PoolId,
};

use super::{
    Asked, Questions,
    answer::{list, text, words},
    keys::Keys,
};
use crate::{
    World,
    names::{self, BURN_ADDRESS},
    world::{
        AUTHORITY, EPOCH_LENGTH, ORIGIN, STAKERS, STRANGER, address, epoch, operator, pool,
        strategy,
    },
};

/// What the vault heeds the pauses of, and the place of each in `Pausable`.
const HEEDED: [Pausable; 3] = [Pausable::Deposit, Pausable::Open, Pausable::Complete];

pub(super) fn ask(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    constants(to, world, model)?;
    interfaces(to, world)?;
    operators(to, world, model, keys)?;
    tokens(to, world, model, keys)?;
    pools(to, world, model, keys)?;
    buckets(to, world, model, keys)?;
    positions(to, world, model, keys)?;
    exits(to, world, model, keys)?;
    spenders(to, world, model, keys)
}

fn constants(to: &mut Questions<'_>, world: &World, model: &Model) -> Asked {
    let vault = world.vault;
    let nothing = String::new;
    to.ask(vault, || (V::ALLOCATION_MANAGERCall {}, words![world.manager]), nothing)?;
    to.ask(vault, || (V::AUTHORITYCall {}, words![address(AUTHORITY)]), nothing)?;
    to.ask(vault, || (V::BURN_ADDRESSCall {}, words![BURN_ADDRESS]), nothing)?;
    to.ask(vault, || (V::EPOCH_LENGTHCall {}, words![EPOCH_LENGTH]), nothing)?;
    to.ask(vault, || (V::MAX_ASSETSCall {}, words![MAX_DEPOSIT_CAP]), nothing)?;
    to.ask(vault, || (V::ORIGINCall {}, words![ORIGIN]), nothing)?;
    to.ask(vault, || (V::currentEpochCall {}, words![model.epoch()]), nothing)?;
    for action in 0..6 {
        let question = || {
            let heeded = HEEDED.get(usize::from(action)).map(|action| model.pause_of(*action));
            let Pause { until, rest_until } = heeded.unwrap_or_default();
            (V::pauseOfCall { action }, words![until, rest_until])
        };
        to.ask(vault, question, || action.to_string())?;
    }
    Ok(())
}

/// ERC-165: an interface is all its selectors together.
fn interfaces(to: &mut Questions<'_>, world: &World) -> Asked {
    let id = |selectors: &[[u8; 4]]| {
        let joined = selectors.iter().fold(0, |id, next| id ^ u32::from_be_bytes(*next));
        FixedBytes(joined.to_be_bytes())
    };
    let multi_token = id(&[
        V::balanceOfCall::SELECTOR,
        V::allowanceCall::SELECTOR,
        V::isOperatorCall::SELECTOR,
        V::transferCall::SELECTOR,
        V::transferFromCall::SELECTOR,
        V::approveCall::SELECTOR,
        V::setOperatorCall::SELECTOR,
    ]);
    let metadata = id(&[V::nameCall::SELECTOR, V::symbolCall::SELECTOR, V::decimalsCall::SELECTOR]);
    let itself = id(&[V::supportsInterfaceCall::SELECTOR]);
    let none = FixedBytes([0xff; 4]);
    for (id, supported) in [(multi_token, true), (metadata, true), (itself, true), (none, false)] {
        let question = || (V::supportsInterfaceCall { id }, words![supported]);
        to.ask(world.vault, question, || id.to_string())?;
    }
    Ok(())
}

fn operators(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    for &who in [Operator::IDLE].iter().chain(&keys.operators) {
        let question = || {
            let known = model.operator(who);
            let OperatorState { has_opened, admits_from, approver } =
                known.clone().unwrap_or_default();
            let approver = approver.map_or(Address::ZERO, address);
            let call = V::operatorStateCall { operator: operator(who) };
            (call, words![known.is_ok(), has_opened, admits_from, approver])
        };
        to.ask(world.vault, question, || names::operator(who).into())?;
    }
    let possible = keys.operators.iter().flat_map(|who| STAKERS.map(|staker| (*who, staker)));
    let others = model.admissions().filter(|(_, staker)| !STAKERS.contains(staker));
    for (who, staker) in possible.chain(others) {
        let question = || {
            let admission = model.admission(who, staker);
            let call = V::admissionOfCall { operator: operator(who), staker: address(staker) };
            (call, words![admission.nonce, admission.deadline.unwrap_or_default()])
        };
        to.ask(world.vault, question, || {
            format!("{}, {}", names::operator(who), names::account(staker))
        })?;
    }
    Ok(())
}

fn tokens(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    for &token in &keys.tokens {
        let question = || {
            let call = V::depositCapOfCall { strategy: strategy(token) };
            (call, words![model.deposit_cap(token)])
        };
        to.ask(world.vault, question, || names::token(token).into())?;
        for &account in &keys.accounts {
            let question = || {
                let (strategy, account_) = (strategy(token), address(account));
                let call = V::creditOfCall { strategy, account: account_ };
                (call, words![model.credit(token, account)])
            };
            to.ask(world.vault, question, || {
                format!("{}, {}", names::token(token), names::account(account))
            })?;
        }
    }
    Ok(())
}

fn pools(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let question = || {
        let assets = keys.pools.iter().map(|id| model.pool(id.operator, id.strategy).assets);
        let pools = keys.pools.iter().map(|id| pool(*id).into()).collect();
        (V::assetsOfCall { pools }, list(assets))
    };
    to.ask(world.vault, question, || "all pools".into())?;
    for (seed, &id) in keys.pools.iter().enumerate() {
        state_of_pool(to, world, model, id)?;
        metadata_of_pool(to, world, model, id)?;
        let key = PoolId { generation: 0, ..id };
        for at in keys.past(seed) {
            let question = || {
                let then = model.pool_id_at(id.operator, id.strategy, at).unwrap_or(key);
                let shares = model.total_shares_at(then, at).unwrap_or_default();
                let call = V::totalSharesAtCall { pool: pool(id).into(), epoch: epoch(at) };
                (call, words![pool(then), shares])
            };
            to.ask(world.vault, question, || format!("{}, epoch {at}", names::pool(id)))?;
        }
        let question = || {
            let (pool, next) = (pool(id).into(), epoch(keys.now.plus(1)));
            (V::totalSharesAtCall { pool, epoch: next }, not_begun(keys.now))
        };
        to.ask_refused(world.vault, question, || format!("{}, next epoch", names::pool(id)))?;
    }
    Ok(())
}

fn state_of_pool(to: &mut Questions<'_>, world: &World, model: &Model, id: PoolId) -> Asked {
    let PoolId { operator: who, strategy: token, generation } = id;
    let about = || names::pool(id);
    let question = || {
        let call = V::poolIdCall { operator: operator(who), strategy: strategy(token) };
        (call, words![pool(id)])
    };
    to.ask(world.vault, question, about)?;
    let question = || {
        let exists = model.pool_since(who, token).is_some();
        let (operator, strategy) = (operator(who), strategy(token));
        let (operator, strategy) = if exists { (operator, strategy) } else { Default::default() };
        (V::poolOfCall { pool: pool(id).into() }, words![operator, strategy])
    };
    to.ask(world.vault, question, about)?;
    let question = || {
        let (state, since) = (model.pool(who, token), model.pool_since(who, token));
        let answer = words![state.assets, state.shares, U256::from(generation), since];
        (V::poolStateCall { pool: pool(id).into() }, answer)
    };
    to.ask(world.vault, question, about)?;
    let question = || {
        let assets = |epochs| model.bucket(id, model.epoch().plus(epochs)).assets;
        let answer = words![model.pool(who, token).assets, assets(1), assets(2)];
        // Any generation's id names the pool.
        (V::slashableCall { pool: pool(PoolId { generation: 0, ..id }).into() }, answer)
    };
    to.ask(world.vault, question, about)
}

/// The metadata is that of the token, once the pool has held stake.
fn metadata_of_pool(to: &mut Questions<'_>, world: &World, model: &Model, id: PoolId) -> Asked {
    let about = || names::pool(id);
    let place = || {
        model.pool_since(id.operator, id.strategy)?;
        world.tokens.iter().position(|token| *token == id.strategy)
    };
    let named = |prefix: &str| place().map_or(String::new(), |place| format!("{prefix}{place}"));
    let question = || (V::nameCall { id: pool(id).into() }, text(&named("Token ")));
    to.ask(world.vault, question, about)?;
    let question = || (V::symbolCall { id: pool(id).into() }, text(&named("TOKEN")));
    to.ask(world.vault, question, about)?;
    let question = || {
        let decimals: u64 = if place().is_some() { 18 } else { 0 };
        (V::decimalsCall { id: pool(id).into() }, words![decimals])
    };
    to.ask(world.vault, question, about)
}

fn buckets(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let near = [Epoch(0), keys.now, keys.now.plus(1), keys.now.plus(2)];
    let possible = keys.pools.iter().flat_map(|id| near.map(|at| (*id, at)));
    let others = model
        .buckets()
        .filter(|(id, at)| model.pool_id(id.operator, id.strategy) != *id || !near.contains(at));
    for (id, at) in possible.chain(others) {
        let question = || {
            let bucket = model.bucket(id, at);
            let call = V::bucketOfCall { pool: pool(id).into(), epoch: epoch(at) };
            (call, words![bucket.assets, bucket.shares])
        };
        to.ask(world.vault, question, || format!("{}, epoch {at}", names::pool(id)))?;
    }
    Ok(())
}

fn positions(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    for (seed, &(id, holder)) in keys.positions.iter().enumerate() {
        let (pool, owner) = (|| pool(id).into(), address(holder));
        let about = || format!("{}, {}", names::pool(id), names::account(holder));
        let question = || {
            (V::balanceOfCall { owner, pool: pool() }, words![model.position_shares(id, holder)])
        };
        to.ask(world.vault, question, about)?;
        let question = || {
            (V::positionValueCall { pool: pool(), owner }, words![model.position_value(id, holder)])
        };
        to.ask(world.vault, question, about)?;
        for at in keys.past(seed) {
            let question = || {
                let shares = model.shares_at(id, holder, at).unwrap_or_default();
                (V::sharesAtCall { pool: pool(), owner, epoch: epoch(at) }, words![shares])
            };
            to.ask(world.vault, question, || format!("{}, epoch {at}", about()))?;
        }
        let ([from, upto], now) = (keys.between(seed), keys.now);
        for (from, upto) in BTreeSet::from([(Epoch(0), now), (from, upto), (upto, now)]) {
            let question = || {
                let told = model.history_of(id, holder, from, upto).unwrap_or_default();
                let told = told
                    .into_iter()
                    .map(|(since, shares)| U256::from(shares) | epoch(since) << 104);
                let (from, to) = (epoch(from), epoch(upto));
                (V::historyOfCall { pool: pool(), owner, from, to }, list(told))
            };
            to.ask(world.vault, question, || format!("{}, epochs {from} to {upto}", about()))?;
        }
        let question = || {
            let next = epoch(keys.now.plus(1));
            let from = U256::ZERO;
            (V::historyOfCall { pool: pool(), owner, from, to: next }, not_begun(keys.now))
        };
        to.ask_refused(world.vault, question, || format!("{}, to the next epoch", about()))?;
        let question = || {
            let next = epoch(keys.now.plus(1));
            (V::sharesAtCall { pool: pool(), owner, epoch: next }, not_begun(keys.now))
        };
        to.ask_refused(world.vault, question, || format!("{}, next epoch", about()))?;
    }
    Ok(())
}

/// The exits of the model, and those that a position could have now.
fn exits(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let newest = keys.now.plus(2);
    let possible = keys
        .positions
        .iter()
        .flat_map(|(id, owner)| [keys.now, newest].map(|at| (*id, at, *owner)));
    let others = model.exits().filter(|(_, at, _)| *at != keys.now && *at != newest);
    for (id, at, holder) in possible.chain(others) {
        let (pool, owner) = (|| pool(id).into(), address(holder));
        let about = || format!("{}, epoch {at}, {}", names::pool(id), names::account(holder));
        let question = || {
            let call = V::exitOfCall { pool: pool(), epoch: epoch(at), owner };
            (call, words![model.exit_shares(id, at, holder)])
        };
        to.ask(world.vault, question, about)?;
        let question = || {
            let call = V::exitValueCall { pool: pool(), epoch: epoch(at), owner };
            (call, words![model.exit_value(id, at, holder)])
        };
        to.ask(world.vault, question, about)?;
    }
    Ok(())
}

fn spenders(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let unknown = keys.positions.iter().map(|(id, owner)| (*owner, STRANGER, *id));
    let others = model.allowances().filter(|(owner, spender, id)| {
        *spender != STRANGER || !keys.positions.contains(&(*id, *owner))
    });
    for (holder, by, id) in unknown.chain(others) {
        let question = || {
            let (owner, spender) = (address(holder), address(by));
            let call = V::allowanceCall { owner, spender, id: pool(id).into() };
            (call, words![model.allowance(holder, by, id)])
        };
        to.ask(world.vault, question, || {
            format!("{}, {}, {}", names::account(holder), names::account(by), names::pool(id))
        })?;
    }
    let unknown = STAKERS.into_iter().flat_map(|owner| {
        STAKERS.into_iter().chain([STRANGER]).map(move |spender| (owner, spender))
    });
    let known = |account: &Account| STAKERS.contains(account) || *account == STRANGER;
    let others =
        model.agents().filter(move |(owner, spender)| !STAKERS.contains(owner) || !known(spender));
    for (holder, by) in unknown.chain(others) {
        let question = || {
            let call = V::isOperatorCall { owner: address(holder), spender: address(by) };
            (call, words![model.is_operator(holder, by)])
        };
        to.ask(world.vault, question, || {
            format!("{}, {}", names::account(holder), names::account(by))
        })?;
    }
    Ok(())
}

/// What the vault says of the epoch after `now`.
fn not_begun(now: Epoch) -> V::EpochNotBegun {
    V::EpochNotBegun { epoch: epoch(now.plus(1)), current: epoch(now) }
}
