// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Checkpoint} from "palisade/types/Pool.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Scene} from "../Scene.sol";

contract HistoryTest is Scene {
    uint256 internal first;

    function setUp() public override {
        super.setUp();
        first = Epoch.unwrap(vault.currentEpoch());
    }

    /* POSITION */

    function test_RevertWhen_PositionInAnEpochNotBegun() public {
        Epoch now_ = vault.currentEpoch();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.EpochNotBegun.selector, now_.plus(1), now_));
        vault.sharesAt(pool, alice, now_.plus(1));
    }

    function test_PositionCountsFromTheNextEpoch() public {
        deposit(alice, operator, 5);
        assertEq(vault.sharesAt(pool, alice, vault.currentEpoch()), 0);
        skipEpochs(1);
        assertEq(vault.sharesAt(pool, alice, vault.currentEpoch()), 5);
    }

    function test_PositionIsWhatTheLastChangeOfAnEpochLeft() public {
        deposit(alice, operator, 5);
        deposit(alice, operator, 6);
        queue(alice, pool, 1);
        skipEpochs(1);
        assertEq(vault.sharesAt(pool, alice, vault.currentEpoch()), 10);
    }

    /// @dev Changes in the epochs 1, 2, 4, 5 and 9 from the first: the third change files what the position cannot hold.
    function test_PositionOverManyEpochs() public {
        deposit(alice, operator, 1);
        skipEpochs(1);
        deposit(alice, operator, 1);
        skipEpochs(2);
        deposit(alice, operator, 1);
        skipEpochs(1);
        queue(alice, pool, 3);
        skipEpochs(4);
        deposit(alice, operator, 7);
        skipEpochs(1);

        uint8[10] memory expected = [0, 1, 2, 2, 3, 0, 0, 0, 0, 7];
        for (uint256 i; i < expected.length; ++i) {
            assertEq(vault.sharesAt(pool, alice, Epoch.wrap(first + i)), expected[i], vm.toString(i));
        }
        assertEq(vault.sharesAt(pool, alice, Epoch.wrap(0)), 0);
    }

    function test_ASlashChangesNoShares() public {
        deposit(alice, operator, 10);
        skipEpochs(1);
        cut(pool, 1, 2);
        skipEpochs(1);
        assertEq(vault.sharesAt(pool, alice, vault.currentEpoch()), 10);
        assertTotalAt(2, pool, 10);
    }

    /* SPANS */

    function test_RevertWhen_ASpanEndsInAnEpochNotBegun() public {
        Epoch now_ = vault.currentEpoch();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.EpochNotBegun.selector, now_.plus(1), now_));
        vault.historyOf(pool, alice, now_, now_.plus(1));
    }

    function test_ASpanOfWhoNeverHeld() public view {
        Checkpoint[] memory held = vault.historyOf(pool, alice, Epoch.wrap(0), vault.currentEpoch());
        assertEq(held.length, 1);
        assertEq(Checkpoint.unwrap(held[0]), 0);
    }

    /// @dev What changes in the running epoch does not count yet.
    function test_ASpanUpToTheRunningEpoch() public {
        deposit(alice, operator, 5);
        skipEpochs(2);
        deposit(alice, operator, 6);
        Checkpoint[] memory held = vault.historyOf(pool, alice, Epoch.wrap(first), vault.currentEpoch());
        assertEq(held.length, 2);
        assertEq(held[0].shares(), 5);
        assertEq(held[0].since(), Epoch.wrap(first));
        assertEq(Checkpoint.unwrap(held[1]), 0);
    }

    /// @dev Nothing but the balance in force at its end.
    function test_ASpanThatEndsBeforeItBegins() public {
        deposit(alice, operator, 5);
        skipEpochs(1);
        deposit(alice, operator, 6);
        skipEpochs(1);
        Checkpoint[] memory held = vault.historyOf(pool, alice, Epoch.wrap(first + 2), Epoch.wrap(first + 1));
        assertEq(held.length, 1);
        assertEq(held[0].shares(), 5);
    }

    /// @dev Each balance once, newest first, and no more than the span needs: every span against what was written down.
    function testFuzz_EverySpan(uint256 seed) public {
        uint256[7] memory expected;
        for (uint256 i; i < 6; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 held = vault.balanceOf(alice, pool);
            if (dice % 3 == 0) deposit(alice, operator, 1 + dice % 1000);
            if (dice % 3 == 1 && held > 0) queue(alice, pool, 1 + dice % held);
            expected[i + 1] = vault.balanceOf(alice, pool);
            skipEpochs(1);
        }
        for (uint256 to; to < 7; ++to) {
            for (uint256 from; from <= to; ++from) {
                assertSpan(first + from, first + to, expected);
            }
        }
    }

    function assertSpan(uint256 from, uint256 to, uint256[7] memory expected) internal view {
        Checkpoint[] memory held = vault.historyOf(pool, alice, Epoch.wrap(from), Epoch.wrap(to));
        uint256 i;
        for (uint256 epoch = to; epoch >= from; --epoch) {
            // The next one is in force from the epoch after which this one came, downwards.
            if (i + 1 < held.length && Epoch.unwrap(held[i].since()) >= epoch) ++i;
            assertLt(Epoch.unwrap(held[i].since()), epoch, "in force");
            assertEq(held[i].shares(), expected[epoch - first], "shares");
        }
        assertEq(i + 1, held.length, "no more");
    }

    /* TOTAL */

    function test_RevertWhen_TotalInAnEpochNotBegun() public {
        Epoch now_ = vault.currentEpoch();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.EpochNotBegun.selector, now_.plus(1), now_));
        vault.totalSharesAt(pool, now_.plus(1));
    }

    function test_TotalOverManyEpochs() public {
        deposit(alice, operator, 1);
        deposit(bob, operator, 1);
        skipEpochs(2);
        deposit(bob, operator, 3);
        skipEpochs(1);
        queueAll(bob, pool);
        skipEpochs(3);

        uint8[7] memory expected = [0, 2, 2, 5, 1, 1, 1];
        for (uint256 i; i < expected.length; ++i) {
            assertTotalAt(i, pool, expected[i]);
        }
    }

    function test_TotalAcrossGenerations() public {
        deposit(alice, operator, 5);
        skipEpochs(2);
        cut(pool, 1, 1);
        skipEpochs(1);
        deposit(alice, operator, 7);
        skipEpochs(1);
        deposit(alice, operator, 2);
        skipEpochs(1);

        assertTotalAt(0, pool, 0);
        assertTotalAt(1, pool, 5);
        assertTotalAt(2, pool, 5);
        assertTotalAt(3, pool.atGeneration(1), 0);
        assertTotalAt(4, pool.atGeneration(1), 7);
        assertTotalAt(5, pool.atGeneration(1), 9);
        assertEq(vault.sharesAt(pool, alice, Epoch.wrap(first + 2)), 5);
        assertEq(vault.sharesAt(pool.atGeneration(1), alice, Epoch.wrap(first + 5)), 9);
    }

    function test_AGenerationOfOneEpochNeverShows() public {
        deposit(alice, operator, 5);
        skipEpochs(1);
        cut(pool, 1, 1);
        deposit(alice, operator, 7);
        cut(pool, 1, 1);
        skipEpochs(1);
        assertTotalAt(1, pool, 5);
        assertTotalAt(2, pool.atGeneration(2), 0);
    }

    /// @dev Against what was written down: at most one deposit or exit in each of 12 epochs.
    function testFuzz_AnyHistory(uint256 seed) public {
        uint256[13] memory expected;
        for (uint256 i; i < 12; ++i) {
            uint256 held = expected[i];
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            if (dice % 3 == 0) deposit(alice, operator, 1 + dice % 1000);
            if (dice % 3 == 1 && held > 0) queue(alice, pool, 1 + dice % held);
            expected[i + 1] = vault.balanceOf(alice, pool);
            skipEpochs(1);
        }
        for (uint256 i; i < 13; ++i) {
            assertEq(vault.sharesAt(pool, alice, Epoch.wrap(first + i)), expected[i], "position");
            assertTotalAt(i, pool, expected[i]);
        }
    }

    function assertTotalAt(uint256 i, PoolId expectedPool, uint256 expectedShares) internal view {
        (PoolId generation, uint256 shares) = vault.totalSharesAt(pool, Epoch.wrap(first + i));
        assertEq(generation, expectedPool);
        assertEq(shares, expectedShares, vm.toString(i));
    }
}
