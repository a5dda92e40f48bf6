// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Epoch} from "../types/Epoch.sol";
import {Checkpoint} from "../types/Pool.sol";

/// @title History
/// @notice Balances at the first instant of past epochs.
library History {
    /// @notice The checkpoint in force at the first instant of `epoch`, looked for from `newest` backwards.
    /// @dev Reads a slot for each epoch, between now and `epoch`, in which the balance changed.
    function lookup(mapping(Epoch changed => Checkpoint) storage self, Checkpoint newest, Epoch epoch)
        internal
        view
        returns (Checkpoint)
    {
        for (Epoch since = newest.since(); since.isSet() && since >= epoch; since = newest.since()) {
            newest = self[since];
        }
        return newest;
    }
}
