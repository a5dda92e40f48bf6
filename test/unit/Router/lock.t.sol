// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IRouter, Permit, Permit2, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {OddNativeToken, OddWrapper} from "../../mocks/RouterTokens.sol";
import {Locks} from "../Lock.sol";
import {RouterScene} from "./RouterScene.sol";

/// @notice That nobody who is called calls the Router.
contract RouterLockTest is RouterScene, Locks {
    bytes4 internal constant LOCKED = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;

    function test_NoEntryPointIsLeftOut() public view {
        assertNoEntryPointIsLeftOut("Router", everyCall());
    }

    function test_D37_AHookOfTheTokenCannotCallIt() public {
        give(odd(), alice, unit);
        assertLocked(address(router), everyCall(), stakeOdd);
    }

    function test_AWrapperCannotCallIt() public {
        bytes[] memory calls = everyCall();
        for (uint256 i; i < calls.length; ++i) {
            OddWrapper wicked = new OddWrapper(address(token));
            wicked.arm(address(router), calls[i]);
            stake(orderOf(address(wicked)), unit);
            assertFalse(wicked.succeeded());
            assertEq(wicked.answer(), abi.encodeWithSelector(LOCKED));
        }
    }

    function test_WhatTakesEtherCannotCallIt() public {
        bytes[] memory calls = everyCall();
        for (uint256 i; i < calls.length; ++i) {
            OddNativeToken native = new OddNativeToken();
            native.arm(address(router), calls[i]);
            vm.deal(alice, 1 ether);
            vm.prank(alice);
            router.stakeNative{value: 1 ether}(orderOf(address(native)), address(native));
            assertFalse(native.succeeded());
            assertEq(native.answer(), abi.encodeWithSelector(LOCKED));
        }
    }

    /// @dev The theft that the lock rules out. The thief stakes into its own wrapper, which does not take the tokens it
    /// is given but has a victim call the Router (a contract that anybody can make stake), and takes them when a hook
    /// of the token lets it, amid the measuring of what the victim sends. The victim's tokens would make up for them,
    /// and go to the thief as what its wrapper left.
    function test_AWrapperCannotHaveOthersPayForWhatItTakes() public {
        OddWrapper wicked = new OddWrapper(address(hook));
        Victim victim = new Victim(router, hook);
        hook.mint(address(victim), 10 * unit);
        give(odd(), stranger, 10 * unit);
        wicked.take(0, 1);
        wicked.arm(address(victim), abi.encodeCall(Victim.restake, (victimsOrder(address(hook), address(victim)))));
        // Not all, or the victim's call would find that nothing arrived.
        hook.arm(address(wicked), abi.encodeCall(OddWrapper.draw, (address(router), 9 * unit)));

        StakeOrder memory o = orderOf(address(wicked));
        o.receiver = stranger;
        vm.prank(stranger);
        router.stake(o, address(hook), 10 * unit);

        assertFalse(wicked.succeeded(), "the victim does not stake in the middle of it");
        assertEq(hook.balanceOf(address(victim)), 10 * unit);
        assertEq(hook.balanceOf(stranger) + hook.balanceOf(address(wicked)), 10 * unit, "the thief's own");
        assertHoldsNothing(address(hook), address(wicked));
    }

    /* INTERNAL */

    function stakeOdd() internal {
        stake(orderOf(address(hook)), address(hook), unit);
    }

    function everyCall() internal view returns (bytes[] memory calls) {
        StakeOrder memory o = order();
        calls = new bytes[](4);
        calls[0] = abi.encodeCall(IRouter.stake, (o, address(token), unit));
        calls[1] = abi.encodeCall(IRouter.stakeNative, (o, address(token)));
        calls[2] =
            abi.encodeCall(IRouter.stakeWithPermit, (o, address(token), unit, Permit(0, 27, bytes32(0), bytes32(0))));
        calls[3] = abi.encodeCall(IRouter.stakeWithPermit2, (o, address(token), unit, Permit2(0, 0, "")));
    }

    function victimsOrder(address strategy, address receiver) internal view returns (StakeOrder memory o) {
        o = orderOf(strategy);
        o.receiver = receiver;
    }
}

/// @notice Stakes what it has whenever somebody asks it to, as a pooled product may.
contract Victim {
    IRouter private immutable ROUTER;
    IERC20 private immutable TOKEN;

    constructor(IRouter router, IERC20 token) {
        (ROUTER, TOKEN) = (router, token);
        token.approve(address(router), type(uint256).max);
    }

    function restake(StakeOrder calldata order) external {
        ROUTER.stake(order, address(TOKEN), TOKEN.balanceOf(address(this)));
    }
}
