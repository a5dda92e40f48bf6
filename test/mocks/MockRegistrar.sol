// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IRegistrar} from "palisade/interfaces/IRegistrar.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";

/// @notice Remembers who joined and left, whether it was a member by then, and objects on demand.
contract MockRegistrar is IRegistrar {
    error Refused();

    bool public refusing;
    OperatorSetId public lastSet;
    address public lastOperator;
    bytes public lastData;
    bool public wasJoined;
    uint256 public gasToLeave;

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

    function onLeave(OperatorSetId set, address operator) external {
        uint256 gas = gasleft();
        require(!refusing, Refused());
        (lastSet, lastOperator, gasToLeave) = (set, operator, gas);
        wasJoined = IAllocationManager(msg.sender).membershipOf(set, operator).joined;
        IAllocationManager(msg.sender).appoint(operator, this.onLeave.selector, true);
    }
}
