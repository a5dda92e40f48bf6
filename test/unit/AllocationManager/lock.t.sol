// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {LockScene} from "../Lock.sol";

contract ManagerLockTest is LockScene {
    function setUp() public override {
        super.setUp();
        vm.prank(avs);
        manager.addStrategies(set, only(address(hook)));
        deposit(odd(), alice, operator, 100 * unit);
        fund(odd(), alice, 100 * unit);
        join(set, operator);
        vm.prank(operator);
        manager.allocate(set, operator, address(hook), HALF);
        skipEpochs(3);
    }

    function test_EntryPointsDuringASlash() public {
        assertLocked(address(manager), entryPoints(), slashOdd);
    }

    function test_ViewsDuringASlash() public {
        assertLocked(address(manager), views(), slashOdd);
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

    function slashHalf() external {
        slashBy(0.5e18);
    }

    function depositOdd() internal {
        vm.prank(alice);
        vault.deposit(address(hook), operator, alice, unit, 0);
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
        calls = new bytes[](10);
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
    }

    function views() internal view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        calls[0] = abi.encodeCall(IAllocationManager.allocationOf, (set, operator, address(hook)));
        calls[1] = abi.encodeCall(IAllocationManager.budgetOf, (operator, address(hook)));
        calls[2] = abi.encodeCall(IAllocationManager.slashableStake, (set, address(hook), only(operator)));
        calls[3] = abi.encodeCall(IAllocationManager.guaranteedStake, (set, address(hook), only(operator)));
        calls[4] = abi.encodeCall(IAllocationManager.worstCaseLoss, (address(hook), only(operator)));
    }
}
