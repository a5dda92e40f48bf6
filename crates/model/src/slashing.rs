//! Slashes: the only action that takes stake (P2), bounded by the set's
//! allocation and by its cap per epoch (P3).
//!
//! With `c` allocated to the set and `L` left of the pool, a slash of fraction `w` takes
//! `m = floor(min(c, L) × w)` of magnitude (for a proposal, `c` is at most what it was then), and of
//! the pool and of each of its two unmatured buckets `floor(x × m / L)` of their assets. Pool and buckets shrink by the same fraction, so an exit
//! escapes nothing before it matures (P4). Everything rounds down: for a slash as for a staker,
//! what is taken is at most what the rule says, and what is reported is what was moved.

use crate::{
    Account, Branch, Bucket, Epoch, Magnitude, Model, ModelError, Operator, OperatorSet,
    OperatorSetId, Pool, PoolId, Recipient, Result, Strategy, Terms, Wad,
    allocations::{Allocation, Book},
    clock::LOWERING_NOTICE,
    memberships::require_ascending,
};

/// Assets of a pool and of its two unmatured exit buckets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// The pool's own.
    pub pool: u128,
    /// Of the exits that mature in the next epoch, and in the one after.
    pub exits: [u128; 2],
}

impl Parts {
    /// All together.
    #[must_use]
    pub fn total(&self) -> u128 {
        self.pool + self.exits[0] + self.exits[1]
    }
}

/// Where the tokens of a slash went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing was taken, so nothing was delivered.
    Nothing,
    /// To the recipient of the set's terms.
    Sent(Account),
    /// Out of circulation, as the terms say.
    Burned,
    /// The recipient could not receive them: they are its credit, and the slash stands.
    Credited(Account),
}

/// What a slash truly took of one strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slashed {
    /// The pool generation that was slashed.
    pub pool: PoolId,
    /// The magnitude that was taken; zero for a strategy that was skipped.
    pub magnitude: Magnitude,
    /// The tokens that were taken.
    pub assets: Parts,
    /// Where they went.
    pub delivery: Delivery,
    /// Whether nothing was left, so that the generation ended (P9).
    pub ended_generation: bool,
}

/// A pool with its two unmatured buckets: all that a slash reaches.
#[derive(Debug, Clone, Copy)]
struct Reach {
    id: PoolId,
    pool: Pool,
    buckets: [(Epoch, Bucket); 2],
}

impl Reach {
    /// What a slash of `magnitude` out of `left` takes. Each part is rounded down by itself.
    fn taken_by(&self, magnitude: Magnitude, left: Magnitude) -> Parts {
        Parts {
            pool: self.pool.slashed_by(magnitude, left),
            exits: self.buckets.map(|(_, bucket)| bucket.slashed_by(magnitude, left)),
        }
    }
}

/// A slash of one strategy, computed and not yet written.
#[derive(Debug)]
pub(crate) struct Planned {
    book: Book,
    reach: Reach,
    report: Slashed,
    fills_cap: bool,
}

impl Planned {
    /// Whether no token would move.
    pub(crate) fn moves_nothing(&self) -> bool {
        self.report.magnitude == Magnitude::ZERO
    }
}

impl Model {
    /// Slashes an operator: of each strategy named, the fraction of the set's allocation. A
    /// strategy of which no token would move is skipped and reported as zero, and no magnitude of
    /// it moves either.
    ///
    /// The evidence that the contracts log plays no part here.
    ///
    /// # Errors
    /// A retired set, anyone but the slasher, a set with a challenge window, strategies that are
    /// not in ascending order, a fraction above one, more than the cap of the epoch, or a slash that would move nothing at
    /// all.
    pub fn slash(
        &mut self,
        by: Account,
        set: OperatorSetId,
        operator: Operator,
        fractions: &[(Strategy, Wad)],
    ) -> Result<Vec<Slashed>> {
        let Terms { slasher, recipient, window, cap, .. } = self.live_set(set)?.terms;
        if by != slasher {
            return Err(ModelError::NotSlasher { set, by });
        }
        if window > 0 {
            return Err(ModelError::NotInstant { set, window });
        }
        require_ascending(fractions.iter().map(|(strategy, _)| *strategy))?;
        let mut plans = Vec::with_capacity(fractions.len());
        for &(strategy, wad) in fractions {
            let key = (set, operator, strategy);
            plans.push(self.plan_slash(key, Magnitude::WHOLE, wad, cap)?);
        }
        if plans.iter().all(Planned::moves_nothing) {
            return Err(ModelError::SlashesNothing);
        }
        self.reached_if(plans.len() > 1, Branch::SlashesSeveral);
        // Strategies share neither pool nor budget, so the plans do not touch one another.
        Ok(plans.iter().map(|plan| self.write_slash(set, plan, recipient)).collect())
    }

    /// What the set could take by slashing its whole allocation now, its cap aside.
    #[must_use]
    pub fn slashable(&self, set: OperatorSetId, operator: Operator, strategy: Strategy) -> Parts {
        let book = self.book(set, operator, strategy);
        self.reach(operator, strategy).taken_by(book.base(), book.budget.left)
    }

    fn reach(&self, operator: Operator, strategy: Strategy) -> Reach {
        let id = self.pool_id(operator, strategy);
        let now = self.epoch();
        // An exit announced now matures LOWERING_NOTICE epochs later: no bucket beyond has exits.
        let buckets = [now.plus(1), now.plus(LOWERING_NOTICE)]
            .map(|epoch| (epoch, self.vault.bucket(id, epoch)));
        Reach { id, pool: self.vault.pool(operator, strategy), buckets }
    }

    /// A slash of `wad` of the set's allocation, of which it sees no more than `most`.
    pub(crate) fn plan_slash(
        &self,
        (set, operator, strategy): (OperatorSetId, Operator, Strategy),
        most: Magnitude,
        wad: Wad,
        cap: Wad,
    ) -> Result<Planned> {
        if wad > Wad::ONE {
            return Err(ModelError::FractionAboveOne { wad });
        }
        let mut book = self.book(set, operator, strategy);
        let mut reach = self.reach(operator, strategy);
        let mut report = Slashed {
            pool: reach.id,
            magnitude: Magnitude::ZERO,
            assets: Parts::default(),
            delivery: Delivery::Nothing,
            ended_generation: false,
        };
        let left = book.budget.left;
        let magnitude = wad.floor_of(book.base().min(most));
        let assets = reach.taken_by(magnitude, left);
        if assets.total() == 0 {
            return Ok(Planned { book, reach, report, fills_cap: false });
        }

        let now = self.epoch();
        let taken = book.allocation.taken_during(now);
        let cap = cap.floor_of(book.base().saturating_add(taken));
        if taken.saturating_add(magnitude) > cap {
            return Err(ModelError::EpochCapExceeded {
                strategy,
                taken,
                asked: magnitude,
                most: cap,
            });
        }

        reach.pool.assets -= assets.pool;
        for ((_, bucket), taken) in reach.buckets.iter_mut().zip(assets.exits) {
            bucket.assets -= taken;
        }
        report.magnitude = magnitude;
        report.assets = assets;
        report.ended_generation = magnitude == left;
        // Left before committed: where nothing stays committed, left counts as 1e18 again.
        book.budget.left = left.saturating_sub(magnitude);
        book.rewrite(book.allocation.slashed(magnitude, now));
        let fills_cap = taken.saturating_add(magnitude) == cap;
        Ok(Planned { book, reach, report, fills_cap })
    }

    /// Writes a planned slash and moves its tokens. A recipient that cannot receive does not undo
    /// the slash: the tokens become its credit.
    pub(crate) fn write_slash(
        &mut self,
        set: OperatorSetId,
        plan: &Planned,
        to: Recipient,
    ) -> Slashed {
        let Planned { book, reach, mut report, .. } = *plan;
        let PoolId { operator, strategy, .. } = reach.id;
        self.mark_slash(set, plan);
        self.write_book(set, operator, strategy, book);
        let total = report.assets.total();
        if total == 0 {
            return report;
        }
        self.vault.pools.insert((operator, strategy), reach.pool);
        for (epoch, bucket) in reach.buckets {
            if bucket != Bucket::default() {
                self.vault.buckets.insert((reach.id, epoch), bucket);
            }
        }
        if report.ended_generation {
            self.end_generation(operator, strategy);
        }
        report.delivery = match to {
            Recipient::Burn => {
                self.tokens.burn(strategy, total);
                self.reached(Branch::SlashBurned);
                Delivery::Burned
            }
            Recipient::Account(account) => {
                if self.tokens.push(strategy, account, total).is_ok() {
                    self.reached(Branch::SlashSent);
                    Delivery::Sent(account)
                } else {
                    let more = self.vault.credit(strategy, account) > 0;
                    *self.vault.credits.entry((strategy, account)).or_default() += total;
                    self.reached(Branch::SlashCredited);
                    self.reached_if(more, Branch::SlashAddsToCredit);
                    Delivery::Credited(account)
                }
            }
        };
        report
    }

    /// Which way a slash goes that is about to be written.
    fn mark_slash(&self, set: OperatorSetId, plan: &Planned) {
        let Planned { reach, report, fills_cap, .. } = plan;
        let PoolId { operator, strategy, .. } = reach.id;
        let found = self.book(set, operator, strategy);
        let Allocation { current, next, .. } = found.allocation;
        if plan.moves_nothing() {
            let staked =
                reach.pool.assets > 0 || reach.buckets.iter().any(|(_, exits)| exits.assets > 0);
            return self.reached(match staked {
                _ if current == Magnitude::ZERO => Branch::SlashFindsNoAllocation,
                true => Branch::SlashRoundsToNothing,
                false => Branch::SlashFindsNoStake,
            });
        }
        let Slashed { magnitude, assets, ended_generation, .. } = *report;
        let [next_bucket, last_bucket] = assets.exits;
        self.reached_if(assets.pool > 0, Branch::SlashTakesOfPool);
        self.reached_if(next_bucket > 0, Branch::SlashTakesOfNextBucket);
        self.reached_if(last_bucket > 0, Branch::SlashTakesOfLastBucket);
        self.reached_if(assets.pool == 0, Branch::SlashTakesOfExitsOnly);
        self.reached_if(current > found.budget.left, Branch::SlashBoundedByLeft);
        self.reached_if(found.above_degree_one(), Branch::SlashAboveDegreeOne);
        let again = found.allocation.taken_during(self.epoch()) > Magnitude::ZERO;
        self.reached_if(again, Branch::SlashAgainInEpoch);
        self.reached_if(*fills_cap, Branch::SlashFillsCap);
        self.reached_if(next > current, Branch::SlashUnderRaise);
        self.reached_if(next < current, Branch::SlashUnderLowering);
        let whole = magnitude == current && !ended_generation;
        self.reached_if(whole, Branch::SlashTakesWholeAllocation);
        self.reached_if(ended_generation, Branch::SlashEndsGeneration);
        self.reached_if(!self.is_member(operator, set), Branch::SlashesFormerMember);
        let accepts = |set: &OperatorSet| set.strategies.contains(&strategy);
        self.reached_if(!self.operator_set(set).is_ok_and(accepts), Branch::SlashesUnaccepted);
    }

    /// Ends the generation of a pool of which nothing is left (P9), or that is renewed: the counter
    /// moves at this moment, with left at 1e18 and nothing committed. Positions, exits, allocations
    /// and proposals of the ended generation stay where they are. After a slash they count as zero,
    /// but for exits that had matured.
    pub(crate) fn end_generation(&mut self, operator: Operator, strategy: Strategy) {
        let now = self.epoch();
        let pool = self.vault.pools.entry((operator, strategy)).or_default();
        pool.end_generation();
        let generation = pool.generation.into();
        self.vault.generations.entry((operator, strategy)).or_default().record(now, generation);
        self.allocations.budgets.remove(&(operator, strategy));
    }
}
