// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Scene} from "../Scene.sol";

contract ApproveTest is Scene {
    function testFuzz_Sets(uint256 amount) public {
        amount = bound(amount, 1, type(uint256).max);
        vm.expectEmit(address(vault));
        emit IStakeVault.Approval(alice, bob, pool, amount);
        vm.prank(alice);
        assertTrue(vault.approve(bob, pool, amount));
        assertEq(vault.allowance(alice, bob, pool), amount);
        assertEq(vault.allowance(alice, bob, idle), 0, "another id");
        assertEq(vault.allowance(bob, alice, pool), 0, "the other way");
        assertEq(vault.allowance(alice, stranger, pool), 0, "another spender");
    }

    function testFuzz_Replaces(uint256 before, uint256 amount) public {
        vm.startPrank(alice);
        vault.approve(bob, pool, before);
        vault.approve(bob, pool, amount);
        vm.stopPrank();
        assertEq(vault.allowance(alice, bob, pool), amount);
    }

    function test_RevertWhen_TheSpenderWantsMoreThanToTransfer() public {
        deposit(alice, operator, unit);
        vm.prank(alice);
        vault.approve(bob, pool, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, bob));
        vm.prank(bob);
        vault.queueWithdrawal(pool, unit, 0, alice);
    }
}
