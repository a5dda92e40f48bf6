// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Base} from "../../Base.t.sol";

/// @notice The pauses of either core contract, by itself.
abstract contract PauseTest is Base {
    function core() internal view virtual returns (IGoverned);

    function longest(Pausable action) internal pure returns (uint256) {
        return action == Pausable.Complete ? 3 days : 7 days;
    }

    function boundAction(uint256 action) internal pure returns (Pausable) {
        return Pausable(bound(action, 0, uint256(type(Pausable).max)));
    }

    function test_RevertWhen_NotTheAuthority() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotAuthority.selector, stranger));
        vm.prank(stranger);
        core().pause(Pausable.Deposit, 1);
    }

    function testFuzz_RevertWhen_LongerThanTheLongest(uint256 action) public {
        Pausable paused = boundAction(action);
        uint256 most = longest(paused);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.PauseTooLong.selector, most + 1, most));
        pause(core(), paused, most + 1);
    }

    function testFuzz_RevertWhen_RestIsNotOver(uint256 action, uint256 duration, uint256 wait) public {
        Pausable paused = boundAction(action);
        duration = bound(duration, 1, longest(paused));
        uint256 rest = restOf(duration);
        uint256 restUntil = pause(core(), paused, duration) + rest;
        vm.warp(restUntil - bound(wait, 1, rest + duration));
        vm.expectRevert(abi.encodeWithSelector(IGoverned.PausedTooRecently.selector, paused, restUntil));
        pause(core(), paused, 1);
    }

    function testFuzz_PausesAndRestsAsLong(uint256 action, uint256 duration) public {
        Pausable paused = boundAction(action);
        duration = bound(duration, 0, longest(paused));
        uint256 until = vm.getBlockTimestamp() + duration;
        vm.expectEmit(address(core()));
        emit IGoverned.PauseSet(paused, until, until + restOf(duration));
        pause(core(), paused, duration);
        assertPause(paused, until, until + restOf(duration));
    }

    function test_PausesAgainAfterTheRest() public {
        vm.warp(pause(core(), Pausable.Deposit, 7 days) + 7 days);
        pause(core(), Pausable.Deposit, 1);
        assertPause(Pausable.Deposit, vm.getBlockTimestamp() + 1, vm.getBlockTimestamp() + 1 + 1 hours);
    }

    function test_PausesEachActionByItself() public {
        uint256 start = vm.getBlockTimestamp();
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            pause(core(), Pausable(i), (i + 1) * 2 hours);
        }
        for (uint256 i; i <= uint256(type(Pausable).max); ++i) {
            assertPause(Pausable(i), start + (i + 1) * 2 hours, start + (i + 1) * 4 hours);
        }
    }

    function assertPause(Pausable action, uint256 until, uint256 restUntil) internal view {
        (uint256 actualUntil, uint256 actualRest) = core().pauseOf(action);
        assertEq(actualUntil, until, "until");
        assertEq(actualRest, restUntil, "rest until");
    }
}

contract VaultPauseTest is PauseTest {
    function core() internal view override returns (IGoverned) {
        return vault;
    }
}

contract ManagerPauseTest is PauseTest {
    function core() internal view override returns (IGoverned) {
        return manager;
    }
}
