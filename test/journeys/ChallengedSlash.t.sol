// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice A set whose slashes stand a window of three days, in which a jury may cancel them. It holds half of the pool.
contract ChallengedSlashJourney is Journey {
    address internal jury = makeAddr("jury");
    Service internal service;
    OperatorSetId internal set;
    Operator internal operator_;

    function setUp() public override {
        super.setUp();
        service = newService();
        set = service.createSet(0, 3 days, jury);
        operator_ = newOperatorOf(set, 0.5e18);
    }

    /// @dev A wrong proposal is cancelled, a right one is not; and who can still get away before it is executed.
    function test_FromProposalToExecution() public {
        Staker ann = newStaker();
        Staker ben = newStaker();
        Staker cleo = newStaker();
        ann.deposit(operator_, 50 * unit);
        ben.deposit(operator_, 40 * unit);
        PoolId pool = operator_.pool();

        // Ann queues 20 in the epoch before the proposal, and is out before it can be executed.
        Epoch early = ann.queue(operator_, 20 * unit);
        skipEpochs(1);

        // The service asks for all of its half, by mistake. The jury cancels on the second day.
        service.propose(set, operator_, 1e18);
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotResolver.selector, set, operator_));
        vm.prank(address(operator_));
        manager.cancelSlash(set, address(operator_), address(token));
        cancel();
        expectNoProposal(set, operator_);
        execute(set, operator_);

        // On the sixth day it asks for two fifths. One proposal at a time.
        skip(4 days);
        uint256 proposedAt = vm.getBlockTimestamp();
        uint256 end = proposedAt + 3 days;
        uint256 lapsesAt = startOf(vault.currentEpoch().plus(2));
        service.propose(set, operator_, 0.4e18);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.ProposalPending.selector, set, operator_, token, lapsesAt)
        );
        service.propose(set, operator_, 0.4e18);
        assertProposal(0.5e18, end, lapsesAt);

        // All run: Ben queues 10 on the same day; Cleo, who did not ask, deposits 10; the operator lowers to nothing.
        Epoch late = ben.queue(operator_, 10 * unit);
        assertEq(manager.contestedUntil(address(operator_), address(token)), vault.currentEpoch().plus(2));
        cleo.deposit(operator_, 10 * unit);
        operator_.leave(set);

        // Too early by a second, in the next epoch by now.
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOpen.selector, end));
        execute(set, operator_);
        assertEq(vault.currentEpoch(), early);

        // Then the jury is too late, and anybody executes. Ann's 20 ripened meanwhile. 0.4 of 0.5 is a fifth: of 70 in
        // the pool and Ben's 10.
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOver.selector, end));
        cancel();
        assertEq(execute(set, operator_), 16 * unit);
        assertEq(service.tokens(), 16 * unit);
        assertEq(ann.exit(pool, early), 20 * unit);
        assertEq(ann.stakeWith(operator_), 24 * unit); // 30 - 6
        assertEq(ben.stakeWith(operator_), 24 * unit); // 30 - 6
        assertEq(ben.exit(pool, late), 8 * unit); // 10 - 2
        assertEq(cleo.stakeWith(operator_), 8 * unit); // 10 - 2
        assertBudget(operator_, 0.8e18, 0.3e18);
        assertAllocation(set, operator_, 0.3e18, 0, late);

        // Once.
        expectNoProposal(set, operator_);
        execute(set, operator_);
        assertEq(ann.complete(pool, early), 20 * unit);
        skipEpochs(1);
        assertEq(ben.complete(pool, late), 8 * unit);
        assertEq(service.canSlash(set, operator_), 0);
    }

    /// @dev Nobody executes it until the second epoch after it: it has lapsed, and nothing is lost.
    function test_AProposalLapses() public {
        Staker ann = newStaker();
        ann.deposit(operator_, 100 * unit);
        service.propose(set, operator_, 0.4e18);
        skipEpochs(2);
        expectNoProposal(set, operator_);
        execute(set, operator_);
        assertProposal(0, 0, 0);
        assertEq(ann.stakeWith(operator_), 100 * unit);

        // The next one takes its place, and can be executed to the last second.
        service.propose(set, operator_, 0.4e18);
        skipToEnd(1);
        assertEq(execute(set, operator_), 20 * unit);
        assertEq(ann.stakeWith(operator_), 80 * unit);
    }

    /// @dev Stakers agreed to 0.5 when the fault was proposed. A raise that lands before the execution does not count.
    function test_AMagnitudeIsFixed() public {
        Staker ann = newStaker();
        ann.deposit(operator_, 100 * unit);
        operator_.allocate(set, 1e18);
        skipEpochs(2);
        service.propose(set, operator_, 1e18);
        skipEpochs(1);
        assertEq(service.canSlash(set, operator_), 100 * unit);
        assertEq(execute(set, operator_), 50 * unit);
        assertEq(ann.stakeWith(operator_), 50 * unit);
        assertAllocation(set, operator_, 0.5e18);
        assertBudget(operator_, 0.5e18, 0.5e18);
    }

    /// @dev Nothing is frozen for a proposal: where the allocation is gone by then, the service came too late.
    function test_AProposalHoldsNothing() public {
        Staker ann = newStaker();
        ann.deposit(operator_, 100 * unit);
        operator_.allocate(set, 0);
        skipToEnd(1);
        service.propose(set, operator_, 1e18);
        skip(3 days);
        expectNothingToSlash(set, operator_);
        execute(set, operator_);
        assertEq(ann.stakeWith(operator_), 100 * unit);
    }

    /* INTERNAL */

    function cancel() internal {
        vm.prank(jury);
        manager.cancelSlash(set, address(operator_), address(token));
    }

    function assertProposal(uint256 magnitude, uint256 end, uint256 lapsesAt) internal view {
        (Magnitude actual,, uint256 actualEnd, uint256 actualLapsesAt) =
            manager.proposalOf(set, address(operator_), address(token));
        assertEq(Magnitude.unwrap(actual), magnitude, "magnitude");
        assertEq(actualEnd, end, "executable from");
        assertEq(actualLapsesAt, lapsesAt, "lapses at");
    }
}
