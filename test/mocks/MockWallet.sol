// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {LibCall} from "solady/utils/LibCall.sol";

/// @notice A contract wallet (ERC-1271) that stands by one signature over one hash, and that anybody can have make a call.
contract MockWallet is IERC1271 {
    bytes32 private _signed;

    function sign(bytes32 hash, bytes calldata signature) external {
        _signed = keccak256(abi.encode(hash, signature));
    }

    function execute(address target, bytes calldata data) external {
        LibCall.callContract(target, data);
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return keccak256(abi.encode(hash, signature)) == _signed ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
