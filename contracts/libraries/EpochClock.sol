// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Epoch} from "../types/Epoch.sol";

/// @title EpochClock
/// @notice The protocol's one clock: epochs of a fixed length, counted from 1 at deployment. Nobody turns it; every
/// effect is read from the number of the epoch.
abstract contract EpochClock {
    /// @notice Length of an epoch in seconds.
    uint256 public immutable EPOCH_LENGTH;

    /// @notice Timestamp at which epoch 1 began.
    uint256 public immutable ORIGIN;

    /// @notice Thrown at deployment for an epoch too short to be split into a window and the rest of it.
    error EpochTooShort(uint256 length, uint256 minimum);

    constructor(uint256 epochLength) {
        require(epochLength >= 2, EpochTooShort(epochLength, 2));
        EPOCH_LENGTH = epochLength;
        ORIGIN = block.timestamp;
    }

    /// @notice The epoch that the current block belongs to.
    function currentEpoch() public view returns (Epoch) {
        // Safe: 2^24 epochs last longer than any deployment; see `Epoch`.
        // forge-lint: disable-next-line(unsafe-typecast)
        return Epoch.wrap(uint24(1 + (block.timestamp - ORIGIN) / EPOCH_LENGTH));
    }
}
