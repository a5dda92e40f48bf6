// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ExitView, Fate, ILens, PositionRef, PositionView} from "palisade/interfaces/ILens.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {LensScene} from "./Looks.sol";

contract LensPositionsTest is LensScene {
    Epoch internal constant LATEST = Epoch.wrap(type(uint256).max);

    function test_RevertWhen_SetsAreNotAscending() public {
        OperatorSetId[] memory named = new OperatorSetId[](2);
        (named[0], named[1]) = (sets[1], sets[0]);
        vm.expectRevert(abi.encodeWithSelector(ILens.SetsNotAscending.selector, sets[1], sets[0]));
        lens.positions(refs(pool, alice), named, LATEST);
    }

    /* FATE */

    function test_OfALivingGeneration() public view {
        PositionView memory v = look(pool, alice);
        assertEq(v.pool, pool);
        assertEq(v.owner, alice);
        assertEq(v.operator, operator);
        assertEq(v.strategy, address(token));
        assertEq(v.fate, Fate.Living);
        assertEq(v.shares, 60 * unit);
        assertEq(v.value, 60 * unit);
        assertEq(v.exits.length, 0);
    }

    /// @dev What ripened before keeps its worth; what was on its way is lost, and nothing more can be.
    function test_OfAGenerationThatASlashEnded() public {
        commit(set, operator, WHOLE);
        (Epoch ripe,) = queue(alice, pool, 10 * unit);
        skipEpochs(1);
        (Epoch unripe,) = queue(alice, pool, 20 * unit);
        skipEpochs(1);
        slash(set, operator, wad(1e18));
        PositionView memory v = look(pool, alice);
        assertEq(v.fate, Fate.Ended);
        assertEq(v.shares, 30 * unit);
        assertEq(v.value, 0);
        assertEq(v.exits.length, 2);
        assertExit(v.exits[0], ripe, 10 * unit, 10 * unit, true, 0);
        assertEq(v.exits[1].epoch, unripe);
        assertEq(v.exits[1].value, 0);
        assertNoRisk(v);
    }

    /// @dev Whatever its next generation promises: this one is out of reach.
    function test_OfARenewedGeneration() public {
        renewPool();
        allocate(set, operator, WHOLE);
        skipEpochs(3);
        deposit(alice, operator, unit);
        PositionView memory v = look(pool, alice);
        assertEq(v.fate, Fate.Renewed);
        assertEq(v.shares, 60 * unit);
        assertEq(v.value, vault.positionValue(pool, alice));
        assertNoRisk(v);
        assertEq(look(pool.atGeneration(1), alice).risk[0].loss, unit);

        uint256 shares = vault.balanceOf(alice, pool);
        vm.prank(alice);
        vault.withdraw(pool, shares, alice, alice);
        assertEq(look(pool, bob).fate, Fate.Renewed);
        shares = vault.balanceOf(bob, pool);
        vm.prank(bob);
        vault.withdraw(pool, shares, bob, bob);
        assertEq(look(pool, alice).fate, Fate.Ended);
    }

    function test_OfAGenerationToCome() public view {
        PositionView memory v = look(pool.atGeneration(1), alice);
        assertEq(v.fate, Fate.Unborn);
        assertEq(v.shares, 0);
        assertEq(v.value, 0);
    }

    function test_OfAnUnknownPool() public view {
        PositionView memory v = look(vault.poolId(stranger, stranger), alice);
        assertEq(v.operator, address(0));
        assertEq(v.strategy, address(0));
        assertEq(v.fate, Fate.Living);
        assertEq(v.value, 0);
        assertNoRisk(v);
    }

    function test_OfTheIdlePool() public {
        commit(set, operator, WHOLE);
        deposit(alice, address(0), unit);
        PositionView memory v = look(idle, alice);
        assertEq(v.strategy, address(token));
        assertEq(v.value, unit);
        assertNoRisk(v);
    }

    /* EXITS */

    function test_TellsExitsByEpoch() public {
        commit(set, operator, HALF);
        (Epoch first,) = queue(alice, pool, 10 * unit);
        skipEpochs(1);
        (Epoch second,) = queue(alice, pool, 20 * unit);
        skipEpochs(1);
        slash(set, operator, wad(0.4e18));
        PositionView memory v = look(pool, alice);
        assertEq(v.value, 24 * unit);
        assertEq(v.exits.length, 2);
        assertExit(v.exits[0], first, 10 * unit, 10 * unit, true, 0);
        // 0.3 of the 0.8 that are left.
        assertExit(v.exits[1], second, 20 * unit, 16 * unit, false, 6 * unit);
        assertEq(v.exits[1].value, vault.exitValue(pool, second, alice));
    }

    /// @dev Ripe ones from the epoch named on, unripe ones always.
    function test_LooksForRipeExitsAsFarBackAsAsked() public {
        (Epoch first,) = queue(alice, pool, 10 * unit);
        skipEpochs(1);
        queue(alice, pool, 20 * unit);
        skipEpochs(2);
        queue(alice, pool, 5 * unit);
        assertEq(exitsFrom(Epoch.wrap(0)), 3);
        assertEq(exitsFrom(first), 3);
        assertEq(exitsFrom(first.plus(1)), 2);
        assertEq(exitsFrom(first.plus(2)), 1);
        assertEq(exitsFrom(LATEST), 1);
    }

    /* RISK */

    /// @dev 0.5 now, 0.2 from the epoch after next on. The exit of 20 is out of reach by then, but may have lost 10.
    function test_RiskIsOfPositionAndExitsUntilTheyAreRipe() public {
        commit(set, operator, HALF);
        allocate(set, operator, mag(0.2e18));
        queue(alice, pool, 20 * unit);
        PositionView memory v = look(pool, alice);
        assertRisk(v, 0, 30 * unit, 30 * unit);
        assertRisk(v, 1, 30 * unit, 30 * unit);
        assertRisk(v, 2, 8 * unit, 30 * unit);
        assertRisk(v, 3, 8 * unit, 30 * unit);
        assertEq(v.exits[0].atRisk, 10 * unit);
    }

    /// @dev An exit is told what it may lose before it is ripe, not what others may lose later.
    function test_AnExitIsNotAtRiskFromWhatLandsWhenItIsRipe() public {
        commit(set, operator, mag(0.1e18));
        allocate(set, operator, WHOLE);
        skipEpochs(1);
        queue(alice, pool, 60 * unit);
        PositionView memory v = look(pool, alice);
        assertEq(v.exits[0].atRisk, 6 * unit);
        assertRisk(v, 2, 0, 6 * unit);
        assertRisk(look(pool, bob), 2, 40 * unit, 40 * unit);
    }

    function test_RiskIsAtTheLargerSideWhereNoSetIsNamed() public {
        commit(set, operator, mag(0.1e18));
        allocate(set, operator, HALF);
        PositionView memory v = lens.positions(refs(pool, alice), none(), LATEST)[0];
        assertRisk(v, 0, 30 * unit, 30 * unit);
        assertRisk(v, 3, 30 * unit, 30 * unit);
        assertRisk(look(pool, alice), 0, 6 * unit, 6 * unit);
    }

    /// @dev A third of 100 units, and of the 33 of an exit: 33.33 and 11, rounded up.
    function test_RiskIsRoundedUp() public {
        PoolId tiny = vault.poolId(otherOperator, address(token));
        deposit(alice, otherOperator, 133);
        commit(set, otherOperator, mag(333_333_333_333_333_333));
        queue(alice, tiny, 33);
        PositionView memory v = look(tiny, alice);
        assertEq(v.exits[0].atRisk, 11);
        assertEq(v.risk[0].loss, 34 + 11);
        assertEq(v.risk[3].loss, 34);
        assertEq(v.risk[3].through, 34 + 11);
    }

    function test_OfManyInTheirOrder() public {
        PositionRef[] memory list = new PositionRef[](3);
        (list[0], list[1]) = (PositionRef(pool, bob), PositionRef(pool, alice));
        list[2] = list[0];
        PositionView[] memory views = lens.positions(list, sets, LATEST);
        assertEq(views[0].value, 40 * unit);
        assertEq(views[1].value, 60 * unit);
        assertEq(abi.encode(views[2]), abi.encode(views[0]));
    }

    /* INTERNAL */

    function exitsFrom(Epoch ripeFrom) internal view returns (uint256) {
        return lens.positions(refs(pool, alice), sets, ripeFrom)[0].exits.length;
    }

    function assertExit(ExitView memory e, Epoch epoch, uint256 shares, uint256 value, bool ripe, uint256 atRisk)
        internal
        pure
    {
        assertEq(e.epoch, epoch);
        assertEq(e.shares, shares, "exit shares");
        assertEq(e.value, value, "exit value");
        assertEq(e.ripe, ripe, "ripe");
        assertEq(e.atRisk, atRisk, "at risk");
    }

    function assertRisk(PositionView memory v, uint256 k, uint256 loss, uint256 through) internal pure {
        assertEq(v.risk[k].loss, loss, "loss");
        assertEq(v.risk[k].through, through, "through");
        assertEq(v.risk[k].capped, v.risk[k].loss, "capped");
    }

    function assertNoRisk(PositionView memory v) internal pure {
        for (uint256 k; k < 4; ++k) {
            assertRisk(v, k, 0, 0);
        }
    }
}
