// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Vm} from "forge-std/Vm.sol";

import {IRewardStreams, Stream} from "palisade/interfaces/IRewardStreams.sol";
import {IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {Promise, World} from "../World.sol";

/// @notice Those who pay rewards, streams, time that stops at each epoch's first instant to write down who holds what, and
/// the ledger that follows from that: payment by payment, staker by staker, with nothing read from the contracts but what
/// was logged.
abstract contract Payers is World {
    uint256 internal constant STAKERS = 8;
    uint256 private constant MOST_STREAMS = 32;

    /// @notice Who held what of a pool at the first instant of an epoch.
    struct Instance {
        uint256 epoch;
        PoolId pool;
        uint256 total;
        uint256[STAKERS] shares;
    }

    /// @notice What each staker had earned with the payments for all epochs up to one, in 2^-64 units.
    struct Line {
        uint256 epoch;
        uint256[STAKERS] earned;
    }

    /// @notice What a generation of a pool was paid in one token.
    struct Book {
        PoolId pool;
        address token;
        uint256 carry;
        Line[] lines;
        uint256[STAKERS] claimed;
        bool[STAKERS] holds;
    }

    /// @notice A rate of an operator's commission, from an epoch on.
    struct Rate {
        uint256 from;
        uint256 rate;
    }

    IRewardsDistributor internal rewards;
    IRewardStreams internal streams;

    /// @dev Reward tokens: one that is staked and nothing else, one that is staked and blocks accounts, one that is not.
    address[] internal rewardTokens;

    Book[] internal books;
    mapping(bytes32 pair => uint256) private _placeOfBook;
    mapping(PoolId key => Instance[2]) private _instances;
    mapping(address token => mapping(PoolId key => uint256)) private _paidToPool;

    mapping(address token => uint256) internal paidIn;
    mapping(address token => uint256) internal claimedOut;
    mapping(address token => uint256) internal collectedOut;
    mapping(address token => mapping(address operator => uint256)) internal collectable;
    mapping(address operator => Rate[]) internal rates;

    /// @dev Positions that earned something; and of each staker the exact share of all payments, in 2^-64 units: rounded
    /// up with what was carried into them, and rounded down; and how much of it may have been carried on.
    mapping(address token => uint256) internal earning;
    mapping(address token => mapping(uint256 staker => uint256)) internal most;
    mapping(address token => mapping(uint256 staker => uint256)) internal least;
    mapping(address token => mapping(uint256 staker => uint256)) internal onward;
    mapping(address token => mapping(uint256 staker => uint256)) internal positions;

    uint256[] internal liveStreams;
    mapping(uint256 id => address[]) private _named;

    /* TIME */

    /// @dev Seconds to a day and a half, and often the last second of an epoch.
    function letTimePass(bytes32) external returns (bool) {
        uint256 end = _startOf(_now() + 1) - 1;
        uint256 to = vm.getBlockTimestamp() + 1 + _random(_one(3) ? 12 : 1.5 days);
        _warp(_one(6) && end > vm.getBlockTimestamp() ? end : to);
        return true;
    }

    function letEpochsPass(bytes32) external returns (bool) {
        uint256 dice = _random(8);
        uint256 n = dice < 6 ? 1 : dice < 7 ? 2 : 3 + _random(3);
        // Now and then a silence that is longer than what one word of history tells.
        if (_one(60)) n = 100 + _random(200);
        _warp(_startOf(_now() + n) + _random(epochLength / 2));
        return true;
    }

    function _warp(uint256 to) private {
        // In a silence nobody acts: only the last two epochs' instants are asked for.
        uint256 epoch = 1 + (to - origin) / epochLength;
        uint256 from = _now() + 1;
        if (epoch > from + 1) from = epoch - 1;
        for (; from <= epoch; ++from) {
            vm.warp(_startOf(from));
            _writeDown();
        }
        vm.warp(to);
    }

    function _writeDown() private {
        uint256 epoch = _now();
        for (uint256 j; j < operators.length; ++j) {
            for (uint256 k; k < strategies.length; ++k) {
                PoolId pool = _pool(operators[j], strategies[k]);
                Instance storage s = _instances[pool.key()][epoch % 2];
                (s.epoch, s.pool, s.total) = (epoch, pool, _readPool(pool).shares);
                for (uint256 i; i < STAKERS; ++i) {
                    s.shares[i] = s.total == 0 ? 0 : vault.balanceOf(stakers[i], pool);
                }
            }
        }
    }

    /* PAYING */

    /// @dev One to four pools, of which one may be named twice.
    function pay(bytes32) external returns (bool) {
        Payment[] memory payments = _payable(1 + _random(4));
        if (payments.length == 0) return false;
        uint256 sum;
        for (uint256 i; i < payments.length; ++i) {
            sum += payments[i].amount;
        }
        address token = _pick(rewardTokens);
        Epoch closed = _closed();
        _fund(address(rewards), token, sum);
        vm.recordLogs();
        vm.prank(cast.avss[0]);
        rewards.distribute(closed, token, payments);
        assertEq(_post(token), sum, "R1: what is paid in is what is logged");
        return true;
    }

    /// @dev Another epoch, an idle pool, a pool without stake, nothing: refused, and nothing is kept of the good ones.
    function payRefused(bytes32) external returns (bool) {
        Payment[] memory payments = _payable(2);
        if (payments.length == 0) return false;
        Epoch closed = _closed();
        Payment memory bad = payments[payments.length - 1];
        uint256 dice = _random(4);
        bytes memory reason;
        if (dice == 0) {
            Epoch other = Epoch.wrap(_one(2) ? _now() : _now() - 2);
            reason = abi.encodeWithSelector(IRewardsDistributor.EpochNotPayable.selector, other, closed);
            closed = other;
        } else if (dice == 1) {
            bad.operator = address(0);
            reason = abi.encodeWithSelector(IRewardsDistributor.IdlePool.selector, bad.strategy);
        } else if (dice == 2) {
            bad.operator = address(0xB0);
            bytes4 error = IRewardsDistributor.NoStake.selector;
            reason = abi.encodeWithSelector(error, bad.operator, bad.strategy, closed);
        } else {
            bad.amount = _one(2) ? 0 : 2 ** 128;
            bytes4 error = IRewardsDistributor.BadAmount.selector;
            reason = abi.encodeWithSelector(error, bad.operator, bad.strategy, bad.amount);
        }
        address token = _pick(rewardTokens);
        vm.expectRevert(reason);
        vm.prank(cast.avss[0]);
        rewards.distribute(closed, token, payments);
        return true;
    }

    function payByStake(bytes32) external returns (bool) {
        (OperatorSetId set, address strategy) = _somebodys();
        address[] memory list = _someOperators();
        (uint256[] memory weights, uint256 total) = _weigh(set, strategy, list);
        address token = _pick(rewardTokens);
        uint256 amount = _amount();
        Epoch closed = _closed();
        _fund(address(streams), token, amount);
        if (total == 0) {
            vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NobodyToPay.selector, set, strategy, closed));
            vm.prank(cast.avss[0]);
            streams.distributeByStake(closed, token, amount, set, strategy, list);
            return _one(4);
        }
        uint256[] memory before = _paidTo(token, strategy, list);
        vm.recordLogs();
        vm.prank(cast.avss[0]);
        streams.distributeByStake(closed, token, amount, set, strategy, list);
        assertEq(_post(token), amount, "R1: a split adds up");
        _assertSplit(amount, weights, total, before, _paidTo(token, strategy, list));
        return true;
    }

    /* STREAMS */

    function createStream(bytes32) external returns (bool) {
        if (liveStreams.length == MOST_STREAMS) return false;
        (OperatorSetId set, address strategy) = _somebodys();
        (address token, uint256 perEpoch, uint256 epochs) = (_pick(rewardTokens), _amount(), 1 + _random(6));
        address[] memory list = _someOperators();
        _fund(address(streams), token, perEpoch * epochs);
        vm.prank(cast.avss[0]);
        uint256 id = streams.create(token, set, strategy, perEpoch, epochs, list);
        liveStreams.push(id);
        _named[id] = list;
        Stream memory s = streams.streamOf(id);
        assertEq(Epoch.unwrap(s.next), _now(), "R6: a stream begins with the running epoch");
        assertEq(Epoch.unwrap(s.last), _now() + epochs - 1, "R6: and lasts as long as it was paid for");
        return true;
    }

    function renameStream(bytes32) external returns (bool) {
        if (liveStreams.length == 0) return false;
        uint256 id = liveStreams[_random(liveStreams.length)];
        address[] memory list = _someOperators();
        address other = _pick(stakers);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.NotPayer.selector, id, other));
        vm.prank(other);
        streams.setOperators(id, list);
        vm.prank(cast.avss[0]);
        streams.setOperators(id, list);
        _named[id] = list;
        return true;
    }

    function releaseStream(bytes32) external returns (bool) {
        uint256 n = liveStreams.length;
        uint256 from = n == 0 ? 0 : _random(n);
        for (uint256 i; i < n; ++i) {
            if (_release((from + i) % n)) return true;
        }
        return false;
    }

    function _release(uint256 place) private returns (bool) {
        uint256 id = liveStreams[place];
        Stream memory s = streams.streamOf(id);
        Epoch closed = _closed();
        uint256 last = Epoch.unwrap(s.last < closed ? s.last : closed);
        uint256 amount = last < Epoch.unwrap(s.next) ? 0 : s.perEpoch * (last + 1 - Epoch.unwrap(s.next));
        assertEq(streams.due(id), amount, "R6: due == what closed and was not paid");
        address[] memory list = _named[id];
        (uint256[] memory weights, uint256 total) = _weigh(s.set, s.strategy, list);
        if (amount == 0 || total == 0) {
            bytes memory reason = amount == 0
                ? abi.encodeWithSelector(IRewardStreams.NothingDue.selector, id, s.next)
                : abi.encodeWithSelector(IRewardStreams.NobodyToPay.selector, s.set, s.strategy, closed);
            vm.expectRevert(reason);
            streams.release(id, list);
            return false;
        }
        uint256[] memory before = _paidTo(s.token, s.strategy, list);
        vm.recordLogs();
        assertEq(streams.release(id, list), amount, "R6: released == due");
        assertEq(_post(s.token), amount, "R1: a split adds up");
        _assertSplit(amount, weights, total, before, _paidTo(s.token, s.strategy, list));
        if (last == Epoch.unwrap(s.last)) {
            liveStreams[place] = liveStreams[liveStreams.length - 1];
            liveStreams.pop();
        }
        return true;
    }

    /// @dev The payer takes back what a retired set cannot be paid, and nothing else.
    function reclaimStream(bytes32) external returns (bool) {
        uint256 n = liveStreams.length;
        uint256 from = n == 0 ? 0 : _random(n);
        for (uint256 i; i < n; ++i) {
            uint256 place = (from + i) % n;
            uint256 id = liveStreams[place];
            Stream memory s = streams.streamOf(id);
            if (!retired[s.set]) {
                if (i > 0) continue;
                vm.expectRevert(abi.encodeWithSelector(IRewardStreams.SetNotRetired.selector, id, s.set));
                vm.prank(cast.avss[0]);
                streams.reclaim(id);
                continue;
            }
            uint256 rest = s.perEpoch * (Epoch.unwrap(s.last) + 1 - Epoch.unwrap(s.next));
            vm.prank(cast.avss[0]);
            assertEq(streams.reclaim(id), rest, "R6: taken back == what was not released");
            liveStreams[place] = liveStreams[n - 1];
            liveStreams.pop();
            return true;
        }
        return false;
    }

    /// @dev Everything that streams must still hold of a token.
    function _escrow(address token) internal view returns (uint256 sum) {
        for (uint256 i; i < liveStreams.length; ++i) {
            Stream memory s = streams.streamOf(liveStreams[i]);
            if (s.token == token) sum += s.perEpoch * (Epoch.unwrap(s.last) + 1 - Epoch.unwrap(s.next));
        }
    }

    /* INTERNAL: PAYING */

    function _fund(address spender, address token, uint256 amount) private {
        IMintable(token).mint(cast.avss[0], amount);
        vm.prank(cast.avss[0]);
        IMintable(token).approve(spender, amount);
    }

    function _closed() internal view returns (Epoch) {
        return Epoch.wrap(_now() - 1);
    }

    /// @dev Mostly where something is promised.
    function _somebodys() private returns (OperatorSetId, address) {
        Promise memory p = _one(8) ? _promise() : _pledgedOne();
        return (p.set, p.strategy);
    }

    /// @dev Pools that had shares when the closed epoch began.
    function _payable(uint256 n) private returns (Payment[] memory payments) {
        payments = new Payment[](n);
        uint256 found;
        for (uint256 i; i < 12 && found < n; ++i) {
            (address operator, address strategy) = (_pick(operators), _pick(strategies));
            if (_instance(keyOf[operator][strategy]).total == 0) continue;
            payments[found++] = Payment(operator, strategy, _amount());
        }
        assembly ("memory-safe") {
            mstore(payments, found)
        }
    }

    /// @dev That of the closed epoch.
    function _instance(PoolId key) private view returns (Instance storage s) {
        uint256 closed = _now() - 1;
        s = _instances[key][closed % 2];
        if (s.epoch != closed) {
            assertEq(s.total, 0, "an epoch was not written down");
        }
    }

    /// @dev All of the cast or some, and somebody who is no operator, in ascending order.
    function _someOperators() private returns (address[] memory list) {
        list = new address[](operators.length + 1);
        bool all = !_one(3);
        uint256 n;
        for (uint256 i; i <= operators.length; ++i) {
            if (!all && _one(4)) continue;
            address account = i == operators.length ? address(0xB0) : operators[i];
            uint256 at = n++;
            for (; at > 0 && list[at - 1] > account; --at) {
                list[at] = list[at - 1];
            }
            list[at] = account;
        }
        assembly ("memory-safe") {
            mstore(list, n)
        }
    }

    /// @dev What the streams should split by: guaranteed now, of what stood at the first instant of the closed epoch.
    function _weigh(OperatorSetId set, address strategy, address[] memory list)
        private
        view
        returns (uint256[] memory weights, uint256 total)
    {
        weights = manager.guaranteedStake(set, strategy, list);
        for (uint256 i; i < list.length; ++i) {
            if (weights[i] == 0) continue;
            Instance storage s = _instance(keyOf[list[i]][strategy]);
            PoolId living = _pool(list[i], strategy);
            uint256 shares = _readPool(living).shares;
            if (s.total == 0 || PoolId.unwrap(s.pool) != PoolId.unwrap(living)) weights[i] = 0;
            else weights[i] = weights[i] * s.total / shares;
            total += weights[i];
        }
        uint256[] memory told = streams.weights(set, strategy, list);
        assertEq(told, weights, "R7: weight == guaranteed now * what stood / what stands");
    }

    /// @dev What the ledger counts as paid, commission included, to each one's pool of the closed epoch.
    function _paidTo(address token, address strategy, address[] memory list)
        private
        view
        returns (uint256[] memory paid)
    {
        paid = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) {
            paid[i] = _paidToPool[token][keyOf[list[i]][strategy]];
        }
    }

    function _assertSplit(
        uint256 amount,
        uint256[] memory weights,
        uint256 total,
        uint256[] memory before,
        uint256[] memory after_
    ) private pure {
        for (uint256 i; i < weights.length; ++i) {
            uint256 part = after_[i] - before[i];
            uint256 exact = Math.mulDiv(amount, weights[i], total);
            assertLe(part, exact + 1, "R7: a unit more than its part");
            assertGe(part + 1, exact, "R7: a unit less than its part");
            if (weights[i] == 0) assertEq(part, 0, "R7: no weight, no part");
        }
    }

    /* INTERNAL: THE LEDGER */

    /// @dev Writes down every payment that was logged. It trusts of a log which pool, and how much.
    function _post(address token) private returns (uint256 sum) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(rewards)) continue;
            assertEq(logs[i].topics[0], IRewardsDistributor.Distributed.selector, "nothing else is logged");
            assertEq(address(uint160(uint256(logs[i].topics[2]))), token, "token");
            (uint256 epoch, uint256 amount, uint256 commission) = abi.decode(logs[i].data, (uint256, uint256, uint256));
            assertEq(epoch, _now() - 1, "R3: for the epoch that has just closed");
            _postOne(PoolId.wrap(uint256(logs[i].topics[1])), token, amount, commission);
            sum += amount;
        }
        paidIn[token] += sum;
    }

    function _postOne(PoolId pool, address token, uint256 amount, uint256 commission) private {
        Instance storage s = _instance(pool.key());
        assertEq(PoolId.unwrap(pool), PoolId.unwrap(s.pool), "R3: to the generation that stood as the epoch began");
        (address operator,) = _ownerOf(pool);
        assertEq(commission, amount * _rateAt(operator, s.epoch) / WAD_, "R5: commission == amount * rate of the epoch");
        collectable[token][operator] += commission;
        _paidToPool[token][pool.key()] += amount;
        _divide(_book(pool, token), s, (amount - commission) << 64);
    }

    function _divide(Book storage b, Instance storage s, uint256 net) private {
        uint256 carry = b.carry;
        uint256 perShare = (net + carry) / s.total;
        b.carry = (net + carry) % s.total;
        Line storage line = _line(b, s.epoch);
        for (uint256 i; i < STAKERS; ++i) {
            uint256 held = s.shares[i];
            if (held == 0) continue;
            line.earned[i] += held * perShare;
            most[b.token][i] += Math.mulDiv(net, held, s.total, Math.Rounding.Ceil)
            + Math.mulDiv(carry, held, s.total, Math.Rounding.Ceil);
            least[b.token][i] += Math.mulDiv(net, held, s.total);
            onward[b.token][i] += held;
            if (b.holds[i]) continue;
            b.holds[i] = true;
            ++positions[b.token][i];
            ++earning[b.token];
        }
    }

    function _line(Book storage b, uint256 epoch) private returns (Line storage line) {
        uint256 n = b.lines.length;
        if (n > 0 && b.lines[n - 1].epoch == epoch) return b.lines[n - 1];
        line = b.lines.push();
        line.epoch = epoch;
        if (n > 0) line.earned = b.lines[n - 1].earned;
    }

    function _book(PoolId pool, address token) private returns (Book storage b) {
        bytes32 pair = keccak256(abi.encode(pool, token));
        uint256 place = _placeOfBook[pair];
        if (place > 0) return books[place - 1];
        b = books.push();
        (b.pool, b.token) = (pool, token);
        _placeOfBook[pair] = books.length;
    }

    /// @dev What a staker earned with payments for epochs up to `through`, in 2^-64 units.
    function _earned(Book storage b, uint256 staker, uint256 through) internal view returns (uint256) {
        for (uint256 n = b.lines.length; n > 0; --n) {
            if (b.lines[n - 1].epoch <= through) return b.lines[n - 1].earned[staker];
        }
        return 0;
    }

    function _claimable(Book storage b, uint256 staker, uint256 through) internal view returns (uint256) {
        uint256 earned = _earned(b, staker, through) >> 64;
        return earned > b.claimed[staker] ? earned - b.claimed[staker] : 0;
    }

    function _rateAt(address operator, uint256 epoch) internal view returns (uint256) {
        Rate[] storage list = rates[operator];
        for (uint256 n = list.length; n > 0; --n) {
            if (list[n - 1].from <= epoch) return list[n - 1].rate;
        }
        return 0;
    }
}
