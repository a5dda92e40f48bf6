// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {WHOLE} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Core} from "./Core.sol";

abstract contract VaultAccessScene is Core {
    address internal owner;

    function setUp() public override {
        super.setUp();
        owner = svm.createAddress("owner");
        vm.assume(owner != address(0));
    }

    /* SMALL THINGS */

    function notAuthority() internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != authority);
    }

    function notManager() internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != address(MANAGER));
    }

    /// @dev Neither the owner nor its ERC-6909 operator; maybe the authority, the manager, the pool's operator or approver.
    function stranger() internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != owner && !VAULT.isOperator(owner, caller));
    }

    function gatedOperator() internal returns (address operator) {
        operator = svm.createAddress("operator");
        (,,, address approver) = VAULT.operatorState(operator);
        vm.assume(operator != address(0) && approver != address(0));
    }

    function anyPool() internal returns (PoolId) {
        return PoolId.wrap(svm.createUint256("pool"));
    }

    function withdrawal(PoolId pool, uint256 shares) internal returns (bytes memory) {
        return abi.encodeCall(IStakeVault.withdraw, (pool, shares, svm.createAddress("receiver"), owner));
    }

    function delegation(PoolId pool, uint256 shares) internal returns (bytes memory) {
        return abi.encodeCall(
            IStakeVault.delegate, (pool, shares, svm.createAddress("to"), svm.createUint256("minShares"), owner)
        );
    }

    function queueing(PoolId pool, uint256 shares) internal returns (bytes memory) {
        return abi.encodeCall(IStakeVault.queueWithdrawal, (pool, shares, svm.createUint256("minAssets"), owner));
    }

    function completion(PoolId pool, uint256 epoch) internal returns (bytes memory) {
        return
            abi.encodeCall(
                IStakeVault.completeWithdrawal, (pool, Epoch.wrap(epoch), owner, svm.createAddress("receiver"))
            );
    }

    function redelegation(PoolId pool, uint256 epoch) internal returns (bytes memory) {
        return abi.encodeCall(
            IStakeVault.redelegate,
            (pool, Epoch.wrap(epoch), owner, svm.createAddress("to"), svm.createUint256("minShares"))
        );
    }

    function transferral(PoolId id, uint256 amount) internal returns (bytes memory) {
        return abi.encodeWithSignature(
            "transferFrom(address,address,uint256,uint256)", owner, svm.createAddress("receiver"), id, amount
        );
    }

    function depositing(address operator) internal returns (bytes memory) {
        return abi.encodeCall(
            IStakeVault.deposit,
            (
                svm.createAddress("strategy"),
                operator,
                owner,
                svm.createUint256("assets"),
                svm.createUint256("minShares")
            )
        );
    }
}

/// @notice P8 for the vault: who is not permitted is refused, whatever the arguments and the state. Controls: the same of one
/// who is permitted; more of them, in one story with numbers, are in `VaultAccessControls`.
contract VaultAccessProofs is VaultAccessScene {
    /* ROLES */

    function check_setDepositCap() public {
        refused(notAuthority(), address(VAULT), anyWords(IStakeVault.setDepositCap.selector, 2));
    }

    function check_control_setDepositCap() public {
        refused(authority, address(VAULT), anyWords(IStakeVault.setDepositCap.selector, 2));
    }

    function check_pause() public {
        refused(notAuthority(), address(VAULT), anyWords(IGoverned.pause.selector, 2));
    }

    function check_control_pause() public {
        refused(authority, address(VAULT), anyWords(IGoverned.pause.selector, 2));
    }

    function check_slash() public {
        refused(notManager(), address(VAULT), anyWords(IStakeVault.slash.selector, 5));
    }

    function check_control_slash() public {
        PoolId nothing = PoolId.wrap(0);
        (uint256 pool, uint256 next, uint256 last) = VAULT.slashable(nothing);
        vm.assume(pool == 0 && next == 0 && last == 0);
        refused(
            address(MANAGER), address(VAULT), abi.encodeCall(IStakeVault.slash, (nothing, WHOLE, WHOLE, TOKEN, TOKEN))
        );
    }

    function check_renew() public {
        refused(notManager(), address(VAULT), anyWords(IStakeVault.renew.selector, 1));
    }

    /* OWNERS */

    function check_withdraw() public {
        refused(stranger(), address(VAULT), withdrawal(anyPool(), svm.createUint256("number")));
    }

    function check_delegate() public {
        refused(stranger(), address(VAULT), delegation(anyPool(), svm.createUint256("number")));
    }

    function check_queueWithdrawal() public {
        refused(stranger(), address(VAULT), queueing(anyPool(), svm.createUint256("number")));
    }

    function check_completeWithdrawal() public {
        refused(stranger(), address(VAULT), completion(anyPool(), svm.createUint256("number")));
    }

    function check_redelegate() public {
        refused(stranger(), address(VAULT), redelegation(anyPool(), svm.createUint256("number")));
    }

    /// @dev To the account itself anybody may collect.
    function check_collectElsewhere() public {
        address receiver = svm.createAddress("receiver");
        vm.assume(receiver != owner);
        refused(
            stranger(),
            address(VAULT),
            abi.encodeCall(IStakeVault.collect, (svm.createAddress("strategy"), owner, receiver))
        );
    }

    function check_control_collectToOwner() public {
        refused(
            stranger(),
            address(VAULT),
            abi.encodeCall(IStakeVault.collect, (svm.createAddress("strategy"), owner, owner))
        );
    }

    function check_transferFrom() public {
        address caller = stranger();
        PoolId id = anyPool();
        uint256 amount = svm.createUint256("amount");
        vm.assume(VAULT.allowance(owner, caller, id) < amount);
        refused(caller, address(VAULT), transferral(id, amount));
    }

    /// @dev Into a pool with an approver stakes only who will own the shares, or its operator.
    function check_depositForAnother() public {
        address operator = gatedOperator();
        address caller = stranger();
        refused(caller, address(VAULT), depositing(operator));
    }
}

contract VaultAccessDeep is VaultAccessScene {
    /// @dev A spender uses up its allowance, but for one without end.
    function check_transferFromUsesAllowance() public {
        address caller = stranger();
        PoolId id = anyPool();
        uint256 amount = svm.createUint256("amount");
        uint256 before = VAULT.allowance(owner, caller, id);
        if (!call(caller, address(VAULT), transferral(id, amount))) return;
        unchecked {
            uint256 rest = before == type(uint256).max ? before : before - amount;
            assert(VAULT.allowance(owner, caller, id) == rest);
        }
    }
}
