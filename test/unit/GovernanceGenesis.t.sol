// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {IGovernance} from "palisade/interfaces/IGovernance.sol";
import {GovernanceGenesis} from "palisade/governance/GovernanceGenesis.sol";
import {Base} from "../Base.t.sol";

contract GovernanceGenesisTest is Base {
    uint64 internal constant ADMIN_ROLE = 0;
    uint64 internal constant GUARDIAN_ROLE = 1;
    uint256 internal constant DELAY = 3 days;

    /// @dev What a deployment by this contract creates.
    address internal genesis;
    TimelockController internal lock;
    AccessManager internal access;
    address internal made;

    function setUp() public override {
        super.setUp();
        genesis = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        lock = TimelockController(payable(vm.computeCreateAddress(genesis, 1)));
        access = AccessManager(vm.computeCreateAddress(genesis, 2));
        made = vm.computeCreateAddress(genesis, 3);
    }

    function test_RevertWhen_NoCouncil() public {
        vm.expectRevert(GovernanceGenesis.NoCouncil.selector);
        this.create(address(0), guardian, DELAY);
    }

    function test_RevertWhen_NoGuardian() public {
        vm.expectRevert(GovernanceGenesis.NoGuardian.selector);
        this.create(council, address(0), DELAY);
    }

    function test_RevertWhen_NoDelay() public {
        vm.expectRevert(GovernanceGenesis.NoDelay.selector);
        this.create(council, guardian, 0);
    }

    function test_CreatesThree() public {
        create(council, guardian, DELAY);
        assertEq(keccak256(address(lock).code), keccak256(address(timelock).code));
        assertEq(keccak256(address(access).code), keccak256(address(accessManager).code));
        assertEq(keccak256(made.code), keccak256(address(governance).code));
        assertEq(vm.getNonce(genesis), 4);
        assertEq(vm.getNonce(address(lock)) + vm.getNonce(address(access)) + vm.getNonce(made), 3);
    }

    function test_WiresThem() public {
        create(council, guardian, DELAY);
        assertEq(lock.getMinDelay(), DELAY);
        assertEq(IAccessManaged(made).authority(), address(access));
        assertEq(access.getTargetFunctionRole(made, IGovernance.pause.selector), GUARDIAN_ROLE);
        assertEq(access.getTargetFunctionRole(made, IGovernance.setDepositCap.selector), ADMIN_ROLE);
        assertEq(access.getTargetFunctionRole(made, IGovernance.setDegreeCeiling.selector), ADMIN_ROLE);
        assertEq(access.getRoleAdmin(GUARDIAN_ROLE), ADMIN_ROLE);
        assertMember(ADMIN_ROLE, address(lock));
        assertMember(GUARDIAN_ROLE, guardian);
    }

    /// @dev All that is logged, in this order: who holds a role at the end is who was given it here, but for the one
    /// that gave its own back.
    function test_LogsEveryHolder() public {
        bytes32 nobody = 0;
        vm.expectEmit(address(lock));
        emit IAccessControl.RoleGranted(nobody, address(lock), genesis);
        vm.expectEmit(address(lock));
        emit IAccessControl.RoleGranted(keccak256("PROPOSER_ROLE"), council, genesis);
        vm.expectEmit(address(lock));
        emit IAccessControl.RoleGranted(keccak256("CANCELLER_ROLE"), council, genesis);
        vm.expectEmit(address(lock));
        emit IAccessControl.RoleGranted(keccak256("EXECUTOR_ROLE"), address(0), genesis);
        vm.expectEmit(address(lock));
        emit TimelockController.MinDelayChange(0, DELAY);

        uint48 time = uint48(vm.getBlockTimestamp());
        vm.expectEmit(address(access));
        emit IAccessManager.RoleGranted(ADMIN_ROLE, genesis, 0, time, true);
        vm.expectEmit(made);
        emit IAccessManaged.AuthorityUpdated(address(access));
        vm.expectEmit(address(access));
        emit IAccessManager.TargetFunctionRoleUpdated(made, IGovernance.pause.selector, GUARDIAN_ROLE);
        vm.expectEmit(address(access));
        emit IAccessManager.RoleLabel(GUARDIAN_ROLE, "guardian");
        vm.expectEmit(address(access));
        emit IAccessManager.RoleGranted(GUARDIAN_ROLE, guardian, 0, time, true);
        vm.expectEmit(address(access));
        emit IAccessManager.RoleGranted(ADMIN_ROLE, address(lock), 0, time, true);
        vm.expectEmit(address(access));
        emit IAccessManager.RoleRevoked(ADMIN_ROLE, genesis);
        vm.recordLogs();
        create(council, guardian, DELAY);
        assertEq(vm.getRecordedLogs().length, 12);
    }

    function test_KeepsNothing() public {
        create(council, guardian, DELAY);
        address[5] memory others = [genesis, address(this), CREATE2_FACTORY, made, address(access)];
        for (uint256 i; i < others.length; ++i) {
            assertNoRole(others[i]);
        }
        // Nor has anybody of the cast what is another's.
        assertFalse(lock.hasRole(0, council));
        assertFalse(lock.hasRole(keccak256("PROPOSER_ROLE"), guardian));
        assertFalse(lock.hasRole(keccak256("CANCELLER_ROLE"), guardian));
        (bool member,) = access.hasRole(ADMIN_ROLE, council);
        assertFalse(member);
        (member,) = access.hasRole(ADMIN_ROLE, guardian);
        assertFalse(member);
    }

    function testFuzz_HasNoFunctions(bytes calldata data) public {
        create(council, guardian, DELAY);
        (bool ok,) = genesis.call(data);
        assertFalse(ok);
    }

    function test_WhoSendsItDoesNotMatter() public {
        bytes memory initcode = bytes.concat(
            vm.getCode("out/GovernanceGenesis.sol/GovernanceGenesis.json"), abi.encode(council, guardian, DELAY)
        );
        address expected = vm.computeCreate2Address(0, keccak256(initcode), CREATE2_FACTORY);
        vm.prank(stranger, stranger);
        (bool ok,) = CREATE2_FACTORY.call(bytes.concat(bytes32(0), initcode));
        assertTrue(ok);
        access = AccessManager(vm.computeCreateAddress(expected, 2));
        lock = TimelockController(payable(vm.computeCreateAddress(expected, 1)));
        assertMember(GUARDIAN_ROLE, guardian);
        assertTrue(lock.hasRole(keccak256("PROPOSER_ROLE"), council));
        assertNoRole(stranger);
        assertNoRole(expected);
    }

    /// @dev Public, so that it can be expected to fail.
    function create(address council_, address guardian_, uint256 delay) public {
        vm.deployCode("out/GovernanceGenesis.sol/GovernanceGenesis.json", abi.encode(council_, guardian_, delay));
    }

    function assertMember(uint64 role, address account) internal view {
        (bool member, uint32 wait) = access.hasRole(role, account);
        assertTrue(member, "role");
        assertEq(wait, 0, "execution delay");
    }

    function assertNoRole(address account) internal view {
        for (uint64 role; role < 3; ++role) {
            (bool member,) = access.hasRole(role, account);
            assertFalse(member);
        }
        assertFalse(lock.hasRole(0, account));
        assertFalse(lock.hasRole(keccak256("PROPOSER_ROLE"), account));
        assertFalse(lock.hasRole(keccak256("CANCELLER_ROLE"), account));
        assertFalse(lock.hasRole(keccak256("EXECUTOR_ROLE"), account));
    }
}
