// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {Proposal, toProposal} from "palisade/types/Proposal.sol";

contract ProposalTest is Test {
    function test_ZeroIsNone() public pure {
        assertFalse(Proposal.wrap(0).exists());
    }

    /// @dev Each field as large as it gets.
    function test_HoldsTheLargest() public pure {
        assertHolds(1e18, 1e18, type(uint40).max, type(uint24).max);
    }

    /// @dev A magnitude of one is the least of a proposal, whatever the rest.
    function testFuzz_HoldsWhatItWasMadeOf(uint256 magnitude, uint256 wad, uint40 proposedAt, uint24 generation)
        public
        pure
    {
        assertHolds(bound(magnitude, 1, 1e18), bound(wad, 0, 1e18), proposedAt, generation);
    }

    function assertHolds(uint256 magnitude, uint256 wad, uint256 proposedAt, uint256 generation) internal pure {
        Proposal p = toProposal(Magnitude.wrap(magnitude), Wad.wrap(wad), proposedAt, generation);
        assertTrue(p.exists(), "exists");
        assertEq(Magnitude.unwrap(p.magnitude()), magnitude, "magnitude");
        assertEq(Wad.unwrap(p.wad()), wad, "wad");
        assertEq(p.proposedAt(), proposedAt, "proposed at");
        assertEq(p.generation(), generation, "generation");
    }
}
