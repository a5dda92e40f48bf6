// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {EPOCH_MASK, Epoch} from "./Epoch.sol";
import {Wad} from "./Magnitude.sol";

/// @notice What an operator keeps of the rewards paid to its pools, in one word: the rate in force, the one before it,
/// and the raise that was announced, if any.
/// @dev ```
///  255 .. 240  239 ..... 216  215 .. 192  191 .. 128  127 .. 64  63 ... 0
///  nothing     effective      since       next        current    previous
/// ```
/// `current` is in force from epoch `since`, and `next` from epoch `effective`, if that is set. Rates are scaled by 1e18
/// and at most that. The rates of the running epoch, of the one before it and of all to come are always known.
type Commission is uint256;

using {CommissionMath.at, CommissionMath.pending, CommissionMath.lowered, CommissionMath.raised} for Commission global;

library CommissionMath {
    uint256 private constant RATE_MASK = 2 ** 64 - 1;

    /// @notice The rate in force in `epoch`, which is no earlier than the one before the running one.
    function at(Commission c, Epoch epoch) internal pure returns (Wad) {
        uint256 word = Commission.unwrap(c);
        (Epoch effective,) = pending(c);
        uint256 shift = effective.isSet() && effective <= epoch ? 128 : _since(word) <= epoch ? 64 : 0;
        return Wad.wrap((word >> shift) & RATE_MASK);
    }

    /// @notice The epoch from which the rate that was announced last is in force, which may have come; 0 where none
    /// was since the rate was last lowered.
    function pending(Commission c) internal pure returns (Epoch effective, Wad next) {
        uint256 word = Commission.unwrap(c);
        return (Epoch.wrap((word >> 216) & EPOCH_MASK), Wad.wrap((word >> 128) & RATE_MASK));
    }

    /// @notice With `rate` from the running epoch `current` on, and nothing announced.
    function lowered(Commission c, Wad rate, Epoch current) internal pure returns (Commission) {
        // Safe: the clock begins at 1.
        return _pack(c.at(Epoch.wrap(Epoch.unwrap(current) - 1)), rate, current, Wad.wrap(0), Epoch.wrap(0));
    }

    /// @notice With `rate` announced for epoch `effective`.
    function raised(Commission c, Wad rate, Epoch current, Epoch effective) internal pure returns (Commission) {
        return _pack(c.at(Epoch.wrap(Epoch.unwrap(current) - 1)), c.at(current), current, rate, effective);
    }

    function _since(uint256 word) private pure returns (Epoch) {
        return Epoch.wrap((word >> 192) & EPOCH_MASK);
    }

    function _pack(Wad previous, Wad standing, Epoch since, Wad next, Epoch effective)
        private
        pure
        returns (Commission)
    {
        return Commission.wrap(
            Epoch.unwrap(effective) << 216 | Epoch.unwrap(since) << 192 | Wad.unwrap(next) << 128 | Wad.unwrap(standing)
                << 64 | Wad.unwrap(previous)
        );
    }
}
