// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice The whole lifecycle, with a slash that hits a staker who is leaving.
contract SlashOnTheWayOutJourney is Journey {
    function test_Journey() public {
        Service service = newService();
        OperatorSetId set = service.createSet(0);

        // An operator sets itself up before it opens: half of its pools is promised at once.
        Operator first = newOperator();
        first.join(set);
        first.allocate(set, 0.5e18);
        first.open();
        Operator second = newOperator();
        second.open();
        skipEpochs(1);

        // 60 + 40 = 100, of which the service can take 50.
        Staker ann = newStaker();
        Staker ben = newStaker();
        ann.deposit(first, 60 * unit);
        ben.deposit(first, 40 * unit);
        assertEq(service.canSlash(set, first), 50 * unit);
        assertEq(service.isGuaranteed(set, first), 50 * unit);

        // Ben leaves with 30. They are not guaranteed any more, but slashable until the epoch after next.
        PoolId pool = first.pool();
        Epoch ripe = ben.queue(first, 30 * unit);
        assertEq(service.isGuaranteed(set, first), 35 * unit);
        assertEq(service.canSlash(set, first), 50 * unit);

        // In the last second before, the service takes 40 % of its half: a fifth of everybody.
        skipToEnd(1);
        assertEq(service.slash(set, first, 0.4e18), 20 * unit);
        assertEq(service.tokens(), 20 * unit);
        assertEq(ann.stakeWith(first), 48 * unit); // 60 - 12
        assertEq(ben.stakeWith(first), 8 * unit); // 10 - 2
        assertEq(ben.exit(pool, ripe), 24 * unit); // 30 - 6

        // A second later his exit is out of reach: 56 are in the pool, and 0.3 of the 0.8 that are left are promised.
        skipEpochs(1);
        assertEq(service.canSlash(set, first), 21 * unit);
        assertEq(service.slash(set, first, 1e18), 21 * unit);
        assertEq(ben.exit(pool, ripe), 24 * unit);
        assertEq(ben.complete(pool, ripe), 24 * unit);

        // Ann moves what she has, 48 × 35 / 56 = 30, to the second operator.
        assertEq(ann.stakeWith(first), 30 * unit);
        ripe = ann.queue(first, 60 * unit);
        skipEpochs(2);
        ann.move(pool, ripe, second);
        assertEq(ann.stakeWith(second), 30 * unit);

        // 100 = 24 paid + 41 slashed + 30 moved + 5 that Ben left behind.
        assertEq(ben.stakeWith(first), 5 * unit);
        assertEq(token.balanceOf(address(vault)), 35 * unit);
    }
}
