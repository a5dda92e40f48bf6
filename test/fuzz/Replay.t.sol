// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch, IGoverned, IStakeVault, IToken, Replay} from "./Replay.sol";

/// @notice What the base judges passes where the contracts do it, and fails, with the reason, where they do not.
contract ReplayTest is Replay {
    bytes internal mint = abi.encodeCall(IToken.mint, (STAKER_1, 5));
    bytes internal approve = abi.encodeCall(IToken.approve, (VAULT, 7));
    bytes internal open = abi.encodeCall(IStakeVault.open, ());
    bytes internal notRegistered = abi.encodeWithSelector(IStakeVault.NotRegistered.selector, STRANGER);
    bytes internal cap = abi.encodeCall(IStakeVault.depositCapOf, (TOKEN_0));
    bytes internal future = abi.encodeCall(IStakeVault.totalSharesAt, (pool(OPERATOR_1, TOKEN_0, 0), Epoch.wrap(2)));
    bytes internal topics = abi.encode(keccak256("Approval(address,address,uint256)"), STRANGER, VAULT);

    function test_WhatIsSoPasses() public {
        accepted(STRANGER, TOKEN_0, mint);
        returned(STRANGER, TOKEN_0, approve, abi.encode(true));
        refused(STRANGER, VAULT, open);
        refusedOtherwise(STRANGER, VAULT, open, "");
        recorded(STRANGER, TOKEN_0, approve);
        logged(0, TOKEN_0, topics, abi.encode(7));
        noLog(1);
        at(ORIGIN + 1);
        accepted(AUTHORITY, VAULT, abi.encodeCall(IStakeVault.setDepositCap, (TOKEN_0, 9)));
        accepted(STRANGER, VAULT, abi.encodeCall(IStakeVault.setOperator, (STAKER_1, true)));
        stored(VAULT, slot(), bytes32(uint256(1)), "isOperator");
        answers(VAULT, cap, abi.encode(9));
        declines(address(0), VAULT, future);
        declinesWith(STRANGER, VAULT, future, IStakeVault.EpochNotBegun.selector);
    }

    function test_WhatIsNotSoFails() public {
        string[14] memory reasons = [
            string.concat("refused: ", vm.toString(notRegistered)),
            "accepted",
            "accepted",
            "refused for this reason",
            "returned",
            "logs",
            "emitter",
            "topics",
            "data",
            "logs",
            "isOperator",
            "answer",
            "answered",
            "error"
        ];
        for (uint256 i; i < reasons.length; ++i) {
            (bool ok, bytes memory why) = address(this).call(abi.encodeCall(this.wrong, (i)));
            assertFalse(ok, reasons[i]);
            assertTrue(vm.contains(string(why), reasons[i]), reasons[i]);
        }
    }

    /// @dev One untrue claim for each reason.
    function wrong(uint256 which) external {
        if (which == 0) accepted(STRANGER, VAULT, open);
        if (which == 1) refused(STRANGER, TOKEN_0, mint);
        if (which == 2) refusedOtherwise(STRANGER, TOKEN_0, mint, "");
        if (which == 3) refusedOtherwise(STRANGER, VAULT, open, notRegistered);
        if (which == 4) returned(STRANGER, TOKEN_0, approve, abi.encode(false));
        recorded(STRANGER, TOKEN_0, approve);
        if (which == 5) logged(1, TOKEN_0, topics, abi.encode(7));
        if (which == 6) logged(0, TOKEN_1, topics, abi.encode(7));
        if (which == 7) logged(0, TOKEN_0, abi.encode(VAULT), abi.encode(7));
        if (which == 8) logged(0, TOKEN_0, topics, abi.encode(8));
        if (which == 9) noLog(0);
        if (which == 10) stored(VAULT, slot(), bytes32(uint256(1)), "isOperator");
        if (which == 11) answers(VAULT, cap, abi.encode(1));
        if (which == 12) declines(address(0), VAULT, cap);
        if (which == 13) declinesWith(STRANGER, VAULT, future, IGoverned.NoAuthority.selector);
    }

    /// @dev Where the vault stores whether one account is another's operator: what the view reads.
    function slot() private returns (bytes32) {
        vm.record();
        IStakeVault(VAULT).isOperator(STRANGER, STAKER_1);
        (bytes32[] memory reads,) = vm.accesses(VAULT);
        return reads[0];
    }
}
