//! Which ways the accepted actions have gone, so that a test can tell what it has not tried.

use std::{array, cell::Cell, fmt};

use strum::EnumCount as _;

use crate::Model;

/// One of the ways that an accepted action can go. Why one is refused is a
/// [`ModelError`](crate::ModelError) and no branch.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumCount,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[non_exhaustive]
pub enum Branch {
    // -- the world ---------------------------------------------------------------------
    /// Time passes within an epoch.
    TimeWithinEpoch,
    /// Time passes into the next epoch.
    TimeToNextEpoch,
    /// Time passes over a whole epoch or more.
    TimeSkipsEpochs,
    /// A token begins to refuse an account.
    TokenRefuses,
    /// A token accepts an account, again or as before.
    TokenAccepts,
    // -- who acts ----------------------------------------------------------------------
    /// An account appoints another for a function.
    Appoints,
    /// An account takes an appointment back, or what was none.
    Dismisses,
    /// An appointee acts.
    ActsAppointed,
    /// An owner lets another act on all its positions and exits.
    AllowsAgent,
    /// An owner forbids it.
    ForbidsAgent,
    // -- governance --------------------------------------------------------------------
    /// A deposit cap is set below what the vault holds.
    CapsBelowHoldings,
    /// A ceiling is raised.
    RaisesCeiling,
    /// A ceiling is lowered.
    LowersCeiling,
    /// Stake that enters is paused.
    PausesDeposit,
    /// Operators that open are paused.
    PausesOpen,
    /// Stake that leaves is paused.
    PausesComplete,
    /// Joins are paused.
    PausesJoin,
    /// Raises are paused.
    PausesRaise,
    /// New sets are paused.
    PausesCreateSet,
    /// A pause ends as it begins.
    PausesForNoTime,
    /// An action is paused again after its rest.
    PausesAgain,
    // -- operators and approvers -------------------------------------------------------
    /// An operator registers with an approver.
    RegistersGated,
    /// An operator registers without one.
    RegistersUngated,
    /// An operator opens for the first time.
    OpensFirst,
    /// An operator opens again.
    OpensAgain,
    /// An approver admits a staker.
    AdmitsByApprover,
    /// Somebody hands in what the approver signed.
    AdmitsBySignature,
    /// An approval replaces one that was not used and still admits.
    AdmissionReplaced,
    /// An approver replaces it by a deadline that has passed.
    AdmissionTakenBack,
    /// Stake enters by an approval, which is used up.
    AdmissionUsed,
    // -- stake that enters -------------------------------------------------------------
    /// A pool takes stake while it has none: one share for each wei.
    EntersEmptyPool,
    /// A pool takes stake at a price of one.
    EntersAtPar,
    /// A pool takes stake at a price below one.
    EntersBelowPar,
    /// The pool has had a generation before.
    EntersLaterGeneration,
    /// A deposit into the idle pool.
    DepositsIdle,
    /// A deposit into an operator's pool.
    DepositsWithOperator,
    /// A deposit of which somebody else receives the shares.
    DepositsForAnother,
    /// Idle stake moves to an operator.
    DelegatesIdle,
    /// Idle stake moves to where it is.
    DelegatesIdleToIdle,
    /// What is left of a renewed generation moves to the generation after it.
    DelegatesRestToSame,
    /// What is left of a renewed generation moves to the idle pool.
    DelegatesRestToIdle,
    /// What is left of a renewed generation moves to another operator.
    DelegatesRestToOther,
    /// An operator of the owner delegates.
    DelegatesByAgent,
    /// An exit moves back to the operator that it left.
    RedelegatesToSame,
    /// An exit moves to the idle pool.
    RedelegatesToIdle,
    /// An exit moves to another operator.
    RedelegatesToOther,
    /// An operator of the owner redelegates.
    RedelegatesByAgent,
    // -- stake that leaves -------------------------------------------------------------
    /// Idle stake is withdrawn.
    WithdrawsIdle,
    /// What is left of a renewed generation is withdrawn.
    WithdrawsRest,
    /// An operator of the owner withdraws.
    WithdrawsByAgent,
    /// The last shares of a renewed generation leave.
    EmptiesRest,
    /// A whole position is queued.
    QueuesWhole,
    /// A part of a position is queued.
    QueuesPart,
    /// The last shares of a pool are queued.
    QueuesLastOfPool,
    /// An operator of the owner queues.
    QueuesByAgent,
    /// The first exit of a bucket.
    QueuesIntoEmptyBucket,
    /// An exit into a bucket at a price of one.
    QueuesAtPar,
    /// An exit into a bucket at a price below one.
    QueuesBelowPar,
    /// An exit joins another of the same owner and day.
    QueuesAgain,
    /// An exit from a generation that lives.
    CompletesLiving,
    /// An exit from a generation that a slash ended.
    CompletesSlashedOut,
    /// An exit from a generation that was renewed.
    CompletesRenewed,
    /// An exit from a bucket that was slashed.
    CompletesBelowPar,
    /// An exit that is worth nothing.
    CompletesWorthless,
    /// The last exit of its bucket.
    CompletesLastOfBucket,
    /// An operator of the owner completes.
    CompletesByAgent,
    /// An owner collects its credit.
    CollectsOwn,
    /// Somebody sends an owner its credit.
    CollectsForOwner,
    /// An owner has its credit sent elsewhere.
    CollectsElsewhere,
    /// An operator of the owner has the credit sent elsewhere.
    CollectsByAgent,
    // -- positions ---------------------------------------------------------------------
    /// An owner transfers.
    TransfersByOwner,
    /// An operator of the owner transfers.
    TransfersByAgent,
    /// A spender transfers and has less to spend.
    TransfersByAllowance,
    /// A spender transfers who may transfer without end.
    TransfersByUnlimited,
    /// From an account to itself.
    TransfersToSelf,
    /// A position in the idle pool is transferred.
    TransfersIdle,
    /// A position at risk is transferred.
    TransfersStake,
    /// A position in a renewed generation is transferred.
    TransfersRest,
    /// A position in a generation that a slash ended is transferred.
    TransfersWorthless,
    /// A position changes for the first time.
    HistoryBegins,
    /// A position changes again in the same epoch.
    HistoryRewrites,
    /// A position changes in a second epoch.
    HistoryExtends,
    /// A position changes in a third epoch or a later one.
    HistoryOverflows,
    // -- sets and memberships ----------------------------------------------------------
    /// A set is created that slashes at once.
    CreatesInstant,
    /// A set is created that proposes.
    CreatesChallengeable,
    /// A set is created that burns what it slashes.
    CreatesBurning,
    /// An operator joins that was never counted.
    JoinsFresh,
    /// An operator joins all of whose allocations were settled to nothing.
    JoinsAgain,
    /// An operator leaves.
    Leaves,
    /// An AVS ejects an operator.
    Ejects,
    /// A membership of a retired set ends.
    EndsRetired,
    /// A membership ends without allocations.
    EndsUncounted,
    /// Whoever ends a membership names strategies without allocations.
    NamesUncounted,
    /// An allocation was nothing when the membership ended.
    EndsAtNothing,
    /// A raise was pending and nothing in force: the allocation is nothing at once.
    EndsRaiseFromNothing,
    /// A lowering to nothing is scheduled.
    EndsByLowering,
    /// A lowering to nothing is scheduled instead of a pending raise.
    EndsRaiseByLowering,
    /// A pending lowering to nothing stands.
    EndsByPendingLowering,
    /// A pending lowering to something becomes one to nothing, on its day.
    EjectsPendingLowering,
    // -- allocations -------------------------------------------------------------------
    /// An allocation that was nothing becomes something.
    AllocatesFromNothing,
    /// A raise by an operator that has never opened.
    RaisesAtOnce,
    /// A raise with notice.
    SchedulesRaise,
    /// A pending raise is replaced by a larger, with new notice.
    ReplacesRaise,
    /// A pending raise is cut and keeps its day.
    CutsRaise,
    /// A pending raise is withdrawn.
    WithdrawsRaise,
    /// A lowering with notice.
    SchedulesLowering,
    /// A pending raise is replaced by a lowering.
    ReplacesRaiseByLowering,
    /// The target is nothing.
    LowersToNothing,
    /// A raise takes committed above what is left.
    RaisesAboveDegreeOne,
    /// A target below the least, which slashes have worn it to.
    KeepsWorn,
    /// A change of an allocation in a strategy that is not accepted any more.
    ChangesUnaccepted,
    /// A change that is no raise, while raises are paused.
    ChangesPaused,
    /// A raise has landed since the allocation was last written.
    FindsRaise,
    /// A lowering has.
    FindsLowering,
    /// The generation of an allocation has ended since.
    FindsEndedGeneration,
    /// The set of an allocation has been retired since.
    FindsRetired,
    /// Nothing is committed any more, so what is left counts as 1e18 again.
    RestoresLeft,
    // -- slashes -----------------------------------------------------------------------
    /// A slash of several strategies.
    SlashesSeveral,
    /// A strategy is skipped: nothing of it is promised.
    SlashFindsNoAllocation,
    /// A strategy is skipped: nobody has staked it.
    SlashFindsNoStake,
    /// A strategy is skipped: what would be taken rounds to nothing.
    SlashRoundsToNothing,
    /// A slash takes stake of the pool.
    SlashTakesOfPool,
    /// A slash takes of the exits that mature in the next epoch.
    SlashTakesOfNextBucket,
    /// A slash takes of the exits that mature in the epoch after the next.
    SlashTakesOfLastBucket,
    /// A slash takes of exits and nothing of the pool.
    SlashTakesOfExitsOnly,
    /// The allocation is larger than what is left.
    SlashBoundedByLeft,
    /// More is committed than is left.
    SlashAboveDegreeOne,
    /// The set has slashed the allocation in this epoch before.
    SlashAgainInEpoch,
    /// A slash takes all that the epoch's cap allows.
    SlashFillsCap,
    /// A raise is pending while the allocation is slashed.
    SlashUnderRaise,
    /// A lowering is pending while the allocation is slashed.
    SlashUnderLowering,
    /// Nothing of the allocation in force is left, though of the pool.
    SlashTakesWholeAllocation,
    /// Nothing of the pool is left: its generation ends.
    SlashEndsGeneration,
    /// The operator has left the set.
    SlashesFormerMember,
    /// The set does not accept the strategy any more.
    SlashesUnaccepted,
    /// The recipient receives.
    SlashSent,
    /// The tokens are burned.
    SlashBurned,
    /// The recipient cannot receive and is credited.
    SlashCredited,
    /// The recipient has a credit already.
    SlashAddsToCredit,
    // -- proposals ---------------------------------------------------------------------
    /// No proposal is remembered.
    ProposesFirst,
    /// The last proposal has lapsed.
    ProposesAfterLapse,
    /// The last proposal was about a generation that has ended.
    ProposesAfterGeneration,
    /// The resolver cancels.
    ResolverCancels,
    /// The slasher takes a proposal back within its window.
    SlasherCancelsInWindow,
    /// The slasher takes it back after its window.
    SlasherCancelsLater,
    /// The allocation is what it was.
    ExecutesAsProposed,
    /// The allocation has grown: what it was counts.
    ExecutesOfFixed,
    /// The allocation has shrunk: what it is counts.
    ExecutesOfCurrent,
    /// Less is left than was or is allocated.
    ExecutesOfLeft,
    /// A proposal is executed in the epoch after its own.
    ExecutesInNextEpoch,
    // -- rewards -----------------------------------------------------------------------
    /// A distribution without a payment.
    PaysNothing,
    /// A distribution to one pool.
    PaysOnePool,
    /// A distribution to several, or to one several times.
    PaysSeveralPools,
    /// A generation is paid in a token for the first time.
    PaysFirst,
    /// A generation is paid again for the same epoch.
    PaysEpochAgain,
    /// A generation is paid for a later epoch than before.
    PaysLaterEpoch,
    /// A generation is paid that has ended since.
    PaysEndedGeneration,
    /// What the last payment could not divide is divided with this one.
    PaysWithCarried,
    /// A payment is too small for the shares, and carried as a whole.
    PaysTooLittleToDivide,
    /// A commission is set aside.
    PaysCommission,
    /// An operator that has never opened raises its commission at once.
    CommissionBeforeOpening,
    /// A raise of the commission is announced.
    CommissionRaised,
    /// A larger raise is announced in its place.
    CommissionRaisedAgain,
    /// An announced raise is cut and keeps its day.
    CommissionCut,
    /// An announced raise is withdrawn.
    CommissionWithdrawn,
    /// The commission is lowered at once.
    CommissionLowered,
    /// Commission is collected.
    CollectsCommission,
    /// There is no commission to collect.
    CollectsNoCommission,
    /// An owner claims.
    ClaimsByOwner,
    /// An operator of the owner claims.
    ClaimsByAgent,
    /// Somebody sends rewards to the recipient that their owner set.
    ClaimsByAnybody,
    /// Rewards go to another account than the owner's.
    ClaimsElsewhere,
    /// There is nothing to do for any claim.
    ClaimsNothing,
    /// A claim pays.
    ClaimPays,
    /// A claim pays nothing and gets on to a later epoch.
    ClaimGetsOn,
    /// A claim of an epoch that was claimed before and has been paid again.
    ClaimsEpochAgain,
    /// A claim that pays for epochs between which the balance changed.
    ClaimsOverChanges,
    /// A claim of what was earned in a generation that has ended.
    ClaimsEndedGeneration,
    /// An owner names a recipient.
    SetsRecipient,
    /// An owner names nobody any more.
    ClearsRecipient,
}

impl Branch {
    /// Every branch.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name, as the variant is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How often each branch was taken.
#[derive(Clone, PartialEq, Eq)]
pub struct Branches {
    counts: [Cell<u64>; Branch::COUNT],
}

impl Branches {
    /// Every branch, with how often it was taken.
    pub fn iter(&self) -> impl Iterator<Item = (Branch, u64)> {
        Branch::ALL.iter().copied().zip(self.counts.iter().map(Cell::get))
    }

    /// The branches that were taken.
    pub fn reached(&self) -> impl Iterator<Item = Branch> {
        self.iter().filter(|(_, times)| *times > 0).map(|(branch, _)| branch)
    }

    /// The branches that were not.
    pub fn missed(&self) -> impl Iterator<Item = Branch> {
        self.iter().filter(|(_, times)| *times == 0).map(|(branch, _)| branch)
    }

    /// Counts what others have counted too.
    pub fn add(&self, others: &Self) {
        for (count, more) in self.counts.iter().zip(&others.counts) {
            count.set(count.get().saturating_add(more.get()));
        }
    }

    fn mark(&self, branch: Branch) {
        let count = &self.counts[branch as usize];
        count.set(count.get().saturating_add(1));
    }
}

impl Default for Branches {
    fn default() -> Self {
        Self { counts: array::from_fn(|_| Cell::new(0)) }
    }
}

impl fmt::Debug for Branches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().filter(|(_, times)| *times > 0)).finish()
    }
}

/// The branches of a model. They are no part of its state: any two are equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail(Branches);

impl PartialEq for Trail {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Trail {}

impl Model {
    /// Which ways the accepted actions have gone since the model was made.
    #[must_use]
    pub const fn branches(&self) -> &Branches {
        &self.trail.0
    }

    pub(crate) fn reached(&self, branch: Branch) {
        self.trail.0.mark(branch);
    }

    pub(crate) fn reached_if(&self, taken: bool, branch: Branch) {
        if taken {
            self.reached(branch);
        }
    }
}
