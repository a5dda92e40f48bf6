// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockWallet} from "./MockWallet.sol";

/// @notice A contract wallet that anybody can have make a call, and that stands by one signature (ERC-1271).
contract MockAccount is MockWallet {
    function execute(address target, bytes calldata data) external payable returns (bytes memory) {
        (bool ok, bytes memory answer) = target.call{value: msg.value}(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }
}
