// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../Base.t.sol";
import {BlocklistToken, FeeToken, HookToken, PausableToken, RefusingToken} from "../mocks/OddTokens.sol";
import {MockRegistrar} from "../mocks/MockRegistrar.sol";

/// @notice Who and what a campaign is made of. The last operator is gated by the approver; strategies ascend.
struct Cast {
    IStakeVault vault;
    IAllocationManager manager;
    address authority;
    uint256 approverKey;
    address[] stakers;
    address[] operators;
    address[] avss;
    address[] slashers;
    address[] resolvers;
    address[] recipients;
    address[] strategies;
    Tokens tokens;
    MockRegistrar registrar;
    uint256 unit;
}

/// @notice The odd ones among the strategies; `fee` is never accepted. `strict` never has a ceiling above 1.
struct Tokens {
    address strict;
    RefusingToken refusing;
    BlocklistToken blocklist;
    BlocklistToken secondBlocklist;
    PausableToken pausable;
    HookToken hook;
    FeeToken fee;
}

/// @notice Assets and shares of a pool or a bucket.
struct Sheet {
    uint256 assets;
    uint256 shares;
}

/// @notice Something that a staker owns: a position (epoch 0), or the exit that ripens in `epoch`.
struct Claim {
    address owner;
    PoolId pool;
    uint256 epoch;
}

/// @notice Where a claim stands: in an idle pool, in an operator's living one, in a renewed one, or on its way out.
enum Kind {
    Idle,
    AtRisk,
    Rest,
    Exit
}

/// @notice Whose promise of what to whom.
struct Promise {
    OperatorSetId set;
    address operator;
    address strategy;
}

/// @notice What the tests remember of a promise, as the manager stores it: what has come due is not applied.
/// @dev `side` is what it counts in committed, `counts` whether it counts in the membership.
struct Pledge {
    uint256 current;
    uint256 next;
    uint256 effective;
    uint256 generation;
    uint256 side;
    bool counts;
}

/// @notice What the tests remember of a proposed slash.
struct Proposed {
    uint256 magnitude;
    uint256 wad;
    uint256 at;
    uint256 generation;
}

/// @notice The cast, and what the tests remember of what has happened. Everything is read through public views; what an
/// action does not touch must be found later as it was left.
abstract contract World is CommonBase, StdAssertions {
    uint256 internal constant WAD_ = 1e18;
    uint256 internal constant LEAST = 1e9;
    uint256 internal constant WORN_OUT = 4096;

    IStakeVault internal vault;
    IAllocationManager internal manager;
    Cast internal cast;
    uint256 internal epochLength;
    uint256 internal origin;

    address[] internal stakers;
    address[] internal operators;
    address[] internal strategies;
    mapping(address strategy => uint256) internal indexOf;

    /// @dev The pools' keys: of no operator, and of each.
    mapping(address operator => mapping(address strategy => PoolId)) internal keyOf;

    /* CLAIMS, POOLS AND BUCKETS */

    mapping(Kind kind => Claim[]) internal claims;
    mapping(bytes32 claim => uint256) private _placeOfClaim;

    /// @dev What a pool's generation and its buckets were left with by the last action that touched them.
    mapping(PoolId pool => Sheet) internal seenPool;
    mapping(PoolId pool => mapping(uint256 epoch => Sheet)) internal seenBucket;
    mapping(PoolId key => uint256) internal generationOf;

    /// @dev Buckets that hold something, of each strategy.
    mapping(address strategy => Claim[]) internal buckets;
    mapping(bytes32 bucket => uint256) private _placeOfBucket;

    mapping(address strategy => uint256) internal donated;

    /// @dev Generations that a slash ended, and pools that may be worn out.
    PoolId[] internal ended;
    Promise[] internal worn;
    mapping(PoolId key => bool) internal isWorn;

    /* PROMISES */

    /// @dev Even ones slash at once, odd ones have a challenge window.
    OperatorSetId[] internal sets;
    OperatorSetId[][2] internal spare;
    mapping(OperatorSetId set => bool) internal isChallengeable;
    mapping(OperatorSetId set => bool) internal retired;
    mapping(OperatorSetId set => mapping(address operator => bool)) internal joined;
    mapping(OperatorSetId set => mapping(PoolId key => Pledge)) internal pledges;
    mapping(PoolId key => uint256) internal committed;
    mapping(OperatorSetId set => mapping(PoolId key => Proposed)) internal proposals;
    Promise[] internal proposed;
    Promise[] internal due;

    /// @dev The last raises of what was in force already, to sets with a window.
    Promise[] internal raised;
    uint256 internal raises;

    /// @dev Promises that are stored as more than nothing.
    Promise[] internal pledged;
    mapping(bytes32 pledge => uint256) private _placeOfPledge;

    mapping(OperatorSetId set => mapping(PoolId pool => mapping(uint256 epoch => uint256))) internal takenIn;
    mapping(OperatorSetId set => mapping(PoolId key => mapping(uint256 epoch => uint256))) internal guaranteed;

    /* CHANCE */

    uint256 private _seed;

    function _sow(bytes32 seed) internal {
        _seed = uint256(seed);
    }

    function _random(uint256 n) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return (_seed >> 8) % n;
    }

    function _one(uint256 outOf) internal returns (bool) {
        return _random(outOf) == 0;
    }

    function _pick(address[] storage list) internal returns (address) {
        return list[_random(list.length)];
    }

    /// @dev Half of all happens in three strategies, so that much happens in the same pools.
    function _pickStrategy() internal returns (address) {
        return strategies[_random(_one(2) ? 3 : strategies.length)];
    }

    /// @dev Dust, where rounding shows, as often as amounts of every day.
    function _amount() internal returns (uint256) {
        uint256 dice = _random(4);
        return 1 + _random(dice == 0 ? 12 : dice == 1 ? 1e7 : 1e6 * cast.unit);
    }

    /// @dev All of it, or a part.
    function _someOf(uint256 amount) internal returns (uint256) {
        return _one(3) ? amount : 1 + _random(amount);
    }

    /* TIME */

    function _now() internal view returns (uint256) {
        return Epoch.unwrap(vault.currentEpoch());
    }

    function _startOf(uint256 epoch) internal view returns (uint256) {
        return origin + (epoch - 1) * epochLength;
    }

    function _isPaused(IGoverned core, Pausable action) internal view returns (bool) {
        (uint256 until,) = core.pauseOf(action);
        return vm.getBlockTimestamp() < until;
    }

    /* POOLS AND BUCKETS */

    function _pool(address operator, address strategy) internal view returns (PoolId) {
        PoolId key = keyOf[operator][strategy];
        return key.atGeneration(generationOf[key]);
    }

    function _ownerOf(PoolId pool) internal view returns (address operator, address strategy) {
        return vault.poolOf(pool);
    }

    function _readPool(PoolId pool) internal view returns (Sheet memory s) {
        (s.assets, s.shares,,) = vault.poolState(pool);
    }

    function _readBucket(PoolId pool, uint256 epoch) internal view returns (Sheet memory s) {
        (s.assets, s.shares) = vault.bucketOf(pool, Epoch.wrap(epoch));
    }

    /// @dev What an action finds must be what the last one left: nothing else moves stake.
    function _openPool(PoolId pool) internal view returns (Sheet memory s) {
        s = _readPool(pool);
        _assertSame(s, seenPool[pool]);
    }

    function _closePool(PoolId pool) internal returns (Sheet memory s) {
        s = _readPool(pool);
        seenPool[pool] = s;
        assertLe(s.assets, s.shares, "P2: a share is worth a unit at most");
        assertEq(s.assets == 0, s.shares == 0, "P9: no shares without assets");
    }

    function _openBucket(PoolId pool, uint256 epoch) internal view returns (Sheet memory s) {
        s = _readBucket(pool, epoch);
        _assertSame(s, seenBucket[pool][epoch]);
    }

    function _closeBucket(PoolId pool, uint256 epoch) internal returns (Sheet memory s) {
        s = _readBucket(pool, epoch);
        seenBucket[pool][epoch] = s;
        assertLe(s.assets, s.shares, "P2: a share of a bucket is worth a unit at most");
        (, address strategy) = _ownerOf(pool);
        bytes32 id = keccak256(abi.encode(pool, epoch));
        Claim[] storage list = buckets[strategy];
        uint256 place = _placeOfBucket[id];
        if (s.shares > 0 && place == 0) {
            list.push(Claim(address(0), pool, epoch));
            _placeOfBucket[id] = list.length;
        } else if (s.shares == 0 && place > 0) {
            Claim memory last = list[list.length - 1];
            list[place - 1] = last;
            _placeOfBucket[keccak256(abi.encode(last.pool, last.epoch))] = place;
            list.pop();
            _placeOfBucket[id] = 0;
        }
    }

    function _assertSame(Sheet memory s, Sheet storage seen) internal view {
        assertEq(s.assets, seen.assets, "P2: assets changed by no action on them");
        assertEq(s.shares, seen.shares, "P2: shares changed by no action on them");
    }

    /// @dev P2: a share of those who stay is worth no less.
    function _assertPriceKept(Sheet memory before, Sheet memory after_) internal pure {
        if (before.shares == 0 || after_.shares == 0) return;
        assertGe(after_.assets * before.shares, before.assets * after_.shares, "P2: the price of a share fell");
    }

    function _worth(uint256 shares, Sheet memory s) internal pure returns (uint256) {
        return s.shares == 0 ? 0 : shares * s.assets / s.shares;
    }

    /* CLAIMS */

    function _sharesOf(Claim memory c) internal view returns (uint256) {
        return c.epoch == 0 ? vault.balanceOf(c.owner, c.pool) : vault.exitOf(c.pool, Epoch.wrap(c.epoch), c.owner);
    }

    function _valueOf(Claim memory c) internal view returns (uint256) {
        return
            c.epoch == 0 ? vault.positionValue(c.pool, c.owner) : vault.exitValue(c.pool, Epoch.wrap(c.epoch), c.owner);
    }

    /// @dev Lists the claim, or strikes it off, as its shares demand.
    function _note(Kind kind, address owner, PoolId pool, uint256 epoch) internal returns (uint256 shares) {
        Claim memory c = Claim(owner, pool, epoch);
        shares = _sharesOf(c);
        if (shares > 0) _list(kind, c);
        else _strike(kind, c);
    }

    function _notePosition(address owner, PoolId pool) internal returns (uint256) {
        return _note(pool.isIdle() ? Kind.Idle : _isLiving(pool) ? Kind.AtRisk : Kind.Rest, owner, pool, 0);
    }

    function _list(Kind kind, Claim memory c) internal {
        bytes32 id = keccak256(abi.encode(c));
        if (_placeOfClaim[id] > 0) return;
        claims[kind].push(c);
        _placeOfClaim[id] = claims[kind].length;
    }

    function _strike(Kind kind, Claim memory c) internal {
        bytes32 id = keccak256(abi.encode(c));
        uint256 place = _placeOfClaim[id];
        if (place == 0) return;
        Claim[] storage list = claims[kind];
        Claim memory last = list[list.length - 1];
        list[place - 1] = last;
        _placeOfClaim[keccak256(abi.encode(last))] = place;
        list.pop();
        _placeOfClaim[id] = 0;
    }

    function _isLiving(PoolId pool) internal view returns (bool) {
        return generationOf[pool.key()] == pool.generation();
    }

    /* PROMISES */

    /// @dev A promise to a set of the cast.
    function _promise() internal returns (Promise memory) {
        return Promise(sets[_random(sets.length)], _pick(operators), _pickStrategy());
    }

    /// @dev One that is stored as more than nothing, or any.
    function _pledgedOne() internal returns (Promise memory) {
        uint256 n = pledged.length;
        return n == 0 ? _promise() : pledged[_random(n)];
    }

    /// @dev What the manager should say of a promise now.
    function _standing(OperatorSetId set, PoolId key)
        internal
        view
        returns (uint256 current, uint256 next, uint256 effective)
    {
        Pledge storage p = pledges[set][key];
        if (retired[set] || p.generation != generationOf[key]) return (0, 0, 0);
        if (p.effective != 0 && p.effective <= _now()) return (p.next, p.next, 0);
        return (p.current, p.next, p.current == p.next ? 0 : p.effective);
    }

    /// @dev Remembers a promise that the manager has just stored.
    function _pledge(Promise memory at, uint256 current, uint256 next, uint256 effective) internal {
        (OperatorSetId set, PoolId key) = (at.set, keyOf[at.operator][at.strategy]);
        Pledge storage p = pledges[set][key];
        uint256 side = current > next ? current : next;
        if (p.generation != generationOf[key]) p.side = 0;
        committed[key] = committed[key] - p.side + side;
        (p.current, p.next, p.effective, p.generation) = (current, next, effective, generationOf[key]);
        (p.side, p.counts) = (side, side > 0);
        _listPledge(at, side > 0);
    }

    function _listPledge(Promise memory at, bool listed) private {
        bytes32 id = keccak256(abi.encode(at));
        uint256 place = _placeOfPledge[id];
        if (listed && place == 0) {
            pledged.push(at);
            _placeOfPledge[id] = pledged.length;
        } else if (!listed && place > 0) {
            Promise memory last = pledged[pledged.length - 1];
            pledged[place - 1] = last;
            _placeOfPledge[keccak256(abi.encode(last))] = place;
            pledged.pop();
            _placeOfPledge[id] = 0;
        }
    }

    /// @dev Remembers that what had come due of a promise was applied.
    function _settled(Promise memory p) internal {
        (uint256 current, uint256 next, uint256 effective) = _standing(p.set, keyOf[p.operator][p.strategy]);
        _pledge(p, current, next, effective);
    }

    function _left(address operator, address strategy) internal view returns (uint256) {
        (Magnitude left,,) = manager.budgetOf(operator, strategy);
        return Magnitude.unwrap(left);
    }

    function _slashable(Promise memory p) internal view returns (uint256) {
        return manager.slashableStake(p.set, p.strategy, _only(p.operator))[0];
    }

    function _guaranteed(Promise memory p) internal view returns (uint256) {
        return manager.guaranteedStake(p.set, p.strategy, _only(p.operator))[0];
    }

    function _only(address account) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }

    /// @dev P5, P4, P9: what stands is what was announced, on its day, in its generation.
    function _assertStanding(Promise memory p) internal view {
        PoolId key = keyOf[p.operator][p.strategy];
        (uint256 current, uint256 next, uint256 effective) = _standing(p.set, key);
        (Magnitude c, Magnitude n, Epoch e, Magnitude taken) = manager.allocationOf(p.set, p.operator, p.strategy);
        assertEq(Magnitude.unwrap(c), current, "P4, P5, P9: magnitude in force");
        assertEq(Magnitude.unwrap(n), next, "P4, P5, P9: magnitude announced");
        assertEq(Epoch.unwrap(e), effective, "P4, P5: epoch of effect");
        if (!retired[p.set] && pledges[p.set][key].generation == generationOf[key]) {
            assertEq(
                Magnitude.unwrap(taken),
                takenIn[p.set][key.atGeneration(generationOf[key])][_now()],
                "P3: taken in this epoch"
            );
        }
    }

    function _assertBudget(address operator, address strategy) internal view {
        PoolId key = keyOf[operator][strategy];
        (Magnitude left, Magnitude committed_, uint256 generation) = manager.budgetOf(operator, strategy);
        assertEq(generation, generationOf[key], "P9: generation of the budget");
        assertEq(Magnitude.unwrap(committed_), committed[key], "P3: committed == what was promised and not released");
        if (strategy == cast.tokens.strict) assertLe(committed[key], Magnitude.unwrap(left), "P3: unique stake");
        uint256 promised;
        for (uint256 i; i < sets.length; ++i) {
            (uint256 current, uint256 next,) = _standing(sets[i], key);
            promised += current > next ? current : next;
        }
        assertGe(committed[key], promised, "P3: committed >= the larger sides");
    }

    /* P4 */

    /// @dev Writes down what is guaranteed now of a pool.
    function _observe(address operator, address strategy) internal {
        PoolId key = keyOf[operator][strategy];
        uint256 epoch = _now();
        for (uint256 i; i < sets.length; ++i) {
            (uint256 current,,) = _standing(sets[i], key);
            if (current == 0) continue;
            uint256 assets = _guaranteed(Promise(sets[i], operator, strategy));
            if (assets > guaranteed[sets[i]][key][epoch]) guaranteed[sets[i]][key][epoch] = assets;
        }
    }

    /// @dev Whatever was guaranteed in this epoch or the last can be slashed still, but for 2 units that rounding may
    /// take from what is split into the pool and two buckets.
    function _assertGuaranteed(address operator, address strategy) internal view {
        PoolId key = keyOf[operator][strategy];
        uint256 epoch = _now();
        for (uint256 i; i < sets.length; ++i) {
            uint256 most = guaranteed[sets[i]][key][epoch];
            uint256 last = guaranteed[sets[i]][key][epoch - 1];
            if (last > most) most = last;
            if (most <= 2) continue;
            uint256 reach = _slashable(Promise(sets[i], operator, strategy));
            assertGe(reach + 2, most, "P4: slashable >= guaranteed since the last epoch began - 2");
        }
    }

    /// @dev The set has used or waived its guarantees itself.
    function _waive(OperatorSetId set, PoolId key) internal {
        uint256 epoch = _now();
        delete guaranteed[set][key][epoch];
        delete guaranteed[set][key][epoch - 1];
    }

    /* TOKENS */

    /// @dev Whether the token itself would refuse to move between these.
    function _isStuck(address strategy, address account) internal view returns (bool) {
        Tokens storage t = cast.tokens;
        if (strategy == address(t.refusing)) return t.refusing.refusing();
        if (strategy == address(t.pausable)) return t.pausable.paused();
        if (strategy == address(t.blocklist)) return t.blocklist.blocked(account);
        if (strategy == address(t.secondBlocklist)) return t.secondBlocklist.blocked(account);
        return false;
    }

    function _held(address strategy) internal view returns (uint256) {
        return IMintable(strategy).balanceOf(address(vault));
    }

    /// @dev A hook that called the vault back in the middle of a transfer must have been refused.
    function _assertHookRefused(address strategy) internal view {
        HookToken hook = cast.tokens.hook;
        if (strategy == address(hook) && hook.called()) assertFalse(hook.succeeded(), "P1: a hook got in");
    }
}
