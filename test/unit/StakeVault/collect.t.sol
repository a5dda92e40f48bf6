// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken} from "../../mocks/OddTokens.sol";
import {Scene} from "../Scene.sol";

contract CollectTest is Scene {
    BlocklistToken internal blocklist;

    function setUp() public override {
        super.setUp();
        blocklist = new BlocklistToken();
        (PoolId of_,) = deposit(asset(), alice, operator, unit);
        blocklist.setBlocked(recipient, true);
        cut(asset(), of_, 1, 2, recipient);
    }

    function test_RevertWhen_NoCredit() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoCredit.selector, address(blocklist), stranger));
        vm.prank(stranger);
        vault.collect(address(blocklist), stranger, stranger);
    }

    function test_RevertWhen_ReceiverIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, address(0)));
        collect(address(0));
    }

    function test_RevertWhen_ReceiverIsTheVault() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, vault));
        collect(address(vault));
    }

    function test_KeepsTheCreditWhileTheReceiverIsBlocked() public {
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.Blocked.selector, recipient));
        collect(recipient);
        assertEq(vault.creditOf(address(blocklist), recipient), unit / 2);
    }

    function test_PaysAnotherReceiver() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Collected(address(blocklist), recipient, bob, unit / 2);
        assertEq(collect(bob), unit / 2);
        assertEq(asset().balanceOf(bob), unit / 2);
        assertEq(vault.creditOf(address(blocklist), recipient), 0);
    }

    /// @dev A recipient that can only hold tokens needs nobody's key for it.
    function test_AnybodyHasItPaidToTheAccount() public {
        blocklist.setBlocked(recipient, false);
        vm.expectEmit(address(vault));
        emit IStakeVault.Collected(address(blocklist), recipient, recipient, unit / 2);
        vm.prank(stranger);
        assertEq(vault.collect(address(blocklist), recipient, recipient), unit / 2);
        assertEq(asset().balanceOf(recipient), unit / 2);
    }

    function test_AnOperatorHasItPaidAnywhere() public {
        vm.prank(recipient);
        vault.setOperator(alice, true);
        vm.prank(alice);
        assertEq(vault.collect(address(blocklist), recipient, bob), unit / 2);
        assertEq(asset().balanceOf(bob), unit / 2);
    }

    function test_RevertWhen_AStrangerHasItPaidElsewhere() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, recipient, stranger));
        vm.prank(stranger);
        vault.collect(address(blocklist), recipient, stranger);
    }

    function test_RevertWhen_CollectedAlready() public {
        collect(bob);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoCredit.selector, address(blocklist), recipient));
        collect(bob);
    }

    function collect(address receiver) internal returns (uint256) {
        vm.prank(recipient);
        return vault.collect(address(blocklist), recipient, receiver);
    }

    function asset() internal view returns (IMintable) {
        return IMintable(address(blocklist));
    }
}
