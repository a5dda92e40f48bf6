// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fate, Outlook, PoolRef, PoolView, PositionRef, PositionView} from "palisade/interfaces/ILens.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Scene} from "../Scene.sol";

/// @notice What tests of the Lens look at: a pool of 100, and three sets in ascending order that slash at once, none of
/// which has been promised anything.
abstract contract LensScene is Scene {
    OperatorSetId[] internal sets;

    function setUp() public virtual override {
        super.setUp();
        sets.push(set);
        sets.push(createSet(1, defaultTerms()));
        sets.push(createSet(2, defaultTerms()));
        deposit(alice, operator, 60 * unit);
        deposit(bob, operator, 40 * unit);
    }

    function look() internal view returns (PoolView memory) {
        return look(sets);
    }

    function look(OperatorSetId[] memory named) internal view returns (PoolView memory) {
        return lens.pools(refs(operator), named)[0];
    }

    function look(PoolId of_, address owner) internal view returns (PositionView memory) {
        return lens.positions(refs(of_, owner), sets, Epoch.wrap(1))[0];
    }

    function refs(address to) internal view returns (PoolRef[] memory list) {
        list = new PoolRef[](1);
        list[0] = PoolRef(to, address(token));
    }

    function refs(PoolId of_, address owner) internal pure returns (PositionRef[] memory list) {
        list = new PositionRef[](1);
        list[0] = PositionRef(of_, owner);
    }

    function only(OperatorSetId one) internal pure returns (OperatorSetId[] memory list) {
        list = new OperatorSetId[](1);
        list[0] = one;
    }

    function none() internal pure returns (OperatorSetId[] memory) {}

    function capped(uint256 cap) internal view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.cap = wad(cap);
    }

    function retire(OperatorSetId of_) internal {
        vm.prank(avs);
        manager.retire(of_);
    }

    /// @dev The end of the generation: one set takes all.
    function endGeneration() internal {
        commit(set, operator, WHOLE);
        slash(set, operator, wad(1e18));
    }

    /// @dev All but 2e-4 is slashed, nothing is promised any more, and the operator begins anew.
    function renewPool() internal {
        commit(set, operator, WHOLE);
        slash(set, operator, wad(1e18 - 2e14));
        allocate(set, operator, mag(0));
        skipEpochs(2);
        manager.settle(set, operator, address(token));
        vm.prank(operator);
        manager.renew(operator, address(token));
    }

    function assertOutlook(Outlook memory o, uint256 loss, uint256 capped_, uint256 through) internal pure {
        assertEq(Wad.unwrap(o.loss), loss, "loss");
        assertEq(Wad.unwrap(o.capped), capped_, "capped");
        assertEq(Wad.unwrap(o.through), through, "through");
    }

    function assertLosses(PoolView memory v, uint256[4] memory losses, uint256[4] memory throughs) internal view {
        Epoch current = vault.currentEpoch();
        for (uint256 k; k < 4; ++k) {
            assertEq(v.outlook[k].epoch, current.plus(k));
            assertOutlook(v.outlook[k], losses[k], losses[k], throughs[k]);
        }
    }

    function assertEq(Fate a, Fate b) internal pure {
        assertEq(uint256(a), uint256(b), "fate");
    }

    function assertEq(OperatorSetId a, OperatorSetId b) internal pure {
        assertEq(OperatorSetId.unwrap(a), OperatorSetId.unwrap(b), "set");
    }
}
