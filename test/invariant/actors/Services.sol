// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Claim, Kind, Pledge, Promise, Proposed, Sheet} from "../World.sol";
import {Operators} from "./Operators.sol";

/// @notice Services and their slashers, resolvers, and anyone who executes.
abstract contract Services is Operators {
    /// @notice A slash of one strategy, and what stood before it.
    struct Strike {
        Promise at;
        PoolId key;
        PoolId pool;
        uint256 epoch;
        uint256 wad;
        uint256 left;
        uint256 reach;
        uint256 taken;
        uint256 cap;
        uint256 moved;
        bool unique;
        address recipient;
        Sheet[3] parts;
        uint256[3] cuts;
        uint256 balance;
        uint256 credit;
        address witness;
        uint256 kept;
    }

    uint32 private _created;

    /// @dev The last slashes of sets that may not take all in an epoch.
    Promise[] private _capped;
    uint256 private _cappedCount;
    Promise[] private _removed;

    /// @dev What happened beside what the actions are called after.
    uint256 public generationsEnded;
    uint256 public poolsWornOut;
    uint256 public credited;
    uint256 public executedBelowARaise;
    uint256 public strategiesSlashed;

    /* AVS */

    function createInstant(bytes32) external returns (bool) {
        if (_isPaused(manager, Pausable.CreateSet)) return false;
        _keep(0, _create(false, _one(3)));
        return true;
    }

    function createChallengeable(bytes32) external returns (bool) {
        if (_isPaused(manager, Pausable.CreateSet)) return false;
        _keep(1, _create(true, _one(3)));
        return true;
    }

    function removeStrategy(bytes32) external returns (bool) {
        if (_removed.length > 5) return false;
        for (uint256 i; i < 6; ++i) {
            Promise memory p = _promise();
            if (!manager.isAccepted(p.set, p.strategy)) continue;
            uint256 reach = _slashable(p);
            vm.prank(p.set.avs());
            manager.removeStrategies(p.set, _only(p.strategy));
            assertFalse(manager.isAccepted(p.set, p.strategy), "removed");
            assertEq(_slashable(p), reach, "P4: removing a strategy frees nothing");
            _assertStanding(p);
            _removed.push(p);
            return true;
        }
        return false;
    }

    function addStrategy(bytes32) external returns (bool) {
        while (_removed.length > 0) {
            Promise memory p = _removed[_removed.length - 1];
            _removed.pop();
            if (retired[p.set]) continue;
            vm.prank(p.set.avs());
            manager.addStrategies(p.set, _only(p.strategy));
            assertTrue(manager.isAccepted(p.set, p.strategy), "added");
            return true;
        }
        return false;
    }

    function eject(bytes32) external returns (bool) {
        for (uint256 i; i < 8; ++i) {
            Promise memory p = i < 6 ? _pledgedOne() : _promise();
            // Mostly those who promise little, so that much stays promised.
            if (!joined[p.set][p.operator] || (i < 5 && _counted(p.set, p.operator) > 1)) continue;
            if (_leave(p.set, p.operator, p.set.avs(), true)) return true;
        }
        return false;
    }

    /// @dev Mostly sets that nobody is in. Where it is one of the cast, a new one takes its place.
    function retire(bytes32) external returns (bool) {
        uint256 kind = _random(2);
        if (spare[kind].length == 0) return false;
        OperatorSetId fresh = spare[kind][spare[kind].length - 1];
        spare[kind].pop();
        if (!_one(4)) return _retire(fresh);
        uint256 i = 2 * _random(sets.length / 2) + kind;
        // One of each four may not take all in an epoch.
        if (_isCapped(fresh) != (i < 2)) return _retire(fresh);
        _retire(sets[i]);
        sets[i] = fresh;
        return true;
    }

    /// @dev P4: whom a set may slash is over once it is retired.
    function _retire(OperatorSetId set) private returns (bool) {
        Terms memory terms = manager.termsOf(set);
        vm.prank(set.avs());
        manager.retire(set);
        retired[set] = true;
        address slasher = terms.slasher;
        terms.slasher = address(0);
        assertEq(abi.encode(manager.termsOf(set)), abi.encode(terms), "P8: retiring changes the slasher alone");
        for (uint256 j; j < operators.length; ++j) {
            for (uint256 k; k < strategies.length; ++k) {
                Promise memory p = Promise(set, operators[j], strategies[k]);
                PoolId key = keyOf[p.operator][p.strategy];
                if (!pledges[set][key].counts) continue;
                assertEq(_slashable(p) + _guaranteed(p), 0, "P4: a retired set relies on nothing");
                (Magnitude magnitude,,,) = manager.proposalOf(set, p.operator, p.strategy);
                assertEq(Magnitude.unwrap(magnitude), 0, "a retired set proposes nothing");
                _assertStanding(p);
                _waive(set, key);
                due.push(p);
            }
        }
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetRetired.selector, set));
        vm.prank(slasher);
        manager.slash(set, operators[0], _only(strategies[0]), new Wad[](1), "");
        return true;
    }

    /* SLASHERS: AT ONCE */

    /// @dev Of one to three strategies.
    function slash(bytes32) external returns (bool) {
        return _slash(1 + _random(3), 1 + _random(0.3e18));
    }

    /// @dev All that the set has, and with it often the generation.
    function slashAll(bytes32) external returns (bool) {
        return _slash(1, 1e18);
    }

    /// @dev All but so little that the pool is worn out.
    function slashNearlyAll(bytes32) external returns (bool) {
        return _slash(1 + _random(3), 1e18 - 1 - _random(1e14));
    }

    /// @dev P3: no slash takes more in an epoch than the cap allows.
    function slashAboveCap(bytes32) external returns (bool) {
        for (uint256 i; i < 20; ++i) {
            // What was slashed just now has part of its cap used up.
            bool again = i < 8 && _capped.length > 0;
            (bool found, Promise memory p) = again ? (true, _capped[_random(_capped.length)]) : _inForce(false);
            if (!found) return false;
            if (retired[p.set] || !_isCapped(p.set)) continue;
            Strike memory s = _aim(p, 1e18, type(uint256).max);
            if (s.moved == 0 || s.taken <= s.cap || (again && takenIn[p.set][s.pool][s.epoch] == 0)) continue;
            // Mostly by as little as a fraction can tell.
            uint256 wad = _one(3) ? 1e18 : (s.cap * 1e18 + 1e18) / s.reach + 1;
            s = _aim(p, wad > 1e18 ? 1e18 : wad, type(uint256).max);
            if (s.moved == 0 || s.taken <= s.cap) continue;
            address slasher = manager.termsOf(p.set).slasher;
            vm.expectPartialRevert(IAllocationManager.CapExceeded.selector);
            vm.prank(slasher);
            manager.slash(p.set, p.operator, _only(p.strategy), _wads(s.wad), "");
            return true;
        }
        return false;
    }

    /* SLASHERS: BY PROPOSAL */

    function proposeSlash(bytes32) external returns (bool) {
        for (uint256 i; i < 18; ++i) {
            // First where a raise lands before a proposal of now lapses.
            bool landing = i < 12 && raised.length > 0;
            if (i < 12 && !landing) continue;
            (bool found, Promise memory p) = landing ? (true, raised[_random(raised.length)]) : _inForce(true);
            PoolId key = keyOf[p.operator][p.strategy];
            if (!found || retired[p.set] || _isWaiting(p)) continue;
            (uint256 current, uint256 next, uint256 effective) = _standing(p.set, key);
            if (landing && (next <= current || effective != _now() + 1)) continue;
            Terms memory terms = manager.termsOf(p.set);
            uint256 wad = 1 + _random(Wad.unwrap(terms.cap));
            if (Wad.unwrap(terms.cap) == 1e18 && _one(2)) wad = 1e18 - 1 - _random(1e14);
            if (current == 0 || _least(current, _leftOf(p)) * wad / 1e18 == 0) continue;
            _propose(p, key, terms.slasher, wad, current);
            return true;
        }
        return false;
    }

    function _propose(Promise memory p, PoolId key, address slasher, uint256 wad, uint256 current) private {
        uint256 reach = _slashable(p);
        vm.prank(slasher);
        manager.proposeSlash(p.set, p.operator, p.strategy, Wad.wrap(wad), "evidence");
        _settled(p);
        proposals[p.set][key] = Proposed(current, wad, vm.getBlockTimestamp(), generationOf[key]);
        proposed.push(p);
        (Magnitude m, Wad w, uint256 from, uint256 until) = manager.proposalOf(p.set, p.operator, p.strategy);
        assertEq(Magnitude.unwrap(m), current, "P5: the magnitude of a proposal is the one in force");
        assertEq(Wad.unwrap(w), wad, "the fraction proposed");
        assertEq(from, vm.getBlockTimestamp() + manager.termsOf(p.set).window, "P5: the window");
        assertEq(until, _startOf(_now() + 2), "a proposal lapses at the start of the second epoch");
        uint256 contested = _now() + 2;
        assertGe(_contested(p), contested, "P5: the pool is marked as contested");
        assertEq(_slashable(p), reach, "a proposal freezes nothing");
        _assertStanding(p);
        _assertBudget(p.operator, p.strategy);
        _assertCounted(p.set, p.operator);
    }

    function cancelSlash(bytes32) external returns (bool) {
        for (uint256 n = proposed.length; n > 0; --n) {
            uint256 i = _random(proposed.length);
            Promise memory p = proposed[i];
            if (!_isWaiting(p)) {
                if (proposed.length > 24) _forget(i);
                continue;
            }
            Terms memory terms = manager.termsOf(p.set);
            address sender = _one(2) ? terms.resolver : terms.slasher;
            uint256 end = proposals[p.set][keyOf[p.operator][p.strategy]].at + terms.window;
            if (vm.getBlockTimestamp() < end) {
                // Until the window ends nobody executes.
                vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOpen.selector, end));
                manager.executeSlash(p.set, p.operator, p.strategy);
            } else if (sender == terms.resolver) {
                vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOver.selector, end));
                vm.prank(sender);
                manager.cancelSlash(p.set, p.operator, p.strategy);
                continue;
            } else if (!_one(8)) {
                continue; // the slasher could: left for executions
            }
            vm.prank(sender);
            manager.cancelSlash(p.set, p.operator, p.strategy);
            delete proposals[p.set][keyOf[p.operator][p.strategy]];
            _forget(i);
            (Magnitude magnitude,,,) = manager.proposalOf(p.set, p.operator, p.strategy);
            assertEq(Magnitude.unwrap(magnitude), 0, "cancelled");
            return true;
        }
        return false;
    }

    function executeSlash(bytes32) external returns (bool) {
        for (uint256 n = proposed.length; n > 0; --n) {
            uint256 i = _random(proposed.length);
            Promise memory p = proposed[i];
            if (!_isWaiting(p)) continue;
            Proposed memory q = proposals[p.set][keyOf[p.operator][p.strategy]];
            if (vm.getBlockTimestamp() < q.at + manager.termsOf(p.set).window) continue;
            (uint256 current,,) = _standing(p.set, keyOf[p.operator][p.strategy]);
            // First those of which a raise has landed since.
            if (n > proposed.length / 2 && current <= q.magnitude) continue;
            // P5: never more than the allocation at the time of the proposal allowed.
            Strike memory s = _aim(p, q.wad, q.magnitude);
            if (s.moved == 0 || s.taken > s.cap) continue;
            if (s.reach > q.magnitude) ++executedBelowARaise;
            _forget(i);
            delete proposals[p.set][s.key];
            uint256[] memory others = _reachOfOthers(s);
            uint256 moved = manager.executeSlash(p.set, p.operator, p.strategy);
            assertEq(moved, s.moved, "P3, P5: returned == the fraction of the least magnitude");
            _assertStruck(s, moved);
            _assertOthers(s, others);
            _assertCounted(p.set, p.operator);
            return true;
        }
        return false;
    }

    /// @dev P5: a proposal is gone once it has lapsed, was cancelled or executed, or its generation or set has ended.
    function executeLapsed(bytes32) external returns (bool) {
        for (uint256 n = proposed.length; n > 0; --n) {
            Promise memory p = proposed[n - 1];
            if (_isWaiting(p)) continue;
            _forget(n - 1);
            bytes4 error = IAllocationManager.NoProposal.selector;
            vm.expectRevert(abi.encodeWithSelector(error, p.set, p.operator, p.strategy));
            manager.executeSlash(p.set, p.operator, p.strategy);
            return true;
        }
        return false;
    }

    /* INTERNAL: SETS */

    function _create(bool challengeable, bool capped) internal returns (OperatorSetId set) {
        set = toOperatorSetId(_pick(cast.avss), _created++);
        Terms memory terms = Terms({
            slasher: _pick(cast.slashers),
            cap: Wad.wrap(capped ? 0.05e18 + _random(0.9e18) : 1e18),
            window: challengeable ? 1 hours + _random(_one(2) ? 1 days : epochLength / 2 - 1 hours + 1) : 0,
            recipient: _pick(cast.recipients),
            resolver: _pick(cast.resolvers),
            conditions: keccak256("conditions"),
            registrar: _one(2) ? address(cast.registrar) : address(0)
        });
        vm.prank(set.avs());
        manager.createOperatorSet(set, terms, strategies);
        isChallengeable[set] = challengeable;
        assertEq(abi.encode(manager.termsOf(set)), abi.encode(terms), "P8: the terms");
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetExists.selector, set));
        vm.prank(set.avs());
        manager.createOperatorSet(set, terms, strategies);
    }

    function _isCapped(OperatorSetId set) private view returns (bool) {
        return Wad.unwrap(manager.termsOf(set).cap) < 1e18;
    }

    function _keep(uint256 kind, OperatorSetId set) private {
        if (spare[kind].length < 8) spare[kind].push(set);
        else spare[kind][_random(8)] = set;
    }

    /// @dev A promise to an instant set (false) or to one with a window (true), in force now.
    function _inForce(bool challengeable) private returns (bool, Promise memory p) {
        for (uint256 i; i < 24; ++i) {
            p = _pledgedOne();
            if (retired[p.set] || isChallengeable[p.set] != challengeable) continue;
            (uint256 current,,) = _standing(p.set, keyOf[p.operator][p.strategy]);
            if (current > 0) return (true, p);
        }
        return (false, p);
    }

    /* INTERNAL: PROPOSALS */

    function _isWaiting(Promise memory p) internal view returns (bool) {
        Proposed storage q = proposals[p.set][keyOf[p.operator][p.strategy]];
        if (q.at == 0 || retired[p.set] || q.generation != generationOf[keyOf[p.operator][p.strategy]]) return false;
        return vm.getBlockTimestamp() < _startOf((q.at - origin) / epochLength + 1 + 2);
    }

    function _forget(uint256 i) private {
        proposed[i] = proposed[proposed.length - 1];
        proposed.pop();
    }

    function _contested(Promise memory p) private view returns (uint256) {
        return uint256(abi.decode(_read(abi.encodeCall(manager.contestedUntil, (p.operator, p.strategy))), (uint256)));
    }

    function _read(bytes memory data) private view returns (bytes memory answer) {
        bool answered;
        (answered, answer) = address(manager).staticcall(data);
        assertTrue(answered, "a view answers");
    }

    /// @dev What would be left once what has come due is applied.
    function _leftOf(Promise memory p) private view returns (uint256) {
        PoolId key = keyOf[p.operator][p.strategy];
        (uint256 current, uint256 next,) = _standing(p.set, key);
        Pledge storage stored = pledges[p.set][key];
        uint256 side = stored.generation == generationOf[key] ? stored.side : 0;
        uint256 sum = committed[key] - side + (current > next ? current : next);
        return sum == 0 ? WAD_ : _left(p.operator, p.strategy);
    }

    /* INTERNAL: SLASHES */

    function _slash(uint256 most, uint256 fraction) private returns (bool) {
        for (uint256 i; i < 16; ++i) {
            (bool found, Promise memory p) = _inForce(false);
            if (!found) return false;
            // Worn-out pools are left to be renewed, mostly.
            if (i < 12 && isWorn[keyOf[p.operator][p.strategy]]) continue;
            if (fraction > 0.9e18 && i < 12 && !_isWhole(p)) continue;
            Strike[] memory strikes = _aimAll(p, most, fraction);
            uint256 sum;
            for (uint256 j; j < strikes.length; ++j) {
                sum += strikes[j].moved;
            }
            if (sum == 0) continue;
            _strikeAll(p, strikes);
            return true;
        }
        return false;
    }

    /// @dev Whether the set may take all that is left, and that is more than dust.
    function _isWhole(Promise memory p) private view returns (bool) {
        if (_readPool(_pool(p.operator, p.strategy)).assets < 1e5) return false;
        (uint256 current,,) = _standing(p.set, keyOf[p.operator][p.strategy]);
        return current >= _leftOf(p) && !_isCapped(p.set);
    }

    /// @dev At the chosen strategy, and up to `most` in all, in ascending order.
    function _aimAll(Promise memory p, uint256 most, uint256 fraction) private returns (Strike[] memory strikes) {
        uint256 first = indexOf[p.strategy];
        uint256 n = strategies.length - first;
        if (n > most) n = most;
        strikes = new Strike[](n);
        for (uint256 i; i < n; ++i) {
            Promise memory at = Promise(p.set, p.operator, strategies[first + i]);
            uint256 wad = i == 0 || fraction > 0.9e18 ? fraction : _random(fraction + 1);
            if (i > 0 && isWorn[keyOf[at.operator][at.strategy]]) wad = 0;
            Strike memory s = _aim(at, wad, type(uint256).max);
            if (s.taken > s.cap) {
                // As much as the cap allows.
                wad = s.cap * 1e18 / s.reach;
                s = _aim(at, wad, type(uint256).max);
            }
            strikes[i] = s;
        }
    }

    function _aim(Promise memory p, uint256 wad, uint256 most) private returns (Strike memory s) {
        (s.at, s.wad, s.epoch) = (p, wad, _now());
        s.key = keyOf[p.operator][p.strategy];
        s.pool = _pool(p.operator, p.strategy);
        s.left = _leftOf(p);
        (uint256 current,,) = _standing(p.set, s.key);
        s.reach = _least(current, s.left);
        s.taken = _least(s.reach, most) * wad / 1e18;
        s.unique = committed[s.key] <= s.left;
        s.parts[0] = _openPool(s.pool);
        s.parts[1] = _openBucket(s.pool, s.epoch + 1);
        s.parts[2] = _openBucket(s.pool, s.epoch + 2);
        for (uint256 i; i < 3; ++i) {
            s.cuts[i] = s.parts[i].assets * s.taken / s.left;
            s.moved += s.cuts[i];
        }
        Terms memory terms = manager.termsOf(p.set);
        uint256 before = takenIn[p.set][s.pool][s.epoch];
        uint256 cap = (before + s.reach) * Wad.unwrap(terms.cap) / 1e18;
        s.cap = cap > before ? cap - before : 0;
        s.recipient = terms.recipient;
        s.balance = _held(p.strategy);
        s.credit = vault.creditOf(p.strategy, _payee(s));
        s.witness = _pick(stakers);
        s.kept = vault.positionValue(s.pool, s.witness);
    }

    function _payee(Strike memory s) private view returns (address) {
        return s.recipient == address(0) ? vault.BURN_ADDRESS() : s.recipient;
    }

    function _strikeAll(Promise memory p, Strike[] memory strikes) private {
        address[] memory list = new address[](strikes.length);
        Wad[] memory wads = new Wad[](strikes.length);
        uint256[][] memory others = new uint256[][](strikes.length);
        for (uint256 i; i < strikes.length; ++i) {
            (list[i], wads[i]) = (strikes[i].at.strategy, Wad.wrap(strikes[i].wad));
            others[i] = _reachOfOthers(strikes[i]);
        }
        address slasher = manager.termsOf(p.set).slasher;
        vm.prank(slasher);
        uint256[] memory assets = manager.slash(p.set, p.operator, list, wads, "evidence");
        for (uint256 i; i < strikes.length; ++i) {
            Strike memory s = strikes[i];
            assertEq(assets[i], s.moved, "P3: returned == sum of floor(part * taken / left)");
            if (s.moved == 0) _assertMissed(s);
            else _assertStruck(s, assets[i]);
            _assertOthers(s, others[i]);
        }
        _assertCounted(p.set, p.operator);
    }

    /// @dev Nothing could be taken: what had come due was applied, no more.
    function _assertMissed(Strike memory s) private {
        Pledge storage p = pledges[s.at.set][s.key];
        if (p.counts || s.taken > 0) _settled(s.at);
        assertEq(_held(s.at.strategy), s.balance, "P3: nothing moved");
        _assertParts(s);
        _assertStanding(s.at);
        _assertBudget(s.at.operator, s.at.strategy);
    }

    function _assertStruck(Strike memory s, uint256 moved) private {
        ++strategiesSlashed;
        (uint256 current, uint256 next, uint256 effective) = _standing(s.at.set, s.key);
        takenIn[s.at.set][s.pool][s.epoch] += s.taken;
        next = next > s.taken ? next - s.taken : 0;
        _pledge(s.at, current - s.taken, next, effective);
        _waive(s.at.set, s.key);

        uint256 credit = vault.creditOf(s.at.strategy, _payee(s)) - s.credit;
        assertEq(_held(s.at.strategy) + moved, s.balance + credit, "P1, P3: what was returned left, or is a credit");
        if (credit > 0) {
            ++credited;
            assertEq(credit, moved, "P3: a credit of all that was taken");
        }
        _assertHookRefused(s.at.strategy);

        if (!isChallengeable[s.at.set] && _isCapped(s.at.set)) {
            if (_capped.length < 8) _capped.push(s.at);
            else _capped[_cappedCount++ % 8] = s.at;
        }

        if (s.taken == s.left) return _assertEnded(s);
        _assertParts(s);
        _assertStanding(s.at);
        _assertBudget(s.at.operator, s.at.strategy);
        if (committed[s.key] > 0) {
            assertEq(_left(s.at.operator, s.at.strategy), s.left - s.taken, "P3: left fell by what was taken");
        } else {
            assertEq(_left(s.at.operator, s.at.strategy), WAD_, "nothing committed: left is 1e18 again");
        }
        _assertWitnessed(s);
        Sheet storage after_ = seenPool[s.pool];
        if (after_.shares > after_.assets * WORN_OUT && !isWorn[s.key]) {
            worn.push(s.at);
            isWorn[s.key] = true;
            ++poolsWornOut;
        }
    }

    /// @dev P2, P3: each part lost its fraction, rounded down, and no shares.
    function _assertParts(Strike memory s) private {
        for (uint256 i; i < 3; ++i) {
            Sheet memory after_ = i == 0 ? _closePool(s.pool) : _closeBucket(s.pool, s.epoch + i);
            assertEq(after_.assets + s.cuts[i], s.parts[i].assets, "P3: a part lost its fraction, rounded down");
            assertEq(after_.shares, s.parts[i].shares, "P2: a slash takes no shares");
        }
    }

    function _assertWitnessed(Strike memory s) private view {
        uint256 value = vault.positionValue(s.pool, s.witness);
        assertLe(value, s.kept, "P3: a position <= before");
        assertGe(value, s.kept * (s.left - s.taken) / s.left, "P3: a position >= the fraction it keeps");
    }

    /// @dev P9: with nothing left, the generation is over for everybody in it.
    function _assertEnded(Strike memory s) private {
        ++generationsEnded;
        // The promise stays stored, in a generation that is gone.
        committed[s.key] = 0;
        ++generationOf[s.key];
        ended.push(s.pool);
        delete seenPool[s.pool];
        for (uint256 i; i < 3; ++i) {
            assertEq(s.cuts[i], s.parts[i].assets, "P9: all of it was taken");
            if (i == 0) continue;
            Sheet memory b = _closeBucket(s.pool, s.epoch + i);
            assertEq(b.assets, 0, "P9: nothing is left of unripe exits");
            assertEq(b.shares, s.parts[i].shares, "P2: a slash takes no shares");
        }
        _assertBornEmpty(s.at, s.pool);
        for (uint256 i; i < stakers.length; ++i) {
            _strike(Kind.AtRisk, Claim(stakers[i], s.pool, 0));
        }
        assertEq(vault.positionValue(s.pool, s.witness), 0, "P9: a position of an ended generation is worth nothing");
        for (uint256 i; i < sets.length; ++i) {
            if (pledges[sets[i]][s.key].counts) due.push(Promise(sets[i], s.at.operator, s.at.strategy));
        }
    }

    /// @dev What each other set could take of the pool and of each of its unripe buckets.
    function _reachOfOthers(Strike memory s) private view returns (uint256[] memory reach) {
        reach = new uint256[](4 * sets.length);
        uint256 left = s.taken == 0 ? 1 : _left(s.at.operator, s.at.strategy);
        for (uint256 i; i < sets.length && s.taken > 0; ++i) {
            (uint256 current,,) = _standing(sets[i], s.key);
            if (current == 0 || OperatorSetId.unwrap(sets[i]) == OperatorSetId.unwrap(s.at.set)) continue;
            uint256 own = _least(current, left);
            for (uint256 j; j < 3; ++j) {
                reach[4 * i + j] = s.parts[j].assets * own / left;
            }
            reach[4 * i + 3] = _slashable(Promise(sets[i], s.at.operator, s.at.strategy));
            assertEq(
                reach[4 * i + 3], reach[4 * i] + reach[4 * i + 1] + reach[4 * i + 2], "P3: slashable == the parts' sum"
            );
        }
    }

    function _assertOthers(Strike memory s, uint256[] memory before) private {
        if (s.taken == 0 || s.taken == s.left) return;
        for (uint256 i; i < sets.length; ++i) {
            if (before[4 * i + 3] == 0) continue;
            Promise memory p = Promise(sets[i], s.at.operator, s.at.strategy);
            uint256 reach = _slashable(p);
            if (s.unique) {
                assertGe(reach, before[4 * i + 3], "P3: others' slashable >= before");
                assertLe(reach, before[4 * i + 3] + 3, "P3: others' slashable <= before + 1 a part");
            } else {
                uint256 least;
                for (uint256 j; j < 3; ++j) {
                    least += _least(before[4 * i + j], s.parts[j].assets - s.cuts[j]);
                }
                assertGe(reach, least, "P3: others' slashable >= the lesser of before and what is left");
            }
        }
        _assertGuaranteed(s.at.operator, s.at.strategy);
    }

    function _wads(uint256 wad) private pure returns (Wad[] memory list) {
        list = new Wad[](1);
        list[0] = Wad.wrap(wad);
    }

    function _least(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
