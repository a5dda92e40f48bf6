// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Scene} from "../Scene.sol";

contract AllocateTest is Scene {
    OperatorSetId internal other;

    function setUp() public override {
        super.setUp();
        other = createSet(1, defaultTerms());
        join(set, operator);
        join(other, operator);
        registerOperator(stranger);
        join(set, stranger);
        deposit(alice, operator, 100 * unit);
    }

    /* REVERTS */

    function test_RevertWhen_NotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, operator, bob));
        vm.prank(bob);
        manager.allocate(set, operator, address(token), HALF);
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoSuchSet.selector, none));
        allocate(none, operator, HALF);
    }

    function test_RevertWhen_Retired() public {
        allocateAndWait(set, HALF);
        vm.prank(avs);
        manager.retire(set);
        for (uint256 magnitude = 0; magnitude <= 1e18; magnitude += 1e18) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, set));
            allocate(set, operator, mag(magnitude));
        }
    }

    function test_RevertWhen_MoreThanTheWhole() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.MagnitudeTooLarge.selector, 1e18 + 1));
        allocate(set, operator, mag(1e18 + 1));
    }

    function test_RevertWhen_TooSmall() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.MagnitudeTooSmall.selector, 1e9 - 1, 1e9));
        allocate(set, operator, mag(1e9 - 1));
    }

    function test_RevertWhen_ZeroAlready() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.MagnitudeUnchanged.selector, 0));
        allocate(set, operator, mag(0));
    }

    function test_RevertWhen_PendingAlready() public {
        allocate(set, operator, HALF);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.MagnitudeUnchanged.selector, HALF));
        allocate(set, operator, HALF);
    }

    function test_RevertWhen_ALoweringIsPending() public {
        allocateAndWait(set, HALF);
        Epoch effective = allocate(set, operator, mag(0.4e18));
        for (uint256 magnitude = 0.3e18; magnitude <= 0.6e18; magnitude += 0.3e18) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.LoweringPending.selector, 0.4e18, effective));
            allocate(set, operator, mag(magnitude));
        }
    }

    function test_RevertWhen_RaisesArePaused() public {
        uint256 until = pause(manager, Pausable.Raise, 7 days);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Raise, until));
        allocate(set, operator, HALF);
    }

    function test_RevertWhen_NotAMember() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotMember.selector, set, otherOperator));
        allocate(set, otherOperator, HALF);
    }

    function test_RevertWhen_StrategyIsNotAccepted() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StrategyNotAccepted.selector, set, bob));
        vm.prank(operator);
        manager.allocate(set, operator, bob, HALF);
    }

    function test_RevertWhen_TooLittleIsLeft() public {
        leaveTheLeast();
        slash(other, operator, wad(1e9));
        assertBudget(1e9 - 1, 1e9 - 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.TooLittleLeft.selector, 1e9 - 1, 1e9));
        allocate(set, operator, mag(1e9));
    }

    function test_RevertWhen_MoreThanIsLeft() public {
        allocate(set, operator, HALF);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 1e18 + 1, 1e18));
        allocate(other, operator, mag(0.5e18 + 1));
    }

    function test_RevertWhen_MoreThanTheCeilingOfWhatIsLeft() public {
        setDegreeCeiling(address(token), 1.5e18);
        allocateAndWait(set, HALF);
        slash(set, operator, wad(0.4e18));
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 1.2e18 + 1, 1.2e18));
        allocate(other, operator, mag(0.9e18 + 1));
    }

    /* RAISING */

    function test_ARaiseTakesThreeEpochs() public {
        Epoch expected = vault.currentEpoch().plus(3);
        vm.expectEmit(address(manager));
        emit IAllocationManager.Allocated(set, operator, address(token), HALF, expected);
        assertEq(allocate(set, operator, HALF), expected);

        assertAllocation(set, mag(0), HALF, expected);
        assertCommitted(HALF);
        skipToEnd(2);
        assertAllocation(set, mag(0), HALF, expected);
        assertEq(slashableBy(set, operator), 0);
        vm.warp(vm.getBlockTimestamp() + 1);
        assertAllocation(set, HALF, HALF, Epoch.wrap(0));
        assertEq(slashableBy(set, operator), 50 * unit);
    }

    function test_ARaiseOfTheLastSecondCountsForItsEpoch() public {
        Epoch expected = vault.currentEpoch().plus(3);
        skipToEnd(0);
        assertEq(allocate(set, operator, HALF), expected);
    }

    function test_ARaiseBeforeOpeningIsImmediate() public {
        Epoch now_ = vault.currentEpoch();
        vm.expectEmit(address(manager));
        emit IAllocationManager.Allocated(set, stranger, address(token), HALF, now_);
        assertEq(allocate(set, stranger, HALF), now_);
        (Magnitude current,, Epoch effective,) = manager.allocationOf(set, stranger, address(token));
        assertEq(current, HALF);
        assertEq(effective, Epoch.wrap(0));
    }

    function test_ARaiseAfterOpeningWaitsThoughNoStakeIsAdmitted() public {
        vm.prank(stranger);
        vault.open();
        assertEq(allocate(set, stranger, HALF), vault.currentEpoch().plus(3));
    }

    function test_ARaiseAfterClosingWaits() public {
        vm.prank(operator);
        vault.close();
        assertEq(allocate(set, operator, HALF), vault.currentEpoch().plus(3));
    }

    function test_RaisesUpToWhatIsLeft() public {
        allocate(set, operator, HALF);
        allocate(other, operator, HALF);
        assertCommitted(WHOLE);
    }

    function test_RaisesUpToTheCeilingOfWhatIsLeft() public {
        setDegreeCeiling(address(token), 1.5e18);
        allocateAndWait(set, HALF);
        slash(set, operator, wad(0.4e18));
        allocate(other, operator, mag(0.9e18));
        assertCommitted(mag(1.2e18));
    }

    function test_RaisesTheLeastWithTheLeastLeft() public {
        leaveTheLeast();
        setDegreeCeiling(address(token), 2e18);
        allocate(set, operator, mag(1e9));
        assertBudget(1e9, 2e9, 0);
    }

    function test_ARaiseRemembersThatTheOperatorOpened() public {
        vm.prank(stranger);
        vault.open();
        assertFalse(manager.membershipOf(set, stranger).opened);
        allocate(set, stranger, HALF);
        assertTrue(manager.membershipOf(set, stranger).opened);
    }

    function test_ALaterRaiseRemembersThatTheOperatorOpened() public {
        allocate(set, stranger, HALF);
        vm.prank(stranger);
        vault.open();
        assertEq(allocate(set, stranger, WHOLE), vault.currentEpoch().plus(3));
        assertTrue(manager.membershipOf(set, stranger).opened);
        assertEq(manager.membershipOf(set, stranger).allocations, 1);
    }

    function test_ByAnAppointee() public {
        vm.prank(operator);
        manager.appoint(bob, IAllocationManager.allocate.selector, true);
        vm.prank(bob);
        assertEq(manager.allocate(set, operator, address(token), HALF), vault.currentEpoch().plus(3));
    }

    /* CHANGING A RAISE */

    function test_APendingRaiseOfLessThanTheLeastIsWithdrawn() public {
        deposit(bob, operator, 2 ** 90);
        allocateAndWait(set, mag(1e9));
        allocate(set, operator, HALF);
        slash(set, operator, wad(0.5e18));
        allocate(set, operator, mag(0.5e9));
        assertAllocation(set, mag(0.5e9), mag(0.5e9), Epoch.wrap(0));
    }

    function test_APendingRaiseIsWithdrawnAtOnce() public {
        allocateAndWait(set, mag(0.2e18));
        allocate(set, operator, HALF);
        skipEpochs(1);
        vm.expectEmit(address(manager));
        emit IAllocationManager.Allocated(set, operator, address(token), mag(0.2e18), vault.currentEpoch());
        assertEq(allocate(set, operator, mag(0.2e18)), vault.currentEpoch());
        assertAllocation(set, mag(0.2e18), mag(0.2e18), Epoch.wrap(0));
        assertCommitted(mag(0.2e18));
    }

    function test_APendingRaiseIsCutAndKeepsItsDay() public {
        Epoch effective = allocate(set, operator, HALF);
        skipEpochs(1);
        assertEq(allocate(set, operator, mag(0.3e18)), effective);
        assertAllocation(set, mag(0), mag(0.3e18), effective);
        assertCommitted(mag(0.3e18));
    }

    function test_APendingRaiseIsReplacedByALargerOneWithFreshNotice() public {
        allocate(set, operator, HALF);
        skipEpochs(1);
        Epoch expected = vault.currentEpoch().plus(3);
        assertEq(allocate(set, operator, mag(0.6e18)), expected);
        assertAllocation(set, mag(0), mag(0.6e18), expected);
    }

    function test_APendingRaiseBecomesALowering() public {
        allocateAndWait(set, HALF);
        allocate(set, operator, WHOLE);
        Epoch expected = vault.currentEpoch().plus(2);
        assertEq(allocate(set, operator, mag(0.1e18)), expected);
        assertAllocation(set, HALF, mag(0.1e18), expected);
        assertCommitted(HALF);
    }

    function test_ARaiseThatHasComeDueIsInForce() public {
        allocateAndWait(set, HALF);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.MagnitudeUnchanged.selector, HALF));
        allocate(set, operator, HALF);
    }

    /* LOWERING */

    function test_ALoweringTakesTwoEpochs() public {
        allocateAndWait(set, HALF);
        Epoch expected = vault.currentEpoch().plus(2);
        vm.expectEmit(address(manager));
        emit IAllocationManager.Allocated(set, operator, address(token), mag(0.2e18), expected);
        assertEq(allocate(set, operator, mag(0.2e18)), expected);

        skipToEnd(1);
        assertAllocation(set, HALF, mag(0.2e18), expected);
        assertEq(slashableBy(set, operator), 50 * unit);
        vm.warp(vm.getBlockTimestamp() + 1);
        assertAllocation(set, mag(0.2e18), mag(0.2e18), Epoch.wrap(0));
        assertEq(slashableBy(set, operator), 20 * unit);
    }

    function test_ALoweringBeforeOpeningTakesTwoEpochsToo() public {
        allocate(set, stranger, HALF);
        assertEq(allocate(set, stranger, mag(0)), vault.currentEpoch().plus(2));
    }

    function test_ALoweringIsNeverPaused() public {
        allocateAndWait(set, HALF);
        pause(manager, Pausable.Raise, 7 days);
        allocate(set, operator, mag(0));
        assertAllocation(set, HALF, mag(0), vault.currentEpoch().plus(2));
    }

    function test_ALoweringCountsAsCommittedUntilItIsTouched() public {
        allocateAndWait(set, WHOLE);
        allocate(set, operator, mag(0.4e18));
        skipEpochs(2);
        assertCommitted(WHOLE);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 1.1e18, 1e18));
        allocate(other, operator, mag(0.1e18));

        allocate(set, operator, mag(0.3e18));
        assertCommitted(mag(0.4e18));
        allocate(other, operator, mag(0.6e18));
    }

    /* COUNTING */

    function test_CountsAllocations() public {
        assertCount(0);
        allocate(set, operator, HALF);
        assertCount(1);
        allocate(set, operator, mag(0));
        assertCount(0);
        allocate(set, operator, HALF);
        allocate(set, operator, WHOLE);
        assertCount(1);
    }

    function test_CountsALoweringToZeroUntilItIsTouched() public {
        allocateAndWait(set, HALF);
        allocate(set, operator, mag(0));
        skipEpochs(2);
        assertCount(1);
        allocate(set, operator, HALF);
        assertCount(1);
    }

    function test_CountsEachStrategy() public {
        address second = address(newToken("Second", "2ND", 6));
        vm.prank(avs);
        manager.addStrategies(set, only(second));
        allocate(set, operator, HALF);
        vm.prank(operator);
        manager.allocate(set, operator, second, HALF);
        assertCount(2);
    }

    /* GENERATIONS */

    function test_APromiseOfAnEndedGenerationCountsAsZero() public {
        allocateAndWait(set, WHOLE);
        slash(set, operator, wad(1e18));
        assertAllocation(set, mag(0), mag(0), Epoch.wrap(0));
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.MagnitudeUnchanged.selector, 0));
        allocate(set, operator, mag(0));
    }

    function test_ANewGenerationIsPromisedWithNotice() public {
        allocateAndWait(set, WHOLE);
        slash(set, operator, wad(1e18));
        Epoch expected = vault.currentEpoch().plus(3);
        assertEq(allocate(set, operator, HALF), expected);
        assertAllocation(set, mag(0), HALF, expected);
        assertBudget(1e18, 0.5e18, 1);
    }

    function test_ARaiseOfAnEndedGenerationNeverArrives() public {
        setDegreeCeiling(address(token), 2e18);
        allocateAndWait(set, WHOLE);
        allocate(other, operator, WHOLE);
        slash(set, operator, wad(1e18));
        skipEpochs(3);
        assertAllocation(other, mag(0), mag(0), Epoch.wrap(0));
    }

    function testFuzz_PacksAnyMagnitude(uint256 first, uint256 second) public {
        first = bound(first, 1e9, 1e18 - 1);
        second = bound(second, first + 1, 1e18);
        allocateAndWait(set, mag(first));
        Epoch effective = allocate(set, operator, mag(second));
        assertAllocation(set, mag(first), mag(second), effective);
        assertCommitted(mag(second));
    }

    /* INTERNAL */

    function allocateAndWait(OperatorSetId to, Magnitude magnitude) internal {
        allocate(to, operator, magnitude);
        skipEpochs(3);
    }

    /// @dev Slashes until 1e9 is left of the pool, all of it promised to the other set.
    function leaveTheLeast() internal {
        deposit(bob, operator, 2 ** 90);
        allocate(other, operator, mag(1e9));
        allocateAndWait(set, mag(1e18 - 1e9));
        slash(set, operator, wad(1e18));
        assertBudget(1e9, 1e9, 0);
    }

    function assertAllocation(OperatorSetId to, Magnitude current, Magnitude next, Epoch effective) internal view {
        (Magnitude actualCurrent, Magnitude actualNext, Epoch actualEffective,) =
            manager.allocationOf(to, operator, address(token));
        assertEq(actualCurrent, current);
        assertEq(actualNext, next);
        assertEq(actualEffective, effective);
    }

    function assertCommitted(Magnitude committed) internal view {
        (, Magnitude actual,) = manager.budgetOf(operator, address(token));
        assertEq(actual, committed);
    }

    function assertCount(uint256 expected) internal view {
        assertEq(manager.membershipOf(set, operator).allocations, expected, "allocations");
    }
}
