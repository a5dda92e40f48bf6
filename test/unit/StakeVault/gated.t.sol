// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {IMintable} from "../../Base.t.sol";
import {GatedScene} from "../Gated.sol";

contract GatedTest is GatedScene {
    uint256 internal deadline;
    Epoch internal ripe;

    /// @dev Alice and bob have tokens; alice has idle stake and a ripe exit too.
    function setUp() public override {
        super.setUp();
        fund(token, bob, 10 * unit);
        deposit(alice, address(0), 10 * unit);
        deposit(alice, operator, 10 * unit);
        (ripe,) = queue(alice, pool, 4 * unit);
        skipEpochs(2);
        fund(token, alice, 10 * unit);
        deadline = vm.getBlockTimestamp() + 30 days;
    }

    /* WITHOUT AN APPROVAL */

    function test_RevertWhen_DepositIsNotAdmitted() public {
        expectNotAdmitted(alice, 0);
        enterByDeposit(alice);
    }

    function test_RevertWhen_DelegationIsNotAdmitted() public {
        expectNotAdmitted(alice, 0);
        enterByDelegation(alice);
    }

    function test_RevertWhen_RedelegationIsNotAdmitted() public {
        expectNotAdmitted(alice, 0);
        enterByRedelegation(alice);
    }

    function test_RevertWhen_TheWayBackIsNotAdmitted() public {
        admit(alice, deadline);
        enterByDeposit(alice);
        (Epoch epoch,) = queueAll(alice, gated);
        skipEpochs(2);
        expectNotAdmitted(alice, 0);
        redelegate(alice, gated, epoch, gate);
    }

    /* BY THE STAKER AND ITS OPERATOR */

    function test_DepositByTheStaker() public {
        assertEnters(alice, enterByDeposit);
    }

    function test_DelegationByTheStaker() public {
        assertEnters(alice, enterByDelegation);
    }

    function test_RedelegationByTheStaker() public {
        assertEnters(alice, enterByRedelegation);
    }

    function test_DepositByAnOperatorOfTheStaker() public {
        letBobAct();
        assertEnters(bob, enterByDeposit);
        assertEq(token.balanceOf(bob), 9 * unit, "who sends pays");
    }

    function test_DelegationByAnOperatorOfTheStaker() public {
        letBobAct();
        assertEnters(bob, enterByDelegation);
    }

    function test_RedelegationByAnOperatorOfTheStaker() public {
        letBobAct();
        assertEnters(bob, enterByRedelegation);
    }

    /* BY SOMEBODY ELSE */

    /// @dev Else anybody could burn the approval with a deposit of one unit.
    function test_RevertWhen_AnotherOneDepositsForTheStaker() public {
        admit(alice, deadline);
        admit(bob, deadline);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, bob));
        enterByDeposit(bob);
        assertAdmission(alice, 1, deadline);
        assertAdmission(bob, 1, deadline);
    }

    function test_RevertWhen_AnotherOneDepositsForOneWithoutApproval() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, bob));
        enterByDeposit(bob);
    }

    /* WHAT AN APPROVAL IS GOOD FOR */

    function test_RevertWhen_TheApprovalWasUsed() public {
        admit(alice, deadline);
        enterByDeposit(alice);
        expectNotAdmitted(alice, 0);
        enterByDelegation(alice);
    }

    function test_AdmitsToAPoolOfAnyStrategy() public {
        IMintable other = newToken("Other", "OTH", 8);
        admit(alice, deadline);
        deposit(other, alice, gate, 5);
        assertAdmission(alice, 1, 0);
        expectNotAdmitted(alice, 0);
        enterByDeposit(alice);
    }

    function test_RevertWhen_AdmittedByAnotherOperator() public {
        openGate(stranger, approver);
        admit(alice, deadline);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAdmitted.selector, stranger, alice, 0));
        vm.prank(alice);
        vault.deposit(address(token), stranger, alice, unit, 0);
    }

    function test_IsOfTheReceiver() public {
        letBobAct();
        admit(bob, deadline);
        expectNotAdmitted(alice, 0);
        enterByDeposit(bob);
        admit(alice, deadline);
        enterByDeposit(bob);
        assertAdmission(alice, 1, 0);
        assertAdmission(bob, 1, deadline);
    }

    function test_AdmitsToTheLastSecond() public {
        admit(alice, deadline);
        vm.warp(deadline);
        enterByDeposit(alice);
        assertEq(vault.balanceOf(alice, gated), unit);
    }

    function testFuzz_RevertWhen_TheApprovalHasExpired(uint256 late) public {
        admit(alice, deadline);
        vm.warp(deadline + bound(late, 1, 3650 days));
        expectNotAdmitted(alice, deadline);
        enterByDeposit(alice);
    }

    function test_StandsWhileTheOperatorIsClosed() public {
        admit(alice, deadline);
        vm.prank(gate);
        vault.close();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, gate, 0));
        enterByDeposit(alice);
        assertAdmission(alice, 1, deadline);
    }

    function test_LeavingNeedsNoApproval() public {
        admit(alice, deadline);
        enterByDeposit(alice);
        (Epoch epoch,) = queueAll(alice, gated);
        skipEpochs(2);
        assertEq(complete(alice, gated, epoch), unit);
    }

    /* INTERNAL */

    function letBobAct() internal {
        vm.prank(alice);
        vault.setOperator(bob, true);
    }

    function enterByDeposit(address sender) internal {
        vm.prank(sender);
        vault.deposit(address(token), gate, alice, unit, 0);
    }

    function enterByDelegation(address sender) internal {
        vm.prank(sender);
        vault.delegate(idle, unit, gate, 0, alice);
    }

    function enterByRedelegation(address sender) internal {
        vm.prank(sender);
        vault.redelegate(pool, ripe, alice, gate, 0);
    }

    function assertEnters(address sender, function(address) internal enter) internal {
        admit(alice, deadline);
        vm.expectEmit(address(vault));
        emit IStakeVault.AdmissionUsed(gate, alice);
        enter(sender);
        assertAdmission(alice, 1, 0);
        assertGt(vault.balanceOf(alice, gated), 0);
        assertEq(vault.balanceOf(bob, gated), 0);
    }
}
