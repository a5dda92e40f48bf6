//! Two invariants of one's own: one that holds, and one that does not.

#![expect(clippy::print_stdout, reason = "it is a program that people run")]

use std::{collections::BTreeMap, error::Error};

use alloy_primitives::U256;
use palisade_bindings::AllocationManager;
use palisade_fuzz::{Fuzz, Step, names, tell, world};
use palisade_model::PoolId;

/// What all sets together can rely on of a pool is never more than the pool holds, by the chain's own views.
fn guarantees_are_covered(step: &mut Step<'_>) -> Result<(), String> {
    let mut guaranteed: BTreeMap<PoolId, U256> = BTreeMap::new();
    for (set, operator, strategy) in step.model.allocations() {
        let call = AllocationManager::guaranteedStakeCall {
            set: world::set(set).into(),
            strategy: world::strategy(strategy),
            operators: vec![world::operator(operator)],
        };
        let assets: U256 = step.view(step.world.manager, &call)?.into_iter().sum();
        *guaranteed.entry(step.model.pool_id(operator, strategy)).or_default() += assets;
    }
    for (id, guaranteed) in guaranteed {
        let assets = step.model.pool(id.operator, id.strategy).assets;
        if guaranteed > U256::from(assets) {
            let pool = names::pool(id);
            return Err(format!("{guaranteed} of {pool} are guaranteed, and it holds {assets}"));
        }
    }
    Ok(())
}

/// A share is never worth less than half a unit. Slashes see to it that it is.
fn shares_keep_their_worth(step: &mut Step<'_>) -> Result<(), String> {
    for (operator, strategy) in step.model.pools() {
        let pool = step.model.pool(operator, strategy);
        if pool.shares / 2 > pool.assets {
            let id = names::pool(step.model.pool_id(operator, strategy));
            return Err(format!("{} shares of {id} are worth {}", pool.shares, pool.assets));
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let report = Fuzz::new()
        .actions(5_000)
        .invariant("guarantees are covered", guarantees_are_covered)
        .invariant("shares keep their worth", shares_keep_their_worth)
        .run()?;
    let failure = report.failure.ok_or("every share kept its worth")?;
    println!("{} actions, {} kept:", failure.after, failure.actions.len());
    Fuzz::new().replay::<Box<dyn Error>>(&failure.actions, |step| {
        println!("{}: {}", step.place, tell(step.action));
        Ok(())
    })?;
    println!("{}", failure.disagreement);
    Ok(())
}
