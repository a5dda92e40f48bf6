// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IRouter, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IStakedEther} from "../Rebasing.sol";
import {WrapperScene} from "./WrapperScene.sol";

/// @notice What a share is worth: by rewards, penalties and donations, and in the vault.
contract RebasingWrapperRateTest is WrapperScene {
    /* REWARDS AND PENALTIES */

    function testFuzz_MoveAllInProportion(uint256 hers, uint256 his, uint256 backing) public {
        (hers, his) = (bound(hers, 1e6, 2 ** 88), bound(his, 1e6, 2 ** 88));
        depositFor(alice, hers);
        depositFor(bob, his);
        uint256 all = wrapper.totalSupply();
        backing = bound(backing, all / 1000, all * 1000);
        short.rebase(address(wrapper), backing);
        // The virtual share has its part, of one in all of them; and a unit for each rounding.
        uint256 slack = backing / all + 2;
        assertApproxEqAbs(wrapper.convertToAssets(hers), hers * backing / all, slack);
        assertApproxEqAbs(wrapper.convertToAssets(his), his * backing / all, slack);
        assertLe(wrapper.convertToAssets(hers) + wrapper.convertToAssets(his), backing);
    }

    function test_SharesDoNotRebase() public {
        depositFor(alice, unit);
        short.rebase(address(wrapper), 5 * unit);
        assertEq(wrapper.balanceOf(alice), unit);
        assertEq(wrapper.totalSupply(), 1001 + unit);
        assertEq(wrapper.decimals(), 18);
    }

    /* WHAT THE MOST MEANS */

    function testFuzz_D59_TheMostCanBeHad(uint256 held, uint256 backing, uint256 lost, uint256 mine) public {
        atSomeRate(held, backing, lost);
        vm.prank(alice);
        wrapper.mint(bound(mine, 1, 2 ** 88), alice);
        uint256 snapshot = vm.snapshotState();

        uint256 most = wrapper.maxWithdraw(alice);
        vm.prank(alice);
        wrapper.withdraw(most, stranger, alice);
        assertGe(short.balanceOf(stranger), most);
        assertTrue(vm.revertToState(snapshot));

        most = wrapper.maxRedeem(alice);
        assertEq(most, wrapper.balanceOf(alice));
        vm.prank(alice);
        wrapper.redeem(most, stranger, alice);
        assertEq(wrapper.balanceOf(alice), 0);
    }

    /// @dev The last one out as well, after a penalty that took nearly all.
    function testFuzz_EverybodyGetsOut(uint256 hers, uint256 his, uint256 backing) public {
        (hers, his) = (boundAmount(hers), boundAmount(his));
        depositFor(alice, hers);
        depositFor(bob, his);
        short.rebase(address(wrapper), bound(backing, 0, hers + his));
        uint256 all = short.balanceOf(address(wrapper)) + short.balanceOf(alice) + short.balanceOf(bob);
        redeemAll(alice);
        redeemAll(bob);
        redeemAll(address(this));
        assertEq(wrapper.totalSupply(), 1000, "nobody's");
        uint256 out = short.balanceOf(alice) + short.balanceOf(bob) + short.balanceOf(address(this));
        assertEq(short.balanceOf(address(wrapper)) + out, all);
    }

    /* A LOSS OF ALL */

    /// @dev The token takes everything back, and then somebody deposits: that is the depositor's, and nothing of it goes to
    /// those who lost. They can leave, with nothing.
    function testFuzz_D56_AfterALossOfAllADepositIsItsOwners(uint256 hers, uint256 his) public {
        (hers, his) = (bound(hers, 3, 2 ** 88), boundAmount(his) + 2);
        uint256 lost = depositFor(bob, his);
        short.rebase(address(wrapper), 0);
        assertEq(wrapper.maxWithdraw(bob), 0);
        uint256 preview = wrapper.previewDeposit(hers);
        uint256 shares = depositFor(alice, hers);
        assertGe(shares, preview);
        assertEq(wrapper.convertToAssets(lost), 0, "what is lost stays lost");
        assertEq(wrapper.convertToAssets(shares), hers);

        uint256 purse = short.balanceOf(bob);
        redeemAll(bob);
        assertEq(short.balanceOf(bob), purse);
        purse = short.balanceOf(alice);
        redeemAll(alice);
        assertEq(short.balanceOf(alice), purse + hers);
    }

    /* DONATIONS */

    /// @dev The thief is in first with little, and gives the wrapper so much that deposits lose nearly a share each to
    /// rounding. Twelve victims in a row deposit what loses the most. The thief never gains.
    function testFuzz_D51_ToInflateAShareDoesNotPay(uint256 first, uint256 donated, uint256 few) public {
        wrapper = rebasingWrapper(short);
        first = bound(first, 1001, 1e6);
        donated = bound(donated, 0, 2 ** 80);
        few = bound(few, 1, 3);
        give(stranger, first + donated);
        depositFor(stranger, first);
        vm.prank(stranger);
        assertTrue(short.transfer(address(wrapper), donated));
        vm.prank(alice);
        short.approve(address(wrapper), type(uint256).max);

        for (uint256 i; i < 12; ++i) {
            (uint256 assets, uint256 shares) = rate();
            // The most that buys no more than so few shares.
            uint256 deposited = ((few + 1) * assets - 1) / shares;
            if (wrapper.convertToShares(deposited) == 0) continue;
            depositFor(alice, deposited);
        }
        redeemAll(stranger);
        assertLe(short.balanceOf(stranger), first + donated, "the thief gained");
    }

    /// @dev The Router's order bounds what the wrapper gives, so that a rate that was moved meanwhile costs nothing.
    function test_RevertWhen_ARateMovedBeforeTheRouterCameThrough() public {
        short.rebase(address(wrapper), 1002 * unit / 3 * 2);
        vm.prank(alice);
        short.approve(address(router), unit);
        StakeOrder memory o = orderOf(address(wrapper));
        o.minAssets = unit - 2;
        vm.expectRevert(abi.encodeWithSelector(IRouter.TooLittleToStake.selector, address(wrapper), 1, unit - 2));
        vm.prank(alice);
        router.stake(o, address(short), unit);
    }

    /* IN THE VAULT */

    /// @dev ETH to staked ether to its wrapper to a position, rewards, a slash, a penalty, and the whole way back. The
    /// first depositor's 1,001 units have their part of it all.
    function test_AWholeCycle() public {
        IStakedEther steth = stakedEther();
        IERC4626 wsteth = usedWrapper(steth);
        PoolId of_ = vault.poolId(operator, address(wsteth));
        vm.deal(alice, 10 ether);
        StakeOrder memory o = orderOf(address(wsteth));
        o.minAssets = 10 ether;
        vm.prank(alice);
        assertEq(router.stakeNative{value: 10 ether}(o, address(steth)), 10 ether);

        payReward(steth, 5 ether);
        assertApproxEqAbs(wsteth.convertToAssets(vault.positionValue(of_, alice)), 15 ether, 1000, "the reward is hers");

        // A slash takes a fifth of the shares: the recipient has what it took, with the rewards on it.
        OperatorSetId to = createSet(3, defaultTerms(), only(address(wsteth)));
        join(to, operator);
        vm.prank(operator);
        manager.allocate(to, operator, address(wsteth), HALF);
        skipEpochs(3);
        vm.prank(slasher);
        manager.slash(to, operator, only(address(wsteth)), only(wad(0.4e18)), keccak256("evidence"));
        assertEq(wsteth.balanceOf(recipient), 2 ether);
        assertApproxEqAbs(wsteth.convertToAssets(2 ether), 3 ether, 1000);

        (Epoch epoch, uint256 queued) = queueAll(alice, of_);
        assertEq(queued, 8 ether);
        steth.penalize(1.5 ether);
        skipEpochs(2);
        complete(alice, of_, epoch);
        assertEq(wsteth.balanceOf(alice), 8 ether);

        vm.startPrank(alice);
        wsteth.redeem(8 ether, alice, alice);
        assertApproxEqAbs(steth.balanceOf(alice), 8 ether * 13.5 ether / 10 ether, 1000);
        steth.redeem(steth.balanceOf(alice));
        assertApproxEqAbs(alice.balance, 10.8 ether, 1000);
        vm.stopPrank();
    }

    /* INTERNAL */

    function redeemAll(address account) internal {
        uint256 shares = wrapper.balanceOf(account);
        vm.prank(account);
        wrapper.redeem(shares, account, account);
    }
}
