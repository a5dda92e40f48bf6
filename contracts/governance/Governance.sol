// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LibCall} from "solady/utils/LibCall.sol";

import {IAllocationManager} from "../interfaces/IAllocationManager.sol";
import {IGovernance, PauseOrder} from "../interfaces/IGovernance.sol";
import {IGoverned} from "../interfaces/IGoverned.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Wad} from "../types/Magnitude.sol";

/// @title Governance
/// @notice SPEC
///
/// IS the core's `AUTHORITY`, for good. It passes three calls on and can make no others, so whoever may call it can do
/// no more than these: set a deposit cap, set a degree ceiling, pause. The core bounds each of them again.
///
/// HOLDS nothing but the address of an OpenZeppelin `AccessManager`, which says who may call which of the three: from
/// deployment on the timelock the first two, the guardian the last one.
///
/// PROMISES that no sequence of calls, by whichever role, moves stake, changes terms, or delays an exit by more than
/// the core's three days. That one pause which is refused stops no other of the same call.
///
/// ASSUMES nothing of the access manager: one that let everybody call everything would open these three calls.
///
/// ROLES. The council proposes to the timelock, and may take back; after the delay anybody executes. The timelock is
/// the access manager's only administrator: through it, it may replace the guardian, itself, and the access manager.
/// The guardian pauses, and can end no pause.
///
/// DOES NOT GUARANTEE
/// - that the timelock keeps its delay, or the access manager its roles: the council may change both, after the delay;
/// - that there is a council: where its key is lost, caps, ceilings and roles stay as they are, for good;
/// - that `vault`, `manager` and `core` are this deployment's: to others its calls mean nothing, and a contract that
///   takes any call counts as paused.
contract Governance is IGovernance, AccessManaged {
    /// @dev What is kept of a refusal: the core's errors are shorter. Another contract's answer, copied whole, could cost
    /// so much that nothing is paused.
    uint16 private constant REASON_LENGTH = 256;

    constructor(address accessManager) AccessManaged(accessManager) {}

    /* TIMELOCK */

    /// @inheritdoc IGovernance
    function setDepositCap(IStakeVault vault, address strategy, uint256 cap) external restricted {
        vault.setDepositCap(strategy, cap);
    }

    /// @inheritdoc IGovernance
    function setDegreeCeiling(IAllocationManager manager, address strategy, Wad ceiling) external restricted {
        manager.setDegreeCeiling(strategy, ceiling);
    }

    /* GUARDIAN */

    /// @inheritdoc IGovernance
    function pause(PauseOrder[] calldata orders) external restricted {
        bool paused;
        bytes memory refusal;
        for (uint256 i; i < orders.length; ++i) {
            PauseOrder calldata order = orders[i];
            // Not `try`, which looks for code first and, where there is none, would undo the other entries too.
            bytes memory call = abi.encodeCall(IGoverned.pause, (order.action, order.duration));
            (bool ok,, bytes memory answer) = LibCall.tryCall(address(order.core), 0, gasleft(), REASON_LENGTH, call);
            if (ok && address(order.core).code.length > 0) {
                paused = true;
            } else {
                refusal = answer;
                emit PauseRefused(order.core, order.action, answer);
            }
        }
        if (!paused) revert NothingPaused(refusal);
    }
}
