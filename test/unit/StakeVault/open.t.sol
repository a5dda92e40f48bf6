// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Scene} from "../Scene.sol";

contract OpenTest is Scene {
    function setUp() public override {
        super.setUp();
        registerOperator(stranger);
    }

    function test_RevertWhen_Paused() public {
        uint256 until = pause(vault, Pausable.Open, 7 days);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Open, until));
        open(stranger);
    }

    function test_OpensOnceThePauseIsOver() public {
        vm.warp(pause(vault, Pausable.Open, 7 days));
        open(stranger);
        (, bool opened,,) = vault.operatorState(stranger);
        assertTrue(opened);
    }

    function test_RevertWhen_NotRegistered() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotRegistered.selector, alice));
        open(alice);
    }

    function test_RevertWhen_OpenAlready() public {
        open(stranger);
        Epoch admitsFrom = vault.currentEpoch().plus(1);
        skipEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.AlreadyOpen.selector, stranger, admitsFrom));
        open(stranger);
    }

    function test_OpensFromTheNextEpoch() public {
        Epoch next = vault.currentEpoch().plus(1);
        vm.expectEmit(address(vault));
        emit IStakeVault.OperatorOpened(stranger, next);
        open(stranger);
        assertState(stranger, next);
    }

    function test_OpensAgainFromTheNextEpoch() public {
        vm.prank(operator);
        vault.close();
        open(operator);
        assertState(operator, vault.currentEpoch().plus(1));
    }

    function test_RevertWhen_DepositedInTheLastSecondBefore() public {
        open(stranger);
        fund(token, alice, unit);
        Epoch next = vault.currentEpoch().plus(1);
        skipToEnd(0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, stranger, next));
        vm.prank(alice);
        vault.deposit(address(token), stranger, alice, unit, 0);
    }

    function test_AdmitsFromTheFirstSecond() public {
        open(stranger);
        skipEpochs(1);
        (, uint256 shares) = deposit(alice, stranger, unit);
        assertEq(shares, unit);
    }

    function open(address account) internal {
        vm.prank(account);
        vault.open();
    }

    function assertState(address account, Epoch expected) internal view {
        (bool registered, bool opened, Epoch admitsFrom,) = vault.operatorState(account);
        assertTrue(registered);
        assertTrue(opened);
        assertEq(admitsFrom, expected);
    }
}
