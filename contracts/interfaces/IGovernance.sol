// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {IAllocationManager} from "./IAllocationManager.sol";
import {IGoverned, Pausable} from "./IGoverned.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {Wad} from "../types/Magnitude.sol";

/// @notice One pause that is asked for: of `action` in `core`, for `duration` seconds.
struct PauseOrder {
    IGoverned core;
    Pausable action;
    uint256 duration;
}

/// @title IGovernance
/// @notice The only account that the core heeds as its governance: three functions, and who may call them.
interface IGovernance {
    /// @notice The core refused one of several pauses, for `reason` (its revert data, 256 bytes at most); the others
    /// stand.
    event PauseRefused(IGoverned indexed core, Pausable indexed action, bytes reason);

    /// @notice The core refused every pause that was asked for; `reason` is that of the last one (256 bytes at most),
    /// empty where none was asked for.
    error NothingPaused(bytes reason);

    /// @notice Sets how much of `strategy`, in token units, `vault` may hold after a deposit. What it holds stays.
    /// Behind the timelock.
    function setDepositCap(IStakeVault vault, address strategy, uint256 cap) external;

    /// @notice Sets the ceiling of the restaking degree for raises in pools of `strategy`: 1e18 to 10e18. Promises that
    /// stand are not touched. Behind the timelock.
    function setDegreeCeiling(IAllocationManager manager, address strategy, Wad ceiling) external;

    /// @notice Pauses what is listed, each entry by itself: one that the core refuses is logged and skipped. Called by
    /// the guardian, at once. How long, and how soon again, the core bounds.
    /// @dev Whoever sends it on for the guardian cannot skip an entry by giving too little gas: the 64th that a call
    /// which ran out leaves behind does not pay for the log, so everything fails. An entry that burns all it is given
    /// leaves that 64th to those after it. The vault stops nothing of the allocation manager's, nor the other way
    /// round: see `Pausable`.
    function pause(PauseOrder[] calldata orders) external;
}
