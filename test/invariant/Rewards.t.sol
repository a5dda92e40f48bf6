// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMintable} from "../Base.t.sol";
import {Casting} from "./Casting.sol";
import {RewardsHandler} from "./RewardsHandler.sol";

/// @notice Long runs of random actions by everybody, with rewards: those who pay, stream, claim and collect among those who
/// stake, leave, promise and slash. See README.md.
contract RewardsCampaign is Casting {
    /// @dev Each action succeeds at least once in so many calls of a run.
    uint256 private constant RAREST = 1000;

    /// @dev Of shorter runs (to look for a short failing one) the counts say nothing.
    uint256 private constant SHORTEST = 5000;

    RewardsHandler private handler;

    function setUp() public override {
        super.setUp();
        _castActors();
        _castTokens();
        // Fewer, so that more happens in each.
        cast.strategies = [address(token), address(cast.tokens.blocklist), address(cast.tokens.hook)];
        _sort(cast.strategies);
        _nameActions();
        IMintable plain = newToken("Reward", "RWD", 18);
        address[] memory paid = new address[](3);
        (paid[0], paid[1], paid[2]) = (address(token), address(cast.tokens.blocklist), address(plain));
        handler = new RewardsHandler(cast, names, places, rewards, streams, paid);
        handler.begin(8);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = handler.act.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev Its actions take longer than those of the other campaign.
    /// forge-config: default.invariant.dictionary-weight = 0
    /// forge-config: default.invariant.depth = 6000
    function invariant_Rewards() public view {
        handler.R1_Solvency();
        handler.R3_ToTheUnit();
        handler.R5_Commissions();
        handler.R6_Escrow();
        // Rewards in a staked token leave the vault's own sums as they are.
        handler.P1_Solvency();
        handler.P2_SharesAddUp();
        uint256 calls = handler.calls();
        // It asks for everything: now and then.
        if (calls % 1000 < 40) handler.R2_NothingIsLost(calls / 1000);
    }

    function afterInvariant() public view {
        for (uint256 k; k < 3; ++k) {
            handler.R2_NothingIsLost(k);
        }
        handler.printRewards();
        (uint256 calls, uint256 skipped, string memory rarest, uint256 least) = handler.tally();
        if (calls < SHORTEST) return;
        assertGe(least, calls / RAREST, string.concat("too few successes of ", rarest));
        assertLt(skipped * 5, calls, "a fifth of the calls found nothing to do");
    }

    function _nameActions() private {
        _add("deposit", 16);
        _add("depositForAnother", 6);
        _add("depositAdmitted", 6);
        _add("admit", 8);
        _add("redelegate", 6);
        _add("delegateRenewed", 3);
        _add("withdrawRenewed", 3);
        _add("queue", 12);
        _add("complete", 6);
        _add("transfer", 16);
        _add("setOperator", 4);
        _add("actAsOperator", 8);
        _add("join", 8);
        _add("leave", 3);
        _add("raise", 30);
        _add("lower", 8);
        _add("settle", 14);
        _add("renew", 6);
        _add("createInstant", 2);
        _add("createChallengeable", 2);
        _add("retire", 3);
        _add("slash", 4);
        _add("slashAll", 5);
        _add("slashNearlyAll", 14);
        _add("block_", 3);
        _add("armHook", 2);
        _add("letTimePass", 8);
        _add("letEpochsPass", 14);
        _add("pay", 30);
        _add("payRefused", 5);
        _add("payByStake", 20);
        _add("createStream", 8);
        _add("renameStream", 4);
        _add("releaseStream", 12);
        _add("reclaimStream", 3);
        _add("claim", 24);
        _add("claimAll", 3);
        _add("claimRefused", 4);
        _add("setRecipient", 4);
        _add("setCommission", 10);
        _add("setCommissionTooHigh", 4);
        _add("setCommissionBeforeOpening", 4);
        _add("collectCommission", 6);
    }
}
