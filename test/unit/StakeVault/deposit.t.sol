// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {FeeToken, RefusingToken, SilentToken} from "../../mocks/OddTokens.sol";
import {Scene} from "../Scene.sol";

contract DepositTest is Scene {
    function setUp() public override {
        super.setUp();
        fund(token, alice, type(uint128).max);
    }

    /* REVERTS */

    function test_RevertWhen_Paused() public {
        uint256 until = pause(vault, Pausable.Deposit, 7 days);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Deposit, until));
        aliceDeposits(unit, 0);
    }

    function test_RevertWhen_ReceiverIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, address(0)));
        vm.prank(alice);
        vault.deposit(address(token), operator, address(0), unit, 0);
    }

    function test_RevertWhen_ReceiverIsTheVault() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, vault));
        vm.prank(alice);
        vault.deposit(address(token), operator, address(vault), unit, 0);
    }

    function test_RevertWhen_NoSuchOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, stranger, 0));
        vm.prank(alice);
        vault.deposit(address(token), stranger, alice, unit, 0);
    }

    function test_RevertWhen_AmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        aliceDeposits(0, 0);
    }

    function test_RevertWhen_FewerSharesThanAccepted() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TooLittle.selector, unit, unit + 1));
        aliceDeposits(unit, unit + 1);
    }

    function test_RevertWhen_AmountExceedsTheCap() public {
        setDepositCap(unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.DepositCapExceeded.selector, address(token), unit + 1, unit));
        aliceDeposits(unit + 1, 0);
    }

    function test_RevertWhen_HeldExceedsTheCap() public {
        setDepositCap(2 * unit);
        aliceDeposits(unit, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.DepositCapExceeded.selector, address(token), 2 * unit + 1, 2 * unit)
        );
        aliceDeposits(unit + 1, 0);
    }

    function test_RevertWhen_UnaskedTokensUsedUpTheRoom() public {
        setDepositCap(unit);
        token.mint(address(vault), 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.DepositCapExceeded.selector, address(token), unit + 1, unit));
        aliceDeposits(unit, 0);
    }

    /// @dev 2^13 units of which one is left, so a unit buys 2^13 shares, and 2^91 units too many of them.
    function test_RevertWhen_PoolIsWornOut() public {
        deposit(bob, operator, 2 ** 13);
        cut(pool, 2 ** 13 - 1, 2 ** 13);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolWornOut.selector, pool, 2 ** 91));
        aliceDeposits(2 ** 91, 0);
    }

    function test_FillsAWornPoolToTheBrim() public {
        deposit(bob, operator, 2 ** 13);
        cut(pool, 2 ** 13 - 1, 2 ** 13);
        aliceDeposits(2 ** 91 - 2, 0);
        assertPool(pool, 2 ** 91 - 1, 2 ** 104 - 2 ** 13);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolWornOut.selector, pool, 1));
        aliceDeposits(1, 0);
    }

    function test_RevertWhen_TokenDeliversLess() public {
        IMintable fee = IMintable(address(new FeeToken()));
        fund(fee, alice, unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TokenDeliveredLess.selector, address(fee), unit, unit - 1));
        vm.prank(alice);
        vault.deposit(address(fee), operator, alice, unit, 0);
    }

    function test_RevertWhen_TokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        fund(IMintable(address(refusing)), alice, unit);
        refusing.refuse(true);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing)));
        vm.prank(alice);
        vault.deposit(address(refusing), operator, alice, unit, 0);
    }

    function test_RevertWhen_StrategyHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, stranger));
        vm.prank(alice);
        vault.deposit(stranger, operator, alice, unit, 0);
    }

    /* EFFECTS */

    function test_FirstOfThePoolIsOneForOne() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.PoolCreated(pool, operator, address(token));
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(alice, address(0), alice, pool, 7 * unit);
        assertEq(aliceDeposits(7 * unit, 7 * unit), 7 * unit);

        (address whose, address what) = vault.poolOf(pool);
        assertEq(whose, operator);
        assertEq(what, address(token));
        (uint256 assets, uint256 shares, uint256 generation, Epoch since) = vault.poolState(pool);
        assertEq(assets, 7 * unit);
        assertEq(shares, 7 * unit);
        assertEq(generation, 0);
        assertEq(since, vault.currentEpoch());
        assertEq(vault.balanceOf(alice, pool), 7 * unit);
        assertEq(vault.positionValue(pool, alice), 7 * unit);
        assertEq(token.balanceOf(address(vault)), 7 * unit);
        assertEq(token.balanceOf(alice), type(uint128).max - 7 * unit);
    }

    function test_CreatesThePoolOnce() public {
        aliceDeposits(unit, 0);
        vm.recordLogs();
        aliceDeposits(unit, 0);
        assertEq(vm.getRecordedLogs().length, 2, "the two transfers");
    }

    /// @dev 10 shares are worth 9: 10 units buy 10 × 10 / 9 = 11.1 shares.
    function test_RoundsSharesDownForThoseWhoAreIn() public {
        deposit(bob, operator, 10);
        cut(pool, 1, 10);
        assertEq(aliceDeposits(10, 11), 11);
        assertPool(pool, 19, 21);
        assertEq(vault.positionValue(pool, bob), 9);
        assertEq(vault.positionValue(pool, alice), 9, "one unit for the conversion");
    }

    function test_ForAnotherReceiver() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(alice, address(0), bob, pool, unit);
        vm.prank(alice);
        vault.deposit(address(token), operator, bob, unit, 0);
        assertEq(vault.balanceOf(bob, pool), unit);
        assertEq(vault.balanceOf(alice, pool), 0);
    }

    function test_KeepsStakeIdle() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(alice, address(0), alice, idle, unit);
        vm.prank(alice);
        vault.deposit(address(token), address(0), alice, unit, 0);
        assertTrue(idle.isIdle());
        assertEq(vault.balanceOf(alice, idle), unit);
        assertPool(pool, 0, 0);
    }

    function test_FillsTheCapToTheBrim() public {
        setDepositCap(unit);
        aliceDeposits(unit, 0);
        assertEq(token.balanceOf(address(vault)), unit);
    }

    function test_TakesTheHighestCapAtOnce() public {
        uint256 most = vault.MAX_ASSETS();
        aliceDeposits(most, most);
        assertEq(vault.positionValue(pool, alice), most);
    }

    function test_OnceThePauseIsOver() public {
        vm.warp(pause(vault, Pausable.Deposit, 7 days));
        assertEq(aliceDeposits(unit, 0), unit);
    }

    function test_AcceptsATokenThatReturnsNothing() public {
        IMintable silent = IMintable(address(new SilentToken()));
        (PoolId of_,) = deposit(silent, bob, operator, unit);
        assertEq(vault.positionValue(of_, bob), unit);
    }

    function test_UnaskedTokensAreNobodys() public {
        token.mint(address(vault), 5 * unit);
        aliceDeposits(unit, 0);
        assertPool(pool, unit, unit);
        assertEq(vault.positionValue(pool, alice), unit);
    }

    function test_ANewGenerationBeginsOneForOne() public {
        deposit(bob, operator, unit);
        cut(pool, 1, 1);
        aliceDeposits(3 * unit, 0);
        PoolId living = vault.poolId(operator, address(token));
        assertEq(living, pool.atGeneration(1));
        assertEq(vault.balanceOf(alice, living), 3 * unit);
        assertEq(vault.positionValue(living, alice), 3 * unit);
        assertEq(vault.positionValue(pool, bob), 0);
    }

    function testFuzz_CostsItsOwnerAUnitAndOthersNothing(uint256 held, uint256 taken, uint256 assets) public {
        held = bound(held, 2, 2 ** 40);
        taken = bound(taken, 1, held - 1);
        assets = bound(assets, 1, 2 ** 60);
        deposit(bob, operator, held);
        cut(pool, taken, held);
        uint256 before = vault.positionValue(pool, bob);

        aliceDeposits(assets, 0);
        assertGe(vault.positionValue(pool, bob), before);
        assertGe(vault.positionValue(pool, alice) + 1, assets);
        assertLe(vault.positionValue(pool, alice), assets);
        (uint256 total, uint256 shares,,) = vault.poolState(pool);
        assertEq(total, held - taken + assets);
        assertLe(total, shares, "a share is never worth more than a unit");
    }

    /* INTERNAL */

    function aliceDeposits(uint256 assets, uint256 minShares) internal returns (uint256) {
        vm.prank(alice);
        return vault.deposit(address(token), operator, alice, assets, minShares);
    }
}
