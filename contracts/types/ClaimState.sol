// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {EPOCH_MASK, Epoch} from "./Epoch.sol";

/// @notice How far a staker has claimed the rewards of one position in one token, in one word.
/// @dev ```
///  255 .. 232  231 ...... 64  63 ... 0
///  through     cumulative     fraction
/// ```
/// Epochs before `through` are done with, and `through` itself as far as the rewards of a share had come to
/// `cumulative` (in 2^-64 units). `fraction` is earned and less than a unit, in 2^-64 units.
type ClaimState is uint256;

using {ClaimStateMath.through, ClaimStateMath.cumulative, ClaimStateMath.fraction} for ClaimState global;

library ClaimStateMath {
    /// @dev The caller proves that `cumulative_` fits 168 bits and `fraction_` 64.
    function pack(Epoch through_, uint256 cumulative_, uint256 fraction_) internal pure returns (ClaimState) {
        return ClaimState.wrap(Epoch.unwrap(through_) << 232 | cumulative_ << 64 | fraction_);
    }

    function through(ClaimState c) internal pure returns (Epoch) {
        return Epoch.wrap((ClaimState.unwrap(c) >> 232) & EPOCH_MASK);
    }

    function cumulative(ClaimState c) internal pure returns (uint256) {
        return (ClaimState.unwrap(c) >> 64) & (2 ** 168 - 1);
    }

    function fraction(ClaimState c) internal pure returns (uint256) {
        return ClaimState.unwrap(c) & (2 ** 64 - 1);
    }
}
