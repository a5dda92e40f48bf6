// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Permit, Permit2, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {IMintable} from "../Base.t.sol";
import {IStakedEther} from "../unit/Rebasing.sol";
import {Signing} from "../unit/Router/Signing.sol";

/// @notice What each way through the Router costs, and the same by hand in transactions of their own; written to
/// `snapshots/periphery.json`, the latter as `…_by_hand`.
/// @dev As in `Core.t.sol`: every top-level call is a cold transaction, the receiver new in a pool that others are in
/// and that was touched in this epoch. By hand, each approval is exact, and used up.
contract PeripheryGas is Signing {
    uint256 internal constant AMOUNT = 100e18;

    /// @dev Of the plain token: a wrapper that is shipped.
    IERC4626 internal wrapped;
    IStakedEther internal steth;
    IERC4626 internal wsteth;
    uint256 internal sum;

    function setUp() public override {
        super.setUp();
        steth = stakedEther();
        wsteth = usedWrapper(steth);
        allowPermit2();
        signed.mint(carol, 1000e18);

        // Others are in every pool and wrapper, and the vault holds of every token.
        deposit(bob, operator, 1000e18);
        deposit(IMintable(address(signed)), bob, operator, 1000e18);
        wrapped = rebasingWrapper(IERC20(address(token)));
        give(token, bob, 1000e18);
        depositEther(steth, bob, 1000e18);
        vm.startPrank(bob);
        token.approve(address(wrapped), type(uint256).max);
        wrapped.deposit(1000e18, bob);
        stakeByHand(address(wrapped), 900e18, bob);
        steth.approve(address(wsteth), type(uint256).max);
        wsteth.deposit(900e18, bob);
        stakeByHand(address(wsteth), 800e18, bob);
        vm.stopPrank();
        payReward(steth, 100e18);
        sum = 0;
    }

    /* BY ALLOWANCE */

    function test_Stake() public {
        give(token, alice, AMOUNT);
        stake(order(), AMOUNT);
        vm.snapshotGasLastCall("periphery", "router_stake");
    }

    function test_StakeByHand() public {
        vm.startPrank(alice);
        stakeByHand(address(token), AMOUNT, alice);
        vm.stopPrank();
        vm.snapshotValue("periphery", "router_stake_by_hand", sum);
    }

    function test_Wrap() public {
        stake(orderOf(address(wrapped)), AMOUNT);
        vm.snapshotGasLastCall("periphery", "router_wrap");
    }

    function test_WrapByHand() public {
        vm.startPrank(alice);
        token.approve(address(wrapped), AMOUNT);
        count();
        uint256 shares = wrapped.deposit(AMOUNT, alice);
        count();
        stakeByHand(address(wrapped), shares, alice);
        vm.stopPrank();
        vm.snapshotValue("periphery", "router_wrap_by_hand", sum);
    }

    /* ETHER */

    function test_Native() public {
        vm.deal(alice, AMOUNT);
        vm.prank(alice);
        router.stakeNative{value: AMOUNT}(orderOf(address(wsteth)), address(steth));
        vm.snapshotGasLastCall("periphery", "router_native");
        assertApproxEqAbs(wsteth.convertToAssets(valueOf(address(wsteth), alice)), AMOUNT, 4);
    }

    function test_NativeByHand() public {
        vm.deal(alice, AMOUNT);
        vm.startPrank(alice);
        steth.deposit{value: AMOUNT}();
        count();
        uint256 balance = steth.balanceOf(alice);
        steth.approve(address(wsteth), balance);
        count();
        uint256 shares = wsteth.deposit(balance, alice);
        count();
        stakeByHand(address(wsteth), shares, alice);
        vm.stopPrank();
        vm.snapshotValue("periphery", "router_native_by_hand", sum);
        assertApproxEqAbs(wsteth.convertToAssets(valueOf(address(wsteth), alice)), AMOUNT, 4);
    }

    /* SIGNATURES */

    /// @dev Carol's second permit: her nonce is not zero.
    function test_Permit() public {
        Permit memory first = permit(1, vm.getBlockTimestamp());
        signed.permit(carol, address(router), 1, first.deadline, first.v, first.r, first.s);
        Permit memory p = permit(AMOUNT, vm.getBlockTimestamp());
        vm.prank(carol);
        router.stakeWithPermit(orderOf(address(signed)), address(signed), AMOUNT, p);
        vm.snapshotGasLastCall("periphery", "router_permit");
    }

    function test_PermitByHand() public {
        vm.startPrank(carol);
        stakeByHand(address(signed), AMOUNT, alice);
        vm.stopPrank();
        vm.snapshotValue("periphery", "router_permit_by_hand", sum);
        vm.snapshotValue("periphery", "router_permit2_by_hand", sum);
    }

    /// @dev A nonce in a word of which one was used before.
    function test_Permit2() public {
        Permit2 memory p = permit2(1e18, 0);
        StakeOrder memory o = orderOf(address(signed));
        o.receiver = bob;
        vm.prank(carol);
        router.stakeWithPermit2(o, address(signed), 1e18, p);
        p = permit2(AMOUNT, 1);
        vm.prank(carol);
        router.stakeWithPermit2(orderOf(address(signed)), address(signed), AMOUNT, p);
        vm.snapshotGasLastCall("periphery", "router_permit2");
    }

    /* INTERNAL */

    /// @dev Adds the last transaction to the sum.
    function count() internal {
        sum += vm.lastCallGas().gasTotalUsed;
    }

    /// @dev Two transactions of whoever is pranked, counted.
    function stakeByHand(address strategy, uint256 assets, address receiver) internal {
        IERC20(strategy).approve(address(vault), assets);
        count();
        vault.deposit(strategy, operator, receiver, assets, 0);
        count();
    }
}
