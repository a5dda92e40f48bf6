// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IAllocationManager} from "./IAllocationManager.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Wad} from "../types/Magnitude.sol";

/// @notice What is to be staked where, and under which conditions.
/// @param strategy what is staked: the token that comes in, or an ERC-4626 wrapper of it
/// @param operator to whom the stake is delegated; zero: kept idle
/// @param receiver gets the position
/// @param minAssets the least units of the strategy that the sender accepts to be staked, whatever the token, its
/// transfers and the wrapper make of the amount; the position is worth as much, but for one unit of rounding
/// @param minShares the least shares of the pool that the sender accepts. A slash of the pool makes shares cheaper, so
/// a bound on what is staked is `minAssets`
/// @param deadline the last timestamp at which the sender accepts it
/// @param maxLoss the highest worst-case loss of the pool (a fraction of it, scaled by 1e18) that the sender accepts
/// @param allowProposals whether the pool may be one against which a slash is proposed: who stakes now shares its loss
struct StakeOrder {
    address strategy;
    address operator;
    address receiver;
    uint256 minAssets;
    uint256 minShares;
    uint256 deadline;
    Wad maxLoss;
    bool allowProposals;
}

/// @notice An EIP-2612 permit of the sender, for the Router and exactly the amount that is staked.
struct Permit {
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice A Permit2 signature of the sender (`PermitTransferFrom`, spender the Router), for exactly the amount.
struct Permit2 {
    uint256 nonce;
    uint256 deadline;
    bytes signature;
}

/// @title IRouter
/// @notice Stakes in one call what would take several: native ETH, permits, wrapping. Every function takes from the
/// sender alone, and reverts where a condition of the order does not hold in the end.
interface IRouter {
    /// @notice The deadline that the sender set has passed.
    error DeadlinePassed(uint256 deadline);
    /// @notice All sets together could take `loss` of the pool, more than the sender accepts.
    error LossTooHigh(address operator, address strategy, Wad loss, Wad accepted);
    /// @notice Slashes are proposed against the pool, which the sender does not accept; the last of them lapses by the
    /// start of epoch `until`.
    error PoolContested(address operator, address strategy, Epoch until);
    /// @notice The strategy is neither the token nor an ERC-4626 wrapper of it.
    error NotAWrapperOf(address strategy, address token);
    /// @notice The token, or the wrapper, delivered nothing.
    error NothingReceived(address token);
    /// @notice Fewer units of the strategy would be staked than the sender accepts.
    error TooLittleToStake(address strategy, uint256 assets, uint256 accepted);
    /// @notice The Router could never give the position back.
    error ReceiverIsTheRouter();

    /// @notice Where it stakes.
    function VAULT() external view returns (IStakeVault);

    /// @notice Where it asks for the worst-case loss and for proposals.
    function ALLOCATION_MANAGER() external view returns (IAllocationManager);

    /// @notice Stakes the ETH that is sent: `token` (WETH, or a liquid staking token with the same `deposit()`) makes
    /// tokens of it.
    /// @return shares what the receiver now holds more of the pool
    function stakeNative(StakeOrder calldata order, address token) external payable returns (uint256 shares);

    /// @notice Stakes `amount` of `token`, which the sender lets the Router take.
    /// @return shares what the receiver now holds more of the pool
    function stake(StakeOrder calldata order, address token, uint256 amount) external returns (uint256 shares);

    /// @notice The same, with a permit of the token (EIP-2612). Where the token refuses the permit, because somebody
    /// else has sent it already, say, the sender's allowance decides.
    function stakeWithPermit(StakeOrder calldata order, address token, uint256 amount, Permit calldata permit)
        external
        returns (uint256 shares);

    /// @notice The same, with a signature for Permit2, which the sender lets take the token.
    function stakeWithPermit2(StakeOrder calldata order, address token, uint256 amount, Permit2 calldata permit)
        external
        returns (uint256 shares);
}
