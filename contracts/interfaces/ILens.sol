// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IAllocationManager} from "./IAllocationManager.sol";
import {IStakeVault} from "./IStakeVault.sol";

/// @title ILens
interface ILens {
    /// @notice Whose stake it reads.
    function VAULT() external view returns (IStakeVault);

    /// @notice Whose promises it reads.
    function ALLOCATION_MANAGER() external view returns (IAllocationManager);
}
