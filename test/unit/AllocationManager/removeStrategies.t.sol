// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {Scene} from "../Scene.sol";

contract RemoveStrategiesTest is Scene {
    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 10 * unit);
        commit(set, operator, HALF);
    }

    function test_RevertWhen_NotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, avs, stranger));
        vm.prank(stranger);
        manager.removeStrategies(set, only(address(token)));
    }

    function test_RevertWhen_TheStrategyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StrategyNotAccepted.selector, set, address(0)));
        remove(address(0));
    }

    function test_RevertWhen_NotAccepted() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StrategyUnchanged.selector, set, stranger));
        remove(stranger);
    }

    function test_Removes() public {
        vm.expectEmit(address(manager));
        emit IAllocationManager.StrategyRemoved(set, address(token));
        remove(address(token));
        assertFalse(manager.isAccepted(set, address(token)));
    }

    function test_RemovesAllThatAreNamed() public {
        address[] memory named = new address[](2);
        (named[0], named[1]) = (stranger, address(token));
        vm.startPrank(avs);
        manager.addStrategies(set, only(stranger));
        manager.removeStrategies(set, named);
        assertFalse(manager.isAccepted(set, stranger));
        assertFalse(manager.isAccepted(set, address(token)));
        manager.addStrategies(set, named);
        vm.stopPrank();
        assertTrue(manager.isAccepted(set, stranger));
        assertTrue(manager.isAccepted(set, address(token)));
    }

    function test_FreesNothingThatIsPromised() public {
        remove(address(token));
        assertEq(guaranteedTo(set, operator), 5 * unit);
        assertEq(slash(set, operator, wad(1e18)), 5 * unit);
    }

    function test_LetsAPendingRaiseArrive() public {
        allocate(set, operator, WHOLE);
        remove(address(token));
        skipEpochs(3);
        (Magnitude current,,,) = manager.allocationOf(set, operator, address(token));
        assertEq(current, WHOLE);
    }

    function test_LetsAllocationsBeLowered() public {
        remove(address(token));
        Epoch effective = allocate(set, operator, mag(0));
        assertEq(effective, vault.currentEpoch().plus(2));
    }

    function test_MayBeAddedAgain() public {
        remove(address(token));
        vm.prank(avs);
        manager.addStrategies(set, only(address(token)));
        assertTrue(manager.isAccepted(set, address(token)));
    }

    function remove(address strategy) internal {
        vm.prank(avs);
        manager.removeStrategies(set, only(strategy));
    }
}
