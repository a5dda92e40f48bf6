// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {HookToken} from "../../mocks/OddTokens.sol";
import {WrapperScene} from "./WrapperScene.sol";

/// @notice Deposits and mints: what comes in.
contract RebasingWrapperDepositTest is WrapperScene {
    /* DEPOSIT */

    /// @dev And leaves a thousand shares to nobody.
    function test_TheFirst() public {
        IERC4626 fresh = rebasingWrapper(short);
        vm.startPrank(alice);
        short.approve(address(fresh), type(uint256).max);
        assertEq(fresh.previewDeposit(unit), unit - 1002);
        assertEq(fresh.deposit(unit, alice), unit - 1000);
        vm.stopPrank();
        assertEq(fresh.totalSupply(), unit);
        assertEq(fresh.balanceOf(address(0xdead)), 1000);
    }

    function test_TheFirstByAMint() public {
        IERC4626 fresh = rebasingWrapper(short);
        vm.startPrank(alice);
        short.approve(address(fresh), type(uint256).max);
        assertEq(fresh.previewMint(unit), unit + 1002);
        assertEq(fresh.mint(unit, bob), unit + 1002);
        vm.stopPrank();
        assertEq(fresh.balanceOf(bob), unit, "to the receiver");
        assertEq(fresh.totalSupply(), unit + 1000);
        assertEq(fresh.balanceOf(address(0xdead)), 1000);
    }

    function test_RevertWhen_TheFirstLeavesNothing() public {
        IERC4626 fresh = rebasingWrapper(short);
        vm.startPrank(alice);
        short.approve(address(fresh), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(NothingToMint.selector, 1000));
        fresh.deposit(1000, alice);
        vm.stopPrank();
    }

    /// @dev What was sent before is its own then, and no reason to give it fewer shares.
    function test_TheFirstAfterADonation() public {
        IERC4626 fresh = rebasingWrapper(short);
        vm.startPrank(alice);
        assertTrue(short.transfer(address(fresh), 5 * unit));
        short.approve(address(fresh), type(uint256).max);
        assertEq(fresh.deposit(unit, alice), unit - 1000);
        vm.stopPrank();
    }

    function test_TheFirstByAMintAfterADonation() public {
        IERC4626 fresh = rebasingWrapper(short);
        vm.startPrank(alice);
        assertTrue(short.transfer(address(fresh), 5 * unit));
        short.approve(address(fresh), type(uint256).max);
        assertEq(fresh.previewMint(unit), unit + 1002);
        assertEq(fresh.mint(unit, alice), unit + 1002);
        vm.stopPrank();
        assertEq(short.balanceOf(address(fresh)), 6 * unit + 1002);
    }

    function test_OneForOne() public {
        uint256 purse = short.balanceOf(alice);
        vm.expectEmit(address(wrapper));
        emit IERC4626.Deposit(alice, bob, 7 * unit, 7 * unit);
        vm.prank(alice);
        assertEq(wrapper.deposit(7 * unit, bob), 7 * unit);
        assertEq(wrapper.balanceOf(bob), 7 * unit);
        assertEq(short.balanceOf(address(wrapper)), 1001 + 7 * unit);
        assertEq(purse - short.balanceOf(alice), 7 * unit, "the sender's");
    }

    function test_CreditsWhatArrives() public {
        short.lose(1);
        assertEq(depositFor(alice, unit), unit - 1);
        short.lose(2);
        assertEq(depositFor(alice, unit), unit - 2);
        assertEq(wrapper.totalAssets(), 1001 + 2 * unit - 3);
    }

    /// @dev A gift that comes in the middle of a deposit is everybody's, and not the depositor's.
    function test_CreditsNoMoreThanWasAsked() public {
        HookToken hook = new HookToken();
        IERC4626 hooked = rebasingWrapper(hook);
        hook.mint(alice, 10 * unit);
        vm.startPrank(alice);
        hook.approve(address(hooked), type(uint256).max);
        hooked.deposit(unit, alice);
        hook.arm(address(hook), abi.encodeCall(hook.mint, (address(hooked), 5 * unit)));
        assertEq(hooked.deposit(unit, alice), unit);
        vm.stopPrank();
        assertTrue(hook.succeeded());
        assertEq(hooked.totalAssets(), 7 * unit);
    }

    function test_RevertWhen_D53_TokenDeliversTooLittle() public {
        short.lose(3);
        vm.expectRevert(abi.encodeWithSelector(DeliveredTooLittle.selector, unit, unit - 3));
        depositFor(alice, unit);
    }

    function test_RevertWhen_NothingArrives() public {
        short.lose(2);
        vm.expectRevert(abi.encodeWithSelector(NothingToMint.selector, 0));
        depositFor(alice, 2);
    }

    /// @dev A share is worth three units, and two buy none.
    function test_RevertWhen_NotWorthAShare() public {
        short.rebase(address(wrapper), 3 * 1001 + 2);
        vm.expectRevert(abi.encodeWithSelector(NothingToMint.selector, 2));
        depositFor(alice, 2);
    }

    function testFuzz_GivesNoFewerSharesThanItsPreview(uint256 held, uint256 backing, uint256 lost, uint256 assets)
        public
    {
        atSomeRate(held, backing, lost);
        assets = bound(assets, 1, 2 ** 99);
        uint256 preview = wrapper.previewDeposit(assets);
        (uint256 assetsBefore, uint256 sharesBefore) = rate();
        uint256 best = wrapper.convertToShares(assets - (short.lost() < assets ? short.lost() : assets));
        if (best == 0) return;

        assertEq(depositFor(alice, assets), best, "to the last unit that arrived");
        assertGe(best, preview);
        assertEq(wrapper.balanceOf(alice), best);
        assertRateNotBelow(assetsBefore, sharesBefore);
    }

    /* MINT */

    function testFuzz_MintTakesNoMoreThanItsPreview(uint256 held, uint256 backing, uint256 lost, uint256 shares)
        public
    {
        atSomeRate(held, backing, lost);
        shares = bound(shares, 1, 2 ** 88);
        uint256 preview = wrapper.previewMint(shares);
        uint256 purse = short.balanceOf(alice);
        (uint256 assetsBefore, uint256 sharesBefore) = rate();

        vm.prank(alice);
        assertLe(wrapper.mint(shares, alice), preview);
        assertEq(purse - short.balanceOf(alice), preview);
        assertLe(preview, wrapper.convertToAssets(shares) + 3, "and that is two units and a rounding more");
        assertEq(wrapper.balanceOf(alice), shares);
        assertRateNotBelow(assetsBefore, sharesBefore);
    }

    function test_RevertWhen_TokenDeliversTooLittleForAMint() public {
        short.lose(3);
        vm.expectRevert(abi.encodeWithSelector(DeliveredTooLittle.selector, unit + 2, unit - 1));
        vm.prank(alice);
        wrapper.mint(unit, alice);
    }

    /* THE LOCK */

    function test_RevertWhen_D37_AHookOfTheWrappedTokenComesBack() public {
        HookToken hook = new HookToken();
        IERC4626 hooked = rebasingWrapper(hook);
        hook.mint(alice, 10 * unit);
        vm.startPrank(alice);
        hook.approve(address(hooked), type(uint256).max);
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(IERC4626.deposit, (unit, alice));
        calls[1] = abi.encodeCall(IERC4626.mint, (unit, alice));
        calls[2] = abi.encodeCall(IERC4626.withdraw, (unit, alice, alice));
        calls[3] = abi.encodeCall(IERC4626.redeem, (unit, alice, alice));
        for (uint256 i; i < calls.length; ++i) {
            hook.arm(address(hooked), calls[i]);
            hooked.deposit(unit, alice);
            assertFalse(hook.succeeded());
            assertEq(
                hook.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
        vm.stopPrank();
    }
}
