// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {IMintable} from "../../Base.t.sol";
import {Scene} from "../Scene.sol";

/// @notice A membership that ends: the operator leaves, or the AVS ejects it.
abstract contract Departure is Scene {
    function ejects() internal pure virtual returns (bool);

    function leaver() internal view returns (address) {
        return ejects() ? avs : operator;
    }

    function selector() internal pure returns (bytes4) {
        return ejects() ? IAllocationManager.eject.selector : IAllocationManager.leave.selector;
    }

    function departure(OperatorSetId of_, address[] memory strategies) internal view returns (bytes memory) {
        return abi.encodeWithSelector(selector(), of_, operator, strategies);
    }

    function departBy(address sender, OperatorSetId of_, address[] memory strategies) internal {
        bytes memory data = departure(of_, strategies);
        vm.prank(sender);
        (bool done, bytes memory answer) = address(manager).call(data);
        // An expected revert answers true here.
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function depart(OperatorSetId of_, address[] memory strategies) internal {
        departBy(leaver(), of_, strategies);
    }

    function depart() internal {
        depart(set, only(address(token)));
    }
}

/// @notice What `leave` and `eject` have in common.
abstract contract DepartureTest is Departure {
    IMintable internal second;
    OperatorSetId internal other;

    function setUp() public override {
        super.setUp();
        second = newToken("Second", "2ND", 6);
        vm.prank(avs);
        manager.addStrategies(set, only(address(second)));
        other = createSet(1, defaultTerms());
        deposit(alice, operator, 100 * unit);
        join(set, operator);
    }

    /* REVERTS */

    function test_RevertWhen_NotAuthorized() public {
        address[3] memory senders = [stranger, slasher, ejects() ? operator : avs];
        for (uint256 i; i < senders.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, leaver(), senders[i]));
            departBy(senders[i], set, none());
        }
    }

    function test_RevertWhen_NotAMember() public {
        depart(set, none());
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotMember.selector, set, operator));
        depart(set, none());
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId unknown = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotMember.selector, unknown, operator));
        depart(unknown, none());
    }

    function test_RevertWhen_AnAllocationIsNotNamed() public {
        allocateBoth();
        expectUnnamed(2, 1);
        depart();
    }

    function test_RevertWhen_AnAllocationThatHasNotBegunIsNotNamed() public {
        allocate(set, operator, HALF);
        expectUnnamed(1, 0);
        depart(set, none());
    }

    function test_RevertWhen_AnAllocationThatEndedUnsettledIsNotNamed() public {
        allocateAndWait(HALF);
        allocate(set, operator, mag(0));
        skipEpochs(2);
        expectUnnamed(1, 0);
        depart(set, none());
    }

    /// @dev Else an operator could dodge an ejection for ever, with an allocation made or withdrawn just before it.
    function test_SkipsWhatIsNotAllocated() public {
        allocateAndWait(HALF);
        expectLeft();
        vm.recordLogs();
        depart(set, both());
        assertMembership(false, 1);
        assertEq(vm.getRecordedLogs().length, 2, "one Allocated, one Left");
    }

    function test_SkipsWhatAnybodySettledBefore() public {
        allocateBoth();
        skipEpochs(3);
        vm.prank(operator);
        manager.allocate(set, operator, address(second), mag(0));
        skipEpochs(2);
        vm.prank(stranger);
        manager.settle(set, operator, address(second));
        depart(set, both());
        assertMembership(false, 1);
    }

    function test_RevertWhen_AStrategyIsNamedTwice() public {
        allocateBoth();
        address[] memory strategies = both();
        strategies[1] = strategies[0];
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.StrategiesNotAscending.selector, strategies[0], strategies[0])
        );
        depart(set, strategies);
    }

    function test_RevertWhen_StrategiesDescend() public {
        allocateBoth();
        address[] memory strategies = both();
        (strategies[0], strategies[1]) = (strategies[1], strategies[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.StrategiesNotAscending.selector, strategies[0], strategies[1])
        );
        depart(set, strategies);
    }

    function test_RevertWhen_AnotherStrategyIsNamedInstead() public {
        allocateAndWait(HALF);
        expectUnnamed(1, 0);
        depart(set, only(address(second)));
    }

    /* EFFECTS */

    function test_WithNothingAllocated() public {
        expectLeft();
        depart(set, none());
        assertMembership(false, 0);
    }

    function test_LowersWhatIsInForce() public {
        allocateAndWait(HALF);
        Epoch day = vault.currentEpoch().plus(2);
        expectLowered(day);
        expectLeft();
        depart();
        assertAllocation(0.5e18, 0, day);
        assertMembership(false, 1);
        assertBudget(1e18, 0.5e18, 0);
        assertEq(guaranteedTo(set, operator), 0);
    }

    function test_LowersEachAllocation() public {
        allocateBoth();
        skipEpochs(3);
        depart(set, both());
        assertMembership(false, 2);
        (, Magnitude next, Epoch effective,) = manager.allocationOf(set, operator, address(second));
        assertEq(next, mag(0));
        assertEq(effective, vault.currentEpoch().plus(2));
        assertAllocation(0.5e18, 0, vault.currentEpoch().plus(2));
    }

    function test_WithdrawsARaiseFromNothingAtOnce() public {
        allocate(set, operator, HALF);
        skipEpochs(1);
        expectLowered(vault.currentEpoch());
        expectLeft();
        depart();
        assertGone();
    }

    function test_LowersWhereARaiseIsPending() public {
        allocateAndWait(HALF);
        allocate(set, operator, mag(0.8e18));
        skipEpochs(1);
        Epoch day = vault.currentEpoch().plus(2);
        expectLowered(day);
        depart();
        assertAllocation(0.5e18, 0, day);
        assertBudget(1e18, 0.5e18, 0);
        skipEpochs(2);
        assertAllocation(0, 0, Epoch.wrap(0));
    }

    function test_KeepsTheDayOfALoweringToNothing() public {
        allocateAndWait(HALF);
        Epoch day = allocate(set, operator, mag(0));
        skipEpochs(1);
        expectLowered(day);
        expectLeft();
        depart();
        assertAllocation(0.5e18, 0, day);
        skipEpochs(1);
        assertEq(slashableBy(set, operator), 0);
    }

    function test_LowersARaiseThatHasComeDue() public {
        allocate(set, operator, HALF);
        skipEpochs(4);
        Epoch day = vault.currentEpoch().plus(2);
        expectLowered(day);
        depart();
        assertAllocation(0.5e18, 0, day);
    }

    function test_LowersWhatALoweringThatHasComeDueLeft() public {
        allocateAndWait(HALF);
        allocate(set, operator, mag(0.2e18));
        skipEpochs(2);
        Epoch day = vault.currentEpoch().plus(2);
        expectLowered(day);
        depart();
        assertAllocation(0.2e18, 0, day);
        assertBudget(1e18, 0.2e18, 0);
    }

    function test_SettlesALoweringToNothingThatHasComeDue() public {
        allocateAndWait(HALF);
        allocate(set, operator, mag(0));
        skipEpochs(2);
        expectLowered(vault.currentEpoch());
        depart();
        assertGone();
    }

    function test_ClearsAPromiseOfAnEndedGeneration() public {
        allocateAndWait(HALF);
        endGeneration();
        expectLowered(vault.currentEpoch());
        depart();
        assertMembership(false, 0);
        assertBudget(1e18, 0, 1);
    }

    function test_FreesAPromiseToARetiredSetAtOnce() public {
        allocateAndWait(HALF);
        vm.prank(avs);
        manager.retire(set);
        assertBudget(1e18, 0.5e18, 0);
        expectLowered(vault.currentEpoch());
        expectLeft();
        depart();
        assertGone();
    }

    function test_FreesAPendingLoweringOfARetiredSetAtOnce() public {
        allocateAndWait(HALF);
        allocate(set, operator, mag(0.2e18));
        vm.prank(avs);
        manager.retire(set);
        depart();
        assertGone();
    }

    function test_NeedsNoNameOfWhatASlashEmptied() public {
        allocateAndWait(HALF);
        slash(set, operator, wad(1e18));
        depart(set, none());
        assertMembership(false, 0);
    }

    function test_NamesAStrategyThatIsAcceptedNoMore() public {
        allocateAndWait(HALF);
        vm.prank(avs);
        manager.removeStrategies(set, only(address(token)));
        depart();
        assertAllocation(0.5e18, 0, vault.currentEpoch().plus(2));
    }

    function test_ASlashReachesItUntilTheLastSecond() public {
        allocateAndWait(HALF);
        depart();
        skipToEnd(1);
        assertEq(slashableBy(set, operator), 50 * unit);
        assertEq(slash(set, operator, wad(1e18)), 50 * unit);
    }

    function test_NoSlashReachesItAfterwards() public {
        allocateAndWait(HALF);
        depart();
        skipEpochs(2);
        assertEq(slashableBy(set, operator), 0);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, set, operator));
        slash(set, operator, wad(1e18));
    }

    function test_NoRaiseComesAfterIt() public {
        allocateAndWait(HALF);
        depart();
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotMember.selector, set, operator));
        allocate(set, operator, HALF);
    }

    function test_RevertWhen_JoiningAgainUnsettled() public {
        allocateAndWait(HALF);
        depart();
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.AllocationsRemain.selector, set, operator, 1));
        join(set, operator);
    }

    function test_JoinsAgainWhenSettled() public {
        allocateAndWait(HALF);
        depart();
        skipEpochs(2);
        settle();
        join(set, operator);
        assertMembership(true, 0);
        assertEq(allocate(set, operator, HALF), vault.currentEpoch().plus(3));
    }

    function test_JoinsAgainAtOnceWhereNothingIsInForce() public {
        allocate(set, operator, HALF);
        depart();
        join(set, operator);
        assertMembership(true, 0);
    }

    function test_FreesWhatWasCommittedWhenSettled() public {
        allocateAndWait(WHOLE);
        depart();
        join(other, operator);
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 2e18, 1e18));
        allocate(other, operator, WHOLE);
        settle();
        assertBudget(1e18, 0, 0);
        assertMembership(false, 0);
        allocate(other, operator, WHOLE);
    }

    function test_LeavesOtherSetsAlone() public {
        allocateAndWait(HALF);
        commit(other, operator, HALF);
        depart();
        assertEq(slashableBy(other, operator), 50 * unit);
        assertEq(guaranteedTo(other, operator), 50 * unit);
        assertTrue(manager.membershipOf(other, operator).joined);
    }

    function test_WhateverIsPaused() public {
        allocateAndWait(HALF);
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(vault, Pausable(i), 3 days);
            pause(manager, Pausable(i), 3 days);
        }
        depart();
        assertMembership(false, 1);
    }

    function test_ByAnAppointee() public {
        vm.prank(leaver());
        manager.appoint(bob, selector(), true);
        expectLeft();
        departBy(bob, set, none());
        assertMembership(false, 0);
    }

    function test_RevertWhen_AppointedForAnotherFunction() public {
        vm.startPrank(leaver());
        manager.appoint(bob, IAllocationManager.join.selector, true);
        manager.appoint(bob, IAllocationManager.retire.selector, true);
        manager.appoint(bob, ejects() ? IAllocationManager.leave.selector : IAllocationManager.eject.selector, true);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, leaver(), bob));
        departBy(bob, set, none());
    }

    /// @dev Whenever it leaves, all that was in force stays in reach for what is left of the epoch and all of the next.
    function testFuzz_TakesEffectTwoEpochsOn(uint256 magnitude, uint256 raised, uint256 time, uint256 later) public {
        magnitude = bound(magnitude, 1e9, 1e18 - 1);
        raised = bound(raised, magnitude + 1, 1e18);
        allocateAndWait(mag(magnitude));
        allocate(set, operator, mag(raised));
        vm.warp(vm.getBlockTimestamp() + bound(time, 0, 3 * EPOCH - 1));
        Epoch day = vault.currentEpoch().plus(2);
        depart();
        assertBudget(1e18, magnitude, 0);
        vm.warp(vm.getBlockTimestamp() + bound(later, 0, 3 * EPOCH));
        bool gone = vm.getBlockTimestamp() >= startOf(day);
        assertEq(slashableBy(set, operator), gone ? 0 : 100 * unit * magnitude / 1e18);
        if (!gone) return;
        settle();
        assertGone();
    }

    /* INTERNAL */

    function allocateAndWait(Magnitude magnitude) internal {
        allocate(set, operator, magnitude);
        skipEpochs(3);
    }

    function allocateBoth() internal {
        allocate(set, operator, HALF);
        vm.prank(operator);
        manager.allocate(set, operator, address(second), HALF);
    }

    function endGeneration() internal {
        setDegreeCeiling(address(token), 2e18);
        commit(other, operator, WHOLE);
        slash(other, operator, wad(1e18));
    }

    function settle() internal {
        manager.settle(set, operator, address(token));
    }

    function none() internal pure returns (address[] memory) {
        return new address[](0);
    }

    function both() internal view returns (address[] memory strategies) {
        strategies = new address[](2);
        (address a, address b) = (address(token), address(second));
        (strategies[0], strategies[1]) = a < b ? (a, b) : (b, a);
    }

    function expectLowered(Epoch effective) internal {
        vm.expectEmit(address(manager));
        emit IAllocationManager.Allocated(set, operator, address(token), mag(0), effective);
    }

    function expectLeft() internal {
        vm.expectEmit(address(manager));
        emit IAllocationManager.Left(set, operator, ejects());
    }

    function expectUnnamed(uint256 allocations, uint256 named) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.AllocationsUnnamed.selector, set, operator, allocations, named)
        );
    }

    function assertMembership(bool joined, uint256 allocations) internal view {
        assertEq(manager.membershipOf(set, operator).joined, joined, "joined");
        assertEq(manager.membershipOf(set, operator).allocations, allocations, "allocations");
    }

    function assertAllocation(uint256 current, uint256 next, Epoch effective) internal view {
        (Magnitude actualCurrent, Magnitude actualNext, Epoch actualEffective,) =
            manager.allocationOf(set, operator, address(token));
        assertEq(actualCurrent, mag(current));
        assertEq(actualNext, mag(next));
        assertEq(actualEffective, effective);
    }

    /// @dev Neither a member any more, nor anything promised.
    function assertGone() internal view {
        assertAllocation(0, 0, Epoch.wrap(0));
        assertMembership(false, 0);
        assertBudget(1e18, 0, 0);
    }
}
