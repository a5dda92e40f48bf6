// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Casting} from "./Casting.sol";
import {Handler} from "./Handler.sol";

/// @notice Long runs of random actions by everybody; the promises hold around each and between any two. See README.md.
contract Campaign is Casting {
    /// @dev Each action succeeds at least once in so many calls of a run: a thousand times in twelve runs of 25,000.
    uint256 private constant RAREST = 300;

    /// @dev Of shorter runs (to look for a short failing one) the counts say nothing.
    uint256 private constant SHORTEST = 10_000;

    Handler private handler;

    function setUp() public override {
        super.setUp();
        _castActors();
        _castTokens();
        _nameActions();
        handler = new Handler(cast, names, places);
        handler.begin(8);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = Handler.act.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One function, since each is a campaign of its own.
    /// forge-config: default.invariant.dictionary-weight = 0
    function invariant_P1_P2_P3_P4_P5_P6_P9() public view {
        handler.P1_Solvency();
        handler.P2_SharesAddUp();
        handler.P3_Budgets();
        handler.P4_NoEscape();
        handler.P5_NoAmbush();
        handler.P6_PausesEnd();
        handler.P9_EndedStayEnded();
    }

    /// @dev A campaign that does not act proves nothing.
    function afterInvariant() public view {
        (uint256 calls, uint256 skipped, string memory rarest, uint256 least) = handler.tally();
        if (calls < SHORTEST) return;
        assertGe(least, calls / RAREST, string.concat("too few successes of ", rarest));
        assertLt(skipped * 5, calls, "a fifth of the calls found nothing to do");
    }

    /* INTERNAL */

    /// @dev More places for what others depend on, and for what often finds nothing to do.
    function _nameActions() private {
        _add("deposit", 18);
        _add("depositIdle", 8);
        _add("depositForAnother", 8);
        _add("depositAdmitted", 14);
        _add("depositFee", 8);
        _add("delegate", 8);
        _add("delegateRenewed", 12);
        _add("redelegate", 8);
        _add("queue", 20);
        _add("complete", 10);
        _add("completeEarly", 14);
        _add("withdraw", 8);
        _add("withdrawRenewed", 12);
        _add("transfer", 8);
        _add("approve", 8);
        _add("transferFrom", 8);
        _add("transferUnallowed", 8);
        _add("setOperator", 8);
        _add("actAsOperator", 8);
        _add("register", 8);
        _add("registerGated", 8);
        _add("removeApprover", 8);
        _add("allocateBeforeOpening", 8);
        _add("openFirst", 8);
        _add("close", 14);
        _add("open", 14);
        _add("admit", 12);
        _add("join", 28);
        _add("leave", 8);
        _add("raise", 84);
        _add("raiseTooHigh", 8);
        _add("lower", 18);
        _add("withdrawRaise", 8);
        _add("settle", 56);
        _add("renew", 13);
        _add("renewCommitted", 8);
        _add("createInstant", 8);
        _add("createChallengeable", 8);
        _add("removeStrategy", 8);
        _add("addStrategy", 8);
        _add("eject", 8);
        _add("retire", 8);
        _add("slash", 9);
        _add("slashAll", 12);
        _add("slashNearlyAll", 36);
        _add("slashAboveCap", 16);
        _add("proposeSlash", 40);
        _add("cancelSlash", 14);
        _add("executeSlash", 16);
        _add("executeLapsed", 12);
        _add("setDepositCap", 8);
        _add("setCeiling", 8);
        _add("pause", 8);
        _add("donate", 8);
        _add("collect", 20);
        _add("block_", 8);
        _add("pauseToken", 8);
        _add("refuseToken", 8);
        _add("armHook", 8);
        _add("turnRegistrar", 8);
        _add("passTime", 12);
        _add("passEpochs", 11);
        _add("lookBack", 8);
    }
}
