// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Scene} from "../Scene.sol";

contract RedelegateTest is Scene {
    Epoch internal ripe;
    PoolId internal otherPool;

    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 10 * unit);
        (ripe,) = queue(alice, pool, 4 * unit);
        otherPool = vault.poolId(otherOperator, address(token));
    }

    /* REVERTS */

    function test_RevertWhen_NeitherOwnerNorOperator() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, stranger));
        vm.prank(stranger);
        vault.redelegate(pool, ripe, alice, otherOperator, 0);
    }

    function test_RevertWhen_Paused() public {
        skipEpochs(2);
        uint256 until = pause(vault, Pausable.Deposit, 7 days);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Deposit, until));
        redelegate(alice, pool, ripe, otherOperator);
    }

    function test_RevertWhen_LastSecondOfTheNextEpoch() public {
        skipToEnd(1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ExitNotRipe.selector, ripe, vault.currentEpoch()));
        redelegate(alice, pool, ripe, otherOperator);
    }

    function test_RevertWhen_NoExit() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoExit.selector, pool, ripe, bob));
        redelegate(bob, pool, ripe, otherOperator);
    }

    function test_RevertWhen_OperatorTakesNoStake() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, stranger, 0));
        redelegate(alice, pool, ripe, stranger);
    }

    function test_RevertWhen_FewerSharesThanAccepted() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TooLittle.selector, 4 * unit, 4 * unit + 1));
        vm.prank(alice);
        vault.redelegate(pool, ripe, alice, otherOperator, 4 * unit + 1);
    }

    function test_RevertWhen_ExitIsWorthNothing() public {
        cut(pool, 1, 1);
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, otherPool));
        redelegate(alice, pool, ripe, otherOperator);
    }

    /* EFFECTS */

    function test_MovesToAnotherOperatorWithoutTheToken() public {
        skipEpochs(2);
        vm.expectEmit(address(vault));
        emit IStakeVault.PoolCreated(otherPool, otherOperator, address(token));
        vm.expectEmit(address(vault));
        emit IStakeVault.Redelegated(pool, ripe, alice, otherPool, 4 * unit, 4 * unit);
        vm.expectCall(address(token), "", 0);
        assertEq(redelegate(alice, pool, ripe, otherOperator), 4 * unit);

        assertEq(vault.exitOf(pool, ripe, alice), 0);
        assertBucket(pool, ripe, 0, 0);
        assertEq(vault.balanceOf(alice, otherPool), 4 * unit);
        assertPool(otherPool, 4 * unit, 4 * unit);
    }

    /// @dev 10 shares of the other pool are worth 9: 4 units buy 4 × 10 / 9, rounded down.
    function test_MintsAtThePriceOfThePool() public {
        deposit(bob, otherOperator, 10);
        cut(otherPool, 1, 10);
        skipEpochs(2);
        assertEq(redelegate(alice, pool, ripe, otherOperator), 4 * unit * 10 / 9);
        assertEq(vault.positionValue(otherPool, bob), 9);
    }

    function test_MovesToTheIdlePool() public {
        skipEpochs(2);
        redelegate(alice, pool, ripe, address(0));
        assertEq(vault.positionValue(idle, alice), 4 * unit);
    }

    function test_MovesBackIntoTheSamePool() public {
        skipEpochs(2);
        redelegate(alice, pool, ripe, operator);
        assertEq(vault.positionValue(pool, alice), 10 * unit);
        assertPool(pool, 10 * unit, 10 * unit);
    }

    function test_MovesIntoTheNextGenerationOfItsPool() public {
        skipEpochs(2);
        cut(pool, 1, 1);
        redelegate(alice, pool, ripe, operator);
        assertEq(vault.positionValue(pool.atGeneration(1), alice), 4 * unit);
    }

    function test_ByAnOperatorOfTheOwner() public {
        vm.prank(alice);
        vault.setOperator(bob, true);
        skipEpochs(2);
        vm.prank(bob);
        vault.redelegate(pool, ripe, alice, otherOperator, 0);
        assertEq(vault.balanceOf(alice, otherPool), 4 * unit);
    }

    function test_WhenCompletionIsPaused() public {
        skipEpochs(2);
        pause(vault, Pausable.Complete, 3 days);
        assertEq(redelegate(alice, pool, ripe, otherOperator), 4 * unit);
    }
}
