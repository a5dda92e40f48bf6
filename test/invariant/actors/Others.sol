// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken} from "../../mocks/OddTokens.sol";
import {World} from "../World.sol";

/// @notice Governance, recipients, those who send tokens unasked, tokens that turn odd, and time.
abstract contract Others is World {
    /// @notice What stood at the first instant of an epoch.
    struct Instant {
        uint256 epoch;
        PoolId pool;
        uint256 total;
        address owner;
        uint256 shares;
    }

    Instant[] private _instants;
    mapping(address core => mapping(Pausable action => uint256)) private _restUntil;

    /* GOVERNANCE */

    function setDepositCap(bytes32) external returns (bool) {
        address strategy = _pick(strategies);
        uint256 most = vault.MAX_ASSETS();
        uint256 cap = _one(8) ? _held(strategy) + _amount() : most;
        vm.prank(cast.authority);
        vault.setDepositCap(strategy, cap > most ? most : cap);
        return true;
    }

    /// @dev Between 1 and 3, for all but the strict strategy. What is promised stays, also above it.
    function setCeiling(bytes32) external returns (bool) {
        address strategy = _pick(strategies);
        if (strategy == cast.tokens.strict) return false;
        uint256 ceiling = 1e18 + _random(2e18 + 1);
        vm.prank(cast.authority);
        manager.setDegreeCeiling(strategy, Wad.wrap(ceiling));
        assertEq(Wad.unwrap(manager.degreeCeilingOf(strategy)), ceiling, "ceiling");
        _assertBudget(_pick(operators), strategy);
        return true;
    }

    /// @dev P6: a pause ends by itself, completion's within 3 days, and rests for as long, an hour at least.
    function pause(bytes32) external returns (bool) {
        IGoverned core = _one(2) ? IGoverned(address(vault)) : IGoverned(address(manager));
        Pausable action = Pausable(_random(6));
        uint256 longest = action == Pausable.Complete ? 3 days : 7 days;
        uint256 duration = _one(4) ? longest : 1 + _random(2 days);
        uint256 rest = _restUntil[address(core)][action];
        if (vm.getBlockTimestamp() < rest) {
            vm.expectRevert(abi.encodeWithSelector(IGoverned.PausedTooRecently.selector, action, rest));
            vm.prank(cast.authority);
            core.pause(action, duration);
            return true;
        }
        vm.prank(cast.authority);
        core.pause(action, duration);
        (uint256 until, uint256 restUntil) = core.pauseOf(action);
        assertEq(until, vm.getBlockTimestamp() + duration, "P6: a pause ends by itself");
        rest = duration < 1 hours ? 1 hours : duration;
        assertEq(restUntil, until + rest, "P6: a pause rests for as long, an hour at least");
        _restUntil[address(core)][action] = until + rest;
        return true;
    }

    /* ANYONE */

    function donate(bytes32) external returns (bool) {
        address strategy = _pick(strategies);
        if (_isStuck(strategy, address(vault))) strategy = cast.tokens.strict;
        uint256 amount = _amount();
        IMintable(strategy).mint(address(vault), amount);
        donated[strategy] += amount;
        return true;
    }

    function collect(bytes32) external returns (bool) {
        uint256 from = _random(strategies.length);
        for (uint256 i; i < strategies.length * cast.recipients.length; ++i) {
            address strategy = strategies[(from + i) % strategies.length];
            address recipient = cast.recipients[i / strategies.length];
            uint256 credit = vault.creditOf(strategy, recipient);
            address receiver = address(0xC011EC7);
            if (credit == 0 || recipient == address(0) || _isStuck(strategy, receiver)) continue;
            uint256 balance = _held(strategy);
            vm.prank(recipient);
            assertEq(vault.collect(strategy, recipient, receiver), credit, "P1: a credit is paid");
            assertEq(_held(strategy) + credit, balance, "P1: the vault paid");
            assertEq(vault.creditOf(strategy, recipient), 0, "P1: once");
            return true;
        }
        return false;
    }

    /* TOKENS AND REGISTRARS */

    /// @dev A recipient or a staker comes onto the blocklist, or off it.
    function block_(bytes32) external returns (bool) {
        BlocklistToken token = _one(2) ? cast.tokens.blocklist : cast.tokens.secondBlocklist;
        if (_one(3)) {
            address staker = _pick(stakers);
            token.setBlocked(staker, !token.blocked(staker));
        } else {
            address recipient = _pick(cast.recipients);
            token.setBlocked(recipient == address(0) ? vault.BURN_ADDRESS() : recipient, !_one(4));
        }
        return true;
    }

    function pauseToken(bytes32) external returns (bool) {
        cast.tokens.pausable.setPaused(!cast.tokens.pausable.paused() && _one(2));
        return true;
    }

    function refuseToken(bytes32) external returns (bool) {
        cast.tokens.refusing.refuse(!cast.tokens.refusing.refusing() && _one(2));
        return true;
    }

    /// @dev In the middle of each transfer the token calls the vault back: all of it is locked, and so are prices.
    function armHook(bytes32) external returns (bool) {
        PoolId pool = _pool(_pick(operators), address(cast.tokens.hook));
        address staker = _pick(stakers);
        bytes[6] memory calls = [
            abi.encodeCall(vault.setOperator, (staker, true)),
            abi.encodeCall(vault.poolState, (pool)),
            abi.encodeCall(vault.positionValue, (pool, staker)),
            abi.encodeCall(vault.registerOperator, (address(0))),
            abi.encodeCall(vault.queueWithdrawal, (pool, 1, 0, address(cast.tokens.hook))),
            abi.encodeCall(vault.bucketOf, (pool, Epoch.wrap(_now() + 2)))
        ];
        cast.tokens.hook.arm(_one(4) ? address(0) : address(vault), calls[_random(6)]);
        return true;
    }

    function turnRegistrar(bytes32) external returns (bool) {
        cast.registrar.refuse(!cast.registrar.refusing() && _one(2));
        return true;
    }

    /* TIME */

    /// @dev Seconds to a day and a half, and often the last second of an epoch.
    function passTime(bytes32) external returns (bool) {
        uint256 end = _startOf(_now() + 1) - 1;
        uint256 to = vm.getBlockTimestamp() + 1 + _random(_one(3) ? 12 : 1.5 days);
        vm.warp(_one(6) && end > vm.getBlockTimestamp() ? end : to);
        return true;
    }

    function passEpochs(bytes32) external returns (bool) {
        uint256 dice = _random(8);
        uint256 n = dice < 6 ? 1 : dice < 7 ? 2 : 3 + _random(3);
        address operator = _pick(operators);
        for (uint256 i; i < 3; ++i) {
            _observe(operator, strategies[(dice + i) % strategies.length]);
        }
        for (; n > 0; --n) {
            uint256 start = _startOf(_now() + 1);
            vm.warp(start);
            _remember(_pool(operator, strategies[dice % strategies.length]));
            if (n == 1) vm.warp(start + _random(epochLength / 2));
            for (uint256 i; i < 3; ++i) {
                _assertGuaranteed(operator, strategies[(dice + i) % strategies.length]);
                _observe(operator, strategies[(dice + i) % strategies.length]);
            }
        }
        return true;
    }

    /// @dev Rewards are paid by it: what stood at an instant can be read ever after.
    function lookBack(bytes32) external returns (bool) {
        if (_instants.length == 0) return false;
        Instant memory at = _instants[_random(_instants.length)];
        (PoolId pool, uint256 total) = vault.totalSharesAt(at.pool.key(), Epoch.wrap(at.epoch));
        assertEq(PoolId.unwrap(pool), PoolId.unwrap(at.pool), "history: generation at an epoch == then");
        assertEq(total, at.total, "history: total shares at an epoch == then");
        assertEq(vault.sharesAt(pool, at.owner, Epoch.wrap(at.epoch)), at.shares, "history: shares at an epoch == then");
        return true;
    }

    function _remember(PoolId pool) private {
        address owner = _pick(stakers);
        Instant memory at = Instant(_now(), pool, _readPool(pool).shares, owner, vault.balanceOf(owner, pool));
        if (_instants.length < 48) _instants.push(at);
        else _instants[_random(48)] = at;
    }
}
