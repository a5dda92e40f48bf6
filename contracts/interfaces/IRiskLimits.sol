// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Wad} from "../types/Magnitude.sol";

/// @notice What a guardian may pause: only actions that add risk, and for a short while the completion of exits.
enum Pausable {
    Deposit,
    Open,
    Join,
    Raise,
    CreateSet,
    Complete
}

/// @title IRiskLimits
/// @notice What the core asks of governance: limits on new risk, and nothing else. The core reads it at an address
/// fixed at deployment; no answer of it can move stake, change terms, or touch what was promised before.
interface IRiskLimits {
    /// @notice Thrown while `action` is paused, until timestamp `until`.
    error Paused(Pausable action, uint256 until);

    /// @notice The most of `strategy`, in token units, that the vault may hold after a deposit.
    /// Reverts with `Paused` while deposits are paused.
    function depositCap(address strategy) external view returns (uint256);

    /// @notice The most that an operator may commit of a pool of `strategy`, as a multiple of what slashes have left of
    /// it (its restaking degree, scaled by 1e18). Reverts with `Paused` while raises are paused.
    function degreeCeiling(address strategy) external view returns (Wad);

    /// @notice Reverts with `Paused` while `action` is paused.
    function requireUnpaused(Pausable action) external view;
}
