// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice A thief has the slasher's key. The cap bounds what it takes in an epoch, and the service retires its sets.
contract LeakedKeyJourney is Journey {
    address internal thief = slasher;

    function test_Journey() public {
        Service service = newService();
        Terms memory terms = service.terms();
        (terms.slasher, terms.cap) = (slasher, Wad.wrap(0.1e18));
        OperatorSetId instant = service.createSet(0, terms);
        (terms.window, terms.resolver) = (3 days, address(service));
        OperatorSetId challenged = service.createSet(1, terms);

        Operator operator_ = newOperator();
        operator_.join(challenged);
        operator_.allocate(challenged, 0.3e18);
        operator_.join(instant);
        operator_.allocate(instant, 0.5e18);
        operator_.open();
        skipEpochs(1);
        Staker ann = newStaker();
        ann.deposit(operator_, 100 * unit);

        // The thief takes a tenth of 0.5, and a proposal for a tenth of 0.3 waits. More it cannot have in this epoch.
        assertEq(slash(instant, address(operator_), Wad.wrap(0.1e18)), 5 * unit);
        vm.prank(thief);
        manager.proposeSlash(challenged, address(operator_), address(token), Wad.wrap(0.1e18), "");
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CapExceeded.selector, token, 0.0545e18, 0.05e18));
        slash(instant, address(operator_), Wad.wrap(0.01e18));
        assertBudget(operator_, 0.95e18, 0.75e18);

        // The service retires both sets. That moment ends it.
        service.retire(instant);
        service.retire(challenged);
        assertEq(manager.termsOf(instant).slasher, address(0));
        expectRetired(instant);
        slash(instant, address(operator_), Wad.wrap(0.1e18));
        vm.prank(thief);
        expectRetired(challenged);
        manager.proposeSlash(challenged, address(operator_), address(token), Wad.wrap(0.1e18), "");
        skip(3 days);
        expectNoProposal(challenged, operator_);
        execute(challenged, operator_);

        // Nothing is promised to them any more, and nothing can be.
        assertEq(service.canSlash(instant, operator_), 0);
        assertEq(service.isGuaranteed(challenged, operator_), 0);
        assertAllocation(instant, operator_, 0);
        expectRetired(instant);
        operator_.allocate(instant, 0.6e18);
        Operator other = newOperator();
        expectRetired(instant);
        other.join(instant);

        // What was committed counts until somebody touches it: anyone settles one, the operator leaves the other.
        assertBudget(operator_, 0.95e18, 0.75e18);
        assertEq(worstCaseLoss(address(operator_)), Wad.wrap(789_473_684_210_526_316)); // 0.75 / 0.95, rounded up
        settle(instant, operator_);
        assertBudget(operator_, 0.95e18, 0.3e18);
        vm.expectEmit(address(manager));
        emit IAllocationManager.Allocated(challenged, address(operator_), address(token), mag(0), vault.currentEpoch());
        operator_.leave(challenged);
        assertBudget(operator_, 1e18, 0);
        operator_.leaveFreely(instant);

        // The service starts again under a new id, with a new key, and with the usual notice.
        terms.slasher = address(service);
        expectExists(instant);
        service.createSet(0, terms);
        (terms.window, terms.resolver) = (0, address(0));
        OperatorSetId next = service.createSet(2, terms);
        operator_.join(next);
        Epoch effective = operator_.allocate(next, 1e18);
        assertEq(effective, vault.currentEpoch().plus(3));
        skipEpochs(3);
        assertEq(service.slash(next, operator_, 0.1e18), 9.5e18 * unit / 1e18);
        assertEq(ann.stakeWith(operator_), 85.5e18 * unit / 1e18);
    }

    function expectRetired(OperatorSetId set) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, set));
    }

    function expectExists(OperatorSetId set) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetExists.selector, set));
    }
}
