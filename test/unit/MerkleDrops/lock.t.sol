// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {IMintable} from "../../Base.t.sol";
import {HookToken} from "../../mocks/OddTokens.sol";
import {DropsScene} from "./DropsScene.sol";

/// @notice That a token that is called calls nothing here.
contract MerkleDropsLockTest is DropsScene {
    HookToken internal hook;

    /// @dev A drop of the token with the hook.
    uint256 internal hooked;

    function setUp() public override {
        super.setUp();
        hook = new HookToken();
        activate(drop, first, 60 * unit);
        hooked = activeDropOf(IMintable(address(hook)), 60 * unit);
        give(IMintable(address(hook)), payer, 100 * unit);
    }

    function test_WhileItIsTakenIn() public {
        assertLocked(this.fundSome);
    }

    function test_WhileItIsPaidOut() public {
        assertLocked(this.claimSome);
    }

    function test_WhileItIsTakenBack() public {
        assertLocked(this.reclaimSome);
    }

    /* INTERNAL */

    function fundSome() external {
        fund(hooked, unit);
    }

    function claimSome() external {
        claim(item(hooked, first, bob, 20 * unit));
    }

    function reclaimSome() external {
        vm.warp(expiry);
        reclaim(hooked);
    }

    function assertLocked(function() external action) internal {
        bytes[8] memory calls = [
            abi.encodeCall(IMerkleDrops.create, (address(token), DELAY, expiry)),
            abi.encodeCall(IMerkleDrops.post, (hooked, first[0], unit)),
            abi.encodeCall(IMerkleDrops.withdrawRoot, (hooked)),
            abi.encodeCall(IMerkleDrops.extend, (hooked, expiry + 1)),
            abi.encodeCall(IMerkleDrops.reclaim, (hooked)),
            abi.encodeCall(IMerkleDrops.fund, (hooked, address(this), unit)),
            abi.encodeCall(IMerkleDrops.claim, (list(alices()))),
            abi.encodeCall(IMerkleDrops.claimTo, (list(alices()), stranger))
        ];
        for (uint256 i; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            hook.arm(address(drops), calls[i]);
            action();
            assertTrue(hook.called(), "the token was not called");
            assertFalse(hook.succeeded(), vm.toString(calls[i]));
            assertEq(
                hook.answer(),
                abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                vm.toString(calls[i])
            );
            assertTrue(vm.revertToState(snapshot));
        }
    }
}
