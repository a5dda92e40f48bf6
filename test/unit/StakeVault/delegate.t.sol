// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Scene} from "../Scene.sol";

contract DelegateTest is Scene {
    function setUp() public override {
        super.setUp();
        deposit(alice, address(0), 10 * unit);
    }

    function test_RevertWhen_NeitherOwnerNorOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, stranger));
        vm.prank(stranger);
        vault.delegate(idle, unit, operator, 0, alice);
    }

    function test_RevertWhen_Paused() public {
        uint256 until = pause(vault, Pausable.Deposit, 7 days);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Deposit, until));
        delegate(unit, operator, 0);
    }

    function test_RevertWhen_PoolIsAtRisk() public {
        deposit(alice, operator, unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolIsAtRisk.selector, pool));
        vm.prank(alice);
        vault.delegate(pool, unit, otherOperator, 0, alice);
    }

    function test_RevertWhen_MoreThanHeld() public {
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, idle, alice, 10 * unit, 10 * unit + 1)
        );
        delegate(10 * unit + 1, operator, 0);
    }

    function test_RevertWhen_SharesAreZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, idle));
        delegate(0, operator, 0);
    }

    function test_RevertWhen_OperatorTakesNoStake() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, stranger, 0));
        delegate(unit, stranger, 0);
    }

    function test_RevertWhen_FewerSharesThanAccepted() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TooLittle.selector, unit, unit + 1));
        delegate(unit, operator, unit + 1);
    }

    function test_MovesAtOnceAndWithoutTheToken() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.PoolCreated(pool, operator, address(token));
        vm.expectEmit(address(vault));
        emit IStakeVault.Delegated(idle, pool, alice, 4 * unit, 4 * unit, 4 * unit);
        vm.expectCall(address(token), "", 0);
        assertEq(delegate(4 * unit, operator, 4 * unit), 4 * unit);

        assertPool(idle, 6 * unit, 6 * unit);
        assertPool(pool, 4 * unit, 4 * unit);
        assertEq(vault.balanceOf(alice, idle), 6 * unit);
        assertEq(vault.balanceOf(alice, pool), 4 * unit);
    }

    /// @dev 10 shares are worth 9: 10 units buy 11.
    function test_MintsAtThePriceOfThePool() public {
        deposit(bob, operator, 10);
        cut(pool, 1, 10);
        vm.expectEmit(address(vault));
        emit IStakeVault.Delegated(idle, pool, alice, 10, 10, 11);
        assertEq(delegate(10, operator, 11), 11);
        assertPool(pool, 19, 21);
    }

    function test_ByAnOperatorOfTheOwner() public {
        vm.prank(alice);
        vault.setOperator(bob, true);
        vm.prank(bob);
        vault.delegate(idle, unit, operator, 0, alice);
        assertEq(vault.balanceOf(alice, pool), unit);
        assertEq(vault.balanceOf(bob, pool), 0);
    }

    function testFuzz_CostsItsOwnerAUnitAndOthersNothing(uint256 held, uint256 taken, uint256 shares) public {
        held = bound(held, 2, 2 ** 40);
        taken = bound(taken, 1, held - 1);
        shares = bound(shares, 1, 10 * unit);
        deposit(bob, operator, held);
        cut(pool, taken, held);
        uint256 before = vault.positionValue(pool, bob);

        delegate(shares, operator, 0);
        assertGe(vault.positionValue(pool, bob), before);
        assertGe(vault.positionValue(pool, alice) + 1, shares);
        assertEq(vault.positionValue(idle, alice), 10 * unit - shares);
    }

    function delegate(uint256 shares, address to, uint256 minShares) internal returns (uint256) {
        vm.prank(alice);
        return vault.delegate(idle, shares, to, minShares, alice);
    }
}
