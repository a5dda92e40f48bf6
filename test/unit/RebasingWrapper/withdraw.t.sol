// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

import {NoZeroToken} from "../../mocks/OddTokens.sol";
import {WrapperScene} from "./WrapperScene.sol";

/// @notice Withdrawals and redemptions: what goes out.
contract RebasingWrapperWithdrawTest is WrapperScene {
    address internal receiver = makeAddr("receiver");

    /* WITHDRAW */

    function testFuzz_WithdrawalDeliversWhatIsAsked(
        uint256 held,
        uint256 backing,
        uint256 lost,
        uint256 mine,
        uint256 assets
    ) public {
        aliceHolds(held, backing, lost, mine);
        uint256 most = wrapper.maxWithdraw(alice);
        if (most == 0) return;
        assets = bound(assets, 1, most);
        uint256 preview = wrapper.previewWithdraw(assets);
        uint256 shares = wrapper.balanceOf(alice);
        (uint256 assetsBefore, uint256 sharesBefore) = rate();

        vm.prank(alice);
        assertEq(wrapper.withdraw(assets, receiver, alice), preview);
        assertEq(shares - wrapper.balanceOf(alice), preview, "no more shares than the preview");
        assertGe(short.balanceOf(receiver), assets, "no less than asked");
        assertLe(short.balanceOf(receiver), assets + 2);
        assertRateNotBelow(assetsBefore, sharesBefore);
    }

    function test_RevertWhen_MoreThanTheMost() public {
        depositFor(alice, unit);
        uint256 most = wrapper.maxWithdraw(alice);
        assertEq(most, unit - 2);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxWithdraw.selector, alice, most + 1, most));
        vm.prank(alice);
        wrapper.withdraw(most + 1, alice, alice);
    }

    function test_NothingForNothing() public {
        depositFor(alice, unit);
        vm.prank(alice);
        assertEq(wrapper.withdraw(0, receiver, alice), 0);
        assertEq(wrapper.balanceOf(alice), unit);
        assertEq(short.balanceOf(receiver), 0);
    }

    /// @dev A token that refuses to move nothing is not asked to: for nothing, and for shares that are worth no more than
    /// a transfer may lose.
    function test_D55_ATokenIsNotAskedToMoveNothing() public {
        NoZeroToken picky = new NoZeroToken();
        IERC4626 of_ = rebasingWrapper(picky);
        picky.mint(alice, unit);
        vm.startPrank(alice);
        picky.approve(address(of_), unit);
        of_.deposit(unit, alice);
        assertEq(of_.withdraw(0, receiver, alice), 0);
        assertEq(of_.redeem(2, receiver, alice), 0);
        vm.stopPrank();
        assertEq(picky.balanceOf(receiver), 0);
        assertEq(picky.balanceOf(address(of_)), unit);
    }

    /* REDEEM */

    function testFuzz_RedemptionDeliversNoLessThanItsPreview(
        uint256 held,
        uint256 backing,
        uint256 lost,
        uint256 mine,
        uint256 shares
    ) public {
        aliceHolds(held, backing, lost, mine);
        shares = bound(shares, 1, wrapper.maxRedeem(alice));
        uint256 preview = wrapper.previewRedeem(shares);
        uint256 worth = wrapper.convertToAssets(shares);
        (uint256 assetsBefore, uint256 sharesBefore) = rate();

        vm.prank(alice);
        assertEq(wrapper.redeem(shares, receiver, alice), preview);
        assertGe(short.balanceOf(receiver), preview);
        assertLe(short.balanceOf(receiver), worth);
        if (preview > 0) assertEq(short.balanceOf(receiver) + short.lost(), worth, "all of their worth is sent");
        assertRateNotBelow(assetsBefore, sharesBefore);
    }

    /// @dev Two units cannot be promised, and are not sent: they stay with the others.
    function test_TwoUnitsAreNotPaid() public {
        depositFor(bob, unit);
        depositFor(alice, 2);
        vm.prank(alice);
        assertEq(wrapper.redeem(2, receiver, alice), 0);
        assertEq(short.balanceOf(receiver), 0);
        assertEq(wrapper.totalAssets(), 1001 + unit + 2);
    }

    /// @dev A token that begins to take a fee holds nobody back.
    function test_PaysOutThoughTheTokenDeliversTooLittle() public {
        depositFor(alice, unit);
        short.lose(100);
        vm.prank(alice);
        wrapper.redeem(unit, receiver, alice);
        assertEq(short.balanceOf(receiver), unit - 100);
    }

    /* ON BEHALF */

    function test_RevertWhen_AStrangerWithdraws() public {
        depositFor(alice, unit);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, stranger, 0, unit / 2 + 2)
        );
        vm.prank(stranger);
        wrapper.withdraw(unit / 2, stranger, alice);
    }

    function test_RevertWhen_AStrangerRedeems() public {
        depositFor(alice, unit);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, stranger, 0, unit));
        vm.prank(stranger);
        wrapper.redeem(unit, stranger, alice);
    }

    function test_ASpenderRedeems() public {
        depositFor(alice, unit);
        vm.prank(alice);
        wrapper.approve(stranger, unit);
        vm.prank(stranger);
        wrapper.redeem(unit, receiver, alice);
        assertEq(short.balanceOf(receiver), unit);
        assertEq(wrapper.allowance(alice, stranger), 0);
    }

    /* INTERNAL */

    /// @dev Alice is in beside bob, at some rate.
    function aliceHolds(uint256 held, uint256 backing, uint256 lost, uint256 mine) internal {
        atSomeRate(held, backing, lost);
        vm.prank(alice);
        wrapper.mint(bound(mine, 1, 2 ** 88), alice);
    }
}
