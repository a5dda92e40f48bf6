// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Scene} from "../Scene.sol";

contract AppointTest is Scene {
    bytes4 internal constant JOIN = IAllocationManager.join.selector;

    function test_RevertWhen_TheFunctionIsAppoint() public {
        vm.expectRevert(IAllocationManager.CannotAppointAppoint.selector);
        appoint(IAllocationManager.appoint.selector, true);
    }

    function test_AllowsOneFunction() public {
        vm.expectEmit(address(manager));
        emit IAllocationManager.Appointed(operator, bob, JOIN, true);
        appoint(JOIN, true);
        assertTrue(manager.isAppointed(operator, bob, JOIN));
        assertFalse(manager.isAppointed(bob, operator, JOIN));

        vm.prank(bob);
        manager.join(set, operator, "");
        assertTrue(manager.membershipOf(set, operator).joined);
    }

    function test_AllowsNoOtherFunction() public {
        join(set, operator);
        appoint(JOIN, true);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, operator, bob));
        vm.prank(bob);
        manager.allocate(set, operator, address(token), HALF);
    }

    function test_Forbids() public {
        appoint(JOIN, true);
        vm.expectEmit(address(manager));
        emit IAllocationManager.Appointed(operator, bob, JOIN, false);
        appoint(JOIN, false);

        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, operator, bob));
        vm.prank(bob);
        manager.join(set, operator, "");
    }

    function appoint(bytes4 selector, bool allowed) internal {
        vm.prank(operator);
        manager.appoint(bob, selector, allowed);
    }
}
