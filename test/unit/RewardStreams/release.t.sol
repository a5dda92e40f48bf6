// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {Incoming} from "palisade/libraries/Incoming.sol";
import {RewardHistoryLib} from "palisade/libraries/RewardHistory.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {IMintable} from "../../Base.t.sol";
import {MintableToken} from "../../mocks/OddTokens.sol";
import {StreamScene} from "./StreamScene.sol";

/// @notice Begins to keep a fee one day.
contract SlyToken is MintableToken {
    uint256 private _fee;

    function setFee(uint256 fee) external {
        _fee = fee;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && _fee > 0) super._update(to, address(0), _fee);
    }
}

contract RewardStreamsReleaseTest is StreamScene {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = create(SUM, 3);
    }

    /* REVERTS */

    function test_RevertWhen_ThereIsNoSuchStream() public {
        skipEpochs(1);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NoSuchStream.selector, id + 1));
        release(id + 1);
    }

    function test_RevertWhen_OtherOperators() public {
        skipEpochs(1);
        bytes memory reason = abi.encodeWithSelector(IRewardStreams.OtherOperators.selector, id);
        vm.expectRevert(reason);
        streams.release(id, only(operator));
        vm.expectRevert(reason);
        streams.release(id, new address[](0));
        vm.expectRevert(reason);
        streams.release(id, pair(operators[1], operators[0]));
    }

    function test_RevertWhen_TheFirstEpochHasNotClosed() public {
        skipToEnd(0);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NothingDue.selector, id, vault.currentEpoch()));
        release(id);
    }

    function test_RevertWhen_PaidAlready() public {
        skipEpochs(1);
        release(id);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NothingDue.selector, id, vault.currentEpoch()));
        release(id);
    }

    function test_RevertWhen_EverythingIsPaid() public {
        skipEpochs(3);
        assertEq(release(id), 3 * SUM);
        Epoch next = vault.currentEpoch();
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NothingDue.selector, id, next));
        release(id);
        assertEq(held(reward), 0);
    }

    function test_RevertWhen_NobodyCanBePaid() public {
        allocate(set, operator, mag(0));
        allocate(set, otherOperator, mag(0));
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NobodyToPay.selector, set, address(token), closed()));
        release(id);
        assertEq(streams.due(id), 2 * SUM);

        // Promised again, the missed epochs are paid.
        manager.settle(set, otherOperator, address(token));
        allocate(set, otherOperator, HALF);
        skipEpochs(3);
        assertEq(release(id), 3 * SUM);
        assertEq(earned(bob, otherPool), 3 * SUM);
        assertEq(earned(alice, pool), 0);
    }

    function test_RevertWhen_TheSetIsRetired() public {
        skipEpochs(1);
        vm.prank(avs);
        manager.retire(set);
        bytes memory reason = abi.encodeWithSelector(IRewardStreams.NobodyToPay.selector, set, address(token), closed());
        vm.expectRevert(reason);
        release(id);
        assertEq(held(reward), 3 * SUM);
    }

    /// @dev A share can be paid 2^104 units, less one, in all. The payer leaves that operator out, and the sum goes on.
    function test_RevertWhen_APoolWouldOverflow() public {
        deposit(bob, otherOperator, 3);
        queue(bob, otherPool, 8 * unit);
        skipEpochs(2);
        assertEq(guaranteedTo(set, otherOperator), 1);
        uint256 most = 2 ** 104 - 1;
        give(reward, avs, 4 * most);
        address[] memory all = operators;
        operators = only(otherOperator);
        id = create(most, 4);
        skipEpochs(4);
        vm.expectPartialRevert(RewardHistoryLib.RewardsOverflow.selector);
        release(id);
        assertEq(streams.due(id), 4 * most);

        vm.prank(avs);
        streams.setOperators(id, all);
        operators = all;
        assertEq(release(id), 4 * most);
        assertApproxEqAbs(earned(alice, pool), 4 * most, 4 * most / (12 * unit) + 1);
    }

    /// @dev It stays, until the token keeps no fee again; other streams do not mind.
    function test_RevertWhen_TheTokenKeepsAFee() public {
        SlyToken sly = new SlyToken();
        IMintable odd = IMintable(address(sly));
        give(odd, avs, 3 * SUM);
        uint256 bad = create(odd, SUM, 3);
        sly.setFee(1);
        skipEpochs(1);
        vm.expectRevert(abi.encodeWithSelector(Incoming.TokenDeliveredLess.selector, address(sly), SUM, SUM - 1));
        release(bad);
        assertEq(release(id), SUM);
        sly.setFee(0);
        assertEq(release(bad), SUM);
        assertEq(earned(odd, bob, otherPool), SUM / 4);
    }

    /* SUCCESS */

    function test_SplitsByWeight() public {
        skipEpochs(1);
        assertEq(release(id), SUM);
        assertEq(earned(alice, pool), SUM * 3 / 4);
        assertEq(earned(bob, otherPool), SUM / 4);
        assertEq(held(reward), 2 * SUM);
    }

    function test_MissedEpochsTogether() public {
        skipEpochs(2);
        assertEq(release(id), 2 * SUM);
        assertEq(earned(alice, pool), 2 * SUM * 3 / 4);
        assertEq(earned(bob, otherPool), 2 * SUM / 4);
        skipEpochs(1);
        assertEq(release(id), SUM);
        assertEq(held(reward), 0);
    }

    function test_TheRestAfterTheLast() public {
        skipEpochs(1);
        release(id);
        skipEpochs(20);
        assertEq(release(id), 2 * SUM);
        assertEq(earned(alice, pool), 3 * SUM * 3 / 4);
        assertEq(held(reward), 0);
        assertGt(Epoch.unwrap(streams.streamOf(id).next), Epoch.unwrap(streams.streamOf(id).last));
    }

    /// @dev Also what was missed: who left in between is not paid for it.
    function test_ForTheClosedEpoch() public {
        queue(alice, pool, 24 * unit);
        deposit(stranger, operator, 24 * unit);
        skipEpochs(2);
        assertEq(release(id), 2 * SUM);
        assertEq(earned(alice, pool), 0);
        assertEq(earned(stranger, pool), 2 * SUM * 3 / 4);
    }

    function test_StakeThatCameDoesNotWeigh() public {
        skipEpochs(1);
        deposit(bob, otherOperator, 1000 * unit);
        release(id);
        assertEq(earned(alice, pool), SUM * 3 / 4);
        assertEq(earned(bob, otherPool), SUM / 4);
    }

    function test_AnEndedGenerationIsNotPaid() public {
        skipEpochs(1);
        vm.prank(address(manager));
        vault.slash(otherPool, WHOLE, WHOLE, address(token), recipient);
        deposit(bob, otherOperator, 1000 * unit);
        release(id);
        assertApproxEqAbs(earned(alice, pool), SUM, 1);
        assertEq(earned(bob, otherPool), 0);
        skipEpochs(1);
        assertEq(earned(bob, otherPool.atGeneration(1)), 0);
    }

    function test_Logs() public {
        skipEpochs(2);
        vm.expectEmit(address(streams));
        emit IRewardStreams.Released(id, closed(), closed(), 2 * SUM);
        vm.expectEmit(address(rewards));
        emit IRewardsDistributor.Distributed(
            vault.poolId(operators[0], address(token)),
            address(reward),
            address(streams),
            closed(),
            operators[0] == operator ? 2 * SUM * 3 / 4 : 2 * SUM / 4,
            0
        );
        release(id);
        skipEpochs(5);
        Epoch last = streams.streamOf(id).last;
        vm.expectEmit(address(streams));
        emit IRewardStreams.Released(id, closed(), last, SUM);
        release(id);
    }

    function testFuzz_StreamsOfOneToken(uint256[3] memory sums, uint256[3] memory lengths, uint256 order) public {
        uint256[3] memory ids;
        uint256 escrow = 3 * SUM;
        for (uint256 i; i < 3; ++i) {
            (sums[i], lengths[i]) = (bound(sums[i], 1, 1e24), bound(lengths[i], 1, 6));
            ids[i] = create(sums[i], lengths[i]);
            escrow += sums[i] * lengths[i];
        }
        uint256[3] memory paid;
        for (uint256 round = 1; round <= 6; ++round) {
            skipEpochs(1);
            uint256 i = (order = uint256(keccak256(abi.encode(order)))) % 3;
            uint256 owed = sums[i] * (round < lengths[i] ? round : lengths[i]) - paid[i];
            if (owed > 0) {
                assertEq(release(ids[i]), owed);
                (paid[i], escrow) = (paid[i] + owed, escrow - owed);
            }
            assertEq(held(reward), escrow);
        }
        for (uint256 i; i < 3; ++i) {
            uint256 owed = sums[i] * lengths[i] - paid[i];
            if (owed > 0) assertEq(release(ids[i]), owed);
        }
        assertEq(held(reward), 3 * SUM);
        assertEq(release(id), 3 * SUM);
    }

    function test_LeavesNoAllowance() public {
        skipEpochs(1);
        release(id);
        assertEq(IERC20(address(reward)).allowance(address(streams), address(rewards)), 0);
    }
}
