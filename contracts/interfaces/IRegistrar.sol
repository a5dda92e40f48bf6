// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {OperatorSetId} from "../types/OperatorSetId.sol";

/// @title IRegistrar
/// @notice What an AVS implements to take part in who joins its operator sets, and to learn who leaves them.
interface IRegistrar {
    /// @notice `operator` has joined `set`; reverting refuses it. Called after all writes and outside the lock.
    /// @param data whatever the operator passed along: a key, a proof, a socket
    function onJoin(OperatorSetId set, address operator, bytes calldata data) external;

    /// @notice `operator` has left `set`, or was ejected. Called after all writes, outside the lock and with 200,000
    /// gas; reverting changes nothing. What the operator promised stays slashable until the day it was lowered to
    /// nothing.
    function onLeave(OperatorSetId set, address operator) external;
}
