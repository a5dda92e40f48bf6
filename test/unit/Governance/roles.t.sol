// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {IGovernance} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Deploy} from "../../../script/Deploy.s.sol";
import {Selectors} from "../Selectors.sol";
import {CouncilScene} from "./Council.sol";

/// @param allowed who may; zero for nobody
struct Cell {
    address target;
    bytes data;
    address allowed;
}

/// @notice Who can do what in the three contracts of governance, and what becomes of it when keys leak or are lost.
contract RolesTest is CouncilScene, Selectors {
    address internal genesis;
    address internal heir = makeAddr("heir");
    Cell[] internal cells;

    function setUp() public override {
        super.setUp();
        genesis = new Deploy().deploy(defaultConfig()).governanceGenesis;
        propose(council, authority, capCall(2));
        fillTable();
    }

    /* THE TABLE */

    function fillTable() internal {
        address nobody = address(0);
        bytes memory cap = capCall(1);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IGovernance.setDepositCap.selector;
        bytes[] memory grants = new bytes[](1);
        grants[0] = grantCall(ADMIN_ROLE, heir);

        add(authority, cap, nobody);
        add(authority, ceilingCall(2e18), nobody);
        add(authority, abi.encodeCall(IGovernance.pause, (everything())), guardian);
        add(authority, abi.encodeCall(IAccessManaged.setAuthority, (address(vault))), address(accessManager));

        address access = address(accessManager);
        add(access, grantCall(ADMIN_ROLE, heir), nobody);
        add(access, grantCall(GUARDIAN_ROLE, heir), nobody);
        add(access, revokeCall(ADMIN_ROLE, address(timelock)), nobody);
        add(access, revokeCall(GUARDIAN_ROLE, guardian), nobody);
        add(access, abi.encodeCall(accessManager.renounceRole, (ADMIN_ROLE, address(timelock))), nobody);
        add(access, abi.encodeCall(accessManager.labelRole, (GUARDIAN_ROLE, "label")), nobody);
        add(access, abi.encodeCall(accessManager.setRoleAdmin, (GUARDIAN_ROLE, GUARDIAN_ROLE)), nobody);
        add(access, abi.encodeCall(accessManager.setRoleGuardian, (GUARDIAN_ROLE, GUARDIAN_ROLE)), nobody);
        add(access, abi.encodeCall(accessManager.setGrantDelay, (GUARDIAN_ROLE, 1)), nobody);
        uint64 everybody = accessManager.PUBLIC_ROLE();
        add(access, abi.encodeCall(accessManager.setTargetFunctionRole, (authority, selectors, everybody)), nobody);
        add(access, abi.encodeCall(accessManager.setTargetFunctionRole, (access, selectors, everybody)), nobody);
        add(access, abi.encodeCall(accessManager.setTargetAdminDelay, (authority, 1)), nobody);
        add(access, abi.encodeCall(accessManager.setTargetClosed, (authority, true)), nobody);
        add(access, abi.encodeCall(accessManager.updateAuthority, (authority, address(vault))), nobody);
        add(access, abi.encodeCall(accessManager.execute, (authority, cap)), nobody);
        add(access, abi.encodeCall(accessManager.execute, (access, grants[0])), nobody);
        add(access, abi.encodeCall(accessManager.execute, (address(token), cap)), nobody);
        add(access, abi.encodeCall(accessManager.schedule, (authority, cap, 0)), nobody);
        add(access, abi.encodeCall(accessManager.cancel, (address(timelock), authority, cap)), nobody);
        add(access, abi.encodeCall(accessManager.consumeScheduledOp, (address(timelock), cap)), nobody);
        add(access, abi.encodeCall(accessManager.multicall, (grants)), nobody);

        address lock = address(timelock);
        (address[] memory targets, uint256[] memory values) = (only(authority), new uint256[](1));
        bytes32 id = timelock.hashOperation(authority, 0, capCall(2), 0, 0);
        add(lock, abi.encodeCall(timelock.schedule, (authority, 0, cap, 0, 0, delay)), council);
        add(lock, abi.encodeCall(timelock.scheduleBatch, (targets, values, grants, 0, 0, delay)), council);
        add(lock, abi.encodeCall(timelock.schedule, (authority, 0, cap, 0, 0, delay - 1)), nobody);
        add(lock, abi.encodeCall(timelock.cancel, (id)), council);
        add(lock, abi.encodeCall(timelock.execute, (authority, 0, capCall(2), 0, 0)), nobody);
        add(lock, abi.encodeCall(timelock.executeBatch, (targets, values, grants, 0, 0)), nobody);
        add(lock, abi.encodeCall(timelock.updateDelay, (0)), nobody);
        add(lock, abi.encodeCall(timelock.grantRole, (proposerRole, heir)), nobody);
        add(lock, abi.encodeCall(timelock.grantRole, (adminRole, heir)), nobody);
        add(lock, abi.encodeCall(timelock.revokeRole, (proposerRole, council)), nobody);
        add(lock, abi.encodeCall(timelock.renounceRole, (adminRole, lock)), nobody);
    }

    function add(address target, bytes memory data, address allowed) internal {
        cells.push(Cell({target: target, data: data, allowed: allowed}));
    }

    function test_NamesEveryFunction() public view {
        assertNamesEveryFunction("Governance", authority);
        assertNamesEveryFunction("AccessManager", address(accessManager));
        assertNamesEveryFunction("TimelockController", address(timelock));
    }

    /// @dev But for the timelock itself, which is the administrator: what it does has waited.
    function test_D42_NobodyElseDoesAnything() public {
        address[11] memory all = [
            council,
            guardian,
            stranger,
            alice,
            genesis,
            CREATE2_FACTORY,
            DEFAULT_SENDER,
            authority,
            address(accessManager),
            address(vault),
            address(manager)
        ];
        uint256 succeeded;
        for (uint256 i; i < cells.length; ++i) {
            for (uint256 j; j < all.length; ++j) {
                uint256 world = vm.snapshotState();
                vm.prank(all[j]);
                (bool ok,) = cells[i].target.call(cells[i].data);
                assertEq(ok, all[j] == cells[i].allowed, string.concat(vm.toString(i), " by ", vm.toString(all[j])));
                if (ok) ++succeeded;
                vm.revertToStateAndDelete(world);
            }
        }
        assertEq(succeeded, 5);
    }

    /* THE TIMELOCK */

    function test_AnybodyExecutesWhatHasWaited() public {
        skip(delay);
        address[3] memory anybody = [guardian, alice, council];
        for (uint256 i; i < anybody.length; ++i) {
            uint256 world = vm.snapshotState();
            vm.prank(anybody[i]);
            timelock.execute(authority, 0, capCall(2), 0, 0);
            assertEq(vault.depositCapOf(address(token)), 2);
            vm.revertToStateAndDelete(world);
        }
        // The guardian has no say in it: whatever it pauses, it is executed.
        pauseBy(guardian, everything());
        execute(authority, capCall(2));
        assertEq(vault.depositCapOf(address(token)), 2);
    }

    function test_WhatIsReadyStaysReady() public {
        skip(1000 days);
        uint256 world = vm.snapshotState();
        execute(authority, capCall(2));
        vm.revertToStateAndDelete(world);
        bytes32 id = timelock.hashOperation(authority, 0, capCall(2), 0, 0);
        vm.prank(council);
        timelock.cancel(id);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        execute(authority, capCall(2));
    }

    /// @dev Each way around the delay must itself wait for it.
    function testFuzz_EveryWayAroundTheDelayWaits(uint256 wait) public {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IGovernance.setDepositCap.selector;
        address access = address(accessManager);
        Cell[6] memory ways = [
            Cell(address(timelock), abi.encodeCall(timelock.updateDelay, (0)), council),
            Cell(access, grantCall(ADMIN_ROLE, council), council),
            Cell(access, abi.encodeCall(accessManager.setTargetFunctionRole, (authority, selectors, 7)), council),
            Cell(access, abi.encodeCall(accessManager.setRoleAdmin, (GUARDIAN_ROLE, 7)), council),
            Cell(access, abi.encodeCall(accessManager.updateAuthority, (authority, access)), council),
            Cell(address(timelock), abi.encodeCall(timelock.grantRole, (proposerRole, heir)), council)
        ];
        wait = bound(wait, 0, delay - 1);
        for (uint256 i; i < ways.length; ++i) {
            propose(council, ways[i].target, ways[i].data);
        }
        skip(wait);
        for (uint256 i; i < ways.length; ++i) {
            vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
            execute(ways[i].target, ways[i].data);
        }
        skip(delay - wait);
        for (uint256 i; i < ways.length; ++i) {
            execute(ways[i].target, ways[i].data);
        }
        // From then on there is no delay any more. This is what watching the timelock is for.
        vm.prank(council);
        governance.setDegreeCeiling(manager, address(token), wad(2e18));
    }

    /* REPLACING */

    function test_ReplacesTheGuardian() public {
        address access = address(accessManager);
        decideBoth(access, grantCall(GUARDIAN_ROLE, heir), access, revokeCall(GUARDIAN_ROLE, guardian));
        expectUnauthorized(guardian);
        pauseBy(guardian, everything());
        pauseBy(heir, everything());
        assertPausedUntil(vault, Pausable.Deposit, vm.getBlockTimestamp() + 7 days);
    }

    function test_ReplacesTheCouncil() public {
        address[] memory targets = new address[](4);
        bytes[] memory calls = new bytes[](4);
        (targets[0], targets[1]) = (address(timelock), address(timelock));
        (targets[2], targets[3]) = (address(timelock), address(timelock));
        calls[0] = abi.encodeCall(timelock.grantRole, (proposerRole, heir));
        calls[1] = abi.encodeCall(timelock.grantRole, (cancellerRole, heir));
        calls[2] = abi.encodeCall(timelock.revokeRole, (proposerRole, council));
        calls[3] = abi.encodeCall(timelock.revokeRole, (cancellerRole, council));
        decideAll(targets, calls);

        expectNoRole(council, proposerRole);
        propose(council, authority, capCall(1));
        bytes32 id = propose(heir, authority, capCall(1));
        expectNoRole(council, cancellerRole);
        vm.prank(council);
        timelock.cancel(id);
        skip(delay);
        execute(authority, capCall(1));
        assertEq(vault.depositCapOf(address(token)), 1);
    }

    /* KEYS */

    function test_ALeakedGuardian() public {
        deposit(alice, operator, 10 * unit);
        (Epoch epoch,) = queueAll(alice, pool);
        vm.warp(startOf(epoch));
        address access = address(accessManager);
        // The thief pauses in the worst moment, and again as soon as it may. Its successor is proposed at once.
        pauseBy(guardian, everything());
        propose(council, access, revokeCall(GUARDIAN_ROLE, guardian));
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector, Pausable.Complete, startOf(epoch) + 3 days));
        complete(alice, pool, epoch);
        skip(delay);
        execute(access, revokeCall(GUARDIAN_ROLE, guardian));
        expectUnauthorized(guardian);
        pauseBy(guardian, everything());
        skip(3 days - delay);
        assertEq(complete(alice, pool, epoch), 10 * unit);
    }

    function test_ALostGuardian() public {
        vm.prank(guardian);
        accessManager.renounceRole(GUARDIAN_ROLE, guardian);
        expectUnauthorized(guardian);
        pauseBy(guardian, everything());
        decide(address(accessManager), grantCall(GUARDIAN_ROLE, heir));
        pauseBy(heir, everything());
        assertPausedUntil(vault, Pausable.Complete, vm.getBlockTimestamp() + 3 days);
    }

    /// @dev The thief waits out the delay once, and then has everything that governance has, at once and for good.
    function test_ALeakedCouncil() public {
        commit(set, operator, HALF);
        deposit(alice, operator, 10 * unit);
        deposit(bob, address(0), 5 * unit);
        (Epoch first,) = queue(alice, pool, 4 * unit);
        address access = address(accessManager);
        decideBoth(access, grantCall(ADMIN_ROLE, council), address(timelock), abi.encodeCall(timelock.updateDelay, (0)));
        vm.startPrank(council);
        accessManager.grantRole(GUARDIAN_ROLE, council, 0);
        accessManager.revokeRole(GUARDIAN_ROLE, guardian);
        accessManager.revokeRole(ADMIN_ROLE, address(timelock));
        governance.setDepositCap(vault, address(token), 0);
        governance.setDegreeCeiling(manager, address(token), wad(10e18));
        vm.stopPrank();

        // Everybody gets out in full, three days late at most.
        vm.warp(startOf(first));
        pauseBy(council, everything());
        (Epoch second,) = queueAll(alice, pool);
        skip(3 days);
        assertEq(complete(alice, pool, first), 4 * unit);
        vm.prank(bob);
        assertEq(vault.withdraw(idle, 5 * unit, bob, bob), 5 * unit);
        vm.warp(startOf(second));
        pauseBy(council, everything());
        skip(3 days);
        assertEq(complete(alice, pool, second), 6 * unit);
    }

    function test_ALostCouncil() public {
        vm.startPrank(council);
        timelock.renounceRole(proposerRole, council);
        timelock.renounceRole(cancellerRole, council);
        vm.stopPrank();
        expectNoRole(council, proposerRole);
        propose(council, authority, capCall(1));
        // What it proposed before still comes.
        skip(delay);
        execute(authority, capCall(2));
        assertEq(vault.depositCapOf(address(token)), 2);
        pauseBy(guardian, everything());
    }

    function test_ATimelockThatGivesUp() public {
        address access = address(accessManager);
        decide(access, abi.encodeCall(accessManager.renounceRole, (ADMIN_ROLE, address(timelock))));
        expectUnauthorized(address(timelock));
        execute(authority, capCall(2));
        propose(council, access, grantCall(ADMIN_ROLE, address(timelock)));
        skip(delay);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessManager.AccessManagerUnauthorizedAccount.selector, address(timelock), ADMIN_ROLE
            )
        );
        execute(access, grantCall(ADMIN_ROLE, address(timelock)));
        pauseBy(guardian, everything());
    }

    /* THE ACCESS MANAGER */

    function test_ClosedAndOpenedAgain() public {
        address access = address(accessManager);
        decide(access, abi.encodeCall(accessManager.setTargetClosed, (authority, true)));
        expectUnauthorized(guardian);
        pauseBy(guardian, everything());
        expectUnauthorized(address(timelock));
        execute(authority, capCall(2));
        decide(access, abi.encodeCall(accessManager.setTargetClosed, (authority, false)));
        pauseBy(guardian, everything());
        execute(authority, capCall(2));
    }

    function test_RolesOfRoles() public {
        address access = address(accessManager);
        decide(access, grantCall(7, alice));
        decideBoth(
            access,
            abi.encodeCall(accessManager.setRoleAdmin, (GUARDIAN_ROLE, 7)),
            access,
            abi.encodeCall(accessManager.setRoleGuardian, (GUARDIAN_ROLE, 7))
        );
        // Guardians are hers to name now, at once, and nothing else is.
        vm.startPrank(alice);
        accessManager.grantRole(GUARDIAN_ROLE, heir, 0);
        accessManager.revokeRole(GUARDIAN_ROLE, guardian);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
        accessManager.grantRole(ADMIN_ROLE, alice, 0);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
        accessManager.grantRole(7, heir, 0);
        vm.stopPrank();
        expectUnauthorized(alice);
        pauseBy(alice, everything());
        pauseBy(heir, everything());
        // The role's guardian cancels what is scheduled in the access manager: that of the timelock is not.
        vm.expectPartialRevert(IAccessManager.AccessManagerNotScheduled.selector);
        vm.prank(alice);
        accessManager.cancel(address(timelock), authority, capCall(2));
        execute(authority, capCall(2));
    }

    function test_ASecondDelayOnlyAdds() public {
        address access = address(accessManager);
        decide(access, abi.encodeCall(accessManager.grantRole, (ADMIN_ROLE, address(timelock), 1 days)));
        vm.expectPartialRevert(IAccessManager.AccessManagerNotScheduled.selector);
        execute(authority, capCall(2));
        decide(access, abi.encodeCall(accessManager.schedule, (authority, capCall(2), 0)));
        vm.expectPartialRevert(IAccessManager.AccessManagerNotReady.selector);
        execute(authority, capCall(2));
        skip(1 days);
        execute(authority, capCall(2));
        assertEq(vault.depositCapOf(address(token)), 2);
    }

    function test_TheAccessManagerIsNobodyToTheCore() public {
        deposit(alice, address(0), unit);
        bytes[4] memory calls = [
            abi.encodeCall(IStakeVault.setDepositCap, (address(token), 0)),
            abi.encodeCall(IStakeVault.slash, (pool, HALF, WHOLE, address(token), council)),
            abi.encodeCall(IStakeVault.withdraw, (idle, unit, council, alice)),
            abi.encodeCall(IGoverned.pause, (Pausable.Complete, 1))
        ];
        bytes[4] memory refusals = [
            abi.encodeWithSelector(IGoverned.NotAuthority.selector, accessManager),
            abi.encodeWithSelector(IStakeVault.NotAllocationManager.selector, accessManager),
            abi.encodeWithSelector(IStakeVault.NotOwnerNorOperator.selector, alice, accessManager),
            abi.encodeWithSelector(IGoverned.NotAuthority.selector, accessManager)
        ];
        for (uint256 i; i < calls.length; ++i) {
            bytes memory call = abi.encodeCall(accessManager.execute, (address(vault), calls[i]));
            propose(council, address(accessManager), call);
            skip(delay);
            vm.expectRevert(refusals[i]);
            execute(address(accessManager), call);
        }
    }

    function test_AnAccessManagerThatIsTrustedIsTheCouncils() public {
        deposit(alice, address(0), unit);
        vm.prank(alice);
        vault.setOperator(address(accessManager), true);
        bytes memory theft = abi.encodeCall(IStakeVault.withdraw, (idle, unit, council, alice));
        decide(address(accessManager), abi.encodeCall(accessManager.execute, (address(vault), theft)));
        assertEq(token.balanceOf(council), unit);
    }

    /* SMALL THINGS */

    function decideBoth(address firstTarget, bytes memory first, address secondTarget, bytes memory second) internal {
        address[] memory targets = new address[](2);
        bytes[] memory calls = new bytes[](2);
        (targets[0], targets[1]) = (firstTarget, secondTarget);
        (calls[0], calls[1]) = (first, second);
        decideAll(targets, calls);
    }

    function decideAll(address[] memory targets, bytes[] memory calls) internal {
        uint256[] memory values = new uint256[](targets.length);
        vm.prank(council);
        timelock.scheduleBatch(targets, values, calls, 0, 0, delay);
        skip(delay);
        vm.prank(stranger);
        timelock.executeBatch(targets, values, calls, 0, 0);
    }

    function expectUnauthorized(address account) internal {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account));
    }

    function expectNoRole(address account, bytes32 role) internal {
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, account, role));
    }

    function assertNamesEveryFunction(string memory name, address target) internal view {
        bytes4[] memory selectors = stateChanging(name);
        assertGt(selectors.length, 0);
        for (uint256 i; i < selectors.length; ++i) {
            bool named = isReceiver(selectors[i]);
            for (uint256 j; j < cells.length; ++j) {
                named = named || (cells[j].target == target && bytes4(cells[j].data) == selectors[i]);
            }
            assertTrue(named, string.concat(name, " has a function without a row: ", vm.toString(selectors[i])));
        }
    }

    /// @dev The timelock may be sent NFTs, and answers that with a constant.
    function isReceiver(bytes4 selector) internal pure returns (bool) {
        return selector == bytes4(keccak256("onERC721Received(address,address,uint256,bytes)"))
            || selector == bytes4(keccak256("onERC1155Received(address,address,uint256,uint256,bytes)"))
            || selector == bytes4(keccak256("onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)"));
    }
}
