// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {console} from "forge-std/console.sol";
import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGovernance, PauseOrder} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {IMintable} from "../Base.t.sol";
import {BlocklistToken} from "../mocks/OddTokens.sol";
import {Scene} from "../unit/Scene.sol";
import {Selectors} from "../unit/Selectors.sol";

/// @notice Something that somebody may try to have called.
struct Call {
    address target;
    bytes data;
}

/// @notice What the council has proposed.
struct Waiting {
    address target;
    bytes data;
    bytes32 salt;
}

/// @notice A position (epoch 0) or an exit, and what it was worth when the campaign began.
struct Owned {
    address owner;
    PoolId pool;
    Epoch epoch;
    uint256 worth;
}

/// @notice What nobody in governance may change, as hashes. Only `promises` changes with time.
struct Sight {
    bytes32 stake;
    bytes32 tokens;
    bytes32 rights;
    bytes32 terms;
    bytes32 promises;
}

/// @notice Stakers with positions, exits and a credit; operators with promises; and all that a thief might try with them.
abstract contract RolesWorld is Scene, Selectors {
    address internal thief = makeAddr("thief");
    OperatorSetId internal challenged;
    IMintable internal odd;

    Owned[] internal owned;
    PoolId[] internal pools;
    Call[] internal attacks;

    /// @dev Whoever may have a say in governance, from deployment on or because it was given one.
    address[] internal players;

    function setUp() public virtual override {
        super.setUp();
        players = [council, guardian, thief, stranger, address(timelock), address(accessManager), authority];
        Terms memory terms = defaultTerms();
        (terms.window, terms.resolver) = (1 days, bob);
        odd = IMintable(address(new BlocklistToken()));
        challenged = createSet(1, terms);
        join(challenged, operator);
        allocate(challenged, operator, mag(0.3e18));
        commit(set, operator, mag(0.4e18));
        commit(set, otherOperator, WHOLE);
        stake();
        fillAttacks();
    }

    function stake() internal {
        (PoolId oddPool,) = deposit(odd, bob, operator, 101 * unit);
        PoolId otherPool = vault.poolId(otherOperator, address(token));
        pools = [pool, idle, otherPool, oddPool];
        deposit(alice, operator, 100 * unit);
        deposit(bob, operator, 33 * unit);
        deposit(bob, otherOperator, 7 * unit);
        deposit(alice, address(0), 5 * unit);
        // A share is worth an odd part of a unit, and the recipient cannot receive.
        slash(set, operator, wad(0.123456789e18));
        slash(set, otherOperator, wad(0.3e18));
        BlocklistToken(address(odd)).setBlocked(recipient, true);
        cut(odd, oddPool, 1, 3, recipient);

        (Epoch ripe,) = queue(alice, pool, 20 * unit);
        skipEpochs(2);
        (Epoch unripe,) = queue(alice, pool, 10 * unit);
        queue(bob, pool, 3 * unit);
        allocate(challenged, operator, mag(0.5e18));
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), wad(0.5e18), "");

        Epoch none = Epoch.wrap(0);
        own(alice, pool, none);
        own(alice, pool, ripe);
        own(alice, pool, unripe);
        own(alice, idle, none);
        own(bob, pool, none);
        own(bob, pool, unripe);
        own(bob, otherPool, none);
        own(bob, oddPool, none);
    }

    function own(address owner, PoolId of_, Epoch epoch) internal {
        uint256 worth = epoch.isSet() ? vault.exitValue(of_, epoch, owner) : vault.positionValue(of_, owner);
        assertGt(worth, 0);
        owned.push(Owned(owner, of_, epoch, worth));
    }

    /* LOOKING */

    function look() internal view returns (Sight memory sight) {
        bytes memory seen;
        for (uint256 i; i < owned.length; ++i) {
            (address owner, PoolId of_, Epoch epoch) = (owned[i].owner, owned[i].pool, owned[i].epoch);
            (uint256 value, uint256 exit) = (vault.positionValue(of_, owner), vault.exitValue(of_, epoch, owner));
            (uint256 assets, uint256 shares) = vault.bucketOf(of_, epoch);
            seen = abi.encode(seen, vault.balanceOf(owner, of_), value, vault.exitOf(of_, epoch, owner), exit);
            seen = abi.encode(keccak256(seen), assets, shares);
        }
        for (uint256 i; i < pools.length; ++i) {
            (uint256 assets, uint256 shares, uint256 generation, Epoch since) = vault.poolState(pools[i]);
            seen = abi.encode(keccak256(seen), assets, shares, generation, since);
        }
        sight.stake = keccak256(seen);

        address[7] memory holders = [alice, bob, recipient, operator, slasher, address(vault), address(manager)];
        for (uint256 i; i < holders.length; ++i) {
            address holder = holders[i];
            uint256 credit = vault.creditOf(address(odd), holder);
            sight.tokens = keccak256(abi.encode(sight.tokens, token.balanceOf(holder), odd.balanceOf(holder), credit));
        }
        sight.rights = lookAtRights();
        sight.terms = keccak256(
            abi.encode(
                manager.termsOf(set),
                manager.termsOf(challenged),
                manager.isAccepted(set, address(token)),
                manager.isAccepted(challenged, address(token))
            )
        );
        sight.promises = keccak256(
            abi.encode(
                lookAtPromise(set, operator), lookAtPromise(challenged, operator), lookAtPromise(set, otherOperator)
            )
        );
    }

    function lookAtRights() internal view returns (bytes32 seen) {
        address[4] memory owners = [alice, bob, recipient, operator];
        for (uint256 i; i < owners.length; ++i) {
            address owner = owners[i];
            bool mayLeave = manager.isAppointed(owner, thief, IAllocationManager.leave.selector);
            bool mayMove = vault.isOperator(owner, thief);
            seen = keccak256(abi.encode(seen, mayMove, vault.allowance(owner, thief, pool), mayLeave));
            (bool registered, bool opened, Epoch admitsFrom, address approver) = vault.operatorState(owner);
            seen = keccak256(abi.encode(seen, registered, opened, admitsFrom, approver));
        }
    }

    function lookAtPromise(OperatorSetId to, address by) internal view returns (bytes memory) {
        bytes[5] memory answers = [
            ask(abi.encodeCall(manager.allocationOf, (to, by, address(token)))),
            ask(abi.encodeCall(manager.budgetOf, (by, address(token)))),
            ask(abi.encodeCall(manager.proposalOf, (to, by, address(token)))),
            ask(abi.encodeCall(manager.contestedUntil, (by, address(token)))),
            ask(abi.encodeCall(manager.membershipOf, (to, by)))
        ];
        return abi.encode(answers, slashableBy(to, by), guaranteedTo(to, by), worstCaseLoss(by));
    }

    function ask(bytes memory question) internal view returns (bytes memory answer) {
        bool ok;
        (ok, answer) = address(manager).staticcall(question);
        assertTrue(ok, "a view that reverts");
    }

    function assertSame(Sight memory a, Sight memory b) internal pure {
        assertEq(a.stake, b.stake, "positions, exits, pools and buckets");
        assertEq(a.tokens, b.tokens, "token balances and credits");
        assertEq(a.rights, b.rights, "rights");
        assertEq(a.terms, b.terms, "terms");
        assertEq(a.promises, b.promises, "allocations, budgets and proposals");
    }

    /// @notice Everybody leaves, under the longest pause of completion at the worst moment, and gets what was there at
    /// the beginning.
    function assertEverybodyGetsOut() internal {
        (uint256 dueToAlice, uint256 dueToBob) = (funds(alice), funds(bob));
        Epoch last = vault.currentEpoch().plus(2);
        uint256 ripe = startOf(last);
        for (uint256 i; i < owned.length; ++i) {
            Owned storage o = owned[i];
            if (o.owner == alice) dueToAlice += o.worth;
            else dueToBob += o.worth;
            if (!o.epoch.isSet() && !o.pool.isIdle()) queueAll(o.owner, o.pool);
        }
        vm.warp(ripe);
        vm.prank(authority);
        (bool paused,) = address(vault).call(abi.encodeCall(IGoverned.pause, (Pausable.Complete, 3 days)));
        (uint256 until,) = vault.pauseOf(Pausable.Complete);
        if (paused) assertEq(until, ripe + 3 days);
        assertLe(until, ripe + 3 days, "three days at most");
        if (until > ripe) vm.warp(until);

        for (uint256 i; i < owned.length; ++i) {
            Owned storage o = owned[i];
            completeIfAny(o.owner, o.pool, o.epoch);
            completeIfAny(o.owner, o.pool, last);
            if (!o.pool.isIdle()) continue;
            uint256 shares = vault.balanceOf(o.owner, o.pool);
            vm.prank(o.owner);
            vault.withdraw(o.pool, shares, o.owner, o.owner);
        }
        // Two units for each way out: what an own conversion may cost.
        assertApproxEqAbs(funds(alice), dueToAlice, 8, "alice");
        assertApproxEqAbs(funds(bob), dueToBob, 8, "bob");
        uint256 credit = vault.creditOf(address(odd), recipient);
        vm.prank(recipient);
        assertEq(vault.collect(address(odd), recipient, slasher), credit);
        assertEq(odd.balanceOf(address(vault)), 0);
        assertLe(token.balanceOf(address(vault)), 16);
    }

    function completeIfAny(address owner, PoolId of_, Epoch epoch) internal {
        if (vault.exitOf(of_, epoch, owner) > 0) complete(owner, of_, epoch);
    }

    function funds(address owner) internal view returns (uint256) {
        return token.balanceOf(owner) + odd.balanceOf(owner);
    }

    /* WHAT A THIEF MIGHT TRY */

    function fillAttacks() internal {
        address t = address(token);
        Epoch ripe = owned[1].epoch;
        address[] memory strategies = only(t);
        attack(vault, abi.encodeCall(IStakeVault.registerOperator, (thief)));
        attack(vault, abi.encodeCall(IStakeVault.removeApprover, ()));
        attack(vault, abi.encodeCall(IStakeVault.open, ()));
        attack(vault, abi.encodeCall(IStakeVault.close, ()));
        attack(vault, abi.encodeCall(IStakeVault.admit, (operator, thief, type(uint40).max, "")));
        attack(vault, abi.encodeCall(IStakeVault.deposit, (t, operator, thief, unit, 0)));
        attack(vault, abi.encodeCall(IStakeVault.withdraw, (idle, unit, thief, alice)));
        attack(vault, abi.encodeCall(IStakeVault.delegate, (idle, unit, otherOperator, 0, alice)));
        attack(vault, abi.encodeCall(IStakeVault.queueWithdrawal, (pool, unit, 0, alice)));
        attack(vault, abi.encodeCall(IStakeVault.completeWithdrawal, (pool, ripe, alice, thief)));
        attack(vault, abi.encodeCall(IStakeVault.redelegate, (pool, ripe, alice, otherOperator, 0)));
        attack(vault, abi.encodeCall(IStakeVault.transfer, (thief, pool, unit)));
        attack(vault, abi.encodeCall(IStakeVault.transferFrom, (alice, thief, pool, unit)));
        attack(vault, abi.encodeCall(IStakeVault.approve, (thief, pool, unit)));
        attack(vault, abi.encodeCall(IStakeVault.setOperator, (thief, true)));
        attack(vault, abi.encodeCall(IStakeVault.slash, (pool.key(), HALF, WHOLE, t, thief)));
        attack(vault, abi.encodeCall(IStakeVault.renew, (pool.key())));
        attack(vault, abi.encodeCall(IStakeVault.collect, (address(odd), recipient, thief)));
        attack(vault, abi.encodeCall(IStakeVault.setDepositCap, (t, 0)));
        attack(vault, abi.encodeCall(IGoverned.pause, (Pausable.Complete, 3 days)));

        attack(manager, abi.encodeCall(IAllocationManager.appoint, (thief, IAllocationManager.leave.selector, true)));
        attack(manager, abi.encodeCall(IAllocationManager.setMetadataURI, (avs, "")));
        attack(
            manager,
            abi.encodeCall(IAllocationManager.createOperatorSet, (toOperatorSetId(avs, 9), defaultTerms(), strategies))
        );
        attack(manager, abi.encodeCall(IAllocationManager.addStrategies, (set, only(address(odd)))));
        attack(manager, abi.encodeCall(IAllocationManager.removeStrategies, (set, strategies)));
        attack(manager, abi.encodeCall(IAllocationManager.retire, (set)));
        attack(manager, abi.encodeCall(IAllocationManager.eject, (set, operator, strategies)));
        attack(manager, abi.encodeCall(IAllocationManager.slash, (set, operator, strategies, only(wad(0.1e18)), "")));
        attack(manager, abi.encodeCall(IAllocationManager.proposeSlash, (challenged, operator, t, wad(0.1e18), "")));
        attack(manager, abi.encodeCall(IAllocationManager.cancelSlash, (challenged, operator, t)));
        attack(manager, abi.encodeCall(IAllocationManager.join, (challenged, otherOperator, "")));
        attack(manager, abi.encodeCall(IAllocationManager.allocate, (set, operator, t, mag(0.4e18))));
        attack(manager, abi.encodeCall(IAllocationManager.leave, (set, operator, strategies)));
        attack(manager, abi.encodeCall(IAllocationManager.renew, (operator, t)));
        // Everybody may execute what waits and settle what is due: here nothing does, and nothing is.
        attack(manager, abi.encodeCall(IAllocationManager.executeSlash, (set, operator, t)));
        attack(manager, abi.encodeCall(IAllocationManager.settle, (set, operator, t)));
        attack(manager, abi.encodeCall(IAllocationManager.setDegreeCeiling, (t, wad(10e18))));
        attack(manager, abi.encodeCall(IGoverned.pause, (Pausable.Raise, 7 days)));
    }

    function attack(IGoverned core, bytes memory data) internal {
        attacks.push(Call(address(core), data));
    }
}

/// @notice Random decisions of the council, pauses of the guardian, and attempts of everybody in governance to do more.
/// Whatever they do, nobody's stake, terms or promises change, and in the end everybody gets out.
contract RolesCampaign is RolesWorld {
    /// @dev As many calls as the campaign has a run.
    uint256 private constant LENGTH = 200;
    uint64 private constant LAST_ROLE = 2;

    uint256 private random;
    Sight private begun;

    /// @dev What was seen last, and when: only time may change it.
    Sight private last;
    uint256 private lookedAt;

    Waiting[] private waiting;
    mapping(IGoverned core => mapping(Pausable action => uint256)) private restedAt;

    /// @dev How often what succeeded.
    uint256 private proposals;
    uint256 private executions;
    uint256 private pauses;
    uint256 private refused;
    uint256 private calls;

    function setUp() public override {
        super.setUp();
        begun = look();
        targetContract(address(this));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = this.act.selector;
        targetSelector(FuzzSelector(address(this), selectors));
    }

    /// forge-config: default.invariant.runs = 6
    /// forge-config: default.invariant.depth = 200
    /// forge-config: default.invariant.dictionary-weight = 0
    function invariant_P8_NoRoleMovesStake() public view {
        Sight memory now_ = look();
        now_.promises = begun.promises;
        assertSame(begun, now_);
    }

    function afterInvariant() public {
        if (calls >= LENGTH) {
            console.log("proposed, executed, paused, refused");
            console.log(proposals, executions, pauses, refused);
            assertGt(proposals + executions + pauses, LENGTH / 10, "too little was done");
            assertGt(refused, LENGTH / 40, "too little was tried");
        }
        assertEverybodyGetsOut();
    }

    function act(uint256 seed) public {
        random = uint256(keccak256(abi.encode(seed, ++calls)));
        uint256 dice = pick(20);
        if (dice < 2) return skip(1 + pick(1 days));
        // Half of what is to be executed has waited.
        if (dice >= 6 && dice < 14 && pick(2) == 0) skip(timelock.getMinDelay());
        if (lookedAt != vm.getBlockTimestamp()) (last, lookedAt) = (look(), vm.getBlockTimestamp());
        if (dice < 6) propose();
        else if (dice < 14) execute();
        else if (dice < 15) cancel();
        else if (dice < 17) pauseSome();
        else tryIt();
        assertSame(last, look());
        assertBounds();
    }

    /* ACTIONS */

    function propose() internal {
        Call memory call = decision();
        uint256 delay = timelock.getMinDelay();
        vm.prank(pick(8) == 0 ? player() : council);
        try timelock.schedule(call.target, 0, call.data, 0, bytes32(proposals), delay) {
            waiting.push(Waiting(call.target, call.data, bytes32(proposals++)));
        } catch {}
    }

    function execute() internal {
        if (waiting.length == 0) return;
        uint256 i = pick(waiting.length);
        Waiting memory w = waiting[i];
        vm.prank(player());
        try timelock.execute(w.target, 0, w.data, 0, w.salt) {
            ++executions;
            forget(i);
        } catch {
            // It may never succeed, and others wait.
            if (waiting.length > 8) forget(i);
        }
    }

    function cancel() internal {
        if (waiting.length == 0) return;
        uint256 i = pick(waiting.length);
        bytes32 id = timelock.hashOperation(waiting[i].target, 0, waiting[i].data, 0, waiting[i].salt);
        vm.prank(pick(2) == 0 ? player() : council);
        try timelock.cancel(id) {
            forget(i);
        } catch {}
    }

    function forget(uint256 i) internal {
        waiting[i] = waiting[waiting.length - 1];
        waiting.pop();
    }

    function pauseSome() internal {
        PauseOrder[] memory orders = new PauseOrder[](1 + pick(6));
        for (uint256 i; i < orders.length; ++i) {
            (IGoverned core, Pausable action) = (pick(2) == 0 ? IGoverned(vault) : manager, Pausable(pick(6)));
            orders[i] = PauseOrder(core, action, pick(2) == 0 ? 3 days : pick(8 days));
        }
        vm.prank(pick(4) == 0 ? player() : guardian);
        try governance.pause(orders) {
            ++pauses;
        } catch {}
    }

    /// @dev Anything, at once and by anybody: an attack on the core, or a decision without its delay.
    function tryIt() internal {
        Call memory call = pick(2) == 0 ? attacks[pick(attacks.length)] : decision();
        vm.prank(player());
        (bool ok,) = call.target.call(call.data);
        if (!ok) ++refused;
    }

    /* DECISIONS */

    function decision() internal returns (Call memory) {
        uint256 dice = pick(16);
        if (dice < 3) return Call(authority, limit());
        if (dice < 7) return Call(address(accessManager), change());
        if (dice == 7) return Call(address(timelock), changeOfTimelock());
        if (dice == 8) return attacks[pick(attacks.length)];
        if (dice == 9) return Call(authority, abi.encodeCall(IGovernance.pause, (new PauseOrder[](1))));
        // What ends governance comes late: little can be tried after it.
        if (dice == 10 && calls > LENGTH * 3 / 4) return Call(address(accessManager), ruin());
        bytes[] memory several = new bytes[](2);
        (several[0], several[1]) = (change(), asAccessManager());
        if (dice == 11) return Call(address(accessManager), abi.encodeCall(accessManager.multicall, (several)));
        return Call(address(accessManager), several[1]);
    }

    function limit() internal returns (bytes memory) {
        if (pick(2) == 0) {
            uint256 cap = pick(2) == 0 ? 0 : pick(2 ** 93);
            return abi.encodeCall(IGovernance.setDepositCap, (vault, address(token), cap));
        }
        return abi.encodeCall(IGovernance.setDegreeCeiling, (manager, address(token), wad(pick(11e18))));
    }

    function asAccessManager() internal returns (bytes memory) {
        Call storage call = attacks[pick(attacks.length)];
        return abi.encodeCall(accessManager.execute, (call.target, call.data));
    }

    function change() internal returns (bytes memory) {
        uint256 dice = pick(8);
        uint64 role = uint64(pick(LAST_ROLE + 1));
        if (dice < 2) return abi.encodeCall(accessManager.grantRole, (role, player(), 0));
        if (dice == 2) return abi.encodeCall(accessManager.revokeRole, (1, players[2 + pick(5)]));
        if (dice == 3) return opened();
        if (dice == 4) return abi.encodeCall(accessManager.setTargetClosed, (authority, pick(6) == 0));
        if (dice == 5) return abi.encodeCall(accessManager.setRoleAdmin, (role, uint64(pick(3))));
        if (dice == 6) return abi.encodeCall(accessManager.setRoleGuardian, (role, uint64(pick(3))));
        return abi.encodeCall(accessManager.setTargetAdminDelay, (address(vault), uint32(pick(1 days))));
    }

    /// @dev Some function of some contract becomes that of a role: of everybody, one time in three.
    function opened() internal returns (bytes memory) {
        Call memory call = attacks[pick(attacks.length)];
        if (pick(3) == 0) call = Call(authority, limit());
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = bytes4(call.data);
        uint64 role = pick(3) == 0 ? accessManager.PUBLIC_ROLE() : uint64(pick(LAST_ROLE + 1));
        return abi.encodeCall(accessManager.setTargetFunctionRole, (call.target, selectors, role));
    }

    function changeOfTimelock() internal returns (bytes memory) {
        bytes32[3] memory roles = [timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE(), timelock.EXECUTOR_ROLE()];
        uint256 dice = pick(4);
        if (dice == 0) return abi.encodeCall(timelock.updateDelay, (pick(3 days)));
        if (dice == 1) return abi.encodeCall(timelock.revokeRole, (roles[pick(3)], players[1 + pick(3)]));
        return abi.encodeCall(timelock.grantRole, (roles[pick(3)], player()));
    }

    function ruin() internal returns (bytes memory) {
        uint256 dice = pick(4);
        if (dice == 0) return abi.encodeCall(accessManager.revokeRole, (0, address(timelock)));
        if (dice == 3) return abi.encodeCall(accessManager.revokeRole, (1, guardian));
        address next = dice == 1 ? address(new AccessManager(thief)) : address(vault);
        return abi.encodeCall(accessManager.updateAuthority, (authority, next));
    }

    /* INTERNAL */

    function pick(uint256 n) internal returns (uint256) {
        random = uint256(keccak256(abi.encode(random)));
        return random % n;
    }

    function player() internal returns (address) {
        return players[pick(players.length)];
    }

    /// @dev What the core bounds: limits, the length of pauses, and the rest between two.
    function assertBounds() internal {
        assertLe(vault.depositCapOf(address(token)), vault.MAX_ASSETS());
        uint256 ceiling = Wad.unwrap(manager.degreeCeilingOf(address(token)));
        assertTrue(ceiling >= 1e18 && ceiling <= 10e18, "ceiling");
        for (uint256 i; i < 12; ++i) {
            (IGoverned core, Pausable action) = (i < 6 ? IGoverned(vault) : manager, Pausable(i % 6));
            (uint256 until, uint256 rest) = core.pauseOf(action);
            uint256 longest = action == Pausable.Complete ? 3 days : 7 days;
            assertLe(until, vm.getBlockTimestamp() + longest, "too long a pause");
            uint256 rested = restedAt[core][action];
            if (rest == rested) continue;
            assertLe(rested, vm.getBlockTimestamp(), "no rest between two pauses");
            assertEq(rest - until, restOf(until - vm.getBlockTimestamp()), "too short a rest");
            restedAt[core][action] = rest;
        }
    }
}

/// @notice The campaign can fail: its attacks work where somebody let them, and it notices what they do.
contract RolesControl is RolesWorld {
    function test_NoFunctionIsLeftOut() public view {
        assertTried("StakeVault", address(vault));
        assertTried("AllocationManager", address(manager));
    }

    function test_EverybodyGetsOut() public {
        assertEverybodyGetsOut();
    }

    /// @dev Each by the one who may do it.
    function test_NoticesWhatThoseDoWhoMay() public {
        assertNoticed(alice, IStakeVault.withdraw.selector);
        assertNoticed(alice, IStakeVault.delegate.selector);
        assertNoticed(alice, IStakeVault.queueWithdrawal.selector);
        assertNoticed(alice, IStakeVault.completeWithdrawal.selector);
        assertNoticed(alice, IStakeVault.redelegate.selector);
        assertNoticed(alice, IStakeVault.transfer.selector);
        assertNoticed(alice, IStakeVault.transferFrom.selector);
        assertNoticed(alice, IStakeVault.approve.selector);
        assertNoticed(alice, IStakeVault.setOperator.selector);
        assertNoticed(alice, IStakeVault.registerOperator.selector);
        assertNoticed(operator, IStakeVault.close.selector);
        assertNoticed(recipient, IStakeVault.collect.selector);
        assertNoticed(address(manager), IStakeVault.slash.selector);
        assertNoticed(operator, IAllocationManager.appoint.selector);
        assertNoticed(avs, IAllocationManager.removeStrategies.selector);
        assertNoticed(avs, IAllocationManager.retire.selector);
        assertNoticed(avs, IAllocationManager.eject.selector);
        assertNoticed(slasher, IAllocationManager.slash.selector);
        assertNoticed(slasher, IAllocationManager.cancelSlash.selector);
        assertNoticed(operator, IAllocationManager.allocate.selector);
        assertNoticed(operator, IAllocationManager.leave.selector);
    }

    /// @dev What a staker should never do: then the council can have what is hers, and the campaign says so.
    function test_NoticesATheftThroughTheAccessManager() public {
        Sight memory before = look();
        vm.prank(alice);
        vault.setOperator(address(accessManager), true);
        bytes memory theft = abi.encodeCall(IStakeVault.transferFrom, (alice, thief, pool, unit));
        vm.prank(address(timelock));
        accessManager.execute(address(vault), theft);
        assertNotEq(look().stake, before.stake);
        vm.expectRevert();
        this.assertOut();
    }

    function assertOut() external {
        assertEverybodyGetsOut();
    }

    function assertNoticed(address by, bytes4 selector) internal {
        for (uint256 i; i < attacks.length; ++i) {
            if (bytes4(attacks[i].data) != selector) continue;
            uint256 world = vm.snapshotState();
            bytes32 before = keccak256(abi.encode(look()));
            vm.prank(by);
            (bool ok, bytes memory answer) = attacks[i].target.call(attacks[i].data);
            assertTrue(ok, string.concat(vm.toString(selector), ": ", vm.toString(answer)));
            assertNotEq(keccak256(abi.encode(look())), before, vm.toString(selector));
            vm.revertToStateAndDelete(world);
            return;
        }
        revert("no such attack");
    }

    function assertTried(string memory name, address core) internal view {
        bytes4[] memory selectors = stateChanging(name);
        assertGt(selectors.length, 0);
        for (uint256 i; i < selectors.length; ++i) {
            bool tried;
            for (uint256 j; j < attacks.length; ++j) {
                tried = tried || (attacks[j].target == core && bytes4(attacks[j].data) == selectors[i]);
            }
            assertTrue(tried, string.concat(name, " has a function that nobody tries: ", vm.toString(selectors[i])));
        }
    }
}
