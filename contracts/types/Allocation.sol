// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {EPOCH_MASK, Epoch} from "./Epoch.sol";
import {Magnitude, max} from "./Magnitude.sol";

/// @notice What an operator promises of one pool to one operator set, in one word.
/// @dev ```
///  251 ....... 228  227 .. 204  203 ... 180  179 .. 120  119 .. 60  59 ... 0
///  generation       takenIn     effective    taken       next       current
/// ```
/// `current` is the magnitude in force, `next` the one from epoch `effective` on (equal, and the epoch 0, where no
/// change is pending), `taken` what slashes took in epoch `takenIn`, and `generation` that of the pool in which the
/// promise was made: in any other it counts as zero. 60 bits hold 1.15e18, and no allocation is larger than 1e18.
type Allocation is uint256;

using {
    counts,
    current,
    effective,
    generation,
    isPending,
    landed,
    next,
    scheduled,
    side,
    slashed,
    takenDuring
} for Allocation global;

uint256 constant MAGNITUDE_MASK = 2 ** 60 - 1;

/// @dev No promise, made in `generation_`.
function noAllocation(uint256 generation_) pure returns (Allocation) {
    return Allocation.wrap(generation_ << 228);
}

/// @notice The magnitude in force.
function current(Allocation a) pure returns (Magnitude) {
    return Magnitude.wrap(Allocation.unwrap(a) & MAGNITUDE_MASK);
}

/// @notice The magnitude from epoch `effective` on.
function next(Allocation a) pure returns (Magnitude) {
    return Magnitude.wrap((Allocation.unwrap(a) >> 60) & MAGNITUDE_MASK);
}

/// @notice The epoch in which `next` becomes `current`; 0 where no change is pending.
function effective(Allocation a) pure returns (Epoch) {
    return Epoch.wrap((Allocation.unwrap(a) >> 180) & EPOCH_MASK);
}

/// @notice The generation of the pool that the promise was made in.
function generation(Allocation a) pure returns (uint256) {
    return Allocation.unwrap(a) >> 228;
}

/// @notice Whether a change has been announced and has not been applied.
function isPending(Allocation a) pure returns (bool) {
    return Allocation.unwrap(a) & (EPOCH_MASK << 180) != 0;
}

/// @notice What slashes took of it in epoch `epoch`.
function takenDuring(Allocation a, Epoch epoch) pure returns (Magnitude) {
    uint256 word = Allocation.unwrap(a);
    bool same = (word >> 204) & EPOCH_MASK == Epoch.unwrap(epoch);
    return Magnitude.wrap(same ? (word >> 120) & MAGNITUDE_MASK : 0);
}

/// @notice The side that counts as committed: the larger one while a change is pending.
function side(Allocation a) pure returns (Magnitude) {
    return max(current(a), next(a));
}

/// @notice Whether it counts in its operator's membership of the set.
function counts(Allocation a) pure returns (bool) {
    return Allocation.unwrap(a) & (2 ** 120 - 1) != 0;
}

/// @dev With its pending change applied.
function landed(Allocation a) pure returns (Allocation) {
    uint256 word = Allocation.unwrap(a) & ~(MAGNITUDE_MASK | EPOCH_MASK << 180);
    return Allocation.wrap(word | Magnitude.unwrap(next(a)));
}

/// @dev With the change to `next_` in `effective_` pending. Magnitudes are at most 1e18.
function scheduled(Allocation a, Magnitude next_, Epoch effective_) pure returns (Allocation) {
    uint256 word = Allocation.unwrap(a) & ~(MAGNITUDE_MASK << 60 | EPOCH_MASK << 180);
    return Allocation.wrap(word | Magnitude.unwrap(next_) << 60 | Epoch.unwrap(effective_) << 180);
}

/// @dev After a slash that took `taken`, at most `current`, in epoch `epoch`. The pending side loses as much, or all.
function slashed(Allocation a, Magnitude taken, Epoch epoch) pure returns (Allocation) {
    Magnitude total = takenDuring(a, epoch) + taken;
    uint256 kept = Allocation.unwrap(a) & (EPOCH_MASK << 180 | EPOCH_MASK << 228);
    return Allocation.wrap(
        kept | Magnitude.unwrap(current(a) - taken) | Magnitude.unwrap(next(a).saturatingSub(taken)) << 60
            | Magnitude.unwrap(total) << 120 | Epoch.unwrap(epoch) << 204
    );
}
