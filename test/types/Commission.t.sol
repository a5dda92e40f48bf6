// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Commission} from "palisade/types/Commission.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";

contract CommissionTest is Test {
    function test_NoneIsZeroInEveryEpoch() public pure {
        Commission none = Commission.wrap(0);
        assertEq(rateAt(none, 0), 0);
        assertEq(rateAt(none, type(uint24).max), 0);
        assertPending(none, 0, 0);
    }

    function testFuzz_Lowered(uint64[2] memory rates, uint24 first, uint24 second) public pure {
        vm.assume(0 < first && first < second);
        Commission c = Commission.wrap(0).lowered(Wad.wrap(rates[0]), Epoch.wrap(first));
        assertEq(rateAt(c, first - 1), 0);
        assertEq(rateAt(c, first), rates[0]);
        c = c.lowered(Wad.wrap(rates[1]), Epoch.wrap(second));
        assertEq(rateAt(c, second - 1), rates[0]);
        assertEq(rateAt(c, second), rates[1]);
        assertEq(rateAt(c, type(uint24).max), rates[1]);
        assertPending(c, 0, 0);
    }

    function testFuzz_Raised(uint64[2] memory rates, uint24 first, uint24 second, uint24 effective) public pure {
        vm.assume(0 < first && first < second && second < effective);
        Commission c = Commission.wrap(0).lowered(Wad.wrap(rates[0]), Epoch.wrap(first));
        c = c.raised(Wad.wrap(rates[1]), Epoch.wrap(second), Epoch.wrap(effective));
        assertEq(rateAt(c, second - 1), rates[0]);
        assertEq(rateAt(c, second), rates[0]);
        assertEq(rateAt(c, effective - 1), rates[0]);
        assertEq(rateAt(c, effective), rates[1]);
        assertPending(c, effective, rates[1]);
    }

    /// @dev Whatever is set once it has come, the epoch before still has it or what was before.
    function testFuzz_ARaiseThatCame(uint64[3] memory rates, uint24 first, uint24 effective, uint24 later) public pure {
        // As far as the clock goes.
        vm.assume(0 < first && first < effective && effective <= later && later < type(uint24).max - 8);
        Commission c = Commission.wrap(0).lowered(Wad.wrap(rates[0]), Epoch.wrap(first));
        c = c.raised(Wad.wrap(rates[1]), Epoch.wrap(first), Epoch.wrap(effective));
        uint256 before = later == effective ? rates[0] : rates[1];
        Commission down = c.lowered(Wad.wrap(rates[2]), Epoch.wrap(later));
        assertEq(rateAt(down, later - 1), before);
        assertEq(rateAt(down, later), rates[2]);
        Commission up = c.raised(Wad.wrap(rates[2]), Epoch.wrap(later), Epoch.wrap(later).plus(3));
        assertEq(rateAt(up, later - 1), before);
        assertEq(rateAt(up, later), rates[1]);
        assertEq(rateAt(up, uint256(later) + 3), rates[2]);
    }

    function rateAt(Commission c, uint256 epoch) internal pure returns (uint256) {
        return Wad.unwrap(c.at(Epoch.wrap(epoch)));
    }

    function assertPending(Commission c, uint256 effective, uint256 rate) internal pure {
        (Epoch actualEffective, Wad actualRate) = c.pending();
        assertEq(Epoch.unwrap(actualEffective), effective, "effective");
        assertEq(Wad.unwrap(actualRate), rate, "rate");
    }
}
