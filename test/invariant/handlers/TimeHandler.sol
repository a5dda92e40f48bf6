// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Tally} from "../stores/Tally.sol";
import {World} from "../stores/World.sol";
import {Handler, Promise, Watch} from "./Handler.sol";

/// @notice Lets time pass, and writes down what stands at the first instant of each epoch and what is guaranteed.
contract TimeHandler is Handler {
    constructor(World world, Tally tally) Handler(world, tally) {}

    function nextEpoch(uint256 seed) external counted("nextEpoch") {
        uint256 n = part(seed, 0) % 4 == 0 ? 2 : 1;
        for (uint256 i; i < n; ++i) {
            _cross(part(seed, 1) % VAULT.EPOCH_LENGTH());
        }
        TALLY.succeeded("nextEpoch");
    }

    function lastSecond(uint256) external counted("lastSecond") {
        vm.warp(_endOfEpoch() - 1);
        TALLY.succeeded("lastSecond");
    }

    /// @notice Writes down what is guaranteed now.
    function observe(uint256) external counted("observe") {
        _observe();
        TALLY.succeeded("observe");
    }

    /// @notice P4: whatever was guaranteed in this epoch or the last can be slashed still, but for 2 units that
    /// rounding may take from what is split into the pool and two buckets.
    function assertGuaranteesKept() public view {
        Epoch now_ = VAULT.currentEpoch();
        Epoch last = Epoch.wrap(Epoch.unwrap(now_) - 1);
        for (uint256 i; i < promises(); ++i) {
            Promise memory p = promiseAt(i);
            PoolId key = keyOf(p.operator, p.strategy);
            uint256 reach = slashableBy(p) + 2;
            assertGe(reach, WORLD.guaranteed(p.set, key, now_), "P4: slashable >= guaranteed now - 2");
            assertGe(reach, WORLD.guaranteed(p.set, key, last), "P4: slashable >= guaranteed before - 2");
        }
    }

    /* INTERNAL */

    function _cross(uint256 into) private {
        _observe();
        assertGuaranteesKept();
        Watch memory before = watch(address(0), address(0));
        uint256 end = _endOfEpoch();
        vm.warp(end);
        Epoch epoch = VAULT.currentEpoch();
        for (uint256 j; j <= operators.length; ++j) {
            for (uint256 k; k < strategies.length; ++k) {
                _record(VAULT.poolId(j == 0 ? address(0) : operators[j - 1], strategies[k]), epoch);
            }
        }
        vm.warp(end + into);
        assertSame(before);
        assertGuaranteesKept();
    }

    function _record(PoolId pool, Epoch epoch) private {
        (, uint256 total,,) = VAULT.poolState(pool);
        WORLD.recordPool(pool, epoch, total);
        for (uint256 i; i < stakers.length; ++i) {
            WORLD.recordPosition(pool, stakers[i], epoch, VAULT.balanceOf(stakers[i], pool));
        }
    }

    function _observe() private {
        for (uint256 i; i < promises(); ++i) {
            Promise memory p = promiseAt(i);
            uint256 assets = MANAGER.guaranteedStake(p.set, p.strategy, only(p.operator))[0];
            WORLD.recordGuarantee(p.set, keyOf(p.operator, p.strategy), VAULT.currentEpoch(), assets);
        }
    }

    function _endOfEpoch() private view returns (uint256) {
        return VAULT.ORIGIN() + Epoch.unwrap(VAULT.currentEpoch()) * VAULT.EPOCH_LENGTH();
    }
}
