// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Scene} from "../Scene.sol";

contract ManagerViewsTest is Scene {
    OperatorSetId internal other;

    function setUp() public override {
        super.setUp();
        other = createSet(1, defaultTerms());
        deposit(alice, operator, 100 * unit);
        commit(set, operator, HALF);
    }

    /* SLASHABLE */

    function test_SlashableCountsExitsOnTheirWay() public {
        queue(alice, pool, 40 * unit);
        assertEq(slashableBy(set, operator), 50 * unit);
        skipEpochs(1);
        queue(alice, pool, 20 * unit);
        assertEq(slashableBy(set, operator), 50 * unit);
        skipEpochs(1);
        assertEq(slashableBy(set, operator), 30 * unit);
    }

    function test_SlashableRoundsEachPartDown() public {
        deposit(alice, otherOperator, 11);
        commit(set, otherOperator, HALF);
        queue(alice, vault.poolId(otherOperator, address(token)), 3);
        skipEpochs(1);
        queue(alice, vault.poolId(otherOperator, address(token)), 5);
        assertEq(slashableBy(set, otherOperator), 1 + 1 + 2, "halves of 3, 3 and 5");
    }

    function test_SlashableIsNoMoreThanIsLeft() public {
        elastic(0.8e18);
        slash(other, operator, wad(0.75e18));
        assertEq(slashableBy(set, operator), 40 * unit);
        assertEq(slashableBy(other, operator), 20 * unit);
    }

    function test_SlashableOfManyOperators() public {
        deposit(alice, otherOperator, 10 * unit);
        address[] memory operators = new address[](3);
        (operators[0], operators[1], operators[2]) = (otherOperator, operator, stranger);
        uint256[] memory assets = manager.slashableStake(set, address(token), operators);
        assertEq(assets[0], 0);
        assertEq(assets[1], 50 * unit);
        assertEq(assets[2], 0);
    }

    /* GUARANTEED */

    function test_GuaranteedLeavesExitsOut() public {
        queue(alice, pool, 40 * unit);
        assertEq(guaranteedTo(set, operator), 30 * unit);
    }

    function test_GuaranteedCountsARaiseWhenItIsInForce() public {
        allocate(set, operator, mag(0.8e18));
        skipToEnd(2);
        assertEq(guaranteedTo(set, operator), 50 * unit);
        skipEpochs(1);
        assertEq(guaranteedTo(set, operator), 80 * unit);
    }

    function test_GuaranteedCountsALoweringAtOnce() public {
        allocate(set, operator, mag(0.2e18));
        assertEq(guaranteedTo(set, operator), 20 * unit);
        skipEpochs(2);
        assertEq(guaranteedTo(set, operator), 20 * unit);
    }

    /// @dev Half and 0.8 of one whole: 0.2 and 0.5 of it are nobody else's.
    function test_GuaranteedIsTheUniquePart() public {
        elastic(0.8e18);
        assertEq(guaranteedTo(set, operator), 20 * unit);
        assertEq(guaranteedTo(other, operator), 50 * unit);
        assertEq(slashableBy(set, operator), 50 * unit);
    }

    function test_GuaranteedIsNothingWhereOthersArePromisedAll() public {
        elastic(1e18);
        assertEq(guaranteedTo(set, operator), 0);
        assertEq(guaranteedTo(other, operator), 50 * unit);
    }

    /// @dev 0.2 is promised to the set itself from the epoch after next, and 0.5 counts until then.
    function test_GuaranteedCountsOthersAtTheirLargerSide() public {
        elastic(0.8e18);
        allocate(set, operator, mag(0.2e18));
        assertEq(guaranteedTo(other, operator), 50 * unit);
        skipEpochs(2);
        assertEq(guaranteedTo(other, operator), 50 * unit, "not settled yet");
        allocate(set, operator, mag(0.1e18));
        assertEq(guaranteedTo(other, operator), 80 * unit);
    }

    function test_GuaranteedIsOverWhatIsLeft() public {
        elastic(0.8e18);
        slash(other, operator, wad(0.25e18));
        // 0.8 is left; 0.6 and 0.5 are promised: 0.2 and 0.3 of it are nobody else's.
        assertEq(guaranteedTo(set, operator), 20 * unit);
        assertEq(guaranteedTo(other, operator), 30 * unit);
    }

    /// @dev 1e9 is left, and all of it promised to the other set; then a unit less.
    function test_GuaranteedIsNothingWhereItIsTooLittle() public {
        deposit(bob, operator, 2 ** 90);
        commit(other, operator, mag(1e9));
        allocate(set, operator, mag(1e18 - 1e9));
        skipEpochs(3);
        slash(set, operator, wad(1e18));
        assertGt(guaranteedTo(other, operator), 0);
        slash(other, operator, wad(1e9));
        assertEq(guaranteedTo(other, operator), 0);
        assertGt(slashableBy(other, operator), 0);
    }

    /* WORST CASE */

    function test_WorstCaseOfNoPromiseIsZero() public view {
        assertEq(worstCaseLoss(otherOperator), wad(0));
    }

    function test_WorstCaseIsCommittedOverLeftRoundedUp() public {
        assertEq(worstCaseLoss(operator), wad(0.5e18));
        slash(set, operator, wad(0.5e18));
        assertEq(worstCaseLoss(operator), wad(333_333_333_333_333_334));
    }

    function test_WorstCaseIsAllAtMost() public {
        elastic(1e18);
        assertEq(worstCaseLoss(operator), wad(1e18));
    }

    function test_WorstCaseOfManyOperators() public {
        commit(set, otherOperator, mag(0.2e18));
        address[] memory operators = new address[](4);
        (operators[0], operators[1], operators[2], operators[3]) = (otherOperator, operator, stranger, otherOperator);
        Wad[] memory losses = manager.worstCaseLoss(address(token), operators);
        assertEq(losses.length, 4);
        assertEq(losses[0], wad(0.2e18));
        assertEq(losses[1], wad(0.5e18));
        assertEq(losses[2], wad(0));
        assertEq(losses[3], wad(0.2e18));
        assertEq(manager.worstCaseLoss(address(token), new address[](0)).length, 0);
        // Of another strategy.
        assertEq(manager.worstCaseLoss(bob, operators)[1], wad(0));
    }

    /* PROPOSALS */

    function test_OfAnUnknownSetThereIsNoProposal() public view {
        assertNoProposal(toOperatorSetId(avs, 9));
    }

    function test_OfASetThatSlashesAtOnceThereIsNoProposal() public view {
        assertNoProposal(set);
    }

    function test_ContestedUntilIsZeroWithoutAProposal() public view {
        assertContested(Epoch.wrap(0));
    }

    function test_ContestedUntilIsOfTheNewestProposalWhoeverMadeIt() public {
        OperatorSetId first = slowSet(2);
        OperatorSetId last = slowSet(3);
        commit(first, operator, mag(0.2e18));
        commit(last, operator, mag(0.2e18));
        Epoch epoch = vault.currentEpoch();
        propose(first);
        assertContested(epoch.plus(2));
        skipEpochs(1);
        propose(last);
        assertContested(epoch.plus(3));
        assertEq(manager.contestedUntil(otherOperator, address(token)), Epoch.wrap(0));
        assertEq(manager.contestedUntil(operator, bob), Epoch.wrap(0));
        skipEpochs(4);
        assertContested(epoch.plus(3));
    }

    function test_ContestedUntilStaysAfterACancellationAnExecutionAndARetirement() public {
        OperatorSetId slow = slowSet(2);
        commit(slow, operator, mag(0.2e18));
        Epoch until = vault.currentEpoch().plus(2);
        propose(slow);
        vm.prank(slasher);
        manager.cancelSlash(slow, operator, address(token));
        assertContested(until);

        propose(slow);
        vm.warp(vm.getBlockTimestamp() + 1);
        manager.executeSlash(slow, operator, address(token));
        assertContested(until);

        vm.prank(avs);
        manager.retire(slow);
        assertContested(until);
    }

    /// @dev It shares a word with what is left and what is committed.
    function test_ContestedUntilStaysWhateverTheBudgetGoesThrough() public {
        OperatorSetId slow = slowSet(2);
        commit(slow, operator, mag(0.2e18));
        Epoch until = vault.currentEpoch().plus(2);
        propose(slow);
        assertBudget(1e18, 0.7e18, 0);
        slash(set, operator, wad(0.5e18));
        assertBudget(0.75e18, 0.45e18, 0);
        assertContested(until);
        allocate(set, operator, mag(0));
        skipEpochs(2);
        manager.settle(set, operator, address(token));
        assertBudget(0.75e18, 0.2e18, 0);
        assertContested(until);
    }

    function test_ContestedUntilEndsWithTheGeneration() public {
        OperatorSetId slow = slowSet(2);
        elastic(1e18);
        commit(slow, operator, mag(0.2e18));
        propose(slow);
        slash(other, operator, wad(1e18));
        assertContested(Epoch.wrap(0));
        assertNoProposal(slow);
    }

    /* INTERNAL */

    function slowSet(uint32 id) internal returns (OperatorSetId) {
        Terms memory terms = defaultTerms();
        terms.window = 1;
        return createSet(id, terms);
    }

    function propose(OperatorSetId of_) internal {
        vm.prank(slasher);
        manager.proposeSlash(of_, operator, address(token), wad(0.1e18), "");
    }

    function assertNoProposal(OperatorSetId of_) internal view {
        (Magnitude magnitude, Wad fraction, uint256 executableFrom, uint256 lapsesAt) =
            manager.proposalOf(of_, operator, address(token));
        assertEq(magnitude, mag(0));
        assertEq(fraction, wad(0));
        assertEq(executableFrom + lapsesAt, 0);
    }

    /// @dev Promises `magnitude` of the same pool to the other set too.
    function elastic(uint256 magnitude) internal {
        setDegreeCeiling(address(token), 2e18);
        commit(other, operator, mag(magnitude));
    }
}
