// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Epoch} from "../types/Epoch.sol";

/// @title IEpochClock
/// @notice The protocol's one clock: epochs of a fixed length, counted from 1 at deployment. Nobody turns it; every
/// effect is read from the number of the epoch.
interface IEpochClock {
    /// @notice Thrown at deployment for an epoch too short to be split into a window and the rest of it.
    error EpochTooShort(uint256 length, uint256 minimum);
    /// @notice The clock counts 2^24 epochs: 321,000 years of 7 days each, or 194 days of seconds.
    error ClockRanOut(uint256 epoch);

    /// @notice Length of an epoch in seconds.
    function EPOCH_LENGTH() external view returns (uint256);

    /// @notice Timestamp at which epoch 1 began.
    function ORIGIN() external view returns (uint256);

    /// @notice The epoch that the current block belongs to.
    function currentEpoch() external view returns (Epoch);
}
