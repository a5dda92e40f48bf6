// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibCall} from "solady/utils/LibCall.sol";

import {Pausable} from "palisade/interfaces/IGoverned.sol";

/// @notice What a guardian may list by mistake: it is no core contract, and answers a pause in a way of the test's choice.
contract RudeCore {
    enum Manner {
        Reverts,
        RevertsWithNothing,
        BurnsGas,
        AnswersTooMuch,
        CallsBack
    }

    error Rude();

    Manner public manner;
    address public target;
    bytes public data;

    function behave(Manner manner_) external {
        manner = manner_;
    }

    /// @notice Calls `target_` with `data_` when it is told to pause, and fails where that fails.
    function callBack(address target_, bytes calldata data_) external {
        (manner, target, data) = (Manner.CallsBack, target_, data_);
    }

    function pause(Pausable, uint256) external {
        if (manner == Manner.Reverts) revert Rude();
        if (manner == Manner.RevertsWithNothing) revert();
        if (manner == Manner.BurnsGas) while (true) {}
        if (manner == Manner.AnswersTooMuch) {
            assembly ("memory-safe") {
                revert(mload(64), 1200000)
            }
        }
        LibCall.callContract(target, data);
    }
}
