// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Base, IMintable} from "../Base.t.sol";
import {BlocklistToken} from "../mocks/OddTokens.sol";

/// @notice The tables of docs/by-hand.md, number by number: what is put in, and what the rules say must come out.
/// Nothing here is computed. Alice is Ann, and Bob is Ben; amounts are in the smallest units.
contract ByHand is Base {
    PoolId internal pool;
    uint32 internal sets;

    function setUp() public override {
        super.setUp();
        registerOperator(operator);
    }

    function test_1_AtOnce() public {
        OperatorSetId set = promised(defaultTerms(), 0.5e18);
        opened();
        deposit(alice, operator, 600_000);
        deposit(bob, operator, 400_000);
        (Epoch next,) = queue(bob, pool, 100_000);
        skipEpochs(1);
        (Epoch last,) = queue(bob, pool, 50_000);
        assertReach(850_000, 100_000, 50_000);
        assertWorth(600_000, 250_000);
        assertAllocation(set, 0.5e18, 0.5e18);
        assertBudget(1e18, 0.5e18);

        takes(set, 0.2e18, 0.1e18, 85_000, 10_000, 5000);
        assertReach(765_000, 90_000, 45_000);
        assertWorth(540_000, 225_000);
        assertExit(bob, next, 90_000);
        assertExit(bob, last, 45_000);
        assertAllocation(set, 0.4e18, 0.4e18);
        assertBudget(0.9e18, 0.4e18);
    }

    function test_2_Challenged() public {
        Terms memory terms = defaultTerms();
        terms.window = 3 days;
        OperatorSetId set = promised(terms, 0.2e18);
        opened();
        deposit(alice, operator, 700_000);
        deposit(bob, operator, 300_000);
        allocate(set, operator, mag(0.6e18));
        skipEpochs(1);
        (Epoch first,) = queue(bob, pool, 100_000);
        skipEpochs(1);
        vm.prank(slasher);
        manager.proposeSlash(set, operator, address(token), Wad.wrap(0.5e18), "");
        (Epoch next,) = queue(alice, pool, 70_000);
        skipEpochs(1);
        (Epoch last,) = queue(bob, pool, 30_000);
        assertReach(800_000, 70_000, 30_000);
        assertWorth(630_000, 170_000);
        assertExit(bob, first, 100_000);
        assertAllocation(set, 0.6e18, 0.6e18);
        assertBudget(1e18, 0.6e18);

        expectTaken(set, 0.1e18, 80_000, 7000, 3000);
        vm.prank(stranger);
        assertEq(manager.executeSlash(set, operator, address(token)), 90_000);
        assertEq(token.balanceOf(recipient), 90_000);
        assertReach(720_000, 63_000, 27_000);
        assertWorth(567_000, 153_000);
        assertExit(bob, first, 100_000);
        assertExit(alice, next, 63_000);
        assertExit(bob, last, 27_000);
        assertAllocation(set, 0.5e18, 0.5e18);
        assertBudget(0.9e18, 0.5e18);
    }

    function test_3_ThreeStrategies() public {
        address[] memory strategies = threeTokens();
        OperatorSetId set = createSet(++sets, defaultTerms(), strategies);
        join(set, operator);
        uint256[3] memory promises = [uint256(0.4e18), 0.5e18, 0.75e18];
        for (uint256 i; i < 3; ++i) {
            vm.prank(operator);
            manager.allocate(set, operator, strategies[i], mag(promises[i]));
        }
        opened();
        deposit(IMintable(strategies[0]), alice, operator, 500_000);
        (PoolId third,) = deposit(IMintable(strategies[2]), alice, operator, 90_001);
        (Epoch last,) = queue(alice, third, 10_001);
        (pool, token) = (third, IMintable(strategies[2]));
        assertReach(80_000, 0, 10_001);
        assertAllocation(set, 0.75e18, 0.75e18);
        assertBudget(1e18, 0.75e18);

        Wad[] memory wads = new Wad[](3);
        (wads[0], wads[1], wads[2]) = (Wad.wrap(0.5e18), Wad.wrap(0.5e18), Wad.wrap(0.1e18));
        (pool, token) = (vault.poolId(operator, strategies[0]), IMintable(strategies[0]));
        assertReach(500_000, 0, 0);
        assertAllocation(set, 0.4e18, 0.4e18);
        assertBudget(1e18, 0.4e18);
        expectTaken(set, 0.2e18, 100_000, 0, 0);
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSlashed(set, operator, strategies[1], mag(0), 0, "");
        (pool, token) = (third, IMintable(strategies[2]));
        expectTaken(set, 0.075e18, 6000, 0, 750);
        vm.prank(slasher);
        uint256[] memory assets = manager.slash(set, operator, strategies, wads, "");
        assertEq(assets[0], 100_000);
        assertEq(assets[1], 0);
        assertEq(assets[2], 6750);

        assertReach(74_000, 0, 9251);
        assertExit(alice, last, 9251);
        assertAllocation(set, 0.675e18, 0.675e18);
        assertBudget(0.925e18, 0.675e18);
        (pool, token) = (vault.poolId(operator, strategies[0]), IMintable(strategies[0]));
        assertReach(400_000, 0, 0);
        assertAllocation(set, 0.2e18, 0.2e18);
        assertBudget(0.8e18, 0.2e18);
        (pool, token) = (vault.poolId(operator, strategies[1]), IMintable(strategies[1]));
        assertReach(0, 0, 0);
        assertAllocation(set, 0.5e18, 0.5e18);
        assertBudget(1e18, 0.5e18);
    }

    function test_4_DegreeAboveOne() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId a = promised(defaultTerms(), 0.9e18);
        OperatorSetId b = promised(defaultTerms(), 0.8e18);
        opened();
        deposit(alice, operator, 800_000);
        deposit(bob, operator, 200_000);
        queue(bob, pool, 100_000);
        skipEpochs(1);
        queue(bob, pool, 20_000);
        assertReach(880_000, 100_000, 20_000);
        assertWorth(800_000, 80_000);
        assertAllocation(a, 0.9e18, 0.9e18);
        assertAllocation(b, 0.8e18, 0.8e18);
        assertCan(a, 900_000, 176_000);
        assertCan(b, 800_000, 88_000);
        assertBudget(1e18, 1.7e18);

        takes(a, 0.5e18, 0.45e18, 396_000, 45_000, 9000);
        assertReach(484_000, 55_000, 11_000);
        assertWorth(440_000, 44_000);
        assertAllocation(a, 0.45e18, 0.45e18);
        assertAllocation(b, 0.8e18, 0.8e18);
        assertBudget(0.55e18, 1.25e18);
        assertCan(a, 450_000, 0);
        assertCan(b, 550_000, 88_000);

        takes(b, 0.5e18, 0.275e18, 242_000, 27_500, 5500);
        assertReach(242_000, 27_500, 5500);
        assertWorth(220_000, 22_000);
        assertAllocation(a, 0.45e18, 0.45e18);
        assertAllocation(b, 0.525e18, 0.525e18);
        assertBudget(0.275e18, 0.975e18);
        assertCan(a, 275_000, 0);
        assertCan(b, 275_000, 0);
    }

    function test_5_Cap() public {
        Terms memory terms = defaultTerms();
        terms.cap = Wad.wrap(0.25e18);
        OperatorSetId set = promised(terms, 0.8e18);
        opened();
        deposit(alice, operator, 1_000_000);
        (Epoch next,) = queue(alice, pool, 100_000);
        skipEpochs(1);
        (Epoch last,) = queue(alice, pool, 30_000);
        assertReach(870_000, 100_000, 30_000);
        assertAllocation(set, 0.8e18, 0.8e18);
        assertBudget(1e18, 0.8e18);

        takes(set, 0.2e18, 0.16e18, 139_200, 16_000, 4800);
        assertReach(730_800, 84_000, 25_200);
        assertAllocation(set, 0.64e18, 0.64e18);
        assertBudget(0.84e18, 0.64e18);

        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.CapExceeded.selector, address(token), 0.224e18, 0.2e18)
        );
        slash(set, operator, Wad.wrap(0.1e18));

        takes(set, 0.0625e18, 0.04e18, 34_800, 4000, 1200);
        assertReach(696_000, 80_000, 24_000);
        assertAllocation(set, 0.6e18, 0.6e18);
        assertBudget(0.8e18, 0.6e18);

        skipEpochs(1);
        takes(set, 0.25e18, 0.15e18, 130_500, 4500, 0);
        assertReach(565_500, 19_500, 0);
        assertExit(alice, next, 80_000);
        assertExit(alice, last, 19_500);
        assertAllocation(set, 0.45e18, 0.45e18);
        assertBudget(0.65e18, 0.45e18);
    }

    function test_6_PendingChanges() public {
        OperatorSetId a = promised(defaultTerms(), 0.3e18);
        OperatorSetId b = promised(defaultTerms(), 0.4e18);
        opened();
        deposit(alice, operator, 100_000);
        (Epoch next,) = queue(alice, pool, 20_000);
        allocate(a, operator, HALF);
        allocate(b, operator, mag(0.1e18));
        skipEpochs(1);
        assertReach(80_000, 20_000, 0);
        assertAllocation(a, 0.3e18, 0.5e18);
        assertAllocation(b, 0.4e18, 0.1e18);
        assertBudget(1e18, 0.9e18);

        takes(a, 0.5e18, 0.15e18, 12_000, 3000, 0);
        assertReach(68_000, 17_000, 0);
        assertAllocation(a, 0.15e18, 0.35e18);
        assertAllocation(b, 0.4e18, 0.1e18);
        assertBudget(0.85e18, 0.75e18);

        takes(b, 1e18, 0.4e18, 32_000, 8000, 0);
        assertReach(36_000, 9000, 0);
        assertAllocation(a, 0.15e18, 0.35e18);
        assertAllocation(b, 0, 0);
        assertBudget(0.45e18, 0.35e18);

        skipEpochs(2);
        assertReach(36_000, 0, 0);
        assertExit(alice, next, 9000);
        assertAllocation(a, 0.35e18, 0.35e18);
        assertAllocation(b, 0, 0);
        assertBudget(0.45e18, 0.35e18);
        takes(a, 1e18, 0.35e18, 28_000, 0, 0);
        assertReach(8000, 0, 0);
        assertExit(alice, next, 9000);
        assertAllocation(a, 0, 0);
        assertBudget(1e18, 0);
    }

    function test_7_Credit() public {
        BlocklistToken listed = new BlocklistToken();
        token = IMintable(address(listed));
        OperatorSetId set = promised(defaultTerms(), 0.7e18);
        opened();
        deposit(alice, operator, 70_707);
        (Epoch last,) = queue(alice, pool, 7007);
        assertReach(63_700, 0, 7007);
        assertEq(token.balanceOf(address(vault)), 70_707);
        assertAllocation(set, 0.7e18, 0.7e18);
        assertBudget(1e18, 0.7e18);

        listed.setBlocked(recipient, true);
        expectTaken(set, 0.21e18, 13_377, 0, 1471);
        assertEq(slash(set, operator, Wad.wrap(0.3e18)), 14_848);
        assertReach(50_323, 0, 5536);
        assertExit(alice, last, 5536);
        assertAllocation(set, 0.49e18, 0.49e18);
        assertBudget(0.79e18, 0.49e18);
        assertEq(vault.creditOf(address(token), recipient), 14_848);
        assertEq(token.balanceOf(address(vault)), 70_707);

        listed.setBlocked(recipient, false);
        vm.prank(recipient);
        vault.collect(address(token), recipient);
        assertEq(token.balanceOf(recipient), 14_848);
        assertEq(vault.creditOf(address(token), recipient), 0);
        assertEq(token.balanceOf(address(vault)), 55_859);
        assertReach(50_323, 0, 5536);
        assertAllocation(set, 0.49e18, 0.49e18);
        assertBudget(0.79e18, 0.49e18);
    }

    function test_8_All() public {
        OperatorSetId a = promised(defaultTerms(), 0.4e18);
        OperatorSetId b = promised(defaultTerms(), 0.6e18);
        opened();
        deposit(alice, operator, 1003);
        deposit(bob, operator, 400);
        (Epoch ripe,) = queue(bob, pool, 100);
        skipEpochs(1);
        (Epoch next,) = queue(bob, pool, 90);
        skipEpochs(1);
        (Epoch last,) = queue(bob, pool, 80);
        assertReach(1133, 90, 80);
        assertExit(bob, ripe, 100);
        assertWorth(1003, 130);
        assertAllocation(a, 0.4e18, 0.4e18);
        assertAllocation(b, 0.6e18, 0.6e18);
        assertBudget(1e18, 1e18);

        takes(a, 1e18, 0.4e18, 453, 36, 32);
        assertReach(680, 54, 48);
        assertWorth(601, 78);
        assertExit(bob, ripe, 100);
        assertAllocation(a, 0, 0);
        assertAllocation(b, 0.6e18, 0.6e18);
        assertBudget(0.6e18, 0.6e18);

        takes(b, 1e18, 0.6e18, 680, 54, 48);
        assertReach(0, 0, 0);
        assertWorth(0, 0);
        assertExit(bob, next, 0);
        assertExit(bob, last, 0);
        assertExit(bob, ripe, 100);
        assertAllocation(b, 0, 0);
        assertBudget(1e18, 0);
        assertEq(vault.poolId(operator, address(token)), pool.atGeneration(1));
        assertEq(complete(bob, pool, ripe), 100);
        assertEq(token.balanceOf(address(vault)), 0);
    }

    function test_9_OddNumbers() public {
        OperatorSetId set = promised(defaultTerms(), 333_333_333_333_333_333);
        opened();
        deposit(alice, operator, 1_000_003);
        assertReach(1_000_003, 0, 0);
        assertAllocation(set, 333_333_333_333_333_333, 333_333_333_333_333_333);
        assertBudget(1e18, 333_333_333_333_333_333);

        takes(set, 142_857_142_857_142_857, 47_619_047_619_047_618, 47_619, 0, 0);
        assertReach(952_384, 0, 0);
        assertAllocation(set, 285_714_285_714_285_715, 285_714_285_714_285_715);
        assertBudget(952_380_952_380_952_382, 285_714_285_714_285_715);

        (, uint256 shares) = deposit(bob, operator, 777);
        assertEq(shares, 815);
        (Epoch next, uint256 assets) = queue(alice, pool, 1000);
        assertEq(assets, 952);
        skipEpochs(1);
        (, assets) = queue(alice, pool, 3);
        assertEq(assets, 2);
        Epoch last;
        (last, assets) = queue(bob, pool, 500);
        assertEq(assets, 476);
        assertPool(pool, 951_731, 999_315);
        assertReach(951_731, 952, 478);
        assertWorth(951_430, 300);
        assertExit(alice, last, 2);
        assertExit(bob, last, 476);

        takes(set, 271_828_182_845_904_523, 77_665_195_098_829_863, 77_612, 77, 38);
        assertPool(pool, 874_119, 999_315);
        assertReach(874_119, 875, 440);
        assertWorth(873_843, 275);
        assertExit(alice, next, 875);
        assertExit(alice, last, 1);
        assertExit(bob, last, 438);
        assertAllocation(set, 208_049_090_615_455_852, 208_049_090_615_455_852);
        assertBudget(874_715_757_282_122_519, 208_049_090_615_455_852);
    }

    function test_10_LeftRenewed() public {
        OperatorSetId set = promised(defaultTerms(), 0.6e18);
        opened();
        deposit(alice, operator, 100_001);
        assertReach(100_001, 0, 0);
        assertAllocation(set, 0.6e18, 0.6e18);
        assertBudget(1e18, 0.6e18);

        takes(set, 0.5e18, 0.3e18, 30_000, 0, 0);
        assertReach(70_001, 0, 0);
        assertAllocation(set, 0.3e18, 0.3e18);
        assertBudget(0.7e18, 0.3e18);

        allocate(set, operator, mag(0));
        skipEpochs(2);
        assertBudget(0.7e18, 0.3e18);
        manager.settle(set, operator, address(token));
        assertReach(70_001, 0, 0);
        assertAllocation(set, 0, 0);
        assertBudget(1e18, 0);
        allocate(set, operator, HALF);
        skipEpochs(3);
        (Epoch last, uint256 assets) = queue(alice, pool, 1001);
        assertEq(assets, 700);
        assertReach(69_301, 0, 700);
        assertAllocation(set, 0.5e18, 0.5e18);
        assertBudget(1e18, 0.5e18);

        takes(set, 0.5e18, 0.25e18, 17_325, 0, 175);
        assertReach(51_976, 0, 525);
        assertPool(pool, 51_976, 99_000);
        assertExit(alice, last, 525);
        assertAllocation(set, 0.25e18, 0.25e18);
        assertBudget(0.75e18, 0.25e18);
    }

    /* INTERNAL */

    /// @dev A set to which the operator, not open yet, promises `magnitude` of its pool.
    function promised(Terms memory terms, uint256 magnitude) internal returns (OperatorSetId set) {
        set = createSet(++sets, terms);
        join(set, operator);
        allocate(set, operator, mag(magnitude));
    }

    function opened() internal {
        openOperator(operator);
        pool = vault.poolId(operator, address(token));
    }

    /// @dev In ascending order.
    function threeTokens() internal returns (address[] memory list) {
        list = new address[](3);
        for (uint256 i; i < 3; ++i) {
            list[i] = address(newToken("Token", "TKN", 18));
            for (uint256 j = i; j > 0 && list[j - 1] > list[j]; --j) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
    }

    function expectTaken(OperatorSetId set, uint256 magnitude, uint256 fromPool, uint256 fromNext, uint256 fromLast)
        internal
    {
        vm.expectEmit(address(vault));
        emit IStakeVault.Slashed(pool, fromPool, fromNext, fromLast);
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSlashed(
            set, operator, address(token), mag(magnitude), fromPool + fromNext + fromLast, ""
        );
    }

    /// @dev Slashes the fraction `wad`: takes `magnitude`, and these assets, and hands them over.
    function takes(
        OperatorSetId set,
        uint256 wad,
        uint256 magnitude,
        uint256 fromPool,
        uint256 fromNext,
        uint256 fromLast
    ) internal {
        uint256 before = token.balanceOf(recipient);
        uint256 sum = fromPool + fromNext + fromLast;
        expectTaken(set, magnitude, fromPool, fromNext, fromLast);
        assertEq(slash(set, operator, Wad.wrap(wad)), sum, "returned");
        assertEq(token.balanceOf(recipient) - before, sum, "received");
    }

    function assertReach(uint256 inPool, uint256 inNext, uint256 inLast) internal view {
        (uint256 a, uint256 b, uint256 c) = vault.slashable(pool);
        assertEq(a, inPool, "in the pool");
        assertEq(b, inNext, "in the next bucket");
        assertEq(c, inLast, "in the last bucket");
    }

    function assertWorth(uint256 ann, uint256 ben) internal view {
        assertEq(vault.positionValue(pool, alice), ann, "Ann");
        assertEq(vault.positionValue(pool, bob), ben, "Ben");
    }

    function assertExit(address staker, Epoch epoch, uint256 assets) internal view {
        assertEq(vault.exitValue(pool, epoch, staker), assets, "exit");
    }

    function assertCan(OperatorSetId set, uint256 slashable, uint256 guaranteed) internal view {
        assertEq(slashableBy(set, operator), slashable, "slashable");
        assertEq(guaranteedTo(set, operator), guaranteed, "guaranteed");
    }

    function assertAllocation(OperatorSetId set, uint256 current, uint256 next) internal view {
        (Magnitude actualCurrent, Magnitude actualNext,,) = manager.allocationOf(set, operator, address(token));
        assertEq(Magnitude.unwrap(actualCurrent), current, "current");
        assertEq(Magnitude.unwrap(actualNext), next, "next");
    }

    function assertBudget(uint256 left, uint256 committed) internal view {
        (Magnitude actualLeft, Magnitude actualCommitted,) = manager.budgetOf(operator, address(token));
        assertEq(Magnitude.unwrap(actualLeft), left, "left");
        assertEq(Magnitude.unwrap(actualCommitted), committed, "committed");
    }
}
