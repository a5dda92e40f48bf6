// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim as RewardClaim, IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {Payers} from "./Payers.sol";

/// @notice Stakers who claim, whoever claims for them, and operators with their commissions.
abstract contract Earners is Payers {
    uint256 private constant HIGHEST = 0.5e18;

    /// @notice A claim under way: whose, up to when, to whom, and what should come of each item.
    struct Attempt {
        uint256 staker;
        address sender;
        address receiver;
        uint256 through;
        uint256[] places;
        RewardClaim[] items;
        uint256[] expected;
        uint256[3] sums;
        uint256[3] before;
    }

    uint256 private _newcomers;

    /* STAKERS */

    /// @dev Some positions, in any order and some of them twice, up to any epoch: by the owner, by an agent, or by anybody
    /// to the recipient that was set.
    function claim(bytes32) external returns (bool) {
        return books.length > 0 && _claim(_attempt(1 + _random(8)));
    }

    /// @dev Everything that is there.
    function claimAll(bytes32) external returns (bool) {
        if (books.length == 0) return false;
        Attempt memory a;
        a.staker = _random(stakers.length);
        a.places = new uint256[](books.length);
        for (uint256 i; i < books.length; ++i) {
            a.places[i] = i;
        }
        a.through = type(uint24).max;
        return _claim(_sent(a));
    }

    function claimRefused(bytes32) external returns (bool) {
        if (books.length == 0) return false;
        Attempt memory a = _attempt(2);
        address owner = stakers[a.staker];
        address thief = address(0x7111EF);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NotOwnerNorOperator.selector, owner, thief));
        vm.prank(thief);
        rewards.claim(owner, thief, Epoch.wrap(a.through), a.items);
        return true;
    }

    function setRecipient(bytes32) external returns (bool) {
        address owner = _one(3) ? _pick(operators) : _pick(stakers);
        address recipient = _one(4) ? address(0) : _one(2) ? owner : address(0x2EC1);
        vm.prank(owner);
        rewards.setRecipient(recipient);
        assertEq(rewards.recipientOf(owner), recipient, "recipient");
        return true;
    }

    /* OPERATORS */

    /// @dev P5: at most a half; lowered at once, raised from the third epoch on.
    function setCommission(bytes32) external returns (bool) {
        address operator = _pick(operators);
        uint256 rate = _random(HIGHEST + 1);
        if (_one(3)) rate = _rateAt(operator, _now() + 3) * _random(101) / 100;
        uint256 standing = _rateAt(operator, _now());
        uint256 to = _rateAt(operator, _now() + 3);
        if (rate == to) {
            vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.CommissionUnchanged.selector, rate));
            vm.prank(operator);
            rewards.setCommission(Wad.wrap(rate));
            return false;
        }
        uint256 effective = _now();
        if (rate > standing) {
            effective += 3;
            // A raise that is cut keeps its day.
            if (rate < to) effective = rates[operator][rates[operator].length - 1].from;
        }
        vm.prank(operator);
        Epoch said = rewards.setCommission(Wad.wrap(rate));
        assertEq(Epoch.unwrap(said), effective, "P5: a raise waits three epochs, a lowering none");
        Rate[] storage list = rates[operator];
        while (list.length > 0 && list[list.length - 1].from > _now()) {
            list.pop();
        }
        list.push(Rate(effective, rate));
        assertCommission(operator);
        return true;
    }

    function setCommissionTooHigh(bytes32) external returns (bool) {
        Wad rate = Wad.wrap(HIGHEST + 1 + _random(_one(2) ? 1e18 : type(uint256).max - HIGHEST - 1));
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.CommissionTooHigh.selector, rate, Wad.wrap(HIGHEST)));
        vm.prank(_pick(operators));
        rewards.setCommission(rate);
        return true;
    }

    /// @dev Who has never opened has nobody to give notice to; once it opens, it has.
    function setCommissionBeforeOpening(bytes32) external returns (bool) {
        address operator = address(uint160(uint256(keccak256(abi.encode("newcomer", ++_newcomers)))));
        vm.startPrank(operator);
        rewards.setCommission(Wad.wrap(0.2e18));
        Epoch effective = rewards.setCommission(Wad.wrap(0.3e18));
        assertEq(Epoch.unwrap(effective), _now(), "P5: at once before the first opening");
        assertEq(Wad.unwrap(rewards.commissionAt(operator, _closed())), 0, "P5: but not for the closed epoch");
        vault.registerOperator(address(0));
        // Opening may be paused.
        (bool opened,) = address(vault).call(abi.encodeCall(vault.open, ()));
        effective = rewards.setCommission(Wad.wrap(0.4e18));
        assertEq(Epoch.unwrap(effective), opened ? _now() + 3 : _now(), "P5: with notice from then on");
        vm.stopPrank();
        return true;
    }

    function collectCommission(bytes32) external returns (bool) {
        uint256 from = _random(operators.length);
        for (uint256 j; j < operators.length; ++j) {
            address operator = operators[(from + j) % operators.length];
            address receiver = rewards.recipientOf(operator);
            address sender = receiver == address(0) ? operator : _pick(stakers);
            if (receiver == address(0)) receiver = address(0xC0111);
            uint256 sum;
            uint256[3] memory before;
            for (uint256 k; k < 3; ++k) {
                sum += collectable[rewardTokens[k]][operator];
                before[k] = IMintable(rewardTokens[k]).balanceOf(receiver);
            }
            if (sum == 0) continue;
            vm.prank(sender);
            uint256[] memory amounts = rewards.collect(operator, receiver, rewardTokens);
            for (uint256 k; k < 3; ++k) {
                address token = rewardTokens[k];
                assertEq(amounts[k], collectable[token][operator], "R1: a commission is paid");
                assertEq(IMintable(token).balanceOf(receiver), before[k] + amounts[k], "R1: the receiver was paid");
                assertEq(rewards.commissionOf(operator, token), 0, "R1: once");
                collectedOut[token] += amounts[k];
                collectable[token][operator] = 0;
            }
            return true;
        }
        return false;
    }

    /* INTERNAL */

    function assertCommission(address operator) internal view {
        for (uint256 epoch = _now() - 1; epoch <= _now() + 4; ++epoch) {
            assertEq(
                Wad.unwrap(rewards.commissionAt(operator, Epoch.wrap(epoch))),
                _rateAt(operator, epoch),
                "P5: the rate of an epoch == what was announced for it"
            );
        }
    }

    function _attempt(uint256 n) private returns (Attempt memory a) {
        a.staker = _random(stakers.length);
        uint256 closed = _now() - 1;
        a.through = _one(2) ? type(uint24).max : closed - _random(closed < 12 ? closed + 1 : 12);
        a.places = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            a.places[i] = i > 0 && _one(8) ? a.places[i - 1] : _place(a);
        }
        return _sent(a);
    }

    /// @dev Mostly of what there is something to claim.
    function _place(Attempt memory a) private returns (uint256 place) {
        for (uint256 i; i < 6; ++i) {
            place = _random(books.length);
            if (_claimable(books[place], a.staker, a.through) > 0) break;
        }
    }

    function _sent(Attempt memory a) private returns (Attempt memory) {
        address owner = stakers[a.staker];
        (a.sender, a.receiver) = (owner, _one(2) ? owner : address(0x2EC2));
        address recipient = rewards.recipientOf(owner);
        address agent = _pick(stakers);
        if (vault.isOperator(owner, agent)) a.sender = agent;
        else if (recipient != address(0) && _one(2)) (a.sender, a.receiver) = (address(0x7111EF), recipient);
        a.items = new RewardClaim[](a.places.length);
        a.expected = new uint256[](a.places.length);
        for (uint256 i; i < a.places.length; ++i) {
            Book storage b = books[a.places[i]];
            a.items[i] = RewardClaim(b.pool, b.token);
            a.expected[i] = _claimable(b, a.staker, a.through);
        }
        return a;
    }

    function _claim(Attempt memory a) private returns (bool) {
        address owner = stakers[a.staker];
        Epoch through = Epoch.wrap(a.through);
        assertEq(rewards.claimable(owner, through, a.items), a.expected, "R3: claimable == the ledger's sum");
        bool useful;
        bool blocked;
        for (uint256 i; i < a.places.length; ++i) {
            Book storage b = books[a.places[i]];
            // What is named twice is paid once.
            a.expected[i] = _claimable(b, a.staker, a.through);
            b.claimed[a.staker] += a.expected[i];
            a.sums[_tokenOf(b.token)] += a.expected[i];
            if (a.expected[i] == 0) continue;
            useful = true;
            blocked = blocked || _isStuck(b.token, a.receiver);
        }
        for (uint256 k; k < 3; ++k) {
            a.before[k] = IMintable(rewardTokens[k]).balanceOf(a.receiver);
        }
        if (blocked) return _claimBlocked(a);
        vm.prank(a.sender);
        assertEq(rewards.claim(owner, a.receiver, through, a.items), a.expected, "R3: claimed == the ledger's sum");
        for (uint256 k; k < 3; ++k) {
            uint256 balance = IMintable(rewardTokens[k]).balanceOf(a.receiver);
            assertEq(balance, a.before[k] + a.sums[k], "R1: the receiver was paid");
            claimedOut[rewardTokens[k]] += a.sums[k];
        }
        uint256[] memory nothing = new uint256[](a.places.length);
        assertEq(rewards.claimable(owner, through, a.items), nothing, "R4: claimed once");
        vm.prank(a.sender);
        assertEq(rewards.claim(owner, a.receiver, through, a.items), nothing, "R4: a second claim pays nothing");
        return useful;
    }

    /// @dev A token that blocks the receiver undoes the call that names it; nothing was claimed.
    function _claimBlocked(Attempt memory a) private returns (bool) {
        for (uint256 i; i < a.places.length; ++i) {
            books[a.places[i]].claimed[a.staker] -= a.expected[i];
        }
        vm.expectPartialRevert(IRewardsDistributor.TransferFailed.selector);
        vm.prank(a.sender);
        rewards.claim(stakers[a.staker], a.receiver, Epoch.wrap(a.through), a.items);
        return true;
    }

    function _tokenOf(address token) private view returns (uint256) {
        return token == rewardTokens[0] ? 0 : token == rewardTokens[1] ? 1 : 2;
    }
}
