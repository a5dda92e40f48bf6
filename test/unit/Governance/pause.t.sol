// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IGovernance, PauseOrder} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {RudeCore} from "../../mocks/RudeCore.sol";
import {CouncilScene} from "./Council.sol";

contract PauseTest is CouncilScene {
    RudeCore internal rude;

    function setUp() public override {
        super.setUp();
        rude = new RudeCore();
    }

    function test_RevertWhen_NotTheGuardian() public {
        address[5] memory others = [council, address(timelock), stranger, address(accessManager), authority];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            pauseBy(others[i], everything());
        }
    }

    function test_RevertWhen_NothingIsListed() public {
        vm.expectRevert(abi.encodeWithSelector(IGovernance.NothingPaused.selector, ""));
        pauseBy(guardian, new PauseOrder[](0));
    }

    function test_RevertWhen_EveryEntryIsRefused() public {
        PauseOrder[] memory orders = new PauseOrder[](2);
        orders[0] = order(vault, Pausable.Deposit, 8 days);
        orders[1] = order(vault, Pausable.Complete, 4 days);
        bytes memory reason = abi.encodeWithSelector(IGoverned.PauseTooLong.selector, 4 days, 3 days);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.NothingPaused.selector, reason));
        pauseBy(guardian, orders);
    }

    function test_RevertWhen_AnActionIsUnknown() public {
        bytes memory call = abi.encodeCall(IGovernance.pause, (everything()));
        // Of the second entry, after the selector, the list's offset and length, and the first.
        uint256 action = 4 + 2 * 32 + 3 * 32 + 63;
        assertEq(uint8(call[action]), uint8(Pausable.Open));
        call[action] = bytes1(uint8(type(Pausable).max) + 1);
        vm.prank(guardian);
        (bool ok, bytes memory answer) = authority.call(call);
        assertFalse(ok);
        assertEq(answer.length, 0);
        assertPausedUntil(vault, Pausable.Deposit, 0);
    }

    /* ONE BAD ENTRY */

    function test_D45_ARefusedEntryStopsNoOther() public {
        pauseBy(guardian, only(order(vault, Pausable.Complete, 1 days)));
        uint256 rest = vm.getBlockTimestamp() + 2 days;
        bytes memory reason = abi.encodeWithSelector(IGoverned.PausedTooRecently.selector, Pausable.Complete, rest);
        expectRefused(vault, Pausable.Complete, reason);
        pauseBy(guardian, everything());
        assertPausedUntil(vault, Pausable.Complete, rest - 1 days);
        assertNewRiskPaused(vm.getBlockTimestamp());
    }

    function test_AnEntryWithoutAContractStopsNoOther() public {
        assertObeyedBeside(IGoverned(stranger), "");
    }

    function test_D45_AnEntryThatIsNoCoreStopsNoOther() public {
        rude.behave(RudeCore.Manner.Reverts);
        assertObeyedBeside(IGoverned(address(rude)), abi.encodeWithSelector(RudeCore.Rude.selector));
        rude.behave(RudeCore.Manner.RevertsWithNothing);
        assertObeyedBeside(IGoverned(address(rude)), "");
        // A token knows no pauses.
        assertObeyedBeside(IGoverned(address(token)), "");
    }

    function test_AnEntryThatBurnsItsGasStopsNoOther() public {
        rude.behave(RudeCore.Manner.BurnsGas);
        PauseOrder[] memory orders = with(IGoverned(address(rude)), 0);
        // As much as a transaction may have.
        vm.prank(guardian);
        governance.pause{gas: 2 ** 24 - 50_000}(orders);
        assertPaused(vm.getBlockTimestamp());
    }

    function test_D46_AnEntryThatAnswersTooMuchStopsNoOther() public {
        rude.behave(RudeCore.Manner.AnswersTooMuch);
        PauseOrder[] memory orders = with(IGoverned(address(rude)), 0);
        expectRefused(IGoverned(address(rude)), Pausable.Deposit, new bytes(256));
        // As much as a transaction may have.
        vm.prank(guardian);
        governance.pause{gas: 2 ** 24 - 50_000}(orders);
        assertPaused(vm.getBlockTimestamp());
    }

    function test_AnEntryThatCallsBackIsRefused() public {
        rude.callBack(authority, abi.encodeCall(IGovernance.pause, (everything())));
        assertObeyedBeside(
            IGoverned(address(rude)),
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(rude))
        );
    }

    /// @dev Who sends it on for a guardian that is a contract chooses the gas. An inner call has 63/64 of it; what is
    /// left when that is too little must not suffice to go on.
    function test_D40_NoGasLimitSkipsAnEntry() public {
        // Fresh words cost most, and those that were written before least.
        assertAllOrNothing();
        pauseBy(guardian, everything());
        skip(14 days);
        assertAllOrNothing();
    }

    function assertAllOrNothing() internal {
        bytes memory call = abi.encodeCall(IGovernance.pause, (everything()));
        uint256 start = vm.getBlockTimestamp();
        uint256 failed;
        uint256 succeeded;
        for (uint256 given = 20_000; succeeded < 20; given += 251) {
            uint256 world = vm.snapshotState();
            vm.prank(guardian);
            (bool ok,) = authority.call{gas: given}(call);
            if (ok) ++succeeded;
            else ++failed;
            if (ok) assertPaused(start);
            vm.revertToStateAndDelete(world);
        }
        assertGt(failed, 100);
    }

    /* BOUNDS */

    function testFuzz_RefusesTooLong(uint256 i, uint256 more) public {
        PauseOrder memory asked = everything()[bound(i, 0, 5)];
        uint256 longest = asked.duration;
        asked.duration = bound(more, longest + 1, type(uint256).max);
        bytes memory reason = abi.encodeWithSelector(IGoverned.PauseTooLong.selector, asked.duration, longest);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.NothingPaused.selector, reason));
        pauseBy(guardian, only(asked));
    }

    function testFuzz_RefusesTooSoon(uint256 i, uint256 duration, uint256 wait) public {
        PauseOrder memory asked = everything()[bound(i, 0, 5)];
        asked.duration = bound(duration, 1, asked.duration);
        uint256 rest = asked.duration + restOf(asked.duration);
        pauseBy(guardian, only(asked));
        rest += vm.getBlockTimestamp();
        vm.warp(bound(wait, vm.getBlockTimestamp(), rest - 1));
        bytes memory reason = abi.encodeWithSelector(IGoverned.PausedTooRecently.selector, asked.action, rest);
        vm.expectRevert(abi.encodeWithSelector(IGovernance.NothingPaused.selector, reason));
        pauseBy(guardian, only(asked));
        vm.warp(rest);
        pauseBy(guardian, only(asked));
        assertPausedUntil(asked.core, asked.action, rest + asked.duration);
    }

    /* ALL IS WELL */

    function test_PausesWhatIsListed() public {
        PauseOrder[] memory orders = everything();
        for (uint256 i; i < orders.length; ++i) {
            uint256 until = vm.getBlockTimestamp() + orders[i].duration;
            vm.expectEmit(address(orders[i].core));
            emit IGoverned.PauseSet(orders[i].action, until, until + orders[i].duration);
        }
        pauseBy(guardian, orders);
        assertPaused(vm.getBlockTimestamp());
    }

    function test_StopsNewRiskAndCompletionOnly() public {
        Terms memory terms = defaultTerms();
        (terms.window, terms.resolver) = (1 days, bob);
        OperatorSetId challenged = createSet(1, terms);
        OperatorSetId other = createSet(2, defaultTerms());
        commit(set, operator, mag(0.4e18));
        commit(challenged, operator, mag(0.4e18));
        deposit(alice, operator, 10 * unit);
        deposit(alice, address(0), unit);
        (Epoch ripe,) = queue(alice, pool, unit);
        skipEpochs(2);
        registerOperator(stranger);
        fund(token, alice, unit);
        pauseBy(guardian, everything());

        vm.startPrank(alice);
        expectPaused(Pausable.Deposit);
        vault.deposit(address(token), operator, alice, unit, 0);
        expectPaused(Pausable.Deposit);
        vault.delegate(idle, unit, operator, 0, alice);
        expectPaused(Pausable.Deposit);
        vault.redelegate(pool, ripe, alice, operator, 0);
        expectPaused(Pausable.Complete);
        vault.withdraw(idle, unit, alice, alice);
        expectPaused(Pausable.Complete);
        vault.completeWithdrawal(pool, ripe, alice, alice);
        vm.stopPrank();
        expectPaused(Pausable.Open);
        vm.prank(stranger);
        vault.open();
        expectPaused(Pausable.Join);
        join(other, operator);
        expectPaused(Pausable.Raise);
        allocate(set, operator, HALF);
        expectPaused(Pausable.CreateSet);
        createSet(3, terms);

        // Everything else runs: the way out, slashing and its defence, giving promises up.
        (, uint256 queued) = queue(alice, pool, unit);
        assertEq(queued, unit);
        vm.prank(alice);
        vault.transfer(bob, pool, unit);
        assertEq(slash(set, operator, wad(0.1e18)), 0.1e18 * 0.4e18 * 9 * unit / 1e36);
        vm.startPrank(slasher);
        manager.proposeSlash(challenged, operator, address(token), wad(0.5e18), "");
        vm.stopPrank();
        vm.prank(bob);
        manager.cancelSlash(challenged, operator, address(token));
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), wad(0.5e18), "");
        skip(1 days);
        assertGt(manager.executeSlash(challenged, operator, address(token)), 0);
        allocate(challenged, operator, mag(0.1e18));
        vm.prank(operator);
        manager.leave(set, operator, only(address(token)));
        vm.prank(operator);
        vault.close();
        vm.prank(avs);
        manager.retire(challenged);
    }

    /// @dev A raise that waits is risk to come: it can be cut and withdrawn, though no raise can be announced.
    function test_LetsAPendingRaiseBeCutAndWithdrawn() public {
        commit(set, operator, mag(0.2e18));
        Epoch effective = allocate(set, operator, mag(0.8e18));
        pauseBy(guardian, everything());
        assertEq(allocate(set, operator, mag(0.4e18)), effective);
        assertBudget(1e18, 0.4e18, 0);
        allocate(set, operator, mag(0.2e18));
        assertBudget(1e18, 0.2e18, 0);
    }

    function test_EndsByItself() public {
        pauseBy(guardian, everything());
        // Not by a shorter one, nor by the council.
        vm.expectPartialRevert(IGovernance.NothingPaused.selector);
        pauseBy(guardian, only(order(vault, Pausable.Deposit, 0)));
        skip(delay);
        assertPaused(vm.getBlockTimestamp() - delay);

        skip(7 days - delay - 1);
        fund(token, alice, 2 * unit);
        vm.startPrank(alice);
        expectPaused(Pausable.Deposit);
        vault.deposit(address(token), operator, alice, unit, 0);
        skip(1);
        vault.deposit(address(token), operator, alice, unit, 0);
        vm.stopPrank();
        // Nor can the next one follow at once.
        vm.expectPartialRevert(IGovernance.NothingPaused.selector);
        pauseBy(guardian, only(order(vault, Pausable.Deposit, 7 days)));
    }

    /// @dev Whatever the guardian asks for, and whenever it does: here at `first`, and as often as it may from then on.
    function testFuzz_DelaysAnExitByThreeDaysAtMost(uint256 first, uint256 duration, uint256 second) public {
        deposit(alice, operator, 10 * unit);
        (Epoch epoch, uint256 assets) = queueAll(alice, pool);
        uint256 ripe = startOf(epoch);
        vm.warp(ripe - bound(first, 0, 7 days));
        duration = bound(duration, 1, 3 days);
        for (uint256 i; i < 100 && vm.getBlockTimestamp() <= ripe; ++i) {
            pauseBy(guardian, only(order(vault, Pausable.Complete, duration)));
            (, uint256 rest) = vault.pauseOf(Pausable.Complete);
            duration = bound(second, 1, 3 days);
            if (rest > ripe) break;
            vm.warp(rest);
        }
        (uint256 end,) = vault.pauseOf(Pausable.Complete);
        assertLe(end, ripe + 3 days);
        vm.warp(end > ripe ? end : ripe);
        assertEq(complete(alice, pool, epoch), assets);
    }

    /// @dev A guardian who comes first in every block pauses for a second each time: no block falls into the rest.
    function test_ShortPausesHoldNoExit() public {
        deposit(alice, operator, 10 * unit);
        (Epoch epoch,) = queueAll(alice, pool);
        skipEpochs(2);
        uint256 ripe = vm.getBlockTimestamp();
        bool done;
        while (!done) {
            assertLe(vm.getBlockTimestamp(), ripe + 3 days, "the exit is still held");
            vm.prank(guardian);
            try governance.pause(only(order(vault, Pausable.Complete, 1))) {} catch {}
            vm.prank(alice);
            try vault.completeWithdrawal(pool, epoch, alice, alice) {
                done = true;
            } catch {}
            skip(12);
        }
    }

    /* LOOKING */

    /// @dev Everything, and the bad entry at that place among it.
    function with(IGoverned bad, uint256 place) internal view returns (PauseOrder[] memory orders) {
        PauseOrder[] memory good = everything();
        orders = new PauseOrder[](good.length + 1);
        for (uint256 i; i < good.length; ++i) {
            orders[i < place ? i : i + 1] = good[i];
        }
        orders[place] = order(bad, Pausable.Deposit, 1 days);
    }

    /// @dev Wherever the bad entry stands.
    function assertObeyedBeside(IGoverned bad, bytes memory reason) internal {
        for (uint256 place; place <= everything().length; ++place) {
            uint256 world = vm.snapshotState();
            expectRefused(bad, Pausable.Deposit, reason);
            pauseBy(guardian, with(bad, place));
            assertPaused(vm.getBlockTimestamp());
            vm.revertToStateAndDelete(world);
        }
    }

    function expectRefused(IGoverned core, Pausable action, bytes memory reason) internal {
        vm.expectEmit(authority);
        emit IGovernance.PauseRefused(core, action, reason);
    }

    function expectPaused(Pausable action) internal {
        (uint256 inVault,) = vault.pauseOf(action);
        (uint256 inManager,) = manager.pauseOf(action);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, action, inVault + inManager));
    }

    function assertPaused(uint256 since) internal view {
        assertPausedUntil(vault, Pausable.Complete, since + 3 days);
        assertNewRiskPaused(since);
    }

    function assertNewRiskPaused(uint256 since) internal view {
        assertPausedUntil(vault, Pausable.Deposit, since + 7 days);
        assertPausedUntil(vault, Pausable.Open, since + 7 days);
        assertPausedUntil(manager, Pausable.Join, since + 7 days);
        assertPausedUntil(manager, Pausable.Raise, since + 7 days);
        assertPausedUntil(manager, Pausable.CreateSet, since + 7 days);
    }
}
