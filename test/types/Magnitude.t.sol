// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Magnitude, Wad, max, min} from "palisade/types/Magnitude.sol";

contract MagnitudeTest is Test {
    function testFuzz_MulDownNeverTakesMore(uint256 a, uint256 fraction) public pure {
        a = bound(a, 0, 2 ** 112 - 1);
        fraction = bound(fraction, 0, 1e18);
        uint256 product = Magnitude.unwrap(Magnitude.wrap(a).mulDown(Wad.wrap(fraction)));
        assertEq(product, a * fraction / 1e18);
        assertLe(product * 1e18, a * fraction);
        assertGt((product + 1) * 1e18, a * fraction);
    }

    function testFuzz_Compares(uint112 a, uint112 b) public pure {
        (Magnitude x, Magnitude y) = (Magnitude.wrap(a), Magnitude.wrap(b));
        assertEq(x == y, a == b);
        assertEq(x != y, a != b);
        assertEq(x < y, a < b);
        assertEq(x <= y, a <= b);
        assertEq(x > y, a > b);
        assertEq(x >= y, a >= b);
        assertEq(Magnitude.unwrap(min(x, y)), a < b ? a : b);
        assertEq(Magnitude.unwrap(max(x, y)), a > b ? a : b);
        assertEq(Magnitude.unwrap(x.saturatingSub(y)), a > b ? a - b : 0);
        assertEq(Magnitude.unwrap(x + y), uint256(a) + b);
        assertEq(x.isZero(), a == 0);
    }
}
