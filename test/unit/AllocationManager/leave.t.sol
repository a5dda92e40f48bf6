// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {DepartureTest} from "./Departure.sol";

contract LeaveTest is DepartureTest {
    function ejects() internal pure override returns (bool) {
        return false;
    }

    function test_RevertWhen_ALoweringToSomethingIsPending() public {
        allocateAndWait(HALF);
        Epoch day = allocate(set, operator, mag(0.2e18));
        skipToEnd(1);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.LoweringPending.selector, 0.2e18, day));
        depart();
        assertMembership(true, 1);
    }
}
