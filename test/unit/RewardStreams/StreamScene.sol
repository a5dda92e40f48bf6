// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {Scene} from "../Scene.sol";

/// @notice Two operators who promised a half of their pools to a set: 24 tokens are staked with the one, 8 with the
/// other, since before the epoch that has just closed. The AVS pays in another token.
abstract contract StreamScene is Scene {
    /// @dev Divides without rest among 24 + 8 tokens, and among 8.
    uint256 internal constant SUM = 4e18;

    IMintable internal reward;
    PoolId internal otherPool;
    address[] internal operators;
    uint256 private origin;

    function setUp() public virtual override {
        super.setUp();
        origin = vault.ORIGIN();
        join(set, operator);
        join(set, otherOperator);
        allocate(set, operator, HALF);
        allocate(set, otherOperator, HALF);
        deposit(alice, operator, 24 * unit);
        (otherPool,) = deposit(bob, otherOperator, 8 * unit);
        skipEpochs(3);
        operators = operator < otherOperator ? pair(operator, otherOperator) : pair(otherOperator, operator);
        reward = newToken("Reward", "RWD", 18);
        give(reward, avs, 1e30);
    }

    /* SETTING THE SCENE */

    /// @notice Gives `account` tokens and lets the streams take them.
    function give(IMintable asset, address account, uint256 amount) internal {
        asset.mint(account, amount);
        vm.prank(account);
        asset.approve(address(streams), type(uint256).max);
    }

    function create(uint256 perEpoch, uint256 epochs) internal returns (uint256) {
        return create(reward, perEpoch, epochs);
    }

    function create(IMintable asset, uint256 perEpoch, uint256 epochs) internal returns (uint256) {
        vm.prank(avs);
        return streams.create(address(asset), set, address(token), perEpoch, epochs, operators);
    }

    function release(uint256 id) internal returns (uint256) {
        vm.prank(stranger);
        return streams.release(id, operators);
    }

    function distribute(uint256 amount) internal {
        Epoch epoch = closed();
        vm.prank(avs);
        streams.distributeByStake(epoch, address(reward), amount, set, address(token), operators);
    }

    /* LOOKING */

    /// @dev Asks nobody, so that it can stand behind an expected revert.
    function closed() internal view returns (Epoch) {
        return Epoch.wrap((vm.getBlockTimestamp() - origin) / EPOCH);
    }

    function earned(address staker, PoolId of_) internal view returns (uint256) {
        return earned(reward, staker, of_);
    }

    function earned(IMintable asset, address staker, PoolId of_) internal view returns (uint256) {
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim(of_, address(asset));
        return rewards.claimable(staker, closed(), claims)[0];
    }

    function weightOf(address account) internal view returns (uint256) {
        return streams.weights(set, address(token), only(account))[0];
    }

    function held(IMintable asset) internal view returns (uint256) {
        return asset.balanceOf(address(streams));
    }

    function pair(address a, address b) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (a, b);
    }
}
