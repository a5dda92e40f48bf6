// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {CouncilScene} from "../unit/Governance/Council.sol";

/// @notice What governance costs; written to `snapshots/periphery.json`.
/// @dev As in `Core.t.sol`: every top-level call is a cold transaction. No action was paused before, and no cap set,
/// except where a name says so.
contract GovernanceGas is CouncilScene {
    function test_Pause() public {
        pauseBy(guardian, only(order(vault, Pausable.Deposit, 7 days)));
        vm.snapshotGasLastCall("periphery", "governance_pause_1");
        assertPausedUntil(vault, Pausable.Deposit, vm.getBlockTimestamp() + 7 days);
    }

    function test_PauseAll() public {
        pauseBy(guardian, everything());
        vm.snapshotGasLastCall("periphery", "governance_pause_6");
        skip(14 days);
        pauseBy(guardian, everything());
        vm.snapshotGasLastCall("periphery", "governance_pause_6_again");
        assertPausedUntil(manager, Pausable.CreateSet, vm.getBlockTimestamp() + 7 days);
    }

    function test_Cap() public {
        bytes memory call = capCall(100 * unit);
        vm.prank(council);
        timelock.schedule(authority, 0, call, 0, 0, delay);
        vm.snapshotGasLastCall("periphery", "governance_propose");
        skip(delay);
        vm.prank(stranger);
        timelock.execute(authority, 0, call, 0, 0);
        vm.snapshotGasLastCall("periphery", "governance_execute");
        assertEq(vault.depositCapOf(address(token)), 100 * unit);
    }
}
