// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Staker} from "./Users.t.sol";

/// @notice An operator that takes stake of people it knows, until it takes everybody's.
contract GatedOperatorJourney is Journey {
    uint256 internal approverKey = uint256(keccak256("approver"));
    address internal approver = vm.addr(approverKey);
    Operator internal operator_;

    function test_Journey() public {
        operator_ = newGatedOperator(approver);
        operator_.open();
        skipEpochs(1);
        (,,, address told) = vault.operatorState(address(operator_));
        assertEq(told, approver);

        // Nobody stakes unasked.
        Staker ann = newStaker();
        Staker ben = newStaker();
        expectNotAdmitted(ann, 0);
        ann.deposit(operator_, 10 * unit);

        // The approver admits Ann for an hour. Nobody can use that up for her, and she can use it once.
        uint256 deadline = vm.getBlockTimestamp() + 1 hours;
        vm.prank(approver);
        vault.admit(address(operator_), address(ann), deadline, "");
        fund(token, stranger, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, ann, stranger));
        vm.prank(stranger);
        vault.deposit(address(token), address(operator_), address(ann), 1, 0);
        vm.warp(deadline);
        ann.deposit(operator_, 10 * unit);
        expectNotAdmitted(ann, 0);
        ann.deposit(operator_, 10 * unit);

        // Ben brings a signature that anybody may hand in, once; but he comes a second late.
        bytes memory signature = sign(ben, 0, deadline + 1);
        vm.prank(stranger);
        vault.admit(address(operator_), address(ben), deadline + 1, signature);
        expectBadApproval(ben, 1, deadline + 1);
        vault.admit(address(operator_), address(ben), deadline + 1, signature);
        vm.warp(deadline + 2);
        expectNotAdmitted(ben, deadline + 1);
        ben.deposit(operator_, 5 * unit);

        // So he gets a second one, and uses it to move what he kept idle.
        signature = sign(ben, 1, deadline + 60);
        vault.admit(address(operator_), address(ben), deadline + 60, signature);
        deposit(address(ben), address(0), 5 * unit);
        PoolId idle = vault.poolId(address(0), address(token));
        vm.prank(address(ben));
        vault.delegate(idle, 5 * unit, address(operator_), 5 * unit, address(ben));
        assertEq(ben.stakeWith(operator_), 5 * unit);

        // Positions cannot go to people whom nobody has admitted. Leaving needs nobody's leave.
        PoolId pool = operator_.pool();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGated.selector, pool));
        ann.give(pool, unit, ben);
        Epoch ripe = ann.queue(operator_, 4 * unit);
        skipEpochs(2);
        assertEq(ann.complete(pool, ripe), 4 * unit);
        assertEq(ann.stakeWith(operator_), 6 * unit);

        // The approver goes, for good; it has no say any more, and the pool is like any other.
        operator_.removeApprover();
        (,,, told) = vault.operatorState(address(operator_));
        assertEq(told, address(0));
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, operator_));
        vm.prank(approver);
        vault.admit(address(operator_), address(ann), deadline, "");
        newStaker().deposit(operator_, 9 * unit);
        ann.give(pool, 2 * unit, ben);
        assertEq(ann.stakeWith(operator_), 4 * unit);
        assertEq(ben.stakeWith(operator_), 7 * unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, operator_));
        operator_.removeApprover();
    }

    function sign(Staker staker, uint256 nonce, uint256 deadline) internal view returns (bytes memory) {
        return sign(
            approverKey,
            admissionDigest(block.chainid, address(vault), address(operator_), address(staker), nonce, deadline)
        );
    }

    function expectNotAdmitted(Staker staker, uint256 deadline) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAdmitted.selector, operator_, staker, deadline));
    }

    function expectBadApproval(Staker staker, uint256 nonce, uint256 deadline) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadApproval.selector, operator_, staker, nonce, deadline));
    }
}
