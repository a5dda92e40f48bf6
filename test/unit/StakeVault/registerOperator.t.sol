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

    function test_RegistersClosed() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.OperatorRegistered(stranger, address(0));
        registerOperator(stranger);

        (bool registered, bool opened, Epoch admitsFrom,) = vault.operatorState(stranger);
        assertTrue(registered);
        assertFalse(opened);
        assertEq(admitsFrom, Epoch.wrap(0));
    }
}
