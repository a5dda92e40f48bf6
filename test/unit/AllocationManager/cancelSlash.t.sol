// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {ProposalScene} from "./Proposals.sol";

contract CancelSlashTest is ProposalScene {
    function setUp() public override {
        super.setUp();
        promiseAllTwice();
        propose(0.2e18);
    }

    /* REVERTS */

    function test_RevertWhen_NeitherResolverNorSlasher() public {
        address[4] memory senders = [stranger, operator, avs, recipient];
        for (uint256 i; i < senders.length; ++i) {
            expectNotResolver(slow, senders[i]);
            cancel(senders[i]);
        }
    }

    function test_RevertWhen_NoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        expectNotResolver(none, resolver);
        vm.prank(resolver);
        manager.cancelSlash(none, operator, address(token));
    }

    function test_RevertWhen_NeverProposed() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.NoProposal.selector, slow, otherOperator, address(token))
        );
        vm.prank(resolver);
        manager.cancelSlash(slow, otherOperator, address(token));
    }

    function test_RevertWhen_CancelledAlready() public {
        cancel(resolver);
        expectNoProposal();
        cancel(resolver);
    }

    function test_RevertWhen_Executed() public {
        later(WINDOW);
        execute();
        expectNoProposal();
        cancel(resolver);
    }

    function test_RevertWhen_TheWindowIsOver() public {
        uint256 end = vm.getBlockTimestamp() + WINDOW;
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowOver.selector, end));
        cancel(resolver);
    }

    /// @dev Else a proposal that moves nothing would hold up the next until it lapses.
    function test_TheSlasherUntilItLapses() public {
        skipToEnd(1);
        cancel(slasher);
        vm.prank(slasher);
        manager.proposeSlash(slow, operator, address(token), wad(0.5e18), 0);
    }

    function test_RevertWhen_Lapsed() public {
        skipEpochs(2);
        expectNoProposal();
        cancel(resolver);
    }

    function test_RevertWhen_TheGenerationEnded() public {
        endGeneration();
        expectNoProposal();
        cancel(resolver);
    }

    function test_RevertWhen_Retired() public {
        retire();
        expectNoProposal();
        cancel(resolver);
        expectNotResolver(slow, slasher);
        cancel(slasher);
    }

    /* EFFECTS */

    function test_ByTheResolver() public {
        vm.expectEmit(address(manager));
        emit IAllocationManager.SlashCancelled(slow, operator, address(token));
        cancel(resolver);
        assertNoProposal();
        later(WINDOW);
        expectNoProposal();
        execute();
    }

    function test_ByTheSlasher() public {
        cancel(slasher);
        assertNoProposal();
    }

    function test_UntilTheWindowsLastSecond() public {
        later(WINDOW - 1);
        cancel(resolver);
        assertNoProposal();
    }

    function test_InTheNextEpochToo() public {
        cancel(resolver);
        skipToEnd(0);
        propose(0.2e18);
        later(WINDOW - 1);
        cancel(resolver);
        assertNoProposal();
    }

    function test_WithoutAResolverTheSlasherMay() public {
        Terms memory terms = slowTerms();
        terms.resolver = address(0);
        OperatorSetId own = createSet(2, terms);
        commit(own, operator, HALF);
        propose(own, 0.2e18);
        expectNotResolver(own, resolver);
        vm.prank(resolver);
        manager.cancelSlash(own, operator, address(token));
        vm.prank(slasher);
        manager.cancelSlash(own, operator, address(token));
        assertProposal(own, 0, 0, 0, 0);
    }

    function test_LeavesOtherSetsProposalsAlone() public {
        OperatorSetId other = createSet(2, slowTerms());
        join(other, operator);
        allocate(other, operator, HALF);
        skipEpochs(3);
        propose(0.2e18);
        propose(other, 0.3e18);
        cancel(resolver);
        assertProposal(other, 0.5e18, 0.3e18, vm.getBlockTimestamp() + WINDOW, startOf(vault.currentEpoch().plus(2)));
    }

    function expectNotResolver(OperatorSetId of_, address sender) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotResolver.selector, of_, sender));
    }
}
