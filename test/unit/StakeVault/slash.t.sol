// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {GENERATION_MASK, PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken, PausableToken, RefusingToken, SilentToken} from "../../mocks/OddTokens.sol";
import {Scene} from "../Scene.sol";

contract VaultSlashTest is Scene {
    /// @dev What has ripened, what ripens in the next epoch, and in the one after it.
    Epoch internal ripe;
    Epoch internal next;
    Epoch internal last;

    /// @dev 100 in the pool, 30 ripe, 20 in the next bucket, 10 in the last.
    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 160);
        (ripe,) = queue(alice, pool, 30);
        skipEpochs(1);
        (next,) = queue(alice, pool, 20);
        skipEpochs(1);
        (last,) = queue(alice, pool, 10);
        assertEq(last, vault.currentEpoch().plus(2));
    }

    function test_RevertWhen_NotTheAllocationManager() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAllocationManager.selector, authority));
        vm.prank(authority);
        vault.slash(pool, HALF, WHOLE, address(token), recipient);
    }

    /// @dev An eighth: 12.5, 2.5 and 1.25, each rounded down.
    function test_TakesOneFractionOfThePoolAndItsUnripeBuckets() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(pool, 12, 2, 1);
        assertEq(cut(pool, 1, 8), 15);

        assertEq(token.balanceOf(recipient), 15);
        assertPool(pool, 88, 100);
        assertBucket(pool, ripe, 30, 30);
        assertBucket(pool, next, 18, 20);
        assertBucket(pool, last, 9, 10);
    }

    function test_TakesAFractionOfWhatIsLeft() public {
        assertEq(cut(pool, 0.25e18, 0.5e18), 65);
        assertPool(pool, 50, 100);
    }

    function test_MovesNothingWhereTheFractionIsTooSmall() public {
        vm.recordLogs();
        vm.expectCall(address(token), "", 0);
        assertEq(cut(pool, 1, 1e18), 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertPool(pool, 100, 100);
    }

    function test_MovesNothingWhereNothingIs() public {
        PoolId empty = vault.poolId(otherOperator, address(token));
        assertEq(cut(empty, 1, 1), 0);
        assertEq(vault.poolId(otherOperator, address(token)), empty);
    }

    function test_ReachesBucketsOfAnEmptyPool() public {
        queueAll(alice, pool);
        assertEq(cut(pool, 1, 2), 10 + 55);
    }

    function test_TheLastUnitOfAPoolOutlivesAllButATotalSlash() public {
        cut(pool, 1e18 - 1, 1e18);
        assertPool(pool, 1, 100);
        assertEq(cut(pool, 1e18 - 1, 1e18), 0);
        assertPool(pool, 1, 100);
    }

    /* TOTAL */

    function test_ATotalSlashEndsTheGeneration() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(pool, 100, 20, 10);
        vm.expectEmit(address(vault));
        emit IStakeVault.GenerationEnded(pool);
        assertEq(cut(pool, 5, 5), 130);

        PoolId living = pool.atGeneration(1);
        assertEq(vault.poolId(operator, address(token)), living);
        (uint256 assets, uint256 shares, uint256 generation, Epoch since) = vault.poolState(pool);
        assertEq(assets, 0);
        assertEq(shares, 0);
        assertEq(generation, 1);
        assertEq(since, vault.currentEpoch());
        assertEq(vault.positionValue(pool, alice), 0);
        assertEq(vault.balanceOf(alice, living), 0);
    }

    function test_ATotalSlashTakesNothingFromRipeExits() public {
        cut(pool, 5, 5);
        assertEq(vault.exitValue(pool, ripe, alice), 30);
        assertEq(vault.exitValue(pool, next, alice), 0);
        assertEq(vault.exitValue(pool, last, alice), 0);
    }

    function test_AnEndedGenerationNeverTouchesNewMoney() public {
        cut(pool, 1, 1);
        deposit(bob, operator, 40);
        assertEq(cut(pool, 1, 4), 10, "of the living generation, named by its key");
        assertEq(vault.positionValue(pool.atGeneration(1), bob), 30);
        assertEq(vault.positionValue(pool, alice), 0);
        assertEq(vault.exitValue(pool, next, alice), 0);
    }

    function test_RevertWhen_GenerationsAreExhausted() public {
        vm.record();
        vault.poolId(operator, address(token));
        (bytes32[] memory reads,) = vm.accesses(address(vault));
        bytes32 slot = reads[0];
        vm.store(address(vault), slot, vm.load(address(vault), slot) | bytes32(GENERATION_MASK << 128));
        PoolId lastOne = vault.poolId(operator, address(token));
        assertEq(lastOne.generation(), GENERATION_MASK);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.GenerationsExhausted.selector, lastOne));
        cut(pool, 1, 1);
    }

    /* RECIPIENT */

    function test_BurnsWithoutARecipient() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(pool, 50, 10, 5);
        assertEq(cut(token, pool, 1, 2, address(0)), 65);
        assertEq(token.balanceOf(vault.BURN_ADDRESS()), 65);
    }

    function test_CreditsARecipientThatIsBlocked() public {
        BlocklistToken blocklist = new BlocklistToken();
        blocklist.setBlocked(recipient, true);
        (PoolId of_,) = deposit(IMintable(address(blocklist)), alice, operator, unit);
        assertCredits(IMintable(address(blocklist)), of_);
    }

    function test_CreditsAddUp() public {
        BlocklistToken blocklist = new BlocklistToken();
        (PoolId of_,) = deposit(IMintable(address(blocklist)), alice, operator, 100);
        blocklist.setBlocked(recipient, true);
        cut(IMintable(address(blocklist)), of_, 1, 4, recipient);
        cut(IMintable(address(blocklist)), of_, 1, 5, recipient);
        assertEq(vault.creditOf(address(blocklist), recipient), 25 + 15);
    }

    function test_CreditsWhenTheTokenIsPaused() public {
        PausableToken pausable = new PausableToken();
        (PoolId of_,) = deposit(IMintable(address(pausable)), alice, operator, unit);
        pausable.setPaused(true);
        assertCredits(IMintable(address(pausable)), of_);
    }

    function test_CreditsWhenTheTokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        (PoolId of_,) = deposit(IMintable(address(refusing)), alice, operator, unit);
        refusing.refuse(true);
        assertCredits(IMintable(address(refusing)), of_);
    }

    function test_PaysATokenThatReturnsNothing() public {
        IMintable silent = IMintable(address(new SilentToken()));
        (PoolId of_,) = deposit(silent, alice, operator, unit);
        cut(silent, of_, 1, 2, recipient);
        assertEq(silent.balanceOf(recipient), unit / 2);
    }

    function testFuzz_TakesNoMoreThanItsFraction(uint256 amount, uint256 taken, uint256 left) public {
        amount = boundAmount(amount);
        left = bound(left, 1, 1e18);
        taken = bound(taken, 1, left);
        (PoolId of_,) = deposit(bob, otherOperator, amount);
        uint256 assets = cut(of_, taken, left);
        assertEq(assets, amount * taken / left);
        assertEq(token.balanceOf(address(vault)), 160 + amount - assets);
        assertEq(vault.positionValue(of_, bob), amount - assets);
    }

    /* INTERNAL */

    function assertCredits(IMintable asset, PoolId of_) internal {
        vm.expectEmit(address(vault));
        emit IStakeVault.Credited(address(asset), recipient, unit / 2);
        assertEq(cut(asset, of_, 1, 2, recipient), unit / 2);
        assertEq(vault.creditOf(address(asset), recipient), unit / 2);
        assertEq(asset.balanceOf(address(vault)), unit);
        assertPool(of_, unit / 2, unit);
    }
}
