// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {GatedScene} from "../Gated.sol";

contract RemoveApproverTest is GatedScene {
    function test_RevertWhen_NoApprover() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, operator));
        vm.prank(operator);
        vault.removeApprover();
    }

    function test_RevertWhen_NoOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, approver));
        vm.prank(approver);
        vault.removeApprover();
    }

    function test_RevertWhen_RemovedAlready() public {
        removeApprover();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, gate));
        removeApprover();
    }

    function test_RemovesTheApproverAndNothingElse() public {
        (,, Epoch admittedFrom,) = vault.operatorState(gate);
        vm.expectEmit(address(vault));
        emit IStakeVault.ApproverRemoved(gate);
        removeApprover();

        (bool registered, bool opened, Epoch admitsFrom, address none) = vault.operatorState(gate);
        assertTrue(registered);
        assertTrue(opened);
        assertEq(admitsFrom, admittedFrom);
        assertEq(none, address(0));
    }

    function test_LetsEverybodyIn() public {
        removeApprover();
        fund(token, bob, unit);
        vm.prank(bob);
        assertEq(vault.deposit(address(token), gate, alice, unit, 0), unit, "for another one, too");
    }

    function test_LeavesAnUnusedApproval() public {
        uint256 deadline = vm.getBlockTimestamp();
        admit(alice, deadline);
        removeApprover();
        deposit(alice, gate, unit);
        assertAdmission(alice, 1, deadline);
    }

    function test_MakesPositionsTransferable() public {
        admit(alice, vm.getBlockTimestamp());
        deposit(alice, gate, unit);
        removeApprover();
        vm.prank(alice);
        vault.transfer(bob, gated, unit);
        assertEq(vault.balanceOf(bob, gated), unit);
    }
}
