// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Scene} from "../Scene.sol";

contract AddStrategiesTest is Scene {
    address internal other;

    function setUp() public override {
        super.setUp();
        other = makeAddr("other strategy");
    }

    function test_RevertWhen_NotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, avs, stranger));
        vm.prank(stranger);
        manager.addStrategies(set, only(other));
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoSuchSet.selector, none));
        vm.prank(avs);
        manager.addStrategies(none, only(other));
    }

    function test_RevertWhen_Retired() public {
        vm.prank(avs);
        manager.retire(set);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, set));
        add(other);
    }

    function test_RevertWhen_TheStrategyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StrategyNotAccepted.selector, set, address(0)));
        add(address(0));
    }

    function test_RevertWhen_AcceptedAlready() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StrategyUnchanged.selector, set, address(token)));
        add(address(token));
    }

    function test_Accepts() public {
        vm.expectEmit(address(manager));
        emit IAllocationManager.StrategyAdded(set, other);
        add(other);
        assertTrue(manager.isAccepted(set, other));
    }

    function test_OperatorsMayAllocateAtOnce() public {
        add(other);
        join(set, operator);
        vm.prank(operator);
        manager.allocate(set, operator, other, HALF);
        (, Magnitude next,,) = manager.allocationOf(set, operator, other);
        assertEq(next, HALF);
    }

    function add(address strategy) internal {
        vm.prank(avs);
        manager.addStrategies(set, only(strategy));
    }
}
