// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

import {IRiskLimits, Pausable} from "../interfaces/IRiskLimits.sol";
import {Wad} from "../types/Magnitude.sol";

/// @title OwnedLimits
/// @notice The plain form of governance, for test networks: one owner sets limits on new risk and pauses.
///
/// PROMISES. A pause ends by itself after seven days at most (three for the completion of exits), and the same action
/// cannot be paused again before as long a rest has passed. A strategy that the owner never named has a deposit cap of
/// 2^92 units and a degree ceiling of 1.
/// DOES NOT GUARANTEE notice: the owner's word holds at once. A live network wants a timelock between them.
contract OwnedLimits is IRiskLimits, Ownable2Step {
    /// @notice What the owner set for a strategy; one slot.
    /// @param set whether the owner ever set it
    struct Limits {
        uint96 depositCap;
        Wad degreeCeiling;
        bool set;
    }

    /// @notice A pause, and the end of the rest after it; one slot.
    struct Pause {
        uint64 until;
        uint64 restUntil;
    }

    uint96 public constant DEFAULT_DEPOSIT_CAP = 2 ** 92;
    Wad public constant DEFAULT_DEGREE_CEILING = Wad.wrap(1e18);
    uint256 public constant LONGEST_PAUSE = 7 days;
    uint256 public constant LONGEST_COMPLETION_PAUSE = 3 days;

    mapping(address strategy => Limits) private _limits;
    mapping(Pausable action => Pause) private _pauses;

    /// @notice The owner set the limits of `strategy`.
    event LimitsSet(address indexed strategy, uint256 depositCap, Wad degreeCeiling);
    /// @notice The owner paused `action` until timestamp `until`; it cannot be paused again before `restUntil`.
    event PauseSet(Pausable indexed action, uint256 until, uint256 restUntil);

    /// @notice A deposit cap is at most 2^92 units.
    error DepositCapTooHigh(uint256 depositCap, uint256 highest);
    /// @notice A degree ceiling is at least 1e18.
    error DegreeCeilingTooLow(Wad degreeCeiling, Wad lowest);
    /// @notice The pause would last longer than the action may be paused.
    error PauseTooLong(uint256 duration, uint256 longest);
    /// @notice The action was paused not long ago.
    error PausedTooRecently(Pausable action, uint256 restUntil);

    constructor(address owner) Ownable(owner) {}

    /* OWNER */

    /// @notice Sets the limits on new stake and new promises of `strategy`. Touches nothing that stands.
    function setLimits(address strategy, uint96 cap, Wad ceiling) external onlyOwner {
        require(cap <= DEFAULT_DEPOSIT_CAP, DepositCapTooHigh(cap, DEFAULT_DEPOSIT_CAP));
        require(
            Wad.unwrap(ceiling) >= Wad.unwrap(DEFAULT_DEGREE_CEILING),
            DegreeCeilingTooLow(ceiling, DEFAULT_DEGREE_CEILING)
        );
        _limits[strategy] = Limits({depositCap: cap, degreeCeiling: ceiling, set: true});
        emit LimitsSet(strategy, cap, ceiling);
    }

    /// @notice Pauses `action` for `duration` seconds.
    function pause(Pausable action, uint256 duration) external onlyOwner {
        uint256 longest = action == Pausable.Complete ? LONGEST_COMPLETION_PAUSE : LONGEST_PAUSE;
        require(duration <= longest, PauseTooLong(duration, longest));
        Pause storage p = _pauses[action];
        require(block.timestamp >= p.restUntil, PausedTooRecently(action, p.restUntil));
        (p.until, p.restUntil) = (uint64(block.timestamp + duration), uint64(block.timestamp + 2 * duration));
        emit PauseSet(action, p.until, p.restUntil);
    }

    /* VIEW */

    /// @inheritdoc IRiskLimits
    function depositCap(address strategy) external view returns (uint256) {
        requireUnpaused(Pausable.Deposit);
        Limits memory limits = _limits[strategy];
        return limits.set ? limits.depositCap : DEFAULT_DEPOSIT_CAP;
    }

    /// @inheritdoc IRiskLimits
    function degreeCeiling(address strategy) external view returns (Wad) {
        requireUnpaused(Pausable.Raise);
        Limits memory limits = _limits[strategy];
        return limits.set ? limits.degreeCeiling : DEFAULT_DEGREE_CEILING;
    }

    /// @inheritdoc IRiskLimits
    function requireUnpaused(Pausable action) public view {
        uint256 until = _pauses[action].until;
        require(block.timestamp >= until, Paused(action, until));
    }
}
