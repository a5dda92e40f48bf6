// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Scene} from "../Scene.sol";

/// @notice A set whose slashes can be challenged, with half of a pool of 100 allocated to it, at the start of an epoch.
/// `set` is the one that slashes at once.
abstract contract ProposalScene is Scene {
    uint256 internal constant WINDOW = 1 days;
    bytes32 internal constant EVIDENCE = keccak256("evidence");

    address internal resolver = makeAddr("resolver");
    OperatorSetId internal slow;

    function setUp() public virtual override {
        super.setUp();
        slow = createSet(1, slowTerms());
        deposit(alice, operator, 100 * unit);
        commit(slow, operator, HALF);
    }

    function slowTerms() internal view returns (Terms memory terms) {
        terms = defaultTerms();
        (terms.window, terms.resolver) = (WINDOW, resolver);
    }

    function propose(uint256 fraction) internal {
        propose(slow, fraction);
    }

    function propose(OperatorSetId of_, uint256 fraction) internal {
        vm.prank(slasher);
        manager.proposeSlash(of_, operator, address(token), wad(fraction), EVIDENCE);
    }

    function cancel(address sender) internal {
        vm.prank(sender);
        manager.cancelSlash(slow, operator, address(token));
    }

    function execute() internal returns (uint256) {
        return execute(slow);
    }

    function execute(OperatorSetId of_) internal returns (uint256) {
        vm.prank(stranger);
        return manager.executeSlash(of_, operator, address(token));
    }

    function later(uint256 time) internal {
        vm.warp(vm.getBlockTimestamp() + time);
    }

    function expectNoProposal() internal {
        expectNoProposal(slow);
    }

    function expectNoProposal(OperatorSetId of_) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoProposal.selector, of_, operator, address(token)));
    }

    function expectNothingToSlash() internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, slow, operator));
    }

    function expectSlashed(uint256 magnitude, uint256 assets) internal {
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSlashed(slow, operator, address(token), mag(magnitude), assets, bytes32(0));
    }

    function assertProposal(OperatorSetId of_, uint256 magnitude, uint256 fraction, uint256 from, uint256 lapses)
        internal
        view
    {
        (Magnitude actualMagnitude, Wad actualWad, uint256 executableFrom, uint256 lapsesAt) =
            manager.proposalOf(of_, operator, address(token));
        assertEq(actualMagnitude, mag(magnitude));
        assertEq(actualWad, wad(fraction));
        assertEq(executableFrom, from, "executable from");
        assertEq(lapsesAt, lapses, "lapses at");
    }

    function assertNoProposal() internal view {
        assertProposal(slow, 0, 0, 0, 0);
    }

    function assertAllocation(uint256 current, uint256 next, uint256 taken) internal view {
        (Magnitude actualCurrent, Magnitude actualNext,, Magnitude actualTaken) =
            manager.allocationOf(slow, operator, address(token));
        assertEq(Magnitude.unwrap(actualCurrent), current, "current");
        assertEq(Magnitude.unwrap(actualNext), next, "next");
        assertEq(Magnitude.unwrap(actualTaken), taken, "taken");
    }

    /// @dev A slash by another set that leaves nothing of the pool.
    function endGeneration() internal {
        assertEq(slash(set, operator, wad(1e18)), 100 * unit);
    }

    /// @dev All of the pool is promised to `set` as well, and in force at the start of an epoch.
    function promiseAllTwice() internal {
        setDegreeCeiling(address(token), 2e18);
        commit(set, operator, WHOLE);
    }

    function retire() internal {
        vm.prank(avs);
        manager.retire(slow);
    }
}
