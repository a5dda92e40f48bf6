// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {RefusingToken} from "../../mocks/OddTokens.sol";
import {Scene} from "../Scene.sol";

contract WithdrawTest is Scene {
    function setUp() public override {
        super.setUp();
        deposit(alice, address(0), 10 * unit);
    }

    function test_RevertWhen_NeitherOwnerNorOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, stranger));
        vm.prank(stranger);
        vault.withdraw(idle, unit, stranger, alice);
    }

    function test_RevertWhen_Paused() public {
        uint256 until = pause(vault, Pausable.Complete, 3 days);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Complete, until));
        withdraw(unit, alice);
    }

    function test_RevertWhen_PoolIsAtRisk() public {
        deposit(alice, operator, unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolIsAtRisk.selector, pool));
        vm.prank(alice);
        vault.withdraw(pool, unit, alice, alice);
    }

    function test_RevertWhen_MoreThanHeld() public {
        deposit(bob, address(0), unit);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, idle, alice, 10 * unit, 10 * unit + 1)
        );
        withdraw(10 * unit + 1, alice);
    }

    function test_RevertWhen_SharesAreZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, idle));
        withdraw(0, alice);
    }

    function test_RevertWhen_ReceiverIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, address(0)));
        withdraw(unit, address(0));
    }

    function test_RevertWhen_ReceiverIsTheVault() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, vault));
        withdraw(unit, address(vault));
    }

    function test_RevertWhen_TokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        (PoolId of_, uint256 shares) = deposit(IMintable(address(refusing)), alice, address(0), unit);
        refusing.refuse(true);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing)));
        vm.prank(alice);
        vault.withdraw(of_, shares, alice, alice);
    }

    function test_PaysOutAtOnce() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Withdrawn(idle, alice, bob, 4 * unit, 4 * unit);
        assertEq(withdraw(4 * unit, bob), 4 * unit);
        assertEq(token.balanceOf(bob), 4 * unit);
        assertEq(vault.balanceOf(alice, idle), 6 * unit);
        assertPool(idle, 6 * unit, 6 * unit);
    }

    function test_ByAnOperatorOfTheOwner() public {
        vm.prank(alice);
        vault.setOperator(bob, true);
        vm.prank(bob);
        assertEq(vault.withdraw(idle, 10 * unit, bob, alice), 10 * unit);
        assertEq(token.balanceOf(bob), 10 * unit);
    }

    function test_OnceThePauseIsOver() public {
        vm.warp(pause(vault, Pausable.Complete, 3 days));
        assertEq(withdraw(unit, alice), unit);
    }

    function testFuzz_PaysOneForOne(uint256 held, uint256 shares) public {
        held = boundAmount(held);
        shares = bound(shares, 1, held);
        deposit(bob, address(0), held);
        vm.prank(bob);
        assertEq(vault.withdraw(idle, shares, bob, bob), shares);
        assertEq(vault.positionValue(idle, bob), held - shares);
        assertEq(vault.positionValue(idle, alice), 10 * unit);
    }

    function withdraw(uint256 shares, address receiver) internal returns (uint256) {
        vm.prank(alice);
        return vault.withdraw(idle, shares, receiver, alice);
    }
}
