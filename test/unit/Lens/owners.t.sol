// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Holding, ILens, OwnerView, PositionRef} from "palisade/interfaces/ILens.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken} from "../../mocks/OddTokens.sol";
import {LensScene} from "./Looks.sol";

/// @notice Alice has 60 of the token with the operator, 30 with another, 10 idle; and 5 of a second token with the
/// operator, whose pool of it is promised to nobody.
contract LensOwnersTest is LensScene {
    Epoch internal constant FROM = Epoch.wrap(1);

    BlocklistToken internal blocklist;
    PoolId internal otherPool;
    PoolId internal secondPool;
    PoolId[] internal named;

    function setUp() public override {
        super.setUp();
        blocklist = new BlocklistToken();
        (otherPool,) = deposit(alice, otherOperator, 30 * unit);
        deposit(alice, address(0), 10 * unit);
        (secondPool,) = deposit(second(), alice, operator, 5 * unit);
        commit(set, operator, HALF);
        name(pool);
        name(otherPool);
        name(secondPool);
        name(idle);
    }

    /* REVERTS */

    function test_RevertWhen_D63_APoolIsNamedTwice() public {
        named[1] = named[0];
        vm.expectRevert(abi.encodeWithSelector(ILens.PoolsNotAscending.selector, named[0], named[0]));
        lens.owners(only(alice), named, sets, FROM);
    }

    function test_RevertWhen_PoolsDescend() public {
        (named[2], named[3]) = (named[3], named[2]);
        vm.expectRevert(abi.encodeWithSelector(ILens.PoolsNotAscending.selector, named[2], named[3]));
        lens.owners(only(alice), named, sets, FROM);
    }

    function test_RevertWhen_SetsAreNotAscending() public {
        (sets[0], sets[1]) = (sets[1], sets[0]);
        vm.expectRevert(abi.encodeWithSelector(ILens.SetsNotAscending.selector, sets[0], sets[1]));
        lens.owners(only(alice), named, sets, FROM);
    }

    /* VIEW */

    function test_TellsEachPosition() public {
        queue(alice, pool, 10 * unit);
        OwnerView memory v = lookAt(alice);
        assertEq(v.owner, alice);
        assertEq(v.positions.length, 4);
        PositionRef[] memory all = new PositionRef[](4);
        for (uint256 i; i < 4; ++i) {
            all[i] = PositionRef(named[i], alice);
        }
        assertEq(abi.encode(v.positions), abi.encode(lens.positions(all, sets, FROM)));
    }

    function test_D63_SumsUpByStrategy() public {
        queue(alice, pool, 10 * unit);
        skipEpochs(1);
        queue(alice, otherPool, 4 * unit);
        skipEpochs(1);
        queue(alice, pool, 20 * unit);
        OwnerView memory v = lookAt(alice);
        assertEq(v.holdings.length, 2);
        Holding memory h = holding(v, address(token));
        assertEq(h.staked, (30 + 26 + 10) * unit);
        assertEq(h.exiting, (4 + 20) * unit);
        assertEq(h.ripe, 10 * unit);
        assertEq(h.credit, 0);
        h = holding(v, address(second()));
        assertEq(h.staked, 5 * unit);
        assertEq(h.exiting + h.ripe + h.credit, 0);
    }

    /// @dev Half of what is with the operator, and of the exits from there until they are ripe.
    function test_SumsUpTheRisk() public {
        commit(sets[1], otherOperator, mag(0.1e18));
        queue(alice, pool, 20 * unit);
        Holding memory h = holding(lookAt(alice), address(token));
        for (uint256 k; k < 4; ++k) {
            assertEq(h.risk[k].loss, (k < 2 ? 33 : 23) * unit, "loss");
            assertEq(h.risk[k].capped, h.risk[k].loss, "capped");
            assertEq(h.risk[k].through, 33 * unit, "through");
        }
        h = holding(lookAt(alice), address(second()));
        assertEq(h.risk[3].through, 0);
    }

    /// @dev Once, however many pools of the strategy are named.
    function test_TellsCredits() public {
        (PoolId another,) = deposit(second(), alice, otherOperator, unit);
        name(another);
        blocklist.setBlocked(recipient, true);
        assertEq(cut(second(), secondPool, 1, 5, recipient), unit);
        OwnerView[] memory views = lens.owners(only(recipient), named, sets, FROM);
        Holding memory h = holding(views[0], address(second()));
        assertEq(h.credit, unit);
        assertEq(h.staked, 0);
        assertEq(holding(views[0], address(token)).credit, 0);
    }

    function test_OfManyOwnersInTheirOrder() public view {
        address[] memory who = new address[](3);
        (who[0], who[1], who[2]) = (bob, stranger, alice);
        OwnerView[] memory views = lens.owners(who, named, sets, FROM);
        assertEq(holding(views[0], address(token)).staked, 40 * unit);
        assertEq(views[1].owner, stranger);
        assertEq(holding(views[1], address(token)).staked, 0);
        assertEq(holding(views[2], address(token)).staked, 100 * unit);
    }

    function test_LeavesPoolsThatNeverHeldStakeOutOfTheSums() public {
        delete named;
        name(pool);
        name(vault.poolId(stranger, address(token)));
        OwnerView memory v = lookAt(alice);
        assertEq(v.positions.length, 2);
        assertEq(v.holdings.length, 1);
        assertEq(v.holdings[0].strategy, address(token));
    }

    /// @dev Both generations of a pool count: what was ripe when the old one ended, and what is in the new one.
    function test_SumsUpOverGenerations() public {
        queue(alice, pool, 10 * unit);
        commit(sets[1], operator, HALF);
        slash(set, operator, wad(1e18));
        slash(sets[1], operator, wad(1e18));
        deposit(alice, operator, 7 * unit);
        delete named;
        name(pool);
        name(pool.atGeneration(1));
        Holding memory h = holding(lookAt(alice), address(token));
        assertEq(h.staked, 7 * unit);
        assertEq(h.ripe, 10 * unit);
    }

    /* INTERNAL */

    function second() internal view returns (IMintable) {
        return IMintable(address(blocklist));
    }

    function name(PoolId id) internal {
        named.push(id);
        for (uint256 i = named.length - 1; i > 0 && PoolId.unwrap(named[i - 1]) > PoolId.unwrap(named[i]); --i) {
            (named[i - 1], named[i]) = (named[i], named[i - 1]);
        }
    }

    function lookAt(address owner) internal view returns (OwnerView memory) {
        return lens.owners(only(owner), named, sets, FROM)[0];
    }

    function holding(OwnerView memory v, address strategy) internal pure returns (Holding memory) {
        for (uint256 i; i < v.holdings.length; ++i) {
            if (v.holdings[i].strategy == strategy) return v.holdings[i];
        }
        revert("no such holding");
    }
}
