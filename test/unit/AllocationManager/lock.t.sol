// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {LockScene} from "../Lock.sol";

contract ManagerLockTest is LockScene {
    OperatorSetId internal slow;

    function setUp() public override {
        super.setUp();
        vm.prank(avs);
        manager.addStrategies(set, only(address(hook)));
        deposit(odd(), alice, operator, 100 * unit);
        fund(odd(), alice, 100 * unit);
        Terms memory terms = defaultTerms();
        terms.window = 1;
        slow = createSet(1, terms, only(address(hook)));
        join(set, operator);
        join(slow, operator);
        vm.startPrank(operator);
        manager.allocate(set, operator, address(hook), HALF);
        manager.allocate(slow, operator, address(hook), HALF);
        // These two ask first who sends.
        manager.appoint(address(hook), IAllocationManager.leave.selector, true);
        vm.stopPrank();
        vm.prank(avs);
        manager.appoint(address(hook), IAllocationManager.eject.selector, true);
        skipEpochs(3);
    }

    function test_NoEntryPointIsLeftOut() public view {
        assertNoEntryPointIsLeftOut("AllocationManager", entryPoints());
    }

    function test_EntryPointsDuringASlash() public {
        assertLocked(address(manager), entryPoints(), slashOdd);
    }

    function test_ViewsDuringASlash() public {
        assertLocked(address(manager), views(), slashOdd);
    }

    function test_EntryPointsDuringAnExecution() public {
        assertLocked(address(manager), entryPoints(), executeOdd);
    }

    function test_ViewsDuringAnExecution() public {
        assertLocked(address(manager), views(), executeOdd);
    }

    function test_ASlashDuringADeposit() public {
        assertLocked(address(this), only(abi.encodeCall(this.slashHalf, ())), depositOdd);
    }

    function test_StakeViewsDuringADeposit() public {
        bytes[] memory calls = views();
        assertLocked(address(manager), only(calls[2]), depositOdd);
        assertLocked(address(manager), only(calls[3]), depositOdd);
    }

    function slashOdd() internal {
        slashBy(0.01e18);
    }

    function executeOdd() internal {
        vm.prank(slasher);
        manager.proposeSlash(slow, operator, address(hook), wad(0.01e18), "");
        vm.warp(vm.getBlockTimestamp() + 1);
        manager.executeSlash(slow, operator, address(hook));
    }

    function slashHalf() external {
        slashBy(0.5e18);
    }

    function slashBy(uint256 fraction) internal {
        vm.prank(slasher);
        manager.slash(set, operator, only(address(hook)), only(wad(fraction)), "");
    }

    function only(bytes memory call) internal pure returns (bytes[] memory calls) {
        calls = new bytes[](1);
        calls[0] = call;
    }

    function entryPoints() internal view returns (bytes[] memory calls) {
        address[] memory strategies = only(address(hook));
        Wad[] memory wads = only(wad(1));
        calls = new bytes[](18);
        calls[0] = abi.encodeCall(IAllocationManager.appoint, (alice, bytes4(0), true));
        calls[1] = abi.encodeCall(IAllocationManager.setMetadataURI, (avs, ""));
        calls[2] = abi.encodeCall(IAllocationManager.createOperatorSet, (set, defaultTerms(), strategies));
        calls[3] = abi.encodeCall(IAllocationManager.addStrategies, (set, strategies));
        calls[4] = abi.encodeCall(IAllocationManager.removeStrategies, (set, strategies));
        calls[5] = abi.encodeCall(IAllocationManager.slash, (set, operator, strategies, wads, ""));
        calls[6] = abi.encodeCall(IAllocationManager.join, (set, otherOperator, ""));
        calls[7] = abi.encodeCall(IAllocationManager.allocate, (set, operator, address(hook), WHOLE));
        calls[8] = abi.encodeCall(IAllocationManager.settle, (set, operator, address(hook)));
        calls[9] = abi.encodeCall(IAllocationManager.setDegreeCeiling, (address(hook), wad(2e18)));
        calls[10] = abi.encodeCall(IAllocationManager.retire, (set));
        calls[11] = abi.encodeCall(IAllocationManager.eject, (set, operator, strategies));
        calls[12] = abi.encodeCall(IAllocationManager.leave, (set, operator, strategies));
        calls[13] = abi.encodeCall(IAllocationManager.proposeSlash, (slow, operator, address(hook), wad(1), ""));
        calls[14] = abi.encodeCall(IAllocationManager.cancelSlash, (slow, operator, address(hook)));
        calls[15] = abi.encodeCall(IAllocationManager.executeSlash, (slow, operator, address(hook)));
        calls[16] = abi.encodeCall(IAllocationManager.renew, (operator, address(hook)));
        calls[17] = abi.encodeCall(IGoverned.pause, (Pausable.Join, 1));
    }

    function views() internal view returns (bytes[] memory calls) {
        calls = new bytes[](7);
        calls[0] = abi.encodeCall(IAllocationManager.allocationOf, (set, operator, address(hook)));
        calls[1] = abi.encodeCall(IAllocationManager.budgetOf, (operator, address(hook)));
        calls[2] = abi.encodeCall(IAllocationManager.slashableStake, (set, address(hook), only(operator)));
        calls[3] = abi.encodeCall(IAllocationManager.guaranteedStake, (set, address(hook), only(operator)));
        calls[4] = abi.encodeCall(IAllocationManager.worstCaseLoss, (address(hook), only(operator)));
        calls[5] = abi.encodeCall(IAllocationManager.proposalOf, (slow, operator, address(hook)));
        calls[6] = abi.encodeCall(IAllocationManager.contestedUntil, (operator, address(hook)));
    }
}
