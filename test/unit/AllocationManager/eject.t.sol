// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {DepartureTest} from "./Departure.sol";

contract EjectTest is DepartureTest {
    function ejects() internal pure override returns (bool) {
        return true;
    }

    function test_ALoweringToSomethingBecomesOneToNothingOnItsDay() public {
        allocateAndWait(HALF);
        Epoch day = allocate(set, operator, mag(0.2e18));
        skipToEnd(1);
        assertEq(slashableBy(set, operator), 50 * unit);
        expectLowered(day);
        expectLeft();
        depart();
        assertAllocation(0.5e18, 0, day);
        assertBudget(1e18, 0.5e18, 0);
        assertEq(slashableBy(set, operator), 50 * unit);
        skipEpochs(1);
        assertEq(slashableBy(set, operator), 0);
        settle();
        assertGone();
    }
}
