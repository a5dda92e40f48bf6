// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {RewardsScene} from "./RewardsScene.sol";

contract SetCommissionTest is RewardsScene {
    Epoch internal first;

    function setUp() public override {
        super.setUp();
        first = running();
    }

    function test_RevertWhen_TooHigh() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.CommissionTooHigh.selector, 0.5e18 + 1, 0.5e18));
        setCommission(0.5e18 + 1);
    }

    function test_RevertWhen_ItIsThatAlready() public {
        expectUnchanged(0);
        setCommission(0);
        setCommission(0.1e18);
        skipEpochs(3);
        expectUnchanged(0.1e18);
        setCommission(0.1e18);
    }

    function test_RevertWhen_ItIsAnnouncedAlready() public {
        setCommission(0.1e18);
        skipEpochs(2);
        expectUnchanged(0.1e18);
        setCommission(0.1e18);
    }

    function test_TheHighest() public {
        assertEq(setCommission(0.5e18), first.plus(3));
        assertRates([uint256(0), 0, 0, 0.5e18, 0.5e18]);
    }

    /* BEFORE OPENING */

    function test_BeforeOpeningAtOnce() public {
        address newcomer = makeAddr("newcomer");
        registerOperator(newcomer);
        vm.startPrank(newcomer);
        expectSet(newcomer, 0.1e18, first);
        assertEq(rewards.setCommission(wad(0.1e18)), first);
        expectSet(newcomer, 0.3e18, first);
        assertEq(rewards.setCommission(wad(0.3e18)), first);
        assertEq(rewards.commissionAt(newcomer, first), wad(0.3e18));
        // No stake can come before the next epoch.
        vault.open();
        assertEq(rewards.setCommission(wad(0.4e18)), first.plus(3));
        vault.close();
        assertEq(rewards.setCommission(wad(0.5e18)), first.plus(3));
        vm.stopPrank();
        assertEq(rewards.commissionAt(newcomer, first.plus(2)), wad(0.3e18));
        assertEq(rewards.commissionAt(newcomer, first.plus(3)), wad(0.5e18));
    }

    /* RAISED */

    function test_RaisedFromTheThirdEpochAfter() public {
        expectSet(operator, 0.1e18, first.plus(3));
        assertEq(setCommission(0.1e18), first.plus(3));
        assertRates([uint256(0), 0, 0, 0.1e18, 0.1e18]);
        // The same when seen from each epoch that follows.
        for (uint256 i = 1; i < 6; ++i) {
            skipEpochs(1);
            assertRate(closed(), i > 3 ? 0.1e18 : 0);
            assertRate(running(), i >= 3 ? 0.1e18 : 0);
        }
    }

    function test_ARaiseThatGrowsIsAnnouncedAfresh() public {
        setCommission(0.1e18);
        skipEpochs(2);
        expectSet(operator, 0.2e18, first.plus(5));
        assertEq(setCommission(0.2e18), first.plus(5));
        // The smaller one is withdrawn with it.
        assertRate(first.plus(3), 0);
        assertRate(first.plus(4), 0);
        assertRate(first.plus(5), 0.2e18);
    }

    function test_ARaiseThatIsCutKeepsItsDay() public {
        setCommission(0.2e18);
        skipEpochs(2);
        expectSet(operator, 0.1e18, first.plus(3));
        assertEq(setCommission(0.1e18), first.plus(3));
        assertRate(closed(), 0);
        assertRate(running(), 0);
        assertRate(first.plus(3), 0.1e18);
    }

    function test_ARaiseAfterOneThatCame() public {
        setCommission(0.1e18);
        // In the epoch in which it comes: the closed one had none yet.
        skipEpochs(3);
        assertEq(setCommission(0.2e18), first.plus(6));
        assertRate(closed(), 0);
        assertRate(running(), 0.1e18);
        assertRate(first.plus(5), 0.1e18);
        assertRate(first.plus(6), 0.2e18);
        skipEpochs(3);
        assertRate(closed(), 0.1e18);
        assertRate(running(), 0.2e18);
    }

    /* LOWERED */

    function test_LoweredAtOnce() public {
        setCommission(0.2e18);
        skipEpochs(5);
        expectSet(operator, 0.1e18, running());
        assertEq(setCommission(0.1e18), running());
        assertRate(closed(), 0.2e18);
        assertRate(running(), 0.1e18);
        skipEpochs(1);
        assertRate(closed(), 0.1e18);
    }

    function test_LoweredTwiceInOneEpoch() public {
        setCommission(0.3e18);
        skipEpochs(5);
        setCommission(0.2e18);
        setCommission(0.1e18);
        assertRate(closed(), 0.3e18);
        assertRate(running(), 0.1e18);
    }

    function test_LoweredWithdrawsARaise() public {
        setCommission(0.2e18);
        skipEpochs(4);
        setCommission(0.3e18);
        setCommission(0.1e18);
        assertRate(closed(), 0.2e18);
        assertRate(running(), 0.1e18);
        assertRate(running().plus(10), 0.1e18);
    }

    /// @dev To what is in force: that withdraws a raise and changes nothing else.
    function test_TheStandingRateWithdrawsARaise() public {
        setCommission(0.2e18);
        skipEpochs(4);
        setCommission(0.3e18);
        expectSet(operator, 0.2e18, running());
        assertEq(setCommission(0.2e18), running());
        assertRate(closed(), 0.2e18);
        assertRate(running().plus(3), 0.2e18);
        assertRate(running().plus(10), 0.2e18);
    }

    function test_LoweredAndRaisedInOneEpoch() public {
        setCommission(0.2e18);
        skipEpochs(4);
        setCommission(0.1e18);
        assertEq(setCommission(0.2e18), running().plus(3));
        assertRate(closed(), 0.2e18);
        assertRate(running(), 0.1e18);
        assertRate(running().plus(2), 0.1e18);
        assertRate(running().plus(3), 0.2e18);
    }

    /* ALWAYS */

    /// @dev Against a list of the rates of all epochs: what is set in any epoch, and paid for each of them.
    function testFuzz_TheRateOfEachEpoch(uint256 seed) public {
        deposit(alice, operator, unit);
        skipEpochs(2);
        uint256[32] memory rates;
        uint256 now_;
        uint256 credited;
        uint256 pendingFrom;
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 rate = (seed % 6) * 0.1e18;
            uint256 announced = rates[31];
            bool pending = pendingFrom > now_;
            if (rate != announced) {
                uint256 from = now_;
                if (rate > rates[now_]) from = pending && rate < announced ? pendingFrom : now_ + 3;
                pendingFrom = from;
                assertEq(setCommission(rate), running().plus(from - now_));
                // A raise that had not come is withdrawn until the day of this one.
                for (uint256 k = now_; k < 32; ++k) {
                    rates[k] = k < from ? rates[now_] : rate;
                }
            }
            for (uint256 k = now_; k < now_ + 4; ++k) {
                assertRate(running().plus(k - now_), rates[k]);
            }
            if (now_ > 0) {
                assertRate(closed(), rates[now_ - 1]);
                pay(SUM);
                credited += SUM * rates[now_ - 1] / 1e18;
                assertEq(rewards.commissionOf(operator, address(reward)), credited, "credited");
            }
            uint256 epochs = seed >> 128 & 1;
            skipEpochs(epochs);
            now_ += epochs;
        }
    }

    /// @dev The rates of the running epoch and those that follow it.
    function assertRates(uint256[5] memory rates) internal view {
        for (uint256 i; i < 5; ++i) {
            assertRate(running().plus(i), rates[i]);
        }
    }

    function expectUnchanged(uint256 rate) internal {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.CommissionUnchanged.selector, rate));
    }

    function expectSet(address of_, uint256 rate, Epoch effective) internal {
        vm.expectEmit(address(rewards));
        emit IRewardsDistributor.CommissionSet(of_, Wad.wrap(rate), effective);
    }
}
