// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IAllocationManager} from "./IAllocationManager.sol";
import {IRewardsDistributor} from "./IRewardsDistributor.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {OperatorSetId} from "../types/OperatorSetId.sol";

/// @notice A fixed sum for each of some epochs, for the operators of a set.
/// @param payer who paid it in; names the operators
/// @param next the first epoch that is not paid yet
/// @param last the last epoch that is to be paid
/// @param token the reward token
/// @param strategy the pools that are paid are of this strategy
/// @param set whose guaranteed stake the split goes by
/// @param perEpoch units of the token for each epoch
/// @param operators hash of the operators' addresses (ABI-encoded, in ascending order)
struct Stream {
    address payer;
    Epoch next;
    Epoch last;
    address token;
    address strategy;
    OperatorSetId set;
    uint256 perEpoch;
    bytes32 operators;
}

/// @title IRewardStreams
/// @notice Rewards split among the operators of a set, at once or epoch by epoch.
interface IRewardStreams {
    /* EVENTS */

    /// @notice `payer` paid in `perEpoch` units of `token` for each epoch from `first` to `last`.
    event StreamCreated(
        uint256 indexed id,
        address indexed payer,
        OperatorSetId indexed set,
        address token,
        address strategy,
        uint256 perEpoch,
        Epoch first,
        Epoch last
    );

    /// @notice The stream is split among these operators from now on.
    event OperatorsNamed(uint256 indexed id, address[] operators);

    /// @notice `amount` units, the sum of all epochs not paid before up to `through`, were distributed for `epoch`.
    event Released(uint256 indexed id, Epoch indexed epoch, Epoch through, uint256 amount);

    /// @notice The set is retired: nobody can be paid any more, and the payer took back the `amount` not released.
    event Reclaimed(uint256 indexed id, uint256 amount);

    /// @notice `payer` had `amount` units of `token` distributed for `epoch` among operators of `set`.
    event DistributedByStake(
        address indexed payer,
        OperatorSetId indexed set,
        address indexed token,
        address strategy,
        Epoch epoch,
        uint256 amount
    );

    /* ERRORS */

    /// @notice The set does not accept this strategy, or does not exist.
    error StrategyNotAccepted(OperatorSetId set, address strategy);
    /// @notice Operators must be named in strictly ascending order, so that none is named twice.
    error OperatorsNotAscending(address previous, address operator);
    /// @notice A sum is at least one unit; that of a stream, at most 2^104-1 an epoch.
    error BadSum(uint256 amount);
    /// @notice A stream lasts 1 to `most` epochs.
    error BadLength(uint256 epochs, uint256 most);
    /// @notice There is no such stream.
    error NoSuchStream(uint256 id);
    /// @notice Only who paid the stream in names its operators.
    error NotPayer(uint256 id, address sender);
    /// @notice These are not the operators that the payer named.
    error OtherOperators(uint256 id);
    /// @notice While its set is not retired, a stream cannot be taken back.
    error SetNotRetired(uint256 id, OperatorSetId set);
    /// @notice Every epoch that has closed is paid; `next` is the first that is not, if the stream goes on.
    error NothingDue(uint256 id, Epoch next);
    /// @notice None of the operators has guaranteed stake in the set that stood at the start of the epoch.
    error NobodyToPay(OperatorSetId set, address strategy, Epoch epoch);

    /* ANYBODY */

    /// @notice Distributes `amount` units of `token`, taken from the sender, among `operators` by `weights`, for `epoch`,
    /// which must be the one that has just closed. Whoever has no weight is paid nothing.
    /// @param operators in ascending order
    function distributeByStake(
        Epoch epoch,
        address token,
        uint256 amount,
        OperatorSetId set,
        address strategy,
        address[] calldata operators
    ) external;

    /// @notice Pays in a stream of `perEpoch` units for each of `epochs` epochs, the running one first. The sum
    /// cannot be taken back while the set stands.
    /// @param operators in ascending order
    function create(
        address token,
        OperatorSetId set,
        address strategy,
        uint256 perEpoch,
        uint256 epochs,
        address[] calldata operators
    ) external returns (uint256 id);

    /// @notice Distributes what the stream owes for every closed epoch that is not paid, for the one that has just
    /// closed. An epoch in which nobody calls, or nobody can be paid, is paid with the next.
    /// @param operators those that the payer named last
    /// @return amount units distributed
    function release(uint256 id, address[] calldata operators) external returns (uint256 amount);

    /* PAYER */

    /// @notice Splits what is not released yet among these operators.
    /// @param operators in ascending order
    function setOperators(uint256 id, address[] calldata operators) external;

    /// @notice Takes back what is not released of a stream for a set that its AVS has retired: nothing is guaranteed to
    /// such a set, so nobody could be paid.
    function reclaim(uint256 id) external returns (uint256 amount);

    /* VIEW */

    /// @notice What pays.
    function DISTRIBUTOR() external view returns (IRewardsDistributor);

    /// @notice What knows guaranteed stake.
    function ALLOCATION_MANAGER() external view returns (IAllocationManager);

    /// @notice The vault of both.
    function VAULT() external view returns (IStakeVault);

    /// @notice How many streams there are; their ids are 1 to this.
    function streams() external view returns (uint256);

    /// @notice A stream; all zero where there is none.
    function streamOf(uint256 id) external view returns (Stream memory);

    /// @notice What `release` would distribute now, if any of the operators can be paid.
    function due(uint256 id) external view returns (uint256 amount);

    /// @notice By what a sum for the closed epoch is split: the shares of `strategy` that stood with each operator when
    /// it began, at what is guaranteed to the set of a share now, rounded down. 0 where the pool's generation ended since.
    function weights(OperatorSetId set, address strategy, address[] calldata operators)
        external
        view
        returns (uint256[] memory);
}
