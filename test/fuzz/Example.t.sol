// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Epoch,
    IAllocationManager,
    IGoverned,
    IStakeVault,
    IToken,
    Magnitude,
    Pausable,
    Replay,
    Terms,
    Wad
} from "./Replay.sol";

// Found by palisade-fuzz (returned): the call returned 973, not 972
// Replay it: script/foundry forge test -vvvv --match-path test/fuzz/Example.t.sol
contract ExampleTest is Replay {
    // forgefmt: disable-next-item
    function test_Example() public {
        attempt(AUTHORITY, VAULT, abi.encodeCall(IStakeVault.setDepositCap, (TOKEN_0, 1_000_000)));
        attempt(address(0), TOKEN_0, abi.encodeCall(IToken.mint, (STAKER_1, 1000)));
        attempt(OPERATOR_1, VAULT, abi.encodeCall(IStakeVault.registerOperator, (APPROVER_1)));
        attempt(
            SERVICE_1,
            MANAGER,
            abi.encodeCall(IAllocationManager.appoint, (STRANGER, IAllocationManager.createOperatorSet.selector, true))
        );
        attempt(
            STRANGER,
            MANAGER,
            abi.encodeCall(
                IAllocationManager.createOperatorSet,
                (
                    set(SERVICE_1, 7),
                    Terms({
                        slasher: SLASHER_1,
                        cap: Wad.wrap(0.5e18),
                        window: 0,
                        recipient: TREASURY,
                        resolver: RESOLVER,
                        conditions: bytes32(0),
                        registrar: address(0)
                    }),
                    addresses(abi.encode(TOKEN_0))
                )
            )
        );
        attempt(
            SERVICE_1,
            MANAGER,
            abi.encodeCall(IAllocationManager.setMetadataURI, (SERVICE_1, string(hex"697066733a2f2f22c3a922")))
        );
        attempt(
            OPERATOR_1,
            MANAGER,
            abi.encodeCall(IAllocationManager.join, (set(SERVICE_1, 7), OPERATOR_1, hex"01009e00000000"))
        );
        attempt(
            OPERATOR_1,
            MANAGER,
            abi.encodeCall(
                IAllocationManager.allocate,
                (set(SERVICE_1, 7), OPERATOR_1, TOKEN_0, Magnitude.wrap(0.25e18))
            )
        );
        attempt(OPERATOR_1, VAULT, abi.encodeCall(IStakeVault.open, ()));
        at(1_700_086_400);
        attempt(
            STRANGER,
            VAULT,
            abi.encodeCall(
                IStakeVault.admit,
                (
                    OPERATOR_1,
                    STAKER_1,
                    1_700_604_800,
                    hex"fe71a4d2eb8cf6d9e8beac84e1df636c963adcfa3c789ed8db913b89b1dc28506204fe5984ab939078411d33e5cf135e74ca6cbb79659791ebd532e6929ae26b1b"
                )
            )
        );
        attempt(APPROVER_1, VAULT, abi.encodeCall(IStakeVault.admit, (OPERATOR_1, STAKER_3, 4_294_967_295, "")));
        attempt(STAKER_1, VAULT, abi.encodeCall(IStakeVault.deposit, (TOKEN_0, OPERATOR_1, STAKER_1, 12_345, 0)));
        attempt(STAKER_3, VAULT, abi.encodeCall(IStakeVault.deposit, (TOKEN_0, OPERATOR_1, STAKER_3, 1000, 0)));
        attempt(AUTHORITY, MANAGER, abi.encodeCall(IGoverned.pause, (Pausable.Raise, 3600)));
        attempt(
            STAKER_1,
            VAULT,
            abi.encodeCall(IStakeVault.queueWithdrawal, (pool(OPERATOR_1, TOKEN_0, 0), 1003, 0, STAKER_1))
        );
        attempt(
            STAKER_3,
            VAULT,
            abi.encodeCall(IStakeVault.queueWithdrawal, (pool(OPERATOR_1, TOKEN_0, 0), 500, 0, STAKER_3))
        );
        attempt(
            SLASHER_1,
            MANAGER,
            abi.encodeCall(
                IAllocationManager.slash,
                (
                    set(SERVICE_1, 7),
                    OPERATOR_1,
                    addresses(abi.encode(TOKEN_0)),
                    wads(abi.encode(Wad.wrap(123_456_789_000_000_000))),
                    EVIDENCE
                )
            )
        );
        attempt(STAKER_1, TOKEN_1, abi.encodeCall(IToken.transfer, (VAULT, 5)));
        at(1_700_345_600);
        returned(
            STAKER_1,
            VAULT,
            abi.encodeCall(
                IStakeVault.completeWithdrawal,
                (pool(OPERATOR_1, TOKEN_0, 0), Epoch.wrap(4), STAKER_1, STAKER_2)
            ),
            abi.encode(972)
        );
    }
}
