// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AllocationManager} from "./AllocationManager.sol";
import {StakeVault} from "./StakeVault.sol";

/// @title Genesis
/// @notice Creates the core: the vault and the allocation manager, each with the other's address as an immutable. Sent
/// to the CREATE2 deployer, so that the addresses follow from the settings alone. It has no functions; the vault is
/// what it creates with nonce 1, the allocation manager with nonce 2.
contract Genesis {
    /// @notice Thrown where the allocation manager did not land where the vault expects it.
    error Misplaced(address expected, address actual);

    constructor(address authority, uint256 epochLength) {
        // The RLP of (this address, 2), whose hash CREATE takes the address from; nonces begin at 1 (EIP-161).
        address expected = address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", address(this), hex"02")))));
        StakeVault vault = new StakeVault(authority, expected, epochLength);
        address actual = address(new AllocationManager(authority, vault, epochLength));
        if (actual != expected) revert Misplaced(expected, actual);
    }
}
