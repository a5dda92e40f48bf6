// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IStakedEther, Rebasing} from "../Rebasing.sol";

/// @notice The development network's staked ether as a plain ERC-20.
contract DevStakedEtherTransferTest is Rebasing {
    IStakedEther internal steth;

    function setUp() public override {
        super.setUp();
        steth = stakedEther();
        depositEther(steth, alice, 3 ether);
    }

    function test_HasAName() public view {
        IERC20Metadata metadata = IERC20Metadata(address(steth));
        assertEq(metadata.name(), "Staked Ether");
        assertEq(metadata.symbol(), "stETH");
        assertEq(metadata.decimals(), 18);
    }

    function test_Moves() public {
        vm.expectEmit(address(steth));
        emit IERC20.Transfer(alice, bob, 1 ether);
        vm.prank(alice);
        assertTrue(steth.transfer(bob, 1 ether));
        assertEq(steth.balanceOf(alice), 2 ether);
        assertEq(steth.balanceOf(bob), 1 ether);
    }

    function test_MovesToItself() public {
        vm.prank(alice);
        assertTrue(steth.transfer(alice, 1 ether));
        assertEq(steth.balanceOf(alice), 3 ether);
        assertEq(steth.totalSupply(), 3 ether);
    }

    function test_RevertWhen_MoreThanTheBalance() public {
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 3 ether, 3 ether + 1)
        );
        vm.prank(alice);
        assertFalse(steth.transfer(bob, 3 ether + 1));
    }

    function test_RevertWhen_ToTheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        vm.prank(alice);
        assertFalse(steth.transfer(address(0), 1 ether));
    }

    function test_RevertWhen_NotAllowed() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, stranger, 0, 1 ether));
        vm.prank(stranger);
        assertFalse(steth.transferFrom(alice, stranger, 1 ether));
    }

    function test_UsesUpAnAllowance() public {
        vm.prank(alice);
        steth.approve(bob, 2 ether);
        vm.prank(bob);
        assertTrue(steth.transferFrom(alice, bob, 1.5 ether));
        assertEq(steth.allowance(alice, bob), 0.5 ether);
        assertEq(steth.balanceOf(bob), 1.5 ether);
    }

    /// @dev Nobody's balance is a unit after the penalty, but everybody's shares count again after the reward.
    function test_NothingMovesNoShares() public {
        depositEther(steth, bob, 1 ether);
        steth.penalize(address(steth).balance - 1);
        assertEq(steth.balanceOf(alice), 0);
        uint256 shares = steth.sharesOf(alice);
        vm.prank(stranger);
        assertTrue(steth.transferFrom(alice, stranger, 0));
        assertEq(steth.sharesOf(alice), shares);
        assertEq(steth.sharesOf(stranger), 0);
    }

    function testFuzz_AWholeBalanceMovesAllShares(uint256 reward, uint256 more) public {
        depositEther(steth, bob, bound(more, 1, 1e24));
        payReward(steth, bound(reward, 0, 1e24));
        (uint256 all, uint256 shares) = (steth.balanceOf(alice), steth.sharesOf(alice));
        vm.prank(alice);
        assertTrue(steth.transfer(stranger, all));
        assertEq(steth.sharesOf(alice), 0);
        assertEq(steth.sharesOf(stranger), shares);
        assertEq(steth.balanceOf(stranger), all);
    }

    /// @dev As staked ether does. A part delivers no more than asked; a whole balance may, by the fraction it had.
    function testFuzz_DeliversUpToTwoUnitsLess(uint256 reward, uint256 first, uint256 amount) public {
        payReward(steth, bound(reward, 0, 2.99 ether));
        depositEther(steth, bob, bound(first, 2, 1e24));
        uint256 held = steth.balanceOf(bob);
        uint256 all = steth.balanceOf(alice);
        amount = bound(amount, 0, all);
        vm.prank(alice);
        assertTrue(steth.transfer(bob, amount));
        assertLe(steth.balanceOf(bob), held + amount + (amount == all ? 1 : 0));
        assertGe(steth.balanceOf(bob) + 2, held + amount);
    }
}
