// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {IMintable} from "../../Base.t.sol";
import {Scene} from "../Scene.sol";

contract SlashTest is Scene {
    bytes32 internal constant EVIDENCE = keccak256("evidence");

    IMintable internal second;

    function setUp() public override {
        super.setUp();
        second = newToken("Second", "2ND", 6);
        vm.prank(avs);
        manager.addStrategies(set, only(address(second)));
        deposit(alice, operator, 100 * unit);
        commit(set, operator, HALF);
    }

    /* REVERTS */

    function test_RevertWhen_NotTheSlasher() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotSlasher.selector, set, avs));
        vm.prank(avs);
        manager.slash(set, operator, only(address(token)), only(wad(1)), EVIDENCE);
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoSuchSet.selector, none));
        slash(none, operator, wad(1));
    }

    function test_RevertWhen_Retired() public {
        vm.startPrank(avs);
        manager.retire(set);
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, set));
            manager.slash(set, operator, only(address(token)), only(wad(1e18)), EVIDENCE);
            vm.stopPrank();
            vm.startPrank(slasher);
        }
    }

    function test_RevertWhen_SlashesMustBeProposed() public {
        Terms memory terms = defaultTerms();
        terms.window = 1;
        OperatorSetId challengeable = createSet(1, terms);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SlashMustBeProposed.selector, challengeable));
        slash(challengeable, operator, wad(1));
    }

    function test_RevertWhen_LengthsDiffer() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.LengthMismatch.selector, 1, 0));
        vm.prank(slasher);
        manager.slash(set, operator, only(address(token)), new Wad[](0), EVIDENCE);
    }

    function test_RevertWhen_AStrategyIsNamedTwice() public {
        address[] memory strategies = new address[](2);
        strategies[0] = strategies[1] = address(token);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.StrategiesNotAscending.selector, address(token), address(token))
        );
        slashMany(strategies, 0.1e18);
    }

    function test_RevertWhen_StrategiesDescend() public {
        address[] memory strategies = both();
        (strategies[0], strategies[1]) = (strategies[1], strategies[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.StrategiesNotAscending.selector, strategies[0], strategies[1])
        );
        slashMany(strategies, 0.1e18);
    }

    function test_RevertWhen_MoreThanAll() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.BadFraction.selector, 1e18 + 1));
        slash(set, operator, wad(1e18 + 1));
    }

    function test_RevertWhen_NoStrategyIsNamed() public {
        expectNothingToSlash(operator);
        vm.prank(slasher);
        manager.slash(set, operator, new address[](0), new Wad[](0), EVIDENCE);
    }

    function test_RevertWhen_NothingIsAllocated() public {
        expectNothingToSlash(otherOperator);
        slash(set, otherOperator, wad(1e18));
    }

    function test_RevertWhen_ThePoolIsEmpty() public {
        commit(set, otherOperator, HALF);
        expectNothingToSlash(otherOperator);
        slash(set, otherOperator, wad(1e18));
    }

    function test_RevertWhen_TheFractionIsTooSmall() public {
        deposit(alice, otherOperator, 9);
        commit(set, otherOperator, HALF);
        expectNothingToSlash(otherOperator);
        slash(set, otherOperator, wad(0.2e18));
    }

    function test_RevertWhen_TheCapIsExceeded() public {
        OperatorSetId capped = cappedSet(0.3e18);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.CapExceeded.selector, address(token), 0.15e18 + 1, 0.15e18)
        );
        slash(capped, operator, wad(0.3e18 + 2));
    }

    function test_RevertWhen_TheEpochsSlashesExceedTheCap() public {
        OperatorSetId capped = cappedSet(0.3e18);
        slash(capped, operator, wad(0.2e18));
        // 0.1 is taken and 0.4 in reach: 0.15 of 0.5, so 0.05 of 0.4 remain.
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.CapExceeded.selector, address(token), 0.15e18 + 1, 0.15e18)
        );
        slash(capped, operator, wad(0.125e18 + 3));
    }

    /* EFFECTS */

    /// @dev A fifth of a half: a tenth of the pool.
    function test_TakesAFractionOfTheAllocation() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(pool, 10 * unit, 0, 0);
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSlashed(set, operator, address(token), mag(0.1e18), 10 * unit, EVIDENCE);
        vm.prank(slasher);
        uint256[] memory assets = manager.slash(set, operator, only(address(token)), only(wad(0.2e18)), EVIDENCE);

        assertEq(assets.length, 1);
        assertEq(assets[0], 10 * unit);
        assertEq(token.balanceOf(recipient), 10 * unit);
        assertAllocation(set, 0.4e18, 0.4e18, 0.1e18);
        assertBudget(0.9e18, 0.4e18, 0);
        assertEq(slashableBy(set, operator), 40 * unit);
    }

    function test_ReachesExitsOnTheirWay() public {
        (Epoch epoch,) = queue(alice, pool, 40 * unit);
        skipToEnd(1);
        assertEq(slash(set, operator, wad(0.2e18)), 10 * unit);
        assertEq(vault.exitValue(pool, epoch, alice), 36 * unit);
        assertEq(vault.positionValue(pool, alice), 54 * unit);
    }

    function test_LeavesRipeExits() public {
        (Epoch epoch,) = queue(alice, pool, 40 * unit);
        skipEpochs(2);
        assertEq(slash(set, operator, wad(0.2e18)), 6 * unit);
        assertEq(vault.exitValue(pool, epoch, alice), 40 * unit);
    }

    function test_RoundsTheMagnitudeDown() public {
        OperatorSetId tiny = createSet(1, defaultTerms());
        commit(tiny, operator, mag(1e9 + 1));
        deposit(bob, operator, 1e18);
        slash(tiny, operator, wad(0.9e18));
        assertAllocation(tiny, 0.1e9 + 1, 0.1e9 + 1, 0.9e9);
        assertBudget(1e18 - 0.9e9, 0.5e18 + 0.1e9 + 1, 0);
    }

    function test_LeavesOtherSetsWhatTheyHad() public {
        OperatorSetId other = createSet(1, defaultTerms());
        commit(other, operator, HALF);
        for (uint256 i; i < 5; ++i) {
            slash(set, operator, wad(0.3e18));
            assertEq(slashableBy(other, operator), 50 * unit);
            assertEq(guaranteedTo(other, operator), 50 * unit);
        }
    }

    function test_LowersAPendingLoweringByAsMuch() public {
        allocate(set, operator, mag(0.3e18));
        slash(set, operator, wad(0.2e18));
        assertAllocation(set, 0.4e18, 0.2e18, 0.1e18);
    }

    function test_LowersAPendingLoweringNotBelowZero() public {
        allocate(set, operator, mag(0.05e18));
        slash(set, operator, wad(0.2e18));
        assertAllocation(set, 0.4e18, 0, 0.1e18);
        assertBudget(0.9e18, 0.4e18, 0);
        skipEpochs(2);
        assertEq(slashableBy(set, operator), 0);
    }

    function test_LeavesNoChangePendingWhereBothSidesAreNothing() public {
        allocate(set, operator, mag(0.05e18));
        slash(set, operator, wad(1e18));
        (Magnitude current, Magnitude next, Epoch effective,) = manager.allocationOf(set, operator, address(token));
        assertEq(current, mag(0));
        assertEq(next, mag(0));
        assertEq(effective, Epoch.wrap(0));
    }

    function test_LowersAPendingRaiseByAsMuch() public {
        allocate(set, operator, mag(0.8e18));
        slash(set, operator, wad(0.2e18));
        assertAllocation(set, 0.4e18, 0.7e18, 0.1e18);
        assertBudget(0.9e18, 0.7e18, 0);
    }

    function test_ReachesALoweredAllocationUntilItsLastSecond() public {
        allocate(set, operator, mag(0));
        skipToEnd(1);
        assertEq(slash(set, operator, wad(1e18)), 50 * unit);
    }

    function test_RevertWhen_ALoweringHasComeDue() public {
        allocate(set, operator, mag(0));
        skipEpochs(2);
        expectNothingToSlash(operator);
        slash(set, operator, wad(1e18));
    }

    function test_LandsAChangeThatHasComeDue() public {
        allocate(set, operator, mag(0.2e18));
        skipEpochs(2);
        slash(set, operator, wad(0.5e18));
        assertAllocation(set, 0.1e18, 0.1e18, 0.1e18);
        assertBudget(0.9e18, 0.1e18, 0);
    }

    function test_WhateverIsPaused() public {
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(vault, Pausable(i), 3 days);
            pause(manager, Pausable(i), 3 days);
        }
        assertEq(slash(set, operator, wad(0.2e18)), 10 * unit);
    }

    function test_AllOfAnAllocationUncountsIt() public {
        slash(set, operator, wad(1e18));
        assertEq(manager.membershipOf(set, operator).allocations, 0);
        assertTrue(manager.membershipOf(set, operator).joined);
    }

    function test_WhatIsLeftCountsAsTheWholeWhenNothingIsCommitted() public {
        slash(set, operator, wad(1e18));
        assertBudget(1e18, 0, 0);
        assertPool(pool, 50 * unit, 100 * unit);
    }

    /* CAP */

    function test_UpToTheCap() public {
        OperatorSetId capped = cappedSet(0.3e18);
        assertEq(slash(capped, operator, wad(0.2e18)), 10 * unit);
        slash(capped, operator, wad(0.125e18));
        assertAllocation(capped, 0.35e18, 0.35e18, 0.15e18);
    }

    function test_TheCapIsOfAnEpoch() public {
        OperatorSetId capped = cappedSet(0.3e18);
        slash(capped, operator, wad(0.3e18));
        skipEpochs(1);
        assertAllocation(capped, 0.35e18, 0.35e18, 0);
        slash(capped, operator, wad(0.3e18));
        assertAllocation(capped, 0.245e18, 0.245e18, 0.105e18);
    }

    function test_TheCapIsOfWhatIsInReach() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId capped = createCapped(1, 0.5e18);
        join(capped, operator);
        allocate(capped, operator, WHOLE);
        skipEpochs(3);
        slash(set, operator, wad(1e18));
        // Half is left, so half of a half is the most of an allocation of 1.
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.CapExceeded.selector, address(token), 0.3e18, 0.25e18)
        );
        slash(capped, operator, wad(0.6e18));
    }

    /* MANY STRATEGIES */

    function test_SkipsWhatCannotBeTaken() public {
        uint256[] memory assets = slashMany(both(), 0.2e18);
        (uint256 first, uint256 last) = address(token) < address(second) ? (0, 1) : (1, 0);
        assertEq(assets[first], 10 * unit);
        assertEq(assets[last], 0);
    }

    function test_SkipsWhatCannotBeTakenWhateverWasAsked() public {
        OperatorSetId capped = createCapped(1, 0.3e18);
        vm.prank(avs);
        manager.addStrategies(capped, only(address(second)));
        join(capped, operator);
        vm.prank(operator);
        manager.allocate(capped, operator, address(second), HALF);
        skipEpochs(3);
        expectNothingToSlash(capped, operator);
        vm.prank(slasher);
        manager.slash(capped, operator, only(address(second)), only(wad(1e18)), EVIDENCE);
    }

    function test_LogsWhatWasSkippedAsZero() public {
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSlashed(set, operator, address(second), mag(0), 0, EVIDENCE);
        slashMany(both(), 0.2e18);
    }

    function test_LeavesAPromiseAloneWhereNothingWasMoved() public {
        vm.prank(operator);
        manager.allocate(set, operator, address(second), HALF);
        skipEpochs(3);
        slashMany(both(), 0.2e18);
        (Magnitude current,,, Magnitude taken) = manager.allocationOf(set, operator, address(second));
        assertEq(current, HALF);
        assertEq(taken, mag(0));
        (Magnitude left,,) = manager.budgetOf(operator, address(second));
        assertEq(left, WHOLE);
    }

    function test_CountsAPromiseOfWhichNothingWasMoved() public {
        vm.prank(operator);
        manager.allocate(set, operator, address(second), HALF);
        skipEpochs(3);
        slashMany(both(), 1e18);
        assertEq(manager.membershipOf(set, operator).allocations, 1, "that of the empty pool");
    }

    function test_SettlesWhatCameDueWhereNothingWasMoved() public {
        vm.startPrank(operator);
        manager.allocate(set, operator, address(second), HALF);
        skipEpochs(3);
        manager.allocate(set, operator, address(second), mag(0));
        vm.stopPrank();
        skipEpochs(2);
        slashMany(both(), 0.2e18);
        (, Magnitude committed,) = manager.budgetOf(operator, address(second));
        assertEq(committed, mag(0));
        assertEq(manager.membershipOf(set, operator).allocations, 1);
    }

    function test_TakesFromBoth() public {
        vm.prank(operator);
        manager.allocate(set, operator, address(second), HALF);
        deposit(second, alice, operator, 100e6);
        skipEpochs(3);
        slashMany(both(), 0.2e18);
        assertEq(token.balanceOf(recipient), 10 * unit);
        assertEq(second.balanceOf(recipient), 10e6);
    }

    /* ALL THAT IS LEFT */

    function test_AllThatIsLeftEndsTheGeneration() public {
        allocate(set, operator, WHOLE);
        OperatorSetId other = createSet(1, defaultTerms());
        join(other, operator);
        skipEpochs(3);
        vm.expectEmit(address(vault));
        emit IStakeVault.GenerationEnded(pool);
        assertEq(slash(set, operator, wad(1e18)), 100 * unit);

        assertEq(vault.poolId(operator, address(token)), pool.atGeneration(1));
        assertAllocation(set, 0, 0, 0);
        assertBudget(1e18, 0, 1);
        assertEq(slashableBy(set, operator), 0);
        assertEq(guaranteedTo(set, operator), 0);
        assertEq(worstCaseLoss(operator), wad(0));
    }

    function test_AllThatIsLeftEndsThePromisesOfOtherSets() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId other = createSet(1, defaultTerms());
        join(other, operator);
        allocate(other, operator, WHOLE);
        skipEpochs(3);
        assertEq(slash(other, operator, wad(1e18)), 100 * unit);
        assertAllocation(set, 0, 0, 0);
        assertAllocation(other, 0, 0, 0);

        deposit(bob, operator, unit);
        expectNothingToSlash(operator);
        slash(set, operator, wad(1e18));
    }

    function test_TakesNoMoreThanIsLeft() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId other = createSet(1, defaultTerms());
        join(other, operator);
        allocate(other, operator, mag(0.8e18));
        skipEpochs(3);
        slash(other, operator, wad(0.75e18));
        assertBudget(0.4e18, 0.7e18, 0);
        assertEq(slashableBy(set, operator), 40 * unit);
        assertEq(slash(set, operator, wad(0.5e18)), 20 * unit, "half of what is left");
        assertAllocation(set, 0.3e18, 0.3e18, 0.2e18);
    }

    function testFuzz_TakesAtMostItsFraction(uint256 assets, uint256 magnitude, uint256 fraction) public {
        assets = boundAmount(assets);
        magnitude = bound(magnitude, 1e9, 1e18);
        fraction = bound(fraction, 0, 1e18);
        (, uint256 shares) = deposit(bob, otherOperator, assets);
        commit(set, otherOperator, mag(magnitude));
        uint256 most = assets * magnitude / 1e18;
        assertEq(slashableBy(set, otherOperator), most);
        uint256 expected = assets * (magnitude * fraction / 1e18) / 1e18;
        if (expected == 0) expectNothingToSlash(otherOperator);
        uint256 taken = slash(set, otherOperator, wad(fraction));
        assertEq(taken, expected);
        assertEq(token.balanceOf(recipient), expected);
        if (taken < assets) {
            assertEq(vault.positionValue(vault.poolId(otherOperator, address(token)), bob), shares - taken);
        }
    }

    /* INTERNAL */

    function slashMany(address[] memory strategies, uint256 fraction) internal returns (uint256[] memory) {
        Wad[] memory wads = new Wad[](2);
        wads[0] = wads[1] = wad(fraction);
        vm.prank(slasher);
        return manager.slash(set, operator, strategies, wads, EVIDENCE);
    }

    function both() internal view returns (address[] memory strategies) {
        strategies = new address[](2);
        (address a, address b) = (address(token), address(second));
        (strategies[0], strategies[1]) = a < b ? (a, b) : (b, a);
    }

    function createCapped(uint32 id, uint256 cap) internal returns (OperatorSetId) {
        Terms memory terms = defaultTerms();
        terms.cap = wad(cap);
        return createSet(id, terms);
    }

    function cappedSet(uint256 cap) internal returns (OperatorSetId capped) {
        capped = createCapped(1, cap);
        commit(capped, operator, HALF);
    }

    function expectNothingToSlash(address account) internal {
        expectNothingToSlash(set, account);
    }

    function expectNothingToSlash(OperatorSetId of_, address account) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, of_, account));
    }

    function assertAllocation(OperatorSetId of_, uint256 current, uint256 next, uint256 taken) internal view {
        (Magnitude actualCurrent, Magnitude actualNext,, Magnitude actualTaken) =
            manager.allocationOf(of_, operator, address(token));
        assertEq(Magnitude.unwrap(actualCurrent), current, "current");
        assertEq(Magnitude.unwrap(actualNext), next, "next");
        assertEq(Magnitude.unwrap(actualTaken), taken, "taken");
    }
}
