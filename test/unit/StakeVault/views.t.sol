// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Scene} from "../Scene.sol";

contract VaultViewsTest is Scene {
    function test_SlashableIsThePoolAndItsTwoUnripeBuckets() public {
        deposit(alice, operator, 100);
        queue(alice, pool, 40);
        assertSlashable(60, 0, 40);
        skipEpochs(1);
        queue(alice, pool, 10);
        assertSlashable(50, 40, 10);
        skipEpochs(1);
        assertSlashable(50, 10, 0);
    }

    function test_SlashableOfAnEndedGenerationIsThatOfTheLiving() public {
        deposit(alice, operator, 100);
        queue(alice, pool, 40);
        cut(pool, 1, 1);
        deposit(alice, operator, 7);
        assertSlashable(7, 0, 0);
    }

    function test_AssetsOfManyPools() public {
        deposit(alice, operator, 10);
        deposit(alice, otherOperator, 20);
        PoolId[] memory pools = new PoolId[](3);
        (pools[0], pools[1], pools[2]) = (vault.poolId(otherOperator, address(token)), pool, idle);
        uint256[] memory assets = vault.assetsOf(pools);
        assertEq(assets[0], 20);
        assertEq(assets[1], 10);
        assertEq(assets[2], 0);
    }

    function test_PositionValueRoundsDown() public {
        deposit(alice, operator, 10);
        deposit(bob, operator, 10);
        cut(pool, 1, 20);
        assertEq(vault.positionValue(pool, alice), 9, "10 of 20 shares in 19");
        (, uint256 queued) = queueAll(alice, pool);
        assertEq(queued, 9);
        assertEq(vault.positionValue(pool, bob), 10);
    }

    function test_ValuesOfNobodyAreZero() public view {
        assertEq(vault.positionValue(pool, stranger), 0);
        assertEq(vault.exitValue(pool, vault.currentEpoch(), stranger), 0);
        (address whose, address what) = vault.poolOf(pool);
        assertEq(whose, address(0));
        assertEq(what, address(0));
    }

    function test_TheClockTurnsInTheFirstSecond() public {
        Epoch epoch = vault.currentEpoch();
        skipToEnd(0);
        assertEq(vault.currentEpoch(), epoch);
        vm.warp(vm.getBlockTimestamp() + 1);
        assertEq(vault.currentEpoch(), epoch.plus(1));
        assertEq(manager.currentEpoch(), epoch.plus(1));
    }

    function assertSlashable(uint256 inPool, uint256 inNext, uint256 inLast) internal view {
        (uint256 a, uint256 b, uint256 c) = vault.slashable(pool);
        assertEq(a, inPool, "pool");
        assertEq(b, inNext, "next");
        assertEq(c, inLast, "last");
    }
}
