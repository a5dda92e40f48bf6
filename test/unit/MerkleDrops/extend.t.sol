// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "./DropsScene.sol";

contract MerkleDropsExtendTest is DropsScene {
    function test_RevertWhen_NoSuchDrop() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoSuchDrop.selector, 2));
        vm.prank(payer);
        drops.extend(2, expiry + 1);
    }

    function test_RevertWhen_NotPayer() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotDropPayer.selector, drop, alice));
        vm.prank(alice);
        drops.extend(drop, expiry + 1);
    }

    function test_RevertWhen_Expired() public {
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropExpired.selector, drop, expiry));
        extend(expiry + 1);
    }

    function test_RevertWhen_NotLater() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadExpiry.selector, expiry, expiry));
        extend(expiry);
    }

    function test_RevertWhen_Earlier() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadExpiry.selector, expiry - 1, expiry));
        extend(expiry - 1);
    }

    function test_RevertWhen_TooLarge() public {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, 2 ** 40));
        extend(2 ** 40);
    }

    /// @dev In the last second; and nothing else about the drop changes.
    function test_ExpiresLater() public {
        activate(drop, first, 60 * unit);
        vm.warp(expiry - 1);
        vm.expectEmit(address(drops));
        emit IMerkleDrops.DropExtended(drop, expiry + 1 days);
        extend(expiry + 1 days);
        assertEq(drops.dropOf(drop).expiry, expiry + 1 days);
        assertEq(drops.dropOf(drop).delay, DELAY);
        assertEq(drops.dropOf(drop).token, address(token));
        assertRoots(first[0], 0, 0);

        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropNotExpired.selector, drop, expiry + 1 days));
        reclaim(drop);
        skip(1 days - 1);
        assertEq(claim(alices()), 10 * unit);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropExpired.selector, drop, expiry + 1 days));
        claim(item(drop, first, bob, 20 * unit));
    }

    /// @dev A pending root becomes active on its day.
    function test_WhileARootIsPending() public {
        post(drop, first, 60 * unit);
        extend(expiry + 1 days);
        assertRoots(0, first[0], vm.getBlockTimestamp() + DELAY);
    }

    function extend(uint256 later) internal {
        vm.prank(payer);
        drops.extend(drop, later);
    }
}
