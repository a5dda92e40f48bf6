// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernance, PauseOrder} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {RudeCore} from "../mocks/RudeCore.sol";
import {Case} from "./Case.sol";

/// @notice The same classes beside the core: governance and what stands at the edges.
contract EdgeCases is Case {
    /// @dev An emergency, and a list with one bad entry, at each of its places: an address without code, a contract that
    /// reverts, one that burns its gas, a pause that is too long, one of what rests. All else is paused.
    function test_D45_pauseAll_oneBadEntry() public {
        RudeCore burner = new RudeCore();
        burner.behave(RudeCore.Manner.BurnsGas);
        PauseOrder[5] memory bad = [
            PauseOrder(IGoverned(makeAddr("nobody")), Pausable.Deposit, 1 days),
            PauseOrder(IGoverned(address(new RudeCore())), Pausable.Deposit, 1 days),
            PauseOrder(IGoverned(address(burner)), Pausable.Deposit, 1 days),
            PauseOrder(vault, Pausable.Open, 8 days),
            PauseOrder(vault, Pausable.Open, 1 days)
        ];
        pause(vault, Pausable.Open, 1 days);
        uint256 start = vm.snapshotState();
        for (uint256 i; i < bad.length; ++i) {
            for (uint256 place; place < 4; ++place) {
                PauseOrder[] memory orders = new PauseOrder[](4);
                uint256 n;
                orders[place] = bad[i];
                if (place == n) ++n;
                orders[n++] = PauseOrder(vault, Pausable.Deposit, 7 days);
                if (place == n) ++n;
                orders[n++] = PauseOrder(manager, Pausable.Raise, 7 days);
                if (place == n) ++n;
                orders[n++] = PauseOrder(vault, Pausable.Complete, 3 days);

                vm.prank(guardian);
                (bool done,) = address(governance).call{gas: 30_000_000}(abi.encodeCall(IGovernance.pause, (orders)));
                assertTrue(done);
                assertPaused(vault, Pausable.Deposit, 7 days);
                assertPaused(manager, Pausable.Raise, 7 days);
                assertPaused(vault, Pausable.Complete, 3 days);
                vm.revertToState(start);
            }
        }
    }

    /* INTERNAL */

    function assertPaused(IGoverned core, Pausable action, uint256 duration) internal view {
        (uint256 until,) = core.pauseOf(action);
        assertEq(until, vm.getBlockTimestamp() + duration);
    }
}
