// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Claim, IRewardsDistributor, Payment} from "../interfaces/IRewardsDistributor.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ClaimState, ClaimStateMath} from "../types/ClaimState.sol";
import {Commission} from "../types/Commission.sol";
import {Epoch} from "../types/Epoch.sol";
import {WAD, Wad} from "../types/Magnitude.sol";
import {Checkpoint} from "../types/Pool.sol";
import {PoolId, poolKey} from "../types/PoolId.sol";
import {EpochClock} from "../libraries/EpochClock.sol";
import {Incoming} from "../libraries/Incoming.sol";
import {RewardHistory, RewardHistoryLib} from "../libraries/RewardHistory.sol";

/// @notice What a pool's generation was paid in one token, and how far each staker has claimed it.
struct RewardsRecord {
    RewardHistory history;
    mapping(address owner => ClaimState) claimed;
}

/// @title RewardsDistributor
/// @notice SPEC
///
/// HOLDS reward tokens that were paid to pools and are not claimed yet: what stakers earned, commissions of operators,
/// and what payments could not divide. Of each pool's generation and token, the rewards of a share up to each epoch that
/// was paid for; of each staker, how far it has claimed. No stake: a reward in a staked token never mixes with it.
///
/// PROMISES
/// - What is paid for an epoch belongs to those who held shares of the pool at the first instant of that epoch, by
///   their shares then, less the operator's commission of that epoch. Stake that came in the epoch earns from the next;
///   stake that was queued before it does not earn.
/// - Nothing takes away what was earned: no transfer, exit, slash, end of a generation, or later payment.
/// - Of each token, what was paid is what was claimed, can be claimed, is commission, is carried to the next payment of
///   the same pool, and less than a unit for each position. Neither the order nor the number of claims changes what they
///   come to.
/// - A commission is at most `MAX_COMMISSION`, and a raise is in force from the third epoch after that in which it was
///   announced: who queues an exit within one full epoch is out before it.
/// - A claim costs as much after a thousand payments as after one; a step more for each epoch in which the claimer's
///   own balance changed.
///
/// ASSUMES that the vault's record of past epochs is right and final, and that a token moves what it is asked to move and
/// does not shrink by itself. A token that does not keep to it harms claims in it alone.
///
/// ROUNDING. A commission is rounded down, for the stakers. Rewards of a share are rounded down to 2^-64 units, and what
/// is left over is carried to the next payment. A claim is rounded down to units, and the fraction kept for the next.
///
/// ROLES. None: no owner, no pause, no fee but the operators' commissions. Anybody pays. An owner or its ERC-6909
/// operator in the vault claims; only the owner says where to.
///
/// DOES NOT GUARANTEE
/// - that anybody pays;
/// - that a carried remainder goes to those who stood when it was paid. It is less than 2^-64 units a share: nothing in a
///   token of 18 decimals, and 0.07 USDC where a million ether are in the pool. Whoever stands at the next payment shares
///   it; where none follows, it stays here;
/// - that a pool of next to no shares can be paid for ever. Past 2^104 units a share, payments are refused, for that
///   generation and token. While all of a pool is one unit its holder can bring it there with borrowed tokens, paid and
///   claimed over and over, for the price of the gas; once a pool has a million shares, nobody can;
/// - that a claim fits a transaction after some 7,000 changes of the claimer's balance, a change an epoch at most: 134 years
///   of weeks. Epochs of a live chain should not be much shorter than days.
contract RewardsDistributor is IRewardsDistributor, EpochClock, ReentrancyGuardTransient {
    using RewardHistoryLib for RewardHistory;
    using SafeERC20 for IERC20;

    /// @inheritdoc IRewardsDistributor
    Wad public constant MAX_COMMISSION = Wad.wrap(0.5e18);

    /// @dev Epochs from that of the announcement of a raised commission to that of its effect.
    uint256 private constant RAISE_DELAY = 3;

    /// @inheritdoc IRewardsDistributor
    IStakeVault public immutable VAULT;

    mapping(address operator => Commission) private _commissions;
    mapping(address operator => mapping(address token => uint256)) private _collectable;
    mapping(PoolId pool => mapping(address token => RewardsRecord)) private _rewards;

    /// @inheritdoc IRewardsDistributor
    mapping(address owner => address) public recipientOf;

    /// @dev Its clock is the vault's.
    constructor(IStakeVault vault) EpochClock(vault.EPOCH_LENGTH(), vault.ORIGIN()) {
        VAULT = vault;
    }

    /* ANYBODY */

    /// @inheritdoc IRewardsDistributor
    function distribute(Epoch epoch, address token, Payment[] calldata payments) external nonReentrant {
        Epoch closed = _closedEpoch();
        if (epoch != closed) revert EpochNotPayable(epoch, closed);
        uint256 sum;
        for (uint256 i; i < payments.length; ++i) {
            _credit(epoch, token, payments[i]);
            sum += payments[i].amount;
        }
        Incoming.pull(token, sum);
    }

    /* OPERATOR */

    /// @inheritdoc IRewardsDistributor
    function setCommission(Wad rate) external nonReentrant returns (Epoch effective) {
        if (rate > MAX_COMMISSION) revert CommissionTooHigh(rate, MAX_COMMISSION);
        Epoch current = currentEpoch();
        Commission c = _commissions[msg.sender];
        Wad standing = c.at(current);
        (Epoch day, Wad next) = c.pending();
        bool announced = day > current;
        if (Wad.unwrap(rate) == Wad.unwrap(announced ? next : standing)) revert CommissionUnchanged(rate);
        (, bool opened,,) = VAULT.operatorState(msg.sender);
        if (rate > standing && opened) {
            effective = announced && rate < next ? day : current.plus(RAISE_DELAY);
            _commissions[msg.sender] = c.raised(rate, current, effective);
        } else {
            effective = current;
            _commissions[msg.sender] = c.lowered(rate, current);
        }
        emit CommissionSet(msg.sender, rate, effective);
    }

    /// @inheritdoc IRewardsDistributor
    function collect(address operator, address receiver, address[] calldata tokens)
        external
        nonReentrant
        returns (uint256[] memory amounts)
    {
        _requireMayClaim(operator, receiver);
        amounts = new uint256[](tokens.length);
        for (uint256 i; i < tokens.length; ++i) {
            uint256 amount = _collectable[operator][tokens[i]];
            if (amount == 0) continue;
            delete _collectable[operator][tokens[i]];
            amounts[i] = amount;
            emit CommissionCollected(operator, tokens[i], receiver, amount);
            _pay(tokens[i], receiver, amount);
        }
    }

    /* STAKER */

    /// @inheritdoc IRewardsDistributor
    function claim(address owner, address receiver, Epoch through, Claim[] calldata claims)
        external
        nonReentrant
        returns (uint256[] memory amounts)
    {
        _requireMayClaim(owner, receiver);
        through = _upToClosed(through);
        amounts = new uint256[](claims.length);
        uint256 due;
        for (uint256 i; i < claims.length; ++i) {
            (PoolId pool, address token) = (claims[i].pool, claims[i].token);
            RewardsRecord storage record = _rewards[pool][token];
            ClaimState standing = record.claimed[owner];
            (ClaimState next, uint256 amount) = _earned(record.history, standing, pool, owner, through);
            if (ClaimState.unwrap(next) != ClaimState.unwrap(standing)) {
                record.claimed[owner] = next;
                amounts[i] = amount;
                due += amount;
                emit Claimed(pool, token, owner, receiver, through, amount);
            }
            // Neighbours in the same token are paid together.
            if (due > 0 && (i + 1 == claims.length || claims[i + 1].token != token)) {
                _pay(token, receiver, due);
                due = 0;
            }
        }
    }

    /// @inheritdoc IRewardsDistributor
    function setRecipient(address recipient) external nonReentrant {
        recipientOf[msg.sender] = recipient;
        emit RecipientSet(msg.sender, recipient);
    }

    /* VIEW */

    /// @inheritdoc IRewardsDistributor
    function claimable(address owner, Epoch through, Claim[] calldata claims)
        external
        view
        nonReentrantView
        returns (uint256[] memory amounts)
    {
        through = _upToClosed(through);
        amounts = new uint256[](claims.length);
        for (uint256 i; i < claims.length; ++i) {
            PoolId pool = claims[i].pool;
            RewardsRecord storage record = _rewards[pool][claims[i].token];
            (, amounts[i]) = _earned(record.history, record.claimed[owner], pool, owner, through);
        }
    }

    /// @inheritdoc IRewardsDistributor
    function commissionAt(address operator, Epoch epoch) external view returns (Wad) {
        Epoch closed = _closedEpoch();
        if (epoch < closed) revert CommissionForgotten(epoch, closed);
        return _commissions[operator].at(epoch);
    }

    /// @inheritdoc IRewardsDistributor
    function commissionOf(address operator, address token) external view nonReentrantView returns (uint256) {
        return _collectable[operator][token];
    }

    /// @inheritdoc IRewardsDistributor
    function rewardsPerShare(PoolId pool, address token, Epoch epoch) external view nonReentrantView returns (uint256) {
        return _rewards[pool][token].history.upTo(_upToClosed(epoch));
    }

    /// @inheritdoc IRewardsDistributor
    function carried(PoolId pool, address token) external view nonReentrantView returns (uint256) {
        return _rewards[pool][token].history.carried(_closedEpoch());
    }

    /// @inheritdoc IRewardsDistributor
    function claimedOf(PoolId pool, address token, address owner)
        external
        view
        nonReentrantView
        returns (Epoch through, uint256 cumulative, uint256 fraction)
    {
        ClaimState c = _rewards[pool][token].claimed[owner];
        return (c.through(), c.cumulative(), c.fraction());
    }

    /* INTERNAL */

    function _credit(Epoch epoch, address token, Payment calldata payment) private {
        (address operator, address strategy, uint256 amount) = (payment.operator, payment.strategy, payment.amount);
        if (operator == address(0)) revert IdlePool(strategy);
        if (amount == 0 || amount > type(uint128).max) revert BadAmount(operator, strategy, amount);
        (PoolId pool, uint256 shares) = VAULT.totalSharesAt(poolKey(operator, strategy), epoch);
        if (shares == 0) revert NoStake(operator, strategy, epoch);
        uint256 commission = amount * Wad.unwrap(_commissions[operator].at(epoch)) / Wad.unwrap(WAD);
        if (commission > 0) _collectable[operator][token] += commission;
        _rewards[pool][token].history.pay(epoch, amount - commission, shares);
        emit Distributed(pool, token, msg.sender, epoch, amount, commission);
    }

    /// @dev What `owner`, who has claimed as far as `standing`, earned since then up to `through`; and how far it has
    /// claimed with that. Nothing changes where nothing was paid and no balance changed.
    function _earned(RewardHistory storage history, ClaimState standing, PoolId pool, address owner, Epoch through)
        private
        view
        returns (ClaimState next, uint256 amount)
    {
        Epoch from = standing.through();
        if (through < from || !through.isSet()) return (standing, 0);
        uint256 base = standing.cumulative();
        uint256 reached = history.atPaid(through);
        Checkpoint[] memory held = VAULT.historyOf(pool, owner, from.isSet() ? from : from.plus(1), through);
        if (reached == base && held.length == 1) return (standing, 0);

        uint256 scaled = standing.fraction();
        uint256 upper = reached;
        // Newest first: each balance earned what a share did from the epoch after its first to its last. Where nothing
        // more was paid before, older balances do not matter.
        for (uint256 i; upper > base; ++i) {
            uint256 lower = i + 1 == held.length ? base : history.upTo(held[i].since());
            // Fits: over all epochs, shares times rewards of a share is at most what was paid in.
            scaled += held[i].shares() * (upper - lower);
            upper = lower;
        }
        amount = scaled >> RewardHistoryLib.FRACTION_BITS;
        next = ClaimStateMath.pack(through, reached, scaled & RewardHistoryLib.FRACTION_MASK);
    }

    function _pay(address token, address receiver, uint256 amount) private {
        if (!IERC20(token).trySafeTransfer(receiver, amount)) revert TransferFailed(token, receiver, amount);
    }

    function _closedEpoch() private view returns (Epoch) {
        // Safe: the clock begins at 1.
        return Epoch.wrap(Epoch.unwrap(currentEpoch()) - 1);
    }

    function _upToClosed(Epoch through) private view returns (Epoch) {
        Epoch closed = _closedEpoch();
        return through < closed ? through : closed;
    }

    function _requireMayClaim(address owner, address receiver) private view {
        if (receiver == address(0) || receiver == address(this)) revert BadReceiver(receiver);
        if (msg.sender == owner || receiver == recipientOf[owner] || VAULT.isOperator(owner, msg.sender)) return;
        revert NotOwnerNorOperator(owner, msg.sender);
    }
}
