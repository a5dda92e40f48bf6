// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Drop, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "./DropsScene.sol";

contract MerkleDropsCreateTest is DropsScene {
    function test_RevertWhen_TokenHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotAToken.selector, stranger));
        drops.create(stranger, DELAY, expiry);
    }

    function test_RevertWhen_ExpiryIsNow() public {
        uint256 now_ = vm.getBlockTimestamp();
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadExpiry.selector, now_, now_));
        drops.create(address(token), DELAY, now_);
    }

    function test_RevertWhen_ExpiryIsPast() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadExpiry.selector, 1, vm.getBlockTimestamp()));
        drops.create(address(token), DELAY, 1);
    }

    function test_RevertWhen_ExpiryIsTooLarge() public {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, 2 ** 40));
        drops.create(address(token), DELAY, 2 ** 40);
    }

    function test_RevertWhen_DelayIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadDelay.selector, 0, expiry));
        drops.create(address(token), 0, expiry);
    }

    function test_RevertWhen_DelayLastsUntilTheExpiry() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadDelay.selector, 30 days, expiry));
        drops.create(address(token), 30 days, expiry);
    }

    function test_RevertWhen_DelayIsHuge() public {
        uint256 huge = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadDelay.selector, huge, expiry));
        drops.create(address(token), huge, expiry);
    }

    function test_MakesADrop() public {
        vm.expectEmit(address(drops));
        emit IMerkleDrops.DropCreated(2, alice, address(token), 3 days, expiry + 1);
        vm.prank(alice);
        assertEq(drops.create(address(token), 3 days, expiry + 1), 2);
        assertEq(drops.dropCount(), 2);
        Drop memory d = drops.dropOf(2);
        assertEq(d.payer, alice);
        assertEq(d.token, address(token));
        assertEq(d.delay, 3 days);
        assertEq(d.expiry, expiry + 1);
        assertDrop(2, 0, 0);
        assertEq(drops.dropOf(1).payer, payer, "the first is another's");
    }

    /// @dev The shortest delay, the longest delay, and the latest expiry.
    function test_AtTheBounds() public {
        assertEq(drops.dropOf(drops.create(address(token), 1, expiry)).delay, 1);
        assertEq(drops.dropOf(drops.create(address(token), 30 days - 1, expiry)).delay, 30 days - 1);
        assertEq(drops.dropOf(drops.create(address(token), DELAY, 2 ** 40 - 1)).expiry, 2 ** 40 - 1);
    }
}
