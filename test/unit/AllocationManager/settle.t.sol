// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Scene} from "../Scene.sol";

contract SettleTest is Scene {
    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 100 * unit);
        commit(set, operator, WHOLE);
    }

    function test_RevertWhen_SettledAlready() public {
        settle(set);
        expectNothingToSettle(set);
        settle(set);
    }

    function test_RevertWhen_NothingWasEverPromised() public {
        OperatorSetId other = createSet(1, defaultTerms());
        expectNothingToSettle(other);
        settle(other);
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        expectNothingToSettle(none);
        settle(none);
    }

    function test_RevertWhen_NothingHasComeDue() public {
        settle(set);
        allocate(set, operator, HALF);
        skipToEnd(1);
        expectNothingToSettle(set);
        settle(set);
    }

    function test_StoresARaise() public {
        expectSettled();
        settle(set);
        (Magnitude current, Magnitude next, Epoch effective,) = manager.allocationOf(set, operator, address(token));
        assertEq(current, WHOLE);
        assertEq(next, WHOLE);
        assertEq(effective, Epoch.wrap(0));
        assertBudget(1e18, 1e18, 0);
        assertEq(manager.membershipOf(set, operator).allocations, 1);
    }

    function test_FreesWhatWasLowered() public {
        allocate(set, operator, HALF);
        skipEpochs(2);
        assertBudget(1e18, 1e18, 0);
        expectSettled();
        settle(set);
        assertBudget(1e18, 0.5e18, 0);
        assertEq(slashableBy(set, operator), 50 * unit);
    }

    function test_UncountsWhatWasLoweredToZero() public {
        allocate(set, operator, mag(0));
        skipEpochs(2);
        settle(set);
        assertBudget(1e18, 0, 0);
        assertEq(manager.membershipOf(set, operator).allocations, 0);
    }

    function test_ClearsAPromiseOfAnEndedGeneration() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId other = createSet(1, defaultTerms());
        commit(other, operator, WHOLE);
        slash(other, operator, wad(1e18));
        assertEq(manager.membershipOf(set, operator).allocations, 1);
        expectSettled();
        settle(set);
        assertEq(manager.membershipOf(set, operator).allocations, 0);
        assertBudget(1e18, 0, 1);
    }

    function test_FreesAPromiseToARetiredSet() public {
        settle(set);
        allocate(set, operator, HALF);
        retire();
        assertBudget(1e18, 1e18, 0);
        expectSettled();
        settle(set);
        assertBudget(1e18, 0, 0);
        assertEq(manager.membershipOf(set, operator).allocations, 0);
        expectNothingToSettle(set);
        settle(set);
    }

    function test_FreesARaiseToARetiredSetAtItsLargerSide() public {
        OperatorSetId other = createSet(1, defaultTerms());
        setDegreeCeiling(address(token), 2e18);
        commit(other, operator, mag(0.2e18));
        allocate(other, operator, mag(0.7e18));
        assertBudget(1e18, 1.7e18, 0);
        vm.prank(avs);
        manager.retire(other);
        settle(other);
        assertBudget(1e18, 1e18, 0);
    }

    function test_ClearsAPromiseToARetiredSetOfAnEndedGeneration() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId other = createSet(1, defaultTerms());
        commit(other, operator, WHOLE);
        slash(other, operator, wad(1e18));
        allocate(other, operator, HALF);
        retire();
        settle(set);
        assertEq(manager.membershipOf(set, operator).allocations, 0);
        assertBudget(1e18, 0.5e18, 1);
    }

    function test_WhenTheStrategyIsAcceptedNoMore() public {
        allocate(set, operator, mag(0));
        vm.prank(avs);
        manager.removeStrategies(set, only(address(token)));
        skipEpochs(2);
        settle(set);
        assertBudget(1e18, 0, 0);
    }

    function settle(OperatorSetId of_) internal {
        vm.prank(stranger);
        manager.settle(of_, operator, address(token));
    }

    function retire() internal {
        vm.prank(avs);
        manager.retire(set);
    }

    function expectSettled() internal {
        vm.expectEmit(address(manager));
        emit IAllocationManager.Settled(set, operator, address(token));
    }

    function expectNothingToSettle(OperatorSetId of_) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.NothingToSettle.selector, of_, operator, address(token))
        );
    }
}
