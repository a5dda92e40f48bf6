// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A contract wallet (ERC-1271) that stands by one signature over one hash.
contract MockWallet is IERC1271 {
    bytes32 private _signed;

    function sign(bytes32 hash, bytes calldata signature) external {
        _signed = keccak256(abi.encode(hash, signature));
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return keccak256(abi.encode(hash, signature)) == _signed ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
