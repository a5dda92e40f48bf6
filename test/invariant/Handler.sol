// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../Base.t.sol";
import {Operators} from "./actors/Operators.sol";
import {Others} from "./actors/Others.sol";
import {Services} from "./actors/Services.sol";
import {Stakers} from "./actors/Stakers.sol";
import {Cast, Claim, Kind, Promise, Sheet} from "./World.sol";

/// @notice Takes one action at a time, drawn from a wheel on which each has as many places as it needs, counts what came
/// of it, and offers the properties that hold between any two.
contract Handler is Stakers, Services, Others {
    string[] private _names;
    uint256[] private _places;
    uint256[] private _wheel;
    uint256[] private _calls;
    uint256[] private _successes;
    uint256 internal _total;
    uint256 private _useful;

    error Unknown(string action);

    constructor(Cast memory cast_, string[] memory names, uint256[] memory places) {
        (vault, manager, cast) = (cast_.vault, cast_.manager, cast_);
        (epochLength, origin) = (vault.EPOCH_LENGTH(), vault.ORIGIN());
        (stakers, operators, strategies) = (cast_.stakers, cast_.operators, cast_.strategies);
        for (uint256 k; k < strategies.length; ++k) {
            indexOf[strategies[k]] = k;
            keyOf[address(0)][strategies[k]] = vault.poolId(address(0), strategies[k]);
            for (uint256 j; j < operators.length; ++j) {
                keyOf[operators[j]][strategies[k]] = vault.poolId(operators[j], strategies[k]);
            }
        }
        (_names, _places) = (names, places);
        (_calls, _successes) = (new uint256[](names.length), new uint256[](names.length));
        for (uint256 i; i < names.length; ++i) {
            for (uint256 n; n < places[i]; ++n) {
                _wheel.push(i);
            }
        }
    }

    /// @notice The sets of the cast, and some to replace them; the campaign begins with nothing promised.
    function begin(uint256 n) external {
        _sow("begin");
        for (uint256 i; i < n; ++i) {
            sets.push(_create(i % 2 == 1, i < 2));
            spare[i % 2].push(_create(i % 2 == 1, false));
        }
    }

    function act(bytes32 seed) external {
        // Forge likes to repeat seeds; an action must not be repeated with them.
        _sow(keccak256(abi.encode(seed, _total)));
        uint256 i = _wheel[_random(_wheel.length)];
        bytes4 selector = bytes4(keccak256(bytes(string.concat(_names[i], "(bytes32)"))));
        (bool ok, bytes memory answer) = address(this).call(abi.encodeWithSelector(selector, seed));
        if (!ok) {
            console.log("failed in", _names[i]);
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        ++_calls[i];
        ++_total;
        if (abi.decode(answer, (bool))) {
            ++_successes[i];
            ++_useful;
        }
    }

    /* THE TALLY */

    /// @notice Prints how often each action was called and did something.
    /// @return calls of all actions
    /// @return skipped of them that found nothing to do
    /// @return rarest the action that succeeded least, and how often
    function tally() external view returns (uint256 calls, uint256 skipped, string memory rarest, uint256 least) {
        least = type(uint256).max;
        console.log("action | calls | succeeded");
        for (uint256 i; i < _names.length; ++i) {
            console.log(_names[i], _calls[i], _successes[i]);
            if (_successes[i] < least) (rarest, least) = (_names[i], _successes[i]);
        }
        console.log("calls, skipped", _total, _total - _useful);
        console.log("epochs, exits in flight", _now(), claims[Kind.Exit].length);
        uint256 members;
        uint256 inForce;
        for (uint256 i; i < sets.length * operators.length; ++i) {
            if (joined[sets[i % sets.length]][operators[i / sets.length]]) ++members;
        }
        for (uint256 i; i < pledged.length; ++i) {
            (uint256 current,,) = _standing(pledged[i].set, keyOf[pledged[i].operator][pledged[i].strategy]);
            if (current > 0) ++inForce;
        }
        console.log("members, promises, in force", members, pledged.length, inForce);
        console.log("strategies slashed, slashes credited", strategiesSlashed, credited);
        console.log("executed below a raise", executedBelowARaise);
        console.log("generations ended, pools worn out", generationsEnded, poolsWornOut);
        console.log("worn, due, proposed", worn.length, due.length, proposed.length);
        return (_total, _total - _useful, rarest, least);
    }

    /* PROPERTIES */

    /// @notice P1: balance == pools + exits + credits + sent unasked. P2: no claim changed but by an action on it.
    function P1_Solvency() external view {
        address strategy = strategies[_total % strategies.length];
        uint256 sum = donated[strategy] + vault.creditOf(strategy, vault.BURN_ADDRESS());
        for (uint256 i; i < cast.recipients.length; ++i) {
            if (cast.recipients[i] != address(0)) sum += vault.creditOf(strategy, cast.recipients[i]);
        }
        for (uint256 j; j <= operators.length; ++j) {
            sum += _openPool(_pool(j == 0 ? address(0) : operators[j - 1], strategy)).assets;
        }
        Claim[] memory list = buckets[strategy];
        for (uint256 i; i < list.length; ++i) {
            sum += _openBucket(list[i].pool, list[i].epoch).assets;
        }
        assertEq(_held(strategy), sum, "P1: balance == pools + exits + credits + unasked");
        address fee = address(cast.tokens.fee);
        assertEq(_held(fee), 0, "P1: nothing of a token that keeps fees");
    }

    /// @notice P2: positions add up to the pool's shares, exits to the bucket's.
    function P2_SharesAddUp() external view {
        address strategy = strategies[_total % strategies.length];
        uint256 j = _total / strategies.length % (operators.length + 1);
        PoolId pool = _pool(j == 0 ? address(0) : operators[j - 1], strategy);
        uint256 sum;
        for (uint256 i; i < stakers.length; ++i) {
            sum += vault.balanceOf(stakers[i], pool);
        }
        assertEq(sum, _readPool(pool).shares, "P2: positions == the pool's shares");
        Claim[] storage list = buckets[strategy];
        if (list.length == 0) return;
        Claim memory b = list[_total % list.length];
        sum = 0;
        for (uint256 i; i < stakers.length; ++i) {
            sum += _sharesOf(Claim(stakers[i], b.pool, b.epoch));
        }
        assertEq(sum, _readBucket(b.pool, b.epoch).shares, "P2: exits == the bucket's shares");
    }

    /// @notice P3: committed is what was promised and not released; unique stake where the ceiling was never above 1.
    function P3_Budgets() external view {
        address strategy = strategies[_total % strategies.length];
        for (uint256 j; j < operators.length; ++j) {
            _assertBudget(operators[j], strategy);
        }
        _assertCounted(sets[_total % sets.length], operators[_total % operators.length]);
    }

    /// @notice P4: what was guaranteed since the last epoch began is slashable; guaranteed <= slashable.
    function P4_NoEscape() external view {
        address strategy = strategies[_total % strategies.length];
        address operator = operators[_total / strategies.length % operators.length];
        _assertGuaranteed(operator, strategy);
        for (uint256 i; i < sets.length; ++i) {
            Promise memory p = Promise(sets[i], operator, strategy);
            assertLe(_guaranteed(p), _slashable(p), "P4: guaranteed <= slashable");
        }
    }

    /// @notice P5: what stands is what was announced, on its day; nothing lies further off than its notice.
    function P5_NoAmbush() external view {
        address strategy = strategies[_total % strategies.length];
        address operator = operators[_total / strategies.length % operators.length];
        uint256 epoch = _now();
        for (uint256 i; i < sets.length; ++i) {
            _assertStanding(Promise(sets[i], operator, strategy));
            (,, Epoch effective,) = manager.allocationOf(sets[i], operator, strategy);
            if (!effective.isSet()) continue;
            assertGt(Epoch.unwrap(effective), epoch, "P5: what is due is in force");
            assertLe(Epoch.unwrap(effective), epoch + 3, "P5: effective <= now + 3");
        }
    }

    /// @notice P6: no pause outlasts its bound; completion's is 3 days.
    function P6_PausesEnd() external view {
        uint256 time = vm.getBlockTimestamp();
        for (uint256 i; i < 6; ++i) {
            (uint256 until,) = vault.pauseOf(Pausable(i));
            assertLe(until, time + (Pausable(i) == Pausable.Complete ? 3 days : 7 days), "P6: a pause ends");
            (until,) = manager.pauseOf(Pausable(i));
            assertLe(until, time + 7 days, "P6: a pause ends");
        }
    }

    /// @notice P9: an ended generation is worth nothing for good; its successor is the living one.
    function P9_EndedStayEnded() external view {
        if (ended.length == 0) return;
        PoolId pool = ended[_total % ended.length];
        for (uint256 i; i < stakers.length; ++i) {
            assertEq(vault.positionValue(pool, stakers[i]), 0, "P9: a position of an ended generation");
        }
        PoolId key = pool.key();
        (,, uint256 generation,) = vault.poolState(pool);
        assertEq(generation, generationOf[key], "P9: the living generation");
        assertGt(generation, pool.generation(), "P9: generations only rise");
    }
}
