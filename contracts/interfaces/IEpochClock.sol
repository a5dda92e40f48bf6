// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Epoch} from "../types/Epoch.sol";

/// @title IEpochClock
/// @notice The protocol's one clock: epochs of a fixed length, counted from 1 at deployment. Nobody turns it; every
/// effect is read from the number of the epoch.
interface IEpochClock {
    /// @notice Epoch 1 began at timestamp `origin`; all epochs last `epochLength` seconds.
    event ClockStarted(uint256 epochLength, uint256 origin);

    /// @notice Thrown at deployment for an epoch too short to be split into a window and the rest of it.
    error EpochTooShort(uint256 length, uint256 minimum);

    /// @notice Length of an epoch in seconds.
    function EPOCH_LENGTH() external view returns (uint256);

    /// @notice Timestamp at which epoch 1 began.
    function ORIGIN() external view returns (uint256);

    /// @notice The epoch that the current block belongs to. Epoch 2^24 − 9 never ends, and what is queued in it or in
    /// the one before it never ripens: 321,000 years of 7-day epochs, or 388 days of 2-second ones, after deployment.
    function currentEpoch() external view returns (Epoch);
}
