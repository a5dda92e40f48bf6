// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DevToken} from "./DevToken.sol";

/// @title BlocklistToken
/// @notice A token that anyone may mint, and that refuses the receivers that anyone may name, as tokens with a
/// blocklist do. For tests only.
contract BlocklistToken is DevToken {
    /// @notice Thrown where a receiver is refused.
    error Blocked(address receiver);

    /// @notice Whether an account is refused as a receiver.
    mapping(address account => bool) public isBlocked;

    constructor(string memory name_, string memory symbol_, uint8 decimals_) DevToken(name_, symbol_, decimals_) {}

    /// @notice Refuses `account` as a receiver, or accepts it again.
    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (isBlocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}
