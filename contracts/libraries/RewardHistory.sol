// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {LibBit} from "solady/utils/LibBit.sol";
import {LibBitmap} from "solady/utils/LibBitmap.sol";

import {EPOCH_MASK, Epoch} from "../types/Epoch.sol";

/// @notice Which epochs of a window of 128 were paid for, in one word.
/// @dev ```
///  255 .. 152  151 .. 128  127 ...... 0
///  carry       before      paid, one bit an epoch
/// ```
/// `before` is the last epoch before the window that was paid for; 0 where there is none. `carry` is what the last
/// payment could not divide among the shares, in 2^-64 units; it counts in the last window only.
type Window is uint256;

/// @notice What was paid to one generation of a pool in one token: for each epoch that was paid for, the rewards of a
/// share since the beginning, in 2^-64 units.
struct RewardHistory {
    mapping(Epoch epoch => uint256) cumulative;
    mapping(uint256 index => Window) windows;
    LibBitmap.Bitmap started;
}

/// @title RewardHistoryLib
/// @notice Rewards of a share up to any epoch, read from two slots however many payments there were.
library RewardHistoryLib {
    using LibBitmap for LibBitmap.Bitmap;

    /// @notice The shares are so few, and what they were paid so much, that it does not fit 168 bits. The payment is
    /// refused; what was paid before stays.
    error RewardsOverflow(uint256 cumulative);

    /// @notice Units are divided this finely.
    uint256 internal constant FRACTION_BITS = 64;
    uint256 internal constant FRACTION_MASK = 2 ** FRACTION_BITS - 1;

    uint256 private constant CUMULATIVE_BITS = 168;
    uint256 private constant EPOCHS = 128;
    uint256 private constant EPOCHS_MASK = 2 ** EPOCHS - 1;
    uint256 private constant CARRY_SHIFT = 152;

    /// @notice Adds `amount` units for the `shares` that stood at the start of `epoch`, which is no earlier than any
    /// epoch paid for so far. What does not divide is carried to the next payment.
    /// @dev The caller proves that `amount` fits 128 bits, and that `shares` fit 104 and are not zero.
    function pay(RewardHistory storage self, Epoch epoch, uint256 amount, uint256 shares) internal {
        (uint256 index, uint256 bit) = _place(epoch);
        uint256 word = Window.unwrap(self.windows[index]);
        Epoch before;
        uint256 carry;
        Epoch last;
        if (word == 0) {
            last = before = latest(self, epoch);
            (uint256 lastIndex,) = _place(before);
            carry = Window.unwrap(self.windows[lastIndex]) >> CARRY_SHIFT;
            self.started.set(index);
        } else {
            before = _before(word);
            carry = word >> CARRY_SHIFT;
            last = _lastOf(index, word & EPOCHS_MASK);
        }
        // Fits: 2^192 + 2^104.
        uint256 scaled = (amount << FRACTION_BITS) + carry;
        uint256 cumulative = self.cumulative[last] + scaled / shares;
        if (cumulative >> CUMULATIVE_BITS != 0) revert RewardsOverflow(cumulative);
        self.cumulative[epoch] = cumulative;
        self.windows[index] = Window.wrap(
            // forge-lint: disable-next-line(incorrect-shift)
            (scaled % shares) << CARRY_SHIFT | Epoch.unwrap(before) << EPOCHS | (word & EPOCHS_MASK) | 1 << bit
        );
    }

    /// @notice Rewards of a share for all epochs up to `epoch`, in 2^-64 units.
    function upTo(RewardHistory storage self, Epoch epoch) internal view returns (uint256) {
        Epoch last = latest(self, epoch);
        return last.isSet() ? self.cumulative[last] : 0;
    }

    /// @notice The same, for an epoch that was probably paid for: from one slot if it was, and from three if not.
    function atPaid(RewardHistory storage self, Epoch epoch) internal view returns (uint256 cumulative) {
        cumulative = self.cumulative[epoch];
        if (cumulative == 0) cumulative = upTo(self, epoch);
    }

    /// @notice The last epoch paid for that is not after `epoch`; 0 where there is none.
    /// @dev Reads one slot; where nothing was paid in the window of `epoch`, two more, and one for each 32,768 epochs
    /// without any payment (six centuries of weeks).
    function latest(RewardHistory storage self, Epoch epoch) internal view returns (Epoch) {
        (uint256 index, uint256 bit) = _place(epoch);
        uint256 word = Window.unwrap(self.windows[index]);
        if (word == 0) {
            index = self.started.findLastSet(index);
            if (index == LibBitmap.NOT_FOUND) return Epoch.wrap(0);
            return _lastOf(index, Window.unwrap(self.windows[index]) & EPOCHS_MASK);
        }
        // forge-lint: disable-next-line(incorrect-shift)
        uint256 paid = word & ((2 << bit) - 1);
        return paid == 0 ? _before(word) : _lastOf(index, paid);
    }

    /// @notice What the last payment could not divide, in 2^-64 units.
    function carried(RewardHistory storage self, Epoch current) internal view returns (uint256) {
        (uint256 index,) = _place(latest(self, current));
        return Window.unwrap(self.windows[index]) >> CARRY_SHIFT;
    }

    function _place(Epoch epoch) private pure returns (uint256 index, uint256 bit) {
        return (Epoch.unwrap(epoch) / EPOCHS, Epoch.unwrap(epoch) % EPOCHS);
    }

    function _before(uint256 word) private pure returns (Epoch) {
        return Epoch.wrap((word >> EPOCHS) & EPOCH_MASK);
    }

    /// @dev The last epoch whose bit is set in `paid`, which is not zero.
    function _lastOf(uint256 index, uint256 paid) private pure returns (Epoch) {
        return Epoch.wrap(index * EPOCHS + LibBit.fls(paid));
    }
}
