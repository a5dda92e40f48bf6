// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DropClaim, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken} from "../../mocks/OddTokens.sol";
import {DropsScene} from "./DropsScene.sol";

contract MerkleDropsClaimToTest is DropsScene {
    function setUp() public override {
        super.setUp();
        activate(drop, first, 60 * unit);
    }

    function test_RevertWhen_NotTheAccount() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotTheAccount.selector, alice, stranger));
        vm.prank(stranger);
        drops.claimTo(list(alices()), stranger);
    }

    function test_RevertWhen_OneOfSeveralIsAnothers() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotTheAccount.selector, bob, alice));
        vm.prank(alice);
        drops.claimTo(list(alices(), item(drop, first, bob, 20 * unit)), alice);
    }

    function test_RevertWhen_AnothersWasClaimed() public {
        claim(alices());
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotTheAccount.selector, alice, stranger));
        vm.prank(stranger);
        drops.claimTo(list(alices()), stranger);
    }

    function test_RevertWhen_ReceiverIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadReceiver.selector, address(0)));
        vm.prank(alice);
        drops.claimTo(list(alices()), address(0));
    }

    function test_RevertWhen_ReceiverIsTheContract() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadReceiver.selector, address(drops)));
        vm.prank(alice);
        drops.claimTo(list(alices()), address(drops));
    }

    function test_RevertWhen_ProofIsWrong() public {
        DropClaim memory c = alices();
        c.cumulative = 11 * unit;
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, drop, alice, 11 * unit, first[0]));
        vm.prank(alice);
        drops.claimTo(list(c), bob);
    }

    function test_RevertWhen_TokenRefusesTheReceiver() public {
        BlocklistToken odd = new BlocklistToken();
        uint256 other = activeDropOf(IMintable(address(odd)), 60 * unit);
        odd.setBlocked(bob, true);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.TokenRefused.selector, address(odd), bob, 10 * unit));
        vm.prank(alice);
        drops.claimTo(list(item(other, first, alice, 10 * unit)), bob);
    }

    function test_PaysTheReceiver() public {
        vm.expectEmit(address(drops));
        emit IMerkleDrops.DropClaimed(drop, alice, bob, 10 * unit);
        vm.prank(alice);
        assertEq(drops.claimTo(list(alices()), bob)[0], 10 * unit);
        assertEq(token.balanceOf(bob), 10 * unit);
        assertEq(token.balanceOf(alice), 0);
        assertEq(drops.claimedOf(drop, alice), 10 * unit);
        assertEq(drops.claimedOf(drop, bob), 0);
        assertEq(claim(item(drop, first, bob, 20 * unit)), 20 * unit, "the receiver's own");
    }

    function test_PaysSeveralDrops() public {
        uint256 other = activeDropOf(token, 60 * unit);
        vm.prank(alice);
        uint256[] memory amounts = drops.claimTo(list(alices(), item(other, first, alice, 10 * unit)), bob);
        assertEq(amounts[0] + amounts[1], 20 * unit);
        assertEq(token.balanceOf(bob), 20 * unit);
    }

    /// @dev An account that a token refuses has it sent elsewhere.
    function test_PaysElsewhereWhomTheTokenRefuses() public {
        BlocklistToken odd = new BlocklistToken();
        uint256 other = activeDropOf(IMintable(address(odd)), 60 * unit);
        odd.setBlocked(alice, true);
        vm.prank(alice);
        drops.claimTo(list(item(other, first, alice, 10 * unit)), bob);
        assertEq(odd.balanceOf(bob), 10 * unit);
    }

    function test_PassesOverWhatWasClaimed() public {
        claim(alices());
        vm.prank(alice);
        assertEq(drops.claimTo(list(alices()), bob)[0], 0);
        assertEq(token.balanceOf(bob), 0);
    }
}
