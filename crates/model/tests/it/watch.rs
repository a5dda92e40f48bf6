//! A model under watch, with a count of what its history reached.
//!
//! The library judges each action; here is what only tests ask: that a refused action leaves no trace
//! at all, that history reads as it was seen, and that everybody gets out in the end.

use std::collections::{BTreeMap, BTreeSet};

use palisade_model::{
    Account, Action, Broken, Delivery, Epoch, Exact, Model, ModelError, Operator, OperatorSetId,
    Outcome, Pausable, PoolId, Result, Strategy, Watch,
};
use proptest::{prelude::TestCaseError, prop_assert, prop_assert_eq};

use crate::world::{OPERATORS, RESOLVER, SETS, SLASHER, STAKERS, STRATEGIES, TREASURY, WARDEN};

pub(crate) type Judgement = std::result::Result<(), TestCaseError>;

pub(crate) type Promise = (OperatorSetId, Operator, Strategy);

#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub(crate) model: Model,
    watch: Watch,
    exact: Exact,
    /// Every position at the start of each epoch, as it was seen then.
    shares: BTreeMap<(PoolId, Account, Epoch), u128>,
    /// What was reached, so that a test can show that it was.
    pub(crate) seen: BTreeMap<&'static str, usize>,
}

pub(crate) fn promises() -> impl Iterator<Item = Promise> {
    SETS.into_iter().flat_map(|set| {
        OPERATORS.into_iter().flat_map(move |operator| {
            STRATEGIES.into_iter().map(move |strategy| (set, operator, strategy))
        })
    })
}

pub(crate) fn judged(judgement: std::result::Result<(), Broken>) -> Judgement {
    judgement.map_err(|broken| TestCaseError::fail(broken.to_string()))
}

impl Watched {
    pub(crate) fn new(model: Model) -> Self {
        let (watch, exact) = (Watch::new(&model), Exact::new(&model));
        Self { model, watch, exact, shares: BTreeMap::new(), seen: BTreeMap::new() }
    }

    /// Judges from here on with a new watch, which knows of the past only what it sees.
    pub(crate) fn begin_anew(&mut self) {
        (self.watch, self.exact) = (Watch::new(&self.model), Exact::new(&self.model));
    }

    /// Carries out an action and judges what it did. Returns whether it was accepted.
    pub(crate) fn act(&mut self, action: &Action) -> std::result::Result<bool, TestCaseError> {
        let before = self.model.clone();
        let outcome = self.model.apply(action);
        judged(self.watch.observe(&self.model, action, &outcome))?;
        judged(self.exact.observe(&self.model, action, &outcome))?;
        self.note(&before, action, &outcome);
        if let Err(error) = &outcome {
            prop_assert_eq!(&self.model, &before, "refused ({}), yet it left a trace", error);
        }
        Ok(outcome.is_ok())
    }

    /// Remembers the positions at the start of an epoch, and counts what was reached.
    fn note(&mut self, before: &Model, action: &Action, outcome: &Result<Outcome, ModelError>) {
        for e in before.epoch().0..self.model.epoch().0 {
            for (id, owner) in before.positions() {
                let shares = before.position_shares(id, owner);
                self.shares.insert((id, owner, Epoch(e + 1)), shares);
            }
        }
        let Ok(outcome) = outcome else { return self.saw("refused", true) };
        self.saw(name_of(action), true);
        if let Outcome::Slashed(reports) = outcome {
            for report in reports {
                let PoolId { operator, strategy, .. } = report.pool;
                let (budget, taken) = (before.budget(operator, strategy), report.assets);
                let moved = taken.total() > 0;
                self.saw("slash", moved);
                self.saw("slash skipped a strategy", !moved);
                self.saw("slash of exits", taken.exits.iter().any(|taken| *taken > 0));
                self.saw("slash above degree 1", moved && budget.committed > budget.left);
                self.saw("ended generation", report.ended_generation);
                self.saw("credited slash", matches!(report.delivery, Delivery::Credited(_)));
            }
        }
        if let Outcome::Left(lowered) = outcome {
            let later = lowered.iter().any(|(_, effective)| *effective > before.epoch());
            self.saw("lowered by leaving", later);
        }
        self.saw("own action cost a wei", self.cost(before, action) > 0);
        self.note_more(before, action);
    }

    fn note_more(&mut self, before: &Model, action: &Action) {
        match *action {
            Action::CancelSlash { set, operator, strategy, .. } => {
                let proposal = before.proposal(set, operator, strategy);
                let end = proposal.map(|proposal| proposal.executable_from);
                self.saw("cancelled after the window", end <= Some(before.clock().now()));
            }
            Action::ExecuteSlash { set, operator, strategy, .. } => {
                let allocated = before.allocation(set, operator, strategy).current;
                let proposed = before.proposal(set, operator, strategy);
                let raised = proposed.is_some_and(|proposal| allocated > proposal.magnitude);
                self.saw("execution after a raise", raised);
            }
            Action::Deposit { operator: to, .. } | Action::Redelegate { to, .. } => {
                self.saw("entry by an approval", before.approver(to).is_some());
            }
            Action::Withdraw { pool, .. } => {
                let rest = pool.operator != Operator::IDLE;
                self.saw("taken out of a renewed generation", rest);
            }
            Action::Delegate { pool, to, .. } => {
                let rest = pool.operator != Operator::IDLE;
                self.saw("taken out of a renewed generation", rest);
                self.saw("entry by an approval", before.approver(to).is_some());
            }
            _ => {}
        }
    }

    fn saw(&mut self, what: &'static str, seen: bool) {
        if seen {
            *self.seen.entry(what).or_default() += 1;
        }
    }

    /// What the two sides of an action lost between them to roundings, in wei.
    fn cost(&self, before: &Model, action: &Action) -> u128 {
        let (a, b, strategy) = match *action {
            Action::Deposit { from, receiver, strategy, .. } => (from, receiver, strategy),
            Action::Withdraw { owner, receiver, pool, .. }
            | Action::CompleteWithdrawal { owner, receiver, pool, .. } => {
                (owner, receiver, pool.strategy)
            }
            Action::QueueWithdrawal { owner, pool, .. }
            | Action::Delegate { owner, pool, .. }
            | Action::Redelegate { owner, pool, .. } => (owner, owner, pool.strategy),
            Action::Transfer { from, to, pool, .. } => (from, to, pool.strategy),
            _ => return 0,
        };
        let worth = |model: &Model| worth_of(model, strategy, a, b);
        worth(before).saturating_sub(worth(&self.model))
    }

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
        judged(self.watch.finish(&self.model))
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

/// Everyone who may call something, for wild actions.
pub(crate) const CALLERS: [Account; 7] =
    [STAKERS[0], STAKERS[1], STAKERS[2], SLASHER, TREASURY, RESOLVER, WARDEN];

/// A model under watch from here on.
pub(crate) fn watched(model: Result<Model>) -> std::result::Result<Watched, TestCaseError> {
    model.map(Watched::new).map_err(|error| TestCaseError::fail(error.to_string()))
}
