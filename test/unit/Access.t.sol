// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {IMintable} from "../Base.t.sol";
import {BlocklistToken} from "../mocks/OddTokens.sol";
import {GatedScene} from "./Gated.sol";
import {Selectors} from "./Selectors.sol";

/// @dev The staker's operator is one in the sense of ERC-6909; appointees are appointed for every function.
/// The authority is the contract `Governance`; who stands behind that is nobody to the core.
enum Actor {
    Stranger,
    Staker,
    StakersOperator,
    Operator,
    OperatorsAppointee,
    Avs,
    AvsAppointee,
    Slasher,
    Resolver,
    Recipient,
    Approver,
    Authority,
    Council,
    Guardian,
    Timelock,
    AccessManager,
    Manager
}

/// @param what what is tried, for messages
/// @param data the call
/// @param allowed one bit for each actor that may
/// @param refusal what it says to all others
/// @param prepare brings about what the call needs, where that is in nobody else's way
/// @param slashes whether a staker may lose by it
struct Row {
    string what;
    bytes data;
    uint256 allowed;
    function(address) internal view returns (bytes memory) refusal;
    function() internal prepare;
    bool slashes;
}

/// @notice P8 as a table: who may call what. Each cell is tried in the same world, and either succeeds or is refused with
/// the one error that says why. Whoever acts, a staker who did not ask for it loses by a slash only.
contract AccessTest is GatedScene, Selectors {
    uint256 internal constant ACTORS = uint256(type(Actor).max) + 1;
    uint256 internal constant EVERYBODY = 2 ** ACTORS - 1;
    uint256 internal constant FOREVER = type(uint40).max;

    address internal resolver = makeAddr("resolver");
    address internal operatorsAppointee = makeAddr("operator's appointee");
    address internal avsAppointee = makeAddr("AVS's appointee");

    IMintable internal wornToken;
    IMintable internal blockedToken;

    /// @dev `set` slashes at once, `challenged` after a day; `lowered` waits to be settled, `unjoined` to be joined.
    OperatorSetId internal challenged;
    OperatorSetId internal lowered;
    OperatorSetId internal unjoined;

    /// @dev Where alice, the staker, has stake.
    PoolId[] internal holdings;
    PoolId internal worn;
    Epoch internal ripe;

    Row[] internal vaultRows;
    Row[] internal managerRows;

    function setUp() public override {
        super.setUp();
        openSets();
        stake();
        for (uint256 i; i < ACTORS; ++i) {
            fund(token, actor(Actor(i)), 10 * unit);
        }
        vm.prank(alice);
        vault.setOperator(actor(Actor.StakersOperator), true);
        fillVaultTable();
        fillManagerTable();
        appointForEverything(vaultRows);
        appointForEverything(managerRows);
    }

    function actor(Actor who) internal view returns (address) {
        if (who == Actor.Stranger) return stranger;
        if (who == Actor.Staker) return alice;
        if (who == Actor.StakersOperator) return bob;
        if (who == Actor.Operator) return gate;
        if (who == Actor.OperatorsAppointee) return operatorsAppointee;
        if (who == Actor.Avs) return avs;
        if (who == Actor.AvsAppointee) return avsAppointee;
        if (who == Actor.Slasher) return slasher;
        if (who == Actor.Resolver) return resolver;
        if (who == Actor.Recipient) return recipient;
        if (who == Actor.Approver) return approver;
        if (who == Actor.Authority) return authority;
        if (who == Actor.Council) return council;
        if (who == Actor.Guardian) return guardian;
        if (who == Actor.Timelock) return address(timelock);
        if (who == Actor.AccessManager) return address(accessManager);
        return address(manager);
    }

    /* THE TABLE */

    function fillVaultTable() internal {
        uint256 staker = only(Actor.Staker);
        uint256 owners = staker | only(Actor.StakersOperator);
        uint256 op = only(Actor.Operator);
        bytes memory signature =
            sign(approverKey, admissionDigest(block.chainid, address(vault), gate, alice, nonceOfAlice(), FOREVER));

        // For oneself.
        ofVault("register", abi.encodeCall(IStakeVault.registerOperator, (bob)), EVERYBODY & ~op, alreadyRegistered);
        ofVault("close", abi.encodeCall(IStakeVault.close, ()), op, closed);
        ofVault("open", abi.encodeCall(IStakeVault.open, ()), op, notRegistered).prepare = closeGate;
        ofVault("remove the approver", abi.encodeCall(IStakeVault.removeApprover, ()), op, noApprover);
        ofVault("approve", abi.encodeCall(IStakeVault.approve, (bob, idle, 1)), EVERYBODY, nobody);
        ofVault("set an operator", abi.encodeCall(IStakeVault.setOperator, (bob, true)), EVERYBODY, nobody);
        ofVault(
            "collect elsewhere",
            abi.encodeCall(IStakeVault.collect, (address(blockedToken), recipient, alice)),
            only(Actor.Recipient),
            notRecipient
        );
        ofVault(
            "collect",
            abi.encodeCall(IStakeVault.collect, (address(blockedToken), recipient, recipient)),
            EVERYBODY,
            nobody
        )
        .prepare = unblock;

        // The staker's stake.
        ofVault(
            "deposit",
            abi.encodeCall(IStakeVault.deposit, (address(token), otherOperator, alice, unit, 0)),
            EVERYBODY,
            nobody
        );
        ofVault(
            "deposit into a gated pool",
            abi.encodeCall(IStakeVault.deposit, (address(token), gate, alice, unit, 0)),
            owners,
            notOwner
        );
        ofVault("withdraw", abi.encodeCall(IStakeVault.withdraw, (idle, unit, bob, alice)), owners, notOwner);
        ofVault(
            "delegate", abi.encodeCall(IStakeVault.delegate, (idle, unit, otherOperator, 0, alice)), owners, notOwner
        );
        ofVault(
            "delegate into a gated pool",
            abi.encodeCall(IStakeVault.delegate, (idle, unit, gate, 0, alice)),
            owners,
            notOwner
        );
        ofVault("queue", abi.encodeCall(IStakeVault.queueWithdrawal, (gated, unit, 0, alice)), owners, notOwner);
        ofVault("complete", abi.encodeCall(IStakeVault.completeWithdrawal, (gated, ripe, alice, bob)), owners, notOwner);
        ofVault(
            "redelegate",
            abi.encodeCall(IStakeVault.redelegate, (gated, ripe, alice, otherOperator, 0)),
            owners,
            notOwner
        );
        ofVault("transfer", abi.encodeCall(IStakeVault.transfer, (bob, idle, 1)), staker, noShares);
        ofVault("transfer from", abi.encodeCall(IStakeVault.transferFrom, (alice, bob, idle, 1)), owners, noAllowance);

        // Roles.
        ofVault(
            "admit", abi.encodeCall(IStakeVault.admit, (gate, alice, FOREVER, "")), only(Actor.Approver), badApproval
        );
        ofVault(
            "admit by signature",
            abi.encodeCall(IStakeVault.admit, (gate, alice, FOREVER, signature)),
            EVERYBODY,
            nobody
        );
        ofVault(
            "slash",
            abi.encodeCall(IStakeVault.slash, (gated, HALF, WHOLE, address(token), recipient)),
            only(Actor.Manager),
            notManager
        )
        .slashes = true;
        ofVault("renew", abi.encodeCall(IStakeVault.renew, (worn)), only(Actor.Manager), notManager);
        ofVault(
            "set a cap",
            abi.encodeCall(IStakeVault.setDepositCap, (address(token), 1)),
            only(Actor.Authority),
            notAuthority
        );
        ofVault("pause", abi.encodeCall(IGoverned.pause, (Pausable.Complete, 1)), only(Actor.Authority), notAuthority);
    }

    function fillManagerTable() internal {
        uint256 op = only(Actor.Operator) | only(Actor.OperatorsAppointee);
        uint256 service = only(Actor.Avs) | only(Actor.AvsAppointee);
        address[] memory strategies = only(address(token));
        address[] memory others = only(address(wornToken));

        // For oneself.
        ofManager("appoint", abi.encodeCall(IAllocationManager.appoint, (bob, 0x12345678, true)), EVERYBODY, nobody);

        // The operator's promises.
        ofManager("join", abi.encodeCall(IAllocationManager.join, (unjoined, gate, "")), op, notForOperator);
        ofManager(
            "raise", abi.encodeCall(IAllocationManager.allocate, (set, gate, address(token), HALF)), op, notForOperator
        );
        ofManager(
            "lower",
            abi.encodeCall(IAllocationManager.allocate, (set, gate, address(token), mag(0))),
            op,
            notForOperator
        );
        ofManager("leave", abi.encodeCall(IAllocationManager.leave, (set, gate, strategies)), op, notForOperator);
        ofManager("renew", abi.encodeCall(IAllocationManager.renew, (gate, address(wornToken))), op, notForOperator);

        // The service's sets.
        ofManager("describe", abi.encodeCall(IAllocationManager.setMetadataURI, (avs, "uri")), service, notForAvs);
        ofManager(
            "create a set",
            abi.encodeCall(IAllocationManager.createOperatorSet, (nextSet(), defaultTerms(), strategies)),
            service,
            notForAvs
        );
        ofManager("add strategies", abi.encodeCall(IAllocationManager.addStrategies, (set, others)), service, notForAvs);
        ofManager(
            "remove strategies",
            abi.encodeCall(IAllocationManager.removeStrategies, (set, strategies)),
            service,
            notForAvs
        );
        ofManager("retire", abi.encodeCall(IAllocationManager.retire, (set)), service, notForAvs);
        ofManager("eject", abi.encodeCall(IAllocationManager.eject, (set, gate, strategies)), service, notForAvs);

        // Slashing.
        ofManager(
            "slash",
            abi.encodeCall(IAllocationManager.slash, (set, gate, strategies, only(wad(0.5e18)), "")),
            only(Actor.Slasher),
            notSlasher
        )
        .slashes = true;
        ofManager(
            "propose",
            abi.encodeCall(IAllocationManager.proposeSlash, (challenged, gate, address(token), wad(0.5e18), "")),
            only(Actor.Slasher),
            notSlasherOfChallenged
        );
        ofManager(
            "cancel",
            abi.encodeCall(IAllocationManager.cancelSlash, (challenged, gate, address(token))),
            only(Actor.Slasher) | only(Actor.Resolver),
            notResolver
        )
        .prepare = propose;
        Row storage execute = ofManager(
            "execute",
            abi.encodeCall(IAllocationManager.executeSlash, (challenged, gate, address(token))),
            EVERYBODY,
            nobody
        );
        execute.prepare = proposeAndWait;
        execute.slashes = true;
        ofManager(
            "settle", abi.encodeCall(IAllocationManager.settle, (lowered, gate, address(token))), EVERYBODY, nobody
        );

        // Governance.
        ofManager(
            "set a ceiling",
            abi.encodeCall(IAllocationManager.setDegreeCeiling, (address(token), wad(2e18))),
            only(Actor.Authority),
            notAuthority
        );
        ofManager("pause", abi.encodeCall(IGoverned.pause, (Pausable.Raise, 1)), only(Actor.Authority), notAuthority);
    }

    /* TESTS */

    function test_NamesEveryFunctionOfTheVault() public view {
        assertNamesEveryFunction("StakeVault", vaultRows);
    }

    function test_NamesEveryFunctionOfTheAllocationManager() public view {
        assertNamesEveryFunction("AllocationManager", managerRows);
    }

    function test_EveryCellOfTheVault() public {
        assertEveryCell(address(vault), vaultRows);
    }

    function test_EveryCellOfTheAllocationManager() public {
        assertEveryCell(address(manager), managerRows);
    }

    function assertNamesEveryFunction(string memory name, Row[] storage rows) internal view {
        bytes4[] memory selectors = stateChanging(name);
        assertGt(selectors.length, 0);
        for (uint256 i; i < selectors.length; ++i) {
            bool named;
            for (uint256 j; j < rows.length; ++j) {
                named = named || bytes4(rows[j].data) == selectors[i];
            }
            assertTrue(named, string.concat(name, " has a function without a row: ", vm.toString(selectors[i])));
        }
    }

    function assertEveryCell(address core, Row[] storage rows) internal {
        for (uint256 i; i < rows.length; ++i) {
            for (uint256 j; j < ACTORS; ++j) {
                uint256 world = vm.snapshotState();
                assertCell(core, rows[i], Actor(j));
                vm.revertToStateAndDelete(world);
            }
        }
    }

    function assertCell(address core, Row storage row, Actor who) internal {
        row.prepare();
        uint256 before = worth();
        string memory cell = string.concat(vm.getLabel(core), ": ", row.what, ", by ", vm.getLabel(actor(who)));
        vm.prank(actor(who));
        (bool succeeded, bytes memory answer) = core.call(row.data);
        if (row.allowed & only(who) == 0) {
            assertFalse(succeeded, cell);
            assertEq(answer, row.refusal(actor(who)), cell);
        } else {
            assertTrue(succeeded, string.concat(cell, ": ", vm.toString(answer)));
        }
        bool asked = who == Actor.Staker || who == Actor.StakersOperator;
        if (row.slashes && succeeded) assertLt(worth(), before, cell);
        else if (!asked) assertGe(worth(), before, cell);
    }

    /* REFUSALS */

    function nobody(address sender) internal pure returns (bytes memory) {
        revert(string.concat("not refused: ", vm.toString(sender)));
    }

    function alreadyRegistered(address sender) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.AlreadyRegistered.selector, sender);
    }

    function notRegistered(address sender) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.NotRegistered.selector, sender);
    }

    function closed(address sender) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.OperatorClosedToStake.selector, sender, 0);
    }

    function noApprover(address sender) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.NoApprover.selector, sender);
    }

    function notRecipient(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, recipient, sender);
    }

    function notOwner(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, sender);
    }

    function noShares(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, idle, sender, 0, 1);
    }

    function noAllowance(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.InsufficientAllowance.selector, alice, sender, idle, 0, 1);
    }

    function badApproval(address) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.BadApproval.selector, gate, alice, nonceOfAlice(), FOREVER);
    }

    function notManager(address sender) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.NotAllocationManager.selector, sender);
    }

    function notAuthority(address sender) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IGoverned.NotAuthority.selector, sender);
    }

    function notForOperator(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, gate, sender);
    }

    function notForAvs(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, avs, sender);
    }

    function notSlasher(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IAllocationManager.NotSlasher.selector, set, sender);
    }

    function notSlasherOfChallenged(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IAllocationManager.NotSlasher.selector, challenged, sender);
    }

    function notResolver(address sender) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IAllocationManager.NotResolver.selector, challenged, sender);
    }

    /* PREPARATIONS */

    function nothing() internal {}

    function unblock() internal {
        BlocklistToken(address(blockedToken)).setBlocked(recipient, false);
    }

    function closeGate() internal {
        vm.prank(gate);
        vault.close();
    }

    function propose() internal {
        vm.prank(slasher);
        manager.proposeSlash(challenged, gate, address(token), wad(0.5e18), "");
    }

    function proposeAndWait() internal {
        propose();
        skip(1 days);
    }

    /* THE WORLD */

    /// @dev The operator has promised 0.4 to either set, and 0.1 to one more until it lowered that.
    function openSets() internal {
        vm.label(address(vault), "vault");
        vm.label(address(manager), "manager");
        Terms memory terms = defaultTerms();
        terms.resolver = resolver;
        terms.window = 1 days;
        challenged = createSet(1, terms);
        lowered = createSet(2, defaultTerms());
        unjoined = createSet(3, defaultTerms());
        join(set, gate);
        join(challenged, gate);
        join(lowered, gate);
        allocate(set, gate, mag(0.4e18));
        allocate(challenged, gate, mag(0.4e18));
        allocate(lowered, gate, mag(0.1e18));
        skipEpochs(3);
        allocate(lowered, gate, mag(0));
    }

    /// @dev The staker has stake at risk, idle, worn out, and ripe to leave, and may enter the gated pool once more. The
    /// recipient has a credit.
    function stake() internal {
        admit(alice, FOREVER);
        deposit(alice, gate, 10 * unit);
        (ripe,) = queue(alice, gated, 4 * unit);
        deposit(alice, address(0), 10 * unit);

        wornToken = newToken("Worn", "WORN", 18);
        admit(alice, FOREVER);
        (worn,) = deposit(wornToken, alice, gate, 10_000);
        cut(wornToken, worn, 9999, 10_000, recipient);

        BlocklistToken blocklist = new BlocklistToken();
        blockedToken = IMintable(address(blocklist));
        blocklist.setBlocked(recipient, true);
        (PoolId of_,) = deposit(blockedToken, alice, otherOperator, 100);
        cut(blockedToken, of_, 1, 2, recipient);

        admit(alice, FOREVER);
        skipEpochs(2);
        holdings = [gated, idle, worn, of_, vault.poolId(otherOperator, address(token))];
    }

    function appointForEverything(Row[] storage rows) internal {
        for (uint256 i; i < rows.length; ++i) {
            bytes4 selector = bytes4(rows[i].data);
            if (selector == IAllocationManager.appoint.selector) continue;
            vm.prank(gate);
            manager.appoint(operatorsAppointee, selector, true);
            vm.prank(avs);
            manager.appoint(avsAppointee, selector, true);
        }
    }

    /// @dev All that the staker has, added up over tokens: no call moves more than one of them.
    function worth() internal view returns (uint256 sum) {
        sum = token.balanceOf(alice) + vault.exitValue(gated, ripe, alice);
        for (uint256 i; i < holdings.length; ++i) {
            sum += vault.positionValue(holdings[i], alice);
        }
    }

    function nonceOfAlice() internal view returns (uint256 nonce) {
        (nonce,) = vault.admissionOf(gate, alice);
    }

    function nextSet() internal view returns (OperatorSetId) {
        return OperatorSetId.wrap(OperatorSetId.unwrap(unjoined) + 1);
    }

    function only(Actor who) internal pure returns (uint256) {
        return 2 ** uint256(who);
    }

    function ofVault(
        string memory what,
        bytes memory data,
        uint256 allowed,
        function(address) internal view returns (bytes memory) refusal
    ) internal returns (Row storage row) {
        row = vaultRows.push();
        fill(row, what, data, allowed, refusal);
    }

    function ofManager(
        string memory what,
        bytes memory data,
        uint256 allowed,
        function(address) internal view returns (bytes memory) refusal
    ) internal returns (Row storage row) {
        row = managerRows.push();
        fill(row, what, data, allowed, refusal);
    }

    function fill(
        Row storage row,
        string memory what,
        bytes memory data,
        uint256 allowed,
        function(address) internal view returns (bytes memory) refusal
    ) private {
        (row.what, row.data, row.allowed) = (what, data, allowed);
        (row.refusal, row.prepare) = (refusal, nothing);
    }
}
