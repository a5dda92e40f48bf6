// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice A degree of 2: one pool backs two services, one of which is a friend of the operator's.
contract ElasticRestakingJourney is Journey {
    /// @dev A friend may hand back what it slashes. So the service weighs by what is guaranteed, not by what it can slash.
    function test_AFriendSlashesFirst() public {
        setDegreeCeiling(address(token), 2e18);
        Service service = newService();
        Service friend = newService();
        OperatorSetId set = service.createSet(0);
        OperatorSetId friendly = friend.createSet(0);

        // 0.9 for the service and 0.7 for the friend: 1.6 promised of 1.
        Operator operator_ = newOperator();
        operator_.join(set);
        operator_.join(friendly);
        operator_.allocate(set, 0.9e18);
        operator_.allocate(friendly, 0.7e18);
        operator_.open();
        skipEpochs(1);
        Staker staker = newStaker();
        staker.deposit(operator_, 100 * unit);

        // The service can slash 90, but only 1 - 0.7 of the pool is its alone.
        assertEq(service.canSlash(set, operator_), 90 * unit);
        assertEq(service.isGuaranteed(set, operator_), 30 * unit);
        assertEq(friend.isGuaranteed(friendly, operator_), 10 * unit);

        // The friend takes all of its 70 first: 0.3 is left, so the service reaches min(0.9, 0.3), all of the 30.
        assertEq(friend.slash(friendly, operator_, 1e18), 70 * unit);
        assertEq(service.canSlash(set, operator_), 30 * unit);
        assertEq(service.isGuaranteed(set, operator_), 30 * unit);

        // 0.9 are promised of 0.3: three times what is left. Nothing is cut, but nothing can be raised.
        assertBudget(operator_, 0.3e18, 0.9e18);
        assertAllocation(set, operator_, 0.9e18);
        assertEq(worstCaseLoss(address(operator_)), Wad.wrap(1e18));
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 1e18, 0.6e18));
        operator_.allocate(friendly, 0.1e18);

        // Nor does it change anything that governance goes back to a degree of 1.
        setDegreeCeiling(address(token), 1e18);
        assertAllocation(set, operator_, 0.9e18);
        assertEq(service.canSlash(set, operator_), 30 * unit);

        // Half of what is left is half of 30, not of 90; a second half is a half of the rest.
        assertEq(service.slash(set, operator_, 0.5e18), 15 * unit);
        assertEq(service.canSlash(set, operator_), 15 * unit);
        assertEq(service.slash(set, operator_, 1e18), 15 * unit);
        assertEq(staker.stakeWith(operator_), 0);
        assertEq(service.tokens() + friend.tokens(), 100 * unit);
    }
}
