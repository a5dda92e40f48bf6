// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken, SilentToken} from "../../mocks/OddTokens.sol";
import {DropsScene} from "./DropsScene.sol";

contract MerkleDropsReclaimTest is DropsScene {
    function test_RevertWhen_NoSuchDrop() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoSuchDrop.selector, 2));
        reclaim(2);
    }

    function test_RevertWhen_NotPayer() public {
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotDropPayer.selector, drop, alice));
        vm.prank(alice);
        drops.reclaim(drop);
    }

    function test_RevertWhen_NotExpired() public {
        vm.warp(expiry - 1);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropNotExpired.selector, drop, expiry));
        reclaim(drop);
    }

    function test_RevertWhen_NothingIsLeft() public {
        activate(drop, first, 60 * unit);
        claim(alices());
        vm.warp(expiry);
        assertEq(reclaim(drop), 90 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NothingToMove.selector, drop));
        reclaim(drop);
    }

    function test_RevertWhen_TokenRefuses() public {
        BlocklistToken odd = new BlocklistToken();
        uint256 other = activeDropOf(IMintable(address(odd)), 60 * unit);
        odd.setBlocked(payer, true);
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.TokenRefused.selector, address(odd), payer, 60 * unit));
        reclaim(other);
        assertEq(reclaim(drop), 100 * unit, "of another token");
    }

    /// @dev What is left of another drop of the same token stays.
    function test_TakesTheRest() public {
        activate(drop, first, 60 * unit);
        uint256 other = activeDropOf(token, 60 * unit);
        claim(alices());
        uint256 before = token.balanceOf(payer);
        vm.warp(expiry);
        vm.expectEmit(address(drops));
        emit IMerkleDrops.DropReclaimed(drop, 90 * unit);
        assertEq(reclaim(drop), 90 * unit);
        assertEq(token.balanceOf(payer), before + 90 * unit);
        assertDrop(drop, 10 * unit, 10 * unit);
        assertDrop(other, 60 * unit, 0);
        assertEq(held(token), 60 * unit);
        assertEq(reclaim(other), 60 * unit);
    }

    /// @dev What others put in is the payer's to take back as well.
    function test_TakesWhatOthersFunded() public {
        give(token, alice, unit);
        vm.prank(alice);
        drops.fund(drop, payer, unit);
        vm.warp(expiry);
        assertEq(reclaim(drop), 101 * unit);
    }

    function test_OfATokenThatReturnsNothing() public {
        IMintable silent = IMintable(address(new SilentToken()));
        uint256 other = activeDropOf(silent, 60 * unit);
        vm.warp(expiry);
        assertEq(reclaim(other), 60 * unit);
        assertEq(silent.balanceOf(payer), 60 * unit);
    }
}
