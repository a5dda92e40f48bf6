// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./OddTokens.sol";

/// @dev How a token may fail to tell a balance.
enum Badness {
    None,
    Reverts,
    BurnsGas,
    AnswersNothing,
    AnswersTooShort,
    AnswersTooMuch,
    AnswersHuge
}

/// @notice A token that stops telling balances.
contract BadBalanceToken is MintableToken {
    error NoBalance();

    Badness public badness;

    function turn(Badness badness_) external {
        badness = badness_;
    }

    function balanceOf(address account) public view override returns (uint256) {
        Badness bad = badness;
        if (bad == Badness.Reverts) revert NoBalance();
        if (bad == Badness.BurnsGas) {
            for (uint256 i;; ++i) {}
        }
        if (bad == Badness.AnswersHuge) return type(uint256).max;
        if (bad == Badness.None) return super.balanceOf(account);
        uint256 length = bad == Badness.AnswersNothing ? 0 : bad == Badness.AnswersTooShort ? 31 : 100_000;
        assembly ("memory-safe") {
            // Nothing but ones: what is too much would otherwise read as a balance of zero.
            mstore(0, not(0))
            return(0, length)
        }
    }
}
