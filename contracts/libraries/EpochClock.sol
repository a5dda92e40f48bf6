// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IEpochClock} from "../interfaces/IEpochClock.sol";
import {Epoch} from "../types/Epoch.sol";

/// @title EpochClock
/// @notice The clock of the contract that inherits it.
abstract contract EpochClock is IEpochClock {
    /// @inheritdoc IEpochClock
    uint256 public immutable EPOCH_LENGTH;

    /// @inheritdoc IEpochClock
    uint256 public immutable ORIGIN;

    constructor(uint256 epochLength) {
        require(epochLength >= 2, EpochTooShort(epochLength, 2));
        EPOCH_LENGTH = epochLength;
        ORIGIN = block.timestamp;
    }

    /// @inheritdoc IEpochClock
    function currentEpoch() public view returns (Epoch) {
        // Safe: 2^24 epochs last longer than any deployment; see `Epoch`.
        return Epoch.wrap(uint24(1 + (block.timestamp - ORIGIN) / EPOCH_LENGTH));
    }
}
