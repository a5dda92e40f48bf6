// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Outlook, PoolView, PositionView} from "palisade/interfaces/ILens.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {LensScene} from "./Looks.sol";

/// @param stake what alice and bob stake, in each
/// @param first what the three sets are promised
/// @param then_ to what that is changed
/// @param cut what each set takes before the forecast
/// @param caps of their terms
/// @param queued what alice queues, in the epoch before the forecast and in its own
/// @param later one bit for each change that is announced an epoch before the forecast, and not in its own
/// @param ahead how many epochs lie between the forecast and what happens
/// @param turn which set slashes first
struct Story {
    uint256[2] stake;
    uint256[3] first;
    uint256[3] then_;
    uint256[3] cut;
    uint256[3] caps;
    uint256[2] queued;
    uint8 later;
    uint256 ahead;
    uint256 turn;
}

/// @notice What the Lens says beforehand, held against what then happens.
contract LensForecastTest is LensScene {
    /// @dev What rounding may come to: a unit for each of three slashes in each of three places, a unit for each place
    /// where a value is rounded before or after, and the fraction itself, which is rounded up by 1e-18.
    uint256 internal constant ROUNDING = 16;

    /* WHAT ONE EPOCH MAY TAKE */

    /// @dev Every set takes all it can in one epoch, and none before: that is `loss`, at any degree.
    function testFuzz_LossIsWhatIsTaken(Story memory s, bool elastic) public {
        stage(s, elastic ? 1e18 : 0.33e18, false);
        PositionView memory told = look(pool, alice);
        skipEpochs(s.ahead);
        uint256 worth = aliceHas();
        slashAll(s.turn);
        assertForetold(told.risk[s.ahead].loss, worth - aliceHas(), worth);
    }

    /// @dev The same up to the caps, at a degree of 1.
    function testFuzz_CappedIsWhatCapsAllow(Story memory s) public {
        stage(s, 0.33e18, true);
        PositionView memory told = look(pool, alice);
        skipEpochs(s.ahead);
        uint256 worth = aliceHas();
        for (uint256 i; i < 3; ++i) {
            slashUpToTheCap(sets[(i + s.turn) % 3]);
        }
        assertForetold(told.risk[s.ahead].capped, worth - aliceHas(), worth);
    }

    /// @dev Above a degree of 1 sets are in each other's way, and take that much at most.
    function testFuzz_CappedIsNotExceeded(Story memory s) public {
        stage(s, 1e18, true);
        PositionView memory told = look(pool, alice);
        skipEpochs(s.ahead);
        uint256 worth = aliceHas();
        for (uint256 i; i < 3; ++i) {
            slashUpToTheCap(sets[(i + s.turn) % 3]);
        }
        assertLe(worth - aliceHas(), told.risk[s.ahead].capped);
    }

    /* WHAT ALL EPOCHS MAY TAKE */

    /// @dev Every set takes all it can in every epoch from now on: that is `through`.
    function testFuzz_ThroughIsWhatIsTaken(Story memory s, bool elastic) public {
        stage(s, elastic ? 1e18 : 0.33e18, false);
        PositionView memory told = look(pool, alice);
        uint256 worth = aliceHas();
        slashAll(s.turn);
        for (uint256 k; k < s.ahead; ++k) {
            skipEpochs(1);
            slashAll(s.turn);
        }
        assertForetold(told.risk[s.ahead].through, worth - aliceHas(), worth);
    }

    /// @dev Whatever the operator and the AVS announce from now on, in any epoch, whoever slashes: for three epochs no
    /// more is taken.
    function testFuzz_ThroughOfTheThirdEpochIsFirm(Story memory s, uint256[12] memory actions) public {
        stage(s, 1e18, false);
        PositionView memory told = look(pool, alice);
        uint256 worth = aliceHas();
        for (uint256 i; i < 12; ++i) {
            act(actions[i]);
            if (i % 4 == 3) {
                uint256 epoch = i / 4;
                assertLe(worth - aliceHas(), told.risk[epoch].through, "through");
                if (epoch < 2) skipEpochs(1);
            }
        }
    }

    /* AND THE CORE'S OWN VIEWS */

    /// @dev Where fewer sets are named nothing looks better; no figure is above the manager's, and the last `through`
    /// is the manager's, whoever is named.
    function testFuzz_NamingLessNeverLooksBetter(Story memory s, uint256 named) public {
        stage(s, 1e18, true);
        skipEpochs(s.ahead);
        PoolView memory all = look();
        PoolView memory some = look(pick(named));
        uint256 bound_ = Wad.unwrap(worstCaseLoss(operator));
        for (uint256 k; k < 4; ++k) {
            (Outlook memory a, Outlook memory b) = (all.outlook[k], some.outlook[k]);
            assertEq(a.epoch, b.epoch);
            assertLe(Wad.unwrap(a.loss), Wad.unwrap(b.loss), "loss");
            assertLe(Wad.unwrap(a.capped), Wad.unwrap(b.capped), "capped");
            assertLe(Wad.unwrap(a.through), Wad.unwrap(b.through), "through");
            assertLe(Wad.unwrap(b.capped), Wad.unwrap(b.loss), "capped <= loss");
            assertLe(Wad.unwrap(b.loss), Wad.unwrap(b.through), "loss <= through");
            assertLe(Wad.unwrap(b.through), bound_, "through <= the manager's");
        }
        assertEq(Wad.unwrap(all.outlook[3].through), bound_);
        assertEq(Wad.unwrap(some.outlook[3].through), bound_);
        assertAccounted(all);
        assertAccounted(some);
    }

    /* INTERNAL */

    /// @dev Stake, promises in force, slashes of part of them, exits on their way, and changes announced.
    function stage(Story memory s, uint256 most, bool withCaps) internal {
        if (most > 0.34e18) setDegreeCeiling(address(token), 10e18);
        s.ahead = bound(s.ahead, 0, 3);
        s.turn = bound(s.turn, 0, 2);
        if (withCaps) nameCappedSets(s);
        deposit(alice, operator, bound(s.stake[0], unit / 100, 1e8 * unit));
        deposit(bob, operator, bound(s.stake[1], unit / 100, 1e8 * unit));
        for (uint256 i; i < 3; ++i) {
            join(sets[i], operator);
            allocate(sets[i], operator, mag(bound(s.first[i], 1e9, most)));
        }
        skipEpochs(3);
        queuePart(bound(s.queued[0], 0, 0.5e18));
        change(s, most, false);
        skipEpochs(1);
        for (uint256 i; i < 3; ++i) {
            s.cut[i] = bound(s.cut[i], 0, withCaps ? bound(s.caps[i], 1, 1e18) : 0.99e18);
            if (canTake(sets[i], s.cut[i])) slash(sets[i], operator, wad(s.cut[i]));
        }
        queuePart(bound(s.queued[1], 0, 0.5e18));
        change(s, most, true);
    }

    function nameCappedSets(Story memory s) internal {
        for (uint32 i; i < 3; ++i) {
            sets[i] = createSet(i + 3, capped(bound(s.caps[i], 1, 1e18)));
        }
    }

    function change(Story memory s, uint256 most, bool later) internal {
        for (uint256 i; i < 3; ++i) {
            if ((s.later >> i & 1 == 1) != later) continue;
            uint256 to = bound(s.then_[i], 0, most);
            tryAllocate(sets[i], to < 1e9 ? 0 : to);
        }
    }

    /// @dev One of the things that an operator, an AVS or a slasher may do, if it can be done now.
    function act(uint256 seed) internal {
        OperatorSetId of_ = sets[seed % 3];
        uint256 kind = (seed >> 8) % 8;
        uint256 amount = bound(seed >> 16, 0, 1e18);
        if (kind < 4) {
            if (canTake(of_, amount)) slash(of_, operator, wad(amount));
        } else if (kind == 4) {
            vm.prank(avs);
            try manager.eject(of_, operator, only(address(token))) {} catch {}
        } else if (kind == 5) {
            try manager.settle(of_, operator, address(token)) {} catch {}
        } else {
            tryAllocate(of_, amount);
        }
    }

    function tryAllocate(OperatorSetId to, uint256 amount) internal {
        vm.prank(operator);
        try manager.allocate(to, operator, address(token), mag(amount)) {} catch {}
    }

    function slashAll(uint256 turn) internal {
        for (uint256 i; i < 3; ++i) {
            OperatorSetId by = sets[(i + turn) % 3];
            if (canTake(by, 1e18)) slash(by, operator, wad(1e18));
        }
    }

    /// @dev The fraction that takes the cap to its last unit.
    function slashUpToTheCap(OperatorSetId by) internal {
        (Magnitude current,,, Magnitude taken) = manager.allocationOf(by, operator, address(token));
        (Magnitude left,,) = manager.budgetOf(operator, address(token));
        uint256 reach = Math.min(Magnitude.unwrap(current), Magnitude.unwrap(left));
        uint256 t = Magnitude.unwrap(taken);
        uint256 most = (t + reach) * Wad.unwrap(manager.termsOf(by).cap) / 1e18;
        if (most <= t) return;
        uint256 fraction = Math.ceilDiv((most - t) * 1e18, reach);
        if (canTake(by, fraction)) slash(by, operator, wad(fraction));
    }

    /// @dev Whether a slash by this fraction would move anything, which it must.
    function canTake(OperatorSetId by, uint256 fraction) internal view returns (bool) {
        (Magnitude current,,,) = manager.allocationOf(by, operator, address(token));
        (Magnitude left,,) = manager.budgetOf(operator, address(token));
        uint256 l = Magnitude.unwrap(left);
        uint256 m = Math.min(Magnitude.unwrap(current), l) * fraction / 1e18;
        (uint256 a, uint256 b, uint256 c) = vault.slashable(pool);
        return a * m / l + b * m / l + c * m / l > 0;
    }

    /// @dev Nothing where that is worth nothing, or all was slashed.
    function queuePart(uint256 part) internal {
        uint256 shares = vault.balanceOf(alice, pool) * part / 1e18;
        vm.prank(alice);
        try vault.queueWithdrawal(pool, shares, 0, alice) {} catch {}
    }

    /// @dev Of the first generation, in the pool and on its way.
    function aliceHas() internal view returns (uint256 assets) {
        assets = vault.positionValue(pool, alice);
        for (uint256 e = 1; e <= Epoch.unwrap(vault.currentEpoch()) + 2; ++e) {
            assets += vault.exitValue(pool, Epoch.wrap(e), alice);
        }
    }

    function pick(uint256 bits) internal view returns (OperatorSetId[] memory named) {
        named = new OperatorSetId[]((bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1));
        uint256 n;
        for (uint256 i; i < 3; ++i) {
            if (bits >> i & 1 == 1) named[n++] = sets[i];
        }
    }

    function assertForetold(uint256 told, uint256 taken, uint256 worth) internal pure {
        assertLe(taken, told, "more than foretold");
        assertLe(told, taken + ROUNDING + worth / 1e18, "less than foretold");
    }

    function assertAccounted(PoolView memory v) internal pure {
        uint256 sum = Magnitude.unwrap(v.unaccounted);
        for (uint256 i; i < v.promises.length; ++i) {
            sum += Math.max(Magnitude.unwrap(v.promises[i].current), Magnitude.unwrap(v.promises[i].next));
        }
        assertEq(sum, Magnitude.unwrap(v.committed), "accounted");
    }
}
