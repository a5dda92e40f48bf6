// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IAllocationManager, Membership} from "./IAllocationManager.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude, Wad} from "../types/Magnitude.sol";
import {OperatorSetId} from "../types/OperatorSetId.sol";
import {PoolId} from "../types/PoolId.sol";
import {Terms} from "../types/Terms.sol";

/// @notice Names a pool, whether or not it ever held stake: that of `strategy` delegated to `operator` (zero: idle).
struct PoolRef {
    address operator;
    address strategy;
}

/// @notice Names a position, and the exits from it.
/// @param pool the pool's id, with its generation
struct PositionRef {
    PoolId pool;
    address owner;
}

/// @notice What became of a pool's generation.
enum Fate {
    Unborn, // earlier ones have not ended
    Living,
    Renewed, // its holders take out what is left, at once
    Ended // a slash left nothing, or it was renewed and everything has been taken out
}

/// @notice How much of a pool, and of each of its exits that are unripe then, slashes could take at worst in `epoch`:
/// as fractions, rounded up, if nothing that raises a promise is announced from now on.
/// @param epoch the epoch that it is about; the first of four is the current one
/// @param loss what slashes of all sets in that epoch could take together of the stake there, were there none before
/// @param capped the same, where each named set takes only what the cap of its terms allows in one epoch
/// @param through what slashes in all epochs from now through that one could take together of the stake there is now
struct Outlook {
    Epoch epoch;
    Wad loss;
    Wad capped;
    Wad through;
}

/// @notice The same for one staker's part, in assets, rounded up. An exit counts until it is ripe.
/// @param loss see `Outlook`
/// @param capped see `Outlook`
/// @param through see `Outlook`; what an exit may lose before it is ripe stays in it
struct Risk {
    uint256 loss;
    uint256 capped;
    uint256 through;
}

/// @notice A slash that was proposed, as `IAllocationManager.proposalOf` tells it; all zero where there is none.
struct PendingSlash {
    Magnitude magnitude;
    Wad wad;
    uint256 executableFrom;
    uint256 lapsesAt;
}

/// @notice What a pool's operator promises to one set of it.
/// @param set to whom
/// @param terms on which terms; no slasher: the set is retired, and can take nothing
/// @param membership of the operator in the set. More `allocations` than can be seen: some wait to be settled
/// @param current the magnitude in force
/// @param next the magnitude from `effective` on; equals `current` where no change is pending
/// @param effective the epoch in which the pending change takes effect; 0 where there is none
/// @param taken what slashes took of it in this epoch
/// @param slashable assets that one slash could take now, unripe exits included, the cap left aside
/// @param guaranteed assets that the set can rely on until the end of the next epoch
/// @param proposal the slash that waits or can be executed
struct SetPromise {
    OperatorSetId set;
    Terms terms;
    Membership membership;
    Magnitude current;
    Magnitude next;
    Epoch effective;
    Magnitude taken;
    uint256 slashable;
    uint256 guaranteed;
    PendingSlash proposal;
}

/// @notice An operator's standing, as `IStakeVault.operatorState` tells it.
struct OperatorStanding {
    bool registered;
    bool opened;
    Epoch admitsFrom;
    address approver;
}

/// @notice A pool, everything that is promised of it to the named sets, and what it may lose.
/// @param operator to whom it is delegated
/// @param strategy what is staked
/// @param id of its living generation
/// @param standing whether the operator takes stake, and from whom
/// @param assets what its positions are worth together
/// @param shares the sum of its positions
/// @param exitsNext what the exits are worth that ripen in the next epoch
/// @param exitsLast what the exits are worth that ripen in the epoch after it
/// @param room assets of the strategy that the vault takes before its deposit cap, through whatever pool; 0 where the
/// token does not tell its balance, for then the vault takes none
/// @param left what slashes have left, out of 1e18
/// @param committed the sum of all promises, each at its larger side while a change of it is pending
/// @param unaccounted how much of `committed` the named sets do not explain: promises to sets that were not named, and
/// what has come due, or was promised to a retired set, and waits to be settled. It counts in every epoch's outlook
/// @param contestedUntil the first epoch in which no slash proposed so far can be executed
/// @param promises to the named sets that the operator is a member of, has allocations to, or is to be slashed by
/// @param outlook of this epoch and each of the next three. `through` of the third is firm, whatever anybody announces,
/// once the operator has opened; that of the last is the manager's `worstCaseLoss`
struct PoolView {
    address operator;
    address strategy;
    PoolId id;
    OperatorStanding standing;
    uint256 assets;
    uint256 shares;
    uint256 exitsNext;
    uint256 exitsLast;
    uint256 room;
    Magnitude left;
    Magnitude committed;
    Magnitude unaccounted;
    Epoch contestedUntil;
    SetPromise[] promises;
    Outlook[4] outlook;
}

/// @notice An exit.
/// @param epoch the epoch in which it ripens; with pool and owner it is the exit's id
/// @param shares of the bucket
/// @param value what it is worth now, in assets
/// @param ripe whether it can be completed; no slash reaches it any more
/// @param atRisk the most, in assets, that slashes could take of it before it is ripe
struct ExitView {
    Epoch epoch;
    uint256 shares;
    uint256 value;
    bool ripe;
    uint256 atRisk;
}

/// @notice A position, and the exits of the same owner from the same generation of the pool.
/// @param pool the pool's id, with its generation
/// @param owner whose
/// @param operator to whom the pool is delegated; operator and strategy are zero for one that never held stake
/// @param strategy what is staked
/// @param fate whether the generation lives
/// @param shares of the pool
/// @param value what they are worth now, in assets
/// @param exits those that are not over, by epoch
/// @param risk of position and exits together, in this epoch and each of the next three
struct PositionView {
    PoolId pool;
    address owner;
    address operator;
    address strategy;
    Fate fate;
    uint256 shares;
    uint256 value;
    ExitView[] exits;
    Risk[4] risk;
}

/// @notice What an owner has of one strategy, in assets, over the named pools.
/// @param strategy the token
/// @param staked what the positions are worth
/// @param exiting what the unripe exits are worth
/// @param ripe what the ripe exits are worth
/// @param credit slashed stake that the owner may collect
/// @param risk of positions and exits together, in this epoch and each of the next three
struct Holding {
    address strategy;
    uint256 staked;
    uint256 exiting;
    uint256 ripe;
    uint256 credit;
    Risk[4] risk;
}

/// @notice What an owner has.
/// @param owner who
/// @param positions one for each named pool, in their order
/// @param holdings one for each strategy of these pools
struct OwnerView {
    address owner;
    PositionView[] positions;
    Holding[] holdings;
}

/// @title ILens
/// @notice What a risk tool or a dashboard reads in one call. The core keeps no lists, so the caller names what it
/// wants to know of, and the sets that it knows; the Lens says how much of what is promised they do not explain.
/// Reads revert during a call of the core that changes what they read.
interface ILens {
    /// @notice Sets must be named in strictly ascending order, so that none counts twice.
    error SetsNotAscending(OperatorSetId previous, OperatorSetId set);
    /// @notice The pools of owners must be named in strictly ascending order, so that none counts twice.
    error PoolsNotAscending(PoolId previous, PoolId pool);

    /// @notice Whose stake it reads.
    function VAULT() external view returns (IStakeVault);

    /// @notice Whose promises it reads.
    function ALLOCATION_MANAGER() external view returns (IAllocationManager);

    /// @notice Pools, one for each reference.
    /// @param sets in ascending order, the same for all pools: those that may be promised something of one of them
    function pools(PoolRef[] calldata refs, OperatorSetId[] calldata sets) external view returns (PoolView[] memory);

    /// @notice Positions and their exits, one for each reference.
    /// @param sets as in `pools`; without any, everything counts at its larger side in every epoch
    /// @param ripeFrom ripe exits are looked for from this epoch on, one by one; unripe ones always
    function positions(PositionRef[] calldata refs, OperatorSetId[] calldata sets, Epoch ripeFrom)
        external
        view
        returns (PositionView[] memory);

    /// @notice Everything that each owner has in the named pools, and the sums of it for each strategy.
    /// @param pools_ ids with generations, in ascending order, the same for all owners
    /// @param sets as in `positions`
    /// @param ripeFrom as in `positions`
    function owners(address[] calldata owners_, PoolId[] calldata pools_, OperatorSetId[] calldata sets, Epoch ripeFrom)
        external
        view
        returns (OwnerView[] memory);
}
