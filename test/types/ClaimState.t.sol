// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {ClaimState, ClaimStateMath} from "palisade/types/ClaimState.sol";
import {Epoch} from "palisade/types/Epoch.sol";

contract ClaimStateTest is Test {
    function testFuzz_Fields(uint24 through, uint168 cumulative, uint64 fraction) public pure {
        ClaimState c = ClaimStateMath.pack(Epoch.wrap(through), cumulative, fraction);
        assertEq(Epoch.unwrap(c.through()), through, "through");
        assertEq(c.cumulative(), cumulative, "cumulative");
        assertEq(c.fraction(), fraction, "fraction");
    }

    /// @dev Claiming compares words: two states are the same only where all fields are.
    function testFuzz_NothingElseIsInTheWord(uint256 word) public pure {
        ClaimState c = ClaimState.wrap(word);
        assertEq(ClaimState.unwrap(ClaimStateMath.pack(c.through(), c.cumulative(), c.fraction())), word);
    }
}
