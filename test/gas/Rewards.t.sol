// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Base, IMintable} from "../Base.t.sol";

/// @notice What it costs to pay rewards and to claim them; written to `snapshots/rewards.json`.
/// @dev As in `Core.t.sol`: every top-level call is a cold transaction, in steady state: the balances that are touched
/// are not zero, the allowance is infinite, and others are in the pools.
contract RewardsGas is Base {
    uint256 internal constant SUM = 1e18;

    IMintable internal reward;
    PoolId internal pool;
    address[] internal operators;

    function setUp() public override {
        super.setUp();
        reward = newToken("Reward", "RWD", 18);
        for (uint256 i; i < 20; ++i) {
            // In ascending order, as streams name them.
            address account = address(uint160(i + 1) << 152 | 0xc0de);
            operators.push(account);
            registerOperator(account);
            vm.startPrank(account);
            rewards.setCommission(Wad.wrap(0.1e18));
            vault.open();
            vm.stopPrank();
        }
        skipEpochs(1);
        for (uint256 i; i < operators.length; ++i) {
            deposit(bob, operators[i], 1000 * unit);
        }
        for (uint256 i; i < 10; ++i) {
            deposit(alice, operators[i], 10 * unit);
        }
        pool = vault.poolId(operators[0], address(token));
        skipEpochs(1);
        reward.mint(avs, 1e30);
        reward.mint(alice, 1);
        vm.prank(avs);
        reward.approve(address(rewards), type(uint256).max);
    }

    function test_ClaimAfterOne() public {
        distributeEpochs(1);
        claim("claim_after_1");
    }

    function test_ClaimAfterTen() public {
        distributeEpochs(10);
        claim("claim_after_10");
    }

    function test_ClaimAfterAThousand() public {
        distributeEpochs(1000);
        claim("claim_after_1000");
    }

    /// @dev Rewards of a share from before the staker came are read, too.
    function test_ClaimOfALateStaker() public {
        distributeEpochs(10);
        address late = makeAddr("late");
        deposit(late, operators[0], 10 * unit);
        skipEpochs(1);
        distributeEpochs(10);
        reward.mint(late, 1);
        Claim[] memory claims = one();
        vm.prank(late);
        rewards.claim(late, late, Epoch.wrap(type(uint24).max), claims);
        vm.snapshotGasLastCall("rewards", "claim_late_staker");
    }

    /// @dev The last epoch that was paid for has to be looked for.
    function test_ClaimBeforeTheClosedEpochIsPaid() public {
        distributeEpochs(10);
        skipEpochs(1);
        claim("claim_closed_unpaid");
    }

    function test_ClaimAgain() public {
        distributeEpochs(10);
        claimAll();
        distributeEpochs(10);
        claim("claim_again");
    }

    function test_ClaimAfterChanges() public {
        for (uint256 i; i < 100; ++i) {
            distributeEpochs(10);
            deposit(alice, operators[0], unit);
        }
        distributeEpochs(10);
        claim("claim_after_1000_and_100_changes");
    }

    /// @dev However many payments there were: within 5 % of each other, and 80,000 at most.
    function test_PaymentsDoNotMatter() public {
        uint256 start = vm.snapshotState();
        uint256[3] memory gas;
        uint16[3] memory payments = [1, 10, 1000];
        for (uint256 i; i < 3; ++i) {
            distributeEpochs(payments[i]);
            claimAll();
            gas[i] = lastCall();
            assertLe(gas[i], 80_000, vm.toString(payments[i]));
            vm.revertToState(start);
        }
        for (uint256 i; i < 3; ++i) {
            assertLe(gas[i] * 100, gas[0] * 105, "dearer");
            assertGe(gas[i] * 100, gas[0] * 95, "cheaper");
        }
    }

    /// @dev Each change of the own balance: 12,000 more at most. Where it falls into windows of 128 epochs that were paid
    /// for, and where it falls into others, which are looked up by two slots more.
    function test_EachChangeAddsALittle() public {
        uint256 start = vm.snapshotState();
        uint8[3] memory changes = [1, 10, 100];
        for (uint256 i; i < 3; ++i) {
            uint256 none = changeAndClaim(0, 2);
            vm.revertToState(start);
            uint256 each = (changeAndClaim(changes[i], 2) - none) / changes[i];
            assertLe(each, 12_000, vm.toString(changes[i]));
            vm.revertToState(start);
            uint256 eachFar = (changeAndClaim(changes[i], 400) - none) / changes[i];
            assertLe(eachFar, 12_000, vm.toString(changes[i]));
            vm.revertToState(start);
            if (changes[i] != 100) continue;
            vm.snapshotValue("rewards", "claim_each_change", each);
            vm.snapshotValue("rewards", "claim_each_change_far", eachFar);
        }
    }

    function test_ClaimTenPools() public {
        for (uint256 i; i < 3; ++i) {
            skipEpochs(1);
            distribute(10);
        }
        Claim[] memory claims = new Claim[](10);
        for (uint256 i; i < 10; ++i) {
            claims[i] = Claim(vault.poolId(operators[i], address(token)), address(reward));
        }
        vm.prank(alice);
        rewards.claim(alice, alice, Epoch.wrap(type(uint24).max), claims);
        vm.snapshotGasLastCall("rewards", "claim_10_pools");
    }

    function test_DistributeToTwenty() public {
        for (uint256 i; i < 3; ++i) {
            skipEpochs(1);
            distribute(20);
        }
        skipEpochs(1);
        uint256 start = vm.snapshotState();
        distribute(10);
        uint256 ten = lastCall();
        vm.revertToState(start);
        distribute(20);
        vm.snapshotGasLastCall("rewards", "distribute_20");
        vm.snapshotValue("rewards", "distribute_further_pool", (lastCall() - ten) / 10);
    }

    function test_SetCommission() public {
        skipEpochs(5);
        vm.prank(operators[0]);
        rewards.setCommission(Wad.wrap(0.2e18));
        vm.snapshotGasLastCall("rewards", "set_commission");
    }

    function test_SetRecipient() public {
        vm.prank(alice);
        rewards.setRecipient(bob);
        vm.snapshotGasLastCall("rewards", "set_recipient");
    }

    function test_Collect() public {
        distributeEpochs(3);
        reward.mint(operators[0], 1);
        vm.prank(operators[0]);
        rewards.collect(operators[0], operators[0], only(address(reward)));
        vm.snapshotGasLastCall("rewards", "collect");
    }

    /// @dev The second epoch of a stream among five operators, who were paid in this token before.
    function test_StreamRelease() public {
        OperatorSetId set = createSet(0, defaultTerms());
        address[] memory five = new address[](5);
        for (uint256 i; i < 5; ++i) {
            five[i] = operators[i];
            join(set, operators[i]);
            allocate(set, operators[i], HALF);
        }
        skipEpochs(3);
        vm.startPrank(avs);
        reward.approve(address(streams), type(uint256).max);
        uint256 id = streams.create(address(reward), set, address(token), SUM, 10, five);
        vm.snapshotGasLastCall("rewards", "stream_create_5");
        vm.stopPrank();
        for (uint256 i; i < 2; ++i) {
            skipEpochs(1);
            streams.release(id, five);
        }
        vm.snapshotGasLastCall("rewards", "stream_release_5");
    }

    function test_Distribute() public {
        distributeEpochs(3);
        skipEpochs(1);
        distribute(1);
        vm.snapshotGasLastCall("rewards", "distribute_1");
    }

    function test_DistributeToFive() public {
        for (uint256 i; i < 3; ++i) {
            skipEpochs(1);
            distribute(5);
        }
        skipEpochs(1);
        distribute(5);
        vm.snapshotGasLastCall("rewards", "distribute_5");
    }

    /* INTERNAL */

    /// @dev A payment, and a change `apart / 2` epochs later, again and again.
    function changeAndClaim(uint256 changes, uint256 apart) internal returns (uint256) {
        for (uint256 i; i < changes; ++i) {
            distributeEpochs(1);
            skipEpochs(apart / 2);
            deposit(alice, operators[0], unit);
            skipEpochs(apart / 2);
        }
        distributeEpochs(1);
        claimAll();
        return lastCall();
    }

    function lastCall() internal returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function claim(string memory key) internal {
        claimAll();
        vm.snapshotGasLastCall("rewards", key);
    }

    function claimAll() internal {
        Claim[] memory claims = one();
        vm.prank(alice);
        rewards.claim(alice, alice, Epoch.wrap(type(uint24).max), claims);
    }

    function one() internal view returns (Claim[] memory claims) {
        claims = new Claim[](1);
        claims[0] = Claim(pool, address(reward));
    }

    function distributeEpochs(uint256 n) internal {
        for (uint256 i; i < n; ++i) {
            skipEpochs(1);
            distribute(1);
        }
    }

    function distribute(uint256 pools) internal {
        Payment[] memory payments = new Payment[](pools);
        for (uint256 i; i < pools; ++i) {
            payments[i] = Payment(operators[i], address(token), SUM);
        }
        Epoch closed = Epoch.wrap(Epoch.unwrap(vault.currentEpoch()) - 1);
        vm.prank(avs);
        rewards.distribute(closed, address(reward), payments);
    }
}
