// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice Slashes at the edges of precision. Amounts are in the smallest units.
contract DustJourney is Journey {
    Service internal service;
    OperatorSetId internal set;
    Operator internal operator_;
    Staker internal staker;

    function setUp() public override {
        super.setUp();
        service = newService();
        set = service.createSet(0);
        operator_ = newOperatorOf(set, 1e18);
        staker = newStaker();
    }

    /// @dev 1,000 units; each slash takes a hundredth of the pool as it was at first, 10 units: the n-th takes one of the
    /// 101 - n hundredths that are left. After sixty of them 40 hundredths are left, 400 units: nothing is lost to
    /// rounding.
    function test_SixtySmallSlashes() public {
        staker.deposit(operator_, 1000);
        for (uint256 n = 1; n <= 60; ++n) {
            // Rounded up, so that the magnitude, rounded down, is 1e16.
            uint256 fraction = (1e18 - 1) / (101 - n) + 1;
            assertEq(service.slash(set, operator_, fraction), 10);
            assertEq(staker.stakeWith(operator_), 1000 - 10 * n);
        }
        assertEq(service.tokens(), 600);
        assertEq(service.canSlash(set, operator_), 400);
    }

    /// @dev All but 1e-18 of 1,000 units: 999 go, the last unit stays, and the pool with it.
    function test_AllButTheLeastFraction() public {
        staker.deposit(operator_, 1000);
        PoolId pool = operator_.pool();
        assertEq(service.slash(set, operator_, 1e18 - 1), 999);
        assertEq(operator_.pool(), pool);
        assertEq(staker.stakeWith(operator_), 1);

        // A unit buys a thousand shares now, and is worth a unit still.
        Staker other = newStaker();
        other.deposit(operator_, 3);
        assertEq(vault.balanceOf(address(other), pool), 3000);
        assertEq(other.stakeWith(operator_), 3);
        assertEq(staker.stakeWith(operator_), 1);

        // What is left is one part in 1e18, too little to guarantee anything; but all of it can be taken.
        assertEq(service.isGuaranteed(set, operator_), 0);
        assertEq(service.canSlash(set, operator_), 4);
        assertEq(service.slash(set, operator_, 1e18), 4);
        assertEq(operator_.pool(), pool.atGeneration(1));
    }
}
