// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Epoch} from "palisade/types/Epoch.sol";
import {Bucket, BucketMath, Checkpoint, Pool, PoolMath, Position} from "palisade/types/Pool.sol";

contract PoolTest is Test {
    function testFuzz_Pool(uint104 assets, uint104 shares, uint24 generation, uint24 since) public pure {
        assertPool(PoolMath.pack(assets, shares, generation, Epoch.wrap(since)), assets, shares, generation, since);
    }

    function testFuzz_PoolLess(uint104 assets, uint104 by, uint104 shares, uint24 generation, uint24 since)
        public
        pure
    {
        vm.assume(by <= assets);
        Pool p = PoolMath.pack(assets, shares, generation, Epoch.wrap(since)).less(by);
        assertPool(p, assets - by, shares, generation, since);
    }

    function testFuzz_Bucket(uint104 assets, uint104 by, uint152 shares) public pure {
        vm.assume(by <= assets);
        Bucket b = BucketMath.pack(assets, shares).less(by);
        assertEq(b.assets(), assets - by);
        assertEq(b.shares(), shares);
    }

    function testFuzz_PositionKeepsWhatWasBeforeItsEpoch(uint104[5] memory shares, uint24 first, uint24 second)
        public
        pure
    {
        vm.assume(0 < first && first < second);
        Position p = Position.wrap(0).changed(shares[0], Epoch.wrap(first)).changed(shares[1], Epoch.wrap(first));
        assertPosition(p, shares[1], first, 0, 0);
        p = p.changed(shares[2], Epoch.wrap(second));
        assertPosition(p, shares[2], second, shares[1], first);
        p = p.changed(shares[3], Epoch.wrap(second));
        assertPosition(p, shares[3], second, shares[1], first);
        p = p.changed(shares[4], Epoch.wrap(uint256(second) % (2 ** 24 - 1) + 1));
        if (second < 2 ** 24 - 1) assertPosition(p, shares[4], second + 1, shares[3], second);
    }

    function assertPool(Pool p, uint256 assets, uint256 shares, uint256 generation, uint256 since) internal pure {
        Checkpoint c = p.checkpoint();
        assertEq(p.assets(), assets, "assets");
        assertEq(c.shares(), shares, "shares");
        assertEq(c.generation(), generation, "generation");
        assertEq(Epoch.unwrap(c.since()), since, "since");
    }

    function assertPosition(Position p, uint256 shares, uint256 since, uint256 previous, uint256 previousSince)
        internal
        pure
    {
        assertEq(p.shares(), shares, "shares");
        assertEq(Epoch.unwrap(p.since()), since, "since");
        assertEq(p.previous().shares(), previous, "previous shares");
        assertEq(Epoch.unwrap(p.previous().since()), previousSince, "previous since");
    }
}
