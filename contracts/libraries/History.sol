// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Epoch} from "../types/Epoch.sol";

/// @notice A balance as it stood before a change: `shares`, of `generation`, unchanged since epoch `since`.
/// @dev One slot. A checkpoint is filed under the epoch of the change that ended it, so the list runs backwards without
/// any pointer: the checkpoint before the one filed under `e` is filed under its `since`.
struct Checkpoint {
    uint104 shares;
    Epoch since;
    uint24 generation;
}

/// @title History
/// @notice Balances at the first instant of past epochs.
library History {
    /// @notice The checkpoint in force at the first instant of `epoch`, looked for from `newest` backwards.
    /// @dev Costs a slot for each epoch, between now and `epoch`, in which the balance changed.
    function lookup(mapping(Epoch changed => Checkpoint) storage self, Checkpoint memory newest, Epoch epoch)
        internal
        view
        returns (Checkpoint memory)
    {
        while (newest.since.isSet() && newest.since >= epoch) newest = self[newest.since];
        return newest;
    }
}
