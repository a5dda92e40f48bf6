// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {OperatorSetId} from "../types/OperatorSetId.sol";

/// @title IRegistrar
/// @notice What an AVS implements to take part in who joins its operator sets.
interface IRegistrar {
    /// @notice `operator` has joined `set`; reverting refuses it. Called after all writes and outside the lock.
    /// @param data whatever the operator passed along: a key, a proof, a socket
    function onJoin(OperatorSetId set, address operator, bytes calldata data) external;
}
