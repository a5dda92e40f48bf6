// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Scene} from "../Scene.sol";

contract CreateOperatorSetTest is Scene {
    OperatorSetId internal fresh;

    function setUp() public override {
        super.setUp();
        fresh = toOperatorSetId(avs, type(uint32).max);
    }

    /* REVERTS */

    function test_RevertWhen_NotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, avs, stranger));
        vm.prank(stranger);
        manager.createOperatorSet(fresh, defaultTerms(), new address[](0));
    }

    function test_RevertWhen_Paused() public {
        uint256 until = pause(manager, Pausable.CreateSet, 7 days);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.CreateSet, until));
        create(defaultTerms());
    }

    function test_RevertWhen_TheIdIsUsed() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.SetExists.selector, set));
        createSet(0, defaultTerms());
    }

    function test_RevertWhen_NoSlasher() public {
        Terms memory terms = defaultTerms();
        terms.slasher = address(0);
        vm.expectRevert(IAllocationManager.NoSlasher.selector);
        create(terms);
    }

    function test_RevertWhen_TheCapIsZero() public {
        Terms memory terms = defaultTerms();
        terms.cap = wad(0);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.BadCap.selector, 0));
        create(terms);
    }

    function test_RevertWhen_TheCapIsMoreThanAll() public {
        Terms memory terms = defaultTerms();
        terms.cap = wad(1e18 + 1);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.BadCap.selector, 1e18 + 1));
        create(terms);
    }

    function test_RevertWhen_TheWindowIsTooLong() public {
        Terms memory terms = defaultTerms();
        terms.window = EPOCH / 2 + 1;
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.WindowTooLong.selector, EPOCH / 2 + 1, EPOCH / 2));
        create(terms);
    }

    function test_RevertWhen_TheRecipientIsTheVault() public {
        Terms memory terms = defaultTerms();
        terms.recipient = address(vault);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.BadRecipient.selector, vault));
        create(terms);
    }

    function test_RevertWhen_AStrategyIsNamedTwice() public {
        address[] memory twice = new address[](2);
        twice[0] = twice[1] = address(token);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StrategyUnchanged.selector, fresh, address(token)));
        createSet(type(uint32).max, defaultTerms(), twice);
    }

    function test_RevertWhen_AStrategyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.StrategyNotAccepted.selector, fresh, address(0)));
        createSet(type(uint32).max, defaultTerms(), only(address(0)));
    }

    /* EFFECTS */

    function test_CreatesWithTheseTermsForEver() public {
        Terms memory terms = Terms({
            slasher: slasher,
            cap: wad(1),
            window: EPOCH / 2,
            recipient: recipient,
            resolver: bob,
            conditions: keccak256("conditions"),
            registrar: alice
        });
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSetCreated(fresh, terms);
        vm.expectEmit(address(manager));
        emit IAllocationManager.StrategyAdded(fresh, address(token));
        create(terms);

        assertEq(keccak256(abi.encode(manager.termsOf(fresh))), keccak256(abi.encode(terms)));
        assertTrue(manager.isAccepted(fresh, address(token)));
        assertFalse(manager.isAccepted(fresh, stranger));
    }

    function test_BurnsWithoutARecipientAndNeedsNoStrategy() public {
        Terms memory terms = defaultTerms();
        terms.recipient = address(0);
        createSet(type(uint32).max, terms, new address[](0));
        assertEq(manager.termsOf(fresh).recipient, address(0));
        assertFalse(manager.isAccepted(fresh, address(token)));
    }

    function test_ByAnAppointee() public {
        vm.prank(avs);
        manager.appoint(bob, IAllocationManager.createOperatorSet.selector, true);
        vm.prank(bob);
        manager.createOperatorSet(fresh, defaultTerms(), new address[](0));
        assertEq(manager.termsOf(fresh).slasher, slasher);
    }

    function test_SameIdOfAnotherAvs() public {
        vm.prank(bob);
        manager.createOperatorSet(toOperatorSetId(bob, 0), defaultTerms(), new address[](0));
        assertFalse(manager.isAccepted(toOperatorSetId(bob, 0), address(token)));
    }

    function create(Terms memory terms) internal {
        createSet(type(uint32).max, terms);
    }
}
