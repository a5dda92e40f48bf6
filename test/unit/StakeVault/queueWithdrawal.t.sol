// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Scene} from "../Scene.sol";

contract QueueWithdrawalTest is Scene {
    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 10 * unit);
    }

    /* REVERTS */

    function test_RevertWhen_NeitherOwnerNorOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, stranger));
        vm.prank(stranger);
        vault.queueWithdrawal(pool, unit, 0, alice);
    }

    function test_RevertWhen_PoolIsIdle() public {
        deposit(alice, address(0), unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolIsIdle.selector, idle));
        queue(alice, idle, unit);
    }

    function test_RevertWhen_GenerationEnded() public {
        cut(pool, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGenerationEnded.selector, pool));
        queue(alice, pool, unit);
    }

    function test_RevertWhen_MoreThanHeld() public {
        deposit(bob, operator, unit);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, pool, alice, 10 * unit, 10 * unit + 1)
        );
        queue(alice, pool, 10 * unit + 1);
    }

    function test_RevertWhen_SharesAreZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        queue(alice, pool, 0);
    }

    function test_RevertWhen_SharesAreWorthNothing() public {
        cut(pool, 0.5e18, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        queue(alice, pool, 1);
    }

    function test_RevertWhen_FewerAssetsThanAccepted() public {
        cut(pool, 0.5e18, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TooLittle.selector, unit / 2, unit));
        vm.prank(alice);
        vault.queueWithdrawal(pool, unit, unit, alice);
    }

    /* EFFECTS */

    function test_MovesStakeIntoTheBucketOfTheEpochAfterNext() public {
        cut(pool, 0.5e18, 1e18);
        Epoch expected = vault.currentEpoch().plus(2);
        vm.expectEmit(address(vault));
        emit IStakeVault.WithdrawalQueued(pool, expected, alice, 4 * unit, 2 * unit, 2 * unit);
        vm.expectCall(address(token), "", 0);
        vm.prank(alice);
        (Epoch epoch, uint256 assets) = vault.queueWithdrawal(pool, 4 * unit, 2 * unit, alice);

        assertEq(epoch, expected);
        assertEq(assets, 2 * unit);
        assertPool(pool, 3 * unit, 6 * unit);
        assertBucket(pool, epoch, 2 * unit, 2 * unit);
        assertEq(vault.balanceOf(alice, pool), 6 * unit);
        assertEq(vault.exitOf(pool, epoch, alice), 2 * unit);
        assertEq(vault.exitValue(pool, epoch, alice), 2 * unit);
        assertEq(vault.positionValue(pool, alice), 3 * unit);
    }

    function test_LastSecondOfAnEpochCountsForIt() public {
        Epoch now_ = vault.currentEpoch();
        skipToEnd(0);
        (Epoch epoch,) = queue(alice, pool, unit);
        assertEq(epoch, now_.plus(2));
        vm.warp(vm.getBlockTimestamp() + 1);
        (Epoch later,) = queue(alice, pool, unit);
        assertEq(later, now_.plus(3));
        assertBucket(pool, epoch, unit, unit);
        assertBucket(pool, later, unit, unit);
    }

    function test_ExitsOfOneEpochAddUp() public {
        (Epoch epoch,) = queue(alice, pool, unit);
        queue(alice, pool, 2 * unit);
        assertEq(vault.exitOf(pool, epoch, alice), 3 * unit);
        assertBucket(pool, epoch, 3 * unit, 3 * unit);
    }

    /// @dev A bucket of 10 has lost a third of it, rounded down, so 10 shares are worth 7: 5 assets are 7.1 shares.
    function test_MintsAtThePriceOfTheBucket() public {
        deposit(bob, operator, 10);
        (Epoch epoch,) = queueAll(bob, pool);
        cut(pool, 1, 3);
        assertBucket(pool, epoch, 7, 10);

        uint256 shares = 8;
        (uint256 total, uint256 all,,) = vault.poolState(pool);
        uint256 assets = shares * total / all;
        assertEq(assets, 5);
        vm.expectEmit(address(vault));
        emit IStakeVault.WithdrawalQueued(pool, epoch, alice, shares, 5, 7);
        queue(alice, pool, shares);
        assertBucket(pool, epoch, 12, 17);
        assertEq(vault.exitValue(pool, epoch, bob), 7);
        assertEq(vault.exitValue(pool, epoch, alice), 4, "one unit for the conversion");
    }

    function test_ByAnOperatorOfTheOwner() public {
        vm.prank(alice);
        vault.setOperator(bob, true);
        vm.prank(bob);
        (Epoch epoch,) = vault.queueWithdrawal(pool, unit, 0, alice);
        assertEq(vault.exitOf(pool, epoch, alice), unit);
        assertEq(vault.exitOf(pool, epoch, bob), 0);
    }

    function test_WhateverIsPaused() public {
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(vault, Pausable(i), 3 days);
            pause(manager, Pausable(i), 3 days);
        }
        (, uint256 assets) = queueAll(alice, pool);
        assertEq(assets, 10 * unit);
    }

    function testFuzz_CostsItsOwnerTwoUnitsAndOthersNothing(uint256 taken, uint256 first, uint256 shares) public {
        deposit(bob, operator, 10 * unit);
        taken = bound(taken, 1, 0.99e18);
        first = bound(first, unit / 10, 5 * unit);
        (Epoch epoch,) = queue(bob, pool, first);
        cut(pool, taken, 1e18);
        shares = bound(shares, 1000, 10 * unit);
        uint256 position = vault.positionValue(pool, bob);
        uint256 exit = vault.exitValue(pool, epoch, bob);
        uint256 own = vault.positionValue(pool, alice);

        queue(alice, pool, shares);
        assertGe(vault.positionValue(pool, bob), position);
        assertGe(vault.exitValue(pool, epoch, bob), exit);
        uint256 after_ = vault.positionValue(pool, alice) + vault.exitValue(pool, epoch, alice);
        assertGe(after_ + 2, own);
        assertLe(after_, own);
    }
}
