// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IGovernance} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {CouncilScene} from "./Council.sol";

/// @notice An access manager that answers the same to every question.
contract Doorman {
    bool internal immutable OPEN;

    constructor(bool open) {
        OPEN = open;
    }

    function canCall(address, address, bytes4) external view returns (bool) {
        return OPEN;
    }
}

contract SetAuthorityTest is CouncilScene {
    function test_RevertWhen_NotTheAccessManager() public {
        address next = address(new Doorman(true));
        address[5] memory others = [council, guardian, stranger, address(timelock), authority];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            IAccessManaged(authority).setAuthority(next);
        }
    }

    function test_RevertWhen_ItHasNoCode() public {
        propose(council, address(accessManager), replacement(stranger));
        skip(delay);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedInvalidAuthority.selector, stranger));
        execute(address(accessManager), replacement(stranger));
    }

    function test_HeedsTheNewOne() public {
        AccessManager next = new AccessManager(alice);
        decide(address(accessManager), replacement(address(next)));
        assertEq(IAccessManaged(authority).authority(), address(next));

        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, guardian));
        pauseBy(guardian, everything());
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, timelock));
        vm.prank(address(timelock));
        governance.setDepositCap(vault, address(token), 1);
        vm.prank(alice);
        governance.setDepositCap(vault, address(token), 1);
        assertEq(vault.depositCapOf(address(token)), 1);
        // The core knows nothing of this.
        assertEq(vault.AUTHORITY(), authority);
    }

    function test_OneThatLetsEverybodyOpensThreeCalls() public {
        decide(address(accessManager), replacement(address(new Doorman(true))));
        uint256 highest = vault.MAX_ASSETS();
        vm.startPrank(stranger);
        governance.setDepositCap(vault, address(token), 1);
        governance.setDegreeCeiling(manager, address(token), wad(10e18));
        governance.pause(everything());

        vm.expectRevert(abi.encodeWithSelector(IStakeVault.DepositCapTooHigh.selector, highest + 1, highest));
        governance.setDepositCap(vault, address(token), highest + 1);
        vm.expectPartialRevert(IGovernance.NothingPaused.selector);
        governance.pause(everything());
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotAuthority.selector, stranger));
        vault.pause(Pausable.Deposit, 1);
        // Not by itself: only its access manager replaces that.
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        IAccessManaged(authority).setAuthority(authority);
        vm.stopPrank();
    }

    function test_OneThatLetsNobodyEndsGovernance() public {
        deposit(alice, operator, 10 * unit);
        decide(address(accessManager), replacement(address(new Doorman(false))));
        address[5] memory all = [council, guardian, address(timelock), address(accessManager), stranger];
        for (uint256 i; i < all.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, all[i]));
            pauseBy(all[i], everything());
        }
        // Nor is there a way back.
        propose(council, address(accessManager), replacement(address(accessManager)));
        skip(delay);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, accessManager));
        execute(address(accessManager), replacement(address(accessManager)));

        (Epoch epoch,) = queueAll(alice, pool);
        skipEpochs(2);
        assertEq(complete(alice, pool, epoch), 10 * unit);
    }

    function replacement(address next) internal view returns (bytes memory) {
        return abi.encodeCall(accessManager.updateAuthority, (authority, next));
    }
}
