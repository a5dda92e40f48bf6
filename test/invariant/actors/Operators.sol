// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {MockRegistrar} from "../../mocks/MockRegistrar.sol";
import {Claim, Kind, Pledge, Promise, Sheet, World} from "../World.sol";

/// @notice Operators, the approver of some, and anyone who settles.
abstract contract Operators is World {
    bytes32 private constant ADMISSION_TYPEHASH =
        keccak256("Admission(address operator,address staker,uint256 nonce,uint256 deadline)");

    /// @dev Who has registered and never opened; they hold no stake.
    address[] private _rookies;
    uint256 private _registered;

    /* STANDING */

    function register(bytes32) external returns (bool) {
        return _register(address(0));
    }

    function registerGated(bytes32) external returns (bool) {
        return _register(vm.addr(cast.approverKey));
    }

    function removeApprover(bytes32) external returns (bool) {
        uint256 n = _rookies.length;
        uint256 from = n == 0 ? 0 : _random(n);
        for (uint256 i; i < n; ++i) {
            address operator = _rookies[(from + i) % n];
            if (_approverOf(operator) == address(0)) continue;
            vm.startPrank(operator);
            vault.removeApprover();
            vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoApprover.selector, operator));
            vault.removeApprover();
            vm.stopPrank();
            assertEq(_approverOf(operator), address(0), "an approver goes for good");
            return true;
        }
        return false;
    }

    /// @dev P5: before an operator first opens its raises take effect at once, and from then on none does.
    function allocateBeforeOpening(bytes32) external returns (bool) {
        if (_rookies.length == 0) return false;
        Promise memory p = _promise();
        p.operator = _rookies[_random(_rookies.length)];
        if (!_joinAs(p.set, p.operator)) return false;
        (Magnitude current,,,) = manager.allocationOf(p.set, p.operator, p.strategy);
        uint256 to = Magnitude.unwrap(current) + 1e15;
        if (!_mayRaise(p, to, Magnitude.unwrap(current))) return false;
        vm.prank(p.operator);
        Epoch effective = manager.allocate(p.set, p.operator, p.strategy, Magnitude.wrap(to));
        assertEq(Epoch.unwrap(effective), _now(), "a raise before opening takes effect at once");
        (current,,,) = manager.allocationOf(p.set, p.operator, p.strategy);
        assertEq(Magnitude.unwrap(current), to, "the raise is in force");
        return true;
    }

    function openFirst(bytes32) external returns (bool) {
        uint256 n = _rookies.length;
        if (n == 0 || _isPaused(vault, Pausable.Open)) return false;
        uint256 i = _random(n);
        Promise memory p = _promise();
        p.operator = _rookies[i];
        _rookies[i] = _rookies[n - 1];
        _rookies.pop();
        vm.prank(p.operator);
        vault.open();
        (, bool opened, Epoch admitsFrom,) = vault.operatorState(p.operator);
        assertTrue(opened && Epoch.unwrap(admitsFrom) == _now() + 1, "P5: opened from the next epoch on");
        if (!_joinAs(p.set, p.operator)) return true;
        (Magnitude current,,,) = manager.allocationOf(p.set, p.operator, p.strategy);
        uint256 to = Magnitude.unwrap(current) + 1e15;
        if (!_mayRaise(p, to, Magnitude.unwrap(current))) return true;
        vm.prank(p.operator);
        Epoch effective = manager.allocate(p.set, p.operator, p.strategy, Magnitude.wrap(to));
        assertEq(Epoch.unwrap(effective), _now() + 3, "P5: once opened a raise waits three epochs");
        return true;
    }

    function close(bytes32) external returns (bool) {
        address operator = _pick(operators);
        uint256 closed;
        for (uint256 i; i < operators.length; ++i) {
            if (!_isOpen(operators[i])) ++closed;
        }
        if (closed > 0 || !_isOpen(operator)) return false;
        vm.prank(operator);
        vault.close();
        assertFalse(_isOpen(operator), "closed");
        return true;
    }

    function open(bytes32) external returns (bool) {
        if (_isPaused(vault, Pausable.Open)) return false;
        for (uint256 i; i < operators.length; ++i) {
            if (_isOpen(operators[i])) continue;
            vm.prank(operators[i]);
            vault.open();
            (,, Epoch admitsFrom,) = vault.operatorState(operators[i]);
            assertEq(Epoch.unwrap(admitsFrom), _now() + 1, "P5: opening admits from the next epoch");
            return true;
        }
        return false;
    }

    function admit(bytes32) external returns (bool) {
        address operator = operators[operators.length - 1];
        address staker = _pick(stakers);
        (uint256 nonce,) = vault.admissionOf(operator, staker);
        uint256 deadline = vm.getBlockTimestamp() + 1 days + _random(90 days);
        if (_one(2)) {
            vm.prank(vm.addr(cast.approverKey));
            vault.admit(operator, staker, deadline, "");
        } else {
            vault.admit(operator, staker, deadline, _sign(operator, staker, nonce, deadline));
        }
        (uint256 next, uint256 until) = vault.admissionOf(operator, staker);
        assertEq(next, nonce + 1, "an approval has a number of its own");
        assertEq(until, deadline, "an approval holds until its deadline");
        return true;
    }

    /* MEMBERSHIP */

    function join(bytes32) external returns (bool) {
        if (_isPaused(manager, Pausable.Join)) return false;
        uint256 from = _random(64);
        for (uint256 i; i < sets.length * operators.length; ++i) {
            OperatorSetId set = sets[(from + i) % sets.length];
            address operator = operators[(from + i) / sets.length % operators.length];
            if (joined[set][operator] || _counted(set, operator) != 0) continue;
            if (manager.termsOf(set).registrar != address(0) && cast.registrar.refusing()) {
                vm.expectRevert(MockRegistrar.Refused.selector);
                vm.prank(operator);
                manager.join(set, operator, "");
                assertFalse(manager.membershipOf(set, operator).joined, "a registrar may refuse");
                continue;
            }
            vm.prank(operator);
            manager.join(set, operator, "");
            joined[set][operator] = true;
            assertTrue(manager.membershipOf(set, operator).joined, "joined");
            return true;
        }
        return false;
    }

    function leave(bytes32) external returns (bool) {
        for (uint256 i; i < 8; ++i) {
            Promise memory p = i < 6 ? _pledgedOne() : _promise();
            // Mostly those who promise little, so that much stays promised.
            if (!joined[p.set][p.operator] || (i < 5 && _counted(p.set, p.operator) > 1)) continue;
            if (_leave(p.set, p.operator, p.operator, false)) return true;
        }
        return false;
    }

    function _leave(OperatorSetId set, address operator, address sender, bool ejected) internal returns (bool) {
        address[] memory named = _named(set, operator);
        for (uint256 i; i < named.length; ++i) {
            (uint256 current, uint256 next,) = _standing(set, keyOf[operator][named[i]]);
            if (!ejected && next < current && next != 0) return false;
            _observe(operator, named[i]);
        }
        uint256[] memory reach = _reachOf(set, operator, named);
        vm.prank(sender);
        if (ejected) manager.eject(set, operator, named);
        else manager.leave(set, operator, named);
        joined[set][operator] = false;
        assertFalse(manager.membershipOf(set, operator).joined, "left");
        for (uint256 i; i < named.length; ++i) {
            Promise memory p = Promise(set, operator, named[i]);
            _abandon(p);
            _assertStanding(p);
            _assertBudget(operator, named[i]);
            assertEq(_slashable(p), reach[i], "P4: slashable == before leaving");
            if (ejected) _waive(set, keyOf[operator][named[i]]);
            else _assertGuaranteed(operator, named[i]);
        }
        _assertCounted(set, operator);
        return true;
    }

    /// @dev What is in force stays so until the start of the second epoch, or of that of a pending lowering.
    function _abandon(Promise memory p) private {
        PoolId key = keyOf[p.operator][p.strategy];
        (uint256 current, uint256 next, uint256 effective) = _standing(p.set, key);
        if (current == 0) return _pledge(p, 0, 0, 0);
        if (next >= current) effective = _now() + 2;
        _pledge(p, current, 0, effective);
        due.push(p);
    }

    /* ALLOCATIONS */

    function raise(bytes32) external returns (bool) {
        if (_isPaused(manager, Pausable.Raise)) return false;
        if (_one(3) && _raiseInForce()) return true;
        for (uint256 i; i < 48; ++i) {
            Promise memory p = _promise();
            if (!joined[p.set][p.operator] || !manager.isAccepted(p.set, p.strategy)) continue;
            (uint256 current, uint256 next,) = _standing(p.set, keyOf[p.operator][p.strategy]);
            if (next < current) continue;
            // First where nothing is promised of much stake, then where the set has nothing yet.
            bool whole = i < 12 && !isChallengeable[p.set];
            if (i < 12 && (!whole || !_isFree(p))) continue;
            if ((next > 0 || isWorn[keyOf[p.operator][p.strategy]]) && i < 30) continue;
            uint256 most = _highest(p);
            if (most <= next || most < LEAST) continue;
            uint256 to = whole || _one(isChallengeable[p.set] ? 3 : 2) ? most : next + 1 + _random(most - next);
            if (to < LEAST) to = LEAST;
            _allocate(p, to, _now() + 3);
            return true;
        }
        return false;
    }

    /// @dev What is in force of a set with a window: a slash proposed before the raise lands must not take of it.
    function _raiseInForce() private returns (bool) {
        for (uint256 i; i < 12; ++i) {
            Promise memory p = _pledgedOne();
            if (retired[p.set] || !isChallengeable[p.set] || !joined[p.set][p.operator]) continue;
            (uint256 current, uint256 next, uint256 effective) = _standing(p.set, keyOf[p.operator][p.strategy]);
            if (current == 0 || effective != 0 || !manager.isAccepted(p.set, p.strategy)) continue;
            uint256 most = _highest(p);
            if (most <= next || most < LEAST) continue;
            uint256 to = next + 1 + _random(most - next);
            _allocate(p, to < LEAST ? LEAST : to, _now() + 3);
            if (raised.length < 12) raised.push(p);
            else raised[raises++ % 12] = p;
            return true;
        }
        return false;
    }

    function _isFree(Promise memory p) private view returns (bool) {
        return committed[keyOf[p.operator][p.strategy]] == 0 && _readPool(_pool(p.operator, p.strategy)).assets >= 1e5;
    }

    /// @dev P3: no raise commits more than the ceiling admits.
    function raiseTooHigh(bytes32) external returns (bool) {
        if (_isPaused(manager, Pausable.Raise)) return false;
        for (uint256 i; i < 12; ++i) {
            Promise memory p = _promise();
            if (!joined[p.set][p.operator] || !manager.isAccepted(p.set, p.strategy)) continue;
            (uint256 current, uint256 next,) = _standing(p.set, keyOf[p.operator][p.strategy]);
            uint256 to = _highest(p) + 1;
            if (_one(2)) to += _random(1e17);
            if (to <= next) to = next + 1;
            if (to < LEAST) to = LEAST;
            if (next < current || to > WAD_ || _leftAfter(p) < LEAST) continue;
            vm.expectPartialRevert(IAllocationManager.CeilingExceeded.selector);
            vm.prank(p.operator);
            manager.allocate(p.set, p.operator, p.strategy, Magnitude.wrap(to));
            return true;
        }
        return false;
    }

    /// @dev Also a pending raise to something below what is in force. Worn pools come first, so that they can be renewed.
    function lower(bytes32) external returns (bool) {
        (bool found, Promise memory p) = _promiseOfWorn();
        if (found) {
            (uint256 inForce,,) = _standing(p.set, keyOf[p.operator][p.strategy]);
            _allocate(p, 0, inForce == 0 ? _now() : _now() + 2);
            return true;
        }
        for (uint256 i; i < 8; ++i) {
            p = _pledgedOne();
            (uint256 current, uint256 next,) = _standing(p.set, keyOf[p.operator][p.strategy]);
            if (current == 0 || next < current || retired[p.set]) continue;
            uint256 to = _one(3) ? 0 : _random(current);
            _allocate(p, to < LEAST ? 0 : to, _now() + 2);
            return true;
        }
        return false;
    }

    /// @dev A pending raise is withdrawn, or cut.
    function withdrawRaise(bytes32) external returns (bool) {
        uint256 n = pledged.length;
        for (uint256 i; i < 24 && n > 0; ++i) {
            // Those promised first are the most likely to be waiting.
            Promise memory p = pledged[n - 1 - _random(i % 2 == 0 && n > 12 ? 12 : n)];
            (uint256 current, uint256 next, uint256 effective) = _standing(p.set, keyOf[p.operator][p.strategy]);
            if (next <= current) continue;
            uint256 to = current + (_one(2) ? 0 : _random(next - current));
            if (to < LEAST) to = current;
            _allocate(p, to, to == current ? _now() : effective);
            return true;
        }
        return false;
    }

    function settle(bytes32) external returns (bool) {
        for (uint256 n = due.length; n > 0; --n) {
            uint256 i = _random(due.length);
            Promise memory p = due[i];
            // Worn pools first, so that they can be renewed.
            if (n > due.length / 2 && worn.length > 0 && !isWorn[keyOf[p.operator][p.strategy]]) continue;
            PoolId key = keyOf[p.operator][p.strategy];
            Pledge memory stored = pledges[p.set][key];
            (uint256 current, uint256 next, uint256 effective) = _standing(p.set, key);
            bool pending = stored.counts && effective != 0;
            if (!pending) {
                due[i] = due[due.length - 1];
                due.pop();
            }
            bool changed = stored.generation != generationOf[key] || retired[p.set]
                || (stored.effective != 0 && stored.effective <= _now());
            if (!stored.counts || !changed) continue;
            return _settle(p, key, current, next);
        }
        return false;
    }

    function _settle(Promise memory p, PoolId key, uint256 current, uint256 next) private returns (bool) {
        uint256 reach = _slashable(p);
        manager.settle(p.set, p.operator, p.strategy);
        _pledge(p, current, next, 0);
        _assertStanding(p);
        _assertBudget(p.operator, p.strategy);
        _assertCounted(p.set, p.operator);
        assertEq(_slashable(p), reach, "P3: slashable == before settling");
        return true;
    }

    /// @dev P9: what is left of a worn-out pool is its holders' alone, at once; queued exits keep what they are worth.
    function renew(bytes32) external returns (bool) {
        for (uint256 n = worn.length; n > 0; --n) {
            uint256 i = _random(n);
            Promise memory p = worn[i];
            PoolId key = keyOf[p.operator][p.strategy];
            PoolId pool = _pool(p.operator, p.strategy);
            Sheet memory s = _openPool(pool);
            bool still = s.shares > s.assets * WORN_OUT;
            if (still && committed[key] > 0) continue;
            worn[i] = worn[worn.length - 1];
            worn.pop();
            isWorn[key] = false;
            if (!still) continue;
            _renew(p, key, pool, s);
            return true;
        }
        return false;
    }

    /// @dev P4: what is promised does not end with a renewal.
    function renewCommitted(bytes32) external returns (bool) {
        for (uint256 i; i < 8; ++i) {
            Promise memory p = worn.length > 0 && i < 4 ? worn[_random(worn.length)] : _pledgedOne();
            uint256 sum = committed[keyOf[p.operator][p.strategy]];
            if (sum == 0) continue;
            bytes4 error = IAllocationManager.StillCommitted.selector;
            vm.expectRevert(abi.encodeWithSelector(error, p.operator, p.strategy, sum));
            vm.prank(p.operator);
            manager.renew(p.operator, p.strategy);
            return true;
        }
        return false;
    }

    function _renew(Promise memory p, PoolId key, PoolId pool, Sheet memory s) private {
        uint256 epoch = _now();
        address witness = _pick(stakers);
        uint256 value = vault.positionValue(pool, witness);
        Sheet memory next = _openBucket(pool, epoch + 1);
        Sheet memory last = _openBucket(pool, epoch + 2);
        vm.prank(p.operator);
        manager.renew(p.operator, p.strategy);
        generationOf[key] = pool.generation() + 1;
        delete seenPool[pool];

        Sheet memory rest = _closeBucket(pool, 0);
        assertEq(rest.assets, s.assets, "P9: what is left is set apart");
        assertEq(rest.shares, s.shares, "P9: for those who held it");
        assertEq(vault.positionValue(pool, witness), value, "P9: a position is worth what it was");
        _assertSame(_readBucket(pool, epoch + 1), seenBucket[pool][epoch + 1]);
        _assertSame(_readBucket(pool, epoch + 2), seenBucket[pool][epoch + 2]);
        assertEq(next.assets + last.assets, seenBucket[pool][epoch + 1].assets + seenBucket[pool][epoch + 2].assets);
        _assertBornEmpty(p, pool);
        for (uint256 i; i < stakers.length; ++i) {
            _strike(Kind.AtRisk, Claim(stakers[i], pool, 0));
            _note(Kind.Rest, stakers[i], pool, 0);
        }
    }

    /// @dev P9: the next generation begins with nothing, of anybody, promised to nobody.
    function _assertBornEmpty(Promise memory p, PoolId old) internal {
        PoolId pool = vault.poolId(p.operator, p.strategy);
        assertEq(pool.generation(), old.generation() + 1, "P9: the generation ended");
        Sheet memory s = _closePool(pool);
        assertEq(s.assets + s.shares, 0, "P9: the next generation is empty");
        assertEq(_left(p.operator, p.strategy), WAD_, "P9: left is 1e18");
        _assertBudget(p.operator, p.strategy);
        for (uint256 i; i < sets.length; ++i) {
            _assertStanding(Promise(sets[i], p.operator, p.strategy));
            (Magnitude magnitude,,,) = manager.proposalOf(sets[i], p.operator, p.strategy);
            assertEq(Magnitude.unwrap(magnitude), 0, "P9: proposals end with their generation");
        }
    }

    /* INTERNAL: STANDING */

    function _register(address approver) private returns (bool) {
        address operator = address(uint160(uint256(keccak256(abi.encode("rookie", ++_registered)))));
        vm.startPrank(operator);
        vault.registerOperator(approver);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.AlreadyRegistered.selector, operator));
        vault.registerOperator(approver);
        vm.stopPrank();
        (bool registered, bool opened, Epoch admitsFrom, address stored) = vault.operatorState(operator);
        assertTrue(registered && !opened && !admitsFrom.isSet(), "P5: registered closed");
        assertEq(stored, approver, "approver");
        if (_rookies.length < 16) _rookies.push(operator);
        else _rookies[_random(16)] = operator;
        return true;
    }

    function _approverOf(address operator) private view returns (address approver) {
        (,,, approver) = vault.operatorState(operator);
    }

    function _isOpen(address operator) private view returns (bool) {
        (,, Epoch admitsFrom,) = vault.operatorState(operator);
        return admitsFrom.isSet();
    }

    function _joinAs(OperatorSetId set, address operator) private returns (bool) {
        if (manager.membershipOf(set, operator).joined) return true;
        if (_isPaused(manager, Pausable.Join)) return false;
        if (manager.termsOf(set).registrar != address(0) && cast.registrar.refusing()) return false;
        vm.prank(operator);
        manager.join(set, operator, "");
        return true;
    }

    /// @dev For those who hold no stake, read from the manager alone.
    function _mayRaise(Promise memory p, uint256 to, uint256 side) private view returns (bool) {
        if (_isPaused(manager, Pausable.Raise) || !manager.isAccepted(p.set, p.strategy) || to > WAD_) return false;
        (Magnitude left, Magnitude sum,) = manager.budgetOf(p.operator, p.strategy);
        return Magnitude.unwrap(sum) + to - side <= Magnitude.unwrap(left);
    }

    function _sign(address operator, address staker, uint256 nonce, uint256 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Palisade StakeVault"),
                keccak256("1"),
                block.chainid,
                address(vault)
            )
        );
        bytes32 hash = keccak256(abi.encode(ADMISSION_TYPEHASH, operator, staker, nonce, deadline));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(cast.approverKey, keccak256(abi.encodePacked("\x19\x01", domain, hash)));
        return abi.encodePacked(r, s, v);
    }

    /* INTERNAL: ALLOCATIONS */

    function _allocate(Promise memory p, uint256 to, uint256 effective) private {
        PoolId key = keyOf[p.operator][p.strategy];
        _observe(p.operator, p.strategy);
        uint256 reach = _slashable(p);
        vm.prank(p.operator);
        Epoch answer = manager.allocate(p.set, p.operator, p.strategy, Magnitude.wrap(to));
        assertEq(Epoch.unwrap(answer), effective, "P4, P5: the day of effect");
        (uint256 current,,) = _standing(p.set, key);
        _pledge(p, current, to, current == to ? 0 : effective);
        if (to < current) due.push(p);
        _assertStanding(p);
        _assertBudget(p.operator, p.strategy);
        _assertCounted(p.set, p.operator);
        assertEq(_slashable(p), reach, "P4, P5: slashable == before an announcement");
        _assertGuaranteed(p.operator, p.strategy);
    }

    /// @dev What would be left for a raise: all again where nothing else is committed.
    function _leftAfter(Promise memory p) private view returns (uint256) {
        PoolId key = keyOf[p.operator][p.strategy];
        (uint256 current, uint256 next,) = _standing(p.set, key);
        uint256 side = current > next ? current : next;
        uint256 sum = committed[key] - _sideOf(p.set, key) + side;
        return sum == 0 ? WAD_ : _left(p.operator, p.strategy);
    }

    /// @dev As far as the ceiling admits.
    function _highest(Promise memory p) private view returns (uint256 most) {
        PoolId key = keyOf[p.operator][p.strategy];
        uint256 left = _leftAfter(p);
        if (left < LEAST) return 0;
        uint256 ceiling = left * Wad.unwrap(manager.degreeCeilingOf(p.strategy)) / WAD_;
        uint256 others = committed[key] - _sideOf(p.set, key);
        most = ceiling > others ? ceiling - others : 0;
        return most > WAD_ ? WAD_ : most;
    }

    function _sideOf(OperatorSetId set, PoolId key) private view returns (uint256) {
        Pledge storage p = pledges[set][key];
        return p.generation == generationOf[key] ? p.side : 0;
    }

    function _promiseOfWorn() private returns (bool, Promise memory p) {
        for (uint256 i; i < 4 && worn.length > 0; ++i) {
            Promise memory w = worn[_random(worn.length)];
            for (uint256 j; j < sets.length; ++j) {
                p = Promise(sets[j], w.operator, w.strategy);
                (uint256 current, uint256 next,) = _standing(p.set, keyOf[p.operator][p.strategy]);
                if (next > 0 && next >= current) return (true, p);
            }
        }
        return (false, p);
    }

    /* INTERNAL: MEMBERSHIP */

    /// @dev How many promises the manager has stored that are not nothing, dead ones too until they are touched.
    function _counted(OperatorSetId set, address operator) internal view returns (uint256 count) {
        for (uint256 i; i < strategies.length; ++i) {
            if (pledges[set][keyOf[operator][strategies[i]]].counts) ++count;
        }
    }

    function _assertCounted(OperatorSetId set, address operator) internal view {
        uint256 counted = manager.membershipOf(set, operator).allocations;
        assertEq(counted, _counted(set, operator), "counted allocations == those stored as not nothing");
    }

    function _named(OperatorSetId set, address operator) internal view returns (address[] memory list) {
        list = new address[](_counted(set, operator));
        uint256 n;
        for (uint256 i; i < strategies.length; ++i) {
            if (pledges[set][keyOf[operator][strategies[i]]].counts) list[n++] = strategies[i];
        }
    }

    function _reachOf(OperatorSetId set, address operator, address[] memory named)
        internal
        view
        returns (uint256[] memory reach)
    {
        reach = new uint256[](named.length);
        for (uint256 i; i < named.length; ++i) {
            reach[i] = _slashable(Promise(set, operator, named[i]));
        }
    }
}
