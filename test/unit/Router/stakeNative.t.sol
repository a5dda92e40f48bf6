// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IRouter, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {OddNativeToken, PlainWrapper, WrappedEther} from "../../mocks/RouterTokens.sol";
import {IStakedEther} from "../Rebasing.sol";
import {RouterScene} from "./RouterScene.sol";

contract RouterStakeNativeTest is RouterScene {
    WrappedEther internal weth;
    IStakedEther internal steth;
    IERC4626 internal wsteth;

    function setUp() public override {
        super.setUp();
        weth = new WrappedEther();
        steth = stakedEther();
        wsteth = usedWrapper(steth);
        vm.deal(alice, 100 ether);
    }

    /* REVERTS */

    function test_RevertWhen_DeadlineHasPassed() public {
        StakeOrder memory o = orderOf(address(weth));
        o.deadline = vm.getBlockTimestamp() - 1;
        vm.expectRevert(abi.encodeWithSelector(IRouter.DeadlinePassed.selector, o.deadline));
        stakeEther(o, address(weth), 1 ether);
    }

    function test_RevertWhen_ReceiverIsTheRouter() public {
        StakeOrder memory o = orderOf(address(weth));
        o.receiver = address(router);
        vm.expectRevert(IRouter.ReceiverIsTheRouter.selector);
        stakeEther(o, address(weth), 1 ether);
    }

    function test_RevertWhen_NoEtherIsSent() public {
        vm.expectRevert(abi.encodeWithSelector(IRouter.NothingReceived.selector, address(weth)));
        stakeEther(orderOf(address(weth)), address(weth), 0);
    }

    /// @dev What was forced upon the Router is not the sender's.
    function test_RevertWhen_OnlyTheRouterHasEther() public {
        vm.deal(address(router), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IRouter.NothingReceived.selector, address(weth)));
        stakeEther(orderOf(address(weth)), address(weth), 0);
    }

    function test_RevertWhen_TokenTakesNoEther() public {
        vm.expectRevert(bytes(""));
        stakeEther(orderOf(address(token)), address(token), 1 ether);
    }

    function test_RevertWhen_TokenHasNoCode() public {
        vm.expectRevert(bytes(""));
        stakeEther(orderOf(stranger), stranger, 1 ether);
        assertEq(stranger.balance, 0);
    }

    function test_RevertWhen_TokenGivesNothing() public {
        OddNativeToken odd = new OddNativeToken();
        odd.give(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IRouter.NothingReceived.selector, address(odd)));
        stakeEther(orderOf(address(odd)), address(odd), 1 ether);
    }

    function test_RevertWhen_TokenGivesLessThanAccepted() public {
        OddNativeToken odd = new OddNativeToken();
        odd.give(0.9 ether, 0);
        StakeOrder memory o = orderOf(address(odd));
        o.minAssets = 0.9 ether + 1;
        bytes memory reason =
            abi.encodeWithSelector(IRouter.TooLittleToStake.selector, address(odd), 0.9 ether, 0.9 ether + 1);
        vm.expectRevert(reason);
        stakeEther(o, address(odd), 1 ether);
    }

    function test_RevertWhen_TokenSendsEtherBack() public {
        OddNativeToken odd = new OddNativeToken();
        odd.give(1 ether, 1);
        vm.expectRevert(OddNativeToken.NotTaken.selector);
        stakeEther(orderOf(address(odd)), address(odd), 1 ether);
    }

    function test_RevertWhen_LossIsTooHigh() public {
        OperatorSetId of_ = createSet(5, defaultTerms(), only(address(weth)));
        join(of_, operator);
        vm.prank(operator);
        manager.allocate(of_, operator, address(weth), HALF);
        StakeOrder memory o = orderOf(address(weth));
        o.maxLoss = wad(0.4e18);
        vm.expectPartialRevert(IRouter.LossTooHigh.selector);
        stakeEther(o, address(weth), 1 ether);
    }

    /* EFFECTS */

    function test_StakesWrappedEther() public {
        StakeOrder memory o = orderOf(address(weth));
        o.minAssets = 3 ether;
        assertEq(stakeEther(o, address(weth), 3 ether), 3 ether);
        assertEq(valueOf(address(weth), alice), 3 ether);
        assertEq(address(weth).balance, 3 ether);
        assertEq(alice.balance, 97 ether);
        assertHoldsNothing(address(weth), address(weth));
    }

    function test_WrapsAgain() public {
        PlainWrapper wrapped = new PlainWrapper(weth);
        assertEq(stakeEther(orderOf(address(wrapped)), address(weth), 3 ether), 3 ether);
        assertEq(valueOf(address(wrapped), alice), 3 ether);
        assertHoldsNothing(address(weth), address(wrapped));
    }

    /// @dev ETH becomes staked ether, that its wrapper's token, and that a position in the pool.
    function test_StakesStakedEther() public {
        StakeOrder memory o = orderOf(address(wsteth));
        o.minAssets = 3 ether;
        assertEq(stakeEther(o, address(steth), 3 ether), 3 ether);
        assertEq(valueOf(address(wsteth), alice), 3 ether);
        assertEq(steth.balanceOf(address(wsteth)), 3 ether + 1001);
        assertHoldsNothing(address(steth), address(wsteth));
    }

    function testFuzz_StakesStakedEtherAtAnyRate(uint256 amount, uint256 reward) public {
        depositEther(steth, bob, 1 ether);
        payReward(steth, bound(reward, 0, 0.99 ether));
        amount = bound(amount, 10, 2 ** 87);
        vm.deal(alice, amount);

        StakeOrder memory o = orderOf(address(wsteth));
        o.receiver = bob;
        // A unit for the deposit, two for a transfer, two for what may stay: seven tenths of shares at this rate.
        o.minAssets = wsteth.previewDeposit(amount - 5);
        stakeEther(o, address(steth), amount);
        assertGe(valueOf(address(wsteth), bob), o.minAssets);
        assertLe(steth.balanceOf(address(router)), 2);
        assertEq(wsteth.balanceOf(address(router)), 0);
        assertEq(address(router).balance, 0);
        assertAllowsNobody(address(steth), address(wsteth));
    }

    /* INTERNAL */

    function stakeEther(StakeOrder memory o, address asset, uint256 amount) internal returns (uint256) {
        vm.prank(alice);
        return router.stakeNative{value: amount}(o, asset);
    }
}
