// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Claim, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {IMintable} from "../../Base.t.sol";
import {HookToken} from "../../mocks/OddTokens.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsLockTest is StreamScene {
    HookToken internal hook;

    function setUp() public override {
        super.setUp();
        hook = new HookToken();
        give(odd(), avs, 1e30);
    }

    function test_WhileATokenComesIn() public {
        bytes[] memory calls = attempts();
        for (uint256 i; i < calls.length; ++i) {
            hook.arm(address(streams), calls[i]);
            create(odd(), SUM, 3);
            assertRefused(calls[i]);
        }
    }

    function test_WhileATokenGoesOut() public {
        bytes[] memory calls = attempts();
        for (uint256 i; i < calls.length; ++i) {
            uint256 id = create(odd(), SUM, 3);
            skipEpochs(1);
            hook.arm(address(streams), calls[i]);
            release(id);
            assertRefused(calls[i]);
            hook.arm(address(0), "");
        }
    }

    function test_TheDistributorToo() public {
        uint256 id = create(odd(), SUM, 4);
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim(pool, address(hook));
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(rewards.distribute, (closed(), address(reward), new Payment[](0)));
        calls[1] = abi.encodeCall(rewards.claim, (address(hook), address(hook), closed(), claims));
        calls[2] = abi.encodeCall(rewards.claimable, (alice, closed(), claims));
        calls[3] = abi.encodeCall(rewards.rewardsPerShare, (pool, address(hook), closed()));
        for (uint256 i; i < calls.length; ++i) {
            skipEpochs(1);
            hook.arm(address(rewards), calls[i]);
            release(id);
            assertRefused(calls[i]);
            hook.arm(address(0), "");
        }
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

    function attempts() internal view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        address[] memory list = operators;
        calls[0] =
            abi.encodeCall(streams.distributeByStake, (closed(), address(reward), SUM, set, address(token), list));
        calls[1] = abi.encodeCall(streams.create, (address(reward), set, address(token), SUM, 1, list));
        calls[2] = abi.encodeCall(streams.release, (1, list));
        calls[3] = abi.encodeCall(streams.setOperators, (1, list));
        calls[4] = abi.encodeCall(streams.reclaim, (1));
    }

    function assertRefused(bytes memory data) internal view {
        assertTrue(hook.called(), "the token was not called");
        assertFalse(hook.succeeded(), vm.toString(data));
        assertEq(hook.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    function odd() internal view returns (IMintable) {
        return IMintable(address(hook));
    }
}
