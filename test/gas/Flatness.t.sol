// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Base, IMintable} from "../Base.t.sol";

/// @notice P7: what an action costs does not depend on how many stakers, operators, sets or epochs there are.
/// @dev Two measurements make the same calls in the same circumstances, and must cost the same to the unit.
contract Flatness is Base {
    struct Gas {
        uint256 deposit;
        uint256 queue;
        uint256 transfer;
        uint256 slash;
        uint256 allocate;
        uint256 propose;
        uint256 execute;
        uint256 complete;
        uint256 redelegate;
        uint256 settle;
        uint256 leave;
    }

    OperatorSetId internal set;
    OperatorSetId internal challenged;
    OperatorSetId internal third;
    PoolId internal pool;
    Crowd internal crowd;

    function setUp() public override {
        super.setUp();
        registerOperator(operator);
        registerOperator(otherOperator);
        set = createSet(0, defaultTerms());
        join(set, operator);
        allocate(set, operator, HALF);
        Terms memory terms = defaultTerms();
        terms.window = 1 days;
        challenged = createSet(1, terms);
        join(challenged, operator);
        allocate(challenged, operator, mag(0.25e18));
        third = createSet(2, defaultTerms());
        join(third, operator);
        openOperator(operator);
        openOperator(otherOperator);
        (pool,) = deposit(bob, operator, 1000 * unit);
        deposit(bob, otherOperator, 1000 * unit);
        fund(token, alice, 1000 * unit);
        token.mint(recipient, 1);
        crowd = new Crowd(vault, token);
    }

    function test_StakersDoNotMatter() public {
        uint256 start = vm.snapshotState();
        gather(1);
        Gas memory few = measure();
        vm.revertToState(start);
        gather(10_000);
        assertSame(few, measure());
    }

    function test_OperatorsAndSetsDoNotMatter() public {
        uint256 start = vm.snapshotState();
        Gas memory few = measure();
        vm.revertToState(start);
        for (uint32 i = 100; i < 200; ++i) {
            address other = address(uint160(i) << 32);
            registerOperator(other);
            join(set, other);
            allocate(set, other, HALF);
            join(createSet(i, defaultTerms()), operator);
        }
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
            propose(0.001e18);
            skip(1 days);
            execute();
            skipEpochs(1);
        }
        deposit(bob, operator, unit);
        assertSame(fresh, measure());
    }

    /* INTERNAL */

    function gather(uint256 stakers) internal {
        crowd.stake(operator, stakers);
        crowd.stake(otherOperator, stakers);
    }

    /// @dev The number of an epoch is part of the call data: two bytes that are not zero, in either case.
    function measureAfter(uint256 epochs) internal returns (Gas memory) {
        skipEpochs(epochs);
        deposit(bob, operator, 1);
        return measure();
    }

    /// @dev A newcomer's deposit, exits and ends of them, slashes of the pool and both its buckets, at once and
    /// challenged, and the operator's own actions.
    function measure() internal returns (Gas memory gas) {
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, 100 * unit, 1);
        gas.deposit = lastCall();

        skipEpochs(1);
        queue(bob, pool, unit);
        (Epoch first,) = queue(alice, pool, 50 * unit);
        gas.queue = lastCall();
        vm.prank(alice);
        vault.transfer(stranger, pool, 10 * unit);
        gas.transfer = lastCall();

        skipEpochs(1);
        (Epoch second,) = queue(alice, pool, 20 * unit);
        slash(set, operator, Wad.wrap(0.1e18));
        gas.slash = lastCall();
        allocate(third, operator, mag(0.1e18));
        gas.allocate = lastCall();
        propose(0.1e18);
        gas.propose = lastCall();
        skip(1 days);
        execute();
        gas.execute = lastCall();
        allocate(challenged, operator, mag(0.1e18));

        skipEpochs(1);
        complete(alice, pool, first);
        gas.complete = lastCall();

        skipEpochs(1);
        redelegate(alice, pool, second, otherOperator);
        gas.redelegate = lastCall();
        manager.settle(challenged, operator, address(token));
        gas.settle = lastCall();
        vm.prank(operator);
        manager.leave(set, operator, only(address(token)));
        gas.leave = lastCall();
    }

    function propose(uint256 wad) internal {
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), Wad.wrap(wad), "");
    }

    function execute() internal {
        manager.executeSlash(challenged, operator, address(token));
    }

    function lastCall() internal returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function assertSame(Gas memory a, Gas memory b) internal pure {
        assertEq(a.deposit, b.deposit, "deposit");
        assertEq(a.queue, b.queue, "queue");
        assertEq(a.transfer, b.transfer, "transfer");
        assertEq(a.slash, b.slash, "slash");
        assertEq(a.allocate, b.allocate, "allocate");
        assertEq(a.propose, b.propose, "propose");
        assertEq(a.execute, b.execute, "execute");
        assertEq(a.complete, b.complete, "complete");
        assertEq(a.redelegate, b.redelegate, "redelegate");
        assertEq(a.settle, b.settle, "settle");
        assertEq(a.leave, b.leave, "leave");
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
