// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "./DropsScene.sol";
import {Tree} from "./Tree.sol";

contract MerkleDropsWithdrawRootTest is DropsScene {
    function test_RevertWhen_NoSuchDrop() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoSuchDrop.selector, 2));
        vm.prank(payer);
        drops.withdrawRoot(2);
    }

    function test_RevertWhen_NotPayer() public {
        post(drop, first, 60 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotDropPayer.selector, drop, alice));
        vm.prank(alice);
        drops.withdrawRoot(drop);
    }

    function test_RevertWhen_NoneWasPosted() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoPendingRoot.selector, drop));
        withdrawRoot();
    }

    function test_RevertWhen_ItIsActive() public {
        activate(drop, first, 60 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoPendingRoot.selector, drop));
        withdrawRoot();
    }

    function test_RevertWhen_WithdrawnAlready() public {
        post(drop, first, 60 * unit);
        withdrawRoot();
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoPendingRoot.selector, drop));
        withdrawRoot();
    }

    /// @dev In the last second; it pays nothing, then and ever.
    function test_TheFirst() public {
        post(drop, first, 60 * unit);
        skip(DELAY - 1);
        vm.expectEmit(address(drops));
        emit IMerkleDrops.RootWithdrawn(drop, first[0]);
        withdrawRoot();
        assertRoots(0, 0, 0);
        skip(DELAY);
        assertRoots(0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, drop, alice, 10 * unit, 0));
        claim(alices());
    }

    function test_TheActiveOneStays() public {
        activate(drop, first, 60 * unit);
        bytes32[] memory wrong = Tree.build(rows(99 * unit, unit, unit));
        for (uint256 i; i < 2; ++i) {
            post(drop, wrong, 100 * unit);
            withdrawRoot();
            assertRoots(first[0], 0, 0);
            skip(DELAY);
            assertRoots(first[0], 0, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, drop, alice, 99 * unit, first[0]));
        claim(item(drop, wrong, alice, 99 * unit));
        assertEq(claim(alices()), 10 * unit);
    }

    /// @dev And the active one stands below it until it is active.
    function test_AnotherMayBePosted() public {
        activate(drop, first, 60 * unit);
        post(drop, Tree.build(rows(99 * unit, unit, unit)), 100 * unit);
        withdrawRoot();
        bytes32[] memory right = Tree.build(rows(11 * unit, 22 * unit, 33 * unit));
        post(drop, right, 66 * unit);
        assertRoots(first[0], right[0], vm.getBlockTimestamp() + DELAY);
        skip(DELAY);
        assertRoots(right[0], 0, 0);
        assertEq(claim(item(drop, right, alice, 11 * unit)), 11 * unit);
    }

    /// @dev With the whole delay anew.
    function test_ItMayBePostedAgain() public {
        post(drop, first, 60 * unit);
        skip(DELAY - 1);
        withdrawRoot();
        post(drop, first, 60 * unit);
        skip(DELAY - 1);
        assertRoots(0, first[0], vm.getBlockTimestamp() + 1);
        skip(1);
        assertEq(claim(alices()), 10 * unit);
    }
}
