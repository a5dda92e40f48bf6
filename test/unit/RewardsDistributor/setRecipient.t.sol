// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {RewardsScene} from "./RewardsScene.sol";

contract SetRecipientTest is RewardsScene {
    function setUp() public override {
        super.setUp();
        deposit(alice, operator, unit);
        skipEpochs(2);
        pay(unit);
    }

    function test_NobodyAtFirst() public view {
        assertEq(rewards.recipientOf(alice), address(0));
    }

    function test_LogsAndRemembers() public {
        vm.expectEmit(address(rewards));
        emit IRewardsDistributor.RecipientSet(alice, recipient);
        setRecipient(recipient);
        assertEq(rewards.recipientOf(alice), recipient);
        assertEq(rewards.recipientOf(bob), address(0));
    }

    function test_OneselfIsClaimedForByAnybody() public {
        setRecipient(alice);
        vm.prank(stranger);
        rewards.claim(alice, alice, ALL, items(pool, reward));
        assertEq(reward.balanceOf(alice), unit);
    }

    function test_TheFormerOneIsNobody() public {
        setRecipient(recipient);
        setRecipient(bob);
        expectNotOwnerNorOperator(alice, stranger);
        vm.prank(stranger);
        rewards.claim(alice, recipient, ALL, items(pool, reward));
        vm.prank(stranger);
        rewards.claim(alice, bob, ALL, items(pool, reward));
        assertEq(reward.balanceOf(bob), unit);
    }

    function test_ZeroIsNobody() public {
        setRecipient(recipient);
        setRecipient(address(0));
        expectNotOwnerNorOperator(alice, stranger);
        vm.prank(stranger);
        rewards.claim(alice, recipient, ALL, items(pool, reward));
    }

    /// @dev It gives the recipient no say of its own.
    function test_TheRecipientMayNotSayWhereElse() public {
        setRecipient(recipient);
        expectNotOwnerNorOperator(alice, recipient);
        vm.prank(recipient);
        rewards.claim(alice, bob, ALL, items(pool, reward));
    }

    function setRecipient(address to) internal {
        vm.prank(alice);
        rewards.setRecipient(to);
    }
}
