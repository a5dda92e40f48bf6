// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Scene} from "../Scene.sol";

contract RegisterOperatorTest is Scene {
    function test_RevertWhen_RegisteredAlready() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.AlreadyRegistered.selector, operator));
        registerOperator(operator);
    }

    function test_RevertWhen_RegisteredAlready_ToAddAnApprover() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.AlreadyRegistered.selector, operator));
        vm.prank(operator);
        vault.registerOperator(bob);
    }

    function test_RegistersClosed() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.OperatorRegistered(stranger, address(0));
        registerOperator(stranger);

        assertRegistered(address(0));
    }

    function testFuzz_RemembersItsApprover(address approver) public {
        vm.expectEmit(address(vault));
        emit IStakeVault.OperatorRegistered(stranger, approver);
        vm.prank(stranger);
        vault.registerOperator(approver);
        assertRegistered(approver);
    }

    function assertRegistered(address approver) internal view {
        (bool registered, bool opened, Epoch admitsFrom, address actualApprover) = vault.operatorState(stranger);
        assertTrue(registered);
        assertFalse(opened);
        assertEq(admitsFrom, Epoch.wrap(0));
        assertEq(actualApprover, approver);
    }
}
