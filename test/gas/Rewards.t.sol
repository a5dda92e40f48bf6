// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
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
        for (uint256 i; i < 5; ++i) {
            address account = makeAddr(string.concat("operator ", vm.toString(i)));
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
        (pool,) = deposit(alice, operators[0], 10 * unit);
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

    function claim(string memory key) internal {
        claimAll();
        vm.snapshotGasLastCall("rewards", key);
    }

    function claimAll() internal {
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim(pool, address(reward));
        vm.prank(alice);
        rewards.claim(alice, alice, Epoch.wrap(type(uint24).max), claims);
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
