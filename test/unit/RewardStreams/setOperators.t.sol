// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsSetOperatorsTest is StreamScene {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = create(SUM, 4);
    }

    /* REVERTS */

    function test_RevertWhen_NotThePayer() public {
        address[2] memory others = [operator, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NotPayer.selector, id, others[i]));
            vm.prank(others[i]);
            streams.setOperators(id, only(others[i]));
        }
    }

    function test_RevertWhen_ThereIsNoSuchStream() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NotPayer.selector, id + 1, avs));
        vm.prank(avs);
        streams.setOperators(id + 1, operators);
    }

    function test_RevertWhen_OperatorsDoNotAscend() public {
        (address low, address high) = (operators[0], operators[1]);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.OperatorsNotAscending.selector, high, low));
        vm.prank(avs);
        streams.setOperators(id, pair(high, low));
    }

    /* SUCCESS */

    function test_SplitsTheRestAmongThem() public {
        skipEpochs(1);
        release(id);
        skipEpochs(1);
        vm.prank(avs);
        streams.setOperators(id, only(otherOperator));
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.OtherOperators.selector, id));
        release(id);
        operators = only(otherOperator);
        assertEq(release(id), SUM);
        assertEq(earned(alice, pool), SUM * 3 / 4);
        assertEq(earned(bob, otherPool), SUM / 4 + SUM);
        assertEq(held(reward), 2 * SUM);
    }

    function test_Logs() public {
        vm.expectEmit(address(streams));
        emit IRewardStreams.OperatorsNamed(id, only(operator));
        vm.prank(avs);
        streams.setOperators(id, only(operator));
    }
}
