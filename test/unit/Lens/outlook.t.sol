// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolView, PositionView, Risk} from "palisade/interfaces/ILens.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {LensScene} from "./Looks.sol";

/// @notice What the outlook says in single cases; that it comes true is in `forecast.t.sol`.
contract LensOutlookTest is LensScene {
    function test_IsNothingWithoutAPromise() public view {
        assertLosses(look(), [uint256(0), 0, 0, 0], [uint256(0), 0, 0, 0]);
    }

    function test_IsWhatIsInForceOverWhatIsLeft() public {
        commit(set, operator, mag(0.3e18));
        commit(sets[1], operator, mag(0.4e18));
        assertLosses(look(), [uint256(0.7e18), 0.7e18, 0.7e18, 0.7e18], [uint256(0.7e18), 0.7e18, 0.7e18, 0.7e18]);
        slash(set, operator, wad(0.5e18));
        // 0.55 of the 0.85 that are left, rounded up.
        uint256 loss = 647_058_823_529_411_765;
        assertLosses(look(), [loss, loss, loss, loss], [loss, loss, loss, loss]);
    }

    function test_CountsARaiseFromItsEpochOn() public {
        commit(set, operator, mag(0.3e18));
        allocate(set, operator, HALF);
        skipEpochs(1);
        assertLosses(look(), [uint256(0.3e18), 0.3e18, 0.5e18, 0.5e18], [uint256(0.3e18), 0.3e18, 0.5e18, 0.5e18]);
    }

    /// @dev Gone from its epoch on, but not what slashes may have taken before.
    function test_CountsALoweringUntilItsEpoch() public {
        commit(set, operator, HALF);
        allocate(set, operator, mag(0.2e18));
        assertLosses(look(), [uint256(0.5e18), 0.5e18, 0.2e18, 0.2e18], [uint256(0.5e18), 0.5e18, 0.5e18, 0.5e18]);
    }

    /// @dev 0.5 may go before the lowering, and 0.4 after the raise: each side of a promise at its largest.
    function test_ThroughCountsEachPromiseAtItsLargestSide() public {
        commit(set, operator, HALF);
        commit(sets[1], operator, mag(0.1e18));
        allocate(set, operator, mag(0.2e18));
        allocate(sets[1], operator, mag(0.4e18));
        assertLosses(look(), [uint256(0.6e18), 0.6e18, 0.3e18, 0.6e18], [uint256(0.6e18), 0.6e18, 0.6e18, 0.9e18]);
    }

    function test_IsAllAtMost() public {
        setDegreeCeiling(address(token), 2e18);
        commit(set, operator, mag(0.9e18));
        commit(sets[1], operator, mag(0.9e18));
        assertLosses(look(), [uint256(1e18), 1e18, 1e18, 1e18], [uint256(1e18), 1e18, 1e18, 1e18]);
    }

    /// @dev 0.1 of the 0.2 that this epoch allows is taken; the next one allows a quarter of what then is there.
    function test_CappedIsWhatTheCapLeavesOfTheEpoch() public {
        sets.push(createSet(3, capped(0.25e18)));
        commit(sets[3], operator, mag(0.8e18));
        slash(sets[3], operator, wad(0.125e18));
        PoolView memory v = look();
        assertOutlook(v.outlook[0], up(0.7e18, 0.9e18), up(0.1e18, 0.9e18), up(0.7e18, 0.9e18));
        assertOutlook(v.outlook[1], up(0.7e18, 0.9e18), up(0.175e18, 0.9e18), up(0.7e18, 0.9e18));
        assertOutlook(v.outlook[3], up(0.7e18, 0.9e18), up(0.175e18, 0.9e18), up(0.7e18, 0.9e18));
    }

    /// @dev The cap of a set that is not named is not known.
    function test_CappedCountsWhatIsUnaccountedInFull() public {
        sets.push(createSet(3, capped(0.25e18)));
        commit(sets[3], operator, mag(0.8e18));
        assertOutlook(look().outlook[0], 0.8e18, 0.2e18, 0.8e18);
        assertOutlook(look(none()).outlook[0], 0.8e18, 0.8e18, 0.8e18);
    }

    /// @dev Above a degree of 1 a set reaches no more than is left.
    function test_CappedIsOfWhatIsInReach() public {
        setDegreeCeiling(address(token), 3e18);
        sets.push(createSet(3, capped(0.5e18)));
        commit(sets[3], operator, mag(0.9e18));
        commit(set, operator, mag(0.9e18));
        slash(set, operator, wad(0.5e18));
        // 0.45 of it is left for the other, of which it may take 0.275 of the 0.55; the first may take all its 0.45.
        assertOutlook(look().outlook[0], 1e18, 1e18, 1e18);
        assertOutlook(look(only(sets[3])).outlook[0], 1e18, 1e18, 1e18);
        retire(set);
        manager.settle(set, operator, address(token));
        assertOutlook(look().outlook[0], 1e18, 0.5e18, 1e18);
    }

    function test_AProposalDoesNotMatter() public {
        Terms memory terms = defaultTerms();
        terms.window = 1 days;
        sets.push(createSet(3, terms));
        commit(sets[3], operator, HALF);
        PoolView memory before = look();
        vm.prank(slasher);
        manager.proposeSlash(sets[3], operator, address(token), wad(0.5e18), "");
        assertEq(abi.encode(look().outlook), abi.encode(before.outlook));
    }

    /// @dev The example of docs/Lens.md, to the last unit.
    function test_TheExampleOfTheDocs() public {
        (OperatorSetId a, OperatorSetId b, OperatorSetId c) = (createSet(3, capped(0.5e18)), sets[1], sets[2]);
        OperatorSetId[] memory known = new OperatorSetId[](3);
        (known[0], known[1], known[2]) = (b, c, a);
        deposit(alice, operator, 540 * unit);
        deposit(bob, operator, 360 * unit);
        join(c, operator);
        join(a, operator);
        allocate(a, operator, mag(0.3e18));
        join(set, operator);
        allocate(set, operator, mag(0.05e18));
        commit(b, operator, mag(0.4e18));
        allocate(c, operator, mag(0.2e18));
        skipEpochs(2);
        allocate(b, operator, mag(0.1e18));
        queue(alice, pool, 100 * unit);

        PoolView memory v = look(known);
        assertEq(v.assets, 900 * unit);
        assertEq(v.committed, mag(0.95e18));
        assertEq(worstCaseLoss(operator), wad(0.95e18));
        assertEq(v.unaccounted, mag(0.05e18));
        assertOutlook(v.outlook[0], 0.75e18, 0.6e18, 0.75e18);
        assertOutlook(v.outlook[1], 0.95e18, 0.8e18, 0.95e18);
        assertOutlook(v.outlook[2], 0.65e18, 0.5e18, 0.95e18);
        assertOutlook(v.outlook[3], 0.65e18, 0.5e18, 0.95e18);

        PositionView memory ann = lens.positions(refs(pool, alice), known, Epoch.wrap(1))[0];
        assertEq(ann.value, 500 * unit);
        assertEq(ann.exits[0].epoch, vault.currentEpoch().plus(2));
        assertEq(ann.exits[0].atRisk, 95 * unit);
        assertRisk(ann.risk[0], 450, 360, 450);
        assertRisk(ann.risk[1], 570, 480, 570);
        assertRisk(ann.risk[2], 325, 250, 570);
        assertRisk(ann.risk[3], 325, 250, 570);
    }

    /// @dev In whole tokens.
    function assertRisk(Risk memory r, uint256 loss, uint256 capped_, uint256 through) internal view {
        assertEq(r.loss, loss * unit, "loss");
        assertEq(r.capped, capped_ * unit, "capped");
        assertEq(r.through, through * unit, "through");
    }

    function up(uint256 magnitude, uint256 left) internal pure returns (uint256) {
        return (magnitude * 1e18 + left - 1) / left;
    }
}
