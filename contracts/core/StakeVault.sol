// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909, IERC6909Metadata} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MetadataReaderLib} from "solady/utils/MetadataReaderLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Pausable} from "../interfaces/IGoverned.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude} from "../types/Magnitude.sol";
import {Bucket, BucketMath, Checkpoint, Pool, PoolMath, Position, SHARES_MASK} from "../types/Pool.sol";
import {GENERATION_MASK, PoolId, poolKey} from "../types/PoolId.sol";
import {EpochClock} from "../libraries/EpochClock.sol";
import {Governed} from "../libraries/Governed.sol";
import {History} from "../libraries/History.sol";

/// @notice An operator: its standing in one slot, and whom its approver admits.
struct OperatorRecord {
    bool registered;
    bool opened;
    uint24 admitsFrom;
    address approver;
    mapping(address staker => Admission) admissions;
}

/// @notice An approver's approval of a staker, in one slot.
struct Admission {
    uint40 deadline;
    uint216 nonce;
}

/// @notice A pool: its living generation, whose it is and of what, and what stood before each epoch that changed it.
struct PoolRecord {
    Pool pool;
    address operator;
    address strategy;
    mapping(Epoch changed => Checkpoint) history;
}

/// @notice A position, and what it held before the epochs that changed it.
struct PositionRecord {
    Position position;
    mapping(Epoch changed => Checkpoint) history;
}

/// @notice A bucket, and each owner's shares of it.
struct BucketRecord {
    Bucket bucket;
    mapping(address owner => uint256 shares) exits;
}

/// @title StakeVault
/// @notice SPEC
///
/// HOLDS all staked tokens, as pools. A pool is all stake of one strategy (an ERC-20 token) delegated to one operator;
/// a position is a staker's shares of one generation of it. Stake on its way out stands in a bucket of the pool, one
/// for each epoch, and an exit is a staker's shares of that. The pools of operator zero are idle: nobody can slash
/// them, and they have no queue. Slashed stake that its recipient could not receive is held as a credit of the
/// recipient.
///
/// PROMISES
/// - The balance of each token is what its pools, buckets and credits add up to, or more.
/// - A position or an exit loses value by a slash of its pool only. What anybody else does never lowers it.
/// - An exit queued in epoch e can be completed from the start of epoch e+2, by its owner or the owner's ERC-6909
///   operators. No operator of a pool, approver, service or other token has a part in that; governance may delay
///   completion by three days at most.
/// - A slash reaches a pool and its two unripe buckets by one and the same fraction, and nothing else.
/// - Where a slash leaves nothing, its generation ends: shares of it never touch stake that comes later.
/// - Only the owner, its ERC-6909 operators, or (for a transfer) a spender within its allowance move what the owner
///   has.
///
/// ASSUMES that a token moves what it is asked to move and does not shrink by itself. A token that does not keep to it
/// breaks the promises for itself alone. What a deposit delivers is measured; more than asked is nobody's. Assumes that
/// the allocation manager, which is fixed at deployment, names a fraction of at most 1 and the pool's own strategy when
/// it slashes; and that time does not run backwards.
///
/// ROUNDING is down in every conversion: shares for assets in, assets for shares out, assets for a slash. So it favours
/// those who stay over the one who acts, and stakers over the slasher. Assets never exceed shares: a share is never
/// worth more than one unit, and an own action costs at most one unit for each conversion: one for a deposit, two for a
/// queued exit of a part. The last share of a pool or bucket takes all its assets.
///
/// ROLES. The allocation manager slashes, and ends the generation of a worn-out pool. An operator opens and closes its
/// pools and may remove its approver; it has no power over stake that is in. The approver decides who may stake in the
/// operator's pools; it has no power over stake that is in, nor over exits. Governance (`AUTHORITY`) sets how much may
/// be deposited, and may pause for a while what adds risk, and completion; it cannot be replaced. An owner's ERC-6909
/// operator does whatever the owner can do with positions, exits and credits, to any receiver. Nobody can upgrade,
/// sweep, or move another's stake.
///
/// DOES NOT GUARANTEE
/// - that a pool's operator is honest, or that a token is worth anything;
/// - that a pool which has lost nearly everything takes a deposit before it is renewed: shares must fit 104 bits;
/// - that a staker who has been admitted finds the pool open, or below the cap;
/// - that stake is worth now what it was when a call was sent: `minShares` and `minAssets` are there for that.
contract StakeVault is IStakeVault, EpochClock, Governed {
    using History for mapping(Epoch changed => Checkpoint);
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using MetadataReaderLib for address;
    using SafeTransferLib for address;

    /// @inheritdoc IStakeVault
    /// @dev Within it no bucket overflows: a share of it is worth 1e-18 or more until it is ripe or its generation
    /// ends, and 2^92 × 1e18 fits 152 bits. A pool's shares may outgrow their 104 bits: `_enter` refuses it.
    uint256 public constant MAX_ASSETS = 2 ** 92;

    /// @inheritdoc IStakeVault
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    /// @dev A pool with more than this many times more shares than assets is worn out: shares for `MAX_ASSETS` might
    /// not fit 104 bits.
    uint256 private constant WORN_OUT = 2 ** 104 / MAX_ASSETS;

    /// @dev Epochs from that in which an exit is queued to that in which it is ripe.
    uint256 private constant EXIT_DELAY = 2;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant DOMAIN_NAME = keccak256("Palisade StakeVault");
    bytes32 private constant DOMAIN_VERSION = keccak256("1");
    bytes32 private constant ADMISSION_TYPEHASH =
        keccak256("Admission(address operator,address staker,uint256 nonce,uint256 deadline)");

    /// @inheritdoc IStakeVault
    address public immutable ALLOCATION_MANAGER;

    mapping(address operator => OperatorRecord) private _operators;
    mapping(PoolId key => PoolRecord) private _pools;
    mapping(PoolId pool => mapping(address owner => PositionRecord)) private _positions;

    /// @dev A pool's bucket of epoch zero is what is left of it where it was renewed; its shares are the positions.
    mapping(PoolId pool => mapping(Epoch epoch => BucketRecord)) private _buckets;

    mapping(address strategy => mapping(address account => uint256 assets)) private _credits;

    /// @dev How far each cap lies below `MAX_ASSETS`, so that nothing need be stored for the highest.
    mapping(address strategy => uint256) private _belowHighestCap;

    /// @inheritdoc IStakeVault
    mapping(address owner => mapping(address spender => bool)) public isOperator;

    /// @inheritdoc IStakeVault
    mapping(address owner => mapping(address spender => mapping(PoolId id => uint256))) public allowance;

    constructor(address authority, address allocationManager, uint256 epochLength)
        EpochClock(epochLength, block.timestamp)
        Governed(authority)
    {
        ALLOCATION_MANAGER = allocationManager;
    }

    /* OPERATOR */

    /// @inheritdoc IStakeVault
    function registerOperator(address approver) external nonReentrant {
        OperatorRecord storage operator = _operators[msg.sender];
        if (operator.registered) revert AlreadyRegistered(msg.sender);
        (operator.registered, operator.approver) = (true, approver);
        emit OperatorRegistered(msg.sender, approver);
    }

    /// @inheritdoc IStakeVault
    function removeApprover() external nonReentrant {
        OperatorRecord storage operator = _operators[msg.sender];
        if (operator.approver == address(0)) revert NoApprover(msg.sender);
        operator.approver = address(0);
        emit ApproverRemoved(msg.sender);
    }

    /// @inheritdoc IStakeVault
    function open() external nonReentrant {
        _requireRunning(Pausable.Open);
        OperatorRecord storage operator = _operators[msg.sender];
        if (!operator.registered) revert NotRegistered(msg.sender);
        if (operator.admitsFrom != 0) revert AlreadyOpen(msg.sender, Epoch.wrap(operator.admitsFrom));
        Epoch admitsFrom = currentEpoch().plus(1);
        // Safe: the clock stands still before epochs outgrow 24 bits.
        (operator.opened, operator.admitsFrom) = (true, uint24(Epoch.unwrap(admitsFrom)));
        emit OperatorOpened(msg.sender, admitsFrom);
    }

    /// @inheritdoc IStakeVault
    function close() external nonReentrant {
        OperatorRecord storage operator = _operators[msg.sender];
        if (operator.admitsFrom == 0) revert OperatorClosedToStake(msg.sender, Epoch.wrap(0));
        operator.admitsFrom = 0;
        emit OperatorClosed(msg.sender);
    }

    /* APPROVER */

    /// @inheritdoc IStakeVault
    function admit(address operator, address staker, uint256 deadline, bytes calldata signature) external nonReentrant {
        OperatorRecord storage record = _operators[operator];
        address approver = record.approver;
        if (approver == address(0)) revert NoApprover(operator);
        Admission storage admission = record.admissions[staker];
        uint256 nonce = admission.nonce;
        if (msg.sender != approver) {
            if (block.timestamp > deadline) revert NotAdmitted(operator, staker, deadline);
            bytes32 hash = keccak256(abi.encode(ADMISSION_TYPEHASH, operator, staker, nonce, deadline));
            bytes32 digest = MessageHashUtils.toTypedDataHash(_domain(), hash);
            if (!SignatureChecker.isValidSignatureNowCalldata(approver, digest, signature)) {
                revert BadApproval(operator, staker, nonce, deadline);
            }
        }
        // Safe: nobody makes 2^216 approvals.
        (admission.nonce, admission.deadline) = (uint216(nonce + 1), deadline.toUint40());
        emit Admitted(operator, staker, nonce, deadline);
    }

    /* STAKER */

    /// @inheritdoc IStakeVault
    function deposit(address strategy, address operator, address receiver, uint256 assets, uint256 minShares)
        external
        nonReentrant
        returns (uint256 shares)
    {
        _requireRunning(Pausable.Deposit);
        // Looked at before anything is computed, too: shares for more would not fit.
        uint256 cap = depositCapOf(strategy);
        if (assets > cap) revert DepositCapExceeded(strategy, assets, cap);
        (, shares) = _enter(strategy, operator, assets, minShares, receiver);
        _pull(strategy, assets, cap);
    }

    /// @inheritdoc IStakeVault
    function withdraw(PoolId pool, uint256 shares, address receiver, address owner)
        external
        nonReentrant
        returns (uint256 assets)
    {
        _requireOwnerOrOperator(owner);
        _requireRunning(Pausable.Complete);
        assets = _leaveAtOnce(pool, owner, shares);
        emit Withdrawn(pool, owner, receiver, assets, shares);
        _push(_pools[pool.key()].strategy, receiver, assets);
    }

    /// @inheritdoc IStakeVault
    function delegate(PoolId pool, uint256 shares, address operator, uint256 minShares, address owner)
        external
        nonReentrant
        returns (uint256 minted)
    {
        _requireOwnerOrOperator(owner);
        _requireRunning(Pausable.Deposit);
        uint256 assets = _leaveAtOnce(pool, owner, shares);
        PoolId to;
        (to, minted) = _enter(_pools[pool.key()].strategy, operator, assets, minShares, owner);
        emit Delegated(pool, to, owner, assets, shares, minted);
    }

    /// @inheritdoc IStakeVault
    function queueWithdrawal(PoolId pool, uint256 shares, uint256 minAssets, address owner)
        external
        nonReentrant
        returns (Epoch epoch, uint256 assets)
    {
        _requireOwnerOrOperator(owner);
        if (pool.isIdle()) revert PoolIsIdle(pool);
        Epoch current = currentEpoch();
        epoch = current.plus(EXIT_DELAY);

        assets = _leave(pool, owner, shares, current);
        if (assets < minAssets) revert TooLittle(assets, minAssets);

        BucketRecord storage record = _buckets[pool][epoch];
        Bucket bucket = record.bucket;
        uint256 exitShares = _toShares(assets, bucket.assets(), bucket.shares());
        // Both fit; see MAX_ASSETS. A token that lies about balances may overflow its own bucket, and is refused.
        uint256 bucketAssets = (bucket.assets() + assets).toUint104();
        record.bucket = BucketMath.pack(bucketAssets, (bucket.shares() + exitShares).toUint152());
        record.exits[owner] += exitShares;

        emit WithdrawalQueued(pool, epoch, owner, shares, assets, exitShares);
    }

    /// @inheritdoc IStakeVault
    function completeWithdrawal(PoolId pool, Epoch epoch, address owner, address receiver)
        external
        nonReentrant
        returns (uint256 assets)
    {
        _requireOwnerOrOperator(owner);
        _requireRunning(Pausable.Complete);
        assets = _finishExit(pool, epoch, owner);
        emit WithdrawalCompleted(pool, epoch, owner, receiver, assets);
        if (assets > 0) _push(_pools[pool.key()].strategy, receiver, assets);
    }

    /// @inheritdoc IStakeVault
    function redelegate(PoolId pool, Epoch epoch, address owner, address operator, uint256 minShares)
        external
        nonReentrant
        returns (uint256 shares)
    {
        _requireOwnerOrOperator(owner);
        _requireRunning(Pausable.Deposit);
        uint256 assets = _finishExit(pool, epoch, owner);
        PoolId to;
        (to, shares) = _enter(_pools[pool.key()].strategy, operator, assets, minShares, owner);
        emit Redelegated(pool, epoch, owner, to, assets, shares);
    }

    /// @inheritdoc IStakeVault
    function transfer(address receiver, PoolId id, uint256 amount) external nonReentrant returns (bool) {
        _transfer(msg.sender, receiver, id, amount);
        return true;
    }

    /// @inheritdoc IStakeVault
    function transferFrom(address sender, address receiver, PoolId id, uint256 amount)
        external
        nonReentrant
        returns (bool)
    {
        if (msg.sender != sender && !isOperator[sender][msg.sender]) {
            uint256 allowed = allowance[sender][msg.sender][id];
            if (allowed < amount) revert InsufficientAllowance(sender, msg.sender, id, allowed, amount);
            if (allowed != type(uint256).max) allowance[sender][msg.sender][id] = allowed - amount;
        }
        _transfer(sender, receiver, id, amount);
        return true;
    }

    /// @inheritdoc IStakeVault
    function approve(address spender, PoolId id, uint256 amount) external nonReentrant returns (bool) {
        allowance[msg.sender][spender][id] = amount;
        emit Approval(msg.sender, spender, id, amount);
        return true;
    }

    /// @inheritdoc IStakeVault
    function setOperator(address spender, bool approved) external nonReentrant returns (bool) {
        isOperator[msg.sender][spender] = approved;
        emit OperatorSet(msg.sender, spender, approved);
        return true;
    }

    /* ALLOCATION MANAGER */

    /// @inheritdoc IStakeVault
    function slash(PoolId pool, Magnitude taken, Magnitude left, address strategy, address recipient)
        external
        nonReentrant
        returns (uint256 assets)
    {
        if (msg.sender != ALLOCATION_MANAGER) revert NotAllocationManager(msg.sender);
        if (recipient == address(0)) recipient = BURN_ADDRESS;
        assets = _slash(pool, taken, left);
        if (assets > 0 && !IERC20(strategy).trySafeTransfer(recipient, assets)) {
            _credits[strategy][recipient] += assets;
            emit Credited(strategy, recipient, assets);
        }
    }

    /// @inheritdoc IStakeVault
    function renew(PoolId pool) external nonReentrant {
        if (msg.sender != ALLOCATION_MANAGER) revert NotAllocationManager(msg.sender);
        PoolRecord storage record = _pools[pool];
        Pool p = record.pool;
        Checkpoint c = p.checkpoint();
        PoolId ended = pool.atGeneration(c.generation());
        if (c.shares() <= p.assets() * WORN_OUT) revert NotWornOut(ended, p.assets(), c.shares());
        _buckets[ended][Epoch.wrap(0)].bucket = BucketMath.pack(p.assets(), c.shares());
        _endGeneration(record, pool, c, currentEpoch());
        emit PoolRenewed(ended, p.assets());
    }

    /* GOVERNANCE */

    /// @inheritdoc IStakeVault
    function setDepositCap(address strategy, uint256 cap) external nonReentrant {
        _requireAuthority();
        if (cap > MAX_ASSETS) revert DepositCapTooHigh(cap, MAX_ASSETS);
        _belowHighestCap[strategy] = MAX_ASSETS - cap;
        emit DepositCapSet(strategy, cap);
    }

    /* ANYONE */

    /// @inheritdoc IStakeVault
    function collect(address strategy, address account, address receiver)
        external
        nonReentrant
        returns (uint256 assets)
    {
        if (receiver != account) _requireOwnerOrOperator(account);
        assets = _credits[strategy][account];
        if (assets == 0) revert NoCredit(strategy, account);
        delete _credits[strategy][account];
        emit Collected(strategy, account, receiver, assets);
        _push(strategy, receiver, assets);
    }

    /* VIEW */

    /// @inheritdoc IStakeVault
    function depositCapOf(address strategy) public view returns (uint256) {
        return MAX_ASSETS - _belowHighestCap[strategy];
    }

    /// @inheritdoc IStakeVault
    function poolId(address operator, address strategy) external view returns (PoolId) {
        PoolId key = poolKey(operator, strategy);
        return key.atGeneration(_pools[key].pool.checkpoint().generation());
    }

    /// @inheritdoc IStakeVault
    function poolOf(PoolId pool) external view returns (address operator, address strategy) {
        PoolRecord storage record = _pools[pool.key()];
        return (record.operator, record.strategy);
    }

    /// @inheritdoc IStakeVault
    function poolState(PoolId pool)
        external
        view
        nonReentrantView
        returns (uint256 assets, uint256 shares, uint256 generation, Epoch since)
    {
        Pool p = _pools[pool.key()].pool;
        return (p.assets(), p.checkpoint().shares(), p.checkpoint().generation(), p.checkpoint().since());
    }

    /// @inheritdoc IStakeVault
    function assetsOf(PoolId[] calldata pools) external view nonReentrantView returns (uint256[] memory assets) {
        assets = new uint256[](pools.length);
        for (uint256 i; i < pools.length; ++i) {
            assets[i] = _pools[pools[i].key()].pool.assets();
        }
    }

    /// @inheritdoc IStakeVault
    function slashable(PoolId pool)
        external
        view
        nonReentrantView
        returns (uint256 inPool, uint256 inNext, uint256 inLast)
    {
        Pool p = _pools[pool.key()].pool;
        PoolId id = pool.key().atGeneration(p.checkpoint().generation());
        Epoch current = currentEpoch();
        mapping(Epoch epoch => BucketRecord) storage buckets = _buckets[id];
        return (p.assets(), buckets[current.plus(1)].bucket.assets(), buckets[current.plus(2)].bucket.assets());
    }

    /// @inheritdoc IStakeVault
    function bucketOf(PoolId pool, Epoch epoch)
        external
        view
        nonReentrantView
        returns (uint256 assets, uint256 shares)
    {
        Bucket bucket = _buckets[pool][epoch].bucket;
        return (bucket.assets(), bucket.shares());
    }

    /// @inheritdoc IStakeVault
    function balanceOf(address owner, PoolId pool) external view returns (uint256) {
        return _positions[pool][owner].position.shares();
    }

    /// @inheritdoc IStakeVault
    function positionValue(PoolId pool, address owner) external view nonReentrantView returns (uint256 assets) {
        Pool p = _pools[pool.key()].pool;
        Checkpoint c = p.checkpoint();
        (uint256 totalAssets, uint256 total) = (p.assets(), c.shares());
        if (c.generation() != pool.generation()) {
            Bucket rest = _buckets[pool][Epoch.wrap(0)].bucket;
            (totalAssets, total) = (rest.assets(), rest.shares());
        }
        return total == 0 ? 0 : _toAssets(_positions[pool][owner].position.shares(), totalAssets, total);
    }

    /// @inheritdoc IStakeVault
    function exitOf(PoolId pool, Epoch epoch, address owner) external view returns (uint256 shares) {
        return _buckets[pool][epoch].exits[owner];
    }

    /// @inheritdoc IStakeVault
    function exitValue(PoolId pool, Epoch epoch, address owner)
        external
        view
        nonReentrantView
        returns (uint256 assets)
    {
        BucketRecord storage record = _buckets[pool][epoch];
        uint256 shares = record.exits[owner];
        if (shares == 0) return 0;
        Bucket bucket = record.bucket;
        return _toAssets(shares, bucket.assets(), bucket.shares());
    }

    /// @inheritdoc IStakeVault
    function sharesAt(PoolId pool, address owner, Epoch epoch) external view returns (uint256) {
        _requireBegun(epoch);
        PositionRecord storage record = _positions[pool][owner];
        Position p = record.position;
        return p.since() < epoch ? p.shares() : record.history.lookup(p.previous(), epoch).shares();
    }

    /// @inheritdoc IStakeVault
    function historyOf(PoolId pool, address owner, Epoch from, Epoch to)
        external
        view
        returns (Checkpoint[] memory held)
    {
        _requireBegun(to);
        PositionRecord storage record = _positions[pool][owner];
        Position p = record.position;
        Checkpoint newest = p.standing();
        while (newest.since().isSet() && newest.since() >= to) newest = _before(record, p, newest);
        // Walked twice: once to know how long the answer is, and once, warm, to fill it.
        uint256 count = 1;
        for (Checkpoint c = newest; c.since().isSet() && c.since() >= from; ++count) {
            c = _before(record, p, c);
        }
        held = new Checkpoint[](count);
        held[0] = newest;
        for (uint256 i = 1; i < count; ++i) {
            held[i] = newest = _before(record, p, newest);
        }
    }

    /// @inheritdoc IStakeVault
    function totalSharesAt(PoolId pool, Epoch epoch) external view returns (PoolId generation, uint256 shares) {
        _requireBegun(epoch);
        PoolId key = pool.key();
        PoolRecord storage record = _pools[key];
        Checkpoint c = record.history.lookup(record.pool.checkpoint(), epoch);
        return (key.atGeneration(c.generation()), c.shares());
    }

    /// @inheritdoc IStakeVault
    function operatorState(address operator)
        external
        view
        returns (bool registered, bool opened, Epoch admitsFrom, address approver)
    {
        OperatorRecord storage stored = _operators[operator];
        return (stored.registered, stored.opened, Epoch.wrap(stored.admitsFrom), stored.approver);
    }

    /// @inheritdoc IStakeVault
    function admissionOf(address operator, address staker) external view returns (uint256 nonce, uint256 deadline) {
        Admission storage stored = _operators[operator].admissions[staker];
        return (stored.nonce, stored.deadline);
    }

    /// @inheritdoc IStakeVault
    function creditOf(address strategy, address account) external view returns (uint256) {
        return _credits[strategy][account];
    }

    /// @inheritdoc IStakeVault
    function name(PoolId id) external view returns (string memory) {
        return _pools[id.key()].strategy.readName();
    }

    /// @inheritdoc IStakeVault
    function symbol(PoolId id) external view returns (string memory) {
        return _pools[id.key()].strategy.readSymbol();
    }

    /// @inheritdoc IStakeVault
    function decimals(PoolId id) external view returns (uint8) {
        return _pools[id.key()].strategy.readDecimals();
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return
            id == type(IERC6909).interfaceId || id == type(IERC6909Metadata).interfaceId
                || id == type(IERC165).interfaceId;
    }

    /* INTERNAL: POOLS */

    /// @dev Puts `assets` that the vault holds already, or is about to pull, into a pool, as shares of `owner`.
    function _enter(address strategy, address operator, uint256 assets, uint256 minShares, address owner)
        private
        returns (PoolId pool, uint256 shares)
    {
        _requireReceiver(owner);
        Epoch current = currentEpoch();
        if (operator != address(0)) {
            OperatorRecord storage stored = _operators[operator];
            Epoch admitsFrom = Epoch.wrap(stored.admitsFrom);
            if (!admitsFrom.isSet() || admitsFrom > current) revert OperatorClosedToStake(operator, admitsFrom);
            if (stored.approver != address(0)) _useAdmission(stored, operator, owner);
        }

        PoolId key = poolKey(operator, strategy);
        PoolRecord storage record = _pools[key];
        Pool p = record.pool;
        Checkpoint c = p.checkpoint();
        pool = key.atGeneration(c.generation());
        uint256 total = c.shares();
        shares = _toShares(assets, p.assets(), total);
        if (shares == 0) revert NothingToMove(pool);
        if (shares < minShares) revert TooLittle(shares, minShares);
        if (total + shares > SHARES_MASK) revert PoolWornOut(pool, assets);
        if (!c.since().isSet()) {
            (record.operator, record.strategy) = (operator, strategy);
            emit PoolCreated(key, operator, strategy);
        }

        _setPool(record, c, c.generation(), p.assets() + assets, total + shares, current);
        PositionRecord storage held = _positions[pool][owner];
        Position position = held.position;
        _setShares(held, position, position.shares() + shares, current);
        emit Transfer(msg.sender, address(0), owner, pool, shares);
    }

    /// @dev Only the staker may use up its approval.
    function _useAdmission(OperatorRecord storage stored, address operator, address staker) private {
        _requireOwnerOrOperator(staker);
        Admission storage admission = stored.admissions[staker];
        uint256 deadline = admission.deadline;
        if (block.timestamp > deadline) revert NotAdmitted(operator, staker, deadline);
        admission.deadline = 0;
        emit AdmissionUsed(operator, staker);
    }

    /// @dev Takes `shares` of `owner` out of a living pool; what they are worth is the caller's to place.
    function _leave(PoolId pool, address owner, uint256 shares, Epoch current) private returns (uint256 assets) {
        PoolRecord storage record = _pools[pool.key()];
        Pool p = record.pool;
        Checkpoint c = p.checkpoint();
        if (c.generation() != pool.generation()) revert PoolGenerationEnded(pool);
        assets = _burn(pool, owner, shares, p.assets(), c.shares(), current);
        _setPool(record, c, c.generation(), p.assets() - assets, c.shares() - shares, current);
    }

    /// @dev The same for a pool that can be left without notice: an idle one, or what is left of a renewed one.
    function _leaveAtOnce(PoolId pool, address owner, uint256 shares) private returns (uint256 assets) {
        Epoch current = currentEpoch();
        if (pool.isIdle()) return _leave(pool, owner, shares, current);
        if (_pools[pool.key()].pool.checkpoint().generation() == pool.generation()) revert PoolIsAtRisk(pool);
        BucketRecord storage record = _buckets[pool][Epoch.wrap(0)];
        Bucket rest = record.bucket;
        if (rest.shares() == 0) revert PoolGenerationEnded(pool);
        assets = _burn(pool, owner, shares, rest.assets(), rest.shares(), current);
        record.bucket = BucketMath.pack(rest.assets() - assets, rest.shares() - shares);
    }

    /// @dev Takes `shares`, of `totalShares` that are worth `totalAssets`, from their owner.
    function _burn(PoolId pool, address owner, uint256 shares, uint256 totalAssets, uint256 totalShares, Epoch current)
        private
        returns (uint256 assets)
    {
        PositionRecord storage record = _positions[pool][owner];
        Position position = record.position;
        uint256 held = position.shares();
        if (held < shares) revert InsufficientShares(pool, owner, held, shares);
        if (shares == 0) revert NothingToMove(pool);
        assets = _toAssets(shares, totalAssets, totalShares);
        if (assets == 0) revert NothingToMove(pool);
        _setShares(record, position, held - shares, current);
        emit Transfer(msg.sender, owner, address(0), pool, shares);
    }

    function _transfer(address sender, address receiver, PoolId id, uint256 amount) private {
        _requireReceiver(receiver);
        if (!id.isIdle() && _operators[_pools[id.key()].operator].approver != address(0)) revert PoolGated(id);
        PositionRecord storage from = _positions[id][sender];
        Position position = from.position;
        uint256 held = position.shares();
        if (held < amount) revert InsufficientShares(id, sender, held, amount);
        // A transfer of nothing needs no allowance: anybody could log one for anybody, and lengthen their history.
        if (amount == 0) revert NothingToMove(id);
        Epoch current = currentEpoch();
        _setShares(from, position, held - amount, current);
        // Read after the write: the receiver may be the sender.
        PositionRecord storage to = _positions[id][receiver];
        position = to.position;
        _setShares(to, position, position.shares() + amount, current);
        emit Transfer(msg.sender, sender, receiver, id, amount);
    }

    function _finishExit(PoolId pool, Epoch epoch, address owner) private returns (uint256 assets) {
        BucketRecord storage record = _buckets[pool][epoch];
        uint256 shares = record.exits[owner];
        if (shares == 0) revert NoExit(pool, epoch, owner);
        Epoch current = currentEpoch();
        if (epoch > current) revert ExitNotRipe(epoch, current);
        Bucket bucket = record.bucket;
        assets = _toAssets(shares, bucket.assets(), bucket.shares());
        delete record.exits[owner];
        // Safe: both are at most what they are taken from.
        record.bucket = BucketMath.pack(bucket.assets() - assets, bucket.shares() - shares);
    }

    /// @return assets what left the pool and its two unripe buckets, and is now the caller's to place
    function _slash(PoolId key, Magnitude taken, Magnitude left) private returns (uint256 assets) {
        Epoch current = currentEpoch();
        PoolRecord storage record = _pools[key];
        Pool p = record.pool;
        Checkpoint c = p.checkpoint();
        PoolId pool = key.atGeneration(c.generation());
        mapping(Epoch epoch => BucketRecord) storage buckets = _buckets[pool];

        uint256 fromPool = _cut(p.assets(), taken, left);
        uint256 fromNext = _slashBucket(buckets[current.plus(1)], taken, left);
        uint256 fromLast = _slashBucket(buckets[current.plus(2)], taken, left);
        assets = fromPool + fromNext + fromLast;
        if (assets == 0) return 0;

        emit Slashed(pool, fromPool, fromNext, fromLast);
        if (taken < left) {
            record.pool = p.less(fromPool);
        } else {
            _endGeneration(record, key, c, current);
            emit GenerationEnded(pool);
        }
    }

    function _slashBucket(BucketRecord storage record, Magnitude taken, Magnitude left) private returns (uint256 cut) {
        Bucket bucket = record.bucket;
        cut = _cut(bucket.assets(), taken, left);
        if (cut > 0) record.bucket = bucket.less(cut);
    }

    function _endGeneration(PoolRecord storage record, PoolId key, Checkpoint c, Epoch current) private {
        uint256 generation = c.generation();
        if (generation == GENERATION_MASK) revert GenerationsExhausted(key.atGeneration(generation));
        _setPool(record, c, generation + 1, 0, 0, current);
    }

    /// @dev Writes the pool and, at its first change in an epoch, files what stood before. The caller proves that
    /// assets and shares fit 104 bits.
    function _setPool(
        PoolRecord storage record,
        Checkpoint before,
        uint256 generation,
        uint256 assets,
        uint256 shares,
        Epoch current
    ) private {
        if (before.since() != current && before.since().isSet()) record.history[current] = before;
        record.pool = PoolMath.pack(assets, shares, generation, current);
    }

    /// @dev A position keeps the value before its last changed epoch at hand, and files older ones. The caller proves
    /// that shares fit 104 bits.
    function _setShares(PositionRecord storage record, Position p, uint256 shares, Epoch current) private {
        if (p.since() != current && p.previous().since().isSet()) record.history[p.since()] = p.previous();
        record.position = p.changed(shares, current);
    }

    /// @dev What a position, whose last two values are in `p`, held before the change that `c` began with.
    function _before(PositionRecord storage record, Position p, Checkpoint c) private view returns (Checkpoint) {
        return c.since() == p.since() ? p.previous() : record.history[c.since()];
    }

    /* INTERNAL: ROUNDING */

    /// @dev Shares for `assets` that enter, rounded down for those who are in. One for one where nobody is.
    function _toShares(uint256 assets, uint256 totalAssets, uint256 totalShares) private pure returns (uint256) {
        // Where there are shares there are assets: no slash short of all takes the last unit, and no exit does.
        // Safe: assets fit 104 bits and shares 152.
        unchecked {
            return totalShares == 0 ? assets : assets * totalShares / totalAssets;
        }
    }

    /// @dev Assets for `shares` that leave, rounded down for those who stay. All shares are worth all assets.
    function _toAssets(uint256 shares, uint256 totalAssets, uint256 totalShares) private pure returns (uint256) {
        // Safe: assets fit 104 bits and shares 152.
        unchecked {
            return shares * totalAssets / totalShares;
        }
    }

    /// @dev What a slash takes of `assets`, rounded down: never more than its fraction.
    function _cut(uint256 assets, Magnitude taken, Magnitude left) private pure returns (uint256) {
        // Safe: assets fit 104 bits and magnitudes 112.
        unchecked {
            return assets * Magnitude.unwrap(taken) / Magnitude.unwrap(left);
        }
    }

    /* INTERNAL: TOKENS */

    function _pull(address strategy, uint256 assets, uint256 cap) private {
        uint256 before = strategy.balanceOf(address(this));
        IERC20(strategy).safeTransferFrom(msg.sender, address(this), assets);
        uint256 held = strategy.balanceOf(address(this));
        if (held < before + assets) revert TokenDeliveredLess(strategy, before + assets, held);
        if (held > cap) revert DepositCapExceeded(strategy, held, cap);
    }

    function _push(address strategy, address receiver, uint256 assets) private {
        _requireReceiver(receiver);
        IERC20(strategy).safeTransfer(receiver, assets);
    }

    /* INTERNAL: SIGNATURES */

    /// @dev The EIP-712 domain separator, computed each time: few need it, and a chain may fork.
    function _domain() private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, DOMAIN_NAME, DOMAIN_VERSION, block.chainid, address(this)));
    }

    /* INTERNAL: GUARDS */

    function _requireReceiver(address receiver) private view {
        if (receiver == address(0) || receiver == address(this)) revert BadReceiver(receiver);
    }

    function _requireOwnerOrOperator(address owner) private view {
        if (msg.sender != owner && !isOperator[owner][msg.sender]) revert NotOwnerNorOperator(owner, msg.sender);
    }

    function _requireBegun(Epoch epoch) private view {
        Epoch current = currentEpoch();
        if (epoch > current) revert EpochNotBegun(epoch, current);
    }
}
