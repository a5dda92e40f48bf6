// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {MAGNITUDE_MASK} from "./Allocation.sol";
import {Magnitude, Wad} from "./Magnitude.sol";

/// @notice A slash that was proposed and has neither been cancelled nor executed, in one word.
/// @dev ```
///  183 ....... 160  159 ...... 120  119 .. 60  59 ... 0
///  generation       proposedAt      wad        magnitude
/// ```
/// `wad` is the fraction to take of an allocation of `magnitude`, proposed at timestamp `proposedAt`. In a generation
/// of the pool other than `generation` it counts for nothing. The word 0 is no proposal: none has magnitude 0.
type Proposal is uint256;

using {exists, generation, magnitude, proposedAt, wad} for Proposal global;

/// @dev Magnitude and fraction are at most 1e18; a timestamp fits 40 bits until the year 36,812.
function toProposal(Magnitude magnitude_, Wad wad_, uint256 proposedAt_, uint256 generation_) pure returns (Proposal) {
    return
        Proposal.wrap(Magnitude.unwrap(magnitude_) | Wad.unwrap(wad_) << 60 | proposedAt_ << 120 | generation_ << 160);
}

/// @notice Whether there is one at all.
function exists(Proposal p) pure returns (bool) {
    return Proposal.unwrap(p) != 0;
}

/// @notice The allocation in force when it was proposed.
function magnitude(Proposal p) pure returns (Magnitude) {
    return Magnitude.wrap(Proposal.unwrap(p) & MAGNITUDE_MASK);
}

/// @notice The fraction to take.
function wad(Proposal p) pure returns (Wad) {
    return Wad.wrap((Proposal.unwrap(p) >> 60) & MAGNITUDE_MASK);
}

/// @notice The timestamp of the proposal.
function proposedAt(Proposal p) pure returns (uint256) {
    return (Proposal.unwrap(p) >> 120) & (2 ** 40 - 1);
}

/// @notice The generation of the pool that it was made in.
function generation(Proposal p) pure returns (uint256) {
    return Proposal.unwrap(p) >> 160;
}
