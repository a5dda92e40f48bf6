// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";

/// @notice Something that a staker owns: a position (epoch 0), or the exit that ripens in `epoch`.
struct Claim {
    address owner;
    PoolId pool;
    Epoch epoch;
}

/// @notice Who and what a world is made of.
struct Cast {
    IStakeVault vault;
    IAllocationManager manager;
    address[] stakers;
    address[] operators;
    address[] strategies;
    address[] slashers;
    OperatorSetId[] sets;
}

/// @notice The cast, and what the tests remember about it: every claim, every bucket, what each moment promised.
contract World {
    IStakeVault public immutable VAULT;
    IAllocationManager public immutable MANAGER;

    Cast private _cast;
    Claim[] private _claims;
    mapping(bytes32 claim => bool) private _isClaim;

    /// @notice Every bucket that ever held an exit; `owner` is unused.
    Claim[] private _buckets;
    mapping(bytes32 bucket => bool) private _isBucket;

    /// @notice Tokens that were sent to the vault unasked.
    mapping(address strategy => uint256) public donated;

    /// @notice What stood at the first instant of an epoch.
    mapping(PoolId key => mapping(Epoch epoch => PoolId)) public livingAt;
    mapping(PoolId key => mapping(Epoch epoch => uint256)) public totalAt;
    mapping(PoolId pool => mapping(address owner => mapping(Epoch epoch => uint256))) public sharesAt;

    /// @notice The most that was guaranteed in an epoch.
    mapping(OperatorSetId set => mapping(PoolId key => mapping(Epoch epoch => uint256))) public guaranteed;

    constructor(Cast memory cast_) {
        (VAULT, MANAGER, _cast) = (cast_.vault, cast_.manager, cast_);
    }

    function cast() external view returns (Cast memory) {
        return _cast;
    }

    /* CLAIMS */

    function claims() external view returns (Claim[] memory) {
        return _claims;
    }

    function buckets() external view returns (Claim[] memory) {
        return _buckets;
    }

    function add(Claim calldata c) external {
        bytes32 id = keccak256(abi.encode(c));
        if (!_isClaim[id]) _claims.push(c);
        _isClaim[id] = true;

        id = keccak256(abi.encode(c.pool, c.epoch));
        if (c.epoch.isSet() && !_isBucket[id]) {
            _buckets.push(c);
            _isBucket[id] = true;
        }
    }

    /// @notice Forgets claims to nothing.
    function prune() external {
        for (uint256 i = _claims.length; i > 0; --i) {
            Claim memory c = _claims[i - 1];
            bool ended = !c.epoch.isSet() && living(c.pool) != c.pool;
            if (sharesOf(c) > 0 && !ended) continue;
            _isClaim[keccak256(abi.encode(c))] = false;
            _claims[i - 1] = _claims[_claims.length - 1];
            _claims.pop();
        }
    }

    function sharesOf(Claim memory c) public view returns (uint256) {
        return c.epoch.isSet() ? VAULT.exitOf(c.pool, c.epoch, c.owner) : VAULT.balanceOf(c.owner, c.pool);
    }

    function valueOf(Claim memory c) public view returns (uint256) {
        return c.epoch.isSet() ? VAULT.exitValue(c.pool, c.epoch, c.owner) : VAULT.positionValue(c.pool, c.owner);
    }

    /// @notice The value of each claim, in their order.
    function values() external view returns (uint256[] memory list) {
        list = new uint256[](_claims.length);
        for (uint256 i; i < list.length; ++i) {
            list[i] = valueOf(_claims[i]);
        }
    }

    /// @notice All that `owner` has of `strategy`: tokens, positions and exits.
    function wealth(address owner, address strategy) external view returns (uint256 sum) {
        sum = IMintable(strategy).balanceOf(owner);
        for (uint256 i; i < _claims.length; ++i) {
            if (_claims[i].owner == owner && strategyOf(_claims[i].pool) == strategy) sum += valueOf(_claims[i]);
        }
    }

    function strategyOf(PoolId pool) public view returns (address strategy) {
        (, strategy) = VAULT.poolOf(pool);
    }

    function living(PoolId pool) public view returns (PoolId) {
        (address operator, address strategy) = VAULT.poolOf(pool);
        return VAULT.poolId(operator, strategy);
    }

    /* GHOSTS */

    function donate(address strategy, uint256 assets) external {
        donated[strategy] += assets;
    }

    function recordPool(PoolId pool, Epoch epoch, uint256 shares) external {
        (livingAt[pool.key()][epoch], totalAt[pool.key()][epoch]) = (pool, shares);
    }

    function recordPosition(PoolId pool, address owner, Epoch epoch, uint256 shares) external {
        sharesAt[pool][owner][epoch] = shares;
    }

    function recordGuarantee(OperatorSetId set, PoolId key, Epoch epoch, uint256 assets) external {
        if (assets > guaranteed[set][key][epoch]) guaranteed[set][key][epoch] = assets;
    }

    /// @notice The set has used its guarantees itself.
    function waiveGuarantees(OperatorSetId set, PoolId key, Epoch epoch) external {
        delete guaranteed[set][key][epoch];
        delete guaranteed[set][key][Epoch.wrap(Epoch.unwrap(epoch) - 1)];
    }
}
