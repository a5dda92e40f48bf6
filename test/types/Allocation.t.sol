// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Allocation, noAllocation} from "palisade/types/Allocation.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";

/// @notice The packed word against a plain struct that does the same.
contract AllocationTest is Test {
    struct Plain {
        uint256 current;
        uint256 next;
        uint256 taken;
        uint256 effective;
        uint256 takenIn;
        uint256 generation;
    }

    function testFuzz_AnyHistory(uint256 seed) public pure {
        uint256 generation = uint24(seed);
        Allocation a = noAllocation(generation);
        Plain memory p = Plain(0, 0, 0, 0, 0, generation);
        for (uint256 i; i < 12; ++i) {
            (a, p) = step(a, p, uint256(keccak256(abi.encode(seed, i))));
            assertSame(a, p);
        }
    }

    function step(Allocation a, Plain memory p, uint256 dice) internal pure returns (Allocation, Plain memory) {
        uint256 epoch = 1 + (dice >> 8) % (2 ** 24 - 1);
        if (dice % 3 == 0) {
            (p.next, p.effective) = ((dice >> 32) % (1e18 + 1), epoch);
            return (a.scheduled(Magnitude.wrap(p.next), Epoch.wrap(epoch)), p);
        }
        if (dice % 3 == 1) {
            (p.current, p.effective) = (p.next, 0);
            return (a.landed(), p);
        }
        // What is taken in one epoch stays below the whole, as the cap sees to.
        uint256 before = p.takenIn == epoch ? p.taken : 0;
        uint256 taken = (dice >> 32) % (p.current + 1);
        (p.current, p.next) = (p.current - taken, p.next > taken ? p.next - taken : 0);
        (p.taken, p.takenIn) = (before + taken, epoch);
        return (a.slashed(Magnitude.wrap(taken), Epoch.wrap(epoch)), p);
    }

    function assertSame(Allocation a, Plain memory p) internal pure {
        assertEq(Magnitude.unwrap(a.current()), p.current, "current");
        assertEq(Magnitude.unwrap(a.next()), p.next, "next");
        assertEq(Epoch.unwrap(a.effective()), p.effective, "effective");
        assertEq(a.isPending(), p.effective != 0, "pending");
        if (!a.isPending()) assertEq(p.next, p.current, "nothing is pending, and both sides differ");
        assertEq(a.generation(), p.generation, "generation");
        assertEq(Magnitude.unwrap(a.takenDuring(Epoch.wrap(p.takenIn))), p.taken, "taken");
        assertEq(Magnitude.unwrap(a.takenDuring(Epoch.wrap(p.takenIn + 1))), 0, "taken in another epoch");
        assertEq(Magnitude.unwrap(a.side()), p.current > p.next ? p.current : p.next, "side");
        assertEq(a.counts(), p.current > 0 || p.next > 0, "counts");
    }
}
