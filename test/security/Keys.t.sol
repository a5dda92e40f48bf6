// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Scene} from "../unit/Scene.sol";

/// @notice One key is stolen, and the thief does the worst that it can do: the rows of docs/threat-model.md. Governance's
/// keys are in test/unit/Governance.
contract StolenKeys is Scene {
    address internal thief = makeAddr("thief");

    /// @dev The promise in force when the key is stolen: half of the pool, of which a slash may take a fifth in an epoch.
    Terms internal terms;
    OperatorSetId internal instant;
    uint256 internal stake;

    function setUp() public override {
        super.setUp();
        terms = defaultTerms();
        terms.cap = Wad.wrap(0.2e18);
        instant = createSet(1, terms);
        commit(instant, operator, mag(0.5e18));
        stake = 100 * unit;
        deposit(alice, operator, stake);
    }

    /// @dev A service of the thief's own, to which the operator's key promises all that it can.
    function test_TheOperators_EverybodyIsOutBeforeARaise() public {
        OperatorSetId own = toOperatorSetId(thief, 0);
        (terms.slasher, terms.recipient, terms.cap) = (thief, thief, Wad.wrap(1e18));
        vm.prank(thief);
        manager.createOperatorSet(own, terms, only(address(token)));
        join(own, operator);
        assertEq(allocate(own, operator, mag(0.5e18)), manager.currentEpoch().plus(3));

        // A staker who goes in the last second of the next epoch is out when the raise takes effect.
        skipToEnd(1);
        (Epoch ripe,) = queueAll(alice, pool);
        skip(1);
        assertNothingFor(own);
        vm.warp(startOf(ripe) - 1);
        assertNothingFor(own);
        vm.warp(startOf(ripe));
        assertNothingFor(own);
        assertEq(complete(alice, pool, ripe), stake);
    }

    /// @dev It cannot take what is promised to a service away before the service can slash.
    function test_TheOperators_WhatIsPromisedStaysForAnEpoch() public {
        vm.prank(operator);
        manager.leave(instant, operator, only(address(token)));
        skipToEnd(1);
        assertEq(slash(instant, operator, Wad.wrap(0.2e18)), stake / 10);
    }

    function test_AnAppointees_OneFunctionUntilItIsTakenBack() public {
        vm.prank(operator);
        manager.appoint(thief, IAllocationManager.allocate.selector, true);
        vm.startPrank(thief);
        manager.allocate(instant, operator, address(token), mag(0.4e18));
        expectNotAuthorized();
        manager.leave(instant, operator, only(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CannotAppointAppoint.selector));
        manager.appoint(thief, IAllocationManager.appoint.selector, true);
        vm.stopPrank();

        vm.prank(operator);
        manager.appoint(thief, IAllocationManager.allocate.selector, false);
        vm.prank(thief);
        expectNotAuthorized();
        manager.allocate(instant, operator, address(token), mag(0.3e18));
    }

    /// @dev Terms are for ever: not even the AVS makes itself the slasher, or the recipient, of a set that is there.
    function test_TheServices_TakesNothingOfWhatIsPromised() public {
        (terms.slasher, terms.recipient) = (avs, avs);
        vm.startPrank(avs);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetExists.selector, instant));
        manager.createOperatorSet(instant, terms, only(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotSlasher.selector, instant, avs));
        manager.slash(instant, operator, only(address(token)), only(Wad.wrap(0.2e18)), "");
        OperatorSetId own = toOperatorSetId(avs, 2);
        manager.createOperatorSet(own, terms, only(address(token)));
        expectNotAuthorized();
        manager.allocate(own, operator, address(token), mag(0.5e18));
        // What it can do is give up its own security.
        manager.eject(instant, operator, only(address(token)));
        manager.retire(instant);
        vm.stopPrank();
        assertNothingFor(instant);
        assertEq(vault.positionValue(pool, alice), stake);
    }

    /// @dev The cap, in an epoch; to the recipient, who is not the thief; until the AVS retires the set.
    function test_TheSlashers_TheCapInAnEpoch() public {
        assertEq(slash(instant, operator, Wad.wrap(0.2e18)), stake / 10);
        vm.expectPartialRevert(IAllocationManager.CapExceeded.selector);
        slash(instant, operator, Wad.wrap(0.01e18));
        assertEq(token.balanceOf(recipient), stake / 10);
        skipEpochs(1);
        // A fifth of what is still promised: 0.4 of 0.9 that is left.
        assertEq(slash(instant, operator, Wad.wrap(0.2e18)), stake * 8 / 100);
        vm.prank(avs);
        manager.retire(instant);
        skipEpochs(1);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, instant));
        slash(instant, operator, Wad.wrap(0.2e18));
        assertEq(vault.positionValue(pool, alice), stake * 82 / 100);
    }

    /// @dev In a set with a window the resolver stops all of it.
    function test_TheSlashers_TheResolverStopsIt() public {
        OperatorSetId challenged = newChallengedSet();
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), Wad.wrap(0.2e18), "");
        vm.prank(bob);
        manager.cancelSlash(challenged, operator, address(token));
        skip(1 days);
        vm.expectPartialRevert(IAllocationManager.NoProposal.selector);
        manager.executeSlash(challenged, operator, address(token));
    }

    /// @dev It can spare who should be slashed, and take nothing.
    function test_TheResolvers_SparesAndTakesNothing() public {
        OperatorSetId challenged = newChallengedSet();
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotSlasher.selector, challenged, bob));
        manager.proposeSlash(challenged, operator, address(token), Wad.wrap(0.2e18), "");
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), Wad.wrap(0.2e18), "");
        vm.prank(bob);
        manager.cancelSlash(challenged, operator, address(token));
        // The window over, it is too late even for that.
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), Wad.wrap(0.2e18), "");
        skip(1 days);
        vm.prank(bob);
        vm.expectPartialRevert(IAllocationManager.WindowOver.selector);
        manager.cancelSlash(challenged, operator, address(token));
    }

    /// @dev What was slashed is the thief's; what was not, is not.
    function test_TheRecipients_WhatWasSlashed() public {
        slash(instant, operator, Wad.wrap(0.2e18));
        vm.startPrank(recipient);
        assertTrue(token.transfer(thief, token.balanceOf(recipient)));
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, recipient));
        vault.queueWithdrawal(pool, 1, 0, alice);
        vm.stopPrank();
        assertEq(token.balanceOf(thief), stake / 10);
    }

    /// @dev It lets in whom it likes, and refuses; who is in, gets out.
    function test_TheApprovers_KeepsNobodyIn() public {
        vm.prank(stranger);
        vault.registerOperator(bob);
        openOperator(stranger);
        vm.prank(bob);
        vault.admit(stranger, alice, type(uint40).max, "");
        (PoolId gated, uint256 shares) = deposit(alice, stranger, stake);
        vm.startPrank(bob);
        vault.admit(stranger, thief, type(uint40).max, "");
        vault.admit(stranger, alice, vm.getBlockTimestamp() - 1, "");
        vm.stopPrank();
        (Epoch ripe,) = queue(alice, gated, shares);
        skipEpochs(2);
        assertEq(complete(alice, gated, ripe), stake);
    }

    /// @dev A staker's key is its stake. What is at risk must wait two epochs, in which it is seen, and cannot be stopped.
    function test_AStakers_TwoEpochsLater() public {
        uint256 shares = vault.balanceOf(alice, pool);
        vm.startPrank(alice);
        (Epoch ripe,) = vault.queueWithdrawal(pool, shares / 2, 0, alice);
        vault.transfer(thief, pool, shares / 2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ExitNotRipe.selector, ripe, vault.currentEpoch()));
        vault.completeWithdrawal(pool, ripe, alice, thief);
        skipEpochs(2);
        vault.completeWithdrawal(pool, ripe, alice, thief);
        vm.stopPrank();
        assertEq(token.balanceOf(thief), stake / 2);
    }

    /* INTERNAL */

    /// @notice A set with a window of a day, which bob may resolve, and half of the pool promised to it.
    function newChallengedSet() internal returns (OperatorSetId challenged) {
        (terms.window, terms.resolver) = (1 days, bob);
        challenged = createSet(3, terms);
        commit(challenged, operator, mag(0.5e18));
    }

    function expectNotAuthorized() internal {
        vm.expectPartialRevert(IAllocationManager.NotAuthorized.selector);
    }

    function assertNothingFor(OperatorSetId to) internal {
        assertEq(slashableBy(to, operator), 0);
        address by = manager.termsOf(to).slasher;
        if (by == address(0)) return; // retired
        vm.prank(by);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, to, operator));
        manager.slash(to, operator, only(address(token)), only(Wad.wrap(1e18)), "");
    }
}
