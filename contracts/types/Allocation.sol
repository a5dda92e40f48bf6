// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Epoch} from "./Epoch.sol";
import {Magnitude, max} from "./Magnitude.sol";

/// @notice What an operator promises of one pool to one operator set.
/// @param current the magnitude in force
/// @param next the magnitude from `effective` on; equals `current` where no change is pending
/// @param taken the magnitude that slashes took in epoch `takenIn`
/// @param effective the epoch in which `next` becomes `current`; 0 where no change is pending
/// @param takenIn the epoch that `taken` counts for
/// @param generation the generation of the pool that the promise was made in; in any other it counts as zero
struct Allocation {
    Magnitude current;
    Magnitude next;
    Magnitude taken;
    Epoch effective;
    Epoch takenIn;
    uint24 generation;
}

/// @notice An `Allocation` as it is stored, in one slot.
/// @dev ```
///  current      next        taken        effective    takenIn      generation   (free)
///  bits 0–59    60–119      120–179      180–203      204–227      228–251      252–255
/// ```
/// 60 bits hold 1.15e18, and no allocation is larger than 1e18.
type PackedAllocation is uint256;

using {unpack} for PackedAllocation global;
using {isCounted, pack, side} for Allocation global;

uint256 constant MAGNITUDE_MASK = (1 << 60) - 1;

function unpack(PackedAllocation packed) pure returns (Allocation memory a) {
    uint256 word = PackedAllocation.unwrap(packed);
    a.current = Magnitude.wrap(uint112(word & MAGNITUDE_MASK));
    a.next = Magnitude.wrap(uint112((word >> 60) & MAGNITUDE_MASK));
    a.taken = Magnitude.wrap(uint112((word >> 120) & MAGNITUDE_MASK));
    a.effective = Epoch.wrap(uint24(word >> 180));
    a.takenIn = Epoch.wrap(uint24(word >> 204));
    a.generation = uint24(word >> 228);
}

function pack(Allocation memory a) pure returns (PackedAllocation) {
    return PackedAllocation.wrap(
        uint256(Magnitude.unwrap(a.current)) | uint256(Magnitude.unwrap(a.next)) << 60
            | uint256(Magnitude.unwrap(a.taken)) << 120 | uint256(Epoch.unwrap(a.effective)) << 180
            | uint256(Epoch.unwrap(a.takenIn)) << 204 | uint256(a.generation) << 228
    );
}

/// @notice The side of the allocation that counts as committed: the larger one while a change is pending.
function side(Allocation memory a) pure returns (Magnitude) {
    return max(a.current, a.next);
}

/// @notice Whether the allocation counts in its operator's membership of the set.
function isCounted(Allocation memory a) pure returns (bool) {
    return !side(a).isZero();
}
