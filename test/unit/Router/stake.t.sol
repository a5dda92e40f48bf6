// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IRouter, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {IMintable} from "../../Base.t.sol";
import {MockWallet} from "../../mocks/MockWallet.sol";
import {FeeToken, RefusingToken} from "../../mocks/OddTokens.sol";
import {OddWrapper} from "../../mocks/RouterTokens.sol";
import {RouterScene} from "./RouterScene.sol";

contract RouterStakeTest is RouterScene {
    /* REVERTS: THE ORDER */

    function test_RevertWhen_DeadlineHasPassed() public {
        StakeOrder memory o = order();
        o.deadline = vm.getBlockTimestamp() - 1;
        vm.expectRevert(abi.encodeWithSelector(IRouter.DeadlinePassed.selector, o.deadline));
        stake(o, unit);
    }

    function test_RevertWhen_ReceiverIsTheRouter() public {
        StakeOrder memory o = order();
        o.receiver = address(router);
        vm.expectRevert(IRouter.ReceiverIsTheRouter.selector);
        stake(o, unit);
    }

    function test_RevertWhen_TooLittleToStake() public {
        StakeOrder memory o = order();
        o.minAssets = unit + 1;
        bytes memory reason = abi.encodeWithSelector(IRouter.TooLittleToStake.selector, address(token), unit, unit + 1);
        vm.expectRevert(reason);
        stake(o, unit);
    }

    function test_RevertWhen_TooFewShares() public {
        StakeOrder memory o = order();
        o.minShares = unit + 1;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TooLittle.selector, unit, unit + 1));
        stake(o, unit);
        o.minShares = unit;
        assertEq(stake(o, unit), unit);
    }

    /// @dev A wrapper's share is worth three units, so that three buy one.
    function test_RevertWhen_WrapperGivesTooLittle() public {
        tripleTheRate();
        StakeOrder memory o = orderOf(address(wrapper));
        o.minAssets = unit + 1;
        vm.expectRevert(abi.encodeWithSelector(IRouter.TooLittleToStake.selector, address(wrapper), unit, unit + 1));
        stake(o, 3 * unit);
    }

    /// @dev After a slash of a half, half the assets buy as many shares of the pool: a bound on shares would pass.
    function test_RevertWhen_WrapperGivesTooLittleAndASlashMadeSharesCheap() public {
        stake(orderOf(address(wrapper)), 2 * unit);
        cut(IMintable(address(wrapper)), wrappedPool, 2, 3, recipient);
        tripleTheRate();
        StakeOrder memory o = orderOf(address(wrapper));
        uint256 snapshot = vm.snapshotState();
        assertGe(stake(o, 3 * unit), 3 * unit - 9, "as many shares of the pool as without both");
        assertTrue(vm.revertToState(snapshot));

        o.minAssets = 3 * unit;
        vm.expectPartialRevert(IRouter.TooLittleToStake.selector);
        stake(o, 3 * unit);
    }

    /* REVERTS: THE TOKEN */

    function test_RevertWhen_NotAllowed() public {
        bytes memory reason =
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(router), unit - 1, unit);
        vm.prank(alice);
        token.approve(address(router), unit - 1);
        vm.expectRevert(reason);
        stake(order(), unit);
    }

    /// @dev Whoever calls pays, whatever others allow the Router.
    function test_RevertWhen_AnotherAllowed() public {
        StakeOrder memory o = order();
        o.receiver = stranger;
        token.mint(stranger, unit);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(router), 0, unit)
        );
        vm.prank(stranger);
        router.stake(o, address(token), unit);
    }

    function test_RevertWhen_AmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IRouter.NothingReceived.selector, address(token)));
        stake(order(), 0);
    }

    function test_RevertWhen_TokenHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, stranger));
        stake(orderOf(stranger), stranger, unit);
    }

    function test_RevertWhen_TokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        give(IMintable(address(refusing)), alice, unit);
        refusing.refuse(true);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing)));
        stake(orderOf(address(refusing)), address(refusing), unit);
    }

    function test_RevertWhen_D53_TokenTakesAFee() public {
        FeeToken fee = new FeeToken();
        give(IMintable(address(fee)), alice, unit);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.TokenDeliveredLess.selector, address(fee), unit - 1, unit - 2)
        );
        stake(orderOf(address(fee)), address(fee), unit);
    }

    /* REVERTS: THE WRAPPER */

    function test_RevertWhen_StrategyWrapsAnotherToken() public {
        IMintable other = newToken("Other", "OTH", 18);
        give(other, alice, unit);
        bytes memory reason = abi.encodeWithSelector(IRouter.NotAWrapperOf.selector, address(wrapper), address(other));
        vm.expectRevert(reason);
        stake(orderOf(address(wrapper)), address(other), unit);
    }

    function test_RevertWhen_StrategyIsAPlainToken() public {
        address other = address(newToken("Other", "OTH", 18));
        vm.expectRevert(abi.encodeWithSelector(IRouter.NotAWrapperOf.selector, other, address(token)));
        stake(orderOf(other), unit);
    }

    function test_RevertWhen_StrategyHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(IRouter.NotAWrapperOf.selector, stranger, address(token)));
        stake(orderOf(stranger), unit);
    }

    function test_RevertWhen_WrapperGivesNothing() public {
        OddWrapper odd = new OddWrapper(address(token));
        odd.take(type(uint256).max, 0);
        vm.expectRevert(abi.encodeWithSelector(IRouter.NothingReceived.selector, address(odd)));
        stake(orderOf(address(odd)), unit);
    }

    /* REVERTS: THE VAULT'S OWN */

    function test_RevertWhen_DepositsArePaused() public {
        uint256 until = pause(vault, Pausable.Deposit, 7 days);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Deposit, until));
        stake(order(), unit);
    }

    function test_RevertWhen_OperatorIsClosed() public {
        vm.prank(operator);
        vault.close();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, operator, 0));
        stake(order(), unit);
    }

    function test_RevertWhen_DepositCapIsExceeded() public {
        setDepositCap(unit);
        bytes memory reason =
            abi.encodeWithSelector(IStakeVault.DepositCapExceeded.selector, address(token), unit + 1, unit);
        vm.expectRevert(reason);
        stake(order(), unit + 1);
    }

    function test_RevertWhen_PoolIsWornOut() public {
        stake(order(), 2 ** 20);
        for (uint256 i; i < 3; ++i) {
            cut(pool, 2 ** 20 - 1, 2 ** 20);
            deposit(bob, operator, 2 ** 20);
        }
        give(token, alice, 2 ** 91);
        vm.expectPartialRevert(IStakeVault.PoolWornOut.selector);
        stake(order(), 2 ** 91);
    }

    function test_RevertWhen_ReceiverIsTheVault() public {
        StakeOrder memory o = order();
        o.receiver = address(vault);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadReceiver.selector, address(vault)));
        stake(o, unit);
    }

    /// @dev Even for a staker that is admitted: the vault wants the staker itself, or its ERC-6909 operator.
    function test_RevertWhen_PoolIsGated() public {
        address gated = makeAddr("gated");
        address approver = makeAddr("approver");
        vm.prank(gated);
        vault.registerOperator(approver);
        openOperator(gated);
        vm.prank(approver);
        vault.admit(gated, alice, vm.getBlockTimestamp(), "");

        StakeOrder memory o = order();
        o.operator = gated;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, address(router)));
        stake(o, unit);
    }

    /* EFFECTS */

    function test_StakesTheToken() public {
        StakeOrder memory o = order();
        o.minAssets = 7 * unit;
        vm.expectEmit(address(vault));
        emit IStakeVault.Transfer(address(router), address(0), alice, pool, 7 * unit);
        assertEq(stake(o, 7 * unit), 7 * unit);
        assertEq(vault.balanceOf(alice, pool), 7 * unit);
        assertEq(valueOf(address(token), alice), 7 * unit);
        assertEq(token.balanceOf(alice), 993 * unit);
        assertEq(token.balanceOf(address(vault)), 7 * unit);
        assertHoldsNothing(address(token), address(token));
    }

    function test_WrapsAndStakes() public {
        tripleTheRate();
        StakeOrder memory o = orderOf(address(wrapper));
        o.minAssets = 2 * unit;
        assertEq(stake(o, 6 * unit), 2 * unit);
        assertEq(valueOf(address(wrapper), alice), 2 * unit);
        assertEq(wrapper.balanceOf(address(vault)), 2 * unit);
        assertEq(token.balanceOf(alice), 994 * unit);
        assertHoldsNothing(address(token), address(wrapper));
    }

    function test_StakesTheWrapperItself() public {
        vm.startPrank(alice);
        token.approve(address(wrapper), 5 * unit);
        uint256 shares = wrapper.deposit(5 * unit, alice);
        wrapper.approve(address(router), shares);
        assertEq(router.stake(orderOf(address(wrapper)), address(wrapper), shares), shares);
        vm.stopPrank();
        assertEq(valueOf(address(wrapper), alice), shares);
        assertHoldsNothing(address(token), address(wrapper));
    }

    function test_ForAnotherReceiver() public {
        StakeOrder memory o = order();
        o.receiver = bob;
        stake(o, unit);
        assertEq(vault.balanceOf(bob, pool), unit);
        assertEq(vault.balanceOf(alice, pool), 0);
        assertEq(vault.balanceOf(address(router), pool), 0);
    }

    function test_ForAContract() public {
        MockWallet account = new MockWallet();
        token.mint(address(account), unit);
        account.execute(address(token), abi.encodeCall(token.approve, (address(router), unit)));
        StakeOrder memory o = order();
        o.receiver = address(account);
        account.execute(address(router), abi.encodeCall(IRouter.stake, (o, address(token), unit)));
        assertEq(vault.balanceOf(address(account), pool), unit);
    }

    function test_KeepsStakeIdle() public {
        StakeOrder memory o = order();
        o.operator = address(0);
        stake(o, unit);
        assertEq(vault.balanceOf(alice, idle), unit);
    }

    function test_FillsTheCapToTheBrim() public {
        setDepositCap(unit);
        assertEq(stake(order(), unit), unit);
    }

    function testFuzz_AsByHand(uint256 held, uint256 taken, uint256 amount) public {
        held = bound(held, 2, 2 ** 40);
        taken = bound(taken, 1, held - 1);
        amount = bound(amount, 1, 2 ** 60);
        deposit(bob, operator, held);
        cut(pool, taken, held);

        uint256 snapshot = vm.snapshotState();
        (, uint256 byHand) = deposit(alice, operator, amount);
        uint256 worth = vault.positionValue(pool, alice);
        assertTrue(vm.revertToState(snapshot));

        give(token, alice, amount);
        StakeOrder memory o = order();
        o.minAssets = amount;
        assertEq(stake(o, amount), byHand);
        assertEq(vault.positionValue(pool, alice), worth);
        assertGe(worth + 1, amount, "worth what was bounded, but for a unit");
        assertHoldsNothing(address(token), address(token));
    }

    /* INTERNAL */

    /// @dev A share of the wrapper is worth three units of the token from now on.
    function tripleTheRate() internal {
        uint256 assets = wrapper.totalAssets();
        uint256 shares = wrapper.totalSupply();
        token.mint(address(wrapper), 3 * (shares + 1) - 1 - assets);
    }
}
