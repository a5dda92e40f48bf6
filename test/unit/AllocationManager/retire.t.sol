// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Scene} from "../Scene.sol";

contract RetireTest is Scene {
    OperatorSetId internal other;

    function setUp() public override {
        super.setUp();
        other = createSet(1, defaultTerms());
        deposit(alice, operator, 100 * unit);
        commit(set, operator, HALF);
    }

    /* REVERTS */

    function test_RevertWhen_NotAuthorized() public {
        address[3] memory senders = [stranger, slasher, operator];
        for (uint256 i; i < senders.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, avs, senders[i]));
            vm.prank(senders[i]);
            manager.retire(set);
        }
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoSuchSet.selector, none));
        retire(none);
    }

    function test_RevertWhen_RetiredAlready() public {
        retire(set);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, set));
        retire(set);
    }

    /* EFFECTS */

    function test_LeavesTheTermsWithoutASlasher() public {
        Terms memory terms = manager.termsOf(set);
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSetRetired(set);
        retire(set);
        terms.slasher = address(0);
        assertEq(abi.encode(manager.termsOf(set)), abi.encode(terms));
    }

    function test_ItsIdStaysUsed() public {
        retire(set);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetExists.selector, set));
        createSet(0, defaultTerms());
    }

    function test_WhatWasPromisedToItCountsAsNothingAtOnce() public {
        allocate(set, operator, WHOLE);
        retire(set);
        assertReadsAsNothing();
        assertEq(slashableBy(set, operator), 0);
        assertEq(guaranteedTo(set, operator), 0);
    }

    function test_ARaiseToItNeverArrives() public {
        allocate(set, operator, WHOLE);
        retire(set);
        skipEpochs(3);
        assertReadsAsNothing();
        assertEq(slashableBy(set, operator), 0);
    }

    function test_WhatASlashTookIsReadNoMore() public {
        slash(set, operator, wad(0.2e18));
        retire(set);
        assertReadsAsNothing();
        assertBudget(0.9e18, 0.4e18, 0);
    }

    function test_WhatWasPromisedStaysCommittedUntilSettled() public {
        retire(set);
        assertBudget(1e18, 0.5e18, 0);
        assertEq(worstCaseLoss(operator), wad(0.5e18));
        join(other, operator);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 1.5e18, 1e18));
        allocate(other, operator, WHOLE);

        manager.settle(set, operator, address(token));
        assertBudget(1e18, 0, 0);
        allocate(other, operator, WHOLE);
    }

    function test_LeavesOtherSetsAlone() public {
        commit(other, operator, HALF);
        retire(set);
        assertEq(slashableBy(other, operator), 50 * unit);
        assertEq(guaranteedTo(other, operator), 50 * unit);
        assertEq(slash(other, operator, wad(0.2e18)), 10 * unit);
        manager.settle(set, operator, address(token));
        assertEq(slashableBy(other, operator), 40 * unit);
        assertEq(manager.termsOf(other).slasher, slasher);
    }

    function test_StrategiesMayStillBeRemoved() public {
        retire(set);
        vm.prank(avs);
        manager.removeStrategies(set, only(address(token)));
        assertFalse(manager.isAccepted(set, address(token)));
    }

    function test_MembersStayUntilTheyLeave() public {
        retire(set);
        assertTrue(manager.membershipOf(set, operator).joined);
        vm.prank(operator);
        manager.leave(set, operator, only(address(token)));
        assertFalse(manager.membershipOf(set, operator).joined);
    }

    function test_WhateverIsPaused() public {
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(manager, Pausable(i), 3 days);
        }
        retire(set);
        assertReadsAsNothing();
    }

    function test_ByAnAppointee() public {
        vm.prank(avs);
        manager.appoint(bob, IAllocationManager.retire.selector, true);
        vm.prank(bob);
        manager.retire(set);
        assertReadsAsNothing();
    }

    /* INTERNAL */

    function retire(OperatorSetId of_) internal {
        vm.prank(avs);
        manager.retire(of_);
    }

    function assertReadsAsNothing() internal view {
        (Magnitude current, Magnitude next, Epoch effective, Magnitude taken) =
            manager.allocationOf(set, operator, address(token));
        assertEq(current, mag(0));
        assertEq(next, mag(0));
        assertEq(effective, Epoch.wrap(0));
        assertEq(taken, mag(0));
    }
}
