// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "../interfaces/IAllocationManager.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";

/// @title Router
contract Router {
    IStakeVault public immutable VAULT;
    IAllocationManager public immutable ALLOCATION_MANAGER;

    constructor(IStakeVault vault) {
        (VAULT, ALLOCATION_MANAGER) = (vault, IAllocationManager(vault.ALLOCATION_MANAGER()));
    }
}
