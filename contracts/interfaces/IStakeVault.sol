// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IEpochClock} from "./IEpochClock.sol";
import {IGoverned} from "./IGoverned.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude} from "../types/Magnitude.sol";
import {Checkpoint} from "../types/Pool.sol";
import {PoolId} from "../types/PoolId.sol";

/// @title IStakeVault
/// @notice Holds all staked tokens: pools of stake delegated to operators, positions in them, and exits.
/// Amounts called assets are in units of the strategy's token; shares are a pool's or a bucket's own unit.
interface IStakeVault is IERC165, IEpochClock, IGoverned {
    /* EVENTS */

    /// @notice `operator` registered; its pools are closed. `approver` (zero: nobody) decides who may stake in them.
    event OperatorRegistered(address indexed operator, address approver);

    /// @notice Nobody decides any longer who may stake in the pools of `operator`.
    event ApproverRemoved(address indexed operator);

    /// @notice `operator` opened its pools; they take stake from epoch `admitsFrom` on.
    event OperatorOpened(address indexed operator, Epoch admitsFrom);

    /// @notice `operator` closed its pools to new stake.
    event OperatorClosed(address indexed operator);

    /// @notice The approver of `operator` lets `staker` stake once with it, until timestamp `deadline`. It was the
    /// approval number `nonce` for this staker; an older one that was not used is replaced.
    event Admitted(address indexed operator, address indexed staker, uint256 nonce, uint256 deadline);

    /// @notice `staker` staked with `operator` by its approval, which is gone.
    event AdmissionUsed(address indexed operator, address indexed staker);

    /// @notice The first stake of `strategy` ever delegated to `operator` arrived; `pool` is the pool's key.
    event PoolCreated(PoolId indexed pool, address indexed operator, address indexed strategy);

    /// @notice `amount` shares of `id` moved from `sender` to `receiver` (ERC-6909). From the zero address they are
    /// minted, for stake that enters the pool; to it they are burned, for stake that leaves.
    /// @dev A deposit is this log alone. Its assets follow from it, since shares are never fewer than assets: they are
    /// `amount × assets / shares` of the pool before, rounded up.
    event Transfer(address caller, address indexed sender, address indexed receiver, PoolId indexed id, uint256 amount);

    /// @notice `spender` may transfer `amount` shares of `id` for `owner` (ERC-6909).
    event Approval(address indexed owner, address indexed spender, PoolId indexed id, uint256 amount);

    /// @notice `owner` took `shares` worth `assets` out of `pool`, an idle or a renewed one; `receiver` has the tokens.
    event Withdrawn(
        PoolId indexed pool, address indexed owner, address indexed receiver, uint256 assets, uint256 shares
    );

    /// @notice `owner` moved `assets` from `from`, an idle or a renewed pool, to `to`, giving `burned` shares for
    /// `minted`.
    event Delegated(
        PoolId indexed from, PoolId indexed to, address indexed owner, uint256 assets, uint256 burned, uint256 minted
    );

    /// @notice `owner` gave `shares` of `pool`, worth `assets`, for `exitShares` of its bucket that ripens in `epoch`.
    event WithdrawalQueued(
        PoolId indexed pool,
        Epoch indexed epoch,
        address indexed owner,
        uint256 shares,
        uint256 assets,
        uint256 exitShares
    );

    /// @notice The exit `(pool, epoch, owner)` is over; `receiver` has its `assets`.
    event WithdrawalCompleted(
        PoolId indexed pool, Epoch indexed epoch, address indexed owner, address receiver, uint256 assets
    );

    /// @notice The exit `(pool, epoch, owner)` is over; its `assets` now stand in `to` as `shares`.
    event Redelegated(
        PoolId indexed pool, Epoch indexed epoch, address indexed owner, PoolId to, uint256 assets, uint256 shares
    );

    /// @notice A slash took these assets from the pool and from its buckets of the next epoch and the one after it.
    /// They left the vault to the recipient of the set's terms or (see `Credited`) became its credit.
    event Slashed(PoolId indexed pool, uint256 fromPool, uint256 fromNext, uint256 fromLast);

    /// @notice A slash left nothing of `pool`: its generation ended, and the next one began empty.
    event GenerationEnded(PoolId indexed pool);

    /// @notice The worn-out `pool` ended, and its next generation began empty. Its holders take out the `assets` that
    /// were left of it at once, with `withdraw` or `delegate`.
    event PoolRenewed(PoolId indexed pool, uint256 assets);

    /// @notice `account` could not receive `assets` of `strategy` and may collect them later.
    event Credited(address indexed strategy, address indexed account, uint256 assets);

    /// @notice The credit of `account` was paid to `receiver`.
    event Collected(address indexed strategy, address indexed account, address receiver, uint256 assets);

    /// @notice `owner` allowed or forbade `spender` to act on all its positions, exits and credits (ERC-6909).
    event OperatorSet(address indexed owner, address indexed spender, bool approved);

    /// @notice After a deposit the vault may hold `cap` of `strategy` at most.
    event DepositCapSet(address indexed strategy, uint256 cap);

    /* ERRORS */

    /// @notice The operator is registered already.
    error AlreadyRegistered(address operator);
    /// @notice The account is not a registered operator; it must call `registerOperator` first.
    error NotRegistered(address operator);
    /// @notice The operator's pools are open already (from epoch `admitsFrom` on).
    error AlreadyOpen(address operator, Epoch admitsFrom);
    /// @notice The operator's pools are closed: they take stake from epoch `admitsFrom` on (0: not announced).
    error OperatorClosedToStake(address operator, Epoch admitsFrom);
    /// @notice Nobody decides who may stake with this operator.
    error NoApprover(address operator);
    /// @notice It is not the operator's approver who signed that `staker` may stake with it, as approval number `nonce`
    /// until `deadline`.
    error BadApproval(address operator, address staker, uint256 nonce, uint256 deadline);
    /// @notice The operator's approver must admit the staker first: for each time that stake enters, until `deadline`
    /// (0: there is no approval).
    error NotAdmitted(address operator, address staker, uint256 deadline);
    /// @notice Positions in pools with an approver cannot be transferred.
    error PoolGated(PoolId pool);
    /// @notice The owner lets the spender transfer fewer shares than the call is about.
    error InsufficientAllowance(address owner, address spender, PoolId id, uint256 allowed, uint256 asked);
    /// @notice Neither the owner nor an ERC-6909 operator of it.
    error NotOwnerNorOperator(address owner, address sender);
    /// @notice Only the allocation manager may call this.
    error NotAllocationManager(address sender);
    /// @notice The call would move nothing.
    error NothingToMove(PoolId pool);
    /// @notice The owner holds fewer shares than the call is about.
    error InsufficientShares(PoolId pool, address owner, uint256 held, uint256 asked);
    /// @notice The call would yield less than its caller accepts.
    error TooLittle(uint256 yielded, uint256 accepted);
    /// @notice The vault would hold more of the strategy than governance admits.
    error DepositCapExceeded(address strategy, uint256 held, uint256 cap);
    /// @notice The token delivered less than was asked of it, so it cannot be staked: the vault should hold `expected`.
    error TokenDeliveredLess(address strategy, uint256 expected, uint256 held);
    /// @notice A deposit cap is at most `highest`.
    error DepositCapTooHigh(uint256 cap, uint256 highest);
    /// @notice The pool has lost so much that shares for this many assets do not fit; it takes no such deposit.
    error PoolWornOut(PoolId pool, uint256 assets);
    /// @notice A share of the pool is still worth 1/4,096 of a unit or more, so every deposit below
    /// the highest cap fits.
    error NotWornOut(PoolId pool, uint256 assets, uint256 shares);
    /// @notice The idle pool has no exit queue: take stake out of it with `withdraw` or `delegate`.
    error PoolIsIdle(PoolId pool);
    /// @notice Stake in an operator's pool leaves through `queueWithdrawal` only.
    error PoolIsAtRisk(PoolId pool);
    /// @notice No pool can outlive 2^24 generations.
    error GenerationsExhausted(PoolId pool);
    /// @notice The generation has ended. Its positions are worth nothing, or (where it was renewed) leave by `withdraw`
    /// and `delegate`.
    error PoolGenerationEnded(PoolId pool);
    /// @notice The exit ripens at the start of epoch `ripe`; it is now epoch `current`.
    error ExitNotRipe(Epoch ripe, Epoch current);
    /// @notice There is no such exit.
    error NoExit(PoolId pool, Epoch epoch, address owner);
    /// @notice The account cannot receive tokens or stake: it is zero, or the vault itself.
    error BadReceiver(address receiver);
    /// @notice History is known for epochs that have begun.
    error EpochNotBegun(Epoch epoch, Epoch current);
    /// @notice The account has no credit in this strategy.
    error NoCredit(address strategy, address account);

    /* OPERATOR */

    /// @notice Makes the sender an operator. Its pools are closed, and until it first opens them its raised allocations
    /// take effect at once.
    /// @param approver decides who may stake in its pools, which are then not transferable; zero for everybody
    function registerOperator(address approver) external;

    /// @notice Lets everybody stake in the sender's pools, for good: an approver can be removed, never added.
    function removeApprover() external;

    /// @notice Opens the sender's pools to stake from the start of the next epoch. From this moment on every raised
    /// allocation of it waits out its notice, also for pools that are empty.
    function open() external;

    /// @notice Closes the sender's pools to new stake. Nothing else changes.
    function close() external;

    /* APPROVER */

    /// @notice Lets `staker` enter a pool of `operator` once, until timestamp `deadline`: by a deposit, a delegation or
    /// a redelegation that the staker or its ERC-6909 operator sends. Called by the operator's approver, which takes an
    /// approval back by a deadline that has passed, or by anybody with its signature (of an account, or by ERC-1271)
    /// over the EIP-712 struct `Admission(address operator,address staker,uint256 nonce,uint256 deadline)` in the
    /// domain `Palisade StakeVault`, version `1`, of this chain and contract; `nonce` is the one of `admissionOf`.
    function admit(address operator, address staker, uint256 deadline, bytes calldata signature) external;

    /* STAKER */

    /// @notice Stakes `assets` of `strategy` for `receiver`, delegated to `operator` (zero: kept idle).
    /// @dev Shares are rounded down, for those who are in the pool already.
    /// @param minShares the least shares that the sender accepts
    /// @return shares minted to `receiver`, in the pool's living generation
    function deposit(address strategy, address operator, address receiver, uint256 assets, uint256 minShares)
        external
        returns (uint256 shares);

    /// @notice Takes `shares` out as tokens, at once: of the idle pool, or of a generation that was renewed. Called by
    /// `owner` or its ERC-6909 operator.
    /// @return assets what `receiver` was paid, rounded down for those who stay
    function withdraw(PoolId pool, uint256 shares, address receiver, address owner) external returns (uint256 assets);

    /// @notice Moves `shares` of the idle pool, or of a generation that was renewed, into the pool of `operator` (zero:
    /// the idle pool), at once and without moving tokens. Called by `owner` or its ERC-6909 operator.
    /// @dev Both conversions round down, for those who are in the pools.
    /// @param minShares the least shares of the operator's pool that the sender accepts
    /// @return minted what `owner` now holds more of the operator's pool, in shares
    function delegate(PoolId pool, uint256 shares, address operator, uint256 minShares, address owner)
        external
        returns (uint256 minted);

    /// @notice Gives `shares` of `pool` for an exit that ripens two epochs from now. Until then it can be slashed
    /// with the pool and by the same fraction. Called by `owner` or its ERC-6909 operator.
    /// @dev Both conversions round down, for those who stay.
    /// @param minAssets the least assets that the sender accepts to be queued
    /// @return epoch the epoch in which the exit ripens; with `pool` and `owner` it is the exit's id
    /// @return assets what the exit is worth now
    function queueWithdrawal(PoolId pool, uint256 shares, uint256 minAssets, address owner)
        external
        returns (Epoch epoch, uint256 assets);

    /// @notice Pays the ripe exit `(pool, epoch, owner)` out to `receiver`. One that slashes left worthless completes
    /// without a token call. Called by `owner` or its ERC-6909 operator.
    /// @return assets what `receiver` was paid, rounded down for those who stay in the bucket
    function completeWithdrawal(PoolId pool, Epoch epoch, address owner, address receiver)
        external
        returns (uint256 assets);

    /// @notice Moves the ripe exit `(pool, epoch, owner)` into the pool of `operator` (zero: the idle pool) without
    /// moving tokens. Called by `owner` or its ERC-6909 operator.
    /// @dev Both conversions round down, for those who stay.
    /// @param minShares the least shares of that pool that the sender accepts
    /// @return shares what `owner` now holds more of that pool
    function redelegate(PoolId pool, Epoch epoch, address owner, address operator, uint256 minShares)
        external
        returns (uint256 shares);

    /// @notice Gives `amount` shares of `id` to `receiver` (ERC-6909).
    function transfer(address receiver, PoolId id, uint256 amount) external returns (bool);

    /// @notice Gives `amount` shares of `id` from `sender` to `receiver` (ERC-6909). Called by the sender, by an
    /// operator of it, or by a spender with an allowance, of which it uses up `amount` unless it is 2^256 − 1.
    function transferFrom(address sender, address receiver, PoolId id, uint256 amount) external returns (bool);

    /// @notice Lets `spender` transfer `amount` shares of `id` for the sender (ERC-6909), instead of what it may now.
    function approve(address spender, PoolId id, uint256 amount) external returns (bool);

    /// @notice Allows or forbids `spender` to act on all positions, exits and credits of the sender (ERC-6909).
    function setOperator(address spender, bool approved) external returns (bool);

    /* ALLOCATION MANAGER */

    /// @notice Takes `taken / left` of a pool and of each of its two unripe buckets, rounded down, and sends it to
    /// `recipient` (zero: burns it). Where nothing would move, nothing happens.
    /// @dev Where `taken` is `left`, everything goes and the generation ends. The caller guarantees that
    /// 0 < `taken` <= `left` and that `strategy` is the pool's own; neither is checked.
    /// @param pool the pool's key
    /// @param strategy the pool's strategy
    /// @return assets what was taken
    function slash(PoolId pool, Magnitude taken, Magnitude left, address strategy, address recipient)
        external
        returns (uint256 assets);

    /// @notice Ends the living generation of a pool that is worn out: a share is worth less than 1/4,096 of a unit, so
    /// a deposit within the highest cap might not fit. What is left of it becomes its bucket of epoch zero.
    /// @param pool the pool's key
    function renew(PoolId pool) external;

    /* GOVERNANCE */

    /// @notice Sets how much of `strategy`, in token units and at most `MAX_ASSETS`, the vault may hold after a
    /// deposit. What it holds already stays. Authority only.
    function setDepositCap(address strategy, uint256 cap) external;

    /* ANYONE */

    /// @notice Pays the credit of `account` in `strategy` (slashed stake that it could not receive) to `receiver`.
    /// Anybody may have it paid to the account itself; elsewhere only the account or its ERC-6909 operator.
    function collect(address strategy, address account, address receiver) external returns (uint256 assets);

    /* VIEW */

    /// @notice The only account that may slash.
    function ALLOCATION_MANAGER() external view returns (address);

    /// @notice The most of `strategy` that the vault may hold after a deposit; `MAX_ASSETS` until governance lowers it.
    function depositCapOf(address strategy) external view returns (uint256);

    /// @notice The most of any strategy that the vault takes: the highest deposit cap.
    function MAX_ASSETS() external view returns (uint256);

    /// @notice Where burned stake goes: nobody has its key, and most tokens refuse the zero address.
    function BURN_ADDRESS() external view returns (address);

    /// @notice The id of the living generation of the pool of `strategy` delegated to `operator`.
    function poolId(address operator, address strategy) external view returns (PoolId);

    /// @notice Whose pool, and of what, a pool id or key names; zeros for one that never held stake.
    function poolOf(PoolId pool) external view returns (address operator, address strategy);

    /// @notice The living generation of the pool that `pool` is a generation of. Reverts during a call that changes it.
    /// @return assets what its positions are worth together
    /// @return shares the sum of its positions, never less than `assets`
    /// @return generation how many generations of the pool have ended
    /// @return since the epoch in which `shares` last changed
    function poolState(PoolId pool)
        external
        view
        returns (uint256 assets, uint256 shares, uint256 generation, Epoch since);

    /// @notice The assets of each pool's living generation, exits left out. Reverts during a call that changes them.
    function assetsOf(PoolId[] calldata pools) external view returns (uint256[] memory);

    /// @notice What a slash can reach in a pool: its assets, and those of its buckets of the next epoch and the one
    /// after it. Reverts during a call that changes them.
    function slashable(PoolId pool) external view returns (uint256 inPool, uint256 inNext, uint256 inLast);

    /// @notice The bucket of the pool's generation that ripens in `epoch`. Reverts during a call that changes it.
    /// @return assets what its exits are worth together
    /// @return shares the sum of its exits
    function bucketOf(PoolId pool, Epoch epoch) external view returns (uint256 assets, uint256 shares);

    /// @notice Shares of a pool's generation that `owner` holds (ERC-6909).
    function balanceOf(address owner, PoolId pool) external view returns (uint256);

    /// @notice What the position of `owner` in `pool` is worth now, in assets: what it would put into the queue or, in
    /// the idle pool and in a renewed generation, take out. 0 in a generation that a slash ended. Reverts during a call
    /// that changes it.
    function positionValue(PoolId pool, address owner) external view returns (uint256 assets);

    /// @notice Bucket shares of the exit `(pool, epoch, owner)`.
    function exitOf(PoolId pool, Epoch epoch, address owner) external view returns (uint256 shares);

    /// @notice What the exit is worth now, in assets. Reverts during a call that changes it.
    function exitValue(PoolId pool, Epoch epoch, address owner) external view returns (uint256 assets);

    /// @notice Shares that `owner` held at the first instant of `epoch`, which must not lie in the future.
    function sharesAt(PoolId pool, address owner, Epoch epoch) external view returns (uint256);

    /// @notice What `owner` held at the first instants of the epochs `from` to `to`, which must not lie in the future:
    /// newest first, a checkpoint for each balance. The first is in force at `to`, each of the others until the epoch
    /// `since` of the one before it, and the last at `from`. (`Checkpoint` packs `since` and shares into a word.) Reads
    /// a slot for each epoch, from `from` to now, in which the balance changed.
    function historyOf(PoolId pool, address owner, Epoch from, Epoch to)
        external
        view
        returns (Checkpoint[] memory held);

    /// @notice The pool's generation at the first instant of `epoch`, and its shares then. A generation that was born
    /// and ended within one epoch never shows.
    function totalSharesAt(PoolId pool, Epoch epoch) external view returns (PoolId generation, uint256 shares);

    /// @notice An operator's standing; all zero for an account that is none.
    /// @return registered whether the account is an operator
    /// @return opened whether its pools have ever been opened
    /// @return admitsFrom the first epoch in which its pools take stake; 0 while they are closed
    /// @return approver who decides which stakers they take; zero where everybody may stake
    function operatorState(address operator)
        external
        view
        returns (bool registered, bool opened, Epoch admitsFrom, address approver);

    /// @notice The approval of `staker` by the approver of `operator`.
    /// @return nonce the number of the next approval
    /// @return deadline until when the last one admits the staker, once; 0 where there is none or it was used
    function admissionOf(address operator, address staker) external view returns (uint256 nonce, uint256 deadline);

    /// @notice Slashed stake of `strategy` that `account` may collect.
    function creditOf(address strategy, address account) external view returns (uint256);

    /// @notice How many shares of `id` the spender may transfer for the owner (ERC-6909).
    function allowance(address owner, address spender, PoolId id) external view returns (uint256);

    /// @notice The name of the pool's strategy (ERC-6909 metadata); empty where it has none.
    function name(PoolId id) external view returns (string memory);

    /// @notice The symbol of the pool's strategy (ERC-6909 metadata); empty where it has none.
    function symbol(PoolId id) external view returns (string memory);

    /// @notice The decimals of the pool's strategy (ERC-6909 metadata): a pool's first shares are worth a unit each.
    function decimals(PoolId id) external view returns (uint8);

    /// @notice Whether `spender` may act on the positions, exits and credits of `owner` (ERC-6909).
    function isOperator(address owner, address spender) external view returns (bool);
}
