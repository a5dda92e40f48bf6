// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {PooledStake} from "../mocks/PooledStake.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice A contract pools stakers' positions, which are ERC-6909 tokens, and hands out an ERC-20 token for them.
contract PooledPositionsJourney is Journey {
    Staker internal ann;
    Staker internal ben;
    PooledStake internal pooled;
    PoolId internal pool;

    function test_Journey() public {
        Service service = newService();
        OperatorSetId set = service.createSet(0);
        Operator operator_ = newOperatorOf(set, 0.5e18);
        (ann, ben) = (newStaker(), newStaker());
        ann.deposit(operator_, 60 * unit);
        ben.deposit(operator_, 40 * unit);
        pool = operator_.pool();
        pooled = new PooledStake(vault, pool);

        // Ann allows exactly what she wraps, Ben everything for ever.
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientAllowance.selector, ann, pooled, pool, 0, 50 * unit)
        );
        wrap(ann, 50 * unit);
        allow(ann, 50 * unit);
        wrap(ann, 50 * unit);
        allow(ben, type(uint256).max);
        wrap(ben, 30 * unit);
        assertEq(vault.allowance(address(ann), address(pooled), pool), 0);
        assertEq(vault.allowance(address(ben), address(pooled), pool), type(uint256).max);
        assertEq(vault.balanceOf(address(pooled), pool), 80 * unit);
        assertEq(ann.stakeWith(operator_), 10 * unit);

        // The position earns and risks what all others do: the service takes a fifth of everybody.
        assertEq(service.slash(set, operator_, 0.4e18), 20 * unit);
        assertEq(vault.positionValue(pool, address(pooled)), 64 * unit);
        assertEq(ann.stakeWith(operator_), 8 * unit);

        // Ben sells Ann 10 of his tokens, takes 10 back as a position, and queues the other 10. Ann queues 30.
        vm.prank(address(ben));
        assertTrue(pooled.transfer(address(ann), 10 * unit));
        vm.prank(address(ben));
        pooled.unwrap(10 * unit);
        assertEq(ben.stakeWith(operator_), 16 * unit); // 20 shares
        Epoch epoch = queue(ben, 10 * unit);
        assertEq(queue(ann, 30 * unit), epoch);
        assertEq(vault.exitValue(pool, epoch, address(pooled)), 32 * unit);
        assertEq(vault.balanceOf(address(pooled), pool), 30 * unit);
        assertEq(pooled.totalSupply(), 30 * unit);

        // Another slash on the way out, of a half of what is promised: 0.15 of 0.8 that are left, 3/16.
        skipEpochs(1);
        assertEq(service.slash(set, operator_, 0.5e18), 15 * unit);
        assertEq(vault.exitValue(pool, epoch, address(pooled)), 26 * unit);

        // Paid in one go, and divided as they had queued: 10 to 30.
        skipEpochs(1);
        assertEq(claim(ann, epoch), 19.5e18 * unit / 1e18);
        assertEq(claim(ben, epoch), 6.5e18 * unit / 1e18);
        assertEq(token.balanceOf(address(pooled)), 0);
        assertEq(claim(ann, epoch), 0);

        // History knows who held what when: at the start of this epoch the contract held 30 shares, Ann 10 and Ben 20.
        assertEq(vault.sharesAt(pool, address(pooled), vault.currentEpoch()), 30 * unit);
        assertEq(vault.sharesAt(pool, address(ann), vault.currentEpoch()), 10 * unit);
        assertEq(vault.sharesAt(pool, address(ben), vault.currentEpoch()), 20 * unit);
        assertPool(pool, 39 * unit, 60 * unit);
    }

    function allow(Staker staker, uint256 shares) internal {
        vm.prank(address(staker));
        vault.approve(address(pooled), pool, shares);
    }

    function wrap(Staker staker, uint256 shares) internal {
        vm.prank(address(staker));
        pooled.wrap(shares);
    }

    function queue(Staker staker, uint256 shares) internal returns (Epoch) {
        vm.prank(address(staker));
        return pooled.queue(shares);
    }

    function claim(Staker staker, Epoch epoch) internal returns (uint256) {
        vm.prank(address(staker));
        return pooled.claim(epoch);
    }
}
