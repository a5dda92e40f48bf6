//! What can be broken.

use crate::{
    Account, ActionKind, Bucket, Epoch, Magnitude, ModelError, Operator, OperatorSetId, Pausable,
    PoolId, Slashed, Strategy, Strayed, Violation, Wad,
};

/// A promise that an action broke: a mistake of the model or of the protocol, or an outcome that is
/// not what the action did. No caller can cause one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// P1 to P6, P9: what must hold in every state does not.
    #[error(transparent)]
    State(Box<Violation>),
    /// P1 to P9: a refused action changed something.
    #[error("P1 to P9: a refused action changed the {book}")]
    Trace {
        /// What changed.
        book: &'static str,
    },
    /// P1 to P9: the outcome is none that the action can have.
    #[error("P1 to P9: {outcome} is no outcome of this action")]
    Outcome {
        /// The outcome, as text.
        outcome: String,
    },

    /// P1: tokens were made, burned or left where they are nobody's by an action that does nothing of it.
    #[error("P1 {strategy}: tokens were made, burned or given away by another action")]
    Tokens {
        /// The token.
        strategy: Strategy,
    },
    /// P2, P4, P8: somebody acted for an account that does not let it.
    #[error("P2, P4, P8: {by} acted for {account}, which does not let it")]
    Sender {
        /// Who acted.
        by: Account,
        /// For whom.
        account: Account,
    },
    /// P2, P4, P8: a right changed by an action that is not about it, or not to what that says.
    #[error("P2, P4, P8: the {book} are not what the action makes them")]
    Right {
        /// Of which kind.
        book: &'static str,
    },
    /// P4, P6: what nothing may stand in the way of was refused.
    #[error("P4, P6: {action} is refused: {reason}")]
    Refused {
        /// What was to be done.
        action: ActionKind,
        /// Why it was refused.
        reason: Box<ModelError>,
    },

    // -- P2 ---------------------------------------------------------------------------------
    /// P2: what came or went was not rounded for those who stay, or by a wei and more; or a slash
    /// changed shares.
    #[error("P2 {pool}, epoch {epoch}: {} for {} shares became {} for {}", before.assets, before.shares, after.assets, after.shares)]
    Price {
        /// The pool generation.
        pool: PoolId,
        /// When the exits ripen; zero for the pool.
        epoch: Epoch,
        /// What there was.
        before: Box<Bucket>,
        /// What there is.
        after: Box<Bucket>,
    },
    /// P4, P6: an exit was queued for another day than its own.
    #[error("P4, P6 exit of {owner} from {pool}: queued for epoch {epoch}, and due in {due}")]
    Day {
        /// The pool generation.
        pool: PoolId,
        /// Whose exit.
        owner: Account,
        /// The epoch that was told.
        epoch: Epoch,
        /// The one that is due.
        due: Epoch,
    },
    /// P2: a position lost worth by neither a slash nor an action of its owner on it.
    #[error("P2 position of {owner} in {pool}: worth {before}, then {after}")]
    PositionFell {
        /// The pool generation.
        pool: PoolId,
        /// Whose position.
        owner: Account,
        /// Its worth in wei before, rounded down.
        before: u128,
        /// Its worth in wei after.
        after: u128,
    },
    /// P2: an exit lost worth by neither a slash before its day nor its completion.
    #[error("P2 exit of {owner} from {pool} in epoch {epoch}: worth {before}, then {after}")]
    ExitFell {
        /// The pool generation.
        pool: PoolId,
        /// When it matures.
        epoch: Epoch,
        /// Whose exit.
        owner: Account,
        /// Its worth in wei before, rounded down.
        before: u128,
        /// Its worth in wei after.
        after: u128,
    },
    /// P2: an own action cost more than 1 wei for each conversion.
    #[error("P2 {account}, {strategy}: lost {lost} and gained {gained}, more than {most} apart")]
    Cost {
        /// Who acted.
        account: Account,
        /// The token.
        strategy: Strategy,
        /// What its wallet, credit, positions and exits lost, in wei.
        lost: u128,
        /// What they, or the receiver's, gained.
        gained: u128,
        /// The most that may lie between.
        most: u128,
    },
    /// P2: the integer worth strays from the exact one by more than the roundings allow
    /// ([`Exact`](crate::Exact)).
    #[error("P2 {owner}, {pool}, epoch {epoch}: {strayed}")]
    Drift {
        /// The pool generation.
        pool: PoolId,
        /// When the exit matures; zero for a position.
        epoch: Epoch,
        /// Whose stake.
        owner: Account,
        /// By how much.
        strayed: Box<Strayed>,
    },
    /// P2: the shares are not those that the actions gave ([`Exact`](crate::Exact)).
    #[error("P2 {owner}, {pool}, epoch {epoch}: the shares are not those of its actions")]
    Shares {
        /// The pool generation.
        pool: PoolId,
        /// When the exit matures; zero for a position.
        epoch: Epoch,
        /// Whose stake.
        owner: Account,
    },

    // -- rewards ----------------------------------------------------------------------------
    /// An action that is none of rewards changed what is earned, claimed or kept.
    #[error("what is earned, claimed or kept of rewards changed by another action")]
    Rewards,
    /// Rewards moved other tokens than those of the payments, or of what was paid out.
    #[error("{account} has {after} of {token} after {before}, which is not what rewards moved")]
    RewardsMoved {
        /// The token.
        token: Strategy,
        /// Whose balance.
        account: Account,
        /// Its balance before.
        before: u128,
        /// Its balance after.
        after: u128,
    },
    /// P5: the commission of an operator that has opened rose with less notice than an exit takes; or
    /// that of an epoch that has closed changed.
    #[error("P5 {operator}: a commission of {after} in epoch {epoch}, where {before} was in force")]
    Commission {
        /// The operator.
        operator: Operator,
        /// The epoch.
        epoch: Epoch,
        /// The rate in that epoch, as it was before.
        before: Wad,
        /// The rate as it is now.
        after: Wad,
    },
    /// What a position earned strays from its exact part of the payments by more than the roundings
    /// allow ([`Exact`](crate::Exact)).
    #[error("{owner}, {pool}, {token}: {strayed}")]
    RewardsDrift {
        /// The pool generation.
        pool: PoolId,
        /// The reward token.
        token: Strategy,
        /// Whose position.
        owner: Account,
        /// By how much.
        strayed: Box<Strayed>,
    },

    // -- P3 ---------------------------------------------------------------------------------
    /// P3: a slash is not its fraction of the set's allocation, rounded down.
    #[error("P3 {set}: {reported:?}, where the rule takes {magnitude} and {assets} in all")]
    Slash {
        /// The set that slashed.
        set: OperatorSetId,
        /// What the slash says that it took.
        reported: Box<Slashed>,
        /// The magnitude that the rule takes.
        magnitude: Magnitude,
        /// The assets that the rule takes, in wei.
        assets: u128,
    },
    /// P3: a set took more of an allocation in an epoch than its cap.
    #[error("P3 {set}, {pool}: {taken} taken in epoch {epoch}, above the cap of {most}")]
    Cap {
        /// The set.
        set: OperatorSetId,
        /// The pool generation.
        pool: PoolId,
        /// The epoch.
        epoch: Epoch,
        /// The magnitude taken.
        taken: Magnitude,
        /// The most that may be.
        most: Magnitude,
    },
    /// P3: what a slash reports is not what left the pool, or not what was delivered.
    #[error("P3 {set}, {pool}: {reported} reported, {moved} moved")]
    Moved {
        /// The set that slashed.
        set: OperatorSetId,
        /// The pool generation.
        pool: PoolId,
        /// What the slash says that it took, in wei.
        reported: u128,
        /// What moved.
        moved: u128,
    },
    /// P3: a slash changed what another set can slash of the pool or of a bucket.
    #[error(
        "P3 {set}, {pool}: another set's slash moved what it can slash from {before} to {after}"
    )]
    OtherSet {
        /// The other set.
        set: OperatorSetId,
        /// The pool generation.
        pool: PoolId,
        /// What it could slash of the part, in wei.
        before: u128,
        /// What it can slash of it after.
        after: u128,
    },

    // -- P4 ---------------------------------------------------------------------------------
    /// P4: what was guaranteed to a set cannot be slashed by it.
    #[error("P4 {set}, {operator}, {strategy}: of {guaranteed} guaranteed, {slashable} slashable")]
    Guarantee {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What was guaranteed in this epoch or the one before, in wei.
        guaranteed: u128,
        /// What can be slashed.
        slashable: u128,
    },
    /// P4: what the model calls guaranteed is not what the word means.
    #[error("P4 {set}, {operator}, {strategy}: {read} is read as guaranteed, {due} is")]
    GuaranteeRead {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is read, in wei.
        read: u128,
        /// What is guaranteed.
        due: u128,
    },
    /// P4: leaving or being ejected did not lower an allocation to nothing, or not on its day.
    #[error(
        "P4 {set}, {operator}, {strategy}: nothing from epoch {told:?}, which is due in {due:?}"
    )]
    Leaving {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The epoch that was told; `None` where the strategy was left out.
        told: Option<Epoch>,
        /// The epoch that is due; `None` where nothing was promised.
        due: Option<Epoch>,
    },
    /// P4: a membership outlives its end, or begins with old allocations.
    #[error("P4 {operator}: its membership of {set} does not fit its allocations")]
    Membership {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
    },
    /// P4: a retired set can still slash, or rely on something.
    #[error("P4 {set} is retired: {slashable} of {operator}'s {strategy} can be slashed")]
    Retired {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What it can slash or rely on, in wei.
        slashable: u128,
    },

    // -- P5 ---------------------------------------------------------------------------------
    /// P5: an allocation is above what was announced three epochs ago.
    #[error("P5 {set}, {operator}, {strategy}: {current}, of which {announced} was announced")]
    Ambush {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What can be slashed.
        current: Magnitude,
        /// The most that was announced at the end of the third epoch before.
        announced: Magnitude,
    },
    /// P5: a proposal was made, cancelled or executed against its rules.
    #[error("P5 {set}, {operator}, {strategy}: a proposal {fault}")]
    Proposal {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is wrong.
        fault: &'static str,
    },
    /// P5: stake entered a pool with an approver without being admitted, or left its owner's hands.
    #[error("P5 {operator}: {staker} came in without its approver")]
    Gate {
        /// The operator.
        operator: Operator,
        /// Who came in.
        staker: Account,
    },

    /// P5: stake came in that the operator does not admit, or not yet.
    #[error("P5 {operator}: stake came in before it was admitted")]
    Closed {
        /// The operator.
        operator: Operator,
    },

    // -- P6 ---------------------------------------------------------------------------------
    /// P6: an action went through that was paused.
    #[error("P6 {action:?} is paused until {until}, and was done at {now}")]
    Paused {
        /// What is paused.
        action: Pausable,
        /// The timestamp of its end.
        until: u64,
        /// The timestamp of the action.
        now: u64,
    },
    /// P6: a pause was renewed back to back, is too long, or is not the one asked for.
    #[error("P6 {action:?}: paused at {now} until {until}, with rest until {rest_until}")]
    Pause {
        /// What is paused.
        action: Pausable,
        /// The timestamp of the pause.
        now: u64,
        /// The timestamp of its end.
        until: u64,
        /// The timestamp at which the next may begin.
        rest_until: u64,
    },
    /// P6: an action was refused for a pause that does not run, or that cannot stop it.
    #[error("P6: refused for a pause of {action:?}")]
    Stopped {
        /// What is said to be paused.
        action: Pausable,
    },
    /// P6: an exit that nothing may stop was refused.
    #[error("P6: an exit of {owner} from {pool} is refused: {reason}")]
    ExitRefused {
        /// The pool generation.
        pool: PoolId,
        /// Whose exit.
        owner: Account,
        /// Why it was refused.
        reason: Box<ModelError>,
    },

    // -- P8 ---------------------------------------------------------------------------------
    /// P8: an account that is not governance set a limit or paused.
    #[error("P8: {by} governed")]
    Power {
        /// Who.
        by: Account,
    },
    /// P8: an action of governance changed more than the limit that it is about.
    #[error("P8: governance changed {book}")]
    Reach {
        /// What it changed.
        book: &'static str,
    },
    /// P8: a limit changed without governance's action about it, or not to what that says.
    #[error("P8: {limit} is not what governance set")]
    Limit {
        /// Which.
        limit: String,
    },
    /// P8: a set's terms changed, or it was created or retired by something else.
    #[error("P8 {set}: its terms do not stand")]
    Terms {
        /// The set.
        set: OperatorSetId,
    },
    /// P8: a deposit left more in the vault than governance's cap.
    #[error("P8 {strategy}: a deposit left {held}, above the cap of {cap}")]
    Room {
        /// The token.
        strategy: Strategy,
        /// What the vault holds.
        held: u128,
        /// The most that it may hold after a deposit.
        cap: u128,
    },
    /// P8: a raise committed more than governance's ceiling admits.
    #[error("P8 {operator}, {strategy}: a raise committed {committed} of {left}")]
    Degree {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is committed.
        committed: Magnitude,
        /// What is left.
        left: Magnitude,
    },

    // -- P9 ---------------------------------------------------------------------------------
    /// P9: a generation ended without being slashed to nothing or renewed, or did not end where it
    /// must, or took with it what stays with those who had it.
    #[error("P9 {pool}: {fault}")]
    Generation {
        /// The pool generation.
        pool: PoolId,
        /// What is wrong.
        fault: &'static str,
    },
}

impl From<Violation> for Broken {
    fn from(violation: Violation) -> Self {
        Self::State(Box::new(violation))
    }
}
