// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Magnitude, WHOLE} from "./Magnitude.sol";

/// @notice What slashes have left of a pool's generation, and how much of it is promised, in one word.
/// @dev ```
///  199 ....... 176  175 ............ 64  63 ... 0
///  generation       committed            left
/// ```
/// Where nothing is committed, what is left counts as the whole again, whatever the word says: precision does not wear
/// out. The word 0 is thus the budget of a pool that nobody has promised.
type Budget is uint256;

using {committed, generation, left, recommitted, renewed, slashed} for Budget global;

uint256 constant COMMITTED_MASK = 2 ** 112 - 1;

/// @notice What slashes have left, out of 1e18.
function left(Budget b) pure returns (Magnitude) {
    return committed(b).isZero() ? WHOLE : Magnitude.wrap(uint64(Budget.unwrap(b)));
}

/// @notice The sum of the allocations, each at its larger side while a change of it is pending.
function committed(Budget b) pure returns (Magnitude) {
    return Magnitude.wrap((Budget.unwrap(b) >> 64) & COMMITTED_MASK);
}

/// @notice The living generation of the pool.
function generation(Budget b) pure returns (uint256) {
    return Budget.unwrap(b) >> 176;
}

/// @dev With an allocation counted at `to` instead of `from`. Ceilings keep the sum far below 112 bits.
function recommitted(Budget b, Magnitude from, Magnitude to) pure returns (Budget) {
    return _budget(left(b), committed(b) - from + to, generation(b));
}

/// @dev With `taken` less left; what is committed is the caller's to lower.
function slashed(Budget b, Magnitude taken) pure returns (Budget) {
    return _budget(left(b) - taken, committed(b), generation(b));
}

/// @dev The budget of the pool's next generation.
function renewed(Budget b) pure returns (Budget) {
    return Budget.wrap((generation(b) + 1) << 176);
}

function _budget(Magnitude left_, Magnitude committed_, uint256 generation_) pure returns (Budget) {
    return Budget.wrap(Magnitude.unwrap(left_) | Magnitude.unwrap(committed_) << 64 | generation_ << 176);
}
