// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Scene} from "../Scene.sol";

contract CompleteWithdrawalTest is Scene {
    Epoch internal ripe;

    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 10 * unit);
        deposit(bob, operator, 10 * unit);
        (ripe,) = queue(alice, pool, 4 * unit);
        queue(bob, pool, 4 * unit);
    }

    /* REVERTS */

    function test_RevertWhen_NeitherOwnerNorOperator() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, stranger));
        vm.prank(stranger);
        vault.completeWithdrawal(pool, ripe, alice, stranger);
    }

    function test_RevertWhen_Paused() public {
        skipEpochs(2);
        uint256 until = pause(vault, Pausable.Complete, 3 days);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Complete, until));
        complete(alice, pool, ripe);
    }

    function test_RevertWhen_LastSecondOfTheNextEpoch() public {
        skipToEnd(1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ExitNotRipe.selector, ripe, vault.currentEpoch()));
        complete(alice, pool, ripe);
    }

    function test_RevertWhen_NoExit() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoExit.selector, pool, ripe, stranger));
        complete(stranger, pool, ripe);
    }

    function test_RevertWhen_CompletedAlready() public {
        skipEpochs(2);
        complete(alice, pool, ripe);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoExit.selector, pool, ripe, alice));
        complete(alice, pool, ripe);
    }

    function test_RevertWhen_ReceiverIsZero() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, address(0)));
        vm.prank(alice);
        vault.completeWithdrawal(pool, ripe, alice, address(0));
    }

    function test_RevertWhen_ReceiverIsTheVault() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, vault));
        vm.prank(alice);
        vault.completeWithdrawal(pool, ripe, alice, address(vault));
    }

    /* EFFECTS */

    function test_PaysOutInTheFirstSecondOfItsEpoch() public {
        skipEpochs(2);
        vm.expectEmit(address(vault));
        emit IStakeVault.WithdrawalCompleted(pool, ripe, alice, stranger, 4 * unit);
        vm.prank(alice);
        assertEq(vault.completeWithdrawal(pool, ripe, alice, stranger), 4 * unit);

        assertEq(token.balanceOf(stranger), 4 * unit);
        assertEq(vault.exitOf(pool, ripe, alice), 0);
        assertEq(vault.exitValue(pool, ripe, alice), 0);
        assertBucket(pool, ripe, 4 * unit, 4 * unit);
        assertEq(vault.exitValue(pool, ripe, bob), 4 * unit);
        assertPool(pool, 12 * unit, 12 * unit);
    }

    function test_ByAnOperatorOfTheOwner() public {
        vm.prank(alice);
        vault.setOperator(bob, true);
        skipEpochs(2);
        vm.prank(bob);
        assertEq(vault.completeWithdrawal(pool, ripe, alice, bob), 4 * unit);
        assertEq(token.balanceOf(bob), 4 * unit);
    }

    function test_OnceThePauseIsOver() public {
        skipEpochs(2);
        vm.warp(pause(vault, Pausable.Complete, 3 days));
        assertEq(complete(alice, pool, ripe), 4 * unit);
    }

    function test_LosesToASlashInTheEpochOfTheQueue() public {
        cut(pool, 0.25e18, 1e18);
        skipEpochs(2);
        assertEq(complete(alice, pool, ripe), 3 * unit);
    }

    function test_LosesToASlashInTheLastSecondOfTheNextEpoch() public {
        skipToEnd(1);
        cut(pool, 0.25e18, 1e18);
        skipEpochs(1);
        assertEq(complete(alice, pool, ripe), 3 * unit);
    }

    function test_LosesNothingToASlashOnceItIsRipe() public {
        skipEpochs(2);
        cut(pool, 0.25e18, 1e18);
        assertEq(complete(alice, pool, ripe), 4 * unit);
    }

    function test_KeepsItsWorthWhenTheGenerationEndsOnceItIsRipe() public {
        skipEpochs(2);
        cut(pool, 1, 1);
        deposit(alice, operator, unit);
        assertEq(complete(alice, pool, ripe), 4 * unit);
        assertEq(complete(bob, pool, ripe), 4 * unit);
    }

    function test_AWorthlessExitCompletesWithoutTheToken() public {
        cut(pool, 1, 1);
        skipEpochs(2);
        vm.expectCall(address(token), "", 0);
        vm.expectEmit(address(vault));
        emit IStakeVault.WithdrawalCompleted(pool, ripe, alice, address(0), 0);
        vm.prank(alice);
        assertEq(vault.completeWithdrawal(pool, ripe, alice, address(0)), 0);
        assertEq(vault.exitOf(pool, ripe, alice), 0);
    }

    function test_PaysItsPartRoundedDown() public {
        (pool,) = deposit(alice, otherOperator, 10);
        deposit(bob, otherOperator, 10);
        queueAll(alice, pool);
        queueAll(bob, pool);
        cut(pool, 0.05e18, 1e18);
        skipEpochs(2);
        assertBucket(pool, ripe, 19, 20);
        assertEq(complete(alice, pool, ripe), 9);
        assertEq(complete(bob, pool, ripe), 10);
    }

    function testFuzz_TheLastOneLeavesNothingBehind(uint256 amount, uint256 taken) public {
        amount = bound(amount, 1, 2 ** 80);
        taken = bound(taken, 1, 1e18 - 1);
        deposit(stranger, operator, amount);
        queueAll(stranger, pool);
        cut(pool, taken, 1e18);
        skipEpochs(2);
        (uint256 total,) = vault.bucketOf(pool, ripe);
        uint256 others = vault.exitValue(pool, ripe, bob);
        uint256 paid = complete(stranger, pool, ripe);
        assertGe(vault.exitValue(pool, ripe, bob), others, "others lose nothing");
        paid += complete(alice, pool, ripe) + complete(bob, pool, ripe);
        assertEq(paid, total);
        assertBucket(pool, ripe, 0, 0);
    }
}
