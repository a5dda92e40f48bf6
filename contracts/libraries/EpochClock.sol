// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IEpochClock} from "../interfaces/IEpochClock.sol";
import {EPOCH_MASK, Epoch} from "../types/Epoch.sol";

/// @dev Where the clock stops: epochs a few ahead of the current one must fit 24 bits too.
uint256 constant LAST_EPOCH = EPOCH_MASK - 8;

/// @title EpochClock
/// @notice The clock of the contract that inherits it.
abstract contract EpochClock is IEpochClock {
    /// @inheritdoc IEpochClock
    uint256 public immutable EPOCH_LENGTH;

    /// @inheritdoc IEpochClock
    uint256 public immutable ORIGIN;

    constructor(uint256 epochLength, uint256 origin) {
        if (epochLength < 2) revert EpochTooShort(epochLength, 2);
        EPOCH_LENGTH = epochLength;
        ORIGIN = origin;
        emit ClockStarted(epochLength, origin);
    }

    /// @inheritdoc IEpochClock
    function currentEpoch() public view returns (Epoch) {
        // Safe: time does not run backwards, and an epoch has a length.
        unchecked {
            uint256 epoch = 1 + (block.timestamp - ORIGIN) / EPOCH_LENGTH;
            return Epoch.wrap(epoch < LAST_EPOCH ? epoch : LAST_EPOCH);
        }
    }
}
