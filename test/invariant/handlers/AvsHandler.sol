// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad, min} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken} from "../../mocks/OddTokens.sol";
import {Tally} from "../stores/Tally.sol";
import {Claim, World} from "../stores/World.sol";
import {Handler, Promise, Watch} from "./Handler.sol";

/// @notice A slash, and what stood before it.
struct Strike {
    Promise at;
    Wad wad;
    Magnitude left;
    Magnitude reach;
    Magnitude taken;
    bool unique;
    uint256[3] parts;
}

contract AvsHandler is Handler {
    constructor(World world, Tally tally) Handler(world, tally) {}

    function slash(uint256 seed) external counted("slash") {
        _slash(seed, 1 + part(seed, 2) % 0.3e18);
    }

    function slashAll(uint256 seed) external counted("slashAll") {
        _slash(seed, part(seed, 2) % 3 == 0 ? 1e18 - 1 : 1e18);
    }

    function collect(uint256 seed) external counted("collect") {
        address strategy = pick(strategies, part(seed, 0));
        address recipient = MANAGER.termsOf(sets[0]).recipient;
        if (VAULT.creditOf(strategy, recipient) == 0) return;
        Watch memory before = watch(address(0), address(0));
        vm.prank(recipient);
        VAULT.collect(strategy, recipient, address(0xC0FFEE));
        assertSame(before);
        TALLY.succeeded("collect");
    }

    /// @dev The last strategy can block the recipient, whose slashes then become credits.
    function blockRecipient(uint256 seed) external counted("blockRecipient") {
        BlocklistToken strategy = BlocklistToken(strategies[strategies.length - 1]);
        strategy.setBlocked(MANAGER.termsOf(sets[0]).recipient, seed % 2 == 0);
        TALLY.succeeded("blockRecipient");
    }

    /* INTERNAL */

    function _slash(uint256 seed, uint256 fraction) private {
        (, Promise memory p) = pickPromise(seed, _isSlashable);
        Strike memory s = _aim(p, Wad.wrap(fraction));
        if (_moved(s) == 0) return _slashRefused(s, IAllocationManager.NothingToSlash.selector);
        if (_exceedsCap(s)) return _slashRefused(s, IAllocationManager.CapExceeded.selector);

        Watch memory before = watch(address(0), address(0));
        uint256[3][] memory others = _reachOfAll(s);
        uint256 owed = _owed(s);
        uint256 moved = _strike(s);
        WORLD.waiveGuarantees(p.set, keyOf(p.operator, p.strategy), VAULT.currentEpoch());

        assertEq(moved, _moved(s), "P3: returned == sum of floor(part * taken / left)");
        assertEq(owed - _owed(s), moved, "P3: returned == moved");
        _assertOthersReach(s, others);
        _assertOthersKept(s, before);
        TALLY.succeeded(fraction < 0.5e18 ? "slash" : "slashAll");
        if (s.taken == s.left) TALLY.succeeded("endGeneration");
    }

    function _isSlashable(Promise memory p) private view returns (bool) {
        return slashableBy(p) > 0;
    }

    function _aim(Promise memory p, Wad wad) private view returns (Strike memory s) {
        (s.at, s.wad) = (p, wad);
        Magnitude committed;
        (s.left, committed,) = MANAGER.budgetOf(p.operator, p.strategy);
        s.unique = committed <= s.left;
        (Magnitude current,,) = allocation(p);
        s.reach = min(current, s.left);
        s.taken = s.reach.mulDown(wad);
        s.parts = _parts(s);
    }

    function _strike(Strike memory s) private returns (uint256) {
        Wad[] memory wads = new Wad[](1);
        wads[0] = s.wad;
        vm.prank(s.at.slasher);
        uint256[] memory assets = MANAGER.slash(s.at.set, s.at.operator, only(s.at.strategy), wads, "");
        return assets.length == 0 ? 0 : assets[0];
    }

    function _slashRefused(Strike memory s, bytes4 error) private {
        vm.expectPartialRevert(error);
        _strike(s);
        TALLY.succeeded("slashRefused");
    }

    function _parts(Strike memory s) private view returns (uint256[3] memory parts) {
        (parts[0], parts[1], parts[2]) = VAULT.slashable(keyOf(s.at.operator, s.at.strategy));
    }

    /// @dev What the vault holds for stakers.
    function _owed(Strike memory s) private view returns (uint256) {
        uint256 credit = VAULT.creditOf(s.at.strategy, MANAGER.termsOf(sets[0]).recipient);
        return IMintable(s.at.strategy).balanceOf(address(VAULT)) - credit;
    }

    /// @dev P3: taken in the epoch <= cap * (reach + taken this epoch).
    function _exceedsCap(Strike memory s) private view returns (bool) {
        (,,, Magnitude before) = MANAGER.allocationOf(s.at.set, s.at.operator, s.at.strategy);
        return !s.taken.isZero() && before + s.taken > (before + s.reach).mulDown(MANAGER.termsOf(s.at.set).cap);
    }

    function _moved(Strike memory s) private pure returns (uint256 sum) {
        for (uint256 i; i < 3; ++i) {
            sum += s.parts[i] * Magnitude.unwrap(s.taken) / Magnitude.unwrap(s.left);
        }
    }

    /// @dev What each set could take of the pool and of each of its two unripe buckets.
    function _reachOfAll(Strike memory s) private view returns (uint256[3][] memory reaches) {
        reaches = new uint256[3][](sets.length);
        (Magnitude left,,) = MANAGER.budgetOf(s.at.operator, s.at.strategy);
        uint256[3] memory parts = _parts(s);
        for (uint256 i; i < sets.length; ++i) {
            (Magnitude current,,,) = MANAGER.allocationOf(sets[i], s.at.operator, s.at.strategy);
            for (uint256 j; j < 3; ++j) {
                reaches[i][j] = parts[j] * Magnitude.unwrap(min(current, left)) / Magnitude.unwrap(left);
            }
        }
    }

    function _assertOthersReach(Strike memory s, uint256[3][] memory before) private view {
        uint256[3][] memory reaches = _reachOfAll(s);
        uint256[3] memory parts = _parts(s);
        for (uint256 i; i < sets.length; ++i) {
            if (OperatorSetId.unwrap(sets[i]) == OperatorSetId.unwrap(s.at.set)) continue;
            for (uint256 j; j < 3; ++j) {
                if (s.unique) {
                    assertGe(reaches[i][j], before[i][j], "P3: others' slashable >= before");
                    assertLe(reaches[i][j], before[i][j] + 1, "P3: others' slashable <= before + 1");
                } else {
                    uint256 least = before[i][j] < parts[j] ? before[i][j] : parts[j];
                    assertGe(reaches[i][j], least, "P3: others' slashable >= min(before, what is left)");
                }
            }
        }
    }

    /// @dev P2, P9: only claims on the pool itself and on its unripe buckets may have lost, and each its fraction.
    function _assertOthersKept(Strike memory s, Watch memory before) private view {
        PoolId key = keyOf(s.at.operator, s.at.strategy);
        Epoch now_ = VAULT.currentEpoch();
        for (uint256 i; i < before.claims.length; ++i) {
            Claim memory c = before.claims[i];
            uint256 value = WORLD.valueOf(c);
            bool ripe = c.epoch.isSet() && c.epoch <= now_;
            if (c.pool.key() != key || ripe) {
                assertEq(value, before.values[i], "P2: claim elsewhere == before");
            } else {
                uint256 kept = Magnitude.unwrap(s.left - s.taken);
                assertGe(value, before.values[i] * kept / Magnitude.unwrap(s.left), "P3: claim >= its kept fraction");
                assertLe(value, before.values[i], "P3: claim <= before");
            }
        }
    }
}
