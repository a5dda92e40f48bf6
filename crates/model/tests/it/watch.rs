//! A model under watch: each action is judged by the promises that compare two states.
//!
//! The judge does its own arithmetic from the promises' words; of the model it uses what can be
//! read before and after.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::{
    Account, Action, Delivery, Epoch, Magnitude, Model, Operator, OperatorSetId, Outcome, Parts,
    Pausable, PoolId, Proposal, Result, Slashed, Strategy, U256, Wad,
};
use proptest::{prelude::TestCaseError, prop_assert, prop_assert_eq};

use crate::world::{
    OPERATORS, RESOLVER, SETS, SLASHER, STAKERS, STRATEGIES, TREASURY, WARDEN, WINDOW,
};

pub(crate) type Judgement = std::result::Result<(), TestCaseError>;

pub(crate) type Promise = (OperatorSetId, Operator, Strategy);

/// Each exit bucket that guaranteed stake moves into rounds a slash down by itself: 1 wei for the
/// one of `e+2`, and 1 for that of `e+3` (P4).
const GUARANTEE_DUST: u128 = 2;

#[derive(Debug, Clone)]
pub(crate) struct Watch {
    pub(crate) model: Model,
    /// The most that was guaranteed to a set in an epoch; gone once that set slashes, ejects the
    /// operator, or is retired.
    guaranteed: BTreeMap<(Promise, Epoch), u128>,
    /// The larger side of each allocation at the end of each epoch.
    announced: BTreeMap<(Promise, Epoch), Magnitude>,
    opened: BTreeMap<Operator, Epoch>,
    /// What slashes took of each allocation of a pool generation in each epoch.
    taken: BTreeMap<(OperatorSetId, PoolId, Epoch), u64>,
    /// What was proposed, when, and has not been cancelled or executed: time and allocation then.
    proposed: BTreeMap<Promise, Proposed>,
    /// Every position at the start of each epoch, as it was seen then.
    shares: BTreeMap<(PoolId, Account, Epoch), u128>,
    /// What was reached, so that a test can show that it was.
    pub(crate) seen: BTreeMap<&'static str, usize>,
}

/// What the judge keeps of a proposal.
#[derive(Debug, Clone, Copy)]
struct Proposed {
    at: u64,
    in_epoch: Epoch,
    wad: Wad,
    allocated: Magnitude,
    pool: PoolId,
}

pub(crate) fn promises() -> impl Iterator<Item = Promise> {
    SETS.into_iter().flat_map(|set| {
        OPERATORS.into_iter().flat_map(move |operator| {
            STRATEGIES.into_iter().map(move |strategy| (set, operator, strategy))
        })
    })
}

impl Watch {
    pub(crate) fn new(model: Model) -> Self {
        Self {
            model,
            guaranteed: BTreeMap::new(),
            announced: BTreeMap::new(),
            opened: BTreeMap::new(),
            taken: BTreeMap::new(),
            proposed: BTreeMap::new(),
            shares: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// Carries out an action and judges what it did. Returns whether it was accepted.
    pub(crate) fn act(&mut self, action: &Action) -> std::result::Result<bool, TestCaseError> {
        let before = self.model.clone();
        let outcome = match self.model.apply(action) {
            Ok(outcome) => outcome,
            Err(error) => {
                prop_assert_eq!(&self.model, &before, "refused ({}), yet it left a trace", error);
                self.saw("refused");
                return Ok(false);
            }
        };
        if let Err(violation) = self.model.check() {
            return Err(TestCaseError::fail(violation.to_string()));
        }
        self.note(action, &before);
        self.saw(name_of(action));
        self.judge_worth(&before, action, &outcome)?;
        if let (Action::Slash { set, operator, fractions, .. }, Outcome::Slashed(reports)) =
            (action, &outcome)
        {
            prop_assert_eq!(fractions.len(), reports.len());
            for (&(strategy, wad), report) in fractions.iter().zip(reports) {
                let key = (*set, *operator, strategy);
                self.judge_slash(&before, key, (Magnitude::WHOLE, wad), report)?;
            }
        }
        self.judge_proposal(&before, action, &outcome)?;
        self.judge_entry(&before, action)?;
        self.judge_end(&before, action, &outcome)?;
        self.judge_pauses(&before, action)?;
        self.judge_guarantees()?;
        self.judge_announcements()?;
        Ok(true)
    }

    /// Remembers what later judgements compare with.
    fn note(&mut self, action: &Action, before: &Model) {
        match action {
            Action::Open { operator } => {
                self.opened.entry(*operator).or_insert(before.epoch());
            }
            Action::AdvanceTo { .. } => {
                for e in before.epoch().0..self.model.epoch().0 {
                    for key @ (set, operator, strategy) in promises() {
                        // Nothing is announced in between; what lands only makes the side smaller.
                        let side = before.allocation(set, operator, strategy).side();
                        self.announced.insert((key, Epoch(e)), side);
                    }
                    for (id, owner) in before.positions() {
                        let shares = before.position_shares(id, owner);
                        self.shares.insert((id, owner, Epoch(e + 1)), shares);
                    }
                }
            }
            // Only the set's own AVS waives what is guaranteed to it (P4).
            Action::Retire { set, .. } => {
                self.guaranteed.retain(|((of, _, _), _), _| of != set);
            }
            Action::Eject { set, operator, .. } => {
                self.guaranteed.retain(|((of, by, _), _), _| (of, by) != (set, operator));
            }
            _ => {}
        }
    }

    // -- P2: nothing but a slash takes stake ------------------------------------------------

    fn judge_worth(&mut self, before: &Model, action: &Action, outcome: &Outcome) -> Judgement {
        let after = &self.model;
        // The pools whose positions and unmatured exits may fall: those of a slash.
        let slashed: Vec<PoolId> = match outcome {
            Outcome::Slashed(reports) => {
                let taken = reports.iter().filter(|report| report.assets.total() > 0);
                taken.map(|report| report.pool).collect()
            }
            _ => Vec::new(),
        };
        let own = own_action(action);
        for (id, owner) in before.positions() {
            let worth = (before.position_value(id, owner), after.position_value(id, owner));
            if !slashed.contains(&id) && own.is_none_or(|own| own.account != owner) {
                prop_assert!(worth.1 >= worth.0, "P2: position of {owner} in {id}: {worth:?}");
            }
            prop_assert!(worth.0 <= before.position_shares(id, owner), "a share above 1 wei");
        }
        for (id, epoch, owner) in before.exits() {
            let worth = (before.exit_value(id, epoch, owner), after.exit_value(id, epoch, owner));
            let exposed = slashed.contains(&id) && epoch > before.epoch();
            if !exposed && own.is_none_or(|own| own.account != owner) {
                prop_assert!(worth.1 >= worth.0, "P2: exit of {owner} from {id}: {worth:?}");
            }
        }
        let Some(own) = own else { return Ok(()) };
        let strategy = own.strategy;
        let worth = |model: &Model| worth_of(model, strategy, own.account, own.receiver);
        let (had, has) = (worth(before), worth(after));
        let most = match *action {
            // One for each conversion, and one for what stays behind.
            Action::QueueWithdrawal { pool, .. } | Action::Delegate { pool, .. } => {
                1 + u128::from(after.position_shares(pool, own.account) > 0)
            }
            Action::Withdraw { pool, .. } => {
                u128::from(after.position_shares(pool, own.account) > 0)
            }
            Action::Deposit { .. } | Action::Redelegate { .. } | Action::Transfer { .. } => 1,
            _ => 0,
        };
        prop_assert!(has + most >= had, "P2: {action:?} cost {had} -> {has}, more than {most}");
        if had > has {
            self.saw("own action cost a wei");
        }
        Ok(())
    }

    // -- P3: bounded slash ------------------------------------------------------------------

    fn judge_slash(
        &mut self,
        before: &Model,
        key: Promise,
        (sees, wad): (Magnitude, Wad),
        report: &Slashed,
    ) -> Judgement {
        let (set, operator, strategy) = key;
        let (pool, now) = (before.pool_id(operator, strategy), before.epoch());
        let bucket = |model: &Model, n| model.bucket(pool, now.plus(n)).assets;
        let parts = |model: &Model| Parts {
            pool: model.pool(operator, strategy).assets,
            exits: [bucket(model, 1), bucket(model, 2)],
        };
        let (held, allocation) = (parts(before), before.allocation(set, operator, strategy));
        let left = before.budget(operator, strategy).left;
        let reach = allocation.current.min(left);
        let base = reach.min(sees);

        // The rule, and the bound that does not know how the rule rounds in between.
        let magnitude = Magnitude(floor(base.0.into(), wad.0, Wad::ONE.0));
        let rule = map(&held, |x| u128::try_from(share(x, magnitude, left)).unwrap_or_default());
        prop_assert_eq!(report.pool, pool);
        if rule.total() == 0 {
            prop_assert_eq!((report.magnitude, report.assets.total()), (Magnitude::ZERO, 0));
            prop_assert_eq!(report.delivery, Delivery::Nothing);
            self.saw("slash skipped a strategy");
        } else {
            prop_assert_eq!((report.magnitude, report.assets), (magnitude, rule));
        }
        for (taken, held) in each(&report.assets).into_iter().zip(each(&held)) {
            let scale = U256::from(left.0) * U256::from(Wad::ONE.0);
            let most = U256::from(held) * U256::from(base.0) * U256::from(wad.0);
            prop_assert!(U256::from(taken) * scale <= most, "P3: {taken} of {held}");
        }

        // The cap of the epoch.
        let taken = self.taken.entry((set, pool, now)).or_default();
        let cap = before.operator_set(set).map_or(Wad::default(), |set| set.terms.cap);
        let most = floor(u128::from(reach.0 + *taken), cap.0, Wad::ONE.0);
        *taken += report.magnitude.0;
        prop_assert!(*taken <= most, "P3: {taken} taken in {now}, above the cap of {most}");

        // What is reported is what left the pool, and what left the vault or became a credit.
        let total = report.assets.total();
        if report.ended_generation {
            prop_assert_eq!(report.assets, held, "P9: something was left");
            prop_assert_eq!(self.model.pool_id(operator, strategy).generation, pool.generation + 1);
        } else {
            let kept = parts(&self.model);
            for ((held, kept), taken) in
                each(&held).into_iter().zip(each(&kept)).zip(each(&report.assets))
            {
                prop_assert_eq!(held - kept, taken);
                prop_assert!(held == 0 || kept > 0, "P9: nothing kept of a living generation");
            }
        }
        let gained =
            |of: fn(&Model, Strategy) -> u128| of(&self.model, strategy) - of(before, strategy);
        let delivered = match report.delivery {
            Delivery::Nothing => 0,
            Delivery::Burned => gained(Model::burned),
            Delivery::Sent(to) => self.model.balance(strategy, to) - before.balance(strategy, to),
            Delivery::Credited(to) => self.model.credit(strategy, to) - before.credit(strategy, to),
        };
        prop_assert_eq!(delivered, total, "what is reported is not what was moved");

        self.judge_others(before, key, &held, report)?;
        self.count_slash(before, key, report);
        if total > 0 {
            self.guaranteed.retain(|(slashed, _), _| *slashed != key);
        }
        Ok(())
    }

    /// What a slash leaves to the other sets: unchanged, or the lesser of that and all there is.
    fn judge_others(
        &self,
        before: &Model,
        (set, operator, strategy): Promise,
        held: &Parts,
        report: &Slashed,
    ) -> Judgement {
        let budget = before.budget(operator, strategy);
        let overcommitted = budget.committed > budget.left;
        for other in SETS.into_iter().filter(|other| *other != set) {
            let had = each(&before.slashable(other, operator, strategy));
            let has = each(&self.model.slashable(other, operator, strategy));
            for i in 0..had.len() {
                let (had, has) = (had[i], has[i]);
                let kept = each(held)[i] - each(&report.assets)[i];
                let least = if overcommitted { had.min(kept) } else { had };
                prop_assert!(least <= has, "P3: {other} could slash {had}, then {has}");
                prop_assert!(has <= had + 1, "P3: {other} could slash {had}, then {has}");
            }
        }
        Ok(())
    }

    fn count_slash(&mut self, before: &Model, (_, operator, strategy): Promise, report: &Slashed) {
        let budget = before.budget(operator, strategy);
        let facts = [
            ("slash", report.assets.total() > 0),
            ("slash of exits", report.assets.exits.iter().any(|taken| *taken > 0)),
            ("slash above degree 1", report.assets.total() > 0 && budget.committed > budget.left),
            ("ended generation", report.ended_generation),
            ("credited slash", matches!(report.delivery, Delivery::Credited(_))),
        ];
        for (what, _) in facts.into_iter().filter(|(_, seen)| *seen) {
            self.saw(what);
        }
    }

    // -- P3, P5: proposals ------------------------------------------------------------------

    /// A proposal is executed after its window and before it has lapsed, and takes no more than the
    /// allocation at its time allowed.
    fn judge_proposal(&mut self, before: &Model, action: &Action, outcome: &Outcome) -> Judgement {
        let (at, now) = (before.clock().now(), before.epoch());
        match (action, outcome) {
            (
                &Action::ProposeSlash { set, operator, strategy, wad, .. },
                Outcome::Proposed(proposal),
            ) => {
                let key = (set, operator, strategy);
                let allocated = before.allocation(set, operator, strategy).current;
                let pool = before.pool_id(operator, strategy);
                let seen = Proposed { at, in_epoch: now, wad, allocated, pool };
                if let Some(old) = self.proposed.insert(key, seen) {
                    let dead = old.pool != pool || now >= old.in_epoch.plus(2);
                    prop_assert!(dead, "{old:?} was alive");
                }
                let Proposal { magnitude, executable_from, lapses_at, .. } = *proposal;
                prop_assert_eq!(magnitude, allocated);
                prop_assert_eq!(executable_from, at + WINDOW);
                prop_assert_eq!(lapses_at, before.clock().start_of(now.plus(2)));
                prop_assert_eq!(self.model.proposal(set, operator, strategy), Some(*proposal));
                prop_assert_eq!(
                    self.model.slashable(set, operator, strategy),
                    before.slashable(set, operator, strategy),
                    "a proposal holds nothing"
                );
            }
            (&Action::CancelSlash { by, set, operator, strategy }, _) => {
                let Some(seen) = self.proposed.remove(&(set, operator, strategy)) else {
                    return Err(TestCaseError::fail("cancelled what was not proposed"));
                };
                let in_time = by == SLASHER || at < seen.at + WINDOW;
                prop_assert!(in_time, "cancelled after the window, and not by the slasher");
                if at >= seen.at + WINDOW {
                    self.saw("cancelled after the window");
                }
                prop_assert!(now < seen.in_epoch.plus(2), "cancelled after it had lapsed");
                prop_assert_eq!(self.model.proposal(set, operator, strategy), None);
            }
            (&Action::ExecuteSlash { set, operator, strategy, .. }, Outcome::Slashed(reports)) => {
                let key = (set, operator, strategy);
                let Some(seen) = self.proposed.remove(&key) else {
                    return Err(TestCaseError::fail("executed what was not proposed"));
                };
                prop_assert!(at >= seen.at + WINDOW, "executed within the window");
                prop_assert!(now < seen.in_epoch.plus(2), "executed after it had lapsed");
                let contested = before.contested_until(operator, strategy);
                prop_assert!(contested.is_some_and(|until| now < until), "not contested");
                prop_assert_eq!(reports.len(), 1);
                let report = &reports[0];
                prop_assert_eq!(report.pool, seen.pool, "P9: another generation was slashed");
                self.judge_slash(before, key, (seen.allocated, seen.wad), report)?;
                let most = floor(seen.allocated.0.into(), seen.wad.0, Wad::ONE.0);
                prop_assert!(report.magnitude.0 <= most, "P5: more than at the proposal");
                if before.allocation(set, operator, strategy).current > seen.allocated {
                    self.saw("execution after a raise");
                }
            }
            _ => {}
        }
        Ok(())
    }

    // -- approvers --------------------------------------------------------------------------

    /// Stake enters a gated pool by an approval only, which it uses up; and it never changes hands.
    fn judge_entry(&mut self, before: &Model, action: &Action) -> Judgement {
        let (by, operator, staker) = match *action {
            Action::Deposit { from, operator, receiver, .. } => (from, operator, receiver),
            Action::Delegate { by, to, owner, .. } | Action::Redelegate { by, to, owner, .. } => {
                (by, to, owner)
            }
            Action::Transfer { pool, .. } => {
                let gated = before.approver(pool.operator).is_some();
                prop_assert!(!gated, "a position of a gated pool was transferred");
                return Ok(());
            }
            _ => return Ok(()),
        };
        if before.approver(operator).is_none() {
            return Ok(());
        }
        let admitted = before.admission(operator, staker);
        let in_time = admitted.deadline.is_some_and(|until| before.clock().now() <= until);
        prop_assert!(in_time, "{staker} was not admitted");
        prop_assert!(by == staker || before.is_operator(staker, by), "by {by}, for {staker}");
        let after = self.model.admission(operator, staker);
        prop_assert_eq!((after.nonce, after.deadline), (admitted.nonce, None));
        self.saw("entry by an approval");
        Ok(())
    }

    // -- P4, P9: what ends ------------------------------------------------------------------

    fn judge_end(&mut self, before: &Model, action: &Action, outcome: &Outcome) -> Judgement {
        let now = before.epoch();
        match (action, outcome) {
            (
                Action::Leave { operator, set, strategies, .. }
                | Action::Eject { operator, set, strategies, .. },
                Outcome::Left(effective),
            ) => {
                let counted = before.counted(*operator, *set);
                let told: Vec<Strategy> = effective.iter().map(|(strategy, _)| *strategy).collect();
                prop_assert_eq!(&told, &counted);
                prop_assert!(counted.iter().all(|strategy| strategies.contains(strategy)));
                for &(strategy, effective) in effective {
                    let had = before.allocation(*set, *operator, strategy);
                    let has = self.model.allocation(*set, *operator, strategy);
                    prop_assert_eq!(has.current, had.current, "what is in force fell at once");
                    prop_assert_eq!(has.next, Magnitude::ZERO);
                    let notice = match had.effective {
                        _ if had.current == Magnitude::ZERO => now,
                        Some(day) if had.next < had.current => day,
                        _ => now.plus(2),
                    };
                    prop_assert_eq!(effective, notice);
                    if effective > now {
                        self.saw("lowered by leaving");
                    }
                }
                prop_assert!(!self.model.is_member(*operator, *set));
            }
            (&Action::Join { operator, set, .. }, _)
                if !self.model.counted(operator, set).is_empty() =>
            {
                return Err(TestCaseError::fail("joined with old allocations"));
            }
            (&Action::Retire { set, .. }, _) => {
                for operator in OPERATORS {
                    for strategy in STRATEGIES {
                        let slashable = self.model.slashable(set, operator, strategy);
                        prop_assert_eq!(slashable.total(), 0);
                        prop_assert_eq!(self.model.guaranteed(set, operator, strategy), 0);
                    }
                }
            }
            (&Action::Renew { operator, strategy, .. }, _) => {
                let ended = before.pool_id(operator, strategy);
                let pool = before.pool(operator, strategy);
                prop_assert!(pool.shares > pool.assets * 4_096, "not worn out");
                prop_assert_eq!(before.budget(operator, strategy).committed, Magnitude::ZERO);
                prop_assert_eq!(self.model.pool(operator, strategy).assets, 0);
                let id = self.model.pool_id(operator, strategy);
                prop_assert_eq!(id, PoolId { generation: ended.generation + 1, ..ended });
                for (id, owner) in before.positions().filter(|(id, _)| *id == ended) {
                    let worth = before.position_value(id, owner);
                    prop_assert_eq!(self.model.position_value(id, owner), worth);
                }
            }
            _ => {}
        }
        let from_rest = match *action {
            Action::Withdraw { pool, .. } | Action::Delegate { pool, .. } => {
                pool.operator != Operator::IDLE
            }
            _ => false,
        };
        if from_rest {
            self.saw("taken out of a renewed generation");
        }
        Ok(())
    }

    // -- P6: pauses -------------------------------------------------------------------------

    fn judge_pauses(&self, before: &Model, action: &Action) -> Judgement {
        let needs = match action {
            Action::Deposit { .. } | Action::Delegate { .. } | Action::Redelegate { .. } => {
                Pausable::Deposit
            }
            Action::Withdraw { .. } | Action::CompleteWithdrawal { .. } => Pausable::Complete,
            Action::Open { .. } => Pausable::Open,
            Action::Join { .. } => Pausable::Join,
            Action::CreateOperatorSet { .. } => Pausable::CreateSet,
            &Action::Allocate { operator, set, strategy, .. } => {
                let side = |model: &Model| model.allocation(set, operator, strategy).side();
                if side(&self.model) <= side(before) {
                    return Ok(());
                }
                Pausable::Raise
            }
            &Action::Pause { action, duration, .. } => {
                let (had, has) = (before.pause_of(action), self.model.pause_of(action));
                let now = before.clock().now();
                prop_assert!(now >= had.rest_until, "P6: back to back");
                prop_assert_eq!((has.until, has.rest_until), (now + duration, now + 2 * duration));
                return Ok(());
            }
            _ => return Ok(()),
        };
        let until = before.pause_of(needs).until;
        prop_assert!(before.clock().now() >= until, "P6: {action:?} while it is paused");
        Ok(())
    }

    // -- P4: no escape ----------------------------------------------------------------------

    fn judge_guarantees(&mut self) -> Judgement {
        let now = self.model.epoch();
        for key @ (set, operator, strategy) in promises() {
            let slashable = self.model.slashable(set, operator, strategy).total();
            for e in [Epoch(now.0 - 1), now] {
                let guaranteed = self.guaranteed.get(&(key, e)).copied().unwrap_or_default();
                prop_assert!(
                    slashable + GUARANTEE_DUST >= guaranteed,
                    "P4: {guaranteed} guaranteed in {e}, {slashable} slashable in {now}"
                );
            }
            let guaranteed = self.model.guaranteed(set, operator, strategy);
            prop_assert!(guaranteed <= slashable, "P4: {guaranteed} of {slashable} guaranteed");
            let most = self.guaranteed.entry((key, now)).or_default();
            *most = guaranteed.max(*most);
        }
        Ok(())
    }

    // -- P5: no ambush ----------------------------------------------------------------------

    /// Who could see, in an epoch, what an allocation might become is out three epochs later.
    fn judge_announcements(&mut self) -> Judgement {
        let now = self.model.epoch();
        let seen = Epoch(now.0.saturating_sub(3));
        for key @ (set, operator, strategy) in promises() {
            if self.opened.get(&operator).is_none_or(|opened| *opened > seen) {
                continue;
            }
            let current = self.model.allocation(set, operator, strategy).current;
            let announced = self.announced.get(&(key, seen)).copied().unwrap_or_default();
            prop_assert!(current <= announced, "P5: {current} in {now}, {announced} in {seen}");
        }
        Ok(())
    }

    // -- at the end -------------------------------------------------------------------------

    /// `sharesAt` is what was seen at the time, for every epoch and generation; its sum the total.
    pub(crate) fn judge_history(&self) -> Judgement {
        let ids: BTreeSet<PoolId> = self.shares.keys().map(|(id, _, _)| *id).collect();
        for id in ids {
            for e in 1..=self.model.epoch().0 {
                let mut sum = 0;
                for owner in CALLERS {
                    let at = self.model.shares_at(id, owner, Epoch(e));
                    let seen = self.shares.get(&(id, owner, Epoch(e))).copied();
                    prop_assert_eq!(at, Ok(seen.unwrap_or_default()), "{} at {}", owner, e);
                    sum += seen.unwrap_or_default();
                }
                prop_assert_eq!(self.model.total_shares_at(id, Epoch(e)), Ok(sum));
            }
        }
        Ok(())
    }

    /// P6: a pause of completion ends by itself, within three days.
    fn wait_for_completion(&mut self) -> Judgement {
        let until = self.model.pause_of(Pausable::Complete).until;
        let now = self.model.clock().now();
        prop_assert!(until <= now + 3 * 24 * 3_600);
        self.act(&Action::AdvanceTo { timestamp: until.max(now) })?;
        Ok(())
    }

    /// P6 and P1: whoever has something gets out, against closed operators and full promises, and
    /// then the vault holds what is owed to nobody's stake.
    pub(crate) fn judge_exits(mut self) -> Judgement {
        for (id, owner) in self.model.clone().positions() {
            if self.model.position_value(id, owner) == 0 {
                continue;
            }
            let shares = self.model.position_shares(id, owner);
            let (by, pool) = (owner, id);
            let living = self.model.pool_id(id.operator, id.strategy) == id;
            let action = if id.operator != Operator::IDLE && living {
                // No pause and no token stops this.
                Action::QueueWithdrawal { by, owner, pool, shares, min_assets: 0 }
            } else {
                self.model.set_can_receive(id.strategy, owner, true);
                self.wait_for_completion()?;
                Action::Withdraw { by, owner, pool, shares, receiver: owner }
            };
            prop_assert!(self.act(&action)?, "P6: {action:?} is refused");
        }
        let matured = self.model.clock().start_of(self.model.epoch().plus(2));
        self.act(&Action::AdvanceTo { timestamp: matured })?;
        self.wait_for_completion()?;
        for (id, epoch, owner) in self.model.clone().exits() {
            self.model.set_can_receive(id.strategy, owner, true);
            let (by, pool, receiver) = (owner, id, owner);
            let action = Action::CompleteWithdrawal { by, owner, pool, epoch, receiver };
            prop_assert!(self.act(&action)?, "P6: {action:?} is refused");
        }
        for strategy in STRATEGIES {
            let credits: u128 = CALLERS.iter().map(|to| self.model.credit(strategy, *to)).sum();
            let held = self.model.vault_balance(strategy);
            // Positions that are each worth less than a wei may hold some together.
            let crumbs: Vec<PoolId> = self
                .model
                .positions()
                .map(|(id, _)| id)
                .filter(|id| id.strategy == strategy)
                .collect();
            let rests: BTreeSet<PoolId> = crumbs.iter().copied().collect();
            let rests = rests.into_iter().map(|id| self.model.bucket(id, Epoch(0)).assets);
            let pools = OPERATORS.iter().map(|op| self.model.pool(*op, strategy).assets);
            let dust: u128 = pools.chain(rests).sum();
            prop_assert!(dust <= crumbs.len() as u128, "P6: {dust} cannot leave");
            prop_assert_eq!(held, self.model.unasked(strategy) + credits + dust, "P1");
        }
        Ok(())
    }
}

/// What was done, for the count of what was reached.
const fn name_of(action: &Action) -> &'static str {
    match action {
        Action::AdvanceTo { .. } => "AdvanceTo",
        Action::Pause { .. } => "Pause",
        Action::Admit { .. } => "Admit",
        Action::Deposit { .. } => "Deposit",
        Action::Withdraw { .. } => "Withdraw",
        Action::Delegate { .. } => "Delegate",
        Action::QueueWithdrawal { .. } => "QueueWithdrawal",
        Action::CompleteWithdrawal { .. } => "CompleteWithdrawal",
        Action::Redelegate { .. } => "Redelegate",
        Action::Transfer { .. } => "Transfer",
        Action::Approve { .. } => "Approve",
        Action::SetOperator { .. } => "SetOperator",
        Action::RemoveApprover { .. } => "RemoveApprover",
        Action::Retire { .. } => "Retire",
        Action::Join { .. } => "Join",
        Action::Leave { .. } => "Leave",
        Action::Eject { .. } => "Eject",
        Action::Renew { .. } => "Renew",
        Action::Allocate { .. } => "Allocate",
        Action::Settle { .. } => "Settle",
        Action::ProposeSlash { .. } => "ProposeSlash",
        Action::CancelSlash { .. } => "CancelSlash",
        Action::ExecuteSlash { .. } => "ExecuteSlash",
        _ => "other",
    }
}

/// Whose worth an action may lower, and who gains instead.
#[derive(Debug, Clone, Copy)]
struct Own {
    account: Account,
    receiver: Account,
    strategy: Strategy,
}

fn own_action(action: &Action) -> Option<Own> {
    let own = |account, receiver, strategy| Some(Own { account, receiver, strategy });
    match *action {
        Action::Deposit { from, receiver, strategy, .. } => own(from, receiver, strategy),
        Action::CollectCredit { owner, receiver, strategy, .. } => own(owner, receiver, strategy),
        Action::Withdraw { owner, receiver, pool, .. }
        | Action::CompleteWithdrawal { owner, receiver, pool, .. } => {
            own(owner, receiver, pool.strategy)
        }
        Action::QueueWithdrawal { owner, pool, .. }
        | Action::Delegate { owner, pool, .. }
        | Action::Redelegate { owner, pool, .. } => own(owner, owner, pool.strategy),
        Action::Transfer { from, to, pool, .. } => own(from, to, pool.strategy),
        _ => None,
    }
}

/// All that two accounts (or one) have of a strategy, in their wallets and in the vault.
fn worth_of(model: &Model, strategy: Strategy, a: Account, b: Account) -> u128 {
    let mine = |account: Account| account == a || account == b;
    let wallets: u128 = [a, b]
        .iter()
        .take(if a == b { 1 } else { 2 })
        .map(|account| model.balance(strategy, *account) + model.credit(strategy, *account))
        .sum();
    let positions: u128 = model
        .positions()
        .filter(|(id, owner)| id.strategy == strategy && mine(*owner))
        .map(|(id, owner)| model.position_value(id, owner))
        .sum();
    let exits: u128 = model
        .exits()
        .filter(|(id, _, owner)| id.strategy == strategy && mine(*owner))
        .map(|(id, epoch, owner)| model.exit_value(id, epoch, owner))
        .sum();
    wallets + positions + exits
}

/// `floor(x × n / d)`, for what fits 64 bits.
fn floor(x: u128, n: u64, d: u64) -> u64 {
    u64::try_from(x * u128::from(n) / u128::from(d)).unwrap_or(u64::MAX)
}

fn share(x: u128, part: Magnitude, of: Magnitude) -> U256 {
    U256::from(x) * U256::from(part.0) / U256::from(of.0)
}

fn each(parts: &Parts) -> [u128; 3] {
    [parts.pool, parts.exits[0], parts.exits[1]]
}

fn map(parts: &Parts, f: impl Fn(u128) -> u128) -> Parts {
    Parts { pool: f(parts.pool), exits: parts.exits.map(f) }
}

/// Everyone who may call something, for wild actions.
pub(crate) const CALLERS: [Account; 7] =
    [STAKERS[0], STAKERS[1], STAKERS[2], SLASHER, TREASURY, RESOLVER, WARDEN];

/// A model under watch from here on.
pub(crate) fn watched(model: Result<Model>) -> std::result::Result<Watch, TestCaseError> {
    model.map(Watch::new).map_err(|error| TestCaseError::fail(error.to_string()))
}
