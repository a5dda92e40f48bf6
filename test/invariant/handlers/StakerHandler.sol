// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {Tally} from "../stores/Tally.sol";
import {Claim, World} from "../stores/World.sol";
import {Handler, Watch} from "./Handler.sol";

contract StakerHandler is Handler {
    Epoch internal constant POSITION = Epoch.wrap(0);

    constructor(World world, Tally tally) Handler(world, tally) {}

    function deposit(uint256 seed) external counted("deposit") {
        (address operator, address strategy) = pickPool(seed);
        _deposit(seed, operator, strategy);
    }

    function depositIdle(uint256 seed) external counted("depositIdle") {
        _deposit(seed, address(0), pick(strategies, part(seed, 0)));
    }

    function withdraw(uint256 seed) external counted("withdraw") {
        (bool found, Claim memory c) = _pickClaim(seed, _isIdlePosition);
        if (!found) return;
        uint256 shares = _someOf(WORLD.sharesOf(c), seed);
        Watch memory before = watch(c.owner, WORLD.strategyOf(c.pool));
        vm.prank(c.owner);
        VAULT.withdraw(c.pool, shares, c.owner, c.owner);
        assertKept(before, 0);
        TALLY.succeeded("withdraw");
    }

    function delegate(uint256 seed) external counted("delegate") {
        (bool found, Claim memory c) = _pickClaim(seed, _isIdlePosition);
        address operator = pick(operators, part(seed, 1));
        if (!found) return;
        uint256 shares = _someOf(WORLD.sharesOf(c), seed);
        address strategy = WORLD.strategyOf(c.pool);
        if (!_admits(operator, strategy, shares)) return;
        Watch memory before = watch(c.owner, strategy);
        vm.prank(c.owner);
        VAULT.delegate(c.pool, shares, operator, 1, c.owner);
        WORLD.add(Claim(c.owner, VAULT.poolId(operator, strategy), POSITION));
        assertKept(before, 1);
        TALLY.succeeded("delegate");
    }

    function queue(uint256 seed) external counted("queue") {
        (bool found, Claim memory c) = _pickClaim(seed, _isPositionAtRisk);
        if (!found) return;
        uint256 shares = _someOf(WORLD.sharesOf(c), seed);
        (uint256 assets, uint256 total,,) = VAULT.poolState(c.pool);
        if (shares * assets / total == 0) return;
        Watch memory before = watch(c.owner, WORLD.strategyOf(c.pool));
        vm.prank(c.owner);
        (Epoch epoch,) = VAULT.queueWithdrawal(c.pool, shares, 1, c.owner);
        WORLD.add(Claim(c.owner, c.pool, epoch));
        assertKept(before, 2);
        TALLY.succeeded("queue");
    }

    function complete(uint256 seed) external counted("complete") {
        (bool found, Claim memory c) = _pickClaim(seed, _isRipe);
        if (!found) return;
        uint256 value = WORLD.valueOf(c);
        Watch memory before = watch(c.owner, WORLD.strategyOf(c.pool));
        vm.prank(c.owner);
        assertEq(VAULT.completeWithdrawal(c.pool, c.epoch, c.owner, c.owner), value, "paid == value");
        assertKept(before, 0);
        TALLY.succeeded("complete");
    }

    function redelegate(uint256 seed) external counted("redelegate") {
        (bool found, Claim memory c) = _pickClaim(seed, _isRipe);
        address operator = pick(operators, part(seed, 1));
        if (!found) return;
        address strategy = WORLD.strategyOf(c.pool);
        if (!_admits(operator, strategy, WORLD.valueOf(c))) return;
        Watch memory before = watch(c.owner, strategy);
        vm.prank(c.owner);
        VAULT.redelegate(c.pool, c.epoch, c.owner, operator, 1);
        WORLD.add(Claim(c.owner, VAULT.poolId(operator, strategy), POSITION));
        assertKept(before, 1);
        TALLY.succeeded("redelegate");
    }

    function donate(uint256 seed) external counted("donate") {
        address strategy = pick(strategies, part(seed, 0));
        Watch memory before = watch(address(0), strategy);
        IMintable(strategy).mint(address(VAULT), amount(seed));
        WORLD.donate(strategy, amount(seed));
        assertSame(before);
        TALLY.succeeded("donate");
    }

    /* INTERNAL */

    function _deposit(uint256 seed, address operator, address strategy) private {
        uint256 assets = amount(seed);
        if (!_admits(operator, strategy, assets)) return;
        address staker = pick(stakers, part(seed, 2));
        IMintable(strategy).mint(staker, assets);
        Watch memory before = watch(staker, strategy);
        vm.startPrank(staker);
        IMintable(strategy).approve(address(VAULT), assets);
        VAULT.deposit(strategy, operator, staker, assets, 1);
        vm.stopPrank();
        WORLD.add(Claim(staker, VAULT.poolId(operator, strategy), POSITION));
        assertKept(before, 1);
        TALLY.succeeded(operator == address(0) ? "depositIdle" : "deposit");
    }

    /// @dev Whether the pool would take `assets` now.
    function _admits(address operator, address strategy, uint256 assets) private view returns (bool) {
        (,, Epoch admitsFrom,) = VAULT.operatorState(operator);
        if (operator != address(0) && (!admitsFrom.isSet() || admitsFrom > VAULT.currentEpoch())) return false;
        (uint256 total, uint256 shares,,) = VAULT.poolState(VAULT.poolId(operator, strategy));
        return assets > 0 && (shares == 0 || assets * shares / total + shares < 2 ** 104);
    }

    function _someOf(uint256 shares, uint256 seed) private pure returns (uint256) {
        return part(seed, 3) % 3 == 0 ? shares : 1 + part(seed, 4) % shares;
    }

    /// @dev The first claim that fits, from a random one on.
    function _pickClaim(uint256 seed, function(Claim memory) view returns (bool) fits)
        private
        returns (bool, Claim memory)
    {
        WORLD.prune();
        Claim[] memory claims = WORLD.claims();
        for (uint256 i; i < claims.length; ++i) {
            Claim memory c = claims[(i + part(seed, 5) % claims.length) % claims.length];
            if (fits(c)) return (true, c);
        }
        return (false, Claim(address(0), PoolId.wrap(0), POSITION));
    }

    function _isIdlePosition(Claim memory c) private pure returns (bool) {
        return !c.epoch.isSet() && c.pool.isIdle();
    }

    function _isPositionAtRisk(Claim memory c) private pure returns (bool) {
        return !c.epoch.isSet() && !c.pool.isIdle();
    }

    function _isRipe(Claim memory c) private view returns (bool) {
        return c.epoch.isSet() && c.epoch <= VAULT.currentEpoch();
    }
}
