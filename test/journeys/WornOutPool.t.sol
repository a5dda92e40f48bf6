// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice All but one part in 1e18 of a pool is slashed: it can be left, not entered, and is renewed. Amounts are in the
/// smallest units.
contract WornOutPoolJourney is Journey {
    function test_Journey() public {
        Service service = newService();
        OperatorSetId set = service.createSet(0);
        Operator operator_ = newOperatorOf(set, 1e18);
        Staker ann = newStaker();
        Staker ben = newStaker();
        Staker zoe = newStaker();
        ann.deposit(operator_, 80e18);
        ben.deposit(operator_, 40e18);
        PoolId pool = operator_.pool();

        // 100e18 in the pool and 20e18 on their way: of each of them one part in 1e18 stays, and what rounds down.
        ben.queue(operator_, 20e18);
        assertEq(service.slash(set, operator_, 1e18 - 1), 120e18 - 120);
        assertPool(pool, 100, 100e18);
        assertEq(ann.stakeWith(operator_), 80);
        assertEq(ben.stakeWith(operator_), 20);

        // A unit costs 1e18 shares. A million units fit; a hundred million million do not.
        zoe.deposit(operator_, 1e6);
        assertEq(zoe.stakeWith(operator_), 1e6);
        assertEq(ann.stakeWith(operator_), 80);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolWornOut.selector, pool, 1e14));
        zoe.deposit(operator_, 1e14);

        // Exits work as ever.
        Epoch ripe = ben.queue(operator_, 10e18);
        assertEq(ben.exit(pool, ripe), 30);
        assertEq(ben.stakeWith(operator_), 10);

        // The pool cannot be renewed while any of it is promised, nor, until somebody settles it, when the promise is over.
        expectStillCommitted(operator_);
        operator_.renew();
        operator_.allocate(set, 0);
        skipEpochs(2);
        expectStillCommitted(operator_);
        operator_.renew();
        settle(set, operator_);
        assertBudget(operator_, 1e18, 0);

        // One exit was ripe before, one is on its way.
        assertEq(ben.complete(pool, ripe), 30);
        Epoch later = ann.queue(operator_, 30e18);

        // Renewed: the old generation is left at once, the exit keeps its day, and a share costs one unit again.
        operator_.renew();
        assertEq(operator_.pool(), pool.atGeneration(1));
        assertPool(operator_.pool(), 0, 0);
        zoe.deposit(operator_, 1e14);
        assertPool(operator_.pool(), 1e14, 1e14);
        assertEq(vault.positionValue(pool, address(ann)), 50);
        assertEq(ann.withdrawAll(pool), 50);
        assertEq(ben.withdrawAll(pool), 10);
        assertEq(zoe.withdrawAll(pool), 1e6);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ExitNotRipe.selector, later, vault.currentEpoch()));
        ann.complete(pool, later);
        skipEpochs(2);
        assertEq(ann.complete(pool, later), 30);
        assertEq(token.balanceOf(address(vault)), 1e14);
        assertEq(zoe.stakeWith(operator_), 1e14);

        // A pool in good health cannot be renewed: nobody is turned out.
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotWornOut.selector, pool.atGeneration(1), 1e14, 1e14));
        operator_.renew();

        // And it can be promised and slashed as any other.
        operator_.allocate(set, 0.5e18);
        skipEpochs(3);
        assertEq(service.slash(set, operator_, 0.5e18), 0.25e14);
        assertEq(zoe.stakeWith(operator_), 0.75e14);
    }

    function expectStillCommitted(Operator operator_) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StillCommitted.selector, operator_, token, 1));
    }
}
