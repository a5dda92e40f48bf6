// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Incoming} from "palisade/libraries/Incoming.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Vm} from "forge-std/Vm.sol";
import {IMintable} from "../../Base.t.sol";
import {FeeToken} from "../../mocks/OddTokens.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsDistributeByStakeTest is StreamScene {
    /* REVERTS */

    function test_RevertWhen_TheSumIsZero() public {
        skipEpochs(1);
        Epoch epoch = closed();
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.BadSum.selector, 0));
        vm.prank(avs);
        streams.distributeByStake(epoch, address(reward), 0, set, address(token), operators);
    }

    function test_RevertWhen_TheEpochIsNotTheClosedOne() public {
        skipEpochs(2);
        Epoch current = vault.currentEpoch();
        for (uint256 back; back < 4; ++back) {
            if (back == 1) continue;
            Epoch epoch = Epoch.wrap(Epoch.unwrap(current) - back);
            vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.EpochNotPayable.selector, epoch, closed()));
            vm.prank(avs);
            streams.distributeByStake(epoch, address(reward), SUM, set, address(token), operators);
        }
        // Of an epoch to come the vault knows nothing.
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.EpochNotBegun.selector, current.plus(1), current));
        vm.prank(avs);
        streams.distributeByStake(current.plus(1), address(reward), SUM, set, address(token), operators);
    }

    function test_RevertWhen_OperatorsDoNotAscend() public {
        (address low, address high) = (operators[0], operators[1]);
        operators = pair(high, low);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.OperatorsNotAscending.selector, high, low));
        distribute(SUM);
        operators = pair(low, low);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.OperatorsNotAscending.selector, low, low));
        distribute(SUM);
    }

    function test_RevertWhen_NobodyHasWeight() public {
        bytes memory reason = abi.encodeWithSelector(IRewardStreams.NobodyToPay.selector, set, address(token), closed());
        operators = only(stranger);
        vm.expectRevert(reason);
        distribute(SUM);
        operators = new address[](0);
        vm.expectRevert(reason);
        distribute(SUM);
    }

    function test_RevertWhen_TheTokenKeepsAFee() public {
        reward = IMintable(address(new FeeToken()));
        give(reward, avs, SUM);
        vm.expectRevert(abi.encodeWithSelector(Incoming.TokenDeliveredLess.selector, address(reward), SUM, SUM - 1));
        distribute(SUM);
    }

    function test_RevertWhen_TheSenderDoesNotAllowIt() public {
        vm.prank(avs);
        reward.approve(address(streams), SUM - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(streams), SUM - 1, SUM)
        );
        distribute(SUM);
    }

    function test_RevertWhen_APartIsTooLarge() public {
        operators = only(operator);
        give(reward, avs, 2 ** 128);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardsDistributor.BadAmount.selector, operator, address(token), 2 ** 128)
        );
        distribute(2 ** 128);
        distribute(2 ** 128 - 1);
    }

    /* SUCCESS */

    function test_SplitsByWeight() public {
        distribute(SUM);
        assertEq(earned(alice, pool), SUM * 3 / 4);
        assertEq(earned(bob, otherPool), SUM / 4);
        assertEq(held(reward), 0);
        assertEq(IERC20(address(reward)).allowance(address(streams), address(rewards)), 0);
    }

    function test_PassesOverThoseWithoutWeight() public {
        allocate(set, operator, mag(0));
        distribute(SUM);
        assertEq(earned(alice, pool), 0);
        assertEq(earned(bob, otherPool), SUM);
    }

    function test_LeavesWhatStreamsHold() public {
        create(SUM, 3);
        distribute(7 * SUM);
        assertEq(held(reward), 3 * SUM);
    }

    /// @dev It goes to the one with whom the sum of weights, rounded down, comes to a unit: the last.
    function test_OneUnit() public {
        vm.recordLogs();
        distribute(1);
        uint256[] memory parts = partsOf(vm.getRecordedLogs(), operators);
        assertEq(parts[0], 0);
        assertEq(parts[1], 1);
        assertEq(reward.balanceOf(address(rewards)), 1);
    }

    function test_Logs() public {
        vm.expectEmit(address(streams));
        emit IRewardStreams.DistributedByStake(avs, set, address(reward), address(token), closed(), SUM);
        distribute(SUM);
    }

    /// @dev Five more operators, some of whom weigh nothing.
    function testFuzz_PartsAddUp(uint256 amount, uint256[5] memory stakes) public {
        amount = bound(amount, 1, 1e28);
        address[] memory list = new address[](5);
        for (uint256 i; i < 5; ++i) {
            list[i] = address(uint160(0x1000 + i));
            registerOperator(list[i]);
            join(set, list[i]);
            allocate(set, list[i], mag((i + 1) * 0.2e18));
            vm.prank(list[i]);
            vault.open();
        }
        skipEpochs(1);
        for (uint256 i; i < 5; ++i) {
            stakes[i] = bound(stakes[i], 0, i == 2 ? 50 : 1e6 * unit);
            if (stakes[i] > 0) deposit(alice, list[i], stakes[i]);
        }
        skipEpochs(2);
        uint256[] memory weights = streams.weights(set, address(token), list);
        uint256 total;
        for (uint256 i; i < 5; ++i) {
            assertEq(weights[i], stakes[i] * (i + 1) / 5);
            total += weights[i];
        }
        vm.assume(total > 0);
        operators = list;
        vm.recordLogs();
        distribute(amount);
        uint256[] memory parts = partsOf(vm.getRecordedLogs(), list);
        uint256 sum;
        for (uint256 i; i < 5; ++i) {
            uint256 exact = amount * weights[i] / total;
            assertGe(parts[i] + 1, exact, "a unit less than its part");
            assertLe(parts[i], exact + 1, "a unit more than its part");
            sum += parts[i];
        }
        assertEq(sum, amount);
        assertEq(reward.balanceOf(address(rewards)), amount);
        assertEq(held(reward), 0);
    }

    /// @dev What each operator's pool was paid, as it was logged.
    function partsOf(Vm.Log[] memory logs, address[] memory list) internal view returns (uint256[] memory parts) {
        parts = new uint256[](list.length);
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRewardsDistributor.Distributed.selector) continue;
            (, uint256 amount,) = abi.decode(logs[i].data, (Epoch, uint256, uint256));
            for (uint256 j; j < list.length; ++j) {
                PoolId paid = vault.poolId(list[j], address(token));
                if (uint256(logs[i].topics[1]) == PoolId.unwrap(paid)) parts[j] += amount;
            }
        }
    }
}
