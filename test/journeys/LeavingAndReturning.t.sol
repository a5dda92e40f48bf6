// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {MockRegistrar} from "../mocks/MockRegistrar.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice An operator leaves a set that does not want to let it go, is slashed on its way out, and comes back.
contract LeavingAndReturningJourney is Journey {
    function test_Journey() public {
        MockRegistrar registrar = new MockRegistrar();
        Service service = newService();
        Terms memory terms = service.terms();
        terms.registrar = address(registrar);
        OperatorSetId set = service.createSet(0, terms);
        Operator operator_ = newOperatorOf(set, 0.4e18);
        Staker ann = newStaker();
        ann.deposit(operator_, 50 * unit);

        // The registrar objects. It is logged, and that is all.
        registrar.refuse(true);
        Epoch start = vault.currentEpoch();
        vm.expectEmit(address(manager));
        emit IAllocationManager.Left(set, address(operator_), false);
        vm.expectEmit(address(manager));
        emit IAllocationManager.LeaveHookFailed(set, address(operator_));
        operator_.leave(set);
        assertMembership(set, operator_, false, 1);

        // No raise and no return until it is over...
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.AllocationsRemain.selector, set, operator_, 1));
        operator_.join(set);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotMember.selector, set, operator_));
        operator_.leaveFreely(set);

        // ...and no way round a slash: to the last second of the next epoch the set has what it had.
        assertEq(service.isGuaranteed(set, operator_), 0);
        skipToEnd(1);
        assertEq(service.canSlash(set, operator_), 20 * unit);
        assertEq(service.slash(set, operator_, 0.5e18), 10 * unit);
        assertAllocation(set, operator_, 0.2e18, 0, start.plus(2));
        assertBudget(operator_, 0.8e18, 0.2e18);

        // A second later it is over; who wants to return settles first.
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 0);
        expectNothingToSlash(set, operator_);
        service.slash(set, operator_, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.AllocationsRemain.selector, set, operator_, 1));
        operator_.join(set);
        settle(set, operator_);
        assertBudget(operator_, 1e18, 0);
        assertMembership(set, operator_, false, 0);

        // To come back it must be admitted, which the registrar can refuse.
        vm.expectRevert(MockRegistrar.Refused.selector);
        operator_.join(set);
        registrar.refuse(false);
        operator_.join(set);
        assertMembership(set, operator_, true, 0);
        assertTrue(registrar.wasJoined());

        // It promises anew, with notice, and of what is left now: a quarter of 40.
        assertEq(operator_.allocate(set, 0.25e18), start.plus(5));
        assertEq(service.canSlash(set, operator_), 0);
        skipEpochs(3);
        assertMembership(set, operator_, true, 1);
        assertEq(service.slash(set, operator_, 1e18), 10 * unit);
        assertEq(ann.stakeWith(operator_), 30 * unit);

        // Slashed to nothing, it can leave without naming anything, and this time the registrar takes note.
        assertMembership(set, operator_, true, 0);
        operator_.leaveFreely(set);
        assertEq(registrar.lastOperator(), address(operator_));
        assertFalse(registrar.wasJoined());
    }

    function assertMembership(OperatorSetId set, Operator operator_, bool joined, uint256 allocations) internal view {
        assertEq(manager.membershipOf(set, address(operator_)).joined, joined, "joined");
        assertEq(manager.membershipOf(set, address(operator_)).allocations, allocations, "allocations");
    }
}
