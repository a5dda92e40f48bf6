// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Base, IMintable} from "../Base.t.sol";

/// @notice Somebody who uses the protocol with one token.
abstract contract User {
    IStakeVault internal immutable VAULT;
    IAllocationManager internal immutable MANAGER;
    IMintable internal immutable TOKEN;

    constructor(IStakeVault vault, IAllocationManager manager, IMintable token) {
        (VAULT, MANAGER, TOKEN) = (vault, manager, token);
    }

    function poolOf(Operator operator) internal view returns (PoolId) {
        return VAULT.poolId(address(operator), address(TOKEN));
    }

    function tokens() external view returns (uint256) {
        return TOKEN.balanceOf(address(this));
    }
}

contract Staker is User {
    constructor(IStakeVault vault, IAllocationManager manager, IMintable token) User(vault, manager, token) {
        token.approve(address(vault), type(uint256).max);
    }

    function deposit(Operator operator, uint256 assets) external {
        TOKEN.mint(address(this), assets);
        VAULT.deposit(address(TOKEN), address(operator), address(this), assets, 1);
    }

    function queue(Operator operator, uint256 shares) external returns (Epoch epoch) {
        (epoch,) = VAULT.queueWithdrawal(poolOf(operator), shares, 1, address(this));
    }

    function complete(PoolId pool, Epoch epoch) external returns (uint256) {
        return VAULT.completeWithdrawal(pool, epoch, address(this), address(this));
    }

    function move(PoolId pool, Epoch epoch, Operator to) external {
        VAULT.redelegate(pool, epoch, address(this), address(to), 1);
    }

    function stakeWith(Operator operator) external view returns (uint256) {
        return VAULT.positionValue(poolOf(operator), address(this));
    }

    function exit(PoolId pool, Epoch epoch) external view returns (uint256) {
        return VAULT.exitValue(pool, epoch, address(this));
    }
}

contract Operator is User {
    constructor(IStakeVault vault, IAllocationManager manager, IMintable token) User(vault, manager, token) {
        vault.registerOperator(address(0));
    }

    function open() external {
        VAULT.open();
    }

    function join(OperatorSetId set) external {
        MANAGER.join(set, address(this), "");
    }

    function allocate(OperatorSetId set, uint256 magnitude) external returns (Epoch) {
        return MANAGER.allocate(set, address(this), address(TOKEN), Magnitude.wrap(magnitude));
    }

    function pool() external view returns (PoolId) {
        return poolOf(this);
    }
}

/// @notice A service that is its own slasher, and whose slashes land with itself.
contract Service is User {
    constructor(IStakeVault vault, IAllocationManager manager, IMintable token) User(vault, manager, token) {}

    function createSet(uint32 id) external returns (OperatorSetId set) {
        set = toOperatorSetId(address(this), id);
        Terms memory terms;
        (terms.slasher, terms.recipient, terms.cap) = (address(this), address(this), Wad.wrap(1e18));
        MANAGER.createOperatorSet(set, terms, _list(address(TOKEN)));
    }

    function slash(OperatorSetId set, Operator operator, uint256 fraction) external returns (uint256) {
        Wad[] memory wads = new Wad[](1);
        wads[0] = Wad.wrap(fraction);
        return MANAGER.slash(set, address(operator), _list(address(TOKEN)), wads, "")[0];
    }

    function canSlash(OperatorSetId set, Operator operator) external view returns (uint256) {
        return MANAGER.slashableStake(set, address(TOKEN), _list(address(operator)))[0];
    }

    function isGuaranteed(OperatorSetId set, Operator operator) external view returns (uint256) {
        return MANAGER.guaranteedStake(set, address(TOKEN), _list(address(operator)))[0];
    }

    function _list(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}

/// @notice A journey: users who act by themselves, one token, and 7-day epochs.
abstract contract Journey is Base {
    function newStaker() internal returns (Staker) {
        return new Staker(vault, manager, token);
    }

    function newOperator() internal returns (Operator) {
        return new Operator(vault, manager, token);
    }

    function newService() internal returns (Service) {
        return new Service(vault, manager, token);
    }
}
