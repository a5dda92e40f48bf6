// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Scene} from "../Scene.sol";

contract SetDepositCapTest is Scene {
    function test_RevertWhen_NotTheAuthority() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotAuthority.selector, stranger));
        vm.prank(stranger);
        vault.setDepositCap(address(token), 0);
    }

    function test_RevertWhen_HigherThanTheHighest() public {
        uint256 most = vault.MAX_ASSETS();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.DepositCapTooHigh.selector, most + 1, most));
        setDepositCap(most + 1);
    }

    function test_IsTheHighestUntilSet() public view {
        assertEq(vault.depositCapOf(address(token)), 2 ** 92);
        assertEq(vault.MAX_ASSETS(), 2 ** 92);
    }

    function testFuzz_Sets(uint256 cap) public {
        cap = bound(cap, 0, vault.MAX_ASSETS());
        vm.expectEmit(address(vault));
        emit IStakeVault.DepositCapSet(address(token), cap);
        setDepositCap(cap);
        assertEq(vault.depositCapOf(address(token)), cap);
        assertEq(vault.depositCapOf(stranger), vault.MAX_ASSETS(), "of this strategy alone");
    }

    function test_LeavesWhatIsHeld() public {
        deposit(alice, address(0), 2 * unit);
        setDepositCap(unit);
        vm.prank(alice);
        assertEq(vault.delegate(idle, unit, operator, 0, alice), unit, "delegation moves no tokens");
        vm.prank(alice);
        assertEq(vault.withdraw(idle, unit, alice, alice), unit);
    }
}
