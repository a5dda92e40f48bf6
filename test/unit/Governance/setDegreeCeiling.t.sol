// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {CouncilScene} from "./Council.sol";

contract SetDegreeCeilingTest is CouncilScene {
    function test_RevertWhen_NotTheTimelock() public {
        address[5] memory others = [council, guardian, stranger, address(accessManager), address(governance)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            governance.setDegreeCeiling(manager, address(token), wad(2e18));
        }
    }

    function test_RevertWhen_TheManagerRefuses() public {
        propose(council, authority, ceilingCall(11e18));
        skip(delay);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.DegreeCeilingOutOfRange.selector, 11e18, 1e18, 10e18));
        execute(authority, ceilingCall(11e18));
    }

    function test_RevertWhen_ThereIsNoManager() public {
        vm.expectRevert(bytes(""));
        vm.prank(address(timelock));
        governance.setDegreeCeiling(IAllocationManager(stranger), address(token), wad(2e18));
    }

    function testFuzz_SetsTheCeiling(uint256 ceiling) public {
        ceiling = bound(ceiling, 1e18, 10e18);
        propose(council, authority, ceilingCall(ceiling));
        skip(delay);
        vm.expectEmit(address(manager));
        emit IAllocationManager.DegreeCeilingSet(address(token), Wad.wrap(ceiling));
        execute(authority, ceilingCall(ceiling));
        assertEq(manager.degreeCeilingOf(address(token)), Wad.wrap(ceiling));
    }

    function test_ACeilingTouchesNewRiskOnly() public {
        decide(authority, ceilingCall(2e18));
        OperatorSetId second = createSet(1, defaultTerms());
        commit(set, operator, WHOLE);
        commit(second, operator, HALF);
        deposit(alice, operator, 10 * unit);

        decide(authority, ceilingCall(1e18));
        assertBudget(1e18, 1.5e18, 0);
        assertEq(slashableBy(set, operator), 10 * unit);
        assertEq(slashableBy(second, operator), 5 * unit);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 1.6e18, 1e18));
        allocate(second, operator, mag(0.6e18));
        // It can be lowered, to what is still above the ceiling too.
        assertEq(allocate(second, operator, mag(0.4e18)), manager.currentEpoch().plus(2));
    }

    function test_LeavesTimeToGetOut() public {
        commit(set, operator, WHOLE);
        OperatorSetId second = createSet(1, defaultTerms());
        join(second, operator);
        deposit(alice, operator, 10 * unit);

        // The operator raises in the moment that it may; she has all of the next epoch to queue.
        decide(authority, ceilingCall(10e18));
        Epoch effective = allocate(second, operator, WHOLE);
        skipToEnd(1);
        (Epoch epoch,) = queueAll(alice, pool);
        assertEq(epoch, effective);
        assertEq(slashableBy(second, operator), 0);
        skipEpochs(2);
        assertEq(complete(alice, pool, epoch), 10 * unit);
    }
}
