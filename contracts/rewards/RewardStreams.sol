// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAllocationManager} from "../interfaces/IAllocationManager.sol";
import {IRewardsDistributor, Payment} from "../interfaces/IRewardsDistributor.sol";
import {IRewardStreams, Stream} from "../interfaces/IRewardStreams.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {OperatorSetId} from "../types/OperatorSetId.sol";
import {PoolId, poolKey} from "../types/PoolId.sol";
import {LAST_EPOCH} from "../libraries/EpochClock.sol";
import {Incoming} from "../libraries/Incoming.sol";

/// @title RewardStreams
/// @notice SPEC
///
/// HOLDS what was paid in to streams and is not released yet. A stream is a fixed sum for each of some epochs, for the
/// pools of operators of one set in one strategy.
///
/// PROMISES
/// - A stream pays exactly its sum for each of its epochs, to operators that its payer named. It is not paid back, unless
///   the AVS has retired the set: then nobody can be paid, and the payer takes the rest.
/// - A sum is split by the stake that earns it: what stood when the paid epoch began, of which the part counts that is
///   guaranteed to the set at the call. Neither stake that came since nor exits queued since change a split.
/// - Streams never touch each other's tokens.
///
/// ASSUMES what the RewardsDistributor assumes of tokens.
///
/// ROUNDING. Each operator gets within a unit of its part; the parts add up to the sum.
///
/// ROLES. The payer of a stream names its operators, and may name others for what is not released. Anybody releases.
///
/// DOES NOT GUARANTEE
/// - that the payer names all operators of the set, or goes on naming those that it named: what is escrowed is the sum;
///   it may name one of its own, and is paid then as any staker of it is;
/// - that a split is of one particular instant: whoever releases chooses when in the epoch. Who has been ejected, has left
///   or has lowered an allocation by then weighs less, for the closed epoch too;
/// - that a pool can be paid which the distributor refuses, because it had next to no shares once: the payer names the
///   others.
contract RewardStreams is IRewardStreams, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IRewardStreams
    IRewardsDistributor public immutable DISTRIBUTOR;

    /// @inheritdoc IRewardStreams
    IAllocationManager public immutable ALLOCATION_MANAGER;

    /// @inheritdoc IRewardStreams
    IStakeVault public immutable VAULT;

    /// @inheritdoc IRewardStreams
    uint256 public streams;

    mapping(uint256 id => Stream) private _streams;

    constructor(IRewardsDistributor distributor, IAllocationManager allocationManager) {
        DISTRIBUTOR = distributor;
        ALLOCATION_MANAGER = allocationManager;
        VAULT = distributor.VAULT();
    }

    /* ANYBODY */

    /// @inheritdoc IRewardStreams
    function distributeByStake(
        Epoch epoch,
        address token,
        uint256 amount,
        OperatorSetId set,
        address strategy,
        address[] calldata operators
    ) external nonReentrant {
        if (amount == 0) revert BadSum(amount);
        _requireAscending(operators);
        emit DistributedByStake(msg.sender, set, token, strategy, epoch, amount);
        Incoming.pull(token, amount);
        _distribute(epoch, token, amount, set, strategy, operators);
    }

    /// @inheritdoc IRewardStreams
    function create(
        address token,
        OperatorSetId set,
        address strategy,
        uint256 perEpoch,
        uint256 epochs,
        address[] calldata operators
    ) external nonReentrant returns (uint256 id) {
        if (perEpoch == 0 || perEpoch > type(uint104).max) revert BadSum(perEpoch);
        if (!ALLOCATION_MANAGER.isAccepted(set, strategy)) revert StrategyNotAccepted(set, strategy);
        Epoch first = VAULT.currentEpoch();
        uint256 most = LAST_EPOCH - Epoch.unwrap(first);
        if (epochs == 0 || epochs > most) revert BadLength(epochs, most);
        Epoch last = first.plus(epochs - 1);

        id = ++streams;
        _streams[id] = Stream(msg.sender, first, last, token, strategy, set, perEpoch, 0);
        emit StreamCreated(id, msg.sender, set, token, strategy, perEpoch, first, last);
        _name(id, operators);
        Incoming.pull(token, perEpoch * epochs);
    }

    /// @inheritdoc IRewardStreams
    function release(uint256 id, address[] calldata operators) external nonReentrant returns (uint256 amount) {
        Stream memory stream = _streams[id];
        if (stream.payer == address(0)) revert NoSuchStream(id);
        if (_hash(operators) != stream.operators) revert OtherOperators(id);
        Epoch closed = _closedEpoch();
        Epoch through;
        (through, amount) = _due(stream, closed);
        if (amount == 0) revert NothingDue(id, stream.next);
        _streams[id].next = through.plus(1);
        emit Released(id, closed, through, amount);
        _distribute(closed, stream.token, amount, stream.set, stream.strategy, operators);
    }

    /* PAYER */

    /// @inheritdoc IRewardStreams
    function setOperators(uint256 id, address[] calldata operators) external nonReentrant {
        if (_streams[id].payer != msg.sender) revert NotPayer(id, msg.sender);
        _name(id, operators);
    }

    /// @inheritdoc IRewardStreams
    function reclaim(uint256 id) external nonReentrant returns (uint256 amount) {
        Stream memory stream = _streams[id];
        if (stream.payer != msg.sender) revert NotPayer(id, msg.sender);
        if (ALLOCATION_MANAGER.termsOf(stream.set).slasher != address(0)) revert SetNotRetired(id, stream.set);
        (, amount) = _due(stream, stream.last);
        if (amount == 0) revert NothingDue(id, stream.next);
        _streams[id].next = stream.last.plus(1);
        emit Reclaimed(id, amount);
        IERC20(stream.token).safeTransfer(msg.sender, amount);
    }

    /* VIEW */

    /// @inheritdoc IRewardStreams
    function streamOf(uint256 id) external view returns (Stream memory) {
        return _streams[id];
    }

    /// @inheritdoc IRewardStreams
    function due(uint256 id) external view returns (uint256 amount) {
        (, amount) = _due(_streams[id], _closedEpoch());
    }

    /// @inheritdoc IRewardStreams
    function weights(OperatorSetId set, address strategy, address[] calldata operators)
        external
        view
        returns (uint256[] memory)
    {
        return _weights(_closedEpoch(), set, strategy, operators);
    }

    /* INTERNAL */

    /// @dev Distributes tokens that are here already.
    function _distribute(
        Epoch epoch,
        address token,
        uint256 amount,
        OperatorSetId set,
        address strategy,
        address[] calldata operators
    ) private {
        uint256[] memory parts = _weights(epoch, set, strategy, operators);
        uint256 total;
        for (uint256 i; i < parts.length; ++i) {
            total += parts[i];
        }
        if (total == 0) revert NobodyToPay(set, strategy, epoch);

        // Each part is the difference of two rounded sums: so they add up to the amount.
        uint256 paid;
        uint256 weight;
        uint256 count;
        for (uint256 i; i < parts.length; ++i) {
            weight += parts[i];
            uint256 sum = Math.mulDiv(amount, weight, total);
            (parts[i], paid) = (sum - paid, sum);
            if (parts[i] > 0) ++count;
        }
        Payment[] memory payments = new Payment[](count);
        for (uint256 i = parts.length; count > 0;) {
            if (parts[--i] > 0) payments[--count] = Payment(operators[i], strategy, parts[i]);
        }
        IERC20(token).forceApprove(address(DISTRIBUTOR), amount);
        DISTRIBUTOR.distribute(epoch, token, payments);
    }

    function _weights(Epoch epoch, OperatorSetId set, address strategy, address[] calldata operators)
        private
        view
        returns (uint256[] memory parts)
    {
        parts = ALLOCATION_MANAGER.guaranteedStake(set, strategy, operators);
        for (uint256 i; i < operators.length; ++i) {
            if (parts[i] == 0) continue;
            PoolId key = poolKey(operators[i], strategy);
            (PoolId pool, uint256 standing) = VAULT.totalSharesAt(key, epoch);
            (, uint256 shares, uint256 generation,) = VAULT.poolState(key);
            if (pool.generation() != generation) parts[i] = 0;
            // Safe: both fit 104 bits, and where stake is guaranteed there are shares.
            else parts[i] = parts[i] * standing / shares;
        }
    }

    function _due(Stream memory stream, Epoch closed) private pure returns (Epoch through, uint256 amount) {
        through = closed < stream.last ? closed : stream.last;
        if (through >= stream.next && stream.next.isSet()) {
            amount = stream.perEpoch * (Epoch.unwrap(through) - Epoch.unwrap(stream.next) + 1);
        }
    }

    function _name(uint256 id, address[] calldata operators) private {
        _requireAscending(operators);
        _streams[id].operators = _hash(operators);
        emit OperatorsNamed(id, operators);
    }

    function _hash(address[] calldata operators) private pure returns (bytes32) {
        return keccak256(abi.encode(operators));
    }

    function _closedEpoch() private view returns (Epoch) {
        // Safe: the clock begins at 1.
        return Epoch.wrap(Epoch.unwrap(VAULT.currentEpoch()) - 1);
    }

    function _requireAscending(address[] calldata operators) private pure {
        for (uint256 i = 1; i < operators.length; ++i) {
            if (operators[i] <= operators[i - 1]) revert OperatorsNotAscending(operators[i - 1], operators[i]);
        }
    }
}
