// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {PoolId, poolKey} from "palisade/types/PoolId.sol";
import {Core} from "./Core.sol";

/// @notice The calls that `VaultAccessProofs` shows to be refused, made by one who is permitted, in one story with numbers: each
/// must succeed, so each claim here must fail. Else those proofs would hold for calls that nobody can make.
contract VaultAccessControls is Core {
    address internal constant OPERATOR = address(0x09E7);
    address internal constant GATED = address(0x6A7ED);
    address internal constant OWNER = address(0x0318E7);
    address internal constant FRIEND = address(0xF71E4D);
    address internal constant RECEIVER = address(0x7EC);

    PoolId internal idle = poolKey(address(0), TOKEN);
    PoolId internal pool = poolKey(OPERATOR, TOKEN);

    function setUp() public override {
        authority = address(0xA07);
        found(7 days, 1_750_000_000);
        settle(TOKEN, "DevToken", abi.encode("", "", 18));
        fund(OWNER);
        fund(FRIEND);
        as_(OPERATOR, abi.encodeCall(IStakeVault.registerOperator, (address(0))));
        as_(OPERATOR, abi.encodeCall(IStakeVault.open, ()));
        as_(GATED, abi.encodeCall(IStakeVault.registerOperator, (FRIEND)));
        as_(GATED, abi.encodeCall(IStakeVault.open, ()));
        vm.warp(1_750_000_000 + 7 days);
        as_(FRIEND, abi.encodeCall(IStakeVault.admit, (GATED, OWNER, type(uint40).max, "")));
        as_(OWNER, abi.encodeCall(IStakeVault.setOperator, (FRIEND, true)));
        enter(address(0));
        enter(OPERATOR);
        as_(OWNER, abi.encodeCall(IStakeVault.queueWithdrawal, (pool, 1000, 0, OWNER)));
        vm.warp(1_750_000_000 + 21 days);
    }

    function check_control_withdraw() public {
        refused(FRIEND, address(VAULT), abi.encodeCall(IStakeVault.withdraw, (idle, 10, RECEIVER, OWNER)));
    }

    function check_control_delegate() public {
        refused(FRIEND, address(VAULT), abi.encodeCall(IStakeVault.delegate, (idle, 10, OPERATOR, 0, OWNER)));
    }

    function check_control_queueWithdrawal() public {
        refused(FRIEND, address(VAULT), abi.encodeCall(IStakeVault.queueWithdrawal, (pool, 10, 0, OWNER)));
    }

    function check_control_completeWithdrawal() public {
        bytes memory data = abi.encodeCall(IStakeVault.completeWithdrawal, (pool, Epoch.wrap(4), OWNER, RECEIVER));
        refused(FRIEND, address(VAULT), data);
    }

    function check_control_redelegate() public {
        bytes memory data = abi.encodeCall(IStakeVault.redelegate, (pool, Epoch.wrap(4), OWNER, OPERATOR, 0));
        refused(FRIEND, address(VAULT), data);
    }

    function check_control_transferFrom() public {
        bytes memory data =
            abi.encodeWithSignature("transferFrom(address,address,uint256,uint256)", OWNER, RECEIVER, idle, 10);
        refused(FRIEND, address(VAULT), data);
    }

    function check_control_depositForAnother() public {
        refused(FRIEND, address(VAULT), abi.encodeCall(IStakeVault.deposit, (TOKEN, GATED, OWNER, 10, 0)));
    }

    function check_control_renew() public {
        Magnitude most = Magnitude.wrap(1e18 - 1);
        as_(address(MANAGER), abi.encodeCall(IStakeVault.slash, (pool, most, Magnitude.wrap(1e18), TOKEN, RECEIVER)));
        refused(address(MANAGER), address(VAULT), abi.encodeCall(IStakeVault.renew, (pool)));
    }

    function fund(address account) internal {
        require(call(account, TOKEN, abi.encodeWithSignature("mint(address,uint256)", account, 100_000)), "no token");
        require(call(account, TOKEN, abi.encodeWithSignature("approve(address,uint256)", VAULT, 100_000)), "no token");
    }

    function enter(address operator) internal {
        as_(OWNER, abi.encodeCall(IStakeVault.deposit, (TOKEN, operator, OWNER, 10_000, 0)));
    }

    function as_(address caller, bytes memory data) internal {
        require(call(caller, address(VAULT), data), "the story does not hold");
    }
}
