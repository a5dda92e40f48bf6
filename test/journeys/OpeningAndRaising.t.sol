// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice Opening and raising in one block: what comes before opening holds at once, what comes after waits.
contract OpeningAndRaisingJourney is Journey {
    Service internal service;
    OperatorSetId internal set;
    Operator internal operator_;

    function setUp() public override {
        super.setUp();
        service = newService();
        set = service.createSet(0);
        operator_ = newOperator();
        operator_.join(set);
    }

    function test_OneBlock() public {
        // One block: a raise, the opening, a raise.
        assertEq(operator_.allocate(set, 0.2e18), vault.currentEpoch());
        operator_.open();
        assertEq(operator_.allocate(set, 0.9e18), vault.currentEpoch().plus(3));

        // The first staker comes as soon as it can, knows of 0.9, and does not like it.
        skipEpochs(1);
        Staker staker = newStaker();
        staker.deposit(operator_, 100 * unit);
        assertEq(service.canSlash(set, operator_), 20 * unit);
        staker.queue(operator_, 100 * unit);

        // Two epochs later it is out, in the very second in which 0.9 comes into force.
        skipToEnd(1);
        assertEq(service.canSlash(set, operator_), 20 * unit);
        vm.warp(vm.getBlockTimestamp() + 1);
        assertEq(service.canSlash(set, operator_), 0);
        staker.deposit(operator_, 10 * unit);
        assertEq(service.canSlash(set, operator_), 9 * unit);
    }

    /// @dev Who closes again has not become new: no raise of it is ever at once, be its pools empty.
    function test_ClosingBringsNothingBack() public {
        operator_.open();
        operator_.close();
        assertEq(operator_.allocate(set, 0.2e18), vault.currentEpoch().plus(3));

        // Nobody can stake, also not in the epoch that opening had announced.
        skipEpochs(1);
        Staker staker = newStaker();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, operator_, 0));
        staker.deposit(operator_, unit);

        // Opened again, it takes stake from the next epoch on, in which 0.2 are still two epochs away.
        operator_.open();
        Epoch admitsFrom = vault.currentEpoch().plus(1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, operator_, admitsFrom));
        staker.deposit(operator_, unit);
        skipEpochs(1);
        staker.deposit(operator_, 100 * unit);
        assertAllocation(set, operator_, 0, 0.2e18, vault.currentEpoch().plus(1));
        assertEq(service.canSlash(set, operator_), 0);
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 20 * unit);
    }
}
