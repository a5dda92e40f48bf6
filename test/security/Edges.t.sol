// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IGovernance, PauseOrder} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IRouter, Permit, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Operator} from "../journeys/Users.t.sol";
import {RudeCore} from "../mocks/RudeCore.sol";
import {IStakedEther} from "../unit/Rebasing.sol";
import {IPermitToken} from "../unit/Router/Signing.sol";
import {Case} from "./Case.sol";

/// @notice The same classes beside the core: governance, the Router and the wrapper. The Lens
/// has test_D48 in test/unit/Lens.
contract EdgeCases is Case {
    /// @dev An emergency, and a list with one bad entry, at each of its places: an address without code, a contract that
    /// reverts, one that burns its gas, a pause that is too long, one of what rests. All else is paused.
    function test_D45_pauseAll_oneBadEntry() public {
        RudeCore burner = new RudeCore();
        burner.behave(RudeCore.Manner.BurnsGas);
        PauseOrder[5] memory bad = [
            PauseOrder(IGoverned(makeAddr("nobody")), Pausable.Deposit, 1 days),
            PauseOrder(IGoverned(address(new RudeCore())), Pausable.Deposit, 1 days),
            PauseOrder(IGoverned(address(burner)), Pausable.Deposit, 1 days),
            PauseOrder(vault, Pausable.Open, 8 days),
            PauseOrder(vault, Pausable.Open, 1 days)
        ];
        pause(vault, Pausable.Open, 1 days);
        uint256 start = vm.snapshotState();
        for (uint256 i; i < bad.length; ++i) {
            for (uint256 place; place < 4; ++place) {
                PauseOrder[] memory orders = new PauseOrder[](4);
                uint256 n;
                orders[place] = bad[i];
                if (place == n) ++n;
                orders[n++] = PauseOrder(vault, Pausable.Deposit, 7 days);
                if (place == n) ++n;
                orders[n++] = PauseOrder(manager, Pausable.Raise, 7 days);
                if (place == n) ++n;
                orders[n++] = PauseOrder(vault, Pausable.Complete, 3 days);

                vm.prank(guardian);
                (bool done,) = address(governance).call{gas: 30_000_000}(abi.encodeCall(IGovernance.pause, (orders)));
                assertTrue(done);
                assertPaused(vault, Pausable.Deposit, 7 days);
                assertPaused(manager, Pausable.Raise, 7 days);
                assertPaused(vault, Pausable.Complete, 3 days);
                vm.revertToState(start);
            }
        }
    }

    /// @dev A slash is proposed after an order was signed and before it is mined: the Router refuses to join the pool.
    function test_D13_pendingProposal_isRefusedByTheRouter() public {
        OperatorSetId challenged = service.createSet(1, 1 days, address(0));
        Operator operator_ = newOperatorOf(challenged, 0.5e18);
        newStakerOf(operator_, 100 * unit);
        token.mint(alice, unit);
        vm.prank(alice);
        token.approve(address(router), unit);
        StakeOrder memory order = orderOf(address(token), address(operator_), alice);
        service.propose(challenged, operator_, 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(IRouter.PoolContested.selector, operator_, token, vault.currentEpoch().plus(2))
        );
        vm.prank(alice);
        router.stake(order, address(token), unit);
        assertEq(token.balanceOf(alice), unit);
    }

    /// @dev A permit is taken from the mempool and sent first. The staker's own call works all the same; and whoever sent it
    /// gets nothing by it: the Router takes from its caller only, whatever permit comes along and whatever allowance stands.
    function test_D47_frontrunPermit() public {
        bytes memory args = abi.encode("Signed Dollar", "sUSD", 18);
        IPermitToken signed = IPermitToken(vm.deployCode("out/DevPermitToken.sol/DevPermitToken.json", args));
        (address staker, uint256 key) = makeAddrAndKey("staker");
        signed.mint(staker, 100 * unit);
        StakeOrder memory order = orderOf(address(signed), address(0), staker);
        StakeOrder memory theft = orderOf(address(signed), address(0), stranger);
        Permit memory permit = permitOf(signed, key, staker, 100 * unit);

        vm.startPrank(stranger);
        bytes4 reason = IERC20Errors.ERC20InsufficientAllowance.selector;
        vm.expectPartialRevert(reason);
        router.stakeWithPermit(theft, address(signed), 100 * unit, permit);
        signed.permit(staker, address(router), 100 * unit, permit.deadline, permit.v, permit.r, permit.s);
        assertEq(signed.allowance(staker, address(router)), 100 * unit);
        vm.expectPartialRevert(reason);
        router.stake(theft, address(signed), 100 * unit);
        vm.stopPrank();

        vm.prank(staker);
        assertEq(router.stakeWithPermit(order, address(signed), 100 * unit, permit), 100 * unit);
        assertEq(vault.positionValue(vault.poolId(address(0), address(signed)), staker), 100 * unit);
        assertEq(signed.allowance(staker, address(router)), 0);
    }

    /// @dev The wrapper's first depositor takes one share and gives a fortune, so that the next deposit is rounded away. A
    /// deposit loses less than a share is worth; and the gift, which is lost, is a thousand times that.
    function testFuzz_D51_wrapper_donationInflation(uint256 gift, uint256 amount) public {
        (IStakedEther steth, IERC4626 wrapper) = newWrapper();
        gift = bound(gift, 1e6, 1e24);
        amount = bound(amount, gift / 500 + 1e4, 1e24);
        stakeEther(steth, stranger, gift + 1001);
        stakeEther(steth, alice, amount);
        uint256 stolen = wrap(steth, wrapper, stranger, 1001);
        give(steth, stranger, address(wrapper), gift);
        uint256 bought = wrap(steth, wrapper, alice, amount);
        assertGt(wrapper.convertToAssets(bought) + wrapper.convertToAssets(1) + 4, amount);

        vm.prank(stranger);
        wrapper.redeem(stolen, stranger, stranger);
        assertLt(steth.balanceOf(stranger), gift / 500 + 4);
    }

    /// @dev What the wrapper says can be had is had, after rewards and penalties, and after somebody's gift.
    function testFuzz_D59_wrapper_isHonest(uint256 amount, uint256 other, uint256 reward, uint256 part) public {
        (IStakedEther steth, IERC4626 wrapper) = newWrapper();
        (amount, other) = (bound(amount, 1e6, 1e24), bound(other, 1e6, 1e24));
        stakeEther(steth, alice, amount);
        stakeEther(steth, bob, other);
        wrap(steth, wrapper, bob, other / 2);
        uint256 told = wrapper.previewDeposit(amount);
        assertGe(wrap(steth, wrapper, alice, amount), told);
        reward = bound(reward, 1, amount + other);
        vm.deal(address(this), reward);
        if (reward % 2 == 0) steth.penalize(reward / 2);
        else steth.reward{value: reward}();
        give(steth, bob, address(wrapper), other / 10);

        uint256 start = vm.snapshotState();
        uint256 before = steth.balanceOf(alice);
        told = wrapper.maxWithdraw(alice);
        uint256 cost = wrapper.previewWithdraw(told);
        vm.prank(alice);
        assertLe(wrapper.withdraw(told, alice, alice), cost);
        assertGe(steth.balanceOf(alice), before + told);
        vm.revertToState(start);

        part = bound(part, 1, wrapper.maxRedeem(alice));
        told = wrapper.previewRedeem(part);
        vm.prank(alice);
        assertGe(wrapper.redeem(part, alice, alice), told);
        assertGe(steth.balanceOf(alice), before + told);
    }

    /* INTERNAL */

    function orderOf(address strategy, address operator_, address receiver) internal view returns (StakeOrder memory) {
        return StakeOrder({
            strategy: strategy,
            operator: operator_,
            receiver: receiver,
            minAssets: 1,
            minShares: 0,
            deadline: vm.getBlockTimestamp(),
            maxLoss: Wad.wrap(1e18),
            allowProposals: false
        });
    }

    function permitOf(IPermitToken signed, uint256 key, address owner, uint256 amount)
        internal
        view
        returns (Permit memory p)
    {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        p.deadline = vm.getBlockTimestamp();
        bytes32 message = keccak256(abi.encode(typehash, owner, router, amount, signed.nonces(owner), p.deadline));
        (p.v, p.r, p.s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", signed.DOMAIN_SEPARATOR(), message)));
    }

    function newWrapper() internal returns (IStakedEther steth, IERC4626 wrapper) {
        bytes memory args = abi.encode("Staked Ether", "stETH");
        steth = IStakedEther(vm.deployCode("out/DevStakedEther.sol/DevStakedEther.json", args));
        args = abi.encode(steth, "Wrapped Staked Ether", "wstETH");
        wrapper = IERC4626(vm.deployCode("out/RebasingWrapper.sol/RebasingWrapper.json", args));
    }

    function stakeEther(IStakedEther steth, address account, uint256 amount) internal {
        vm.deal(account, amount);
        vm.prank(account);
        steth.deposit{value: amount}();
    }

    function wrap(IStakedEther steth, IERC4626 wrapper, address account, uint256 amount)
        internal
        returns (uint256 shares)
    {
        vm.startPrank(account);
        steth.approve(address(wrapper), amount);
        shares = wrapper.deposit(amount, account);
        vm.stopPrank();
    }

    function give(IStakedEther steth, address from, address to, uint256 amount) internal {
        vm.prank(from);
        assertTrue(steth.transfer(to, amount));
    }

    function assertPaused(IGoverned core, Pausable action, uint256 duration) internal view {
        (uint256 until,) = core.pauseOf(action);
        assertEq(until, vm.getBlockTimestamp() + duration);
    }
}
