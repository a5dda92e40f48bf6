// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {LockScene} from "../Lock.sol";

contract VaultLockTest is LockScene {
    PoolId internal oddPool;
    PoolId internal oddIdle;

    function setUp() public override {
        super.setUp();
        (oddPool,) = deposit(odd(), alice, operator, 100 * unit);
        (oddIdle,) = deposit(odd(), alice, address(0), 100 * unit);
        fund(odd(), alice, 100 * unit);
    }

    function test_NoEntryPointIsLeftOut() public view {
        assertNoEntryPointIsLeftOut("StakeVault", entryPoints());
    }

    function test_EntryPointsDuringADeposit() public {
        assertLocked(address(vault), entryPoints(), depositOdd);
    }

    function test_EntryPointsDuringAPayment() public {
        assertLocked(address(vault), entryPoints(), withdrawOdd);
    }

    function test_EntryPointsDuringASlash() public {
        assertLocked(address(vault), entryPoints(), slashOdd);
    }

    function test_ViewsDuringADeposit() public {
        assertLocked(address(vault), views(), depositOdd);
    }

    function test_ViewsDuringAPayment() public {
        assertLocked(address(vault), views(), withdrawOdd);
    }

    function test_ViewsDuringASlash() public {
        assertLocked(address(vault), views(), slashOdd);
    }

    function test_OpensAgainAfterwards() public {
        hook.arm(address(vault), entryPoints()[0]);
        depositOdd();
        (uint256 assets,,,) = vault.poolState(oddPool);
        assertEq(assets, 101 * unit);
    }

    function withdrawOdd() internal {
        vm.prank(alice);
        vault.withdraw(oddIdle, unit, alice, alice);
    }

    function slashOdd() internal {
        cut(odd(), oddPool, 0.01e18, 1e18, recipient);
    }

    function entryPoints() internal view returns (bytes[] memory calls) {
        Epoch epoch = vault.currentEpoch();
        calls = new bytes[](20);
        calls[0] = abi.encodeCall(IStakeVault.registerOperator, (address(0)));
        calls[1] = abi.encodeCall(IStakeVault.open, ());
        calls[2] = abi.encodeCall(IStakeVault.close, ());
        calls[3] = abi.encodeCall(IStakeVault.deposit, (address(hook), operator, alice, unit, 0));
        calls[4] = abi.encodeCall(IStakeVault.withdraw, (oddIdle, unit, alice, alice));
        calls[5] = abi.encodeCall(IStakeVault.delegate, (oddIdle, unit, operator, 0, alice));
        calls[6] = abi.encodeCall(IStakeVault.queueWithdrawal, (oddPool, unit, 0, alice));
        calls[7] = abi.encodeCall(IStakeVault.completeWithdrawal, (oddPool, epoch, alice, alice));
        calls[8] = abi.encodeCall(IStakeVault.redelegate, (oddPool, epoch, alice, operator, 0));
        calls[9] = abi.encodeCall(IStakeVault.setOperator, (alice, true));
        calls[10] = abi.encodeCall(IStakeVault.slash, (oddPool, HALF, WHOLE, address(hook), recipient));
        calls[11] = abi.encodeCall(IStakeVault.setDepositCap, (address(hook), 0));
        calls[12] = abi.encodeCall(IStakeVault.collect, (address(hook), alice, alice));
        calls[13] = abi.encodeCall(IStakeVault.removeApprover, ());
        calls[14] = abi.encodeCall(IStakeVault.admit, (operator, alice, type(uint40).max, ""));
        calls[15] = abi.encodeCall(IStakeVault.transfer, (bob, oddPool, unit));
        calls[16] = abi.encodeCall(IStakeVault.transferFrom, (alice, bob, oddPool, unit));
        calls[17] = abi.encodeCall(IStakeVault.approve, (bob, oddPool, unit));
        calls[18] = abi.encodeCall(IStakeVault.renew, (oddPool));
        calls[19] = abi.encodeCall(IGoverned.pause, (Pausable.Deposit, 1));
    }

    function views() internal view returns (bytes[] memory calls) {
        PoolId[] memory pools = new PoolId[](1);
        pools[0] = oddPool;
        Epoch epoch = vault.currentEpoch();
        calls = new bytes[](6);
        calls[0] = abi.encodeCall(IStakeVault.poolState, (oddPool));
        calls[1] = abi.encodeCall(IStakeVault.assetsOf, (pools));
        calls[2] = abi.encodeCall(IStakeVault.slashable, (oddPool));
        calls[3] = abi.encodeCall(IStakeVault.bucketOf, (oddPool, epoch));
        calls[4] = abi.encodeCall(IStakeVault.positionValue, (oddPool, alice));
        calls[5] = abi.encodeCall(IStakeVault.exitValue, (oddPool, epoch, alice));
    }
}
