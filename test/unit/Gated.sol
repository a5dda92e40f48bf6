// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Scene} from "./Scene.sol";

/// @notice Beside the others an open operator whose approver, an account, decides who may stake with it.
abstract contract GatedScene is Scene {
    address internal gate = makeAddr("gated operator");
    address internal approver;
    uint256 internal approverKey;

    /// @dev Its pool of the token, in the first generation.
    PoolId internal gated;

    function setUp() public virtual override {
        super.setUp();
        (approver, approverKey) = makeAddrAndKey("approver");
        openGate(gate, approver);
        gated = vault.poolId(gate, address(token));
    }

    function openGate(address account, address approver_) internal {
        vm.prank(account);
        vault.registerOperator(approver_);
        openOperator(account);
    }

    /// @notice By the approver itself.
    function admit(address staker, uint256 deadline) internal {
        vm.prank(approver);
        vault.admit(gate, staker, deadline, "");
    }

    function removeApprover() internal {
        vm.prank(gate);
        vault.removeApprover();
    }

    function assertAdmission(address staker, uint256 nonce, uint256 deadline) internal view {
        (uint256 actualNonce, uint256 actualDeadline) = vault.admissionOf(gate, staker);
        assertEq(actualNonce, nonce, "nonce");
        assertEq(actualDeadline, deadline, "deadline");
    }

    function expectNotAdmitted(address staker, uint256 deadline) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAdmitted.selector, gate, staker, deadline));
    }
}
