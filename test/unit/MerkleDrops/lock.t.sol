// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {Locks} from "../Lock.sol";
import {DropsScene} from "./DropsScene.sol";

/// @notice That a token that is called calls nothing here.
contract MerkleDropsLockTest is DropsScene, Locks {
    /// @dev A drop of the token with the hook.
    uint256 internal hooked;

    function setUp() public override {
        super.setUp();
        activate(drop, first, 60 * unit);
        hooked = activeDropOf(odd(), 60 * unit);
        give(odd(), payer, 100 * unit);
    }

    function test_NoEntryPointIsLeftOut() public view {
        assertNoEntryPointIsLeftOut("MerkleDrops", entryPoints());
    }

    function test_WhileItIsTakenIn() public {
        assertLocked(address(drops), entryPoints(), fundSome);
    }

    function test_D37_WhileItIsPaidOut() public {
        assertLocked(address(drops), entryPoints(), claimSome);
    }

    function test_WhileItIsTakenBack() public {
        assertLocked(address(drops), entryPoints(), reclaimSome);
    }

    /* INTERNAL */

    function fundSome() internal {
        fund(hooked, unit);
    }

    function claimSome() internal {
        claim(item(hooked, first, bob, 20 * unit));
    }

    function reclaimSome() internal {
        vm.warp(expiry);
        reclaim(hooked);
    }

    function entryPoints() internal view returns (bytes[] memory calls) {
        calls = new bytes[](8);
        calls[0] = abi.encodeCall(IMerkleDrops.create, (address(token), DELAY, expiry));
        calls[1] = abi.encodeCall(IMerkleDrops.post, (hooked, first[0], unit));
        calls[2] = abi.encodeCall(IMerkleDrops.withdrawRoot, (hooked));
        calls[3] = abi.encodeCall(IMerkleDrops.extend, (hooked, expiry + 1));
        calls[4] = abi.encodeCall(IMerkleDrops.reclaim, (hooked));
        calls[5] = abi.encodeCall(IMerkleDrops.fund, (hooked, address(this), unit));
        calls[6] = abi.encodeCall(IMerkleDrops.claim, (list(alices())));
        calls[7] = abi.encodeCall(IMerkleDrops.claimTo, (list(alices()), stranger));
    }
}
