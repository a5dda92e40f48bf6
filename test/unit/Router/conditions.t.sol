// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IRouter, StakeOrder} from "palisade/interfaces/IRouter.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {IMintable} from "../../Base.t.sol";
import {HookToken} from "../../mocks/OddTokens.sol";
import {RouterScene} from "./RouterScene.sol";

/// @notice What an order says of the pool: what sets could take of it, and that no slash is proposed.
contract RouterConditionsTest is RouterScene {
    OperatorSetId internal challenged;

    function setUp() public override {
        super.setUp();
        Terms memory terms = defaultTerms();
        (terms.window, terms.resolver) = (1 days, makeAddr("resolver"));
        challenged = createSet(7, terms);
    }

    /* WORST-CASE LOSS */

    function test_RevertWhen_LossIsTooHigh() public {
        commit(set, operator, HALF);
        StakeOrder memory o = order();
        o.maxLoss = wad(0.5e18 - 1);
        expectLossTooHigh(0.5e18, o);
        stake(o, unit);
    }

    function test_AtTheHighestLoss() public {
        commit(set, operator, HALF);
        StakeOrder memory o = order();
        o.maxLoss = wad(0.5e18);
        assertEq(stake(o, unit), unit);
    }

    function test_NothingAtRisk() public {
        StakeOrder memory o = order();
        o.maxLoss = wad(0);
        assertEq(stake(o, unit), unit);
    }

    /// @dev A raise counts from its announcement, three epochs before it is in force.
    function test_RevertWhen_ARaiseIsAnnounced() public {
        join(set, operator);
        allocate(set, operator, mag(0.3e18));
        StakeOrder memory o = order();
        o.maxLoss = wad(0.3e18 - 1);
        expectLossTooHigh(0.3e18, o);
        stake(o, unit);
    }

    /// @dev It counts until it is settled, and not only until it has taken effect.
    function test_RevertWhen_ALoweringIsNotSettled() public {
        commit(set, operator, HALF);
        allocate(set, operator, mag(0));
        skipEpochs(2);
        StakeOrder memory o = order();
        o.maxLoss = wad(0);
        expectLossTooHigh(0.5e18, o);
        stake(o, unit);

        manager.settle(set, operator, address(token));
        o.deadline = vm.getBlockTimestamp();
        assertEq(stake(o, unit), unit);
    }

    function test_IdleStakeIsAtNoRisk() public {
        commit(set, operator, WHOLE);
        StakeOrder memory o = order();
        (o.operator, o.maxLoss) = (address(0), wad(0));
        assertEq(stake(o, unit), unit);
    }

    /// @dev What is looked at is the pool of the wrapper, not one of the token.
    function test_OfTheWrappersPool() public {
        commit(set, operator, WHOLE);
        StakeOrder memory o = orderOf(address(wrapper));
        o.maxLoss = wad(0);
        assertEq(stake(o, unit), unit);
    }

    function test_RevertWhen_LossOfTheWrappersPoolIsTooHigh() public {
        OperatorSetId of_ = setOf(address(wrapper), 4, defaultTerms());
        vm.prank(operator);
        manager.allocate(of_, operator, address(wrapper), HALF);
        StakeOrder memory o = orderOf(address(wrapper));
        o.maxLoss = wad(0.5e18 - 1);
        expectLossTooHigh(0.5e18, o);
        stake(o, unit);
    }

    /* PROPOSALS */

    function test_RevertWhen_D13_ASlashIsProposed() public {
        Epoch until = propose();
        StakeOrder memory o = order();
        vm.expectRevert(abi.encodeWithSelector(IRouter.PoolContested.selector, operator, address(token), until));
        stake(o, unit);
    }

    /// @dev Until the last second before it lapses.
    function test_RevertWhen_AProposalIsAboutToLapse() public {
        Epoch until = propose();
        vm.warp(startOf(until) - 1);
        StakeOrder memory o = order();
        vm.expectRevert(abi.encodeWithSelector(IRouter.PoolContested.selector, operator, address(token), until));
        stake(o, unit);
    }

    function test_OnceAProposalHasLapsed() public {
        vm.warp(startOf(propose()));
        assertEq(stake(order(), unit), unit);
    }

    function test_AllowingProposals() public {
        propose();
        StakeOrder memory o = order();
        o.allowProposals = true;
        assertEq(stake(o, unit), unit);
    }

    /// @dev To accept proposals is not to accept any loss.
    function test_RevertWhen_LossIsTooHighThoughProposalsAreAllowed() public {
        propose();
        StakeOrder memory o = order();
        (o.allowProposals, o.maxLoss) = (true, wad(0.5e18 - 1));
        expectLossTooHigh(0.5e18, o);
        stake(o, unit);
    }

    function test_IdleStakeIsNeverContested() public {
        propose();
        StakeOrder memory o = order();
        o.operator = address(0);
        assertEq(stake(o, unit), unit);
    }

    /* IN THE MIDDLE OF A TRANSFER */

    /// @dev The operator has a hook of the token announce a raise, at the last moment: while the vault takes the tokens.
    function test_RevertWhen_AHookAnnouncesARaise() public {
        (HookToken hook, LateCaller late, StakeOrder memory o) = hookToken();
        vm.prank(operator);
        manager.appoint(address(late), IAllocationManager.allocate.selector, true);
        OperatorSetId of_ = setOf(address(hook), 8, defaultTerms());
        arm(hook, late, abi.encodeCall(IAllocationManager.allocate, (of_, operator, address(hook), mag(0.4e18))));
        o.maxLoss = wad(0.4e18 - 1);
        expectLossTooHigh(0.4e18, o);
        stake(o, address(hook), unit);
    }

    /// @dev The slasher has it propose a slash, at the same moment.
    function test_RevertWhen_AHookProposesASlash() public {
        (HookToken hook, LateCaller late, StakeOrder memory o) = hookToken();
        Terms memory terms = defaultTerms();
        (terms.slasher, terms.window, terms.resolver) = (address(late), 1 days, makeAddr("resolver"));
        OperatorSetId of_ = promised(address(hook), terms);
        o.deadline = vm.getBlockTimestamp();
        arm(
            hook,
            late,
            abi.encodeCall(
                IAllocationManager.proposeSlash, (of_, operator, address(hook), wad(0.1e18), keccak256("evidence"))
            )
        );
        Epoch until = vault.currentEpoch().plus(2);
        vm.expectRevert(abi.encodeWithSelector(IRouter.PoolContested.selector, operator, address(hook), until));
        stake(o, address(hook), unit);
    }

    /// @dev Nothing can slash the stake between its deposit and the look at the conditions, which a slash of all would
    /// make look harmless.
    function test_AHookCannotSlash() public {
        (HookToken hook, LateCaller late, StakeOrder memory o) = hookToken();
        Terms memory terms = defaultTerms();
        terms.slasher = address(late);
        OperatorSetId of_ = promised(address(hook), terms);
        o.deadline = vm.getBlockTimestamp();
        stake(o, address(hook), unit);

        bytes memory attack = abi.encodeCall(
            IAllocationManager.slash, (of_, operator, only(address(hook)), only(wad(1e18)), keccak256("evidence"))
        );
        arm(hook, late, attack);
        stake(o, address(hook), unit);
        assertTrue(late.called());
        assertFalse(late.succeeded());
        assertEq(late.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        assertEq(valueOf(address(hook), alice), 2 * unit);
    }

    /* INTERNAL */

    function propose() internal returns (Epoch until) {
        commit(challenged, operator, HALF);
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), wad(0.1e18), keccak256("evidence"));
        until = vault.currentEpoch().plus(2);
        assertContested(until);
    }

    function hookToken() internal returns (HookToken hook, LateCaller late, StakeOrder memory o) {
        hook = new HookToken();
        late = new LateCaller(hook, address(router), address(manager));
        give(IMintable(address(hook)), alice, 10 * unit);
        o = orderOf(address(hook));
    }

    function arm(HookToken hook, LateCaller late, bytes memory call) internal {
        hook.arm(address(late), abi.encodeCall(LateCaller.act, (call)));
    }

    /// @dev A set to which the operator's whole pool is promised.
    function promised(address strategy, Terms memory terms) internal returns (OperatorSetId of_) {
        of_ = setOf(strategy, 9, terms);
        vm.prank(operator);
        manager.allocate(of_, operator, strategy, WHOLE);
        skipEpochs(3);
    }

    function setOf(address strategy, uint32 id, Terms memory terms) internal returns (OperatorSetId of_) {
        of_ = createSet(id, terms, only(strategy));
        join(of_, operator);
    }

    function expectLossTooHigh(uint256 loss, StakeOrder memory o) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IRouter.LossTooHigh.selector, operator, o.strategy, Wad.wrap(loss), o.maxLoss)
        );
    }
}

/// @notice Calls the allocation manager once the Router has none of the token any more: while the vault takes it.
contract LateCaller {
    HookToken private immutable TOKEN;
    address private immutable ROUTER;
    address private immutable MANAGER;

    bool public called;
    bool public succeeded;
    bytes public answer;

    constructor(HookToken token, address router, address manager) {
        (TOKEN, ROUTER, MANAGER) = (token, router, manager);
    }

    function act(bytes calldata call) external {
        if (TOKEN.balanceOf(ROUTER) > 0) return;
        called = true;
        (succeeded, answer) = MANAGER.call(call);
    }
}
