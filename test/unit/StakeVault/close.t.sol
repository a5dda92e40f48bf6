// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Scene} from "../Scene.sol";

contract CloseTest is Scene {
    function test_RevertWhen_NeverOpened() public {
        registerOperator(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, stranger, 0));
        close(stranger);
    }

    function test_RevertWhen_ClosedAlready() public {
        close(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, operator, 0));
        close(operator);
    }

    function test_Closes() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.OperatorClosed(operator);
        close(operator);

        (bool registered, bool opened, Epoch admitsFrom,) = vault.operatorState(operator);
        assertTrue(registered);
        assertTrue(opened, "opened for good");
        assertEq(admitsFrom, Epoch.wrap(0));
    }

    function test_RefusesDepositsAtOnce() public {
        close(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, operator, 0));
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, unit, 0);
    }

    function test_ClosesBeforeStakeWasAdmitted() public {
        registerOperator(stranger);
        vm.prank(stranger);
        vault.open();
        close(stranger);
        (, bool opened, Epoch admitsFrom,) = vault.operatorState(stranger);
        assertTrue(opened);
        assertEq(admitsFrom, Epoch.wrap(0));
    }

    function test_LeavesExitsAlone() public {
        deposit(alice, operator, unit);
        close(operator);
        (Epoch epoch,) = queueAll(alice, pool);
        skipEpochs(2);
        assertEq(complete(alice, pool, epoch), unit);
    }

    function close(address account) internal {
        vm.prank(account);
        vault.close();
    }
}
