// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {LockScene} from "../Lock.sol";

contract RewardsLockTest is LockScene {
    function setUp() public override {
        super.setUp();
        vm.prank(operator);
        rewards.setCommission(Wad.wrap(0.1e18));
        skipEpochs(3);
        deposit(alice, operator, unit);
        skipEpochs(2);
        odd().mint(avs, 1e30);
        vm.prank(avs);
        odd().approve(address(rewards), type(uint256).max);
        distributeOdd();
    }

    function test_NoEntryPointIsLeftOut() public view {
        assertNoEntryPointIsLeftOut("RewardsDistributor", entryPoints());
    }

    function test_EntryPointsDuringADistribution() public {
        assertLocked(address(rewards), entryPoints(), distributeOdd);
    }

    function test_D37_EntryPointsDuringAClaim() public {
        assertLocked(address(rewards), entryPoints(), claimOdd);
    }

    function test_EntryPointsDuringACollection() public {
        assertLocked(address(rewards), entryPoints(), collectOdd);
    }

    function test_ViewsDuringADistribution() public {
        assertLocked(address(rewards), views(), distributeOdd);
    }

    function test_ViewsDuringAClaim() public {
        assertLocked(address(rewards), views(), claimOdd);
    }

    function test_ViewsDuringACollection() public {
        assertLocked(address(rewards), views(), collectOdd);
    }

    function test_OpensAgainAfterwards() public {
        hook.arm(address(rewards), entryPoints()[0]);
        distributeOdd();
        hook.arm(address(0), "");
        distributeOdd();
        claimOdd();
        assertEq(rewards.claimable(alice, all(), claims())[0], 0);
    }

    function entryPoints() internal view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        calls[0] = abi.encodeCall(rewards.distribute, (closed(), address(hook), payments()));
        calls[1] = abi.encodeCall(rewards.claim, (alice, alice, all(), claims()));
        calls[2] = abi.encodeCall(rewards.collect, (operator, operator, only(address(hook))));
        calls[3] = abi.encodeCall(rewards.setCommission, (Wad.wrap(0)));
        calls[4] = abi.encodeCall(rewards.setRecipient, (stranger));
    }

    /// @dev Those that a call changes before it is over.
    function views() internal view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        calls[0] = abi.encodeCall(rewards.claimable, (alice, all(), claims()));
        calls[1] = abi.encodeCall(rewards.commissionOf, (operator, address(hook)));
        calls[2] = abi.encodeCall(rewards.rewardsPerShare, (pool, address(hook), all()));
        calls[3] = abi.encodeCall(rewards.carried, (pool, address(hook)));
        calls[4] = abi.encodeCall(rewards.claimedOf, (pool, address(hook), alice));
    }

    /// @dev Each has something to pay, however often it runs.
    function distributeOdd() internal {
        Payment[] memory list = payments();
        Epoch epoch = closed();
        vm.prank(avs);
        rewards.distribute(epoch, address(hook), list);
    }

    function claimOdd() internal {
        unarmed(distributeOdd);
        vm.prank(alice);
        rewards.claim(alice, alice, all(), claims());
    }

    function collectOdd() internal {
        unarmed(distributeOdd);
        vm.prank(operator);
        rewards.collect(operator, operator, only(address(hook)));
    }

    function payments() internal view returns (Payment[] memory list) {
        list = new Payment[](1);
        list[0] = Payment(operator, address(token), 10 * unit);
    }

    function claims() internal view returns (Claim[] memory list) {
        list = new Claim[](1);
        list[0] = Claim(pool, address(hook));
    }

    function closed() internal view returns (Epoch) {
        return Epoch.wrap(Epoch.unwrap(vault.currentEpoch()) - 1);
    }

    function all() internal pure returns (Epoch) {
        return Epoch.wrap(type(uint256).max);
    }
}
