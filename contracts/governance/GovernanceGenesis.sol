// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {IGovernance} from "../interfaces/IGovernance.sol";
import {Governance} from "./Governance.sol";

/// @title GovernanceGenesis
/// @notice Creates governance before the core, which has its address as an immutable: a timelock (nonce 1), an access
/// manager (nonce 2) and `Governance` (nonce 3), wired to each other. Sent to the CREATE2 deployer, so that the
/// addresses follow from the settings alone. It has no functions, and keeps no role; nor does who sends it get one.
contract GovernanceGenesis {
    /// @dev In the access manager.
    uint64 private constant GUARDIAN_ROLE = 1;

    /// @notice Nobody could propose to the timelock.
    error NoCouncil();
    /// @notice Nobody could pause.
    error NoGuardian();
    /// @notice What is proposed must wait.
    error NoDelay();

    /// @param council proposes to the timelock, and may take back what it proposed
    /// @param guardian may pause
    /// @param delay seconds from a proposal to its execution, at least
    constructor(address council, address guardian, uint256 delay) {
        if (council == address(0)) revert NoCouncil();
        if (guardian == address(0)) revert NoGuardian();
        if (delay == 0) revert NoDelay();

        address[] memory proposers = new address[](1);
        proposers[0] = council;
        // The zero address: anybody may execute what has waited. Nobody but the timelock itself administers it.
        TimelockController timelock = new TimelockController(delay, proposers, new address[](1), address(0));
        AccessManager access = new AccessManager(address(this));
        Governance governance = new Governance(address(access));

        // What has no role of its own needs that of the administrator: the timelock.
        bytes4[] memory pausing = new bytes4[](1);
        pausing[0] = IGovernance.pause.selector;
        access.setTargetFunctionRole(address(governance), pausing, GUARDIAN_ROLE);
        access.labelRole(GUARDIAN_ROLE, "guardian");
        access.grantRole(GUARDIAN_ROLE, guardian, 0);
        access.grantRole(access.ADMIN_ROLE(), address(timelock), 0);
        access.renounceRole(access.ADMIN_ROLE(), address(this));
    }
}
