// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Epoch} from "palisade/types/Epoch.sol";

contract EpochTest is Test {
    function testFuzz_Compares(uint24 a, uint24 b) public pure {
        (Epoch x, Epoch y) = (Epoch.wrap(a), Epoch.wrap(b));
        assertEq(x == y, a == b);
        assertEq(x != y, a != b);
        assertEq(x < y, a < b);
        assertEq(x <= y, a <= b);
        assertEq(x > y, a > b);
        assertEq(x >= y, a >= b);
        assertEq(x.isSet(), a != 0);
        assertEq(Epoch.unwrap(x.plus(b)), uint256(a) + b);
    }
}
