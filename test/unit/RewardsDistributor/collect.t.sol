// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {IMintable} from "../../Base.t.sol";
import {RefusingToken} from "../../mocks/OddTokens.sol";
import {RewardsScene} from "./RewardsScene.sol";

contract CollectTest is RewardsScene {
    function setUp() public override {
        super.setUp();
        setCommission(0.1e18);
        skipEpochs(3);
        deposit(alice, operator, unit);
        skipEpochs(2);
        pay(SUM);
    }

    function test_RevertWhen_ByAStranger() public {
        expectNotOwnerNorOperator(operator, stranger);
        vm.prank(stranger);
        rewards.collect(operator, operator, only(address(reward)));
    }

    function test_RevertWhen_ByAStakerToItself() public {
        expectNotOwnerNorOperator(operator, alice);
        vm.prank(alice);
        rewards.collect(operator, alice, only(address(reward)));
    }

    function test_RevertWhen_ThereIsNoReceiver() public {
        expectBadReceiver(address(0));
        vm.prank(operator);
        rewards.collect(operator, address(0), only(address(reward)));
    }

    function test_RevertWhen_TheReceiverIsTheDistributor() public {
        expectBadReceiver(address(rewards));
        vm.prank(operator);
        rewards.collect(operator, address(rewards), only(address(reward)));
    }

    function test_RevertWhen_ATokenIsBroken() public {
        RefusingToken refusing = new RefusingToken();
        IMintable odd = IMintable(address(refusing));
        supply(odd);
        pay(odd, operator, SUM);
        refusing.refuse(true);
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = (address(reward), address(odd));
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.TransferFailed.selector, odd, operator, SUM / 10));
        vm.prank(operator);
        rewards.collect(operator, operator, tokens);
        assertEq(collect(operator), SUM / 10);
        assertEq(rewards.commissionOf(operator, address(odd)), SUM / 10);
    }

    function test_ByTheOperatorToAnybody() public {
        vm.expectEmit(address(rewards));
        emit IRewardsDistributor.CommissionCollected(operator, address(reward), bob, SUM / 10);
        assertEq(collect(bob), SUM / 10);
        assertEq(reward.balanceOf(bob), SUM / 10);
        assertEq(rewards.commissionOf(operator, address(reward)), 0);
        // What is left is what the staker earned.
        assertEq(reward.balanceOf(address(rewards)), SUM - SUM / 10);
    }

    function test_ByAnOperatorOfTheOperator() public {
        vm.prank(operator);
        vault.setOperator(stranger, true);
        vm.prank(stranger);
        rewards.collect(operator, bob, only(address(reward)));
        assertEq(reward.balanceOf(bob), SUM / 10);
    }

    function test_ByAnybodyToTheRecipient() public {
        vm.prank(operator);
        rewards.setRecipient(recipient);
        vm.prank(stranger);
        rewards.collect(operator, recipient, only(address(reward)));
        assertEq(reward.balanceOf(recipient), SUM / 10);
    }

    function test_PassesOverWhatIsNothing() public {
        address[] memory tokens = new address[](3);
        (tokens[0], tokens[1], tokens[2]) = (address(token), address(reward), address(reward));
        vm.prank(operator);
        uint256[] memory amounts = rewards.collect(operator, operator, tokens);
        assertEq(amounts.length, 3);
        assertEq(amounts[0], 0);
        assertEq(amounts[1], SUM / 10);
        assertEq(amounts[2], 0);
        assertEq(reward.balanceOf(operator), SUM / 10);
    }

    /// @dev Of all its pools and all epochs.
    function test_AddsUp() public {
        pay(2 * SUM);
        skipEpochs(1);
        pay(3 * SUM);
        assertEq(collect(operator), 6 * SUM / 10);
        assertEq(collect(operator), 0);
    }

    function collect(address receiver) internal returns (uint256) {
        vm.prank(operator);
        return rewards.collect(operator, receiver, only(address(reward)))[0];
    }
}
