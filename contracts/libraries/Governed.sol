// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IGoverned, Pausable} from "../interfaces/IGoverned.sol";

/// @title Governed
/// @notice The authority of the contract that inherits it, its pauses, and its lock. What governance may not do is not
/// left to governance: the bounds stand here, in immutable code.
abstract contract Governed is IGoverned, ReentrancyGuardTransient {
    uint256 private constant LONGEST_PAUSE = 7 days;
    uint256 private constant LONGEST_COMPLETION_PAUSE = 3 days;

    /// @dev Longer than blocks are apart: else pauses of a second, renewed first in every block, would never let a block
    /// through.
    uint256 private constant SHORTEST_REST = 1 hours;

    uint256 private constant TIME_MASK = 2 ** 40 - 1;

    /// @inheritdoc IGoverned
    address public immutable AUTHORITY;

    /// @dev The end of each action's last pause, 40 bits each, in the order of `Pausable`: one slot for all of them.
    uint256 private _pausedUntil;

    /// @dev The end of the rest after it, likewise.
    uint256 private _restUntil;

    constructor(address authority) {
        if (authority == address(0)) revert NoAuthority();
        AUTHORITY = authority;
        emit AuthoritySet(authority);
    }

    /// @inheritdoc IGoverned
    function pause(Pausable action, uint256 duration) external nonReentrant {
        _requireAuthority();
        uint256 longest = action == Pausable.Complete ? LONGEST_COMPLETION_PAUSE : LONGEST_PAUSE;
        if (duration > longest) revert PauseTooLong(duration, longest);
        uint256 rest = _timeOf(_restUntil, action);
        if (block.timestamp < rest) revert PausedTooRecently(action, rest);
        uint256 until = block.timestamp + duration;
        rest = until + Math.max(duration, SHORTEST_REST);
        _pausedUntil = _withTime(_pausedUntil, action, until);
        _restUntil = _withTime(_restUntil, action, rest);
        emit PauseSet(action, until, rest);
    }

    /// @inheritdoc IGoverned
    function pauseOf(Pausable action) external view returns (uint256 until, uint256 restUntil) {
        return (_timeOf(_pausedUntil, action), _timeOf(_restUntil, action));
    }

    function _requireRunning(Pausable action) internal view {
        uint256 until = _timeOf(_pausedUntil, action);
        if (block.timestamp < until) revert Paused(action, until);
    }

    function _requireAuthority() internal view {
        if (msg.sender != AUTHORITY) revert NotAuthority(msg.sender);
    }

    function _timeOf(uint256 word, Pausable action) private pure returns (uint256) {
        return (word >> (40 * uint256(action))) & TIME_MASK;
    }

    function _withTime(uint256 word, Pausable action, uint256 time) private pure returns (uint256) {
        uint256 shift = 40 * uint256(action);
        return (word & ~(TIME_MASK << shift)) | time << shift;
    }
}
