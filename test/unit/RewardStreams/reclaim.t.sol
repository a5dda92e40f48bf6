// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {IMintable} from "../../Base.t.sol";
import {RefusingToken} from "../../mocks/OddTokens.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsReclaimTest is StreamScene {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = create(SUM, 4);
    }

    /* REVERTS */

    function test_RevertWhen_NotThePayer() public {
        retire();
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NotPayer.selector, id, stranger));
        vm.prank(stranger);
        streams.reclaim(id);
    }

    function test_RevertWhen_ThereIsNoSuchStream() public {
        retire();
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NotPayer.selector, id + 1, avs));
        reclaim(id + 1);
    }

    /// @dev Also where nobody can be paid, and after its last epoch.
    function test_RevertWhen_TheSetIsNotRetired() public {
        bytes memory reason = abi.encodeWithSelector(IRewardStreams.SetNotRetired.selector, id, set);
        vm.expectRevert(reason);
        reclaim(id);
        allocate(set, operator, mag(0));
        allocate(set, otherOperator, mag(0));
        skipEpochs(10);
        vm.expectRevert(reason);
        reclaim(id);
    }

    function test_RevertWhen_AllWasReleased() public {
        skipEpochs(4);
        release(id);
        retire();
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NothingDue.selector, id, vault.currentEpoch()));
        reclaim(id);
    }

    function test_RevertWhen_Reclaimed() public {
        retire();
        reclaim(id);
        vm.expectPartialRevert(IRewardStreams.NothingDue.selector);
        reclaim(id);
    }

    function test_RevertWhen_TheTokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        IMintable odd = IMintable(address(refusing));
        give(odd, avs, 4 * SUM);
        uint256 bad = create(odd, SUM, 4);
        retire();
        refusing.refuse(true);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing)));
        reclaim(bad);
        refusing.refuse(false);
        assertEq(reclaim(bad), 4 * SUM);
        assertEq(odd.balanceOf(avs), 4 * SUM);
    }

    /* SUCCESS */

    function test_WhatIsNotReleased() public {
        skipEpochs(1);
        release(id);
        uint256 balance = reward.balanceOf(avs);
        retire();
        assertEq(reclaim(id), 3 * SUM);
        assertEq(reward.balanceOf(avs), balance + 3 * SUM);
        assertEq(held(reward), 0);
        assertEq(earned(alice, pool) + earned(bob, otherPool), SUM);
    }

    function test_ClosedEpochsToo() public {
        skipEpochs(2);
        assertEq(streams.due(id), 2 * SUM);
        retire();
        assertEq(reclaim(id), 4 * SUM);
        assertEq(held(reward), 0);
    }

    function test_NothingIsLeftToRelease() public {
        retire();
        reclaim(id);
        skipEpochs(2);
        assertEq(streams.due(id), 0);
        vm.expectPartialRevert(IRewardStreams.NothingDue.selector);
        release(id);
    }

    function test_OtherStreamsStay() public {
        OperatorSetId doomed = createSet(1, defaultTerms());
        vm.prank(avs);
        uint256 other = streams.create(address(reward), doomed, address(token), 7 * SUM, 2, operators);
        vm.prank(avs);
        manager.retire(doomed);
        assertEq(reclaim(other), 14 * SUM);
        assertEq(held(reward), 4 * SUM);
        skipEpochs(4);
        assertEq(release(id), 4 * SUM);
    }

    function test_Logs() public {
        retire();
        vm.expectEmit(address(streams));
        emit IRewardStreams.Reclaimed(id, 4 * SUM);
        reclaim(id);
    }

    function reclaim(uint256 which) internal returns (uint256) {
        vm.prank(avs);
        return streams.reclaim(which);
    }

    function retire() internal {
        vm.prank(avs);
        manager.retire(set);
    }
}
