// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {StakeOrder} from "palisade/interfaces/IRouter.sol";
import {IMintable} from "../../Base.t.sol";
import {FeeToken, HookToken, SenderFeeToken, SilentToken} from "../../mocks/OddTokens.sol";
import {FromZeroToken, OddWrapper, PlainWrapper, ShortToken, WrappedEther} from "../../mocks/RouterTokens.sol";
import {IStakedEther} from "../Rebasing.sol";
import {RouterScene} from "./RouterScene.sol";

/// @notice That nothing stays in the Router, with tokens and wrappers as odd as they come, and that what lies there
/// already counts for nobody.
contract RouterHoldsNothingTest is RouterScene {
    /* ODD TOKENS */

    function test_TokenThatReturnsNothing() public {
        address silent = address(new SilentToken());
        give(IMintable(silent), alice, unit);
        assertEq(stake(orderOf(silent), silent, unit), unit);
        assertHoldsNothing(silent, silent);
    }

    function test_TokenThatReturnsNothingWrapped() public {
        address silent = address(new SilentToken());
        IERC4626 wrapped = wrapperOf(silent);
        give(IMintable(silent), alice, unit);
        assertEq(stake(orderOf(address(wrapped)), silent, unit), unit);
        assertEq(IERC20(silent).balanceOf(address(wrapped)), unit);
        assertHoldsNothing(silent, address(wrapped));
    }

    function test_TokenWithAFeeWrapped() public {
        address fee = address(new FeeToken());
        IERC4626 wrapped = wrapperOf(fee);
        give(IMintable(fee), alice, 10 * unit);
        // The wrapper credits what was asked of it, one unit more than it got: its loss, not the Router's.
        assertEq(stake(orderOf(address(wrapped)), fee, 10 * unit), 10 * unit - 1);
        assertHoldsNothing(fee, address(wrapped));
        assertEq(IERC20(fee).balanceOf(alice), 0);
    }

    /// @dev The Router has the amount, and nothing to pay the fee with.
    function test_RevertWhen_TokenTakesAFeeFromItsSender() public {
        address fee = address(new SenderFeeToken());
        IERC4626 wrapped = wrapperOf(fee);
        give(IMintable(fee), alice, 10 * unit);
        bytes memory short =
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, address(router), 0, 1);
        vm.expectRevert(short);
        stake(orderOf(fee), fee, unit);
        vm.expectRevert(short);
        stake(orderOf(address(wrapped)), fee, unit);
    }

    /// @dev An allowance that a call left behind would stop the next one.
    function test_TokenThatAllowsFromZeroOnly() public {
        address odd = address(new FromZeroToken());
        give(IMintable(odd), alice, 3 * unit);
        stake(orderOf(odd), odd, unit);
        IERC4626 wrapped = wrapperOf(odd);
        stake(orderOf(address(wrapped)), odd, unit);
        stake(orderOf(address(wrapped)), odd, unit);
        assertEq(valueOf(odd, alice), unit);
        assertEq(valueOf(address(wrapped), alice), 2 * unit);
        assertHoldsNothing(odd, address(wrapped));
    }

    function testFuzz_TokenThatDeliversLessWrapped(uint256 amount, uint256 lost) public {
        amount = boundAmount(amount) + 4;
        lost = bound(lost, 0, 2);
        ShortToken short = new ShortToken();
        IERC4626 wrapped = rebasingWrapper(short);
        give(IMintable(address(short)), address(this), 1001);
        short.approve(address(wrapped), 1001);
        wrapped.deposit(1001, address(this));
        short.lose(lost);
        give(IMintable(address(short)), alice, amount);
        assertEq(stake(orderOf(address(wrapped)), address(short), amount), amount - 2 * lost);
        assertHoldsNothing(address(short), address(wrapped));
    }

    /* ODD WRAPPERS */

    function test_WrapperThatTakesLess() public {
        OddWrapper odd = new OddWrapper(address(token));
        odd.take(4 * unit, 4 * unit);
        assertEq(stake(orderOf(address(odd)), 10 * unit), 4 * unit);
        assertEq(token.balanceOf(alice), 996 * unit, "the rest is back");
        assertHoldsNothing(address(token), address(odd));
    }

    /// @dev The receiver gets the position, and nothing else.
    function test_WrapperThatTakesLessForAnotherReceiver() public {
        OddWrapper odd = new OddWrapper(address(token));
        odd.take(4 * unit, 4 * unit);
        StakeOrder memory o = orderOf(address(odd));
        o.receiver = bob;
        assertEq(stake(o, 10 * unit), 4 * unit);
        assertEq(token.balanceOf(alice), 996 * unit, "the rest is the sender's");
        assertEq(token.balanceOf(bob), 0, "and not the receiver's");
    }

    /// @dev It keeps its allowance for later, and gives what it is asked for out of nothing.
    function test_WrapperThatTakesNothing() public {
        OddWrapper odd = new OddWrapper(address(token));
        odd.take(0, type(uint256).max);
        assertEq(stake(orderOf(address(odd)), 10 * unit), 10 * unit);
        assertEq(token.balanceOf(alice), 1000 * unit);
        assertHoldsNothing(address(token), address(odd));
    }

    /// @dev It names the token as its asset, takes it, and gives a tenth: nobody but its caller pays, and never more
    /// than the amount.
    function test_WrapperThatGivesLess() public {
        OddWrapper odd = new OddWrapper(address(token));
        odd.take(type(uint256).max, unit);
        StakeOrder memory o = orderOf(address(odd));
        o.minAssets = unit;
        token.mint(address(router), 5 * unit);
        assertEq(stake(o, 10 * unit), unit);
        assertEq(token.balanceOf(alice), 990 * unit);
        assertEq(token.balanceOf(address(router)), 5 * unit);
        assertAllowsNobody(address(token), address(odd));
    }

    /// @dev It is allowed the amount, and not what lies in the Router beside it.
    function test_WrapperThatTakesMore() public {
        OddWrapper odd = new OddWrapper(address(token));
        token.mint(address(router), 5 * unit);
        odd.take(0, unit);
        odd.arm(address(odd), abi.encodeCall(OddWrapper.draw, (address(router), unit + 1)));
        stake(orderOf(address(odd)), unit);
        assertTrue(odd.called());
        assertEq(token.balanceOf(address(odd)), 0);
        assertEq(token.balanceOf(address(router)), 5 * unit);
    }

    /// @dev A hook of the token lets it draw while the rest is sent back: its allowance is gone by then.
    function test_WrapperThatTakesDuringTheRefund() public {
        HookToken hook = new HookToken();
        OddWrapper odd = new OddWrapper(address(hook));
        hook.mint(address(router), 5 * unit);
        give(IMintable(address(hook)), alice, 10 * unit);
        odd.take(0, unit);
        hook.arm(address(odd), abi.encodeCall(OddWrapper.draw, (address(router), 5 * unit)));
        stake(orderOf(address(odd)), address(hook), 10 * unit);
        assertTrue(hook.called());
        assertEq(hook.balanceOf(alice), 10 * unit);
        assertEq(hook.balanceOf(address(router)), 5 * unit);
    }

    function test_TwoUnitsAreNotSentBack() public {
        OddWrapper odd = new OddWrapper(address(token));
        odd.take(unit - 2, unit);
        stake(orderOf(address(odd)), unit);
        assertEq(token.balanceOf(address(router)), 2);
        assertAllowsNobody(address(token), address(odd));

        // And nobody else gets them.
        odd.take(unit - 3, unit);
        stake(orderOf(address(odd)), unit);
        assertEq(token.balanceOf(address(router)), 2);
        assertEq(token.balanceOf(alice), 998 * unit + 3, "what went in, but for the three that came back");
    }

    /* STAKED ETHER */

    /// @dev What rebasing tokens leave behind in a call is bounded, and not allowed to anybody.
    function testFuzz_StakedEtherLeavesTwoUnits(uint256 amount, uint256 reward, uint256 more) public {
        IStakedEther steth = stakedEther();
        IERC4626 wsteth = usedWrapper(steth);
        depositEther(steth, bob, 1e18);
        payReward(steth, bound(reward, 0, 0.99e18));
        depositEther(steth, alice, bound(more, 300, 1e24));
        vm.prank(alice);
        steth.approve(address(router), type(uint256).max);

        uint256 all = steth.balanceOf(alice);
        amount = bound(amount, 100, all - 100);
        stake(orderOf(address(wsteth)), address(steth), amount);
        assertLe(steth.balanceOf(address(router)), 2);
        stake(orderOf(address(wsteth)), address(steth), steth.balanceOf(alice));
        assertLe(steth.balanceOf(address(router)), 4);
        assertEq(wsteth.balanceOf(address(router)), 0);
        assertAllowsNobody(address(steth), address(wsteth));
        // In each call two units for each of two transfers, and one for each of two conversions; and one here.
        assertGe(wsteth.convertToAssets(valueOf(address(wsteth), alice)) + 13, all);
    }

    /* MANY CALLS */

    /// @dev Six stakes of two people, by all ways, with rewards and penalties in between: each leaves nothing behind,
    /// but for two units of staked ether, and each position grows by what its order bounds.
    function testFuzz_ManyCalls(uint256 seed) public {
        IStakedEther steth = stakedEther();
        IERC4626 wsteth = usedWrapper(steth);
        depositEther(steth, bob, 1e18);
        approveAll(alice, steth, wsteth);
        approveAll(bob, steth, wsteth);
        for (uint256 i; i < 6; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 dust = steth.balanceOf(address(router));
            address sender = seed % 2 == 0 ? alice : bob;
            uint256 amount = bound(seed >> 64, 1e4, 1e15);
            stakeSomehow((seed >> 8) % 5, sender, amount, steth, wsteth);
            assertEq(token.balanceOf(address(router)), 0);
            assertEq(wrapper.balanceOf(address(router)), 0);
            assertEq(wsteth.balanceOf(address(router)), 0);
            assertEq(address(router).balance, 0);
            assertLe(steth.balanceOf(address(router)), dust + 2);
            assertAllowsNobody(address(token), address(wrapper));
            assertAllowsNobody(address(steth), address(wsteth));
            // The rate stays below two, where staked ether loses no more than two units.
            if (seed >> 253 == 0) steth.penalize(address(steth).balance / 8);
            else if (address(steth).balance < steth.totalShares() * 7 / 4) payReward(steth, amount % 1e14);
        }
    }

    function stakeSomehow(uint256 way, address sender, uint256 amount, IStakedEther steth, IERC4626 wsteth) private {
        StakeOrder memory o = orderOf(way < 1 ? address(token) : way < 2 ? address(wrapper) : address(wsteth));
        o.receiver = sender;
        o.minAssets = way < 1 ? amount : way < 2 ? wrapper.previewDeposit(amount) : wsteth.previewDeposit(amount - 5);
        uint256 worth = valueOf(o.strategy, sender);
        if (way < 2) {
            token.mint(sender, amount);
            vm.prank(sender);
            router.stake(o, address(token), amount);
        } else if (way < 3) {
            vm.deal(sender, amount);
            vm.prank(sender);
            router.stakeNative{value: amount}(o, address(steth));
        } else {
            depositEther(steth, sender, amount);
            amount = way < 4 ? amount / 2 : steth.balanceOf(sender);
            o.minAssets = wsteth.previewDeposit(amount - 5);
            vm.prank(sender);
            router.stake(o, address(steth), amount);
        }
        assertGe(valueOf(o.strategy, sender) + 1, worth + o.minAssets);
    }

    function approveAll(address account, IStakedEther steth, IERC4626 wsteth) private {
        vm.startPrank(account);
        token.approve(address(router), type(uint256).max);
        steth.approve(address(router), type(uint256).max);
        wsteth.approve(address(router), type(uint256).max);
        vm.stopPrank();
    }

    /* WHAT LIES THERE */

    /// @dev Tokens, wrapper and ether that were sent unasked are as if they were not there.
    function testFuzz_D52_DonationsCountForNobody(uint256 donated, uint256 wrapped, uint256 ether_) public {
        donated = bound(donated, 0, 2 ** 90);
        wrapped = bound(wrapped, 0, 2 ** 80);
        token.mint(address(router), donated);
        token.mint(address(this), wrapped);
        token.approve(address(wrapper), wrapped);
        wrapped = wrapper.deposit(wrapped, address(router));
        vm.deal(address(router), bound(ether_, 0, 2 ** 90));
        ether_ = address(router).balance;

        assertEq(stake(order(), unit), unit);
        assertEq(stake(orderOf(address(wrapper)), unit), unit);
        WrappedEther weth = new WrappedEther();
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        router.stakeNative{value: 1 ether}(orderOf(address(weth)), address(weth));

        assertEq(token.balanceOf(alice), 998 * unit);
        assertEq(token.balanceOf(address(router)), donated);
        assertEq(wrapper.balanceOf(address(router)), wrapped);
        assertEq(address(router).balance, ether_);
        assertEq(weth.balanceOf(address(router)), 0);
        assertAllowsNobody(address(token), address(wrapper));
    }

    function test_TakesNoEther() public {
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        (bool taken,) = address(router).call{value: 1 ether}("");
        assertFalse(taken);
    }

    /* INTERNAL */

    function wrapperOf(address asset) internal returns (IERC4626) {
        return IERC4626(address(new PlainWrapper(IERC20(asset))));
    }
}
