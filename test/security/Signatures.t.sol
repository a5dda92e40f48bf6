// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Operator, Staker} from "../journeys/Users.t.sol";
import {Case} from "./Case.sol";

/// @notice Attacks on weights, histories, signatures and scales: D64 to D72.
contract SignatureCases is Case {
    /// @dev However much the same stake is promised to several sets, what is guaranteed to all of them together is there
    /// once: the others take all that they can, and a set still finds what it was told (but for a unit of rounding each).
    function testFuzz_D66_uniqueStake_weightConsistent(uint256[3] memory magnitudes, uint256 stake) public {
        setDegreeCeiling(address(token), 3e18);
        stake = bound(stake, 3, 2 ** 88);
        OperatorSetId[3] memory sets = [set, service.createSet(1), service.createSet(2)];
        Operator operator_ = newOperator();
        for (uint256 i; i < sets.length; ++i) {
            operator_.join(sets[i]);
            operator_.allocate(sets[i], bound(magnitudes[i], 1e9, 1e18));
        }
        operator_.open();
        skipEpochs(1);
        newStakerOf(operator_, stake);
        uint256 sum;
        for (uint256 i; i < sets.length; ++i) {
            sum += service.isGuaranteed(sets[i], operator_);
        }
        assertLe(sum, stake);

        uint256 told = service.isGuaranteed(set, operator_);
        for (uint256 i = 1; i < sets.length; ++i) {
            trySlash(service, sets[i], operator_, 1e18);
        }
        if (told > 2) assertGe(service.slash(set, operator_, 1e18) + 2, told);
    }

    /// @dev Weights of stakers add up to the weight of their pool in every epoch, whatever they did between two.
    function testFuzz_D66_stakersAndPool_weightConsistent(uint88[10] memory amounts) public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        Staker[3] memory stakers = [newStaker(), newStaker(), newStaker()];
        PoolId pool = operator_.pool();
        for (uint256 i; i < amounts.length; ++i) {
            Staker staker = stakers[amounts[i] % 3];
            uint256 shares = vault.balanceOf(address(staker), pool);
            uint256 amount = bound(amounts[i], 1, 2 ** 80);
            if (shares > 1 && amounts[i] % 5 == 0) staker.queue(operator_, bound(amount, shares / 2 + 1, shares));
            else if (shares > 0 && amounts[i] % 5 == 1) staker.give(pool, bound(amount, 1, shares), stakers[i % 3]);
            else staker.deposit(operator_, amount);
            if (amounts[i] % 7 == 0) trySlash(service, set, operator_, 0.1e18);
            if (amounts[i] % 2 == 0) skipEpochs(1 + i % 2);
        }
        for (Epoch epoch = Epoch.wrap(1); epoch <= vault.currentEpoch(); epoch = epoch.plus(1)) {
            (, uint256 total) = vault.totalSharesAt(pool, epoch);
            uint256 sum;
            for (uint256 i; i < 3; ++i) {
                sum += vault.sharesAt(pool, address(stakers[i]), epoch);
            }
            assertEq(sum, total);
        }
    }

    /// @dev An approver's signature is tried on a fork of the chain, at a second deployment, for somebody else, at
    /// another operator, with another deadline, a second time, and too late; and what it admits is one deposit.
    function test_D69_EIP712_domain_forkReplay() public {
        (address approver, uint256 key) = makeAddrAndKey("approver");
        vm.prank(operator);
        vault.registerOperator(approver);
        vm.prank(otherOperator);
        vault.registerOperator(approver);
        openOperator(operator);
        uint256 deadline = vm.getBlockTimestamp() + 1 days;
        bytes memory signature = sign(key, admissionDigest(block.chainid, address(vault), operator, alice, 0, deadline));

        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        expectBadApproval(operator, alice, 0, deadline);
        vault.admit(operator, alice, deadline, signature);
        vm.chainId(chain);
        expectBadApproval(operator, bob, 0, deadline);
        vault.admit(operator, bob, deadline, signature);
        expectBadApproval(otherOperator, alice, 0, deadline);
        vault.admit(otherOperator, alice, deadline, signature);
        expectBadApproval(operator, alice, 0, deadline + 1);
        vault.admit(operator, alice, deadline + 1, signature);
        IStakeVault second = IStakeVault(
            vm.deployCode("out/StakeVault.sol/StakeVault.json", abi.encode(authority, address(manager), EPOCH))
        );
        vm.prank(operator);
        second.registerOperator(approver);
        expectBadApproval(operator, alice, 0, deadline);
        second.admit(operator, alice, deadline, signature);

        vault.admit(operator, alice, deadline, signature);
        expectBadApproval(operator, alice, 1, deadline);
        vault.admit(operator, alice, deadline, signature);
        deposit(alice, operator, unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAdmitted.selector, operator, alice, 0));
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, unit, 0);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAdmitted.selector, operator, alice, deadline));
        vault.admit(operator, alice, deadline, signature);
    }

    /// @dev A service writes 66 where 66 % was meant, and an operator 50 where half was. The one takes next to nothing and
    /// can be taken back at once, the other is refused; nothing reads as more than was meant.
    function test_D71_percentVsBips_scale() public {
        OperatorSetId challenged = service.createSet(1, 1 days, address(0));
        Operator operator_ = newOperator();
        operator_.join(challenged);
        vm.expectRevert(
            abi.encodeWithSelector(IAllocationManager.MagnitudeTooSmall.selector, 50, manager.LEAST_MAGNITUDE())
        );
        operator_.allocate(challenged, 50);
        operator_.allocate(challenged, 0.5e18);
        operator_.open();
        skipEpochs(1);
        newStakerOf(operator_, 100 * unit);
        service.propose(challenged, operator_, 66);
        vm.prank(address(service));
        manager.cancelSlash(challenged, address(operator_), address(token));
        service.propose(challenged, operator_, 0.66e18);
        skip(1 days);
        assertEq(execute(challenged, operator_), 33 * unit);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.BadFraction.selector, 66e18));
        service.slash(set, operator_, 66e18);
    }

    /// @dev Weights of an epoch are read late, in blocks of several later epochs, after everything has changed, the pool's
    /// generation included: they are what they were when the epoch began.
    function test_D72_historyRead_atAnyLaterBlock() public {
        Operator operator_ = newOperatorOf(set, 1e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        PoolId pool = operator_.pool();
        skipEpochs(1);
        Epoch asked = vault.currentEpoch();
        assertHistory(pool, staker, asked);
        staker.queue(operator_, 10 * unit);
        assertHistory(pool, staker, asked);
        for (uint256 i; i < 4; ++i) {
            skipEpochs(1 + i);
            staker.deposit(operator_, 5 * unit);
            assertHistory(pool, staker, asked);
        }
        service.slash(set, operator_, 1e18);
        staker.deposit(operator_, 7 * unit);
        assertHistory(pool, staker, asked);
        skipEpochs(3);
        assertHistory(pool, staker, asked);
    }

    /* INTERNAL */

    function expectBadApproval(address operator_, address staker, uint256 nonce, uint256 deadline) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.BadApproval.selector, operator_, staker, nonce, deadline));
    }

    function assertHistory(PoolId pool, Staker staker, Epoch epoch) internal view {
        (PoolId generation, uint256 total) = vault.totalSharesAt(pool, epoch);
        assertEq(generation, pool);
        assertEq(total, 100 * unit);
        assertEq(vault.sharesAt(pool, address(staker), epoch), 100 * unit);
    }
}
