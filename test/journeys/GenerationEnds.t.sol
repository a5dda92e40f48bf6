// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice A slash of all ends the generation: those who were in it bear it, and those who come later do not.
contract GenerationEndsJourney is Journey {
    Service internal service;
    OperatorSetId internal set;

    function setUp() public override {
        super.setUp();
        service = newService();
        set = service.createSet(0);
    }

    function test_Exits() public {
        Operator operator_ = newOperatorOf(set, 1e18);
        Staker early = newStaker();
        Staker late = newStaker();
        early.deposit(operator_, 50 * unit);
        PoolId pool = operator_.pool();

        // 20 leave in time, 10 a little too late.
        Epoch inTime = early.queue(operator_, 20 * unit);
        skipEpochs(1);
        Epoch tooLate = early.queue(operator_, 10 * unit);
        skipEpochs(1);

        // The service takes all that it can: 20 in the pool and 10 on their way.
        assertEq(service.slash(set, operator_, 1e18), 30 * unit);
        assertEq(early.stakeWith(operator_), 0);
        assertEq(early.exit(pool, inTime), 20 * unit);
        assertEq(early.exit(pool, tooLate), 0);
        assertEq(operator_.pool(), pool.atGeneration(1));

        // New money is whole, nothing of it is promised, and a new promise waits three epochs.
        late.deposit(operator_, 7 * unit);
        assertEq(late.stakeWith(operator_), 7 * unit);
        assertEq(service.canSlash(set, operator_), 0);
        assertEq(operator_.allocate(set, 0.5e18), vault.currentEpoch().plus(3));
        skipEpochs(3);
        assertEq(service.slash(set, operator_, 1e18), 3.5e18 * unit / 1e18);
        assertEq(late.stakeWith(operator_), 7 * unit - 3.5e18 * unit / 1e18);

        // What had ripened is paid in full, what had not is closed with nothing; the old shares are worth nothing.
        uint256 others = token.balanceOf(address(vault)) - 20 * unit;
        assertEq(early.complete(pool, inTime), 20 * unit);
        assertEq(early.complete(pool, tooLate), 0);
        assertEq(early.tokens(), 20 * unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGenerationEnded.selector, pool));
        early.withdrawAll(pool);
        assertEq(late.stakeWith(operator_), others);
    }

    /// @dev A ripe exit of the dead generation can move into the living one, as any other.
    function test_AnExitMovesIntoTheNextGeneration() public {
        Operator operator_ = newOperatorOf(set, 1e18);
        Staker early = newStaker();
        early.deposit(operator_, 50 * unit);
        PoolId pool = operator_.pool();
        Epoch ripe = early.queue(operator_, 20 * unit);
        skipEpochs(2);
        assertEq(service.slash(set, operator_, 1e18), 30 * unit);
        Staker late = newStaker();
        late.deposit(operator_, 7 * unit);

        early.move(pool, ripe, operator_);
        assertEq(early.stakeWith(operator_), 20 * unit);
        assertEq(late.stakeWith(operator_), 7 * unit);
        assertPool(pool.atGeneration(1), 27 * unit, 27 * unit);
        assertEq(vault.balanceOf(address(early), pool), 30 * unit);
        assertEq(vault.positionValue(pool, address(early)), 0);
    }

    /// @dev A proposal of one generation is none of the next.
    function test_Proposals() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId challenged = service.createSet(1, 1 days, address(0));
        Operator operator_ = newOperator();
        operator_.join(set);
        operator_.join(challenged);
        operator_.allocate(set, 1e18);
        operator_.allocate(challenged, 0.5e18);
        operator_.open();
        skipEpochs(1);
        Staker early = newStaker();
        early.deposit(operator_, 10 * unit);

        // A half of a half is proposed, and then another set takes everything.
        service.propose(challenged, operator_, 0.5e18);
        assertEq(manager.contestedUntil(address(operator_), address(token)), vault.currentEpoch().plus(2));
        assertEq(service.slash(set, operator_, 1e18), 10 * unit);
        assertProposal(challenged, operator_, 0);
        assertEq(manager.contestedUntil(address(operator_), address(token)), Epoch.wrap(0));

        // The window ends over new money, and nobody can execute.
        Staker late = newStaker();
        late.deposit(operator_, 8 * unit);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        expectNoProposal(challenged, operator_);
        execute(challenged, operator_);
        assertEq(late.stakeWith(operator_), 8 * unit);

        // Promised again, it can be proposed again: there is nothing in the way.
        operator_.allocate(challenged, 0.5e18);
        skipEpochs(3);
        service.propose(challenged, operator_, 0.5e18);
        assertProposal(challenged, operator_, 0.5e18);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        assertEq(execute(challenged, operator_), 2 * unit);
        assertEq(late.stakeWith(operator_), 6 * unit);
    }

    function assertProposal(OperatorSetId of_, Operator operator_, uint256 magnitude) internal view {
        (Magnitude actual,,,) = manager.proposalOf(of_, address(operator_), address(token));
        assertEq(Magnitude.unwrap(actual), magnitude, "proposed");
    }
}
