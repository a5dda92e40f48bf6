// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Incoming} from "palisade/libraries/Incoming.sol";
import {RewardHistoryLib} from "palisade/libraries/RewardHistory.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {FeeToken, MintableToken, RefusingToken, SilentToken} from "../../mocks/OddTokens.sol";
import {GenerousToken, SinkingToken} from "../../mocks/RewardTokens.sol";
import {RewardsScene} from "./RewardsScene.sol";

contract DistributeTest is RewardsScene {
    /* THE EPOCH */

    function test_RevertWhen_TheEpochIsRunning() public {
        staked(unit);
        expectNotPayable(running(), closed());
        distribute(running(), reward, one(operator, SUM));
    }

    function test_RevertWhen_TheEpochIsOver() public {
        staked(unit);
        Epoch meant = closed();
        skipEpochs(1);
        expectNotPayable(meant, closed());
        distribute(meant, reward, one(operator, SUM));
    }

    function test_RevertWhen_NoEpochHasClosedYet() public {
        vm.warp(vault.ORIGIN());
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NoStake.selector, operator, token, Epoch.wrap(0)));
        distribute(Epoch.wrap(0), reward, one(operator, SUM));
        expectNotPayable(Epoch.wrap(1), Epoch.wrap(0));
        distribute(Epoch.wrap(1), reward, one(operator, SUM));
    }

    function test_UntilTheLastSecondOfTheNextEpoch() public {
        staked(unit);
        Epoch meant = closed();
        skipToEnd(0);
        distribute(meant, reward, one(operator, SUM));
        skip(1);
        expectNotPayable(meant, meant.plus(1));
        distribute(meant, reward, one(operator, SUM));
    }

    /* THE POOL */

    function test_RevertWhen_ThePoolIsIdle() public {
        deposit(alice, address(0), unit);
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.IdlePool.selector, token));
        distribute(closed(), reward, one(address(0), SUM));
    }

    function test_RevertWhen_StakeCameInTheEpoch() public {
        deposit(alice, operator, unit);
        skipEpochs(1);
        expectNoStake(closed());
        pay(SUM);
        skipEpochs(1);
        pay(SUM);
        assertEq(due(alice), SUM);
    }

    function test_RevertWhen_AllStakeWasQueuedBeforeTheEpoch() public {
        staked(unit);
        queueAll(alice, pool);
        skipEpochs(1);
        // It stood when this epoch began, and does not when the next does.
        pay(SUM);
        skipEpochs(1);
        expectNoStake(closed());
        pay(SUM);
    }

    function test_RevertWhen_OnePoolOfSeveralHadNoStake() public {
        staked(unit);
        Epoch epoch = closed();
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NoStake.selector, otherOperator, token, epoch));
        distribute(epoch, reward, two(operator, SUM, otherOperator, SUM));
    }

    function test_TheGenerationThatStoodWhenTheEpochBegan() public {
        staked(unit);
        cut(pool, 1, 1);
        deposit(bob, operator, unit);
        skipEpochs(1);
        expectDistributed(pool, closed(), SUM, 0);
        pay(SUM);
        skipEpochs(1);
        expectDistributed(pool.atGeneration(1), closed(), SUM, 0);
        pay(SUM);
        assertEq(rewards.rewardsPerShare(pool, address(reward), ALL), (SUM << 64) / unit);
        assertEq(rewards.rewardsPerShare(pool.atGeneration(1), address(reward), ALL), (SUM << 64) / unit);
    }

    /* THE AMOUNT */

    function test_RevertWhen_ThereIsNothingToPay() public {
        staked(unit);
        expectBadAmount(0);
        pay(0);
    }

    function test_RevertWhen_TheAmountDoesNotFit() public {
        staked(unit);
        expectBadAmount(2 ** 128);
        pay(2 ** 128);
    }

    /// @dev However much it is, it is told, and no sum of it overflows before.
    function test_RevertWhen_ALaterAmountDoesNotFit() public {
        staked(unit);
        Epoch epoch = closed();
        expectBadAmount(type(uint256).max);
        distribute(epoch, reward, two(operator, 1, operator, type(uint256).max));
    }

    function test_TheLargestAmount() public {
        staked(2 ** 60);
        pay(2 ** 128 - 1);
        assertEq(claim(alice), 2 ** 128 - 1);
    }

    function test_RevertWhen_RewardsOfAShareDoNotFit() public {
        staked(1);
        pay(2 ** 104 - 1);
        vm.expectRevert(abi.encodeWithSelector(RewardHistoryLib.RewardsOverflow.selector, 2 ** 168));
        pay(1);
        assertEq(claim(alice), 2 ** 104 - 1);
    }

    function testFuzz_SplitsByShares(uint256 a, uint256 b, uint256 amount) public {
        (a, b) = (boundAmount(a), boundAmount(b));
        amount = bound(amount, 1, 2 ** 104 - 1);
        deposit(bob, operator, b);
        staked(a);
        pay(amount);
        assertEq(due(alice), (amount << 64) / (a + b) * a >> 64);
        assertEq(due(bob), (amount << 64) / (a + b) * b >> 64);
        assertEq(rewards.carried(pool, address(reward)), (amount << 64) % (a + b));
    }

    /* SEVERAL */

    function test_SeveralPools() public {
        deposit(bob, otherOperator, 3 * unit);
        staked(unit);
        uint256 before = reward.balanceOf(avs);
        distribute(closed(), reward, two(operator, SUM, otherOperator, 2 * SUM));
        assertEq(before - reward.balanceOf(avs), 3 * SUM);
        assertEq(reward.balanceOf(address(rewards)), 3 * SUM);
        assertEq(claim(alice), SUM);
        PoolId other = vault.poolId(otherOperator, address(token));
        // A third of 2^-64 of a unit is carried for each share.
        assertEq(claim(bob, other, ALL), (2 * SUM << 64) / (3 * unit) * (3 * unit) >> 64);
    }

    function test_OnePoolTwice() public {
        staked(unit);
        distribute(closed(), reward, two(operator, SUM, operator, 2 * SUM));
        assertEq(reward.balanceOf(address(rewards)), 3 * SUM);
        assertEq(claim(alice), 3 * SUM);
    }

    function test_None() public {
        uint256 before = reward.balanceOf(avs);
        distribute(closed(), reward, new Payment[](0));
        assertEq(reward.balanceOf(avs), before);
    }

    function test_WhatIsLeftOverIsDividedWithTheNextPayment() public {
        staked(7);
        pay(1);
        uint256 scaled = 2 ** 64;
        assertEq(rewards.carried(pool, address(reward)), scaled % 7);
        skipEpochs(300);
        pay(1);
        scaled += 2 ** 64;
        assertEq(rewards.carried(pool, address(reward)), scaled % 7);
        assertEq(rewards.rewardsPerShare(pool, address(reward), ALL), scaled / 7);
        pay(1);
        scaled += 2 ** 64;
        assertEq(rewards.carried(pool, address(reward)), scaled % 7);
        assertEq(rewards.rewardsPerShare(pool, address(reward), ALL), scaled / 7);
    }

    /* THE COMMISSION */

    function testFuzz_TheCommissionIsRoundedDown(uint256 amount, uint256 rate) public {
        amount = bound(amount, 1, 2 ** 104 - 1);
        rate = bound(rate, 1, 0.5e18);
        setCommission(rate);
        skipEpochs(3);
        staked(2 ** 60);
        uint256 commission = amount * rate / 1e18;
        expectDistributed(pool, closed(), amount, commission);
        pay(amount);
        assertEq(rewards.commissionOf(operator, address(reward)), commission);
        uint256 left = amount - commission;
        assertEq(rewards.rewardsPerShare(pool, address(reward), ALL), (left << 64) / 2 ** 60);
    }

    function test_TheCommissionIsThatOfTheClosedEpoch() public {
        setCommission(0.1e18);
        staked(unit);
        skipEpochs(2);
        // In force from the running epoch, and not yet in that which is paid for.
        setCommission(0.05e18);
        pay(SUM);
        assertEq(rewards.commissionOf(operator, address(reward)), SUM / 10);
        skipEpochs(1);
        pay(SUM);
        assertEq(rewards.commissionOf(operator, address(reward)), SUM / 10 + SUM / 20);
    }

    /* THE TOKEN */

    function test_RevertWhen_TheTokenTakesAFee() public {
        assertDeliveredLess(new FeeToken(), SUM - 1);
    }

    function test_RevertWhen_TheBalanceFalls() public {
        SinkingToken sinking = new SinkingToken();
        sinking.mint(address(rewards), 1);
        assertDeliveredLess(sinking, 0);
    }

    function test_RevertWhen_TheTokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        refusing.refuse(true);
        IMintable odd = IMintable(address(refusing));
        staked(unit);
        supply(odd);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, refusing));
        pay(odd, operator, SUM);
    }

    function test_RevertWhen_TheTokenHasNoCode() public {
        staked(unit);
        Payment[] memory payments = one(operator, SUM);
        Epoch epoch = closed();
        vm.expectRevert(bytes(""));
        rewards.distribute(epoch, stranger, payments);
    }

    function test_RevertWhen_TheSenderHasNotApproved() public {
        staked(unit);
        Payment[] memory payments = one(operator, SUM);
        Epoch epoch = closed();
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, rewards, 0, SUM));
        vm.prank(stranger);
        rewards.distribute(epoch, address(reward), payments);
    }

    function test_ATokenThatReturnsNothing() public {
        IMintable silent = IMintable(address(new SilentToken()));
        assertPaidAndClaimed(silent, SUM);
    }

    /// @dev What arrives beyond the sum is nobody's.
    function test_ATokenThatDeliversMore() public {
        IMintable generous = IMintable(address(new GenerousToken()));
        assertPaidAndClaimed(generous, SUM);
    }

    function test_TheStakedTokenItselfNeverMixesWithStake() public {
        setCommission(0.1e18);
        skipEpochs(3);
        staked(unit);
        supply(token);
        uint256 held = token.balanceOf(address(vault));
        pay(token, operator, 10 * unit);
        assertPool(pool, unit, unit);
        assertEq(token.balanceOf(address(rewards)), 10 * unit);
        vm.prank(alice);
        rewards.claim(alice, alice, ALL, items(pool, token));
        vm.prank(operator);
        rewards.collect(operator, operator, only(address(token)));
        assertEq(token.balanceOf(alice), 9 * unit);
        assertEq(token.balanceOf(operator), unit);
        assertEq(token.balanceOf(address(vault)), held);
        assertPool(pool, unit, unit);
    }

    /* INTERNAL */

    /// @dev Alice's stake, and its first whole epoch closed.
    function staked(uint256 assets) internal {
        deposit(alice, operator, assets);
        skipEpochs(2);
    }

    function assertDeliveredLess(MintableToken odd, uint256 received) internal {
        staked(unit);
        supply(IMintable(address(odd)));
        vm.expectRevert(abi.encodeWithSelector(Incoming.TokenDeliveredLess.selector, address(odd), SUM, received));
        pay(IMintable(address(odd)), operator, SUM);
    }

    function assertPaidAndClaimed(IMintable odd, uint256 amount) internal {
        staked(unit);
        supply(odd);
        pay(odd, operator, amount);
        vm.prank(alice);
        assertEq(rewards.claim(alice, bob, ALL, items(pool, odd))[0], amount);
        assertGe(odd.balanceOf(bob), amount);
    }

    function expectNotPayable(Epoch epoch, Epoch closed_) internal {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.EpochNotPayable.selector, epoch, closed_));
    }

    function expectNoStake(Epoch epoch) internal {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NoStake.selector, operator, token, epoch));
    }

    function expectBadAmount(uint256 amount) internal {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.BadAmount.selector, operator, token, amount));
    }

    function expectDistributed(PoolId to, Epoch epoch, uint256 amount, uint256 commission) internal {
        vm.expectEmit(address(rewards));
        emit IRewardsDistributor.Distributed(to, address(reward), avs, epoch, amount, commission);
    }
}
