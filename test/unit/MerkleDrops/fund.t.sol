// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {Incoming} from "palisade/libraries/Incoming.sol";
import {IMintable} from "../../Base.t.sol";
import {FeeToken, MintableToken, RefusingToken, SilentToken} from "../../mocks/OddTokens.sol";
import {DropsScene} from "./DropsScene.sol";

contract MerkleDropsFundTest is DropsScene {
    function test_RevertWhen_NoSuchDrop() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoSuchDrop.selector, 2));
        fund(2, unit);
    }

    function test_RevertWhen_Expired() public {
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropExpired.selector, drop, expiry));
        fund(drop, unit);
    }

    /// @dev Who makes a drop and funds it in one go does not know its number for sure: a stranger may take it first.
    function test_RevertWhen_D36_SomebodyElsesDrop() public {
        uint256 expected = drops.dropCount() + 1;
        vm.prank(stranger);
        assertEq(drops.create(address(token), 1, expiry), expected);
        create(token);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NotDropPayer.selector, expected, payer));
        fund(expected, unit);
    }

    function test_RevertWhen_AmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NothingToMove.selector, drop));
        fund(drop, 0);
    }

    function test_RevertWhen_NotAllowed() public {
        token.mint(alice, unit);
        vm.prank(alice);
        token.approve(address(drops), unit - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(drops), unit - 1, unit)
        );
        vm.prank(alice);
        drops.fund(drop, payer, unit);
    }

    function test_RevertWhen_SumDoesNotFit() public {
        uint256 most = type(uint128).max;
        give(token, payer, most);
        fund(drop, most - 100 * unit);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, most + 1));
        fund(drop, 1);
    }

    function test_RevertWhen_TokenTakesAFee() public {
        IMintable fee = IMintable(address(new FeeToken()));
        give(fee, payer, 10 * unit);
        uint256 other = create(fee);
        vm.expectRevert(abi.encodeWithSelector(Incoming.TokenDeliveredLess.selector, address(fee), unit, unit - 1));
        fund(other, unit);
    }

    /// @dev More is gone than came.
    function test_RevertWhen_TokenShrinksMeanwhile() public {
        VanishingToken odd = new VanishingToken();
        give(IMintable(address(odd)), payer, 10 * unit);
        uint256 other = create(IMintable(address(odd)));
        fund(other, 5 * unit);
        odd.vanish();
        vm.expectRevert(abi.encodeWithSelector(Incoming.TokenDeliveredLess.selector, address(odd), unit, 0));
        fund(other, unit);
    }

    function test_RevertWhen_TokenAnswersFalse() public {
        RefusingToken refusing = new RefusingToken();
        give(IMintable(address(refusing)), payer, unit);
        uint256 other = create(IMintable(address(refusing)));
        refusing.refuse(true);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(refusing)));
        fund(other, unit);
    }

    function test_TakesFromAnybody() public {
        give(token, alice, 3 * unit);
        vm.expectEmit(address(drops));
        emit IMerkleDrops.DropFunded(drop, alice, 3 * unit);
        vm.prank(alice);
        drops.fund(drop, payer, 3 * unit);
        assertEq(token.balanceOf(alice), 0);
        assertDrop(drop, 103 * unit, 0);
        assertEq(held(token), 103 * unit);
    }

    function test_FundsNoOther() public {
        uint256 other = create(token);
        fund(other, 7 * unit);
        assertDrop(drop, 100 * unit, 0);
        assertDrop(other, 7 * unit, 0);
        assertEq(held(token), 107 * unit);
    }

    /// @dev In the last second before it expires.
    function test_UntilTheExpiry() public {
        vm.warp(expiry - 1);
        fund(drop, unit);
        assertDrop(drop, 101 * unit, 0);
    }

    function test_OfATokenThatReturnsNothing() public {
        IMintable silent = IMintable(address(new SilentToken()));
        give(silent, payer, unit);
        uint256 other = create(silent);
        fund(other, unit);
        assertDrop(other, unit, 0);
        assertEq(held(silent), unit);
    }

    /// @dev What lies here is nobody's, and funds nothing.
    function test_AGiftIsNobodys() public {
        token.mint(address(drops), unit);
        assertDrop(drop, 100 * unit, 0);
        fund(drop, unit);
        assertDrop(drop, 101 * unit, 0);
    }
}

/// @notice Takes whatever a receiver had, once it is told to.
contract VanishingToken is MintableToken {
    bool private _vanishing;

    function vanish() external {
        _vanishing = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (_vanishing) super._update(to, address(0), balanceOf(to));
        super._update(from, to, amount);
    }
}
