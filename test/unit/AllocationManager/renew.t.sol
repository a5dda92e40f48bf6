// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Scene} from "../Scene.sol";

contract RenewTest is Scene {
    OperatorSetId internal other;
    OperatorSetId internal slow;

    function setUp() public override {
        super.setUp();
        other = createSet(1, defaultTerms());
        Terms memory terms = defaultTerms();
        terms.window = 1 days;
        slow = createSet(2, terms);
        deposit(alice, operator, 100 * unit);
    }

    /* REVERTS */

    function test_RevertWhen_NotAuthorized() public {
        wearOut();
        address[4] memory senders = [stranger, alice, avs, authority];
        for (uint256 i; i < senders.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, operator, senders[i]));
            vm.prank(senders[i]);
            manager.renew(operator, address(token));
        }
    }

    function test_RevertWhen_SomethingIsAllocated() public {
        wear();
        expectStillCommitted(1e14);
        renew();
    }

    function test_RevertWhen_ARaiseIsPending() public {
        wearOut();
        allocate(set, operator, HALF);
        expectStillCommitted(0.5e18);
        renew();
    }

    function test_RevertWhen_ALoweringHasComeDueUnsettled() public {
        wear();
        allocate(set, operator, mag(0));
        skipEpochs(2);
        expectStillCommitted(1e14);
        renew();
    }

    function test_RevertWhen_APromiseToARetiredSetIsUnsettled() public {
        wear();
        vm.prank(avs);
        manager.retire(set);
        expectStillCommitted(1e14);
        renew();
        settle(set);
        renew();
    }

    function test_RevertWhen_NotWornOut() public {
        expectNotWornOut(pool, 100 * unit, 100 * unit);
        renew();
    }

    function test_RevertWhen_ThePoolNeverHeldStake() public {
        PoolId empty = vault.poolId(otherOperator, address(token));
        expectNotWornOut(empty, 0, 0);
        vm.prank(otherOperator);
        manager.renew(otherOperator, address(token));
    }

    /// @dev A share is worth 1/4,096 of a unit; then a little less.
    function test_RevertWhen_NotQuiteWornOut() public {
        lose(4096, 4095);
        expectNotWornOut(vault.poolId(otherOperator, address(token)), 1, 4096);
        vm.prank(otherOperator);
        manager.renew(otherOperator, address(token));
    }

    function test_JustWornOut() public {
        lose(8193, 8191);
        vm.prank(otherOperator);
        manager.renew(otherOperator, address(token));
        assertEq(vault.poolId(otherOperator, address(token)).generation(), 1);
    }

    /* EFFECTS */

    function test_BeginsTheNextGeneration() public {
        wearOut();
        assertBudget(1e18, 0, 0);
        vm.expectEmit(address(vault));
        emit IStakeVault.PoolRenewed(pool, unit / 100);
        renew();
        assertBudget(1e18, 0, 1);
        assertEq(vault.poolId(operator, address(token)), pool.atGeneration(1));
        assertPool(pool, 0, 0);
        assertEq(vault.positionValue(pool, alice), unit / 100);
    }

    function test_ByAnAppointee() public {
        wearOut();
        vm.prank(operator);
        manager.appoint(bob, IAllocationManager.renew.selector, true);
        vm.prank(bob);
        manager.renew(operator, address(token));
        assertBudget(1e18, 0, 1);
    }

    function test_WhateverIsPaused() public {
        wearOut();
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(vault, Pausable(i), 3 days);
            pause(manager, Pausable(i), 3 days);
        }
        renew();
        assertBudget(1e18, 0, 1);
    }

    function test_RevertWhen_RenewedAlready() public {
        wearOut();
        renew();
        expectNotWornOut(pool.atGeneration(1), 0, 0);
        renew();
    }

    function test_CanBePromisedAgainWithNotice() public {
        wearOut();
        renew();
        deposit(bob, operator, 10 * unit);
        assertEq(allocate(set, operator, HALF), vault.currentEpoch().plus(3));
        skipEpochs(3);
        assertEq(slashableBy(set, operator), 5 * unit);
        assertEq(slash(set, operator, wad(1e18)), 5 * unit);
        assertEq(vault.positionValue(pool, alice), unit / 100, "those who were in it before are out of it");
    }

    function test_QueuedExitsKeepTheirDayOutOfReach() public {
        wearOut();
        (Epoch ripe,) = queue(alice, pool, 50 * unit);
        skipEpochs(1);
        renew();
        (uint256 inPool, uint256 inNext, uint256 inLast) = vault.slashable(pool);
        assertEq(inPool + inNext + inLast, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ExitNotRipe.selector, ripe, vault.currentEpoch()));
        complete(alice, pool, ripe);
        skipEpochs(1);
        assertEq(complete(alice, pool, ripe), unit / 200);
        assertEq(vault.positionValue(pool, alice), unit / 200);
    }

    /// @dev The promise was made in the generation before the one that is renewed.
    function test_APromiseOfAnEndedGenerationStaysNothingAndSettles() public {
        setDegreeCeiling(address(token), 2e18);
        commit(other, operator, WHOLE);
        commit(set, operator, WHOLE);
        slash(set, operator, wad(1e18));
        deposit(bob, operator, 100 * unit);
        allocate(set, operator, WHOLE);
        skipEpochs(3);
        slash(set, operator, wad(1e18 - 1e14));
        allocate(set, operator, mag(0));
        skipEpochs(2);
        settle(set);
        renew();
        assertBudget(1e18, 0, 2);
        (Magnitude current, Magnitude next,,) = manager.allocationOf(other, operator, address(token));
        assertEq(current, mag(0));
        assertEq(next, mag(0));
        assertEq(manager.membershipOf(other, operator).allocations, 1);
        settle(other);
        assertEq(manager.membershipOf(other, operator).allocations, 0);
        assertBudget(1e18, 0, 2);
    }

    /// @dev The operator lowers to nothing, the service proposes, and the pool is renewed before the window ends.
    function test_VoidsProposals() public {
        commit(set, operator, mag(1e18 - 1e14));
        commit(slow, operator, mag(1e14));
        slash(set, operator, wad(1e18));
        allocate(slow, operator, mag(0));
        skipToEnd(1);
        vm.prank(slasher);
        manager.proposeSlash(slow, operator, address(token), wad(1e18), "");
        assertEq(manager.contestedUntil(operator, address(token)), vault.currentEpoch().plus(2));
        skipEpochs(1);
        settle(slow);
        renew();
        assertEq(manager.contestedUntil(operator, address(token)), Epoch.wrap(0));
        deposit(bob, operator, 100 * unit);
        (Magnitude magnitude,,, uint256 lapsesAt) = manager.proposalOf(slow, operator, address(token));
        assertEq(magnitude, mag(0));
        assertEq(lapsesAt, 0);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoProposal.selector, slow, operator, address(token)));
        manager.executeSlash(slow, operator, address(token));
    }

    /* INTERNAL */

    function renew() internal {
        vm.prank(operator);
        manager.renew(operator, address(token));
    }

    function settle(OperatorSetId of_) internal {
        manager.settle(of_, operator, address(token));
    }

    /// @dev A slash that leaves a ten-thousandth, all of it promised.
    function wear() internal {
        commit(set, operator, WHOLE);
        slash(set, operator, wad(1e18 - 1e14));
        assertPool(pool, unit / 100, 100 * unit);
    }

    /// @dev The same, and nothing promised any more.
    function wearOut() internal {
        wear();
        allocate(set, operator, mag(0));
        skipEpochs(2);
        settle(set);
    }

    /// @dev The other operator's pool of `assets` loses `lost` of them, and nothing of it stays promised.
    function lose(uint256 assets, uint256 lost) internal {
        deposit(alice, otherOperator, assets);
        // Rounded up, so that the slash takes this much; the least that is left keeps the generation alive.
        Magnitude magnitude = mag((lost * 1e18 + assets - 1) / assets);
        commit(set, otherOperator, magnitude);
        assertEq(slash(set, otherOperator, wad(1e18)), lost);
    }

    function expectStillCommitted(uint256 committed) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.StillCommitted.selector, operator, address(token), committed)
        );
    }
}
