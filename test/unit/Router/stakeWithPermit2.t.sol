// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRouter, Permit2, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {ISignatureTransfer} from "palisade/interfaces/ISignatureTransfer.sol";
import {MockWallet} from "../../mocks/MockWallet.sol";
import {PlainWrapper} from "../../mocks/RouterTokens.sol";
import {IPermit2, Signing} from "./Signing.sol";

contract RouterStakeWithPermit2Test is Signing {
    function setUp() public override {
        super.setUp();
        allowPermit2();
    }

    /* REVERTS */

    function test_RevertWhen_DeadlineHasPassed() public {
        StakeOrder memory o = orderOf(address(signed));
        o.deadline = vm.getBlockTimestamp() - 1;
        Permit2 memory p = permit2(unit, 0);
        vm.expectRevert(abi.encodeWithSelector(IRouter.DeadlinePassed.selector, o.deadline));
        stakeAs(carol, o, unit, p);
    }

    function test_RevertWhen_SignatureHasExpired() public {
        Permit2 memory p = permit2(address(router), unit, 0, vm.getBlockTimestamp() - 1);
        vm.expectRevert(abi.encodeWithSelector(IPermit2.SignatureExpired.selector, p.deadline));
        stakeAs(carol, orderOf(address(signed)), unit, p);
    }

    function test_RevertWhen_ForAnotherAmount() public {
        Permit2 memory p = permit2(unit, 0);
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        stakeAs(carol, orderOf(address(signed)), unit + 1, p);
    }

    function test_RevertWhen_ForAnotherSpender() public {
        Permit2 memory p = permit2(stranger, unit, 0, vm.getBlockTimestamp());
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        stakeAs(carol, orderOf(address(signed)), unit, p);
    }

    function test_RevertWhen_D69_UsedBefore() public {
        Permit2 memory p = permit2(unit, 7);
        StakeOrder memory o = orderOf(address(signed));
        stakeAs(carol, o, unit, p);
        vm.expectRevert(IPermit2.InvalidNonce.selector);
        stakeAs(carol, o, unit, p);
    }

    /// @dev The Router names its caller as the owner, whose signature it is not.
    function test_RevertWhen_SomebodyElseCopiesIt() public {
        Permit2 memory p = permit2(unit, 0);
        StakeOrder memory o = orderOf(address(signed));
        o.receiver = stranger;
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        stakeAs(stranger, o, unit, p);
    }

    /// @dev Permit2 takes its caller for the spender, which the Router is: nobody can use the signature up.
    function test_RevertWhen_SomebodyElseTakesItToPermit2() public {
        Permit2 memory p = permit2(unit, 0);
        ISignatureTransfer.PermitTransferFrom memory permitted = ISignatureTransfer.PermitTransferFrom({
            permitted: ISignatureTransfer.TokenPermissions(address(signed), unit), nonce: p.nonce, deadline: p.deadline
        });
        vm.expectRevert(IPermit2.InvalidSigner.selector);
        vm.prank(stranger);
        ISignatureTransfer(PERMIT2)
            .permitTransferFrom(
                permitted, ISignatureTransfer.SignatureTransferDetails(address(router), unit), carol, p.signature
            );
        assertEq(stakeAs(carol, orderOf(address(signed)), unit, p), unit);
    }

    function test_RevertWhen_Permit2IsNotAllowed() public {
        vm.prank(carol);
        signed.approve(PERMIT2, 0);
        Permit2 memory p = permit2(unit, 0);
        vm.expectRevert("TRANSFER_FROM_FAILED");
        stakeAs(carol, orderOf(address(signed)), unit, p);
    }

    function test_RevertWhen_TheChainHasNoPermit2() public {
        Permit2 memory p = permit2(unit, 0);
        vm.etch(PERMIT2, "");
        vm.expectRevert(bytes(""));
        stakeAs(carol, orderOf(address(signed)), unit, p);
    }

    /* EFFECTS */

    function test_StakesByTheSignatureAlone() public {
        StakeOrder memory o = orderOf(address(signed));
        // Signed for longer than the order holds.
        Permit2 memory p = permit2(address(router), unit, 3, o.deadline + 1 days);
        assertEq(stakeAs(carol, o, unit, p), unit);
        assertEq(valueOf(address(signed), alice), unit, "to the receiver");
        assertEq(signed.balanceOf(carol), 99 * unit);
        assertEq(signed.allowance(carol, address(router)), 0);
        assertHoldsNothing(address(signed), address(signed));
    }

    function test_WrapsAndStakes() public {
        PlainWrapper wrapped = new PlainWrapper(signed);
        stakeAs(carol, orderOf(address(wrapped)), unit, permit2(unit, 0));
        assertEq(valueOf(address(wrapped), alice), unit);
        assertHoldsNothing(address(signed), address(wrapped));
    }

    /// @dev A contract signs by ERC-1271.
    function test_ForAContract() public {
        MockWallet account = new MockWallet();
        signed.mint(address(account), unit);
        account.execute(address(signed), abi.encodeCall(signed.approve, (PERMIT2, unit)));
        Permit2 memory p = permit2(unit, 0);
        account.sign(permit2Digest(address(router), unit, 0, p.deadline), p.signature);

        StakeOrder memory o = orderOf(address(signed));
        account.execute(address(router), abi.encodeCall(IRouter.stakeWithPermit2, (o, address(signed), unit, p)));
        assertEq(valueOf(address(signed), alice), unit);
        assertEq(signed.balanceOf(address(account)), 0);
    }

    /* INTERNAL */

    function stakeAs(address sender, StakeOrder memory o, uint256 amount, Permit2 memory p) internal returns (uint256) {
        vm.prank(sender);
        return router.stakeWithPermit2(o, address(signed), amount, p);
    }
}
