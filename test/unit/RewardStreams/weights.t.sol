// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsWeightsTest is StreamScene {
    function test_IsTheGuaranteedStake() public view {
        assertEq(weightOf(operator), 12 * unit);
        assertEq(weightOf(otherOperator), 4 * unit);
        uint256[] memory weights = streams.weights(set, address(token), operators);
        assertEq(weights.length, 2);
        assertEq(weights[0] + weights[1], 16 * unit);
        assertEq(weights[operators[0] == operator ? 0 : 1], 12 * unit);
    }

    /// @dev What came in the closed epoch earns from the next, and what came in the running one from that after it.
    function test_WhatCameDoesNotCount() public {
        deposit(bob, otherOperator, 30 * unit);
        assertEq(guaranteedTo(set, otherOperator), 19 * unit);
        assertEq(weightOf(otherOperator), 4 * unit);
        skipEpochs(1);
        assertEq(weightOf(otherOperator), 4 * unit);
        skipEpochs(1);
        assertEq(weightOf(otherOperator), 19 * unit);
    }

    function testFuzz_WeighsWhatStoodAsFarAsAShareIsGuaranteed(uint256 comes, uint256 leaves, uint256 fraction) public {
        (comes, leaves) = (bound(comes, 0, 100 * unit), bound(leaves, 0, 7 * unit));
        if (comes > 0) deposit(alice, otherOperator, comes);
        if (leaves > 0) queue(bob, otherPool, leaves);
        fraction = bound(fraction, 0, 0.9e18);
        // Of less nothing would move.
        if (fraction > 0.01e18) slash(set, otherOperator, wad(fraction));
        (uint256 assets, uint256 shares,,) = vault.poolState(otherPool);
        uint256 stood = 8 * unit;
        assertEq(weightOf(otherOperator), guaranteedTo(set, otherOperator) * stood / shares);
        assertLe(weightOf(otherOperator), stood * assets / shares);
    }

    /// @dev It stood when the epoch began, earns for it, and is slashable still: so it weighs, too.
    function test_WhatWasQueuedSinceCounts() public {
        queue(alice, pool, 4 * unit);
        assertEq(guaranteedTo(set, operator), 10 * unit);
        assertEq(weightOf(operator), 12 * unit);
        queue(alice, pool, 20 * unit);
        assertEq(weightOf(operator), 0, "nothing is guaranteed");
    }

    /// @dev A quarter of the pool: a half of the half that is promised.
    function test_WhatWasSlashedDoesNotCount() public {
        assertEq(slash(set, operator, wad(0.5e18)), 6 * unit);
        assertEq(weightOf(operator), guaranteedTo(set, operator));
        assertApproxEqAbs(weightOf(operator), 6 * unit, 1);
    }

    function test_AnEndedGenerationHasNone() public {
        end();
        assertEq(weightOf(operator), 0);
        assertEq(weightOf(otherOperator), 4 * unit);

        // The next one weighs when it is promised, and for epochs that began with it.
        deposit(bob, operator, 2 * unit);
        allocate(set, operator, HALF);
        assertEq(weightOf(operator), 0);
        skipEpochs(3);
        assertEq(weightOf(operator), unit);
    }

    /// @dev Where nothing stood, nothing that came counts, in the first generation or a later one.
    function test_NoneWhereNothingStood() public {
        address late = makeAddr("late operator");
        registerOperator(late);
        join(set, late);
        allocate(set, late, HALF);
        openOperator(late);
        deposit(alice, late, 100 * unit);
        assertEq(guaranteedTo(set, late), 50 * unit);
        assertEq(weightOf(late), 0);
        skipEpochs(1);
        assertEq(weightOf(late), 0);
        skipEpochs(1);
        assertEq(weightOf(late), 50 * unit);
    }

    function test_NoneWhereNothingIsPromised() public {
        OperatorSetId other = createSet(1, defaultTerms());
        assertEq(streams.weights(other, address(token), operators), new uint256[](2));
        assertEq(streams.weights(set, address(reward), operators), new uint256[](2));
        assertEq(weightOf(stranger), 0);
        assertEq(weightOf(address(0)), 0);
    }

    function test_NoneWhereThePromiseEnds() public {
        allocate(set, operator, mag(0));
        assertGt(slashableBy(set, operator), 0);
        assertEq(weightOf(operator), 0);
    }

    function test_NoneWhereTheSetIsRetired() public {
        OperatorSetId none = toOperatorSetId(stranger, 0);
        assertEq(streams.weights(none, address(token), operators), new uint256[](2));
        vm.prank(avs);
        manager.retire(set);
        assertEq(streams.weights(set, address(token), operators), new uint256[](2));
    }

    function test_Nobody() public view {
        assertEq(streams.weights(set, address(token), new address[](0)).length, 0);
    }

    /// @dev The generation of the operator's pool ends: it promises all, and all is taken.
    function end() internal {
        vm.prank(authority);
        manager.setDegreeCeiling(address(token), wad(2e18));
        OperatorSetId all = createSet(7, defaultTerms());
        join(all, operator);
        allocate(all, operator, WHOLE);
        skipEpochs(3);
        slash(all, operator, wad(1e18));
    }
}
