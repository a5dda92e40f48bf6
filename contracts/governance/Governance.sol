// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IAllocationManager} from "../interfaces/IAllocationManager.sol";
import {IGovernance, PauseOrder} from "../interfaces/IGovernance.sol";
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
/// the core's three days.
///
/// ROLES. The council proposes to the timelock; after its delay anybody executes. The timelock is the access manager's
/// only administrator: it may replace the guardian, and itself, and (the access manager may) the access manager. The
/// guardian pauses.
///
/// DOES NOT GUARANTEE that `vault`, `manager` and `core` are this deployment's: to others its calls mean nothing.
contract Governance is IGovernance, AccessManaged {
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
            try order.core.pause(order.action, order.duration) {
                paused = true;
            } catch (bytes memory reason) {
                refusal = reason;
                emit PauseRefused(order.core, order.action, reason);
            }
        }
        if (!paused) revert NothingPaused(refusal);
    }
}
