// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {MockRegistrar} from "../../mocks/MockRegistrar.sol";
import {RudeRegistrar} from "../../mocks/RudeRegistrar.sol";
import {Departure} from "./Departure.sol";

/// @notice What a registrar is told of a departure, and what it can do about it: nothing.
abstract contract OnLeaveTest is Departure {
    /// @dev What the registrar is given, and what the call must have left by then.
    uint256 internal constant GIVEN = 200_000;
    uint256 internal constant NEEDED = GIVEN * 64 / 63 + 10_000;

    MockRegistrar internal polite;
    RudeRegistrar internal rude;
    OperatorSetId internal politeSet;
    OperatorSetId internal rudeSet;

    function setUp() public override {
        super.setUp();
        polite = new MockRegistrar();
        rude = new RudeRegistrar();
        Terms memory terms = defaultTerms();
        terms.registrar = address(polite);
        politeSet = createSet(1, terms);
        terms.registrar = address(rude);
        rudeSet = createSet(2, terms);
        deposit(alice, operator, 100 * unit);
        commit(politeSet, operator, HALF);
        commit(rudeSet, operator, HALF);
        // So that tests can say how much gas a call is given.
        vm.prank(leaver());
        manager.appoint(address(this), selector(), true);
    }

    /* WHAT IT IS TOLD */

    function test_ItIsToldAfterAllWritesAndOutsideTheLock() public {
        depart(politeSet, only(address(token)));
        assertEq(OperatorSetId.unwrap(polite.lastSet()), OperatorSetId.unwrap(politeSet));
        assertEq(polite.lastOperator(), operator);
        assertGt(polite.gasToLeave(), 0, "told");
        assertFalse(polite.wasJoined(), "after all writes");
        assertTrue(manager.isAppointed(address(polite), operator, MockRegistrar.onLeave.selector), "called back");
    }

    function test_NothingIsLoggedWhereItWorks() public {
        vm.recordLogs();
        depart(politeSet, only(address(token)));
        assertEq(failuresLogged(politeSet), 0);
    }

    function test_OfASetWithoutOneNobodyIsTold() public {
        join(set, operator);
        (bool done,) = address(manager).call{gas: NEEDED - 1}(departure(set, new address[](0)));
        assertTrue(done, "needs no gas for it");
    }

    function test_WhereTheDepartureFailsItIsNotTold() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.AllocationsUnnamed.selector, politeSet, operator, 1, 0)
        );
        depart(politeSet, new address[](0));
        assertEq(polite.gasToLeave(), 0);
    }

    /* GAS */

    /// @dev With all the gas there is, and with the least: a few hundred are spent on the way into its function.
    function test_ItIsGiven200000() public {
        assertGiven200000();
    }

    /// @dev The code of the delegate (EIP-7702) is a second cold account, and the call pays for it.
    function test_ItIsGiven200000WhereItDelegates() public {
        vm.etch(address(polite), abi.encodePacked(hex"ef0100", new MockRegistrar()));
        assertGiven200000();
    }

    function test_RevertWhen_TheCallHasOneUnitTooLittle() public {
        uint256 least = leastGas(politeSet);
        (bool done, bytes memory answer) = tryWith(politeSet, least - 1);
        assertFalse(done);
        assertEq(bytes4(answer), IAllocationManager.NotEnoughGas.selector);
        (uint256 gas, uint256 needed) = this.decodePair(answer);
        assertLt(gas, NEEDED);
        assertGt(gas, NEEDED - 200, "one unit, and reading what is left again");
        assertEq(needed, NEEDED);
        assertTrue(manager.membershipOf(politeSet, operator).joined);
    }

    /// @dev It burns all it was given, or answers with as much as that can pay for: the call has enough to say so and to
    /// end.
    function test_TheLeastSufficesForOneThatBurnsAll() public {
        uint256 least = leastGas(politeSet);
        for (uint256 i; i <= uint256(RudeRegistrar.Manner.CallsItself); ++i) {
            uint256 snapshot = vm.snapshotState();
            rude.behave(RudeRegistrar.Manner(i));
            this.departWith(rudeSet, least);
            assertGone(rudeSet);
            vm.revertToState(snapshot);
        }
    }

    /* WHAT IT CANNOT STOP */

    function test_OneThatReverts() public {
        assertCannotStop(RudeRegistrar.Manner.Reverts);
    }

    function test_OneThatBurnsItsGas() public {
        assertCannotStop(RudeRegistrar.Manner.BurnsGas);
    }

    function test_OneThatRevertsWithMuch() public {
        assertCannotStop(RudeRegistrar.Manner.RevertsWithMuch);
    }

    /// @dev It is no failure; that nothing of the answer is copied shows where the call has the least gas.
    function test_OneThatReturnsMuch() public {
        rude.behave(RudeRegistrar.Manner.ReturnsMuch);
        vm.recordLogs();
        depart(rudeSet, only(address(token)));
        assertEq(failuresLogged(rudeSet), 0);
        assertGone(rudeSet);
    }

    function test_OneThatCallsItself() public {
        assertCannotStop(RudeRegistrar.Manner.CallsItself);
    }

    function test_OneWithoutCode() public {
        vm.etch(address(rude), "");
        vm.recordLogs();
        depart(rudeSet, only(address(token)));
        assertEq(failuresLogged(rudeSet), 0, "a call to nobody succeeds");
        assertGone(rudeSet);
    }

    /* WHAT IT MAY CALL */

    function test_OneThatEndsTheMembershipAgain() public {
        vm.prank(leaver());
        manager.appoint(address(rude), selector(), true);
        rude.callBack(address(manager), departure(rudeSet, new address[](0)));
        expectFailure();
        depart(rudeSet, only(address(token)));
        assertGone(rudeSet);
    }

    /// @dev What it is given does not suffice to end a membership that another registrar is to be told of.
    function test_OneThatEndsAnotherMembership() public {
        vm.prank(leaver());
        manager.appoint(address(rude), selector(), true);
        rude.callBack(address(manager), departure(politeSet, only(address(token))));
        expectFailure();
        depart(rudeSet, only(address(token)));
        assertGone(rudeSet);
        assertTrue(manager.membershipOf(politeSet, operator).joined);
    }

    function test_OneThatRetiresTheSet() public {
        vm.prank(avs);
        manager.appoint(address(rude), IAllocationManager.retire.selector, true);
        rude.callBack(address(manager), abi.encodeCall(IAllocationManager.retire, (rudeSet)));
        depart(rudeSet, only(address(token)));
        assertEq(manager.termsOf(rudeSet).slasher, address(0));
    }

    function test_OneThatLetsItJoinAgain() public {
        vm.prank(operator);
        manager.appoint(address(rude), IAllocationManager.join.selector, true);
        rude.callBack(address(manager), abi.encodeCall(IAllocationManager.join, (rudeSet, operator, "")));
        expectFailure();
        depart(rudeSet, only(address(token)));
        assertGone(rudeSet);

        skipEpochs(2);
        manager.settle(rudeSet, operator, address(token));
        join(rudeSet, operator);
        depart(rudeSet, new address[](0));
        assertTrue(manager.membershipOf(rudeSet, operator).joined, "it joined for the operator, in the call");
    }

    /* INTERNAL */

    function assertGiven200000() internal {
        uint256 snapshot = vm.snapshotState();
        depart(politeSet, only(address(token)));
        uint256 given = polite.gasToLeave();
        assertLe(given, GIVEN);
        assertGt(given, GIVEN - 1000);

        vm.revertToState(snapshot);
        this.departWith(politeSet, leastGas(politeSet));
        assertEq(polite.gasToLeave(), given);
    }

    function assertCannotStop(RudeRegistrar.Manner manner) internal {
        rude.behave(manner);
        expectFailure();
        depart(rudeSet, only(address(token)));
        assertGone(rudeSet);
    }

    function expectFailure() internal {
        vm.expectEmit(address(manager));
        emit IAllocationManager.LeaveHookFailed(rudeSet, operator);
    }

    function assertGone(OperatorSetId of_) internal view {
        assertFalse(manager.membershipOf(of_, operator).joined, "joined");
        assertEq(guaranteedTo(of_, operator), 0, "guaranteed");
    }

    function failuresLogged(OperatorSetId of_) internal returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bool left;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IAllocationManager.LeaveHookFailed.selector) ++count;
            left = left || logs[i].topics[0] == IAllocationManager.Left.selector
                && uint256(logs[i].topics[1]) == OperatorSetId.unwrap(of_);
        }
        assertTrue(left, "it left");
    }

    /// @dev The least gas with which the departure succeeds, found by halving.
    function leastGas(OperatorSetId of_) internal returns (uint256 enough) {
        uint256 tooLittle = NEEDED;
        enough = 1_000_000;
        while (enough - tooLittle > 1) {
            uint256 middle = (enough + tooLittle) / 2;
            (bool done,) = tryWith(of_, middle);
            if (done) enough = middle;
            else tooLittle = middle;
        }
    }

    /// @dev What a departure with `gas` would do, undone again.
    function tryWith(OperatorSetId of_, uint256 gas) internal returns (bool done, bytes memory answer) {
        uint256 snapshot = vm.snapshotState();
        try this.departWith(of_, gas) {
            done = true;
        } catch (bytes memory error_) {
            answer = error_;
        }
        vm.revertToState(snapshot);
    }

    /// @dev Called from outside, so that the inner call's gas is the departure's alone.
    function departWith(OperatorSetId of_, uint256 gas) external {
        (bool done, bytes memory answer) = address(manager).call{gas: gas}(departure(of_, only(address(token))));
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function decodePair(bytes calldata error_) external pure returns (uint256, uint256) {
        return abi.decode(error_[4:], (uint256, uint256));
    }
}

contract OnLeaveByLeaveTest is OnLeaveTest {
    function ejects() internal pure override returns (bool) {
        return false;
    }
}

contract OnLeaveByEjectTest is OnLeaveTest {
    function ejects() internal pure override returns (bool) {
        return true;
    }
}
