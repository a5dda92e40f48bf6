// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {CouncilScene} from "./Council.sol";

contract SetDepositCapTest is CouncilScene {
    function test_RevertWhen_NotTheTimelock() public {
        address[5] memory others = [council, guardian, stranger, address(accessManager), address(governance)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            governance.setDepositCap(vault, address(token), 1);
        }
    }

    function testFuzz_RevertWhen_TooEarly(uint256 wait) public {
        bytes32 id = propose(council, authority, capCall(1));
        skip(bound(wait, 0, delay - 1));
        expectNotReady(id);
        execute(authority, capCall(1));
    }

    function test_RevertWhen_Cancelled() public {
        bytes32 id = propose(council, authority, capCall(1));
        skip(delay);
        vm.prank(council);
        timelock.cancel(id);
        expectNotReady(id);
        execute(authority, capCall(1));
    }

    function testFuzz_RevertWhen_TheVaultRefuses(uint256 cap) public {
        uint256 highest = vault.MAX_ASSETS();
        cap = bound(cap, highest + 1, type(uint256).max);
        propose(council, authority, capCall(cap));
        skip(delay);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.DepositCapTooHigh.selector, cap, highest));
        execute(authority, capCall(cap));
    }

    function test_RevertWhen_ThereIsNoVault() public {
        vm.expectRevert(bytes(""));
        vm.prank(address(timelock));
        governance.setDepositCap(IStakeVault(stranger), address(token), 1);
    }

    function testFuzz_SetsTheCap(uint256 cap) public {
        cap = bound(cap, 0, vault.MAX_ASSETS());
        propose(council, authority, capCall(cap));
        skip(delay);
        vm.expectEmit(address(vault));
        emit IStakeVault.DepositCapSet(address(token), cap);
        execute(authority, capCall(cap));
        assertEq(vault.depositCapOf(address(token)), cap);
    }

    function test_ACapTouchesNewRiskOnly() public {
        deposit(alice, operator, 10 * unit);
        deposit(bob, address(0), 2 * unit);
        decide(authority, capCall(0));

        fund(token, bob, unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.DepositCapExceeded.selector, token, unit, 0));
        vm.startPrank(bob);
        vault.deposit(address(token), operator, bob, unit, 0);

        // What is in stays, goes elsewhere, and gets out.
        assertEq(vault.delegate(idle, unit, operator, 0, bob), unit);
        assertEq(vault.withdraw(idle, unit, bob, bob), unit);
        vm.stopPrank();
        assertEq(vault.positionValue(pool, alice), 10 * unit);
        (Epoch epoch,) = queue(alice, pool, 4 * unit);
        skipEpochs(2);
        redelegate(alice, pool, epoch, otherOperator);
        (epoch,) = queueAll(alice, pool);
        skipEpochs(2);
        assertEq(complete(alice, pool, epoch), 6 * unit);
    }

    function expectNotReady(bytes32 id) internal {
        bytes32 ready = bytes32(uint256(1) << uint256(TimelockController.OperationState.Ready));
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnexpectedOperationState.selector, id, ready));
    }
}
