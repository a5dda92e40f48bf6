//! The story: who does what, when, and what must be true then. Inputs only.

mod challenges;
mod ends;
mod faults;
mod rewards;
mod setup;
mod stake;

use crate::{
    cast::{Asset, Operator, Pool},
    script::Beat,
};

/// One whole rETH, wstETH, stETH or ETH, in units.
const ETH: u128 = Asset::REth.one();
/// One whole stUSD.
const USD: u128 = Asset::StUsd.one();

const ONE_RETH: Pool = Pool::of(Operator::One, Asset::REth);
const ONE_WSTETH: Pool = Pool::of(Operator::One, Asset::WstEth);
const ONE_STUSD: Pool = Pool::of(Operator::One, Asset::StUsd);
const TWO_RETH: Pool = Pool::of(Operator::Two, Asset::REth);
const TWO_WSTETH: Pool = Pool::of(Operator::Two, Asset::WstEth);
const TWO_STUSD: Pool = Pool::of(Operator::Two, Asset::StUsd);
const IDLE_RETH: Pool = Pool::idle(Asset::REth);

/// The whole story.
pub(crate) fn script() -> Vec<Beat> {
    [
        setup::services(),
        setup::operators(),
        setup::stakers(),
        stake::deposits(),
        stake::a_raise(),
        stake::the_beacon(),
        rewards::payday(),
        faults::first(),
        rewards::unslashed(),
        faults::meanwhile(),
        rewards::a_missed_epoch(),
        faults::second(),
        rewards::a_drop(),
        challenges::cancelled(),
        challenges::executed(),
        challenges::a_transfer(),
        rewards::paid_out(),
        challenges::farewells(),
        ends::everybody_leaves(),
        rewards::the_rest(),
        ends::accounts(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{
        action::{Action, Kind},
        cast::Who,
    };

    fn actions() -> Vec<Action> {
        let acts = |beat| if let Beat::Act(action) = beat { Some(action) } else { None };
        script().into_iter().filter_map(acts).collect()
    }

    #[test]
    fn every_kind_of_step_occurs() {
        let kinds: BTreeSet<Kind> = actions().iter().map(Action::kind).collect();
        assert_eq!(kinds.len(), 26, "{kinds:?}");
    }

    #[test]
    fn every_staker_has_both_operators_and_more_than_one_token() {
        let mut pools: BTreeMap<Who, BTreeSet<Pool>> = BTreeMap::new();
        for action in actions() {
            let (who, pool) = match action {
                Action::Deposit { who, pool, .. } | Action::Stake { who, pool, .. } => (who, pool),
                Action::Delegate { who, asset, to, .. } => (who, Pool::of(to, asset)),
                _ => continue,
            };
            pools.entry(who).or_default().insert(pool);
        }
        for who in Who::STAKERS {
            let operators: BTreeSet<_> =
                pools[&who].iter().filter_map(|pool| pool.operator).collect();
            let assets: BTreeSet<_> = pools[&who].iter().map(|pool| pool.asset).collect();
            assert_eq!(operators.len(), 2, "{who}");
            assert!(assets.len() > 1, "{who}");
        }
    }

    #[test]
    fn time_only_runs_forward_and_values_are_kept_before_they_are_compared() {
        let mut now = 1;
        let mut kept = BTreeSet::new();
        for beat in script() {
            match beat {
                Beat::Epoch(epoch, _) => {
                    assert!(epoch > now, "epoch {epoch} after {now}");
                    now = epoch;
                }
                Beat::Remember(key, _) => {
                    kept.insert(key);
                }
                Beat::Compare { key, .. } | Beat::Moved { key, .. } => {
                    assert!(kept.contains(key), "{key}");
                }
                _ => {}
            }
        }
    }
}
