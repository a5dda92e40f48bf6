//! The views of the rewards distributor.

use std::collections::BTreeSet;

use alloy::sol_types::SolValue;
use palisade_bindings::RewardsDistributor as D;
use palisade_model::{Account, Claim, Epoch, MAX_COMMISSION, Model, Operator};

use super::{
    Asked, Questions,
    answer::{list, words},
    keys::Keys,
};
use crate::{
    World, names,
    world::{EPOCH_LENGTH, ORIGIN, STAKERS, STRANGER, address, epoch, operator, pool, strategy},
};

/// How many claims one question is about.
const CLAIMS: usize = 16;

pub(super) fn ask(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let (rewards, nothing) = (world.rewards, String::new);
    to.ask(rewards, || (D::VAULTCall {}, words![world.vault]), nothing)?;
    to.ask(rewards, || (D::MAX_COMMISSIONCall {}, words![MAX_COMMISSION]), nothing)?;
    to.ask(rewards, || (D::EPOCH_LENGTHCall {}, words![EPOCH_LENGTH]), nothing)?;
    to.ask(rewards, || (D::ORIGINCall {}, words![ORIGIN]), nothing)?;
    to.ask(rewards, || (D::currentEpochCall {}, words![model.epoch()]), nothing)?;
    for &who in &keys.operators {
        commissions(to, world, model, who)?;
    }
    for owner in
        STAKERS.into_iter().chain([STRANGER]).chain(keys.operators.iter().map(|who| who.account()))
    {
        let question = || {
            let call = D::recipientOfCall { owner: address(owner) };
            (call, words![address(model.recipient_of(owner))])
        };
        to.ask(rewards, question, || names::account(owner).into())?;
    }
    paid(to, world, model, keys)
}

fn commissions(to: &mut Questions<'_>, world: &World, model: &Model, who: Operator) -> Asked {
    let closed = model.closed_epoch();
    for epochs in 0..5 {
        let at = closed.plus(epochs);
        let question = || {
            let call = D::commissionAtCall { operator: operator(who), epoch: epoch(at) };
            (call, words![model.commission_at(who, at).unwrap_or_default()])
        };
        to.ask(world.rewards, question, || format!("{}, epoch {at}", names::operator(who)))?;
    }
    if closed > Epoch(0) {
        let question = || {
            let (at, earliest) = (epoch(Epoch(closed.0 - 1)), epoch(closed));
            let call = D::commissionAtCall { operator: operator(who), epoch: at };
            (call, D::CommissionForgotten { epoch: at, earliest })
        };
        to.ask_refused(world.rewards, question, || {
            format!("{}, the epoch before the last", names::operator(who))
        })?;
    }
    for token in world.rewarded() {
        let question = || {
            let call = D::commissionOfCall { operator: operator(who), token: strategy(token) };
            (call, words![model.commission_of(who, token)])
        };
        to.ask(world.rewards, question, || {
            format!("{}, {}", names::operator(who), names::token(token))
        })?;
    }
    Ok(())
}

/// What was paid, all of it; and of each living pool one token in which it was perhaps not: of that, each view once, about
/// one staker.
fn paid(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    let paid: Vec<_> = model.rewarded().map(|(pool, token)| Claim { pool, token }).collect();
    let next = keys.now.plus(1);
    for (seed, claim) in paid.iter().enumerate() {
        let mut epochs = keys.past(seed);
        epochs.extend([model.closed_epoch(), next]);
        record(to, world, model, *claim, epochs, &STAKERS)?;
    }
    let mut claims = STAKERS.map(|holder| (holder, paid.clone()));
    let unpaid = keys.pools.iter().map(|pool| Claim { pool: *pool, token: world.coin });
    let unpaid = unpaid.filter(|claim| !paid.contains(claim));
    for (seed, claim) in unpaid.enumerate() {
        let (holder, claims) = &mut claims[seed % STAKERS.len()];
        record(to, world, model, claim, BTreeSet::from([next]), &[*holder])?;
        claims.push(claim);
    }
    for (seed, (holder, claims)) in claims.into_iter().enumerate() {
        for claims in claims.chunks(CLAIMS) {
            claimable(to, world, model, holder, [keys.now, keys.between(seed + 1)[0]], claims)?;
        }
    }
    Ok(())
}

/// What a pool was paid in a token, and how far stakers have claimed it.
fn record(
    to: &mut Questions<'_>,
    world: &World,
    model: &Model,
    Claim { pool: id, token }: Claim,
    epochs: BTreeSet<Epoch>,
    holders: &[Account],
) -> Asked {
    let about = || format!("{}, {}", names::pool(id), names::token(token));
    for at in epochs {
        let question = || {
            let call = D::rewardsPerShareCall {
                pool: pool(id).into(),
                token: strategy(token),
                epoch: epoch(at),
            };
            (call, words![model.rewards_per_share(id, token, at)])
        };
        to.ask(world.rewards, question, || format!("{}, epoch {at}", about()))?;
    }
    let question = || {
        let call = D::carriedCall { pool: pool(id).into(), token: strategy(token) };
        (call, words![model.carried(id, token)])
    };
    to.ask(world.rewards, question, about)?;
    for &holder in holders {
        let question = || {
            let claimed = model.claimed_of(id, token, holder);
            let answer = words![claimed.through, claimed.per_share, claimed.fraction()];
            let (pool, token, owner) = (pool(id).into(), strategy(token), address(holder));
            (D::claimedOfCall { pool, token, owner }, answer)
        };
        to.ask(world.rewards, question, || format!("{}, {}", about(), names::account(holder)))?;
    }
    Ok(())
}

/// What a staker can claim, many at a time: a call costs more than a claim.
fn claimable(
    to: &mut Questions<'_>,
    world: &World,
    model: &Model,
    holder: Account,
    throughs: [Epoch; 2],
    claims: &[Claim],
) -> Asked {
    for through in throughs {
        let question = || {
            let due = model.claimable(holder, through, claims);
            let claims = claims.iter().map(|claim| D::Claim {
                pool: pool(claim.pool).into(),
                token: strategy(claim.token),
            });
            let (owner, through, claims) = (address(holder), epoch(through), claims.collect());
            (D::claimableCall { owner, through, claims }, list(due))
        };
        to.ask(world.rewards, question, || {
            let claims = claims.iter().map(|claim| {
                format!("{} in {}", names::pool(claim.pool), names::token(claim.token))
            });
            let claims = claims.collect::<Vec<_>>().join("; ");
            format!("{}, through {through}, {claims}", names::account(holder))
        })?;
    }
    Ok(())
}
