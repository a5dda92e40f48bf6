// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice Opening and raising in one block: what comes before opening holds at once, what comes after waits.
contract OpeningAndRaisingJourney is Journey {
    function test_Journey() public {
        Service service = newService();
        OperatorSetId set = service.createSet(0);
        Operator operator_ = newOperator();
        operator_.join(set);

        // One block: a raise, the opening, a raise.
        assertEq(operator_.allocate(set, 0.2e18), vault.currentEpoch());
        operator_.open();
        assertEq(operator_.allocate(set, 0.9e18), vault.currentEpoch().plus(3));

        // The first staker comes as soon as it can, knows of 0.9, and does not like it.
        skipEpochs(1);
        Staker staker = newStaker();
        staker.deposit(operator_, 100 * unit);
        assertEq(service.canSlash(set, operator_), 20 * unit);
        staker.queue(operator_, 100 * unit);

        // Two epochs later it is out, in the very second in which 0.9 comes into force.
        skipToEnd(1);
        assertEq(service.canSlash(set, operator_), 20 * unit);
        vm.warp(vm.getBlockTimestamp() + 1);
        assertEq(service.canSlash(set, operator_), 0);
        staker.deposit(operator_, 10 * unit);
        assertEq(service.canSlash(set, operator_), 9 * unit);
    }
}
