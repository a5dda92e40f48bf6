// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {Scene} from "../Scene.sol";

/// @notice A token to pay in, and somebody who pays.
abstract contract RewardsScene is Scene {
    /// @dev What a payment is of, where it does not matter. The reward token's decimals have nothing to do with the staked one's.
    uint256 internal constant SUM = 1e18;

    /// @dev Later than any epoch.
    Epoch internal constant ALL = Epoch.wrap(type(uint256).max);

    IMintable internal reward;

    uint256 private _origin;

    function setUp() public virtual override {
        super.setUp();
        reward = newToken("Reward", "RWD", 18);
        supply(reward);
        _origin = vault.ORIGIN();
    }

    function supply(IMintable asset) internal {
        asset.mint(avs, 2 ** 140);
        vm.prank(avs);
        asset.approve(address(rewards), type(uint256).max);
    }

    /// @dev Computed here: a call would be the one that a test expects to revert.
    function closed() internal view returns (Epoch) {
        return Epoch.wrap((vm.getBlockTimestamp() - _origin) / EPOCH);
    }

    function running() internal view returns (Epoch) {
        return closed().plus(1);
    }

    /* PAYING */

    /// @notice Pays for the closed epoch, to the operator's pool of the token.
    function pay(uint256 amount) internal {
        pay(reward, operator, amount);
    }

    function pay(IMintable asset, address to, uint256 amount) internal {
        distribute(closed(), asset, one(to, amount));
    }

    function distribute(Epoch epoch, IMintable asset, Payment[] memory payments) internal {
        vm.prank(avs);
        rewards.distribute(epoch, address(asset), payments);
    }

    function one(address to, uint256 amount) internal view returns (Payment[] memory payments) {
        payments = new Payment[](1);
        payments[0] = Payment(to, address(token), amount);
    }

    function two(address to, uint256 amount, address other, uint256 otherAmount)
        internal
        view
        returns (Payment[] memory payments)
    {
        payments = new Payment[](2);
        payments[0] = Payment(to, address(token), amount);
        payments[1] = Payment(other, address(token), otherAmount);
    }

    function setCommission(uint256 rate) internal returns (Epoch) {
        vm.prank(operator);
        return rewards.setCommission(Wad.wrap(rate));
    }

    /* CLAIMING */

    function claim(address owner) internal returns (uint256) {
        return claim(owner, pool, ALL);
    }

    function claim(address owner, PoolId from, Epoch through) internal returns (uint256) {
        vm.prank(owner);
        return rewards.claim(owner, owner, through, items(from, reward))[0];
    }

    function due(address owner) internal view returns (uint256) {
        return due(owner, pool, ALL);
    }

    function due(address owner, PoolId from, Epoch through) internal view returns (uint256) {
        return rewards.claimable(owner, through, items(from, reward))[0];
    }

    function items(PoolId from, IMintable asset) internal pure returns (Claim[] memory claims) {
        claims = new Claim[](1);
        claims[0] = Claim(from, address(asset));
    }

    function items(PoolId from, IMintable asset, PoolId other, IMintable otherAsset)
        internal
        pure
        returns (Claim[] memory claims)
    {
        claims = new Claim[](2);
        claims[0] = Claim(from, address(asset));
        claims[1] = Claim(other, address(otherAsset));
    }

    /* LOOKING */

    function assertClaimed(PoolId of_, address owner, Epoch through, uint256 cumulative, uint256 fraction)
        internal
        view
    {
        (Epoch actualThrough, uint256 actualCumulative, uint256 actualFraction) =
            rewards.claimedOf(of_, address(reward), owner);
        assertEq(actualThrough, through);
        assertEq(actualCumulative, cumulative, "cumulative");
        assertEq(actualFraction, fraction, "fraction");
    }

    function assertRate(Epoch epoch, uint256 rate) internal view {
        assertEq(Wad.unwrap(rewards.commissionAt(operator, epoch)), rate, vm.toString(Epoch.unwrap(epoch)));
    }

    function expectNotOwnerNorOperator(address owner, address sender) internal {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NotOwnerNorOperator.selector, owner, sender));
    }

    function expectBadReceiver(address receiver) internal {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.BadReceiver.selector, receiver));
    }
}
