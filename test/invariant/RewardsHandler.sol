// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {Claim as RewardClaim, IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {IMintable} from "../Base.t.sol";
import {Earners} from "./actors/Earners.sol";
import {Handler} from "./Handler.sol";
import {Cast} from "./World.sol";

/// @notice The world of the other campaign with rewards in it, and the properties of rewards between any two actions.
contract RewardsHandler is Handler, Earners {
    constructor(
        Cast memory cast_,
        string[] memory names,
        uint256[] memory places,
        IRewardsDistributor rewards_,
        IRewardStreams streams_,
        address[] memory rewardTokens_
    ) Handler(cast_, names, places) {
        (rewards, streams, rewardTokens) = (rewards_, streams_, rewardTokens_);
    }

    /// @notice R1: balance == paid in - claimed - collected, for each token.
    function R1_Solvency() external view {
        for (uint256 k; k < 3; ++k) {
            address token = rewardTokens[k];
            uint256 due = paidIn[token] - claimedOut[token] - collectedOut[token];
            uint256 held = IMintable(token).balanceOf(address(rewards));
            assertEq(held, due, "R1: balance == paid in - claimed - collected");
        }
    }

    /// @notice R2: paid in == claimable + claimed + commissions + dust, with carries <= dust < carries + 1 a position.
    function R2_NothingIsLost(uint256 k) public view {
        address token = rewardTokens[k % 3];
        uint256 sum = claimedOut[token] + collectedOut[token];
        for (uint256 j; j < operators.length; ++j) {
            sum += rewards.commissionOf(operators[j], token);
        }
        (RewardClaim[] memory items, uint256 carries) = _all(token);
        for (uint256 i; i < STAKERS; ++i) {
            uint256[] memory amounts = rewards.claimable(stakers[i], Epoch.wrap(type(uint24).max), items);
            uint256 got;
            for (uint256 n; n < amounts.length; ++n) {
                got += amounts[n];
            }
            sum += got;
            _assertExact(token, i, got);
        }
        assertLe(sum, paidIn[token], "R2: claimable + claimed + commissions <= paid in");
        uint256 dust = (paidIn[token] - sum) << 64;
        assertGe(dust, carries, "R2: dust >= carries");
        assertLe(dust, carries + earning[token] * (2 ** 64 - 1), "R2: dust < carries + a unit a position");
    }

    /// @notice R3: what a staker can claim, up to now and up to an earlier epoch, is the ledger's sum.
    function R3_ToTheUnit() external view {
        if (books.length == 0) return;
        uint256 i = _total % STAKERS;
        uint256 closed = _now() - 1;
        uint256 through = _total % 3 == 0 ? closed - closed % 7 : closed;
        uint256 n = books.length < 16 ? books.length : 16;
        RewardClaim[] memory items = new RewardClaim[](n);
        uint256[] memory expected = new uint256[](n);
        for (uint256 at; at < n; ++at) {
            Book storage b = books[(_total + at) % books.length];
            items[at] = RewardClaim(b.pool, b.token);
            expected[at] = _claimable(b, i, through);
            assertEq(rewards.carried(b.pool, b.token), b.carry, "R2: the carry == the ledger's");
        }
        assertEq(
            rewards.claimable(stakers[i], Epoch.wrap(through), items), expected, "R3: claimable == the ledger's sum"
        );
    }

    /// @notice P5: no commission is in force that was not announced for its epoch.
    function R5_Commissions() external view {
        for (uint256 j; j < operators.length; ++j) {
            assertCommission(operators[j]);
            for (uint256 k; k < 3; ++k) {
                address token = rewardTokens[k];
                uint256 told = rewards.commissionOf(operators[j], token);
                assertEq(told, collectable[token][operators[j]], "R5: collectable == the sum of commissions");
            }
        }
    }

    /// @notice R6: the balance of the streams == what they have not released.
    function R6_Escrow() external view {
        for (uint256 k; k < 3; ++k) {
            address token = rewardTokens[k];
            uint256 held = IMintable(token).balanceOf(address(streams));
            assertEq(held, _escrow(token), "R6: balance == what streams have not released");
        }
    }

    function printRewards() external view {
        uint256 lines;
        for (uint256 n; n < books.length; ++n) {
            lines += books[n].lines.length;
        }
        console.log("generations paid in a token, epochs paid for in them", books.length, lines);
        console.log("streams, open", streams.streams(), liveStreams.length);
    }

    function calls() external view returns (uint256) {
        return _total;
    }

    /// @dev Of every payment a staker gets its exact share of what was paid and carried into it, and all but what was
    /// carried on and a unit for each position.
    function _assertExact(address token, uint256 i, uint256 claimable) private view {
        uint256 got = claimable;
        for (uint256 n; n < books.length; ++n) {
            if (books[n].token == token) got += books[n].claimed[i];
        }
        assertLe(got << 64, most[token][i], "R3: never more than the exact share");
        uint256 floor = least[token][i] > onward[token][i] ? least[token][i] - onward[token][i] : 0;
        assertGe((got + positions[token][i]) << 64, floor, "R3: never less than the exact share - 1 a position");
    }

    function _all(address token) private view returns (RewardClaim[] memory items, uint256 carries) {
        items = new RewardClaim[](books.length);
        uint256 n;
        for (uint256 i; i < books.length; ++i) {
            if (books[i].token != token) continue;
            items[n++] = RewardClaim(books[i].pool, token);
            carries += rewards.carried(books[i].pool, token);
        }
        assembly ("memory-safe") {
            mstore(items, n)
        }
    }
}
