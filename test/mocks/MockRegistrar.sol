// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IRegistrar} from "palisade/interfaces/IRegistrar.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";

/// @notice Remembers who joined, whether it was a member by then, and refuses on demand.
contract MockRegistrar is IRegistrar {
    error Refused();

    bool public refusing;
    OperatorSetId public lastSet;
    address public lastOperator;
    bytes public lastData;
    bool public wasJoined;

    function refuse(bool refusing_) external {
        refusing = refusing_;
    }

    function onJoin(OperatorSetId set, address operator, bytes calldata data) external {
        require(!refusing, Refused());
        (lastSet, lastOperator, lastData) = (set, operator, data);
        wasJoined = IAllocationManager(msg.sender).membershipOf(set, operator).joined;
        // Outside the lock: calling back works.
        IAllocationManager(msg.sender).appoint(operator, this.onJoin.selector, true);
    }
}
