// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Earning} from "./Earning.sol";
import {Operator, Service, Staker} from "./Users.t.sol";

/// @notice A slash takes everything, or a worn-out pool is renewed. What was earned until then can be claimed for ever, and
/// what is paid from then on is for those who are in.
contract RewardsAndGenerationsJourney is Earning {
    uint256 internal constant SUM = 128e18;

    Service internal service;
    OperatorSetId internal set;
    Operator internal operator_;
    Staker internal early;
    Staker internal late;
    PoolId internal old;

    function setUp() public override {
        super.setUp();
        service = newService();
        set = service.createSet(0);
        operator_ = newOperatorOf(set, 1e18);
        (early, late) = (newStaker(), newStaker());
        early.deposit(operator_, 64 * unit);
        old = operator_.pool();
        skipEpochs(2);
        pay(service, operator_, SUM);
    }

    function test_AllIsTaken() public {
        Epoch epoch = vault.currentEpoch();
        assertEq(service.slash(set, operator_, 1e18), 64 * unit);
        late.deposit(operator_, 32 * unit);
        PoolId young = operator_.pool();
        assertEq(young, old.atGeneration(1));
        assertEq(earned(early, old), SUM);

        // The closed epoch is paid again, after the end: it is for those who stood in it.
        pay(service, operator_, SUM);
        assertEq(earned(early, old), 2 * SUM);
        assertEq(earned(late, young), 0);

        // The epoch of the end began with the old ones: it is theirs.
        skipEpochs(1);
        assertEq(closed(), epoch);
        pay(service, operator_, SUM);
        assertEq(earned(early, old), 3 * SUM);
        assertEq(earned(late, young), 0);
        assertEq(rewards.rewardsPerShare(young, address(reward), closed()), 0);

        // From then on the new ones', and the old shares, which are worth nothing, can be moved and earn nothing.
        early.give(old, 32 * unit, late);
        skipEpochs(1);
        pay(service, operator_, SUM);
        assertEq(earned(late, young), SUM);
        assertEq(earned(late, old), 0);
        assertEq(claim(early, old), 3 * SUM);
        assertEq(claim(late, young), SUM);
        assertEq(reward.balanceOf(address(rewards)), 0);
    }

    /// @dev Nobody comes after the end: there is nobody to pay, and the payer is told.
    function test_NobodyComes() public {
        service.slash(set, operator_, 1e18);
        skipEpochs(2);
        Payment[] memory payments = new Payment[](1);
        payments[0] = Payment(address(operator_), address(token), SUM);
        bytes4 error = IRewardsDistributor.NoStake.selector;
        vm.expectRevert(abi.encodeWithSelector(error, address(operator_), address(token), closed()));
        vm.prank(address(service));
        rewards.distribute(closed(), address(reward), payments);

        // A hundred years later what was earned is there.
        skipEpochs(5200);
        assertEq(claim(early, old), SUM);
    }

    /// @dev A generation is born and ends within an epoch: it stood at no epoch's first instant, and earns nothing.
    function test_AGenerationOfADay() public {
        service.slash(set, operator_, 1e18);
        late.deposit(operator_, 32 * unit);
        PoolId day = operator_.pool();
        vm.prank(address(manager));
        vault.slash(old.key(), WHOLE, WHOLE, address(token), recipient);
        early.deposit(operator_, 64 * unit);
        PoolId young = operator_.pool();
        assertEq(young, old.atGeneration(2));
        skipEpochs(1);
        pay(service, operator_, SUM);
        skipEpochs(1);
        pay(service, operator_, SUM);
        assertEq(earned(late, day), 0);
        assertEq(claim(early, old), 2 * SUM);
        assertEq(claim(early, young), SUM);
        assertEq(reward.balanceOf(address(rewards)), 0);
    }

    /// @dev Worn out and renewed: what is left is withdrawn, and what was earned is claimed, with the last epoch.
    function test_ARenewedPool() public {
        assertEq(service.slash(set, operator_, 1e18 - 1e14), 64 * unit - 64 * unit / 1e4);
        operator_.allocate(set, 0);
        skipEpochs(2);
        settle(set, operator_);
        pay(service, operator_, SUM);
        operator_.renew();
        late.deposit(operator_, 32 * unit);
        PoolId young = operator_.pool();
        assertEq(early.withdrawAll(old), 64 * unit / 1e4);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, old, early, 0, 1));
        early.give(old, 1, late);

        skipEpochs(1);
        pay(service, operator_, SUM);
        assertEq(earned(early, old), 3 * SUM);
        assertEq(earned(late, young), 0);
        skipEpochs(1);
        pay(service, operator_, SUM);
        assertEq(claim(early, old), 3 * SUM);
        assertEq(claim(late, young), SUM);
    }

    /// @dev A stream goes on over the end: to the others while the pool is new, and to the new ones once they are promised.
    function test_AStream() public {
        Operator other = newOperatorOf(set, 0.5e18);
        Staker third = newStaker();
        third.deposit(other, 64 * unit);
        skipEpochs(1);
        uint256 id = createStream(service, set, SUM, 8, sorted(operator_, other));
        skipEpochs(1);
        service.slash(set, operator_, 1e18);
        late.deposit(operator_, 64 * unit);
        assertEq(operator_.allocate(set, 0.5e18), vault.currentEpoch().plus(3));
        assertEq(streams.release(id, sorted(operator_, other)), SUM);
        assertEq(earned(third, other.pool()), SUM);
        skipEpochs(3);
        assertEq(streams.release(id, sorted(operator_, other)), 3 * SUM);
        assertEq(earned(early, old), SUM);
        assertEq(earned(third, other.pool()), SUM + 3 * SUM / 2);
        assertEq(earned(late, operator_.pool()), 3 * SUM / 2);
    }
}
