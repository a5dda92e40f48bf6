// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IEpochClock} from "./IEpochClock.sol";
import {IGoverned} from "./IGoverned.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude, Wad} from "../types/Magnitude.sol";
import {OperatorSetId} from "../types/OperatorSetId.sol";
import {Terms} from "../types/Terms.sol";

/// @notice An operator's membership of a set; one slot.
/// @param joined whether it is a member
/// @param opened whether the operator is known to have opened its pools; once true, true for good
/// @param allocations how many allocations of it to the set are not zero, or have not been settled since they became so
struct Membership {
    bool joined;
    bool opened;
    uint32 allocations;
}

/// @title IAllocationManager
/// @notice What operators promise to services, and how a service takes what was promised.
interface IAllocationManager is IEpochClock, IGoverned {
    /* EVENTS */

    /// @notice `account` allowed or forbade `appointee` to call the function `selector` for it.
    event Appointed(address indexed account, address indexed appointee, bytes4 indexed selector, bool allowed);

    /// @notice `avs` described itself.
    event MetadataUpdated(address indexed avs, string uri);

    /// @notice The set exists, under these terms for ever.
    event OperatorSetCreated(OperatorSetId indexed set, Terms terms);

    /// @notice The set accepts allocations of `strategy`.
    event StrategyAdded(OperatorSetId indexed set, address indexed strategy);

    /// @notice The set accepts no more raises of allocations of `strategy`; what is promised stays promised.
    event StrategyRemoved(OperatorSetId indexed set, address indexed strategy);

    /// @notice `operator` became a member of the set.
    event Joined(OperatorSetId indexed set, address indexed operator);

    /// @notice `operator` is no longer a member of the set: it left, or was ejected. `Allocated` logs tell when each of
    /// its allocations becomes nothing.
    event Left(OperatorSetId indexed set, address indexed operator, bool ejected);

    /// @notice The set's registrar failed when it was told that `operator` is no longer a member.
    event LeaveHookFailed(OperatorSetId indexed set, address indexed operator);

    /// @notice The AVS gave the set up: nothing is promised to it any more, and nobody can slash for it.
    event OperatorSetRetired(OperatorSetId indexed set);

    /// @notice From epoch `effective` on, `magnitude` of the operator's pool is allocated to the set.
    event Allocated(
        OperatorSetId indexed set,
        address indexed operator,
        address indexed strategy,
        Magnitude magnitude,
        Epoch effective
    );

    /// @notice What had come due to the allocation was applied.
    event Settled(OperatorSetId indexed set, address indexed operator, address indexed strategy);

    /// @notice The set's slasher proposed to take the fraction `wad` of an allocation of `magnitude`. What had come due
    /// to the allocation was applied first. A proposal that had lapsed is replaced.
    event SlashProposed(
        OperatorSetId indexed set,
        address indexed operator,
        address indexed strategy,
        Magnitude magnitude,
        Wad wad,
        bytes32 evidence
    );

    /// @notice The slash that was proposed will not be executed.
    event SlashCancelled(OperatorSetId indexed set, address indexed operator, address indexed strategy);

    /// @notice The set took `magnitude` of the operator's pool: `assets` were really moved. Zeros where nothing could
    /// be taken from this strategy. What had come due to the allocation was applied first. In a set with a challenge
    /// window the proposal is thereby executed, and `evidence` is zero: it was logged with the proposal.
    event OperatorSlashed(
        OperatorSetId indexed set,
        address indexed operator,
        address indexed strategy,
        Magnitude magnitude,
        uint256 assets,
        bytes32 evidence
    );

    /// @notice Raises may commit `ceiling` times what is left of a pool of `strategy` (scaled by 1e18).
    event DegreeCeilingSet(address indexed strategy, Wad ceiling);

    /* ERRORS */

    /// @notice The sender is neither `account` nor appointed by it for this function.
    error NotAuthorized(address account, address sender);
    /// @notice `appoint` cannot be given away.
    error CannotAppointAppoint();
    /// @notice The set exists already; a used id is never free again.
    error SetExists(OperatorSetId set);
    /// @notice There is no such set.
    error NoSuchSet(OperatorSetId set);
    /// @notice A set needs a slasher.
    error NoSlasher();
    /// @notice The cap must lie in (0, 1e18].
    error BadCap(Wad cap);
    /// @notice The challenge window may last half an epoch at most.
    error WindowTooLong(uint256 window, uint256 longest);
    /// @notice The vault cannot be a recipient of what it holds.
    error BadRecipient(address recipient);
    /// @notice The strategy is accepted already, or never was.
    error StrategyUnchanged(OperatorSetId set, address strategy);
    /// @notice The set does not accept allocations of this strategy. (No set accepts the zero address.)
    error StrategyNotAccepted(OperatorSetId set, address strategy);
    /// @notice The operator is a member already.
    error AlreadyMember(OperatorSetId set, address operator);
    /// @notice The operator must join the set first.
    error NotMember(OperatorSetId set, address operator);
    /// @notice The operator left, and some of its allocations have not been settled to zero.
    error AllocationsRemain(OperatorSetId set, address operator, uint256 allocations);
    /// @notice The account is not registered in the vault as an operator.
    error NotAnOperator(address operator);
    /// @notice An allocation is at most the whole pool, 1e18.
    error MagnitudeTooLarge(Magnitude magnitude);
    /// @notice An allocation is nothing, or at least `least`.
    error MagnitudeTooSmall(Magnitude magnitude, Magnitude least);
    /// @notice Nothing has come due.
    error NothingToSettle(OperatorSetId set, address operator, address strategy);
    /// @notice The allocation has this magnitude already, or will have it when its pending change takes effect.
    error MagnitudeUnchanged(Magnitude magnitude);
    /// @notice A lowered allocation cannot change again before it takes effect.
    error LoweringPending(Magnitude next, Epoch effective);
    /// @notice The raise would commit more of the pool than its ceiling admits.
    error CeilingExceeded(Magnitude committed, Magnitude ceiling);
    /// @notice Slashes have left too little of the pool to promise it precisely.
    error TooLittleLeft(Magnitude left, Magnitude least);
    /// @notice The set's AVS has retired it.
    error SetRetired(OperatorSetId set);
    /// @notice Every strategy with an allocation that is not nothing (or not settled) must be named: there are
    /// `allocations` of them.
    error AllocationsUnnamed(OperatorSetId set, address operator, uint256 allocations, uint256 named);
    /// @notice The call needs more gas, so that the registrar can be given what it is owed.
    error NotEnoughGas(uint256 gas, uint256 needed);
    /// @notice Some of the pool is promised, so it cannot be renewed; lower the allocations to nothing, and settle
    /// them.
    error StillCommitted(address operator, address strategy, Magnitude committed);
    /// @notice The set slashes at once: call `slash`.
    error SlashIsInstant(OperatorSetId set);
    /// @notice A proposal of this set waits already; it lapses at timestamp `lapsesAt`.
    error ProposalPending(OperatorSetId set, address operator, address strategy, uint256 lapsesAt);
    /// @notice There is no proposal: it was cancelled, executed or never made, has lapsed, or what it was about is
    /// gone.
    error NoProposal(OperatorSetId set, address operator, address strategy);
    /// @notice Only the set's resolver and its slasher may cancel.
    error NotResolver(OperatorSetId set, address sender);
    /// @notice The resolver could cancel the proposal before timestamp `end`.
    error WindowOver(uint256 end);
    /// @notice The proposal can be executed from timestamp `end` on.
    error WindowOpen(uint256 end);
    /// @notice A proposal asks for at most the fraction that the terms allow in an epoch.
    error FractionAboveCap(Wad wad, Wad cap);
    /// @notice Only the set's slasher may slash.
    error NotSlasher(OperatorSetId set, address sender);
    /// @notice Slashes of this set must be proposed and stand a challenge window.
    error SlashMustBeProposed(OperatorSetId set);
    /// @notice A fraction is at most 1e18.
    error BadFraction(Wad wad);
    /// @notice One fraction is needed for each strategy.
    error LengthMismatch(uint256 strategies, uint256 wads);
    /// @notice Strategies must be named in strictly ascending order, so that none is named twice.
    error StrategiesNotAscending(address previous, address strategy);
    /// @notice The slash would take `taken` of the allocation in this epoch, and the terms allow `cap`.
    error CapExceeded(address strategy, Magnitude taken, Magnitude cap);
    /// @notice A degree ceiling lies between `lowest` and `highest`.
    error DegreeCeilingOutOfRange(Wad ceiling, Wad lowest, Wad highest);
    /// @notice The slash would move nothing at all.
    error NothingToSlash(OperatorSetId set, address operator);

    /* OPERATOR OR AVS */

    /// @notice Allows or forbids `appointee` to call the function `selector` of this contract for the sender.
    function appoint(address appointee, bytes4 selector, bool allowed) external;

    /* AVS */

    /// @notice Publishes where the description of `avs` is to be found.
    function setMetadataURI(address avs, string calldata uri) external;

    /// @notice Creates `set` of its AVS under `terms`, which never change, accepting `strategies`.
    function createOperatorSet(OperatorSetId set, Terms calldata terms, address[] calldata strategies) external;

    /// @notice Accepts more strategies, at once: an operator must still choose to allocate.
    function addStrategies(OperatorSetId set, address[] calldata strategies) external;

    /// @notice Accepts no more raises in these strategies. It frees nothing that is promised.
    function removeStrategies(OperatorSetId set, address[] calldata strategies) external;

    /// @notice Gives the set up, for good: nobody can join it, promise to it or slash for it any more, no proposal of
    /// it can be executed, and what was promised to it counts as nothing. Its id stays used.
    function retire(OperatorSetId set) external;

    /// @notice Ends a membership as `leave` does, on behalf of the set. A pending lowering becomes one to nothing.
    /// @param strategies in ascending order: each strategy with an allocation that is not nothing, and any others
    /// (naming every strategy that the set ever accepted leaves the operator no way to slip in another)
    function eject(OperatorSetId set, address operator, address[] calldata strategies) external;

    /* SLASHER */

    /// @notice Takes fractions of the operator's allocations to the set, each rounded down, and sends them to the set's
    /// recipient in this transaction. Strategies from which nothing can be taken are skipped and logged as zero.
    /// @param strategies in ascending order
    /// @param wads the fraction of the allocation to take, a strategy each
    /// @param evidence hash of the evidence, logged
    /// @return assets what was really moved, a strategy each
    function slash(
        OperatorSetId set,
        address operator,
        address[] calldata strategies,
        Wad[] calldata wads,
        bytes32 evidence
    ) external returns (uint256[] memory assets);

    /// @notice Proposes to take the fraction `wad` of the operator's allocation to a set with a challenge window. Until
    /// the window ends the resolver or the slasher may cancel; from then on anybody may execute, until the start of the
    /// second epoch after this one.
    /// @param wad at most the cap of the terms
    /// @param evidence hash of the evidence, logged
    function proposeSlash(OperatorSetId set, address operator, address strategy, Wad wad, bytes32 evidence) external;

    /* SLASHER OR RESOLVER */

    /// @notice Withdraws a proposal: the resolver before its window ends, the slasher until it lapses (so that one that
    /// was a mistake, or turns out to move nothing, does not hold up the next).
    function cancelSlash(OperatorSetId set, address operator, address strategy) external;

    /* OPERATOR */

    /// @notice Makes `operator` a member of `set`. A member has promised nothing yet.
    /// @param data passed to the set's registrar, which may refuse
    function join(OperatorSetId set, address operator, bytes calldata data) external;

    /// @notice Sets how much of the operator's pool of `strategy` is allocated to `set`. A raise takes effect three
    /// epochs from now (at once, until the operator first opens), a lowered one two epochs from now. A pending raise
    /// may be withdrawn or cut at once, or replaced by a larger one with fresh notice; a pending lowering stands.
    /// @return effective the epoch in which the change takes effect
    function allocate(OperatorSetId set, address operator, address strategy, Magnitude magnitude)
        external
        returns (Epoch effective);

    /// @notice Ends a membership. Every allocation to the set is lowered to nothing, and slashable until that takes
    /// effect; a raise from nothing is withdrawn at once. Waits for a pending lowering to something. Joining again
    /// needs every allocation settled to nothing.
    /// @param strategies in ascending order: each strategy with an allocation that is not nothing, and any others
    function leave(OperatorSetId set, address operator, address[] calldata strategies) external;

    /// @notice Ends the generation of the operator's pool of `strategy` after slashes that left next to nothing, so
    /// that it takes stake again: its shares are worth less than 1/4,096 of a unit, and nothing of it is promised. Its
    /// holders withdraw what is left, at once; queued exits keep their day.
    function renew(address operator, address strategy) external;

    /* ANYONE */

    /// @notice Executes a proposal: takes its fraction of the least of the allocation when it was proposed, the
    /// allocation now and what is left of the pool, within the cap of this epoch.
    /// @return assets what was really moved
    function executeSlash(OperatorSetId set, address operator, address strategy) external returns (uint256 assets);

    /// @notice Applies what has come due to an allocation: a change that took effect is stored, a lowered one no longer
    /// counts as committed, one of an ended generation is cleared. Until then it errs to the safe side; raises,
    /// lowerings and slashes of the allocation settle it too.
    function settle(OperatorSetId set, address operator, address strategy) external;

    /* GOVERNANCE */

    /// @notice Sets the ceiling of the restaking degree for raises in pools of `strategy`: 1e18 to 10e18. Promises that
    /// stand are not touched, also where they exceed it. Authority only.
    function setDegreeCeiling(address strategy, Wad ceiling) external;

    /* VIEW */

    /// @notice Where the stake is.
    function VAULT() external view returns (IStakeVault);

    /// @notice The most that an operator may commit of a pool of `strategy` by a raise, as a multiple of what slashes
    /// have left of it (its restaking degree, scaled by 1e18); 1e18 until governance raises it.
    function degreeCeilingOf(address strategy) external view returns (Wad);

    /// @notice The least magnitude that can be allocated, and the least that slashes must have left of a pool for parts
    /// of it to be promised or guaranteed: below it a fraction cannot be taken precisely.
    function LEAST_MAGNITUDE() external view returns (Magnitude);

    /// @notice The terms of a set; all zero where there is none. A retired set has no slasher, and is otherwise
    /// unchanged.
    function termsOf(OperatorSetId set) external view returns (Terms memory);

    /// @notice Whether the set accepts raises of allocations of `strategy`.
    function isAccepted(OperatorSetId set, address strategy) external view returns (bool);

    /// @notice The operator's membership of the set.
    function membershipOf(OperatorSetId set, address operator) external view returns (Membership memory);

    /// @notice The allocation as it stands now: due changes applied, another generation's read as zero. Reverts during
    /// a call that changes it.
    /// @return current the magnitude in force
    /// @return next the magnitude from `effective` on; equals `current` where no change is pending
    /// @return effective the epoch in which the pending change takes effect; 0 where there is none
    /// @return taken what slashes took of it in this epoch
    function allocationOf(OperatorSetId set, address operator, address strategy)
        external
        view
        returns (Magnitude current, Magnitude next, Epoch effective, Magnitude taken);

    /// @notice The budget of the operator's pool of `strategy`. Reverts during a call that changes it.
    /// @return left what slashes have left of it; 1e18 whenever nothing is committed
    /// @return committed the sum of its allocations, each at its larger side while a change of it is pending. A lowered
    /// one that has come due still counts at its old side until it is touched.
    /// @return generation the living generation of the pool
    function budgetOf(address operator, address strategy)
        external
        view
        returns (Magnitude left, Magnitude committed, uint256 generation);

    /// @notice The most that a slash of `set` could take now from each operator's pool of `strategy` and its unripe
    /// exits, in assets and rounded down, the epoch's cap left aside. Reverts during a call that changes it.
    function slashableStake(OperatorSetId set, address strategy, address[] calldata operators)
        external
        view
        returns (uint256[] memory assets);

    /// @notice What `set` can rely on until the end of the next epoch of each operator's pool of `strategy`, in assets
    /// and rounded down, queued exits left out. Votes, certificates and rewards weigh by it. Reverts during a call that
    /// changes it.
    function guaranteedStake(OperatorSetId set, address strategy, address[] calldata operators)
        external
        view
        returns (uint256[] memory assets);

    /// @notice A bound on the fraction of each operator's pool of `strategy`, and of its unripe exits, that all its
    /// sets could take together: committed over left, rounded up, at most 1e18. It counts announced raises already,
    /// lowered allocations and those of retired sets until they are settled, and knows no caps. Reverts during a call
    /// that changes it.
    function worstCaseLoss(address strategy, address[] calldata operators) external view returns (Wad[] memory);

    /// @notice The proposal of a slash that can still be executed, or that its window still holds back; all zero where
    /// there is none. Reverts during a call that changes it.
    /// @return magnitude the allocation in force when it was proposed
    /// @return wad the fraction of it to take
    /// @return executableFrom the timestamp before which the resolver can cancel it, and from which it can be executed
    /// @return lapsesAt the timestamp from which it cannot be executed any more
    function proposalOf(OperatorSetId set, address operator, address strategy)
        external
        view
        returns (Magnitude magnitude, Wad wad, uint256 executableFrom, uint256 lapsesAt);

    /// @notice The first epoch in which no slash proposed so far against the operator's pool of `strategy` can be
    /// executed any more, whichever set proposed it. Who stakes before shares the loss. Errs to the safe side where
    /// proposals were cancelled, executed or have died with their set. Reverts during a call that changes it.
    function contestedUntil(address operator, address strategy) external view returns (Epoch);

    /// @notice Whether `appointee` may call the function `selector` for `account`.
    function isAppointed(address account, address appointee, bytes4 selector) external view returns (bool);
}
