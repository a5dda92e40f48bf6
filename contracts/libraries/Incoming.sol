// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Incoming
/// @notice Tokens that a contract takes in, measured.
library Incoming {
    using SafeERC20 for IERC20;

    /// @notice The token delivered less than it was asked for: it takes a fee, or shrinks, and is refused.
    error TokenDeliveredLess(address token, uint256 asked, uint256 received);

    /// @notice Moves `amount` of `token` from the sender, who approved it, to this contract.
    /// @dev What arrives beyond it is nobody's.
    function pull(address token, uint256 amount) internal {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 held = IERC20(token).balanceOf(address(this));
        if (held < before || held - before < amount) {
            revert TokenDeliveredLess(token, amount, held < before ? 0 : held - before);
        }
    }
}
