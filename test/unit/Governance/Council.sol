// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernance, PauseOrder} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {Scene} from "../Scene.sol";

/// @notice The roles of governance as people use them: the council proposes, time passes, anybody executes.
abstract contract CouncilScene is Scene {
    uint64 internal constant ADMIN_ROLE = 0;
    uint64 internal constant GUARDIAN_ROLE = 1;

    /// @dev What everybody may do in the timelock.
    bytes32 internal executorRole;
    bytes32 internal proposerRole;
    bytes32 internal cancellerRole;
    bytes32 internal adminRole;

    uint256 internal delay;

    function setUp() public virtual override {
        super.setUp();
        delay = timelock.getMinDelay();
        executorRole = timelock.EXECUTOR_ROLE();
        proposerRole = timelock.PROPOSER_ROLE();
        cancellerRole = timelock.CANCELLER_ROLE();
        adminRole = timelock.DEFAULT_ADMIN_ROLE();
    }

    /* THE COUNCIL */

    function propose(address by, address target, bytes memory data) internal returns (bytes32 id) {
        vm.prank(by);
        timelock.schedule(target, 0, data, 0, 0, delay);
        return timelock.hashOperation(target, 0, data, 0, 0);
    }

    function execute(address target, bytes memory data) internal {
        vm.prank(stranger);
        timelock.execute(target, 0, data, 0, 0);
    }

    /// @notice All of it: the council proposes, the delay passes, a stranger executes.
    function decide(address target, bytes memory data) internal {
        decide(council, target, data);
    }

    function decide(address by, address target, bytes memory data) internal {
        propose(by, target, data);
        skip(delay);
        execute(target, data);
    }

    /* WHAT IT CAN SAY */

    function capCall(uint256 cap) internal view returns (bytes memory) {
        return abi.encodeCall(IGovernance.setDepositCap, (vault, address(token), cap));
    }

    function ceilingCall(uint256 ceiling) internal view returns (bytes memory) {
        return abi.encodeCall(IGovernance.setDegreeCeiling, (manager, address(token), Wad.wrap(ceiling)));
    }

    function grantCall(uint64 role, address account) internal view returns (bytes memory) {
        return abi.encodeCall(accessManager.grantRole, (role, account, 0));
    }

    function revokeCall(uint64 role, address account) internal view returns (bytes memory) {
        return abi.encodeCall(accessManager.revokeRole, (role, account));
    }

    /* THE GUARDIAN */

    function order(IGoverned core, Pausable action, uint256 duration) internal pure returns (PauseOrder memory) {
        return PauseOrder({core: core, action: action, duration: duration});
    }

    function only(PauseOrder memory single) internal pure returns (PauseOrder[] memory orders) {
        orders = new PauseOrder[](1);
        orders[0] = single;
    }

    /// @notice Everything that can be paused, where pausing it stops something, for as long as can be.
    function everything() internal view returns (PauseOrder[] memory orders) {
        orders = new PauseOrder[](6);
        orders[0] = order(vault, Pausable.Deposit, 7 days);
        orders[1] = order(vault, Pausable.Open, 7 days);
        orders[2] = order(vault, Pausable.Complete, 3 days);
        orders[3] = order(manager, Pausable.Join, 7 days);
        orders[4] = order(manager, Pausable.Raise, 7 days);
        orders[5] = order(manager, Pausable.CreateSet, 7 days);
    }

    function pauseBy(address by, PauseOrder[] memory orders) internal {
        vm.prank(by);
        governance.pause(orders);
    }

    function assertPausedUntil(IGoverned core, Pausable action, uint256 expected) internal view {
        (uint256 until,) = core.pauseOf(action);
        assertEq(until, expected, "paused until");
    }
}
