// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {GatedScene} from "../Gated.sol";

contract TransferTest is GatedScene {
    uint256 internal first;

    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 10 * unit);
        first = Epoch.unwrap(vault.currentEpoch());
    }

    /* REVERTS */

    function test_RevertWhen_ReceiverIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, address(0)));
        give(alice, address(0), unit);
    }

    function test_RevertWhen_ReceiverIsTheVault() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, vault));
        give(alice, address(vault), unit);
    }

    function test_RevertWhen_PoolIsGated() public {
        admit(alice, vm.getBlockTimestamp());
        deposit(alice, gate, unit);
        admit(bob, vm.getBlockTimestamp());
        expectGated(gated, 1);
        expectGated(gated, 0);
        cut(gated, 1, 1);
        expectGated(gated, 1);
        admit(alice, vm.getBlockTimestamp());
        deposit(alice, gate, unit);
        expectGated(gated.atGeneration(1), 1);
    }

    function test_RevertWhen_MoreThanHeld() public {
        deposit(bob, operator, unit);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, pool, alice, 10 * unit, 10 * unit + 1)
        );
        give(alice, bob, 10 * unit + 1);
    }

    /* EFFECTS */

    function test_MovesSharesAndNothingElse() public {
        (uint256 assets, uint256 shares,, Epoch since) = vault.poolState(pool);
        skipEpochs(1);
        vm.expectCall(address(token), "", 0);
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(alice, alice, bob, pool, 4 * unit);
        vm.prank(alice);
        assertTrue(vault.transfer(bob, pool, 4 * unit));

        assertEq(vault.balanceOf(alice, pool), 6 * unit);
        assertEq(vault.balanceOf(bob, pool), 4 * unit);
        assertPool(pool, assets, shares);
        (,,, Epoch still) = vault.poolState(pool);
        assertEq(still, since);
    }

    function test_TheReceiverOwnsThem() public {
        give(alice, bob, 10 * unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, pool, alice, 0, 1));
        queue(alice, pool, 1);

        cut(pool, 1, 10);
        (Epoch epoch, uint256 assets) = queueAll(bob, pool);
        assertEq(assets, 9 * unit);
        skipEpochs(2);
        assertEq(complete(bob, pool, epoch), 9 * unit);
    }

    function test_RevertWhen_TheAmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        give(alice, bob, 0);
    }

    function testFuzz_LeavesWhoSendsToItself(uint256 amount) public {
        amount = bound(amount, 1, 10 * unit);
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(alice, alice, alice, pool, amount);
        give(alice, alice, amount);
        assertEq(vault.balanceOf(alice, pool), 10 * unit);
        (Epoch epoch, uint256 assets) = queueAll(alice, pool);
        assertEq(assets, 10 * unit);
        assertEq(vault.exitOf(pool, epoch, alice), 10 * unit);
    }

    function test_MovesIdleStake() public {
        deposit(alice, address(0), unit);
        vm.prank(alice);
        vault.transfer(bob, idle, unit);
        vm.prank(bob);
        assertEq(vault.withdraw(idle, unit, bob, bob), unit);
    }

    function test_MovesSharesOfAGenerationThatASlashEnded() public {
        cut(pool, 1, 1);
        deposit(bob, operator, unit);
        give(alice, bob, 10 * unit);
        assertEq(vault.balanceOf(bob, pool), 10 * unit);
        assertEq(vault.positionValue(pool, bob), 0);
        PoolId living = pool.atGeneration(1);
        assertEq(vault.balanceOf(bob, living), unit, "the living generation is another id");
        assertEq(vault.positionValue(living, bob), unit);
    }

    /// @dev 10,000 units of which 2 are left.
    function test_MovesWhatIsLeftOfARenewedGeneration() public {
        queueAll(alice, pool);
        deposit(alice, operator, 10_000);
        cut(pool, 9998, 10_000);
        vm.prank(address(manager));
        vault.renew(pool);
        give(alice, bob, 5000);
        assertEq(vault.positionValue(pool, alice), 1);
        assertEq(vault.positionValue(pool, bob), 1);
        vm.prank(bob);
        assertEq(vault.withdraw(pool, 5000, bob, bob), 1);
    }

    function test_LeavesQueuedExits() public {
        (Epoch epoch,) = queue(alice, pool, 3 * unit);
        give(alice, bob, 7 * unit);
        assertEq(vault.exitOf(pool, epoch, alice), 3 * unit);
        assertEq(vault.exitOf(pool, epoch, bob), 0);
    }

    function test_WhateverIsPausedOrClosed() public {
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(vault, Pausable(i), 3 days);
        }
        vm.prank(operator);
        vault.close();
        give(alice, bob, unit);
        assertEq(vault.balanceOf(bob, pool), unit);
    }

    function testFuzz_BothSidesTogetherAreWorthTheSame(uint256 held, uint256 taken, uint256 amount) public {
        held = bound(held, 1, 2 ** 60);
        taken = bound(taken, 0, 1e18 - 1);
        deposit(bob, operator, held);
        cut(pool, taken, 1e18);
        amount = bound(amount, 1, held);
        (uint256 assets, uint256 shares,,) = vault.poolState(pool);
        uint256 others = vault.positionValue(pool, alice);

        give(bob, stranger, amount);
        assertPool(pool, assets, shares);
        assertEq(vault.balanceOf(bob, pool), held - amount);
        assertEq(vault.balanceOf(stranger, pool), amount);
        assertEq(vault.positionValue(pool, alice), others);
        uint256 worth = vault.positionValue(pool, bob) + vault.positionValue(pool, stranger);
        assertLe(worth, held * assets / shares);
        assertGe(worth + 1, held * assets / shares, "a unit is lost in two conversions at most");
    }

    /* HISTORY */

    function test_HistoryOfBothSides() public {
        skipEpochs(1);
        give(alice, bob, 4 * unit);
        skipEpochs(2);
        give(bob, alice, unit);
        skipEpochs(1);
        give(alice, bob, 7 * unit);
        skipEpochs(1);

        uint8[6] memory expected = [0, 10, 6, 6, 7, 0];
        for (uint256 i; i < expected.length; ++i) {
            assertHeldAt(alice, i, expected[i] * unit);
            assertHeldAt(bob, i, i == 0 ? 0 : (10 - expected[i]) * unit);
        }
    }

    function test_HistoryIsWhatTheLastTransferOfAnEpochLeft() public {
        skipEpochs(1);
        give(alice, bob, 9 * unit);
        give(bob, alice, 3 * unit);
        give(alice, bob, unit);
        skipEpochs(1);
        assertHeldAt(alice, 1, 10 * unit);
        assertHeldAt(bob, 1, 0);
        assertHeldAt(alice, 2, 3 * unit);
        assertHeldAt(bob, 2, 7 * unit);
    }

    function test_HistoryOfWhoSendsToItself() public {
        for (uint256 i; i < 4; ++i) {
            skipEpochs(1);
            give(alice, alice, (i + 1) * unit);
            give(alice, alice, 10 * unit);
        }
        skipEpochs(1);
        assertHeldAt(alice, 0, 0);
        for (uint256 i = 1; i < 6; ++i) {
            assertHeldAt(alice, i, 10 * unit);
        }
    }

    /// @dev Against what was written down: up to four transfers, between any two of three or to oneself, in each of
    /// eight epochs. The pool's total never moves.
    function testFuzz_AnyHistory(uint256 seed) public {
        address[3] memory who = [alice, bob, stranger];
        uint256[3][9] memory expected;
        for (uint256 i; i < 8; ++i) {
            for (uint256 j; j < 4; ++j) {
                uint256 dice = uint256(keccak256(abi.encode(seed, i, j)));
                address from = who[dice % 3];
                uint256 held = vault.balanceOf(from, pool);
                if (dice % 5 > 1 && held > 0) give(from, who[(dice >> 8) % 3], 1 + (dice >> 16) % held);
            }
            for (uint256 k; k < 3; ++k) {
                expected[i + 1][k] = vault.balanceOf(who[k], pool);
            }
            skipEpochs(1);
        }
        for (uint256 i; i < 9; ++i) {
            uint256 sum;
            for (uint256 k; k < 3; ++k) {
                assertHeldAt(who[k], i, expected[i][k]);
                sum += expected[i][k];
            }
            (, uint256 total) = vault.totalSharesAt(pool, Epoch.wrap(first + i));
            assertEq(total, sum);
        }
    }

    /* INTERNAL */

    function give(address from, address to, uint256 amount) internal {
        vm.prank(from);
        vault.transfer(to, pool, amount);
    }

    function expectGated(PoolId id, uint256 amount) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGated.selector, id));
        vm.prank(alice);
        vault.transfer(bob, id, amount);
    }

    /// @dev At the first instant of the epoch `i` after the first.
    function assertHeldAt(address owner, uint256 i, uint256 shares) internal view {
        assertEq(vault.sharesAt(pool, owner, Epoch.wrap(first + i)), shares, vm.toString(i));
    }
}
