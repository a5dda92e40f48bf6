// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGovernance, PauseOrder} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {Symbolic} from "./Symbolic.sol";

/// @notice Takes whatever `Governance` passes on.
contract Anything {
    fallback() external {}
}

/// @notice Governance as its genesis leaves it, with any council and any guardian: the timelock alone sets caps and ceilings, the
/// guardian alone pauses. Controls: the one who may.
contract GovernanceAccessProofs is Symbolic {
    IGovernance internal governance;
    address internal timelock;
    address internal council;
    address internal guardian;
    address internal core;

    function setUp() public {
        council = svm.createAddress("council");
        guardian = svm.createAddress("guardian");
        vm.assume(council != address(0) && guardian != address(0));
        vm.warp(1_750_000_000);
        core = address(new Anything());
        // halmos gives addresses one after the other: genesis itself, the timelock, the access manager, governance.
        deploy("GovernanceGenesis", abi.encode(council, guardian, 2 days));
        timelock = address(uint160(core) + 2);
        governance = IGovernance(address(uint160(core) + 4));
        require(timelock.code.length > 0 && address(governance).code.length > 0, "halmos counts otherwise");
    }

    function check_setDepositCap() public {
        refused(anybodyBut(timelock), capping());
    }

    function check_control_setDepositCap() public {
        refused(timelock, capping());
    }

    function check_setDegreeCeiling() public {
        refused(anybodyBut(timelock), ceiling());
    }

    function check_control_setDegreeCeiling() public {
        refused(timelock, ceiling());
    }

    /// @dev The timelock would have to give itself the role first.
    function check_pause() public {
        refused(anybodyBut(guardian), pausing());
    }

    function check_control_pause() public {
        refused(guardian, pausing());
    }

    function anybodyBut(address account) internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != account);
    }

    function refused(address caller, bytes memory data) internal {
        vm.prank(caller);
        (bool ok,) = address(governance).call(data);
        assert(!ok);
    }

    function capping() internal returns (bytes memory) {
        return abi.encodeCall(
            IGovernance.setDepositCap, (IStakeVault(core), svm.createAddress("strategy"), svm.createUint256("cap"))
        );
    }

    function ceiling() internal returns (bytes memory) {
        return abi.encodeCall(
            IGovernance.setDegreeCeiling,
            (IAllocationManager(core), svm.createAddress("strategy"), Wad.wrap(svm.createUint256("ceiling")))
        );
    }

    function pausing() internal returns (bytes memory) {
        PauseOrder[] memory orders = new PauseOrder[](1);
        orders[0] = PauseOrder(IGoverned(core), Pausable.Deposit, svm.createUint256("duration"));
        return abi.encodeCall(IGovernance.pause, (orders));
    }
}
