// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ILens, PoolRef, PoolView, SetPromise} from "palisade/interfaces/ILens.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {HookToken} from "../../mocks/OddTokens.sol";
import {LensScene} from "./Looks.sol";

contract LensPoolsTest is LensScene {
    /* REVERTS */

    function test_RevertWhen_ASetIsNamedTwice() public {
        OperatorSetId[] memory named = new OperatorSetId[](2);
        (named[0], named[1]) = (sets[1], sets[1]);
        vm.expectRevert(abi.encodeWithSelector(ILens.SetsNotAscending.selector, sets[1], sets[1]));
        lens.pools(refs(operator), named);
    }

    function test_RevertWhen_SetsDescend() public {
        OperatorSetId[] memory named = new OperatorSetId[](3);
        (named[0], named[1], named[2]) = (sets[0], sets[2], sets[1]);
        vm.expectRevert(abi.encodeWithSelector(ILens.SetsNotAscending.selector, sets[2], sets[1]));
        lens.pools(refs(operator), named);
    }

    function test_RevertWhen_D38_ReadInTheMiddleOfACall() public {
        HookToken hook = new HookToken();
        hook.mint(alice, unit);
        vm.prank(alice);
        hook.approve(address(vault), unit);
        hook.arm(address(lens), abi.encodeCall(ILens.pools, (refs(operator), none())));
        vm.prank(alice);
        vault.deposit(address(hook), operator, alice, unit, 0);
        assertTrue(hook.called());
        assertFalse(hook.succeeded());
        assertEq(hook.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    /* THE POOL */

    function test_NamesThePoolItself() public view {
        PoolView memory v = look();
        assertEq(v.operator, operator);
        assertEq(v.strategy, address(token));
        assertEq(v.id, pool);
        assertEq(v.assets, 100 * unit);
        assertEq(v.shares, 100 * unit);
        assertEq(v.left, WHOLE);
        assertEq(v.committed, mag(0));
        assertEq(v.promises.length, 0);
    }

    function test_TellsExitsOnTheirWay() public {
        queue(alice, pool, 10 * unit);
        skipEpochs(1);
        queue(bob, pool, 5 * unit);
        PoolView memory v = look();
        assertEq(v.assets, 85 * unit);
        assertEq(v.exitsNext, 10 * unit);
        assertEq(v.exitsLast, 5 * unit);
    }

    function test_TellsTheOperatorsStanding() public {
        address approver = makeAddr("approver");
        vm.startPrank(stranger);
        vault.registerOperator(approver);
        vault.open();
        vm.stopPrank();
        PoolView memory v = lens.pools(refs(stranger), none())[0];
        assertTrue(v.standing.registered);
        assertTrue(v.standing.opened);
        assertEq(v.standing.admitsFrom, vault.currentEpoch().plus(1));
        assertEq(v.standing.approver, approver);
    }

    function test_OfAPoolThatNeverHeldStake() public {
        commit(set, otherOperator, HALF);
        PoolView memory v = lens.pools(refs(otherOperator), sets)[0];
        assertEq(v.id, vault.poolId(otherOperator, address(token)));
        assertEq(v.assets, 0);
        assertEq(v.committed, HALF);
        assertEq(v.promises.length, 1);
    }

    function test_OfTheIdlePoolAndOfNobodys() public {
        deposit(alice, address(0), unit);
        PoolRef[] memory list = new PoolRef[](2);
        list[0] = PoolRef(address(0), address(token));
        list[1] = PoolRef(stranger, stranger);
        PoolView[] memory views = lens.pools(list, sets);
        assertEq(views[0].id, idle);
        assertEq(views[0].assets, unit);
        assertLosses(views[0], [uint256(0), 0, 0, 0], [uint256(0), 0, 0, 0]);
        assertEq(views[1].shares, 0);
        assertEq(views[1].room, 0);
    }

    function test_OfTheNextGeneration() public {
        endGeneration();
        PoolView memory v = look();
        assertEq(v.id, pool.atGeneration(1));
        assertEq(v.assets, 0);
        assertEq(v.left, WHOLE);
        assertEq(v.committed, mag(0));
        assertLosses(v, [uint256(0), 0, 0, 0], [uint256(0), 0, 0, 0]);
    }

    function test_OfManyPoolsInTheirOrder() public {
        commit(set, otherOperator, HALF);
        PoolRef[] memory list = new PoolRef[](3);
        list[0] = PoolRef(otherOperator, address(token));
        list[1] = PoolRef(operator, address(token));
        list[2] = list[0];
        PoolView[] memory views = lens.pools(list, sets);
        assertEq(views[0].operator, otherOperator);
        assertEq(views[0].promises.length, 1);
        assertEq(views[1].operator, operator);
        assertEq(views[1].promises.length, 0);
        assertEq(abi.encode(views[2]), abi.encode(views[0]));
    }

    function test_OfNone() public view {
        assertEq(lens.pools(new PoolRef[](0), sets).length, 0);
    }

    /* PROMISES */

    function test_TellsAPromiseAsTheManagerDoes() public {
        Terms memory terms = capped(0.5e18);
        sets.push(createSet(3, terms));
        commit(sets[3], operator, HALF);
        queue(alice, pool, 10 * unit);
        slash(sets[3], operator, wad(0.1e18));
        Epoch effective = allocate(sets[3], operator, mag(0.2e18));

        SetPromise memory p = look().promises[0];
        assertEq(p.set, sets[3]);
        assertEq(abi.encode(p.terms), abi.encode(terms));
        assertTrue(p.membership.joined);
        assertEq(p.membership.allocations, 1);
        assertEq(p.current, mag(0.45e18));
        assertEq(p.next, mag(0.2e18));
        assertEq(p.effective, effective);
        assertEq(p.taken, mag(0.05e18));
        assertEq(p.slashable, slashableBy(sets[3], operator));
        assertEq(p.guaranteed, guaranteedTo(sets[3], operator));
        assertEq(p.slashable, 45 * unit);
        assertGt(p.guaranteed, 0);
        assertEq(p.proposal.lapsesAt, 0);
    }

    function test_TellsAProposalUntilItLapses() public {
        OperatorSetId slow = proposeHalf();
        SetPromise memory p = look().promises[0];
        assertEq(p.set, slow);
        assertEq(p.proposal.magnitude, HALF);
        assertEq(p.proposal.wad, wad(0.5e18));
        assertEq(p.proposal.executableFrom, vm.getBlockTimestamp() + 1 days);
        assertEq(p.proposal.lapsesAt, startOf(vault.currentEpoch().plus(2)));
        assertEq(look().contestedUntil, vault.currentEpoch().plus(2));

        skipEpochs(2);
        p = look().promises[0];
        assertEq(p.set, slow);
        assertEq(p.proposal.magnitude, mag(0));
        assertEq(p.proposal.wad, wad(0));
        assertEq(p.proposal.executableFrom, 0);
        assertEq(p.proposal.lapsesAt, 0);
    }

    /// @dev The operator left in the epoch before, and the allocation is gone when the proposal still waits.
    function test_TellsAProposalOfASetThatTheOperatorLeft() public {
        OperatorSetId slow = slowSet();
        commit(slow, operator, HALF);
        vm.prank(operator);
        manager.leave(slow, operator, only(address(token)));
        skipEpochs(1);
        propose(slow);
        skipEpochs(1);
        manager.settle(slow, operator, address(token));
        SetPromise memory p = look().promises[0];
        assertFalse(p.membership.joined);
        assertEq(p.membership.allocations, 0);
        assertEq(p.current, mag(0));
        assertEq(p.proposal.magnitude, HALF);
    }

    function test_LeavesOutSetsThatHaveNothingToDoWithTheOperator() public {
        commit(sets[2], operator, HALF);
        sets.push(toOperatorSetId(avs, 9));
        PoolView memory v = look();
        assertEq(v.promises.length, 1);
        assertEq(v.promises[0].set, sets[2]);
    }

    function test_NamesSetsThatTheOperatorJoined() public {
        join(sets[1], operator);
        SetPromise memory p = look().promises[0];
        assertEq(p.set, sets[1]);
        assertEq(p.current, mag(0));
        assertEq(p.membership.allocations, 0);
    }

    function test_NamesASetThatTheOperatorIsLeaving() public {
        commit(set, operator, HALF);
        vm.prank(operator);
        manager.leave(set, operator, only(address(token)));
        SetPromise memory p = look().promises[0];
        assertFalse(p.membership.joined);
        assertEq(p.current, HALF);
        assertEq(p.next, mag(0));
        assertEq(p.effective, vault.currentEpoch().plus(2));
    }

    /* UNACCOUNTED */

    function test_NothingIsUnaccountedWhereAllSetsAreNamed() public {
        commitThree();
        PoolView memory v = look();
        assertEq(v.committed, mag(0.6e18));
        assertEq(v.unaccounted, mag(0));
        assertEq(v.promises.length, 3);
    }

    function test_SetsThatAreNotNamedAreUnaccounted() public {
        commitThree();
        allocate(sets[2], operator, mag(0.4e18));
        PoolView memory v = look(only(sets[1]));
        assertEq(v.unaccounted, mag(0.5e18));
        assertLosses(v, [uint256(0.7e18), 0.7e18, 0.7e18, 0.7e18], [uint256(0.7e18), 0.7e18, 0.7e18, 0.7e18]);
        assertEq(look(none()).unaccounted, mag(0.7e18));
    }

    /// @dev As in the manager, whose sum waits for somebody to touch the allocation.
    function test_WhatIsLoweredIsUnaccountedUntilSettled() public {
        commitThree();
        allocate(sets[2], operator, mag(0.1e18));
        skipEpochs(2);
        PoolView memory v = look();
        assertEq(v.promises[2].current, mag(0.1e18));
        assertEq(v.unaccounted, mag(0.2e18));
        assertOutlook(v.outlook[0], 0.6e18, 0.6e18, 0.6e18);
        manager.settle(sets[2], operator, address(token));
        v = look();
        assertEq(v.unaccounted, mag(0));
        assertOutlook(v.outlook[0], 0.4e18, 0.4e18, 0.4e18);
    }

    function test_WhatARetiredSetHadIsUnaccountedUntilSettled() public {
        commitThree();
        retire(sets[1]);
        PoolView memory v = look();
        assertEq(v.promises.length, 3);
        assertEq(v.promises[1].terms.slasher, address(0));
        assertEq(v.promises[1].current, mag(0));
        assertEq(v.promises[1].membership.allocations, 1);
        assertEq(v.unaccounted, mag(0.2e18));
        manager.settle(sets[1], operator, address(token));
        v = look();
        assertEq(v.unaccounted, mag(0));
        assertEq(v.promises[1].membership.allocations, 0);
        assertOutlook(v.outlook[0], 0.4e18, 0.4e18, 0.4e18);
    }

    /* INTERNAL */

    /// @dev A tenth, two tenths and three tenths.
    function commitThree() internal {
        for (uint256 i; i < 3; ++i) {
            join(sets[i], operator);
            allocate(sets[i], operator, mag((i + 1) * 0.1e18));
        }
        skipEpochs(3);
    }

    function slowSet() internal returns (OperatorSetId slow) {
        Terms memory terms = defaultTerms();
        terms.window = 1 days;
        slow = createSet(3, terms);
        sets.push(slow);
    }

    function proposeHalf() internal returns (OperatorSetId slow) {
        slow = slowSet();
        commit(slow, operator, HALF);
        propose(slow);
    }

    function propose(OperatorSetId slow) internal {
        vm.prank(slasher);
        manager.proposeSlash(slow, operator, address(token), wad(0.5e18), "");
    }
}
