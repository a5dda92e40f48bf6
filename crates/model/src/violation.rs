//! What is wrong where something that must hold in every state does not.

use crate::{
    Account, Admission, Allocation, Epoch, Magnitude, Operator, OperatorSetId, Pausable, Pause,
    PoolId, Proposal, Strategy, U256, Wad,
};

/// An equation that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// P1: the vault's balance is all pools, exits and uncollected credits, and what came unasked.
    #[error("P1 {strategy}: the vault holds {held}, owes {owed} and was sent {unasked} unasked")]
    Solvency {
        /// The token.
        strategy: Strategy,
        /// What the vault holds.
        held: u128,
        /// Pools, exits and credits.
        owed: u128,
        /// What was sent unasked.
        unasked: u128,
    },
    /// Tokens are neither made nor lost: supply = balances + vault + burned.
    #[error("{strategy}: of a supply of {supply}, {accounted} is accounted for")]
    Supply {
        /// The token.
        strategy: Strategy,
        /// All that was minted.
        supply: u128,
        /// Balances, vault and burned.
        accounted: u128,
    },
    /// A pool's assets exceed its shares, or only one of them is zero, or they do not fit 104 bits;
    /// or the idle pool is not one for one.
    #[error("{pool}: {assets} assets against {shares} shares")]
    Pool {
        /// The pool.
        pool: PoolId,
        /// Its assets.
        assets: u128,
        /// Its shares.
        shares: u128,
    },
    /// A bucket's assets exceed its shares, or it has shares without assets though no slash ended
    /// its generation, or unmatured assets though one did (P9), or they do not fit, or it matures too
    /// late; or a generation that lives has a bucket of what is left of it.
    #[error("{pool}, exits of epoch {epoch}: {assets} assets against {shares} shares")]
    Bucket {
        /// The pool generation.
        pool: PoolId,
        /// When the exits mature.
        epoch: Epoch,
        /// Their assets.
        assets: u128,
        /// Their shares.
        shares: U256,
    },
    /// The positions of a generation sum to its total; and that is the pool's of the current one, and
    /// the bucket's of one that was renewed.
    #[error("{pool}: positions sum to {positions}, the total says {total}, the stake {shares:?}")]
    Positions {
        /// The pool generation.
        pool: PoolId,
        /// The sum of the positions.
        positions: u128,
        /// The newest total in history.
        total: u128,
        /// The shares of the pool or the bucket; `None` for a generation that a slash ended.
        shares: Option<u128>,
    },
    /// The same sum at the first instant of the current epoch.
    #[error("{pool}: at the start of epoch {epoch} positions sum to {positions}, not {total}")]
    HistoricPositions {
        /// The pool generation.
        pool: PoolId,
        /// The current epoch.
        epoch: Epoch,
        /// The sum of the positions then.
        positions: u128,
        /// The total then.
        total: u128,
    },
    /// The exits of a bucket sum to its shares.
    #[error("{pool}, epoch {epoch}: exits sum to {exits}, the bucket says {shares}")]
    Exits {
        /// The pool generation.
        pool: PoolId,
        /// When the exits mature.
        epoch: Epoch,
        /// The sum of the exits.
        exits: U256,
        /// The bucket's shares.
        shares: U256,
    },
    /// P5: an operator that has never opened has stake, though its raises take effect at once.
    #[error("P5: {operator} never opened and has {shares} shares of {strategy}")]
    StakeBeforeOpening {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The pool's shares.
        shares: u128,
    },
    /// Committed is the sum of the sides of the current generation's allocations.
    #[error("{operator}, {strategy}: committed {committed}, the sides sum to {sides}")]
    Committed {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The budget's figure.
        committed: Magnitude,
        /// The sum.
        sides: Magnitude,
    },
    /// Left is between 1 and 1e18, and 1e18 where nothing is committed.
    #[error("{operator}, {strategy}: {left} left with {committed} committed")]
    Left {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is left.
        left: Magnitude,
        /// What is committed.
        committed: Magnitude,
    },
    /// P3: where the ceiling was never above 1, committed is within it: a slash takes the same from
    /// both.
    #[error("P3 {operator}, {strategy}: {committed} committed of {left} under ceiling {ceiling}")]
    Degree {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// What is left.
        left: Magnitude,
        /// What is committed.
        committed: Magnitude,
        /// The highest ceiling there ever was.
        ceiling: Wad,
    },
    /// An allocation is above a whole pool, or pending without a change, or changing without an
    /// epoch, or with more notice than there is.
    #[error("{operator}, {strategy}: {allocation:?} in epoch {now}")]
    Allocation {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The allocation.
        allocation: Allocation,
        /// The current epoch.
        now: Epoch,
    },
    /// P3: an allocation of a pool that is not overcommitted lost more in this epoch than its cap.
    #[error("P3 {operator}, {strategy}: {allocation:?} lost more than {cap} of it in an epoch")]
    Cap {
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The allocation.
        allocation: Allocation,
        /// The set's cap.
        cap: Wad,
    },
    /// P5: an operator that is no member of a set, or not of a living one, is about to promise
    /// something to it.
    #[error("P5 {operator} is no member of {set}, with {allocation:?} of {strategy}")]
    Membership {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The allocation.
        allocation: Allocation,
    },
    /// P3, P5: a proposal of a set without a window, above its cap or of nothing, or one that does
    /// not lapse after its window and within two epochs, or that the pool's mark leaves out.
    #[error("{operator}, {strategy}: {proposal:?} of {set}, contested until {contested:?}")]
    Proposal {
        /// The set.
        set: OperatorSetId,
        /// The operator.
        operator: Operator,
        /// The strategy.
        strategy: Strategy,
        /// The proposal.
        proposal: Proposal,
        /// The first epoch in which nothing can be executed.
        contested: Option<Epoch>,
    },
    /// A staker is admitted that was never approved, or for longer than can be written.
    #[error("{staker} with {operator}: {admission:?}")]
    Admission {
        /// The operator.
        operator: Operator,
        /// The staker.
        staker: Account,
        /// The admission.
        admission: Admission,
    },
    /// Of a token, what the distributor holds is what was paid in and was neither claimed nor collected.
    #[error("{token}: the distributor holds {held}, and should hold {owed}")]
    RewardsHeld {
        /// The token.
        token: Strategy,
        /// What it holds.
        held: u128,
        /// Payments less commissions and claims, and commissions that were not collected.
        owed: u128,
    },
    /// What all positions of a generation earned, and what is carried, is what was paid, to the last
    /// 2^-64 unit.
    #[error("{pool}, {token}: {earned} earned and {carried} carried, of {paid} paid (2^-64 units)")]
    RewardsDivided {
        /// The pool generation.
        pool: PoolId,
        /// The reward token.
        token: Strategy,
        /// What all positions earned.
        earned: Box<U256>,
        /// What is carried.
        carried: Box<U256>,
        /// What was paid, less commissions.
        paid: Box<U256>,
    },
    /// A position has claimed more than it earned.
    #[error(
        "{owner} has claimed {claimed} in {token} of {pool}, and earned {earned} (2^-64 units)"
    )]
    RewardsClaimed {
        /// The pool generation.
        pool: PoolId,
        /// The reward token.
        token: Strategy,
        /// Whose position.
        owner: Account,
        /// What was earned when it was claimed.
        claimed: Box<U256>,
        /// What is earned.
        earned: Box<U256>,
    },
    /// A commission is above the highest, or announced with more notice than there is.
    #[error("{operator} keeps {rate} from epoch {from} on")]
    Commission {
        /// The operator.
        operator: Operator,
        /// The rate.
        rate: Wad,
        /// From when on.
        from: Epoch,
    },
    /// P6: a pause lasts too long, or the rest after it not as long.
    #[error("P6 {action:?}: {pause:?} at {now}")]
    Pause {
        /// What is paused.
        action: Pausable,
        /// The pause.
        pause: Pause,
        /// The time.
        now: u64,
    },
}
