// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Scene} from "../Scene.sol";

contract SetOperatorTest is Scene {
    function test_Allows() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.OperatorSet(alice, bob, true);
        vm.prank(alice);
        assertTrue(vault.setOperator(bob, true));
        assertTrue(vault.isOperator(alice, bob));
        assertFalse(vault.isOperator(bob, alice));
    }

    function test_Forbids() public {
        vm.startPrank(alice);
        vault.setOperator(bob, true);
        vm.expectEmit(address(vault));
        emit IStakeVault.OperatorSet(alice, bob, false);
        assertTrue(vault.setOperator(bob, false));
        vm.stopPrank();
        assertFalse(vault.isOperator(alice, bob));
    }
}
