// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Base, IMintable} from "../Base.t.sol";

/// @notice P7: what an action costs does not depend on how many stakers, exits or epochs there are.
/// @dev Two measurements make the same calls in the same circumstances, and must cost the same to the unit.
contract Flatness is Base {
    struct Gas {
        uint256 deposit;
        uint256 queue;
        uint256 slash;
        uint256 complete;
    }

    OperatorSetId internal set;
    PoolId internal pool;
    Crowd internal crowd;

    function setUp() public override {
        super.setUp();
        registerOperator(operator);
        set = createSet(0, defaultTerms());
        join(set, operator);
        allocate(set, operator, HALF);
        openOperator(operator);
        (pool,) = deposit(bob, operator, 1000 * unit);
        fund(token, alice, 1000 * unit);
        token.mint(recipient, 1);
        crowd = new Crowd(vault, token);
    }

    function test_StakersDoNotMatter() public {
        uint256 start = vm.snapshotState();
        crowd.stake(operator, 1);
        Gas memory few = measure();
        vm.revertToState(start);
        crowd.stake(operator, 10_000);
        assertSame(few, measure());
    }

    function test_EpochsDoNotMatter() public {
        uint256 start = vm.snapshotState();
        Gas memory young = measureAfter(300);
        vm.revertToState(start);
        assertSame(young, measureAfter(1300));
    }

    function test_PastActionsDoNotMatter() public {
        uint256 start = vm.snapshotState();
        Gas memory fresh = measure();
        vm.revertToState(start);
        for (uint256 i; i < 50; ++i) {
            deposit(bob, operator, unit);
            queue(bob, pool, unit / 2);
            slash(set, operator, Wad.wrap(0.001e18));
            skipEpochs(1);
        }
        deposit(bob, operator, unit);
        assertSame(fresh, measure());
    }

    /* INTERNAL */

    /// @dev The number of an epoch is part of the call data: two bytes that are not zero, in either case.
    function measureAfter(uint256 epochs) internal returns (Gas memory) {
        skipEpochs(epochs);
        deposit(bob, operator, 1);
        return measure();
    }

    /// @dev A newcomer's deposit, exit and end, and a slash of the pool and both its buckets.
    function measure() internal returns (Gas memory gas) {
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, 100 * unit, 1);
        gas.deposit = vm.lastCallGas().gasTotalUsed;

        skipEpochs(1);
        queue(bob, pool, unit);
        (Epoch epoch,) = queue(alice, pool, 50 * unit);
        gas.queue = vm.lastCallGas().gasTotalUsed;

        skipEpochs(1);
        queue(bob, pool, unit);
        slash(set, operator, Wad.wrap(0.1e18));
        gas.slash = vm.lastCallGas().gasTotalUsed;

        skipEpochs(1);
        complete(alice, pool, epoch);
        gas.complete = vm.lastCallGas().gasTotalUsed;
    }

    function assertSame(Gas memory a, Gas memory b) internal pure {
        assertEq(a.deposit, b.deposit, "deposit");
        assertEq(a.queue, b.queue, "queue");
        assertEq(a.slash, b.slash, "slash");
        assertEq(a.complete, b.complete, "complete");
    }
}

/// @notice Many stakers, in one call.
contract Crowd {
    IStakeVault private immutable VAULT;
    IMintable private immutable TOKEN;

    constructor(IStakeVault vault, IMintable token) {
        (VAULT, TOKEN) = (vault, token);
        token.approve(address(vault), type(uint256).max);
    }

    function stake(address operator, uint256 stakers) external {
        TOKEN.mint(address(this), stakers);
        for (uint256 i = 1; i <= stakers; ++i) {
            VAULT.deposit(address(TOKEN), operator, address(uint160(i << 32)), 1, 1);
        }
    }
}
