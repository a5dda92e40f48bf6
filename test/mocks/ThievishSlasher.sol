// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";

/// @notice A slasher whose key has leaked: it slashes as often as it can in one call, and passes on what it got.
contract ThievishSlasher {
    IAllocationManager private immutable MANAGER;

    constructor(IAllocationManager manager) {
        MANAGER = manager;
    }

    function drain(OperatorSetId set, address operator, address strategy, uint256 fraction, uint256 times, address to)
        external
    {
        (address[] memory strategies, Wad[] memory wads) = (new address[](1), new Wad[](1));
        (strategies[0], wads[0]) = (strategy, Wad.wrap(fraction));
        for (uint256 i; i < times; ++i) {
            try MANAGER.slash(set, operator, strategies, wads, "") {} catch {}
        }
        require(IERC20(strategy).transfer(to, IERC20(strategy).balanceOf(address(this))));
    }
}
