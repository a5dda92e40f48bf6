// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {IMintable} from "../Base.t.sol";
import {Operator, Staker} from "../journeys/Users.t.sol";
import {CallbackToken, Reentrant} from "../mocks/Callbacks.sol";
import {MockRegistrar} from "../mocks/MockRegistrar.sol";
import {BlocklistToken, HungryToken, PausableToken, RefusingToken, WordyToken} from "../mocks/OddTokens.sol";
import {RudeRegistrar} from "../mocks/RudeRegistrar.sol";
import {Selectors} from "../unit/Selectors.sol";
import {Case} from "./Case.sol";

/// @notice Attacks by hooks, gas, reentrancy and crowds: D37 to D50.
contract LivenessCases is Case, Selectors {
    CallbackToken internal hooked;
    Reentrant internal thief;

    /// @dev What a stranger's calls are made of.
    address[] internal addresses;
    uint256[] internal numbers;

    function setUp() public override {
        super.setUp();
        hooked = new CallbackToken();
        thief = new Reentrant();
        hooked.tell(address(thief));
    }

    /* REENTRANCY */

    /// @dev The depositor is called before its tokens move, with the vault's balance read already: it deposits once more
    /// within, and gives the vault tokens, so that one delivery counts twice.
    function test_D37_hookedToken_reentrancy_deposit() public {
        newAccountOperatorOf(createSet(0, defaultTerms(), only(address(hooked))), only(address(hooked)), 1e18);
        deposit(IMintable(address(hooked)), alice, operator, 100 * unit);
        hooked.mint(address(thief), 30 * unit);
        thief.run(address(hooked), abi.encodeCall(hooked.approve, (address(vault), type(uint256).max)));

        bytes memory again =
            abi.encodeCall(IStakeVault.deposit, (address(hooked), operator, address(thief), 10 * unit, 0));
        thief.arm(address(vault), again);
        thief.arm(address(hooked), abi.encodeCall(hooked.transfer, (address(vault), 10 * unit)));
        thief.run(address(vault), again);

        assertLockedOut(0, 1);
        assertTrue(thief.answers()[1].succeeded);
        PoolId pool = vault.poolId(operator, address(hooked));
        assertEq(vault.positionValue(pool, address(thief)), 10 * unit);
        assertPool(pool, 110 * unit, 110 * unit);
        // What it gave meanwhile is nobody's.
        assertEq(hooked.balanceOf(address(vault)), 120 * unit);
    }

    /// @dev The receiver is called in the middle of its payment, and takes it again: by completing, redelegating, queueing,
    /// withdrawing.
    function test_D37_hookedToken_reentrancy_withdraw() public {
        newAccountOperatorOf(createSet(0, defaultTerms(), only(address(hooked))), only(address(hooked)), 1e18);
        address self = address(thief);
        (PoolId pool,) = deposit(IMintable(address(hooked)), alice, operator, 100 * unit);
        hooked.mint(self, 30 * unit);
        thief.run(address(hooked), abi.encodeCall(hooked.approve, (address(vault), type(uint256).max)));
        thief.run(address(vault), abi.encodeCall(IStakeVault.deposit, (address(hooked), operator, self, 20 * unit, 0)));
        thief.run(
            address(vault), abi.encodeCall(IStakeVault.deposit, (address(hooked), address(0), self, 10 * unit, 0))
        );
        PoolId idle = vault.poolId(address(0), address(hooked));
        thief.run(address(vault), abi.encodeCall(IStakeVault.queueWithdrawal, (pool, 10 * unit, 0, self)));
        Epoch ripe = vault.currentEpoch().plus(2);
        skipEpochs(2);

        bytes memory payment = abi.encodeCall(IStakeVault.completeWithdrawal, (pool, ripe, self, self));
        thief.arm(address(vault), payment);
        thief.arm(address(vault), abi.encodeCall(IStakeVault.redelegate, (pool, ripe, self, operator, 0)));
        thief.arm(address(vault), abi.encodeCall(IStakeVault.queueWithdrawal, (pool, 10 * unit, 0, self)));
        thief.arm(address(vault), abi.encodeCall(IStakeVault.withdraw, (idle, 10 * unit, self, self)));
        thief.arm(address(vault), abi.encodeCall(IStakeVault.transfer, (alice, pool, 10 * unit)));
        thief.run(address(vault), payment);
        assertLockedOut(0, 5);
        assertEq(hooked.balanceOf(self), 10 * unit);
        assertEq(hooked.balanceOf(address(vault)), 120 * unit);
    }

    /// @dev The other contract is the way around a lock: while the vault pays, a slash and a guarantee of the manager; while
    /// the manager slashes, everything of both.
    function test_D38_crossContract_lock() public {
        address self = address(thief);
        Terms memory terms = defaultTerms();
        (terms.slasher, terms.recipient) = (self, self);
        OperatorSetId of_ = createSet(0, terms, only(address(hooked)));
        newAccountOperatorOf(of_, only(address(hooked)), 1e18);
        (PoolId pool,) = deposit(IMintable(address(hooked)), alice, operator, 100 * unit);
        (PoolId idle,) = deposit(IMintable(address(hooked)), bob, address(0), 10 * unit);
        address[] memory strategies = only(address(hooked));
        bytes memory slashing =
            abi.encodeCall(IAllocationManager.slash, (of_, operator, strategies, only(Wad.wrap(0.1e18)), ""));

        // While the vault pays: prices are in motion, and nothing that reads or moves them works.
        thief.arm(address(manager), slashing);
        thief.arm(
            address(manager), abi.encodeCall(IAllocationManager.guaranteedStake, (of_, strategies[0], only(operator)))
        );
        thief.arm(
            address(manager), abi.encodeCall(IAllocationManager.slashableStake, (of_, strategies[0], only(operator)))
        );
        thief.arm(address(vault), abi.encodeCall(IStakeVault.positionValue, (pool, alice)));
        vm.prank(bob);
        vault.withdraw(idle, unit, self, bob);
        assertLockedOut(0, 4);

        // While the manager slashes: its own budget is written, the vault's tokens are on their way.
        vm.prank(operator);
        manager.appoint(self, IAllocationManager.allocate.selector, true);
        thief.arm(address(manager), slashing);
        thief.arm(
            address(manager),
            abi.encodeCall(IAllocationManager.allocate, (of_, operator, strategies[0], Magnitude.wrap(0)))
        );
        thief.arm(address(manager), abi.encodeCall(IAllocationManager.settle, (of_, operator, strategies[0])));
        thief.arm(address(manager), abi.encodeCall(IAllocationManager.budgetOf, (operator, strategies[0])));
        thief.arm(address(vault), abi.encodeCall(IStakeVault.queueWithdrawal, (pool, 1, 0, self)));
        thief.arm(address(vault), abi.encodeCall(IStakeVault.deposit, (strategies[0], operator, self, 1, 0)));
        thief.run(address(manager), slashing);
        assertLockedOut(4, 6);
        assertEq(vault.positionValue(pool, alice), 90 * unit);
        assertEq(hooked.balanceOf(self), 11 * unit);
    }

    /* GAS */

    /// @dev The operator leaves with as much gas as lets it go and starves the registrar. Either the registrar has its
    /// 200,000, or the operator stays.
    function test_D39_hookGasGrief_63_64() public {
        MockRegistrar registrar = new MockRegistrar();
        Terms memory terms = defaultTerms();
        terms.registrar = address(registrar);
        OperatorSetId told = createSet(0, terms);
        newAccountOperatorOf(told, only(address(token)), 1e18);
        bytes memory leaving = abi.encodeCall(IAllocationManager.leave, (told, operator, only(address(token))));

        uint256 start = vm.snapshotState();
        uint256 left;
        for (uint256 gas = 100_000; gas <= 700_000; gas += 7919) {
            vm.prank(operator);
            (bool done,) = address(manager).call{gas: gas}(leaving);
            bool gone = !manager.membershipOf(told, operator).joined;
            assertEq(gone, done);
            if (gone) {
                ++left;
                assertGt(registrar.gasToLeave(), 199_000, "starved");
            }
            vm.revertToState(start);
        }
        assertGt(left, 10);
        assertLt(left, 70);
    }

    /// @dev Whoever executes a slash leaves it so little gas that the transfer fails and the call does not, to keep the
    /// stake from its recipient. A plain token cannot be starved. One that eats three million can: then the recipient has
    /// a credit, of the same sum, which anybody pays out to it.
    function test_D40_bestEffortCall_gasGrief() public {
        HungryToken hungry = new HungryToken();
        IMintable odd = IMintable(address(hungry));
        Terms memory terms = defaultTerms();
        terms.window = 1 days;
        OperatorSetId challenged = createSet(0, terms, both(token, odd));
        newAccountOperatorOf(challenged, both(token, odd), 0.5e18);
        deposit(token, alice, operator, 100 * unit);
        deposit(odd, alice, operator, 100 * unit);
        vm.startPrank(slasher);
        manager.proposeSlash(challenged, operator, address(token), Wad.wrap(1e18), "");
        manager.proposeSlash(challenged, operator, address(odd), Wad.wrap(1e18), "");
        vm.stopPrank();
        skip(1 days);
        hungry.setAppetite(3_000_000);

        uint256 start = vm.snapshotState();
        uint256 credited;
        for (uint256 gas = 60_000; gas < 4_000_000; gas += gas / 40) {
            credited += executeWith(gas, challenged, token);
            assertEq(credited, 0, "a plain transfer was starved");
            credited = 0;
            vm.revertToState(start);
            credited += executeWith(gas, challenged, odd);
            if (credited > 0) break;
            vm.revertToState(start);
        }
        assertEq(credited, 50 * unit, "the attack works");
        assertEq(vault.collect(address(odd), recipient, recipient), 50 * unit);
        assertEq(odd.balanceOf(recipient), 50 * unit);
    }

    /// @dev The registrar does not want the operator to go, and says so in every way there is.
    function test_D41_deregister_registrarReverts() public {
        RudeRegistrar rude = new RudeRegistrar();
        Terms memory terms = service.terms();
        terms.registrar = address(rude);
        OperatorSetId hostile = service.createSet(1, terms);
        Operator operator_ = newOperatorOf(hostile, 0.5e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        operator_.allocate(hostile, 1e18);
        uint256 start = vm.snapshotState();
        for (uint256 i; i <= uint256(RudeRegistrar.Manner.CallsItself); ++i) {
            rude.behave(RudeRegistrar.Manner(i));
            operator_.leave(hostile);
            assertBudget(operator_, 1e18, 0.5e18); // the raise is off
            assertFalse(manager.membershipOf(hostile, address(operator_)).joined);
            assertAllocation(hostile, operator_, 0.5e18, 0, vault.currentEpoch().plus(2));
            skipEpochs(2);
            assertEq(service.canSlash(hostile, operator_), 0);
            settle(hostile, operator_);
            assertBudget(operator_, 1e18, 0);
            assertEq(staker.stakeWith(operator_), 100 * unit);
            vm.revertToState(start);
        }
    }

    /* WHAT IS OPEN TO EVERYBODY */

    /// @dev A stranger calls every function that changes state, with all combinations (or 3,125 of them) of arguments that
    /// mean something: whatever succeeds, a staker, an operator and a set have what they had.
    function test_D42_publicInternal_bypassesGuard() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        staker.deposit(Operator(address(0)), 10 * unit);
        PoolId pool = operator_.pool();
        Epoch ripe = staker.queue(operator_, 40 * unit);
        skipEpochs(2);
        addresses = [address(staker), address(operator_), address(token), address(service), stranger];
        numbers = [PoolId.unwrap(pool), PoolId.unwrap(vault.poolId(address(0), address(token))), Epoch.unwrap(ripe)];
        numbers.push(1);
        numbers.push(0);

        bytes32 before = keccak256(bytes.concat(holdings(staker, pool, ripe), promises(operator_)));
        assertGt(strangerCalls(address(vault), "StakeVault"), 0);
        assertGt(strangerCalls(address(manager), "AllocationManager"), 0);
        assertEq(keccak256(bytes.concat(holdings(staker, pool, ripe), promises(operator_))), before);
    }

    /* CROWDS */

    /// @dev Two hundred accounts queue dust, for fifty epochs one of them deposits and queues, and proposals come and go: a
    /// slash costs what it costs with one exit.
    function test_D43_unboundedSlashLoop() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        newStakerOf(operator_, 100 * unit);
        uint256 start = vm.snapshotState();
        uint256 alone = slashAfter(operator_, 1, 52);
        vm.revertToState(start);
        Staker spammer = newStaker();
        for (uint256 i; i < 50; ++i) {
            spammer.deposit(operator_, 2);
            spammer.queue(operator_, 1);
            skipEpochs(1);
        }
        assertEq(slashAfter(operator_, 200, 2), alone);
    }

    /// @dev Accepted as it stands.
    function test_D43_historyWalk_isFlat() public {
        vm.skip(
            true,
            "sharesAt walks back from the newest change, a slot for each epoch that changed the balance, and a unit deposited for somebody in every epoch makes it longer. At 7-day epochs that is 52 slots a year, in a view. Reopen where a contract pays for reading epochs long past, or epochs are short"
        );
        Operator operator_ = newOperatorOf(set, 0.5e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        skipEpochs(1);
        Epoch asked = vault.currentEpoch();
        uint256 before = gasOfSharesAt(operator_, staker, asked);
        for (uint256 i; i < 50; ++i) {
            skipEpochs(1);
            fund(token, stranger, 1);
            vm.prank(stranger);
            vault.deposit(address(token), address(operator_), address(staker), 1, 0);
        }
        assertLt(gasOfSharesAt(operator_, staker, asked), before + 10_000);
    }

    /// @dev Three hundred operators join with nothing. Nobody's list grows: a slash and a reading of the honest operator's
    /// guarantee cost what they did, and a registrar that refuses keeps the crowd out.
    function test_D44_memberFlooding() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        newStakerOf(operator_, 100 * unit);
        uint256 start = vm.snapshotState();
        uint256 reading = gasOfReading(operator_);
        uint256 slashing = gasOfSlash(operator_);
        vm.revertToState(start);
        for (uint256 i; i < 300; ++i) {
            address sybil = address(uint160(i + 1) << 32);
            registerOperator(sybil);
            join(set, sybil);
        }
        assertEq(gasOfReading(operator_), reading);
        assertEq(gasOfSlash(operator_), slashing);

        MockRegistrar registrar = new MockRegistrar();
        registrar.refuse(true);
        Terms memory terms = service.terms();
        terms.registrar = address(registrar);
        OperatorSetId choosy = service.createSet(1, terms);
        address refused = address(uint160(1) << 32);
        vm.expectRevert(MockRegistrar.Refused.selector);
        vm.prank(refused);
        manager.join(choosy, refused, "");
    }

    /// @dev What a service or a token answers may be huge: a registrar's answer to a leave, a token's name. The one is not
    /// copied, the other is cut.
    function test_D46_hugeTable_DoS() public {
        RudeRegistrar rude = new RudeRegistrar();
        Terms memory terms = defaultTerms();
        terms.registrar = address(rude);
        OperatorSetId wordy = createSet(0, terms);
        newAccountOperatorOf(wordy, only(address(token)), 1e18);
        uint256 start = vm.snapshotState();
        RudeRegistrar.Manner[2] memory manners =
            [RudeRegistrar.Manner.ReturnsMuch, RudeRegistrar.Manner.RevertsWithMuch];
        for (uint256 i; i < manners.length; ++i) {
            rude.behave(manners[i]);
            vm.prank(operator);
            manager.leave(wordy, operator, only(address(token)));
            assertLt(vm.lastCallGas().gasTotalUsed, 300_000);
            vm.revertToState(start);
        }

        WordyToken wordyToken = new WordyToken();
        (PoolId pool,) = deposit(IMintable(address(wordyToken)), alice, operator, unit);
        assertLt(vm.lastCallGas().gasTotalUsed, 250_000, "a deposit does not ask for it");
        assertLe(bytes(vault.name(pool)).length, 1000);
    }

    /// @dev Somebody sends first what an honest caller is about to: an approver's signature, a settlement. The honest call
    /// may revert; what it was for is done, and what comes after it works.
    function test_D47_frontrunIdempotentUpdate() public {
        (address approver, uint256 key) = makeAddrAndKey("approver");
        vm.prank(otherOperator);
        vault.registerOperator(approver);
        openOperator(otherOperator);
        uint256 deadline = vm.getBlockTimestamp() + 1 days;
        bytes memory signature =
            sign(key, admissionDigest(block.chainid, address(vault), otherOperator, alice, 0, deadline));
        vm.prank(stranger);
        vault.admit(otherOperator, alice, deadline, signature);
        vm.expectPartialRevert(IStakeVault.BadApproval.selector);
        vm.prank(alice);
        vault.admit(otherOperator, alice, deadline, signature);
        (, uint256 shares) = deposit(alice, otherOperator, unit);
        assertEq(shares, unit);

        Operator operator_ = newOperatorOf(set, 0.5e18);
        operator_.leave(set);
        skipEpochs(2);
        vm.prank(stranger);
        manager.settle(set, address(operator_), address(token));
        vm.expectPartialRevert(IAllocationManager.NothingToSettle.selector);
        settle(set, operator_);
        operator_.join(set);
        operator_.allocate(set, 1e18);
    }

    /// @dev The same with what pays: an execution and a collection. Who is paid, and how much, does not depend on who sends
    /// it.
    function test_D47_frontrunPayment() public {
        BlocklistToken blocklist = new BlocklistToken();
        IMintable odd = IMintable(address(blocklist));
        Terms memory terms = defaultTerms();
        terms.window = 1 days;
        OperatorSetId challenged = createSet(0, terms, only(address(odd)));
        newAccountOperatorOf(challenged, only(address(odd)), 0.5e18);
        deposit(odd, alice, operator, 100 * unit);
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(odd), Wad.wrap(1e18), "");
        skip(1 days);
        blocklist.setBlocked(recipient, true);
        vm.prank(stranger);
        assertEq(manager.executeSlash(challenged, operator, address(odd)), 50 * unit);
        vm.expectPartialRevert(IAllocationManager.NoProposal.selector);
        vm.prank(slasher);
        manager.executeSlash(challenged, operator, address(odd));

        blocklist.setBlocked(recipient, false);
        vm.prank(stranger);
        assertEq(vault.collect(address(odd), recipient, recipient), 50 * unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoCredit.selector, odd, recipient));
        vm.prank(recipient);
        vault.collect(address(odd), recipient, recipient);
        assertEq(odd.balanceOf(recipient), 50 * unit);
        assertEq(odd.balanceOf(stranger), 0);
    }

    /// @dev One slash of five strategies, four of which cannot pay: blocked, paused, refusing, and one of which nothing is
    /// staked. The fifth is taken, and the others are owed.
    function test_D48_batchSlash_oneBadItem() public {
        (BlocklistToken blocked, PausableToken paused, RefusingToken refusing) =
            (new BlocklistToken(), new PausableToken(), new RefusingToken());
        address[] memory strategies = sorted(
            [address(token), address(blocked), address(paused), address(refusing), address(new BlocklistToken())]
        );
        OperatorSetId of_ = createSet(0, defaultTerms(), strategies);
        newAccountOperatorOf(of_, strategies, 0.5e18);
        deposit(token, alice, operator, 100 * unit);
        deposit(IMintable(address(blocked)), alice, operator, 100 * unit);
        deposit(IMintable(address(paused)), alice, operator, 100 * unit);
        deposit(IMintable(address(refusing)), alice, operator, 100 * unit);
        blocked.setBlocked(recipient, true);
        paused.setPaused(true);
        refusing.refuse(true);

        slash(of_, operator, strategies, 1e18);
        assertEq(token.balanceOf(recipient), 50 * unit);
        assertEq(vault.creditOf(address(blocked), recipient), 50 * unit);
        assertEq(vault.creditOf(address(paused), recipient), 50 * unit);
        assertEq(vault.creditOf(address(refusing), recipient), 50 * unit);
    }

    /// @dev One that eats all gas there is takes the whole slash with it; so the slasher leaves it out, and takes the rest.
    function test_D48_batchSlash_oneEatsAllGas() public {
        HungryToken hungry = new HungryToken();
        IMintable odd = IMintable(address(hungry));
        OperatorSetId of_ = createSet(0, defaultTerms(), both(token, odd));
        newAccountOperatorOf(of_, both(token, odd), 0.5e18);
        deposit(token, alice, operator, 100 * unit);
        deposit(odd, alice, operator, 100 * unit);
        hungry.setAppetite(type(uint256).max);
        assertEq(slash(of_, operator, only(address(token)), 1e18)[0], 50 * unit);
        assertEq(token.balanceOf(recipient), 50 * unit);
    }

    /// @dev Two hundred exits of two units each are queued before a large one. It has its day, its sum and its price in gas.
    function test_D49_queueSpam_minRequest() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        PoolId pool = operator_.pool();
        uint256 start = vm.snapshotState();
        queueDust(operator_, 1);
        (uint256 queueing, uint256 completing) = leaveAll(staker, operator_, pool);
        vm.revertToState(start);
        queueDust(operator_, 200);
        (uint256 queueingThen, uint256 completingThen) = leaveAll(staker, operator_, pool);
        assertEq(queueingThen, queueing);
        assertEq(completingThen, completing);
    }

    /// @dev What rounds to nothing does not burn: a position's shares are kept where they would yield nothing, and what
    /// anybody may do, execute and collect, reverts and stays to be done.
    function test_D50_permissionlessFill_zeroAssetsBurn() public {
        OperatorSetId challenged = service.createSet(1, 1 days, address(0));
        Operator operator_ = newOperatorOfTwo(set, 0.5e18, challenged, 0.5e18);
        Staker staker = newStakerOf(operator_, 1000);
        PoolId pool = operator_.pool();
        assertEq(service.slash(set, operator_, 0.5e18), 250);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToMove.selector, pool));
        staker.queue(operator_, 1); // 0.75 units
        assertEq(vault.balanceOf(address(staker), pool), 1000);

        // A thousandth of 500 of the 750 units is half a unit.
        service.propose(challenged, operator_, 0.001e18);
        skip(1 days);
        expectNothingToSlash(challenged, operator_);
        execute(challenged, operator_);
        newStakerOf(operator_, 100_000);
        assertEq(execute(challenged, operator_), 67); // 100,750 / 1,500 = 67.2
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoCredit.selector, token, stranger));
        vault.collect(address(token), stranger, stranger);
    }

    /* INTERNAL */

    /// @dev These calls of the thief were refused by a lock.
    function assertLockedOut(uint256 from, uint256 n) internal view {
        Reentrant.Answer[] memory answers = thief.answers();
        assertGe(answers.length, from + n, "it was not called");
        for (uint256 i = from; i < from + n; ++i) {
            assertFalse(answers[i].succeeded);
            assertEq(bytes4(answers[i].data), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        }
    }

    /// @return credited what the recipient was not paid
    function executeWith(uint256 gas, OperatorSetId challenged, IMintable asset) internal returns (uint256 credited) {
        bytes memory data = abi.encodeCall(IAllocationManager.executeSlash, (challenged, operator, address(asset)));
        vm.prank(stranger);
        (bool done,) = address(manager).call{gas: gas}(data);
        credited = vault.creditOf(address(asset), recipient);
        assertEq(credited + asset.balanceOf(recipient), done ? 50 * unit : 0);
    }

    function holdings(Staker staker, PoolId pool, Epoch ripe) internal view returns (bytes memory) {
        PoolId idle = vault.poolId(address(0), address(token));
        return abi.encode(
            vault.positionValue(pool, address(staker)),
            vault.balanceOf(address(staker), pool),
            vault.positionValue(idle, address(staker)),
            vault.exitValue(pool, ripe, address(staker)),
            vault.isOperator(address(staker), stranger),
            vault.allowance(address(staker), stranger, pool),
            held(token)
        );
    }

    function promises(Operator operator_) internal view returns (bytes memory) {
        address strategy = address(token);
        (Magnitude left, Magnitude committed, uint256 generation) = manager.budgetOf(address(operator_), strategy);
        return abi.encode(
            left,
            committed,
            generation,
            service.canSlash(set, operator_),
            manager.membershipOf(set, address(operator_)),
            manager.termsOf(set),
            manager.isAccepted(set, strategy),
            vault.depositCapOf(strategy),
            manager.degreeCeilingOf(strategy)
        );
    }

    /// @return succeeded how many of the stranger's calls did
    function strangerCalls(address target, string memory name) internal returns (uint256 succeeded) {
        string memory json = artifactOf(name);
        string[] memory signatures = vm.parseJsonKeys(json, ".methodIdentifiers");
        bytes4[] memory selectors = stateChanging(name);
        for (uint256 i; i < signatures.length; ++i) {
            bytes4 selector = bytes4(keccak256(bytes(signatures[i])));
            bool changes;
            for (uint256 j; j < selectors.length; ++j) {
                changes = changes || selectors[j] == selector;
            }
            if (changes) succeeded += strangerCallsAll(target, signatures[i], selector);
        }
    }

    function strangerCallsAll(address target, string memory signature, bytes4 selector)
        internal
        returns (uint256 succeeded)
    {
        string memory name = vm.split(signature, "(")[0];
        string memory list = vm.replace(signature, string.concat(name, "("), "");
        string[] memory types = vm.split(vm.replace(vm.replace(list, "(", ""), ")", ""), ",");
        uint256 combinations = 1;
        for (uint256 i; i < types.length; ++i) {
            combinations *= choices(types[i]);
        }
        for (uint256 i; i < combinations && i < 3125; ++i) {
            // A prime step, so that those tried of many are not all alike.
            bytes memory data = bytes.concat(selector, arguments(types, i * 7919 % combinations));
            vm.prank(stranger);
            (bool done,) = target.call(data);
            if (done) ++succeeded;
        }
    }

    function choices(string memory kind) internal view returns (uint256) {
        bytes32 hash = keccak256(bytes(kind));
        if (hash == keccak256("address")) return addresses.length;
        if (hash == keccak256("uint256")) return numbers.length;
        return 1;
    }

    /// @dev The combination numbered `index`. Each list has one entry.
    function arguments(string[] memory types, uint256 index) internal view returns (bytes memory head) {
        bytes memory tail;
        for (uint256 i; i < types.length; ++i) {
            bytes32 hash = keccak256(bytes(types[i]));
            uint256 chosen = index % choices(types[i]);
            index /= choices(types[i]);
            uint256 word = 1;
            if (hash == keccak256("address")) word = uint160(addresses[chosen]);
            else if (hash == keccak256("uint256")) word = numbers[chosen];
            else if (hash == keccak256("uint192")) word = OperatorSetId.unwrap(set);
            else if (hash == keccak256("bytes4")) word = 0;
            bool isAddresses = hash == keccak256("address[]");
            if (
                isAddresses || hash == keccak256("uint256[]") || hash == keccak256("bytes")
                    || hash == keccak256("string")
            ) {
                word = 32 * types.length + tail.length;
                tail = bytes.concat(tail, abi.encode(1, isAddresses ? uint160(address(token)) : 1e18));
            }
            head = bytes.concat(head, bytes32(word));
        }
        return bytes.concat(head, tail);
    }

    function queueDust(Operator operator_, uint256 exits) internal {
        Staker[] memory crowd = new Staker[](exits);
        for (uint256 i; i < exits; ++i) {
            crowd[i] = newStakerOf(operator_, 2);
            crowd[i].queue(operator_, 2);
        }
    }

    /// @dev In two epochs running there are `exits` exits of dust; `epochs` later (but for these two), all is slashed.
    function slashAfter(Operator operator_, uint256 exits, uint256 epochs) internal returns (uint256) {
        skipEpochs(epochs);
        queueDust(operator_, exits);
        skipEpochs(1);
        queueDust(operator_, exits);
        return gasOfSlash(operator_);
    }

    function gasOfSlash(Operator operator_) internal returns (uint256) {
        assertGt(service.slash(set, operator_, 1e18), 0);
        return vm.lastCallGas().gasTotalUsed;
    }

    function gasOfReading(Operator operator_) internal view returns (uint256) {
        service.isGuaranteed(set, operator_);
        return vm.lastCallGas().gasTotalUsed;
    }

    function gasOfSharesAt(Operator operator_, Staker staker, Epoch epoch) internal view returns (uint256) {
        vault.sharesAt(operator_.pool(), address(staker), epoch);
        return vm.lastCallGas().gasTotalUsed;
    }

    function leaveAll(Staker staker, Operator operator_, PoolId pool)
        internal
        returns (uint256 queueing, uint256 completing)
    {
        Epoch ripe = staker.queue(operator_, 100 * unit);
        queueing = vm.lastCallGas().gasTotalUsed;
        skipEpochs(2);
        assertEq(staker.complete(pool, ripe), 100 * unit);
        completing = vm.lastCallGas().gasTotalUsed;
    }

    function sorted(address[5] memory accounts) internal pure returns (address[] memory list) {
        list = new address[](5);
        for (uint256 i; i < 5; ++i) {
            uint256 rank;
            for (uint256 j; j < 5; ++j) {
                if (accounts[j] < accounts[i]) ++rank;
            }
            list[rank] = accounts[i];
        }
    }
}
