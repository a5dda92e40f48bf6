// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Drop, DropClaim, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "./DropsScene.sol";
import {Row, Tree} from "./Tree.sol";

contract MerkleDropsViewsTest is DropsScene {
    /* DROPS */

    function test_ADropThatIsNone() public view {
        Drop memory d;
        assertEq(abi.encode(drops.dropOf(0)), abi.encode(d));
        assertEq(abi.encode(drops.dropOf(2)), abi.encode(d));
        assertEq(drops.claimedOf(2, alice), 0);
    }

    function test_ADropFromEndToEnd() public {
        Drop memory d = Drop(payer, address(token), DELAY, expiry, 100 * unit, 0, 0, 0, 0);
        assertEq(abi.encode(drops.dropOf(drop)), abi.encode(d));
        post(drop, first, 60 * unit);
        (d.pending, d.activeFrom) = (first[0], vm.getBlockTimestamp() + DELAY);
        assertEq(abi.encode(drops.dropOf(drop)), abi.encode(d));
        skip(DELAY);
        (d.root, d.pending, d.activeFrom) = (first[0], 0, 0);
        assertEq(abi.encode(drops.dropOf(drop)), abi.encode(d));
        claim(alices());
        d.paid = 10 * unit;
        assertEq(abi.encode(drops.dropOf(drop)), abi.encode(d));
        vm.warp(expiry);
        reclaim(drop);
        d.funded = 10 * unit;
        assertEq(abi.encode(drops.dropOf(drop)), abi.encode(d));
    }

    /* CLAIMABLE */

    function test_RevertWhen_NoSuchDrop() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoSuchDrop.selector, 2));
        drops.claimable(2, alice, 10 * unit, new bytes32[](0));
    }

    function test_RevertWhen_Expired() public {
        activate(drop, first, 60 * unit);
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropExpired.selector, drop, expiry));
        claimable(alices());
    }

    function test_RevertWhen_ProofIsWrong() public {
        post(drop, first, 60 * unit);
        skip(DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, drop, alice, 10 * unit, 0));
        claimable(alices());
        skip(1);
        assertEq(claimable(alices()), 10 * unit);
    }

    function test_RevertWhen_Exhausted() public {
        bytes32[] memory tree = Tree.build(rows(100 * unit + 1, 1, 1));
        activate(drop, tree, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IMerkleDrops.DropExhausted.selector, drop, alice, 100 * unit + 1, 100 * unit)
        );
        claimable(item(drop, tree, alice, 100 * unit + 1));
    }

    function test_RevertWhen_AccountIsZero() public {
        Row[] memory lost = rows(1, 2, 3);
        lost[0].account = address(0);
        bytes32[] memory tree = Tree.build(lost);
        activate(drop, tree, 6);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadReceiver.selector, address(0)));
        claimable(item(drop, tree, address(0), 1));
    }

    function test_NothingWhereItWasClaimed() public {
        activate(drop, first, 60 * unit);
        claim(alices());
        assertEq(claimable(alices()), 0);
    }

    function testFuzz_WhatClaimPays(uint64 before, uint64 more, uint256 funded) public {
        bytes32[] memory tree = Tree.build(rows(before, 1, 1));
        activate(drop, tree, 1);
        claimWherePossible(item(drop, tree, alice, before));
        funded = bound(funded, 1, 2 ** 65);
        give(token, payer, funded);
        fund(drop, funded);
        uint256 all = uint256(before) + more;
        tree = Tree.build(rows(all, 1, 1));
        activate(drop, tree, 1);
        claimWherePossible(item(drop, tree, alice, all));
    }

    /* INTERNAL */

    function claimable(DropClaim memory c) internal view returns (uint256) {
        return drops.claimable(c.drop, c.account, c.cumulative, c.proof);
    }

    /// @dev What the view tells is what is paid; what it refuses is refused for the same reason.
    function claimWherePossible(DropClaim memory c) internal {
        uint256 held_ = token.balanceOf(c.account);
        try drops.claimable(c.drop, c.account, c.cumulative, c.proof) returns (uint256 told) {
            assertEq(claim(c), told);
            assertEq(token.balanceOf(c.account), held_ + told);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IMerkleDrops.DropExhausted.selector);
            vm.expectRevert(reason);
            claim(c);
        }
    }
}
