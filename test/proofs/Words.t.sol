// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Allocation} from "palisade/types/Allocation.sol";
import {Budget} from "palisade/types/Budget.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {Checkpoint, Pool, Position} from "palisade/types/Pool.sol";
import {Symbolic} from "./Symbolic.sol";

/// @notice P3 and P9 for the packed words of contracts/types, at full width: a slash takes from each field what it says, and no
/// field runs into another. The library functions themselves, compiled with these proofs.
contract WordProofs is Symbolic {
    /// @dev `Allocation.slashed`: `current` loses what was taken, `next` as much or all, the epoch's sum grows by it.
    function check_allocationSlashed() public {
        (Allocation a, Magnitude taken, Epoch epoch) = slashedAllocation();
        Allocation b = a.slashed(taken, epoch);
        assert(b.current() == a.current() - taken);
        assert(b.next() == a.next().saturatingSub(taken));
        assert(b.takenDuring(epoch) == a.takenDuring(epoch) + taken);
        assert(b.effective() == a.effective() && b.generation() == a.generation());
    }

    function check_control_allocationSlashed() public {
        (Allocation a, Magnitude taken, Epoch epoch) = slashedAllocation();
        assert(a.slashed(taken, epoch).next() == a.next() - taken);
    }

    /// @dev A change that has landed is in force; one that is scheduled is not yet.
    function check_allocationScheduledAndLanded() public {
        Allocation a = Allocation.wrap(svm.createUint(252, "allocation"));
        Magnitude next = Magnitude.wrap(svm.createUint(60, "next"));
        Epoch effective = Epoch.wrap(svm.createUint(24, "effective"));
        Allocation b = a.scheduled(next, effective);
        assert(b.current() == a.current() && b.next() == next && b.effective() == effective);
        assert(b.generation() == a.generation());
        b = b.landed();
        assert(b.current() == next && b.next() == next && !b.isPending() && b.generation() == a.generation());
    }

    /// @dev `Budget.slashed`: left loses what was taken, committed what the allocation lost; the generation stays.
    function check_budgetSlashed() public {
        Budget b = budget();
        Magnitude taken = Magnitude.wrap(svm.createUint(60, "taken"));
        Magnitude from = Magnitude.wrap(svm.createUint(60, "from"));
        Magnitude to = Magnitude.wrap(svm.createUint(60, "to"));
        vm.assume(taken < b.left() && from <= b.committed() && to <= from);
        Budget c = b.slashed(taken, from, to);
        assert(c.committed() == b.committed() - from + to);
        assert(c.committed().isZero() ? c.left() == Magnitude.wrap(1e18) : c.left() == b.left() - taken);
        assert(c.generation() == b.generation() && c.contestedUntil() == b.contestedUntil());
    }

    /// @dev A renewed budget is whole, promises nothing, and is the next generation's.
    function check_budgetRenewed() public {
        Budget b = budget();
        Budget c = b.renewed();
        assert(c.left() == Magnitude.wrap(1e18) && c.committed().isZero() && !c.contestedUntil().isSet());
        assert(c.generation() == b.generation() + 1);
    }

    /// @dev `Pool.less`: assets alone.
    function check_poolLess() public {
        Pool p = Pool.wrap(svm.createUint256("pool"));
        uint256 cut = svm.createUint(104, "cut");
        vm.assume(cut <= p.assets());
        Pool q = p.less(cut);
        assert(q.assets() == p.assets() - cut);
        assert(Checkpoint.unwrap(q.checkpoint()) == Checkpoint.unwrap(p.checkpoint()));
    }

    /// @dev `Position.changed`: what stood before the epoch stays as it was, however often the epoch changes it.
    function check_positionChanged() public {
        Position p = Position.wrap(svm.createUint256("position"));
        uint256 first = svm.createUint(104, "first");
        uint256 second = svm.createUint(104, "second");
        Epoch epoch = Epoch.wrap(svm.createUint(24, "epoch"));
        vm.assume(p.since() < epoch);
        Position q = p.changed(first, epoch).changed(second, epoch);
        assert(q.shares() == second && q.since() == epoch);
        assert(q.previous().shares() == p.shares() && q.previous().since() == p.since());
    }

    function slashedAllocation() internal returns (Allocation a, Magnitude taken, Epoch epoch) {
        a = Allocation.wrap(svm.createUint(252, "allocation"));
        taken = Magnitude.wrap(svm.createUint(60, "taken"));
        epoch = Epoch.wrap(svm.createUint(24, "epoch"));
        vm.assume(taken <= a.current() && Magnitude.unwrap(a.takenDuring(epoch) + taken) < 2 ** 60);
    }

    function budget() internal returns (Budget b) {
        b = Budget.wrap(svm.createUint(224, "budget"));
        vm.assume(b.left() <= Magnitude.wrap(1e18) && Magnitude.unwrap(b.committed()) <= 10e18);
    }
}
