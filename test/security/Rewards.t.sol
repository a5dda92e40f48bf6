// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {Claim, IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Incoming} from "palisade/libraries/Incoming.sol";
import {RewardHistoryLib} from "palisade/libraries/RewardHistory.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../Base.t.sol";
import {Earning} from "../journeys/Earning.sol";
import {Operator, Staker} from "../journeys/Users.t.sol";
import {BlocklistToken, FeeToken, RefusingToken} from "../mocks/OddTokens.sol";
import {Case} from "./Case.sol";

/// @notice Two operators of one set; 64 tokens of an honest staker are with the first, 64 of another with the second.
abstract contract RewardScene is Case, Earning {
    /// @dev Divides without rest among the stakes that the tests make.
    uint256 internal constant SUM = 128e18;

    Operator internal first;
    Operator internal second;
    Staker internal honest;
    Staker internal other;
    PoolId internal pool;
    PoolId internal secondPool;

    function setUp() public virtual override(Case, Earning) {
        super.setUp();
        first = newOperatorOf(set, 0.5e18);
        second = newOperatorOf(set, 0.5e18);
        (honest, other) = (newStakerOf(first, 64 * unit), newStakerOf(second, 64 * unit));
        (pool, secondPool) = (first.pool(), second.pool());
        skipEpochs(2);
    }

    /// @dev What a payment to 64 tokens' shares may carry on, and a unit.
    function slack() internal view returns (uint256) {
        return (64 * unit >> 64) + 2;
    }

    function paid() internal view returns (uint256) {
        return reward.balanceOf(address(rewards));
    }
}

/// @notice Attacks on rewards: D57, D58, D66 to D68.
contract RewardCases is RewardScene {
    /* D57 */

    /// @dev Stake comes for a moment of the epoch that is paid for, or around the payment itself: it earns nothing of it.
    function test_D57_JITdeposit_capturesNoReward() public {
        Staker jit = newStaker();
        jit.deposit(first, 64 * unit);
        honest.give(pool, 64 * unit, jit);
        jit.give(pool, 64 * unit, honest);
        jit.queue(first, 64 * unit);
        skipEpochs(1);

        // Around the payment: in before it, out and claimed after it.
        jit.deposit(first, 6400 * unit);
        pay(service, first, SUM);
        assertEq(claim(jit, pool), 0);
        jit.queue(first, 6400 * unit);
        assertEq(claim(jit, pool), 0);
        assertEq(claim(honest, pool), SUM);
        assertEq(paid(), 0);
    }

    /// @dev At the very second with which an epoch begins it has begun: who comes then earns from the next.
    function test_D57_atTheFirstSecond_isTooLate() public {
        Staker jit = newStaker();
        assertEq(vm.getBlockTimestamp(), startOf(vault.currentEpoch()));
        jit.deposit(first, 64 * unit);
        skipEpochs(1);
        pay(service, first, SUM);
        assertEq(earned(jit, pool), 0);
        assertEq(earned(honest, pool), SUM);
        skipEpochs(1);
        pay(service, first, SUM);
        assertEq(earned(jit, pool), SUM / 2);
        assertEq(earned(honest, pool), SUM + SUM / 2);
    }

    /// @dev The same shares are shown around a boundary: given at the last second of an epoch, and back at the first of the
    /// next. They earn once, for whoever held them in between.
    function test_D57_transferAroundTheBoundary_earnsOnce() public {
        Staker friend = newStaker();
        skipToEnd(0);
        honest.give(pool, 64 * unit, friend);
        skip(1);
        friend.give(pool, 64 * unit, honest);
        skipEpochs(1);
        pay(service, first, SUM);
        assertEq(claim(friend, pool), SUM);
        assertEq(claim(honest, pool), 0);
        skipEpochs(1);
        pay(service, first, SUM);
        assertEq(claim(friend, pool), 0);
        assertEq(claim(honest, pool), SUM);
        assertEq(paid(), 0);
    }

    /// @dev The most that timing can do: in at the last second before an epoch, queued at its first. That earns for one
    /// epoch, and the stake is slashed like all other through all of it, and through the next.
    function test_D57_theBestIsAFullEpochAtRisk() public {
        Staker jit = newStaker();
        skipToEnd(0);
        jit.deposit(first, 64 * unit);
        skip(1);
        Epoch epoch = vault.currentEpoch();
        Epoch ripe = jit.queue(first, 64 * unit);
        assertEq(ripe, epoch.plus(2));
        skipToEnd(0);
        uint256 instant = vm.snapshotState();
        for (uint256 i; i < 2; ++i) {
            if (i == 1) skipToEnd(1);
            assertEq(service.slash(set, first, 1e18), 64 * unit);
            assertEq(jit.exit(pool, ripe), 32 * unit);
            assertEq(honest.stakeWith(first), 32 * unit);
            assertTrue(vm.revertToState(instant));
        }
        skip(1);
        pay(service, first, SUM);
        assertEq(earned(jit, pool), SUM / 2);
        skipEpochs(1);
        pay(service, first, SUM);
        assertEq(earned(jit, pool), SUM / 2);
        assertEq(earned(honest, pool), SUM / 2 + SUM);
    }

    /// @dev Idle stake leaves at once, so it could come for each boundary: nobody can pay it.
    function test_D57_idleStake_isNotPaid() public {
        Staker jit = newStaker();
        jit.deposit(Operator(address(0)), 64 * unit);
        skipEpochs(1);
        Payment[] memory payments = new Payment[](1);
        payments[0] = Payment(address(0), address(token), SUM);
        Epoch epoch = closed();
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.IdlePool.selector, address(token)));
        vm.prank(address(service));
        rewards.distribute(epoch, address(reward), payments);
    }

    /* D58 */

    /// @dev A commission is a part of a payment, never of stake or of what was earned before: whatever the rate, the sum
    /// that stakers have from earlier payments stands, and the payment goes through.
    function testFuzz_D58_commission_isAPartOfAPayment(uint256 rate, uint256 amount) public {
        (rate, amount) = (bound(rate, 1, 0.5e18), bound(amount, 1, 1e30));
        pay(service, first, SUM);
        Epoch from = setCommission(first, rate);
        assertEq(earned(honest, pool), SUM);
        skipEpochs(Epoch.unwrap(from) - Epoch.unwrap(closed()));
        pay(service, first, amount);
        assertEq(commission(first), amount * rate / 1e18);
        assertLe(commission(first), amount / 2);
        assertApproxEqAbs(earned(honest, pool), SUM + amount - commission(first), slack());
        assertLe(earned(honest, pool) + commission(first), SUM + amount);
        assertEq(honest.stakeWith(first), 64 * unit);
    }

    /* D66 */

    /// @dev What weighs in a split is what earns: stake that came since the epoch began gives its operator no weight, and
    /// its owner no reward.
    function testFuzz_D66_split_weighsWhatEarns(uint256 comes, uint256 leaves) public {
        (comes, leaves) = (bound(comes, 1, 1e6 * unit), bound(leaves, 1, 63 * unit));
        address[] memory operators = sorted(first, second);
        Staker late = newStakerOf(first, comes);
        other.queue(second, leaves);
        skipEpochs(1);
        // Both weigh a half of 64, but for rounding: neither who came nor who left since changes it. Who leaves would take
        // from those who stay.
        uint256 weight = 32 * unit;
        uint256[] memory told = streams.weights(set, address(token), operators);
        (uint256 of1, uint256 of2) = operators[0] == address(first) ? (told[0], told[1]) : (told[1], told[0]);
        assertApproxEqAbs(of1, weight, 1);
        assertApproxEqAbs(of2, weight, 65);

        payByStake(service, set, SUM, operators);
        assertEq(earned(late, pool), 0);
        uint256 part = SUM * of1 / (of1 + of2);
        assertApproxEqAbs(earned(honest, pool), part, slack());
        // Who queued in the epoch stood through it, and earns for it.
        assertApproxEqAbs(earned(other, secondPool), SUM - part, slack());
        assertLe(earned(honest, pool) + earned(other, secondPool), SUM);
    }

    /// @dev An operator makes itself heavy as the sum is split: with a friend's stake of this moment, or of this epoch.
    function test_D66_stakeOfTheMoment_weighsNothing() public {
        address[] memory operators = sorted(first, second);
        newStakerOf(second, 6400 * unit);
        skipEpochs(1);
        newStakerOf(second, 6400 * unit);
        payByStake(service, set, SUM, operators);
        assertEq(earned(honest, pool), SUM / 2);
        assertEq(earned(other, secondPool), SUM / 2);
    }

    /// @dev A pool that was slashed to nothing does not weigh, though it is refilled as the sum is split, and those who were
    /// in it are not paid by the weight of those who came.
    function test_D66_anEndedGeneration_weighsNothing() public {
        address[] memory operators = sorted(first, second);
        vm.prank(address(manager));
        vault.slash(secondPool, WHOLE, WHOLE, address(token), recipient);
        newStakerOf(second, 64 * unit);
        skipEpochs(1);
        payByStake(service, set, SUM / 2, operators);
        assertEq(earned(honest, pool), SUM / 2);
        assertEq(earned(other, secondPool), 0);
    }

    /* D67 */

    /// @dev More than the highest is refused, at any time and in any order.
    function testFuzz_D67_split_isBounded(uint256 rate, uint256 before) public {
        rate = bound(rate, 0.5e18 + 1, type(uint256).max);
        before = bound(before, 0, 0.5e18);
        if (before > 0) setCommission(first, before);
        bytes4 error = IRewardsDistributor.CommissionTooHigh.selector;
        vm.expectRevert(abi.encodeWithSelector(error, rate, 0.5e18));
        setCommission(first, rate);
        for (uint256 i; i < 5; ++i) {
            assertLe(Wad.unwrap(rewards.commissionAt(address(first), vault.currentEpoch())), 0.5e18);
            skipEpochs(1);
        }
    }

    /// @dev The operator raises in front of the payment, and in front of a deposit. The payment is for an epoch whose rate
    /// stands; who has come leaves before the raise, though it is noticed an epoch late, and pays nothing by it.
    function test_D67_frontRun_locksNobodyIn() public {
        Staker victim = newStakerOf(first, 64 * unit);
        skipEpochs(1);
        Epoch epoch = vault.currentEpoch();
        assertEq(setCommission(first, 0.5e18), epoch.plus(3));
        pay(service, first, SUM);
        assertEq(commission(first), 0);
        assertEq(earned(honest, pool), SUM);

        // Noticed at the end of the next epoch.
        skipToEnd(1);
        Epoch ripe = victim.queue(first, 64 * unit);
        assertEq(ripe, epoch.plus(3));
        skip(1);
        pay(service, first, SUM);
        skipEpochs(1);
        pay(service, first, SUM);
        assertEq(commission(first), 0);
        assertEq(victim.complete(pool, ripe), 64 * unit);
        assertEq(claim(victim, pool), SUM / 2);
        skipEpochs(1);
        pay(service, first, SUM);
        assertEq(commission(first), SUM / 2);
        assertEq(earned(victim, pool), 0);
    }

    /// @dev A raise that waits is not in the way of a lowering, a lowering not of a raise; and no payment waits for either:
    /// of each, all is the stakers' or the operator's.
    function test_D67_pending_strandsNothing() public {
        setCommission(first, 0.5e18);
        for (uint256 i; i < 9; ++i) {
            if (i == 1) assertEq(setCommission(first, 0.25e18), closed().plus(3));
            if (i == 4) assertEq(setCommission(first, 0.125e18), vault.currentEpoch());
            if (i == 5) assertEq(setCommission(first, 0.5e18), vault.currentEpoch().plus(3));
            skipEpochs(1);
            pay(service, first, SUM);
            assertEq(earned(honest, pool) + commission(first), (i + 1) * SUM);
        }
        // Three epochs before the raise, one of a quarter, four of an eighth and one of a half.
        assertEq(commission(first), SUM / 4 + 4 * SUM / 8 + SUM / 2);
        uint256 due = commission(first);
        assertEq(collect(first), due);
        claim(honest, pool);
        assertEq(paid(), 0);
    }

    /* D68 */

    /// @dev One bad payment at the end: nothing of the good ones is written, and nobody is charged.
    function test_D68_failure_isFatal() public {
        Payment[] memory payments = new Payment[](3);
        payments[0] = Payment(address(first), address(token), SUM);
        payments[1] = Payment(address(second), address(token), SUM);
        payments[2] = Payment(address(newOperatorOf(set, 0.5e18)), address(token), SUM);
        allowReward(address(service), address(rewards), reward, 3 * SUM);
        Epoch epoch = closed();
        bytes4 error = IRewardsDistributor.NoStake.selector;
        vm.expectRevert(abi.encodeWithSelector(error, payments[2].operator, address(token), epoch));
        vm.prank(address(service));
        rewards.distribute(epoch, address(reward), payments);
        assertEq(earned(honest, pool) + earned(other, secondPool), 0);
        assertEq(rewards.rewardsPerShare(pool, address(reward), epoch), 0);
        assertEq(reward.balanceOf(address(service)), 3 * SUM);
    }

    /// @dev The token answers false, delivers less, or its sender cannot pay: nothing is written.
    function test_D68_unpaid_isUnwritten() public {
        RefusingToken refusing = new RefusingToken();
        IMintable[3] memory assets =
            [IMintable(address(refusing)), IMintable(address(new FeeToken())), IMintable(address(reward))];
        Payment[] memory payments = new Payment[](1);
        payments[0] = Payment(address(first), address(token), SUM);
        for (uint256 i; i < 3; ++i) {
            allowReward(address(service), address(rewards), assets[i], SUM - (i == 2 ? 1 : 0));
        }
        refusing.refuse(true);
        for (uint256 i; i < 3; ++i) {
            if (i == 0) vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, refusing));
            else if (i == 1) expectDeliveredLess(address(assets[1]));
            else vm.expectRevert();
            vm.prank(address(service));
            rewards.distribute(closed(), address(assets[i]), payments);
            assertEq(earned(honest, assets[i], pool), 0);
            assertEq(rewards.rewardsPerShare(pool, address(assets[i]), closed()), 0);
        }
    }

    /// @dev A stream whose release fails is owed as before, and its sum is where it was.
    function test_D68_failedRelease_isOwedAsBefore() public {
        address[] memory operators = sorted(first, second);
        uint256 id = createStream(service, set, SUM, 2, operators);
        skipEpochs(1);
        first.allocate(set, 0);
        second.allocate(set, 0);
        bytes4 error = IRewardStreams.NobodyToPay.selector;
        vm.expectRevert(abi.encodeWithSelector(error, set, address(token), closed()));
        streams.release(id, operators);
        assertEq(streams.due(id), SUM);
        assertEq(reward.balanceOf(address(streams)), 2 * SUM);
        assertEq(earned(honest, pool), 0);
    }

    /// @dev A claim of two tokens, of which one refuses: all of it is undone, and without that one the other is paid.
    function test_D68_failedClaim_isUndone() public {
        BlocklistToken blocklist = new BlocklistToken();
        IMintable odd = IMintable(address(blocklist));
        pay(service, first, SUM);
        pay(service, odd, first, SUM);
        blocklist.setBlocked(address(honest), true);
        Claim[] memory claims = new Claim[](2);
        (claims[0], claims[1]) = (Claim(pool, address(reward)), Claim(pool, address(odd)));
        bytes4 error = IRewardsDistributor.TransferFailed.selector;
        vm.expectRevert(abi.encodeWithSelector(error, address(odd), address(honest), SUM));
        vm.prank(address(honest));
        rewards.claim(address(honest), address(honest), closed(), claims);
        assertEq(earned(honest, pool), SUM);
        assertEq(claim(honest, pool), SUM);
        assertEq(earned(honest, odd, pool), SUM);

        // To another receiver the odd one goes too.
        vm.prank(address(honest));
        rewards.claim(address(honest), recipient, closed(), one(pool, odd));
        assertEq(odd.balanceOf(recipient), SUM);
    }

    function expectDeliveredLess(address asset) private {
        vm.expectRevert(abi.encodeWithSelector(Incoming.TokenDeliveredLess.selector, asset, SUM, SUM - 1));
    }
}

/// @notice What others can do to make rewards dear, and what it comes to.
contract RewardGriefing is RewardScene {
    /// @dev A stranger gives the victim a share in every epoch, so that its history grows: a claim costs at most 12,000 gas
    /// more for each, can be made in parts, and comes to the same.
    function test_DustTransfers_costABoundedSumEach() public {
        Staker troll = newStakerOf(first, 200);
        skipEpochs(1);
        pay(service, first, SUM);
        uint256 before = vm.snapshotState();
        for (uint256 i; i < 52; ++i) {
            skipEpochs(1);
            pay(service, first, SUM);
        }
        claim(honest, pool);
        uint256 base = vm.lastCallGas().gasTotalUsed;
        assertTrue(vm.revertToState(before));
        for (uint256 i; i < 52; ++i) {
            // However often in an epoch, it is one change.
            troll.give(pool, 1, honest);
            troll.give(pool, 2, honest);
            skipEpochs(1);
            pay(service, first, SUM);
        }
        uint256 sum = earned(honest, pool);
        before = vm.snapshotState();
        assertEq(claim(honest, pool), sum);
        assertLe(vm.lastCallGas().gasTotalUsed, base + 52 * 12_000);
        assertTrue(vm.revertToState(before));

        // In four parts.
        uint256 parts;
        uint256 from = Epoch.unwrap(closed()) - 52;
        for (uint256 i = 1; i <= 4; ++i) {
            vm.prank(address(honest));
            parts += rewards.claim(address(honest), address(honest), Epoch.wrap(from + 13 * i), one(pool, reward))[0];
        }
        assertEq(parts, sum);
        assertEq(earned(honest, pool), 0);
    }

    /// @dev Anybody may pay anything to anybody's pool. Nobody needs to look at it: a claim of another token costs what it
    /// cost, and comes to the same.
    function test_WorthlessTokens_harmNobody() public {
        pay(service, first, SUM);
        uint256 before = vm.snapshotState();
        assertEq(claim(honest, pool), SUM);
        uint256 base = vm.lastCallGas().gasTotalUsed;
        assertTrue(vm.revertToState(before));
        for (uint256 i; i < 50; ++i) {
            pay(service, newToken("Spam", "SPAM", 18), first, 1 + i);
        }
        assertEq(claim(honest, pool), SUM);
        assertEq(vm.lastCallGas().gasTotalUsed, base);
    }

    /// @dev One share can be paid 2^104 units less one. More is refused, and what was paid before is claimed.
    function test_OverflowOfAShare_isRefused() public {
        Operator third = newOperatorOf(set, 0.5e18);
        Staker single = newStakerOf(third, 1);
        skipEpochs(2);
        pay(service, third, 2 ** 104 - 1);
        Payment[] memory payments = new Payment[](1);
        payments[0] = Payment(address(third), address(token), 1);
        allowReward(address(service), address(rewards), reward, 1);
        vm.expectRevert(abi.encodeWithSelector(RewardHistoryLib.RewardsOverflow.selector, 2 ** 168));
        vm.prank(address(service));
        rewards.distribute(closed(), address(reward), payments);
        assertEq(claim(single, third.pool()), 2 ** 104 - 1);

        // Others are paid as ever, that pool in other tokens, and its next shares in none of what is lost.
        pay(service, newToken("Other", "OTHER", 18), third, SUM);
        pay(service, first, SUM);
        assertEq(claim(honest, pool), SUM);
        assertEq(paid(), 0);
    }

    /// @dev Whoever claims for others, in whatever bits, only sends them what is theirs.
    function test_ClaimsByAnybody_takeNothing() public {
        Staker companion = newStakerOf(first, unit / 3);
        vm.prank(address(companion));
        rewards.setRecipient(recipient);
        for (uint256 i; i < 6; ++i) {
            skipEpochs(1);
            pay(service, first, 1000 + i);
        }
        uint256 sum = earned(companion, pool);
        assertGt(sum, 0);
        vm.startPrank(stranger);
        uint256 epoch = Epoch.unwrap(closed());
        for (uint256 e = epoch - 6; e <= epoch; ++e) {
            rewards.claim(address(companion), recipient, Epoch.wrap(e), one(pool, reward));
            rewards.claim(address(companion), recipient, Epoch.wrap(1), one(pool, reward));
        }
        bytes4 error = IRewardsDistributor.NotOwnerNorOperator.selector;
        vm.expectRevert(abi.encodeWithSelector(error, address(companion), stranger));
        rewards.claim(address(companion), stranger, Epoch.wrap(epoch), one(pool, reward));
        vm.stopPrank();
        assertEq(reward.balanceOf(recipient), sum);
    }
}
