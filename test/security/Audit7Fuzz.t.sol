// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Base, IMintable} from "../Base.t.sol";

/// @notice What held: random histories over generations, slashes, self-transfers, gaps of tens of thousands of epochs.
contract Audit7Fuzz is Base {
    IMintable internal reward;
    address[3] internal who;
    uint256 internal seed;
    PoolId[] internal gens;
    mapping(PoolId => mapping(address => uint256)) internal exact;
    mapping(PoolId => mapping(address => uint256)) internal got;

    function setUp() public override {
        super.setUp();
        reward = newToken("Reward", "RWD", 18);
        registerOperator(operator);
        vm.prank(operator);
        vault.open();
        skipEpochs(1);
        reward.mint(avs, 1e60);
        vm.prank(avs);
        reward.approve(address(rewards), type(uint256).max);
        who = [alice, bob, stranger];
    }

    function dice(uint256 n) internal returns (uint256) {
        seed = uint256(keccak256(abi.encode(seed)));
        return seed % n;
    }

    function living() internal returns (PoolId g) {
        g = vault.poolId(operator, address(token));
        if (gens.length == 0 || gens[gens.length - 1] != g) gens.push(g);
    }

    function testFuzz_longHistories(uint256 seed_) public {
        seed = seed_;
        for (uint256 step; step < 40; ++step) {
            for (uint256 n = dice(4); n > 0; --n) change();
            uint256 gap = dice(8);
            skipEpochs(gap == 0 ? 1 + dice(70000) : gap < 3 ? 1 + dice(300) : gap < 7 ? 1 : 0);
            for (uint256 n = dice(3); n > 0; --n) {
                payOne();
                if (dice(2) == 0) claimOne();
            }
            if (dice(3) == 0) claimOne();
        }
        for (uint256 i; i < gens.length; ++i) {
            for (uint256 j; j < 3; ++j) {
                claimAt(gens[i], who[j], type(uint24).max);
                assertEq(got[gens[i]][who[j]], exact[gens[i]][who[j]] >> 64, "to the unit");
            }
        }
    }

    function change() internal {
        PoolId g = living();
        if (gens.length > 1 && dice(3) == 0) g = gens[dice(gens.length)];
        address a = who[dice(3)];
        uint256 kind = dice(8);
        uint256 held = vault.balanceOf(a, g);
        if (kind < 3) {
            try this.dep(a, 1 + dice(2 ** (1 + dice(80)))) {} catch {}
        } else if (kind == 3 && held > 0) {
            vm.prank(a);
            vault.transfer(who[dice(3)], g, 1 + dice(held));
        } else if (kind == 4 && held > 0) {
            vm.prank(a);
            try vault.queueWithdrawal(g, dice(2) == 0 ? held : 1 + dice(held), 0, a) {} catch {}
        } else if (kind == 5) {
            bool all = dice(3) == 0;
            vm.prank(address(manager));
            vault.slash(g.key(), Magnitude.wrap(all ? 1e18 : dice(1e18)), WHOLE, address(token), recipient);
            living();
        }
    }

    function dep(address a, uint256 n) external {
        fund(token, a, n);
        vm.prank(a);
        vault.deposit(address(token), operator, a, n, 1);
    }

    function payOne() internal {
        Epoch closed = Epoch.wrap(Epoch.unwrap(vault.currentEpoch()) - 1);
        (PoolId g, uint256 total) = vault.totalSharesAt(vault.poolId(operator, address(token)), closed);
        if (total == 0) return;
        uint256 before = rewards.rewardsPerShare(g, address(reward), closed);
        Payment[] memory p = new Payment[](1);
        p[0] = Payment(operator, address(token), 1 + dice(2 ** (1 + dice(90))));
        if (before + (p[0].amount << 64) / total + 1 >= 2 ** 168) return;
        vm.prank(avs);
        rewards.distribute(closed, address(reward), p);
        uint256 delta = rewards.rewardsPerShare(g, address(reward), closed) - before;
        uint256 sum;
        for (uint256 j; j < 3; ++j) {
            uint256 s = vault.sharesAt(g, who[j], closed);
            sum += s;
            exact[g][who[j]] += s * delta;
        }
        assertEq(sum, total, "positions");
    }

    function claimOne() internal {
        if (gens.length == 0) return;
        uint256 now_ = Epoch.unwrap(vault.currentEpoch());
        claimAt(gens[dice(gens.length)], who[dice(3)], dice(2) == 0 ? now_ - 1 : dice(now_ + 2));
    }

    function claimAt(PoolId g, address a, uint256 through) internal {
        Claim[] memory c = new Claim[](1);
        c[0] = Claim(g, address(reward));
        uint256 told = rewards.claimable(a, Epoch.wrap(through), c)[0];
        vm.prank(a);
        uint256 n = rewards.claim(a, a, Epoch.wrap(through), c)[0];
        assertEq(n, told);
        got[g][a] += n;
        assertEq(reward.balanceOf(a) >= n, true);
    }

    /// @dev Of any epoch: never more than was told for it at the end of the third epoch before, once opened.
    function testFuzz_commissionNotice(uint256 seed_) public {
        seed = seed_;
        uint256[64] memory told;
        for (uint256 step; step < 60; ++step) {
            for (uint256 n = dice(4); n > 0; --n) {
                uint256 kind = dice(5);
                if (kind == 0) {
                    vm.prank(operator);
                    try vault.close() {} catch {}
                } else if (kind == 1) {
                    vm.prank(operator);
                    try vault.open() {} catch {}
                } else {
                    uint256 rate = dice(3) == 0 ? dice(4) * 0.1e18 : dice(0.5e18 + 1);
                    vm.prank(operator);
                    try rewards.setCommission(Wad.wrap(rate)) {} catch {}
                }
            }
            uint256 e = Epoch.unwrap(vault.currentEpoch());
            if (e + 2 >= 64) return;
            // As the epoch ends: what is told for the first epoch for which there still was a full epoch's notice.
            told[e + 2 < 64 ? e + 2 : 63] = Wad.unwrap(rewards.commissionAt(operator, Epoch.wrap(e + 2)));
            uint256 x = Wad.unwrap(rewards.commissionAt(operator, Epoch.wrap(e)));
            if (e > 4) assertLe(x, told[e], "at the end of the epoch, against two epochs before");
            uint256 y = Wad.unwrap(rewards.commissionAt(operator, Epoch.wrap(e - 1)));
            if (e > 5) assertLe(y, told[e - 1], "closed");
            skipEpochs(1);
        }
    }
}
