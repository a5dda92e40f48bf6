// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Locks} from "../Lock.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsLockTest is StreamScene, Locks {
    function setUp() public override {
        super.setUp();
        give(odd(), avs, 1e30);
    }

    function test_NoEntryPointIsLeftOut() public view {
        assertNoEntryPointIsLeftOut("RewardStreams", entryPoints());
    }

    function test_WhileATokenComesIn() public {
        assertLocked(address(streams), entryPoints(), createOdd);
    }

    function test_D37_WhileATokenGoesOut() public {
        assertLocked(address(streams), entryPoints(), releaseOdd);
    }

    function test_D38_TheDistributorToo() public {
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim(pool, address(hook));
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(rewards.distribute, (closed(), address(reward), new Payment[](0)));
        calls[1] = abi.encodeCall(rewards.claim, (address(hook), address(hook), closed(), claims));
        calls[2] = abi.encodeCall(rewards.claimable, (alice, closed(), claims));
        calls[3] = abi.encodeCall(rewards.rewardsPerShare, (pool, address(hook), closed()));
        assertLocked(address(rewards), calls, releaseOdd);
    }

    /// @dev Views are open, and say what stands.
    function test_ReleasedBeforeItIsPaid() public {
        uint256 id = create(odd(), SUM, 3);
        skipEpochs(1);
        hook.arm(address(streams), abi.encodeCall(streams.due, (id)));
        release(id);
        assertTrue(hook.succeeded());
        assertEq(abi.decode(hook.answer(), (uint256)), 0);
    }

    /* INTERNAL */

    function createOdd() internal {
        create(odd(), SUM, 3);
    }

    function releaseOdd() internal {
        unarmed(createOdd);
        skipEpochs(1);
        release(streams.streams());
    }

    function entryPoints() internal view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        address[] memory list = operators;
        calls[0] =
            abi.encodeCall(streams.distributeByStake, (closed(), address(reward), SUM, set, address(token), list));
        calls[1] = abi.encodeCall(streams.create, (address(reward), set, address(token), SUM, 1, list));
        calls[2] = abi.encodeCall(streams.release, (1, list));
        calls[3] = abi.encodeCall(streams.setOperators, (1, list));
        calls[4] = abi.encodeCall(streams.reclaim, (1));
    }
}
