// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {RewardsScene} from "./RewardsScene.sol";

contract RewardsViewsTest is RewardsScene {
    function test_TheClockIsTheVaults() public view {
        assertEq(address(rewards.VAULT()), address(vault));
        assertEq(rewards.EPOCH_LENGTH(), vault.EPOCH_LENGTH());
        assertEq(rewards.ORIGIN(), vault.ORIGIN());
        assertEq(rewards.currentEpoch(), vault.currentEpoch());
    }

    function test_TheHighestCommission() public view {
        assertEq(rewards.MAX_COMMISSION(), wad(0.5e18));
    }

    /* COMMISSIONS */

    function test_RevertWhen_TheRateIsForgotten() public {
        Epoch epoch = Epoch.wrap(Epoch.unwrap(closed()) - 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.CommissionForgotten.selector, epoch, closed()));
        rewards.commissionAt(operator, epoch);
    }

    function test_NoCommissionWhereNoneWasSet() public view {
        assertRate(closed(), 0);
        assertRate(ALL, 0);
        assertEq(rewards.commissionOf(operator, address(reward)), 0);
    }

    /* REWARDS OF A SHARE */

    function test_RewardsPerShareOverManyEpochs() public {
        Epoch first = staked(unit);
        pay(unit);
        skipEpochs(3);
        pay(2 * unit);
        pay(3 * unit);
        skipEpochs(400);
        pay(5 * unit);

        assertPerShare(Epoch.wrap(0), 0);
        assertPerShare(Epoch.wrap(Epoch.unwrap(first) - 1), 0);
        assertPerShare(first, 1);
        assertPerShare(first.plus(2), 1);
        assertPerShare(first.plus(3), 6);
        assertPerShare(first.plus(402), 6);
        assertPerShare(first.plus(403), 11);
        assertPerShare(running(), 11);
    }

    /// @dev For a bounded price: it does not look through all windows that there could be.
    function test_RewardsPerShareUpToAnyLaterEpoch() public {
        staked(unit);
        pay(unit);
        assertEq(rewards.rewardsPerShare{gas: 50_000}(pool, address(reward), ALL), 2 ** 64);
        assertEq(rewards.rewardsPerShare{gas: 50_000}(pool, address(token), ALL), 0);
    }

    /* WHAT CAN BE CLAIMED */

    function test_ClaimableOfEachPartOnTheWay() public {
        Epoch first = staked(unit);
        pay(unit);
        skipEpochs(1);
        pay(2 * unit);
        assertEq(due(alice, pool, Epoch.wrap(0)), 0);
        assertEq(due(alice, pool, first), unit);
        assertEq(due(alice, pool, first.plus(1)), 3 * unit);
        assertEq(due(alice, pool, running()), 3 * unit);
        claim(alice, pool, first);
        assertEq(due(alice, pool, first), 0);
        assertEq(due(alice), 2 * unit);
    }

    function test_ClaimableInTheFirstEpoch() public {
        vm.warp(vault.ORIGIN());
        assertEq(due(alice), 0);
        assertEq(claim(alice), 0);
    }

    function test_ClaimableOfEachByItself() public {
        staked(unit);
        pay(unit);
        uint256[] memory amounts = rewards.claimable(alice, ALL, items(pool, reward, pool, reward));
        assertEq(amounts[0], unit);
        assertEq(amounts[1], unit);
    }

    function test_ClaimedOfNothing() public view {
        assertClaimed(pool, alice, Epoch.wrap(0), 0, 0);
    }

    function test_CarriedOfNothing() public view {
        assertEq(rewards.carried(pool, address(reward)), 0);
    }

    /* THE PAGE */

    /// @dev The example of docs/RewardsDistributor.md.
    function test_TheWorkedExample() public {
        setCommission(0.1e18);
        skipEpochs(3);
        // Epoch 6: 3 shares and 7 shares come.
        assertEq(running(), Epoch.wrap(6));
        deposit(alice, operator, 3);
        deposit(bob, operator, 7);
        // Epoch 8: epoch 7 is paid for, with 1,000 units.
        skipEpochs(2);
        pay(1000);
        assertEq(rewards.commissionOf(operator, address(reward)), 100);
        assertEq(rewards.rewardsPerShare(pool, address(reward), Epoch.wrap(7)), 90 << 64);
        deposit(alice, operator, 6);
        // Epoch 9: epoch 8 is paid for, with 5 units. Alice's 6 new shares came in it.
        skipEpochs(1);
        pay(5);
        uint256 half = 2 ** 63;
        assertEq(rewards.rewardsPerShare(pool, address(reward), Epoch.wrap(8)), (90 << 64) + half);
        // Epoch 10: epoch 9 is paid for, with 17 units, of which 16 are for 16 shares.
        skipEpochs(1);
        pay(17);
        assertEq(rewards.commissionOf(operator, address(reward)), 101);
        assertEq(rewards.rewardsPerShare(pool, address(reward), Epoch.wrap(9)), (91 << 64) + half);

        // 3 × 90, 3 × 0.5, and 9 × 1: 280.5.
        assertEq(due(alice, pool, Epoch.wrap(7)), 270);
        assertEq(claim(alice, pool, Epoch.wrap(8)), 271);
        assertClaimed(pool, alice, Epoch.wrap(8), (90 << 64) + half, half);
        assertEq(claim(alice), 9);
        assertClaimed(pool, alice, Epoch.wrap(9), (91 << 64) + half, half);
        // 7 × 91.5: 640.5.
        assertEq(claim(bob), 640);
        assertClaimed(pool, bob, Epoch.wrap(9), (91 << 64) + half, half);
        assertEq(reward.balanceOf(address(rewards)), 1000 + 5 + 17 - 280 - 640);
        vm.prank(operator);
        rewards.collect(operator, operator, only(address(reward)));
        // Two halves of a unit.
        assertEq(reward.balanceOf(address(rewards)), 1);
    }

    /* INTERNAL */

    function staked(uint256 assets) internal returns (Epoch) {
        deposit(alice, operator, assets);
        skipEpochs(2);
        return closed();
    }

    function assertPerShare(Epoch epoch, uint256 units) internal view {
        assertEq(rewards.rewardsPerShare(pool, address(reward), epoch), units << 64, vm.toString(Epoch.unwrap(epoch)));
    }
}
