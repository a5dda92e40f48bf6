// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "./DropsScene.sol";
import {Tree} from "./Tree.sol";

contract MerkleDropsPostTest is DropsScene {
    bytes32 internal constant NONE = 0;

    function test_RevertWhen_NoSuchDrop() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoSuchDrop.selector, 2));
        post(2, first, 0);
    }

    function test_RevertWhen_NotPayer() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotDropPayer.selector, drop, alice));
        vm.prank(alice);
        drops.post(drop, first[0], 60 * unit);
    }

    function test_RevertWhen_PayerOfAnotherDrop() public {
        vm.startPrank(alice);
        drops.create(address(token), DELAY, expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotDropPayer.selector, drop, alice));
        drops.post(drop, first[0], 60 * unit);
        vm.stopPrank();
    }

    function test_RevertWhen_RootIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.RootIsZero.selector, drop));
        vm.prank(payer);
        drops.post(drop, 0, 60 * unit);
    }

    function test_RevertWhen_AnotherIsPending() public {
        post(drop, first, 60 * unit);
        uint256 activeFrom = vm.getBlockTimestamp() + DELAY;
        vm.warp(activeFrom - 1);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.RootIsPending.selector, drop, first[0], activeFrom));
        vm.prank(payer);
        drops.post(drop, "another", 60 * unit);
    }

    function test_RevertWhen_ActiveAtTheExpiry() public {
        vm.warp(expiry - DELAY);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.ActiveTooLate.selector, drop, expiry, expiry));
        post(drop, first, 60 * unit);
    }

    function test_RevertWhen_Expired() public {
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.ActiveTooLate.selector, drop, expiry + DELAY, expiry));
        post(drop, first, 60 * unit);
    }

    function test_RevertWhen_TotalIsNotFunded() public {
        bytes memory reason =
            abi.encodeWithSelector(IMerkleDrops.TotalNotFunded.selector, drop, 100 * unit + 1, 100 * unit);
        vm.expectRevert(reason);
        post(drop, first, 100 * unit + 1);
    }

    /// @dev Another drop of the same payer and token has enough.
    function test_RevertWhen_OnlyAnotherDropIsFunded() public {
        uint256 other = create(token);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.TotalNotFunded.selector, other, 60 * unit, 0));
        post(other, first, 60 * unit);
    }

    function test_BecomesActiveAfterTheDelay() public {
        uint256 activeFrom = vm.getBlockTimestamp() + DELAY;
        vm.expectEmit(address(drops));
        emit IMerkleDrops.RootPosted(drop, first[0], 60 * unit, activeFrom);
        post(drop, first, 60 * unit);
        assertRoots(NONE, first[0], activeFrom);
        vm.warp(activeFrom - 1);
        assertRoots(NONE, first[0], activeFrom);
        skip(1);
        assertRoots(first[0], NONE, 0);
    }

    function test_TheActiveOneStandsUntilThen() public {
        activate(drop, first, 60 * unit);
        bytes32[] memory second = Tree.build(rows(11 * unit, 22 * unit, 33 * unit));
        post(drop, second, 66 * unit);
        assertRoots(first[0], second[0], vm.getBlockTimestamp() + DELAY);
        skip(DELAY);
        assertRoots(second[0], NONE, 0);
    }

    /// @dev As soon as one is active the next may be posted.
    function test_OneAfterTheOther() public {
        bytes32 last;
        for (uint256 i = 1; i <= 5; ++i) {
            bytes32 root = bytes32(i);
            vm.prank(payer);
            drops.post(drop, root, unit);
            assertRoots(last, root, vm.getBlockTimestamp() + DELAY);
            skip(DELAY);
            last = root;
        }
    }

    function test_TheSameRootAgain() public {
        activate(drop, first, 60 * unit);
        post(drop, first, 60 * unit);
        assertRoots(first[0], first[0], vm.getBlockTimestamp() + DELAY);
        assertEq(claim(alices()), 10 * unit);
    }

    function test_AllThatIsFunded() public {
        post(drop, first, 100 * unit);
        assertEq(drops.dropOf(drop).pending, first[0]);
    }

    /// @dev What was claimed counts as funded: totals are cumulative, too.
    function test_CountsWhatWasPaid() public {
        activate(drop, first, 60 * unit);
        claim(alices());
        post(drop, first, 100 * unit);
        assertEq(drops.dropOf(drop).pending, first[0]);
    }

    /// @dev It is active for a second.
    function test_AtTheLastSecond() public {
        vm.warp(expiry - DELAY - 1);
        activate(drop, first, 60 * unit);
        assertRoots(first[0], NONE, 0);
        assertEq(claim(alices()), 10 * unit);
    }
}
