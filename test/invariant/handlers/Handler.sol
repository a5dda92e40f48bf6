// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {StdUtils} from "forge-std/StdUtils.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Tally} from "../stores/Tally.sol";
import {Cast, Claim, World} from "../stores/World.sol";

/// @notice What stood before an action, to be compared with what stands after it.
struct Watch {
    address actor;
    address strategy;
    Claim[] claims;
    uint256[] values;
    uint256 wealth;
}

/// @notice What an operator may have promised of a pool to a set.
struct Promise {
    OperatorSetId set;
    address slasher;
    address operator;
    address strategy;
}

/// @notice Actions that choose among what is possible, so that none reverts; and P2, checked around each of them.
abstract contract Handler is CommonBase, StdAssertions, StdUtils {
    World internal immutable WORLD;
    Tally internal immutable TALLY;
    IStakeVault internal immutable VAULT;
    IAllocationManager internal immutable MANAGER;

    address[] internal stakers;
    address[] internal operators;
    address[] internal strategies;
    address[] internal slashers;
    OperatorSetId[] internal sets;

    constructor(World world, Tally tally) {
        (WORLD, TALLY, VAULT, MANAGER) = (world, tally, world.VAULT(), world.MANAGER());
        Cast memory cast = world.cast();
        (stakers, operators, strategies) = (cast.stakers, cast.operators, cast.strategies);
        (slashers, sets) = (cast.slashers, cast.sets);
    }

    modifier counted(string memory action) {
        TALLY.called(action);
        _;
    }

    /* CHOOSING */

    function pick(address[] storage list, uint256 seed) internal view returns (address) {
        return list[seed % list.length];
    }

    /// @dev The `i`-th thing that a seed chooses.
    function part(uint256 seed, uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i)));
    }

    /// @dev Dust, where rounding shows, as often as amounts of every day.
    function amount(uint256 seed) internal pure returns (uint256) {
        uint256 most = seed % 3 == 0 ? 12 : seed % 3 == 1 ? 1e7 : 1e25;
        return 1 + part(seed, 99) % most;
    }

    function pickPool(uint256 seed) internal view returns (address operator, address strategy) {
        return (pick(operators, part(seed, 10)), pick(strategies, part(seed, 11)));
    }

    /// @dev The first promise that fits, from a random one on.
    function pickPromise(uint256 seed, function(Promise memory) internal view returns (bool) fits)
        internal
        view
        returns (bool, Promise memory p)
    {
        uint256 n = promises();
        for (uint256 i; i < n; ++i) {
            p = promiseAt((part(seed, 20) % n + i) % n);
            if (fits(p)) return (true, p);
        }
    }

    function promises() internal view returns (uint256) {
        return sets.length * operators.length * strategies.length;
    }

    function promiseAt(uint256 i) internal view returns (Promise memory) {
        uint256 set = i % sets.length;
        i /= sets.length;
        return Promise(sets[set], slashers[set], operators[i % operators.length], strategies[i / operators.length]);
    }

    /* P2: NOTHING BUT A SLASH TAKES STAKE */

    function watch(address actor, address strategy) internal returns (Watch memory) {
        WORLD.prune();
        uint256 wealth = actor == address(0) ? 0 : WORLD.wealth(actor, strategy);
        return Watch(actor, strategy, WORLD.claims(), WORLD.values(), wealth);
    }

    /// @dev Nobody else lost anything, and the actor at most `cost`.
    function assertKept(Watch memory before, uint256 cost) internal view {
        for (uint256 i; i < before.claims.length; ++i) {
            if (before.claims[i].owner == before.actor) continue;
            assertGe(WORLD.valueOf(before.claims[i]), before.values[i], "P2: another's claim >= before");
        }
        if (before.actor == address(0)) return;
        uint256 wealth = WORLD.wealth(before.actor, before.strategy);
        assertGe(wealth + cost, before.wealth, "P2: own wealth >= before - cost");
        assertLe(wealth, before.wealth + 2, "P2: nobody gains but dust");
    }

    /// @dev Where no share moved, no value did.
    function assertSame(Watch memory before) internal view {
        for (uint256 i; i < before.claims.length; ++i) {
            assertEq(WORLD.valueOf(before.claims[i]), before.values[i], "P2: claim == before");
        }
    }

    /* WHAT A SET CAN TAKE */

    function only(address account) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }

    function slashableBy(Promise memory p) internal view returns (uint256) {
        return MANAGER.slashableStake(p.set, p.strategy, only(p.operator))[0];
    }

    function allocation(Promise memory p) internal view returns (Magnitude current, Magnitude next, Epoch effective) {
        (current, next, effective,) = MANAGER.allocationOf(p.set, p.operator, p.strategy);
    }

    function keyOf(address operator, address strategy) internal view returns (PoolId) {
        return VAULT.poolId(operator, strategy).key();
    }
}
