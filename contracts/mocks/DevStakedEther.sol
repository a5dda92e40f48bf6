// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title DevStakedEther
contract DevStakedEther is ERC20 {
    constructor(string memory name_, string memory symbol_) ERC20(name_, symbol_) {}

    /// @notice Stakes the ETH that is sent.
    function deposit() external payable {
        _mint(msg.sender, msg.value);
    }

    /// @notice The beacon turns: the ETH that is sent is a reward.
    function reward() external payable {}

    /// @notice The beacon turns: `amount` of the staked ETH is lost.
    function penalize(uint256 amount) external {}
}
