// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice Nothing, or next to nothing, is left of a pool of which something is promised still.
contract NothingLeftJourney is Journey {
    Service internal service;
    OperatorSetId internal first;
    OperatorSetId internal second;
    Operator internal operator_;
    Staker internal staker;

    /// @dev At a degree of 2 all of the pool is promised twice. 1,000 of the smallest units are staked.
    function setUp() public override {
        super.setUp();
        setDegreeCeiling(address(token), 2e18);
        service = newService();
        first = service.createSet(0);
        second = service.createSet(1);
        operator_ = newOperator();
        operator_.join(first);
        operator_.join(second);
        operator_.allocate(first, 1e18);
        operator_.allocate(second, 1e18);
        operator_.open();
        skipEpochs(1);
        staker = newStaker();
        staker.deposit(operator_, 1000);
    }

    function test_Nothing() public {
        PoolId pool = operator_.pool();
        assertEq(service.slash(first, operator_, 1e18), 1000);

        // The second set's promise was of the generation that ended. Everything reads as a fresh start.
        assertEq(operator_.pool(), pool.atGeneration(1));
        assertBudget(operator_, 1e18, 0);
        assertAllocation(second, operator_, 0);
        assertReads(0, 0, 0);
        expectNothingToSlash(second, operator_);
        service.slash(second, operator_, 1e18);

        // New money is not promised to it either, and the pool can be promised anew before the old promise is cleared.
        Staker late = newStaker();
        late.deposit(operator_, 600);
        assertReads(0, 0, 0);
        operator_.allocate(first, 0.5e18);
        assertBudget(operator_, 1e18, 0.5e18);
        settle(second, operator_);
        assertBudget(operator_, 1e18, 0.5e18);
        assertEq(manager.membershipOf(second, address(operator_)).allocations, 0);
        skipEpochs(3);
        assertEq(service.slash(first, operator_, 1e18), 300);
        assertEq(late.stakeWith(operator_), 300);
        assertEq(staker.stakeWith(operator_), 0);
    }

    /// @dev All but one part in 1e18 is taken. What rounds to nothing guarantees nothing, but every view answers.
    function test_NextToNothing() public {
        assertEq(service.slash(first, operator_, 1e18 - 1), 999);
        assertBudget(operator_, 1, 1e18 + 1);
        assertAllocation(first, operator_, 1);
        assertAllocation(second, operator_, 1e18);
        assertReads(1, 0, 1e18);

        // Nothing more can be promised, and half of what is left is less than can be told apart.
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.TooLittleLeft.selector, 1, 1e9));
        operator_.allocate(first, 0.1e18);
        expectNothingToSlash(second, operator_);
        service.slash(second, operator_, 0.5e18);

        // The operator lowers both. As long as one of them counts, so does what slashes have left.
        operator_.allocate(first, 0);
        operator_.allocate(second, 0);
        skipEpochs(2);
        assertReads(0, 0, 1e18);
        settle(first, operator_);
        assertBudget(operator_, 1, 1e18);
        settle(second, operator_);
        assertBudget(operator_, 1e18, 0);
        assertReads(0, 0, 0);

        // Precise again: of 1 + 400 units, a half of a half is 100.25.
        staker.deposit(operator_, 400);
        operator_.allocate(second, 0.5e18);
        skipEpochs(3);
        assertReads(200, 200, 0.5e18);
        assertEq(service.slash(second, operator_, 0.5e18), 100);
        assertEq(staker.stakeWith(operator_), 301);
        assertBudget(operator_, 0.75e18, 0.25e18);
    }

    /// @dev What every view says of the second set.
    function assertReads(uint256 slashable, uint256 guaranteed, uint256 worst) internal view {
        assertEq(service.canSlash(second, operator_), slashable, "slashable");
        assertEq(service.isGuaranteed(second, operator_), guaranteed, "guaranteed");
        assertEq(worstCaseLoss(address(operator_)), Wad.wrap(worst));
    }
}
