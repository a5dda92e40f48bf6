//! The promises that compare two states (P1 to P6, P8, P9), judged after every action.
//!
//! The judge does its own arithmetic from the promises' words. Of the model it uses what can be read
//! before and after, never how the model came by it.

mod books;
mod broken;
mod ends;
mod gates;
mod guarantees;
mod limits;
mod proposals;
mod refusals;
mod rewards;
mod senders;
mod slashes;
#[cfg(test)]
mod tests;
mod worth;

pub use broken::Broken;

use std::collections::BTreeMap;

use crate::{
    Action, Epoch, Magnitude, Model, Operator, OperatorSetId, Outcome, PoolId, Result,
    invariants::Scope,
};
use books::{Books, Promise};
use guarantees::Record;
use proposals::Proposed;

/// What a judgement says.
type Judgement = std::result::Result<(), Broken>;

/// A judge of every action: that it broke none of the promises P1 to P6, P8 and P9, and that who sent it may.
///
/// It keeps a copy of the books and finds what an action changed by comparing, so it clones nothing,
/// and a change where the action had no business is found too. What it calculates is only for the
/// pools that were touched, and for all when the epoch moves.
#[derive(Debug, Clone)]
pub struct Watch {
    books: Books,
    memory: Memory,
}

/// What the promises make the judge remember longer than from one action to the next.
#[derive(Debug, Clone)]
struct Memory {
    /// The epoch in which the watch began: what was announced before it is not known.
    since: Epoch,
    /// What each set could rely on, and what was announced to the stakers.
    records: BTreeMap<Promise, Record>,
    /// When an operator first opened.
    opened: BTreeMap<Operator, Epoch>,
    /// What slashes took of each allocation of a pool generation in one epoch, the last.
    taken: BTreeMap<(OperatorSetId, PoolId), (Epoch, Magnitude)>,
    /// What was proposed, and has been neither cancelled nor executed.
    proposed: BTreeMap<Promise, Proposed>,
}

/// One action that was done, between the books before and the model after.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    before: &'a Books,
    after: &'a Model,
    action: &'a Action,
    outcome: &'a Outcome,
}

impl Watch {
    /// A watch that begins now, at any state. Announcements count from the end of this epoch.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let now = model.epoch();
        let mut memory = Memory {
            since: now,
            records: BTreeMap::new(),
            opened: BTreeMap::new(),
            taken: BTreeMap::new(),
            proposed: proposals::living(model),
        };
        for (&(set, operator, strategy), allocation) in &model.allocations.entries {
            let pool =
                PoolId { generation: allocation.generation, ..model.pool_id(operator, strategy) };
            memory.taken.insert((set, pool), (allocation.taken_in, allocation.taken));
        }
        let open = model.vault.operators.iter().filter(|(_, state)| state.has_opened);
        memory.opened.extend(open.map(|(operator, _)| (*operator, now)));
        memory.record_all(model);
        Self { books: Books::new(model), memory }
    }

    /// Judges what an action did to `model`, which is the state after it. Call it after every action,
    /// refused ones too; after a broken promise the watch is of no further use.
    ///
    /// # Errors
    /// The first promise found [`Broken`].
    pub fn observe(
        &mut self,
        model: &Model,
        action: &Action,
        outcome: &Result<Outcome>,
    ) -> Judgement {
        self.books.compare(model);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                if let Some(book) = self.books.trace(model, |_| true) {
                    return Err(Broken::Trace { book });
                }
                return self.memory.judge_refusal(&self.books, model, action, error);
            }
        };
        let scene = Scene { before: &self.books, after: model, action, outcome };
        scene.judge_outcome()?;
        scene.judge_worth()?;
        scene.judge_ends()?;
        scene.judge_gates()?;
        scene.judge_limits()?;
        scene.judge_rewards()?;
        self.memory.note(scene);
        self.memory.judge_slashes(scene)?;
        self.memory.judge_proposals(scene)?;
        scene.judge_senders()?;
        scene.judge_tokens()?;
        if model.epoch() == self.books.epoch {
            let stakes = self.books.touched_stakes();
            let promises = self.books.touched_promises();
            let also = promises.iter().filter(|pair| !stakes.contains(pair));
            for &pair in stakes.iter().chain(also) {
                self.memory.judge_pool(scene, pair)?;
            }
            model.check_within(&Scope::of(stakes, promises, rewards::touched(action)))?;
        } else {
            self.memory.judge_all(scene)?;
            model.check()?;
        }
        self.books.commit(model);
        Ok(())
    }

    /// Judges the last state as a whole, as [`observe`](Self::observe) does whenever the epoch moves.
    ///
    /// # Errors
    /// The first [`Violation`](crate::Violation) found, or [`Broken::Trace`] where the model is not
    /// as it was last seen.
    pub fn finish(mut self, model: &Model) -> Judgement {
        self.books.compare(model);
        if let Some(book) = self.books.trace(model, |_| true) {
            return Err(Broken::Trace { book });
        }
        Ok(model.check()?)
    }
}

impl Scene<'_> {
    /// The outcome is of the action's kind.
    fn judge_outcome(self) -> Judgement {
        use Action as A;
        use Outcome as O;
        let fits = match self.action {
            A::Deposit { .. } | A::Delegate { .. } | A::Redelegate { .. } => {
                matches!(self.outcome, O::Shares(_))
            }
            A::Withdraw { .. } | A::CompleteWithdrawal { .. } | A::CollectCredit { .. } => {
                matches!(self.outcome, O::Assets(_))
            }
            A::QueueWithdrawal { .. } => matches!(self.outcome, O::Queued(_)),
            A::Open { .. } | A::Allocate { .. } | A::SetCommission { .. } => {
                matches!(self.outcome, O::Effective(_))
            }
            A::CollectCommission { .. } => matches!(self.outcome, O::Collected(_)),
            A::ClaimRewards { .. } => matches!(self.outcome, O::Claimed(_)),
            A::Leave { .. } | A::Eject { .. } => matches!(self.outcome, O::Left(_)),
            A::ProposeSlash { .. } => matches!(self.outcome, O::Proposed(_)),
            A::Slash { .. } | A::ExecuteSlash { .. } => matches!(self.outcome, O::Slashed(_)),
            _ => matches!(self.outcome, O::Done),
        };
        if fits { Ok(()) } else { Err(Broken::Outcome { outcome: format!("{:?}", self.outcome) }) }
    }
}
