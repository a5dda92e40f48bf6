// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

/// @title INativeToken
/// @notice What makes tokens of ETH: WETH, and liquid staking tokens with the same function.
interface INativeToken {
    /// @notice Gives the sender tokens for the ETH that it sends.
    function deposit() external payable;
}
