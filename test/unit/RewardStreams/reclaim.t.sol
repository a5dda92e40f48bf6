// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsReclaimTest is StreamScene {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = create(SUM, 4);
    }

    function reclaim() internal returns (uint256) {
        vm.prank(avs);
        return streams.reclaim(id);
    }

    function retire() internal {
        vm.prank(avs);
        manager.retire(set);
    }

    /* REVERTS */

    function test_RevertWhen_NotThePayer() public {
        retire();
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NotPayer.selector, id, stranger));
        vm.prank(stranger);
        streams.reclaim(id);
    }

    function test_RevertWhen_TheSetStands() public {
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.SetNotRetired.selector, id, set));
        reclaim();
    }

    function test_RevertWhen_NothingIsLeft() public {
        retire();
        Epoch next = vault.currentEpoch();
        reclaim();
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NothingDue.selector, id, next.plus(4)));
        reclaim();
    }

    /* SUCCESS */

    function test_TakesBackWhatIsNotReleased() public {
        create(SUM, 2);
        skipEpochs(1);
        release(id);
        skipEpochs(1);
        retire();
        uint256 before = reward.balanceOf(avs);
        vm.expectEmit(address(streams));
        emit IRewardStreams.Reclaimed(id, 3 * SUM);
        assertEq(reclaim(), 3 * SUM);
        assertEq(reward.balanceOf(avs), before + 3 * SUM);
        assertEq(held(reward), 2 * SUM, "another stream");
        assertEq(streams.due(id), 0);
        skipEpochs(3);
        assertEq(streams.due(id), 0);
    }

    /// @dev Why it can be taken back at all.
    function test_NobodyCouldBePaid() public {
        skipEpochs(1);
        retire();
        Epoch epoch = closed();
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NobodyToPay.selector, set, address(token), epoch));
        release(id);
    }
}
