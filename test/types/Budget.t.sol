// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Budget} from "palisade/types/Budget.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";

/// @notice The packed word against a plain struct that does the same.
contract BudgetTest is Test {
    struct Plain {
        uint256 left;
        uint256 committed;
        uint256 contestedUntil;
        uint256 generation;
    }

    function test_ZeroIsTheBudgetOfAPoolThatNobodyPromised() public pure {
        assertSame(Budget.wrap(0), Plain(1e18, 0, 0, 0));
    }

    function testFuzz_AnyHistory(uint256 seed) public pure {
        Budget b;
        Plain memory p = Plain(1e18, 0, 0, 0);
        for (uint256 i; i < 16; ++i) {
            (b, p) = step(b, p, uint256(keccak256(abi.encode(seed, i))));
            assertSame(b, p);
        }
    }

    function step(Budget b, Plain memory p, uint256 dice) internal pure returns (Budget, Plain memory) {
        if (dice % 6 == 0) {
            p = Plain(1e18, 0, 0, p.generation + 1);
            return (b.renewed(), p);
        }
        if (dice % 6 == 1) {
            p.contestedUntil = (dice >> 8) % 2 ** 24;
            return (b.contested(Epoch.wrap(p.contestedUntil)), p);
        }
        uint256 from = (dice >> 8) % 4 == 0 ? p.committed : (dice >> 16) % (p.committed + 1);
        uint256 to = (dice >> 10) % 4 == 0 ? 0 : (dice >> 80) % 1e18;
        if (dice % 6 == 2 && p.committed > 0) {
            uint256 taken = (dice >> 140) % p.left;
            // The allocation that was slashed counts for less.
            to = (dice >> 10) % 4 == 0 ? 0 : (dice >> 80) % (from + 1);
            p.left -= taken;
            b = b.slashed(Magnitude.wrap(taken), Magnitude.wrap(from), Magnitude.wrap(to));
        } else {
            b = b.recommitted(Magnitude.wrap(from), Magnitude.wrap(to));
        }
        p.committed = p.committed - from + to;
        if (p.committed == 0) p.left = 1e18;
        return (b, p);
    }

    function assertSame(Budget b, Plain memory p) internal pure {
        assertEq(Magnitude.unwrap(b.left()), p.left, "left");
        assertEq(Magnitude.unwrap(b.committed()), p.committed, "committed");
        assertEq(Epoch.unwrap(b.contestedUntil()), p.contestedUntil, "contested until");
        assertEq(b.generation(), p.generation, "generation");
    }
}
