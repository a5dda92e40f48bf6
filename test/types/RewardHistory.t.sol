// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {RewardHistory, RewardHistoryLib} from "palisade/libraries/RewardHistory.sol";
import {Epoch} from "palisade/types/Epoch.sol";

/// @dev It is compiled here, without IR: `test/unit/RewardsDistributor` tests what is shipped.
contract RewardHistoryTest is Test {
    using RewardHistoryLib for RewardHistory;

    uint256 private constant LAST = 2 ** 24 - 1;

    struct Payment {
        uint256 epoch;
        uint256 cumulative;
    }

    RewardHistory private _history;

    Payment[] private _payments;
    uint256 private _carry;
    uint256 private _divided;
    uint256 private _paid;

    function test_NothingAtFirst() public view {
        assertLookup(0);
        assertLookup(1);
        assertLookup(127);
        assertLookup(128);
        assertLookup(LAST);
        assertEq(_history.carried(Epoch.wrap(LAST)), 0);
    }

    /// @dev Before, in and after the windows at every boundary that there is.
    function test_EveryBoundary() public {
        uint24[12] memory epochs = [1, 2, 127, 128, 129, 255, 256, 32_767, 32_768, 65_535, 2 ** 24 - 128, 2 ** 24 - 1];
        for (uint256 i; i < epochs.length; ++i) {
            pay(epochs[i], 1000 + i, 7);
            pay(epochs[i], 1, 13);
        }
        for (uint256 i; i < epochs.length; ++i) {
            assertLookup(epochs[i]);
            assertLookup(epochs[i] - 1);
            if (epochs[i] < LAST) assertLookup(uint256(epochs[i]) + 1);
        }
    }

    function test_WindowsWithoutAPaymentAreSkipped() public {
        pay(200, 5, 3);
        pay(200 + 2 ** 23, 6, 3);
        assertLookup(199);
        assertLookup(127);
        assertLookup(2 ** 22);
        assertLookup(199 + 2 ** 23);
        assertLookup(200 + 2 ** 23);
        assertLookup(LAST);
    }

    /// @dev The rest of an earlier window counts once, with the first payment of the next.
    function test_TheCarryMovesToTheNewWindow() public {
        pay(100, 1, 7);
        uint256 carry = 2 ** 64 % 7;
        assertEq(_history.carried(Epoch.wrap(100)), carry);
        assertEq(_history.carried(Epoch.wrap(1000)), carry);
        pay(500, 1, 11);
        carry = (2 ** 64 + carry) % 11;
        assertEq(_history.carried(Epoch.wrap(500)), carry);
        pay(500, 1, 11);
        assertEq(_history.carried(Epoch.wrap(500)), (2 ** 64 + carry) % 11);
    }

    function test_RevertWhen_ItOverflows() public {
        _history.pay(Epoch.wrap(1), 2 ** 104 - 1, 1);
        vm.expectRevert(abi.encodeWithSelector(RewardHistoryLib.RewardsOverflow.selector, 2 ** 168));
        this.payExternally(2, 1, 1);
        // More shares can still be paid, and what was paid stands.
        _history.pay(Epoch.wrap(2), 1, 2 ** 65);
        assertEq(_history.upTo(Epoch.wrap(2)), (2 ** 104 - 1) << 64);
        assertEq(_history.carried(Epoch.wrap(2)), 2 ** 64);
        assertEq(_history.upTo(Epoch.wrap(1)), (2 ** 104 - 1) << 64);
    }

    function test_TheLargestPayments() public {
        pay(LAST - 1, 2 ** 128 - 1, 2 ** 104 - 1);
        pay(LAST, 2 ** 128 - 1, 2 ** 104 - 1);
        assertLookup(LAST - 1);
        assertLookup(LAST);
    }

    function testFuzz_AnyHistory(uint256 seed) public {
        uint256 epoch = 1;
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Often the same or the next window, now and then far away.
            uint256 gap = seed % 4 == 0 ? 0 : seed % 4 == 3 ? (seed >> 8) % 2 ** 20 : (seed >> 8) % 200;
            epoch += gap;
            uint256 shares = 1 + (seed >> 40) % 2 ** (1 + (seed >> 32) % 104);
            if (shares > 2 ** 104 - 1) shares = 2 ** 104 - 1;
            pay(epoch, 1 + (seed >> 150) % 2 ** 90, shares);
            assertEq(_paid << 64, _divided + _carry, "all of it");
        }
        for (uint256 i; i < _payments.length; ++i) {
            uint256 at = _payments[i].epoch;
            assertLookup(at);
            assertLookup(at - 1);
            if (at < LAST) assertLookup(at + 1);
        }
        assertLookup(uint256(keccak256(abi.encode(seed))) % 2 ** 24);
        assertEq(_history.carried(Epoch.wrap(LAST)), _carry, "carried");
    }

    function payExternally(uint256 epoch, uint256 amount, uint256 shares) external {
        _history.pay(Epoch.wrap(epoch), amount, shares);
    }

    /* INTERNAL */

    /// @dev Pays, and writes down what should come of it.
    function pay(uint256 epoch, uint256 amount, uint256 shares) private {
        _history.pay(Epoch.wrap(epoch), amount, shares);
        uint256 scaled = (amount << 64) + _carry;
        uint256 before = _payments.length == 0 ? 0 : _payments[_payments.length - 1].cumulative;
        _payments.push(Payment(epoch, before + scaled / shares));
        _paid += amount;
        _divided += _history.upTo(Epoch.wrap(epoch)) - before == scaled / shares ? scaled / shares * shares : 0;
        _carry = scaled % shares;
        assertEq(_history.carried(Epoch.wrap(epoch)), _carry, "carried");
    }

    /// @dev Against the whole list.
    function assertLookup(uint256 epoch) private view {
        (uint256 latest, uint256 cumulative) = (0, 0);
        for (uint256 i; i < _payments.length && _payments[i].epoch <= epoch; ++i) {
            (latest, cumulative) = (_payments[i].epoch, _payments[i].cumulative);
        }
        assertEq(Epoch.unwrap(_history.latest(Epoch.wrap(epoch))), latest, "latest");
        assertEq(_history.upTo(Epoch.wrap(epoch)), cumulative, "up to");
        assertEq(_history.atPaid(Epoch.wrap(epoch)), cumulative, "at paid");
    }
}
