//! Why an action is refused.

use crate::{
    Account, Approval, Epoch, Function, Magnitude, Operator, OperatorSetId, Pausable, PoolId,
    Strategy, U256, Wad,
};

/// The result of an action or a view of the model.
pub type Result<T, E = ModelError> = std::result::Result<T, E>;

/// Why an action is refused. A refused action leaves the model exactly as it was.
#[derive(
    Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[non_exhaustive]
pub enum ModelError {
    // -- access -----------------------------------------------------------------------------
    /// Only governance sets limits and pauses.
    #[error("{by} is not the authority")]
    NotAuthority {
        /// Who tried.
        by: Account,
    },
    /// Neither the account nor appointed by it for this function.
    #[error("{account} has not appointed {by} for {}", function.name())]
    NotAuthorized {
        /// Whose it is to do.
        account: Account,
        /// Who tried.
        by: Account,
        /// What.
        function: Function,
    },

    // -- clock ------------------------------------------------------------------------------
    /// An epoch must last at least a second.
    #[error("an epoch of no length")]
    EpochLengthZero,
    /// Time does not run backwards.
    #[error("time {timestamp} is before now, {now}")]
    TimeInPast {
        /// The time asked for.
        timestamp: u64,
        /// The model's time.
        now: u64,
    },
    /// Epoch numbers have 24 bits on chain.
    #[error("time {timestamp} is past the last epoch")]
    TimeTooFar {
        /// The time asked for.
        timestamp: u64,
    },
    /// The first instant of that epoch has not come, so the balance at it is not known.
    #[error("epoch {epoch} has not begun in epoch {now}")]
    EpochNotBegun {
        /// The epoch asked for.
        epoch: Epoch,
        /// The current epoch.
        now: Epoch,
    },

    // -- tokens -----------------------------------------------------------------------------
    /// The account has fewer tokens than the action moves.
    #[error("{account} has {balance} of {strategy}, not {needed}")]
    InsufficientBalance {
        /// The token.
        strategy: Strategy,
        /// Whose balance.
        account: Account,
        /// What it has.
        balance: u128,
        /// What the action moves.
        needed: u128,
    },
    /// The token refuses to be sent to this account.
    #[error("{account} cannot receive {strategy}")]
    CannotReceive {
        /// The token.
        strategy: Strategy,
        /// The account.
        account: Account,
    },
    /// The token's supply would not fit 128 bits.
    #[error("minting {amount} of {strategy} overflows its supply of {supply}")]
    SupplyOverflow {
        /// The token.
        strategy: Strategy,
        /// Its supply before.
        supply: u128,
        /// What was to be minted.
        amount: u128,
    },
    /// The account has no credit in this token.
    #[error("{account} has no credit of {strategy}")]
    NoCredit {
        /// The token.
        strategy: Strategy,
        /// The account.
        account: Account,
    },

    // -- staking ----------------------------------------------------------------------------
    /// The zero account cannot act, hold, or receive.
    #[error("the zero account")]
    ZeroAccount,
    /// The vault would hold more of the token than its deposit cap.
    #[error("the vault would hold {balance} of {strategy}, above the cap of {cap}")]
    DepositCapExceeded {
        /// The token.
        strategy: Strategy,
        /// What the vault would hold.
        balance: u128,
        /// The most it may hold after a deposit.
        cap: u128,
    },
    /// The pool's assets or shares would not fit 104 bits (after near-total slashes a share may
    /// be worth so little that a deposit mints too many).
    #[error("a pool of {assets} assets and {shares} shares does not fit")]
    PoolOverflow {
        /// The assets after the action.
        assets: U256,
        /// The shares after the action.
        shares: U256,
    },
    /// The bucket's assets would not fit 104 bits, or its shares not 152.
    #[error("an exit bucket of {assets} assets and {shares} shares does not fit")]
    BucketOverflow {
        /// The assets after the action.
        assets: U256,
        /// The shares after the action.
        shares: U256,
    },
    /// A deposit that would mint no share.
    #[error("{assets} assets mint no share")]
    MintsNothing {
        /// What would be deposited.
        assets: u128,
    },
    /// An exit that would yield no asset.
    #[error("{shares} shares yield no asset")]
    YieldsNothing {
        /// What would be burned.
        shares: u128,
    },
    /// Fewer shares than the staker accepts.
    #[error("{shares} shares, fewer than the {least} accepted")]
    TooFewShares {
        /// What would be minted.
        shares: u128,
        /// The least accepted.
        least: u128,
    },
    /// Fewer assets than the staker accepts.
    #[error("{assets} assets, fewer than the {least} accepted")]
    TooFewAssets {
        /// What would be queued.
        assets: u128,
        /// The least accepted.
        least: u128,
    },
    /// The position is smaller than what the action burns.
    #[error("{owner} holds {held} shares of {pool}, not {needed}")]
    InsufficientShares {
        /// The pool.
        pool: PoolId,
        /// Whose position.
        owner: Account,
        /// What it holds.
        held: u128,
        /// What the action burns.
        needed: u128,
    },
    /// The idle pool has no queue: it is left at once.
    #[error("the idle pool is left at once, without a queue")]
    IdleHasNoQueue,
    /// Stake in an operator's pool leaves through the queue only.
    #[error("{pool} is at risk: it is left through the queue")]
    StakeAtRisk {
        /// The pool.
        pool: PoolId,
    },
    /// Neither the owner nor an operator of it in the sense of ERC-6909.
    #[error("{by} may not act for {owner}")]
    NotOwnerNorOperator {
        /// Whose position or exit.
        owner: Account,
        /// Who tried.
        by: Account,
    },
    /// The owner lets the spender transfer fewer shares.
    #[error("the spender may transfer {allowed} shares of {pool} for their owner, not {needed}")]
    InsufficientAllowance {
        /// The pool.
        pool: PoolId,
        /// What it may.
        allowed: U256,
        /// What was to be transferred.
        needed: u128,
    },
    /// A transfer of nothing, which anybody could do for anybody.
    #[error("a transfer of no share")]
    TransfersNothing,
    /// Positions in pools with an approver are not transferable.
    #[error("{pool} has an approver: its positions are not transferable")]
    PoolGated {
        /// The pool.
        pool: PoolId,
    },
    /// The pool is promised, so it cannot be renewed.
    #[error("{committed} of {strategy} with {operator} is committed")]
    StillCommitted {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is committed.
        committed: Magnitude,
    },
    /// Deposits of any size fit the pool.
    #[error("{pool} is not worn out: {assets} assets against {shares} shares")]
    NotWornOut {
        /// The pool.
        pool: PoolId,
        /// Its assets.
        assets: u128,
        /// Its shares.
        shares: u128,
    },
    /// The pool's current generation is another.
    #[error("{pool} is not the pool's current generation, {current}")]
    NotCurrentGeneration {
        /// The pool named.
        pool: PoolId,
        /// The generation that lives now.
        current: u32,
    },
    /// No such exit.
    #[error("{owner} has no exit from {pool} in epoch {epoch}")]
    NoExit {
        /// The pool generation it would have left.
        pool: PoolId,
        /// The epoch in which it would mature.
        epoch: Epoch,
        /// Whose exit.
        owner: Account,
    },
    /// The exit is still slashable.
    #[error("the exit matures in epoch {epoch}, now is {now}")]
    ExitNotMatured {
        /// When it matures.
        epoch: Epoch,
        /// The current epoch.
        now: Epoch,
    },

    // -- rewards ----------------------------------------------------------------------------
    /// Only the epoch that has just closed is paid for.
    #[error("epoch {epoch} cannot be paid for, only {closed}")]
    EpochNotPayable {
        /// The epoch named.
        epoch: Epoch,
        /// The one that has just closed.
        closed: Epoch,
    },
    /// Idle stake secures nothing, and earns nothing.
    #[error("the idle pool of {strategy} earns nothing")]
    IdlePoolPaid {
        /// What is staked in it.
        strategy: Strategy,
    },
    /// Nobody had a share of the pool at the start of the epoch, so nobody could claim.
    #[error("nobody had staked {strategy} with {operator} when epoch {epoch} began")]
    NoStake {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The epoch.
        epoch: Epoch,
    },
    /// A payment of nothing, or of more than 128 bits.
    #[error("{amount} cannot be paid to the pool of {strategy} with {operator}")]
    BadPayment {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The amount.
        amount: u128,
    },
    /// The shares are so few, and what they were paid so much, that it does not fit on chain.
    #[error("{per_share} for a share, in 2^-64 units, does not fit")]
    RewardsOverflow {
        /// The rewards of a share, with the payment.
        per_share: U256,
    },
    /// Operators keep no more than this.
    #[error("a commission of {rate} is above {highest}")]
    CommissionTooHigh {
        /// The rate.
        rate: Wad,
        /// The highest.
        highest: Wad,
    },
    /// The commission is (or is about to be) what was asked for.
    #[error("the commission is {rate} already")]
    CommissionUnchanged {
        /// The rate.
        rate: Wad,
    },
    /// Rates are remembered from the closed epoch on.
    #[error("the commission of epoch {epoch} is forgotten, that of {earliest} is not")]
    CommissionForgotten {
        /// The epoch asked for.
        epoch: Epoch,
        /// The earliest that is remembered.
        earliest: Epoch,
    },

    // -- operators --------------------------------------------------------------------------
    /// The operator is registered already.
    #[error("{operator} is registered already")]
    AlreadyRegistered {
        /// The operator.
        operator: Operator,
    },
    /// No such operator.
    #[error("{operator} is not registered")]
    NotRegistered {
        /// The operator.
        operator: Operator,
    },
    /// The operator is open already.
    #[error("{operator} is open already")]
    AlreadyOpen {
        /// The operator.
        operator: Operator,
    },
    /// The operator is closed.
    #[error("{operator} is closed")]
    OperatorClosed {
        /// The operator.
        operator: Operator,
    },
    /// The operator has opened in this epoch and admits deposits from the next.
    #[error("{operator} admits deposits from epoch {from}, now is {now}")]
    NotYetAdmitting {
        /// The operator.
        operator: Operator,
        /// The first epoch in which it admits deposits.
        from: Epoch,
        /// The current epoch.
        now: Epoch,
    },

    /// Nobody decides who may stake with the operator.
    #[error("{operator} has no approver")]
    NoApprover {
        /// The operator.
        operator: Operator,
    },
    /// This is not what the approver signed, or nobody signed anything.
    #[error("the approver did not sign {needed:?}")]
    BadApproval {
        /// What it would have to sign.
        needed: Approval,
    },
    /// A timestamp has 40 bits on chain.
    #[error("a deadline of {deadline} is after {last}")]
    DeadlineTooFar {
        /// The deadline.
        deadline: u64,
        /// The last one.
        last: u64,
    },
    /// The operator's approver has not admitted the staker, or no longer does.
    #[error("{staker} is not admitted by {operator}: until {deadline:?}")]
    NotAdmitted {
        /// The operator.
        operator: Operator,
        /// The staker.
        staker: Account,
        /// Until when it was; `None` where there is no approval.
        deadline: Option<u64>,
    },

    // -- governance ------------------------------------------------------------------------
    /// Governance sets no higher deposit cap than the first.
    #[error("a deposit cap of {cap} is above {highest}")]
    DepositCapTooHigh {
        /// The cap.
        cap: u128,
        /// The highest.
        highest: u128,
    },
    /// Governance sets no such ceiling.
    #[error("a ceiling of {ceiling} is not between {lowest} and {highest}")]
    CeilingOutOfRange {
        /// The ceiling.
        ceiling: Wad,
        /// The lowest.
        lowest: Wad,
        /// The highest.
        highest: Wad,
    },
    /// The action is paused.
    #[error("{action:?} is paused until {until}")]
    Paused {
        /// The action.
        action: Pausable,
        /// When the pause ends.
        until: u64,
    },
    /// No pause is longer than this.
    #[error("a pause of {duration} s is longer than {longest} s")]
    PauseTooLong {
        /// The pause in seconds.
        duration: u64,
        /// The longest.
        longest: u64,
    },
    /// Pauses are not back to back (P6).
    #[error("{action:?} cannot be paused again before {rest_until}")]
    PausedTooRecently {
        /// The action.
        action: Pausable,
        /// When it can.
        rest_until: u64,
    },

    // -- operator sets ----------------------------------------------------------------------
    /// A used id is never used again.
    #[error("{set} exists already")]
    SetExists {
        /// The set.
        set: OperatorSetId,
    },
    /// No such set.
    #[error("{set} does not exist")]
    UnknownSet {
        /// The set.
        set: OperatorSetId,
    },
    /// The AVS has given the set up.
    #[error("{set} is retired")]
    SetRetired {
        /// The set.
        set: OperatorSetId,
    },
    /// A set that could slash nothing, or more than everything.
    #[error("a cap of {cap} is not above zero and at most one")]
    CapOutOfRange {
        /// The cap.
        cap: Wad,
    },
    /// A challenge window lasts at most half an epoch.
    #[error("a window of {window} s is longer than half an epoch, {most} s")]
    WindowTooLong {
        /// The window in seconds.
        window: u64,
        /// The longest allowed.
        most: u64,
    },
    /// The set accepts the strategy already.
    #[error("{set} accepts {strategy} already")]
    StrategyAccepted {
        /// The set.
        set: OperatorSetId,
        /// The strategy.
        strategy: Strategy,
    },
    /// The set does not accept the strategy.
    #[error("{set} does not accept {strategy}")]
    StrategyNotAccepted {
        /// The set.
        set: OperatorSetId,
        /// The strategy.
        strategy: Strategy,
    },
    /// The operator is a member already.
    #[error("{operator} is a member of {set} already")]
    AlreadyMember {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
    },
    /// The operator is no member, so it can neither raise nor leave.
    #[error("{operator} is no member of {set}")]
    NotMember {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
    },

    /// The operator left, and not all its allocations have been settled to nothing.
    #[error("{operator} left {set}, and {allocations} allocations are not settled")]
    AllocationsRemain {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// How many.
        allocations: usize,
    },
    /// Whoever leaves names every strategy with an allocation.
    #[error("{operator} has {allocations} allocations to {set}; {named} are named")]
    AllocationsUnnamed {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// How many there are.
        allocations: usize,
        /// How many of them are named.
        named: usize,
    },
    /// Strategies are named in ascending order, none of them twice.
    #[error("{strategy} is named after {previous}")]
    StrategiesNotAscending {
        /// The one before.
        previous: Strategy,
        /// The one out of order.
        strategy: Strategy,
    },

    // -- allocations ------------------------------------------------------------------------
    /// No allocation is larger than a whole pool.
    #[error("a magnitude of {magnitude} is more than a whole pool")]
    MagnitudeTooLarge {
        /// The magnitude.
        magnitude: Magnitude,
    },
    /// An allocation is nothing, or not too small to be slashed in parts.
    #[error("a magnitude of {magnitude} is neither nothing nor at least {least}")]
    MagnitudeTooSmall {
        /// The magnitude.
        magnitude: Magnitude,
        /// The least.
        least: Magnitude,
    },
    /// The allocation is (or is about to be) what was asked for.
    #[error("the allocation is {magnitude} already")]
    NoChange {
        /// The magnitude asked for.
        magnitude: Magnitude,
    },
    /// A pending lowering cannot be replaced.
    #[error("a lowering is pending until epoch {effective}")]
    LoweringPending {
        /// When it lands.
        effective: Epoch,
    },
    /// The raise would take committed above the restaking degree's ceiling.
    #[error("{committed} committed, above the {most} that ceiling {ceiling} allows of {left}")]
    CeilingExceeded {
        /// Committed with the raise.
        committed: Magnitude,
        /// What is left of the pool's 1e18.
        left: Magnitude,
        /// The strategy's ceiling.
        ceiling: Wad,
        /// The most that may be committed.
        most: Magnitude,
    },
    /// So little is left of the pool's 1e18 that a raise would be too coarse.
    #[error("{left} is left of the pool, too little to raise on")]
    TooLittleLeft {
        /// What is left.
        left: Magnitude,
    },
    /// Nothing has come due.
    #[error("nothing to settle")]
    NothingToSettle,

    // -- slashing ---------------------------------------------------------------------------
    /// Only the set's slasher slashes.
    #[error("{by} is not the slasher of {set}")]
    NotSlasher {
        /// The set.
        set: OperatorSetId,
        /// Who tried.
        by: Account,
    },
    /// A set with a challenge window proposes; it cannot slash at once.
    #[error("{set} has a challenge window of {window} s: it cannot slash at once")]
    NotInstant {
        /// The set.
        set: OperatorSetId,
        /// Its window in seconds.
        window: u64,
    },
    /// A set without a challenge window does not propose.
    #[error("{set} slashes at once: it does not propose")]
    SlashIsInstant {
        /// The set.
        set: OperatorSetId,
    },
    /// A proposal asks for no more than the cap of an epoch.
    #[error("a fraction of {wad} is above the cap of {cap}")]
    FractionAboveCap {
        /// The fraction.
        wad: Wad,
        /// The cap.
        cap: Wad,
    },
    /// One proposal lives at a time.
    #[error("{set} has proposed to slash {strategy} of {operator} already, until {lapses_at}")]
    ProposalPending {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// When that proposal lapses.
        lapses_at: u64,
    },
    /// Cancelled, executed, never made, lapsed, or about what is gone.
    #[error("{set} has proposed no slash of {strategy} of {operator}")]
    NoProposal {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
    },
    /// Only the set's resolver and its slasher cancel.
    #[error("{by} is neither resolver nor slasher of {set}")]
    NotResolver {
        /// The set.
        set: OperatorSetId,
        /// Who tried.
        by: Account,
    },
    /// It is too late for the resolver to cancel.
    #[error("the window ended at {end}")]
    WindowOver {
        /// When.
        end: u64,
    },
    /// It is too early to execute.
    #[error("the window is open until {end}")]
    WindowOpen {
        /// When it ends.
        end: u64,
    },
    /// More than the whole allocation cannot be slashed.
    #[error("a fraction of {wad} is above one")]
    FractionAboveOne {
        /// The fraction.
        wad: Wad,
    },
    /// The slash would exceed what the set may take of this allocation in one epoch (P3).
    #[error("{asked} after {taken} in this epoch is above the cap of {most}")]
    EpochCapExceeded {
        /// The strategy.
        strategy: Strategy,
        /// Taken in this epoch before.
        taken: Magnitude,
        /// What this slash would take.
        asked: Magnitude,
        /// The most that may be taken in this epoch.
        most: Magnitude,
    },
    /// The slash would move no token at all.
    #[error("the slash would move nothing")]
    SlashesNothing,
}

impl ModelError {
    /// The names of all reasons.
    pub const NAMES: &'static [&'static str] = <Self as strum::VariantNames>::VARIANTS;

    /// The name of the reason, as the variant is written.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.into()
    }
}
