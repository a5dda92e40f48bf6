// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IRouter, Permit, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {PlainWrapper} from "../../mocks/RouterTokens.sol";
import {Signing} from "./Signing.sol";

contract RouterStakeWithPermitTest is Signing {
    /* REVERTS */

    function test_RevertWhen_DeadlineHasPassed() public {
        StakeOrder memory o = orderOf(address(signed));
        o.deadline = vm.getBlockTimestamp() - 1;
        Permit memory p = permit(unit, vm.getBlockTimestamp());
        vm.expectRevert(abi.encodeWithSelector(IRouter.DeadlinePassed.selector, o.deadline));
        stakeAs(carol, o, unit, p);
    }

    function test_RevertWhen_ForAnotherAmount() public {
        Permit memory p = permit(unit, vm.getBlockTimestamp());
        expectNotAllowed(unit + 1);
        stakeAs(carol, orderOf(address(signed)), unit + 1, p);
    }

    function test_RevertWhen_PermitHasExpired() public {
        Permit memory p = permit(unit, vm.getBlockTimestamp() - 1);
        expectNotAllowed(unit);
        stakeAs(carol, orderOf(address(signed)), unit, p);
    }

    /// @dev Whoever copies it signs as itself, which it is not.
    function test_RevertWhen_SomebodyElseCopiesIt() public {
        Permit memory p = permit(unit, vm.getBlockTimestamp());
        signed.mint(stranger, unit);
        StakeOrder memory o = orderOf(address(signed));
        o.receiver = stranger;
        expectNotAllowed(unit);
        stakeAs(stranger, o, unit, p);
    }

    /// @dev Nor does an allowance that a permit left behind serve anybody but its owner.
    function test_RevertWhen_SomebodyElseSendsItAndStakes() public {
        sendPermit(permit(unit, vm.getBlockTimestamp()), unit);
        StakeOrder memory o = orderOf(address(signed));
        o.receiver = stranger;
        expectNotAllowed(unit);
        vm.prank(stranger);
        router.stake(o, address(signed), unit);
    }

    /* EFFECTS */

    function test_StakesByThePermitAlone() public {
        assertEq(signed.allowance(carol, address(router)), 0);
        StakeOrder memory o = orderOf(address(signed));
        // Signed for longer than the order holds.
        assertEq(stakeAs(carol, o, unit, permit(unit, o.deadline + 1 days)), unit);
        assertEq(valueOf(address(signed), alice), unit, "to the receiver");
        assertEq(signed.balanceOf(carol), 99 * unit);
        assertEq(signed.allowance(carol, address(router)), 0, "nothing remains");
        assertHoldsNothing(address(signed), address(signed));
    }

    function test_WrapsAndStakes() public {
        PlainWrapper wrapped = new PlainWrapper(signed);
        stakeAs(carol, orderOf(address(wrapped)), unit, permit(unit, vm.getBlockTimestamp()));
        assertEq(valueOf(address(wrapped), alice), unit);
        assertHoldsNothing(address(signed), address(wrapped));
    }

    function test_D47_ThoughThePermitWasSentBefore() public {
        Permit memory p = permit(unit, vm.getBlockTimestamp());
        sendPermit(p, unit);
        assertEq(stakeAs(carol, orderOf(address(signed)), unit, p), unit);
        assertEq(signed.allowance(carol, address(router)), 0);
    }

    function test_ThoughTheTokenKnowsNoPermits() public {
        Permit memory p = permit(unit, vm.getBlockTimestamp());
        vm.prank(alice);
        assertEq(router.stakeWithPermit(order(), address(token), unit, p), unit);
    }

    /* INTERNAL */

    function stakeAs(address sender, StakeOrder memory o, uint256 amount, Permit memory p) internal returns (uint256) {
        vm.prank(sender);
        return router.stakeWithPermit(o, address(signed), amount, p);
    }

    /// @dev By a stranger.
    function sendPermit(Permit memory p, uint256 amount) internal {
        vm.prank(stranger);
        signed.permit(carol, address(router), amount, p.deadline, p.v, p.r, p.s);
    }

    function expectNotAllowed(uint256 amount) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(router), 0, amount)
        );
    }
}
