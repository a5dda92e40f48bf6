// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken} from "../../mocks/OddTokens.sol";
import {ProposalScene} from "./Proposals.sol";

contract ExecuteSlashTest is ProposalScene {
    /* REVERTS */

    function test_RevertWhen_NeverProposed() public {
        expectNoProposal();
        execute();
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        expectNoProposal(none);
        execute(none);
    }

    function test_RevertWhen_TheWindowIsOpen() public {
        uint256 end = vm.getBlockTimestamp() + WINDOW;
        propose(0.2e18);
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOpen.selector, end));
        execute();
    }

    function test_RevertWhen_Lapsed() public {
        propose(0.2e18);
        skipEpochs(2);
        expectNoProposal();
        execute();
    }

    function test_RevertWhen_ALateOneLapsed() public {
        skipToEnd(0);
        propose(0.2e18);
        skipEpochs(2);
        expectNoProposal();
        execute();
    }

    function test_RevertWhen_ExecutedAlready() public {
        propose(0.2e18);
        later(WINDOW);
        execute();
        expectNoProposal();
        execute();
    }

    function test_RevertWhen_TheGenerationEnded() public {
        promiseAllTwice();
        propose(0.2e18);
        endGeneration();
        deposit(bob, operator, 10 * unit);
        later(WINDOW);
        expectNoProposal();
        execute();
    }

    function test_RevertWhen_Retired() public {
        propose(0.2e18);
        retire();
        later(WINDOW);
        assertNoProposal();
        expectNoProposal();
        execute();
    }

    function test_RevertWhen_TheAllocationIsGone() public {
        allocate(slow, operator, mag(0));
        skipEpochs(1);
        propose(0.2e18);
        skipEpochs(1);
        expectNothingToSlash();
        execute();
        manager.settle(slow, operator, address(token));
        expectNothingToSlash();
        execute();
    }

    function test_RevertWhen_ThePoolIsEmpty() public {
        queueAll(alice, pool);
        skipEpochs(1);
        propose(0.2e18);
        skipEpochs(1);
        expectNothingToSlash();
        execute();
        assertAllocation(0.5e18, 0.5e18, 0);
        assertBudget(1e18, 0.5e18, 0);

        // Still there, for stake that comes before it lapses.
        deposit(bob, operator, 100 * unit);
        assertEq(execute(), 10 * unit);
    }

    /* WHEN IT CAN */

    /// @dev A fifth of a half: a tenth of the pool.
    function test_TakesItsFraction() public {
        propose(0.2e18);
        later(WINDOW);
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(pool, 10 * unit, 0, 0);
        expectSlashed(0.1e18, 10 * unit);
        assertEq(execute(), 10 * unit);

        assertEq(token.balanceOf(recipient), 10 * unit);
        assertAllocation(0.4e18, 0.4e18, 0.1e18);
        assertBudget(0.9e18, 0.4e18, 0);
        assertNoProposal();
    }

    function test_UntilItsLastSecond() public {
        propose(0.2e18);
        skipToEnd(1);
        assertEq(execute(), 10 * unit);
    }

    function test_ALateOneUntilItsLastSecond() public {
        skipToEnd(0);
        propose(0.2e18);
        skipToEnd(1);
        assertEq(execute(), 10 * unit);
    }

    function test_AllOfAnAllocationUncountsIt() public {
        propose(1e18);
        later(WINDOW);
        assertEq(execute(), 50 * unit);
        assertEq(manager.membershipOf(slow, operator).allocations, 0);
        assertBudget(1e18, 0, 0);
    }

    function test_AllThatIsLeftEndsTheGeneration() public {
        allocate(slow, operator, WHOLE);
        skipEpochs(3);
        propose(1e18);
        later(WINDOW);
        vm.expectEmit(address(vault));
        emit IStakeVault.GenerationEnded(pool);
        assertEq(execute(), 100 * unit);
        assertBudget(1e18, 0, 1);
        assertContested(Epoch.wrap(0));
    }

    function test_BurnsWithoutARecipient() public {
        Terms memory terms = slowTerms();
        terms.recipient = address(0);
        OperatorSetId burning = createSet(2, terms);
        commit(burning, operator, HALF);
        propose(burning, 0.2e18);
        later(WINDOW);
        execute(burning);
        assertEq(token.balanceOf(vault.BURN_ADDRESS()), 10 * unit);
    }

    function test_CreditsARecipientThatCannotReceive() public {
        BlocklistToken blocklist = new BlocklistToken();
        blocklist.setBlocked(recipient, true);
        vm.prank(avs);
        manager.addStrategies(slow, only(address(blocklist)));
        vm.prank(operator);
        manager.allocate(slow, operator, address(blocklist), HALF);
        deposit(IMintable(address(blocklist)), alice, operator, 100 * unit);
        skipEpochs(3);
        vm.prank(slasher);
        manager.proposeSlash(slow, operator, address(blocklist), wad(0.2e18), EVIDENCE);
        later(WINDOW);
        vm.expectEmit(address(vault));
        emit IStakeVault.Credited(address(blocklist), recipient, 10 * unit);
        assertEq(manager.executeSlash(slow, operator, address(blocklist)), 10 * unit);
        assertEq(vault.creditOf(address(blocklist), recipient), 10 * unit);
        assertEq(blocklist.balanceOf(address(vault)), 100 * unit);
    }

    /* WHAT CHANGED IN BETWEEN */

    function test_NoMoreThanWasAllocatedThen() public {
        allocate(slow, operator, WHOLE);
        skipToEnd(2);
        propose(0.2e18);
        later(WINDOW);
        assertAllocation(1e18, 1e18, 0);
        expectSlashed(0.1e18, 10 * unit);
        execute();
        assertAllocation(0.9e18, 0.9e18, 0.1e18);
    }

    function test_NoMoreThanIsAllocatedNow() public {
        allocate(slow, operator, mag(0.3e18));
        skipToEnd(1);
        propose(0.2e18);
        later(WINDOW);
        expectSlashed(0.06e18, 6 * unit);
        execute();
        assertAllocation(0.24e18, 0.24e18, 0.06e18);
        assertBudget(0.94e18, 0.24e18, 0);
    }

    function test_ALoweringAnnouncedInTheSameEpochDoesNotEscape() public {
        allocate(slow, operator, mag(0));
        skipToEnd(0);
        propose(1e18);
        skipToEnd(1);
        assertEq(execute(), 50 * unit);
        assertAllocation(0, 0, 0.5e18);
    }

    /// @dev While no more is promised than is left, another set's slash changes nothing of what this one takes.
    function test_AsMuchAfterAnothersSlash() public {
        commit(set, operator, HALF);
        propose(0.2e18);
        assertEq(slash(set, operator, wad(0.8e18)), 40 * unit);
        later(WINDOW);
        expectSlashed(0.1e18, 10 * unit);
        execute();
        assertBudget(0.5e18, 0.5e18, 0);
    }

    /// @dev 0.2 is left, and a half of the pool was promised: a fifth of what is left.
    function test_NoMoreThanIsLeft() public {
        promiseAllTwice();
        propose(0.2e18);
        slash(set, operator, wad(0.8e18));
        assertPool(pool, 20 * unit, 100 * unit);
        later(WINDOW);
        expectSlashed(0.04e18, 4 * unit);
        assertEq(execute(), 4 * unit);
        assertAllocation(0.46e18, 0.46e18, 0.04e18);
        assertBudget(0.16e18, 0.46e18 + 0.2e18, 0);
    }

    /// @dev 20 each are queued in the epoch before the proposal, in its own, and in that of the execution; 40 stay.
    function test_ExitsShareItUnlessTheyAreRipe() public {
        (Epoch ripe,) = queue(alice, pool, 20 * unit);
        skipEpochs(1);
        (Epoch next,) = queue(alice, pool, 20 * unit);
        skipToEnd(0);
        propose(0.2e18);
        later(WINDOW);
        (Epoch last,) = queue(alice, pool, 20 * unit);
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(pool, 4 * unit, 2 * unit, 2 * unit);
        expectSlashed(0.1e18, 8 * unit);
        assertEq(execute(), 8 * unit);
        assertEq(vault.exitValue(pool, ripe, alice), 20 * unit);
        assertEq(vault.exitValue(pool, next, alice), 18 * unit);
        assertEq(vault.exitValue(pool, last, alice), 18 * unit);
        assertEq(vault.positionValue(pool, alice), 36 * unit);
    }

    function test_ADepositThatCameInBetweenSharesIt() public {
        propose(0.2e18);
        deposit(bob, operator, 100 * unit);
        later(WINDOW);
        assertEq(execute(), 20 * unit);
        assertEq(vault.positionValue(pool, bob), 90 * unit);
    }

    function test_AfterTheOperatorLeft() public {
        propose(0.2e18);
        vm.prank(operator);
        manager.leave(slow, operator, only(address(token)));
        skipToEnd(1);
        assertEq(execute(), 10 * unit);
    }

    /* CAP */

    /// @dev 0.15 was taken of 0.5, and 0.3 of the 0.35 that remain is too much for one epoch, but not for the next.
    function test_WaitsForTheNextEpochWhereTheCapIsReached() public {
        OperatorSetId capped = cappedSet();
        propose(capped, 0.3e18);
        later(WINDOW);
        execute(capped);
        propose(capped, 0.3e18);
        later(WINDOW);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.CapExceeded.selector, address(token), 0.255e18, 0.15e18)
        );
        execute(capped);

        skipEpochs(1);
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSlashed(
            capped, operator, address(token), mag(0.105e18), 10.5e18 * unit / 1e18, bytes32(0)
        );
        execute(capped);
        assertProposal(capped, 0, 0, 0, 0);
    }

    function test_UpToTheCapOfTheEpochTogether() public {
        OperatorSetId capped = cappedSet();
        propose(capped, 0.2e18);
        later(WINDOW);
        execute(capped);
        // 0.1 of 0.5 is taken, and 0.05 of the remaining 0.4 is an eighth.
        propose(capped, 0.125e18);
        later(WINDOW);
        assertEq(execute(capped), 5 * unit);
    }

    function test_OneUnitBeyondTheCapOfTheEpoch() public {
        OperatorSetId capped = cappedSet();
        propose(capped, 0.2e18);
        later(WINDOW);
        execute(capped);
        propose(capped, 0.125e18 + 3);
        later(WINDOW);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.CapExceeded.selector, address(token), 0.15e18 + 1, 0.15e18)
        );
        execute(capped);
    }

    /* FUZZ */

    /// @dev Whatever the operator changes and other sets take in between: the fraction of the least of what was
    /// allocated then, what is allocated now and what is left.
    function testFuzz_TakesTheFractionOfTheLeast(
        uint256 assets,
        uint256 then,
        uint256 now_,
        uint256 lost,
        uint256 fraction
    ) public {
        // In a pool of its own, so that what was promised before plays no part.
        IMintable fresh = newToken("Fresh", "FRESH", uint8(bound(assets, 0, 30)));
        assets = boundAmount(assets);
        (then, now_) = (bound(then, 1e9, 1e18), bound(now_, 1e9, 1e18));
        lost = bound(lost, 0, 1e18 - 1e9);
        // Enough for a unit of magnitude at the time of the proposal.
        fraction = bound(fraction, 1e9, 1e18);
        vm.startPrank(avs);
        manager.addStrategies(slow, only(address(fresh)));
        manager.addStrategies(set, only(address(fresh)));
        vm.stopPrank();
        setDegreeCeiling(address(fresh), 2e18);
        join(set, operator);
        (PoolId id,) = deposit(fresh, alice, operator, assets);
        vm.startPrank(operator);
        manager.allocate(set, operator, address(fresh), WHOLE);
        manager.allocate(slow, operator, address(fresh), mag(then));
        skipEpochs(3);
        if (now_ != then) manager.allocate(slow, operator, address(fresh), mag(now_));
        vm.stopPrank();
        // Until the change is due in the next epoch.
        skipEpochs(now_ < then ? 1 : 2);

        vm.prank(slasher);
        manager.proposeSlash(slow, operator, address(fresh), wad(fraction), EVIDENCE);
        uint256 gone = assets * lost / 1e18;
        if (gone > 0) {
            vm.prank(slasher);
            manager.slash(set, operator, only(address(fresh)), only(wad(lost)), EVIDENCE);
        } else {
            lost = 0;
        }
        skipEpochs(1);

        uint256 taken = least(then, now_, 1e18 - lost) * fraction / 1e18;
        uint256 expected = (assets - gone) * taken / (1e18 - lost);
        if (expected == 0) expectNothingToSlash();
        assertEq(manager.executeSlash(slow, operator, address(fresh)), expected);
        assertEq(fresh.balanceOf(recipient), gone + expected);
        if (taken < 1e18 - lost) assertPool(id, assets - gone - expected, assets);
    }

    /// @dev What is announced in the epoch of the proposal, or after it, escapes no execution at any time.
    function testFuzz_NothingAnnouncedInItsEpochEscapes(uint256 window, uint256 at, uint256 then) public {
        Terms memory terms = slowTerms();
        terms.window = bound(window, 1, EPOCH / 2);
        OperatorSetId any = createSet(2, terms);
        commit(any, operator, HALF);
        uint256 lapses = startOf(vault.currentEpoch().plus(2));
        queue(alice, pool, 40 * unit);
        vm.prank(operator);
        manager.leave(any, operator, only(address(token)));
        later(bound(at, 0, EPOCH - 1));
        propose(any, 1e18);
        queue(alice, pool, 20 * unit);
        vm.warp(bound(then, vm.getBlockTimestamp() + terms.window, lapses - 1));
        queueAll(alice, pool);
        assertEq(execute(any), 50 * unit);
    }

    /* INTERNAL */

    function cappedSet() internal returns (OperatorSetId capped) {
        Terms memory terms = slowTerms();
        terms.cap = wad(0.3e18);
        capped = createSet(2, terms);
        commit(capped, operator, HALF);
    }

    function least(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        uint256 ab = a < b ? a : b;
        return ab < c ? ab : c;
    }
}
