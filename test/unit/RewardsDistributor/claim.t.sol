// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken, PausableToken, RefusingToken} from "../../mocks/OddTokens.sol";
import {RewardsScene} from "./RewardsScene.sol";

/// @dev Alice and Bob hold the same from the first instant of an epoch that has just closed.
abstract contract ClaimScene is RewardsScene {
    function setUp() public virtual override {
        super.setUp();
        deposit(alice, operator, 100 * unit);
        deposit(bob, operator, 100 * unit);
        skipEpochs(2);
    }

    /// @dev A payment that divides among the shares, of which each staker can tell its part.
    function payHundredfold(uint256 n) internal {
        pay(n * 100 * unit);
    }
}

contract ClaimTest is ClaimScene {
    /* WHO */

    function test_RevertWhen_ByAStranger() public {
        payHundredfold(2);
        expectNotOwnerNorOperator(alice, stranger);
        vm.prank(stranger);
        rewards.claim(alice, stranger, ALL, items(pool, reward));
        // Nor to the owner itself, who may want it elsewhere.
        expectNotOwnerNorOperator(alice, stranger);
        vm.prank(stranger);
        rewards.claim(alice, alice, ALL, items(pool, reward));
    }

    function test_RevertWhen_ThereIsNoReceiver() public {
        payHundredfold(2);
        expectBadReceiver(address(0));
        vm.prank(alice);
        rewards.claim(alice, address(0), ALL, items(pool, reward));
    }

    function test_RevertWhen_TheReceiverIsTheDistributor() public {
        payHundredfold(2);
        vm.prank(alice);
        rewards.setRecipient(address(rewards));
        expectBadReceiver(address(rewards));
        vm.prank(alice);
        rewards.claim(alice, address(rewards), ALL, items(pool, reward));
    }

    function test_RevertWhen_AStrangerNamesAnotherReceiverThanTheRecipient() public {
        payHundredfold(2);
        vm.prank(alice);
        rewards.setRecipient(recipient);
        expectNotOwnerNorOperator(alice, stranger);
        vm.prank(stranger);
        rewards.claim(alice, alice, ALL, items(pool, reward));
    }

    function test_ByAnybodyToTheRecipient() public {
        payHundredfold(2);
        vm.prank(alice);
        rewards.setRecipient(recipient);
        vm.prank(stranger);
        assertEq(rewards.claim(alice, recipient, ALL, items(pool, reward))[0], 100 * unit);
        assertEq(reward.balanceOf(recipient), 100 * unit);
        assertEq(reward.balanceOf(stranger), 0);
        assertEq(due(bob), 100 * unit);
    }

    function test_ByTheOwnerToAnybody() public {
        payHundredfold(2);
        vm.startPrank(alice);
        rewards.setRecipient(recipient);
        rewards.claim(alice, stranger, ALL, items(pool, reward));
        vm.stopPrank();
        assertEq(reward.balanceOf(stranger), 100 * unit);
        assertEq(reward.balanceOf(alice), 0);
    }

    function test_ByAnOperatorOfTheOwnerToAnybody() public {
        payHundredfold(2);
        vm.prank(alice);
        vault.setOperator(stranger, true);
        vm.prank(stranger);
        rewards.claim(alice, recipient, ALL, items(pool, reward));
        assertEq(reward.balanceOf(recipient), 100 * unit);

        vm.prank(alice);
        vault.setOperator(stranger, false);
        expectNotOwnerNorOperator(alice, stranger);
        vm.prank(stranger);
        rewards.claim(alice, recipient, ALL, items(pool, reward));
    }

    /* WHAT */

    function test_LogsAndRemembersHowFar() public {
        pay(3 * SUM);
        uint256 cumulative = (3 * SUM << 64) / (200 * unit);
        vm.expectEmit(address(rewards));
        emit IRewardsDistributor.Claimed(
            pool, address(reward), alice, recipient, closed(), cumulative * 100 * unit >> 64
        );
        vm.prank(alice);
        rewards.claim(alice, recipient, ALL, items(pool, reward));
        assertClaimed(pool, alice, closed(), cumulative, cumulative * 100 * unit % 2 ** 64);
    }

    function test_NothingTwice() public {
        payHundredfold(2);
        assertEq(claim(alice), 100 * unit);
        vm.recordLogs();
        assertEq(claim(alice), 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(reward.balanceOf(alice), 100 * unit);
    }

    function test_NothingForWhoNeverHeld() public {
        payHundredfold(2);
        assertEq(claim(stranger), 0);
        // Nor of what was paid before, once it holds.
        deposit(stranger, operator, 200 * unit);
        skipEpochs(2);
        assertEq(claim(stranger), 0);
        payHundredfold(4);
        assertEq(claim(stranger), 200 * unit);
    }

    function test_NothingOfAPoolThatIsNone() public {
        payHundredfold(2);
        assertEq(claim(alice, PoolId.wrap(1 << 255), ALL), 0);
        assertEq(claim(alice, pool.atGeneration(1), ALL), 0);
    }

    function test_NothingOfTheRunningEpoch() public {
        payHundredfold(2);
        Epoch through = closed();
        assertEq(claim(alice, pool, running()), 100 * unit);
        assertClaimed(pool, alice, through, 2 ** 64, 0);
    }

    /// @dev The next claim need not look at the changes again.
    function test_GetsOnWhereBalancesChangedAndNothingWasPaid() public {
        deposit(alice, operator, unit);
        skipEpochs(1);
        vm.expectEmit(address(rewards));
        emit IRewardsDistributor.Claimed(pool, address(reward), alice, alice, closed(), 0);
        assertEq(claim(alice), 0);
        assertClaimed(pool, alice, closed(), 0, 0);
    }

    function test_ALaterPaymentForTheSameEpoch() public {
        payHundredfold(2);
        assertEq(claim(alice), 100 * unit);
        payHundredfold(4);
        payHundredfold(6);
        assertEq(due(alice), 500 * unit);
        assertEq(claim(alice), 500 * unit);
        assertEq(claim(alice), 0);
        skipEpochs(1);
        assertEq(claim(alice), 0);
        assertEq(claim(bob), 600 * unit);
    }

    /// @dev What was paid later for the epoch of the last claim goes by the balance of that epoch, not by that of now.
    function test_ALaterPaymentForAnEpochWhoseBalanceIsNoMore() public {
        payHundredfold(2);
        claim(alice);
        payHundredfold(4);
        queueAll(alice, pool);
        skipEpochs(1);
        payHundredfold(2);
        skipEpochs(1);
        payHundredfold(2);
        // Two payments of the epochs that it stood in; none of that which the exit was out of.
        assertEq(claim(alice), 300 * unit);
        assertEq(claim(bob), 600 * unit);
    }

    /// @dev The balance changed in the very epoch that was claimed last: the later payment goes by what was before.
    function test_ALaterPaymentForTheEpochInWhichTheBalanceChanged() public {
        queueAll(alice, pool);
        skipEpochs(1);
        payHundredfold(2);
        assertEq(claim(alice), 100 * unit);
        payHundredfold(4);
        skipEpochs(1);
        payHundredfold(3);
        assertEq(claim(alice), 200 * unit);
        assertEq(claim(bob), 600 * unit);
    }

    function test_AnEarlierEpochThanWasClaimed() public {
        payHundredfold(2);
        Epoch first = closed();
        skipEpochs(1);
        payHundredfold(2);
        claim(alice);
        assertEq(due(alice, pool, first), 0);
        assertEq(claim(alice, pool, first), 0);
        assertEq(claim(alice, pool, Epoch.wrap(0)), 0);
        assertClaimed(pool, alice, first.plus(1), 2 * (2 ** 64), 0);
    }

    function test_InPartsTheSame() public {
        Epoch first = closed();
        for (uint256 i = 1; i <= 4; ++i) {
            payHundredfold(2 * i);
            skipEpochs(1);
        }
        assertEq(claim(alice, pool, first.plus(1)), 300 * unit);
        assertEq(claim(alice, pool, first), 0);
        assertEq(claim(alice, pool, first.plus(2)), 300 * unit);
        assertEq(claim(alice), 400 * unit);
        assertEq(claim(bob), 1000 * unit);
    }

    function test_FractionsAddUp() public {
        // Alice's and Bob's halves of an odd unit.
        pay(SUM);
        claim(alice);
        skipEpochs(1);
        pay(SUM);
        skipEpochs(1);
        pay(SUM);
        uint256 increments = ((3 * SUM << 64) - rewards.carried(pool, address(reward))) / (200 * unit);
        uint256 scaled = increments * 100 * unit;
        claim(alice);
        assertEq(reward.balanceOf(alice), scaled >> 64);
        assertClaimed(pool, alice, closed(), increments, scaled % 2 ** 64);
        assertEq(claim(bob), scaled >> 64);
    }

    /* WHOSE */

    function test_SharesEarnFromTheEpochAfterTheyCame() public {
        deposit(stranger, operator, 200 * unit);
        payHundredfold(2);
        skipEpochs(1);
        // The epoch in which they came.
        payHundredfold(2);
        assertEq(claim(stranger), 0);
        skipEpochs(1);
        payHundredfold(4);
        assertEq(claim(stranger), 200 * unit);
        assertEq(claim(alice), 300 * unit);
    }

    function test_SharesOnTheWayOutDoNotEarn() public {
        queueAll(alice, pool);
        payHundredfold(2);
        skipEpochs(1);
        // The epoch in which it was queued: she stood in it when it began.
        payHundredfold(2);
        skipEpochs(1);
        payHundredfold(2);
        assertEq(claim(alice), 200 * unit);
        assertEq(claim(bob), 400 * unit);
        assertEq(rewards.carried(pool, address(reward)), 0);
    }

    function test_ATransferSplitsExactly() public {
        vm.prank(alice);
        vault.transfer(stranger, pool, 25 * unit);
        payHundredfold(2);
        skipEpochs(1);
        payHundredfold(2);
        skipEpochs(1);
        payHundredfold(8);
        // The first two for epochs at whose beginning all was hers.
        assertEq(claim(alice), 100 * unit + 100 * unit + 300 * unit);
        assertEq(claim(stranger), 100 * unit);
        assertEq(claim(bob), 600 * unit);
    }

    function test_ATransferOfAllLeavesWhatWasEarned() public {
        payHundredfold(2);
        vm.prank(alice);
        vault.transfer(stranger, pool, 100 * unit);
        skipEpochs(2);
        payHundredfold(2);
        assertEq(claim(alice), 100 * unit);
        assertEq(claim(stranger), 100 * unit);
    }

    function test_ARedelegationSplitsExactly() public {
        payHundredfold(2);
        (Epoch ripe,) = queueAll(alice, pool);
        skipEpochs(2);
        redelegate(alice, pool, ripe, otherOperator);
        PoolId other = vault.poolId(otherOperator, address(token));
        skipEpochs(2);
        distribute(closed(), reward, two(operator, 100 * unit, otherOperator, 100 * unit));
        assertEq(claim(alice), 100 * unit);
        assertEq(claim(alice, other, ALL), 100 * unit);
        assertEq(claim(bob), 200 * unit);
    }

    function test_ASlashChangesNothingEarned() public {
        payHundredfold(2);
        cut(pool, 1, 2);
        assertEq(due(alice), 100 * unit);
        skipEpochs(1);
        payHundredfold(2);
        assertEq(claim(alice), 200 * unit);
        assertEq(claim(bob), 200 * unit);
    }

    /// @dev The next generation gets nothing of it, though its stake came in the epoch that was paid for.
    function test_TheEndOfAGenerationChangesNothingEarned() public {
        payHundredfold(2);
        cut(pool, 1, 1);
        deposit(stranger, operator, 200 * unit);
        skipEpochs(1);
        payHundredfold(2);
        skipEpochs(1);
        payHundredfold(2);
        PoolId next = pool.atGeneration(1);
        assertEq(claim(alice), 200 * unit);
        assertEq(claim(bob), 200 * unit);
        assertEq(claim(stranger), 0);
        assertEq(claim(alice, next, ALL), 0);
        assertEq(claim(stranger, next, ALL), 200 * unit);
        assertEq(reward.balanceOf(address(rewards)), 0);
    }

    function test_ARenewedPool() public {
        payHundredfold(2);
        // Little enough is left that its shares are worn out.
        cut(pool, 1e18 - 1, 1e18);
        vm.prank(address(manager));
        vault.renew(pool);
        uint256 rest = vault.positionValue(pool, alice);
        if (rest > 0) {
            vm.prank(alice);
            vault.withdraw(pool, 100 * unit, alice, alice);
        }
        deposit(stranger, operator, 100 * unit);
        skipEpochs(1);
        payHundredfold(2);
        skipEpochs(1);
        payHundredfold(1);
        assertEq(claim(alice), 200 * unit);
        assertEq(claim(bob), 200 * unit);
        assertEq(claim(stranger, pool.atGeneration(1), ALL), 100 * unit);
    }

    /* MANY */

    function test_NamedTwicePaidOnce() public {
        payHundredfold(2);
        vm.prank(alice);
        uint256[] memory amounts = rewards.claim(alice, alice, ALL, items(pool, reward, pool, reward));
        assertEq(amounts[0], 100 * unit);
        assertEq(amounts[1], 0);
        assertEq(reward.balanceOf(alice), 100 * unit);
    }

    function test_NothingInTheMiddle() public {
        PoolId other = secondPool();
        distribute(closed(), reward, two(operator, 200 * unit, otherOperator, 70 * unit));
        Claim[] memory claims = new Claim[](3);
        claims[0] = Claim(pool, address(reward));
        claims[1] = Claim(pool.atGeneration(1), address(reward));
        claims[2] = Claim(other, address(reward));
        vm.prank(alice);
        uint256[] memory amounts = rewards.claim(alice, alice, ALL, claims);
        assertEq(amounts[0], 100 * unit);
        assertEq(amounts[1], 0);
        assertEq(amounts[2], 70 * unit);
        assertEq(reward.balanceOf(alice), 170 * unit);
    }

    /// @dev Tokens are paid together as long as they are the same.
    function test_TokensInTurns() public {
        PoolId other = secondPool();
        IMintable second = newToken("Second", "SEC", 6);
        supply(second);
        distribute(closed(), reward, two(operator, 200 * unit, otherOperator, 70 * unit));
        distribute(closed(), second, two(operator, 400 * unit, otherOperator, 7 * unit));
        Claim[] memory claims = new Claim[](5);
        claims[0] = Claim(pool, address(reward));
        claims[1] = Claim(pool, address(second));
        claims[2] = Claim(other, address(reward));
        claims[3] = Claim(pool, address(reward));
        claims[4] = Claim(other, address(second));
        uint256[] memory told = rewards.claimable(alice, ALL, claims);
        vm.prank(alice);
        uint256[] memory amounts = rewards.claim(alice, recipient, ALL, claims);
        uint256[5] memory expected = [100 * unit, 200 * unit, 70 * unit, 0, 7 * unit];
        for (uint256 i; i < 5; ++i) {
            assertEq(amounts[i], expected[i], vm.toString(i));
            assertEq(told[i], i == 3 ? 100 * unit : expected[i], vm.toString(i));
        }
        assertEq(reward.balanceOf(recipient), 170 * unit);
        assertEq(second.balanceOf(recipient), 207 * unit);
    }

    function test_None() public {
        vm.prank(alice);
        assertEq(rewards.claim(alice, alice, ALL, new Claim[](0)).length, 0);
    }

    /* BROKEN TOKENS */

    function test_RevertWhen_ATokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        IMintable odd = IMintable(address(refusing));
        payBoth(odd);
        refusing.refuse(true);
        assertHurtsItselfOnly(odd);
    }

    function test_RevertWhen_ATokenReverts() public {
        PausableToken pausable = new PausableToken();
        IMintable odd = IMintable(address(pausable));
        payBoth(odd);
        pausable.setPaused(true);
        assertHurtsItselfOnly(odd);
    }

    function test_RevertWhen_ATokenIsNoMore() public {
        IMintable odd = newToken("Odd", "ODD", 18);
        payBoth(odd);
        vm.etch(address(odd), "");
        assertHurtsItselfOnly(odd);
    }

    function test_ABlockedOwnerClaimsToAnother() public {
        BlocklistToken blocklist = new BlocklistToken();
        IMintable odd = IMintable(address(blocklist));
        payBoth(odd);
        blocklist.setBlocked(alice, true);
        assertHurtsItselfOnly(odd);
        vm.prank(alice);
        rewards.claim(alice, recipient, ALL, items(pool, odd));
        assertEq(odd.balanceOf(recipient), 100 * unit);
    }

    /* INTERNAL */

    function secondPool() internal returns (PoolId other) {
        (other,) = deposit(alice, otherOperator, unit);
        skipEpochs(2);
    }

    function payBoth(IMintable odd) internal {
        supply(odd);
        pay(odd, operator, 200 * unit);
        pay(200 * unit);
    }

    function assertHurtsItselfOnly(IMintable odd) internal {
        Claim[] memory both = items(pool, reward, pool, odd);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.TransferFailed.selector, odd, alice, 100 * unit));
        vm.prank(alice);
        rewards.claim(alice, alice, ALL, both);
        assertEq(claim(alice), 100 * unit);
        // It can still be told, and is kept.
        assertEq(rewards.claimable(alice, ALL, items(pool, odd))[0], 100 * unit);
    }
}

/// @notice Against a naive reference: every epoch, every staker, every payment.
contract ClaimAnyHistoryTest is RewardsScene {
    uint256 private constant EPOCHS = 8;

    address[3] private _stakers;
    /// @dev Everything that each earned, in 2^-64 units, and what it was paid out.
    mapping(address staker => uint256) private _earned;
    mapping(address staker => uint256) private _paid;
    uint256 private _carry;
    uint256 private _sum;
    uint256 private _seed;

    function setUp() public override {
        super.setUp();
        _stakers = [alice, bob, stranger];
    }

    function testFuzz_AnyHistoryAnyPartsAnyOrder(uint256 seed) public {
        _seed = seed;
        for (uint256 i; i < EPOCHS; ++i) {
            uint256[3] memory standing = [held(alice), held(bob), held(stranger)];
            // What changes the balances in the epoch that then is paid for, once it is over.
            for (uint256 n = dice(4); n > 0; --n) {
                change();
            }
            uint256 silent = dice(5) == 0 ? dice(200) : 0;
            skipEpochs(1 + silent);
            // Where several epochs passed, only the last of them is paid for.
            if (silent > 0) standing = [held(alice), held(bob), held(stranger)];
            for (uint256 n = dice(3); n > 0; --n) {
                payAndDivide(standing);
                claimSome();
            }
            claimSome();
        }
        for (uint256 i; i < 3; ++i) {
            address staker = _stakers[i];
            uint256 rest = due(staker);
            assertEq(claim(staker), rest, "preview");
            assertEq(_paid[staker] + rest, _earned[staker] >> 64, "earned");
            assertEq(reward.balanceOf(staker), _earned[staker] >> 64, "balance");
        }
        assertEq(rewards.carried(pool, address(reward)), _carry, "carried");
        assertEq(_sum << 64, _earned[alice] + _earned[bob] + _earned[stranger] + _carry, "all of it");
    }

    function held(address staker) private view returns (uint256) {
        return vault.balanceOf(staker, pool);
    }

    function change() private {
        address staker = _stakers[dice(3)];
        uint256 kind = dice(3);
        uint256 shares = held(staker);
        if (kind == 0) {
            deposit(staker, operator, 1 + dice(2 ** 70));
        } else if (shares == 0) {
            return;
        } else if (kind == 1) {
            queue(staker, pool, dice(2) == 0 ? shares : 1 + dice(shares));
        } else {
            vm.prank(staker);
            vault.transfer(_stakers[dice(3)], pool, 1 + dice(shares));
        }
    }

    function payAndDivide(uint256[3] memory standing) private {
        uint256 total = standing[0] + standing[1] + standing[2];
        if (total == 0) return;
        uint256 amount = 1 + (dice(2) == 0 ? dice(2 ** 66) : dice(5));
        _sum += amount;
        pay(amount);
        uint256 scaled = (amount << 64) + _carry;
        _carry = scaled % total;
        for (uint256 i; i < 3; ++i) {
            _earned[_stakers[i]] += scaled / total * standing[i];
        }
    }

    function claimSome() private {
        if (dice(2) == 0) return;
        address staker = _stakers[dice(3)];
        Epoch through = dice(2) == 0 ? ALL : Epoch.wrap(dice(Epoch.unwrap(running()) + 1));
        _paid[staker] += claim(staker, pool, through);
        assertLe(_paid[staker], _earned[staker] >> 64, "never more");
    }

    function dice(uint256 sides) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % sides;
    }
}
