// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {EPOCH_MASK, Epoch} from "./Epoch.sol";
import {Magnitude, WHOLE} from "./Magnitude.sol";

/// @notice What slashes have left of a pool's generation, and how much of it is promised, in one word.
/// @dev ```
///  223 ....... 200  199 .......... 176  175 ............ 64  63 ... 0
///  generation       contestedUntil      committed            left
/// ```
/// Where nothing is committed, what is left counts as the whole again, whatever the word says: precision does not wear
/// out. The word 0 is thus the budget of a pool that nobody has promised. From epoch `contestedUntil` on, no slash that
/// has been proposed can be executed any more.
type Budget is uint256;

using {committed, contested, contestedUntil, generation, left, recommitted, renewed, slashed} for Budget global;

uint256 constant COMMITTED_MASK = 2 ** 112 - 1;

/// @notice What slashes have left, out of 1e18.
function left(Budget b) pure returns (Magnitude) {
    return committed(b).isZero() ? WHOLE : Magnitude.wrap(uint64(Budget.unwrap(b)));
}

/// @notice The sum of the allocations, each at its larger side while a change of it is pending.
function committed(Budget b) pure returns (Magnitude) {
    return Magnitude.wrap((Budget.unwrap(b) >> 64) & COMMITTED_MASK);
}

/// @notice The first epoch in which no slash proposed so far can be executed any more; 0 where none was proposed.
function contestedUntil(Budget b) pure returns (Epoch) {
    return Epoch.wrap((Budget.unwrap(b) >> 176) & EPOCH_MASK);
}

/// @notice The living generation of the pool.
function generation(Budget b) pure returns (uint256) {
    return Budget.unwrap(b) >> 200;
}

/// @dev With an allocation counted at `to` instead of `from`. Ceilings keep the sum far below 112 bits.
function recommitted(Budget b, Magnitude from, Magnitude to) pure returns (Budget) {
    return _with(b, left(b), committed(b) - from + to);
}

/// @dev With `taken` less left, and an allocation counted at `to` instead of `from`.
function slashed(Budget b, Magnitude taken, Magnitude from, Magnitude to) pure returns (Budget) {
    return _with(b, left(b) - taken, committed(b) - from + to);
}

/// @dev With a slash proposed that lapses at the start of epoch `until`, the last of those proposed so far.
function contested(Budget b, Epoch until) pure returns (Budget) {
    return Budget.wrap((Budget.unwrap(b) & ~(EPOCH_MASK << 176)) | Epoch.unwrap(until) << 176);
}

/// @dev The budget of the pool's next generation.
function renewed(Budget b) pure returns (Budget) {
    return Budget.wrap((generation(b) + 1) << 200);
}

function _with(Budget b, Magnitude left_, Magnitude committed_) pure returns (Budget) {
    uint256 rest = Budget.unwrap(b) >> 176 << 176;
    return Budget.wrap(rest | Magnitude.unwrap(committed_) << 64 | Magnitude.unwrap(left_));
}
