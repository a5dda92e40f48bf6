// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IEpochClock} from "./IEpochClock.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Wad} from "../types/Magnitude.sol";
import {PoolId} from "../types/PoolId.sol";

/// @notice A payment to one pool.
/// @param operator whose pool it is
/// @param strategy the token staked in it
/// @param amount units of the reward token, commission included
struct Payment {
    address operator;
    address strategy;
    uint256 amount;
}

/// @notice What to claim: the rewards of one position in one token.
/// @param pool the pool's generation
/// @param token the reward token
struct Claim {
    PoolId pool;
    address token;
}

/// @title IRewardsDistributor
/// @notice Rewards that anybody pays to pools, and their stakers claim.
interface IRewardsDistributor is IEpochClock {
    /* EVENTS */

    /// @notice The operator keeps the part `rate` (scaled by 1e18) of what its pools are paid for epoch `effective` and
    /// later ones, until that changes. A raise that was announced and had not come is withdrawn.
    event CommissionSet(address indexed operator, Wad rate, Epoch effective);

    /// @notice `payer` paid `amount` units of `token` to the pool, for the shares that stood at the start of `epoch`;
    /// `commission` of it is the operator's.
    event Distributed(
        PoolId indexed pool,
        address indexed token,
        address indexed payer,
        Epoch epoch,
        uint256 amount,
        uint256 commission
    );

    /// @notice What `owner` earned with its position up to and including epoch `through` was paid to `receiver`. Later
    /// payments for that epoch, if any, come with the next claim. `amount` may be 0: then the claim only got on.
    event Claimed(
        PoolId indexed pool,
        address indexed token,
        address indexed owner,
        address receiver,
        Epoch through,
        uint256 amount
    );

    /// @notice Commission of `operator` was paid to `receiver`.
    event CommissionCollected(address indexed operator, address indexed token, address receiver, uint256 amount);

    /// @notice From now on anybody may have what `owner` earned sent to `recipient`; zero stands for nobody.
    event RecipientSet(address indexed owner, address indexed recipient);

    /* ERRORS */

    /// @notice Only the epoch that has just closed can be paid for.
    error EpochNotPayable(Epoch epoch, Epoch closed);
    /// @notice Idle stake secures nothing, and earns nothing here.
    error IdlePool(address strategy);
    /// @notice The pool had no shares at the start of the epoch: nobody could claim.
    error NoStake(address operator, address strategy, Epoch epoch);
    /// @notice A payment is of 1 to 2^128-1 units.
    error BadAmount(address operator, address strategy, uint256 amount);
    /// @notice A commission is at most `highest`.
    error CommissionTooHigh(Wad rate, Wad highest);
    /// @notice The commission has this rate already, or will have when its raise takes effect.
    error CommissionUnchanged(Wad rate);
    /// @notice Rates are remembered from the epoch `earliest` on.
    error CommissionForgotten(Epoch epoch, Epoch earliest);
    /// @notice Only the owner and its ERC-6909 operators in the vault may say where what it earned goes. Others may have
    /// it sent to the recipient that the owner set.
    error NotOwnerNorOperator(address owner, address sender);
    /// @notice Rewards cannot be sent there.
    error BadReceiver(address receiver);
    /// @notice The token could not be sent. Leave it out: it keeps nothing else from being claimed.
    error TransferFailed(address token, address receiver, uint256 amount);

    /* ANYBODY */

    /// @notice Pays `token` to pools for `epoch`, which must be the one that has just closed. The sum is taken from the
    /// sender, who approved it. Of each payment the operator's commission of that epoch, rounded down, is set aside; the
    /// rest belongs to those who held shares at the start of the epoch, by their shares.
    function distribute(Epoch epoch, address token, Payment[] calldata payments) external;

    /* OPERATOR */

    /// @notice Sets the sender's commission. Lowered, it is in force from the running epoch on; raised, from the third
    /// after it. Until the sender first opens its pools, raises are in force at once too. A raise that was announced and
    /// has not come is withdrawn by a lowering, keeps its day where it is cut, and is announced afresh where it grows.
    /// @param rate the part kept, scaled by 1e18, at most `MAX_COMMISSION`
    /// @return effective the epoch from which it is in force
    function setCommission(Wad rate) external returns (Epoch effective);

    /// @notice Pays out the commission of `operator` in each of `tokens`. By the operator or an ERC-6909 operator of it,
    /// to any receiver; by anybody to the recipient that it set.
    /// @return amounts a token each; 0 where there is none
    function collect(address operator, address receiver, address[] calldata tokens)
        external
        returns (uint256[] memory amounts);

    /* STAKER */

    /// @notice Pays out what `owner` earned, up to and including the epoch `through` or the one that has just closed if
    /// that is earlier. By `owner` or an ERC-6909 operator of it, to any receiver; by anybody to the recipient that it
    /// set. Claims in parts, in any order, come to the same to the unit. A claim costs one more step for each epoch in
    /// which the balance changed, however many payments there were.
    /// @param through an earlier epoch to claim in parts; anything later for all
    /// @return amounts a claim each; 0 where there is nothing
    function claim(address owner, address receiver, Epoch through, Claim[] calldata claims)
        external
        returns (uint256[] memory amounts);

    /// @notice From now on anybody may have the sender's rewards and commission sent to `recipient`, which may be the
    /// sender; zero for nobody.
    function setRecipient(address recipient) external;

    /* VIEW */

    /// @notice The vault whose stakers are paid.
    function VAULT() external view returns (IStakeVault);

    /// @notice The highest commission, scaled by 1e18.
    function MAX_COMMISSION() external view returns (Wad);

    /// @notice What `claim` would pay now, each by itself: what is named twice is told twice. Reverts during a call that
    /// changes it.
    function claimable(address owner, Epoch through, Claim[] calldata claims)
        external
        view
        returns (uint256[] memory amounts);

    /// @notice The commission of `operator` in `epoch`, scaled by 1e18: of the closed epoch, the running one or any to
    /// come, as announced.
    function commissionAt(address operator, Epoch epoch) external view returns (Wad);

    /// @notice Commission that `operator` has not collected. Reverts during a call that changes it.
    function commissionOf(address operator, address token) external view returns (uint256);

    /// @notice Rewards of one share of the pool's generation up to and including `epoch`, or the one that has just closed
    /// if that is earlier, in 2^-64 units. Those of the closed epoch can still grow. Reverts during a call that changes
    /// it.
    function rewardsPerShare(PoolId pool, address token, Epoch epoch) external view returns (uint256);

    /// @notice What the last payment could not divide among the shares, in 2^-64 units: it is added to the next.
    function carried(PoolId pool, address token) external view returns (uint256);

    /// @notice How far `owner` has claimed: epochs before `through` are done with, and `through` itself as far as the
    /// rewards of a share had come to `cumulative`; `fraction` of a unit is left over. Both in 2^-64 units.
    function claimedOf(PoolId pool, address token, address owner)
        external
        view
        returns (Epoch through, uint256 cumulative, uint256 fraction);

    /// @notice Where anybody may have rewards and commission of `owner` sent; zero for nowhere.
    function recipientOf(address owner) external view returns (address);
}
