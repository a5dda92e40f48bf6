// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IStakedEther, Rebasing} from "../Rebasing.sol";

/// @notice What the development network's staked ether is worth: deposits, rewards, penalties, redemptions.
contract DevStakedEtherRebaseTest is Rebasing {
    address internal constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    IStakedEther internal steth;

    function setUp() public override {
        super.setUp();
        steth = stakedEther();
    }

    /* DEPOSIT AND REDEEM */

    function test_DepositsOneForOne() public {
        vm.expectEmit(address(steth));
        emit IERC20.Transfer(address(0), alice, 3 ether);
        depositEther(steth, alice, 3 ether);
        assertEq(steth.balanceOf(alice), 3 ether);
        assertEq(steth.totalSupply(), 3 ether);
        assertEq(address(steth).balance, 3 ether);
    }

    function test_RevertWhen_NothingIsSent() public {
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.NothingToMint.selector, 0));
        steth.deposit();
    }

    function test_RevertWhen_NotWorthAShare() public {
        depositEther(steth, alice, 1);
        payReward(steth, 9);
        vm.deal(bob, 9);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.NothingToMint.selector, 9));
        vm.prank(bob);
        steth.deposit{value: 9}();
    }

    function test_RedeemsAtOnce() public {
        depositEther(steth, alice, 3 ether);
        vm.expectEmit(address(steth));
        emit IERC20.Transfer(alice, address(0), 1 ether);
        vm.prank(alice);
        steth.redeem(1 ether);
        assertEq(alice.balance, 1 ether);
        assertEq(steth.balanceOf(alice), 2 ether);
    }

    function test_RevertWhen_MoreThanTheBalanceIsRedeemed() public {
        depositEther(steth, alice, 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 1 ether, 1 ether + 1)
        );
        vm.prank(alice);
        steth.redeem(1 ether + 1);
    }

    /// @dev What rounding left when all were out is the next one's.
    function test_BeginsAgainWhenAllAreOut() public {
        depositEther(steth, alice, 3);
        depositEther(steth, bob, 3);
        payReward(steth, 1);
        redeemAll(alice);
        redeemAll(bob);
        assertEq(steth.totalShares(), 0);
        assertEq(steth.totalSupply(), 0);
        payReward(steth, 5);
        depositEther(steth, alice, 10);
        assertEq(steth.balanceOf(alice), address(steth).balance);
    }

    /* REWARDS AND PENALTIES */

    /// @dev By anybody: the network is for development.
    function test_RewardsRaiseAllBalances() public {
        depositEther(steth, alice, 3 ether);
        depositEther(steth, bob, 1 ether);
        payReward(steth, 0.4 ether);
        assertEq(steth.balanceOf(alice), 3.3 ether);
        assertEq(steth.balanceOf(bob), 1.1 ether);
    }

    function test_PenaltiesLowerAllBalances() public {
        depositEther(steth, alice, 3 ether);
        depositEther(steth, bob, 1 ether);
        vm.prank(stranger);
        steth.penalize(0.4 ether);
        assertEq(steth.balanceOf(alice), 2.7 ether);
        assertEq(steth.balanceOf(bob), 0.9 ether);
        assertEq(BURN_ADDRESS.balance, 0.4 ether);
    }

    function test_RevertWhen_PenaltyTakesAll() public {
        depositEther(steth, alice, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.PenaltyTooHigh.selector, 1 ether, 1 ether));
        steth.penalize(1 ether);
        steth.penalize(1 ether - 1);
        assertEq(steth.balanceOf(alice), 1);
    }

    /* WHOLE LIVES */

    /// @dev Forty things that three people, the beacon chain and its validators do.
    function testFuzz_IsAlwaysBacked(uint256 seed) public {
        address[3] memory people = [alice, bob, stranger];
        for (uint256 i; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            address one = people[seed % 3];
            address other = people[(seed >> 8) % 3];
            uint256 amount = bound(seed >> 32, 1, 1e20);
            uint256[3] memory before = [steth.balanceOf(alice), steth.balanceOf(bob), steth.balanceOf(stranger)];
            uint256 action = (seed >> 16) % 5;
            if (action == 0) depositSome(one, amount);
            else if (action == 1) payReward(steth, amount % (address(steth).balance / 4 + 1));
            else if (action == 2) penalizeSome(amount);
            else if (action == 3) redeemSome(one, amount);
            else transferSome(one, other, amount);

            assertLe(steth.balanceOf(alice) + steth.balanceOf(bob) + steth.balanceOf(stranger), address(steth).balance);
            for (uint256 j; j < 3; ++j) {
                if (action == 2 || people[j] == one) continue;
                assertGe(steth.balanceOf(people[j]), before[j], "only a penalty takes from others");
            }
        }
        for (uint256 j; j < 3; ++j) {
            redeemAll(people[j]);
        }
        assertEq(steth.totalShares(), 0, "everybody is out");
    }

    /* INTERNAL */

    function depositSome(address account, uint256 amount) internal {
        // A deposit that is not worth a share reverts.
        depositEther(steth, account, amount + address(steth).balance / (steth.totalShares() + 1) + 1);
    }

    function penalizeSome(uint256 amount) internal {
        uint256 held = address(steth).balance;
        if (held > 1) steth.penalize(amount % (held / 4 + 1));
    }

    function redeemSome(address account, uint256 amount) internal {
        uint256 balance = steth.balanceOf(account);
        vm.prank(account);
        steth.redeem(amount % (balance + 1));
    }

    function transferSome(address from, address to, uint256 amount) internal {
        uint256 balance = steth.balanceOf(from);
        vm.prank(from);
        assertTrue(steth.transfer(to, amount % 3 == 0 ? balance : amount % (balance + 1)));
    }

    function redeemAll(address account) internal {
        uint256 all = steth.balanceOf(account);
        vm.prank(account);
        steth.redeem(all);
    }
}
