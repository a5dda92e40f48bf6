// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, WHOLE, Wad, max, min} from "palisade/types/Magnitude.sol";
import {Tally} from "../stores/Tally.sol";
import {World} from "../stores/World.sol";
import {Handler, Promise, Watch} from "./Handler.sol";

contract OperatorHandler is Handler {
    constructor(World world, Tally tally) Handler(world, tally) {}

    function openOrClose(uint256 seed) external counted("openOrClose") {
        address operator = pick(operators, part(seed, 0));
        (,, Epoch admitsFrom,) = VAULT.operatorState(operator);
        Watch memory before = watch(address(0), address(0));
        vm.startPrank(operator);
        if (!admitsFrom.isSet()) VAULT.open();
        else if (seed % 4 == 0) VAULT.close();
        vm.stopPrank();
        assertSame(before);
        TALLY.succeeded("openOrClose");
    }

    function join(uint256 seed) external counted("join") {
        (bool found, Promise memory p) = pickPromise(seed, _isNoMember);
        if (!found) return;
        vm.prank(p.operator);
        MANAGER.join(p.set, p.operator, "");
        TALLY.succeeded("join");
    }

    function raise(uint256 seed) external counted("raise") {
        (bool found, Promise memory p) = pickPromise(seed, _mayBeRaised);
        if (!found) return;
        (, Magnitude next,) = allocation(p);
        uint256 room = _highest(p) - Magnitude.unwrap(next);
        uint256 by = part(seed, 1) % 3 == 0 ? room : 1 + part(seed, 2) % room;
        Epoch effective = _allocate(p, max(next + Magnitude.wrap(by), MANAGER.LEAST_MAGNITUDE()));
        assertEq(Epoch.unwrap(effective), Epoch.unwrap(VAULT.currentEpoch()) + 3, "P5: a raise waits three epochs");
        TALLY.succeeded("raise");
    }

    /// @dev Below what is pending: a pending raise is cut or withdrawn, or the allocation is lowered.
    function lower(uint256 seed) external counted("lower") {
        (bool found, Promise memory p) = pickPromise(seed, _mayBeLowered);
        if (!found) return;
        (Magnitude current, Magnitude next,) = allocation(p);
        Magnitude to = Magnitude.wrap(part(seed, 1) % 3 == 0 ? 0 : part(seed, 2) % Magnitude.unwrap(next));
        if (to < MANAGER.LEAST_MAGNITUDE()) to = Magnitude.wrap(0);
        Epoch effective = _allocate(p, to);
        Epoch soonest = VAULT.currentEpoch().plus(2);
        if (to < current) assertEq(Epoch.unwrap(effective), Epoch.unwrap(soonest), "P4: a lowering waits two epochs");
        TALLY.succeeded("lower");
    }

    /// @dev Views do not tell what is to be settled, so it may be called in vain.
    function settle(uint256 seed) external counted("settle") {
        (, Promise memory p) = pickPromise(seed, _any);
        Watch memory before = watch(address(0), address(0));
        uint256 reach = slashableBy(p);
        (, Magnitude committed,) = MANAGER.budgetOf(p.operator, p.strategy);
        try MANAGER.settle(p.set, p.operator, p.strategy) {
            TALLY.succeeded("settle");
        } catch (bytes memory error) {
            assertEq(bytes4(error), IAllocationManager.NothingToSettle.selector, "settle refuses for one reason");
        }
        assertSame(before);
        assertEq(slashableBy(p), reach, "slashable == before settling");
        (, Magnitude settled,) = MANAGER.budgetOf(p.operator, p.strategy);
        assertLe(Magnitude.unwrap(settled), Magnitude.unwrap(committed), "settling frees");
    }

    /* INTERNAL */

    function _allocate(Promise memory p, Magnitude to) private returns (Epoch effective) {
        Watch memory before = watch(address(0), address(0));
        uint256 reach = slashableBy(p);
        vm.prank(p.operator);
        effective = MANAGER.allocate(p.set, p.operator, p.strategy, to);
        assertSame(before);
        assertEq(slashableBy(p), reach, "P4, P5: slashable == before an announcement");
    }

    function _any(Promise memory) private pure returns (bool) {
        return true;
    }

    function _isNoMember(Promise memory p) private view returns (bool) {
        return !MANAGER.membershipOf(p.set, p.operator).joined;
    }

    function _mayBeRaised(Promise memory p) private view returns (bool) {
        if (_isNoMember(p) || _isLoweringPending(p)) return false;
        (, Magnitude next,) = allocation(p);
        uint256 highest = _highest(p);
        return highest > Magnitude.unwrap(next) && highest >= Magnitude.unwrap(MANAGER.LEAST_MAGNITUDE());
    }

    function _mayBeLowered(Promise memory p) private view returns (bool) {
        (, Magnitude next,) = allocation(p);
        return !next.isZero() && !_isLoweringPending(p);
    }

    function _isLoweringPending(Promise memory p) private view returns (bool) {
        (Magnitude current, Magnitude next, Epoch effective) = allocation(p);
        return effective.isSet() && next < current;
    }

    /// @dev As far as the ceiling admits, counting what is committed as the manager does.
    function _highest(Promise memory p) private view returns (uint256) {
        (Magnitude left, Magnitude committed,) = MANAGER.budgetOf(p.operator, p.strategy);
        if (left < MANAGER.LEAST_MAGNITUDE()) return 0;
        uint256 ceiling = Magnitude.unwrap(left) * Wad.unwrap(MANAGER.degreeCeilingOf(p.strategy)) / 1e18;
        if (Magnitude.unwrap(committed) >= ceiling) return 0;
        (Magnitude current, Magnitude next,) = allocation(p);
        Magnitude highest = max(current, next) + Magnitude.wrap(ceiling - Magnitude.unwrap(committed));
        return Magnitude.unwrap(min(highest, WHOLE));
    }
}
