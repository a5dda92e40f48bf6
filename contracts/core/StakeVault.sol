// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IRiskLimits, Pausable} from "../interfaces/IRiskLimits.sol";
import {Bucket, IStakeVault, OperatorState, Pool} from "../interfaces/IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude} from "../types/Magnitude.sol";
import {PoolId, poolKey} from "../types/PoolId.sol";
import {EpochClock} from "../libraries/EpochClock.sol";
import {Checkpoint, History} from "../libraries/History.sol";

/// @notice A staker's shares of a pool's generation, and the last value before them. One slot.
struct Position {
    uint104 shares;
    Epoch since;
    uint104 previousShares;
    Epoch previousSince;
}

/// @notice Whose pool it is, and of what.
struct PoolKey {
    address operator;
    address strategy;
}

/// @title StakeVault
/// @notice SPEC
///
/// HOLDS all staked tokens, as pools. A pool is all stake of one strategy (an ERC-20 token) delegated to one operator;
/// a position is a staker's shares of it. Stake on its way out stands in a bucket of the pool, one for each epoch, and
/// an exit is a staker's shares of that. The pools of operator zero are idle: nobody can slash them.
///
/// PROMISES
/// - The balance of each token is what its pools, buckets and credits add up to, or more.
/// - A position or an exit loses value by a slash of its pool only. What anybody else does never lowers it.
/// - An exit queued in epoch e can be completed from the start of epoch e+2, by its owner alone. No operator, service
///   or other token has a part in that; governance may delay completion by three days at most.
/// - A slash reaches a pool and its two unmatured buckets by one and the same fraction, and nothing else.
/// - Where a slash leaves nothing, its generation ends: shares of it never touch stake that comes later.
///
/// ASSUMES that a token moves what it is asked to move and does not shrink by itself. A token that does not keep to it
/// breaks the promises for itself alone. What a deposit delivers is measured; more than asked is nobody's.
/// Assumes that the allocation manager names a fraction of at most 1 when it slashes.
///
/// ROUNDING is down in every conversion: shares for assets in, assets for shares out, assets for a slash. So it favours
/// those who stay over the one who acts, and stakers over the slasher. Assets never exceed shares: a share is never
/// worth more than one unit, and an own action costs at most one unit for each conversion.
///
/// ROLES. The allocation manager may slash. Governance (`LIMITS`) answers how much may be deposited, and may pause for a
/// while what adds risk. Nobody can upgrade, sweep, or move stake. An owner may let others act for it (ERC-6909).
///
/// DOES NOT GUARANTEE that a pool's operator is honest, that a token is worth anything, or that a pool which has lost
/// nearly everything accepts deposits: shares must fit 104 bits.
contract StakeVault is IStakeVault, EpochClock, ReentrancyGuardTransient {
    using History for mapping(Epoch changed => Checkpoint);
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc IStakeVault
    /// @dev Within it no pool or bucket overflows: a share of a bucket is worth 1e-18 or more until the bucket ripens or
    /// its generation ends, and 2^92 × 1e18 fits 152 bits.
    uint256 public constant MAX_ASSETS = 2 ** 92;

    /// @inheritdoc IStakeVault
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    /// @inheritdoc IStakeVault
    IRiskLimits public immutable LIMITS;

    /// @inheritdoc IStakeVault
    address public immutable ALLOCATION_MANAGER;

    mapping(address operator => OperatorState) private _operators;

    mapping(PoolId key => Pool) private _pools;
    mapping(PoolId key => mapping(Epoch changed => Checkpoint)) private _poolHistory;
    mapping(PoolId key => PoolKey) private _poolKeys;

    mapping(PoolId pool => mapping(address owner => Position)) private _positions;
    mapping(PoolId pool => mapping(address owner => mapping(Epoch changed => Checkpoint))) private _positionHistory;

    mapping(PoolId pool => mapping(Epoch epoch => Bucket)) private _buckets;
    mapping(PoolId pool => mapping(Epoch epoch => mapping(address owner => uint256 shares))) private _exits;

    mapping(address strategy => mapping(address account => uint256 assets)) private _credits;

    /// @inheritdoc IStakeVault
    mapping(address owner => mapping(address spender => bool)) public isOperator;

    constructor(IRiskLimits limits, address allocationManager, uint256 epochLength) EpochClock(epochLength) {
        LIMITS = limits;
        ALLOCATION_MANAGER = allocationManager;
    }

    /* OPERATOR */

    /// @inheritdoc IStakeVault
    function registerOperator() external nonReentrant {
        OperatorState storage state = _operators[msg.sender];
        require(!state.registered, AlreadyRegistered(msg.sender));
        state.registered = true;
        emit OperatorRegistered(msg.sender);
    }

    /// @inheritdoc IStakeVault
    function open() external nonReentrant {
        LIMITS.requireUnpaused(Pausable.Open);
        OperatorState storage state = _operators[msg.sender];
        require(state.registered, NotRegistered(msg.sender));
        require(!state.admitsFrom.isSet(), AlreadyOpen(msg.sender, state.admitsFrom));
        Epoch admitsFrom = currentEpoch().plus(1);
        (state.admitsFrom, state.opened) = (admitsFrom, true);
        emit OperatorOpened(msg.sender, admitsFrom);
    }

    /// @inheritdoc IStakeVault
    function close() external nonReentrant {
        OperatorState storage state = _operators[msg.sender];
        require(state.admitsFrom.isSet(), OperatorClosedToStake(msg.sender, state.admitsFrom));
        state.admitsFrom = Epoch.wrap(0);
        emit OperatorClosed(msg.sender);
    }

    /* STAKER */

    /// @inheritdoc IStakeVault
    function deposit(address strategy, address operator, uint256 assets, uint256 minShares, address receiver)
        external
        nonReentrant
        returns (uint256 shares)
    {
        uint256 cap = LIMITS.depositCap(strategy);
        if (cap > MAX_ASSETS) cap = MAX_ASSETS;
        require(assets <= cap, DepositCapExceeded(strategy, assets, cap));
        PoolId pool;
        (pool, shares) = _enter(strategy, operator, assets, minShares, receiver);
        emit Deposited(pool, receiver, msg.sender, assets, shares);
        _pull(strategy, assets, cap);
    }

    /// @inheritdoc IStakeVault
    function withdraw(PoolId pool, uint256 shares, address receiver, address owner)
        external
        nonReentrant
        returns (uint256 assets)
    {
        _requireOwnerOrOperator(owner);
        LIMITS.requireUnpaused(Pausable.Complete);
        assets = _leaveIdle(pool, owner, shares);
        emit Withdrawn(pool, owner, receiver, assets, shares);
        _push(_poolKeys[pool.key()].strategy, receiver, assets);
    }

    /// @inheritdoc IStakeVault
    function delegate(PoolId pool, uint256 shares, address operator, uint256 minShares, address owner)
        external
        nonReentrant
        returns (uint256 minted)
    {
        _requireOwnerOrOperator(owner);
        LIMITS.requireUnpaused(Pausable.Deposit);
        uint256 assets = _leaveIdle(pool, owner, shares);
        PoolId to;
        (to, minted) = _enter(_poolKeys[pool.key()].strategy, operator, assets, minShares, owner);
        emit Delegated(pool, to, owner, assets, shares, minted);
    }

    /// @inheritdoc IStakeVault
    function queueWithdrawal(PoolId pool, uint256 shares, uint256 minAssets, address owner)
        external
        nonReentrant
        returns (Epoch epoch, uint256 assets)
    {
        _requireOwnerOrOperator(owner);
        require(!pool.isIdle(), PoolIsIdle(pool));
        Epoch current = currentEpoch();
        epoch = current.plus(2);

        assets = _burn(pool, owner, shares, current);
        require(assets >= minAssets, TooLittle(assets, minAssets));

        Bucket memory bucket = _buckets[pool][epoch];
        uint256 exitShares = bucket.shares == 0 ? assets : assets * bucket.shares / bucket.assets;
        // Both fit; see MAX_ASSETS. A token that lies about balances may overflow its own bucket, and is refused.
        _buckets[pool][epoch] =
            Bucket({assets: (bucket.assets + assets).toUint104(), shares: (bucket.shares + exitShares).toUint152()});
        _exits[pool][epoch][owner] += exitShares;

        emit WithdrawalQueued(pool, epoch, owner, shares, assets, exitShares);
    }

    /// @inheritdoc IStakeVault
    function completeWithdrawal(PoolId pool, Epoch epoch, address owner, address receiver)
        external
        nonReentrant
        returns (uint256 assets)
    {
        _requireOwnerOrOperator(owner);
        LIMITS.requireUnpaused(Pausable.Complete);
        assets = _finishExit(pool, epoch, owner);
        emit WithdrawalCompleted(pool, epoch, owner, receiver, assets);
        if (assets > 0) _push(_poolKeys[pool.key()].strategy, receiver, assets);
    }

    /// @inheritdoc IStakeVault
    function redelegate(PoolId pool, Epoch epoch, address owner, address operator, uint256 minShares)
        external
        nonReentrant
        returns (uint256 shares)
    {
        _requireOwnerOrOperator(owner);
        LIMITS.requireUnpaused(Pausable.Deposit);
        uint256 assets = _finishExit(pool, epoch, owner);
        PoolId to;
        (to, shares) = _enter(_poolKeys[pool.key()].strategy, operator, assets, minShares, owner);
        emit Redelegated(pool, epoch, owner, to, assets, shares);
    }

    /// @inheritdoc IStakeVault
    function setOperator(address spender, bool approved) external nonReentrant returns (bool) {
        isOperator[msg.sender][spender] = approved;
        emit OperatorSet(msg.sender, spender, approved);
        return true;
    }

    /* ALLOCATION MANAGER */

    /// @inheritdoc IStakeVault
    function slash(PoolId pool, Magnitude taken, Magnitude left, address recipient)
        external
        nonReentrant
        returns (uint256 assets)
    {
        require(msg.sender == ALLOCATION_MANAGER, NotAllocationManager(msg.sender));
        Pool storage state = _pools[pool];
        PoolId id = pool.atGeneration(state.generation);
        Epoch current = currentEpoch();

        uint256 fromPool = _cut(state.assets, taken, left);
        Bucket storage next = _buckets[id][current.plus(1)];
        Bucket storage last = _buckets[id][current.plus(2)];
        uint256 fromNext = _cut(next.assets, taken, left);
        uint256 fromLast = _cut(last.assets, taken, left);
        assets = fromPool + fromNext + fromLast;
        if (assets == 0) return 0;

        // Safe: a cut is at most what it is cut from.
        if (fromNext > 0) next.assets -= uint104(fromNext);
        if (fromLast > 0) last.assets -= uint104(fromLast);
        if (recipient == address(0)) recipient = BURN_ADDRESS;
        emit Slashed(id, recipient, fromPool, fromNext, fromLast);
        if (taken == left) {
            Pool memory ended = state;
            _checkpoint(pool, ended, current);
            _pools[pool] = Pool({assets: 0, shares: 0, generation: ended.generation + 1, since: current});
            emit GenerationEnded(id);
        } else if (fromPool > 0) {
            state.assets -= uint104(fromPool);
        }

        address strategy = _poolKeys[pool].strategy;
        if (!IERC20(strategy).trySafeTransfer(recipient, assets)) {
            _credits[strategy][recipient] += assets;
            emit Credited(strategy, recipient, assets);
        }
    }

    /* RECIPIENT */

    /// @inheritdoc IStakeVault
    function collect(address strategy, address receiver) external nonReentrant returns (uint256 assets) {
        assets = _credits[strategy][msg.sender];
        require(assets > 0, NoCredit(strategy, msg.sender));
        delete _credits[strategy][msg.sender];
        emit Collected(strategy, msg.sender, receiver, assets);
        _push(strategy, receiver, assets);
    }

    /* VIEW */

    /// @inheritdoc IStakeVault
    function poolId(address operator, address strategy) external view returns (PoolId) {
        PoolId key = poolKey(operator, strategy);
        return key.atGeneration(_pools[key].generation);
    }

    /// @inheritdoc IStakeVault
    function poolOf(PoolId pool) external view returns (address operator, address strategy) {
        PoolKey storage names = _poolKeys[pool.key()];
        return (names.operator, names.strategy);
    }

    /// @inheritdoc IStakeVault
    function poolState(PoolId pool) external view nonReentrantView returns (Pool memory) {
        return _pools[pool.key()];
    }

    /// @inheritdoc IStakeVault
    function assetsOf(PoolId[] calldata pools) external view nonReentrantView returns (uint256[] memory assets) {
        assets = new uint256[](pools.length);
        for (uint256 i; i < pools.length; ++i) {
            assets[i] = _pools[pools[i].key()].assets;
        }
    }

    /// @inheritdoc IStakeVault
    function slashable(PoolId pool)
        external
        view
        nonReentrantView
        returns (uint256 inPool, uint256 inNext, uint256 inLast)
    {
        Pool storage state = _pools[pool.key()];
        PoolId id = pool.key().atGeneration(state.generation);
        Epoch current = currentEpoch();
        return (state.assets, _buckets[id][current.plus(1)].assets, _buckets[id][current.plus(2)].assets);
    }

    /// @inheritdoc IStakeVault
    function bucketOf(PoolId pool, Epoch epoch) external view nonReentrantView returns (Bucket memory) {
        return _buckets[pool][epoch];
    }

    /// @inheritdoc IStakeVault
    function balanceOf(address owner, PoolId pool) external view returns (uint256) {
        return _positions[pool][owner].shares;
    }

    /// @inheritdoc IStakeVault
    function positionValue(PoolId pool, address owner) external view nonReentrantView returns (uint256 assets) {
        Pool storage state = _pools[pool.key()];
        if (state.generation != pool.generation() || state.shares == 0) return 0;
        return uint256(_positions[pool][owner].shares) * state.assets / state.shares;
    }

    /// @inheritdoc IStakeVault
    function exitOf(PoolId pool, Epoch epoch, address owner) external view returns (uint256 shares) {
        return _exits[pool][epoch][owner];
    }

    /// @inheritdoc IStakeVault
    function exitValue(PoolId pool, Epoch epoch, address owner)
        external
        view
        nonReentrantView
        returns (uint256 assets)
    {
        Bucket storage bucket = _buckets[pool][epoch];
        if (bucket.shares == 0) return 0;
        return _exits[pool][epoch][owner] * bucket.assets / bucket.shares;
    }

    /// @inheritdoc IStakeVault
    function sharesAt(PoolId pool, address owner, Epoch epoch) external view returns (uint256) {
        _requireBegun(epoch);
        Position memory p = _positions[pool][owner];
        if (p.since < epoch) return p.shares;
        Checkpoint memory previous =
            Checkpoint({shares: p.previousShares, since: p.previousSince, generation: pool.generation()});
        return _positionHistory[pool][owner].lookup(previous, epoch).shares;
    }

    /// @inheritdoc IStakeVault
    function totalSharesAt(PoolId pool, Epoch epoch) external view returns (PoolId generation, uint256 shares) {
        _requireBegun(epoch);
        PoolId key = pool.key();
        Pool memory state = _pools[key];
        Checkpoint memory newest = Checkpoint({shares: state.shares, since: state.since, generation: state.generation});
        newest = _poolHistory[key].lookup(newest, epoch);
        return (key.atGeneration(newest.generation), newest.shares);
    }

    /// @inheritdoc IStakeVault
    function operatorState(address operator) external view returns (OperatorState memory) {
        return _operators[operator];
    }

    /// @inheritdoc IStakeVault
    function creditOf(address strategy, address account) external view returns (uint256) {
        return _credits[strategy][account];
    }

    /* INTERNAL: POOLS */

    /// @dev Puts `assets` that the vault holds already, or is about to pull, into a pool, as shares of `owner`.
    function _enter(address strategy, address operator, uint256 assets, uint256 minShares, address owner)
        private
        returns (PoolId pool, uint256 shares)
    {
        Epoch current = currentEpoch();
        if (operator != address(0)) {
            OperatorState memory state = _operators[operator];
            require(
                state.admitsFrom.isSet() && state.admitsFrom <= current,
                OperatorClosedToStake(operator, state.admitsFrom)
            );
        }
        require(owner != address(0) && owner != address(this), BadReceiver(owner));

        PoolId key = poolKey(operator, strategy);
        Pool memory p = _pools[key];
        pool = key.atGeneration(p.generation);
        shares = p.shares == 0 ? assets : assets * p.shares / p.assets;
        require(shares > 0, NothingToMove(pool));
        require(shares >= minShares, TooLittle(shares, minShares));
        require(p.shares + shares <= type(uint104).max, PoolWornOut(pool, assets));
        if (!p.since.isSet()) {
            _poolKeys[key] = PoolKey(operator, strategy);
            emit PoolCreated(key, operator, strategy);
        }

        _checkpoint(key, p, current);
        // Safe: shares were just checked, and assets never exceed shares.
        _pools[key] = Pool({
            assets: uint104(p.assets + assets),
            shares: uint104(p.shares + shares),
            generation: p.generation,
            since: current
        });
        _setShares(pool, owner, _positions[pool][owner].shares + shares, current);
    }

    /// @dev Takes `shares` of `owner` out of a living pool; what they are worth is the caller's to place.
    function _burn(PoolId pool, address owner, uint256 shares, Epoch current) private returns (uint256 assets) {
        PoolId key = pool.key();
        Pool memory p = _pools[key];
        require(p.generation == pool.generation(), PoolGenerationEnded(pool));
        uint256 held = _positions[pool][owner].shares;
        require(held >= shares, InsufficientShares(pool, owner, held, shares));
        require(p.shares > 0, NothingToMove(pool));
        assets = shares * p.assets / p.shares;
        require(assets > 0, NothingToMove(pool));

        _checkpoint(key, p, current);
        // Safe: both are at most what they are taken from.
        _pools[key] = Pool({
            assets: uint104(p.assets - assets),
            shares: uint104(p.shares - shares),
            generation: p.generation,
            since: current
        });
        _setShares(pool, owner, held - shares, current);
    }

    function _leaveIdle(PoolId pool, address owner, uint256 shares) private returns (uint256 assets) {
        require(pool.isIdle(), PoolIsAtRisk(pool));
        return _burn(pool, owner, shares, currentEpoch());
    }

    function _finishExit(PoolId pool, Epoch epoch, address owner) private returns (uint256 assets) {
        Epoch current = currentEpoch();
        require(epoch <= current, ExitNotRipe(epoch, current));
        uint256 shares = _exits[pool][epoch][owner];
        require(shares > 0, NoExit(pool, epoch, owner));
        Bucket memory bucket = _buckets[pool][epoch];
        assets = shares * bucket.assets / bucket.shares;
        delete _exits[pool][epoch][owner];
        // Safe: both are at most what they are taken from.
        _buckets[pool][epoch] =
            Bucket({assets: uint104(bucket.assets - assets), shares: uint152(bucket.shares - shares)});
    }

    /// @dev Files the pool's total of the epochs before `current`, once in an epoch that changes it.
    function _checkpoint(PoolId key, Pool memory p, Epoch current) private {
        if (p.since == current || !p.since.isSet()) return;
        _poolHistory[key][current] = Checkpoint({shares: p.shares, since: p.since, generation: p.generation});
    }

    /// @dev A position keeps the value before its last changed epoch at hand, and files older ones.
    function _setShares(PoolId pool, address owner, uint256 shares, Epoch current) private {
        Position memory p = _positions[pool][owner];
        if (p.since != current) {
            if (p.previousSince.isSet()) {
                _positionHistory[pool][owner][p.since] =
                    Checkpoint({shares: p.previousShares, since: p.previousSince, generation: pool.generation()});
            }
            (p.previousShares, p.previousSince, p.since) = (p.shares, p.since, current);
        }
        // Safe: no more than the pool's shares, which fit.
        p.shares = uint104(shares);
        _positions[pool][owner] = p;
    }

    /// @dev `assets × taken / left`, rounded down: a slash never takes more than its fraction.
    function _cut(uint256 assets, Magnitude taken, Magnitude left) private pure returns (uint256) {
        return assets * Magnitude.unwrap(taken) / Magnitude.unwrap(left);
    }

    /* INTERNAL: TOKENS */

    function _pull(address strategy, uint256 assets, uint256 cap) private {
        require(strategy.code.length > 0, NotAToken(strategy));
        uint256 before = IERC20(strategy).balanceOf(address(this));
        IERC20(strategy).safeTransferFrom(msg.sender, address(this), assets);
        uint256 held = IERC20(strategy).balanceOf(address(this));
        require(held >= before + assets, TokenDeliveredLess(strategy, held - before, assets));
        require(held <= cap, DepositCapExceeded(strategy, held, cap));
    }

    function _push(address strategy, address receiver, uint256 assets) private {
        require(receiver != address(0) && receiver != address(this), BadReceiver(receiver));
        IERC20(strategy).safeTransfer(receiver, assets);
    }

    /* INTERNAL: GUARDS */

    function _requireOwnerOrOperator(address owner) private view {
        require(msg.sender == owner || isOperator[owner][msg.sender], NotOwnerNorOperator(owner, msg.sender));
    }

    function _requireBegun(Epoch epoch) private view {
        Epoch current = currentEpoch();
        require(epoch <= current, EpochNotBegun(epoch, current));
    }
}
