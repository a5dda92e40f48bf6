// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IMintable} from "../Base.t.sol";
import {HookToken} from "../mocks/OddTokens.sol";
import {Scene} from "./Scene.sol";
import {Selectors} from "./Selectors.sol";

/// @notice A token that calls back in the middle of its transfers, and the check that it was locked out.
abstract contract LockScene is Scene, Selectors {
    HookToken internal hook;

    function setUp() public virtual override {
        super.setUp();
        hook = new HookToken();
    }

    function odd() internal view returns (IMintable) {
        return IMintable(address(hook));
    }

    /// @dev `calls` has one call of each function of the contract that changes state.
    function assertAllListed(string memory name, bytes[] memory calls) internal view {
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

    /// @dev Runs `action` once for each of `calls`, which the token makes to `core` meanwhile.
    function assertLocked(address core, bytes[] memory calls, function() internal action) internal {
        for (uint256 i; i < calls.length; ++i) {
            hook.arm(core, calls[i]);
            action();
            assertTrue(hook.called(), "the token was not called");
            assertFalse(hook.succeeded(), vm.toString(calls[i]));
            assertEq(
                hook.answer(),
                abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                vm.toString(calls[i])
            );
        }
    }

    function depositOdd() internal {
        vm.prank(alice);
        vault.deposit(address(hook), operator, alice, unit, 0);
    }
}
