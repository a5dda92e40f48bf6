// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice A change of an allocation while another is pending. 100 tokens are staked throughout.
contract OverlappingChangesJourney is Journey {
    Service internal service;
    Operator internal operator_;
    OperatorSetId internal set;

    function setUp() public override {
        super.setUp();
        service = newService();
        set = service.createSet(0);
        operator_ = newOperator();
    }

    /// @dev A raise can be made larger with fresh notice, and smaller, down to nothing, at any time.
    function test_ARaise() public {
        begin(set, 0.2e18);
        Epoch start = vault.currentEpoch();
        assertEq(operator_.allocate(set, 0.5e18), start.plus(3));

        // Larger: who knew of 0.5 may object to 0.6, so the notice starts again.
        skipEpochs(1);
        assertEq(operator_.allocate(set, 0.6e18), start.plus(4));
        assertBudget(operator_, 1e18, 0.6e18);
        skipEpochs(2);
        assertAllocation(set, operator_, 0.2e18, 0.6e18, start.plus(4));
        assertEq(service.canSlash(set, operator_), 20 * unit);

        // Smaller: nobody objects to that, so it keeps its day.
        assertEq(operator_.allocate(set, 0.4e18), start.plus(4));
        assertBudget(operator_, 1e18, 0.4e18);
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 40 * unit);

        // Withdrawn: at once, as if it had never been announced.
        assertEq(operator_.allocate(set, 0.7e18), start.plus(7));
        assertEq(operator_.allocate(set, 0.4e18), start.plus(4));
        assertBudget(operator_, 1e18, 0.4e18);
        skipEpochs(3);
        assertAllocation(set, operator_, 0.4e18);

        // Replaced by a lowering: the raise is gone at once, and the lowering waits.
        operator_.allocate(set, 0.7e18);
        assertEq(operator_.allocate(set, 0.1e18), start.plus(9));
        assertBudget(operator_, 1e18, 0.4e18);
        assertEq(service.isGuaranteed(set, operator_), 10 * unit);
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 40 * unit);
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 10 * unit);
    }

    /// @dev What has been lowered was promised to everybody else: it can be neither taken back nor hastened.
    function test_ALowering() public {
        begin(set, 0.6e18);
        Epoch due = operator_.allocate(set, 0.2e18);
        assertEq(due, vault.currentEpoch().plus(2));
        uint256[3] memory others = [uint256(0.7e18), 0.4e18, 0];
        for (uint256 i; i < 3; ++i) {
            expectLoweringPending(0.2e18, due);
            operator_.allocate(set, others[i]);
        }

        // Still all of 0.6 can be slashed. A half of it takes 0.3 from either side, so nothing of 0.2 is to come.
        skipEpochs(1);
        assertEq(service.slash(set, operator_, 0.5e18), 30 * unit);
        assertAllocation(set, operator_, 0.3e18, 0, due);
        assertBudget(operator_, 0.7e18, 0.3e18);
        assertEq(service.isGuaranteed(set, operator_), 0);
        assertEq(service.canSlash(set, operator_), 30 * unit);

        // Come due, it frees what was committed when somebody settles it; all that is left counts as the whole then.
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 0);
        assertBudget(operator_, 0.7e18, 0.3e18);
        settle(set, operator_);
        assertBudget(operator_, 1e18, 0);
    }

    /// @dev The operator leaves five sets with a fifth of the pool promised to each, in the midst of all kinds of changes.
    function test_LeavingOverThem() public {
        OperatorSetId[5] memory sets;
        for (uint32 i; i < 5; ++i) {
            sets[i] = service.createSet(i + 1);
            operator_.join(sets[i]);
            if (i != 1) operator_.allocate(sets[i], 0.2e18);
        }
        begin(set, 0);
        Epoch start = vault.currentEpoch();
        operator_.allocate(sets[1], 0.2e18); // a raise from nothing
        operator_.allocate(sets[2], 0); // a lowering to nothing
        operator_.allocate(sets[3], 0.1e18); // a lowering to something
        operator_.allocate(sets[4], 0.1e18); // the same
        assertBudget(operator_, 1e18, 1e18);
        skipEpochs(1);

        // Nothing pending: from now on the usual notice.
        operator_.leave(sets[0]);
        assertAllocation(sets[0], operator_, 0.2e18, 0, start.plus(3));

        // A raise from nothing is withdrawn at once, so the operator may even come back at once.
        operator_.leave(sets[1]);
        assertAllocation(sets[1], operator_, 0);
        assertBudget(operator_, 1e18, 0.8e18);
        operator_.join(sets[1]);

        // A lowering to nothing stands: leaving adds nothing to it.
        operator_.leave(sets[2]);
        assertAllocation(sets[2], operator_, 0.2e18, 0, start.plus(2));

        // A lowering to something stands too, so leaving must wait for its day...
        expectLoweringPending(0.1e18, start.plus(2));
        operator_.leave(sets[3]);

        // ...but the set itself may give more than it was owed: nothing remains on that day.
        service.eject(sets[4], operator_);
        assertAllocation(sets[4], operator_, 0.2e18, 0, start.plus(2));
        assertBudget(operator_, 1e18, 0.8e18);

        // Until then each of the four can slash what it could.
        skipToEnd(0);
        assertEq(service.canSlash(sets[4], operator_), 20 * unit);
        assertEq(service.slash(sets[2], operator_, 1e18), 20 * unit);
        assertEq(service.canSlash(sets[4], operator_), 20 * unit);
        assertBudget(operator_, 0.8e18, 0.6e18);

        // The day comes.
        skipEpochs(1);
        assertEq(service.canSlash(sets[0], operator_), 20 * unit);
        assertEq(service.canSlash(sets[2], operator_), 0);
        assertEq(service.canSlash(sets[3], operator_), 10 * unit);
        assertEq(service.canSlash(sets[4], operator_), 0);
        operator_.leave(sets[3]);
        assertAllocation(sets[3], operator_, 0.1e18, 0, start.plus(4));
        settle(sets[4], operator_);
        assertBudget(operator_, 0.8e18, 0.3e18);

        // Two epochs later nothing is promised to anybody, and what is left is the whole.
        skipEpochs(2);
        settle(sets[0], operator_);
        settle(sets[3], operator_);
        assertBudget(operator_, 1e18, 0);
        for (uint256 i; i < 5; ++i) {
            assertEq(service.canSlash(sets[i], operator_), 0);
            if (i != 1) operator_.join(sets[i]);
        }
    }

    /// @dev A raise that leaving withdraws: what was in force is lowered, what was to come does not come.
    function test_LeavingOverARaise() public {
        begin(set, 0.2e18);
        Epoch start = vault.currentEpoch();
        operator_.allocate(set, 0.9e18);
        assertBudget(operator_, 1e18, 0.9e18);
        operator_.leave(set);
        assertAllocation(set, operator_, 0.2e18, 0, start.plus(2));
        assertBudget(operator_, 1e18, 0.2e18);
        skipEpochs(2);
        assertEq(service.canSlash(set, operator_), 0);
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 0);
    }

    /* INTERNAL */

    function begin(OperatorSetId of_, uint256 magnitude) internal {
        operator_.join(of_);
        if (magnitude > 0) operator_.allocate(of_, magnitude);
        operator_.open();
        skipEpochs(1);
        Staker staker = newStaker();
        staker.deposit(operator_, 100 * unit);
    }

    function expectLoweringPending(uint256 next, Epoch due) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.LoweringPending.selector, next, due));
    }
}
