// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {GatedScene} from "../Gated.sol";

contract TransferFromTest is GatedScene {
    function setUp() public override {
        super.setUp();
        deposit(alice, operator, 10 * unit);
    }

    /* REVERTS */

    function testFuzz_RevertWhen_TheAllowanceIsSmaller(uint256 allowed, uint256 amount) public {
        amount = bound(amount, 1, type(uint256).max);
        allowed = bound(allowed, 0, amount - 1);
        allow(pool, allowed);
        expectInsufficientAllowance(pool, allowed, amount);
        spend(pool, bob, amount);
    }

    function test_RevertWhen_TheAllowanceIsForAnotherId() public {
        deposit(alice, otherOperator, unit);
        PoolId other = vault.poolId(otherOperator, address(token));
        allow(pool, unit);
        expectInsufficientAllowance(other, 0, unit);
        spend(other, bob, unit);
        expectInsufficientAllowance(pool.atGeneration(1), 0, unit);
        spend(pool.atGeneration(1), bob, unit);
    }

    function test_RevertWhen_MoreThanHeld() public {
        allow(pool, 11 * unit);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, pool, alice, 10 * unit, 11 * unit)
        );
        spend(pool, bob, 11 * unit);
        assertEq(vault.allowance(alice, stranger, pool), 11 * unit);
    }

    function test_RevertWhen_ReceiverIsZero() public {
        allow(pool, unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, address(0)));
        spend(pool, address(0), unit);
    }

    function test_RevertWhen_PoolIsGated() public {
        admit(alice, vm.getBlockTimestamp());
        deposit(alice, gate, unit);
        allow(gated, unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGated.selector, gated));
        spend(gated, bob, unit);
    }

    /* BY A SPENDER */

    function testFuzz_UsesUpTheAllowance(uint256 allowed, uint256 amount) public {
        allowed = bound(allowed, 1, type(uint256).max - 1);
        amount = bound(amount, 1, allowed < 10 * unit ? allowed : 10 * unit);
        allow(pool, allowed);
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(stranger, alice, bob, pool, amount);
        spend(pool, bob, amount);

        assertEq(vault.allowance(alice, stranger, pool), allowed - amount);
        assertEq(vault.balanceOf(alice, pool), 10 * unit - amount);
        assertEq(vault.balanceOf(bob, pool), amount);
    }

    /// @dev Who spends follows from the log of the transfer.
    function test_SaysNoMoreThanTheTransfer() public {
        allow(pool, unit);
        vm.recordLogs();
        spend(pool, bob, unit);
        assertEq(vm.getRecordedLogs().length, 1);
    }

    function test_DoesNotUseUpAnInfiniteAllowance() public {
        allow(pool, type(uint256).max);
        spend(pool, bob, 10 * unit);
        assertEq(vault.allowance(alice, stranger, pool), type(uint256).max);
        assertEq(vault.balanceOf(bob, pool), 10 * unit);
    }

    function test_MovesToTheSpender() public {
        allow(pool, unit);
        spend(pool, stranger, unit);
        assertEq(vault.balanceOf(stranger, pool), unit);
    }

    /// @dev Else anybody could, without an allowance: it would lengthen her history, and look like her doing.
    function test_RevertWhen_NothingMovesWithoutAnAllowance() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        spend(pool, bob, 0);
    }

    /* BY OTHERS */

    function test_AnOperatorNeedsNoAllowance() public {
        allow(pool, unit);
        setOperator(true);
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(stranger, alice, bob, pool, 10 * unit);
        spend(pool, bob, 10 * unit);
        assertEq(vault.balanceOf(bob, pool), 10 * unit);
        assertEq(vault.allowance(alice, stranger, pool), unit, "it is not used up");
    }

    function test_RevertWhen_OperatorNoMore() public {
        setOperator(true);
        setOperator(false);
        expectInsufficientAllowance(pool, 0, unit);
        spend(pool, bob, unit);
    }

    function test_TheSenderNeedsNoAllowance() public {
        vm.prank(alice);
        vault.transferFrom(alice, bob, pool, unit);
        assertEq(vault.balanceOf(bob, pool), unit);
    }

    /* INTERNAL */

    function allow(PoolId id, uint256 amount) internal {
        vm.prank(alice);
        vault.approve(stranger, id, amount);
    }

    function setOperator(bool approved) internal {
        vm.prank(alice);
        vault.setOperator(stranger, approved);
    }

    function spend(PoolId id, address receiver, uint256 amount) internal {
        vm.prank(stranger);
        vault.transferFrom(alice, receiver, id, amount);
    }

    function expectInsufficientAllowance(PoolId id, uint256 allowed, uint256 asked) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientAllowance.selector, alice, stranger, id, allowed, asked)
        );
    }
}
