// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./OddTokens.sol";

/// @notice Takes a unit more from whoever receives than it delivers.
contract SinkingToken is MintableToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), amount + 1);
    }
}

/// @notice Delivers a unit more than was asked for.
contract GenerousToken is MintableToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(address(0), to, 1);
    }
}
