// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad, max} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Base, IMintable} from "../Base.t.sol";
import {BlocklistToken} from "../mocks/OddTokens.sol";
import {AvsHandler} from "./handlers/AvsHandler.sol";
import {OperatorHandler} from "./handlers/OperatorHandler.sol";
import {StakerHandler} from "./handlers/StakerHandler.sol";
import {TimeHandler} from "./handlers/TimeHandler.sol";
import {Tally} from "./stores/Tally.sol";
import {Cast, Claim, World} from "./stores/World.sol";

/// @notice Six stakers, two operators, three sets with a slasher each; two strategies, of which one may be restaked up to
/// a degree of 2 and can block the recipient of slashes. Properties: see README.md.
abstract contract Invariants is Base {
    /// @dev Calls of each action, on average, after which each must have succeeded in the campaign.
    uint256 internal constant ENOUGH = 100;

    World internal world;
    Tally internal tally;
    TimeHandler internal time;
    Cast internal cast;

    function campaign() internal pure virtual returns (string memory);

    function setUp() public override {
        super.setUp();
        _castActors();
        _joinAndOpen();
        world = new World(cast);
        tally = new Tally(campaign(), _actions());
        time = new TimeHandler(world, tally);
        targetContract(address(time));
        targetContract(address(new StakerHandler(world, tally)));
        targetContract(address(new OperatorHandler(world, tally)));
        targetContract(address(new AvsHandler(world, tally)));
    }

    function afterInvariant() public {
        string memory idle = tally.close(ENOUGH);
        assertEq(idle, "", "an action never succeeded");
    }

    /* INTERNAL */

    function _castActors() private {
        (cast.vault, cast.manager) = (vault, manager);
        for (uint256 i; i < 6; ++i) {
            cast.stakers.push(makeAddr(string.concat("staker ", vm.toString(i))));
        }
        (cast.operators, cast.strategies) = (new address[](2), new address[](2));
        (cast.operators[0], cast.operators[1]) = (operator, otherOperator);
        (cast.strategies[0], cast.strategies[1]) = (address(token), address(new BlocklistToken()));
        setDegreeCeiling(cast.strategies[1], 2e18);
        for (uint32 i; i < 3; ++i) {
            Terms memory terms = defaultTerms();
            terms.slasher = makeAddr(string.concat("slasher ", vm.toString(i)));
            if (i == 1) terms.cap = Wad.wrap(0.4e18);
            cast.slashers.push(terms.slasher);
            cast.sets.push(createSet(i, terms, cast.strategies));
        }
    }

    /// @dev Before they open, operators allocate at once: a run need not wait three epochs for the first promise.
    function _joinAndOpen() private {
        for (uint256 i; i < 2; ++i) {
            registerOperator(cast.operators[i]);
            join(cast.sets[i], cast.operators[i]);
            vm.startPrank(cast.operators[i]);
            manager.allocate(cast.sets[i], cast.operators[i], cast.strategies[0], HALF);
            manager.allocate(cast.sets[i], cast.operators[i], cast.strategies[1], WHOLE);
            vault.open();
            vm.stopPrank();
        }
        skipEpochs(1);
    }

    function _actions() private pure returns (string[] memory list) {
        string[22] memory names = [
            "deposit",
            "depositIdle",
            "withdraw",
            "delegate",
            "queue",
            "complete",
            "redelegate",
            "donate",
            "openOrClose",
            "join",
            "raise",
            "lower",
            "settle",
            "slash",
            "slashAll",
            "slashRefused",
            "endGeneration",
            "collect",
            "blockRecipient",
            "nextEpoch",
            "lastSecond",
            "observe"
        ];
        list = new string[](names.length);
        for (uint256 i; i < names.length; ++i) {
            list[i] = names[i];
        }
    }

    function pools() internal view returns (PoolId[] memory list) {
        list = new PoolId[](6);
        for (uint256 k; k < 2; ++k) {
            list[3 * k] = vault.poolId(address(0), cast.strategies[k]);
            list[3 * k + 1] = vault.poolId(cast.operators[0], cast.strategies[k]);
            list[3 * k + 2] = vault.poolId(cast.operators[1], cast.strategies[k]);
        }
    }
}

contract AccountsInvariants is Invariants {
    function campaign() internal pure override returns (string memory) {
        return "ACCOUNTS";
    }

    function invariant_Accounts() public view {
        _assertSolvent(cast.strategies[0]);
        _assertSolvent(cast.strategies[1]);
        _assertPools();
        _assertBuckets();
        _assertBudgets();
        _assertMemberships();
    }

    function _assertSolvent(address strategy) private view {
        uint256 sum = world.donated(strategy) + vault.creditOf(strategy, recipient);
        PoolId[] memory list = pools();
        for (uint256 i; i < list.length; ++i) {
            if (i / 3 == (strategy == cast.strategies[0] ? 0 : 1)) sum += vault.assetsOf(list)[i];
        }
        Claim[] memory buckets = world.buckets();
        for (uint256 i; i < buckets.length; ++i) {
            (uint256 assets,) = vault.bucketOf(buckets[i].pool, buckets[i].epoch);
            if (world.strategyOf(buckets[i].pool) == strategy) sum += assets;
        }
        assertEq(IMintable(strategy).balanceOf(address(vault)), sum, "P1: balance == pools + exits + credits + unasked");
    }

    function _assertPools() private view {
        PoolId[] memory list = pools();
        for (uint256 i; i < list.length; ++i) {
            (uint256 assets, uint256 shares, uint256 generation,) = vault.poolState(list[i]);
            uint256 sum;
            for (uint256 j; j < cast.stakers.length; ++j) {
                sum += vault.balanceOf(cast.stakers[j], list[i]);
            }
            assertEq(sum, shares, "sum of positions == pool shares");
            assertLe(assets, shares, "pool assets <= shares");
            assertEq(assets == 0, shares == 0, "pool assets == 0 <=> shares == 0");
            assertEq(list[i].generation(), generation, "generation of the id == of the pool");
        }
    }

    function _assertBuckets() private view {
        Claim[] memory buckets = world.buckets();
        for (uint256 i; i < buckets.length; ++i) {
            (uint256 assets, uint256 shares) = vault.bucketOf(buckets[i].pool, buckets[i].epoch);
            uint256 sum;
            for (uint256 j; j < cast.stakers.length; ++j) {
                sum += vault.exitOf(buckets[i].pool, buckets[i].epoch, cast.stakers[j]);
            }
            assertEq(sum, shares, "sum of exits == bucket shares");
            assertLe(assets, shares, "bucket assets <= shares");
        }
    }

    function _assertBudgets() private view {
        for (uint256 k; k < 2; ++k) {
            for (uint256 j; j < 2; ++j) {
                (Magnitude left, Magnitude committed, uint256 generation) =
                    manager.budgetOf(cast.operators[j], cast.strategies[k]);
                if (k == 0) assertLe(Magnitude.unwrap(committed), Magnitude.unwrap(left), "P3: committed <= left");
                uint256 promised = _promised(cast.operators[j], cast.strategies[k]);
                assertGe(Magnitude.unwrap(committed), promised, "committed >= sum of larger sides");
                (,, uint256 living,) = vault.poolState(vault.poolId(cast.operators[j], cast.strategies[k]));
                assertEq(generation, living, "P9: generation of the budget == of the pool");
            }
        }
    }

    function _assertMemberships() private view {
        for (uint256 i; i < cast.sets.length; ++i) {
            for (uint256 j; j < 2; ++j) {
                uint256 promises = _promises(cast.sets[i], cast.operators[j]);
                uint256 counted = manager.membershipOf(cast.sets[i], cast.operators[j]).allocations;
                assertGe(counted, promises, "counted allocations >= promises");
            }
        }
    }

    function _promises(OperatorSetId set, address account) private view returns (uint256 count) {
        for (uint256 k; k < 2; ++k) {
            (Magnitude current, Magnitude next,,) = manager.allocationOf(set, account, cast.strategies[k]);
            if (!current.isZero() || !next.isZero()) ++count;
        }
    }

    function _promised(address account, address strategy) private view returns (uint256 sum) {
        for (uint256 i; i < cast.sets.length; ++i) {
            (Magnitude current, Magnitude next,,) = manager.allocationOf(cast.sets[i], account, strategy);
            sum += Magnitude.unwrap(max(current, next));
        }
    }
}

contract PromisesInvariants is Invariants {
    function campaign() internal pure override returns (string memory) {
        return "PROMISES";
    }

    function invariant_Promises() public view {
        time.assertGuaranteesKept();
        _assertHistory();
        _assertClock();
    }

    function _assertHistory() private view {
        PoolId[] memory list = pools();
        uint256 now_ = Epoch.unwrap(vault.currentEpoch());
        for (uint256 e = 3; e <= now_; ++e) {
            for (uint256 i; i < list.length; ++i) {
                _assertHistoryAt(list[i].key(), Epoch.wrap(e));
            }
        }
    }

    function _assertHistoryAt(PoolId key, Epoch epoch) private view {
        (PoolId generation, uint256 shares) = vault.totalSharesAt(key, epoch);
        assertEq(PoolId.unwrap(generation), PoolId.unwrap(world.livingAt(key, epoch)), "generation at an epoch == then");
        assertEq(shares, world.totalAt(key, epoch), "total shares at an epoch == then");
        for (uint256 j; j < cast.stakers.length; ++j) {
            uint256 held = vault.sharesAt(generation, cast.stakers[j], epoch);
            assertEq(held, world.sharesAt(generation, cast.stakers[j], epoch), "shares at an epoch == then");
        }
    }

    /// @dev P5: nothing pending lies further off than its notice, and nothing due is pending still.
    function _assertClock() private view {
        Epoch now_ = vault.currentEpoch();
        for (uint256 i; i < cast.sets.length; ++i) {
            for (uint256 j; j < 4; ++j) {
                (,, Epoch effective,) =
                    manager.allocationOf(cast.sets[i], cast.operators[j % 2], cast.strategies[j / 2]);
                if (!effective.isSet()) continue;
                assertTrue(effective > now_ && effective <= now_.plus(3), "P5: now < effective <= now + 3");
            }
        }
    }
}
