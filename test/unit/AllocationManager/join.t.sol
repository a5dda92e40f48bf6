// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager, Membership} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {MockRegistrar} from "../../mocks/MockRegistrar.sol";
import {Scene} from "../Scene.sol";

contract JoinTest is Scene {
    MockRegistrar internal registrar;
    OperatorSetId internal guarded;

    function setUp() public override {
        super.setUp();
        registrar = new MockRegistrar();
        Terms memory terms = defaultTerms();
        terms.registrar = address(registrar);
        guarded = createSet(1, terms);
    }

    /* REVERTS */

    function test_RevertWhen_NotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, operator, stranger));
        vm.prank(stranger);
        manager.join(set, operator, "");
    }

    function test_RevertWhen_Paused() public {
        uint256 until = pause(manager, Pausable.Join, 7 days);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Join, until));
        join(set, operator);
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoSuchSet.selector, none));
        join(none, operator);
    }

    function test_RevertWhen_Retired() public {
        vm.prank(avs);
        manager.retire(set);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, set));
        join(set, operator);
    }

    function test_RevertWhen_AMemberAlready() public {
        join(set, operator);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.AlreadyMember.selector, set, operator));
        join(set, operator);
    }

    function test_RevertWhen_AnAllocationOfAnEarlierMembershipRemains() public {
        join(set, operator);
        allocate(set, operator, HALF);
        skipEpochs(3);
        vm.startPrank(operator);
        manager.leave(set, operator, only(address(token)));
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.AllocationsRemain.selector, set, operator, 1));
        manager.join(set, operator, "");
        vm.stopPrank();
    }

    function test_RevertWhen_NotAnOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAnOperator.selector, stranger));
        join(set, stranger);
    }

    function test_RevertWhen_TheRegistrarRefuses() public {
        registrar.refuse(true);
        vm.expectRevert(MockRegistrar.Refused.selector);
        join(guarded, operator);
        assertFalse(manager.membershipOf(guarded, operator).joined);
    }

    /* EFFECTS */

    function test_JoinsWithNothingPromised() public {
        vm.expectEmit(address(manager));
        emit IAllocationManager.Joined(set, operator);
        join(set, operator);
        assertMembership(set, operator, true);
        assertEq(slashableBy(set, operator), 0);
    }

    function test_RemembersNoOpeningThatWasNot() public {
        registerOperator(stranger);
        join(set, stranger);
        assertMembership(set, stranger, false);
    }

    function test_TellsTheRegistrarOutsideTheLock() public {
        vm.prank(operator);
        manager.join(guarded, operator, "key");
        assertEq(OperatorSetId.unwrap(registrar.lastSet()), OperatorSetId.unwrap(guarded));
        assertEq(registrar.lastOperator(), operator);
        assertEq(registrar.lastData(), "key");
        assertTrue(registrar.wasJoined(), "after all writes");
        assertTrue(manager.isAppointed(address(registrar), operator, MockRegistrar.onJoin.selector), "called back");
    }

    function test_ByAnAppointee() public {
        vm.prank(operator);
        manager.appoint(bob, IAllocationManager.join.selector, true);
        vm.prank(bob);
        manager.join(set, operator, "");
        assertMembership(set, operator, true);
    }

    function assertMembership(OperatorSetId of_, address account, bool opened) internal view {
        Membership memory member = manager.membershipOf(of_, account);
        assertTrue(member.joined, "joined");
        assertEq(member.opened, opened, "opened");
        assertEq(member.allocations, 0, "allocations");
    }
}
