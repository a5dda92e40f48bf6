// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../Base.t.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice Users who pay and earn, in a token of its own that nobody stakes.
abstract contract Earning is Journey {
    IMintable internal reward;
    uint256 private _origin;

    function setUp() public virtual override {
        super.setUp();
        reward = newToken("Reward", "RWD", 18);
        _origin = vault.ORIGIN();
    }

    /* PAYING */

    /// @notice The service pays the operator's pool for the epoch that has just closed.
    function pay(Service service_, Operator to, uint256 amount) internal {
        pay(service_, reward, to, amount);
    }

    function pay(Service service_, IMintable asset, Operator to, uint256 amount) internal {
        Payment[] memory payments = new Payment[](1);
        payments[0] = Payment(address(to), address(token), amount);
        pay(service_, asset, payments);
    }

    function pay(Service service_, IMintable asset, Payment[] memory payments) internal {
        uint256 sum;
        for (uint256 i; i < payments.length; ++i) {
            sum += payments[i].amount;
        }
        allowReward(address(service_), address(rewards), asset, sum);
        vm.prank(address(service_));
        rewards.distribute(closed(), address(asset), payments);
    }

    /// @notice The service pays the operators of its set by guaranteed stake.
    function payByStake(Service service_, OperatorSetId set_, uint256 amount, address[] memory operators) internal {
        allowReward(address(service_), address(streams), reward, amount);
        vm.prank(address(service_));
        streams.distributeByStake(closed(), address(reward), amount, set_, address(token), operators);
    }

    function createStream(
        Service service_,
        OperatorSetId set_,
        uint256 perEpoch,
        uint256 epochs,
        address[] memory operators
    ) internal returns (uint256) {
        allowReward(address(service_), address(streams), reward, perEpoch * epochs);
        vm.prank(address(service_));
        return streams.create(address(reward), set_, address(token), perEpoch, epochs, operators);
    }

    function allowReward(address payer, address spender, IMintable asset, uint256 amount) internal {
        asset.mint(payer, amount);
        vm.prank(payer);
        asset.approve(spender, amount);
    }

    /* EARNING */

    function claim(Staker staker, PoolId pool) internal returns (uint256) {
        return claim(staker, reward, pool);
    }

    function claim(Staker staker, IMintable asset, PoolId pool) internal returns (uint256) {
        vm.prank(address(staker));
        return rewards.claim(address(staker), address(staker), closed(), one(pool, asset))[0];
    }

    function setCommission(Operator operator_, uint256 rate) internal returns (Epoch) {
        vm.prank(address(operator_));
        return rewards.setCommission(Wad.wrap(rate));
    }

    function collect(Operator operator_) internal returns (uint256) {
        vm.prank(address(operator_));
        return rewards.collect(address(operator_), address(operator_), only(address(reward)))[0];
    }

    /* LOOKING */

    /// @dev Asks nobody, so that it can stand behind a prank.
    function closed() internal view returns (Epoch) {
        return Epoch.wrap((vm.getBlockTimestamp() - _origin) / EPOCH);
    }

    function earned(Staker staker, PoolId pool) internal view returns (uint256) {
        return earned(staker, reward, pool);
    }

    function earned(Staker staker, IMintable asset, PoolId pool) internal view returns (uint256) {
        return rewards.claimable(address(staker), closed(), one(pool, asset))[0];
    }

    function commission(Operator operator_) internal view returns (uint256) {
        return rewards.commissionOf(address(operator_), address(reward));
    }

    function one(PoolId pool, IMintable asset) internal pure returns (Claim[] memory claims) {
        claims = new Claim[](1);
        claims[0] = Claim(pool, address(asset));
    }

    /// @notice In ascending order, as lists of operators must be.
    function sorted(Operator a, Operator b) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = address(a) < address(b) ? (address(a), address(b)) : (address(b), address(a));
    }
}
