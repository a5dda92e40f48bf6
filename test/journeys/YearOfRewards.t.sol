// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Earning} from "./Earning.sol";
import {Operator, Service, Staker} from "./Users.t.sol";

/// @notice 52 epochs: two services pay two operators, and stakers come, leave, give, move, are slashed and claim. Every
/// epoch has 64 tokens' shares or a power of two of them in each pool, so that all sums come out even.
contract YearOfRewardsJourney is Earning {
    uint256 internal constant SUM = 128e18;

    Service internal oracle;
    Service internal bridge;
    OperatorSetId internal oracleSet;
    OperatorSetId internal bridgeSet;
    Operator internal north;
    Operator internal south;
    Staker internal ann;
    Staker internal ben;
    Staker internal cleo;
    PoolId internal northPool;
    PoolId internal southPool;
    Epoch internal firstWeek;

    /// @dev What the services have paid in all.
    uint256 internal spent;

    function test_Journey() public {
        begin();

        // Weeks 1 to 10: Ann has 64 tokens in the north, Ben 64 in the south. The oracle pays each pool alike.
        payFor(10);
        assertEq(earned(ann, northPool), 10 * SUM);
        assertEq(earned(ben, southPool), 10 * SUM);

        // Week 11: Cleo stakes as much as Ann, and earns from week 12.
        cleo.deposit(north, 64 * unit);
        payFor(1);
        assertEq(earned(cleo, northPool), 0);
        assertEq(earned(ann, northPool), 11 * SUM);
        payFor(4);
        assertEq(earned(cleo, northPool), 4 * SUM / 2);
        assertEq(earned(ann, northPool), 13 * SUM);

        // Week 16: Ann claims, and gives a half of what she has to Ben. What was earned stays hers, week 16 too.
        assertEq(claim(ann, northPool), 13 * SUM);
        ann.give(northPool, 32 * unit, ben);
        payFor(1);
        assertEq(earned(ann, northPool), SUM / 2);
        assertEq(earned(ben, northPool), 0);
        payFor(3);
        assertEq(earned(ann, northPool), SUM / 2 + 3 * SUM / 4);
        assertEq(earned(ben, northPool), 3 * SUM / 4);

        // Week 20: the bridge opens a stream of 12 weeks by guaranteed stake: a half of 128 in the north, of 64 in the south.
        uint256 stream = createStream(bridge, bridgeSet, 3 * SUM, 12, sorted(north, south));
        spent += 12 * 3 * SUM;
        skipEpochs(4);
        // Nobody released it for four weeks: all four are paid with the last.
        assertEq(streams.release(stream, sorted(north, south)), 12 * SUM);
        assertEq(earned(cleo, northPool), 8 * SUM / 2 + 8 * SUM / 2);
        assertEq(earned(ben, southPool), 19 * SUM + 4 * SUM);

        theSlash(stream);
        theRaise();
        theEnd(stream);
    }

    /// @dev Week 24: the bridge slashes the north by a quarter. What was earned stands, and all earn by shares as before;
    /// the split goes by what is left: 48 to 32.
    function theSlash(uint256 stream) internal {
        (uint256 ofAnn, uint256 ofCleo) = (earned(ann, northPool), earned(cleo, northPool));
        assertEq(bridge.slash(bridgeSet, north, 0.5e18), 32 * unit);
        assertEq(ann.stakeWith(north), 24 * unit);
        assertEq(earned(ann, northPool), ofAnn);
        assertEq(earned(cleo, northPool), ofCleo);
        skipEpochs(1);
        uint256[] memory weights = streams.weights(bridgeSet, address(token), sorted(north, south));
        uint256 ofNorth = weights[address(north) < address(south) ? 0 : 1];
        uint256 total = weights[0] + weights[1];
        // Of the north 96 are left, of which a quarter of what was promised is gone: 1/4 of 3/4.
        assertApproxEqAbs(ofNorth, 32 * unit, 2);
        assertEq(total - ofNorth, 32 * unit);
        assertEq(streams.release(stream, sorted(north, south)), 3 * SUM);
        assertApproxEqAbs(earned(ann, northPool), ofAnn + 3 * SUM * ofNorth / total / 4, slack());
        assertApproxEqAbs(earned(cleo, northPool), ofCleo + 3 * SUM * ofNorth / total / 2, slack());
    }

    /// @dev Week 25: the north announces a commission of a quarter, for week 28. Cleo minds, and moves south in time.
    function theRaise() internal {
        Epoch announced = vault.currentEpoch();
        assertEq(setCommission(north, 0.25e18), announced.plus(3));
        Epoch ripe = cleo.queue(north, 64 * unit);
        uint256 before = earned(cleo, northPool);
        payFor(1);
        // She queued in week 25, and earns for it: she was there as it began.
        assertApproxEqAbs(earned(cleo, northPool), before + SUM / 2, slack());
        payFor(1);
        assertApproxEqAbs(earned(cleo, northPool), before + SUM / 2, slack());
        assertEq(vault.currentEpoch(), ripe);
        cleo.move(northPool, ripe, south);
        assertEq(cleo.stakeWith(south), 48 * unit);
        payFor(1);
        assertEq(earned(cleo, southPool), 0);
        assertEq(commission(north), 0);

        // From week 28 the north keeps a quarter; the south keeps nothing, and its stakers share by 64 to 48.
        uint256 ofAnn = earned(ann, northPool);
        payFor(8);
        assertEq(commission(north), 8 * SUM / 4);
        assertApproxEqAbs(earned(ann, northPool), ofAnn + 8 * SUM * 3 / 4 / 2, slack());
        assertApproxEqAbs(earned(cleo, southPool), 8 * SUM * 48 / 112, slack());

        // Lowered at once, in the middle of the week, for that week.
        assertEq(setCommission(north, 0.125e18), vault.currentEpoch());
        payFor(1);
        assertEq(commission(north), 8 * SUM / 4 + SUM / 8);
    }

    /// @dev To the end of the year nobody pays but what the stream owes. Then all claim, and nothing is left but dust.
    function theEnd(uint256 stream) internal {
        skipEpochs(52 - (Epoch.unwrap(vault.currentEpoch()) - Epoch.unwrap(firstWeek)));
        assertEq(streams.due(stream), 7 * 3 * SUM);
        assertEq(streams.release(stream, sorted(north, south)), 7 * 3 * SUM);
        assertEq(reward.balanceOf(address(streams)), 0);
        assertEq(streams.due(stream), 0);

        uint256 due = earned(ann, northPool) + earned(ben, northPool) + earned(ben, southPool) + earned(cleo, northPool)
            + earned(cleo, southPool) + commission(north);
        uint256 claimed = 13 * SUM;
        assertLe(due + claimed, spent);
        assertApproxEqAbs(due + claimed, spent, slack());

        claim(ann, northPool);
        claim(cleo, southPool);
        claim(cleo, northPool);
        claim(ben, southPool);
        claim(ben, northPool);
        collect(north);
        uint256 sum = purse(address(ann)) + purse(address(ben)) + purse(address(cleo)) + purse(address(north));
        assertEq(sum, due + claimed);
        assertEq(reward.balanceOf(address(rewards)), spent - sum);
        assertEq(claim(ann, northPool) + claim(ben, southPool) + claim(cleo, southPool), 0);
    }

    function begin() internal {
        (oracle, bridge) = (newService(), newService());
        (oracleSet, bridgeSet) = (oracle.createSet(0), bridge.createSet(0));
        (north, south) = (newOperatorOf(bridgeSet, 0.5e18), newOperatorOf(bridgeSet, 0.5e18));
        (ann, ben, cleo) = (newStaker(), newStaker(), newStaker());
        ann.deposit(north, 64 * unit);
        ben.deposit(south, 64 * unit);
        (northPool, southPool) = (north.pool(), south.pool());
        skipEpochs(1);
        firstWeek = vault.currentEpoch();
    }

    /// @dev `weeks_` pass, and after each the oracle pays both pools for it.
    function payFor(uint256 weeks_) internal {
        Payment[] memory payments = new Payment[](2);
        payments[0] = Payment(address(north), address(token), SUM);
        payments[1] = Payment(address(south), address(token), SUM);
        for (uint256 i; i < weeks_; ++i) {
            skipEpochs(1);
            pay(oracle, reward, payments);
        }
        spent += weeks_ * 2 * SUM;
    }

    function purse(address account) internal view returns (uint256) {
        return reward.balanceOf(account);
    }

    /// @dev What payments may carry on: 2^-64 units a share; and a unit for each position.
    function slack() internal view returns (uint256) {
        return (256 * unit >> 64) + 8;
    }
}
