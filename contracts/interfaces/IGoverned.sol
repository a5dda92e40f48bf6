// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

/// @notice What governance may pause: only actions that add risk and, for a shorter while, the completion of exits. The
/// vault heeds pauses of the first three, the allocation manager of the last three; pausing them in the other one stops
/// nothing.
enum Pausable {
    Deposit, // deposit, delegate, redelegate
    Open, // open
    Complete, // completeWithdrawal, withdraw
    Join, // join
    Raise, // allocate, where it raises
    CreateSet // createOperatorSet
}

/// @title IGoverned
/// @notice What governance can do in every core contract: pause some actions, for a while. The contract itself bounds
/// it.
interface IGoverned {
    /// @notice The contract was deployed with `authority` as its governance, for good.
    event AuthoritySet(address indexed authority);

    /// @notice Governance paused `action` until timestamp `until`; it cannot pause it again before `restUntil`.
    event PauseSet(Pausable indexed action, uint256 until, uint256 restUntil);

    /// @notice The authority is the zero address, so nobody could ever set a limit.
    error NoAuthority();
    /// @notice Only the authority may call this.
    error NotAuthority(address sender);
    /// @notice The action is paused until timestamp `until`.
    error Paused(Pausable action, uint256 until);
    /// @notice An action may be paused for `longest` seconds at most.
    error PauseTooLong(uint256 duration, uint256 longest);
    /// @notice The action rests from its last pause until timestamp `restUntil`.
    error PausedTooRecently(Pausable action, uint256 restUntil);

    /// @notice Governance: what may set limits on new risk, and pause. Fixed at deployment.
    function AUTHORITY() external view returns (address);

    /// @notice Pauses `action` for `duration` seconds: 7 days at most, 3 for the completion of exits. The pause ends by
    /// itself. The next must wait as long as it lasted after its end, and an hour at least. Authority only.
    function pause(Pausable action, uint256 duration) external;

    /// @notice Until when `action` is paused in this contract, and from when it may be paused again. Timestamps.
    function pauseOf(Pausable action) external view returns (uint256 until, uint256 restUntil);
}
