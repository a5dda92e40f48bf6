// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {GENERATION_MASK, PoolId} from "palisade/types/PoolId.sol";
import {GatedScene} from "../Gated.sol";

contract RenewTest is GatedScene {
    Epoch internal constant ZERO = Epoch.wrap(0);

    PoolId internal living;

    /// @dev 100,000 shares of which a slash leaves 20 units: 12 of alice, 6 of bob, 2 of the stranger.
    function setUp() public override {
        super.setUp();
        living = pool.atGeneration(1);
        deposit(alice, operator, 60_000);
        deposit(bob, operator, 30_000);
        deposit(stranger, operator, 10_000);
        cut(pool, 99_980, 100_000);
    }

    /* REVERTS */

    function test_RevertWhen_NotTheAllocationManager() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAllocationManager.selector, operator));
        vm.prank(operator);
        vault.renew(pool);
    }

    function test_RevertWhen_NotQuiteWornOut() public {
        PoolId other = vault.poolId(otherOperator, address(token));
        deposit(alice, otherOperator, 2 * 4096);
        cut(other, 4095, 4096);
        assertPool(other, 2, 2 * 4096);
        expectNotWornOut(other, 2, 2 * 4096);
        renew(other);
    }

    function test_RevertWhen_NothingIsStaked() public {
        PoolId other = vault.poolId(otherOperator, address(token));
        expectNotWornOut(other, 0, 0);
        renew(other);
    }

    function test_RevertWhen_PoolIsIdle() public {
        deposit(alice, address(0), unit);
        expectNotWornOut(idle, unit, unit);
        renew(idle);
    }

    function test_RevertWhen_GenerationsAreExhausted() public {
        vm.record();
        vault.poolId(operator, address(token));
        (bytes32[] memory reads,) = vm.accesses(address(vault));
        vm.store(address(vault), reads[0], vm.load(address(vault), reads[0]) | bytes32(GENERATION_MASK << 128));
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.GenerationsExhausted.selector, pool.atGeneration(GENERATION_MASK))
        );
        renew(pool);
    }

    /* EFFECTS */

    function test_RenewsJustBelowThatPrice() public {
        PoolId other = vault.poolId(otherOperator, address(token));
        deposit(alice, otherOperator, 2 * 4096 + 1);
        cut(other, 2 * 4096 - 1, 2 * 4096 + 1);
        assertPool(other, 2, 2 * 4096 + 1);
        renew(other);
        assertPool(other, 0, 0);
    }

    function test_EndsTheGenerationAndKeepsWhatIsLeft() public {
        vm.expectCall(address(token), "", 0);
        vm.expectEmit(address(vault));
        emit IStakeVault.PoolRenewed(pool, 20);
        renew(pool);

        assertEq(vault.poolId(operator, address(token)), living);
        (uint256 assets, uint256 shares, uint256 generation, Epoch since) = vault.poolState(pool);
        assertEq(assets, 0);
        assertEq(shares, 0);
        assertEq(generation, 1);
        assertEq(since, vault.currentEpoch());
        assertBucket(pool, ZERO, 20, 100_000);
        assertBucket(living, ZERO, 0, 0);
        assertEq(vault.balanceOf(alice, pool), 60_000);
        assertEq(vault.balanceOf(alice, living), 0);
    }

    function test_ChangesNoWorth() public {
        assertWorth(12, 6, 2);
        renew(pool);
        assertWorth(12, 6, 2);
        assertEq(vault.positionValue(living, alice), 0);
    }

    function test_CountsItsSharesInTheEpochsBefore() public {
        skipEpochs(1);
        renew(pool);
        deposit(alice, operator, 7);
        withdraw(alice, 60_000);
        skipEpochs(1);
        Epoch now_ = vault.currentEpoch();
        Epoch before = Epoch.wrap(Epoch.unwrap(now_) - 1);
        assertTotalAt(before, pool, 100_000);
        assertTotalAt(now_, living, 7);
        assertEq(vault.sharesAt(pool, alice, before), 60_000);
        assertEq(vault.sharesAt(pool, alice, now_), 0);
        assertEq(vault.sharesAt(pool, bob, now_), 30_000);
        assertEq(vault.sharesAt(living, alice, now_), 7);
    }

    function test_TakesDepositsThatDidNotFit() public {
        uint256 most = vault.MAX_ASSETS() - 20;
        fund(token, alice, most);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolWornOut.selector, pool, most));
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, most, 0);

        renew(pool);
        deposit(alice, operator, most);
        assertPool(living, most, most);
        assertEq(vault.positionValue(living, alice), most);
        assertWorth(12, 6, 2);
    }

    function test_RenewsAgainWhenTheNextGenerationIsWornOut() public {
        renew(pool);
        expectNotWornOut(living, 0, 0);
        renew(pool);

        deposit(bob, operator, 5000);
        cut(pool, 4999, 5000);
        renew(pool);
        assertEq(vault.poolId(operator, address(token)), pool.atGeneration(2));
        assertBucket(pool, ZERO, 20, 100_000);
        assertBucket(living, ZERO, 1, 5000);
        assertWorth(12, 6, 2);
        assertEq(vault.positionValue(living, bob), 1);
    }

    function test_AgreesWithTheAllocationManager() public {
        vm.prank(operator);
        manager.renew(operator, address(token));
        assertBudget(1e18, 0, 1);
        assertEq(vault.poolId(operator, address(token)), living);
    }

    /* WHAT IS LEFT: REVERTS */

    function test_RevertWhen_NeitherOwnerNorOperator() public {
        renew(pool);
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, operator));
        vault.withdraw(pool, 60_000, operator, alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, operator));
        vault.delegate(pool, 60_000, operator, 0, alice);
        vm.stopPrank();
    }

    function test_RevertWhen_MoreThanHeld() public {
        renew(pool);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, pool, bob, 30_000, 30_001));
        withdraw(bob, 30_001);
    }

    /// @dev 5,000 shares are a unit.
    function test_RevertWhen_SharesAreWorthNothing() public {
        renew(pool);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        withdraw(bob, 4999);
        assertEq(withdraw(bob, 5000), 1);
    }

    function test_RevertWhen_SharesAreZero() public {
        renew(pool);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        withdraw(bob, 0);
    }

    function test_RevertWhen_Queued() public {
        renew(pool);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGenerationEnded.selector, pool));
        queue(alice, pool, 60_000);
    }

    function test_RevertWhen_AllIsGone() public {
        renew(pool);
        withdraw(alice, 60_000);
        withdraw(bob, 30_000);
        withdraw(stranger, 10_000);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGenerationEnded.selector, pool));
        withdraw(alice, 1);
    }

    /* WHAT IS LEFT: EFFECTS */

    function test_IsWithdrawnAtOnceToTheLastUnit() public {
        renew(pool);
        assertEq(withdraw(alice, 29_999), 5, "5.9998, rounded down");
        assertBucket(pool, ZERO, 15, 70_001);
        assertWorth(6, 6, 2);
        assertEq(withdraw(bob, 30_000), 6);
        assertEq(withdraw(alice, 30_001), 6);
        assertEq(withdraw(stranger, 10_000), 3, "2 and what the others' rounding left");
        assertBucket(pool, ZERO, 0, 0);
        assertWorth(0, 0, 0);
        assertEq(token.balanceOf(address(vault)), 0);
        assertEq(token.balanceOf(alice) + token.balanceOf(bob) + token.balanceOf(stranger), 20);
    }

    function test_IsWithdrawnByAnOperatorOfTheOwner() public {
        renew(pool);
        vm.prank(alice);
        vault.setOperator(recipient, true);
        uint256 before = token.balanceOf(recipient);
        vm.prank(recipient);
        assertEq(vault.withdraw(pool, 60_000, recipient, alice), 12);
        assertEq(token.balanceOf(recipient), before + 12);
    }

    function test_IsDelegatedAtOnce() public {
        renew(pool);
        assertEq(delegate(alice, 20_000, operator), 4, "into the next generation of its own pool");
        assertEq(delegate(alice, 20_000, otherOperator), 4);
        assertEq(delegate(alice, 20_000, address(0)), 4);
        assertEq(vault.positionValue(living, alice), 4);
        assertEq(vault.positionValue(vault.poolId(otherOperator, address(token)), alice), 4);
        assertEq(vault.positionValue(idle, alice), 4);
        assertBucket(pool, ZERO, 8, 40_000);
        assertEq(vault.balanceOf(alice, pool), 0);
    }

    function test_AsksForAnApprovalOnItsWayIntoAGatedPool() public {
        renew(pool);
        expectNotAdmitted(alice, 0);
        delegate(alice, 60_000, gate);
        admit(alice, vm.getBlockTimestamp());
        assertEq(delegate(alice, 60_000, gate), 12);
    }

    function test_IsReachedByNoSlash() public {
        renew(pool);
        (uint256 inPool, uint256 inNext, uint256 inLast) = vault.slashable(pool);
        assertEq(inPool + inNext + inLast, 0);
        deposit(alice, operator, 100);
        assertEq(cut(pool, 1, 2), 50);
        assertEq(cut(pool, 1, 1), 50);
        assertWorth(12, 6, 2);
        assertEq(withdraw(alice, 60_000), 12);
    }

    /// @dev Three holders of any size take any parts in turns, then all that they still have.
    function testFuzz_IsPaidOutRoundedDown(uint256[3] memory held, uint256 worn, uint256 seed) public {
        PoolId other = vault.poolId(otherOperator, address(token));
        uint256 total;
        for (uint256 k; k < 3; ++k) {
            held[k] = bound(held[k], 2000, 2 ** 80);
            deposit(holder(k), otherOperator, held[k]);
            total += held[k];
        }
        uint256 rest = bound(worn, 1, (total - 1) / 4096);
        cut(other, total - rest, total);
        assertPool(other, rest, total);
        renew(other);

        uint256 paid;
        for (uint256 i; i < 8; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            paid += takeSome(other, dice % 3, (dice >> 8) % (1 + vault.balanceOf(holder(dice % 3), other)));
        }
        for (uint256 k; k < 3; ++k) {
            paid += takeSome(other, k, vault.balanceOf(holder(k), other));
        }
        (uint256 assets, uint256 shares) = vault.bucketOf(other, ZERO);
        assertEq(paid, rest - assets, "no more than there was");
        if (shares == 0) assertEq(paid, rest, "the last one gets the rest");
        assertEq(shares > 0, assets > 0);
        assertEq(token.balanceOf(address(vault)), 20 + rest - paid);
    }

    /// @dev Withdraws where that is worth something, and sees to it that nobody else loses.
    function takeSome(PoolId other, uint256 k, uint256 part) internal returns (uint256 paid) {
        (uint256 assets, uint256 shares) = vault.bucketOf(other, ZERO);
        if (shares == 0 || part * assets / shares == 0) return 0;
        uint256 nextOne = vault.positionValue(other, holder((k + 1) % 3));
        uint256 thirdOne = vault.positionValue(other, holder((k + 2) % 3));
        vm.prank(holder(k));
        paid = vault.withdraw(other, part, holder(k), holder(k));
        assertEq(paid, part * assets / shares, "rounded down");
        assertGe(vault.positionValue(other, holder((k + 1) % 3)), nextOne);
        assertGe(vault.positionValue(other, holder((k + 2) % 3)), thirdOne);
    }

    function holder(uint256 k) internal view returns (address) {
        return k == 0 ? alice : k == 1 ? bob : stranger;
    }

    /* EXITS QUEUED BEFORE */

    function test_QueuedExitsKeepTheirDay() public {
        (Epoch ripe,) = queue(alice, pool, 25_000);
        renew(pool);
        skipToEnd(1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ExitNotRipe.selector, ripe, vault.currentEpoch()));
        complete(alice, pool, ripe);
        skipEpochs(1);
        assertEq(complete(alice, pool, ripe), 5);
    }

    function test_QueuedExitsKeepTheirWorth() public {
        (Epoch next,) = queue(alice, pool, 20_000);
        skipEpochs(1);
        (Epoch last,) = queue(bob, pool, 10_000);
        renew(pool);
        assertEq(vault.exitValue(pool, next, alice), 4);
        assertEq(vault.exitValue(pool, last, bob), 2);
        assertWorth(8, 4, 2);
        skipEpochs(2);
        assertEq(redelegate(alice, pool, next, operator), 4);
        assertEq(complete(bob, pool, last), 2);
    }

    function test_QueuedExitsAreReachedByNoSlash() public {
        (Epoch next,) = queue(alice, pool, 20_000);
        skipEpochs(1);
        (Epoch last,) = queue(bob, pool, 10_000);
        renew(pool);
        deposit(stranger, operator, 100);
        queue(stranger, living, 50);
        assertEq(cut(pool, 1, 2), 50, "of the living generation alone");
        assertEq(cut(pool, 1, 1), 50);
        assertBucket(pool, next, 4, 4);
        assertBucket(pool, last, 2, 2);
    }

    /* OTHER GENERATIONS */

    function test_RevertWhen_ASlashEndedTheGeneration() public {
        cut(pool, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGenerationEnded.selector, pool));
        withdraw(alice, 60_000);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGenerationEnded.selector, pool));
        delegate(alice, 60_000, otherOperator);
    }

    function test_RevertWhen_TheGenerationLives() public {
        renew(pool);
        deposit(alice, operator, unit);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolIsAtRisk.selector, living));
        vault.withdraw(living, unit, alice, alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolIsAtRisk.selector, living));
        vault.delegate(living, unit, otherOperator, 0, alice);
        vm.stopPrank();
    }

    /* INTERNAL */

    function renew(PoolId key) internal {
        vm.prank(address(manager));
        vault.renew(key);
    }

    function withdraw(address owner, uint256 shares) internal returns (uint256) {
        vm.prank(owner);
        return vault.withdraw(pool, shares, owner, owner);
    }

    function delegate(address owner, uint256 shares, address to) internal returns (uint256) {
        vm.prank(owner);
        return vault.delegate(pool, shares, to, 0, owner);
    }

    function assertWorth(uint256 ofAlice, uint256 ofBob, uint256 ofStranger) internal view {
        assertEq(vault.positionValue(pool, alice), ofAlice, "alice");
        assertEq(vault.positionValue(pool, bob), ofBob, "bob");
        assertEq(vault.positionValue(pool, stranger), ofStranger, "stranger");
    }

    function assertTotalAt(Epoch epoch, PoolId expected, uint256 shares) internal view {
        (PoolId generation, uint256 actual) = vault.totalSharesAt(pool, epoch);
        assertEq(generation, expected);
        assertEq(actual, shares, "total");
    }
}
