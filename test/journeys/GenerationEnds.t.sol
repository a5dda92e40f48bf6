// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Journey, Operator, Service, Staker} from "./Users.t.sol";

/// @notice A slash of all ends the generation: those who were in it bear it, and those who come later do not.
contract GenerationEndsJourney is Journey {
    function test_Journey() public {
        Service service = newService();
        OperatorSetId set = service.createSet(0);
        Operator operator_ = newOperator();
        operator_.join(set);
        operator_.allocate(set, 1e18);
        operator_.open();
        skipEpochs(1);

        Staker early = newStaker();
        Staker late = newStaker();
        early.deposit(operator_, 50 * unit);
        PoolId pool = operator_.pool();

        // 20 leave in time, 10 a little too late.
        Epoch inTime = early.queue(operator_, 20 * unit);
        skipEpochs(1);
        Epoch tooLate = early.queue(operator_, 10 * unit);
        skipEpochs(1);

        // The service takes all that it can: 20 in the pool and 10 on their way.
        assertEq(service.slash(set, operator_, 1e18), 30 * unit);
        assertEq(early.stakeWith(operator_), 0);
        assertEq(early.exit(pool, inTime), 20 * unit);
        assertEq(early.exit(pool, tooLate), 0);
        assertEq(operator_.pool(), pool.atGeneration(1));

        // New money is whole, nothing of it is promised, and a new promise waits three epochs.
        late.deposit(operator_, 7 * unit);
        assertEq(late.stakeWith(operator_), 7 * unit);
        assertEq(service.canSlash(set, operator_), 0);
        assertEq(operator_.allocate(set, 0.5e18), vault.currentEpoch().plus(3));
        skipEpochs(3);
        assertEq(service.slash(set, operator_, 1e18), 3.5e18 * unit / 1e18);
        assertEq(late.stakeWith(operator_), 7 * unit - 3.5e18 * unit / 1e18);

        // What had ripened is paid in full, what had not is closed with nothing.
        assertEq(early.complete(pool, inTime), 20 * unit);
        assertEq(early.complete(pool, tooLate), 0);
        assertEq(early.tokens(), 20 * unit);
    }
}
