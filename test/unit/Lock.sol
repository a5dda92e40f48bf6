// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Test} from "forge-std/Test.sol";

import {IMintable} from "../Base.t.sol";
import {HookToken} from "../mocks/OddTokens.sol";
import {Scene} from "./Scene.sol";
import {Selectors} from "./Selectors.sol";

/// @notice A token that calls back in the middle of its transfers, and the check that it was locked out.
abstract contract Locks is Test, Selectors {
    HookToken internal hook = new HookToken();

    function odd() internal view returns (IMintable) {
        return IMintable(address(hook));
    }

    /// @dev Runs `action` once for each of `calls`, which the token makes to `core` meanwhile, and takes it back.
    function assertLocked(address core, bytes[] memory calls, function() internal action) internal {
        for (uint256 i; i < calls.length; ++i) {
            uint256 before = vm.snapshotState();
            hook.arm(core, calls[i]);
            action();
            assertTrue(hook.called(), "the token was not called");
            assertFalse(hook.succeeded(), vm.toString(calls[i]));
            assertEq(
                hook.answer(),
                abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                vm.toString(calls[i])
            );
            assertTrue(vm.revertToStateAndDelete(before));
        }
    }

    /// @dev Runs `action` with a token that calls nobody.
    function unarmed(function() internal action) internal {
        (address target, bytes memory data) = (hook.target(), hook.data());
        hook.arm(address(0), "");
        action();
        hook.arm(target, data);
    }

    /// @dev Each function of the contract that changes state is among `calls`, and each of them once.
    function assertNoEntryPointIsLeftOut(string memory name, bytes[] memory calls) internal view {
        bytes4[] memory selectors = stateChanging(name);
        assertEq(calls.length, selectors.length);
        for (uint256 i; i < selectors.length; ++i) {
            bool listed;
            for (uint256 j; j < calls.length; ++j) {
                listed = listed || bytes4(calls[j]) == selectors[i];
            }
            assertTrue(listed, vm.toString(abi.encodePacked(selectors[i])));
        }
    }
}

/// @notice The same where most unit tests begin.
abstract contract LockScene is Scene, Locks {
    function depositOdd() internal {
        vm.prank(alice);
        vault.deposit(address(hook), operator, alice, unit, 0);
    }
}
