// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolRef, PoolView} from "palisade/interfaces/ILens.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {LensScene} from "./Looks.sol";
import {BadBalanceToken, Badness} from "../../mocks/BadBalanceToken.sol";

contract LensRoomTest is LensScene {
    function test_D59_IsWhatADepositMayBring() public {
        setDepositCap(150 * unit);
        token.mint(address(vault), unit);
        uint256 room = look().room;
        assertEq(room, 49 * unit);

        fund(token, alice, room + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.DepositCapExceeded.selector, address(token), 150 * unit + 1, 150 * unit)
        );
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, room + 1, 0);
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, room, 0);
        assertEq(look().room, 0);
    }

    function test_IsUpToTheHighestCapUntilGovernanceLowersIt() public view {
        assertEq(look().room, vault.MAX_ASSETS() - 100 * unit);
    }

    function test_IsNothingAboveTheCap() public {
        setDepositCap(99 * unit);
        assertEq(look().room, 0);
    }

    function test_IsOfEachStrategy() public {
        IMintable other = newToken("Other", "OTH", 18);
        deposit(other, alice, operator, 7);
        PoolRef[] memory list = new PoolRef[](4);
        list[0] = PoolRef(operator, address(token));
        list[1] = PoolRef(otherOperator, address(token));
        list[2] = PoolRef(operator, address(other));
        list[3] = list[0];
        PoolView[] memory views = lens.pools(list, sets);
        assertEq(views[0].room, vault.MAX_ASSETS() - 100 * unit);
        assertEq(views[1].room, views[0].room);
        assertEq(views[2].room, vault.MAX_ASSETS() - 7);
        assertEq(views[3].room, views[0].room);
    }

    /// @dev D48, D54: between two good ones, in each way of being bad. Stake that is in stays visible.
    function test_D48_ABadTokenSpoilsOnlyItsOwnRoom() public {
        BadBalanceToken bad = new BadBalanceToken();
        (PoolId badPool,) = deposit(IMintable(address(bad)), alice, operator, unit);
        PoolRef[] memory list = new PoolRef[](3);
        list[0] = PoolRef(operator, address(token));
        list[1] = PoolRef(operator, address(bad));
        list[2] = PoolRef(otherOperator, address(token));
        for (uint256 i = 1; i <= uint256(type(Badness).max); ++i) {
            bad.turn(Badness(i));
            uint256 before = gasleft();
            PoolView[] memory views = lens.pools(list, sets);
            assertLt(before - gasleft(), 3_000_000, "gas");
            assertEq(views[0].room, vault.MAX_ASSETS() - 100 * unit);
            assertEq(views[1].id, badPool);
            assertEq(views[1].assets, unit);
            assertEq(views[1].room, 0);
            assertEq(views[2].room, views[0].room);
        }
    }

    /// @dev Precompiles answer anything or burn what they get, and contracts that are no tokens answer nothing.
    function test_D48_WhatIsNoTokenHasNoRoom() public view {
        PoolRef[] memory list = new PoolRef[](14);
        for (uint160 i; i < 10; ++i) {
            list[i] = PoolRef(operator, address(i));
        }
        (list[10], list[11]) = (PoolRef(operator, address(vault)), PoolRef(operator, address(manager)));
        (list[12], list[13]) = (PoolRef(operator, address(lens)), PoolRef(operator, stranger));
        PoolView[] memory views = lens.pools(list, sets);
        for (uint256 i; i < list.length; ++i) {
            assertEq(views[i].strategy, list[i].strategy);
            assertEq(views[i].room, 0, vm.toString(list[i].strategy));
        }
    }

    /// @dev Nothing is what the vault takes of a token that does not tell its balance.
    function test_D48_NoDepositWhereTheBalanceIsNotTold() public {
        BadBalanceToken bad = new BadBalanceToken();
        fund(IMintable(address(bad)), alice, unit);
        bad.turn(Badness.Reverts);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.TokenDeliveredLess.selector, address(bad), unit, 0));
        vm.prank(alice);
        vault.deposit(address(bad), operator, alice, unit, 0);
    }
}
