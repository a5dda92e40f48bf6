// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId, poolKey} from "palisade/types/PoolId.sol";
import {Core} from "./Core.sol";

abstract contract GenerationScene is Core {
    function clock() internal pure override returns (uint256 epochLength, uint256 origin, uint256 present) {
        return (7 days, 1_750_000_000, 1_750_000_000 + 99 * 7 days + 1 days);
    }

    function endedPool() internal returns (PoolId ended) {
        ended = PoolId.wrap(svm.createUint256("pool"));
        (,, uint256 generation,) = VAULT.poolState(ended);
        vm.assume(ended.generation() != generation);
    }

    function livingPool(PoolId ended) internal view returns (PoolId) {
        (,, uint256 generation,) = VAULT.poolState(ended);
        return ended.key().atGeneration(generation);
    }
}

/// @notice P9: what belongs to a generation that has ended takes nothing from a later one, and a later one nothing from it. In any
/// state; the clock is fixed.
contract GenerationProofs is GenerationScene {
    /// @dev A position of an ended generation cannot queue.
    function check_endedPositionCannotQueue() public {
        PoolId ended = endedPool();
        bytes memory data = abi.encodeCall(
            IStakeVault.queueWithdrawal, (ended, svm.createUint256("shares"), 0, svm.createAddress("owner"))
        );
        refused(svm.createAddress("caller"), address(VAULT), data);
    }

    /// @dev Where it was lost, not renewed, it cannot leave at once either.
    function check_lostPositionCannotWithdraw() public {
        PoolId ended = endedPool();
        (, uint256 rest) = VAULT.bucketOf(ended, Epoch.wrap(0));
        vm.assume(rest == 0 && !ended.isIdle());
        address owner = svm.createAddress("owner");
        bytes memory data =
            abi.encodeCall(IStakeVault.withdraw, (ended, svm.createUint256("shares"), svm.createAddress("to"), owner));
        refused(svm.createAddress("caller"), address(VAULT), data);
    }

    /// @dev And is worth nothing.
    function check_lostPositionIsWorthNothing() public {
        PoolId ended = endedPool();
        (, uint256 rest) = VAULT.bucketOf(ended, Epoch.wrap(0));
        vm.assume(rest == 0);
        assert(VAULT.positionValue(ended, svm.createAddress("owner")) == 0);
    }

    function check_control_lostPositionIsWorthNothing() public {
        PoolId ended = endedPool();
        (uint256 assets, uint256 rest) = VAULT.bucketOf(ended, Epoch.wrap(0));
        address owner = svm.createAddress("owner");
        vm.assume(assets == 1 && rest == 1 && VAULT.balanceOf(owner, ended) == 1);
        assert(VAULT.positionValue(ended, owner) == 0);
    }

    /// @dev An exit of an ended generation is paid from its own bucket: the living pool, and any bucket of it, stay as they are.
    function check_endedExitTakesNothingFromLivingPool() public {
        PoolId ended = endedPool();
        PoolId living = livingPool(ended);
        Epoch epoch = Epoch.wrap(svm.createUint256("epoch"));
        Epoch other = Epoch.wrap(svm.createUint256("other"));
        (uint256 assets, uint256 shares,,) = VAULT.poolState(living);
        (uint256 bucketAssets, uint256 bucketShares) = VAULT.bucketOf(living, other);
        address owner = svm.createAddress("owner");
        call(anybody(), address(VAULT), abi.encodeCall(IStakeVault.completeWithdrawal, (ended, epoch, owner, TOKEN)));
        (uint256 a, uint256 s,,) = VAULT.poolState(living);
        (uint256 b, uint256 t) = VAULT.bucketOf(living, other);
        assert(a == assets && s == shares && b == bucketAssets && t == bucketShares);
    }

    /// @dev A proposal of another generation than the budget's cannot be executed.
    function check_endedProposalCannotBeExecuted() public {
        (OperatorSetId set, address operator, bytes32 slot, uint256 generation) = promised();
        vm.assume(uint256(vm.load(address(MANAGER), bytes32(uint256(slot) + 1))) >> 160 != generation);
        bytes memory data = abi.encodeCall(IAllocationManager.executeSlash, (set, operator, TOKEN));
        refused(svm.createAddress("caller"), address(MANAGER), data);
    }

    /// @dev An allocation of another generation than the budget's counts as nothing.
    function check_endedAllocationIsNothing() public {
        (OperatorSetId set, address operator, bytes32 slot, uint256 generation) = promised();
        vm.assume(uint256(vm.load(address(MANAGER), slot)) >> 228 != generation);
        (Magnitude current, Magnitude next,, Magnitude taken) = MANAGER.allocationOf(set, operator, TOKEN);
        assert(current.isZero() && next.isZero() && taken.isZero());
    }

    function check_control_endedAllocationIsNothing() public {
        (OperatorSetId set, address operator, bytes32 slot, uint256 generation) = promised();
        vm.assume(uint256(vm.load(address(MANAGER), slot)) >> 228 == generation);
        (Magnitude current,,,) = MANAGER.allocationOf(set, operator, TOKEN);
        assert(current.isZero());
    }

    /// @dev `slot` is that of the allocation, and the proposal stands in the next one (snapshots/AllocationManager.layout.txt);
    /// `generation` is the budget's.
    function promised() internal returns (OperatorSetId set, address operator, bytes32 slot, uint256 generation) {
        set = OperatorSetId.wrap(uint192(svm.createUint(192, "set")));
        operator = svm.createAddress("operator");
        PoolId key = poolKey(operator, TOKEN);
        slot = keccak256(abi.encode(key, uint256(keccak256(abi.encode(set, 2))) + 7));
        uint256 budget = uint256(vm.load(address(MANAGER), keccak256(abi.encode(key, 3))));
        // A budget has no higher bits.
        generation = budget >> 200;
        vm.assume(generation < 2 ** 24);
    }
}
