// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {IMintable} from "../../Base.t.sol";
import {ProposalScene} from "./Proposals.sol";

contract ProposeSlashTest is ProposalScene {
    /* REVERTS */

    function test_RevertWhen_NotTheSlasher() public {
        address[3] memory senders = [avs, resolver, stranger];
        for (uint256 i; i < senders.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotSlasher.selector, slow, senders[i]));
            vm.prank(senders[i]);
            manager.proposeSlash(slow, operator, address(token), wad(0.2e18), EVIDENCE);
        }
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoSuchSet.selector, none));
        propose(none, 0.2e18);
    }

    function test_RevertWhen_Retired() public {
        retire();
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, slow));
        propose(0.2e18);
    }

    function test_RevertWhen_TheSetSlashesAtOnce() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SlashIsInstant.selector, set));
        propose(set, 0.2e18);
    }

    function test_RevertWhen_TheFractionIsAboveTheCap() public {
        Terms memory terms = slowTerms();
        terms.cap = wad(0.3e18);
        OperatorSetId capped = createSet(2, terms);
        commit(capped, operator, HALF);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.FractionAboveCap.selector, 0.3e18 + 1, 0.3e18));
        propose(capped, 0.3e18 + 1);
        propose(capped, 0.3e18);
    }

    function test_RevertWhen_TheFractionIsMoreThanAll() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.FractionAboveCap.selector, 1e18 + 1, 1e18));
        propose(1e18 + 1);
    }

    function test_RevertWhen_OneWaits() public {
        uint256 lapsesAt = startOf(vault.currentEpoch().plus(2));
        propose(0.2e18);
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAllocationManager.ProposalPending.selector, slow, operator, address(token), lapsesAt
                )
            );
            propose(0.1e18);
            vm.warp(lapsesAt - 1);
        }
    }

    function test_RevertWhen_NothingIsAllocated() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, slow, otherOperator));
        vm.prank(slasher);
        manager.proposeSlash(slow, otherOperator, address(token), wad(1e18), EVIDENCE);
    }

    function test_RevertWhen_TheAllocationHasNotBegun() public {
        OperatorSetId late = createSet(2, slowTerms());
        join(late, operator);
        allocate(late, operator, HALF);
        skipToEnd(2);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, late, operator));
        propose(late, 1e18);
    }

    function test_RevertWhen_ALoweringToNothingHasComeDue() public {
        allocate(slow, operator, mag(0));
        skipEpochs(2);
        expectNothingToSlash();
        propose(1e18);
    }

    function test_RevertWhen_TheFractionIsTooSmall() public {
        expectNothingToSlash();
        propose(0);
        expectNothingToSlash();
        propose(1);
        propose(2);
    }

    function test_RevertWhen_ThePromiseIsOfAnEndedGeneration() public {
        promiseAllTwice();
        endGeneration();
        expectNothingToSlash();
        propose(1e18);
    }

    /* EFFECTS */

    function test_WaitsForItsWindow() public {
        uint256 start = vm.getBlockTimestamp();
        Epoch epoch = vault.currentEpoch();
        vm.expectEmit(address(manager));
        emit IAllocationManager.SlashProposed(slow, operator, address(token), HALF, wad(0.2e18), EVIDENCE);
        propose(0.2e18);
        assertProposal(slow, 0.5e18, 0.2e18, start + WINDOW, startOf(epoch.plus(2)));
        assertContested(epoch.plus(2));
    }

    function test_OfTheLastSecondLapsesAnEpochLater() public {
        Epoch epoch = vault.currentEpoch();
        skipToEnd(0);
        propose(0.2e18);
        assertProposal(slow, 0.5e18, 0.2e18, startOf(epoch.plus(1)) + WINDOW - 1, startOf(epoch.plus(2)));
        assertContested(epoch.plus(2));
    }

    function test_TakesAndHoldsNothing() public {
        propose(1e18);
        assertAllocation(0.5e18, 0.5e18, 0);
        assertBudget(1e18, 0.5e18, 0);
        assertPool(pool, 100 * unit, 100 * unit);
        assertEq(slashableBy(slow, operator), 50 * unit);
        assertEq(guaranteedTo(slow, operator), 50 * unit);

        (Epoch ripe,) = queueAll(alice, pool);
        assertEq(allocate(slow, operator, mag(0)), vault.currentEpoch().plus(2));
        skipEpochs(2);
        assertEq(complete(alice, pool, ripe), 100 * unit);
    }

    function test_FixesWhatIsInForce() public {
        allocate(slow, operator, WHOLE);
        propose(0.2e18);
        (Magnitude fixed_,,,) = manager.proposalOf(slow, operator, address(token));
        assertEq(fixed_, HALF);
        assertAllocation(0.5e18, 1e18, 0);
    }

    function test_FixesARaiseThatHasComeDue() public {
        allocate(slow, operator, WHOLE);
        skipEpochs(3);
        propose(0.2e18);
        (Magnitude fixed_,,,) = manager.proposalOf(slow, operator, address(token));
        assertEq(fixed_, WHOLE);
    }

    function test_SettlesWhatHasComeDue() public {
        allocate(slow, operator, mag(0.2e18));
        skipEpochs(2);
        assertBudget(1e18, 0.5e18, 0);
        vm.expectEmit(address(manager));
        emit IAllocationManager.SlashProposed(slow, operator, address(token), mag(0.2e18), wad(0.5e18), EVIDENCE);
        propose(0.5e18);
        assertBudget(1e18, 0.2e18, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.NothingToSettle.selector, slow, operator, address(token))
        );
        manager.settle(slow, operator, address(token));
        assertEq(manager.membershipOf(slow, operator).allocations, 1);
    }

    function test_ReplacesOneThatLapsed() public {
        propose(0.2e18);
        skipEpochs(2);
        assertNoProposal();
        propose(0.1e18);
        assertProposal(slow, 0.5e18, 0.1e18, vm.getBlockTimestamp() + WINDOW, startOf(vault.currentEpoch().plus(2)));
    }

    function test_FollowsACancelledOne() public {
        propose(0.2e18);
        cancel(resolver);
        propose(0.1e18);
        assertProposal(slow, 0.5e18, 0.1e18, vm.getBlockTimestamp() + WINDOW, startOf(vault.currentEpoch().plus(2)));
    }

    function test_FollowsAnExecutedOne() public {
        propose(0.2e18);
        later(WINDOW);
        execute();
        propose(0.1e18);
        assertProposal(slow, 0.4e18, 0.1e18, vm.getBlockTimestamp() + WINDOW, startOf(vault.currentEpoch().plus(2)));
    }

    function test_OfEachSetOperatorAndStrategyOneWaits() public {
        IMintable second = newToken("Second", "2ND", 6);
        OperatorSetId other = createSet(2, slowTerms());
        vm.prank(avs);
        manager.addStrategies(slow, only(address(second)));
        join(slow, otherOperator);
        join(other, operator);
        allocate(slow, otherOperator, HALF);
        allocate(other, operator, HALF);
        vm.prank(operator);
        manager.allocate(slow, operator, address(second), HALF);
        skipEpochs(3);

        propose(0.2e18);
        propose(other, 0.3e18);
        vm.startPrank(slasher);
        manager.proposeSlash(slow, otherOperator, address(token), wad(0.4e18), EVIDENCE);
        manager.proposeSlash(slow, operator, address(second), wad(0.5e18), EVIDENCE);
        vm.stopPrank();

        (uint256 from, uint256 lapses) = (vm.getBlockTimestamp() + WINDOW, startOf(vault.currentEpoch().plus(2)));
        assertProposal(slow, 0.5e18, 0.2e18, from, lapses);
        assertProposal(other, 0.5e18, 0.3e18, from, lapses);
    }

    function test_OfAStrategyThatIsAcceptedNoMore() public {
        vm.prank(avs);
        manager.removeStrategies(slow, only(address(token)));
        propose(0.2e18);
        later(WINDOW);
        assertEq(execute(), 10 * unit);
    }

    function test_AfterTheOperatorLeft() public {
        vm.prank(operator);
        manager.leave(slow, operator, only(address(token)));
        skipToEnd(1);
        propose(0.2e18);
        later(1);
        cancel(resolver);
        expectNothingToSlash();
        propose(0.2e18);
    }

    function test_WhateverIsPaused() public {
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(vault, Pausable(i), 3 days);
            pause(manager, Pausable(i), 3 days);
        }
        propose(0.2e18);
        later(WINDOW);
        assertEq(execute(), 10 * unit);
        propose(0.2e18);
        cancel(resolver);
        assertNoProposal();
    }

    /// @dev Any window, proposed at any time, and looked at or acted on at any time later.
    function testFuzz_TheTimesOfAProposal(uint256 window, uint256 at, uint256 then, uint256 fraction) public {
        Terms memory terms = slowTerms();
        terms.window = bound(window, 1, EPOCH / 2);
        fraction = bound(fraction, 2, 1e18);
        OperatorSetId any = createSet(2, terms);
        commit(any, operator, HALF);
        Epoch epoch = vault.currentEpoch();
        later(bound(at, 0, EPOCH - 1));
        propose(any, fraction);
        uint256 from = vm.getBlockTimestamp() + terms.window;
        uint256 lapses = startOf(epoch.plus(2));
        // At least half an epoch remains to execute it.
        assertGe(lapses - from, EPOCH / 2);

        later(bound(then, 0, 3 * EPOCH));
        uint256 time = vm.getBlockTimestamp();
        if (time >= lapses) {
            assertProposal(any, 0, 0, 0, 0);
            expectNoProposal(any);
            cancelAny(any);
            expectNoProposal(any);
            execute(any);
        } else if (time >= from) {
            assertProposal(any, 0.5e18, fraction, from, lapses);
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOver.selector, from));
            cancelAny(any);
            uint256 assets = 100 * unit * (0.5e18 * fraction / 1e18) / 1e18;
            if (assets == 0) {
                vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, any, operator));
            }
            assertEq(execute(any), assets);
        } else {
            assertProposal(any, 0.5e18, fraction, from, lapses);
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOpen.selector, from));
            execute(any);
            cancelAny(any);
            assertProposal(any, 0, 0, 0, 0);
        }
        assertContested(epoch.plus(2));
    }

    function cancelAny(OperatorSetId of_) internal {
        vm.prank(resolver);
        manager.cancelSlash(of_, operator, address(token));
    }
}
