// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned} from "palisade/interfaces/IGoverned.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Scene} from "../Scene.sol";

contract SetDegreeCeilingTest is Scene {
    function test_RevertWhen_NotTheAuthority() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotAuthority.selector, stranger));
        vm.prank(stranger);
        manager.setDegreeCeiling(address(token), wad(2e18));
    }

    function test_RevertWhen_LowerThanOne() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.DegreeCeilingOutOfRange.selector, 1e18 - 1, 1e18, 10e18)
        );
        setDegreeCeiling(address(token), 1e18 - 1);
    }

    function test_RevertWhen_HigherThanTen() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.DegreeCeilingOutOfRange.selector, 10e18 + 1, 1e18, 10e18)
        );
        setDegreeCeiling(address(token), 10e18 + 1);
    }

    function test_IsOneUntilSet() public view {
        assertEq(manager.degreeCeilingOf(address(token)), wad(1e18));
    }

    function testFuzz_Sets(uint256 ceiling) public {
        ceiling = bound(ceiling, 1e18, 10e18);
        vm.expectEmit(address(manager));
        emit IAllocationManager.DegreeCeilingSet(address(token), wad(ceiling));
        setDegreeCeiling(address(token), ceiling);
        assertEq(manager.degreeCeilingOf(address(token)), wad(ceiling));
        assertEq(manager.degreeCeilingOf(stranger), wad(1e18));
    }

    function test_LoweringItCutsNothing() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId other = createSet(1, defaultTerms());
        join(set, operator);
        allocate(set, operator, WHOLE);
        commit(other, operator, HALF);
        setDegreeCeiling(address(token), 1e18);
        (, Magnitude committed,) = manager.budgetOf(operator, address(token));
        assertEq(committed, mag(1.5e18));
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 1.5e18 + 1, 1e18));
        allocate(other, operator, mag(0.5e18 + 1));
    }
}
