// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibCall} from "solady/utils/LibCall.sol";

import {IRegistrar} from "palisade/interfaces/IRegistrar.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";

/// @notice Accepts everybody who joins, and tries in a way of the test's choice to stop who leaves.
contract RudeRegistrar is IRegistrar {
    error Kept();

    enum Manner {
        Reverts,
        BurnsGas,
        RevertsWithMuch,
        ReturnsMuch,
        CallsItself,
        CallsBack
    }

    Manner public manner;
    address public target;
    bytes public data;

    function behave(Manner manner_) external {
        manner = manner_;
    }

    /// @notice Calls `target_` with `data_` when it is told of a leave, and fails where that fails.
    function callBack(address target_, bytes calldata data_) external {
        (manner, target, data) = (Manner.CallsBack, target_, data_);
    }

    function onJoin(OperatorSetId, address, bytes calldata) external {}

    function onLeave(OperatorSetId set, address operator) external {
        if (manner == Manner.Reverts) revert Kept();
        if (manner == Manner.BurnsGas) while (true) {}
        // As much as 200,000 gas suffice for, so that next to nothing comes back.
        if (manner == Manner.RevertsWithMuch) {
            assembly ("memory-safe") {
                revert(0, 294000)
            }
        }
        if (manner == Manner.ReturnsMuch) {
            assembly ("memory-safe") {
                return(0, 294000)
            }
        }
        if (manner == Manner.CallsItself) this.onLeave(set, operator);
        LibCall.callContract(target, data);
    }
}
