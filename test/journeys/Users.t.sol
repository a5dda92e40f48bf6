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

    function _list(address account) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
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

    /// @notice Takes everything out of a generation that was renewed.
    function withdrawAll(PoolId pool) external returns (uint256) {
        return VAULT.withdraw(pool, VAULT.balanceOf(address(this), pool), address(this), address(this));
    }

    function give(PoolId pool, uint256 shares, Staker to) external {
        VAULT.transfer(address(to), pool, shares);
    }

    function stakeWith(Operator operator) external view returns (uint256) {
        return VAULT.positionValue(poolOf(operator), address(this));
    }

    function exit(PoolId pool, Epoch epoch) external view returns (uint256) {
        return VAULT.exitValue(pool, epoch, address(this));
    }
}

contract Operator is User {
    constructor(IStakeVault vault, IAllocationManager manager, IMintable token, address approver)
        User(vault, manager, token)
    {
        vault.registerOperator(approver);
    }

    function open() external {
        VAULT.open();
    }

    function close() external {
        VAULT.close();
    }

    function removeApprover() external {
        VAULT.removeApprover();
    }

    function join(OperatorSetId set) external {
        MANAGER.join(set, address(this), "");
    }

    /// @notice Leaves a set to which some of its pool is allocated.
    function leave(OperatorSetId set) external {
        MANAGER.leave(set, address(this), _list(address(TOKEN)));
    }

    /// @notice Leaves a set to which nothing is allocated.
    function leaveFreely(OperatorSetId set) external {
        MANAGER.leave(set, address(this), new address[](0));
    }

    function renew() external {
        MANAGER.renew(address(this), address(TOKEN));
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

    function createSet(uint32 id) external returns (OperatorSetId) {
        return createSet(id, terms());
    }

    /// @notice Slashes wait `window` seconds, in which `resolver` may cancel them.
    function createSet(uint32 id, uint256 window, address resolver) external returns (OperatorSetId) {
        Terms memory t = terms();
        (t.window, t.resolver) = (window, resolver);
        return createSet(id, t);
    }

    function createSet(uint32 id, Terms memory t) public returns (OperatorSetId set) {
        set = toOperatorSetId(address(this), id);
        MANAGER.createOperatorSet(set, t, _list(address(TOKEN)));
    }

    function retire(OperatorSetId set) external {
        MANAGER.retire(set);
    }

    function eject(OperatorSetId set, Operator operator) external {
        MANAGER.eject(set, address(operator), _list(address(TOKEN)));
    }

    function propose(OperatorSetId set, Operator operator, uint256 fraction) external {
        MANAGER.proposeSlash(set, address(operator), address(TOKEN), Wad.wrap(fraction), keccak256("evidence"));
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

    function terms() public view returns (Terms memory t) {
        (t.slasher, t.recipient, t.cap) = (address(this), address(this), Wad.wrap(1e18));
    }
}

/// @notice A journey: users who act by themselves, one token, and 7-day epochs.
abstract contract Journey is Base {
    function newStaker() internal returns (Staker) {
        return new Staker(vault, manager, token);
    }

    function newOperator() internal returns (Operator) {
        return new Operator(vault, manager, token, address(0));
    }

    function newGatedOperator(address approver) internal returns (Operator) {
        return new Operator(vault, manager, token, approver);
    }

    function newService() internal returns (Service) {
        return new Service(vault, manager, token);
    }

    /// @notice An operator of one set that promises `magnitude` of its pool to it, and takes stake.
    function newOperatorOf(OperatorSetId set, uint256 magnitude) internal returns (Operator operator_) {
        operator_ = newOperator();
        operator_.join(set);
        operator_.allocate(set, magnitude);
        operator_.open();
        skipEpochs(1);
    }

    function settle(OperatorSetId set, Operator operator_) internal {
        manager.settle(set, address(operator_), address(token));
    }

    function execute(OperatorSetId set, Operator operator_) internal returns (uint256) {
        vm.prank(stranger);
        return manager.executeSlash(set, address(operator_), address(token));
    }

    function expectNothingToSlash(OperatorSetId set, Operator operator_) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, set, operator_));
    }

    function expectNoProposal(OperatorSetId set, Operator operator_) internal {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NoProposal.selector, set, operator_, token));
    }

    function assertBudget(Operator operator_, uint256 left, uint256 committed) internal view {
        (Magnitude actualLeft, Magnitude actualCommitted,) = manager.budgetOf(address(operator_), address(token));
        assertEq(Magnitude.unwrap(actualLeft), left, "left");
        assertEq(Magnitude.unwrap(actualCommitted), committed, "committed");
    }

    /// @dev Epoch 0: no change is pending.
    function assertAllocation(OperatorSetId set, Operator operator_, uint256 current, uint256 next, Epoch effective)
        internal
        view
    {
        (Magnitude actualCurrent, Magnitude actualNext, Epoch actualEffective,) =
            manager.allocationOf(set, address(operator_), address(token));
        assertEq(Magnitude.unwrap(actualCurrent), current, "current");
        assertEq(Magnitude.unwrap(actualNext), next, "next");
        assertEq(actualEffective, effective);
    }

    function assertAllocation(OperatorSetId set, Operator operator_, uint256 current) internal view {
        assertAllocation(set, operator_, current, current, Epoch.wrap(0));
    }
}
