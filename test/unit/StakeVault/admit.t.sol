// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {MockWallet} from "../../mocks/MockWallet.sol";
import {GatedScene} from "../Gated.sol";

contract AdmitTest is GatedScene {
    /// @dev The order of the curve of ECDSA signatures.
    uint256 internal constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    uint256 internal deadline;

    function setUp() public override {
        super.setUp();
        deadline = vm.getBlockTimestamp() + 30 days;
    }

    /* REVERTS */

    function test_RevertWhen_TheOperatorHasNoApprover() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, operator));
        vm.prank(approver);
        vault.admit(operator, alice, deadline, "");
    }

    function test_RevertWhen_TheApproverWasRemoved() public {
        removeApprover();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, gate));
        admit(alice, deadline);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, gate));
        admitSigned(signed(gate, alice, 0));
    }

    function test_RevertWhen_TheDeadlineOutgrows40Bits() public {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, 2 ** 40));
        admit(alice, 2 ** 40);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, type(uint256).max));
        admit(alice, type(uint256).max);
    }

    function test_TakesTheLastDeadlineThatFits() public {
        admit(alice, 2 ** 40 - 1);
        assertAdmission(alice, 1, 2 ** 40 - 1);
        deposit(alice, gate, unit);
        assertAdmission(alice, 1, 0);
    }

    /* BY THE APPROVER */

    function testFuzz_ByTheApproverItself(address staker, uint40 until, bytes calldata signature) public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Admitted(gate, staker, 0, until);
        vm.prank(approver);
        vault.admit(gate, staker, until, signature);
        assertAdmission(staker, 1, until);
    }

    /// @dev An old signature must neither void a better one nor replace what it admitted.
    function test_RevertWhen_TheDeadlineHasPassed() public {
        admit(alice, deadline);
        uint256 passed = vm.getBlockTimestamp() - 1;
        bytes32 old = admissionDigest(block.chainid, address(vault), gate, alice, 1, passed);
        bytes memory signature = sign(approverKey, old);
        expectNotAdmitted(alice, passed);
        vm.prank(stranger);
        vault.admit(gate, alice, passed, signature);
        assertAdmission(alice, 1, deadline);
    }

    function test_TheApproverTakesAnApprovalBack() public {
        admit(alice, deadline);
        admit(alice, 0);
        assertAdmission(alice, 2, 0);
    }

    function test_VoidsTheSignatureUnderWay() public {
        bytes memory signature = signed(gate, alice, 0);
        admit(alice, vm.getBlockTimestamp());
        expectRefused(1);
        admitSigned(signature);
    }

    /* BY SIGNATURE */

    function test_BySignature() public {
        vm.expectEmit(address(vault));
        emit IStakeVault.Admitted(gate, alice, 0, deadline);
        admitSigned(signed(gate, alice, 0));
        assertAdmission(alice, 1, deadline);
    }

    function test_RevertWhen_ThereIsNoSignature() public {
        expectRefused(0);
        admitSigned("");
    }

    function test_RevertWhen_AnotherOneSigned() public {
        (, uint256 key) = makeAddrAndKey("signer");
        expectRefused(0);
        admitSigned(sign(key, digest(gate, alice, 0)));
    }

    function test_RevertWhen_SignedForAnotherOperator() public {
        openGate(stranger, approver);
        expectRefused(0);
        admitSigned(signed(stranger, alice, 0));
    }

    function test_RevertWhen_SignedForAnotherStaker() public {
        expectRefused(0);
        admitSigned(signed(gate, bob, 0));
    }

    function testFuzz_RevertWhen_SignedForAnotherNonce(uint256 nonce) public {
        nonce = bound(nonce, 1, type(uint256).max);
        expectRefused(0);
        admitSigned(signed(gate, alice, nonce));
    }

    function testFuzz_RevertWhen_SignedForAnotherDeadline(uint256 other) public {
        vm.assume(other != deadline);
        bytes memory signature =
            sign(approverKey, admissionDigest(block.chainid, address(vault), gate, alice, 0, other));
        expectRefused(0);
        admitSigned(signature);
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        bytes32 other = admissionDigest(block.chainid + 1, address(vault), gate, alice, 0, deadline);
        expectRefused(0);
        admitSigned(sign(approverKey, other));
    }

    function test_RevertWhen_SignedForAnotherVault() public {
        bytes32 other = admissionDigest(block.chainid, address(manager), gate, alice, 0, deadline);
        expectRefused(0);
        admitSigned(sign(approverKey, other));
    }

    function test_RevertWhen_UsedBefore() public {
        bytes memory signature = signed(gate, alice, 0);
        admitSigned(signature);
        deposit(alice, gate, unit);
        expectRefused(1);
        admitSigned(signature);
    }

    /// @dev Each ECDSA signature has a twin that signs the same; only one of them is taken.
    function test_RevertWhen_TheSignatureIsMirrored() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(approverKey, digest(gate, alice, 0));
        expectRefused(0);
        admitSigned(abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? 28 : 27));
    }

    function test_FollowsTheIdOfAForkedChain() public {
        bytes memory before = signed(gate, alice, 0);
        vm.chainId(block.chainid + 1);
        expectRefused(0);
        admitSigned(before);
        admitSigned(sign(approverKey, admissionDigest(block.chainid, address(vault), gate, alice, 0, deadline)));
        assertAdmission(alice, 1, deadline);
    }

    /* BY A WALLET */

    function test_ByAWallet() public {
        MockWallet wallet = new MockWallet();
        openGate(stranger, address(wallet));
        wallet.sign(digest(stranger, alice, 0), "its own way");
        vm.expectEmit(address(vault));
        emit IStakeVault.Admitted(stranger, alice, 0, deadline);
        vm.prank(bob);
        vault.admit(stranger, alice, deadline, "its own way");
        (uint256 nonce, uint256 until) = vault.admissionOf(stranger, alice);
        assertEq(nonce, 1);
        assertEq(until, deadline);
    }

    function test_RevertWhen_TheWalletSignedSomethingElse() public {
        MockWallet wallet = new MockWallet();
        openGate(stranger, address(wallet));
        wallet.sign(digest(stranger, bob, 0), "its own way");
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadApproval.selector, stranger, alice, 0, deadline));
        vault.admit(stranger, alice, deadline, "its own way");
    }

    function test_RevertWhen_TheContractSignsNothing() public {
        openGate(stranger, address(token));
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadApproval.selector, stranger, alice, 0, deadline));
        vault.admit(stranger, alice, deadline, "");
    }

    /* AGAIN */

    function test_ReplacesAnUnusedApproval() public {
        admit(alice, deadline + 1 days);
        admitSigned(signed(gate, alice, 1));
        assertAdmission(alice, 2, deadline);

        deposit(alice, gate, unit);
        fund(token, alice, unit);
        expectNotAdmitted(alice, 0);
        vm.prank(alice);
        vault.deposit(address(token), gate, alice, unit, 0);
    }

    function test_CountsNoncesByThemselves() public {
        openGate(stranger, approver);
        admit(alice, deadline);
        admit(alice, deadline);
        admit(bob, deadline);
        assertAdmission(alice, 2, deadline);
        assertAdmission(bob, 1, deadline);
        (uint256 nonce, uint256 until) = vault.admissionOf(stranger, alice);
        assertEq(nonce, 0);
        assertEq(until, 0);
    }

    /* INTERNAL */

    function digest(address operator_, address staker, uint256 nonce) internal view returns (bytes32) {
        return admissionDigest(block.chainid, address(vault), operator_, staker, nonce, deadline);
    }

    function signed(address operator_, address staker, uint256 nonce) internal view returns (bytes memory) {
        return sign(approverKey, digest(operator_, staker, nonce));
    }

    /// @dev Sent by somebody who has no part in it.
    function admitSigned(bytes memory signature) internal {
        vm.prank(stranger);
        vault.admit(gate, alice, deadline, signature);
    }

    function expectRefused(uint256 nonce) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadApproval.selector, gate, alice, nonce, deadline));
    }
}
